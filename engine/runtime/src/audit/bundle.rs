//! Writing a bundle: retired instances in a file that proves itself, with nothing but itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use assent_core::audit::{Hash, RootRow, TileId, hex, inclusion};
use assent_core::write::InstanceRow;
use assent_store::Snapshot;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::check::Expectation;
use super::export::verify_export;
use super::key::KeyRing;
use super::lines::{self, BUNDLE, Line, bundle_text};
use super::printed::Wanted;
use super::tombstone::{Gone, Tombstone, digest, places};
use crate::app::{App, AppError};
use crate::backup::{digest as digest_of_file, private, sync_folder};

/// Somebody who writes bundles: the app, and the key that signed the last root.
pub(crate) struct Bundler<'a> {
    app: &'a App,
    keys: &'a KeyRing,
}

/// A bundle on disk, verified.
pub(crate) struct Bundle {
    /// The name of its file.
    pub name: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// What it holds.
    pub gone: Vec<Gone>,
    /// Events in it.
    pub events: u64,
    key: String,
    public: String,
}

impl<'a> Bundler<'a> {
    /// None while no key is set up.
    ///
    /// # Errors
    /// `configuration`.
    pub(crate) fn new(app: &'a App) -> Result<Option<Self>, AppError> {
        Ok(app.audit_keys()?.map(|keys| Self { app, keys }))
    }

    /// Writes these instances into a new file of `folder`, and verifies it there. The file is complete or it is not there.
    ///
    /// # Errors
    /// `retire` when what was written does not verify: what is stored is damaged, and stays where it is. `disk_full`,
    /// `Unavailable`.
    pub(crate) async fn write(
        &self,
        folder: &Path,
        name: &str,
        rows: &[InstanceRow],
    ) -> Result<Bundle, AppError> {
        let partial = folder.join(format!("{name}.partial"));
        let written = self.lines(&partial, rows).await;
        let bundle = match written {
            Ok((gone, root, public)) => self.looked_at(&partial, name, gone, &root, public).await,
            Err(fault) => Err(fault),
        };
        let target = folder.join(name);
        let done = bundle.and_then(|bundle| {
            std::fs::rename(&partial, &target)
                .and_then(|()| sync_folder(&target))
                .map_err(|fault| cannot(&target, &fault))?;
            Ok(bundle)
        });
        if done.is_err() {
            let _ = std::fs::remove_file(&partial);
        }
        done
    }

    /// The event that stays of a bundle, signed, and the chain it is alone in.
    ///
    /// # Errors
    /// `audit` when the key that signed the last root is not at hand.
    pub(crate) fn tombstone(
        &self,
        bundle: &Bundle,
        by: &str,
        reason: &str,
    ) -> Result<(String, assent_core::write::EventRow), AppError> {
        let mut stone = Tombstone {
            event: "retired".to_owned(),
            seq: 1,
            at: self.app.now(),
            actor: by.to_owned(),
            reason: reason.to_owned(),
            bundle: bundle.name.clone(),
            sha256: bundle.sha256.clone(),
            instances: bundle.gone.clone(),
            key: bundle.key.clone(),
            signature: String::new(),
        };
        stone.signature = self.signed(&bundle.public, &stone.signed_text())?;
        Ok(stone.event())
    }

    fn signed(&self, public: &str, text: &str) -> Result<String, AppError> {
        self.keys.sign_as(public, text).ok_or_else(|| {
            AppError::unavailable(
                "audit",
                "签署最后一个存证根的密钥不在密钥文件中，无法归档",
                "The key that signed the last root is not in the key file; nothing can be retired without it",
                "the key of the last root is not at hand",
            )
        })
    }

    /// Writes all lines. Answers what is in it, the root it is proved under, and the public key that signed that root.
    async fn lines(
        &self,
        file: &Path,
        rows: &[InstanceRow],
    ) -> Result<(Vec<Gone>, RootRow, String), AppError> {
        let mut snapshot = self.app.store().snapshot().await?;
        let mut out = Lines::new(file)?;
        let done = self.all(&mut snapshot, &mut out, rows).await;
        snapshot.close().await?;
        let (gone, root, public) = done?;
        let sha256 = hex(&out.hash.clone().finalize());
        let signature = self.signed(&public, &bundle_text(&sha256))?;
        let key = root.key.clone();
        out.put(&Line::Sealed {
            sha256,
            key,
            signature,
        })?;
        out.end()?;
        Ok((gone, root, public))
    }

    async fn all(
        &self,
        snapshot: &mut Snapshot,
        out: &mut Lines,
        rows: &[InstanceRow],
    ) -> Result<(Vec<Gone>, RootRow, String), AppError> {
        out.put(&Line::Head {
            format: BUNDLE.to_owned(),
            made: self.app.now(),
            database: lines::database(snapshot),
        })?;
        let keys = snapshot.keys().await?;
        let mut roots = snapshot.roots().await?;
        let root = roots.pop().ok_or(AppError::NotFound)?;
        let public = keys.iter().find(|key| key.id == root.key);
        let public = public.map(|key| key.public.clone()).unwrap_or_default();
        for key in keys {
            out.put(&Line::Key(key))?;
        }
        for root in roots.pop().iter().chain([&root]) {
            out.put(&Line::Root(root.clone()))?;
        }
        let gone = self.tree(snapshot, out, rows, &root).await?;
        let wanted: BTreeSet<_> = rows.iter().map(|row| (&row.flow, &row.version)).collect();
        for source in snapshot.sources().await? {
            if wanted.contains(&(&source.flow, &source.version)) {
                out.put(&Line::Definition {
                    flow: source.flow,
                    version: source.version,
                    source: source.source,
                })?;
            }
        }
        let left = lines::records_left(snapshot).await?;
        let mut events = 0;
        for row in rows {
            events += lines::one(snapshot, &row.id, &left, &mut |line| out.put(&line)).await?;
            self.files(out, &row.id).await?;
        }
        let chains = rows.len() as u64;
        out.put(&Line::End { chains, events })?;
        Ok((gone, root, public))
    }

    /// The rows of the tree that prove every event under the root; and what a tombstone will say.
    async fn tree(
        &self,
        snapshot: &mut Snapshot,
        out: &mut Lines,
        rows: &[InstanceRow],
        root: &RootRow,
    ) -> Result<Vec<Gone>, AppError> {
        let (wanted, mut placed) = (Wanted::default(), vec![]);
        for row in rows {
            let parts = snapshot.parts(&row.id).await?;
            let places: Vec<u64> = places(&parts).map(|(_, place)| place).collect();
            for place in &places {
                inclusion(&wanted, *place, root.size);
            }
            placed.push(places);
        }
        let ids: Vec<TileId> = wanted.into_inner().into_iter().collect();
        let tiles = self.app.store().tiles(&ids).await?;
        for ((level, tile), hashes) in &tiles {
            out.put(&Line::Tile {
                level: *level,
                tile: *tile,
                hashes: hashes.iter().map(|hash| hex(hash)).collect(),
            })?;
        }
        let mut gone = vec![];
        for (row, places) in rows.iter().zip(placed) {
            let seq = u32::try_from(places.len()).unwrap_or(u32::MAX);
            let last = snapshot.events(&row.id, i64::from(seq) - 1, 1).await?.pop();
            gone.push(Gone {
                id: row.id.clone(),
                entity: row.entity.clone(),
                record: row.record.clone(),
                seq,
                hash: last.map(|last| last.hash).unwrap_or_default(),
                leaves: digest(places.iter().filter_map(|place| leaf(&tiles, *place))),
            });
        }
        Ok(gone)
    }

    async fn files(&self, out: &mut Lines, instance: &str) -> Result<(), AppError> {
        for file in self.app.store().attachments_of(instance).await? {
            let bytes = self.app.store().attachment_bytes(&file.id).await?;
            out.put(&Line::File {
                id: file.id,
                name: file.name,
                media: file.media,
                sha256: file.sha256,
                owner: file.owner,
                at: file.at,
                bytes: STANDARD.encode(bytes.unwrap_or_default()),
            })?;
        }
        Ok(())
    }

    /// What was written, read again by whoever verifies bundles.
    async fn looked_at(
        &self,
        partial: &Path,
        name: &str,
        gone: Vec<Gone>,
        root: &RootRow,
        public: String,
    ) -> Result<Bundle, AppError> {
        let (path, catalog): (PathBuf, _) = (partial.to_owned(), self.app.catalog(false));
        let expected = Expectation {
            keys: vec![public.clone()],
            anchors: vec![],
        };
        let looked = tokio::task::spawn_blocking(move || {
            let report = verify_export(&path, &catalog, expected)?;
            let (_, sha256) = digest_of_file(&path).map_err(|fault| cannot(&path, &fault))?;
            Ok::<_, AppError>((report, sha256))
        })
        .await;
        let (report, sha256) = looked.map_err(|fault| damaged(&fault.to_string()))??;
        if let Some(finding) = report.findings.first() {
            return Err(damaged(&finding.words.en));
        }
        Ok(Bundle {
            name: name.to_owned(),
            sha256,
            gone,
            events: report.events,
            key: root.key.clone(),
            public,
        })
    }
}

fn leaf(tiles: &BTreeMap<TileId, Vec<Hash>>, place: u64) -> Option<Hash> {
    let per_tile = assent_core::audit::TILE as u64;
    let row = tiles.get(&(0, place / per_tile))?;
    row.get(usize::try_from(place % per_tile).ok()?).copied()
}

/// A packed file of lines, and what they hash to so far.
struct Lines {
    out: GzEncoder<BufWriter<File>>,
    hash: Sha256,
    path: PathBuf,
}

impl Lines {
    fn new(path: &Path) -> Result<Self, AppError> {
        let file = private(path).map_err(|fault| cannot(path, &fault))?;
        Ok(Self {
            out: GzEncoder::new(BufWriter::new(file), Compression::default()),
            hash: Sha256::new(),
            path: path.to_owned(),
        })
    }

    fn put(&mut self, line: &Line) -> Result<(), AppError> {
        let mut text = serde_json::to_vec(line).unwrap_or_default();
        text.push(b'\n');
        self.hash.update(&text);
        self.out
            .write_all(&text)
            .map_err(|fault| cannot(&self.path, &fault))
    }

    fn end(self) -> Result<(), AppError> {
        let ended = self.out.finish().and_then(|plain| {
            let file = plain
                .into_inner()
                .map_err(std::io::IntoInnerError::into_error)?;
            file.sync_all()
        });
        ended.map_err(|fault| cannot(&self.path, &fault))
    }
}

fn cannot(path: &Path, fault: &std::io::Error) -> AppError {
    let code = match fault.kind() {
        std::io::ErrorKind::StorageFull => "disk_full",
        _ => "retire",
    };
    AppError::unavailable(
        code,
        format!("写不了归档文件 {}：{fault}；没有改动", path.display()),
        format!(
            "The bundle {} cannot be written: {fault}; nothing was changed",
            path.display()
        ),
        fault,
    )
}

fn damaged(cause: &str) -> AppError {
    AppError::unavailable(
        "retire",
        "归档文件未通过校验，没有删除任何内容；请运行 assent verify",
        "The bundle does not verify, so nothing was removed; run assent verify",
        cause,
    )
}
