//! Small flows with the mistakes people make: what they are told, in Chinese and in English.
//!
//! `bad/NAME.yaml` is the flow, `bad/NAME.zh.txt` and `bad/NAME.en.txt` are what its author reads. After a change of words:
//! `ASSENT_GOLDEN=write cargo test -p assent-core --test bad`, then read every text aloud.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use assent_core::catalog::{Catalog, EffectType, Port, RuleType};
use assent_core::diagnostic::{Diagnostic, Place, render};
use assent_core::dialect::compile;
use assent_core::field::{EntityType, FieldKind};
use assent_core::text::{Lang, Text};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad")
}

/// What the flows of this folder may name.
fn catalog() -> Catalog {
    let money = || FieldKind::Money {
        currency: "CNY".to_owned(),
        decimals: 2,
    };
    let port = |name: &str, kind: FieldKind, required: bool| Port {
        name: name.to_owned(),
        kind,
        required,
    };
    let mut catalog = Catalog::default();
    let roles = ["finance_manager", "sales_director", "auditor"];
    catalog.roles = roles
        .iter()
        .map(|role| ((*role).to_owned(), Text::same(*role)))
        .collect();
    catalog.calendars = BTreeSet::from(["cn_office".to_owned()]);
    catalog.events = BTreeMap::from([("parts.received".to_owned(), Text::same("parts"))]);
    catalog.flows = BTreeSet::from(["contract".to_owned(), "expense".to_owned()]);
    let post = EffectType {
        name: "erp.post".to_owned(),
        label: Text::new("记账", "Post"),
        takes: vec![
            port("reason", FieldKind::Text, true),
            port("amount", money(), true),
        ],
        gives: vec![port("number", FieldKind::Text, true)],
    };
    catalog.effects.insert(post.name.clone(), post);
    let decide = RuleType {
        name: "warranty.decide".to_owned(),
        label: Text::new("质保判定", "Warranty"),
        takes: vec![port("amount", money(), true)],
        gives: vec![port("in_warranty", FieldKind::Flag, true)],
    };
    catalog.rules.insert(decide.name.clone(), decide);
    let assign = RuleType {
        name: "warranty.assign".to_owned(),
        label: Text::new("派工", "Assign"),
        takes: vec![port("amount", money(), true)],
        gives: vec![port("people", FieldKind::Person, true)],
    };
    catalog.rules.insert(assign.name.clone(), assign);
    let vehicle = EntityType {
        name: "vehicle".to_owned(),
        label: Text::new("车辆", "Vehicle"),
        fields: vec![],
        title_field: None,
    };
    catalog.entities.insert(vehicle.name.clone(), vehicle);
    catalog
}

struct Bad {
    name: String,
    text: String,
    found: Vec<Diagnostic>,
}

fn all() -> Vec<Bad> {
    let catalog = catalog();
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "yaml"))
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            let found = compile(&format!("{name}.yaml"), &text, &catalog).diagnostics;
            Bad { name, text, found }
        })
        .collect()
}

/// A8.12: whatever is named must exist with the right type.
#[test]
fn every_mistake_is_told_as_agreed() {
    let write = std::env::var("ASSENT_GOLDEN").is_ok_and(|word| word == "write");
    let mut different = Vec::new();
    let bad = all();
    assert!(bad.len() >= 45, "{} flows", bad.len());
    for flow in &bad {
        for (lang, ext) in [(Lang::Zh, "zh.txt"), (Lang::En, "en.txt")] {
            let path = folder().join(format!("{}.{ext}", flow.name));
            let told = render(&flow.found, &flow.text, lang, false);
            if write {
                fs::write(&path, &told).unwrap();
            } else if fs::read_to_string(&path).unwrap_or_default() != told {
                different.push(format!("--- {}\n{told}", path.display()));
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn every_bad_flow_is_told_something() {
    let silent: Vec<String> = all()
        .into_iter()
        .filter(|flow| flow.found.is_empty())
        .map(|flow| flow.name)
        .collect();
    assert_eq!(silent, Vec::<String>::new());
}

/// Words of programmers that no author should have to read.
const PROGRAMMERS_WORDS: [&str; 14] = [
    "unwrap", "Option<", "Some(", "None", "Err(", "Ok(", "struct", "enum", "serde", "panic",
    "usize", "u32", "trait", "saphyr",
];

#[test]
fn every_sentence_is_there_in_both_languages_and_speaks_to_people() {
    for flow in all() {
        for found in &flow.found {
            let mut texts = vec![&found.message];
            texts.extend(&found.hint);
            texts.extend(found.fixes.iter().map(|fix| &fix.title));
            texts.extend(found.also.iter().map(|(_, text)| text));
            for text in texts {
                let at = format!("{}: {} {text:?}", flow.name, found.code);
                assert!(
                    !text.zh.trim().is_empty() && !text.en.trim().is_empty(),
                    "{at}"
                );
                assert!(text.zh.chars().any(|c| c >= '\u{4E00}'), "no Chinese: {at}");
                let words = format!("{} {}", text.zh, text.en);
                let word = PROGRAMMERS_WORDS.iter().find(|word| words.contains(**word));
                assert_eq!(word, None, "{at}");
            }
            assert!(
                found.hint.is_some() || !found.fixes.is_empty(),
                "{}: {} says nothing about what to do",
                flow.name,
                found.code
            );
        }
    }
}

#[test]
fn every_place_lies_in_the_file() {
    for flow in all() {
        for found in &flow.found {
            let also = found.also.iter().map(|(place, _)| place);
            let fixes = found.fixes.iter().map(|fix| &fix.place);
            for place in std::iter::once(&found.place).chain(also).chain(fixes) {
                check_place(&flow, found.code, place);
            }
        }
    }
}

fn check_place(flow: &Bad, code: &str, place: &Place) {
    let at = format!("{}: {code} {place:?}", flow.name);
    assert_eq!(place.file, format!("{}.yaml", flow.name), "{at}");
    let lines: Vec<&str> = flow.text.lines().collect();
    let line = usize::try_from(place.line).unwrap();
    assert!(line >= 1 && line <= lines.len().max(1), "{at}");
    let column = usize::try_from(place.column).unwrap();
    let chars = lines.get(line - 1).map_or(0, |line| line.chars().count());
    assert!(column >= 1 && column <= chars + 1, "{at}");
    assert!(
        place.span.0 <= place.span.1 && place.span.1 <= flow.text.len(),
        "{at}"
    );
    assert!(flow.text.is_char_boundary(place.span.0), "{at}");
    assert!(flow.text.is_char_boundary(place.span.1), "{at}");
}

#[test]
fn every_code_has_its_section_in_the_documentation_and_no_other() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/diagnostics.md");
    let docs = fs::read_to_string(docs).unwrap();
    let sections: BTreeSet<String> = docs
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(|code| code.trim().to_owned())
        .collect();
    let mut written = BTreeSet::new();
    for folder in ["check", "condition", "dialect", "people", "template"] {
        codes_in(
            &Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("src")
                .join(folder),
            &mut written,
        );
    }
    for found in all().iter().flat_map(|flow| &flow.found) {
        written.insert(found.code.to_owned());
    }
    // Made where the examples of a file are played, on publishing.
    written.insert("example-failed".to_owned());
    let undocumented: Vec<&String> = written.difference(&sections).collect();
    assert!(
        undocumented.is_empty(),
        "without a section: {undocumented:?}"
    );
    let gone: Vec<&String> = sections.difference(&written).collect();
    assert!(gone.is_empty(), "no such code any more: {gone:?}");
}

/// Codes written in sources: texts in kebab-case with at least one dash, outside of tests.
fn codes_in(folder: &Path, codes: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            if name != "tests" {
                codes_in(&path, codes);
            }
        } else if name.ends_with(".rs") && name != "tests.rs" {
            let text = fs::read_to_string(&path).unwrap();
            let code = |part: &&str| {
                part.contains('-')
                    && !part.starts_with('-')
                    && !part.ends_with('-')
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
            };
            codes.extend(text.split('"').filter(code).map(str::to_owned));
        }
    }
}

#[test]
fn an_edit_an_editor_offers_makes_its_fault_go_away() {
    let catalog = catalog();
    let mut tried = 0;
    for flow in all() {
        for found in &flow.found {
            for fix in &found.fixes {
                let mut text = flow.text.clone();
                text.replace_range(fix.place.span.0..fix.place.span.1, &fix.replacement);
                let after = compile(&found.place.file, &text, &catalog).diagnostics;
                let same = |list: &[Diagnostic]| {
                    list.iter().filter(|other| other.code == found.code).count()
                };
                assert!(
                    same(&after) < same(&flow.found),
                    "{}: {} is still there after {:?}\n{text}",
                    flow.name,
                    found.code,
                    fix.title.en
                );
                tried += 1;
            }
        }
    }
    assert!(tried >= 20, "only {tried} edits");
}
