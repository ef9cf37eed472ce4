//! The reconciler: derives from the state rows what should be awake, and compares. What can be mended is mended; what
//! cannot is counted and shown. It runs all the time, because a recovery that runs only at start finds nothing that breaks
//! later.

use std::collections::{BTreeMap, BTreeSet};

use assent_core::command::Via;
use assent_core::instance::Case;
use assent_core::turn::moved;
use assent_core::value::Values;
use assent_core::verify::awake;
use assent_core::write::WakeupRow;
use assent_store::Loaded;
use tokio::sync::watch;

use super::{IDLE_POLL, lost, rest};
use crate::app::{App, AppError};
use crate::engine::stored_case;

/// Instances looked at in one step.
const PAGE: u32 = 100;
/// Polls of two seconds between two rounds: a minute.
const POLLS_BETWEEN_ROUNDS: u32 = 30;
/// Looks at the calendars happen once in so many polls: a year's notice comes once a year, and an idle node stays under two
/// transactions a second.
const POLLS_PER_CALENDARS: u32 = 5;
/// An expired link still says that it has expired, this long.
const LINKS_KEPT_MS: i64 = 90 * 24 * 3_600_000;
/// A command may be repeated with its key this long.
const ANSWERS_KEPT_MS: i64 = 30 * 24 * 3_600_000;

/// What one step found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// Instances looked at.
    pub looked: usize,
    /// Missing wake-ups that are armed again, lost calls and subflows that were answered for.
    pub healed: usize,
    /// Instances that nothing will wake, with what was found.
    pub stuck: Vec<(String, String)>,
    /// Where the next step begins; none: the round is over.
    pub next: Option<String>,
}

/// Looks at one page of running instances behind `after`.
pub(crate) async fn step(app: &App, after: Option<&str>) -> Result<Step, AppError> {
    let rows = app.store().open_instances(after, PAGE).await?;
    let mut done = Step {
        looked: rows.len(),
        next: (rows.len() == PAGE as usize)
            .then(|| rows.last().map(|row| row.id.clone()))
            .flatten(),
        ..Step::default()
    };
    let mut cases: BTreeMap<String, Case> = BTreeMap::new();
    for row in rows {
        let def = app.definition_of(&row.flow, &row.version).await?;
        let id = row.id.clone();
        // Its record is not needed: what wakes an instance stands in its own row.
        let case = stored_case(&Loaded {
            row,
            values: Values::new(),
            record_rev: 0,
        })?;
        let lost = lost::find(app, &id, &def, &case).await?;
        done.healed += lost.healed;
        let asleep = awake(&def, &case)
            .into_iter()
            .take(1)
            .map(|found| found.found);
        let found = lost.stuck.into_iter().chain(asleep);
        done.stuck.extend(found.map(|found| (id.clone(), found)));
        // A calendar that was loaded, or came with a newer program: whoever loaded it may not have got this far.
        let calendar = app.calendar(&def.calendar);
        if !moved(&def, &case.instance, &calendar).is_empty()
            && app.recalculate(&id, Via::Timer).await?
        {
            done.healed += 1;
            continue;
        }
        cases.insert(id, case);
    }
    done.healed += wakeups(app, &cases).await?;
    Ok(done)
}

/// Arms wake-ups again that these instances wait for and that have no row.
async fn wakeups(app: &App, cases: &BTreeMap<String, Case>) -> Result<usize, AppError> {
    let ids: Vec<&str> = cases.keys().map(String::as_str).collect();
    let armed: BTreeSet<(String, String)> = app
        .store()
        .wakeups_of(&ids)
        .await?
        .into_iter()
        .map(|(instance, wakeup)| (instance, wakeup.reference))
        .collect();
    let is_missing = |(id, case): &(&String, &Case)| {
        case.instance
            .wakeups
            .iter()
            .any(|wakeup| !armed.contains(&((*id).clone(), wakeup.reference.clone())))
    };
    let suspects: Vec<&str> = cases
        .iter()
        .filter(is_missing)
        .map(|(id, _)| id.as_str())
        .collect();
    if suspects.is_empty() {
        return Ok(0);
    }
    // Looked at again, because the row may have been cleared since by a turn that went through. One that slips through
    // all the same finds its wake-up gone, and is removed.
    let mut missing: Vec<(String, WakeupRow)> = Vec::new();
    for loaded in app.store().load_instances(&suspects).await? {
        let case = stored_case(&loaded)?;
        for wakeup in &case.instance.wakeups {
            if !armed.contains(&(loaded.row.id.clone(), wakeup.reference.clone())) {
                let row = WakeupRow {
                    reference: wakeup.reference.clone(),
                    at: wakeup.at,
                };
                missing.push((loaded.row.id.clone(), row));
            }
        }
    }
    let healed = app.store().repair_wakeups(&missing).await?;
    app.inner.wake(false, healed > 0);
    Ok(healed)
}

/// Takes in what another node changed, and throws away what is past its time.
async fn housekeeping(app: &App) -> Result<(), AppError> {
    let now = app.now();
    app.load_definitions().await?;
    app.store().drop_expired_tokens(now).await?;
    app.store()
        .drop_expired_links(now.plus_ms(-LINKS_KEPT_MS))
        .await?;
    app.store()
        .forget_answers(now.plus_ms(-ANSWERS_KEPT_MS))
        .await?;
    Ok(())
}

/// One round over everything that runs.
#[cfg(test)]
pub(crate) async fn round(app: &App) -> Result<Step, AppError> {
    let mut all = Step::default();
    let mut after: Option<String> = None;
    loop {
        let step = step(app, after.as_deref()).await?;
        all.looked += step.looked;
        all.healed += step.healed;
        all.stuck.extend(step.stuck);
        match step.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    app.inner.found_stuck(all.stuck.clone());
    Ok(all)
}

/// The loop: every two seconds a look at the directory's version and at one page of instances, every ten at the calendars
/// and at the flows that are closed.
pub(crate) async fn run(app: App, mut stopping: watch::Receiver<bool>) {
    let (mut after, mut stuck): (Option<String>, Vec<(String, String)>) = (None, Vec::new());
    let (mut rounds_rest, mut polls) = (0, 0_u32);
    loop {
        if let Err(fault) = app.load_directory().await {
            tracing::error!(%fault, "the directory could not be read");
        }
        if polls.is_multiple_of(POLLS_PER_CALENDARS) {
            if let Err(fault) = app.load_calendars().await {
                tracing::error!(%fault, "the calendars could not be read");
            }
            if let Err(fault) = app.load_closed().await {
                tracing::error!(%fault, "which flows are closed could not be read");
            }
        }
        polls = polls.wrapping_add(1);
        if rounds_rest > 0 {
            rounds_rest -= 1;
        } else if let Some(is_over) = page(&app, &mut after, &mut stuck).await
            && is_over
        {
            rounds_rest = POLLS_BETWEEN_ROUNDS;
        }
        if rest(std::future::pending(), &mut stopping, IDLE_POLL).await {
            break;
        }
    }
}

/// One page of a round; true when the round is over, none when it could not look.
async fn page(
    app: &App,
    after: &mut Option<String>,
    stuck: &mut Vec<(String, String)>,
) -> Option<bool> {
    let done = match step(app, after.as_deref()).await {
        Ok(done) => done,
        Err(fault) => {
            tracing::error!(%fault, "the reconciler could not look");
            return None;
        }
    };
    if done.healed > 0 {
        tracing::warn!(
            healed = done.healed,
            "something was missing that running instances wait for; it is there again"
        );
        metrics::counter!("assent_healed_total").increment(done.healed as u64);
    }
    stuck.extend(done.stuck);
    *after = done.next;
    if after.is_none() {
        app.inner.found_stuck(std::mem::take(stuck));
        if let Err(fault) = housekeeping(app).await {
            tracing::warn!(%fault, "housekeeping could not be done");
        }
    }
    Some(after.is_none())
}
