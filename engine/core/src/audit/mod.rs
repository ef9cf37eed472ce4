//! What makes a trail provable: one tree over all events, its signed roots, and proofs that a root contains an event or
//! continues an earlier root. Hashing as in RFC 6962: a leaf is hashed behind a 0x00 byte, a node behind a 0x01 byte, and
//! the left side of a node is the largest power of two that is smaller than the whole.
//!
//! The chain of an instance shows an edit inside that instance, but not that a whole instance is missing, and whoever can
//! write the table can make a chain anew. A root covers all events up to its size, and is signed.

mod leaf;
mod proof;
mod root;
mod tree;

pub use leaf::leaf;
pub use proof::{consistency, inclusion, proves_consistency, proves_inclusion};
pub use root::{KeyRow, Part, RootRow, endorsed_text, key_id, signed_text};
pub use tree::{Edge, Hash, Nodes, TILE, Tile, TileId, empty_root, join};

/// Bytes as lower-case hex. Every event has a hash: a formatter for each byte cost half of a turn.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
    text
}

/// Hex as bytes; none for anything else.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

/// Hex as a hash.
pub fn hash(text: &str) -> Option<Hash> {
    unhex(text)?.try_into().ok()
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests;
