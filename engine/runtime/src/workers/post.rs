//! Mails: written when they are sent, from what the instance holds then, to whoever may still read them.

use assent_core::effect::Effect;
use assent_core::event::{Change, Event};
use assent_store::{ClaimedEffect, Delivery};

use super::outbox::again;
use crate::app::{App, AppError};
use crate::engine::stored_case;
use crate::mail::{Letter, NotSent, Queued, Sent, Source, Undelivered, check, compose};
use crate::view::{Names, hidden_from};

/// Events looked at for the last words somebody gave.
const LAST_WORDS_EVENTS: u32 = 60;

/// Delivers a `mail` effect.
pub(super) async fn deliver(
    app: &App,
    claimed: &ClaimedEffect,
    effect: &Effect,
) -> Result<Delivery, AppError> {
    let Effect::Mail {
        instance,
        mail,
        to,
        task,
        state,
    } = effect
    else {
        return Ok(Delivery::Done);
    };
    let queued = Queued {
        id: &claimed.id,
        mail,
        to,
        task: *task,
        state,
    };
    match post(app, instance, &queued).await? {
        Posted::Sent | Posted::NotSent(NotSent::TaskGone | NotSent::Gone | NotSent::Passed) => {
            Ok(Delivery::Done)
        }
        Posted::NotSent(NotSent::NoAddress) => Ok(Delivery::Dead {
            at: app.now(),
            error: format!("{to} has no mail address"),
        }),
        Posted::Failed(fault) if fault.permanent => Ok(Delivery::Dead {
            at: app.now(),
            error: fault.words,
        }),
        Posted::Failed(fault) => Ok(again(claimed, app.now(), fault.words)),
    }
}

/// What became of a mail.
pub(crate) enum Posted {
    /// It is on its way.
    Sent,
    /// Nobody is to read it any more.
    NotSent(NotSent),
    /// The mail server would not take it.
    Failed(Undelivered),
}

/// Writes a mail from what the instance holds now, and hands it over.
pub(crate) async fn post(
    app: &App,
    instance: &str,
    queued: &Queued<'_>,
) -> Result<Posted, AppError> {
    match written(app, instance, queued, true).await? {
        Ok(letter) => hand_over(app, &letter).await,
        Err(why) => Ok(Posted::NotSent(why)),
    }
}

/// Writes a mail from what the instance holds now; or why nobody is to read it any more. Without its link where it is only
/// looked at: a link is a secret of its reader.
pub(super) async fn written(
    app: &App,
    instance: &str,
    queued: &Queued<'_>,
    has_link: bool,
) -> Result<Result<Letter, NotSent>, AppError> {
    let Some(loaded) = app.load(instance).await? else {
        return Ok(Err(NotSent::Passed));
    };
    let def = app
        .definition_of(&loaded.row.flow, &loaded.row.version)
        .await?;
    let case = stored_case(&loaded)?;
    let around = app.around(def, &case.values, None, app.now()).await?;
    let last = last_words(app, instance, case.instance.seq).await?;
    let source = Source {
        def: &around.def,
        case: &case,
        title: &loaded.row.title,
        directory: &around.directory,
        names: Names {
            directory: &around.directory,
            records: &around.records,
            calendar: &around.calendar,
        },
        calendar: &around.calendar,
        now: around.now,
        base_url: &app.config().base_url,
        last: last
            .as_ref()
            .map(|(by, words)| (around.directory.name(by), words.as_str())),
    };
    let (person, task) = match check(queued, &source) {
        Ok(checked) => checked,
        Err(why) => return Ok(Err(why)),
    };
    let link = match task.filter(|_| has_link) {
        Some(task) => Some(app.make_link(&case, task, queued.to).await?),
        None => None,
    };
    // Read only where it matters: a mail about no task, of a flow that hides something somewhere.
    let hides = around
        .def
        .states
        .iter()
        .any(|state| !state.fields.hidden.is_empty());
    let hidden = match task {
        Some(task) => around
            .def
            .state_ix(&task.state)
            .map(|ix| around.def.states[ix].fields.hidden.clone())
            .unwrap_or_default(),
        None if hides => {
            let trail = app.trail(instance).await?;
            hidden_from(queued.to, &case, &around.def, &trail, false)
        }
        None => vec![],
    };
    let letter = compose(queued, &source, person, task, link.as_deref(), &hidden);
    Ok(Ok(letter))
}

/// Hands a letter to the mail server, or keeps it in the development mailbox.
pub(crate) async fn hand_over(app: &App, letter: &Letter) -> Result<Posted, AppError> {
    #[cfg(test)]
    if let Some(taken) = crate::tests::outside::posted(&letter.id) {
        return Ok(match taken {
            Ok(()) => Posted::Sent,
            Err(words) => Posted::Failed(Undelivered {
                permanent: false,
                words,
            }),
        });
    }
    match app.inner.carrier.send(letter).await {
        Ok(Sent::Taken) => Ok(Posted::Sent),
        Ok(Sent::ToMailbox(raw)) => {
            app.keep_in_mailbox(letter, &raw).await?;
            Ok(Posted::Sent)
        }
        Err(fault) => Ok(Posted::Failed(fault)),
    }
}

/// Who gave the last words with a decision, and what they were.
async fn last_words(
    app: &App,
    instance: &str,
    seq: u32,
) -> Result<Option<(String, String)>, AppError> {
    let from = seq.saturating_sub(LAST_WORDS_EVENTS) + 1;
    let rows = app
        .store()
        .events(instance, from, LAST_WORDS_EVENTS)
        .await?;
    Ok(rows.iter().rev().find_map(|row| {
        let event: Event = serde_json::from_str(&row.body).ok()?;
        let words = match &event.change {
            Change::Decided { comment, .. }
            | Change::Acted { comment, .. }
            | Change::Returned { comment, .. } => comment.clone()?,
            _ => return None,
        };
        Some((event.actor.person()?.to_owned(), words))
    }))
}
