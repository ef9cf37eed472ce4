//! One struct per section; secrets are redacted in every Debug.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use assent_runtime::app::{
    AppConfig, CONNECTIONS, Connector as AppConnector, MailConfig, RetireConfig, Secret, Smtp,
};
use assent_runtime::audit::{AuditConfig, KeyFrom};
use assent_runtime::backup::BackupConfig;
use serde::{Deserialize, Deserializer};

use crate::modules;

/// Everything.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub files: Files,
    pub mail: Mail,
    pub connectors: BTreeMap<String, Connector>,
    pub company: Company,
    pub limits: Limits,
    pub log: Log,
    pub audit: Audit,
    pub security: Security,
    pub backup: Backup,
    pub retire: Retire,
}

/// `[retire]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retire {
    pub folder: Option<PathBuf>,
    pub older_than_days: u32,
    pub every_minutes: u32,
    pub reason: String,
}

impl Default for Retire {
    fn default() -> Self {
        Self {
            folder: None,
            older_than_days: 0,
            every_minutes: 24 * 60,
            reason: "保留期满 / retention period over".to_owned(),
        }
    }
}

/// `[backup]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Backup {
    pub folder: Option<PathBuf>,
    pub every_minutes: u32,
    pub keep: u32,
    pub tools: Option<PathBuf>,
}

impl Default for Backup {
    fn default() -> Self {
        Self {
            folder: None,
            every_minutes: 24 * 60,
            keep: 14,
            tools: None,
        }
    }
}

/// `[audit]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audit {
    pub key_file: PathBuf,
    #[serde(deserialize_with = "some_secret")]
    pub key: Option<Secret>,
    pub every_minutes: u32,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            key_file: PathBuf::from("assent-audit.key"),
            key: None,
            every_minutes: 10,
        }
    }
}

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    pub base_url: Option<String>,
    pub trust_forwarded: bool,
    pub metrics: MetricsFor,
    pub drain_seconds: u64,
}

/// Who may read `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MetricsFor {
    Loopback,
    All,
    Off,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_url: None,
            trust_forwarded: false,
            metrics: MetricsFor::Loopback,
            drain_seconds: 2,
        }
    }
}

/// `[database]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    #[serde(deserialize_with = "secret")]
    pub url: Secret,
    pub connections: NonZeroU32,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: Secret("sqlite:assent.db".to_owned()),
            connections: CONNECTIONS,
        }
    }
}

/// `[files]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Files {
    pub workflows: PathBuf,
    pub scripts: PathBuf,
}

impl Default for Files {
    fn default() -> Self {
        Self {
            workflows: PathBuf::from("workflows"),
            scripts: PathBuf::from("scripts"),
        }
    }
}

/// `[mail]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    pub host: Option<String>,
    pub port: u16,
    pub security: MailSecurity,
    pub user: Option<String>,
    #[serde(deserialize_with = "some_secret")]
    pub password: Option<Secret>,
    pub from: String,
    pub eml_dir: Option<PathBuf>,
    pub mailbox_page: MailboxPage,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: None,
            port: 587,
            security: MailSecurity::Starttls,
            user: None,
            password: None,
            from: "Assent <assent@localhost>".to_owned(),
            eml_dir: None,
            mailbox_page: MailboxPage::Auto,
        }
    }
}

/// How the way to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    Starttls,
    Tls,
    None,
}

/// Whether the development mailbox has a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailboxPage {
    Auto,
    On,
    Off,
}

/// `[connectors.<name>]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connector {
    pub base: String,
    #[serde(default, deserialize_with = "some_secret")]
    pub bearer: Option<Secret>,
}

/// `[company]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Company {
    pub name: String,
}

/// `[limits]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub body_bytes: usize,
    pub upload_bytes: usize,
    pub requests_per_minute: u32,
    pub sign_ins_per_minute: u32,
    pub request_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            upload_bytes: 21 * 1024 * 1024,
            requests_per_minute: 600,
            sign_ins_per_minute: 20,
            request_seconds: 30,
        }
    }
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            level: "info".to_owned(),
        }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

/// `[security]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Security {
    pub local_host_only: bool,
    pub test_clock: bool,
}

impl Default for Security {
    fn default() -> Self {
        Self {
            local_host_only: true,
            test_clock: false,
        }
    }
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret)
}

fn some_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|text| text.map(Secret))
}

impl Config {
    /// The address people use, without a slash at the end.
    pub fn base_url(&self) -> String {
        match &self.server.base_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.server.listen),
        }
    }

    /// True when only this machine can reach the server.
    pub fn on_loopback(&self) -> bool {
        self.server.listen.ip().is_loopback()
    }

    /// True when the development mailbox has a page.
    pub fn mailbox_page(&self) -> bool {
        match self.mail.mailbox_page {
            MailboxPage::Auto => self.mail.host.is_none() && self.on_loopback(),
            MailboxPage::On => true,
            MailboxPage::Off => false,
        }
    }

    /// Where the key that signs audit roots comes from.
    pub fn audit_key(&self) -> KeyFrom {
        match &self.audit.key {
            Some(key) => KeyFrom::Given(key.clone()),
            None => KeyFrom::File(self.audit.key_file.clone()),
        }
    }

    /// What the engine is opened with.
    pub fn app(&self) -> AppConfig {
        let mut app = AppConfig::new(self.database.url.0.clone());
        app.connections = self.database.connections;
        app.modules = modules::all();
        app.scripts = self
            .files
            .scripts
            .is_dir()
            .then(|| self.files.scripts.clone());
        app.base_url = self.base_url();
        app.audit = AuditConfig {
            key: Some(self.audit_key()),
            every_minutes: self.audit.every_minutes,
        };
        app.backup = BackupConfig {
            folder: self.backup.folder.clone(),
            every_minutes: self.backup.every_minutes,
            keep: self.backup.keep,
            tools: self.backup.tools.clone(),
        };
        app.retire = RetireConfig {
            folder: self.retire.folder.clone(),
            older_than_days: self.retire.older_than_days,
            every_minutes: self.retire.every_minutes,
            reason: self.retire.reason.clone(),
        };
        app.mail = MailConfig {
            smtp: self.mail.host.as_ref().map(|host| Smtp {
                host: host.clone(),
                port: self.mail.port,
                security: match self.mail.security {
                    MailSecurity::Starttls => "starttls",
                    MailSecurity::Tls => "tls",
                    MailSecurity::None => "none",
                }
                .to_owned(),
                user: self.mail.user.clone(),
                password: self.mail.password.clone(),
            }),
            from: self.mail.from.clone(),
            eml_dir: self.mail.eml_dir.clone(),
        };
        app.connectors = self
            .connectors
            .iter()
            .map(|(name, connector)| {
                let connector = AppConnector {
                    base: connector.base.trim_end_matches('/').to_owned(),
                    bearer: connector.bearer.clone(),
                };
                (name.clone(), connector)
            })
            .collect();
        app
    }
}
