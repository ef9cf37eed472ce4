//! Diagnostics: every fault of a file, with its place, its cause and what to do, in Chinese and in English.

mod places;
mod render;

use serde::Serialize;

use crate::text::Text;

pub use places::Places;
pub use render::{render, summary};

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable code in kebab-case (`unknown-key`); each has a section in docs/diagnostics.md.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// The cause, one sentence; never a word of Rust.
    pub message: Text,
    /// What to do.
    pub hint: Option<Text>,
    /// Edits an editor can apply.
    pub fixes: Vec<Fix>,
    /// Other places that belong to it (the first of two duplicate keys).
    pub also: Vec<(Place, Text)>,
}

impl Diagnostic {
    /// A fault that keeps the flow from being published.
    pub fn error(
        code: &'static str,
        place: Place,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity: Severity::Error,
            place,
            message: Text::new(zh, en),
            hint: None,
            fixes: vec![],
            also: vec![],
        }
    }

    /// Something that works, but probably not as meant.
    pub fn warning(
        code: &'static str,
        place: Place,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, place, zh, en)
        }
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.hint = Some(Text::new(zh, en));
        self
    }

    /// The same, with an edit an editor can apply.
    #[must_use]
    pub fn fix(mut self, title: Text, place: Place, replacement: impl Into<String>) -> Self {
        self.fixes.push(Fix {
            title,
            place,
            replacement: replacement.into(),
        });
        self
    }

    /// The same, pointing at a second place.
    #[must_use]
    pub fn also(mut self, place: Place, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.also.push((place, Text::new(zh, en)));
        self
    }

    /// True when it keeps the flow from being published.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing is published.
    Error,
    /// It works, but probably not as meant.
    Warning,
}

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// File as the author named it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Length in characters.
    pub length: u32,
    /// The same as byte offsets into the file.
    #[serde(skip)]
    pub span: (usize, usize),
}

impl Place {
    /// A whole line of a file's text, without what it is indented by. The file's end for a line that is not there.
    pub fn of_line(file: &str, text: &str, line: u32) -> Self {
        let at = usize::try_from(line.max(1) - 1).unwrap_or(usize::MAX);
        let mut lines = text.split_inclusive('\n');
        let begins: usize = lines.by_ref().take(at).map(str::len).sum();
        let whole = lines.next().unwrap_or_default().trim_end();
        let words = whole.trim_start();
        let indent = whole.len() - words.len();
        let chars = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        Self {
            file: file.to_owned(),
            line,
            column: chars(&whole[..indent]) + 1,
            length: chars(words),
            span: (begins + indent, begins + whole.len()),
        }
    }
}

/// An edit: replace that place by this text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What the button says.
    pub title: Text,
    /// Where.
    pub place: Place,
    /// By what.
    pub replacement: String,
}
