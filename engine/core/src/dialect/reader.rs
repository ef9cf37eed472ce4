//! What every section reader carries along: the source, the faults found so far, and the places noted.

use crate::diagnostic::{Diagnostic, Place, Places};
use crate::text::Text;

use super::suggest;
use super::tree::{Node, Source, Span};

/// Most faults reported for one file.
pub const DIAGNOSTICS_MAX: usize = 300;

/// How deep below a section or state places are noted, and how many of one list: `then.0.if_fails.tell` is four deep.
const NOTED_DEPTH: usize = 5;
const NOTED_ITEMS: usize = 200;

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

    /// Notes a part and everything below it: keys by name, items by number. A value is pointed at itself, a group of
    /// values by its key.
    pub fn note_tree(&mut self, path: &str, span: Span, node: &Node) {
        self.note_below(path, span, node, NOTED_DEPTH);
    }

    fn note_below(&mut self, path: &str, span: Span, node: &Node, depth: usize) {
        self.note(path, span);
        if depth == 0 {
            return;
        }
        for (key, value) in node.entries().unwrap_or_default().iter().take(NOTED_ITEMS) {
            let span = match value.scalar() {
                Some(_) => value.span,
                None => key.span,
            };
            self.note_below(&format!("{path}.{}", key.text), span, value, depth - 1);
        }
        for (number, item) in node
            .items()
            .unwrap_or_default()
            .iter()
            .take(NOTED_ITEMS)
            .enumerate()
        {
            self.note_below(&format!("{path}.{number}"), item.span, item, depth - 1);
        }
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

    /// Reports a fault. The same sentence twice at one place says nothing new, and nobody reads a thousand.
    pub fn push(&mut self, fault: Diagnostic) {
        if self.diagnostics.len() >= DIAGNOSTICS_MAX {
            return;
        }
        let known = |old: &Diagnostic| old.place == fault.place && old.message == fault.message;
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
