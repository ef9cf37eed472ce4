//! What stays of instances that were retired into a bundle: a tombstone, signed by the key that signs roots, as the one event
//! of a chain of its own. The next root covers it like any other event.

use assent_core::apply::{CHAIN_START, link};
use assent_core::audit::{Hash, KeyRow, Part, hex};
use assent_core::time::Moment;
use assent_core::write::EventRow;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::key::verifies;

/// How the chains of tombstones are named; the bundle's name follows.
pub(crate) const CHAINS: &str = "retired:";
/// The kind of these chains: what stands before the colon.
pub(super) const KIND: &str = "retired";

/// What stays of the instances of one bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Always `retired`.
    pub event: String,
    /// Always 1.
    pub seq: u32,
    /// When.
    pub at: Moment,
    /// Who retired them.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// The name of the bundle's file.
    pub bundle: String,
    /// SHA-256 of that file, hex.
    pub sha256: String,
    /// The instances, by id.
    pub instances: Vec<Gone>,
    /// Id of the key that signed.
    pub key: String,
    /// Hex of its Ed25519 signature over [`Tombstone::signed_text`].
    pub signature: String,
}

/// An instance that is in a bundle now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Its id.
    pub id: String,
    /// Entity type of its record, which stays.
    pub entity: String,
    /// Id of that record.
    pub record: String,
    /// How many events it had.
    pub seq: u32,
    /// Hash of the last of them, which stands for all.
    pub hash: String,
    /// Hex of the SHA-256 over the leaves of its events, in their order.
    pub leaves: String,
}

impl Tombstone {
    /// The text that is signed: a line that says what it is, and the tombstone as JSON without its signature.
    pub fn signed_text(&self) -> String {
        let bare = Self {
            signature: String::new(),
            ..self.clone()
        };
        // Texts and numbers always serialise.
        let text = serde_json::to_string(&bare).unwrap_or_default();
        format!("assent tombstone 1\n{text}\n")
    }

    /// True when one of these keys signed it.
    pub(super) fn is_signed(&self, keys: &[KeyRow]) -> bool {
        let key = keys.iter().find(|key| key.id == self.key);
        key.is_some_and(|key| verifies(&key.public, &self.signed_text(), &self.signature))
    }

    /// The event, and the chain it is alone in.
    pub(super) fn event(&self) -> (String, EventRow) {
        let body = serde_json::to_string(self).unwrap_or_default();
        let event = EventRow {
            seq: self.seq,
            at: self.at,
            actor: self.actor.clone(),
            kind: self.event.clone(),
            hash: link(CHAIN_START, &body),
            body,
        };
        (format!("{CHAINS}{}", self.bundle), event)
    }
}

/// What a tombstone keeps of leaves.
pub(super) fn digest(leaves: impl IntoIterator<Item = Hash>) -> String {
    let mut hash = Sha256::new();
    leaves.into_iter().for_each(|leaf| hash.update(leaf));
    hex(&hash.finalize())
}

/// Number and place of every event that is covered, in order.
pub(super) fn places(parts: &[Part]) -> impl Iterator<Item = (u32, u64)> + '_ {
    parts.iter().flat_map(|part| {
        (part.first..=part.upto).map(move |seq| (seq, part.place + u64::from(seq - part.first)))
    })
}
