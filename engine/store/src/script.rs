//! Several statements as one call of the database.
//!
//! SQLite takes them as one prepared text with a parameter for each. PostgreSQL takes several statements in one message only
//! without parameters: there each is prepared once a connection under a name made of its text, and the message executes them
//! with their parameters as dollar-quoted literals. This is the one place where a value stands in a statement; the quote is
//! one that the value does not hold, so nothing in it can end it, whatever the server's settings are.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::dialect::{BEGIN, Dialect};

/// Statements, each with one parameter `$1`, behind a BEGIN.
pub(crate) struct Script {
    /// All of them for SQLite: the n-th takes `$n`.
    joined: SqlStr,
    parts: Vec<Part>,
}

struct Part {
    /// What PostgreSQL knows it by.
    name: String,
    text: String,
}

impl Script {
    /// From texts of this dialect.
    pub(crate) fn new(dialect: Dialect, texts: impl Iterator<Item = String>) -> Self {
        let mut joined = BEGIN.text(dialect).as_str().to_owned();
        let mut parts = vec![];
        for (at, text) in texts.enumerate() {
            let _ = write!(joined, ";\n{}", text.replace("$1", &format!("${}", at + 1)));
            let digest = Sha256::digest(&text);
            let mut name = "assent_".to_owned();
            for byte in digest.iter().take(10) {
                let _ = write!(name, "{byte:02x}");
            }
            parts.push(Part { name, text });
        }
        Self {
            joined: AssertSqlSafe(joined).into_sql_str(),
            parts,
        }
    }

    pub(crate) fn joined(&self) -> SqlStr {
        self.joined.clone()
    }

    /// What prepares each statement on a connection.
    pub(crate) fn prepares(&self) -> impl Iterator<Item = SqlStr> {
        self.parts.iter().map(|part| {
            let Part { name, text } = part;
            AssertSqlSafe(format!("prepare {name} (text) as {text}")).into_sql_str()
        })
    }

    /// BEGIN, then every statement that has rows.
    pub(crate) fn executing(&self, rows: &[Option<String>]) -> SqlStr {
        let bytes: usize = rows.iter().flatten().map(|rows| rows.len() + 60).sum();
        let mut text = String::with_capacity(bytes + 100);
        text.push_str(BEGIN.text(Dialect::Postgres).as_str());
        for (part, rows) in self.parts.iter().zip(rows) {
            if let Some(rows) = rows {
                let quote = quote_for(rows);
                let _ = write!(text, "; execute {}({quote}{rows}{quote})", part.name);
            }
        }
        AssertSqlSafe(text).into_sql_str()
    }
}

/// A dollar quote that the text does not hold.
fn quote_for(text: &str) -> String {
    let mut number = 0_u32;
    loop {
        let quote = format!("$a{number}$");
        if !text.contains(&quote) {
            return quote;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_ends_its_quote() {
        for (value, quote) in [
            (r#"["plain"]"#, "$a0$"),
            (r#"["$a0$); drop table events; --"]"#, "$a1$"),
            (r#"["$a1$ $a0$ $a2$", "'"]"#, "$a3$"),
        ] {
            assert_eq!(quote_for(value), quote);
        }
    }

    #[test]
    fn a_value_that_ends_in_a_dollar_does_not_grow_the_quote() {
        let texts = || ["insert into a select $1".to_owned()].into_iter();
        let script = Script::new(Dialect::Postgres, texts());
        let text = script.executing(&[Some(r#"["a$a0"]"#.to_owned())]);
        // JSON ends with a bracket: what stands before the closing quote is never part of it.
        assert!(text.as_str().ends_with(r#"($a0$["a$a0"]$a0$)"#));
    }

    #[test]
    fn each_statement_has_its_own_parameter_and_name() {
        let texts = || ["a $1".to_owned(), "b $1".to_owned()].into_iter();
        let script = Script::new(Dialect::Sqlite, texts());
        assert_eq!(script.joined().as_str(), "begin immediate;\na $1;\nb $2");
        let names: Vec<_> = script.parts.iter().map(|part| &part.name).collect();
        assert!(names[0] != names[1] && names[0].len() == 27);
        let some = script.executing(&[None, Some("[]".to_owned())]);
        assert!(!some.as_str().contains(names[0]) && some.as_str().contains(names[1]));
    }
}
