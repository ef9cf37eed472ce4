//! Who may be asked: the people a rule names, sorted by what the policies say.

use crate::command::Verdict;
use crate::definition::{OwnRequest, PeopleRef, SamePerson, State};
use crate::people::PersonId;
use crate::text::Text;
use crate::turn::Run;

/// The people a state's rule names.
#[derive(Default)]
pub(super) struct Found {
    pub(super) people: Vec<(PersonId, Vec<Text>)>,
    pub(super) why_nobody: Vec<Text>,
    pub(super) missing: Option<String>,
}

/// Candidates of one approval, sorted by what the policies say.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) asked: Vec<(PersonId, Vec<Text>)>,
    pub(super) left_out: Vec<(PersonId, String)>,
    pub(super) why_nobody: Vec<Text>,
    /// A field the rule reads is not filled in.
    pub(super) missing: Option<String>,
    /// Asked by a policy, not by the state's rule.
    pub(super) stand_ins: Vec<PersonId>,
    /// The applicant alone remained and the policy lets that pass.
    pub(super) own_request_passes: bool,
}

impl Run<'_> {
    pub(super) fn found(&self, by: &[PeopleRef]) -> Found {
        let mut found = Found {
            people: self.resolve_all(by),
            ..Found::default()
        };
        for resolved in by.iter().map(|who| self.resolve(who)) {
            if resolved.people.is_empty() {
                found.why_nobody.extend(resolved.why);
            }
            found.missing = found
                .missing
                .or_else(|| resolved.missing.into_iter().next());
        }
        found
    }

    pub(super) fn sort(&self, state: &State, by: &[PeopleRef]) -> Sorted {
        let mut sorted = Sorted::default();
        let own = state
            .policies
            .own_request
            .unwrap_or(self.def.policies.own_request);
        let applicant = self.case.instance.applicant.clone();
        let found = self.found(by);
        (sorted.why_nobody, sorted.missing) = (found.why_nobody, found.missing);
        for (person, why) in found.people {
            if !self.cx.organisation.may_act(&person) {
                sorted
                    .why_nobody
                    .push(self.sentence(&person, "已离职或停用", "has left"));
                sorted.left_out.push((person, "not_active".to_owned()));
            } else if person == applicant && own != OwnRequest::Ask {
                sorted.own_request_passes |= own == OwnRequest::Pass;
                if own == OwnRequest::Superior
                    && let Some(superior) = self.cx.organisation.superior(&person)
                {
                    let because = self.sentence(
                        &person,
                        "是发起人，改由其上级处理",
                        "is the applicant, so their superior is asked",
                    );
                    if !sorted.asked.iter().any(|(known, _)| *known == superior) {
                        sorted.stand_ins.push(superior.clone());
                        sorted.asked.push((superior, [why, vec![because]].concat()));
                    }
                }
                sorted.why_nobody.push(self.sentence(
                    &person,
                    "是发起人，不能审批自己的申请",
                    "is the applicant and never decides on their own request",
                ));
                sorted.left_out.push((person, "own_request".to_owned()));
            } else if self.signed_elsewhere(state, &person) {
                sorted.why_nobody.push(self.sentence(
                    &person,
                    "已签过另一节点",
                    "signed another state already",
                ));
                sorted.left_out.push((person, "same_person".to_owned()));
            } else {
                sorted.asked.push((person, why));
            }
        }
        sorted
    }

    /// Under `same_person: refuse`: did they approve another state of this request that still stands?
    pub(crate) fn signed_elsewhere(&self, state: &State, person: &str) -> bool {
        let policy = state
            .policies
            .same_person
            .unwrap_or(self.def.policies.same_person);
        let instance = &self.case.instance;
        policy == SamePerson::Refuse
            && instance.decisions.iter().any(|decision| {
                decision.person == person
                    && decision.verdict == Verdict::Approve
                    && decision.state != state.id
                    && instance.stands(decision.entry)
            })
    }

    pub(super) fn superiors_of_applicant(
        &self,
        left_out: &[(PersonId, String)],
    ) -> Vec<(PersonId, Vec<Text>)> {
        let superior = self.cx.organisation.superior(&self.case.instance.applicant);
        let free = superior.filter(|person| !left_out.iter().any(|(out, _)| out == person));
        let why = Text::new(
            "没有找到处理人，改由发起人的上级处理。",
            "Nobody was found, so the applicant's superior is asked.",
        );
        free.map(|person| vec![(person, vec![why])])
            .unwrap_or_default()
    }

    fn sentence(&self, person: &str, zh: &str, en: &str) -> Text {
        let name = self.cx.organisation.name(person);
        Text::new(format!("{name}{zh}。"), format!("{name} {en}."))
    }
}
