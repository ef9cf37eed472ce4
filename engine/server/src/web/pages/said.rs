//! A page that says one thing, and offers the next useful button.

use assent_core::text::Lang;
use serde::Serialize;

use crate::web::words;

/// What is said.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Said {
    pub mark: &'static str,
    pub heading: String,
    pub lines: Vec<String>,
    pub facts: Vec<SaidFact>,
    pub buttons: Vec<Button>,
    /// Request id, to quote.
    pub reference: String,
}

/// A line of facts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SaidFact {
    pub label: String,
    pub text: String,
}

/// A button: a link, or a post.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Button {
    pub href: String,
    pub label: String,
    pub icon: &'static str,
    pub tone: &'static str,
    pub post: bool,
    pub hidden: Vec<HiddenField>,
}

/// A hidden input of a posting button.
#[derive(Clone, Debug, Default, Serialize)]
pub struct HiddenField {
    pub name: &'static str,
    pub value: String,
}

impl Button {
    /// A link.
    pub fn link(lang: Lang, href: &str, key: &str, icon: &'static str, tone: &'static str) -> Self {
        Self {
            href: href.to_owned(),
            label: words::word(lang, key).to_owned(),
            icon,
            tone,
            ..Self::default()
        }
    }

    /// A post.
    pub fn post(lang: Lang, href: &str, key: &str, icon: &'static str) -> Self {
        Self {
            post: true,
            ..Self::link(lang, href, key, icon, "")
        }
    }

    /// The same with a value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.hidden.push(HiddenField {
            name,
            value: value.to_owned(),
        });
        self
    }
}
