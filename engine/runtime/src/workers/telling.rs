//! What a module told another record: the event reaches the flows there like one from outside.

use assent_core::command::Via;
use assent_core::effect::Effect;
use assent_store::{ClaimedEffect, Delivery};

use crate::app::{App, AppError, Happening};

/// Delivers a `tell` effect. Its id is the key of the commands it becomes, so that delivering it twice is telling it once, also
/// to a flow that waits for the same event again by then.
pub(super) async fn deliver(
    app: &App,
    claimed: &ClaimedEffect,
    effect: &Effect,
) -> Result<Delivery, AppError> {
    let Effect::Tell {
        entity,
        record,
        event,
        payload,
        ..
    } = effect
    else {
        return Ok(Delivery::Done);
    };
    let happening = Happening {
        event,
        entity: Some(entity),
        record,
        payload: payload.clone(),
        via: Via::Effect,
        key: Some(&claimed.id),
    };
    match app.wake_by(happening).await {
        Ok(_) => Ok(Delivery::Done),
        Err(AppError::NotFound) => Ok(Delivery::Dead {
            at: app.now(),
            error: format!("no module declares the event {event}"),
        }),
        Err(fault) => Err(fault),
    }
}
