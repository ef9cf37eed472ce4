//! Everything a flow may name that is not in its own file: entity types, effects, rules, roles, calendars, other flows.
//! Checking a flow is a function of its text and this catalog.

use std::collections::{BTreeMap, BTreeSet};

use crate::field::{EntityType, FieldKind};
use crate::text::Text;

/// What flows may name.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Entity types of the modules that are on, by name.
    pub entities: BTreeMap<String, EntityType>,
    /// Effects (`run:`) by `module.effect`.
    pub effects: BTreeMap<String, EffectType>,
    /// Rules (`rule:`) by `file.function`.
    pub rules: BTreeMap<String, RuleType>,
    /// Roles by id, with their names.
    pub roles: BTreeMap<String, Text>,
    /// Posts by id.
    pub posts: BTreeSet<String>,
    /// Units of the organisation by id; empty when it is not loaded (then unit names are not checked).
    pub units: BTreeSet<String>,
    /// People by id; empty when the organisation is not loaded.
    pub people: BTreeSet<String>,
    /// Events from outside a flow may wait for, with what people call them.
    pub events: BTreeMap<String, Text>,
    /// Other flows by id.
    pub flows: BTreeSet<String>,
    /// Working calendars by name.
    pub calendars: BTreeSet<String>,
    /// IANA time zones of calendars that do not keep Asia/Shanghai.
    pub zones: BTreeMap<String, String>,
    /// Rule tables kept outside flow files, by table: key → kind.
    pub tables: BTreeMap<String, BTreeMap<String, FieldKind>>,
}

/// A module's effect: what it takes and what it gives back.
#[derive(Clone, Debug, Default)]
pub struct EffectType {
    /// `module.effect`.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// Inputs: name and kind. A flow's `give:` must cover the required ones by field name.
    pub takes: Vec<Port>,
    /// Outputs: name and kind, used by `fills:`.
    pub gives: Vec<Port>,
}

/// A rhai rule's declaration, from the YAML beside the script.
#[derive(Clone, Debug, Default)]
pub struct RuleType {
    /// `file.function`.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// Inputs.
    pub takes: Vec<Port>,
    /// Outputs.
    pub gives: Vec<Port>,
}

/// A declared input or output.
#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    /// ASCII name.
    pub name: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Must be filled in (inputs), is always given (outputs).
    pub required: bool,
}
