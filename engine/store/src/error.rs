//! What can go wrong with a database, by what a person can do about it. Nothing here says what a *command* may do: a
//! stale write or a repeated key is an [`crate::Outcome`], not an error.

use std::fmt;

use assent_core::text::Text;

/// A database error: a kind to act on, a sentence for people, and the database's own words for the log.
#[derive(Clone, Debug)]
pub struct StoreError {
    /// What to do about it.
    pub kind: StoreErrorKind,
    /// The database's own words. For logs and administrators, not for everybody.
    pub detail: String,
}

/// Kinds of database errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// The database was made by a newer program.
    Newer,
    /// It cannot be written: rights, a read-only disk, a standby server.
    ReadOnly,
    /// The disk is full.
    Full,
    /// The server is away or the connection broke. May be tried again; whether a commit took place is unknown, so a
    /// repetition must carry its idempotency key.
    Gone,
    /// Somebody else holds the lock longer than we wait. May be tried again.
    Locked,
    /// The file or the tables are damaged, or it is no database at all.
    Corrupt,
    /// The database is too old, or is not set up as it must be.
    Unsuitable,
    /// The committer's queue is full. May be tried again, later.
    Busy,
    /// A bug or a misuse.
    Other,
}

impl StoreError {
    pub(crate) fn new(kind: StoreErrorKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }

    pub(crate) fn other(detail: impl Into<String>) -> Self {
        Self::new(StoreErrorKind::Other, detail)
    }

    /// True when the same call may succeed a little later.
    pub fn retryable(&self) -> bool {
        use StoreErrorKind::{
            Busy, Corrupt, Full, Gone, Locked, Newer, Other, ReadOnly, Unsuitable,
        };
        match self.kind {
            Gone | Locked | Busy => true,
            Newer | ReadOnly | Full | Corrupt | Unsuitable | Other => false,
        }
    }

    /// What is wrong and what to do, in plain words.
    pub fn text(&self) -> Text {
        let (zh, en) = match self.kind {
            StoreErrorKind::Newer => (
                "数据库由更新版本的程序创建。请升级本程序后再启动，数据没有被改动。",
                "The database was made by a newer version of the program. Upgrade this program and start again; nothing was changed.",
            ),
            StoreErrorKind::ReadOnly => (
                "数据库无法写入。请检查数据文件夹是否存在、运行账号是否有写权限，或数据库是否为只读副本。",
                "The database cannot be written. Check that its folder exists, that the account running the program may write there, and that it is not a read-only replica.",
            ),
            StoreErrorKind::Full => (
                "磁盘空间已满，本次操作没有保存。请清理磁盘空间后重试，查看不受影响。",
                "The disk is full and nothing was saved. Free some space and try again; reading still works.",
            ),
            StoreErrorKind::Gone => (
                "暂时连接不上数据库，请稍后重试。若持续出现，请检查数据库地址和服务是否正常。",
                "The database cannot be reached right now; try again in a moment. If it goes on, check its address and whether it is running.",
            ),
            StoreErrorKind::Locked => (
                "数据库正被其他程序占用，请稍后重试。若持续出现，请检查是否有另一个程序打开了同一数据库。",
                "Another program is holding the database; try again in a moment. If it goes on, look for a second program on the same database.",
            ),
            StoreErrorKind::Corrupt => (
                "数据库文件已损坏，或不是本程序的数据库。请不要继续写入，用最近的备份恢复，并运行 assent verify。",
                "The database is damaged, or is not one of ours. Stop writing to it, restore the latest backup and run assent verify.",
            ),
            StoreErrorKind::Unsuitable => (
                "数据库版本过旧或配置不符合要求，请按错误详情调整后再启动。",
                "The database is too old or not set up as needed. See the detail, change it and start again.",
            ),
            StoreErrorKind::Busy => (
                "系统繁忙，本次操作没有保存，请稍后重试。",
                "The system is busy and nothing was saved; try again in a moment.",
            ),
            StoreErrorKind::Other => (
                "数据库操作失败，没有保存。请联系管理员查看日志。",
                "A database operation failed and nothing was saved. Ask the administrator to look at the log.",
            ),
        };
        Text::new(zh, en)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}: {}", self.kind, self.detail)
    }
}

impl std::error::Error for StoreError {}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let detail = error.to_string();
        let kind = match &error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                if database
                    .try_downcast_ref::<sqlx::sqlite::SqliteError>()
                    .is_some()
                {
                    sqlite_kind(&code)
                } else {
                    postgres_kind(&code)
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => StoreErrorKind::Gone,
            _ => StoreErrorKind::Other,
        };
        Self { kind, detail }
    }
}

/// By SQLite's extended result code; the low byte is the primary one.
fn sqlite_kind(code: &str) -> StoreErrorKind {
    match code.parse::<u32>().unwrap_or_default() & 0xff {
        5 | 6 => StoreErrorKind::Locked,
        8 | 14 => StoreErrorKind::ReadOnly,
        13 => StoreErrorKind::Full,
        // Its shared memory could not grow (SQLITE_IOERR_SHMSIZE): there is no room for it.
        10 if code == "4874" => StoreErrorKind::Full,
        11 | 26 => StoreErrorKind::Corrupt,
        10 => StoreErrorKind::Gone,
        _ => StoreErrorKind::Other,
    }
}

/// By SQLSTATE.
fn postgres_kind(code: &str) -> StoreErrorKind {
    match code {
        "40001" | "40P01" | "55P03" => StoreErrorKind::Locked,
        "25006" | "42501" => StoreErrorKind::ReadOnly,
        "53100" => StoreErrorKind::Full,
        "XX001" | "XX002" => StoreErrorKind::Corrupt,
        "25P03" | "53300" | "57P01" | "57P02" | "57P03" => StoreErrorKind::Gone,
        _ if code.starts_with("08") => StoreErrorKind::Gone,
        _ => StoreErrorKind::Other,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn codes_become_kinds() {
        for (code, kind) in [
            ("5", StoreErrorKind::Locked),
            ("517", StoreErrorKind::Locked),
            ("1544", StoreErrorKind::ReadOnly),
            ("14", StoreErrorKind::ReadOnly),
            ("13", StoreErrorKind::Full),
            ("4874", StoreErrorKind::Full),
            ("1034", StoreErrorKind::Gone),
            ("26", StoreErrorKind::Corrupt),
            ("1555", StoreErrorKind::Other),
        ] {
            assert_eq!(sqlite_kind(code), kind, "{code}");
        }
        for (code, kind) in [
            ("40001", StoreErrorKind::Locked),
            ("40P01", StoreErrorKind::Locked),
            ("53100", StoreErrorKind::Full),
            ("08006", StoreErrorKind::Gone),
            ("25006", StoreErrorKind::ReadOnly),
            ("23505", StoreErrorKind::Other),
        ] {
            assert_eq!(postgres_kind(code), kind, "{code}");
        }
    }

    #[test]
    fn every_kind_says_what_to_do_in_both_languages() {
        use StoreErrorKind::{
            Busy, Corrupt, Full, Gone, Locked, Newer, Other, ReadOnly, Unsuitable,
        };
        for kind in [
            Newer, ReadOnly, Full, Gone, Locked, Corrupt, Unsuitable, Busy, Other,
        ] {
            let text = StoreError::new(kind, "x").text();
            assert!(
                text.zh.ends_with('。') && text.en.ends_with('.'),
                "{kind:?}"
            );
            assert!(serde_json::to_string(&text).unwrap().len() > 40);
        }
    }
}
