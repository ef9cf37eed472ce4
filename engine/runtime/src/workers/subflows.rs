//! Subflows: starting a child, and telling its parent that it ended.

use assent_core::command::{Action, Actor, Command, Via};
use assent_core::definition::{Definition, Outcome};
use assent_core::effect::Effect;
use assent_core::instance::{Case, Status};
use assent_core::refusal::Refusal;
use assent_core::text::Text;
use assent_core::turn::New;
use assent_core::value::{Value, Values};
use assent_store::{ClaimedEffect, Delivery};

use crate::app::{App, AppError};
use crate::engine::stored_case;

/// Delivers a `subflow` or `child_ended` effect.
pub(super) async fn deliver(
    app: &App,
    claimed: &ClaimedEffect,
    effect: &Effect,
) -> Result<Delivery, AppError> {
    match effect {
        Effect::Subflow {
            instance,
            child,
            flow,
            link,
            waits,
            set,
        } => {
            let ask = Ask {
                first: set,
                parent: instance,
                child,
                flow,
                link: link.as_deref(),
                waits: *waits,
            };
            start(app, claimed, ask).await
        }
        Effect::ChildEnded {
            parent,
            child,
            outcome,
        } => {
            let action = Action::ChildEnded {
                child: child.clone(),
                outcome: outcome.clone(),
            };
            tell(app, parent, action).await
        }
        Effect::StopChild { parent, child } => {
            let action = Action::StopChild {
                parent: parent.clone(),
            };
            // Not started yet, or over already: nothing to stop. A start that comes later sees that nobody wants it.
            tell(app, child, action).await
        }
        Effect::Mail { .. } | Effect::Call { .. } | Effect::Revoke { .. } | Effect::Tell { .. } => {
            Ok(Delivery::Done)
        }
    }
}

/// The values of every field that the child has too, and that its applicant could fill in.
pub(super) fn in_common(def: &Definition, case: &Case) -> Values {
    def.entity
        .fields
        .iter()
        .filter(|field| field.computed.is_none() && field.filled_by.is_none())
        .filter_map(|field| Some((field.name.clone(), case.values.get(&field.name)?.clone())))
        .collect()
}

struct Ask<'a> {
    parent: &'a str,
    child: &'a str,
    flow: &'a str,
    link: Option<&'a str>,
    waits: bool,
    first: &'a Values,
}

/// Starts the child as its parent's applicant, with the parent's record in its `link` field and every field of the same
/// name. Its id was given by the parent, so starting it twice is starting it once.
async fn start(app: &App, claimed: &ClaimedEffect, ask: Ask<'_>) -> Result<Delivery, AppError> {
    let Some(parent) = app.load(ask.parent).await? else {
        return Ok(Delivery::Done);
    };
    if app.load(ask.child).await?.is_some() {
        return Ok(Delivery::Done);
    }
    let Some(def) = app.definition(ask.flow) else {
        let error = format!("no flow {} is published", ask.flow);
        return Ok(super::outbox::again(claimed, app.now(), error));
    };
    let case = stored_case(&parent)?;
    if !wanted(&case, &ask) {
        return Ok(Delivery::Done);
    }
    let mut set = in_common(&def, &case);
    if let Some(link) = ask.link {
        set.insert(link.to_owned(), Value::from(case.instance.record.as_str()));
    }
    set.extend(
        ask.first
            .iter()
            .filter(|(name, _)| def.entity.field(name).is_some())
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    let new = New {
        instance: ask.child.to_owned(),
        record: app.new_id(),
        values: None,
        parent: ask.waits.then(|| ask.parent.to_owned()),
        revokes: None,
    };
    let command = Command {
        actor: Actor::Person(case.instance.applicant.clone()),
        via: Via::Subflow,
        action: Action::Start { set, submit: true },
        key: None,
    };
    match app.turn_new(def, new, &command, app.now()).await {
        Ok(_) => Ok(Delivery::Done),
        // The same values would be refused again: like a call that was refused, somebody has to see to it now.
        Err(AppError::Refused(refusal)) => Ok(Delivery::Dead {
            at: app.now(),
            error: refused(&refusal),
        }),
        Err(fault) => Err(fault),
    }
}

/// A refusal as a dead letter tells it: the engine's code, and its sentence in both languages.
fn refused(refusal: &Refusal) -> String {
    let Text { zh, en } = &refusal.message;
    format!("{}: {zh} / {en}", refusal.code)
}

/// Does the parent still want it? One that was withdrawn meanwhile does not; one that waited and went on does not either.
fn wanted(case: &Case, ask: &Ask<'_>) -> bool {
    let known = || {
        let mut children = case.instance.children.iter();
        children.any(|child| child.id == ask.child)
    };
    match &case.instance.status {
        Status::Ended(Outcome::Withdrawn | Outcome::Cancelled) => false,
        Status::Ended(_) => !ask.waits,
        Status::Running => known(),
    }
}

/// Sends the system's command; a refusal means that nobody waits for it any more.
pub(super) async fn tell(app: &App, instance: &str, action: Action) -> Result<Delivery, AppError> {
    let via = match &action {
        Action::Answer { .. } => Via::Effect,
        _ => Via::Subflow,
    };
    let command = Command {
        actor: Actor::System,
        via,
        action,
        key: None,
    };
    match app
        .turn_on(instance, app.now(), |_, _| Ok(command.clone()))
        .await
    {
        Ok(_) | Err(AppError::NotFound | AppError::Refused(_)) => Ok(Delivery::Done),
        Err(fault) => Err(fault),
    }
}
