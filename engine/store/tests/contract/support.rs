//! Fresh stores, and writes in the words of the domain.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use assent_core::field::{Bounds, EntityType, Field, FieldKind};
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_core::value::{Value, Values};
use assent_core::write::{
    EventRow, InstanceRow, OutboxRow, RecordWrite, RowBefore, TaskClosedRow, TaskRow, WakeupRow,
    Write,
};
use assent_store::Store;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A database for one test.
pub struct Fresh {
    pub url: String,
    folder: Option<PathBuf>,
}

impl Fresh {
    pub fn sqlite() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("assent-store-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self {
            url: format!("sqlite:{}", folder.join("test.db").display()),
            folder: Some(folder),
        }
    }

    pub async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("ASSENT_TEST_POSTGRES") else {
            eprintln!(
                "SKIPPED on PostgreSQL: ASSENT_TEST_POSTGRES is not set (tests/pg run cargo test …)"
            );
            return None;
        };
        let schema = format!(
            "t{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let pool = sqlx::PgPool::connect(&server).await.unwrap();
        let sql = sqlx::AssertSqlSafe(format!("create schema {schema}"));
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
        pool.close().await;
        let joint = if server.contains('?') { '&' } else { '?' };
        Some(Self {
            url: format!("{server}{joint}options[search_path]={schema}"),
            folder: None,
        })
    }

    pub async fn open(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Runs the body on SQLite and, where there is one, on PostgreSQL.
macro_rules! on_both {
    ($($name:ident => $body:expr;)*) => {$(
        mod $name {
            use super::*;
            #[tokio::test]
            async fn sqlite() {
                let fresh = $crate::support::Fresh::sqlite();
                let body: fn($crate::support::Fresh) -> $crate::support::Running = |fresh| Box::pin($body(fresh));
                body(fresh).await;
            }
            #[tokio::test]
            async fn postgres() {
                let Some(fresh) = $crate::support::Fresh::postgres().await else { return };
                let body: fn($crate::support::Fresh) -> $crate::support::Running = |fresh| Box::pin($body(fresh));
                body(fresh).await;
            }
        }
    )*};
}
pub(crate) use on_both;

pub type Running = std::pin::Pin<Box<dyn Future<Output = ()>>>;

pub fn id(number: u32) -> String {
    format!("0198f0a0-0000-7000-8000-{number:012}")
}

pub fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.into(),
        label: Text::new(name, name),
        kind,
        required: false,
        show_first: false,
        bounds: Bounds::default(),
        computed: None,
        filled_by: None,
        required_to: None,
    }
}

pub fn repair() -> EntityType {
    let money = FieldKind::Money {
        currency: "CNY".into(),
        decimals: 2,
    };
    EntityType {
        name: "repair".into(),
        label: Text::new("维修", "Repair"),
        fields: vec![
            field("number", FieldKind::Text),
            field("amount", money),
            field("day", FieldKind::Date),
            field("urgent", FieldKind::Flag),
        ],
        title_field: Some("number".into()),
    }
}

pub fn values(number: &str, amount: &str) -> Values {
    Values::from([
        ("number".into(), Value::from(number)),
        ("amount".into(), Value::Number(amount.parse().unwrap())),
        ("day".into(), Value::Date("2026-03-02".parse().unwrap())),
        ("urgent".into(), Value::Flag(true)),
    ])
}

pub fn event(seq: u32, kind: &str) -> EventRow {
    EventRow {
        seq,
        at: Moment(1_000 + i64::from(seq)),
        actor: "zhangsan".into(),
        kind: kind.into(),
        body: format!(r#"{{"kind":"{kind}","comment":"同意 \"{seq}\" \\ \n 😀"}}"#),
        hash: format!("{seq:064x}"),
    }
}

fn task(instance: &str, no: u32, assignee: &str) -> TaskRow {
    TaskRow {
        instance: instance.into(),
        no,
        state: "manager".into(),
        kind: "approve".into(),
        round: 1,
        assignee: assignee.into(),
        opened: Moment(2_000 + i64::from(no)),
        due: no.is_multiple_of(2).then_some(Moment(9_000)),
        candidates: vec![],
    }
}

/// An instance is started by `applicant`: task 1 is open for `lisi`, a wake-up is armed, a mail is in the outbox.
pub fn started(instance: &str, applicant: &str) -> Write {
    Write {
        instance: InstanceRow {
            id: instance.into(),
            flow: "repair_order".into(),
            version: "v1".into(),
            entity: "repair".into(),
            record: format!("r-{instance}"),
            applicant: applicant.into(),
            status: "running".into(),
            ended: false,
            title: format!("维修 {instance}"),
            standing: "manager".into(),
            rev: 1,
            started: Moment(1_000),
            updated: Moment(1_000),
            state: r#"{"rev":1,"note":"状态 \"x\""}"#.into(),
        },
        before: None,
        tasks_opened: vec![task(instance, 1, "lisi")],
        tasks_closed: vec![],
        tasks_changed: vec![],
        events: vec![event(1, "started"), event(2, "entered")],
        records: vec![RecordWrite {
            entity: repair(),
            id: format!("r-{instance}"),
            values: values("R-1", "1234.50"),
            new: true,
        }],
        guards: vec![],
        turns: vec![],
        wakeups_set: vec![WakeupRow {
            reference: "e1.r0".into(),
            at: Moment(5_000),
        }],
        wakeups_cleared: vec![],
        outbox: vec![OutboxRow {
            id: format!("{instance}:2"),
            kind: "mail".into(),
            instance: instance.into(),
            body: r#"{"mail":"task"}"#.into(),
            due: Moment(1_000),
        }],
        answer: Some((format!("start-{instance}"), "started".into())),
    }
}

/// What a turn after this one finds.
pub fn stood(before: &Write) -> RowBefore {
    RowBefore {
        rev: before.instance.rev,
        status: before.instance.status.clone(),
        tasks_made: u32::try_from(before.instance.rev).unwrap(),
    }
}

/// The turn after `before`: closes the open task, opens the next one for `assignee`, moves the wake-up.
pub fn decided(before: &Write, key: &str, assignee: &str) -> Write {
    let rev = before.instance.rev;
    let no = u32::try_from(rev).unwrap();
    let mut instance = before.instance.clone();
    instance.rev = rev + 1;
    instance.updated = Moment(1_000 + i64::from(no) * 10);
    instance.state = format!(r#"{{"rev":{}}}"#, rev + 1);
    instance.standing = format!("state{no}");
    Write {
        before: Some(stood(before)),
        tasks_opened: vec![task(&instance.id, no + 1, assignee)],
        tasks_closed: vec![TaskClosedRow {
            task: before.tasks_opened[0].clone(),
            end: "approved".into(),
            at: Moment(3_000),
            by: Some("lisi".into()),
        }],
        tasks_changed: vec![],
        events: vec![event(2 * no + 1, "decided"), event(2 * no + 2, "entered")],
        records: vec![],
        guards: vec![],
        turns: vec![],
        wakeups_set: vec![WakeupRow {
            reference: format!("e{}.r0", no + 1),
            at: Moment(6_000),
        }],
        wakeups_cleared: vec![format!("e{no}.r0")],
        outbox: vec![],
        answer: Some((key.into(), format!("answer to {key}"))),
        instance,
    }
}
