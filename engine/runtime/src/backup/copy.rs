//! Making a copy: as the database is at one moment, on disk, verified, and only then called a backup.

use std::path::{Path, PathBuf};
use std::time::Instant;

use assent_core::text::Text;
use assent_store::{About, Dialect, Store};

use super::address::Address;
use super::manifest::{FORMAT, Kind, Manifest, Verified, digest, private, sync_folder};
use super::tools::Tools;
use super::{Checks, Copied, Done, blocking, cannot, inspect};
use crate::app::AppError;
use crate::audit::Report;

/// What looking at a copy came to.
struct Looked {
    verified: Verified,
    report: Option<Report>,
    findings: Vec<Text>,
}

/// Copies a database while everything goes on. `to` is a new file, or a folder in which one is named by the moment.
///
/// # Errors
/// `exists` when the file is there already; `no_tools` on PostgreSQL without its tools; `disk_full`; `backup`; `Unavailable`
/// when the database cannot be read.
pub async fn backup(url: &str, to: &Path, checks: &Checks) -> Result<Copied, AppError> {
    let begun = Instant::now();
    let store = Store::open_to_read(url).await?;
    let copied = copy(&store, url, to, checks).await;
    store.close().await;
    let (target, partial, about, looked) = copied?;
    if !looked.findings.is_empty() {
        let kept = with_ending(&target, ".unverified");
        std::fs::rename(&partial, &kept).map_err(|fault| cannot("写不了", &kept, &fault))?;
        return Ok(Copied::Unverified {
            kept,
            findings: looked.findings,
        });
    }
    let (from, to) = (partial.clone(), target.clone());
    let (bytes, sha256) = blocking(move || {
        let fault = |fault| cannot("写不了", &to, &fault);
        let known = digest(&from).map_err(fault)?;
        std::fs::rename(&from, &to).map_err(fault)?;
        sync_folder(&to).map_err(fault)?;
        Ok(known)
    })
    .await?;
    let name = target.file_name().unwrap_or_default();
    let report = looked.report;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        file: name.to_string_lossy().into_owned(),
        kind: kind(about.dialect),
        made: checks.now,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        database: about.version,
        schema: about.schema,
        oldest: about.oldest,
        bytes,
        sha256,
        verified: looked.verified,
        events: report.as_ref().map(|report| report.events),
        instances: report.as_ref().map(|report| report.instances),
        last_root: report.and_then(|report| report.last_root),
    };
    manifest.write(&target)?;
    Ok(Copied::Backup(Box::new(Done {
        file: target,
        manifest,
        took: begun.elapsed(),
    })))
}

/// Copies beside the target, and looks at the copy. What fails half way is taken away again.
async fn copy(
    store: &Store,
    url: &str,
    to: &Path,
    checks: &Checks,
) -> Result<(PathBuf, PathBuf, About, Looked), AppError> {
    let about = store.about().await?;
    let target = target(to, checks, kind(about.dialect))?;
    let partial = with_ending(&target, ".partial");
    let looked = match about.dialect {
        Dialect::Sqlite => Box::pin(sqlite(store, &partial, checks)).await,
        Dialect::Postgres => Box::pin(postgres(url, &about, &partial, checks)).await,
    };
    if looked.is_err() {
        // Not there either when it failed before anything was written.
        let _ = std::fs::remove_file(&partial);
    }
    Ok((target, partial, about, looked?))
}

async fn sqlite(store: &Store, partial: &Path, checks: &Checks) -> Result<Looked, AppError> {
    // Made empty and private first: SQLite fills an empty file, and would make one that others may read.
    private(partial).map_err(|fault| cannot("写不了", partial, &fault))?;
    store.backup(partial).await?;
    fsync(partial).await?;
    let (report, findings) = inspect(&format!("sqlite:{}", partial.display()), checks).await?;
    Ok(Looked {
        verified: Verified::Whole,
        report: Some(report),
        findings,
    })
}

async fn postgres(
    url: &str,
    about: &About,
    partial: &Path,
    checks: &Checks,
) -> Result<Looked, AppError> {
    let address = Address::parse(url)?;
    let server = about.version.parse::<u32>().unwrap_or_default() / 10_000;
    let tools = Tools::find(checks.tools.as_deref(), server)?;
    private(partial).map_err(|fault| cannot("写不了", partial, &fault))?;
    let mut arguments = vec![
        "--format=custom".to_owned(),
        "--no-password".to_owned(),
        "--no-owner".to_owned(),
        "--no-privileges".to_owned(),
        format!("--file={}", partial.display()),
    ];
    arguments.extend(
        address
            .schema
            .iter()
            .map(|schema| format!("--schema={schema}")),
    );
    tools.must("pg_dump", arguments, &address).await?;
    fsync(partial).await?;
    look_at_archive(&tools, &address, partial, checks).await
}

/// Restores an archive into a database of its own and looks at that; where none may be made, reads the archive to its end.
async fn look_at_archive(
    tools: &Tools,
    address: &Address,
    archive: &Path,
    checks: &Checks,
) -> Result<Looked, AppError> {
    let scratch = format!("assent_try_{:x}", crate::secret::seed()?);
    if tools
        .run("createdb", fresh(&scratch), address)
        .await?
        .is_err()
    {
        let arguments = vec!["--file=/dev/null".to_owned(), archive.display().to_string()];
        let read = tools.run("pg_restore", arguments, address).await?;
        return Ok(Looked {
            verified: Verified::Read,
            report: None,
            findings: read
                .err()
                .map(|said| Text::same(&said))
                .into_iter()
                .collect(),
        });
    }
    let place = address.with_database(&scratch);
    let looked = look_at_scratch(tools, &place, archive, checks).await;
    let gone = vec![
        "--no-password".to_owned(),
        "--if-exists".to_owned(),
        scratch.clone(),
    ];
    if let Err(said) = tools.run("dropdb", gone, address).await? {
        tracing::warn!(database = %scratch, said, "a database made to try a backup could not be dropped; drop it by hand");
    }
    looked
}

async fn look_at_scratch(
    tools: &Tools,
    place: &Address,
    archive: &Path,
    checks: &Checks,
) -> Result<Looked, AppError> {
    let filled = tools.run("pg_restore", fill(place, archive), place).await?;
    let (report, findings) = match filled {
        Err(said) => (None, vec![Text::same(&said)]),
        Ok(()) => {
            let (report, findings) = inspect(&place.text(), checks).await?;
            (Some(report), findings)
        }
    };
    Ok(Looked {
        verified: Verified::Whole,
        report,
        findings,
    })
}

/// `createdb`: an empty database that our rules of texts hold in.
pub(super) fn fresh(name: &str) -> Vec<String> {
    let words = ["--no-password", "--template=template0", "--encoding=UTF8"];
    let mut arguments: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    arguments.push(name.to_owned());
    arguments
}

/// `pg_restore`: all of an archive, or nothing.
pub(super) fn fill(place: &Address, archive: &Path) -> Vec<String> {
    let words = [
        "--no-password",
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--single-transaction",
    ];
    let mut arguments: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    arguments.push(format!("--dbname={}", place.database()));
    arguments.push(archive.display().to_string());
    arguments
}

async fn fsync(path: &Path) -> Result<(), AppError> {
    let path = path.to_owned();
    blocking(move || {
        std::fs::File::open(&path)
            .and_then(|file| file.sync_all())
            .map_err(|fault| cannot("写不了", &path, &fault))
    })
    .await
}

fn kind(dialect: Dialect) -> Kind {
    match dialect {
        Dialect::Sqlite => Kind::Sqlite,
        Dialect::Postgres => Kind::Postgres,
    }
}

/// The file that is to be made.
fn target(to: &Path, checks: &Checks, kind: Kind) -> Result<PathBuf, AppError> {
    let target = if to.is_dir() {
        let at = jiff::Timestamp::from_millisecond(checks.now.0).unwrap_or_default();
        let ending = match kind {
            Kind::Sqlite => "db",
            Kind::Postgres => "dump",
        };
        to.join(format!(
            "assent-{}.{ending}",
            at.strftime("%Y%m%dT%H%M%S%3fZ")
        ))
    } else {
        to.to_owned()
    };
    if target.exists() || Manifest::beside(&target).exists() {
        return Err(AppError::unavailable(
            "exists",
            format!(
                "{} 已存在；备份从不覆盖文件，请换一个名字",
                target.display()
            ),
            format!(
                "{} is there already; a backup never overwrites: choose another name",
                target.display()
            ),
            "exists",
        ));
    }
    Ok(target)
}

/// The same name with something more at its end.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
