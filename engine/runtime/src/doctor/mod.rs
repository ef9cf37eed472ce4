//! `assent doctor`: looks at what this installation stands on, and says what to do about what it finds. Changes nothing, and
//! works when the database does not.

mod database;
mod machine;

use assent_core::text::Text;
use serde::Serialize;

use crate::app::AppConfig;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// It works, and will hurt one day.
    Warn,
    /// It does not work, or loses something.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable name.
    pub name: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What was found.
    pub words: Text,
    /// What to do; none when there is nothing to do.
    pub todo: Option<Text>,
}

impl Finding {
    fn ok(name: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            name,
            level: Level::Ok,
            words: Text::new(zh, en),
            todo: None,
        }
    }

    fn todo(mut self, level: Level, zh: &str, en: &str) -> Self {
        self.level = level;
        self.todo = Some(Text::new(zh, en));
        self
    }

    /// The same, with something to do when `wrong`.
    fn unless(self, wrong: bool, level: Level, zh: &str, en: &str) -> Self {
        if wrong {
            self.todo(level, zh, en)
        } else {
            self
        }
    }
}

/// Looks at everything.
pub async fn examine(config: &AppConfig) -> Vec<Finding> {
    let mut found = database::look(config).await;
    found.extend(machine::look(config).await);
    found
}
