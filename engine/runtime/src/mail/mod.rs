//! Mails: what they say ([`Letter`]), how they look (text and HTML), how they leave ([`Carrier`]).
//!
//! A letter is plain data, so tests compare letters and whole messages without a server. User text never reaches a header
//! or HTML unescaped, and no mail decides anything: its button opens a page.

mod carrier;
mod clean;
mod code;
mod compose;
mod html;
mod letter;
mod message;
mod parts;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub use carrier::{Carrier, Sent, Undelivered};
pub use clean::{display_name, one_line};
pub(crate) use code::code_letter;
pub(crate) use compose::{NotSent, Queued, Source, check, compose};
pub use letter::{Button, Letter, LetterFact};
pub use message::{Sender, to_message};
pub(crate) use parts::parts_of;
