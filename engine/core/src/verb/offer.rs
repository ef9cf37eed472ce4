//! Offers: which commands would be accepted from this person now, and why not the others. The same checks decide.

use serde::Serialize;

use crate::command::{Actor, Command, Verdict, Via};
use crate::definition::Definition;
use crate::instance::{Case, TaskKind};
use crate::people::Chooser;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::turn::{Context, Run};
use crate::verb::shared::holds;
use crate::verb::{
    Overrides, act, claim, decide, overrule, proofs, retry, return_to, start, submit, transfer,
};

mod beside;

/// A command somebody could send: a button, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Offer {
    /// `approve`, `reject`, `outcome`, `return`, `transfer`, `delegate`, `add_signer`, `remove_signer`, `ask`, `advise`,
    /// `reply`, `claim`, `give_back`, `read`, `submit`, `save`, `withdraw`, `urge`, `take_back`, `reopen`, `revoke`, `copy`, `comment`,
    /// `retry`, or `act`.
    pub verb: &'static str,
    /// What the button says.
    pub name: Text,
    /// The task it is about.
    pub task: Option<u32>,
    /// For `act`: the action's id; for `outcome`: the outcome's.
    pub action: Option<String>,
    /// For `return`: state ids it can go back to, with their names; for `remove_signer`: people.
    pub targets: Vec<(String, Text)>,
    /// Names of fields that appear with it, and whether each is needed.
    pub ask: Vec<(String, bool)>,
    /// A reason must be given.
    pub reason: bool,
    /// The signature that goes with it: `typed` (the person's name) or `drawn`.
    pub signature: Option<&'static str>,
    /// The password or a code is asked for again.
    pub step_up: bool,
    /// Why it would be refused; none when it would be accepted.
    pub refused: Option<Refusal>,
}

/// Everything `person` could do with the case now, task by task.
pub fn offers(def: &Definition, case: &Case, person: &str, cx: &Context<'_>) -> Vec<Offer> {
    let command = Command {
        actor: Actor::Person(person.to_owned()),
        via: Via::Page,
        action: crate::command::Action::Urge,
        key: None,
    };
    let run = Run::new(def, case.clone(), &command, cx);
    let mut offers = Vec::new();
    for task in
        case.instance.tasks.iter().filter(|task| {
            holds(task, person) || task.candidates.iter().any(|known| known == person)
        })
    {
        if !task.candidates.is_empty() {
            let refused = claim::check(&run, task.no).err();
            offers.push(on(task.no, plain("claim", "认领", "Claim", refused)));
            continue;
        }
        match task.kind {
            TaskKind::Draft => drafts(&run, task.no, &mut offers),
            TaskKind::Approve => decisions(&run, task.no, &mut offers),
            TaskKind::Work => actions(&run, task.no, &mut offers),
            TaskKind::Advise | TaskKind::Answer | TaskKind::Read => {
                beside::helper(&run, task, &mut offers);
            }
        }
    }
    beside::case(&run, &mut offers);
    if !case.instance.holds.is_empty() {
        offers.push(plain("retry", "重试", "Retry", retry::check(&run).err()));
    }
    offers
}

/// How `person` may overrule the flow now.
///
/// # Errors
/// `not_administrator`, or `ended`.
pub fn overrides(
    def: &Definition,
    case: &Case,
    person: &str,
    cx: &Context<'_>,
) -> Result<Overrides, Refusal> {
    let command = Command {
        actor: Actor::Person(person.to_owned()),
        via: Via::Page,
        action: crate::command::Action::Urge,
        key: None,
    };
    overrule::offered(&Run::new(def, case.clone(), &command, cx))
}

/// May this person start the flow?
///
/// # Errors
/// Why not.
pub fn may_start(def: &Definition, person: &str, cx: &Context<'_>) -> Result<(), Refusal> {
    let command = Command {
        actor: Actor::Person(person.to_owned()),
        via: Via::Page,
        action: crate::command::Action::Urge,
        key: None,
    };
    let mut case = Case::blank(crate::value::Values::new());
    person.clone_into(&mut case.instance.applicant);
    start::may_start(&Run::new(def, case, &command, cx), person)
}

fn plain(verb: &'static str, zh: &str, en: &str, refused: Option<Refusal>) -> Offer {
    Offer {
        verb,
        name: Text::new(zh, en),
        task: None,
        action: None,
        targets: vec![],
        ask: vec![],
        reason: false,
        signature: None,
        step_up: false,
        refused,
    }
}

fn on(task: u32, offer: Offer) -> Offer {
    Offer {
        task: Some(task),
        ..offer
    }
}

fn drafts(run: &Run<'_>, task: u32, offers: &mut Vec<Offer>) {
    let refused = submit::draft(run).err();
    let of = |verb, zh, en| Offer {
        task: Some(task),
        ..plain(verb, zh, en, refused.clone())
    };
    offers.push(of("submit", "提交", "Submit"));
    offers.push(of("save", "保存草稿", "Save draft"));
}

fn decisions(run: &Run<'_>, task: u32, offers: &mut Vec<Offer>) {
    let checked = decide::check(run, task);
    let refused = checked.as_ref().err().cloned();
    let state = checked.as_ref().ok().map(|(_, state)| *state);
    let ask = |approve: bool| {
        let Some(state) = state else { return vec![] };
        let needed = |field: &crate::field::Field| match field.required_to {
            Some(crate::field::RequiredTo::Approve) => approve,
            Some(crate::field::RequiredTo::Reject) => !approve,
            None => field.required,
        };
        let asked = state
            .ask
            .iter()
            .map(|field| (field.name.clone(), needed(field)));
        let written = state.fields.write.iter().map(|name| (name.clone(), false));
        let required = state.fields.require.iter();
        let required = required.map(|name| (name.clone(), approve));
        let chosen = chosen_in(run, &state.id).map(|field| (field, approve));
        once(asked.chain(written).chain(required).chain(chosen))
    };
    let of = |verb, zh, en, approve| Offer {
        task: Some(task),
        ask: ask(approve),
        ..plain(verb, zh, en, refused.clone())
    };
    let signature = state.and_then(proofs::signature_word);
    let step_up = state.is_some_and(|state| proofs::needs_step_up(run, state));
    offers.push(Offer {
        signature,
        step_up,
        ..of("approve", "同意", "Approve", true)
    });
    offers.push(Offer {
        reason: true,
        step_up,
        ..of("reject", "拒绝", "Reject", false)
    });
    for outcome in state.map(decide::outcomes).unwrap_or_default() {
        let approves = outcome.counts == Verdict::Approve;
        offers.push(Offer {
            action: Some(outcome.id.clone()),
            name: outcome.name.clone(),
            reason: outcome.reason_required || !approves,
            signature: signature.filter(|_| approves),
            step_up,
            ..of("outcome", "", "", approves)
        });
    }
    moves(run, task, offers);
}

/// The values by which whoever decides here chooses people.
fn chosen_in(run: &Run<'_>, state: &str) -> impl Iterator<Item = String> {
    let chooser = Chooser::State(state.to_owned());
    run.def.choices_of(&chooser).into_iter().map(|it| it.field)
}

/// Each field once; needed when any mention of it says so.
fn once(mentions: impl Iterator<Item = (String, bool)>) -> Vec<(String, bool)> {
    let mut fields: Vec<(String, bool)> = Vec::new();
    for (name, needed) in mentions {
        match fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known |= needed,
            None => fields.push((name, needed)),
        }
    }
    fields
}

fn actions(run: &Run<'_>, task: u32, offers: &mut Vec<Offer>) {
    match act::check(run, task) {
        Ok((_, state)) => {
            for action in act::actions(state) {
                let asked = state
                    .ask
                    .iter()
                    .chain(&action.ask)
                    .map(|field| (field.name.clone(), field.required));
                let required = action
                    .require
                    .iter()
                    .chain(&state.fields.require)
                    .map(|name| (name.clone(), true));
                let written = state.fields.write.iter().map(|name| (name.clone(), false));
                let chosen = chosen_in(run, &state.id).map(|field| (field, true));
                let ask = once(asked.chain(required).chain(written).chain(chosen));
                offers.push(Offer {
                    verb: "act",
                    name: action.name.clone(),
                    task: Some(task),
                    action: Some(action.id.clone()),
                    targets: vec![],
                    ask,
                    reason: action.reason_required,
                    signature: None,
                    step_up: false,
                    refused: None,
                });
            }
        }
        Err(refused) => offers.push(Offer {
            task: Some(task),
            ..plain("act", "办理", "Work", Some(refused))
        }),
    }
    moves(run, task, offers);
}

fn moves(run: &Run<'_>, task: u32, offers: &mut Vec<Offer>) {
    let checked = return_to::check(run, task);
    let named = |ix: &usize| {
        (
            run.def.states[*ix].id.clone(),
            run.def.states[*ix].name.clone(),
        )
    };
    let targets = checked
        .as_ref()
        .map(|(_, targets)| targets.iter().map(named).collect())
        .unwrap_or_default();
    offers.push(Offer {
        task: Some(task),
        reason: true,
        targets,
        ..plain("return", "退回", "Send back", checked.err())
    });
    let refused = transfer::check(run, task).err();
    offers.push(Offer {
        task: Some(task),
        ..plain("transfer", "转办", "Transfer", refused)
    });
    beside::helpers(run, task, offers);
}
