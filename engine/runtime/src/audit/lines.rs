//! The lines of an export, and reading a database as such lines. A verification on a live database and one on an export
//! see the same lines in the same order.

use std::collections::BTreeSet;

use assent_core::audit::{KeyRow, Part, RootRow, hex};
use assent_core::time::Moment;
use assent_core::value::Values;
use assent_core::write::{EventRow, InstanceRow};
use assent_store::{Dialect, Snapshot};
use serde::{Deserialize, Serialize};

use super::tombstone::{CHAINS, Tombstone};
use crate::app::AppError;

/// The format of an export; docs/audit.md explains it.
pub const FORMAT: &str = "assent-audit/1";
/// The format of a bundle of retired instances.
pub const BUNDLE: &str = "assent-bundle/1";
/// Chains, events and rows of leaves read at once.
const PAGE: u32 = 500;

/// One line of an export, as JSON with its kind in `line`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// The first line.
    Head {
        /// [`FORMAT`].
        format: String,
        /// When it was made.
        made: Moment,
        /// `sqlite` or `postgres`.
        database: String,
    },
    /// A public key.
    Key(KeyRow),
    /// A signed root; all of them, in order.
    Root(RootRow),
    /// The tree's leaves as they were when they were covered: 256 hashes as hex.
    Leaves {
        /// Number of the row.
        tile: u64,
        /// The hashes.
        hashes: String,
    },
    /// A version of a flow.
    Definition {
        /// Flow id.
        flow: String,
        /// SHA-256 of the source.
        version: String,
        /// The source.
        source: String,
    },
    /// A chain begins; its events follow.
    Chain {
        /// An instance, `record:<entity>:<id>`, or `flow:<id>`.
        chain: String,
        /// Where its events stand in the order of all events.
        parts: Vec<Part>,
        /// The instance's row.
        state: Option<Box<InstanceRow>>,
        /// Its record's values.
        values: Option<Values>,
        /// More than this instance writes that record: its values are not those of this chain alone.
        shared: bool,
    },
    /// An event of the chain above.
    Event(EventRow),
    /// The last line.
    End {
        /// Chains.
        chains: u64,
        /// Events.
        events: u64,
    },
    /// In a bundle: a row of the tree, as far as its proofs need it.
    Tile {
        /// Its level; 0 holds leaves.
        level: u32,
        /// Number of the row within the level.
        tile: u64,
        /// The hashes.
        hashes: String,
    },
    /// In a bundle: a file of the chain above.
    File {
        /// Its id.
        id: String,
        /// The name it came with.
        name: String,
        /// Media type.
        media: String,
        /// SHA-256 of its bytes, hex.
        sha256: String,
        /// Who brought it.
        owner: String,
        /// When.
        at: Moment,
        /// Its bytes, as base64.
        bytes: String,
    },
    /// In a bundle: the very last line.
    Sealed {
        /// SHA-256 of all lines before, hex.
        sha256: String,
        /// Id of the key that signed.
        key: String,
        /// Hex of its signature; see [`bundle_text`].
        signature: String,
    },
}

/// What a key signs about a bundle.
pub fn bundle_text(sha256: &str) -> String {
    format!("assent bundle 1\n{sha256}\n")
}

/// Reads a whole database as lines.
///
/// # Errors
/// `Unavailable`, and whatever `take` fails with.
pub(super) async fn read(
    snapshot: &mut Snapshot,
    now: Moment,
    take: &mut (impl FnMut(Line) -> Result<(), AppError> + Send),
) -> Result<(), AppError> {
    take(Line::Head {
        format: FORMAT.to_owned(),
        made: now,
        database: database(snapshot),
    })?;
    for key in snapshot.keys().await? {
        take(Line::Key(key))?;
    }
    for root in snapshot.roots().await? {
        take(Line::Root(root))?;
    }
    leaves(snapshot, take).await?;
    for source in snapshot.sources().await? {
        take(Line::Definition {
            flow: source.flow,
            version: source.version,
            source: source.source,
        })?;
    }
    let left = records_left(snapshot).await?;
    let (mut after, mut chains, mut events) = (String::new(), 0, 0);
    loop {
        let page = snapshot.chains(&after, PAGE).await?;
        for chain in &page {
            chains += 1;
            events += one(snapshot, chain, &left, take).await?;
        }
        match page.last() {
            Some(last) => after.clone_from(last),
            None => return take(Line::End { chains, events }),
        }
    }
}

/// The word for a kind of database.
pub(super) fn database(snapshot: &Snapshot) -> String {
    match snapshot.dialect() {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
    }
    .to_owned()
}

async fn leaves(
    snapshot: &mut Snapshot,
    take: &mut (impl FnMut(Line) -> Result<(), AppError> + Send),
) -> Result<(), AppError> {
    let mut from = 0;
    loop {
        let tiles = snapshot.leaf_tiles(from, PAGE).await?;
        let Some(last) = tiles.last() else {
            return Ok(());
        };
        from = last.id.1 + 1;
        for tile in tiles {
            take(Line::Leaves {
                tile: tile.id.1,
                hashes: tile.hashes.iter().map(|hash| hex(hash)).collect(),
            })?;
        }
    }
}

/// Entity and id of records that instances wrote which are retired by now: their values are not those of one chain alone.
pub(super) async fn records_left(
    snapshot: &mut Snapshot,
) -> Result<BTreeSet<(String, String)>, AppError> {
    let (mut left, mut after) = (BTreeSet::new(), CHAINS.to_owned());
    loop {
        let page = snapshot.chains(&after, PAGE).await?;
        for chain in &page {
            if !chain.starts_with(CHAINS) {
                return Ok(left);
            }
            for event in snapshot.events(chain, 0, PAGE).await? {
                let stone = serde_json::from_str::<Tombstone>(&event.body);
                let gone = stone.map(|stone| stone.instances).unwrap_or_default();
                left.extend(gone.into_iter().map(|gone| (gone.entity, gone.record)));
            }
        }
        match page.last() {
            Some(last) => after.clone_from(last),
            None => return Ok(left),
        }
    }
}

/// One chain; returns how many events it has.
pub(super) async fn one(
    snapshot: &mut Snapshot,
    chain: &str,
    left: &BTreeSet<(String, String)>,
    take: &mut (impl FnMut(Line) -> Result<(), AppError> + Send),
) -> Result<u64, AppError> {
    let state = snapshot.instance(chain).await?;
    let (mut values, mut shared) = (None, false);
    if let Some(state) = &state {
        let (record, is_shared) = snapshot.record(&state.entity, &state.record).await?;
        let was_shared = left.contains(&(state.entity.clone(), state.record.clone()));
        (values, shared) = (record.map(|record| record.values), is_shared || was_shared);
    }
    take(Line::Chain {
        chain: chain.to_owned(),
        parts: snapshot.parts(chain).await?,
        state: state.map(Box::new),
        values,
        shared,
    })?;
    // From below zero: a number that cannot be is a finding, and must be seen.
    let (mut after, mut count) = (i64::from(i32::MIN), 0);
    loop {
        let page = snapshot.events(chain, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(count);
        };
        after = i64::from(last.seq).max(after + 1);
        count += page.len() as u64;
        let is_last = page.len() < PAGE as usize;
        for event in page {
            take(Line::Event(event))?;
        }
        if is_last {
            return Ok(count);
        }
    }
}
