//! `rebuild`: what stands in the tables beside the instances is what their events fold to. A verification has compared the
//! folded events with each instance's row already; here open and ended tasks, wake-ups and the counts that are kept are
//! compared with that row and with the events.

use std::collections::BTreeMap;

use assent_core::event::Event;
use assent_core::instance::Instance;
use assent_core::turn::{ended_row, open_rows};
use assent_core::write::{InstanceRow, TaskRow, WakeupRow};
use assent_store::{Beside, Ended, Snapshot};

use super::finding::{Finding, Report};
use crate::app::AppError;

/// Instances, and events of one, read at once.
const PAGE: u32 = 500;

/// Compares every instance of the snapshot, and the counts over all of them.
pub(super) async fn rebuild(snapshot: &mut Snapshot, report: &mut Report) -> Result<(), AppError> {
    let (mut counts, mut after) = (BTreeMap::new(), String::new());
    loop {
        let page = snapshot.instances(&after, PAGE).await?;
        let Some(last) = page.last().map(|row| row.id.clone()) else {
            break;
        };
        let mut beside = by_instance(snapshot.beside(&after, &last).await?);
        for row in page {
            let found = beside.remove(&row.id).unwrap_or_default();
            one(snapshot, &row, &found, &mut counts, report).await?;
        }
        for (instance, _) in beside {
            differs(report, &instance, "an instance that is not there");
        }
        after = last;
    }
    counters(snapshot, counts, report).await
}

/// What the tables hold of one instance.
#[derive(Default)]
struct Rows {
    open: Vec<TaskRow>,
    ended: Vec<Ended>,
    wakeups: Vec<WakeupRow>,
}

fn by_instance(beside: Beside) -> BTreeMap<String, Rows> {
    let mut rows: BTreeMap<String, Rows> = BTreeMap::new();
    for task in beside.open {
        let of = rows.entry(task.instance.clone()).or_default();
        of.open.push(task);
    }
    for (instance, ended) in beside.ended {
        rows.entry(instance).or_default().ended.push(ended);
    }
    for (instance, wakeup) in beside.wakeups {
        rows.entry(instance).or_default().wakeups.push(wakeup);
    }
    rows
}

async fn one(
    snapshot: &mut Snapshot,
    row: &InstanceRow,
    found: &Rows,
    counts: &mut BTreeMap<String, i64>,
    report: &mut Report,
) -> Result<(), AppError> {
    // Unreadable: said already.
    let Ok(instance) = serde_json::from_str::<Instance>(&row.state) else {
        return Ok(());
    };
    let mut open: Vec<TaskRow> = open_rows(&instance)
        .into_iter()
        .flat_map(|task| holders(&task))
        .collect();
    open.sort_by(|a, b| (a.no, &a.assignee).cmp(&(b.no, &b.assignee)));
    if open != found.open {
        differs(report, &row.id, "open tasks");
    }
    let armed = |wakeup: &assent_core::instance::Wakeup| WakeupRow {
        reference: wakeup.reference.clone(),
        at: wakeup.at,
    };
    let mut wakeups: Vec<WakeupRow> = instance.wakeups.iter().map(armed).collect();
    wakeups.sort_by(|a, b| a.reference.cmp(&b.reference));
    if wakeups != found.wakeups {
        differs(report, &row.id, "wake-ups");
    }
    if ended(snapshot, &row.id).await? != found.ended {
        differs(report, &row.id, "ended tasks");
    }
    let status = format!("flow/{}/{}", row.flow, row.status);
    *counts.entry(status).or_default() += 1;
    for task in &open {
        let list = if task.kind == "read" {
            "copies"
        } else {
            "open"
        };
        *counts
            .entry(format!("{list}/{}", task.assignee))
            .or_default() += 1;
    }
    Ok(())
}

/// A row for each of the people who may claim a task, or the one row of a task somebody holds.
fn holders(task: &TaskRow) -> Vec<TaskRow> {
    let row = |assignee: &String| TaskRow {
        assignee: assignee.clone(),
        candidates: vec![],
        ..task.clone()
    };
    if task.candidates.is_empty() {
        vec![row(&task.assignee)]
    } else {
        task.candidates.iter().map(row).collect()
    }
}

/// Ended tasks as the events tell them.
async fn ended(snapshot: &mut Snapshot, instance: &str) -> Result<Vec<Ended>, AppError> {
    let (mut ended, mut after) = (vec![], 0);
    loop {
        let page = snapshot.events(instance, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = i64::from(last.seq);
        for row in page.iter().filter(|row| row.kind == "task_closed") {
            let event = serde_json::from_str::<Event>(&row.body).ok();
            let told = event.as_ref().and_then(ended_row);
            ended.extend(told.map(|(no, end, by)| (no, end.to_owned(), by)));
        }
    }
    ended.sort();
    Ok(ended)
}

/// The counts that pages show instead of counting.
async fn counters(
    snapshot: &mut Snapshot,
    counts: BTreeMap<String, i64>,
    report: &mut Report,
) -> Result<(), AppError> {
    let mut kept = snapshot.counters().await?;
    kept.retain(|name, _| {
        ["flow/", "open/", "copies/"]
            .iter()
            .any(|kind| name.starts_with(kind))
    });
    if kept == counts {
        return Ok(());
    }
    let differing: Vec<&String> = kept
        .iter()
        .filter(|(name, n)| counts.get(*name) != Some(n))
        .chain(counts.iter().filter(|(name, _)| !kept.contains_key(*name)))
        .map(|(name, _)| name)
        .take(10)
        .collect();
    report.add(Finding::new(
        "rows_differ",
        format!("计数与实例不符：{differing:?}"),
        format!("Counts are not those of the instances: {differing:?}"),
    ));
    Ok(())
}

fn differs(report: &mut Report, instance: &str, what: &str) {
    let zh = match what {
        "open tasks" => "待办任务的行与其状态不符",
        "wake-ups" => "定时唤醒的行与其状态不符",
        "ended tasks" => "已办任务的行与其事件不符",
        _ => "有不属于任何实例的行",
    };
    report.add(Finding {
        chain: Some(instance.to_owned()),
        ..Finding::new(
            "rows_differ",
            format!("{instance}：{zh}"),
            format!("{instance}: the rows differ from what its events fold to ({what})"),
        )
    });
}
