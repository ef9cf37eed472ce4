//! What a record said before: its values as people saw them, and what is different since.

use std::collections::BTreeSet;

use assent_core::event::{Change, Event};
use assent_core::instance::Case;
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::{Lang, Text};
use assent_core::value::Values;

use super::error::AppError;
use super::link::{facts_hash, names};
use super::state::App;
use super::task::ChangedFact;
use crate::engine::{Around, attached, references, untouched};
use crate::view::{changed_facts, hidden_from};

/// Most fields that a refusal names; the page shows them all.
const CHANGES_MAX: usize = 5;

/// The record's values after the first `count` events of its trail; `now` is what it holds at the end of that.
pub(super) fn values_after(trail: &[Event], count: usize, now: &Values) -> Values {
    let mut values = untouched(trail, now);
    for event in trail.iter().take(count) {
        set_by(event, &mut values);
    }
    values
}

/// Sets what the event set; true when it set something.
fn set_by(event: &Event, values: &mut Values) -> bool {
    let Change::FieldsSet { values: set } = &event.change else {
        return false;
    };
    values.extend(set.clone());
    values.retain(|_, value| !value.is_empty());
    true
}

impl App {
    /// Adds the names of files and records that the trail speaks of and the record refers to no longer, and the versions
    /// that its events were written under.
    pub(super) async fn know_past(
        &self,
        around: &mut Around,
        trail: &[Event],
    ) -> Result<(), AppError> {
        let fields = &around.def.entity.fields;
        let (mut wanted, mut files) = (BTreeSet::new(), BTreeSet::new());
        for event in trail {
            if let Change::FieldsSet { values } = &event.change {
                wanted.extend(references(fields, values));
                files.extend(attached(fields, values));
            }
        }
        wanted.retain(|key| !around.records.records.contains_key(key));
        files.retain(|id| !around.records.files.contains_key(*id));
        for event in trail {
            let Change::Migrated { from, to, .. } = &event.change else {
                continue;
            };
            for version in [from, to] {
                let known = &mut around.records.past_versions;
                if !known.contains_key(version) {
                    // One that cannot be read any more leaves its states with the names of now.
                    if let Ok(def) = self.definition_of(&around.def.flow, version).await {
                        known.insert(version.clone(), def);
                    }
                }
            }
        }
        if !wanted.is_empty() {
            let past = self.preload(wanted).await?;
            around.records.records.extend(past.records);
        }
        if !files.is_empty() {
            let files: Vec<&str> = files.into_iter().collect();
            let named = self.store().attachment_names(&files).await?;
            around.records.files.extend(named);
        }
        Ok(())
    }

    /// The refusal of a decision on something else than what was read, with what is different. Whoever may not read the case, or
    /// had nothing of it before them, is told no more than that.
    pub(super) async fn changed_since(
        &self,
        reader: Option<&str>,
        instance: &str,
        read: &str,
        refusal: Refusal,
    ) -> Result<Refusal, AppError> {
        let (Some(reader), Some(loaded)) = (reader, self.load(instance).await?) else {
            return Ok(refusal);
        };
        let (case, mut around) = self.seen(&loaded).await?;
        let trail = self.trail_behind(&case).await?;
        if let Err(AppError::NotFound) = self.may_see(reader, &loaded.row, &case, &around, &trail) {
            return Ok(refusal);
        }
        let Some(before) = as_read(&trail, &case.values, read) else {
            return Ok(refusal);
        };
        self.know_past(&mut around, &trail).await?;
        let hidden = hidden_from(reader, &case, &around.def, &trail, false);
        let changes = differences(&before, &case, &hidden, &around);
        Ok(if changes.is_empty() {
            refusal
        } else {
            told(&changes)
        })
    }
}

/// The values that this hash stands for.
fn as_read(trail: &[Event], now: &Values, hash: &str) -> Option<Values> {
    let mut values = untouched(trail, now);
    let mut known = facts_hash(&values) == hash;
    for event in trail {
        if known {
            break;
        }
        known = set_by(event, &mut values) && facts_hash(&values) == hash;
    }
    known.then_some(values)
}

fn differences(
    before: &Values,
    case: &Case,
    hidden: &[String],
    around: &Around,
) -> Vec<ChangedFact> {
    let fields = &around.def.entity.fields;
    changed_facts(fields, before, &case.values, hidden, names(around))
}

fn told(changes: &[ChangedFact]) -> Refusal {
    let one = |change: &ChangedFact, lang: Lang| {
        let (label, colon) = (change.label.get(lang), lang.pick("：", ": "));
        let (before, after) = (change.before.get(lang), change.after.get(lang));
        format!("{label}{colon}{before} → {after}")
    };
    let all = |lang: Lang| {
        let first = changes.iter().take(CHANGES_MAX);
        let mut said: Vec<String> = first.map(|change| one(change, lang)).collect();
        if changes.len() > CHANGES_MAX {
            said.push(lang.pick("……", "…").to_owned());
        }
        said.join(lang.pick("；", "; "))
    };
    let what = Text::new(all(Lang::Zh), all(Lang::En));
    let zh = format!("您看到的内容已被修改（{}），请重新阅读后再处理。", what.zh);
    let en = format!(
        "What you were shown has changed since ({}); read it again before you decide.",
        what.en
    );
    Refusal::new(RefusalKind::Changed, "record_changed", zh, en)
        .with("changes_zh", what.zh)
        .with("changes_en", what.en)
}
