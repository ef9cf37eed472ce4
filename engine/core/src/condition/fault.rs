//! What is wrong with a condition: place, cause and cure, in Chinese and in English.

use crate::text::Text;

/// Bytes of the condition's text, half open.
pub type Span = (usize, usize);

/// One fault of a condition. The caller knows where in the file the condition stands and adds that offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionFault {
    /// Stable code in kebab-case (`condition-unknown-name`).
    pub code: &'static str,
    /// Where, in bytes of the condition's text.
    pub span: Span,
    /// The cause, one sentence.
    pub message: Text,
    /// What to do.
    pub hint: Option<Text>,
    /// Edits an editor can apply.
    pub fixes: Vec<ConditionFix>,
}

/// An edit: replace these bytes of the condition by this text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionFix {
    /// What the button says.
    pub title: Text,
    /// Where, in bytes of the condition's text.
    pub span: Span,
    /// By what.
    pub replacement: String,
}

impl ConditionFault {
    /// A fault with its sentence.
    pub fn new(
        code: &'static str,
        span: Span,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            code,
            span,
            message: Text::new(zh, en),
            hint: None,
            fixes: vec![],
        }
    }

    /// The same, with what to do.
    #[must_use]
    pub fn hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.hint = Some(Text::new(zh, en));
        self
    }

    /// The same, with an edit of the place at fault; its hint becomes "write … instead" unless it has one.
    #[must_use]
    pub fn fix(self, replacement: impl Into<String>) -> Self {
        let span = self.span;
        self.fix_at(span, replacement)
    }

    /// The same, with an edit of another place.
    #[must_use]
    pub fn fix_at(mut self, span: Span, replacement: impl Into<String>) -> Self {
        let replacement = replacement.into();
        let shown = replacement.trim();
        let title = if shown.is_empty() {
            Text::new("删除", "Remove it")
        } else {
            Text::new(format!("改为 {shown}"), format!("Write {shown}"))
        };
        if self.hint.is_none() {
            self.hint = Some(if shown.is_empty() {
                Text::new("请删除。", "Remove it.")
            } else {
                Text::new(
                    format!("请改为 `{shown}`。"),
                    format!("Write `{shown}` instead."),
                )
            });
        }
        self.fixes.push(ConditionFix {
            title,
            span,
            replacement,
        });
        self
    }
}

/// The known word nearest to a misspelt one, when it is near enough to be meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer words are not compared: the distance is quadratic and nobody misspells so long a name.
    const WORD_CHARS_MAX: usize = 80;
    let length = word.chars().count();
    if length > WORD_CHARS_MAX {
        return None;
    }
    let near = (length / 3).max(1);
    known
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= near)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= near)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
