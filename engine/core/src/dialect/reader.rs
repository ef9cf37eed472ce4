//! What every section reader carries along: the source, the faults found so far, and the places noted.

use crate::diagnostic::{Diagnostic, Place, Places};
use crate::text::Text;

use super::suggest;
use super::tree::{Source, Span};

/// Most faults reported for one file.
pub const DIAGNOSTICS_MAX: usize = 300;

/// A word with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// Collects faults while a file is read; reading never stops at one.
#[derive(Debug)]
pub struct Reader {
    source: Source,
    /// Faults so far, in order of discovery.
    pub diagnostics: Vec<Diagnostic>,
    /// Where each part stands.
    pub places: Places,
}

impl Reader {
    /// Starts reading a file that was parsed with these faults.
    pub fn new(source: Source, diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            places: Places::of_file(source.file()),
            source,
            diagnostics,
        }
    }

    /// The file.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// A place.
    pub fn place(&self, span: Span) -> Place {
        self.source.place(span)
    }

    /// Notes where a part stands.
    pub fn note(&mut self, path: impl Into<String>, span: Span) {
        let place = self.place(span);
        self.places.note(path, place);
    }

    /// An error at a place, not reported yet: add a hint, then [`Reader::push`] it.
    pub fn fault(
        &self,
        code: &'static str,
        span: Span,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, self.place(span), zh, en)
    }

    /// Reports a fault. The same code twice at one place says nothing new, and nobody reads a thousand.
    pub fn push(&mut self, fault: Diagnostic) {
        if self.diagnostics.len() >= DIAGNOSTICS_MAX {
            return;
        }
        let known = |old: &Diagnostic| old.code == fault.code && old.place == fault.place;
        if !self.diagnostics.iter().any(known) {
            self.diagnostics.push(fault);
        }
    }

    /// Reports an error with a hint.
    pub fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: (impl Into<String>, impl Into<String>),
        hint: (&str, &str),
    ) {
        let fault = self
            .fault(code, span, message.0, message.1)
            .hint(hint.0, hint.1);
        self.push(fault);
    }

    /// Reports a name that is not known, with the nearest known one as a fix. `what` is the kind of thing: 节点 / state.
    pub fn unknown<'k>(
        &mut self,
        code: &'static str,
        word: &Word,
        what: (&str, &str),
        known: impl IntoIterator<Item = &'k str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        let place = self.place(word.span);
        let fault = Diagnostic::error(
            code,
            place.clone(),
            format!("没有名为“{}”的{}", word.text, what.0),
            format!("There is no {} called “{}”", what.1, word.text),
        );
        let fault = match suggest::nearest(&word.text, known.iter().copied()) {
            Some(near) => with_suggestion(fault, place, near),
            None => list_known(fault, what, &known),
        };
        self.push(fault);
    }
}

/// Adds "did you mean" as hint and as fix.
pub(super) fn with_suggestion(fault: Diagnostic, place: Place, near: &str) -> Diagnostic {
    fault
        .hint(
            format!("是不是想写“{near}”？"),
            format!("Did you mean “{near}”?"),
        )
        .fix(
            Text::new(format!("改为 {near}"), format!("Change to {near}")),
            place,
            near,
        )
}

/// At most this many names are listed in a hint.
const LISTED_MAX: usize = 12;

fn list_known(fault: Diagnostic, what: (&str, &str), known: &[&str]) -> Diagnostic {
    if known.is_empty() {
        return fault.hint(
            format!("现在一个{}也没有；先定义，或检查名字", what.0),
            format!(
                "There is no {} at all yet; define it first, or check the name",
                what.1
            ),
        );
    }
    let mut names = known[..known.len().min(LISTED_MAX)].join("、");
    let mut english = known[..known.len().min(LISTED_MAX)].join(", ");
    if known.len() > LISTED_MAX {
        names.push('…');
        english.push('…');
    }
    fault.hint(format!("现有：{names}"), format!("Known: {english}"))
}
