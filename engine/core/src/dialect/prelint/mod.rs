//! Slips of a Chinese keyboard, found before YAML reads them "fine" with another meaning.
use super::tree::Source;
use crate::diagnostic::Diagnostic;

/// Finds slips.
pub fn prelint(_source: &mut Source) -> Vec<Diagnostic> {
    vec![]
}
