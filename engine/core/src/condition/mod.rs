//! The condition language: small, total, typed.
//!
//! A condition goes through [`parse`] (words and structure), [`check`] (names and types) and is then an [`Expr`], which
//! evaluates, explains and can be proved things about ([`bands`]). Every fault has a place, a cause and a cure in
//! Chinese and English ([`ConditionFault`]).
//!
//! **Total**: no loops, no calls into scripts, no clock; every evaluation ends, and a value that is missing or cannot be
//! calculated is named ([`NoValue`]), never taken for false or zero. **Exact**: numbers are decimals of up to 28
//! digits; a division keeps 28, an overflow is an error. **Typed**: texts are not numbers, CNY is not USD.

mod ast;
pub mod bands;
mod call;
mod check;
mod complaint;
mod eval;
mod explain;
mod fault;
mod function;
mod kind;
mod lexer;
mod literal;
mod mismatch;
mod parser;
mod print;
mod shift;
mod token;

use std::sync::Arc;

pub use ast::{Arith, Ast, Node, Relation, SpanUnit, What};
pub use call::ROUND_DECIMALS_MAX;
pub use check::check;
pub use explain::Explained;
pub use fault::{ConditionFault, ConditionFix, Span, nearest};
pub use function::Function;
pub use kind::{Kind, Names};
pub use parser::{CONDITION_BYTES_MAX, CONDITION_DEPTH_MAX, parse};
pub use token::Word;

use crate::field::Bounds;
use crate::text::Text;
use crate::value::Value;

/// A checked expression: parsed, typed, ready to evaluate, explain and prove things about. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its text as the author wrote it.
    pub text: String,
    root: Arc<Node>,
    kind: Kind,
    reads: Arc<[String]>,
    inputs: Arc<[Input]>,
}

/// Something an expression reads, as it was known when the expression was checked.
#[derive(Clone, Debug)]
pub struct Input {
    /// The dotted path, without `record.`.
    pub path: String,
    /// What people call it.
    pub label: Text,
    /// Its type.
    pub kind: Kind,
    /// Its value, when it is a constant; proofs use it, evaluation asks the facts.
    pub constant: Option<Value>,
    /// The limits of the field.
    pub bounds: Bounds,
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
    /// Arithmetic without a result, with the part that has none: division by zero, overflow, a date out of the calendar.
    Arithmetic(String),
    /// A stored value is not of the declared type, with the part at fault: data from another version, or damaged.
    Mismatch(String),
}

impl NoValue {
    /// One sentence for people.
    pub fn words(&self) -> Text {
        match self {
            NoValue::Missing(path) => Text::new(
                format!("“{path}”没有填写，无法判断"),
                format!("{path} is not filled in, so nothing can be decided"),
            ),
            NoValue::Arithmetic(part) => Text::new(
                format!("`{part}` 算不出结果（除数为零，或超出范围）"),
                format!("`{part}` has no result (division by zero, or out of range)"),
            ),
            NoValue::Mismatch(part) => Text::new(
                format!("`{part}` 的值与声明的类型不符"),
                format!("The value of `{part}` is not of the declared type"),
            ),
        }
    }
}

/// Parses and checks an expression of any type (`is:`, `wait: {until: …}`).
///
/// # Errors
/// Every fault found.
pub fn compile(text: &str, names: &dyn Names) -> Result<Expr, Vec<ConditionFault>> {
    check(parse(text)?, names)
}

/// Parses and checks a condition (`when:`): an expression that is true or false.
///
/// # Errors
/// Every fault found; also when it is a value and not a condition.
pub fn condition(text: &str, names: &dyn Names) -> Result<Expr, Vec<ConditionFault>> {
    let expr = compile(text, names)?;
    if expr.kind == Kind::Flag {
        Ok(expr)
    } else {
        Err(vec![mismatch::not_a_condition(&expr.root, &expr.kind)])
    }
}

impl Expr {
    /// The value, exactly.
    ///
    /// # Errors
    /// A missing field is never false: it is named.
    pub fn value(&self, facts: &dyn Facts) -> Result<Value, NoValue> {
        eval::value(&self.root, facts)
    }

    /// The value of a condition. `and` and `or` stop at the first part, from the left, that decides.
    ///
    /// # Errors
    /// As [`Expr::value`].
    pub fn holds(&self, facts: &dyn Facts) -> Result<bool, NoValue> {
        eval::holds(&self.root, facts)
    }

    /// The value with everything that decided it.
    pub fn explain(&self, facts: &dyn Facts) -> Explained {
        explain::explain(self, &self.root, facts)
    }

    /// The paths it reads, in order of appearance, without doubles; `record.x` is `x`.
    pub fn reads(&self) -> &[String] {
        &self.reads
    }

    /// What it reads, with types, names and constants.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// One of the things it reads.
    pub fn input(&self, path: &str) -> Option<&Input> {
        self.inputs.iter().find(|input| input.path == path)
    }

    /// The type of its value.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Its tree.
    pub fn root(&self) -> &Node {
        &self.root
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
