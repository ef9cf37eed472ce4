//! Versions of a flow: which there are, how many instances run on each, and what differs between two.

use std::sync::Arc;

use assent_core::definition::Definition;
use assent_core::difference::Changed;
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use serde::Serialize;

use super::error::AppError;
use super::flow::SourceFile;
use super::publication::Publication;
use super::state::App;
use super::view::When;
use crate::view::when;

/// Publications shown.
const PUBLICATIONS_SHOWN_MAX: u32 = 50;
/// Characters of a version that people read.
pub const VERSION_SHOWN: usize = 10;

/// One version of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VersionView {
    /// Its hash.
    pub version: String,
    /// New instances start with it.
    pub current: bool,
    /// When it was published last.
    pub published: When,
    /// By whom, by name.
    pub by: String,
    /// Instances that run on it.
    pub running: u64,
    /// The publication, with the difference in words; none for one published before words were kept.
    pub publication: Option<Publication>,
}

/// Two versions of a flow compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Flow id.
    pub flow: String,
    /// The older version.
    pub from: String,
    /// The newer one.
    pub to: String,
    /// What changed, the heaviest first.
    pub changes: Vec<Changed>,
}

/// Something that can be compared: a file's text, or a published version (`flow@version`, `flow` for the current one).
#[derive(Clone, Debug)]
pub enum Side {
    /// A file.
    File(SourceFile),
    /// `flow@version`.
    Published(String),
}

impl App {
    /// Every version of a flow, the last published first.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn versions(&self, flow: &str) -> Result<Vec<VersionView>, AppError> {
        let def = self.definition(flow).ok_or(AppError::NotFound)?;
        let calendar = self.calendar(&def.calendar);
        let running = self.store().open_versions(flow).await?;
        let publications = self.publications(flow, PUBLICATIONS_SHOWN_MAX).await?;
        let history = self.store().definition_history(flow).await?;
        let one = |row: assent_store::Publication| {
            let published = row.published;
            let count = running
                .iter()
                .find(|(version, _)| *version == published.version);
            let publication = publications
                .iter()
                .find(|known| known.version == published.version && known.seq == row.seq);
            VersionView {
                current: row.current,
                published: when(published.at, &calendar),
                by: self.directory().name(&published.by).to_owned(),
                running: count.map_or(0, |(_, n)| *n),
                publication: publication.cloned(),
                version: published.version,
            }
        };
        Ok(history.into_iter().map(one).collect())
    }

    /// The full version a word stands for: its first characters, or `current`.
    ///
    /// # Errors
    /// `unknown_version`, `ambiguous_version`.
    pub async fn version_named(&self, flow: &str, word: &str) -> Result<String, AppError> {
        let current = self.definition(flow).ok_or(AppError::NotFound)?;
        if word.is_empty() || word == "current" {
            return Ok(current.version.clone());
        }
        let history = self.store().definition_history(flow).await?;
        let mut found = history
            .into_iter()
            .map(|row| row.published.version)
            .filter(|version| version.starts_with(word));
        match (found.next(), found.next()) {
            (Some(version), None) => Ok(version),
            (None, _) => {
                let zh = format!("“{}”没有版本 {word}，请选择已发布的版本。", current.name.zh);
                let en = format!(
                    "“{}” has no version {word}; choose one that was published.",
                    current.name.en
                );
                Err(version_refusal(
                    RefusalKind::NotFound,
                    "unknown_version",
                    zh,
                    en,
                    word,
                ))
            }
            (Some(_), Some(_)) => {
                let zh = format!("{word} 对应多个版本，请多写几位。");
                let en = format!("{word} begins several versions; write more of it.");
                Err(version_refusal(
                    RefusalKind::Input,
                    "ambiguous_version",
                    zh,
                    en,
                    word,
                ))
            }
        }
    }

    /// Compares two versions or files, in words.
    ///
    /// # Errors
    /// `NotFound`, `unknown_version`, `not_readable` for a file with errors.
    pub async fn compare(&self, from: Side, to: Side) -> Result<Compared, AppError> {
        let (old, new) = (self.side(from).await?, self.side(to).await?);
        Ok(Compared {
            flow: new.flow.clone(),
            from: old.version.clone(),
            to: new.version.clone(),
            changes: self.changes(&old, &new),
        })
    }

    async fn side(&self, side: Side) -> Result<Arc<Definition>, AppError> {
        match side {
            Side::Published(word) => {
                let (flow, version) = word.split_once('@').unwrap_or((&word, ""));
                let version = self.version_named(flow, version).await?;
                self.definition_of(flow, &version).await
            }
            Side::File(file) => {
                let mut catalog = self.catalog(true);
                catalog.flows.extend(super::flow::flow_id(&file.text));
                let compiled = assent_core::dialect::compile(&file.name, &file.text, &catalog);
                let errors = compiled.diagnostics.iter().find(|found| found.is_error());
                let words = errors.map_or_else(
                    || Text::new("无法读取", "it cannot be read"),
                    |found| {
                        let line = found.place.line;
                        Text::new(
                            format!("第 {line} 行：{}", found.message.zh),
                            format!("line {line}: {}", found.message.en),
                        )
                    },
                );
                let def = compiled.definition.ok_or_else(|| {
                    Refusal::new(
                        RefusalKind::Input,
                        "not_readable",
                        format!("{} 有错误，不能比较（{}）。", file.name, words.zh),
                        format!(
                            "{} has errors and cannot be compared ({}).",
                            file.name, words.en
                        ),
                    )
                })?;
                Ok(Arc::new(def))
            }
        }
    }
}

fn version_refusal(kind: RefusalKind, code: &str, zh: String, en: String, word: &str) -> AppError {
    Refusal::new(kind, code, zh, en)
        .with("version", word)
        .into()
}
