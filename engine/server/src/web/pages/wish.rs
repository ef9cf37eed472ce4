//! From what a form posts to the action it wishes.

use assent_core::command::{Action, DecideWith, ReturnTo, SignerPlace, SignerRole, Verdict};
use assent_core::value::Values;
use assent_runtime::app::{AppError, FieldFault, OfferView, TaskView};

use crate::web::form::Typed;
use crate::web::{Reader, Site, people, words};

/// The action a task's form wishes.
///
/// # Errors
/// `Invalid` when nobody is named, or nobody or several people have the name that was typed; `NotFound` for a verb there is not.
pub fn action(
    site: &Site,
    reader: &Reader,
    view: &TaskView,
    offer: &OfferView,
    typed: &Typed,
    comment: String,
    set: Values,
) -> Result<Action, AppError> {
    let task = view.task;
    let words = Some(comment.clone()).filter(|comment| !comment.is_empty());
    let to = |missing: &str| {
        let chosen = chosen(typed, "to", missing)?;
        people::meant(site, &reader.id, "to", &chosen)
    };
    Ok(match offer.verb {
        "act" | "approve" | "reject" | "outcome" => decision(task, offer, typed, words, set),
        "return" => Action::Return {
            task,
            to: target(offer, typed)?,
            comment,
        },
        "transfer" => Action::Transfer {
            task,
            to: to("sheet.pick_person")?,
            comment: words,
        },
        "delegate" => Action::Delegate {
            task,
            to: to("sheet.pick_somebody")?,
            comment: words,
        },
        "add_signer" => Action::AddSigner {
            task,
            person: to("sheet.pick_somebody")?,
            place: match typed.text("place") {
                "before" => SignerPlace::Before,
                "after" => SignerPlace::After,
                _ => SignerPlace::Alongside,
            },
            role: match typed.text("role") {
                "adviser" => SignerRole::Adviser,
                _ => SignerRole::Voter,
            },
            comment: words,
        },
        "remove_signer" => Action::RemoveSigner {
            task,
            person: chosen(typed, "to", "sheet.pick_somebody")?,
            comment: words,
        },
        "ask" => Action::Ask {
            task,
            to: match typed.text("to").trim() {
                "" => None,
                somebody => Some(people::meant(site, &reader.id, "to", somebody)?),
            },
            question: comment,
        },
        "advise" => Action::Advise { task, comment },
        "reply" => Action::Reply {
            task,
            text: comment,
        },
        "claim" => Action::Claim { task },
        "give_back" => Action::GiveBack {
            task,
            comment: words,
        },
        "read" => Action::Read { task },
        _ => return of_case(site, reader, offer, typed, comment),
    })
}

/// A decision, or a named action of a work task.
fn decision(
    task: u32,
    offer: &OfferView,
    typed: &Typed,
    words: Option<String>,
    set: Values,
) -> Action {
    match offer.verb {
        "act" => Action::Act {
            task,
            action: offer.action.clone(),
            comment: words,
            set,
        },
        _ => Action::Decide {
            task,
            verdict: match offer.verb {
                "reject" => Verdict::Reject,
                _ => Verdict::Approve,
            },
            comment: words,
            set,
            with: DecideWith {
                outcome: (offer.verb == "outcome").then(|| offer.action.clone()),
                signature: offer
                    .signature
                    .and_then(|_| typed.each("signature").last().map(|one| (*one).to_owned())),
                stepped_up: false,
                bulk: false,
            },
        },
    }
}

/// What is done on the case as a whole; its pages send the same.
///
/// # Errors
/// `Invalid` when nobody or several people have a name that was typed; `NotFound` for a verb there is not.
pub fn of_case(
    site: &Site,
    reader: &Reader,
    offer: &OfferView,
    typed: &Typed,
    comment: String,
) -> Result<Action, AppError> {
    let words = Some(comment.clone()).filter(|comment| !comment.is_empty());
    let people = |name: &str| -> Result<Vec<String>, AppError> {
        let typed = typed.each(name);
        typed
            .into_iter()
            .map(|one| people::meant(site, &reader.id, name, one))
            .collect()
    };
    Ok(match offer.verb {
        "comment" => Action::Comment {
            text: comment,
            mention: people("mention")?,
            files: typed.each("files").into_iter().map(str::to_owned).collect(),
        },
        "copy" => Action::Copy {
            to: people("to")?,
            comment: words,
        },
        "withdraw" => Action::Withdraw { comment: words },
        "retry" => Action::Retry {
            comment: words,
            set: Values::new(),
        },
        "urge" => Action::Urge,
        "reopen" => Action::Reopen { comment: words },
        "revoke" => Action::Revoke {
            comment: words.unwrap_or_default(),
        },
        "take_back" => Action::TakeBack {
            task: offer.task.unwrap_or_default(),
            comment: words,
        },
        "remove_signer" => Action::RemoveSigner {
            task: offer.task.unwrap_or_default(),
            person: chosen(typed, "to", "sheet.pick_somebody")?,
            comment: words,
        },
        _ => return Err(AppError::NotFound),
    })
}

fn target(offer: &OfferView, typed: &Typed) -> Result<ReturnTo, AppError> {
    let to = match offer.targets.as_slice() {
        [only] => only.id.clone(),
        _ => chosen(typed, "to", "sheet.pick_target")?,
    };
    Ok(match to.as_str() {
        "applicant" => ReturnTo::Applicant,
        "previous" => ReturnTo::Previous,
        _ => ReturnTo::State(to),
    })
}

fn chosen(typed: &Typed, name: &str, missing: &str) -> Result<String, AppError> {
    match typed.text(name).trim() {
        "" => Err(AppError::Invalid(vec![FieldFault {
            field: name.to_owned(),
            code: "required".to_owned(),
            message: words::both(missing, &[]),
        }])),
        chosen => Ok(chosen.to_owned()),
    }
}
