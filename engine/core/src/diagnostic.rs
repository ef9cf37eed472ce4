//! Diagnostics: every fault of a file, with its place, its cause and what to do, in Chinese and in English.

use serde::Serialize;

use crate::text::Text;

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
