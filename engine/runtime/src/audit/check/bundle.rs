//! What only a bundle of retired instances has: the rows of the tree that prove its events under one root, files, and a
//! signature over the whole.

use std::collections::BTreeMap;

use assent_core::audit::{Hash, TileId, hash, hex, inclusion, proves_inclusion};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::{Checker, row};
use crate::audit::finding::Finding;
use crate::audit::key::verifies;
use crate::audit::lines::{Line, bundle_text};
use crate::audit::sealing::is_signed;

/// What was read of it so far.
#[derive(Default)]
pub(super) struct Bundle {
    tiles: BTreeMap<TileId, Vec<Hash>>,
    /// What its last line says: digest, key, signature.
    sealed: Option<(String, String, String)>,
    /// The digest of the lines before it.
    read: String,
}

impl Checker<'_> {
    /// Takes a line that only a bundle has.
    pub(super) fn bundled(&mut self, line: Line) {
        let Some(bundle) = &mut self.bundle else {
            return self.damaged("有不该出现的行", "it has lines that do not belong there");
        };
        match line {
            Line::Tile {
                level,
                tile,
                hashes,
            } => {
                bundle.tiles.insert((level, tile), row(&hashes).collect());
            }
            Line::File {
                id, sha256, bytes, ..
            } => {
                let bytes = STANDARD.decode(bytes).unwrap_or_default();
                if hex(&Sha256::digest(bytes)) != sha256 {
                    self.report.add(Finding::new(
                        "file_changed",
                        format!("附件 {id} 的内容被改动"),
                        format!("The file {id} was changed"),
                    ));
                }
            }
            Line::Sealed {
                sha256,
                key,
                signature,
            } => bundle.sealed = Some((sha256, key, signature)),
            _ => {}
        }
    }

    /// Says what the lines before the last one come to.
    pub(in crate::audit) fn lines_before_seal(&mut self, digest: String) {
        if let Some(bundle) = &mut self.bundle {
            bundle.read = digest;
        }
    }

    /// Every event under the last root, that root under its key, and the whole under its signature.
    pub(super) fn finish_bundle(&mut self, bundle: &Bundle) {
        self.whole(bundle);
        self.nothing_left_out();
        let roots = self.roots.as_slice();
        let Some(root) = roots.last() else {
            return self.damaged("没有存证根", "it has no root");
        };
        let before = roots
            .len()
            .checked_sub(2)
            .map_or("", |at| &roots[at].signature);
        if !is_signed(root, before, &self.keys) {
            let no = root.no;
            let mut finding = Finding::new(
                "root_signature",
                format!("第 {no} 号存证根的签名不正确"),
                format!("Root {no} is not signed by a known key, or was changed"),
            );
            finding.root = Some(no);
            self.report.add(finding);
        }
        let top = hash(&root.root).unwrap_or_default();
        let (size, no) = (root.size, root.no);
        for event in std::mem::take(&mut self.placed) {
            let path = inclusion(&bundle.tiles, event.place, size);
            let is_in = path
                .is_some_and(|path| proves_inclusion(&event.leaf, event.place, size, &path, &top));
            if !is_in {
                let chain = self.chains.get(event.chain).cloned().unwrap_or_default();
                let mut finding = Finding::new(
                    "event_changed",
                    format!(
                        "{chain} 的第 {} 个事件不在第 {no} 号存证根之下：被改动或伪造",
                        event.seq
                    ),
                    format!(
                        "Event {} of {chain} is not under root {no}: it was changed or made up",
                        event.seq
                    ),
                );
                finding.chain = Some(chain);
                (finding.seq, finding.place, finding.root) =
                    (Some(event.seq), Some(event.place), Some(no));
                self.report.add(finding);
            }
        }
        if self.report.not_sealed > 0 {
            self.report.add(Finding::new(
                "event_inserted",
                format!(
                    "{} 个事件没有存证，不该在归档文件中",
                    self.report.not_sealed
                ),
                format!(
                    "{} events are under no root and must not be in a bundle",
                    self.report.not_sealed
                ),
            ));
        }
    }

    fn whole(&mut self, bundle: &Bundle) {
        let is_whole = bundle
            .sealed
            .as_ref()
            .is_some_and(|(sha256, key, signature)| {
                let mut keys = self.keys.iter();
                let key = keys.find(|known| known.id == *key);
                *sha256 == bundle.read
                    && key.is_some_and(|key| verifies(&key.public, &bundle_text(sha256), signature))
            });
        if !is_whole {
            self.report.add(Finding::new(
                "bundle_signature",
                "归档文件的内容与其签名不符：文件被改动或不完整",
                "The bundle is not what was signed: it was changed, or its end is missing",
            ));
        }
    }
}
