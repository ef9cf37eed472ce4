//! A PostgreSQL address as its own tools take it: in the environment, so that no password stands in a list of processes.

use percent_encoding::percent_decode_str;
use reqwest::Url;

use crate::app::AppError;

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Address {
    url: Url,
    /// The schema its tables are in, when it is not the usual one.
    pub schema: Option<String>,
}

impl Address {
    /// Reads `postgres://user:password@host:port/database?host=/socket&sslmode=…`.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        // The address may carry a password: neither it nor the parser's words about it are repeated.
        let url = Url::parse(text).map_err(|_| {
            AppError::unavailable(
                "configuration",
                "数据库地址写法有误，应为 postgres://用户:密码@主机/库",
                "The database's address is not well formed: postgres://user:password@host/name",
                "not an address",
            )
        })?;
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let schema = pairs
            .iter()
            .find(|(name, _)| name == "options[search_path]")
            .map(|(_, value)| value.clone());
        Ok(Self { url, schema })
    }

    /// The name of the database.
    pub fn database(&self) -> String {
        decoded(self.url.path().trim_start_matches('/'))
    }

    /// The same server, another database.
    pub fn with_database(&self, name: &str) -> Self {
        let mut url = self.url.clone();
        url.set_path(name);
        Self {
            url,
            schema: self.schema.clone(),
        }
    }

    /// As the store opens it.
    pub fn text(&self) -> String {
        self.url.to_string()
    }

    /// What the tools find in their environment.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut set = vec![("PGDATABASE", self.database())];
        let mut put = |name, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                set.push((name, value));
            }
        };
        put("PGHOST", self.url.host_str().map(decoded));
        put("PGPORT", self.url.port().map(|port| port.to_string()));
        put("PGUSER", Some(decoded(self.url.username())));
        put("PGPASSWORD", self.url.password().map(decoded));
        let mut options = Vec::new();
        for (name, value) in self.url.query_pairs() {
            match name.as_ref() {
                "host" => put("PGHOST", Some(value.into_owned())),
                "hostaddr" => put("PGHOSTADDR", Some(value.into_owned())),
                "port" => put("PGPORT", Some(value.into_owned())),
                "dbname" => put("PGDATABASE", Some(value.into_owned())),
                "user" => put("PGUSER", Some(value.into_owned())),
                "password" => put("PGPASSWORD", Some(value.into_owned())),
                "sslmode" | "ssl-mode" => put("PGSSLMODE", Some(value.into_owned())),
                "sslrootcert" | "ssl-root-cert" | "ssl-ca" => {
                    put("PGSSLROOTCERT", Some(value.into_owned()));
                }
                "sslcert" | "ssl-cert" => put("PGSSLCERT", Some(value.into_owned())),
                "sslkey" | "ssl-key" => put("PGSSLKEY", Some(value.into_owned())),
                "options" => options.push(value.into_owned()),
                _ => {}
            }
        }
        if !options.is_empty() {
            put("PGOPTIONS", Some(options.join(" ")));
        }
        set
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_the_tools_environment() {
        let text = "postgres://an%40na:s%2Fecret@db.example:5433/assent?sslmode=require&options[search_path]=plant";
        let address = Address::parse(text).unwrap();
        let set = address.environment();
        for pair in [
            ("PGHOST", "db.example"),
            ("PGPORT", "5433"),
            ("PGUSER", "an@na"),
            ("PGPASSWORD", "s/ecret"),
            ("PGDATABASE", "assent"),
            ("PGSSLMODE", "require"),
        ] {
            assert!(
                set.contains(&(pair.0, pair.1.to_owned())),
                "{pair:?} {set:?}"
            );
        }
        assert_eq!(address.schema.as_deref(), Some("plant"));
        let other = address.with_database("other");
        assert_eq!(other.database(), "other");
        assert!(other.text().contains("search_path"));
    }

    #[test]
    fn a_socket_takes_the_place_of_the_host() {
        let address = Address::parse("postgres://postgres@localhost/postgres?host=/tmp/x").unwrap();
        let hosts: Vec<_> = address
            .environment()
            .into_iter()
            .filter(|(name, _)| *name == "PGHOST")
            .collect();
        assert_eq!(hosts.last().unwrap().1, "/tmp/x");
        assert!(
            Address::parse("postgres://u:canary@:x/").is_err_and(|fault| {
                !format!("{fault} {:?}", fault.message()).contains("canary")
            })
        );
    }
}
