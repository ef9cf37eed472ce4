//! Statements are constants. Only `entity_sql` builds any, from names it has validated, and `script` puts several into one call.
//! None needs what CockroachDB, YugabyteDB
//! or Citus lack.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// What may stand only in `entity_sql.rs`: making a statement from a text that is not a constant.
const BUILDING: &[&str] = &["AssertSqlSafe", "Sql::Made(", "QueryBuilder"];
/// Words a portable statement does not contain: the database's own clock, numbers, chance, messages and locks.
const FORBIDDEN: &[&str] = &[
    "now()",
    "current_timestamp",
    "random()",
    "gen_random_uuid",
    " serial ",
    "bigserial",
    "autoincrement",
    "listen ",
    "notify ",
    "pg_advisory",
    "create trigger",
    "create function",
    "create procedure",
    // Not in CockroachDB, or not in YugabyteDB, or not on a table that Citus spreads.
    "lock table",
    "create temp",
    "exclude using",
    "declare cursor",
    "for key share",
    "create rule",
    "inherits",
    "xmin",
    "ctid",
    " returning *",
    "generated always",
    "create extension",
    "savepoint",
    "prepare transaction",
];

#[test]
fn statements_are_constants() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![];
    sources(&root.join("src"), &mut files);
    assert!(files.len() > 20);
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        for word in BUILDING {
            let allowed = name == "entity_sql.rs"
                || (name == "dialect.rs" && *word == "Sql::Made(")
                || (name == "script.rs" && *word == "AssertSqlSafe");
            assert!(
                allowed || !text.contains(word),
                "{name} builds a statement: {word}"
            );
        }
        // A stopwatch is no clock.
        let words = text.to_lowercase().replace("instant::now()", "");
        for word in FORBIDDEN {
            assert!(!words.contains(word), "{name} contains {word:?}");
        }
    }
    for migration in std::fs::read_dir(root.join("migrations")).unwrap() {
        let text = std::fs::read_to_string(migration.unwrap().path())
            .unwrap()
            .to_lowercase();
        for word in FORBIDDEN {
            assert!(!text.contains(word), "a migration contains {word:?}");
        }
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with("--"))
        {
            let mut words = line.split_whitespace();
            let kind = words.nth(1).unwrap_or_default();
            let fine = !line.starts_with("    ")
                || line.trim_start().starts_with("primary key")
                || ["text", "bigint", "blob", "text,", "bigint,"].contains(&kind);
            assert!(fine, "a column of another type: {line}");
        }
    }
}
