//! From facts to what people read: pure functions over a definition, a case and the directory, in both languages.

mod consequence;
mod diagram;
mod expected;
mod fact;
mod form;
mod hidden;
mod offers;
mod opinions;
mod overruling;
mod shown;
mod standing;
mod status;
mod timeline;
mod timeline_people;
mod timeline_words;
mod when;

pub(crate) use diagram::diagram;
pub(crate) use expected::expected;
pub(crate) use fact::{changed_facts, facts};
pub(crate) use form::form;
pub(crate) use hidden::hidden_from;
pub(crate) use offers::offer_views;
pub(crate) use opinions::{asked, opinions};
pub(crate) use shown::Names;
pub(crate) use standing::{deadline, role, standing};
pub(crate) use status::{people_words, status_of, status_words, task_end_words};
pub(crate) use timeline::timeline;
pub(crate) use when::{due, when};
