//! A publication: the difference in words, what it does to running instances, and the event that keeps both.
//!
//! A flow has a chain of events of its own (`flow:<id>`), written in the transaction that makes the version current: who
//! published, when, from which version, and the sentences they were shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_core::apply::{CHAIN_START, link};
use assent_core::definition::Definition;
use assent_core::difference::{Changed, difference};
use assent_core::migrate::{MigrationMap, fits};
use assent_core::people::Labels;
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_core::write::EventRow;
use assent_store::{InstanceFilter, Published as Row, flow_chain};
use serde::{Deserialize, Serialize};

use super::error::AppError;
use super::state::App;
use crate::engine::stored_case;

/// How often a publication is tried again when somebody else published the same flow meanwhile.
const PUBLISH_AGAIN_MAX: u32 = 5;
/// Running instances looked at for what a publication does to them.
const LOOKED_AT_MAX: u32 = 500;

/// A publication, as the flow's chain keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// Always `published`.
    pub event: String,
    /// Counts the flow's publications, from 1.
    pub seq: u32,
    /// When.
    pub at: Moment,
    /// Who; `system` for a watched folder or the command line.
    pub actor: String,
    /// Flow id.
    pub flow: String,
    /// The version that became current.
    pub version: String,
    /// The version it took the place of; none for the first.
    pub from: Option<String>,
    /// The file it came from, as its author named it.
    pub file: String,
    /// What changed, the heaviest first.
    pub changes: Vec<Changed>,
    /// What it did to running instances.
    pub running: Running,
    /// The scripts the version's rules were read from, by file: the hash each had.
    pub scripts: BTreeMap<String, String>,
}

/// What a publication does to running instances: nothing, until somebody migrates them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// How many stay on which version.
    pub stay: BTreeMap<String, u64>,
    /// How many of those looked at could be migrated as they are.
    pub could_migrate: u64,
    /// How many stand in a state that is gone, by the reason; a map says where they go.
    pub need_a_map: Vec<(Text, u64)>,
    /// There were more than were looked at.
    pub more: bool,
}

impl App {
    /// The difference between two versions of a flow, in the words of today's organisation.
    pub(crate) fn changes(&self, old: &Definition, new: &Definition) -> Vec<Changed> {
        let directory = self.directory();
        let names = Labels {
            directory: &directory,
            entity: Some(&new.entity),
            flow: Some(new),
            others: Some(self.inner.definitions.as_ref()),
        };
        difference(old, new, &names).changes
    }

    /// Makes a version current, with the event that says so.
    pub(super) async fn make_known(
        &self,
        by: &str,
        file: &str,
        source: String,
        def: &Definition,
        before: Option<Arc<Definition>>,
    ) -> Result<Publication, AppError> {
        let row = Row {
            flow: def.flow.clone(),
            version: def.version.clone(),
            source,
            at: self.now(),
            by: by.to_owned(),
        };
        let mut publication = Publication {
            event: "published".to_owned(),
            seq: 0,
            at: row.at,
            actor: by.to_owned(),
            flow: def.flow.clone(),
            version: def.version.clone(),
            from: before.as_ref().map(|before| before.version.clone()),
            file: file.to_owned(),
            changes: before
                .as_ref()
                .map(|before| self.changes(before, def))
                .unwrap_or_default(),
            running: self.running(def).await?,
            scripts: self.scripts_of(def),
        };
        let chain = flow_chain(&def.flow);
        for _ in 0..PUBLISH_AGAIN_MAX {
            let last = self.store().last_events(&chain, 1).await?.pop();
            publication.seq = last.as_ref().map_or(1, |last| last.seq + 1);
            let hash = last.map_or_else(|| CHAIN_START.to_owned(), |last| last.hash);
            let body = serde_json::to_string(&publication).unwrap_or_default();
            let event = EventRow {
                seq: publication.seq,
                at: row.at,
                actor: by.to_owned(),
                kind: publication.event.clone(),
                hash: link(&hash, &body),
                body,
            };
            if self.store().publish(&row, &event).await?.is_some() {
                return Ok(publication);
            }
        }
        Err(AppError::Busy)
    }

    /// What a version would do to the instances that run.
    pub(super) async fn running(&self, to: &Definition) -> Result<Running, AppError> {
        let stay = self.store().open_versions(&to.flow).await?;
        let mut running = Running {
            stay: stay.into_iter().collect(),
            ..Running::default()
        };
        running.stay.remove(&to.version);
        if running.stay.is_empty() {
            return Ok(running);
        }
        let filter = InstanceFilter {
            flow: Some(to.flow.clone()),
            ended: Some(false),
            ..InstanceFilter::default()
        };
        let rows = self
            .store()
            .list_instances(&filter, None, LOOKED_AT_MAX)
            .await?;
        running.more = rows.len() == LOOKED_AT_MAX as usize;
        let mut reasons: BTreeMap<Text, u64> = BTreeMap::new();
        for row in rows.into_iter().filter(|row| row.version != to.version) {
            let from = self.definition_of(&row.flow, &row.version).await?;
            let loaded = assent_store::Loaded {
                row,
                values: assent_core::value::Values::new(),
                record_rev: 0,
            };
            let case = stored_case(&loaded)?;
            match fits(&from, to, &case.instance, &MigrationMap::default()) {
                Ok(()) => running.could_migrate += 1,
                Err(refusal) => *reasons.entry(refusal.message).or_default() += 1,
            }
        }
        running.need_a_map = reasons.into_iter().collect();
        Ok(running)
    }

    /// The scripts behind a flow's rules, with the hash each has now. A run keeps the hash it read in its own event.
    fn scripts_of(&self, def: &Definition) -> BTreeMap<String, String> {
        let rules = self.rules();
        let used = |file: &str| {
            def.states.iter().any(|state| match &state.kind {
                assent_core::definition::StateKind::Rule { rule, .. } => {
                    rule.split('.').next() == Some(file)
                }
                _ => false,
            })
        };
        rules
            .files()
            .filter(|file| used(&file.name))
            .map(|file| (file.name.clone(), file.hash.clone()))
            .collect()
    }

    /// The publications of a flow, the newest first, with the words that were shown.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn publications(&self, flow: &str, limit: u32) -> Result<Vec<Publication>, AppError> {
        let rows = self.store().last_events(&flow_chain(flow), limit).await?;
        let read = |row: EventRow| {
            serde_json::from_str(&row.body).map_err(|fault| {
                AppError::unavailable(
                    "damaged",
                    "发布记录已损坏，请联系管理员运行 assent verify",
                    "The record of publications is damaged; ask an administrator to run assent verify",
                    format!("flow {flow} event {}: {fault}", row.seq),
                )
            })
        };
        rows.into_iter().map(read).collect()
    }
}
