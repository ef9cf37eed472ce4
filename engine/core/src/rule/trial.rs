//! The tests in the YAML beside a script, run.

use super::context::RuleContext;
use super::declare::Test;
use super::set::{RuleFile, RuleSet};
use crate::text::Text;
use crate::value::{Value, Values};

/// How one test went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleTestResult {
    /// `file.function`.
    pub rule: String,
    /// What it shows.
    pub name: String,
    /// Line in the YAML, from 1.
    pub line: u32,
    /// What was not as expected; none: it passed.
    pub failure: Option<Text>,
}

impl RuleSet {
    /// Runs every test of every file, with that calendar and those tables.
    pub fn test(&self, cx: &RuleContext) -> Vec<RuleTestResult> {
        self.files()
            .flat_map(|file| file.tests.iter().map(|test| self.trial(file, test, cx)))
            .collect()
    }

    fn trial(&self, file: &RuleFile, test: &Test, cx: &RuleContext) -> RuleTestResult {
        let rule = format!("{}.{}", file.name, test.function);
        let failure = match (self.run(&rule, &test.given, cx), &test.error) {
            (Ok(run), None) => differences(&test.expect, &run.gave),
            (Err(fault), Some(code)) if fault.code == *code => None,
            (Err(fault), wanted) => Some(Text::new(
                format!(
                    "{}（{}）{}",
                    fault.message.zh,
                    fault.code,
                    expected(wanted.as_deref()).zh
                ),
                format!(
                    "{} ({}){}",
                    fault.message.en,
                    fault.code,
                    expected(wanted.as_deref()).en
                ),
            )),
            (Ok(run), Some(code)) => Some(Text::new(
                format!(
                    "应当报错 {code}，却给出了 {}",
                    shown(&Value::Map(run.gave.clone()))
                ),
                format!(
                    "expected the fault {code}, but it gave {}",
                    shown(&Value::Map(run.gave))
                ),
            )),
        };
        RuleTestResult {
            rule,
            name: test.name.clone(),
            line: test.line,
            failure,
        }
    }
}

fn expected(code: Option<&str>) -> Text {
    code.map_or_else(Text::default, |code| {
        Text::new(
            format!("；期望的错误是 {code}"),
            format!("; expected the fault {code}"),
        )
    })
}

/// Only what the test names is compared; `1.5` and `1.50` are the same number.
fn differences(expect: &Values, gave: &Values) -> Option<Text> {
    let (mut zh, mut en) = (vec![], vec![]);
    for (name, wanted) in expect {
        let got = gave.get(name).unwrap_or(&Value::Empty);
        if !same(wanted, got) {
            let (wanted, got) = (shown(wanted), shown(got));
            zh.push(format!("{name} 期望 {wanted}，实际 {got}"));
            en.push(format!("{name}: expected {wanted}, got {got}"));
        }
    }
    (!zh.is_empty()).then(|| Text::new(zh.join("；"), en.join("; ")))
}

fn same(wanted: &Value, got: &Value) -> bool {
    match (wanted, got) {
        // A test may name some columns of a row.
        (Value::Map(wanted), Value::Map(got)) => wanted
            .iter()
            .all(|(name, value)| same(value, got.get(name).unwrap_or(&Value::Empty))),
        (Value::List(wanted), Value::List(got)) => {
            wanted.len() == got.len()
                && wanted
                    .iter()
                    .zip(got)
                    .all(|(wanted, got)| same(wanted, got))
        }
        _ => wanted == got,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Empty => "（空）".to_owned(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.0.to_string(),
        Value::List(items) => format!(
            "[{}]",
            items.iter().map(shown).collect::<Vec<_>>().join(", ")
        ),
        Value::Map(values) => {
            let parts: Vec<_> = values
                .iter()
                .map(|(name, value)| format!("{name}: {}", shown(value)))
                .collect();
            format!("{{{}}}", parts.join(", "))
        }
    }
}
