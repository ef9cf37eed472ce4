//! How the app is: health, figures, and what is stuck.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use assent_core::text::Text;
use assent_store::InstanceFilter;
use serde::Serialize;

use super::error::AppError;
use super::instance::InstanceHead;
use super::state::App;
use super::view::PersonView;
use crate::workers::retiring;

/// Ready means that the committer's queue is less full than this, percent.
const QUEUE_READY_BELOW: usize = 80;
/// Longest wait for the write probe.
const PROBE_MAX: Duration = Duration::from_secs(2);
/// How late wake-ups may be, seconds: the steps they are counted in.
const LATE_S: [i64; 4] = [0, 60, 600, 3_600];
/// Most rows of the stuck page.
const STUCK_ROWS_MAX: u32 = 200;
/// The setting that the write probe writes.
const PROBE: &str = "health.probe";

/// `/livez` and `/readyz`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The program runs.
    pub live: bool,
    /// It can take requests.
    pub ready: bool,
    /// What was looked at.
    pub facts: Vec<HealthFact>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HealthFact {
    /// `database_write`, `migrations`, `queue`, `draining`, `workers`.
    pub name: &'static str,
    /// Good.
    pub ok: bool,
    /// In words.
    pub words: Text,
}

/// Figures that are read when asked for; the counting ones go through the `metrics` crate as they happen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Metrics {
    /// Open tasks of everybody.
    pub open_tasks: u64,
    /// Age of the oldest open task, ms.
    pub oldest_task_ms: i64,
    /// Instances not over.
    pub running: u64,
    /// Instances held or suspended.
    pub held: u64,
    /// Running instances that nothing will wake.
    pub stuck: u64,
    /// Things in published flows that would stop somebody in today's organisation.
    pub check_findings: u64,
    /// Outbox rows waiting.
    pub outbox_pending: u64,
    /// Age of the oldest one that is due, ms.
    pub outbox_oldest_ms: i64,
    /// Dead letters.
    pub outbox_dead: u64,
    /// Wake-ups that are due and have not fired, by lateness: more than so many seconds, how many.
    pub timers_late: Vec<(i64, u64)>,
    /// How the connections are used: pool, open, idle.
    pub pools: Vec<(&'static str, u32, u32)>,
    /// How late the oldest wake-up that is due is, ms.
    pub timer_late_ms: i64,
    /// How full the committer's queue is, percent.
    pub queue_depth: u64,
}

/// Something an administrator must look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stuck {
    /// `backup`, `retire`, `held`, `stuck`, `away`, `dead_letter`, `overdue`, `check`.
    pub kind: &'static str,
    /// The instance.
    pub instance: Option<InstanceHead>,
    /// Stable code of the reason.
    pub code: String,
    /// What is wrong and what to do.
    pub words: Text,
    /// Whose turn it is.
    pub owner: Vec<PersonView>,
    /// The dead letter, to send again.
    pub outbox: Option<String>,
    /// The task that waits, to reassign.
    pub task: Option<u32>,
}

impl App {
    /// How the app is: the database takes a write and is one that this program knows, the queue has room, nobody is shutting
    /// it down.
    pub async fn health(&self) -> Health {
        // A watcher asks again soon; it must not hang as long as a call that waits for the database.
        let write = match tokio::time::timeout(PROBE_MAX, self.probe()).await {
            Ok(write) => write,
            Err(_) => Err(AppError::unavailable(
                "database",
                "数据库没有及时响应",
                "The database does not answer in time",
                "probe",
            )),
        };
        let fullness = self.fullness().await;
        let facts = vec![
            HealthFact {
                name: "database_write",
                ok: write.is_ok(),
                words: match &write {
                    Ok(()) => Text::new("数据库可写", "The database takes writes"),
                    Err(fault) => fault.message(),
                },
            },
            HealthFact {
                name: "queue",
                ok: fullness.is_none_or(|full| full < QUEUE_READY_BELOW),
                words: Text::new(
                    format!("写入队列已用 {}%", fullness.unwrap_or_default()),
                    format!("The write queue is {}% full", fullness.unwrap_or_default()),
                ),
            },
            HealthFact {
                name: "draining",
                ok: fullness.is_some() && !self.is_draining(),
                words: if fullness.is_some() && !self.is_draining() {
                    Text::new("运行中", "Running")
                } else {
                    Text::new("正在停机", "Shutting down")
                },
            },
        ];
        Health {
            live: true,
            ready: facts.iter().all(|fact| fact.ok),
            facts,
        }
    }

    async fn probe(&self) -> Result<(), AppError> {
        self.store().check_schema().await?;
        let rev = self.store().setting(PROBE).await?.map_or(0, |(_, rev)| rev);
        let begun = Instant::now();
        // Stale is as good: another probe wrote at the same time.
        self.store().save_setting(PROBE, "{}", rev).await?;
        metrics::histogram!("assent_fsync_seconds").record(begun.elapsed());
        Ok(())
    }

    /// Figures.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn metrics(&self) -> Result<Metrics, AppError> {
        let now = self.now();
        let mut metrics = Metrics::default();
        for (_, status, n) in self.store().count_instances().await? {
            let n = u64::try_from(n).unwrap_or_default();
            match status.as_str() {
                "running" => metrics.running += n,
                "held" | "suspended" => metrics.held += n,
                _ => {}
            }
        }
        let (pending, oldest, dead) = self.store().outbox_gauges().await?;
        metrics.outbox_pending = u64::try_from(pending).unwrap_or_default();
        metrics.outbox_oldest_ms = oldest.map_or(0, |at| (now.0 - at.0).max(0));
        metrics.outbox_dead = u64::try_from(dead).unwrap_or_default();
        metrics.oldest_task_ms = self
            .store()
            .oldest_open_task()
            .await?
            .map_or(0, |at| (now.0 - at.0).max(0));
        metrics.open_tasks =
            u64::try_from(self.store().count_all_open_tasks().await?).unwrap_or_default();
        for seconds in LATE_S {
            let before = now.plus_ms(-seconds * 1000);
            let late = self.store().count_overdue_wakeups(before).await?;
            let late = u64::try_from(late).unwrap_or_default();
            metrics.timers_late.push((seconds, late));
        }
        let pools = self.store().pools();
        metrics.pools = pools.map(|used| (used.pool, used.open, used.idle)).into();
        let next = self.store().next_wakeup(now).await?;
        metrics.timer_late_ms = next.map_or(0, |due| (now.0 - due.0).max(0));
        metrics.stuck = self.found().len() as u64;
        metrics.check_findings = self.findings().len() as u64;
        metrics.queue_depth = self.fullness().await.unwrap_or_default() as u64;
        Ok(metrics)
    }

    /// What an administrator must look at: held instances, instances nothing will wake, tasks that wait for somebody's return,
    /// dead letters; at most 200 of each.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn stuck(&self) -> Result<Vec<Stuck>, AppError> {
        let mut rows: Vec<Stuck> = self
            .inner
            .backups
            .failed()
            .map(no_backup)
            .into_iter()
            .collect();
        rows.extend(retiring::failed(self).await?.map(not_retired));
        for (instance, found) in self.found() {
            let head = self.head_of(&instance).await?;
            rows.push(Stuck {
                kind: "stuck",
                words: Text::new(
                    format!("没有任何事情会再推动它：{found}。请重试，或联系支持人员"),
                    format!("Nothing will move it any more: {found}. Retry it, or ask for support"),
                ),
                code: "nothing_wakes_it".to_owned(),
                owner: vec![],
                instance: head,
                outbox: None,
                task: None,
            });
        }
        let filter = InstanceFilter {
            status: Some("held".to_owned()),
            ended: Some(false),
            ..InstanceFilter::default()
        };
        for row in self
            .store()
            .list_instances(&filter, None, STUCK_ROWS_MAX)
            .await?
        {
            rows.extend(self.held_rows(&row.id).await?);
        }
        rows.extend(self.absent_rows().await?);
        rows.extend(self.findings());
        for dead in self.store().dead_effects(None, STUCK_ROWS_MAX).await? {
            rows.push(Stuck {
                kind: "dead_letter",
                instance: self.head_of(&dead.instance).await?,
                code: dead.kind.clone(),
                words: Text::new(
                    format!("{}未能送达（{} 次尝试）：{}。排除故障后请重发", kind_zh(&dead.kind), dead.attempts, dead.error),
                    format!("A {} could not be delivered ({} tries): {}. Mend the cause and send it again", dead.kind, dead.attempts, dead.error),
                ),
                owner: vec![],
                outbox: Some(dead.id),
                task: None,
            });
        }
        Ok(rows)
    }

    async fn held_rows(&self, instance: &str) -> Result<Vec<Stuck>, AppError> {
        let Some(loaded) = self.load(instance).await? else {
            return Ok(vec![]);
        };
        let case = crate::engine::stored_case(&loaded)?;
        let head = self.head_of(instance).await?;
        Ok(case
            .instance
            .holds
            .iter()
            .map(|held| Stuck {
                kind: "held",
                instance: head.clone(),
                code: held.code.clone(),
                words: held.reason.clone(),
                owner: held.owner.iter().map(|id| self.person_view(id)).collect(),
                outbox: None,
                task: None,
            })
            .collect())
    }

    /// What the checks over the organisation found last.
    fn findings(&self) -> Vec<Stuck> {
        let checked = self.inner.checked().unwrap_or_default();
        let directory = self.directory();
        let row = |found: crate::workers::checks::FoundInFlow| {
            let def = self.definition(&found.flow);
            let name = def
                .as_ref()
                .map_or_else(|| Text::same(&found.flow), |def| def.name.clone());
            let owner = def.map(|def| {
                let values = assent_core::value::Values::new();
                let cx = assent_core::people::PeopleContext::new(&directory, "", &values);
                def.owner.resolve(&cx).people
            });
            Stuck {
                kind: "check",
                instance: None,
                code: found.code,
                words: Text::new(
                    format!("“{}”：{}{}", name.zh, found.words.zh, found.hint.zh),
                    format!("“{}”: {} {}", name.en, found.words.en, found.hint.en),
                ),
                owner: owner
                    .unwrap_or_default()
                    .iter()
                    .map(|id| self.person_view(id))
                    .collect(),
                outbox: None,
                task: None,
            }
        };
        checked
            .found
            .into_iter()
            .filter(|found| found.is_error)
            .map(row)
            .collect()
    }

    fn found(&self) -> Vec<(String, String)> {
        self.inner
            .stuck
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn no_backup((_, words): (assent_core::time::Moment, Text)) -> Stuck {
    failed(
        "backup",
        Text::new(
            format!("最近一次自动备份失败：{}", words.zh),
            format!("The last backup failed: {}", words.en),
        ),
    )
}

fn not_retired((_, words): (assent_core::time::Moment, Text)) -> Stuck {
    failed(
        "retire",
        Text::new(
            format!("最近一次自动归档失败：{}", words.zh),
            format!("The last retirement failed: {}", words.en),
        ),
    )
}

/// Something the server does by itself that did not work the last time.
fn failed(kind: &'static str, words: Text) -> Stuck {
    Stuck {
        kind,
        instance: None,
        code: format!("{kind}_failed"),
        words,
        owner: vec![],
        outbox: None,
        task: None,
    }
}

fn kind_zh(kind: &str) -> &'static str {
    match kind {
        "mail" => "邮件",
        "call" => "外部系统调用",
        "subflow" => "子流程",
        _ => "通知",
    }
}
