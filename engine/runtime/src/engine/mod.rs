//! What stands between the facade and the core: definitions by version, what a turn may read, load → decide → commit.

mod definitions;
mod lookup;
mod message;
mod needs;
mod recent;
mod refold;
mod turning;

pub(crate) use definitions::{Definitions, Known};
pub(crate) use lookup::{Preloaded, attached, references};
pub(crate) use message::{MoreToSay, answer_of};
pub(crate) use needs::number_series;
pub(crate) use recent::Recent;
pub(crate) use refold::{folded, is_current, says_no_less, unmarked, untouched};
pub(crate) use turning::{Around, Turned, asked_fields, given, stored_case, stored_instance};
