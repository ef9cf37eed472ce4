//! The configuration: one file (`assent.toml`) plus environment variables (`ASSENT_…`), unknown keys refused.
//!
//! Every key is in [`KEYS`] with what it means; `docs/configuration.md` is checked against that list by a test.

mod keys;
mod load;
mod sections;
mod show;

pub use keys::{KEYS, Key};
pub use load::{ConfigFault, load};
pub use sections::{
    Company, Config, Connector, Database, Files, Limits, Log, LogFormat, Mail, MailSecurity,
    MailboxPage, MetricsFor, Security, Server,
};
pub use show::shown;
