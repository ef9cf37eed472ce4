//! What templates show: finished words in one language. Made from the runtime's views, which carry both.

pub mod asks;
pub mod batch;
pub mod field;
pub mod inbox;
pub mod instance;
pub mod migration;
pub mod part;
pub mod picture;
pub mod print;
pub mod qr;
pub mod sheet;
pub mod task;
pub mod trail;
pub mod why;

pub use field::FieldModel;
pub use part::{Amount, Choice, Deadline, Empty, Face, FactModel, Note, Row, Tag};
