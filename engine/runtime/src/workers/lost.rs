//! Effects an instance waits for that are nowhere any more: not in the outbox, not among the dead letters. It should never
//! happen; when it does (rows deleted by hand, a restored backup), the instance is not left waiting for ever.

use assent_core::command::{Action, EffectAnswer};
use assent_core::definition::{Definition, StateKind};
use assent_core::event::Change;
use assent_core::instance::{Case, Status};

use super::subflows::tell;
use crate::app::{App, AppError};
use crate::engine::stored_case;

/// What was found about one instance.
#[derive(Debug, Default)]
pub(super) struct Lost {
    /// Commands sent so that it goes on.
    pub healed: usize,
    /// What cannot be mended here.
    pub stuck: Vec<String>,
}

/// Looks after the calls and subflows an instance waits for.
pub(super) async fn find(
    app: &App,
    instance: &str,
    def: &Definition,
    case: &Case,
) -> Result<Lost, AppError> {
    let mut lost = Lost::default();
    if !case.instance.calls.is_empty() {
        lost.healed += calls(app, instance, case).await?;
    }
    let waits = case
        .instance
        .active
        .iter()
        .any(|active| is_subflow(def, &active.state));
    if waits {
        subflows(app, instance, def, case, &mut lost).await?;
    }
    Ok(lost)
}

/// A call without a row is answered as failed: the instance is held, its owner told, and a retry asks again.
async fn calls(app: &App, instance: &str, case: &Case) -> Result<usize, AppError> {
    let mut bodies: Vec<String> = waiting(app, instance).await?;
    bodies.extend(dead(app, instance).await?);
    let mut healed = 0;
    for call in case.instance.calls.iter().filter(|call| !call.off) {
        let mark = format!("\"call\":{}", call.no);
        if bodies
            .iter()
            .any(|body| body.contains("\"effect\":\"call\"") && body.contains(&mark))
        {
            continue;
        }
        // Loaded before the rows were read, so it may have been answered since: then it is refused and nothing happens.
        let answer = EffectAnswer::Failed("调用记录丢失 / the call was lost".to_owned());
        let action = Action::Answer {
            call: call.no,
            answer,
        };
        tell(app, instance, action).await?;
        healed += 1;
    }
    Ok(healed)
}

async fn subflows(
    app: &App,
    instance: &str,
    def: &Definition,
    case: &Case,
    lost: &mut Lost,
) -> Result<(), AppError> {
    for event in app.trail(instance).await? {
        let Change::SubflowAsked { entry, child, .. } = &event.change else {
            continue;
        };
        let waits = case
            .instance
            .active
            .iter()
            .any(|active| active.entry == *entry && is_subflow(def, &active.state));
        let told = case
            .instance
            .children
            .iter()
            .any(|one| one.id == *child && one.outcome.is_some());
        if !waits || told {
            continue;
        }
        match app.load(child).await? {
            None => {
                let asked = waiting(app, instance).await?;
                if !asked.iter().any(|body| body.contains(child.as_str()))
                    && dead(app, instance).await?.is_empty()
                {
                    lost.stuck
                        .push(format!("its subflow {child} was never started"));
                }
            }
            Some(child_row) => {
                let child_case = stored_case(&child_row)?;
                let Status::Ended(outcome) = &child_case.instance.status else {
                    continue;
                };
                if waiting(app, child)
                    .await?
                    .iter()
                    .any(|body| body.contains("child_ended"))
                {
                    continue;
                }
                let action = Action::ChildEnded {
                    child: child.clone(),
                    outcome: outcome.clone(),
                };
                tell(app, instance, action).await?;
                lost.healed += 1;
            }
        }
    }
    Ok(())
}

async fn waiting(app: &App, instance: &str) -> Result<Vec<String>, AppError> {
    let rows = app.store().outbox_of(instance).await?;
    Ok(rows.into_iter().map(|row| row.body).collect())
}

/// Dead letters of an instance. They wait for a person, who sees them on the stuck page.
async fn dead(app: &App, instance: &str) -> Result<Vec<String>, AppError> {
    // Ids begin with the instance's, so they lie together.
    let after = format!("{instance}:");
    let rows = app.store().dead_effects(Some(&after), 100).await?;
    Ok(rows
        .into_iter()
        .filter(|row| row.instance == instance)
        .map(|row| row.body)
        .collect())
}

fn is_subflow(def: &Definition, state: &str) -> bool {
    def.state_ix(state).is_some_and(|ix| {
        matches!(
            def.states[ix].kind,
            StateKind::Subflow { beside: false, .. }
        )
    })
}
