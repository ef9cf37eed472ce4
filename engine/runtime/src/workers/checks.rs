//! The checks that need the organisation, over every published flow: each night, and whenever the directory or a flow has
//! changed. What they find is kept, shown to administrators, and counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_core::check::{across, organisation};
use assent_core::definition::Definition;
use assent_core::diagnostic::Severity;
use assent_core::directory::Directory;
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_store::Outcome;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{IDLE_POLL, rest};
use crate::app::{App, AppError};

/// The setting that keeps the last run.
const SETTING: &str = "checks.organisation";
/// A night's run begins this long after midnight.
const AFTER_MIDNIGHT_MS: i64 = 2 * 3_600_000;

/// What was checked: with the same of everything there is nothing new to find.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Basis {
    /// The day, in the office calendar's zone.
    pub day: String,
    /// The directory's version.
    pub directory: u64,
    /// The current version of every flow.
    pub versions: BTreeMap<String, String>,
}

/// A run of the checks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checked {
    /// What was checked.
    pub basis: Basis,
    /// When.
    pub at: Moment,
    /// What was found.
    pub found: Vec<FoundInFlow>,
}

/// Something that is wrong with a published flow in today's organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundInFlow {
    /// Flow id.
    pub flow: String,
    /// Stable code.
    pub code: String,
    /// It would stop somebody.
    pub is_error: bool,
    /// The state, the person and the values.
    pub words: Text,
    /// What to do.
    pub hint: Text,
}

/// Checks when something has changed since the last run; true when it did.
pub(crate) async fn step(app: &App) -> Result<bool, AppError> {
    let basis = basis(app);
    if app.inner.checked().is_some_and(|last| last.basis == basis) {
        return Ok(false);
    }
    let stored = app.store().setting(SETTING).await?;
    let known = stored
        .as_ref()
        .and_then(|(body, _)| serde_json::from_str::<Checked>(body).ok());
    if let Some(known) = known.filter(|known| known.basis == basis) {
        app.inner.keep_checked(known);
        return Ok(false);
    }
    let checked = run_checks(app, basis).await?;
    let body = serde_json::to_string(&checked).unwrap_or_default();
    let rev = stored.map_or(0, |(_, rev)| rev);
    // Stale: another node checked the same at the same time, and found the same.
    if app.store().save_setting(SETTING, &body, rev).await? == Outcome::Done {
        let errors = checked.found.iter().filter(|found| found.is_error).count();
        if errors > 0 {
            tracing::warn!(errors, "flows would stop in today's organisation");
        }
    }
    app.inner.keep_checked(checked);
    Ok(true)
}

fn basis(app: &App) -> Basis {
    let calendar = app.calendar(assent_core::calendar::CN_OFFICE);
    let night = app.now().plus_ms(-AFTER_MIDNIGHT_MS);
    let versions = app.current_definitions();
    Basis {
        day: calendar.civil(night).date().to_string(),
        directory: app.directory().version,
        versions: versions
            .into_iter()
            .map(|def| (def.flow.clone(), def.version.clone()))
            .collect(),
    }
}

async fn run_checks(app: &App, basis: Basis) -> Result<Checked, AppError> {
    let (directory, definitions) = (app.directory(), app.current_definitions());
    let found = tokio::task::spawn_blocking(move || all(&definitions, &directory))
        .await
        .map_err(|fault| {
            AppError::unavailable(
                "checks",
                "组织检查没有完成",
                "The checks over the organisation did not end",
                fault,
            )
        })?;
    Ok(Checked {
        basis,
        at: app.now(),
        found,
    })
}

fn all(definitions: &[Arc<Definition>], directory: &Directory) -> Vec<FoundInFlow> {
    // A fresh database has nobody in it: there is nothing to be said about people who are not there yet.
    if directory.people.is_empty() {
        return vec![];
    }
    let one = |def: &Definition, finding: assent_core::check::Finding| FoundInFlow {
        flow: def.flow.clone(),
        code: finding.code.to_owned(),
        is_error: finding.severity == Severity::Error,
        words: finding.message,
        hint: finding.hint,
    };
    let mut found: Vec<FoundInFlow> = definitions
        .iter()
        .flat_map(|def| {
            let findings = organisation(def, directory);
            findings.into_iter().map(|finding| one(def, finding))
        })
        .collect();
    let flows: Vec<&Definition> = definitions.iter().map(AsRef::as_ref).collect();
    for (at, finding) in across(&flows, Some(directory)) {
        found.extend(flows.get(at).map(|def| one(def, finding)));
    }
    found
}

/// The loop: a look every two seconds, in memory; it reads and writes only when something has changed.
pub(crate) async fn run(app: App, mut stopping: watch::Receiver<bool>) {
    loop {
        if let Err(fault) = step(&app).await {
            tracing::warn!(%fault, "the checks over the organisation could not be made");
        }
        if rest(std::future::pending(), &mut stopping, IDLE_POLL).await {
            break;
        }
    }
}
