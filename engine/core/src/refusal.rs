//! Why a command was not accepted. A refusal is not an error of the program and not a rejection (which is a verdict).
//!
//! Policy: every refusal has a stable code that tests and clients match, parameters that fill its sentence, and one
//! sentence in Chinese and in English that says what the person can do instead. Nothing was changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// Why a command was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable code in snake_case.
    pub code: String,
    /// Which family it belongs to; decides the HTTP status.
    pub kind: RefusalKind,
    /// Parameters by name, as people would read them.
    pub params: BTreeMap<String, String>,
    /// One sentence, what is wrong and what to do.
    pub message: Text,
    /// The field at fault, when there is one.
    pub field: Option<String>,
    /// All faults, when there are several (the first is this one).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Refusal>,
}

/// The families of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// Not yours to do: 403.
    NotYours,
    /// No such thing (or not for you to know): 404.
    NotFound,
    /// No longer possible: 409.
    TooLate,
    /// Changed since you read it: 412.
    Changed,
    /// The input is wrong: 422.
    Input,
}

impl Refusal {
    /// A refusal with its sentence.
    pub fn new(
        kind: RefusalKind,
        code: &str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            code: code.to_owned(),
            kind,
            params: BTreeMap::new(),
            message: Text::new(zh, en),
            field: None,
            faults: vec![],
        }
    }

    /// The same, with a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }

    /// The same, about a field.
    #[must_use]
    pub fn about(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self.params.insert("field".to_owned(), field.to_owned());
        self
    }
}
