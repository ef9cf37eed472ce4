//! One mail to one person, before anybody has thought of MIME.

use assent_core::text::Lang;
use assent_core::time::Moment;

/// One mail to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Unique for ever (the outbox row's id): makes the Message-ID, so that a mail sent twice is one mail.
    pub id: String,
    /// What it is about (the instance): mails about one case are shown as one thread.
    pub thread: Option<String>,
    /// Recipient's name.
    pub to_name: String,
    /// Recipient's address.
    pub to_address: String,
    /// The language they read.
    pub lang: Lang,
    /// When it is written.
    pub at: Moment,
    /// One line.
    pub subject: String,
    /// Plain text; an empty line separates paragraphs.
    pub text: String,
    /// The first facts, with a big one on top.
    pub facts: Vec<LetterFact>,
    /// Who asks.
    pub asked_by: Option<String>,
    /// The deadline with its zone.
    pub due: Option<String>,
    /// The way to the page.
    pub button: Option<Button>,
    /// Small print at the end.
    pub note: String,
}

/// A label and what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterFact {
    /// What people call it.
    pub label: String,
    /// The value as people read it.
    pub shown: String,
}

/// The way to the page: words and address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What it says.
    pub label: String,
    /// Absolute address below the configured base.
    pub url: String,
}

impl Letter {
    /// Its text part.
    pub fn plain(&self) -> String {
        super::text::render(self)
    }

    /// The words for "who asks" and "deadline" in the reader's language.
    pub(super) fn rows(&self) -> Vec<(&str, &str)> {
        let mut rows: Vec<(&str, &str)> = self
            .facts
            .iter()
            .map(|fact| (fact.label.as_str(), fact.shown.as_str()))
            .collect();
        if let Some(who) = &self.asked_by {
            rows.push((self.lang.pick("申请人", "Asked by"), who));
        }
        if let Some(due) = &self.due {
            rows.push((self.lang.pick("处理期限", "Due"), due));
        }
        rows
    }
}
