//! The tree. It is kept as tiles: rows of 256 hashes, first of leaves, then of full tiles below, so that growing it and
//! proving something about it read a handful of rows, however many events there are.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// Hashes in a full tile.
pub const TILE: usize = 256;
/// Levels of the tree in one tile: 256 = 2^8.
const TILE_LEVELS: u32 = 8;

/// The hash of a leaf.
pub(super) fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new()
        .chain_update([0])
        .chain_update(data)
        .finalize()
        .into()
}

/// The hash of a node over its two sides.
pub fn join(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// The root of a tree without leaves.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// Which tile: its level (0 holds leaves) and its number within the level.
pub type TileId = (u32, u64);

/// A row of hashes of the tree; the last one of a level may be unfinished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Which.
    pub id: TileId,
    /// At most [`TILE`].
    pub hashes: Vec<Hash>,
}

/// Where the hashes of full tiles and leaves are read from.
pub trait Nodes {
    /// Hash number `at` of a tile; none when it is not there.
    fn hash(&self, tile: TileId, at: usize) -> Option<Hash>;
}

impl Nodes for BTreeMap<TileId, Vec<Hash>> {
    fn hash(&self, tile: TileId, at: usize) -> Option<Hash> {
        self.get(&tile)?.get(at).copied()
    }
}

/// The root over leaves `start..start + count`. None when a hash is not there.
pub(super) fn range(nodes: &dyn Nodes, start: u64, count: u64) -> Option<Hash> {
    if count.is_power_of_two() && start.is_multiple_of(count) {
        return full(nodes, count.trailing_zeros(), start / count);
    }
    let left = split(count);
    let right = range(nodes, start + left, count - left)?;
    Some(join(&range(nodes, start, left)?, &right))
}

/// The largest power of two smaller than `count`, which is more than one.
pub(super) fn split(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

/// Node `at` of a level whose nodes are all full.
fn full(nodes: &dyn Nodes, level: u32, at: u64) -> Option<Hash> {
    let (tile_level, inside) = (level / TILE_LEVELS, level % TILE_LEVELS);
    let first = at << inside;
    let per_tile = TILE as u64;
    let tile = (tile_level, first / per_tile);
    let begin = usize::try_from(first % per_tile).ok()?;
    let row: Option<Vec<Hash>> = (begin..begin + (1 << inside))
        .map(|at| nodes.hash(tile, at))
        .collect();
    Some(perfect(row?))
}

/// The root over a number of hashes that is a power of two.
fn perfect(mut row: Vec<Hash>) -> Hash {
    while row.len() > 1 {
        row = row
            .chunks_exact(2)
            .map(|pair| join(&pair[0], &pair[1]))
            .collect();
    }
    row.pop().unwrap_or_else(empty_root)
}

/// The right edge of a growing tree: the unfinished tile of every level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl Edge {
    /// Leaves so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The tiles that are unfinished in a tree of that size: what must be read to go on.
    pub fn unfinished(size: u64) -> Vec<(TileId, usize)> {
        let mut found = vec![];
        let (mut level, mut count) = (0, size);
        while count > 0 {
            let (tile, inside) = (count / TILE as u64, count % TILE as u64);
            found.push(((level, tile), usize::try_from(inside).unwrap_or_default()));
            (level, count) = (level + 1, tile);
        }
        found
    }

    /// The edge of a tree of that size; none when a hash is not there.
    pub fn read(size: u64, nodes: &dyn Nodes) -> Option<Self> {
        let rows = Self::unfinished(size).into_iter().map(|(tile, count)| {
            (0..count)
                .map(|at| nodes.hash(tile, at))
                .collect::<Option<Vec<_>>>()
        });
        let levels = rows.collect::<Option<Vec<_>>>()?;
        Some(Self { size, levels })
    }

    /// Adds a leaf; a tile that is full now goes to `finished`.
    pub fn push(&mut self, leaf: Hash, finished: &mut Vec<Tile>) {
        self.size += 1;
        let (mut carried, mut number) = (leaf, (self.size - 1) / TILE as u64);
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(vec![]);
            }
            let row = &mut self.levels[level];
            row.push(carried);
            if row.len() < TILE {
                return;
            }
            let hashes = std::mem::take(row);
            carried = perfect(hashes.clone());
            let level = u32::try_from(level).unwrap_or(u32::MAX);
            finished.push(Tile {
                id: (level, number),
                hashes,
            });
            number /= TILE as u64;
        }
    }

    /// The unfinished tiles as they are now.
    pub fn tiles(&self) -> Vec<Tile> {
        Self::unfinished(self.size)
            .into_iter()
            .zip(&self.levels)
            .filter(|(_, hashes)| !hashes.is_empty())
            .map(|((id, _), hashes)| Tile {
                id,
                hashes: hashes.clone(),
            })
            .collect()
    }

    /// The root over all leaves so far.
    pub fn root(&self) -> Hash {
        let mut root: Option<Hash> = None;
        for row in &self.levels {
            // From right to left, smaller parts first: 256 = 128 + 64 + … as far as the row has them.
            let mut end = row.len();
            while end > 0 {
                let count = 1 << end.trailing_zeros();
                let part = perfect(row[end - count..end].to_vec());
                root = Some(root.map_or(part, |right| join(&part, &right)));
                end -= count;
            }
        }
        root.unwrap_or_else(empty_root)
    }
}
