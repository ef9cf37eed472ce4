//! The audit: roots over all events made and signed from time to time, exports of the whole trail, and its verification,
//! beside a running server or on an export. What is hashed and how stands in `assent_core::audit`.

mod bundle;
mod check;
mod export;
mod finding;
mod key;
mod lines;
mod merkle;
mod printed;
mod rebuild;
mod sealing;
mod tombstone;

pub(crate) use bundle::Bundler;
pub use check::Expectation;
pub use export::{Exported, export, roots_of, verify_database, verify_export};
pub use finding::{Finding, Report};
pub use key::{KeyFrom, KeyRing, verifies};
pub use lines::{BUNDLE, FORMAT, Line, bundle_text};
pub use printed::{Printed, Proven, RootProof};
pub(crate) use sealing::{Sealer, run};
pub use tombstone::{Gone, Tombstone};

/// How the audit of an app is set up.
#[derive(Clone, Debug, Default)]
pub struct AuditConfig {
    /// The key that signs roots; none: no roots are made.
    pub key: Option<KeyFrom>,
    /// Time between two roots, in minutes; 0: only when asked for.
    pub every_minutes: u32,
}
