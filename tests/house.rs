//! The arrows between the crates, read from manifests and sources: a crate touches what it may and nothing else.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "rules.rs"]
mod rules;

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The names under `[dependencies]` (development ones do not count).
fn dependencies(folder: &str) -> Vec<String> {
    let manifest = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    let section = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let name = |line: &str| {
        line.split(['.', ' ', '='])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    section
        .lines()
        .map(name)
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .collect()
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                found.push((path.clone(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "no sources in {folder}");
    found
}

/// Code without comments and without what stands after `#[cfg(test)]`.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

fn never(folder: &str, words: &[&str]) {
    let mut found = Vec::new();
    for (path, text) in sources(folder) {
        if path.file_name().is_some_and(|name| name == "tests.rs")
            || path.components().any(|part| part.as_os_str() == "tests")
        {
            continue;
        }
        let code = code(&text);
        found.extend(
            words
                .iter()
                .filter(|word| code.contains(**word))
                .map(|word| format!("{}: {word}", path.display())),
        );
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

fn depends_on_none_of(folder: &str, names: &[&str]) {
    let found: Vec<String> = dependencies(folder)
        .into_iter()
        .filter(|known| names.contains(&known.as_str()))
        .collect();
    assert!(found.is_empty(), "{folder} must not depend on {found:?}");
}

#[test]
fn core_touches_nothing_but_its_arguments() {
    let outside = [
        "tokio",
        "sqlx",
        "axum",
        "lettre",
        "reqwest",
        "assent-store",
        "assent-runtime",
        "getrandom",
        "uuid",
        "tracing",
    ];
    depends_on_none_of("engine/core", &outside);
    let impure = [
        "std::fs",
        "std::env",
        "std::net",
        "std::thread",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "Mutex",
        "RwLock",
        "async fn",
    ];
    never("engine/core/src", &impure);
}

#[test]
fn store_touches_the_database_alone() {
    depends_on_none_of(
        "engine/store",
        &[
            "axum",
            "lettre",
            "reqwest",
            "rhai",
            "assent-runtime",
            "assent",
        ],
    );
    never(
        "engine/store/src",
        &[
            "SystemTime",
            "Timestamp::now",
            "Uuid::now",
            "Uuid::new",
            "assent_runtime",
            "StateKind",
            "turn(",
        ],
    );
}

#[test]
fn runtime_knows_no_web_page() {
    depends_on_none_of(
        "engine/runtime",
        &["axum", "tower-http", "utoipa", "assent"],
    );
    never(
        "engine/runtime/src",
        &["axum::", "assent_shipment", "assent_org"],
    );
}

#[test]
fn server_asks_the_app_and_nothing_below_it() {
    depends_on_none_of(
        "engine/server",
        &["sqlx", "assent-store", "libsqlite3-sys", "lettre"],
    );
    never(
        "engine/server/src",
        &["sqlx", "assent_store", "turn::turn("],
    );
}

#[test]
fn modules_depend_on_core_alone_and_stand_in_one_file() {
    let modules: Vec<String> = std::fs::read_dir(root().join("modules"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert!(modules.len() >= 2, "{modules:?}");
    for module in &modules {
        let folder = format!("modules/{module}");
        let plain = [
            "assent-core",
            "serde",
            "serde_json",
            "csv",
            "rust_decimal",
            "jiff",
        ];
        let others: Vec<String> = dependencies(&folder)
            .into_iter()
            .filter(|name| !plain.contains(&name.as_str()))
            .collect();
        assert!(others.is_empty(), "{folder} depends on {others:?}");
        never(
            &format!("{folder}/src"),
            &[
                "std::fs",
                "std::env",
                "std::net",
                "std::thread",
                "SystemTime",
            ],
        );
        let crate_name = format!("assent_{module}");
        for (path, text) in sources("engine") {
            let named = code(&text).contains(&crate_name);
            let test = path.ends_with("tests.rs")
                || path.components().any(|part| part.as_os_str() == "tests");
            let home = path.ends_with("engine/server/src/modules.rs") || test;
            assert!(
                !named || home,
                "{} names {crate_name}; modules stand in engine/server/src/modules.rs",
                path.display()
            );
        }
    }
}

#[test]
fn no_bare_allow_and_no_unsafe() {
    for folder in ["engine", "modules"] {
        for (path, text) in sources(folder) {
            let code = text
                .lines()
                .map(|line| line.split("//").next().unwrap_or_default())
                .collect::<Vec<_>>()
                .join("\n");
            assert!(
                !code.contains("#[allow(") && !code.contains("#![allow("),
                "{}: use #[expect(.., reason)]",
                path.display()
            );
            assert!(!code.contains("unsafe {"), "{}: unsafe", path.display());
        }
    }
}
