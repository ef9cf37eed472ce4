//! The module API: a CRM module is a declaration (`module.yaml`) and a handful of pure hooks.
//!
//! Hooks run *before* a change (derive, check) and *after* it (react); nothing runs in the middle. They fire for pages,
//! API, import, bulk and flows alike. They do no I/O: what must happen outside is returned as data.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::catalog::EffectType;
use crate::field::EntityType;
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::time::Moment;
use crate::value::Values;

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
    /// Events flows may wait for.
    pub events: Vec<String>,
}

/// What hooks may know besides the record.
#[derive(Clone, Copy, Debug)]
pub struct HookContext<'a> {
    /// Now.
    pub now: Moment,
    /// Who causes the change; none for the system.
    pub actor: Option<&'a str>,
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
}

/// A CRM module.
pub trait Module: Send + Sync {
    /// What it declares.
    fn manifest(&self) -> &Manifest;

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

    /// Turns an effect (`module.effect`, as declared) into a request to another system.
    ///
    /// # Errors
    /// When the input cannot be sent; the flow is held with the refusal's words.
    fn prepare(&self, effect: &str, _input: &Values) -> Result<Request, Refusal> {
        Err(Refusal::new(
            RefusalKind::Input,
            "unknown_effect",
            format!("模块没有副作用 {effect}"),
            format!("The module has no effect {effect}"),
        ))
    }

    /// Turns the other system's answer into values for the flow.
    ///
    /// # Errors
    /// When the answer cannot be understood; counts as a failed attempt.
    fn settle(&self, effect: &str, _answer: &Json) -> Result<Values, Refusal> {
        Err(Refusal::new(
            RefusalKind::Input,
            "unknown_effect",
            format!("模块没有副作用 {effect}"),
            format!("The module has no effect {effect}"),
        ))
    }
}

/// The modules that are on.
pub type Modules = Vec<Arc<dyn Module>>;
