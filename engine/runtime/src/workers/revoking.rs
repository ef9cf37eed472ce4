//! Revocations: starting the instance that decides whether something approved is revoked.

use assent_core::command::{Action, Actor, Command, Via};
use assent_core::definition::Outcome;
use assent_core::effect::Effect;
use assent_core::turn::New;
use assent_core::value::Values;
use assent_store::{ClaimedEffect, Delivery};

use super::subflows::{in_common, tell};
use crate::app::{App, AppError};
use crate::engine::stored_case;

/// Delivers a `revoke` effect. The id was given by the instance that is to be revoked, so starting it twice is starting it
/// once. A flow on the same entity type runs on the same record; one with a form of its own gets the fields both have.
///
/// When it cannot be started, the asking is taken back: otherwise nobody could ask again.
pub(super) async fn deliver(
    app: &App,
    claimed: &ClaimedEffect,
    effect: &Effect,
) -> Result<Delivery, AppError> {
    let Effect::Revoke {
        instance,
        child,
        flow,
        by,
        of,
    } = effect
    else {
        return Ok(Delivery::Done);
    };
    let Some(original) = app.load(instance).await? else {
        return Ok(Delivery::Done);
    };
    let original = stored_case(&original)?;
    let wanted = original.instance.revocation.asked.as_ref() == Some(child);
    if !wanted || app.load(child).await?.is_some() {
        return Ok(Delivery::Done);
    }
    let Some(def) = app.definition(flow) else {
        let error = format!("no flow {flow} is published");
        let later = super::outbox::again(claimed, app.now(), error);
        return given_up(app, (instance, child), later).await;
    };
    let same = def.entity.name == original.instance.entity;
    let set = if same {
        Values::new()
    } else {
        in_common(&def, &original)
    };
    let new = New {
        instance: child.clone(),
        record: if same {
            original.instance.record.clone()
        } else {
            app.new_id()
        },
        values: same.then(|| original.values.clone()),
        parent: Some(instance.clone()),
        revokes: Some(of.clone()),
    };
    let command = Command {
        actor: Actor::Person(by.clone()),
        via: Via::Subflow,
        action: Action::Start { set, submit: true },
        key: None,
    };
    match app.turn_new(def, new, &command, app.now()).await {
        Ok(_) => Ok(Delivery::Done),
        // The same record would be refused again.
        Err(AppError::Refused(refusal)) => {
            let error = format!("{}: {}", refusal.code, refusal.message.en);
            let at = app.now();
            given_up(app, (instance, child), Delivery::Dead { at, error }).await
        }
        Err(fault) => Err(fault),
    }
}

/// Once the letter is dead, the original is told that nothing came of it.
async fn given_up(
    app: &App,
    (instance, child): (&str, &str),
    delivery: Delivery,
) -> Result<Delivery, AppError> {
    if matches!(delivery, Delivery::Dead { .. }) {
        let action = Action::ChildEnded {
            child: child.to_owned(),
            outcome: Outcome::Cancelled,
        };
        tell(app, instance, action).await?;
    }
    Ok(delivery)
}
