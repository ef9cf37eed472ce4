//! Work that nobody waits for: timers, the outbox, the reconciler. Each is a thin loop around one step that tests call.

mod calls;
pub(crate) mod checks;
mod lost;
pub(crate) mod outbox;
pub(crate) mod post;
pub(crate) mod preview;
pub(crate) mod reconcile;
pub(crate) mod retiring;
mod revoking;
mod schema;
mod subflows;
mod telling;
pub(crate) mod timers;

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;

/// How long a loop sleeps at most: what other nodes armed is found by then. Three loops, so under 2 reads a second.
pub(crate) const IDLE_POLL: Duration = Duration::from_secs(2);

/// The loops of one app; they end when told to, after what is under way.
#[derive(Debug)]
pub(crate) struct Workers {
    stop: watch::Sender<bool>,
    loops: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts them.
    pub(crate) fn start(app: &App) -> Self {
        let (stop, stopping) = watch::channel(false);
        let loops = vec![
            tokio::spawn(timers::run(app.clone(), stopping.clone())),
            tokio::spawn(outbox::run(app.clone(), stopping.clone())),
            tokio::spawn(reconcile::run(app.clone(), stopping.clone())),
            tokio::spawn(checks::run(app.clone(), stopping.clone())),
            tokio::spawn(schema::run(app.clone(), stopping.clone())),
            tokio::spawn(crate::audit::run(app.clone(), stopping.clone())),
            tokio::spawn(crate::backup::run(app.clone(), stopping.clone())),
            tokio::spawn(retiring::run(app.clone(), stopping)),
        ];
        Self { stop, loops }
    }

    /// Stops claiming.
    pub(crate) fn stop(&self) {
        // Nobody listens any more when a loop has ended by itself; that is as good.
        let _ = self.stop.send(true);
    }

    /// Stops claiming and waits for what is under way.
    pub(crate) async fn finish(self) {
        self.stop();
        for one in self.loops {
            if let Err(fault) = one.await {
                tracing::error!(%fault, "a worker ended badly");
            }
        }
    }
}

/// Sleeps until woken, told to stop, or the time is over. True when it must stop.
pub(crate) async fn rest(
    woken: impl Future<Output = ()>,
    stopping: &mut watch::Receiver<bool>,
    at_most: Duration,
) -> bool {
    if *stopping.borrow() {
        return true;
    }
    tokio::select! {
        () = woken => false,
        _ = stopping.changed() => true,
        () = tokio::time::sleep(at_most) => false,
    }
}

/// How long until `next`, but never more than the idle poll.
pub(crate) fn until(
    now: assent_core::time::Moment,
    next: Option<assent_core::time::Moment>,
) -> Duration {
    let ms = next
        .map_or(i64::MAX, |next| next.0.saturating_sub(now.0))
        .max(0);
    Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX)).min(IDLE_POLL)
}
