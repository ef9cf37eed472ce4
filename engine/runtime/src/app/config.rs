//! What an [`App`](super::App) is opened with. The server reads it from its one configuration file.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;

use assent_core::module::Modules;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::clock::Clock;

/// What an app is opened with.
#[derive(Clone)]
pub struct AppConfig {
    /// `sqlite:assent.db`, `postgres://…`.
    pub database: String,
    /// Most connections it reads with, and on PostgreSQL as many it writes with.
    pub connections: NonZeroU32,
    /// The modules that are on.
    pub modules: Modules,
    /// Rhai scripts and their declarations (`*.rhai` + `*.yaml`).
    pub scripts: Option<PathBuf>,
    /// Address of the server as people reach it, without a slash at the end: mails link to it, never to a request's Host.
    pub base_url: String,
    /// How mails leave.
    pub mail: MailConfig,
    /// Other systems by name (`erp`), which module effects call.
    pub connectors: BTreeMap<String, Connector>,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Signed roots over all events.
    pub audit: crate::audit::AuditConfig,
    /// Backups that are made by themselves.
    pub backup: crate::backup::BackupConfig,
    /// Instances that are retired by themselves.
    pub retire: super::retire::RetireConfig,
    /// Start timers, outbox workers and the reconciler. The command line's one-off verbs do without.
    pub workers: bool,
}

/// Connections unless something else is configured.
pub const CONNECTIONS: NonZeroU32 = NonZeroU32::new(8).unwrap();

impl AppConfig {
    /// The defaults of development: mails to the mailbox, the machine's clock, workers on.
    pub fn new(database: impl Into<String>) -> Self {
        Self {
            database: database.into(),
            connections: CONNECTIONS,
            modules: Vec::new(),
            scripts: None,
            base_url: "http://127.0.0.1:8080".to_owned(),
            mail: MailConfig::default(),
            connectors: BTreeMap::new(),
            clock: Clock::System,
            audit: crate::audit::AuditConfig::default(),
            backup: crate::backup::BackupConfig::default(),
            retire: super::retire::RetireConfig::default(),
            workers: true,
        }
    }
}

/// How mails leave.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// The mail server; none: mails go to the development mailbox.
    pub smtp: Option<Smtp>,
    /// Sender: `Assent <approvals@example.com>`.
    pub from: String,
    /// Development mailbox: also written here as `.eml` files.
    pub eml_dir: Option<PathBuf>,
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            smtp: None,
            from: "Assent <assent@localhost>".to_owned(),
            eml_dir: None,
        }
    }
}

/// A mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// Host name or address.
    pub host: String,
    /// Port: 587 with STARTTLS, 465 with TLS.
    pub port: u16,
    /// `starttls` (default), `tls`, or `none` (loopback only).
    pub security: String,
    /// Account, when the server asks for one.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
}

/// Another system's address and key.
#[derive(Clone, Debug)]
pub struct Connector {
    /// Base address, without a slash at the end.
    pub base: String,
    /// Sent as `Authorization: Bearer …`.
    pub bearer: Option<Secret>,
}

impl Connector {
    /// A text without what this connector must keep to itself.
    pub(crate) fn without_secrets(&self, text: &str) -> String {
        let in_base = self
            .base
            .split_once("://")
            .and_then(|(_, rest)| rest.rsplit_once('@'))
            .and_then(|(person, _)| person.split_once(':'))
            .map(|(_, password)| Secret(password.to_owned()));
        let secrets = self.bearer.iter().chain(&in_base);
        secrets.fold(text.to_owned(), |text, secret| secret.taken_out_of(&text))
    }
}

/// A text that no log, error or Debug shows.
#[derive(Clone)]
pub struct Secret(pub String);

impl Secret {
    /// A text with this secret, as it is and as base64, taken out of it.
    pub(crate) fn taken_out_of(&self, text: &str) -> String {
        if self.0.is_empty() {
            return text.to_owned();
        }
        let packed = STANDARD.encode(&self.0);
        let hidden = text.replace(&self.0, "(secret)");
        hidden.replace(packed.trim_end_matches('='), "(secret)")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}
