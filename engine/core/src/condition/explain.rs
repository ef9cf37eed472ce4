//! Why a condition holds or does not: the same tree with the values that decided.

use std::cell::RefCell;

use super::ast::Node;
use super::print::{Printer, literal};
use super::{Expr, Facts, Input, Kind, NoValue, eval};
use crate::text::{Lang, Text};
use crate::value::Value;

/// An evaluation that can be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// Whether the condition holds; an error for an expression that is not a condition.
    pub result: Result<bool, NoValue>,
    /// The value, of whatever kind.
    pub value: Result<Value, NoValue>,
    /// Every path that was looked at with its value, in order, without doubles; [`Value::Empty`] when not filled in.
    pub values: Vec<(String, Value)>,
    /// The expression with its values in place: `0.667 < 0.85`. What was not looked at keeps its name.
    pub text: String,
    /// What people call the paths in `values`, in the same order.
    pub labels: Vec<Text>,
    /// The expression as people read it: `装载率 < 0.85`.
    pub said: Text,
    /// What was looked at and filled in, without constants: name and value as people read them.
    pub named: Vec<(Text, Text)>,
}

impl Explained {
    /// One line for people: `装载率 < 0.85 → 成立（装载率 0.667）`.
    pub fn words(&self, lang: Lang) -> String {
        let result = match &self.value {
            Ok(Value::Flag(true)) => lang.pick("成立", "true").to_owned(),
            Ok(Value::Flag(false)) => lang.pick("不成立", "false").to_owned(),
            Ok(value) => literal(value),
            Err(NoValue::Missing(path)) => {
                let label = self
                    .label(path)
                    .map_or(path.as_str(), |text| text.get(lang));
                match lang {
                    Lang::Zh => format!("无法判断：“{label}”没有填写"),
                    Lang::En => format!("undecided: {label} is not filled in"),
                }
            }
            Err(other) => other.words().get(lang).to_owned(),
        };
        let named: Vec<String> = self
            .named
            .iter()
            .map(|(name, value)| format!("{} {}", name.get(lang), value.get(lang)))
            .collect();
        let said = self.said.get(lang);
        if named.is_empty() {
            return format!("{said} → {result}");
        }
        match lang {
            Lang::Zh => format!("{said} → {result}（{}）", named.join("，")),
            Lang::En => format!("{said} → {result} ({})", named.join(", ")),
        }
    }

    fn label(&self, path: &str) -> Option<&Text> {
        self.values
            .iter()
            .position(|(known, _)| known == path)
            .and_then(|at| self.labels.get(at))
    }
}

/// Facts that remember what was asked of them.
struct Traced<'a> {
    facts: &'a dyn Facts,
    seen: RefCell<Vec<(String, Value)>>,
}

impl Facts for Traced<'_> {
    fn get(&self, path: &str) -> Option<Value> {
        let value = self.facts.get(path);
        let mut seen = self.seen.borrow_mut();
        if !seen.iter().any(|(known, _)| known == path) {
            seen.push((path.to_owned(), value.clone().unwrap_or_default()));
        }
        value
    }
}

/// Evaluates and keeps what was looked at.
pub(super) fn explain(expr: &Expr, root: &Node, facts: &dyn Facts) -> Explained {
    let traced = Traced {
        facts,
        seen: RefCell::new(vec![]),
    };
    let value = eval::value(root, &traced);
    let values = traced.seen.into_inner();
    let result = match &value {
        Ok(Value::Flag(flag)) => Ok(*flag),
        Ok(_) => Err(NoValue::Mismatch(expr.text.clone())),
        Err(why) => Err(why.clone()),
    };
    let in_place = |path: &str| {
        values
            .iter()
            .find(|(known, value)| known == path && !value.is_empty())
            .map_or_else(|| path.to_owned(), |(_, value)| literal(value))
    };
    let text = Printer { path: &in_place }.text(root);
    let labels = values
        .iter()
        .map(|(path, _)| {
            expr.input(path)
                .map_or_else(|| Text::same(path.as_str()), |input| input.label.clone())
        })
        .collect();
    let named = values
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(path, value)| {
            let input = expr.input(path)?;
            let is_constant = input.constant.is_some();
            (!is_constant).then(|| (input.label.clone(), shown(input, value)))
        })
        .collect();
    Explained {
        result,
        value,
        values,
        text,
        labels,
        said: crate::diagram::said_condition(expr),
        named,
    }
}

/// A value as people read it: the name of an option instead of its id, a flag as yes or no.
fn shown(input: &Input, value: &Value) -> Text {
    match (&input.kind, value) {
        (Kind::Choice { options }, Value::Text(id)) => {
            let known = options.iter().find(|(option, _)| option == id);
            known.map_or_else(|| Text::same(id.as_str()), |(_, name)| name.clone())
        }
        (_, Value::Flag(true)) => Text::new("是", "yes"),
        (_, Value::Flag(false)) => Text::new("否", "no"),
        (_, Value::Text(text)) => Text::same(text.as_str()),
        (_, other) => Text::same(literal(other)),
    }
}
