//! The condition language: small, total, typed.

use crate::value::Value;

/// A checked expression: parsed, typed, ready to evaluate, explain and prove things about.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its text as the author wrote it.
    pub text: String,
}

/// Where an expression gets its values: a dotted path (`amount`, `tables.load.pass`, `vehicle.plate`).
pub trait Facts {
    /// The value at the path; `None` when there is no such path (a checked expression never asks for one).
    fn get(&self, path: &str) -> Option<Value>;
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoValue {
    /// The field at this path is not filled in.
    Missing(String),
    /// Arithmetic without a result: division by zero, overflow.
    Arithmetic(String),
}

impl Expr {
    /// The value, exactly.
    ///
    /// # Errors
    /// A missing field is never false: it is named.
    pub fn value(&self, _facts: &dyn Facts) -> Result<Value, NoValue> {
        Err(NoValue::Arithmetic(String::new()))
    }

    /// The value of a condition.
    ///
    /// # Errors
    /// As [`Expr::value`].
    pub fn holds(&self, facts: &dyn Facts) -> Result<bool, NoValue> {
        Ok(matches!(self.value(facts)?, Value::Flag(true)))
    }

    /// The paths it reads, in order of appearance, without doubles.
    pub fn reads(&self) -> &[String] {
        &[]
    }
}
