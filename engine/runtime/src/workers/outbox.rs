//! The outbox: effects that are due are claimed, delivered and settled, each kind in a lane of its own so that a slow mail
//! server never holds up a call.

use assent_core::effect::Effect;
use assent_core::time::Moment;
use assent_store::{ClaimedEffect, Delivery};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::{calls, post, rest, revoking, subflows, telling, until};
use crate::app::{App, AppError};
use crate::trace;

/// Deliveries under way at once, by kind.
const LANES: [(&str, usize); 7] = [
    ("mail", 8),
    ("call", 16),
    ("subflow", 8),
    ("child_ended", 8),
    ("stop_child", 2),
    ("revoke", 2),
    ("tell", 4),
];
/// How long a claim holds. Longer than any delivery may take.
const LEASE_MS: i64 = 120_000;
/// Waits between attempts, for everything whose flow says nothing else; after the last one it is dead.
pub(crate) const RETRY_MS: [i64; 7] = [
    30_000, 120_000, 600_000, 1_800_000, 7_200_000, 21_600_000, 86_400_000,
];

/// When to try again after that many failed attempts; dead when it was the last.
pub(crate) fn again(effect: &ClaimedEffect, now: Moment, error: String) -> Delivery {
    let attempts = usize::try_from(effect.attempts).unwrap_or(usize::MAX);
    match RETRY_MS.get(attempts) {
        Some(ms) => Delivery::Retry {
            at: now.plus_ms(*ms),
            error,
        },
        None => Delivery::Dead { at: now, error },
    }
}

/// Delivers one claimed effect. Does everything but settle it.
pub(crate) async fn step(app: &App, claimed: &ClaimedEffect) -> Delivery {
    let effect: Effect = match serde_json::from_str(&claimed.body) {
        Ok(effect) => effect,
        Err(fault) => {
            return Delivery::Dead {
                at: app.now(),
                error: format!("not an effect: {fault}"),
            };
        }
    };
    let delivered = match effect {
        Effect::Mail { .. } => post::deliver(app, claimed, &effect).await,
        Effect::Call { .. } => calls::deliver(app, claimed, &effect).await,
        Effect::Subflow { .. } | Effect::ChildEnded { .. } | Effect::StopChild { .. } => {
            subflows::deliver(app, claimed, &effect).await
        }
        Effect::Revoke { .. } => revoking::deliver(app, claimed, &effect).await,
        Effect::Tell { .. } => telling::deliver(app, claimed, &effect).await,
    };
    delivered.unwrap_or_else(|fault| again(claimed, app.now(), fault.to_string()))
}

/// Delivers and settles, within the trace of what put it there.
pub(crate) async fn deliver(app: &App, claimed: &ClaimedEffect) -> Result<Delivery, AppError> {
    let trace = trace::of_body(&claimed.body);
    let span = tracing::info_span!("delivery", outbox = %claimed.id, kind = %claimed.kind, trace = trace.id());
    trace::within(trace, Box::pin(end(app, claimed)).instrument(span)).await
}

async fn end(app: &App, claimed: &ClaimedEffect) -> Result<Delivery, AppError> {
    let delivery = step(app, claimed).await;
    #[cfg(test)]
    crate::tests::outside::ended(&claimed.id, &delivery);
    let (end, error) = match &delivery {
        Delivery::Done => ("done", ""),
        Delivery::Later { .. } => ("later", ""),
        Delivery::Retry { error, .. } => ("retry", error.as_str()),
        Delivery::Dead { error, .. } => ("dead", error.as_str()),
    };
    metrics::counter!("assent_deliveries_total", "kind" => claimed.kind.clone(), "end" => end)
        .increment(1);
    let instance = claimed.instance.as_str();
    if error.is_empty() {
        tracing::debug!(instance, attempts = claimed.attempts, "delivered");
    } else {
        tracing::warn!(
            instance,
            attempts = claimed.attempts,
            end,
            error,
            "a delivery failed"
        );
    }
    app.store().settle(claimed, &delivery).await?;
    Ok(delivery)
}

/// Claims what is due of one kind, at most `free`.
async fn claim(app: &App, kind: &str, free: usize) -> Result<Vec<ClaimedEffect>, AppError> {
    let now = app.now();
    let limit = u32::try_from(free).unwrap_or(1);
    let lease = now.plus_ms(LEASE_MS);
    Ok(app
        .store()
        .claim_outbox(app.node(), now, lease, Some(kind), limit)
        .await?)
}

/// Delivers everything that is due now, in this task, and says how much.
#[cfg(test)]
pub(crate) async fn drain(app: &App) -> Result<usize, AppError> {
    let mut delivered = 0;
    loop {
        let mut round = 0;
        for (kind, lane) in LANES {
            for effect in claim(app, kind, lane).await? {
                deliver(app, &effect).await?;
                round += 1;
            }
        }
        if round == 0 {
            return Ok(delivered);
        }
        delivered += round;
    }
}

/// The loop.
pub(crate) async fn run(app: App, mut stopping: watch::Receiver<bool>) {
    let mut under_way: JoinSet<&'static str> = JoinSet::new();
    let mut busy = [0usize; LANES.len()];
    loop {
        let woken = app.inner.outbox.notified();
        tokio::pin!(woken);
        // Armed before looking, as in the timers.
        woken.as_mut().enable();
        let pause = match fill(&app, &mut under_way, &mut busy).await {
            Ok(next) => until(app.now(), next),
            Err(fault) => {
                tracing::error!(%fault, "the outbox could not be read");
                super::IDLE_POLL
            }
        };
        let something = async {
            tokio::select! {
                () = woken => {}
                Some(end) = under_way.join_next() => freed(end, &mut busy),
            }
        };
        if rest(something, &mut stopping, pause).await {
            break;
        }
        while let Some(end) = under_way.try_join_next() {
            freed(end, &mut busy);
        }
    }
    while under_way.join_next().await.is_some() {}
}

fn freed(end: Result<&'static str, tokio::task::JoinError>, busy: &mut [usize; LANES.len()]) {
    match end {
        Ok(kind) => {
            if let Some(at) = LANES.iter().position(|(known, _)| *known == kind) {
                busy[at] = busy[at].saturating_sub(1);
            }
        }
        // Its lane stays one narrower until the restart; the lease brings the effect back.
        Err(fault) => tracing::error!(%fault, "a delivery broke off"),
    }
}

/// Fills the lanes; says when to look again: none when a full lane will wake us.
async fn fill(
    app: &App,
    under_way: &mut JoinSet<&'static str>,
    busy: &mut [usize; LANES.len()],
) -> Result<Option<Moment>, AppError> {
    let now = app.now();
    let next = app.store().next_effect(now).await?;
    if next.is_none_or(|next| next > now) {
        return Ok(next);
    }
    let mut is_full = false;
    for (at, (kind, lane)) in LANES.iter().enumerate() {
        let free = lane - busy[at];
        if free == 0 {
            is_full = true;
            continue;
        }
        let claimed = claim(app, kind, free).await?;
        busy[at] += claimed.len();
        is_full |= claimed.len() == free;
        for effect in claimed {
            let (app, kind) = (app.clone(), *kind);
            under_way.spawn(async move {
                if let Err(fault) = deliver(&app, &effect).await {
                    tracing::error!(outbox = %effect.id, %fault, "a delivery could not be settled; its lease brings it back");
                }
                kind
            });
        }
    }
    if is_full {
        return Ok(None);
    }
    Ok(app.store().next_effect(app.now()).await?)
}
