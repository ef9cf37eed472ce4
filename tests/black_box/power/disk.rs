//! A disk that keeps what was synced, and of the rest what it likes: each write whole, not at all, or only its first sectors.

use std::collections::BTreeMap;
use std::path::Path;

use super::trace::{Call, Deed};

/// What a disk writes at once.
const SECTOR: usize = 512;

#[derive(Default)]
struct File {
    /// What is on the disk for certain.
    bytes: Vec<u8>,
    /// Number of the call, and what it did; not synced yet.
    open: Vec<(usize, Deed)>,
}

pub struct Disk {
    files: BTreeMap<String, File>,
    number: usize,
    chance: u64,
}

/// What a cut left.
#[derive(Default)]
pub struct Kept {
    pub files: Vec<(String, Vec<u8>)>,
    pub dropped: u64,
    pub torn: u64,
}

impl Disk {
    /// With these files on it.
    pub fn new(folder: &Path, names: &[&str], seed: u64) -> Self {
        let file = |name: &&str| {
            let bytes = std::fs::read(folder.join(name)).unwrap();
            (
                (*name).to_owned(),
                File {
                    bytes,
                    open: vec![],
                },
            )
        };
        Self {
            files: names.iter().map(file).collect(),
            number: 0,
            chance: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
        }
    }

    /// A number below `limit`, from the seed (xorshift64*).
    pub fn below(&mut self, limit: usize) -> usize {
        self.chance ^= self.chance >> 12;
        self.chance ^= self.chance << 25;
        self.chance ^= self.chance >> 27;
        let drawn = self.chance.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(drawn).unwrap() % limit.max(1)
    }

    /// Takes the next call. Where the log is not synced, its syncs do nothing.
    pub fn take(&mut self, call: &Call, syncs_log: bool) {
        let number = self.number;
        self.number += 1;
        let file = self.files.entry(call.file.clone()).or_default();
        let Deed::Synced { before } = call.deed else {
            file.open.push((number, call.deed.clone()));
            return;
        };
        if !syncs_log && call.file.ends_with("-wal") {
            return;
        }
        let (synced, open) = std::mem::take(&mut file.open)
            .into_iter()
            .partition(|(number, _)| *number < before);
        file.open = open;
        let synced: Vec<(usize, Deed)> = synced;
        synced
            .iter()
            .for_each(|(_, deed)| apply(&mut file.bytes, deed, usize::MAX));
    }

    /// The power is gone.
    pub fn cut(mut self) -> Kept {
        let mut kept = Kept::default();
        for (name, mut file) in std::mem::take(&mut self.files) {
            // Now and then everything arrived, or nothing.
            let mood = self.below(4);
            for (_, deed) in &file.open {
                let length = match deed {
                    Deed::Write { bytes, .. } => bytes.len(),
                    Deed::Truncate { .. } | Deed::Synced { .. } => 0,
                };
                let arrives = match (mood, self.below(3)) {
                    (0, _) | (2.., 0) => 0,
                    (1, _) | (2.., 1) => usize::MAX,
                    _ => self.below(length / SECTOR + 1) * SECTOR,
                };
                kept.dropped += length.saturating_sub(arrives) as u64;
                kept.torn += u64::from(arrives > 0 && arrives < length);
                if arrives > 0 {
                    apply(&mut file.bytes, deed, arrives);
                }
            }
            kept.files.push((name, file.bytes));
        }
        kept
    }
}

/// Does to the bytes what the call did, at most its first `arrives` bytes.
fn apply(on: &mut Vec<u8>, deed: &Deed, arrives: usize) {
    match deed {
        Deed::Write { at, bytes } => {
            let bytes = &bytes[..bytes.len().min(arrives)];
            if on.len() < at + bytes.len() {
                on.resize(at + bytes.len(), 0);
            }
            on[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        Deed::Truncate { to } => on.resize(*to, 0),
        Deed::Synced { .. } => {}
    }
}
