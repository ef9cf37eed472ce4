//! What an author sees in a terminal and what a program gets.

use super::catalog;
use crate::diagnostic::{render, summary};
use crate::dialect::compile;
use crate::text::Lang;

const BROKEN: &str = "\
flow: demo
name: {zh: 演示, en: Demo}
states:
  - id: draft
    name: {zh: 申请, en: Request}
    draft: {by: applicant}
  - id: 审批
    name: {zh: 审批, en: Approval}
    aprove: {by: applicant}
name: {zh: 又一次, en: Again}
";

#[test]
fn a_terminal_shows_line_caret_cause_and_cure() {
    let compiled = compile("demo.yaml", BROKEN, &catalog());
    let few: Vec<_> = compiled
        .diagnostics
        .into_iter()
        .filter(|fault| fault.code != "missing-key")
        .collect();
    insta::assert_snapshot!("terminal_zh", render(&few, BROKEN, Lang::Zh, false));
    insta::assert_snapshot!("terminal_en", render(&few, BROKEN, Lang::En, false));
    assert_eq!(summary(&few, Lang::Zh), "3 个错误，0 个警告");
    assert!(render(&few, BROKEN, Lang::Zh, true).contains("\u{1b}["));
}

#[test]
fn a_program_gets_places_and_fixes() {
    let compiled = compile("demo.yaml", BROKEN, &catalog());
    let misspelt = compiled
        .diagnostics
        .iter()
        .find(|fault| fault.code == "no-kind");
    let json = serde_json::to_value(misspelt).unwrap_or_default();
    assert_eq!(json["severity"], "error");
    assert_eq!(json["line"], 9);
    assert_eq!(json["column"], 5);
    assert_eq!(json["length"], 6);
    assert_eq!(json["fixes"][0]["replacement"], "approve");
}

#[test]
fn a_source_of_another_file_breaks_nothing() {
    let compiled = compile("demo.yaml", BROKEN, &catalog());
    assert!(render(&compiled.diagnostics, "甲", Lang::En, false).contains("demo.yaml"));
    assert!(!render(&compiled.diagnostics, "", Lang::Zh, true).is_empty());
}
