//! Every rule of docs/approvals.md is proved by a test that is there and carries the rule's id.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::root;

/// A rule's id and the tests named beside it.
struct Rule {
    id: String,
    tests: Vec<String>,
}

fn rules(page: &str) -> Vec<Rule> {
    let rows = page.lines().filter(|line| line.starts_with("| A"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let proof = cells.last().copied().unwrap_or_default();
        let tests = proof.split('`').skip(1).step_by(2).map(str::to_owned);
        Rule {
            id: cells[0].trim().to_owned(),
            tests: tests.collect(),
        }
    })
    .collect()
}

/// All files with tests: Rust sources and flow files.
fn files() -> Vec<(PathBuf, String)> {
    let mut folders: Vec<PathBuf> = ["engine", "modules", "tests", "workflows", "scripts"]
        .iter()
        .map(|folder| root().join(folder))
        .collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|kind| kind == "rs" || kind == "yaml")
            {
                found.push((path.clone(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// Does a test of that name carry the id? An example carries it in its name, a function in the comment above it.
fn carries(files: &[(PathBuf, String)], test: &str, id: &str) -> Result<(), String> {
    if test.ends_with(".yaml") {
        let example = [format!("- name: {id} "), format!("- name: '{id} ")];
        let named = files.iter().filter(|(path, _)| path.ends_with(test));
        let mut named = named.peekable();
        if named.peek().is_none() {
            return Err(format!("{id}: there is no {test}"));
        }
        let found = named.any(|(_, text)| example.iter().any(|name| text.contains(name)));
        return if found {
            Ok(())
        } else {
            Err(format!("{id}: no example of {test} begins with it"))
        };
    }
    if !test.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        let name = [format!("- name: {test}\n"), format!("- name: '{test}'\n")];
        let there = files
            .iter()
            .any(|(_, text)| name.iter().any(|name| text.contains(name)));
        return match (there, test.contains(id)) {
            (true, true) => Ok(()),
            (false, _) => Err(format!("{id}: there is no example “{test}”")),
            (true, false) => Err(format!("{id}: the example “{test}” does not carry it")),
        };
    }
    let signature = format!("fn {test}(");
    let Some((path, text)) = files.iter().find(|(path, text)| {
        path.extension().is_some_and(|kind| kind == "rs") && text.contains(&signature)
    }) else {
        return Err(format!("{id}: there is no test {test}"));
    };
    let before: Vec<&str> = text[..text.find(&signature).unwrap()]
        .lines()
        .rev()
        .collect();
    let above: Vec<&str> = before
        .into_iter()
        .take_while(|line| {
            let line = line.trim();
            line.starts_with("///")
                || line.starts_with("#[")
                || line.starts_with("//")
                || line == "async"
                || line.is_empty()
        })
        .collect();
    let is_test = above.iter().any(|line| line.contains("test"));
    let word = |line: &&str| {
        line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
            .any(|word| word.trim_end_matches('.') == id)
    };
    match (is_test, above.iter().any(word)) {
        (true, true) => Ok(()),
        (false, _) => Err(format!("{id}: {test} in {} is no test", path.display())),
        (true, false) => Err(format!("{id}: {test} does not carry it")),
    }
}

#[test]
fn every_rule_of_approvals_is_proved_by_a_test_that_carries_its_id() {
    let page = std::fs::read_to_string(root().join("docs/approvals.md")).unwrap();
    let (rules, files) = (rules(&page), files());
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for rule in &rules {
        if !seen.insert(rule.id.clone()) {
            faults.push(format!("{}: written twice", rule.id));
        }
        if rule.tests.is_empty() {
            faults.push(format!("{}: no test is named", rule.id));
        }
        faults.extend(
            rule.tests
                .iter()
                .filter_map(|test| carries(&files, test, &rule.id).err()),
        );
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(rules.len() > 30, "only {} rules were found", rules.len());
}

#[test]
fn a_rule_without_its_test_is_found() {
    let files = vec![
        (
            PathBuf::from("a.rs"),
            "/// A2.1.\n#[test]\nfn one() {}\n\n/// A2.10.\n#[test]\nfn ten() {}\nfn helper() {}\n"
                .to_owned(),
        ),
        (
            PathBuf::from("flows/b.yaml"),
            "tests:\n  - name: A3.1 甲\n".to_owned(),
        ),
    ];
    assert!(carries(&files, "one", "A2.1").is_ok());
    assert!(carries(&files, "b.yaml", "A3.1").is_ok());
    for (test, id) in [
        ("ten", "A2.1"),
        ("gone", "A2.1"),
        ("helper", "A2.1"),
        ("b.yaml", "A3.2"),
        ("c.yaml", "A3.1"),
    ] {
        assert!(carries(&files, test, id).is_err(), "{test} {id}");
    }
}
