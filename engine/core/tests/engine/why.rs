//! Why: every assignment and every absence of one has a reason that stands in the trail.

use std::collections::BTreeSet;

use assent_core::command::{Action, Actor, Command, DecideWith, Verdict, Via};
use assent_core::definition::{Definition, StateKind};
use assent_core::directory::Directory;
use assent_core::event::{Change, Event};
use assent_core::instance::Case;
use assent_core::time::Moment;
use assent_core::turn::{Before, Chance, Context, Directed, New, turn};
use assent_core::value::{Value, Values};
use assent_core::why::{Fate, Why, why};

use crate::house::{Nothing, calendar, compiled_text, directory};

/// A9.13, after every command of every walk: whoever has a task is told why; whoever has none is told why not, for every
/// state that asks people, and by events that are there.
pub fn explains(
    def: &Definition,
    case: &Case,
    events: &[Event],
    person: &str,
    cx: &Context<'_>,
    seed: u64,
) {
    let all = why(def, case, events, None, cx);
    for task in &case.instance.tasks {
        let told = all.asked.iter().any(|reason| {
            reason.person.as_deref().unwrap_or_default() == task.assignee
                && reason.state == task.state
                && !reason.words.is_empty()
        });
        assert!(told, "task {} is not explained, seed {seed}", task.no);
    }
    let why = why(def, case, events, Some(person), cx);
    let told: BTreeSet<&str> = why
        .asked
        .iter()
        .chain(&why.not_asked)
        .map(|reason| reason.state.as_str())
        .collect();
    for state in &def.states {
        let asks = matches!(state.kind, StateKind::Approve(_) | StateKind::Work { .. });
        let comes = why.next.iter().any(|next| next.state == state.id);
        assert!(
            !asks || comes || told.contains(state.id.as_str()),
            "{person} is not told about {}, seed {seed}",
            state.id
        );
    }
    for reason in why.asked.iter().chain(&why.not_asked).chain(&why.way) {
        let is_there = |seq: &u32| {
            events
                .get(*seq as usize - 1)
                .is_some_and(|event| event.seq == *seq)
        };
        assert!(reason.seqs.iter().all(is_there), "{reason:?}, seed {seed}");
        assert!(
            !reason.seqs.is_empty() || reason.code == "not_reached",
            "{reason:?}"
        );
    }
}

const FLOW: &str = r#"
flow: spend
format: 1
name: {zh: 花费, en: Spend}
purpose: {zh: 花钱有人负责。, en: Somebody answers for what is spent.}
owner: user/p7
calendar: cn_office
title: '{{amount}}'
form:
  amount: {type: number, name: {zh: 金额, en: Amount}, decimals: 0, required: true}
  grade: {type: number, name: {zh: 等级, en: Grade}, decimals: 0}
people: {pair: user/p0 or user/p1, chief: user/p2, board: user/p1}
policies: {own_request: refuse, same_person: once}
states:
  - {id: draft, name: {zh: 填写, en: Draft}, draft: {by: applicant}}
  - {id: first, name: {zh: 初审, en: First}, approve: {by: pair}}
  - {id: small, name: {zh: 小额, en: Small}, when: amount < 100, approve: {by: chief}}
  - {id: large, name: {zh: 大额, en: Large}, when: amount >= 100, approve: {by: [chief, board], needs: in_order}}
  - {id: graded, name: {zh: 定级, en: Graded}, when: 'grade is empty or grade > 3', approve: {by: chief}}
  - {id: done, end: approved, name: {zh: 通过, en: Approved}}
"#;

/// One instance, played by hand.
struct Scene {
    def: Definition,
    directory: Directory,
    case: Option<Case>,
    events: Vec<Event>,
}

impl Scene {
    /// p0 asks for so much.
    fn of(amount: i64) -> Self {
        let mut scene = Self {
            def: compiled_text(FLOW),
            directory: directory(),
            case: None,
            events: vec![],
        };
        let set = Values::from([("amount".to_owned(), Value::from(amount))]);
        scene.send("p0", Action::Start { set, submit: true });
        scene
    }

    fn with<T>(&self, f: impl FnOnce(&Context<'_>) -> T) -> T {
        let organisation = Directed {
            directory: &self.directory,
            records: &Nothing,
        };
        f(&Context {
            now: Moment(1_767_574_800_000),
            chance: Chance::default(),
            organisation: &organisation,
            calendar: &calendar(),
            rules: &Nothing,
            records: &Nothing,
            modules: &[],
        })
    }

    fn send(&mut self, who: &str, action: Action) {
        let before = match self.case.clone() {
            Some(case) => Before::Case(Box::new(case)),
            None => Before::New(New {
                instance: "i".to_owned(),
                record: "r".to_owned(),
                ..New::default()
            }),
        };
        let command = Command {
            actor: Actor::Person(who.to_owned()),
            via: Via::Test,
            action,
            key: None,
        };
        let done = self
            .with(|cx| turn(&self.def, before, &command, cx))
            .unwrap();
        self.events.extend(done.events);
        self.case = Some(done.case);
    }

    fn approve(&mut self, who: &str) {
        let tasks = &self.case.as_ref().unwrap().instance.tasks;
        let task = tasks.iter().find(|task| task.assignee == who).unwrap().no;
        self.send(
            who,
            Action::Decide {
                task,
                verdict: Verdict::Approve,
                comment: None,
                set: Values::new(),
                with: DecideWith::default(),
            },
        );
    }

    fn why(&self, person: Option<&str>) -> Why {
        self.with(|cx| {
            why(
                &self.def,
                self.case.as_ref().unwrap(),
                &self.events,
                person,
                cx,
            )
        })
    }

    /// State and code of why no task came.
    fn why_not(&self, person: &str) -> Vec<(String, &'static str)> {
        let not = self.why(Some(person)).not_asked;
        not.into_iter()
            .map(|reason| (reason.state, reason.code))
            .collect()
    }
}

fn pairs(wanted: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    wanted
        .iter()
        .map(|(state, code)| ((*state).to_owned(), *code))
        .collect()
}

/// A9.14
#[test]
fn why_me_why_not_her_is_answered_from_the_trail() {
    let mut scene = Scene::of(100);
    let asked = scene.why(None).asked;
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (asked[0].person.as_deref(), asked[0].code),
        (Some("p1"), "rule")
    );
    let opened = *asked[0].seqs.last().unwrap();
    assert!(matches!(
        scene.events[opened as usize - 1].change,
        Change::TaskOpened { .. }
    ));
    let not = &scene.why(Some("p0")).not_asked[0];
    assert_eq!((not.code, not.state.as_str()), ("left_out", "first"));
    assert!(not.words[0].en.contains("is the applicant") && not.words[0].zh.contains("发起人"));
    let not = &scene.why(Some("p3")).not_asked[0];
    assert_eq!((not.code, not.state.as_str()), ("not_named", "first"));

    scene.approve("p1");
    assert_eq!(
        scene.why_not("p2"),
        pairs(&[("first", "not_named"), ("small", "skipped")])
    );
    // p1 signed before, and the flow counts that signature here.
    assert_eq!(
        scene.why_not("p1"),
        pairs(&[("large", "counted"), ("small", "skipped")])
    );
    let way = scene.why(None).way;
    assert!(
        way.iter()
            .any(|reason| reason.words[0].en.contains("Amount < 100")
                && reason.words[0].en.contains("Amount 100")),
        "{way:?}"
    );
}

/// A9.15
#[test]
fn what_comes_next_is_evaluated_and_never_guessed() {
    let scene = Scene::of(100);
    let next = scene.why(None).next;
    let fates: Vec<(&str, Fate)> = next
        .iter()
        .map(|next| (next.state.as_str(), next.fate))
        .collect();
    let wanted = [
        ("small", Fate::Skipped),
        ("large", Fate::Comes),
        ("graded", Fate::Comes),
        ("done", Fate::Comes),
    ];
    assert_eq!(fates, wanted);
    assert!(
        next[0].because.en == "Amount < 100 → false (Amount 100)"
            && next[0].because.zh.contains("不成立"),
        "{:?}",
        next[0].because
    );
    assert_eq!(next[1].people, ["p2", "p1"]);
    assert!(!next[1].why.is_empty());
}
