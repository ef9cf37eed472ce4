//! From a rule to people, with one sentence for every step.

use super::{Labels, Names, PeopleContext, PeopleRule, PersonId, Resolved, Scope, list};
use crate::directory::Directory;
use crate::text::Text;
use crate::value::Value;

/// No chain of superiors is followed further.
pub const SUPERVISOR_LEVELS_MAX: usize = 20;

impl PeopleRule {
    /// The people the rule names now, and why; why nobody, where it is so. Only people who are still here are found.
    ///
    /// `A except B` finds nobody when B reads a field that is not filled in: whom to leave out is not known then.
    pub fn resolve(&self, cx: &PeopleContext<'_>) -> Resolved {
        let mut out = Found::new(cx);
        if let Some(players) = cx.standing_for.filter(|it| self.is_played(it)) {
            out.take(players.clone());
            return out.resolved;
        }
        match self {
            PeopleRule::Applicant => out.one(cx.applicant, &Text::new("发起人", "The applicant")),
            PeopleRule::User(id) => out.one(id, &Text::new("流程指定", "Named by the flow")),
            PeopleRule::Role { role, within } => out.role(role, within.as_ref()),
            PeopleRule::Post(post) => out.post(post),
            PeopleRule::Members(of) => out.members(of),
            PeopleRule::Head { of, up } => out.head(of, *up),
            PeopleRule::Supervisors { levels } => out.supervisors(*levels),
            PeopleRule::Field(path) => out.field(path),
            PeopleRule::SupervisorsTo(top) => out.supervisors_to(top),
            PeopleRule::Chosen { by, pool, .. } => out.chosen(by, pool),
            PeopleRule::SameAs(state) => out.same_as(state),
            PeopleRule::Actors(state) => out.actors(state),
            PeopleRule::Approvers => out.approvers(),
            PeopleRule::Pick { how, of } => out.drawn(*how, of),
            PeopleRule::Script { rule, .. } => out.scripted(rule),
            PeopleRule::Except(of, without) => out.except(of, without),
            PeopleRule::Either(parts) => {
                for part in parts {
                    out.take(part.resolve(cx));
                }
            }
        }
        out.resolved
    }
}

impl PeopleRule {
    /// Does whoever plays a name stand for this part of its rule? All that only an organisation or a record knows is played.
    fn is_played(&self, players: &Resolved) -> bool {
        match self {
            PeopleRule::User(_)
            | PeopleRule::Role { .. }
            | PeopleRule::Post(_)
            | PeopleRule::Members(_)
            | PeopleRule::Head { .. }
            | PeopleRule::Supervisors { .. }
            | PeopleRule::SupervisorsTo(_)
            | PeopleRule::Approvers
            | PeopleRule::Field(_) => true,
            PeopleRule::Applicant => !players.people.is_empty(),
            PeopleRule::Chosen { .. }
            | PeopleRule::SameAs(_)
            | PeopleRule::Actors(_)
            | PeopleRule::Pick { .. }
            | PeopleRule::Script { .. }
            | PeopleRule::Except(..)
            | PeopleRule::Either(_) => false,
        }
    }
}

/// What was found so far.
pub(super) struct Found<'a> {
    pub(super) cx: &'a PeopleContext<'a>,
    pub(super) dir: &'a Directory,
    pub(super) names: Labels<'a>,
    pub(super) resolved: Resolved,
}

impl<'a> Found<'a> {
    fn new(cx: &'a PeopleContext<'a>) -> Self {
        Self {
            cx,
            dir: cx.directory,
            names: Labels {
                directory: cx.directory,
                entity: cx.entity,
                flow: cx.flow,
                others: None,
            },
            resolved: Resolved::default(),
        }
    }

    pub(super) fn say(&mut self, zh: String, en: String) {
        self.resolved.why.push(Text { zh, en });
    }

    fn add(&mut self, id: &str) {
        if !self.resolved.people.iter().any(|known| known == id) {
            self.resolved.people.push(id.to_owned());
        }
    }

    pub(super) fn take(&mut self, other: Resolved) {
        // Found by a role and by something else too: asked in person.
        let by_role = |found: &Resolved, id: &str| found.by_role.iter().any(|(who, _)| who == id);
        for id in &other.people {
            let known = self.resolved.people.contains(id);
            match by_role(&other, id) {
                true if known => {}
                true => {
                    let roles = other.by_role.iter().filter(|(who, _)| who == id);
                    self.resolved.by_role.extend(roles.cloned());
                }
                false => self.resolved.by_role.retain(|(who, _)| who != id),
            }
            self.add(id);
        }
        self.resolved.why.extend(other.why);
        self.resolved.missing.extend(other.missing);
    }

    /// One person, with what they are: "发起人：张三".
    pub(super) fn one(&mut self, id: &str, what: &Text) {
        let name = self.dir.name(id);
        if self.dir.active(id).is_some() {
            self.add(id);
            self.say(
                format!("{}：{name}", what.zh),
                format!("{}: {name}", what.en),
            );
        } else {
            let why = self.gone(id);
            self.say(
                format!("{}：{name}，但{}", what.zh, why.zh),
                format!("{}: {name}, but {}", what.en, why.en),
            );
        }
    }

    /// Why somebody cannot be asked.
    fn gone(&self, id: &str) -> Text {
        if self.dir.people.contains_key(id) {
            Text::new("已离职或停用", "they have left")
        } else {
            Text::new("组织架构中没有此人", "the directory does not know them")
        }
    }

    /// People found by something, named in one sentence; false when there are none.
    fn several(&mut self, what: &Text, people: &[PersonId]) -> bool {
        people.iter().for_each(|id| self.add(id));
        if !people.is_empty() {
            let names = list(self.dir, people);
            self.say(
                format!("{}：{}", what.zh, names.zh),
                format!("{}: {}", what.en, names.en),
            );
        }
        !people.is_empty()
    }

    fn role(&mut self, role: &str, within: Option<&Scope>) {
        let name = self.names.role(role);
        let unit = match within.map(|scope| self.unit(scope)) {
            Some(None) => return,
            Some(Some(unit)) => Some(unit),
            None => None,
        };
        let place = unit.as_deref().map(|unit| self.names.unit(unit));
        let what = match &place {
            None => Text::new(format!("角色“{}”", name.zh), format!("Role “{}”", name.en)),
            Some(place) => Text::new(
                format!("{}的角色“{}”", place.zh, name.zh),
                format!("Role “{}” of {}", name.en, place.en),
            ),
        };
        let ids = |people: Vec<&crate::directory::Person>| -> Vec<PersonId> {
            people.into_iter().map(|person| person.id.clone()).collect()
        };
        let people = ids(self.dir.holders(role, unit.as_deref()));
        if self.several(&what, &people) {
            let by_role = people.into_iter().map(|id| (id, role.to_owned()));
            self.resolved.by_role.extend(by_role);
            return;
        }
        self.say(
            format!("{}：没有在职人员担任", what.zh),
            format!("{}: nobody holds it", what.en),
        );
        let elsewhere = ids(self.dir.holders(role, None));
        if let (Some(place), false) = (&place, elsewhere.is_empty()) {
            let names = list(self.dir, &elsewhere);
            self.say(
                format!("{}担任此角色，但不负责{}", names.zh, place.zh),
                format!("{} hold it, but not for {}", names.en, place.en),
            );
        }
        let gone = self
            .dir
            .roles
            .iter()
            .filter(|grant| grant.role == role && self.dir.active(&grant.person).is_none());
        let gone: Vec<PersonId> = gone.map(|grant| grant.person.clone()).collect();
        if !gone.is_empty() {
            let names = list(self.dir, &gone);
            self.say(
                format!("{}担任过此角色，但已离职或停用", names.zh),
                format!("{} held it, but have left", names.en),
            );
        }
    }

    fn post(&mut self, post: &str) {
        let name = self.names.post(post);
        let what = Text::new(format!("岗位“{}”", name.zh), format!("Post “{}”", name.en));
        let on_it = |active: bool| -> Vec<PersonId> {
            let people = self.dir.people.values();
            people
                .filter(|person| {
                    person.active == active && person.posts.iter().any(|held| held == post)
                })
                .map(|person| person.id.clone())
                .collect()
        };
        let (people, gone) = (on_it(true), on_it(false));
        if self.several(&what, &people) {
            return;
        }
        self.say(
            format!("{}空缺，没有在职人员", what.zh),
            format!("{} is vacant", what.en),
        );
        if !gone.is_empty() {
            let names = list(self.dir, &gone);
            self.say(
                format!("原任职人{}已离职或停用", names.zh),
                format!("{} held it, but have left", names.en),
            );
        }
        // Whoever stood above the last ones takes a vacant post's part, where the flow says that vacancies move up.
        for id in gone.iter().filter(|_| self.cx.vacant_moves_up) {
            let above = self.dir.superior_of(id);
            self.take(above);
        }
    }

    fn members(&mut self, of: &Scope) {
        let Some(unit) = self.unit(of) else { return };
        let name = self.names.unit(&unit);
        let people: Vec<PersonId> = self
            .dir
            .people
            .values()
            .filter(|person| {
                person.active && self.dir.upward(&person.unit).contains(&unit.as_str())
            })
            .map(|person| person.id.clone())
            .collect();
        let what = Text::new(
            format!("{}的成员", name.zh),
            format!("Members of {}", name.en),
        );
        if !self.several(&what, &people) {
            self.say(
                format!("{}没有在职成员", name.zh),
                format!("{} has no members", name.en),
            );
        }
    }

    fn field(&mut self, path: &str) {
        let label = self.names.field(path);
        let value = self.cx.value(path);
        if value.is_empty() {
            self.resolved.missing.push(path.to_owned());
            return self.say(
                format!("字段“{}”未填写", label.zh),
                format!("“{}” is not filled in", label.en),
            );
        }
        let ids = value.ids();
        if ids.is_empty() {
            return self.say(
                format!("字段“{}”里不是人员", label.zh),
                format!("“{}” does not hold people", label.en),
            );
        }
        for id in ids {
            self.one(
                id,
                &Text::new(format!("字段“{}”", label.zh), format!("“{}”", label.en)),
            );
        }
    }

    fn except(&mut self, of: &PeopleRule, without: &PeopleRule) {
        // Whoever plays a name plays the first part; nobody plays those who are left out.
        let nobody = Resolved::default();
        let mut cx = *self.cx;
        cx.standing_for = cx.standing_for.map(|_| &nobody);
        let (from, out) = (of.resolve(self.cx), without.resolve(&cx));
        let without = without.text(&self.names);
        if !out.missing.is_empty() {
            self.resolved.missing.extend(from.missing);
            self.resolved.missing.extend(out.missing);
            self.resolved.why.extend(out.why);
            return self.say(
                format!("不能确定要排除谁（{}），因此没有人", without.zh),
                format!("Whom to leave out ({}) is not known, so nobody", without.en),
            );
        }
        let (left_out, kept): (Vec<PersonId>, Vec<PersonId>) = from
            .people
            .iter()
            .cloned()
            .partition(|id| out.people.contains(id));
        self.take(Resolved {
            people: kept,
            ..from
        });
        if !left_out.is_empty() {
            let names = list(self.dir, &left_out);
            self.say(
                format!("排除{}（{}）", names.zh, without.zh),
                format!("Without {} ({})", names.en, without.en),
            );
            if self.resolved.people.is_empty() {
                self.say("排除后没有人了".to_owned(), "Nobody is left".to_owned());
            }
        }
    }

    /// The unit a scope stands for; says why there is none.
    pub(super) fn unit(&mut self, scope: &Scope) -> Option<String> {
        let id = match scope {
            Scope::Unit(id) => id.clone(),
            Scope::ApplicantDepartment => match self.dir.people.get(self.cx.applicant) {
                Some(person) => person.unit.clone(),
                None => {
                    let name = self.dir.name(self.cx.applicant);
                    self.say(
                        format!("组织架构中没有发起人{name}"),
                        format!("The directory does not know the applicant {name}"),
                    );
                    return None;
                }
            },
            Scope::Field(path) => match self.cx.value(path) {
                Value::Text(id) if !id.is_empty() => id,
                Value::Empty
                | Value::Flag(_)
                | Value::Number(_)
                | Value::Text(_)
                | Value::Date(_)
                | Value::Time(_)
                | Value::List(_)
                | Value::Map(_) => {
                    let label = self.names.field(path);
                    self.resolved.missing.push(path.clone());
                    self.say(
                        format!("字段“{}”未填写，不知道是哪个单位", label.zh),
                        format!("“{}” is not filled in, so the unit is not known", label.en),
                    );
                    return None;
                }
            },
        };
        if self.dir.units.contains_key(&id) {
            return Some(id);
        }
        self.say(
            format!("组织架构中没有单位“{id}”"),
            format!("The directory has no unit “{id}”"),
        );
        None
    }
}
