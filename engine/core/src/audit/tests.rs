//! The tree against a plain reading of RFC 6962, and its published test vectors.

use std::collections::BTreeMap;

use super::tree::leaf_hash;
use super::*;

/// The definition in RFC 6962, 2.1, word by word.
fn by_the_book(leaves: &[Hash]) -> Hash {
    match leaves.len() {
        0 => empty_root(),
        1 => leaves[0],
        n => {
            let mut k = 1;
            while k * 2 < n {
                k *= 2;
            }
            join(&by_the_book(&leaves[..k]), &by_the_book(&leaves[k..]))
        }
    }
}

fn leaves(n: u32) -> Vec<Hash> {
    (0..n).map(|at| leaf_hash(&at.to_be_bytes())).collect()
}

fn grown(leaves: &[Hash]) -> (Edge, BTreeMap<TileId, Vec<Hash>>) {
    let (mut edge, mut tiles) = (Edge::default(), vec![]);
    for leaf in leaves {
        edge.push(*leaf, &mut tiles);
    }
    tiles.extend(edge.tiles());
    let tiles = tiles.into_iter().map(|tile| (tile.id, tile.hashes));
    (edge, tiles.collect())
}

/// A9.1: the vectors that certificate transparency logs are tested with.
#[test]
fn hashes_are_those_of_rfc_6962() {
    let data: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(hex(&Edge::default().root()), empty);
    let mut edge = Edge::default();
    for (data, root) in data.iter().zip(roots) {
        edge.push(leaf_hash(data), &mut vec![]);
        assert_eq!(hex(&edge.root()), root);
    }
}

#[test]
fn the_edge_grows_as_the_book_says_and_goes_on_from_its_tiles() {
    let all = leaves(65_537);
    let (mut edge, mut tiles) = (Edge::default(), vec![]);
    for (at, leaf) in all.iter().enumerate() {
        edge.push(*leaf, &mut tiles);
        let size = at + 1;
        if size < 300 || size == 5_000 || size == 65_537 {
            assert_eq!(edge.root(), by_the_book(&all[..size]), "{size}");
            let mut kept: BTreeMap<_, _> = tiles
                .iter()
                .map(|tile| (tile.id, tile.hashes.clone()))
                .collect();
            kept.extend(edge.tiles().into_iter().map(|tile| (tile.id, tile.hashes)));
            assert_eq!(Edge::read(size as u64, &kept).as_ref(), Some(&edge));
        }
    }
}

/// A9.2: each leaf is proven to be in its root, and in no other place and no other root.
#[test]
fn a_root_proves_each_of_its_leaves() {
    for size in (1..40).chain([255, 256, 257, 600]) {
        let all = leaves(size);
        let (edge, tiles) = grown(&all);
        let (size, root) = (u64::from(size), edge.root());
        for (at, leaf) in all.iter().enumerate() {
            let at = at as u64;
            let path = inclusion(&tiles, at, size).expect("all tiles are there");
            assert!(
                proves_inclusion(leaf, at, size, &path, &root),
                "{at} of {size}"
            );
            assert!(!proves_inclusion(leaf, at + 1, size, &path, &root));
            assert!(!proves_inclusion(&[7; 32], at, size, &path, &root));
            assert!(!proves_inclusion(leaf, at, size, &path, &[7; 32]));
        }
        assert_eq!(inclusion(&tiles, size, size), None);
    }
}

/// A9.3: a root continues every earlier one, and a root that does not is told.
#[test]
fn a_root_proves_that_it_continues_an_earlier_one() {
    for size in (1..40).chain([255, 256, 257, 600]) {
        let all = leaves(size);
        let (edge, tiles) = grown(&all);
        let root = edge.root();
        for earlier in 0..=size {
            let before = by_the_book(&all[..earlier as usize]);
            let (m, n) = (u64::from(earlier), u64::from(size));
            let proof = consistency(&tiles, m, n).expect("all tiles are there");
            assert!(
                proves_consistency((m, &before), (n, &root), &proof),
                "{m} → {n}"
            );
            if earlier > 0 {
                assert!(
                    !proves_consistency((m, &[7; 32]), (n, &root), &proof),
                    "{m} → {n}"
                );
                assert!(
                    !proves_consistency((m, &before), (n, &[7; 32]), &proof),
                    "{m} → {n}"
                );
            }
        }
    }
}

#[test]
fn hex_reads_back() {
    assert_eq!(unhex(&hex(&[0, 1, 254, 255])), Some(vec![0, 1, 254, 255]));
    for wrong in ["0", "0g", "+1", "准"] {
        assert_eq!(unhex(wrong), None, "{wrong}");
    }
}
