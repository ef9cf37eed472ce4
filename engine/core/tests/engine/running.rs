//! An instance under way, for tests that need Rust: people act, versions change, and after every turn the invariants hold.

use assent_core::command::{Action, Actor, Command, DecideWith, Verdict, Via};
use assent_core::definition::Definition;
use assent_core::dialect::{Compiled, compile};
use assent_core::directory::{Directory, Person, RoleGrant};
use assent_core::event::Event;
use assent_core::instance::Case;
use assent_core::migrate::{MigrationMap, Preview, preview};
use assent_core::refusal::Refusal;
use assent_core::text::Lang;
use assent_core::time::Moment;
use assent_core::turn::{Before, Chance, Context, Directed, New, Turn, turn_to};
use assent_core::value::{Value, Values};
use assent_core::verify;

use crate::house::{Nothing, calendar, catalog};

/// Monday 2026-03-02 09:00 in China.
pub const MONDAY: Moment = Moment(1_772_413_200_000);
pub const DAY_MS: i64 = 24 * 3_600_000;

const V1: &str = "
flow: buy
format: 1
name: {zh: 采购, en: Buy}
purpose: {zh: 采购审批。, en: Purchases.}
owner: role/owner
calendar: cn_office
title: '{{subject}}'
form:
  subject: {type: text, name: {zh: 事由, en: Subject}, required: true}
  note: {type: text, name: {zh: 备注, en: Note}}
people: {jury: role/first, boss: role/boss, legal: role/legal, tech: role/tech}
policies: {same_person: ask}
states:
  - {id: draft, name: {zh: 申请, en: Request}, draft: {by: applicant}}
  - {id: jury, name: {zh: 评审, en: Jury}, approve: {by: jury, needs: 2}, deadline: 2 workdays, if_late: [{at: deadline, remind: waiting}]}
  - id: both
    name: {zh: 并行, en: Both}
    together:
      branches:
        - {id: legal, states: [{id: legal_ok, name: {zh: 法务, en: Legal}, approve: {by: legal}}]}
        - {id: tech, states: [{id: tech_ok, name: {zh: 技术, en: Tech}, approve: {by: tech}}]}
  - {id: boss, name: {zh: 领导, en: Boss}, approve: {by: boss}}
  - {id: done, end: approved, name: {zh: 完成, en: Done}}
";

/// The flow after replacing parts of it, whatever the checks say.
pub fn unchecked(edits: &[(&str, &str)]) -> Definition {
    compiled(edits).definition.unwrap()
}

fn compiled(edits: &[(&str, &str)]) -> Compiled {
    let mut text = V1.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from} is not in the flow");
        text = text.replacen(from, to, 1);
    }
    compile("buy.yaml", &text, &catalog())
}

/// The flow after replacing parts of it.
pub fn version(edits: &[(&str, &str)]) -> Definition {
    let compiled = compiled(edits);
    let errors: Vec<_> = compiled
        .diagnostics
        .iter()
        .filter(|found| found.is_error())
        .map(|found| (found.code, found.place.line, found.message.en.clone()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    compiled.definition.unwrap()
}

/// ann applies; jo, ki and lu are the jury; own owns the flow, adm administers.
fn organisation() -> Directory {
    let mut directory = Directory::default();
    for (id, roles) in [
        ("ann", &[][..]),
        ("jo", &["first"]),
        ("ki", &["first"]),
        ("lu", &["first", "second"]),
        ("mo", &["second"]),
        ("lea", &["legal"]),
        ("tim", &["tech"]),
        ("bo", &["boss"]),
        ("own", &["owner"]),
        ("adm", &["administrator"]),
    ] {
        let person = Person {
            id: id.to_owned(),
            name: id.to_owned(),
            mail: format!("{id}@example.com"),
            unit: "u".to_owned(),
            superior: None,
            posts: vec![],
            lang: Lang::Zh,
            active: true,
        };
        directory.people.insert(id.to_owned(), person);
        directory.roles.extend(roles.iter().map(|role| RoleGrant {
            role: (*role).to_owned(),
            person: id.to_owned(),
            unit: None,
        }));
    }
    directory
}

/// An instance under way.
pub struct Running {
    pub def: Definition,
    pub case: Case,
    pub events: Vec<Event>,
    pub now: Moment,
}

impl Running {
    pub fn submitted(def: Definition) -> Self {
        let set = Values::from([("subject".to_owned(), Value::from("笔"))]);
        let start = Action::Start { set, submit: true };
        let new = Before::New(New {
            instance: "i1".to_owned(),
            record: "r1".to_owned(),
            values: None,
            parent: None,
            revokes: None,
        });
        let case = Case::blank(Values::new());
        let mut running = Self {
            def,
            case,
            events: vec![],
            now: MONDAY,
        };
        let started = running.turn(new, None, "ann", start).unwrap();
        running.took(started);
        running
    }

    pub fn turn(
        &self,
        before: Before,
        to: Option<&Definition>,
        who: &str,
        action: Action,
    ) -> Result<Turn, Refusal> {
        self.within(who, action, |command, cx| {
            turn_to(&self.def, to, before, command, cx)
        })
    }

    fn within<T>(
        &self,
        who: &str,
        action: Action,
        f: impl FnOnce(&Command, &Context<'_>) -> T,
    ) -> T {
        let directory = organisation();
        let organisation = Directed {
            directory: &directory,
            records: &Nothing,
        };
        let calendar = calendar();
        let cx = Context {
            now: self.now,
            organisation: &organisation,
            calendar: &calendar,
            rules: &Nothing,
            records: &Nothing,
            modules: &[],
            chance: Chance::default(),
        };
        let command = Command {
            actor: Actor::Person(who.to_owned()),
            via: Via::Test,
            action,
            key: None,
        };
        f(&command, &cx)
    }

    fn took(&mut self, turn: Turn) {
        self.events.extend(turn.events);
        self.case = turn.case;
        let broken = [
            verify::awake(&self.def, &self.case),
            verify::trail(&self.events, &self.case, &Values::new()),
        ]
        .concat();
        assert!(broken.is_empty(), "{broken:?}");
    }

    fn decide(&mut self, who: &str, verdict: Verdict) {
        let task = self
            .case
            .instance
            .tasks
            .iter()
            .find(|task| task.assignee == who);
        let action = Action::Decide {
            task: task.unwrap().no,
            verdict,
            comment: Some("看过了".to_owned()),
            set: Values::new(),
            with: DecideWith::default(),
        };
        self.act(who, action);
    }

    pub fn act(&mut self, who: &str, action: Action) {
        let before = Before::Case(Box::new(self.case.clone()));
        let turn = self.turn(before, None, who, action).unwrap();
        self.took(turn);
    }

    pub fn approve(&mut self, who: &str) {
        self.decide(who, Verdict::Approve);
    }

    pub fn look(&self, to: &Definition, map: &MigrationMap) -> Result<Preview, Refusal> {
        self.within("own", migrate(to, map), |command, cx| {
            preview(&self.def, to, &self.case, command, cx)
        })
    }

    pub fn migrated(&mut self, to: &Definition, map: &MigrationMap) -> Result<(), Refusal> {
        self.migrated_by("own", to, map)
    }

    pub fn migrated_by(
        &mut self,
        who: &str,
        to: &Definition,
        map: &MigrationMap,
    ) -> Result<(), Refusal> {
        let before = Before::Case(Box::new(self.case.clone()));
        let turn = self.turn(before, Some(to), who, migrate(to, map))?;
        assert_eq!(turn.write.instance.version, to.version);
        self.def = to.clone();
        self.took(turn);
        Ok(())
    }

    pub fn waiting_on(&self) -> Vec<&str> {
        let tasks = self.case.instance.tasks.iter();
        let mut people: Vec<&str> = tasks.map(|task| task.assignee.as_str()).collect();
        people.sort_unstable();
        people
    }

    pub fn standing(&self) -> Vec<&str> {
        let active = self.case.instance.active.iter();
        active.map(|active| active.state.as_str()).collect()
    }
}

pub fn migrate(to: &Definition, map: &MigrationMap) -> Action {
    Action::Migrate {
        to: to.version.clone(),
        map: map.clone(),
        reason: "流程改版".to_owned(),
    }
}

pub fn mapped(states: &[(&str, &str)]) -> MigrationMap {
    let states = states
        .iter()
        .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
    MigrationMap {
        states: states.collect(),
        set: Values::new(),
    }
}

pub fn none() -> MigrationMap {
    MigrationMap::default()
}
