//! Signed roots over all events: what no root covers yet, the tree's tiles, and adding a root.

use std::collections::BTreeMap;

use assent_core::audit::{Hash, KeyRow, Part, RootRow, Tile, TileId, hash, hex};

use crate::commit::execute_rows;
use crate::db::args;
use crate::dialect::{Sql, over_rows};
use crate::error::{StoreError, StoreErrorKind};
use crate::row::Row;
use crate::store::transaction;
use crate::{Outcome, Store};

/// Chains that have grown since the last root, how far they are covered, and how far they go now. Reads the key of the
/// events alone, in a reading connection: what a decision writes stays as small as it was.
const GROWN: Sql = Sql::Same(
    "select c.instance, coalesce((select max(q.upto) from audit_parts q where q.instance = c.instance), 0), c.top \
     from (select instance, max(seq) as top from events group by instance) c where not exists (select 1 from \
     audit_parts p where p.instance = c.instance and p.upto = c.top) order by c.instance limit $1",
);
const LAST: Sql = Sql::Same(
    "select no, at, size, root, key, signature from audit_roots order by no desc limit 1",
);
const ONE: Sql =
    Sql::Same("select no, at, size, root, key, signature from audit_roots where no = $1");
/// The first root that covers a place.
pub(crate) const COVERING: Sql = Sql::Same(
    "select no, at, size, root, key, signature from audit_roots where size > $1 order by no limit 1",
);
pub(crate) const KEYS: Sql =
    Sql::Same("select id, public, since, by, endorsement from audit_keys order by since, id");
const PART: Sql = Sql::Same(
    "select first, upto, place, root from audit_parts where instance = $1 and upto >= $2 order by upto limit 1",
);
const TILES: Sql = over_rows!(
    "select t.level, t.tile, t.hashes from",
    "join audit_tiles t on t.level = cast(j.value->>0 as bigint) and t.tile = cast(j.value->>1 as bigint)"
);

const ROOT_ADD: Sql = Sql::Same(
    "insert into audit_roots (no, at, size, root, key, signature) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
);
const KEY_ADD: Sql = Sql::Same(
    "insert into audit_keys (id, public, since, by, endorsement) values ($1, $2, $3, $4, $5) on conflict do nothing",
);
const PARTS_ADD: Sql = over_rows!(
    "insert into audit_parts (instance, upto, first, place, root) select j.value->>0, cast(j.value->>1 as bigint), \
     cast(j.value->>2 as bigint), cast(j.value->>3 as bigint), cast(j.value->>4 as bigint) from",
    ""
);
const TILES_SET: Sql = over_rows!(
    "insert into audit_tiles (level, tile, hashes) select cast(j.value->>0 as bigint), cast(j.value->>1 as bigint), \
     j.value->>2 from",
    "where true on conflict (level, tile) do update set hashes = excluded.hashes"
);

/// A chain with events that no root covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grown {
    /// The chain: an instance, `record:<entity>:<id>`, or `flow:<id>`.
    pub chain: String,
    /// The last number that is covered; 0: none.
    pub done: u32,
    /// The last number there is.
    pub top: u32,
}

/// Everything one root adds.
#[derive(Clone, Debug)]
pub struct NewRoot {
    /// The root.
    pub root: RootRow,
    /// The key, when it signs for the first time.
    pub key: Option<KeyRow>,
    /// Which events it covers for the first time, by chain.
    pub parts: Vec<(String, Part)>,
    /// Tiles that are new or longer than before.
    pub tiles: Vec<Tile>,
}

impl Store {
    /// Chains with events no root covers yet, by name, at most so many.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn grown_chains(&self, limit: u32) -> Result<Vec<Grown>, StoreError> {
        let read = |mut row: Row| {
            Ok(Grown {
                chain: row.text()?,
                done: row.count()?,
                top: row.count()?,
            })
        };
        self.list(&GROWN, args![limit], read).await
    }

    /// The newest root.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_root(&self) -> Result<Option<RootRow>, StoreError> {
        self.one(&LAST, vec![], root_from_row).await
    }

    /// The root of that number.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn root(&self, no: u64) -> Result<Option<RootRow>, StoreError> {
        let no = i64::try_from(no).unwrap_or(i64::MAX);
        self.one(&ONE, args![no], root_from_row).await
    }

    /// The keys that sign, the first one first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn audit_keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        self.list(&KEYS, vec![], key_from_row).await
    }

    /// Where an event stands in the order of all events, and the first root that covers it; none while it is not covered.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn place_of(
        &self,
        chain: &str,
        seq: u32,
    ) -> Result<Option<(u64, RootRow)>, StoreError> {
        let part = self.one(&PART, args![chain, seq], part_from_row).await?;
        let Some(part) = part.filter(|part| part.first <= seq) else {
            return Ok(None);
        };
        let place = part.place + u64::from(seq - part.first);
        let at = i64::try_from(place).unwrap_or(i64::MAX);
        let root = self.one(&COVERING, args![at], root_from_row).await?;
        Ok(root.map(|root| (place, root)))
    }

    /// These tiles, as far as they are there.
    ///
    /// # Errors
    /// When the database cannot be read, or what it holds is no hash.
    pub async fn tiles(&self, ids: &[TileId]) -> Result<BTreeMap<TileId, Vec<Hash>>, StoreError> {
        let rows = crate::db::json_rows(ids)?;
        let rows = self.list(&TILES, args![rows], tile_from_row).await?;
        Ok(rows
            .into_iter()
            .map(|tile| (tile.id, tile.hashes))
            .collect())
    }

    /// Adds a root; stale when there is one of that number already (another node was faster).
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn add_root(&self, new: &NewRoot) -> Result<Outcome, StoreError> {
        let root = &new.root;
        let part = |(chain, part): &(String, Part)| {
            (chain.clone(), part.upto, part.first, part.place, part.root)
        };
        let parts: Vec<_> = new.parts.iter().map(part).collect();
        let tile = |tile: &Tile| {
            let hashes: String = tile.hashes.iter().map(|hash| hex(hash)).collect();
            (tile.id.0, tile.id.1, hashes)
        };
        let tiles: Vec<_> = new.tiles.iter().map(tile).collect();
        transaction!(self, tx => {
            let row = args![number(root.no), root.at, number(root.size), &root.root, &root.key, &root.signature];
            if tx.execute(&ROOT_ADD, row).await? == 0 {
                tx.undo();
                Outcome::Stale
            } else {
                if let Some(key) = &new.key {
                    let row = args![&key.id, &key.public, number(key.since), &key.by, &key.endorsement];
                    tx.execute(&KEY_ADD, row).await?;
                }
                execute_rows(tx, &PARTS_ADD, &parts).await?;
                execute_rows(tx, &TILES_SET, &tiles).await?;
                Outcome::Done
            }
        })
    }
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn root_from_row(mut row: Row) -> Result<RootRow, StoreError> {
    Ok(RootRow {
        no: row.count()?,
        at: row.moment()?,
        size: row.count()?,
        root: row.text()?,
        key: row.text()?,
        signature: row.text()?,
    })
}

pub(crate) fn key_from_row(mut row: Row) -> Result<KeyRow, StoreError> {
    Ok(KeyRow {
        id: row.text()?,
        public: row.text()?,
        since: row.count()?,
        by: row.text()?,
        endorsement: row.text()?,
    })
}

pub(crate) fn part_from_row(mut row: Row) -> Result<Part, StoreError> {
    Ok(Part {
        first: row.count()?,
        upto: row.count()?,
        place: row.count()?,
        root: row.count()?,
    })
}

pub(crate) fn tile_from_row(mut row: Row) -> Result<Tile, StoreError> {
    let id = (row.count()?, row.count()?);
    let text = row.text()?;
    let corrupt = || {
        StoreError::new(
            StoreErrorKind::Corrupt,
            format!("tile {id:?} holds no hashes"),
        )
    };
    let hashes = text.as_bytes().chunks(64).map(|digits| {
        let digits = std::str::from_utf8(digits).map_err(|_| corrupt())?;
        hash(digits).ok_or_else(corrupt)
    });
    let hashes = hashes.collect::<Result<Vec<_>, _>>()?;
    Ok(Tile { id, hashes })
}
