//! The reconciler: derives from the state rows what should be awake, and compares. What can be mended is mended; what
//! cannot is counted and shown. It runs all the time, because a recovery that runs only at start finds nothing that breaks
//! later.

use std::collections::BTreeSet;
use std::time::Duration;

use assent_core::verify::awake;
use assent_core::write::WakeupRow;
use tokio::sync::watch;

use super::rest;
use crate::app::{App, AppError};
use crate::engine::stored_case;

/// Instances looked at in one step.
const PAGE: u32 = 100;
/// Pause between two steps of a round.
const BETWEEN_PAGES: Duration = Duration::from_secs(2);
/// Pause between two rounds.
const BETWEEN_ROUNDS: Duration = Duration::from_secs(60);

/// What one step found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// Instances looked at.
    pub looked: usize,
    /// Wake-ups that were missing and are armed again.
    pub healed: usize,
    /// Instances that nothing will wake, with what was found.
    pub stuck: Vec<(String, String)>,
    /// Where the next step begins; none: the round is over.
    pub next: Option<String>,
}

/// Looks at one page of running instances behind `after`.
pub(crate) async fn step(app: &App, after: Option<&str>) -> Result<Step, AppError> {
    let running = app.store().open_instances(after, PAGE).await?;
    let ids: Vec<&str> = running.iter().map(|row| row.id.as_str()).collect();
    let armed = app.store().wakeups_of(&ids).await?;
    let loaded = app.store().load_instances(&ids).await?;
    let mut done = Step {
        looked: running.len(),
        next: (running.len() == PAGE as usize)
            .then(|| running.last().map(|row| row.id.clone()))
            .flatten(),
        ..Step::default()
    };
    let mut missing: Vec<(String, WakeupRow)> = Vec::new();
    for one in &loaded {
        if one.row.ended {
            continue;
        }
        let case = stored_case(one)?;
        let known: BTreeSet<&str> = armed
            .iter()
            .filter(|(instance, _)| *instance == one.row.id)
            .map(|(_, wakeup)| wakeup.reference.as_str())
            .collect();
        for wakeup in &case.instance.wakeups {
            if !known.contains(wakeup.reference.as_str()) {
                let row = WakeupRow {
                    reference: wakeup.reference.clone(),
                    at: wakeup.at,
                };
                missing.push((one.row.id.clone(), row));
            }
        }
        let def = app.definition_of(&one.row.flow, &one.row.version).await?;
        if let Some(first) = awake(&def, &case).first() {
            done.stuck.push((one.row.id.clone(), first.found.clone()));
        }
    }
    if !missing.is_empty() {
        // Loaded after the rows were read: a wake-up cleared in between is armed once too often, and then removed by the
        // turn it causes, which finds it gone.
        done.healed = app.store().repair_wakeups(&missing).await?;
        app.inner.wake(false, true);
    }
    Ok(done)
}

/// The loop.
pub(crate) async fn run(app: App, mut stopping: watch::Receiver<bool>) {
    let (mut after, mut stuck): (Option<String>, Vec<(String, String)>) = (None, Vec::new());
    loop {
        let pause = match step(&app, after.as_deref()).await {
            Ok(done) => {
                if done.healed > 0 {
                    tracing::warn!(
                        healed = done.healed,
                        "wake-ups were missing and are armed again"
                    );
                    metrics::counter!("assent_healed_total").increment(done.healed as u64);
                }
                stuck.extend(done.stuck);
                after = done.next;
                if after.is_none() {
                    app.inner.found_stuck(std::mem::take(&mut stuck));
                    BETWEEN_ROUNDS
                } else {
                    BETWEEN_PAGES
                }
            }
            Err(fault) => {
                tracing::error!(%fault, "the reconciler could not look");
                BETWEEN_ROUNDS
            }
        };
        if rest(std::future::pending(), &mut stopping, pause).await {
            break;
        }
    }
}
