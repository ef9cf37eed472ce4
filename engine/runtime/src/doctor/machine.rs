//! The machine around the database: disk, mail server, signing key, backups.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Finding, Level};
use crate::app::AppConfig;
use crate::audit::{KeyFrom, KeyRing};
use crate::mail::Carrier;

/// How long fsyncs are counted.
const FSYNC_FOR: Duration = Duration::from_millis(500);
/// Fewer than these a second: slow, and too slow to work with.
const FSYNC_SLOW: f64 = 200.0;
const FSYNC_BAD: f64 = 20.0;
/// A log of SQLite larger than this is not being folded into its file.
const WAL_BYTES_MAX: u64 = 1 << 30;
/// Less room than this is little; less than a tenth of it is none.
const FREE_BYTES: u64 = 2 << 30;
/// A backup should be younger than two periods, and with none set, than this.
const BACKUP_MS_MAX: i64 = 2 * 24 * 3_600_000;

pub(super) async fn look(config: &AppConfig) -> Vec<Finding> {
    let file = config.database.strip_prefix("sqlite:");
    let file = file.map(|path| PathBuf::from(path.strip_prefix("//").unwrap_or(path)));
    let mut found = Vec::new();
    if let Some(file) = &file {
        let folder = folder_of(file);
        found.push(fsyncs(&folder));
        found.push(free(&folder));
        found.push(log(file));
    }
    found.push(mail(config).await);
    found.extend(key(config, file.as_deref()));
    found.push(backup(config));
    found
}

fn folder_of(path: &Path) -> PathBuf {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// What an acknowledgement costs here.
fn fsyncs(folder: &Path) -> Finding {
    let probe = folder.join(format!(".assent-doctor-{}", std::process::id()));
    let counted = count_fsyncs(&probe);
    let _ = std::fs::remove_file(&probe);
    match counted {
        Ok(rate) => {
            let finding = Finding::ok(
                "fsync",
                format!("数据盘每秒 {rate:.0} 次落盘"),
                format!("{rate:.0} fsyncs a second where the data is"),
            );
            let (zh, en) = (
                "换用本地固态盘；网络盘和机械盘会让每次审批变慢",
                "Use a local solid-state disk: network and spinning disks make every decision slow",
            );
            finding
                .unless(rate < FSYNC_SLOW, Level::Warn, zh, en)
                .unless(rate < FSYNC_BAD, Level::Bad, zh, en)
        }
        Err(fault) => Finding::ok(
            "fsync",
            format!("数据文件夹写不了：{fault}"),
            format!("The data folder cannot be written: {fault}"),
        )
        .todo(
            Level::Bad,
            "检查数据文件夹的权限和剩余空间",
            "Check the data folder's rights and the space that is left",
        ),
    }
}

fn count_fsyncs(probe: &Path) -> std::io::Result<f64> {
    let mut file = std::fs::File::create(probe)?;
    let (begun, mut done) = (Instant::now(), 0_u32);
    while begun.elapsed() < FSYNC_FOR {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        done += 1;
    }
    Ok(f64::from(done) / begun.elapsed().as_secs_f64())
}

fn free(folder: &Path) -> Finding {
    let free = rustix::fs::statvfs(folder).map(|about| about.f_bavail * about.f_frsize);
    let bytes = free.unwrap_or_default();
    let megabytes = bytes >> 20;
    let (zh, en) = (
        "清理或扩容；写满后只能读，腾出空间即自动恢复",
        "Make room: a full disk can only be read, and works again as soon as there is space",
    );
    Finding::ok(
        "disk",
        format!("数据盘剩余 {megabytes} MB"),
        format!("{megabytes} MB are free where the data is"),
    )
    .unless(bytes < FREE_BYTES, Level::Warn, zh, en)
    .unless(bytes < FREE_BYTES / 10, Level::Bad, zh, en)
}

fn log(file: &Path) -> Finding {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    let bytes = std::fs::metadata(name).map_or(0, |about| about.len());
    Finding::ok(
        "wal",
        format!("SQLite 日志 {} MB", bytes >> 20),
        format!("SQLite's log has {} MB", bytes >> 20),
    )
    .unless(
        bytes > WAL_BYTES_MAX,
        Level::Warn,
        "有读者长时间不结束（备份、校验或外部程序），结束它后日志会收回",
        "A reader does not end (a backup, a verification, another program); the log is folded in once it does",
    )
}

async fn mail(config: &AppConfig) -> Finding {
    let Some(smtp) = &config.mail.smtp else {
        return Finding::ok(
            "mail",
            "未配置邮件服务器，邮件留在开发邮箱",
            "No mail server is set: mails stay in the development mailbox",
        )
        .todo(Level::Warn, "设置 mail.host", "Set mail.host");
    };
    let (host, port) = (&smtp.host, smtp.port);
    match Carrier::greet(smtp).await {
        Ok(()) => Finding::ok(
            "mail",
            format!("邮件服务器 {host}:{port} 应答正常"),
            format!("The mail server {host}:{port} answers"),
        ),
        Err(fault) => Finding::ok(
            "mail",
            format!("邮件服务器 {host}:{port} 不通：{fault}"),
            format!("The mail server {host}:{port} cannot be reached: {fault}"),
        )
        .todo(
            Level::Bad,
            "检查 mail.host、mail.port、mail.security 和防火墙",
            "Check mail.host, mail.port, mail.security and the firewall",
        ),
    }
}

fn key(config: &AppConfig, database: Option<&Path>) -> Option<Finding> {
    let from = config.audit.key.as_ref()?;
    let known = KeyRing::known(from);
    let KeyFrom::File(path) = from else {
        return Some(match known {
            Ok(_) => Finding::ok(
                "key",
                "存证密钥由环境变量给出",
                "The audit key is given by the environment",
            ),
            Err(fault) => unusable(&fault),
        });
    };
    Some(match known {
        Err(fault) => unusable(&fault),
        Ok(None) => Finding::ok(
            "key",
            format!("存证密钥 {} 尚未生成，首次启动时生成", path.display()),
            format!(
                "The audit key {} is made at the first start",
                path.display()
            ),
        ),
        Ok(Some(_)) => {
            let beside = database.is_some_and(|file| same(&folder_of(file), &folder_of(path)));
            Finding::ok(
                "key",
                format!("存证密钥 {} 可读", path.display()),
                format!("The audit key {} can be read", path.display()),
            )
            .unless(
                beside,
                Level::Warn,
                "密钥与数据库放在同一文件夹：能改数据库的人也能签名。请移到别处并另存一份",
                "The key lies in the database's folder: whoever can change the one can sign with the other. Move it, and keep a copy",
            )
            .unless(
                is_open_to_others(path),
                Level::Bad,
                "密钥文件可被其他用户读取：chmod 600",
                "Other users can read the key: chmod 600",
            )
        }
    })
}

fn unusable(fault: &crate::app::AppError) -> Finding {
    let words = fault.message();
    Finding::ok("key", words.zh, words.en).todo(
        Level::Bad,
        "恢复密钥文件的备份，或用 assent key rotate 换新",
        "Put the copy of the key file back, or make a new key with assent key rotate",
    )
}

fn same(left: &Path, right: &Path) -> bool {
    match (left.canonicalize(), right.canonicalize()) {
        (Ok(left), Ok(right)) => left == right,
        _ => left == right,
    }
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}

fn backup(config: &AppConfig) -> Finding {
    let Some(folder) = &config.backup.folder else {
        return Finding::ok(
            "backup",
            "未设置自动备份",
            "The server makes no backups by itself",
        )
        .todo(
            Level::Warn,
            "设置 backup.folder（放在另一块盘上），或定期运行 assent backup",
            "Set backup.folder (on another disk), or run assent backup regularly",
        );
    };
    let most = BACKUP_MS_MAX.max(i64::from(config.backup.every_minutes) * 120_000);
    let (zh, en) = (
        "查看管理页“受阻”和日志中的原因",
        "See the page “Stuck” and the log for the reason",
    );
    match crate::backup::newest(folder) {
        None => Finding::ok(
            "backup",
            format!("{} 里还没有备份", folder.display()),
            format!("There is no backup in {} yet", folder.display()),
        )
        .todo(Level::Bad, zh, en),
        Some((file, manifest)) => {
            let age = config.clock.now().0 - manifest.made.0;
            let hours = age / 3_600_000;
            Finding::ok(
                "backup",
                format!("最近的备份 {}，{hours} 小时前", file.display()),
                format!("The newest backup is {}, {hours} hours old", file.display()),
            )
            .unless(age > most, Level::Bad, zh, en)
        }
    }
}
