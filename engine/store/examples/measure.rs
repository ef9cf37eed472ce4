//! Measures group commit on a database of your choice, with the turn of an ordinary decision: instance, a task closed and
//! one opened, two events, the record, a wake-up moved, a mail, an idempotency key.
//!
//! ```text
//! cargo run --release -p assent-store --example measure -- sqlite:/tmp/measure.db
//! tests/pg run --fsync sh -c 'cargo run --release -p assent-store --example measure -- "$ASSENT_TEST_POSTGRES"'
//! ```
//! Prints, for each number of callers, decisions per second, writes per commit, and how long a caller waits.
#![expect(
    clippy::unwrap_used,
    reason = "a tool for people who measure; it may stop with a backtrace"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use assent_core::field::{Bounds, EntityType, Field, FieldKind};
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_core::value::{Value, Values};
use assent_core::write::{
    EventRow, InstanceRow, OutboxRow, RecordWrite, TaskClosedRow, TaskRow, WakeupRow, Write,
};
use assent_store::{Committer, CommitterOptions, Outcome, Store};

const INSTANCES: usize = 20_000;
const SECONDS: u64 = 3;

fn entity() -> EntityType {
    let money = || FieldKind::Money {
        currency: "CNY".into(),
        decimals: 2,
    };
    let kinds = [
        ("number", FieldKind::Text),
        ("customer", FieldKind::Text),
        ("amount", money()),
        ("cost", money()),
        ("day", FieldKind::Date),
        ("urgent", FieldKind::Flag),
    ];
    let field = |(name, kind): (&str, FieldKind)| Field {
        name: name.into(),
        label: Text::new(name, name),
        kind,
        required: false,
        show_first: false,
        bounds: Bounds::default(),
        computed: None,
        filled_by: None,
        required_to: None,
    };
    EntityType {
        name: "measured".into(),
        label: Text::new("测量", "Measured"),
        fields: kinds.into_iter().map(field).collect(),
        title_field: None,
    }
}

fn id(run: &str, number: usize) -> String {
    format!("{run}-7000-8000-{number:012}")
}

fn task(instance: &str, no: u32) -> TaskRow {
    TaskRow {
        instance: instance.into(),
        no,
        state: "finance".into(),
        kind: "approve".into(),
        round: 1,
        assignee: format!("person{}", no % 97),
        opened: Moment(1),
        due: Some(Moment(2)),
        candidates: vec![],
    }
}

fn record(instance: &str, new: bool) -> RecordWrite {
    let amount = |text: &str| Value::Number(text.parse().unwrap());
    RecordWrite {
        entity: entity(),
        id: format!("r-{instance}"),
        values: Values::from([
            ("number".into(), Value::from("RO-2026-000123")),
            ("customer".into(), Value::from("重庆山城机械有限公司")),
            ("amount".into(), amount("320000.00")),
            ("cost".into(), amount("210000.50")),
            ("day".into(), Value::Date("2026-03-02".parse().unwrap())),
            ("urgent".into(), Value::Flag(true)),
        ]),
        new,
    }
}

fn started(instance: &str) -> Write {
    Write {
        instance: InstanceRow {
            id: instance.into(),
            flow: "repair_order".into(),
            version: "v1".into(),
            entity: "measured".into(),
            record: format!("r-{instance}"),
            applicant: "ann".into(),
            status: "running".into(),
            ended: false,
            title: "维修申请".into(),
            standing: "finance".into(),
            rev: 1,
            started: Moment(1),
            updated: Moment(1),
            state: "s".repeat(900),
        },
        expected_rev: None,
        tasks_opened: vec![task(instance, 1)],
        tasks_closed: vec![],
        tasks_changed: vec![],
        events: vec![],
        records: vec![record(instance, true)],
        guards: vec![],
        turns: vec![],
        wakeups_set: vec![],
        wakeups_cleared: vec![],
        outbox: vec![],
        answer: None,
    }
}

fn decided(before: &Write) -> Write {
    let mut instance = before.instance.clone();
    instance.rev += 1;
    let no = u32::try_from(instance.rev).unwrap();
    let event = |seq: u32| EventRow {
        seq,
        at: Moment(1),
        actor: "ann".into(),
        kind: "decided".into(),
        body: "e".repeat(450),
        hash: "h".repeat(64),
    };
    let id = instance.id.clone();
    Write {
        expected_rev: Some(before.instance.rev),
        tasks_opened: vec![task(&id, no)],
        tasks_closed: vec![TaskClosedRow {
            task: before.tasks_opened[0].clone(),
            end: "approved".into(),
            at: Moment(3),
            by: Some("bob".into()),
        }],
        tasks_changed: vec![],
        events: vec![event(no * 2), event(no * 2 + 1)],
        records: vec![record(&id, false)],
        guards: vec![],
        turns: vec![],
        wakeups_set: vec![WakeupRow {
            reference: format!("e{no}.r0"),
            at: Moment(9),
        }],
        wakeups_cleared: vec![format!("e{}.r0", no - 1)],
        outbox: vec![OutboxRow {
            id: format!("{id}:{no}"),
            kind: "mail".into(),
            instance: id.clone(),
            body: "m".repeat(120),
            due: Moment(1),
        }],
        answer: Some((format!("{id}-{no}"), "ok".into())),
        instance,
    }
}

#[tokio::main]
async fn main() {
    let url = std::env::args().nth(1).unwrap();
    let store = Store::open(&url).await.unwrap();
    store.ensure_entity(&entity()).await.unwrap();
    let run = format!("{:08x}", std::process::id());
    let mut writes: Vec<_> = (0..INSTANCES)
        .map(|number| started(&id(&run, number)))
        .collect();
    for some in writes.chunks(500) {
        store.commit(some).await.unwrap();
    }
    let committer = Arc::new(Committer::start(&store, CommitterOptions::default()));
    for callers in [1, 8, 32, 128, 512] {
        let share = INSTANCES / callers;
        let end = Instant::now() + Duration::from_secs(SECONDS);
        let began = Instant::now();
        let mut calls = vec![];
        for mine in writes.chunks(share).take(callers) {
            let (mut mine, committer) = (mine.to_vec(), Arc::clone(&committer));
            calls.push(tokio::spawn(async move {
                let (mut waits, mut at, step) = (vec![], 0, (mine.len() / 2) | 1);
                while Instant::now() < end {
                    // Far apart, as decisions of a day are.
                    at = (at + step) % mine.len();
                    let next = decided(&mine[at]);
                    let asked = Instant::now();
                    assert_eq!(committer.commit(next.clone()).await.unwrap(), Outcome::Done);
                    waits.push(asked.elapsed());
                    mine[at] = next;
                }
                (mine, waits)
            }));
        }
        let (mut after, mut waits) = (vec![], vec![]);
        for call in calls {
            let (mine, mut took) = call.await.unwrap();
            after.extend(mine);
            waits.append(&mut took);
        }
        let took = began.elapsed();
        after.extend(writes.drain(after.len()..));
        writes = after;
        waits.sort_unstable();
        let rate = u128::try_from(waits.len()).unwrap() * 1_000_000 / took.as_micros();
        println!(
            "callers {callers:4}: {rate:6} decisions/s, wait p50 {:?}, p99 {:?}",
            waits[waits.len() / 2],
            waits[waits.len() * 99 / 100]
        );
    }
}
