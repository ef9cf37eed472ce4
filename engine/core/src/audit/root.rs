//! Signed roots and the keys that sign them, as rows and as the texts that are signed.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::hex;
use crate::time::Moment;

/// A signed root: from its number on, nothing before its size can change unseen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootRow {
    /// From 1 without gaps.
    pub no: u64,
    /// When it was made.
    pub at: Moment,
    /// Events it covers, from the first.
    pub size: u64,
    /// Hex of the tree's root over them.
    pub root: String,
    /// Id of the key that signed it.
    pub key: String,
    /// Hex of the Ed25519 signature over [`signed_text`].
    pub signature: String,
}

/// A key that signs roots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    /// See [`key_id`].
    pub id: String,
    /// Hex of the public key.
    pub public: String,
    /// Number of the first root it signs.
    pub since: u64,
    /// The key before it; empty for the first.
    pub by: String,
    /// Hex of that key's signature over [`endorsed_text`]; empty for the first.
    pub endorsement: String,
}

/// Events of one chain that a root covers for the first time, side by side in the order of all events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Number of the first of these events within the chain.
    pub first: u32,
    /// … and of the last.
    pub upto: u32,
    /// The place of the first in the order of all events, from 0.
    pub place: u64,
    /// The root that covers them first.
    pub root: u64,
}

/// A key's name: the first 16 hex digits of the SHA-256 of its public key.
pub fn key_id(public: &[u8]) -> String {
    hex(&Sha256::digest(public)[..8])
}

/// What a root's signature covers: all of the row, and the signature of the root before it.
pub fn signed_text(root: &RootRow, signature_before: &str) -> String {
    format!(
        "assent root 1\n{}\n{}\n{}\n{}\n{}\n{signature_before}\n",
        root.no, root.at.0, root.size, root.root, root.key
    )
}

/// What a key signs about the key that follows it.
pub fn endorsed_text(public: &str, since: u64) -> String {
    format!("assent key 1\n{public}\n{since}\n")
}
