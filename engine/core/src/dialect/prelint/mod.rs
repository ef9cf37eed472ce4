//! Slips of a Chinese keyboard, found before YAML reads them "fine" with another meaning: `name：` is a text to YAML and no
//! key, `［` opens nothing, a tab indents nothing, a blank of another script separates nothing.
//!
//! Chinese texts are full of ：and ，by right. A sign is a slip only where it stands in the place of one of YAML's own: after
//! a key, between items in brackets, before a text. Each slip has a fix, and the fixed text is what is read on.

mod blanks;
mod signs;

use super::scan::{self, At};
use super::tree::{BYTES_MAX, Source};
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::Text;

/// Most slips reported for one file: a file typed in full width throughout needs no longer list.
const SLIPS_MAX: usize = 100;

/// A sign in the wrong script.
struct Slip {
    code: &'static str,
    severity: Severity,
    start: usize,
    end: usize,
    message: Text,
    /// What should stand there.
    by: String,
}

impl Slip {
    fn new(code: &'static str, start: usize, end: usize, message: Text, by: &str) -> Self {
        Self {
            code,
            severity: Severity::Error,
            start,
            end,
            message,
            by: by.to_owned(),
        }
    }

    fn warning(self) -> Self {
        Self {
            severity: Severity::Warning,
            ..self
        }
    }

    fn diagnostic(&self, source: &Source) -> Diagnostic {
        let place = source.place_of_original(self.start, self.end);
        let (zh, en) = match self.by.as_str() {
            "" => ("删除它".to_owned(), "Remove it".to_owned()),
            by if by.trim().is_empty() => ("改为空格".to_owned(), "Change to blanks".to_owned()),
            by => (
                format!("改为 {}", by.trim()),
                format!("Change to {}", by.trim()),
            ),
        };
        let message = self.message.clone();
        let mut fault = Diagnostic::error(self.code, place.clone(), message.zh, message.en);
        fault.severity = self.severity;
        fault
            .hint(zh.clone(), en.clone())
            .fix(Text::new(zh, en), place, self.by.clone())
    }
}

/// Finds slips, reports them, and repairs those that change the meaning in the working text.
pub fn prelint(source: &mut Source) -> Vec<Diagnostic> {
    if source.original().len() > BYTES_MAX {
        return vec![];
    }
    let mut slips: Vec<Slip> = Vec::new();
    let text = source.original().to_owned();
    scan::scan(&text, |at: At| {
        // The sign at the end of a slip already found (a closing quotation mark, a second bracket) is no second one.
        let covered = slips.last().is_some_and(|slip| at.at < slip.end);
        if covered || slips.len() >= SLIPS_MAX {
            return;
        }
        slips.extend(blanks::slip(&text, at).or_else(|| signs::slip(&text, at)));
    });
    let found = slips.iter().map(|slip| slip.diagnostic(source)).collect();
    let errors = slips.iter().filter(|slip| slip.severity == Severity::Error);
    for slip in errors {
        source.repair(slip.start, slip.end, &slip.by);
    }
    found
}
