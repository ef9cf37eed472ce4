//! What a printed record can be checked by: the hash of its last event, and the root that covers it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use assent_core::audit::{
    Hash, KeyRow, Nodes, RootRow, TileId, consistency, hash, hex, inclusion, leaf, proves_inclusion,
};
use serde::Serialize;

use super::sealing::is_signed;
use super::tombstone::{KIND, Tombstone};
use crate::app::{App, AppError, When};
use crate::view::when;

/// What stands on a printed record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Printed {
    /// Number of its last event.
    pub seq: u32,
    /// Hash of that event, which stands for all before it.
    pub hash: String,
    /// The first root that covers it; none until the next one is made.
    pub root: Option<RootRow>,
    /// When that was made.
    pub sealed: Option<When>,
}

/// What may be told about a printed record to whoever holds it: nothing of what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proven {
    /// There is no such event.
    Unknown,
    /// The event is there, but what is stored around it does not prove it.
    Damaged,
    /// It is what was recorded.
    Authentic {
        /// Number of the root that covers it, and when that was made.
        sealed: Option<(u64, When)>,
        /// Something happened since it was printed.
        gone_on: bool,
    },
    /// The instance was retired into a bundle; a signed tombstone says so.
    Retired {
        /// The name of the bundle's file.
        bundle: String,
        /// When it was retired.
        at: When,
        /// Number of the root that covers it, and when that was made.
        sealed: Option<(u64, When)>,
        /// It is what was recorded. False for a print that was made before the end: of the events before the last one only
        /// the bundle has the hashes.
        authentic: bool,
    },
}

/// A root, with what proves something about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RootProof {
    /// The newest root.
    pub root: RootRow,
    /// The signature of the root before it: part of what is signed.
    pub signature_before: String,
    /// The keys that signed.
    pub keys: Vec<KeyRow>,
    /// Where the event stands in the order of all events; for an earlier root, its size.
    pub place: u64,
    /// Hex of the event's leaf; for an earlier root, the root itself.
    pub leaf: String,
    /// The hashes, as hex, that lead to the root.
    pub path: Vec<String>,
}

/// Notes which rows of the tree a proof needs.
#[derive(Default)]
pub(super) struct Wanted(RefCell<BTreeSet<TileId>>);

impl Wanted {
    pub(super) fn into_inner(self) -> BTreeSet<TileId> {
        self.0.into_inner()
    }
}

impl Nodes for Wanted {
    fn hash(&self, tile: TileId, _at: usize) -> Option<Hash> {
        self.0.borrow_mut().insert(tile);
        Some([0; 32])
    }
}

impl App {
    /// Now, in words.
    pub fn shown_now(&self) -> When {
        when(self.now(), &self.calendar(assent_core::calendar::CN_OFFICE))
    }

    /// What stands on a print of this instance made now. Whoever calls has seen that the reader may see it.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn printed(&self, instance: &str) -> Result<Printed, AppError> {
        let loaded = self.load(instance).await?.ok_or(AppError::NotFound)?;
        let case = crate::engine::stored_case(&loaded)?;
        let def = self
            .definition_of(&loaded.row.flow, &loaded.row.version)
            .await?;
        let calendar = self.calendar(&def.calendar);
        let seq = case.instance.seq;
        let root = self
            .store()
            .place_of(instance, seq)
            .await?
            .map(|(_, root)| root);
        Ok(Printed {
            seq,
            hash: case.instance.chain,
            sealed: root.as_ref().map(|root| when(root.at, &calendar)),
            root,
        })
    }

    /// Whether a printed record is what was recorded. Needs nobody to be signed in, and tells nothing else.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn prove_printed(
        &self,
        instance: &str,
        seq: u32,
        printed: &str,
        root: Option<(u64, &str)>,
    ) -> Result<Proven, AppError> {
        let Some(loaded) = self.load(instance).await? else {
            return self.prove_retired(instance, seq, printed, root).await;
        };
        let event = self.store().events(instance, seq, 1).await?.pop();
        let Some(event) = event.filter(|event| event.seq == seq && event.hash == printed) else {
            return Ok(Proven::Unknown);
        };
        if !self.is_root(root).await? {
            return Ok(Proven::Unknown);
        }
        let case = crate::engine::stored_case(&loaded)?;
        let gone_on = case.instance.seq > seq;
        let Some((place, root)) = self.store().place_of(instance, seq).await? else {
            return Ok(Proven::Authentic {
                sealed: None,
                gone_on,
            });
        };
        let path = self
            .proof(|nodes| inclusion(nodes, place, root.size))
            .await?;
        let top = hash(&root.root).unwrap_or_default();
        let is_in = path.is_some_and(|path| {
            proves_inclusion(&leaf(instance, &event), place, root.size, &path, &top)
        });
        let (keys, before) = (
            self.store().audit_keys().await?,
            self.signature_before(&root).await?,
        );
        if !is_in || !is_signed(&root, &before, &keys) {
            return Ok(Proven::Damaged);
        }
        let calendar = self.calendar(assent_core::calendar::CN_OFFICE);
        Ok(Proven::Authentic {
            sealed: Some((root.no, when(root.at, &calendar))),
            gone_on,
        })
    }

    /// The same, of an instance that is in a bundle by now. Its events are gone, and its last hash stands in the tombstone.
    async fn prove_retired(
        &self,
        instance: &str,
        seq: u32,
        printed: &str,
        root: Option<(u64, &str)>,
    ) -> Result<Proven, AppError> {
        // The places stay. What never had one is not looked for among all tombstones.
        let Some((_, covering)) = self.store().place_of(instance, seq).await? else {
            return Ok(Proven::Unknown);
        };
        let Some(row) = self.store().tombstone_of(KIND, instance).await? else {
            return Ok(Proven::Unknown);
        };
        let stone = serde_json::from_str::<Tombstone>(&row.body).ok();
        let keys = self.store().audit_keys().await?;
        let Some(stone) = stone.filter(|stone| stone.is_signed(&keys)) else {
            return Ok(Proven::Damaged);
        };
        let gone = stone.instances.iter().find(|gone| gone.id == instance);
        let Some(gone) = gone.filter(|gone| seq <= gone.seq) else {
            return Ok(Proven::Unknown);
        };
        let authentic = seq == gone.seq;
        if authentic && gone.hash != printed || !self.is_root(root).await? {
            return Ok(Proven::Unknown);
        }
        let calendar = self.calendar(assent_core::calendar::CN_OFFICE);
        Ok(Proven::Retired {
            bundle: stone.bundle,
            at: when(stone.at, &calendar),
            sealed: Some((covering.no, when(covering.at, &calendar))),
            authentic,
        })
    }

    /// Is the root on a print one of ours? A print made before there was one names none.
    async fn is_root(&self, printed: Option<(u64, &str)>) -> Result<bool, AppError> {
        let Some((no, hash)) = printed else {
            return Ok(true);
        };
        let kept = self.store().root(no).await?;
        Ok(kept.is_some_and(|kept| kept.root == hash))
    }

    /// The proof that the last sealed event of an instance is under the newest root.
    ///
    /// # Errors
    /// `NotFound` for an instance this reader may not see, or while none of its events is covered.
    pub async fn instance_proof(&self, reader: &str, id: &str) -> Result<RootProof, AppError> {
        let view = self.instance_view(reader, id).await?;
        let (root, keys, signature_before) = self.newest_root().await?;
        let mut seq = self.printed(&view.head.id).await?.seq;
        let (place, seq) = loop {
            match self.store().place_of(id, seq).await? {
                Some((place, _)) => break (place, seq),
                None if seq > 1 => seq -= 1,
                None => return Err(AppError::NotFound),
            }
        };
        let event = self
            .store()
            .events(id, seq, 1)
            .await?
            .pop()
            .ok_or(AppError::NotFound)?;
        let path = self
            .proof(|nodes| inclusion(nodes, place, root.size))
            .await?;
        Ok(RootProof {
            place,
            leaf: hex(&leaf(id, &event)),
            path: path
                .ok_or(AppError::NotFound)?
                .iter()
                .map(|hash| hex(hash))
                .collect(),
            root,
            signature_before,
            keys,
        })
    }

    /// The newest root, with the proof that it continues the root `from`. Holds nothing confidential: for whoever keeps
    /// roots outside.
    ///
    /// # Errors
    /// `NotFound` while there is no root, or not that one.
    pub async fn root_proof(&self, from: Option<u64>) -> Result<RootProof, AppError> {
        let (root, keys, signature_before) = self.newest_root().await?;
        let from = self
            .store()
            .root(from.unwrap_or(root.no))
            .await?
            .ok_or(AppError::NotFound)?;
        let path = self
            .proof(|nodes| consistency(nodes, from.size, root.size))
            .await?;
        Ok(RootProof {
            place: from.size,
            leaf: from.root,
            path: path
                .ok_or(AppError::NotFound)?
                .iter()
                .map(|hash| hex(hash))
                .collect(),
            root,
            signature_before,
            keys,
        })
    }

    async fn newest_root(&self) -> Result<(RootRow, Vec<KeyRow>, String), AppError> {
        let root = self.store().last_root().await?.ok_or(AppError::NotFound)?;
        let before = self.signature_before(&root).await?;
        Ok((root, self.store().audit_keys().await?, before))
    }

    async fn signature_before(&self, root: &RootRow) -> Result<String, AppError> {
        let before = self.store().root(root.no.saturating_sub(1)).await?;
        Ok(before.map(|root| root.signature).unwrap_or_default())
    }

    /// Makes a proof twice: once to learn which rows of the tree it needs, once with them.
    async fn proof(
        &self,
        make: impl Fn(&dyn Nodes) -> Option<Vec<Hash>>,
    ) -> Result<Option<Vec<Hash>>, AppError> {
        let ids: Vec<TileId> = {
            let wanted = Wanted::default();
            make(&wanted);
            wanted.into_inner().into_iter().collect()
        };
        let tiles = self.store().tiles(&ids).await?;
        Ok(make(&tiles))
    }
}
