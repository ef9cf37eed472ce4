//! `assent config show`: every key with what holds now; secrets are never shown.

use std::fmt::Write as _;

use assent_core::text::Lang;

use super::keys::{KEYS, variable};
use super::sections::Config;

/// All keys with their values, as a commented `assent.toml`.
pub fn shown(config: &Config, lang: Lang) -> String {
    let mut out = String::new();
    let mut section = "";
    for key in KEYS.iter().filter(|key| !key.path.contains('*')) {
        let (above, name) = key.path.split_once('.').unwrap_or(("", key.path));
        if above != section {
            let _ = writeln!(
                out,
                "{}[{above}]",
                if section.is_empty() { "" } else { "\n" }
            );
            section = above;
        }
        let _ = writeln!(
            out,
            "# {} ({})",
            lang.pick(key.zh, key.en),
            variable(key.path)
        );
        match value(config, key.path) {
            Some(value) => {
                let _ = writeln!(out, "{name} = {value}");
            }
            None => {
                let _ = writeln!(out, "# {name} =");
            }
        }
    }
    for (name, connector) in &config.connectors {
        let _ = writeln!(
            out,
            "\n[connectors.{name}]\nbase = {:?}",
            bare(&connector.base)
        );
        if connector.bearer.is_some() {
            let _ = writeln!(out, "bearer = {HIDDEN}");
        }
    }
    out
}

const HIDDEN: &str = "\"(secret)\"";

fn value(config: &Config, path: &str) -> Option<String> {
    let text = |value: &str| Some(format!("{value:?}"));
    let word =
        |value: &dyn std::fmt::Debug| Some(format!("\"{}\"", format!("{value:?}").to_lowercase()));
    let path_of = |path: &Option<std::path::PathBuf>| {
        path.as_ref()
            .and_then(|path| text(&path.display().to_string()))
    };
    match path {
        "server.listen" => text(&config.server.listen.to_string()),
        "server.base_url" => text(&config.base_url()),
        "server.trust_forwarded" => Some(config.server.trust_forwarded.to_string()),
        "server.metrics" => word(&config.server.metrics),
        "server.drain_seconds" => Some(config.server.drain_seconds.to_string()),
        "database.url" => text(&bare(&config.database.url.0)),
        "database.connections" => Some(config.database.connections.to_string()),
        "files.workflows" => text(&config.files.workflows.display().to_string()),
        "files.scripts" => text(&config.files.scripts.display().to_string()),
        "mail.host" => config.mail.host.as_deref().and_then(text),
        "mail.port" => Some(config.mail.port.to_string()),
        "mail.security" => word(&config.mail.security),
        "mail.user" => config.mail.user.as_deref().and_then(text),
        "mail.password" => config.mail.password.as_ref().map(|_| HIDDEN.to_owned()),
        "mail.from" => text(&config.mail.from),
        "mail.eml_dir" => config
            .mail
            .eml_dir
            .as_ref()
            .and_then(|dir| text(&dir.display().to_string())),
        "mail.mailbox_page" => word(&config.mail.mailbox_page),
        "company.name" => text(&config.company.name),
        "limits.body_bytes" => Some(config.limits.body_bytes.to_string()),
        "limits.upload_bytes" => Some(config.limits.upload_bytes.to_string()),
        "limits.requests_per_minute" => Some(config.limits.requests_per_minute.to_string()),
        "limits.sign_ins_per_minute" => Some(config.limits.sign_ins_per_minute.to_string()),
        "limits.request_seconds" => Some(config.limits.request_seconds.to_string()),
        "audit.key_file" => text(&config.audit.key_file.display().to_string()),
        "audit.key" => config.audit.key.as_ref().map(|_| HIDDEN.to_owned()),
        "audit.every_minutes" => Some(config.audit.every_minutes.to_string()),
        "backup.folder" => path_of(&config.backup.folder),
        "backup.every_minutes" => Some(config.backup.every_minutes.to_string()),
        "backup.keep" => Some(config.backup.keep.to_string()),
        "backup.tools" => path_of(&config.backup.tools),
        "retire.folder" => path_of(&config.retire.folder),
        "retire.older_than_days" => Some(config.retire.older_than_days.to_string()),
        "retire.every_minutes" => Some(config.retire.every_minutes.to_string()),
        "retire.reason" => text(&config.retire.reason),
        "log.format" => word(&config.log.format),
        "log.level" => text(&config.log.level),
        "security.local_host_only" => Some(config.security.local_host_only.to_string()),
        "security.test_clock" => Some(config.security.test_clock.to_string()),
        _ => None,
    }
}

/// An address without its secrets: who signs in, and what its options call a password, a key or a token.
fn bare(url: &str) -> String {
    let url = match (url.find("://"), url.rfind('@')) {
        (Some(start), Some(end)) if start + 3 <= end => {
            format!("{}(secret){}", &url[..start + 3], &url[end..])
        }
        _ => url.to_owned(),
    };
    let Some((address, options)) = url.split_once('?') else {
        return url;
    };
    let hidden = |option: &str| match option.split_once('=') {
        Some((name, _))
            if ["pass", "key", "token", "secret"]
                .iter()
                .any(|word| name.contains(word)) =>
        {
            format!("{name}=(secret)")
        }
        _ => option.to_owned(),
    };
    let options: Vec<String> = options.split('&').map(hidden).collect();
    format!("{address}?{}", options.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use assent_runtime::app::Secret;

    #[test]
    fn secrets_stay_hidden_and_every_key_is_there() {
        let mut config = Config::default();
        config.database.url = Secret("postgres://u:canary@db/x".into());
        config.mail.password = Some(Secret("canary".into()));
        let text = shown(&config, Lang::En);
        assert!(!text.contains("canary"), "{text}");
        assert!(text.contains("@db/x"));
        for (url, shown) in [
            (
                "postgres://db/x?user=u&password=canary",
                "postgres://db/x?user=u&password=(secret)",
            ),
            (
                "http://u:canary@erp/in?api_key=canary&a=1",
                "http://(secret)@erp/in?api_key=(secret)&a=1",
            ),
            ("sqlite:a.db", "sqlite:a.db"),
        ] {
            assert_eq!(bare(url), shown);
        }
        for key in KEYS.iter().filter(|key| !key.path.contains('*')) {
            assert!(text.contains(&variable(key.path)), "{}", key.path);
        }
        assert!(text.parse::<toml::Table>().is_ok(), "{text}");
    }
}
