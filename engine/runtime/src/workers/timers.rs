//! Timers: wake-ups that are due become commands.

use assent_core::command::{Action, Actor, Command, Via};
use assent_core::time::Moment;
use assent_store::ClaimedWakeup;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{rest, until};
use crate::app::{App, AppError};
use crate::trace::{self, Trace};

/// Wake-ups claimed at once.
const CLAIM_MAX: u32 = 64;
/// How long a claim holds: another node takes over after that.
const LEASE_MS: i64 = 30_000;
/// How long a wake-up rests after its turn failed.
const AGAIN_MS: i64 = 5_000;

/// What one step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// Wake-ups that fired.
    pub fired: usize,
    /// Wake-ups their instance no longer knows: removed.
    pub gone: usize,
    /// Wake-ups given back, to be tried again.
    pub again: usize,
    /// When the next one is due.
    pub next: Option<Moment>,
}

/// Claims what is due now, and fires it.
pub(crate) async fn step(app: &App) -> Result<Step, AppError> {
    let now = app.now();
    let next = app.store().next_wakeup(now).await?;
    if next.is_none_or(|next| next > now) {
        return Ok(Step {
            next,
            ..Step::default()
        });
    }
    let lease = now.plus_ms(LEASE_MS);
    let claimed = app
        .store()
        .claim_wakeups(app.node(), now, lease, CLAIM_MAX)
        .await?;
    let mut done = Step::default();
    // Side by side, so that the committer has something to batch.
    let mut firing = JoinSet::new();
    for wakeup in claimed {
        let app = app.clone();
        firing.spawn(async move { fire(&app, &wakeup, now).await });
    }
    while let Some(end) = firing.join_next().await {
        match end.unwrap_or(Ok(Fired::Again))? {
            Fired::Now => done.fired += 1,
            Fired::Gone => done.gone += 1,
            Fired::Again => done.again += 1,
        }
    }
    done.next = app.store().next_wakeup(app.now()).await?;
    Ok(done)
}

/// What became of a claimed wake-up.
pub(crate) enum Fired {
    /// It fired.
    Now,
    /// Its instance no longer knows it: removed.
    Gone,
    /// Given back.
    Again,
}

/// Fires one claimed wake-up.
pub(crate) async fn fire(
    app: &App,
    wakeup: &ClaimedWakeup,
    now: Moment,
) -> Result<Fired, AppError> {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    metrics::histogram!("assent_timer_lateness_seconds")
        .record(now.0.saturating_sub(wakeup.due.0) as f64 / 1000.0);
    let reference = wakeup.reference.clone();
    let command = Command {
        actor: Actor::System,
        via: Via::Timer,
        action: Action::Wake { reference },
        key: None,
    };
    let turn = app.turn_on(&wakeup.instance, now, |_, _| Ok(command.clone()));
    let turned = trace::within(Trace::fresh(), Box::pin(turn)).await;
    match turned {
        Ok(_) => Ok(Fired::Now),
        // Ours to take away: the instance is over, or left the state while we came.
        Err(AppError::NotFound) => remove(app, wakeup).await,
        Err(AppError::Refused(refusal)) if refusal.code == "too_early" => {
            let at = refusal.params.get("at").and_then(|at| at.parse().ok());
            let at = at.map_or(now.plus_ms(AGAIN_MS), Moment);
            app.store().release_wakeup(wakeup, at).await?;
            Ok(Fired::Again)
        }
        Err(AppError::Refused(_)) => remove(app, wakeup).await,
        Err(fault) => {
            tracing::warn!(instance = %wakeup.instance, reference = %wakeup.reference, %fault, "a wake-up could not fire; tried again soon");
            app.store()
                .release_wakeup(wakeup, now.plus_ms(AGAIN_MS))
                .await?;
            Ok(Fired::Again)
        }
    }
}

async fn remove(app: &App, wakeup: &ClaimedWakeup) -> Result<Fired, AppError> {
    app.store().remove_wakeup(wakeup).await?;
    Ok(Fired::Gone)
}

/// The loop.
pub(crate) async fn run(app: App, mut stopping: watch::Receiver<bool>) {
    loop {
        // Armed before looking: a wake-up set between the look and the sleep would wait a whole poll otherwise.
        let woken = app.inner.timers.notified();
        tokio::pin!(woken);
        woken.as_mut().enable();
        let pause = match step(&app).await {
            Ok(done) => until(app.now(), done.next),
            Err(fault) => {
                tracing::error!(%fault, "timers could not be read");
                super::IDLE_POLL
            }
        };
        if rest(woken, &mut stopping, pause).await {
            break;
        }
    }
}
