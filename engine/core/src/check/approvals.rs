//! Approvals: who may not sign at all, and who would sign twice.

use crate::definition::{
    Approve, Definition, OwnRequest, PeopleRef, SamePerson, State, StateIx, StateKind,
};
use crate::people::PeopleRule;
use crate::text::Text;

use super::finding::{Finding, at_part, called};
use super::reach::{Reach, successors};

/// All findings about approval states.
pub(super) fn check(def: &Definition, reach: &Reach) -> Vec<Finding> {
    let mut found = Vec::new();
    for (ix, state) in def.states.iter().enumerate() {
        if let StateKind::Approve(approve) = &state.kind {
            found.extend(only_the_applicant(def, state, approve));
            if reach.states[ix] {
                found.extend(same_rule_twice(def, reach, ix, approve));
            }
        }
    }
    found
}

/// An approval that asks nobody but the applicant, who may not decide on their own request.
fn only_the_applicant(def: &Definition, state: &State, approve: &Approve) -> Option<Finding> {
    let own = state
        .policies
        .own_request
        .unwrap_or(def.policies.own_request);
    let only = !approve.by.is_empty()
        && approve.by.iter().all(|people| match people {
            PeopleRef::Applicant => true,
            PeopleRef::Waiting => false,
            PeopleRef::Named(name) => def.people_rule(name) == Some(&PeopleRule::Applicant),
        });
    if own != OwnRequest::Refuse || !only {
        return None;
    }
    let name = called(state);
    Some(Finding::error(
        "applicant-approves",
        at_part(state, "approve.by"),
        Text::new(
            format!(
                "审批节点{}只问发起人本人，而策略 own_request: refuse 不许发起人审批自己的申请，这一步永远没有人能办。",
                name.zh
            ),
            format!(
                "Approval {} asks only the applicant, and own_request: refuse bars them from deciding on their own request: nobody could ever act.",
                name.en
            ),
        ),
        Text::new(
            "请换成别的处理人；如果确实要发起人自己确认，请把这一步改为 work:。",
            "Name somebody else; if the applicant is meant to confirm, make this a work: state.",
        ),
    ))
}

/// One rule asked twice in a row, while one person may not sign two states.
fn same_rule_twice(
    def: &Definition,
    reach: &Reach,
    ix: StateIx,
    approve: &Approve,
) -> Vec<Finding> {
    let [only] = approve.by.as_slice() else {
        return vec![];
    };
    let mut seen = vec![false; def.states.len()];
    let mut open = successors(def, reach, ix);
    let mut found = Vec::new();
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        let state = &def.states[at];
        let StateKind::Approve(next) = &state.kind else {
            open.extend(successors(def, reach, at));
            continue;
        };
        if state.when.is_some() {
            open.extend(successors(def, reach, at));
        }
        let policy = state
            .policies
            .same_person
            .unwrap_or(def.policies.same_person);
        if at != ix && policy == SamePerson::Refuse && next.by == [only.clone()] {
            found.push(same_rule_finding(&def.states[ix], state, only));
        }
    }
    found.sort_by(|left, right| left.at.cmp(&right.at));
    found
}

fn same_rule_finding(first: &State, second: &State, people: &PeopleRef) -> Finding {
    let (before, name) = (called(first), called(second));
    let who = match people {
        PeopleRef::Applicant => "applicant",
        PeopleRef::Waiting => "waiting",
        PeopleRef::Named(who) => who,
    };
    Finding::warning(
        "same-people-twice",
        at_part(second, "approve.by"),
        Text::new(
            format!(
                "节点{}和紧接着的{}问的是同一批人（{who}），而策略 same_person: refuse 不许同一个人签两处：只要这批人只有一位，流程就会停住。",
                before.zh, name.zh
            ),
            format!(
                "States {} and then {} ask the same people ({who}), while same_person: refuse bars one person from signing both: with only one of them the flow stops.",
                before.en, name.en
            ),
        ),
        Text::new(
            "请给后一个节点换一批人，或在它上面单独写 policies: {same_person: ask}。",
            "Ask other people in the second state, or give it policies: {same_person: ask} of its own.",
        ),
    )
}
