//! From facts to what people read: pure functions over a definition, a case and the directory, in both languages.

mod fact;
mod form;
mod shown;
mod status;
mod timeline;
mod timeline_words;
mod when;

pub(crate) use fact::{changed_facts, facts, hidden_everywhere};
pub(crate) use form::{form, form_field};
pub(crate) use shown::{Names, api_value, kind_word, shown};
pub(crate) use status::{outcome_words, status_words, task_end_words};
pub(crate) use timeline::timeline;
pub(crate) use when::{due, when};
