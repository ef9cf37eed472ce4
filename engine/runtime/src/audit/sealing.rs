//! Making roots: what no root covers yet gets its place behind what has one, and the whole is signed.

use std::sync::{Mutex, OnceLock, PoisonError};

use assent_core::apply::{CHAIN_START, link};
use assent_core::audit::{
    Edge, KeyRow, Part, RootRow, Tile, endorsed_text, hex, leaf, signed_text,
};
use assent_core::time::Moment;
use assent_store::{Grown, NewRoot, Outcome};
use std::time::Duration;
use tokio::sync::{Notify, watch};

use super::key::{KeyRing, verifies};
use crate::app::{App, AppError};
use crate::workers::rest;

/// Most events that one root covers for the first time: the transaction that adds it stays short.
const EVENTS_MAX: u32 = 5_000;
/// Most chains looked at for one root.
const CHAINS_MAX: u32 = 2_000;
/// The loop looks at the clock at least this often.
const LOOK: Duration = Duration::from_secs(60);

/// What an app keeps for making roots.
#[derive(Debug, Default)]
pub(crate) struct Sealer {
    keys: OnceLock<KeyRing>,
    /// When it was looked last whether there is something new.
    looked: Mutex<Option<Moment>>,
    /// Rung when a test clock was moved.
    pub(crate) bell: Notify,
}

impl App {
    /// The keys that sign roots; none when no key is set up.
    ///
    /// # Errors
    /// `configuration`.
    pub fn audit_keys(&self) -> Result<Option<&KeyRing>, AppError> {
        let Some(from) = &self.config().audit.key else {
            return Ok(None);
        };
        let kept = &self.inner.sealer.keys;
        if kept.get().is_none() {
            // Two at once read the same file: whoever is later drops what it read.
            let _ = kept.set(KeyRing::open(from)?);
        }
        Ok(kept.get())
    }

    /// Makes roots until every event is covered by one; returns those that were made.
    ///
    /// # Errors
    /// `audit` when what is stored does not continue the last root: nothing is signed then. `Unavailable`.
    pub async fn seal(&self) -> Result<Vec<RootRow>, AppError> {
        let mut made = vec![];
        while let Some((root, is_full)) = make_root(self).await? {
            made.push(root);
            // One that had room has taken everything there was. What came meanwhile waits for the next time: under load this
            // would never end.
            if !is_full {
                break;
            }
        }
        Ok(made)
    }

    /// The same when the time between two roots is over; the worker's step.
    pub(crate) async fn seal_if_due(&self) -> Result<Vec<RootRow>, AppError> {
        let every = i64::from(self.config().audit.every_minutes) * 60_000;
        let (now, sealer) = (self.now(), &self.inner.sealer);
        let looked = *sealer.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let last = match looked {
            Some(at) => Some(at),
            None => self.store().last_root().await?.map(|root| root.at),
        };
        if every == 0 || last.is_some_and(|at| now < at.plus_ms(every)) {
            return Ok(vec![]);
        }
        let made = self.seal().await?;
        *sealer.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        Ok(made)
    }
}

/// The loop.
pub(crate) async fn run(app: App, mut stopping: watch::Receiver<bool>) {
    loop {
        match app.seal_if_due().await {
            Ok(made) => {
                for root in made {
                    tracing::info!(no = root.no, size = root.size, root = %root.root, "signed an audit root");
                }
            }
            Err(fault) => {
                metrics::counter!("assent_audit_failed_total").increment(1);
                tracing::error!(%fault, "no audit root could be made");
            }
        }
        if rest(app.inner.sealer.bell.notified(), &mut stopping, LOOK).await {
            break;
        }
    }
}

/// One root over at most [`EVENTS_MAX`] new events; none when nothing is new, or another node was faster.
/// Makes a root; true with it when there was more than one takes.
async fn make_root(app: &App) -> Result<Option<(RootRow, bool)>, AppError> {
    let Some(keys) = app.audit_keys()? else {
        return Ok(None);
    };
    let mut grown = app.store().grown_chains(CHAINS_MAX).await?;
    let all_chains = grown.len() < CHAINS_MAX as usize;
    // One that is shorter than what is covered was cut: nothing for a root, and a finding for `verify`.
    grown.retain(|chain| chain.top > chain.done);
    if grown.is_empty() {
        return Ok(None);
    }
    let last = app.store().last_root().await?;
    let no = last.as_ref().map_or(1, |root| root.no + 1);
    let key = key_for(app, keys, no).await?;
    let before = last.as_ref().map_or("", |root| root.signature.as_str());
    let mut edge = edge(app, last.as_ref()).await?;
    let (parts, mut tiles) = gather(app, grown, no, &mut edge).await?;
    if parts.is_empty() {
        return Ok(None);
    }
    tiles.extend(edge.tiles());
    let mut root = RootRow {
        no,
        at: app.now(),
        size: edge.size(),
        root: hex(&edge.root()),
        key: keys.id(),
        signature: String::new(),
    };
    root.signature = keys.sign(&signed_text(&root, before));
    let new = NewRoot {
        root: root.clone(),
        key,
        parts,
        tiles,
    };
    match app.store().add_root(&new).await? {
        Outcome::Done => {
            metrics::counter!("assent_audit_roots_total").increment(1);
            let covered = root.size - last.map_or(0, |last| last.size);
            let is_full = !all_chains || covered >= u64::from(EVENTS_MAX);
            Ok(Some((root, is_full)))
        }
        Outcome::Stale | Outcome::Repeated(_) => Ok(None),
    }
}

/// The tree's edge at the last root, which must be what that root says: a root is never signed on something else.
async fn edge(app: &App, last: Option<&RootRow>) -> Result<Edge, AppError> {
    let Some(last) = last else {
        return Ok(Edge::default());
    };
    let ids: Vec<_> = Edge::unfinished(last.size)
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    let tiles = app.store().tiles(&ids).await?;
    Edge::read(last.size, &tiles)
        .filter(|edge| hex(&edge.root()) == last.root)
        .ok_or_else(|| refused(&format!("the stored tree is not that of root {}", last.no)))
}

/// The row of the key when it signs for the first time, endorsed by the key before it.
async fn key_for(app: &App, keys: &KeyRing, no: u64) -> Result<Option<KeyRow>, AppError> {
    let known = app.store().audit_keys().await?;
    if known.iter().any(|key| key.id == keys.id()) {
        return Ok(None);
    }
    let public = keys.public();
    let (by, endorsement) = match known.last() {
        None => (String::new(), String::new()),
        Some(last) => {
            let text = endorsed_text(&public, no);
            let signature = keys.sign_as(&last.public, &text);
            let missing = || {
                refused(&format!(
                    "the new key is not endorsed: key {} must stand below it in the key file",
                    last.id
                ))
            };
            (last.id.clone(), signature.ok_or_else(missing)?)
        }
    };
    Ok(Some(KeyRow {
        id: keys.id(),
        public,
        since: no,
        by,
        endorsement,
    }))
}

/// Reads the new events of the chains, checks that each continues the one before it, and adds them to the tree.
async fn gather(
    app: &App,
    grown: Vec<Grown>,
    no: u64,
    edge: &mut Edge,
) -> Result<(Vec<(String, Part)>, Vec<Tile>), AppError> {
    let (mut parts, mut tiles, mut room) = (vec![], vec![], EVENTS_MAX);
    for chain in grown {
        if room == 0 {
            break;
        }
        let from = chain.done.max(1);
        let mut events = app.store().events(&chain.chain, from, room + 1).await?;
        let mut at = match chain.done {
            0 => CHAIN_START.to_owned(),
            // The last one that is covered: what the new ones must continue.
            _ if events.is_empty() => String::new(),
            _ => events.remove(0).hash,
        };
        events.truncate(room as usize);
        let mut part = Part {
            first: chain.done + 1,
            upto: chain.done,
            place: edge.size(),
            root: no,
        };
        for event in &events {
            if event.seq != part.upto + 1 || link(&at, &event.body) != event.hash {
                metrics::counter!("assent_audit_broken_total").increment(1);
                tracing::error!(chain = %chain.chain, seq = part.upto + 1, "an event does not continue its chain; it is not covered by a root. Run assent verify");
                break;
            }
            edge.push(leaf(&chain.chain, event), &mut tiles);
            at.clone_from(&event.hash);
            part.upto = event.seq;
            room -= 1;
        }
        if part.upto > chain.done {
            parts.push((chain.chain, part));
        }
    }
    Ok((parts, tiles))
}

/// True when the key that a root names signed it.
pub(super) fn is_signed(root: &RootRow, before: &str, keys: &[KeyRow]) -> bool {
    keys.iter()
        .find(|key| key.id == root.key)
        .is_some_and(|key| verifies(&key.public, &signed_text(root, before), &root.signature))
}

fn refused(cause: &str) -> AppError {
    AppError::unavailable(
        "audit",
        "存证根无法继续，请运行 assent verify 并查看日志",
        "No further audit root can be made; run assent verify and see the log",
        cause,
    )
}
