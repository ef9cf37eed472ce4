//! Proofs: that a root contains a leaf, and that a root continues an earlier one (RFC 6962, 2.1.1 and 2.1.2).

use super::tree::{Hash, Nodes, empty_root, join, range, split};

/// The hashes that lead from leaf `at` to the root of a tree of `size` leaves, from the leaf up. None when the leaf is not
/// in it, or a hash is not there.
pub fn inclusion(nodes: &dyn Nodes, at: u64, size: u64) -> Option<Vec<Hash>> {
    if at >= size {
        return None;
    }
    let (mut start, mut count, mut beside) = (0, size, vec![]);
    while count > 1 {
        let left = split(count);
        if at < start + left {
            beside.push(range(nodes, start + left, count - left)?);
            count = left;
        } else {
            beside.push(range(nodes, start, left)?);
            (start, count) = (start + left, count - left);
        }
    }
    beside.reverse();
    Some(beside)
}

/// True when the path leads from this leaf, at that place, to the root of a tree of `size` leaves.
pub fn proves_inclusion(leaf: &Hash, at: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if at >= size {
        return false;
    }
    // Which side the leaf is on, level by level from the top: the same way down as `inclusion`.
    let (mut start, mut count, mut sides) = (0, size, vec![]);
    while count > 1 {
        let left = split(count);
        let is_left = at < start + left;
        sides.push(is_left);
        if is_left {
            count = left;
        } else {
            (start, count) = (start + left, count - left);
        }
    }
    if sides.len() != path.len() {
        return false;
    }
    let up = |below: Hash, (is_left, beside): (&bool, &Hash)| {
        if *is_left {
            join(&below, beside)
        } else {
            join(beside, &below)
        }
    };
    sides.iter().rev().zip(path).fold(*leaf, up) == *root
}

/// What shows that the tree of `size` leaves begins with the tree of `earlier` leaves. Empty when they are the same.
pub fn consistency(nodes: &dyn Nodes, earlier: u64, size: u64) -> Option<Vec<Hash>> {
    if earlier > size {
        return None;
    }
    if earlier == 0 || earlier == size {
        return Some(vec![]);
    }
    let mut proof = vec![];
    let (mut start, mut count, mut known) = (0, size, true);
    let end = earlier;
    while start + count != end {
        let left = split(count);
        if end <= start + left {
            proof.push(range(nodes, start + left, count - left)?);
            count = left;
        } else {
            proof.push(range(nodes, start, left)?);
            (start, count, known) = (start + left, count - left, false);
        }
    }
    // The earlier root itself need not be said when it is a whole subtree here: whoever checks has it.
    if !known {
        proof.push(range(nodes, start, count)?);
    }
    proof.reverse();
    Some(proof)
}

/// True when the proof shows that the tree with `root` begins with the tree with `earlier_root`.
pub fn proves_consistency(
    (earlier, earlier_root): (u64, &Hash),
    (size, root): (u64, &Hash),
    proof: &[Hash],
) -> bool {
    if earlier == 0 {
        return proof.is_empty() && *earlier_root == empty_root();
    }
    if earlier >= size {
        return earlier == size && proof.is_empty() && earlier_root == root;
    }
    // The same way down as `consistency`: true where the earlier tree ends in the left part.
    let (mut start, mut count, mut known, mut sides) = (0, size, true, vec![]);
    while start + count != earlier {
        let left = split(count);
        let is_left = earlier <= start + left;
        sides.push(is_left);
        if is_left {
            count = left;
        } else {
            (start, count, known) = (start + left, count - left, false);
        }
    }
    let mut hashes = proof.iter();
    let seed = if known {
        Some(earlier_root)
    } else {
        hashes.next()
    };
    let Some(seed) = seed.filter(|_| hashes.len() == sides.len()) else {
        return false;
    };
    let (mut old, mut new) = (*seed, *seed);
    for (is_left, beside) in sides.iter().rev().zip(hashes) {
        if *is_left {
            new = join(&new, beside);
        } else {
            old = join(beside, &old);
            new = join(beside, &new);
        }
    }
    old == *earlier_root && new == *root
}
