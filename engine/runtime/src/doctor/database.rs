//! The database, and what it says of the work in it.

use assent_core::directory::Directory;
use assent_store::{About, Dialect, Store};

use super::{Finding, Level};
use crate::app::{AppConfig, AppError, published_until};
use crate::workers::retiring::shared;

/// A database whose clock is further from ours than this is a reason to look at time servers.
const CLOCK_MS_MAX: i64 = 2_000;
/// Retention should have run within two periods, and never complains before this.
const RETIRE_MS_MAX: i64 = 26 * 3_600_000;

/// Looks; one bad finding when it cannot be opened.
pub(super) async fn look(config: &AppConfig) -> Vec<Finding> {
    // Read-only, an empty database cannot be opened, and would be called one that cannot be written.
    if matches!(Store::occupied(&config.database).await, Ok(false)) {
        let found = Finding::ok(
            "database",
            "数据库还是空的",
            "There is nothing in the database yet",
        );
        let (zh, en) = (
            "首次启动（assent serve）或导入组织架构（assent people import 文件夹）时自动建立",
            "It is made by the first start (assent serve) or by assent people import FOLDER",
        );
        return vec![found.todo(Level::Warn, zh, en)];
    }
    match figures(config).await {
        Ok(found) => found,
        Err(fault) => {
            let words = fault.message();
            vec![
                Finding::ok("database", words.zh, format!("{} ({fault})", words.en)).todo(
                    Level::Bad,
                    "检查 database.url、数据库服务和权限",
                    "Check database.url, the database's server and its rights",
                ),
            ]
        }
    }
}

async fn figures(config: &AppConfig) -> Result<Vec<Finding>, AppError> {
    let store = Store::open_to_read(&config.database).await?;
    let mut found = vec![about(&store.about().await?)];
    let off = (store.clock().await?.0 - config.clock.now().0).abs();
    found.push(
        Finding::ok(
            "clock",
            format!("与数据库时钟相差 {off} 毫秒"),
            format!("{off} ms from the database's clock"),
        )
        .unless(
            off > CLOCK_MS_MAX,
            Level::Warn,
            "在两台机器上启用时间同步（NTP）",
            "Let both machines follow a time server (NTP)",
        ),
    );
    found.push(calendar(config, &store).await?);
    found.push(directory(&store).await?);
    found.extend(work(config, &store).await?);
    found.extend(retention(config, &store).await?);
    store.close().await;
    Ok(found)
}

fn about(about: &About) -> Finding {
    let (kind, known) = (
        match about.dialect {
            Dialect::Sqlite => "SQLite",
            Dialect::Postgres => "PostgreSQL",
        },
        Store::known_schema(),
    );
    let (version, schema) = (&about.version, about.schema);
    Finding::ok(
        "database",
        format!("{kind} {version}，库结构 {schema}"),
        format!("{kind} {version}, schema {schema}"),
    )
    .unless(
        schema < known,
        Level::Warn,
        "启动一次本版本的服务即可升级库结构；先备份",
        "Back it up, then start this version once: it brings the schema up to date",
    )
    .unless(
        about.oldest > known,
        Level::Bad,
        "数据库属于更新的版本，请升级本程序",
        "The database belongs to a newer version; upgrade this program",
    )
}

async fn calendar(config: &AppConfig, store: &Store) -> Result<Finding, AppError> {
    let until = published_until(store).await?;
    let today = jiff::Timestamp::from_millisecond(config.clock.now().0).unwrap_or_default();
    let next = today.to_zoned(jiff::tz::TimeZone::UTC).year() + 1;
    let (zh, en) = match until {
        Some(year) => (
            format!("放假安排已有到 {year} 年"),
            format!("Holidays are known up to {year}"),
        ),
        None => (
            "没有放假安排".to_owned(),
            "No holidays are known".to_owned(),
        ),
    };
    Ok(Finding::ok("calendar", zh, en).unless(
        until.is_none_or(|until| until < next),
        Level::Warn,
        "国务院通知公布后用 assent calendar load 载入明年的安排",
        "Load next year's notice with assent calendar load once it is published",
    ))
}

async fn directory(store: &Store) -> Result<Finding, AppError> {
    let body = store.directory().await?.map(|(_, body)| body);
    let directory: Directory = body
        .and_then(|body| serde_json::from_str(&body).ok())
        .unwrap_or_default();
    let people = directory.people.len();
    let active = directory
        .people
        .values()
        .filter(|person| person.active)
        .count();
    Ok(Finding::ok(
        "directory",
        format!(
            "组织架构 {people} 人，在职 {active} 人，{} 个部门",
            directory.units.len()
        ),
        format!(
            "{people} people, {active} of them active, {} units",
            directory.units.len()
        ),
    )
    .unless(
        active == 0,
        Level::Bad,
        "没有人能登录和审批；请导入组织架构：assent people import 文件夹",
        "Nobody can sign in or decide; import the organisation: assent people import FOLDER",
    ))
}

async fn work(config: &AppConfig, store: &Store) -> Result<Vec<Finding>, AppError> {
    let (pending, oldest, dead) = store.outbox_gauges().await?;
    let now = config.clock.now();
    let late_s = oldest.map_or(0, |at| (now.0 - at.0).max(0) / 1000);
    let held: i64 = store
        .count_instances()
        .await?
        .iter()
        .filter(|(_, status, _)| status == "held")
        .map(|(_, _, n)| n)
        .sum();
    let overdue = store.count_overdue_wakeups(now.plus_ms(-60_000)).await?;
    let see = ("见管理页“受阻”逐项处理", "See them on the page “Stuck”");
    Ok(vec![
        Finding::ok(
            "outbox",
            format!("待投递 {pending} 件，最久已到期 {late_s} 秒"),
            format!("{pending} deliveries wait, the oldest is due for {late_s} s"),
        )
        .unless(
            late_s > 600,
            Level::Warn,
            "服务是否在运行？邮件服务器和外部系统是否可达？",
            "Does the server run? Can the mail server and the other systems be reached?",
        ),
        Finding::ok(
            "dead_letters",
            format!("死信 {dead} 件"),
            format!("{dead} dead letters"),
        )
        .unless(dead > 0, Level::Warn, see.0, see.1),
        Finding::ok(
            "held",
            format!("停住的实例 {held} 个"),
            format!("{held} instances are held"),
        )
        .unless(held > 0, Level::Warn, see.0, see.1),
        Finding::ok(
            "timers",
            format!("到期超过一分钟而未触发的定时 {overdue} 个"),
            format!("{overdue} timers are more than a minute late"),
        )
        .unless(
            overdue > 0,
            Level::Warn,
            "服务是否在运行？是否过载？",
            "Does the server run? Is it overloaded?",
        ),
    ])
}

/// Retention by schedule; nothing where there is none.
async fn retention(config: &AppConfig, store: &Store) -> Result<Option<Finding>, AppError> {
    let Some(folder) = &config.retire.folder else {
        return Ok(None);
    };
    let (last, _) = shared(store).await?;
    let see = (
        "查看管理页“受阻”和日志中的原因",
        "See the page “Stuck” and the log for the reason",
    );
    if let Some((_, words)) = last.failed {
        let found = Finding::ok(
            "retire",
            format!("最近一次自动归档失败：{}", words.zh),
            format!("The last retirement failed: {}", words.en),
        );
        return Ok(Some(found.todo(Level::Bad, see.0, see.1)));
    }
    let to = folder.display();
    let Some(done) = last.done else {
        let found = Finding::ok(
            "retire",
            format!("还没有自动归档到 {to}"),
            format!("Nothing has been retired to {to} by itself yet"),
        );
        let (zh, en) = ("服务是否在运行？", "Does the server run?");
        return Ok(Some(found.todo(Level::Warn, zh, en)));
    };
    let age = config.clock.now().0 - done.0;
    let hours = age / 3_600_000;
    let most = RETIRE_MS_MAX.max(i64::from(config.retire.every_minutes) * 120_000);
    let found = Finding::ok(
        "retire",
        format!("自动归档到 {to}，上次在 {hours} 小时前"),
        format!("Retires to {to} by itself, last {hours} hours ago"),
    );
    Ok(Some(found.unless(age > most, Level::Bad, see.0, see.1)))
}
