//! What the command line prints.

use std::io::{self, IsTerminal as _, Write as _};

use assent_core::diagnostic::{Diagnostic, render};
use assent_core::text::{Lang, Text};
use serde::Serialize;

/// Prints in the language wanted.
#[derive(Clone, Copy, Debug)]
pub struct Say {
    /// The language of what is printed.
    pub lang: Lang,
    /// Nobody chose one: faults are said in both, so that whoever reads them can act.
    both: bool,
}

impl Say {
    /// The language asked for, else that of the terminal.
    pub fn new(wanted: Option<Lang>) -> Self {
        let of_terminal = || {
            let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
                .iter()
                .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
            match set.as_deref() {
                Some(value) if value.starts_with("zh") => Some(Lang::Zh),
                Some(value) if value.starts_with("en") => Some(Lang::En),
                Some(_) | None => None,
            }
        };
        let lang = wanted.or_else(of_terminal);
        Self {
            lang: lang.unwrap_or_default(),
            both: lang.is_none(),
        }
    }

    /// A line on the standard output. A reader that has gone away is no fault.
    pub fn line(self, text: impl AsRef<str>) {
        let _ = writeln!(io::stdout().lock(), "{}", text.as_ref());
    }

    /// A line in the reader's language.
    pub fn words(self, zh: impl AsRef<str>, en: impl AsRef<str>) {
        self.line(self.lang.pick(zh.as_ref(), en.as_ref()));
    }

    /// A text in the reader's language.
    pub fn text(self, text: &Text) {
        self.line(text.get(self.lang));
    }

    /// Diagnostics with the lines they are about.
    pub fn diagnostics(self, found: &[Diagnostic], source: &str) {
        if !found.is_empty() {
            let colour = io::stdout().is_terminal();
            self.line(render(found, source, self.lang, colour).trim_end());
        }
    }

    /// JSON, indented.
    pub fn json(self, value: &impl Serialize) {
        self.line(serde_json::to_string_pretty(value).unwrap_or_default());
    }

    /// A fault on the standard error.
    pub fn fault(self, text: &Text) {
        let words = if self.both && text.zh != text.en {
            format!("{} / {}", text.zh, text.en)
        } else {
            text.get(self.lang).to_owned()
        };
        let _ = writeln!(io::stderr().lock(), "assent: {words}");
    }
}
