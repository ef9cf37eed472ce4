//! The module API: a CRM module is a declaration (`module.yaml`) and a handful of pure hooks.
//!
//! Hooks run *before* a change (derive, check) and *after* it (react); nothing runs in the middle. They fire for pages,
//! API, import, bulk and flows alike. They do no I/O: what must happen outside is returned as data.

mod hook;
mod post;
mod query;
mod save;
mod series;

use std::sync::Arc;

use serde_json::Value as Json;

use crate::catalog::EffectType;
use crate::field::EntityType;
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::value::{Value, Values};

pub use hook::HookContext;
pub use post::Post;
pub use query::{COUNTERS, Query};
pub use save::saved;
pub use series::Series;

/// What a module declares, read once from its `module.yaml` (see [`crate::dialect::manifest`]).
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// ASCII name.
    pub module: String,
    /// What people call it.
    pub label: Text,
    /// Entity types.
    pub entities: Vec<EntityType>,
    /// Roles it knows: id and name.
    pub roles: Vec<(String, Text)>,
    /// Posts it knows: id and name.
    pub posts: Vec<(String, Text)>,
    /// Effects flows may `run:`.
    pub effects: Vec<EffectType>,
    /// Events flows may wait for: id, and what people call it.
    pub events: Vec<(String, Text)>,
    /// Series of document numbers; see [`Series`].
    pub numbers: Vec<Series>,
    /// Effects that are posted as they are declared.
    pub calls: Vec<Post>,
}

/// The manifest beside a module's sources, read once: `manifest!("../module.yaml")` is the whole of `Module::manifest`. A test
/// with `testkit::manifest` says what is wrong with the file.
#[macro_export]
macro_rules! manifest {
    ($file:literal) => {{
        static MANIFEST: std::sync::OnceLock<$crate::module::Manifest> = std::sync::OnceLock::new();
        MANIFEST.get_or_init(|| {
            $crate::dialect::manifest::read($file, include_str!($file))
                .0
                .unwrap_or_default()
        })
    }};
}

/// What people call an event, by the module that declares it; its id where none does.
pub fn event_name(modules: &[Arc<dyn Module>], event: &str) -> Text {
    let mut declared = modules.iter().flat_map(|module| &module.manifest().events);
    let found = declared.find(|(id, _)| id == event);
    found.map_or_else(|| Text::same(event), |(_, name)| name.clone())
}

/// A module's refusal of a value: the field at fault, the code, one sentence in Chinese and in English.
pub fn refuse(field: &str, code: &str, zh: impl Into<String>, en: impl Into<String>) -> Refusal {
    Refusal::new(RefusalKind::Input, code, zh, en).about(field)
}

/// Work for another system, as data; the runtime delivers it over HTTP and brings the answer back through [`Module::settle`].
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Name of the configured connector (`erp`): its base address and secrets live in the configuration.
    pub connector: String,
    /// `POST`, `PUT`, …
    pub method: &'static str,
    /// Path below the connector's base address.
    pub path: String,
    /// JSON body.
    pub body: Json,
}

/// A change a module asks for after an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Reaction {
    /// Sets fields of the same record, in the same transaction.
    Set(Values),
    /// Makes another record, in the same transaction.
    Create {
        /// Entity type.
        entity: String,
        /// Values by name or path.
        values: Values,
    },
    /// Tells the flows of another record that something happened, as an event from outside would: what it says goes into this
    /// trail in the same transaction and is delivered from the outbox. Every instance on that record that waits for the event
    /// (`wait: {for: …}`) goes on by a command of its own, with all its checks; it is told once, however often the delivery is
    /// tried. Where nobody waits for it nothing happens, and where the receiver is suspended it is kept. What must not get
    /// lost does not go this way alone.
    Tell {
        /// Entity type of the other record.
        entity: String,
        /// Its id.
        record: String,
        /// The event, as a module declares it under `events:`.
        event: String,
        /// What comes with it; the receiver's module reads it in [`Change::Happened`](crate::event::Change::Happened).
        payload: Value,
    },
}

/// A CRM module.
pub trait Module: Send + Sync {
    /// What it declares.
    fn manifest(&self) -> &Manifest;

    /// Other records its hooks read, given the record as it will be: loaded before the turn.
    fn needs(&self, _entity: &str, _values: &Values) -> Vec<Query> {
        vec![]
    }

    /// Fills computed fields, before the field rules are checked.
    fn derive(&self, _entity: &str, _values: &mut Values, _cx: &HookContext<'_>) {}

    /// Refuses a change that breaks the module's rules.
    ///
    /// # Errors
    /// The refusal a person reads.
    fn check(
        &self,
        _entity: &str,
        _before: Option<&Values>,
        _after: &Values,
        _cx: &HookContext<'_>,
    ) -> Result<(), Refusal> {
        Ok(())
    }

    /// Reacts to an event of a flow that runs on one of its records.
    fn react(
        &self,
        _event: &crate::event::Event,
        _entity: &str,
        _values: &Values,
        _cx: &HookContext<'_>,
    ) -> Vec<Reaction> {
        vec![]
    }

    /// Turns an effect (`module.effect`, as declared) into a request to another system. Effects declared with `post:` need no
    /// code.
    ///
    /// # Errors
    /// When the input cannot be sent; the flow is held with the refusal's words.
    fn prepare(&self, effect: &str, input: &Values) -> Result<Request, Refusal> {
        post::prepare(self.manifest(), effect, input).unwrap_or_else(|| Err(unknown_effect(effect)))
    }

    /// Turns the other system's answer into values for the flow. Effects declared with `post:` need no code.
    ///
    /// # Errors
    /// When the answer cannot be understood; counts as a failed attempt.
    fn settle(&self, effect: &str, answer: &Json) -> Result<Values, Refusal> {
        post::settle(self.manifest(), effect, answer).unwrap_or_else(|| Err(unknown_effect(effect)))
    }
}

fn unknown_effect(effect: &str) -> Refusal {
    let zh = format!("模块没有副作用 {effect}");
    let en = format!("The module has no effect {effect}");
    Refusal::new(RefusalKind::Input, "unknown_effect", zh, en)
}

/// The modules that are on.
pub type Modules = Vec<Arc<dyn Module>>;
