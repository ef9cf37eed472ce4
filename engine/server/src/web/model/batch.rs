//! Approving several together: what is chosen, what it sums up to, what became of each.

use assent_core::text::Lang;
use assent_runtime::app::{Fact, InboxItem};
use serde::Serialize;

use super::part::{Amount, Empty, Tag};
use super::sheet::Hidden;
use crate::web::words;

/// Beyond this many their number is typed, so that nobody approves a hundred by habit.
pub const TYPED_OVER: usize = 10;

/// The page in its three steps: choosing, confirming, what became of each.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BatchModel {
    pub heading: String,
    pub intro: String,
    pub choosing: bool,
    pub confirming: bool,
    pub rows: Vec<BatchRow>,
    pub hidden: Vec<Hidden>,
    pub sum: Option<Amount>,
    /// Their number is to be typed.
    pub count: usize,
    pub error: String,
    pub go: String,
    pub done: bool,
    /// Nothing can go together: said in place of the list.
    pub empty: Option<Empty>,
}

/// One of them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BatchRow {
    /// Instance, task, round and facts: what was seen is what is approved.
    pub value: String,
    pub href: String,
    pub title: String,
    pub who: String,
    pub amount: Option<Amount>,
    pub on: bool,
    pub tag: Option<Tag>,
    pub said: String,
}

impl BatchRow {
    /// Of an item of the inbox.
    pub fn of(item: &InboxItem, lang: Lang) -> Self {
        let task = item.task.unwrap_or_default();
        Self {
            value: format!(
                "{}:{task}:{}:{}",
                item.instance, item.round, item.facts_hash
            ),
            href: format!("/tasks/{}/{task}", item.instance),
            title: item.title.clone(),
            who: item.applicant.name.clone(),
            amount: item.facts.iter().find_map(|fact| Amount::of(fact, lang)),
            ..Self::default()
        }
    }

    /// The same with what became of it.
    #[must_use]
    pub fn ended(mut self, went: bool, said: &str, lang: Lang) -> Self {
        let (tone, icon, key) = if went {
            ("ok", "circle-check", "batch.went")
        } else {
            ("no", "circle-x", "batch.did_not")
        };
        self.tag = Some(Tag {
            tone,
            icon,
            text: words::word(lang, key).to_owned(),
        });
        said.clone_into(&mut self.said);
        self
    }
}

/// The sum in words.
pub fn sum(fact: Option<&Fact>, lang: Lang) -> Option<Amount> {
    Amount::of(fact?, lang)
}
