//! Computed fields: none may depend on itself.

use std::collections::BTreeMap;

use crate::definition::Definition;
use crate::text::Text;

use super::finding::{Finding, field_called};

/// One finding for each circle of computed fields.
pub(super) fn check(def: &Definition) -> Vec<Finding> {
    let parts: BTreeMap<&str, Vec<&str>> = def
        .entity
        .fields
        .iter()
        .filter_map(|field| {
            let expr = field.computed.as_ref()?;
            Some((
                field.name.as_str(),
                expr.reads().iter().map(String::as_str).collect(),
            ))
        })
        .collect();
    let mut told: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for field in parts.keys() {
        if let Some(circle) = circle(&parts, field)
            && !circle.iter().any(|name| told.contains(name))
        {
            told.extend(&circle);
            found.push(finding(def, &circle));
        }
    }
    found
}

/// The way from a computed field back to itself.
fn circle<'a>(parts: &BTreeMap<&'a str, Vec<&'a str>>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut open: Vec<Vec<&str>> = vec![vec![start]];
    let mut seen: Vec<&str> = Vec::new();
    while let Some(way) = open.pop() {
        let last = way.last().copied().unwrap_or(start);
        for next in parts.get(last).into_iter().flatten() {
            if *next == start {
                return Some(way);
            }
            if parts.contains_key(next) && !seen.contains(next) {
                seen.push(next);
                open.push(way.iter().copied().chain([*next]).collect());
            }
        }
    }
    None
}

fn finding(def: &Definition, circle: &[&str]) -> Finding {
    let names: Vec<Text> = circle
        .iter()
        .chain(circle.first())
        .map(|name| field_called(def, name))
        .collect();
    let zh: Vec<&str> = names.iter().map(|name| name.zh.as_str()).collect();
    let en: Vec<&str> = names.iter().map(|name| name.en.as_str()).collect();
    let first = circle.first().copied().unwrap_or_default();
    Finding::error(
        "computed-circle",
        format!("form.{first}.is"),
        Text::new(
            format!("公式互相依赖，永远算不出来：{}。", zh.join(" → ")),
            format!(
                "These formulas depend on one another and never have a value: {}.",
                en.join(" → ")
            ),
        ),
        Text::new(
            "请让其中一个字段由人填写，或改写它的公式（is:）。",
            "Let people fill one of these fields in, or change its formula (is:).",
        ),
    )
}
