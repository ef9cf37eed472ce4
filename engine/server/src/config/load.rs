//! Reading the file and the environment.

use std::path::{Path, PathBuf};

use assent_core::text::Text;
use toml::{Table, Value};

use super::keys;
use super::sections::{Config, MailSecurity};

/// Why the configuration cannot be used: one sentence, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault(pub Text);

impl ConfigFault {
    fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self(Text::new(zh, en))
    }
}

/// Reads the file (`assent.toml` when it is there and none is named) and lays the environment over it.
///
/// # Errors
/// Unknown keys, wrong types, unsafe combinations.
pub fn load(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Config, ConfigFault> {
    let environment: Vec<(String, String)> = environment
        .filter(|(name, _)| name.starts_with("ASSENT_"))
        .collect();
    let named = environment
        .iter()
        .find(|(name, _)| name == "ASSENT_CONFIG")
        .map(|(_, path)| PathBuf::from(path));
    let mut table = match file.map(Path::to_path_buf).or(named) {
        Some(path) => read(&path)?,
        None if Path::new("assent.toml").exists() => read(Path::new("assent.toml"))?,
        None => Table::new(),
    };
    for (name, value) in environment
        .iter()
        .filter(|(name, _)| name != "ASSENT_CONFIG")
    {
        lay_over(&mut table, name, value)?;
    }
    check_keys(&table, "")?;
    let config: Config = Value::Table(table)
        .try_into()
        .map_err(|error: toml::de::Error| wrong_value(&error))?;
    refuse_unsafe(&config)?;
    Ok(config)
}

fn read(path: &Path) -> Result<Table, ConfigFault> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        ConfigFault::new(
            format!(
                "读不了配置文件 {}：{error}。请检查路径和权限。",
                path.display()
            ),
            format!(
                "Cannot read the configuration {}: {error}. Check the path and its permissions.",
                path.display()
            ),
        )
    })?;
    text.parse::<Table>().map_err(|error| {
        ConfigFault::new(
            format!("配置文件 {} 写法有误：{error}", path.display()),
            format!(
                "The configuration {} is not well formed: {error}",
                path.display()
            ),
        )
    })
}

/// `ASSENT_MAIL_PASSWORD_FILE=/run/secrets/mail` reads the value from a file.
fn lay_over(table: &mut Table, name: &str, value: &str) -> Result<(), ConfigFault> {
    let (path, value) = match keys::path_of(name) {
        Some(path) => (path, value.to_owned()),
        None => {
            let path = name
                .strip_suffix("_FILE")
                .and_then(keys::path_of)
                .ok_or_else(|| unknown(name))?;
            let text = std::fs::read_to_string(value).map_err(|error| {
                ConfigFault::new(
                    format!("{name} 指向的文件读不了：{error}"),
                    format!("Cannot read the file {name} names: {error}"),
                )
            })?;
            (path, text.trim_end().to_owned())
        }
    };
    let mut at = table;
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            at.insert(part.to_owned(), typed(&path, value));
            break;
        }
        let below = at.entry(part).or_insert_with(|| Value::Table(Table::new()));
        match below {
            Value::Table(below) => at = below,
            _ => return Err(unknown(name)),
        }
    }
    Ok(())
}

/// Environment variables are texts: those that stand for numbers and flags become them.
fn typed(path: &str, value: String) -> Value {
    let default = keys::find(path).map_or("", |key| key.default);
    match value.as_str() {
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        text if default.parse::<i64>().is_ok() => match text.parse::<i64>() {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::String(value),
        },
        _ => Value::String(value),
    }
}

fn check_keys(table: &Table, above: &str) -> Result<(), ConfigFault> {
    for (name, value) in table {
        let path = if above.is_empty() {
            name.clone()
        } else {
            format!("{above}.{name}")
        };
        match value {
            Value::Table(below) => check_keys(below, &path)?,
            _ if keys::find(&path).is_some() => {}
            _ => return Err(unknown(&path)),
        }
    }
    Ok(())
}

fn unknown(name: &str) -> ConfigFault {
    let candidates = keys::KEYS.iter().map(|key| {
        if name.starts_with("ASSENT_") {
            keys::variable(key.path)
        } else {
            key.path.to_owned()
        }
    });
    let near = candidates
        .map(|known| (strsim::levenshtein(&known, name), known))
        .min()
        .filter(|(distance, _)| *distance <= 4);
    let (zh, en) = match near {
        Some((_, known)) => (
            format!("是不是想写 {known}？"),
            format!("Did you mean {known}?"),
        ),
        None => (
            "用 assent config show 查看全部配置项。".to_owned(),
            "See all keys with: assent config show".to_owned(),
        ),
    };
    ConfigFault::new(
        format!("没有配置项 {name}。{zh}"),
        format!("There is no configuration key {name}. {en}"),
    )
}

/// Names the key: a table has no lines to point at, and the parser says where it was only in its text.
fn wrong_value(error: &toml::de::Error) -> ConfigFault {
    let message = error.message();
    let text = error.to_string();
    let path = text
        .lines()
        .find_map(|line| line.strip_prefix("in `")?.strip_suffix('`'));
    let Some(path) = path else {
        return ConfigFault::new(
            format!("配置值有误：{message}"),
            format!("A configuration value is wrong: {message}"),
        );
    };
    let (zh, en) = keys::find(path).map_or_else(Default::default, |key| {
        (format!("（{}）", key.zh), format!(" ({})", key.en))
    });
    ConfigFault::new(
        format!("配置项 {path}{zh}的值有误：{message}"),
        format!("The value of {path}{en} is wrong: {message}"),
    )
}

/// What would be dangerous to run with.
fn refuse_unsafe(config: &Config) -> Result<(), ConfigFault> {
    let base = config.base_url();
    if !(base.starts_with("http://") || base.starts_with("https://")) {
        return Err(ConfigFault::new(
            format!("server.base_url 必须以 http:// 或 https:// 开头：{base}"),
            format!("server.base_url must begin with http:// or https://: {base}"),
        ));
    }
    if !config.on_loopback() && config.server.base_url.is_none() {
        return Err(ConfigFault::new(
            "对外监听时必须设置 server.base_url（邮件里的链接由它生成）。",
            "Set server.base_url when listening beyond this machine: links in mails are made from it.",
        ));
    }
    if !config.on_loopback() && config.security.test_clock {
        return Err(ConfigFault::new(
            "security.test_clock 只能在本机监听时使用。",
            "security.test_clock is for loopback only.",
        ));
    }
    if config.retire.folder.is_some() && config.retire.older_than_days == 0 {
        return Err(ConfigFault::new(
            "设了 retire.folder 就要设 retire.older_than_days：结束满多少天的流程实例归档。",
            "With retire.folder, set retire.older_than_days: how many days instances have been over before they are retired.",
        ));
    }
    if config.retire.folder.is_some() && config.retire.reason.trim().is_empty() {
        return Err(ConfigFault::new(
            "retire.reason 不能为空：原因会留在归档凭证里。",
            "retire.reason must not be empty: it stands in the tombstones.",
        ));
    }
    let local_mail = config
        .mail
        .host
        .as_deref()
        .is_none_or(|host| matches!(host, "localhost" | "127.0.0.1" | "::1"));
    if config.mail.security == MailSecurity::None && !local_mail {
        return Err(ConfigFault::new(
            "mail.security = none 只能用于本机的邮件服务器，请改为 starttls 或 tls。",
            "mail.security = none is for a mail server on this machine only; use starttls or tls.",
        ));
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn from(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigFault> {
        let dir = std::env::temp_dir().join(format!(
            "assent-config-{}-{:x}",
            std::process::id(),
            hash(text)
        ));
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join("assent.toml");
        std::fs::write(&path, text).unwrap();
        let pairs = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        load(Some(&path), pairs)
    }

    fn hash(text: &str) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn file_and_environment_are_laid_over_each_other() {
        let config = from(
            "[server]\nlisten = '127.0.0.1:9000'\n[connectors.erp]\nbase = 'http://erp/'",
            &[
                ("ASSENT_SERVER_LISTEN", "127.0.0.1:9001"),
                ("ASSENT_LIMITS_BODY_BYTES", "2048"),
                ("ASSENT_CONNECTORS_ERP_BEARER", "canary-7"),
                ("PATH", "/bin"),
            ],
        )
        .unwrap();
        assert_eq!(config.server.listen.port(), 9001);
        assert_eq!(config.limits.body_bytes, 2048);
        assert_eq!(config.base_url(), "http://127.0.0.1:9001");
        assert!(
            !format!("{config:?}").contains("canary-7"),
            "a secret is shown"
        );
        assert_eq!(config.app().connectors["erp"].base, "http://erp");
    }

    #[test]
    fn connections_are_at_least_one() {
        assert_eq!(from("", &[]).unwrap().app().connections.get(), 8);
        let few = from("", &[("ASSENT_DATABASE_CONNECTIONS", "3")]).unwrap();
        assert_eq!(few.app().connections.get(), 3);
        let none = from("[database]\nconnections = 0", &[]).unwrap_err();
        assert!(none.0.en.contains("nonzero"), "{none:?}");
        assert!(none.0.zh.contains("database.connections"), "{none:?}");
    }

    #[test]
    fn unknown_keys_are_refused_with_a_guess() {
        let fault = from("[server]\nlisen = '127.0.0.1:1'", &[]).unwrap_err();
        assert!(
            fault.0.en.contains("server.lisen") && fault.0.en.contains("server.listen"),
            "{fault:?}"
        );
        let fault = from("", &[("ASSENT_MAIL_PASSWRD", "x")]).unwrap_err();
        assert!(fault.0.zh.contains("ASSENT_MAIL_PASSWORD"), "{fault:?}");
    }

    #[test]
    fn a_wrong_value_names_its_key() {
        let file = "[connectors.erp]\nbase = 'http://erp/'\n[limits]\nbody_bytes = 'much'";
        let fault = from(file, &[]).unwrap_err();
        assert!(fault.0.en.contains("limits.body_bytes ("), "{fault:?}");
        let fault = from("[connectors.erp]\nbase = 7", &[]).unwrap_err();
        assert!(fault.0.zh.contains("connectors.erp.base"), "{fault:?}");
        let fault = from("", &[("ASSENT_SERVER_LISTEN", "here")]).unwrap_err();
        assert!(fault.0.zh.contains("server.listen（"), "{fault:?}");
    }

    #[test]
    fn unsafe_combinations_are_refused() {
        assert!(from("[server]\nlisten = '0.0.0.0:80'", &[]).is_err());
        assert!(from("[mail]\nhost = 'mail.example.com'\nsecurity = 'none'", &[]).is_err());
        assert!(from("[server]\nbase_url = 'ftp://x'", &[]).is_err());
    }

    #[test]
    fn retention_needs_its_days_and_a_reason() {
        let folder = "[retire]\nfolder = '/archive'\n";
        let fault = from(folder, &[]).unwrap_err();
        assert!(fault.0.zh.contains("retire.older_than_days"), "{fault:?}");
        let silent = format!("{folder}older_than_days = 30\nreason = ' '");
        assert!(from(&silent, &[]).is_err());
        let fault = from(&format!("{folder}older_than = 30"), &[]).unwrap_err();
        assert!(fault.0.en.contains("retire.older_than"), "{fault:?}");
        let days = [("ASSENT_RETIRE_OLDER_THAN_DAYS", "1095")];
        let app = from(folder, &days).unwrap().app().retire;
        assert_eq!((app.older_than_days, app.every_minutes), (1095, 1440));
        assert!(!app.reason.is_empty());
        assert_eq!(from("", &[]).unwrap().app().retire.folder, None);
    }
}
