//! An app with a flow, some people and a clock; it fails when work is left over.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use assent_core::command::{Action, Actor, Command, Verdict, Via};
use assent_core::directory::{Directory, Person, RoleGrant, Unit};
use assent_core::text::{Lang, Text};
use assent_core::time::Moment;
use assent_core::value::Values;
use serde_json::json;

use crate::app::{Answer, App, AppConfig, AppError, JsonMap, PublishOutcome, SourceFile, Tab};
use crate::audit::{Expectation, verify_database};
use crate::clock::Clock;
use crate::workers::{outbox, timers};

/// Monday 2026-03-02 09:00 in China.
pub(super) const MONDAY: Moment = Moment(1_772_413_200_000);
/// An hour.
pub(super) const HOUR_MS: i64 = 3_600_000;

/// A flow with one approval, a deadline and a reminder.
pub(super) const LEAVE: &str = include_str!("leave.yaml");

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// An app on a database of its own.
pub(super) struct TestApp {
    pub app: App,
    dir: PathBuf,
    finished: bool,
}

impl TestApp {
    /// With this flow published, and ann (applicant), bob and bea (managers), hr and adm.
    pub async fn with(flow: &str) -> Self {
        Self::configured(flow, |_| {}).await
    }

    /// The same, with the configuration changed first.
    pub async fn configured(flow: &str, change: impl FnOnce(&mut AppConfig)) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir =
            std::env::temp_dir().join(format!("assent-runtime-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let mut config = AppConfig::new(format!("sqlite:{}", dir.join("test.db").display()));
        config.clock = Clock::test(MONDAY);
        config.workers = false;
        config.base_url = "https://assent.example.com".to_owned();
        change(&mut config);
        let app = App::open(config).await.unwrap();
        app.import_directory(directory()).await.unwrap();
        let test = Self {
            app,
            dir,
            finished: false,
        };
        if !flow.is_empty() {
            test.publish(flow).await;
        }
        test
    }

    pub async fn publish(&self, flow: &str) {
        let file = SourceFile {
            name: "test.yaml".to_owned(),
            text: flow.to_owned(),
        };
        let results = self.app.publish(Some("adm"), vec![file]).await.unwrap();
        assert_eq!(
            results[0].outcome,
            PublishOutcome::Published,
            "{:#?}",
            results[0]
        );
    }

    /// Moves the clock.
    pub fn at(&self, moment: Moment) {
        assert!(self.app.clock().set(moment));
    }

    /// ann starts and submits the first flow that is published.
    pub async fn submitted(&self, values: &serde_json::Value) -> Answer {
        let flow = self.app.flows("ann").await.unwrap()[0].flow.clone();
        let values = values.as_object().cloned().unwrap();
        let actor = Actor::Person("ann".to_owned());
        self.app
            .start(&flow, actor, Via::Page, &values, true, None)
            .await
            .unwrap()
    }

    pub async fn act(&self, instance: &str, who: &str, action: Action) -> Result<Answer, AppError> {
        let command = Command {
            actor: Actor::Person(who.to_owned()),
            via: Via::Page,
            action,
            key: None,
        };
        self.app.command(instance, command).await
    }

    pub async fn decide(
        &self,
        instance: &str,
        task: u32,
        who: &str,
        verdict: Verdict,
    ) -> Result<Answer, AppError> {
        let action = Action::Decide {
            task,
            verdict,
            comment: Some("because".to_owned()),
            set: Values::new(),
            with: assent_core::command::DecideWith::default(),
        };
        self.act(instance, who, action).await
    }

    /// Everything due now is fired and delivered, again and again until nothing is.
    pub async fn settle(&self) {
        for _ in 0..20 {
            let fired = timers::step(&self.app).await.unwrap().fired;
            if outbox::drain(&self.app).await.unwrap() == 0 && fired == 0 {
                return;
            }
        }
        panic!("the workers never come to rest");
    }

    /// Titles in somebody's inbox.
    pub async fn todo(&self, who: &str) -> Vec<String> {
        let page = self
            .app
            .inbox(who, Tab::Todo, None, None, 50)
            .await
            .unwrap();
        page.items.into_iter().map(|item| item.title).collect()
    }

    /// Subjects and addresses of mails in the mailbox, oldest first.
    pub async fn mails(&self) -> Vec<(String, String)> {
        let mut mails = self.app.mailbox(100).await.unwrap();
        mails.reverse();
        mails
            .into_iter()
            .map(|mail| (mail.to, mail.subject))
            .collect()
    }

    /// Closes, and fails when effects are left that nobody looked at, or rows that do not follow from the events.
    pub async fn finish(self) {
        self.finish_with(0, 0).await;
    }

    /// Closes, with this many effects still waiting and dead.
    pub async fn finish_with(mut self, waiting: i64, buried: i64) {
        let (pending, _, dead) = self.app.store().outbox_gauges().await.unwrap();
        self.finished = true;
        self.app.close().await;
        assert_eq!(
            (pending, dead),
            (waiting, buried),
            "effects that wait and dead letters left over"
        );
        rebuilt(&self.app).await;
    }

    /// Closes a database that was damaged on purpose.
    pub async fn finish_damaged(mut self) {
        self.finished = true;
        self.app.close().await;
    }
}

/// `rebuild`: in the database a test leaves behind, every row is what the events from zero fold to. Answers how many
/// instances were compared.
pub(super) async fn rebuilt(app: &App) -> u64 {
    let (url, catalog) = (&app.config().database, app.catalog(false));
    let report = verify_database(url, app.now(), &catalog, Expectation::default())
        .await
        .unwrap();
    assert!(report.good, "{:#?}", report.findings);
    report.instances
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
        assert!(
            self.finished || std::thread::panicking(),
            "a test must end with finish()"
        );
    }
}

pub(super) fn values(json: &serde_json::Value) -> JsonMap {
    json.as_object().cloned().unwrap()
}

pub(super) fn leave_of(days: i64) -> serde_json::Value {
    json!({"reason": "三亚", "days": days})
}

pub(super) fn directory() -> Directory {
    let mut directory = Directory::default();
    let unit = |id: &str, zh: &str| Unit {
        id: id.into(),
        name: Text::new(zh, id),
        parent: None,
        head: None,
    };
    for one in [unit("sales", "销售部"), unit("hr", "人事部")] {
        directory.units.insert(one.id.clone(), one);
    }
    let people = [
        ("ann", "安妮", "sales", Lang::Zh, ""),
        ("bob", "鲍勃", "sales", Lang::Zh, "manager"),
        ("bea", "Bea", "sales", Lang::En, "manager"),
        ("hana", "哈娜", "hr", Lang::Zh, "hr"),
        ("adm", "管理员", "hr", Lang::Zh, "administrator"),
        ("own", "负责人", "hr", Lang::Zh, "owner"),
    ];
    for (id, name, unit, lang, role) in people {
        let person = Person {
            id: id.into(),
            name: name.into(),
            mail: format!("{id}@example.com"),
            unit: unit.into(),
            superior: None,
            posts: vec![],
            lang,
            active: true,
        };
        directory.people.insert(id.into(), person);
        if !role.is_empty() {
            directory.role_names.insert(role.into(), Text::same(role));
            directory.roles.push(RoleGrant {
                role: role.into(),
                person: id.into(),
                unit: None,
            });
        }
    }
    directory
}
