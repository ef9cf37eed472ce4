//! Field values on their way in: who may write which, in which state, and what must be filled in. The same for every way in.

use std::collections::BTreeMap;

use crate::audit::hex;
use sha2::{Digest, Sha256};

use crate::command::Verdict;
use crate::definition::{Source, State, StateKind, WorkAction};
use crate::event::Change;
use crate::field::{Field, RequiredTo};
use crate::instance::{Decision, TaskKind};
use crate::module::{HookContext, Reaction};
use crate::people::Chooser;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::Run;
use crate::value::{Value, Values};
use crate::write::RecordWrite;

impl Run<'_> {
    /// The applicant's own values: every field people fill in, but those asked for in later states.
    pub(crate) fn write_draft(&mut self, set: &Values) -> Result<(), Refusal> {
        let set = &self.take_choices(set, |_, _, by| *by == Chooser::Applicant)?;
        let asked = |name: &str| {
            self.def
                .states
                .iter()
                .any(|state| asks(state).any(|field| field.name == name))
        };
        let writable = |field: &Field| {
            let by_people = field.computed.is_none() && field.filled_by.is_none();
            by_people && !asked(&field.name) && self.def.in_draft(field)
        };
        let allowed: Vec<&str> = self
            .def
            .entity
            .fields
            .iter()
            .filter(|field| writable(field))
            .map(|field| field.name.as_str())
            .collect();
        self.write(set, &allowed).map(|_| ())
    }

    /// Everything `required:` is filled in.
    pub(crate) fn complete(&self) -> Result<(), Refusal> {
        let is_draft = |state: &&State| matches!(state.kind, StateKind::Draft { .. });
        let draft = self.def.states.iter().find(is_draft);
        let missing = crate::record::missing(&self.def.entity.fields, &self.case.values);
        let mut faults: Vec<Refusal> = missing.into_iter().map(Refusal::from).collect();
        faults.extend(
            draft
                .into_iter()
                .flat_map(|state| self.missing(&state.fields.require)),
        );
        faults.extend(self.choices_missing(&Chooser::Applicant));
        refuse_all(faults)?;
        let hook = HookContext {
            complete: true,
            ..self.hook()
        };
        let values = &self.case.values;
        for module in self.cx.modules {
            module.check(&self.def.entity.name, Some(values), values, &hook)?;
        }
        Ok(())
    }

    /// What modules' hooks may know. While a draft is open, what must be there may still be missing.
    fn hook(&self) -> HookContext<'_> {
        let tasks = &self.case.instance.tasks;
        HookContext {
            now: self.cx.now,
            today: self.cx.calendar.civil(self.cx.now).date(),
            actor: self.actor.person(),
            record: &self.case.instance.record,
            complete: self.case.instance.submitted
                && !tasks.iter().any(|task| task.kind == TaskKind::Draft),
            records: self.cx.records,
            organisation: Some(self.cx.organisation),
            modules: self.cx.modules,
        }
    }

    /// Values given with a decision; returns the fields that were filled in before and are different now.
    pub(crate) fn write_decision(
        &mut self,
        state: &State,
        verdict: Verdict,
        set: &Values,
    ) -> Result<Vec<String>, Refusal> {
        let allowed = writable_in(state, &[]);
        let set = &self.take_choices(set, |_, _, by| chooses(state, by))?;
        refuse_all(self.emptied(set, &allowed))?;
        let changed = self.write(set, &allowed)?;
        let needed = |field: &&Field| match field.required_to {
            Some(RequiredTo::Approve) => verdict == Verdict::Approve,
            Some(RequiredTo::Reject) => verdict == Verdict::Reject,
            None => field.required,
        };
        let mut faults: Vec<Refusal> = state
            .ask
            .iter()
            .filter(needed)
            .filter(|field| self.is_empty(&field.name))
            .map(missing_field)
            .collect();
        if verdict == Verdict::Approve {
            faults.extend(self.missing(&state.fields.require));
        }
        faults.extend(self.decision_choices(&state.id, verdict));
        refuse_all(faults)?;
        Ok(changed)
    }

    /// Values given with an action of a work state; returns as [`Run::write_decision`].
    pub(crate) fn write_action(
        &mut self,
        state: &State,
        action: &WorkAction,
        set: &Values,
    ) -> Result<Vec<String>, Refusal> {
        let set = &self.take_choices(set, |_, _, by| chooses(state, by))?;
        let allowed = writable_in(state, &action.ask);
        refuse_all(self.emptied(set, &allowed))?;
        let changed = self.write(set, &allowed)?;
        let asked = state
            .ask
            .iter()
            .chain(&action.ask)
            .filter(|field| field.required && self.is_empty(&field.name));
        let mut faults: Vec<Refusal> = asked.map(missing_field).collect();
        faults.extend(self.missing(&action.require));
        // `done` is the one action of a state without actions: it finishes the work, so what the state requires counts.
        if crate::verb::only_action(state) {
            faults.extend(self.missing(&state.fields.require));
        }
        faults.extend(self.decision_choices(&state.id, Verdict::Approve));
        refuse_all(faults)?;
        Ok(changed)
    }

    /// What is required everywhere and would be empty: whoever may change a value cannot take away what the flow counts on.
    fn emptied(&self, set: &Values, allowed: &[&str]) -> Vec<Refusal> {
        let fields = self.def.entity.fields.iter();
        let emptied = fields.clone().filter(|field| {
            let gone = set.get(&field.name).is_some_and(Value::is_empty);
            gone && allowed.contains(&field.name.as_str())
                && field.required
                && field.computed.is_none()
                && !self.is_empty(&field.name)
        });
        // A row that is written is written whole.
        let tables = fields.filter(|field| allowed.contains(&field.name.as_str()));
        let rows = tables.flat_map(|field| match set.get(&field.name) {
            Some(rows) if !rows.is_empty() => {
                let written = Values::from([(field.name.clone(), rows.clone())]);
                crate::record::missing(std::slice::from_ref(field), &written)
            }
            Some(_) | None => vec![],
        });
        let rows: Vec<Refusal> = rows.map(Refusal::from).collect();
        emptied.map(emptied_field).chain(rows).collect()
    }

    /// The owner fills in what was missing: fields that are empty, never others.
    pub(crate) fn write_missing(&mut self, set: &Values) -> Result<(), Refusal> {
        let none = |run: &Self, name: &str| {
            let chosen = run.case.instance.choices.get(name);
            chosen.is_none_or(Vec::is_empty)
        };
        let set = &self.take_choices(set, |run, name, _| none(run, name))?;
        let empty = |field: &&Field| field.computed.is_none() && self.is_empty(&field.name);
        let allowed: Vec<&str> = self
            .def
            .entity
            .fields
            .iter()
            .filter(empty)
            .map(|field| field.name.as_str())
            .collect();
        self.write(set, &allowed).map(|_| ())
    }

    /// Values a rule or an effect fills in.
    pub(crate) fn fill(&mut self, set: &Values) -> Result<(), Refusal> {
        let allowed: Vec<String> = set.keys().cloned().collect();
        let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
        self.write(set, &allowed).map(|_| ())
    }

    /// Writes values: permission, type and bounds, computed fields, module hooks; then one event with what changed.
    fn write(&mut self, set: &Values, allowed: &[&str]) -> Result<Vec<String>, Refusal> {
        let before = self.case.values.clone();
        let mut after = before.clone();
        let mut faults = vec![];
        for (name, value) in set {
            let same = before.get(name).unwrap_or(&Value::Empty) == value;
            if !allowed.contains(&name.as_str()) && !same {
                faults.push(self.not_writable(name));
            }
            if *value == Value::Empty {
                after.remove(name);
            } else {
                after.insert(name.clone(), value.clone());
            }
        }
        refuse_all(faults)?;
        let given: Values = set
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        refuse_all(
            crate::record::check(&self.def.entity.fields, &given)
                .into_iter()
                .map(Refusal::from)
                .collect(),
        )?;
        for module in self.cx.modules {
            module.derive(&self.def.entity.name, &mut after, &self.hook());
        }
        self.case.values = after;
        let computed = crate::record::computed(&self.def.entity.fields, &self.facts());
        let mut after = std::mem::replace(&mut self.case.values, before.clone());
        for (name, value) in computed {
            if value == Value::Empty {
                after.remove(&name)
            } else {
                after.insert(name, value)
            };
        }
        refuse_all(
            crate::record::check(&self.def.entity.fields, &after)
                .into_iter()
                .map(Refusal::from)
                .collect(),
        )?;
        for module in self.cx.modules {
            module.check(&self.def.entity.name, Some(&before), &after, &self.hook())?;
        }
        let values = crate::record::changed(&before, &after);
        let overwritten = values
            .keys()
            .filter(|name| before.get(*name).is_some_and(|old| !old.is_empty()))
            .cloned()
            .collect();
        if !values.is_empty() {
            self.emit(Change::FieldsSet { values });
        }
        Ok(overwritten)
    }

    /// What modules ask for after the turn's events.
    pub(crate) fn react(&mut self) -> Result<(), Refusal> {
        let events = self.events().to_vec();
        let mut reactions = vec![];
        for module in self.cx.modules {
            for event in &events {
                let entity = &self.def.entity.name;
                reactions.extend(module.react(event, entity, &self.case.values, &self.hook()));
            }
        }
        for reaction in reactions {
            match reaction {
                Reaction::Set(values) => self.fill(&values)?,
                Reaction::Create { entity, values } => self.create(&entity, values),
                Reaction::Tell {
                    entity,
                    record,
                    event,
                    payload,
                } => self.emit(Change::Told {
                    entity,
                    record,
                    name: event,
                    payload,
                }),
            }
        }
        Ok(())
    }

    /// `create:` of an action.
    pub(crate) fn create_beside(&mut self, action: &WorkAction) {
        for creation in &action.create {
            let source = |source: &Source| match source {
                Source::RecordId => Value::from(self.case.instance.record.as_str()),
                Source::Field(name) => self.case.values.get(name).cloned().unwrap_or_default(),
                Source::Fixed(value) => value.clone(),
            };
            let values = creation
                .values
                .iter()
                .map(|(name, from)| (name.clone(), source(from)))
                .collect();
            self.create(&creation.entity, values);
        }
    }

    fn create(&mut self, entity: &str, mut values: Values) {
        let Some(entity) = self.cx.records.entity(entity) else {
            return;
        };
        let number = u32::try_from(self.beside.len()).unwrap_or(u32::MAX);
        let id = crate::turn::made_id(
            &self.case.instance.id,
            &format!("record:{}:{number}", self.case.instance.seq),
        );
        let hook = HookContext {
            record: &id,
            ..self.hook()
        };
        for module in self.cx.modules {
            module.derive(&entity.name, &mut values, &hook);
        }
        values.retain(|_, value| !value.is_empty());
        self.beside.push(RecordWrite {
            entity,
            id,
            values,
            new: true,
        });
    }

    /// The hash of the facts as they are: what a signature stands for.
    pub(crate) fn facts_hash(&self) -> String {
        let text = serde_json::to_string(&self.case.values).unwrap_or_default();
        hex(&Sha256::digest(text.as_bytes()))
    }

    /// The facts somebody signs in a state: every field filled in and shown there, with a short hash of its value.
    pub(crate) fn signed_facts(&self, state: &State) -> BTreeMap<String, String> {
        let shown = self.case.values.iter().filter(|(name, value)| {
            !value.is_empty() && !state.fields.hidden.iter().any(|hidden| hidden == *name)
        });
        shown
            .map(|(name, value)| (name.clone(), fingerprint(value)))
            .collect()
    }

    /// Is everything as it was when this was signed? A field filled in since was not signed over.
    pub(crate) fn unchanged(&self, decision: &Decision) -> bool {
        decision.facts.iter().all(|(name, was)| {
            let now = self.case.values.get(name);
            now.is_some_and(|value| fingerprint(value) == *was)
        })
    }

    fn is_empty(&self, name: &str) -> bool {
        self.case.values.get(name).is_none_or(Value::is_empty)
    }

    fn missing(&self, names: &[String]) -> Vec<Refusal> {
        let empty = names.iter().filter(|name| self.is_empty(name));
        empty
            .filter_map(|name| self.def.entity.field(name))
            .map(missing_field)
            .collect()
    }

    fn not_writable(&self, name: &str) -> Refusal {
        let Some(field) = self.def.entity.field(name) else {
            let zh = format!("没有字段 {name}。");
            return Refusal::new(
                RefusalKind::Input,
                "field_unknown",
                zh,
                format!("There is no field {name}."),
            )
            .about(name);
        };
        let zh = format!("“{}”现在不能修改。", field.label.zh);
        let en = format!("“{}” cannot be changed here.", field.label.en);
        Refusal::new(RefusalKind::Input, "field_readonly", zh, en).about(name)
    }
}

/// Eight hex digits of SHA-256 over the value's text, numbers without trailing zeros: 5 and 5.00 are the same fact.
pub(crate) fn fingerprint(value: &Value) -> String {
    let text = match value {
        Value::Number(number) => number.normalize().to_string(),
        Value::Empty
        | Value::Flag(_)
        | Value::Text(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::List(_)
        | Value::Map(_) => serde_json::to_string(value).unwrap_or_default(),
    };
    let digest = Sha256::digest(text.as_bytes());
    hex(&digest[..4])
}

/// Fields that appear for a state's decision or for one of its actions.
pub(crate) fn asks(state: &State) -> impl Iterator<Item = &Field> {
    state.ask.iter().chain(
        crate::verb::actions(state)
            .iter()
            .flat_map(|action| &action.ask),
    )
}

fn chooses(state: &State, by: &Chooser) -> bool {
    matches!(by, Chooser::State(id) if *id == state.id)
}

fn writable_in<'a>(state: &'a State, more: &'a [Field]) -> Vec<&'a str> {
    let asked = state
        .ask
        .iter()
        .chain(more)
        .map(|field| field.name.as_str());
    asked
        .chain(
            state
                .fields
                .write
                .iter()
                .chain(&state.fields.require)
                .map(String::as_str),
        )
        .collect()
}

fn missing_field(field: &Field) -> Refusal {
    let zh = format!("请填写“{}”。", field.label.zh);
    let en = format!("Fill in “{}”.", field.label.en);
    Refusal::new(RefusalKind::Input, "field_required", zh, en).about(&field.name)
}

fn emptied_field(field: &Field) -> Refusal {
    let zh = format!(
        "“{}”必填，不能清空；请填写新的值，或保留原来的值。",
        field.label.zh
    );
    let en = format!(
        "“{}” is required and cannot be emptied: give another value, or leave it as it was.",
        field.label.en
    );
    Refusal::new(RefusalKind::Input, "field_required", zh, en).about(&field.name)
}

/// All faults at once: the first is the refusal, and it carries the list.
fn refuse_all(mut faults: Vec<Refusal>) -> Result<(), Refusal> {
    if faults.is_empty() {
        return Ok(());
    }
    let mut first = faults[0].clone();
    if faults.len() > 1 {
        first.faults = std::mem::take(&mut faults);
    }
    Err(first)
}
