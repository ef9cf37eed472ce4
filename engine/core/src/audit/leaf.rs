//! What a leaf of the tree is made of.

use super::tree::{Hash, leaf_hash};
use crate::write::EventRow;

/// The leaf of an event: the hash of every column of its row, written as one JSON array so that no two rows read the same.
pub fn leaf(chain: &str, event: &EventRow) -> Hash {
    let row = (
        chain,
        event.seq,
        event.at,
        &event.actor,
        &event.kind,
        &event.body,
        &event.hash,
    );
    // Texts and numbers always serialise.
    leaf_hash(serde_json::to_string(&row).unwrap_or_default().as_bytes())
}
