//! The sample company: plain data that `assent demo` fills an empty database with, so that a newcomer finds people to be,
//! cases in every state of its flows, and an ERP that answers.
//!
//! Nothing here runs by itself: the sheets go through the same import as any company's, the cases through the same commands
//! as anybody's.

pub mod cases;
pub mod company;
pub mod customers;
pub mod erp;
pub mod records;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
