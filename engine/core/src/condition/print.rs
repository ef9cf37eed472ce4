//! A tree as text again: canonical, with brackets only where they are needed.

use std::fmt::{Display, Formatter, Result};

use super::ast::{Arith, Node, What};
use crate::value::Value;

/// A text literal.
pub(super) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A value as it is written in a condition; what cannot be written is described.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::Empty => "empty".to_owned(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => quote(text),
        Value::Date(date) => date.to_string(),
        Value::Time(moment) => jiff::Timestamp::from_millisecond(moment.0)
            .map_or_else(|_| moment.0.to_string(), |time| time.to_string()),
        Value::List(list) => {
            let items: Vec<String> = list.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(map) => {
            let items: Vec<String> = map
                .iter()
                .map(|(name, value)| format!("{name}: {}", literal(value)))
                .collect();
            format!("{{{}}}", items.join(", "))
        }
    }
}

/// How tightly a node binds; a part that binds less than its place asks for gets brackets.
fn binding(node: &Node) -> u8 {
    match &node.what {
        What::Any(_) => 1,
        What::All(_) => 2,
        What::Not(_) => 3,
        What::Compare(..) | What::In { .. } | What::Between { .. } | What::Empty { .. } => 4,
        What::Sum(_, Arith::Add | Arith::Subtract, _) => 5,
        What::Sum(_, Arith::Multiply | Arith::Divide, _) => 6,
        What::Minus(_) => 7,
        What::Span(..) => 8,
        What::Literal(_) | What::Path(_) | What::List(_) | What::Call(..) => 9,
    }
}

/// Writes nodes, with a say in how paths are written (an explanation puts their values).
pub(super) struct Printer<'a> {
    /// The text of a path.
    pub path: &'a dyn Fn(&str) -> String,
}

impl Printer<'_> {
    /// The node as text.
    pub fn text(&self, node: &Node) -> String {
        let mut out = String::new();
        self.node(node, &mut out);
        out
    }

    fn at_least(&self, node: &Node, least: u8, out: &mut String) {
        if binding(node) < least {
            out.push('(');
            self.node(node, out);
            out.push(')');
        } else {
            self.node(node, out);
        }
    }

    fn list(&self, parts: &[Node], between: &str, least: u8, out: &mut String) {
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                out.push_str(between);
            }
            self.at_least(part, least, out);
        }
    }

    fn node(&self, node: &Node, out: &mut String) {
        match &node.what {
            What::Literal(value) => out.push_str(&literal(value)),
            What::Path(path) => out.push_str(&(self.path)(path)),
            What::Not(inner) => {
                out.push_str("not ");
                self.at_least(inner, 3, out);
            }
            What::Minus(inner) => {
                out.push('-');
                self.at_least(inner, 7, out);
            }
            What::All(parts) => self.list(parts, " and ", 3, out),
            What::Any(parts) => self.list(parts, " or ", 2, out),
            What::Compare(left, relation, right) => {
                self.at_least(left, 5, out);
                out.push_str(&format!(" {} ", relation.sign()));
                self.at_least(right, 5, out);
            }
            What::In { .. } | What::Between { .. } | What::Empty { .. } => self.test(node, out),
            What::Sum(left, arith, right) => {
                let own = binding(node);
                self.at_least(left, own, out);
                out.push_str(&format!(" {} ", arith.sign()));
                self.at_least(right, own + 1, out);
            }
            What::Span(count, unit) => {
                self.at_least(count, 9, out);
                out.push_str(&format!(" {}", unit.word()));
            }
            What::List(parts) => {
                out.push('[');
                self.list(parts, ", ", 5, out);
                out.push(']');
            }
            What::Call(function, parts) => {
                out.push_str(&format!("{}(", function.name()));
                self.list(parts, ", ", 5, out);
                out.push(')');
            }
        }
    }

    /// `in`, `between`, `is empty`: one value and what is asked about it.
    fn test(&self, node: &Node, out: &mut String) {
        let parts = node.parts();
        let Some((item, others)) = parts.split_first() else {
            return;
        };
        self.at_least(item, 5, out);
        let (negated, words, between) = match &node.what {
            What::In { negated, .. } => (*negated, [" in ", " not in "], ""),
            What::Between { negated, .. } => (*negated, [" between ", " not between "], " and "),
            What::Empty { negated, .. } => (*negated, [" is empty", " is not empty"], ""),
            What::Literal(_)
            | What::Path(_)
            | What::Not(_)
            | What::Minus(_)
            | What::All(_)
            | What::Any(_)
            | What::Compare(..)
            | What::Sum(..)
            | What::Span(..)
            | What::List(_)
            | What::Call(..) => return,
        };
        out.push_str(words[usize::from(negated)]);
        for (at, other) in others.iter().enumerate() {
            if at > 0 {
                out.push_str(between);
            }
            self.at_least(other, 5, out);
        }
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(
            &Printer {
                path: &str::to_owned,
            }
            .text(self),
        )
    }
}
