//! One module on the bench.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::catalog::{catalog, no_faults};
use super::shelf::Shelf;
use crate::calendar::builtin;
use crate::catalog::{Catalog, Port};
use crate::dialect::{self, value};
use crate::field::EntityType;
use crate::module::{HookContext, Module, Request, saved};
use crate::play::{Stage, play};
use crate::refusal::Refusal;
use crate::rule::RuleSet;
use crate::time::Moment;
use crate::value::Values;

/// Monday 2026-01-05, 09:00 in Shanghai.
const NOW: Moment = Moment(1_767_574_800_000);
/// Times in the values of tests are meant in this zone.
const ZONE: &str = "Asia/Shanghai";

/// A module, a clock, an actor.
pub struct Bench {
    modules: Vec<Arc<dyn Module>>,
    rules: RuleSet,
    now: Moment,
    actor: Option<String>,
    shelf: Shelf,
}

impl Bench {
    /// Puts a module on the bench.
    pub fn new(module: impl Module + 'static) -> Self {
        Self {
            modules: vec![Arc::new(module)],
            rules: RuleSet::default(),
            now: NOW,
            actor: Some("zhangsan".to_owned()),
            shelf: Shelf::default(),
        }
    }

    /// The same, with rules its flows run.
    #[must_use]
    pub fn with_rules(mut self, rules: RuleSet) -> Self {
        self.rules = rules;
        self
    }

    /// The same, with another module whose records this one refers to.
    #[must_use]
    pub fn and(mut self, module: impl Module + 'static) -> Self {
        self.modules.push(Arc::new(module));
        self
    }

    /// The same, with a record that is there already: hooks find it by its id and by their queries.
    #[must_use]
    pub fn with_record(mut self, entity: &str, id: &str, yaml: &str) -> Self {
        let values = self.values(entity, yaml);
        self.shelf.put(self.entity(entity).clone(), id, values);
        self
    }

    /// The same, at another time: `2026-03-02 09:00`, in Shanghai.
    #[must_use]
    pub fn at(mut self, time: &str) -> Self {
        let civil = time.parse::<DateTime>();
        let zoned = civil.and_then(|civil| civil.to_zoned(zone()));
        self.now = zoned.map_or(NOW, |zoned| Moment(zoned.timestamp().as_millisecond()));
        self
    }

    /// What flows may name on this bench.
    pub fn catalog(&self) -> Catalog {
        catalog(&self.modules, &self.rules)
    }

    /// An entity type of the module.
    ///
    /// # Panics
    /// When the module declares none of that name.
    pub fn entity(&self, name: &str) -> &EntityType {
        let mut entities = self
            .modules
            .iter()
            .flat_map(|module| &module.manifest().entities);
        let Some(found) = entities.find(|entity| entity.name == name) else {
            panic!("the module declares no entity type {name}");
        };
        found
    }

    /// Values of a record as a flow's tests write them: `{number: SH-1, weight_t: 12.5}`.
    ///
    /// # Panics
    /// When a name or a type is not the entity type's.
    pub fn values(&self, entity: &str, yaml: &str) -> Values {
        let ports: Vec<Port> = self.entity(entity).fields.iter().map(port).collect();
        typed(&ports, yaml)
    }

    /// Saves a record as pages, API, imports and flows do: the module's `derive`, formulas, field limits, the module's
    /// `check`. `before` is the record as it was.
    ///
    /// # Errors
    /// The refusal a person would read.
    pub fn save(
        &self,
        entity: &str,
        before: Option<&Values>,
        yaml: &str,
    ) -> Result<Values, Refusal> {
        let kind = self.entity(entity);
        let mut after = before.cloned().unwrap_or_default();
        after.extend(self.values(entity, yaml));
        saved(&self.modules, kind, before, after, &self.hooks())
    }

    /// What hooks know on this bench. Everybody is here, and the record is complete.
    fn hooks(&self) -> HookContext<'_> {
        let now = Timestamp::from_millisecond(self.now.0).unwrap_or_default();
        HookContext {
            now: self.now,
            today: now.to_zoned(zone()).date(),
            actor: self.actor.as_deref(),
            record: "record",
            complete: true,
            records: &self.shelf,
            organisation: None,
            modules: &self.modules,
        }
    }

    /// The request an effect becomes; `yaml` are its inputs, typed as it declares them.
    ///
    /// # Errors
    /// The module's refusal.
    ///
    /// # Panics
    /// When the module declares no such effect, or the inputs are not as declared.
    pub fn request(&self, effect: &str, yaml: &str) -> Result<Request, Refusal> {
        let takes = self
            .catalog()
            .effects
            .remove(effect)
            .map(|known| known.takes);
        assert!(takes.is_some(), "the module declares no effect {effect}");
        self.module(effect)
            .prepare(effect, &typed(&takes.unwrap_or_default(), yaml))
    }

    /// The values an answer becomes; they must be those the effect declares.
    ///
    /// # Errors
    /// The module's refusal: the attempt counts as failed.
    ///
    /// # Panics
    /// When the module gives what it does not declare, or not what it must.
    pub fn answer(&self, effect: &str, answer: &Json) -> Result<Values, Refusal> {
        let gave = self.module(effect).settle(effect, answer)?;
        let gives = self
            .catalog()
            .effects
            .remove(effect)
            .map(|known| known.gives)
            .unwrap_or_default();
        for name in gave.keys() {
            assert!(
                gives.iter().any(|port| port.name == *name),
                "{effect} gives {name}, which it does not declare"
            );
        }
        for port in gives.iter().filter(|port| port.required) {
            assert!(
                gave.contains_key(&port.name),
                "{effect} does not give {}",
                port.name
            );
        }
        Ok(gave)
    }

    fn module(&self, effect: &str) -> &Arc<dyn Module> {
        let declares = |module: &&Arc<dyn Module>| {
            module
                .manifest()
                .effects
                .iter()
                .any(|known| known.name == effect)
        };
        self.modules
            .iter()
            .find(declares)
            .unwrap_or(&self.modules[0])
    }

    /// Compiles a flow and plays every example in it through the engine.
    ///
    /// # Panics
    /// With every fault of the file, or with every example that failed, or when there is no example.
    pub fn flow(&self, text: &str) {
        let catalog = self.catalog();
        let compiled = dialect::compile("flow.yaml", text, &catalog);
        no_faults(&compiled.diagnostics);
        let Some(def) = &compiled.definition else {
            return;
        };
        let calendar = builtin(&def.calendar);
        assert!(calendar.is_some(), "no calendar {}", def.calendar);
        let Some(calendar) = calendar else { return };
        assert!(!compiled.examples.is_empty(), "the flow has no tests");
        let stage = Stage {
            def,
            calendar: &calendar,
            rules: &self.rules,
            modules: &self.modules,
            entities: &catalog.entities,
        };
        let failures: Vec<String> = compiled
            .examples
            .iter()
            .flat_map(|example| play(stage, example).failures)
            .map(|failure| {
                format!(
                    "line {}: {} / {}",
                    failure.line, failure.message.zh, failure.message.en
                )
            })
            .collect();
        assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    }
}

/// The code of a refusal.
///
/// # Panics
/// When it was not refused.
pub fn refused<T>(done: Result<T, Refusal>) -> String {
    let code = done.err().map(|refusal| refusal.code);
    assert!(code.is_some(), "it was accepted");
    code.unwrap_or_default()
}

fn port(field: &crate::field::Field) -> Port {
    Port {
        name: field.name.clone(),
        kind: field.kind.clone(),
        required: field.required,
    }
}

fn typed(ports: &[Port], yaml: &str) -> Values {
    let (mut reader, root) = dialect::open("values", yaml);
    let values = root.as_ref().and_then(|root| {
        value::record(&mut reader, root, &zone(), |name| {
            let known = ports.iter().find(|port| port.name == name);
            known
                .map(|port| port.kind.clone())
                .ok_or_else(|| ports.iter().map(|port| port.name.clone()).collect())
        })
    });
    no_faults(&reader.diagnostics);
    values.unwrap_or_default()
}

fn zone() -> TimeZone {
    TimeZone::get(ZONE).unwrap_or(TimeZone::UTC)
}
