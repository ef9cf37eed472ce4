//! Exports to a file, and verifications: of a database beside whoever works with it, and of such a file, offline.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use assent_core::audit::hex;
use assent_core::catalog::Catalog;
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_store::{Snapshot, Store};
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::check::{Checker, Expectation};
use super::finding::Report;
use super::lines::{self, Line};
use super::rebuild::rebuild;
use crate::app::AppError;

/// Longest line of an export, bytes.
const LINE_BYTES_MAX: u64 = 64 << 20;

/// What an export holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Events.
    pub events: u64,
    /// The number of the last root; 0 when there is none.
    pub root: u64,
}

/// Verifies a database as it is at this moment, beside a running server; nothing is written. The rows beside the instances
/// (tasks, wake-ups, counts) are compared too; an export does not hold them.
///
/// # Errors
/// `Unavailable` when it cannot be read.
pub async fn verify_database(
    url: &str,
    now: Moment,
    catalog: &Catalog,
    expected: Expectation,
) -> Result<Report, AppError> {
    let store = Store::open_to_read(url).await?;
    let mut snapshot = store.snapshot().await?;
    let mut checker = Checker::new(catalog, expected);
    let done = lines::read(&mut snapshot, now, &mut |line| checker.take(line)).await;
    let mut report = checker.finish();
    let compared = rebuild(&mut snapshot, &mut report).await;
    finish(&store, snapshot).await?;
    done?;
    compared?;
    report.good = report.findings.is_empty();
    Ok(report)
}

/// Verifies an export, or a bundle of retired instances, with nothing but itself (and what is expected of it).
///
/// # Errors
/// `export` when it is none.
pub fn verify_export(
    file: &Path,
    catalog: &Catalog,
    expected: Expectation,
) -> Result<Report, AppError> {
    let mut checker = Checker::new(catalog, expected);
    let mut read = Sha256::new();
    each_line(file, &mut |line, bytes| {
        if let Some(Line::Sealed { .. }) = line {
            checker.lines_before_seal(hex(&read.clone().finalize()));
        }
        read.update(bytes);
        match line {
            Some(line) => checker.take(line),
            None => checker.unreadable(),
        }
    })?;
    Ok(checker.finish())
}

/// The roots of an earlier export.
///
/// # Errors
/// `export` when it is none.
pub fn roots_of(file: &Path) -> Result<Vec<assent_core::audit::RootRow>, AppError> {
    let mut roots = vec![];
    each_line(file, &mut |line, _| {
        if let Some(Line::Root(root)) = line {
            roots.push(root);
        }
        Ok(())
    })?;
    Ok(roots)
}

/// Writes a whole database into a file that is not there yet; packed when its name ends in `.gz`.
///
/// # Errors
/// `Unavailable` when the database cannot be read or the file not be written.
pub async fn export(url: &str, now: Moment, file: &Path) -> Result<Exported, AppError> {
    let cannot = |fault: std::io::Error| {
        AppError::unavailable(
            "export",
            format!("写不了导出文件 {}：{fault}", file.display()),
            format!("The export {} cannot be written: {fault}", file.display()),
            "export",
        )
    };
    let store = Store::open_to_read(url).await?;
    let mut snapshot = store.snapshot().await?;
    let is_packed = file.extension().is_some_and(|ending| ending == "gz");
    let plain = BufWriter::new(File::create_new(file).map_err(cannot)?);
    let mut out: Box<dyn Write + Send> = if is_packed {
        Box::new(GzEncoder::new(plain, Compression::default()))
    } else {
        Box::new(plain)
    };
    let mut exported = Exported::default();
    let done = lines::read(&mut snapshot, now, &mut |line| {
        match &line {
            Line::Event(_) => exported.events += 1,
            Line::Root(root) => exported.root = root.no,
            Line::Head { .. }
            | Line::Key(_)
            | Line::Leaves { .. }
            | Line::Definition { .. }
            | Line::Chain { .. }
            | Line::End { .. }
            | Line::Tile { .. }
            | Line::File { .. }
            | Line::Sealed { .. } => {}
        }
        let text = serde_json::to_string(&line).unwrap_or_default();
        writeln!(out, "{text}").map_err(cannot)
    })
    .await;
    finish(&store, snapshot).await?;
    done?;
    out.flush().map_err(cannot)?;
    // Closing a packed file writes its end; a box cannot say whether that went well, so it is read back.
    drop(out);
    File::open(file)
        .and_then(|file| file.sync_all())
        .map_err(cannot)?;
    Ok(exported)
}

async fn finish(store: &Store, snapshot: Snapshot) -> Result<(), AppError> {
    snapshot.close().await?;
    store.close().await;
    Ok(())
}

/// Reads an export line by line; none for a line that is damaged.
fn each_line(
    file: &Path,
    take: &mut impl FnMut(Option<Line>, &[u8]) -> Result<(), AppError>,
) -> Result<(), AppError> {
    let cannot = |fault: std::io::Error| not_an_export(&format!("{}: {fault}", file.display()));
    let mut plain = BufReader::new(File::open(file).map_err(cannot)?);
    let is_packed = plain.fill_buf().map_err(cannot)?.starts_with(&[0x1f, 0x8b]);
    let mut reader: Box<dyn BufRead> = if is_packed {
        Box::new(BufReader::new(MultiGzDecoder::new(plain)))
    } else {
        Box::new(plain)
    };
    loop {
        let mut bytes = vec![];
        let mut limited = Read::by_ref(&mut reader).take(LINE_BYTES_MAX);
        match limited.read_until(b'\n', &mut bytes) {
            Ok(0) => return Ok(()),
            Ok(_) => take(serde_json::from_slice(&bytes).ok(), &bytes)?,
            // A packed file that is cut or damaged: what came before it was read.
            Err(_) => return take(None, &[]),
        }
    }
}

/// It is no export, or one this program does not read.
pub(super) fn not_an_export(cause: &str) -> AppError {
    let text = Text::new(
        format!("不是可识别的审计导出文件（{cause}）"),
        format!("This is not an audit export this program reads ({cause})"),
    );
    AppError::unavailable("export", text.zh, text.en, cause)
}
