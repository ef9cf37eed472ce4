//! Who may be asked: the people a rule names, sorted by what the policies say.

use crate::command::Verdict;
use crate::definition::{Nobody, OwnRequest, PeopleRef, SamePerson, State, StateKind};
use crate::people::{PersonId, Resolved, SUPERVISOR_LEVELS_MAX};
use crate::text::Text;
use crate::turn::Run;
use crate::turn::hold::Trouble;

/// People who are asked, each with the reasons.
pub(super) type Asked = Vec<(PersonId, Vec<Text>)>;

/// The people a state's rule names.
#[derive(Default)]
pub(super) struct Found {
    pub(super) people: Asked,
    pub(super) why_nobody: Vec<Text>,
    pub(super) missing: Option<String>,
}

/// Candidates of one approval, sorted by what the policies say.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) asked: Asked,
    pub(super) left_out: Vec<(PersonId, String)>,
    pub(super) why_nobody: Vec<Text>,
    /// A field the rule reads is not filled in.
    pub(super) missing: Option<String>,
    /// Asked by a policy, not by the state's rule.
    pub(super) stand_ins: Vec<PersonId>,
    /// The applicant alone remained and the policy lets that pass.
    pub(super) own_request_passes: bool,
}

/// Why somebody the rule names is not asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ban {
    /// They have left.
    NotActive,
    /// `own_request`.
    OwnRequest,
    /// `same_person: refuse`.
    SamePerson,
}

impl Ban {
    fn code(self) -> &'static str {
        match self {
            Ban::NotActive => "not_active",
            Ban::OwnRequest => "own_request",
            Ban::SamePerson => "same_person",
        }
    }
}

impl Run<'_> {
    /// The people a name stands for in a state: a vacancy moves up where its `nobody:` says so.
    pub(crate) fn resolve_at(&self, state: &State, who: &PeopleRef) -> Resolved {
        let up = self.vacant_moves_up(state);
        let organisation = self.cx.organisation;
        organisation.resolve_in(self.def, who, &self.case, up)
    }

    /// The state's `nobody:`, else the flow's.
    pub(crate) fn nobody(&self, state: &State) -> Nobody {
        let own = state.policies.nobody.clone();
        own.unwrap_or_else(|| self.def.policies.nobody.clone())
    }

    pub(super) fn vacant_moves_up(&self, state: &State) -> bool {
        self.nobody(state) == Nobody::Superior
    }

    /// The people several names stand for, and why nobody where it is so.
    pub(super) fn found(&self, state: &State, by: &[PeopleRef]) -> Found {
        let mut found = Found::default();
        for resolved in by.iter().map(|who| self.resolve_at(state, who)) {
            if resolved.people.is_empty() {
                found.why_nobody.extend(resolved.why.iter().cloned());
            }
            found.missing = found
                .missing
                .or_else(|| resolved.missing.into_iter().next());
            for person in resolved.people {
                if !found.people.iter().any(|(known, _)| *known == person) {
                    found.people.push((person, resolved.why.clone()));
                }
            }
        }
        found
    }

    /// The candidates of an approval; where nobody remains, whom the state's `nobody:` names instead.
    pub(super) fn candidates(
        &mut self,
        state: &State,
        by: &[PeopleRef],
    ) -> Result<Sorted, Trouble> {
        self.draw(state, by)?;
        let mut sorted = self.sort(state, by);
        if !sorted.asked.is_empty() || sorted.missing.is_some() || sorted.own_request_passes {
            return Ok(sorted);
        }
        let instead = match self.nobody(state) {
            Nobody::Hold | Nobody::Pass | Nobody::Reject => return Ok(sorted),
            Nobody::Fallback(name) => {
                let by = [PeopleRef::Named(name)];
                self.draw(state, &by)?;
                self.sort(state, &by)
            }
            Nobody::Superior => Sorted {
                asked: self.superior_instead(state),
                ..Sorted::default()
            },
        };
        sorted.stand_ins = instead.asked.iter().map(|(it, _)| it.clone()).collect();
        sorted.asked = instead.asked;
        sorted.left_out.extend(instead.left_out);
        sorted.why_nobody.extend(instead.why_nobody);
        sorted.missing = instead.missing;
        sorted.own_request_passes = instead.own_request_passes;
        Ok(sorted)
    }

    pub(super) fn sort(&self, state: &State, by: &[PeopleRef]) -> Sorted {
        let own = self.own_request(state);
        let found = self.found(state, by);
        let mut sorted = Sorted {
            why_nobody: found.why_nobody,
            missing: found.missing,
            ..Sorted::default()
        };
        for (person, why) in found.people {
            let Some(ban) = self.ban(state, &person) else {
                if !sorted.asked.iter().any(|(known, _)| *known == person) {
                    sorted.asked.push((person, why));
                }
                continue;
            };
            let (zh, en) = match ban {
                Ban::NotActive => ("已离职或停用", "has left"),
                Ban::OwnRequest => (
                    "是发起人，不能审批自己的申请",
                    "is the applicant and never decides on their own request",
                ),
                Ban::SamePerson => ("已签过另一节点", "signed another state already"),
            };
            sorted.why_nobody.push(self.sentence(&person, zh, en));
            sorted
                .left_out
                .push((person.clone(), ban.code().to_owned()));
            if ban != Ban::OwnRequest {
                continue;
            }
            sorted.own_request_passes |= own == OwnRequest::Pass;
            if let (OwnRequest::Superior, Some(superior)) =
                (own, self.free_superior(state, &person))
                && !sorted.asked.iter().any(|(known, _)| *known == superior)
            {
                let because = self.sentence(
                    &person,
                    "是发起人，改由其上级处理",
                    "is the applicant, so their superior is asked",
                );
                sorted.stand_ins.push(superior.clone());
                sorted.asked.push((superior, [why, vec![because]].concat()));
            }
        }
        // It passes only when nobody else remains.
        sorted.own_request_passes &= sorted.asked.is_empty();
        sorted
    }

    /// Would the state's rule (or, `by_policy`, what a policy puts in its place) still name this person?
    pub(crate) fn still_named(&self, state: &State, person: &str, by_policy: bool) -> bool {
        let by: &[PeopleRef] = match &state.kind {
            StateKind::Approve(approve) => &approve.by,
            StateKind::Work { by, .. } => by,
            StateKind::Draft { .. }
            | StateKind::Rule { .. }
            | StateKind::Run(_)
            | StateKind::Choose { .. }
            | StateKind::Mail { .. }
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Subflow { .. }
            | StateKind::Together { .. }
            | StateKind::End { .. } => return true,
        };
        let named = |who: &PeopleRef| {
            let found = self.resolve_at(state, who).people;
            found.iter().any(|known| known == person)
        };
        if !by_policy {
            return by.iter().any(named);
        }
        let nobody = self.nobody(state);
        let upward = nobody == Nobody::Superior || self.own_request(state) == OwnRequest::Superior;
        let instead = match nobody {
            Nobody::Fallback(name) => named(&PeopleRef::Named(name)),
            Nobody::Hold | Nobody::Superior | Nobody::Pass | Nobody::Reject => false,
        };
        let above = || {
            let chain = self.superiors(&self.case.instance.applicant);
            chain.iter().any(|known| known == person)
        };
        instead || upward && above()
    }

    /// Why somebody the rule names is not asked in this state.
    pub(super) fn ban(&self, state: &State, person: &str) -> Option<Ban> {
        if !self.cx.organisation.may_act(person) {
            Some(Ban::NotActive)
        } else if self.own_request_barred(state, person) {
            Some(Ban::OwnRequest)
        } else if self.signed_elsewhere(state, person) {
            Some(Ban::SamePerson)
        } else {
            None
        }
    }

    /// The state's `own_request:`, else the flow's.
    pub(crate) fn own_request(&self, state: &State) -> OwnRequest {
        let own = state.policies.own_request;
        own.unwrap_or(self.def.policies.own_request)
    }

    /// Is this the applicant, whom the policy keeps from deciding on their own request? Work is no decision.
    pub(crate) fn own_request_barred(&self, state: &State, person: &str) -> bool {
        let approves = matches!(state.kind, StateKind::Approve(_));
        approves
            && person == self.case.instance.applicant
            && self.own_request(state) != OwnRequest::Ask
    }

    /// Under `same_person: refuse`: did they approve another state of this request that still stands, in their own name or
    /// for somebody else, or did somebody for them?
    pub(crate) fn signed_elsewhere(&self, state: &State, person: &str) -> bool {
        let policy = state
            .policies
            .same_person
            .unwrap_or(self.def.policies.same_person);
        let instance = &self.case.instance;
        let approves = matches!(state.kind, StateKind::Approve(_));
        approves
            && policy == SamePerson::Refuse
            && instance.decisions.iter().any(|decision| {
                (decision.person == person || decision.stands_for.as_deref() == Some(person))
                    && decision.verdict == Verdict::Approve
                    && decision.state != state.id
                    && instance.stands(decision.entry)
            })
    }

    /// `nobody: superior`: the first of the applicant's superiors who may be asked here.
    fn superior_instead(&self, state: &State) -> Asked {
        let superior = self.free_superior(state, &self.case.instance.applicant);
        let why = Text::new(
            "没有找到处理人，改由发起人的上级处理。",
            "Nobody was found, so the applicant's superior is asked.",
        );
        superior
            .map(|person| vec![(person, vec![why])])
            .unwrap_or_default()
    }

    /// The first above somebody who may be asked here.
    fn free_superior(&self, state: &State, person: &str) -> Option<PersonId> {
        let chain = self.superiors(person);
        chain.into_iter().find(|it| self.ban(state, it).is_none())
    }

    /// Everybody above somebody, nearest first; ends at the top, or where it goes round.
    pub(crate) fn superiors(&self, person: &str) -> Vec<PersonId> {
        let mut chain: Vec<PersonId> = vec![];
        for _ in 0..SUPERVISOR_LEVELS_MAX {
            let below = chain.last().map_or(person, String::as_str);
            match self.cx.organisation.superior(below) {
                Some(above) if above != person && !chain.contains(&above) => chain.push(above),
                Some(_) | None => break,
            }
        }
        chain
    }

    pub(super) fn sentence(&self, person: &str, zh: &str, en: &str) -> Text {
        let name = self.cx.organisation.name(person);
        Text::new(format!("{name}{zh}。"), format!("{name} {en}."))
    }
}
