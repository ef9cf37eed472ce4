//! The picture of a flow: the same one in editor, mail, print and instance page.
//!
//! Drawn from what is executed, laid out by the flow's own structure (recursive boxes, no graph solver), so it is the same
//! picture every time and the shape of the YAML can be seen in it:
//!
//! * a list of states is a column, top to bottom; an arrow joins two where one leads to the next;
//! * a parallel state is a frame with a column per branch, a choice a frame with a column per way; columns that would be
//!   too narrow to read are stacked instead, so that nothing is ever wider than asked (360 px: a phone);
//! * every other way out of a state (`go:`, a rejection, an action, a timeout) is a row in its box that names the target, and a line
//!   to it in the margin: up on the left, down on the right.
//!
//! [`svg`] paints it, [`mermaid`] writes it for other tools, [`lines`] says it as a list for screen readers and phones.

mod arrange;
mod icon;
mod ladder;
mod lanes;
mod layout;
mod list;
mod measure;
mod mermaid;
mod paint;
mod places;
mod plan;
mod progress;
mod words;

pub(crate) use ladder::rung as said_rung;
pub use list::{DiagramLine, lines};
pub use mermaid::mermaid;
pub use paint::{CSS, svg};
pub use progress::{DiagramProgress, StateStatus};
pub use words::when as said_when;
pub(crate) use words::{condition as said_condition, kind as said_kind, outcome as said_outcome};

use crate::people::{Ids, Names};
use crate::text::Lang;

/// How a diagram is drawn.
#[derive(Clone, Copy)]
pub struct DiagramOptions<'a> {
    /// The language of names and words.
    pub lang: Lang,
    /// Width in pixels; 360 fits a phone.
    pub width: i32,
    /// Put the stylesheet into the picture. Leave it out where the page carries [`CSS`] (a strict content security policy
    /// allows no inline styles); without any it is drawn in its plain light colours.
    pub embed_style: bool,
    /// What roles, people and units are called.
    pub names: &'a dyn Names,
    /// Where the instance stands; none draws the flow alone.
    pub progress: Option<&'a DiagramProgress>,
}

impl DiagramOptions<'_> {
    /// The plain picture for a phone, by itself.
    pub fn new(lang: Lang) -> Self {
        Self {
            lang,
            width: WIDTH_PX,
            embed_style: true,
            names: &Ids,
            progress: None,
        }
    }
}

/// The width of a phone.
pub const WIDTH_PX: i32 = 360;
/// Narrower is not drawn.
pub(crate) const WIDTH_MIN_PX: i32 = 280;
/// Wider is not drawn.
pub(crate) const WIDTH_MAX_PX: i32 = 2_000;

#[cfg(test)]
mod example;
#[cfg(test)]
mod tests;
