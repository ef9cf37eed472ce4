//! PostgreSQL's own tools, found by name beside its server or this program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::address::Address;
use super::blocking;
use crate::app::AppError;

/// Where Debian, Red Hat and others put the tools of each version.
const HOMES: [&str; 3] = ["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt"];
/// Most characters of a tool's complaint that are kept.
const WORDS_MAX: usize = 600;

/// A folder with `pg_dump`, `pg_restore`, `createdb` and `dropdb`.
#[derive(Clone, Debug)]
pub(super) struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// The tools of the oldest version that is not older than the server (`server_version_num` / 10 000).
    pub fn find(named: Option<&Path>, server: u32) -> Result<Self, AppError> {
        if let Some(folder) = named {
            return match version(folder) {
                Some(_) => Ok(Self {
                    folder: folder.to_owned(),
                }),
                None => Err(none_found(Some(folder))),
            };
        }
        let mut known: Vec<(u32, PathBuf)> = candidates()
            .into_iter()
            .filter_map(|folder| Some((version(&folder)?, folder)))
            .filter(|(version, _)| *version >= server)
            .collect();
        known.sort();
        let found = known.into_iter().next();
        found
            .map(|(_, folder)| Self { folder })
            .ok_or_else(|| none_found(None))
    }

    /// Runs one of them to its end; its complaint when it fails.
    pub async fn run(
        &self,
        tool: &'static str,
        arguments: Vec<String>,
        address: &Address,
    ) -> Result<Result<(), String>, AppError> {
        let (program, set) = (self.folder.join(tool), address.environment());
        blocking(move || {
            let mut command = Command::new(&program);
            command
                .args(&arguments)
                .envs(set)
                .env("LC_ALL", "C")
                .stdin(Stdio::null())
                .stdout(Stdio::null());
            let done = command
                .output()
                .map_err(|fault| super::cannot("读不了", &program, &fault))?;
            if done.status.success() {
                return Ok(Ok(()));
            }
            let said = String::from_utf8_lossy(&done.stderr);
            Ok(Err(said.trim().chars().take(WORDS_MAX).collect()))
        })
        .await
    }

    /// The same, when a failure is the end.
    pub async fn must(
        &self,
        tool: &'static str,
        arguments: Vec<String>,
        address: &Address,
    ) -> Result<(), AppError> {
        self.run(tool, arguments, address).await?.map_err(|said| {
            AppError::unavailable(
                "backup",
                format!("{tool} 失败：{said}"),
                format!("{tool} failed: {said}"),
                &said,
            )
        })
    }
}

fn candidates() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for home in HOMES {
        let below = std::fs::read_dir(home).into_iter().flatten().flatten();
        folders.extend(below.map(|version| version.path().join("bin")));
    }
    folders
}

/// The major version of the tools in a folder; none when they are not all there.
fn version(folder: &Path) -> Option<u32> {
    let all = ["pg_dump", "pg_restore", "createdb", "dropdb"];
    if !all.iter().all(|tool| folder.join(tool).is_file()) {
        return None;
    }
    let said = Command::new(folder.join("pg_dump"))
        .arg("--version")
        .output()
        .ok()?;
    major(&String::from_utf8_lossy(&said.stdout))
}

/// `pg_dump (PostgreSQL) 15.8 (Debian …)` → 15.
fn major(said: &str) -> Option<u32> {
    let number = said.split(") ").nth(1)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn none_found(folder: Option<&Path>) -> AppError {
    let place = folder.map(|folder| folder.display().to_string());
    let place = place.unwrap_or_else(|| "PATH, /usr/lib/postgresql/*/bin".to_owned());
    AppError::unavailable(
        "no_tools",
        format!(
            "找不到与数据库服务器版本匹配（相同或更新）的 pg_dump、pg_restore、createdb、dropdb（找过 {place}）。请在本机安装 postgresql-client，或用 backup.tools 指明所在文件夹；也可由数据库管理员用 pg_dump 或持续归档备份"
        ),
        format!(
            "There are no pg_dump, pg_restore, createdb and dropdb as new as the server (looked in {place}). Install postgresql-client on this machine, or name their folder in backup.tools; or let the database's administrator back it up with pg_dump or a continuous archive"
        ),
        "no tools",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_missing_tools_are_told() {
        assert_eq!(major("pg_dump (PostgreSQL) 15.8 (Debian 15.8-0)"), Some(15));
        assert_eq!(major("pg_dump (PostgreSQL) 17beta1"), Some(17));
        assert_eq!(major("nothing"), None);
        let nowhere = Path::new("/nonexistent");
        assert!(matches!(
            Tools::find(Some(nowhere), 15),
            Err(AppError::Unavailable(what)) if what.code == "no_tools"
        ));
    }
}
