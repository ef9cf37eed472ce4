//! Migration of running instances: a preview per instance, then the same again with what was previewed.

use std::collections::BTreeSet;
use std::sync::Arc;

use assent_core::command::{Action, Actor, Command, Via};
use assent_core::definition::{Definition, State};
use assent_core::difference::Pairs;
use assent_core::instance::Case;
use assent_core::migrate::{MigrationMap, Preview, preview};
use assent_core::record::{Mode, from_json};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use assent_store::{InstanceFilter, Loaded};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::answer::Answer;
use super::command::faults;
use super::error::AppError;
use super::instance::InstanceHead;
use super::overrule::StateChoice;
use super::state::App;
use super::view::JsonMap;
use crate::engine::stored_case;

/// Most instances of one preview; the next call goes on with those that are left.
const MIGRATED_AT_ONCE_MAX: u32 = 200;

/// What somebody wants to migrate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MigrationWish {
    /// Flow id.
    pub flow: String,
    /// The version to go to: its first characters, or `current`.
    pub to: String,
    /// What the versions do not say.
    pub map: MigrationMap,
    /// Only this instance.
    pub only: Option<String>,
}

/// What would become of every instance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MigrationPlan {
    /// Flow id.
    pub flow: String,
    /// The version to go to.
    pub to: String,
    /// One row per instance that is not on it yet.
    pub rows: Vec<MigrationRow>,
    /// There are more than fit into one plan.
    pub more: bool,
    /// States that instances stand in and the version lacks, whatever the map says of them.
    pub gone: Vec<GoneState>,
    /// The states of the version, to choose from.
    pub choices: Vec<StateChoice>,
}

/// A state that instances stand in and the version to go to lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GoneState {
    /// Its id in the version of now.
    pub state: String,
    /// Its name there.
    pub name: Text,
    /// How many instances stand in it.
    pub instances: u32,
    /// The state it became, where the difference between the versions knows it as renamed.
    pub proposed: Option<String>,
}

/// What would become of one instance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MigrationRow {
    /// The instance.
    pub head: InstanceHead,
    /// What it would do; none when it is refused.
    pub preview: Option<Preview>,
    /// Why it cannot be migrated like this.
    pub refused: Option<Refusal>,
    /// Commits exactly this: it holds for the instance as it is now, the version and the map. Empty where it is refused.
    pub token: String,
}

/// One row to commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationPick {
    /// Instance id.
    pub instance: String,
    /// The preview's token.
    pub token: String,
}

/// What became of one instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MigrationDone {
    /// Instance id.
    pub instance: String,
    /// What happened; none when it was refused.
    pub answer: Option<Answer>,
    /// Why it was not migrated.
    pub refused: Option<Refusal>,
}

impl App {
    /// The values of a map as the API and pages give them, by the fields of the version it leads to.
    ///
    /// # Errors
    /// `Invalid`, `unknown_version`.
    pub async fn migration_values(
        &self,
        flow: &str,
        to: &str,
        set: &JsonMap,
    ) -> Result<assent_core::value::Values, AppError> {
        let version = self.version_named(flow, to).await?;
        let def = self.definition_of(flow, &version).await?;
        from_json(&def.entity.fields, set, &Mode::Api).map_err(faults)
    }

    /// A map as somebody writes it in YAML, by the names of the version it leads to.
    ///
    /// # Errors
    /// `bad_map` with the first fault, `unknown_version`.
    pub async fn migration_map(
        &self,
        flow: &str,
        to: &str,
        text: &str,
    ) -> Result<MigrationMap, AppError> {
        let version = self.version_named(flow, to).await?;
        let def = self.definition_of(flow, &version).await?;
        assent_core::migrate::read_map("map", text, &def).map_err(|found| {
            let first = found.into_iter().find(|fault| fault.is_error());
            let (zh, en) = first.map_or_else(Default::default, |fault| {
                let line = fault.place.line;
                (
                    format!("迁移表第 {line} 行：{}。", fault.message.zh),
                    format!("Line {line} of the map: {}.", fault.message.en),
                )
            });
            Refusal::new(RefusalKind::Input, "bad_map", zh, en)
                .about("map")
                .into()
        })
    }

    /// What migrating would do to every running instance of a flow that is on another version (or to one instance).
    ///
    /// # Errors
    /// `not_yours`, `NotFound`, `unknown_version`; what an instance refuses stands in its row.
    pub async fn preview_migration(
        &self,
        by: &str,
        wish: &MigrationWish,
    ) -> Result<MigrationPlan, AppError> {
        let to = self.version_named(&wish.flow, &wish.to).await?;
        let target = self.definition_of(&wish.flow, &to).await?;
        let (loaded, more) = self.to_migrate(wish, &to).await?;
        let mut rows = Vec::with_capacity(loaded.len());
        let mut gone = Vec::new();
        for one in loaded {
            self.note_gone(&one, &target, &mut gone).await?;
            rows.push(self.migration_row(by, &one, &target, &wish.map).await?);
        }
        let choice = |state: &State| StateChoice {
            state: state.id.clone(),
            name: state.name.clone(),
        };
        Ok(MigrationPlan {
            flow: wish.flow.clone(),
            to,
            rows,
            more,
            gone,
            choices: target.states.iter().map(choice).collect(),
        })
    }

    /// Counts the states that an instance stands in and the version lacks.
    async fn note_gone(
        &self,
        loaded: &Loaded,
        target: &Definition,
        gone: &mut Vec<GoneState>,
    ) -> Result<(), AppError> {
        let instance = stored_case(loaded)?.instance;
        let active = instance.active.iter().map(|active| &active.state);
        let held = instance.holds.iter().filter(|held| held.entry.is_none());
        let stands: BTreeSet<&String> = active.chain(held.map(|held| &held.state)).collect();
        let missing = stands
            .into_iter()
            .filter(|id| target.state_ix(id).is_none());
        let missing: Vec<&String> = missing.collect();
        if missing.is_empty() {
            return Ok(());
        }
        let from = self
            .definition_of(&loaded.row.flow, &loaded.row.version)
            .await?;
        let pairs = Pairs::of(&from, target);
        for id in missing {
            if let Some(known) = gone.iter_mut().find(|known| known.state == *id) {
                known.instances += 1;
                continue;
            }
            let Some(ix) = from.state_ix(id) else {
                continue;
            };
            let became = pairs.new_of(ix);
            gone.push(GoneState {
                state: id.clone(),
                name: from.states[ix].name.clone(),
                instances: 1,
                proposed: became.map(|ix| target.states[ix].id.clone()),
            });
        }
        Ok(())
    }

    async fn to_migrate(
        &self,
        wish: &MigrationWish,
        to: &str,
    ) -> Result<(Vec<Loaded>, bool), AppError> {
        if let Some(id) = &wish.only {
            let loaded = self.load(id).await?.ok_or(AppError::NotFound)?;
            if loaded.row.flow != wish.flow {
                return Err(AppError::NotFound);
            }
            return Ok((vec![loaded], false));
        }
        let filter = InstanceFilter {
            flow: Some(wish.flow.clone()),
            ended: Some(false),
            ..InstanceFilter::default()
        };
        let mut found = Vec::new();
        let mut before: Option<String> = None;
        loop {
            let rows = self
                .store()
                .list_instances(&filter, before.as_deref(), MIGRATED_AT_ONCE_MAX)
                .await?;
            let is_last = rows.len() < MIGRATED_AT_ONCE_MAX as usize;
            before = rows.last().map(|row| row.id.clone());
            let ids: Vec<&str> = rows
                .iter()
                .filter(|row| row.version != to)
                .map(|row| row.id.as_str())
                .collect();
            let mut loaded = self.store().load_instances(&ids).await?;
            for one in &mut loaded {
                self.refold(one).await?;
            }
            found.extend(loaded);
            if found.len() > MIGRATED_AT_ONCE_MAX as usize {
                found.truncate(MIGRATED_AT_ONCE_MAX as usize);
                return Ok((found, true));
            }
            if is_last {
                return Ok((found, false));
            }
        }
    }

    async fn migration_row(
        &self,
        by: &str,
        loaded: &Loaded,
        target: &Arc<Definition>,
        map: &MigrationMap,
    ) -> Result<MigrationRow, AppError> {
        let case = stored_case(loaded)?;
        let from = self
            .definition_of(&loaded.row.flow, &loaded.row.version)
            .await?;
        // Shown, not written: the words only have to be there.
        let command = migrate(by, Via::Page, target, map, "预览 preview");
        let mut values = case.values.clone();
        values.extend(map.set.clone());
        let around = self
            .around(Arc::clone(target), &values, None, self.now())
            .await?;
        let shown = around.with_context(self, |cx| preview(&from, target, &case, &command, cx));
        let head = self
            .head_of(&loaded.row.id)
            .await?
            .ok_or(AppError::NotFound)?;
        let (preview, refused) = match shown {
            Ok(preview) => (Some(preview), None),
            Err(refusal) if refusal.code == "not_yours" => return Err(refusal.into()),
            Err(refusal) => (None, Some(refusal)),
        };
        let token = if preview.is_some() {
            token(&case, &target.version, map)
        } else {
            String::new()
        };
        Ok(MigrationRow {
            head,
            preview,
            refused,
            token,
        })
    }

    /// Migrates what was previewed, each instance on its own: one that has changed since is refused and left as it is.
    ///
    /// # Errors
    /// `NotFound`, `unknown_version`; what an instance refuses stands in its row.
    pub async fn migrate(
        &self,
        by: &str,
        via: Via,
        wish: &MigrationWish,
        reason: &str,
        picks: &[MigrationPick],
    ) -> Result<Vec<MigrationDone>, AppError> {
        let to = self.version_named(&wish.flow, &wish.to).await?;
        let target = self.definition_of(&wish.flow, &to).await?;
        let command = migrate(by, via, &target, &wish.map, reason);
        let mut done = Vec::with_capacity(picks.len());
        for pick in picks {
            let as_seen = |_: &Definition, case: &Case| {
                if case.instance.flow != wish.flow {
                    return Err(AppError::NotFound);
                }
                if token(case, &to, &wish.map) != pick.token {
                    return Err(changed().into());
                }
                Ok(command.clone())
            };
            let turned = self.turn_on(&pick.instance, self.now(), as_seen).await;
            let (answer, refused) = match turned {
                Ok(turned) => (Some(turned.answer), None),
                Err(AppError::Refused(refusal)) => (None, Some(*refusal)),
                Err(fault) => return Err(fault),
            };
            done.push(MigrationDone {
                instance: pick.instance.clone(),
                answer,
                refused,
            });
        }
        Ok(done)
    }
}

fn migrate(by: &str, via: Via, target: &Definition, map: &MigrationMap, reason: &str) -> Command {
    Command {
        actor: Actor::Person(by.to_owned()),
        via,
        action: Action::Migrate {
            to: target.version.clone(),
            map: map.clone(),
            reason: reason.to_owned(),
        },
        key: None,
    }
}

/// What a preview holds for: this instance as it is, this version, this map.
fn token(case: &Case, to: &str, map: &MigrationMap) -> String {
    let instance = &case.instance;
    let map = serde_json::to_string(map).unwrap_or_default();
    let digest = Sha256::new()
        .chain_update(&instance.id)
        .chain_update(instance.rev.to_string())
        .chain_update(&instance.chain)
        .chain_update(to)
        .chain_update(map)
        .finalize();
    assent_core::audit::hex(&digest)
}

fn changed() -> Refusal {
    let zh = "预览之后该流程实例有变化，没有迁移；请重新预览。";
    let en = "This instance has changed since the preview and was not migrated; preview it again.";
    Refusal::new(RefusalKind::Changed, "changed_since_preview", zh, en)
}
