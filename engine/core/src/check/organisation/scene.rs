//! One state, one applicant, one choice of the units the record could name: who would be asked?

use std::collections::{BTreeMap, BTreeSet};

use crate::condition::Expr;
use crate::condition::bands::{Case, Proof, proof};
use crate::definition::{
    Approve, Definition, Needs, Nobody, OwnRequest, PeopleRef, SamePerson, State, StateIx,
    StateKind,
};
use crate::directory::Directory;
use crate::people::{Mention, PeopleContext, PeopleRule, PersonId, Resolved};
use crate::text::{Lang, Text};
use crate::turn::{ballots, reachable, required};
use crate::value::{Value, Values};

/// Combinations of units tried for one state and applicant.
const SCENES_MAX: usize = 500;

/// One situation.
pub(super) struct Scene<'a> {
    def: &'a Definition,
    directory: &'a Directory,
    state: &'a State,
    applicant: &'a str,
    /// Units by field path.
    units: BTreeMap<String, String>,
    values: Values,
    /// The rules read people from fields: who that will be is not known.
    open: bool,
}

const TOO_FEW: &str = "too-few-to-ask";

/// What came of it.
pub(super) enum Verdict {
    /// Somebody can act.
    Fine,
    /// Exactly this person can act.
    Alone(PersonId),
    /// Nobody can, or too few.
    Fails(Failure),
}

/// Why nobody can act.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub code: &'static str,
    /// "finds nobody", "finds too few".
    pub what: Text,
    pub why: Text,
    units: BTreeMap<String, String>,
}

impl Failure {
    /// The same gap, met by somebody else?
    pub(super) fn like(&self, other: &Failure) -> bool {
        self.code == other.code && self.units == other.units
    }

    /// What to do: somebody else instead of nobody does not make two of one.
    pub(super) fn todo(&self) -> Text {
        if self.code == TOO_FEW {
            return Text::new(
                "请在组织架构里补上人员、在 by: 里多写几个人，或减少 needs:（也可以写比例，例如 60%）。",
                "Fill the gap in the organisation, name more people in by:, or ask for fewer in needs: (a share such as 60% will do).",
            );
        }
        Text::new(
            "请在组织架构里补上相应的人员，或在节点上写 policies: {nobody: {fallback: 备用的人员名称}}（也可以写 nobody: superior）。",
            "Fill the gap in the organisation, or give the state policies: {nobody: {fallback: a name from people}} (or nobody: superior).",
        )
    }

    /// The values it was tried with and the condition under which the state is entered.
    pub(super) fn given(&self, def: &Definition, directory: &Directory, state: &State) -> Text {
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        for (path, unit) in &self.units {
            let label = def
                .entity
                .field(path)
                .map_or_else(|| Text::same(path.as_str()), |field| field.label.clone());
            let name = directory
                .units
                .get(unit)
                .map_or_else(|| Text::same(unit.as_str()), |unit| unit.name.clone());
            zh.push(format!("{}为{}", label.zh, name.zh));
            en.push(format!("{} {}", label.en, name.en));
        }
        if let Some(when) = &state.when {
            let words = self.condition_words(when);
            zh.extend(words.iter().map(|words| words.zh.clone()));
            en.extend(words.iter().map(|words| words.en.clone()));
        }
        if zh.is_empty() {
            return Text::default();
        }
        Text::new(
            format!("（{}）", zh.join("，")),
            format!(" ({})", en.join(", ")),
        )
    }
}

impl Failure {
    /// Values with which the state is entered, where they can be found; else its condition. Units are said already, and a
    /// text that may be anything says nothing.
    fn condition_words(&self, when: &Expr) -> Option<Text> {
        let Proof::Depends { holds, .. } = proof(when) else {
            let said = crate::diagram::said_condition(when);
            return Some(Text::new(
                format!("满足 {}", said.zh),
                format!("where {}", said.en),
            ));
        };
        let telling = holds
            .values
            .into_iter()
            .zip(holds.labels.into_iter().zip(holds.shown))
            .filter(|((path, value), _)| {
                !self.units.contains_key(path) && *value != Value::from(ANY_TEXT)
            });
        let mut case = Case::default();
        for (value, (label, shown)) in telling {
            case.values.push(value);
            case.labels.push(label);
            case.shown.push(shown);
        }
        (!case.values.is_empty()).then(|| Text::new(case.words(Lang::Zh), case.words(Lang::En)))
    }
}

/// How a proof writes a text that may be any.
const ANY_TEXT: &str = "…";

impl<'a> Scene<'a> {
    /// Every situation of a state for an applicant.
    pub(super) fn all(
        def: &'a Definition,
        directory: &'a Directory,
        ix: StateIx,
        applicant: &'a str,
    ) -> Vec<Scene<'a>> {
        let state = &def.states[ix];
        let rules: Vec<&PeopleRule> = state
            .people_asked()
            .iter()
            .filter_map(|people| rule(def, people))
            .collect();
        let mentions: Vec<Mention> = rules.iter().flat_map(|rule| rule.mentions()).collect();
        let open = rules.iter().any(|rule| rule.is_open());
        let paths: BTreeSet<&String> = mentions
            .iter()
            .filter_map(|mention| match mention {
                Mention::UnitField(path) => Some(path),
                Mention::Role(_)
                | Mention::User(_)
                | Mention::Post(_)
                | Mention::Unit(_)
                | Mention::PeopleField(_)
                | Mention::AnyField(_)
                | Mention::State(_)
                | Mention::Rule(..)
                | Mention::Choice => None,
            })
            .collect();
        let candidates = plausible_units(directory, &mentions);
        let mut choices: Vec<BTreeMap<String, String>> = vec![BTreeMap::new()];
        for path in paths {
            choices = choices
                .into_iter()
                .flat_map(|choice| {
                    candidates.iter().map(move |unit| {
                        let mut choice = choice.clone();
                        choice.insert(path.clone(), (*unit).to_owned());
                        choice
                    })
                })
                .take(SCENES_MAX)
                .collect();
        }
        choices
            .into_iter()
            .map(|units| Scene {
                def,
                directory,
                state,
                applicant,
                values: values(&units),
                units,
                open,
            })
            .collect()
    }

    /// Who would act here.
    pub(super) fn verdict(&self) -> Verdict {
        if self.open {
            return Verdict::Fine;
        }
        match &self.state.kind {
            StateKind::Approve(approve) => self.approval(approve),
            StateKind::Work { by, .. } => {
                let (mut people, mut why) = self.found(by);
                if people.is_empty() {
                    let (more, more_why) = self.instead();
                    people = more;
                    why.extend(more_why);
                }
                if people.is_empty() {
                    Verdict::Fails(self.nobody(&why))
                } else {
                    Verdict::Fine
                }
            }
            StateKind::Draft { .. }
            | StateKind::Rule { .. }
            | StateKind::Run(_)
            | StateKind::Choose { .. }
            | StateKind::Mail { .. }
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Subflow { .. }
            | StateKind::Together { .. }
            | StateKind::End { .. } => Verdict::Fine,
        }
    }

    /// Whom work goes to where its rule finds nobody; it never passes by itself.
    fn instead(&self) -> (Vec<PersonId>, Vec<Text>) {
        let nobody = self.state.policies.nobody.as_ref();
        match nobody.unwrap_or(&self.def.policies.nobody) {
            Nobody::Hold | Nobody::Pass | Nobody::Reject => (vec![], vec![]),
            Nobody::Fallback(name) => self.found(&[PeopleRef::Named(name.clone())]),
            Nobody::Superior => {
                let superior = self.directory.superior_of(self.applicant);
                (superior.people, superior.why)
            }
        }
    }

    fn approval(&self, approve: &Approve) -> Verdict {
        let (mut people, mut why, passes) = self.allowed(&approve.by);
        if people.is_empty() {
            let nobody = self.state.policies.nobody.as_ref();
            match nobody.unwrap_or(&self.def.policies.nobody) {
                _ if passes => return Verdict::Fine,
                Nobody::Pass | Nobody::Reject => return Verdict::Fine,
                Nobody::Hold => {}
                Nobody::Fallback(name) => {
                    let (more, more_why, _) = self.allowed(&[PeopleRef::Named(name.clone())]);
                    people = more;
                    why.extend(more_why);
                }
                Nobody::Superior => {
                    let superior = self.directory.superior_of(self.applicant);
                    people = superior.people;
                    why.extend(superior.why);
                }
            }
        }
        if people.is_empty() {
            return Verdict::Fails(self.nobody(&why));
        }
        let found: Vec<Vec<PersonId>> = approve
            .by
            .iter()
            .map(|who| self.allowed(std::slice::from_ref(who)).0)
            .collect();
        let voters = ballots(&approve.needs, &people, &found);
        if !reachable(&approve.needs, &voters) {
            let needed = required(&approve.needs, &voters);
            return Verdict::Fails(self.too_few(&approve.needs, needed, &people));
        }
        match people.as_slice() {
            [only] => Verdict::Alone(only.clone()),
            _ => Verdict::Fine,
        }
    }

    /// The people found who may decide, why others may not, and whether `own_request: pass` settles it.
    fn allowed(&self, by: &[PeopleRef]) -> (Vec<PersonId>, Vec<Text>, bool) {
        let own = self
            .state
            .policies
            .own_request
            .unwrap_or(self.def.policies.own_request);
        let (found, mut why) = self.found(by);
        let mut people = Vec::new();
        let mut passes = false;
        for person in found {
            if person != self.applicant || own == OwnRequest::Ask {
                people.push(person);
                continue;
            }
            why.push(Text::new(
                "只有发起人自己符合，而发起人不能审批自己的申请",
                "only the applicant fits, who may not decide on their own request",
            ));
            passes |= own == OwnRequest::Pass;
            if own == OwnRequest::Superior {
                let superior = self.directory.superior_of(&person);
                people.extend(superior.people);
                why.extend(superior.why);
            }
        }
        (people, why, passes)
    }

    fn found(&self, by: &[PeopleRef]) -> (Vec<PersonId>, Vec<Text>) {
        let (mut people, mut why) = (Vec::new(), Vec::new());
        for who in by {
            let found = self.resolve(who);
            if found.people.is_empty() {
                why.extend(found.why);
            }
            for person in found.people {
                if !people.contains(&person) {
                    people.push(person);
                }
            }
        }
        (people, why)
    }

    fn resolve(&self, who: &PeopleRef) -> Resolved {
        let Some(rule) = rule(self.def, who) else {
            return PeopleRule::Applicant.resolve(&PeopleContext::new(
                self.directory,
                self.applicant,
                &self.values,
            ));
        };
        let nobody = self.state.policies.nobody.as_ref();
        rule.resolve(&PeopleContext {
            entity: Some(&self.def.entity),
            flow: Some(self.def),
            vacant_moves_up: *nobody.unwrap_or(&self.def.policies.nobody) == Nobody::Superior,
            ..PeopleContext::new(self.directory, self.applicant, &self.values)
        })
    }

    fn nobody(&self, why: &[Text]) -> Failure {
        let mut sentences: Vec<&Text> = Vec::new();
        for one in why {
            if !sentences.contains(&one) {
                sentences.push(one);
            }
        }
        let zh: Vec<&str> = sentences.iter().map(|why| why.zh.as_str()).collect();
        let en: Vec<&str> = sentences.iter().map(|why| why.en.as_str()).collect();
        Failure {
            code: "nobody-to-ask",
            what: Text::new("找不到可以办理的人", "finds nobody who can act"),
            why: Text::new(zh.join("；"), en.join("; ")),
            units: self.units.clone(),
        }
    }

    fn too_few(&self, needs: &Needs, needed: u32, people: &[PersonId]) -> Failure {
        let n = people.len();
        let names: Vec<&str> = people.iter().map(|id| self.directory.name(id)).collect();
        let word = match needs {
            Needs::Count(count) => format!("needs: {count}"),
            Needs::Percent(share) => format!("needs: {} %", share.normalize()),
            Needs::Any => "needs: any".to_owned(),
            Needs::All => "needs: all".to_owned(),
            Needs::InOrder => "needs: in_order".to_owned(),
            Needs::Weighted { .. } => "needs: {weights: …}".to_owned(),
            Needs::Each(_) => "needs: {each: …}".to_owned(),
        };
        Failure {
            code: TOO_FEW,
            what: Text::new("凑不够票数", "cannot reach its number of votes"),
            why: Text::new(
                format!(
                    "{word} 需要 {needed} 人同意，但只有 {n} 人：{}",
                    names.join("、")
                ),
                format!(
                    "{word} asks for {needed} approvals, but it finds only {n}: {}",
                    names.join(", ")
                ),
            ),
            units: self.units.clone(),
        }
    }
}

/// The rule behind a name; none for the applicant.
fn rule<'a>(def: &'a Definition, people: &PeopleRef) -> Option<&'a PeopleRule> {
    match people {
        PeopleRef::Named(name) => def.people_rule(name),
        PeopleRef::Applicant | PeopleRef::Waiting => None,
    }
}

/// Units a record could name: where a role is granted somewhere, the units of the same level; else all of them.
fn plausible_units<'a>(directory: &'a Directory, mentions: &[Mention]) -> Vec<&'a str> {
    let level = |unit: &str| directory.upward(unit).len();
    let levels: BTreeSet<usize> = directory
        .roles
        .iter()
        .filter(|grant| mentions.contains(&Mention::Role(grant.role.clone())))
        .filter_map(|grant| grant.unit.as_deref())
        .map(level)
        .collect();
    directory
        .units
        .keys()
        .map(String::as_str)
        .filter(|unit| levels.is_empty() || levels.contains(&level(unit)))
        .collect()
}

/// Record values that name these units; `a.b` becomes a value inside of `a`.
fn values(units: &BTreeMap<String, String>) -> Values {
    let mut values = Values::new();
    for (path, unit) in units {
        let mut parts: Vec<&str> = path.split('.').collect();
        let head = parts.remove(0);
        let mut value = Value::from(unit.as_str());
        for part in parts.into_iter().rev() {
            value = Value::Map(Values::from([(part.to_owned(), value)]));
        }
        // Two paths through one reference share its value.
        match (values.get_mut(head), value) {
            (Some(Value::Map(known)), Value::Map(more)) => known.extend(more),
            (_, value) => {
                values.insert(head.to_owned(), value);
            }
        }
    }
    values
}

/// Everybody who could be meant by a name, whatever the record says; none when it could be anybody.
pub(super) fn possible(
    def: &Definition,
    directory: &Directory,
    people: &PeopleRef,
) -> Option<BTreeSet<PersonId>> {
    rule(def, people).and_then(|rule| possible_by(directory, rule))
}

fn possible_by(directory: &Directory, rule: &PeopleRule) -> Option<BTreeSet<PersonId>> {
    let values = Values::new();
    let plain = |rule: &PeopleRule| {
        let cx = PeopleContext::new(directory, "", &values);
        rule.resolve(&cx).people.into_iter().collect()
    };
    match rule {
        // Within a unit of the record, or of the applicant: whoever holds the role anywhere.
        PeopleRule::Role { role, .. } => Some(plain(&PeopleRule::Role {
            role: role.clone(),
            within: None,
        })),
        PeopleRule::User(_) | PeopleRule::Post(_) => Some(plain(rule)),
        PeopleRule::Members(crate::people::Scope::Unit(_))
        | PeopleRule::Head {
            of: crate::people::Scope::Unit(_),
            ..
        } => Some(plain(rule)),
        PeopleRule::Except(of, _) | PeopleRule::Pick { of, .. } => possible_by(directory, of),
        PeopleRule::Either(parts) => {
            let mut all = BTreeSet::new();
            for part in parts {
                all.extend(possible_by(directory, part)?);
            }
            Some(all)
        }
        PeopleRule::Applicant
        | PeopleRule::Members(_)
        | PeopleRule::Head { .. }
        | PeopleRule::Supervisors { .. }
        | PeopleRule::SupervisorsTo(_)
        | PeopleRule::Field(_)
        | PeopleRule::SameAs(_)
        | PeopleRule::Actors(_)
        | PeopleRule::Approvers
        | PeopleRule::Script { .. }
        | PeopleRule::Chosen { .. } => None,
    }
}

/// May one person not sign this state and another?
pub(super) fn refuses_same_person(def: &Definition, ix: StateIx) -> bool {
    let state = &def.states[ix];
    state
        .policies
        .same_person
        .unwrap_or(def.policies.same_person)
        == SamePerson::Refuse
}
