//! Declarations, caching, the tests beside a script.

use super::{YAML, context, good, load};
use crate::rule::RuleSet;
use crate::value::Values;

fn codes(yaml: &str) -> Vec<&'static str> {
    let (_, diagnostics) = RuleSet::load(&[("t", "fn f(given) { #{} }", yaml)]);
    diagnostics.iter().map(|found| found.code).collect()
}

const HEAD: &str = "rule: t\nformat: 1\nname: {zh: 试, en: T}\n";

#[test]
fn the_catalog_knows_inputs_and_outputs() {
    let types = good("fn f(given) { #{} }").types();
    let rule = &types["t.f"];
    assert_eq!(rule.label.zh, "函数");
    let names: Vec<_> = rule.takes.iter().map(|port| port.name.as_str()).collect();
    assert_eq!(names, ["n", "m", "t", "d", "b", "c", "photos", "lines"]);
    assert_eq!(rule.gives.len(), 4);
}

#[test]
fn faults_of_a_declaration() {
    assert!(
        codes("rule: other\nformat: 1\nname: {zh: 试, en: T}\nfunctions: {}\n")
            .contains(&"rule-name")
    );
    assert!(codes(&format!("{HEAD}functions: {{f: {{name: {{zh: 试, en: T}}, takes: {{}}, gives: {{}}}}}}\ntabels: {{}}\n")).contains(&"unknown-key"));
    let with_table = |table: &str| {
        codes(&format!(
            "{HEAD}tables:\n  a: {table}\nfunctions: {{f: {{name: {{zh: 试, en: T}}, takes: {{}}, gives: {{}}}}}}\n"
        ))
    };
    let named = "name: {zh: 表, en: T}, source: {zh: 假定, en: assumed}";
    assert!(with_table(&format!("{{{named}}}")).contains(&"rule-table-rows"));
    assert!(
        with_table(&format!("{{{named}, keys: {{x: {{a: 1}}, y: {{b: 1}}}}}}"))
            .contains(&"rule-table-columns")
    );
    assert!(
        with_table(&format!(
            "{{{named}, bands: [{{up_to: 2, a: 1}}, {{up_to: 1, a: 2}}]}}"
        ))
        .contains(&"rule-table-bands")
    );
    assert_eq!(
        with_table(&format!(
            "{{{named}, bands: [{{up_to: 1, a: 1}}, {{a: 2}}]}}"
        )),
        Vec::<&str>::new()
    );
    assert!(
        !with_table("{keys: {x: 1}}").is_empty(),
        "a table names its source"
    );
}

#[test]
fn a_text_that_has_not_changed_is_not_compiled_again() {
    let script = "fn f(given) { #{ x: 1 } }";
    let set = good(script);
    let (again, _) = set.reload(&[("t", script, YAML)]);
    let file = |set: &RuleSet| std::ptr::from_ref(set.files().next().expect("one file"));
    assert_eq!(file(&set), file(&again));
    let (changed, _) = set.reload(&[("t", "fn f(given) { #{ x: 2 } }", YAML)]);
    let hash = |set: &RuleSet| set.files().next().expect("one file").hash.clone();
    assert_ne!(hash(&set), hash(&changed));
    assert_eq!(
        set.run("t.f", &Values::new(), &context())
            .expect("runs")
            .script_hash,
        hash(&set)
    );
}

#[test]
fn a_bad_file_does_not_stop_the_others() {
    let other = YAML.replace("rule: t", "rule: u");
    let (set, diagnostics) = RuleSet::load(&[
        ("t", "fn f(given) { nope }", YAML),
        ("u", "fn f(given) { #{ x: 1 } }", &other),
    ]);
    assert_eq!(diagnostics.len(), 1);
    assert!(set.run("u.f", &Values::new(), &context()).is_ok());
    assert_eq!(
        set.run("t.f", &Values::new(), &context())
            .map_err(|fault| fault.code),
        Err("unknown_rule".to_owned())
    );
}

#[test]
fn tests_beside_a_script() {
    let yaml = format!(
        "{YAML}tests:\n  - {{name: 好, given: {{n: 2}}, expect: {{x: 4.0}}}}\n  - {{name: 差, given: {{n: 2}}, expect: {{x: 5}}}}\n  - {{name: 类型, given: {{n: \"2\"}}, error: wrong_type}}\n  - {{name: 应错, given: {{n: 1}}, error: missing_input}}\n"
    );
    let (set, diagnostics) = RuleSet::load(&[("t", "fn f(given) { #{ x: given.n * 2 } }", &yaml)]);
    assert_eq!(diagnostics, []);
    let results = set.test(&context());
    let failed: Vec<_> = results
        .iter()
        .filter_map(|result| Some((result.name.as_str(), result.failure.as_ref()?.zh.as_str())))
        .collect();
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert!(
        failed[0].1.contains("期望 5") && failed[0].1.contains("实际 4"),
        "{failed:?}"
    );
    assert!(results[0].line > 30);
}

#[test]
fn a_test_that_expects_nothing_is_a_fault() {
    let yaml = format!(
        "{YAML}tests:\n  - {{name: 空, given: {{n: 2}}}}\n  - {{name: 错名, given: {{nn: 2}}, expect: {{x: 1}}}}\n"
    );
    let (_, diagnostics) = RuleSet::load(&[("t", "fn f(given) { #{ x: 1 } }", &yaml)]);
    let codes: Vec<_> = diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["rule-test", "unknown-field"]);
}

#[test]
fn loading_knows_every_file_by_name() {
    let (_, diagnostics) = load("fn f(given) {");
    assert_eq!(diagnostics[0].place.file, "t.rhai");
}
