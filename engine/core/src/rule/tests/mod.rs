//! What holds for every rule, by its script.

mod bombs;
mod checking;
mod fuzz;
mod loading;
mod running;
mod shipped;

use std::sync::{Arc, OnceLock};

use crate::calendar::{CN_OFFICE, builtin};
use crate::diagnostic::Diagnostic;
use crate::rule::{RuleContext, RuleFault, RuleSet, Workdays};
use crate::value::{Value, Values};

/// A declaration whose function `f` takes all sorts of inputs and gives `x`.
pub(super) const YAML: &str = "
rule: t
format: 1
name: {zh: 试, en: Trial}
tables:
  rate:
    name: {zh: 费率, en: Rates}
    source: {zh: 假定, en: assumed}
    keys: {a: 1.00, b: 0.95}
  pay:
    name: {zh: 工时费, en: Labour}
    source: {zh: 假定, en: assumed}
    keys: {three: {day: 75.00, night: 90.00}, two: {day: 60.00, night: 72.00}}
  size:
    name: {zh: 分档, en: Bands}
    source: {zh: 假定, en: assumed}
    bands: [{up_to: 10, class: small}, {up_to: 20.5, class: middle}, {class: large}]
functions:
  f:
    name: {zh: 函数, en: Function}
    takes:
      n: {type: number, decimals: 2}
      m: {type: money, currency: CNY}
      t: {type: text}
      d: {type: date}
      b: {type: flag}
      c: {type: choice, options: {red: {zh: 红, en: Red}, blue: {zh: 蓝, en: Blue}}}
      photos: {type: file}
      lines: {type: table, columns: {item: {type: text, name: {zh: 项, en: Item}, required: true}, amount: {type: money, currency: CNY, name: {zh: 额, en: Amount}}}}
    gives:
      x: {type: number, decimals: 6}
      s: {type: text}
      ok: {type: flag}
      day: {type: date}
";

/// Loads a script under [`YAML`].
pub(super) fn load(script: &str) -> (RuleSet, Vec<Diagnostic>) {
    static ENGINE: OnceLock<RuleSet> = OnceLock::new();
    ENGINE
        .get_or_init(RuleSet::default)
        .reload(&[("t", script, YAML)])
}

/// Loads a script that must be good.
pub(super) fn good(script: &str) -> RuleSet {
    let (set, diagnostics) = load(script);
    assert_eq!(diagnostics, [], "{script}");
    set
}

/// A context with the office calendar.
pub(super) fn context() -> RuleContext {
    let calendar = builtin(CN_OFFICE).map(|calendar| Arc::new(calendar) as Arc<dyn Workdays>);
    RuleContext {
        calendar,
        ..RuleContext::default()
    }
}

/// Runs `f` with these inputs.
pub(super) fn run(script: &str, given: &[(&str, Value)]) -> Result<Values, RuleFault> {
    let given = given
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    good(script)
        .run("t.f", &given, &context())
        .map(|run| run.gave)
}

/// The value of an expression, given back under that output.
pub(super) fn value(output: &str, expression: &str) -> Result<Value, RuleFault> {
    let script = format!("fn f(given) {{ #{{ {output}: {expression} }} }}");
    run(&script, &[]).map(|gave| gave.get(output).cloned().unwrap_or_default())
}

/// A number.
pub(super) fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap_or_default())
}

/// A day.
pub(super) fn day(text: &str) -> Value {
    Value::Date(text.parse().unwrap_or_default())
}
