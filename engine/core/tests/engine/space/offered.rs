//! Offers keep their word: what is offered is accepted, and what is offered with a refusal is refused with that code. Nothing
//! a probe sends is kept.

use assent_core::command::{
    Action, Actor, Command, DecideWith, ReturnTo, SignerPlace, SignerRole, Verdict, Via,
};
use assent_core::definition::Definition;
use assent_core::instance::Case;
use assent_core::turn::{Before, Context, turn};
use assent_core::value::{Value, Values};
use assent_core::verb::offer::{Offer, offers};

use super::dice::Dice;

use super::runner::Fault;
use super::world::{PEOPLE, person};

/// Refusals that are about whom somebody chose, not about the verb.
const ABOUT_THE_CHOICE: [&str; 8] = [
    "already_asked",
    "asks_the_holder",
    "bar_out_of_reach",
    "delegation_loop",
    "own_request",
    "same_assignee",
    "same_person",
    "unknown_person",
];

/// Tries one of the offers somebody has.
pub fn probe(
    dice: &mut Dice,
    def: &Definition,
    case: &Case,
    cx: &Context<'_>,
) -> Result<(), Fault> {
    let who = person(dice.roll(PEOPLE));
    let all = offers(def, case, &who, cx);
    let Some(offer) = dice.pick(&all) else {
        return Ok(());
    };
    let mut last = String::new();
    for action in actions(offer, &who) {
        let command = Command {
            actor: Actor::Person(who.clone()),
            via: Via::Test,
            action,
            key: None,
        };
        let answer = turn(def, Before::Case(Box::new(case.clone())), &command, cx);
        let refused = answer.err().map(|refusal| refusal.code);
        match (&offer.refused, refused) {
            (None, None) => return Ok(()),
            (None, Some(code)) if ABOUT_THE_CHOICE.contains(&code.as_str()) => last = code,
            (Some(why), Some(code)) if why.code == code => return Ok(()),
            (offered, answered) => {
                let offered = offered.as_ref().map_or("accepted", |why| why.code.as_str());
                let answered = answered.unwrap_or_else(|| "accepted".to_owned());
                return Err((
                    format!("offer of {}: {offered}, then {answered}", offer.verb),
                    format!("{who} sent {:?}", command.action),
                ));
            }
        }
    }
    // Nobody fits who could be chosen; that is no broken word.
    if last.is_empty() {
        return Err((format!("offer of {} is nothing to send", offer.verb), who));
    }
    Ok(())
}

/// The commands a person could make of an offer: one, or one for everybody they could choose.
fn actions(offer: &Offer, who: &str) -> Vec<Action> {
    let task = offer.task.unwrap_or_default();
    let text = || "some words".to_owned();
    let comment = Some(text());
    let people = || (0..PEOPLE).map(person);
    let decide = |verdict, outcome: Option<String>| Action::Decide {
        task,
        verdict,
        comment: comment.clone(),
        set: Values::new(),
        with: DecideWith {
            outcome,
            signature: offer.signature.map(|_| who.to_owned()),
            stepped_up: offer.step_up,
            bulk: false,
        },
    };
    let one = match offer.verb {
        "approve" => decide(Verdict::Approve, None),
        "reject" => decide(Verdict::Reject, None),
        "outcome" => decide(Verdict::Approve, offer.action.clone()),
        "act" => Action::Act {
            task,
            action: offer.action.clone().unwrap_or_else(|| "done".to_owned()),
            comment: comment.clone(),
            set: Values::new(),
        },
        "return" if offer.targets.is_empty() => Action::Return {
            task,
            to: ReturnTo::Applicant,
            comment: text(),
        },
        // Every target that is offered is tried; the last stands for all.
        "return" => {
            let last = offer.targets[offer.targets.len() - 1].0.clone();
            Action::Return {
                task,
                to: ReturnTo::State(last),
                comment: text(),
            }
        }
        "transfer" => {
            return people()
                .map(|to| Action::Transfer {
                    task,
                    to,
                    comment: comment.clone(),
                })
                .collect();
        }
        "delegate" => {
            return people()
                .map(|to| Action::Delegate {
                    task,
                    to,
                    comment: comment.clone(),
                })
                .collect();
        }
        "ask" => {
            return people()
                .map(|to| Action::Ask {
                    task,
                    to: Some(to),
                    question: text(),
                })
                .collect();
        }
        "add_signer" => {
            let add = |person| Action::AddSigner {
                task,
                person,
                place: SignerPlace::Before,
                role: SignerRole::Voter,
                comment: comment.clone(),
            };
            return people().map(add).collect();
        }
        "remove_signer" => {
            let remove = |(person, _): &(String, _)| Action::RemoveSigner {
                task,
                person: person.clone(),
                comment: comment.clone(),
            };
            return offer.targets.iter().map(remove).collect();
        }
        "advise" => Action::Advise {
            task,
            comment: text(),
        },
        "reply" => Action::Reply { task, text: text() },
        "claim" => Action::Claim { task },
        "give_back" => Action::GiveBack { task, comment },
        "read" => Action::Read { task },
        "submit" => Action::Submit {
            set: whole(),
            straight_back: false,
        },
        "save" => Action::Save { set: whole() },
        "withdraw" => Action::Withdraw { comment },
        "urge" => Action::Urge,
        "take_back" => Action::TakeBack { task, comment },
        "reopen" => Action::Reopen { comment },
        "copy" => {
            return people()
                .map(|to| Action::Copy {
                    to: vec![to],
                    comment: None,
                })
                .collect();
        }
        "comment" => Action::Comment {
            text: text(),
            mention: vec![],
            files: vec![],
        },
        "retry" => Action::Retry {
            comment,
            set: Values::new(),
        },
        other => panic!("an offer the test does not know: {other}"),
    };
    vec![one]
}

/// Everything a draft must have.
fn whole() -> Values {
    Values::from([
        ("subject".to_owned(), Value::from("words")),
        ("amount".to_owned(), Value::from(100_i64)),
    ])
}
