//! Flows: what is published, and publishing.

use std::path::PathBuf;
use std::sync::Arc;

use assent_core::definition::Definition;
use assent_core::diagnostic::Diagnostic;
use assent_core::refusal::Refusal;
use assent_core::text::Text;
use serde::{Deserialize, Serialize};

use super::error::AppError;
use super::state::{App, not_ready};
use super::view::{FormField, PersonView, When};

/// A published flow, its newest version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlowView {
    /// Id.
    pub flow: String,
    /// Version.
    pub version: String,
    /// Name.
    pub name: Text,
    /// Why it exists.
    pub purpose: Text,
    /// Who publishes versions and is told of held instances.
    pub owner: Vec<PersonView>,
    /// The form to start it with.
    pub form: Vec<FormField>,
    /// Why this reader cannot start it; none: they can.
    pub refusal: Option<Refusal>,
    /// When this version was published.
    pub published: When,
    /// Instances not over yet.
    pub running: u64,
    /// The file it came from.
    pub file: String,
}

/// A flow file to publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// As the author named it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Published {
    /// The file.
    pub file: String,
    /// Its flow, when that much could be read.
    pub flow: Option<String>,
    /// The version that is current now: the new one, or the last good one.
    pub version: Option<String>,
    /// What became of it.
    pub outcome: PublishOutcome,
    /// One sentence.
    pub message: Text,
    /// Everything found in it.
    pub diagnostics: Vec<Diagnostic>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PublishOutcome {
    /// A new version is current.
    Published,
    /// It is the current version already.
    Unchanged,
    /// It has errors; the last good version (if any) keeps running.
    Refused,
}

impl App {
    /// Every published flow with its start form, and whether this reader may start it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn flows(&self, reader: &str) -> Result<Vec<FlowView>, AppError> {
        let _ = reader;
        not_ready("flows")
    }

    /// The current definition of a flow.
    pub fn definition(&self, flow: &str) -> Option<Arc<Definition>> {
        let _ = flow;
        None
    }

    /// Checks and publishes files, each on its own: versions are immutable, named by the hash of their text.
    ///
    /// # Errors
    /// `Unavailable`; faults of a file are in its result.
    pub async fn publish(
        &self,
        by: Option<&str>,
        files: Vec<SourceFile>,
    ) -> Result<Vec<Published>, AppError> {
        let _ = (by, files);
        not_ready("publish")
    }

    /// Publishes a folder's `*.yaml` now and again whenever a file changes. A file with errors keeps the last good version
    /// running and says so through `say`.
    pub async fn watch(
        &self,
        dir: PathBuf,
        say: impl Fn(&Published) + Send + 'static,
    ) -> Result<(), AppError> {
        let _ = (dir, say);
        not_ready("watch")
    }
}
