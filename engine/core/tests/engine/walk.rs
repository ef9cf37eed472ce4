//! Random walks: people do whatever they like, rightly and wrongly, and after every command the invariants hold, the
//! trail folds to the state, and the rows written add up to it.

use std::collections::{BTreeMap, BTreeSet};

use assent_core::calendar::{WorkCalendar, builtin};
use assent_core::command::{
    Action, Actor, Command, DecideWith, EffectAnswer, Override, ReturnTo, SignerPlace, SignerRole,
    Verdict, Via,
};
use assent_core::definition::{Definition, StateKind};
use assent_core::directory::{Absence, Directory};
use assent_core::event::Event;
use assent_core::field::FieldKind;
use assent_core::instance::{Case, TaskKind};
use assent_core::people::Chooser;
use assent_core::time::Moment;
use assent_core::turn::{Before, Chance, Context, Directed, New, Turn, turn};
use assent_core::value::{Value, Values};
use assent_core::verb::offer::offers;
use assent_core::verify;

use crate::dice::Dice;
use crate::house::{ADMINISTRATOR, Nothing, calendar, compiled, directory, flow_files};

/// Walks per flow in the ordinary run; `ASSENT_WALKS` asks for more, `ASSENT_WALK_FROM` begins at a seed to see it again.
const WALKS: u64 = 60;
/// Commands of one walk.
const STEPS: usize = 40;

/// A9.13 with the invariants: whoever has a task is told why, whoever has none why not.
#[test]
fn random_walks_keep_the_invariants() {
    let walks = std::env::var("ASSENT_WALKS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(WALKS);
    let (mut accepted, mut ended) = (0, 0);
    for file in flow_files() {
        let (def, _) = compiled(&file);
        let first = std::env::var("ASSENT_WALK_FROM")
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        for seed in first..first + walks {
            let mut walk = Walk::new(&def, seed);
            for _ in 0..STEPS {
                walk.step();
            }
            accepted += walk.accepted;
            ended += usize::from(walk.case.as_ref().is_some_and(|case| case.instance.ended()));
        }
    }
    assert!(
        accepted > 1_500,
        "walks that are refused everywhere prove nothing: {accepted} accepted"
    );
    assert!(ended > 50, "only {ended} walks came to an end");
}

struct Walk<'a> {
    def: &'a Definition,
    seed: u64,
    dice: Dice,
    now: Moment,
    directory: Directory,
    calendar: WorkCalendar,
    case: Option<Case>,
    events: Vec<Event>,
    /// Open tasks and wake-ups as the written rows leave them.
    task_rows: BTreeSet<u32>,
    wakeup_rows: BTreeMap<String, Moment>,
    due_rows: BTreeMap<u32, Option<Moment>>,
    accepted: usize,
}

impl<'a> Walk<'a> {
    fn new(def: &'a Definition, seed: u64) -> Self {
        Self {
            def,
            seed,
            dice: Dice(seed),
            now: Moment(1_767_574_800_000),
            directory: directory(),
            calendar: calendar(),
            case: None,
            events: vec![],
            task_rows: BTreeSet::new(),
            wakeup_rows: BTreeMap::new(),
            due_rows: BTreeMap::new(),
            accepted: 0,
        }
    }

    fn step(&mut self) {
        let Some(case) = self.case.clone() else {
            let set = self.values();
            return self.send(self.person(0), Action::Start { set, submit: true });
        };
        self.now = self.now.plus_ms(60_000);
        if let Some(call) = case.instance.calls.first() {
            return self.answer(call.no);
        }
        if self.dice.roll(12) == 0 {
            self.reorganise();
        }
        match self.dice.roll(12) {
            10 => self.overrule(&case),
            11 if case.instance.suspended.is_some() => self.resume(),
            0 => self.wake(&case),
            1 => self.send(
                Actor::System,
                Action::Happen {
                    event: "thing.arrived".to_owned(),
                    payload: Value::Empty,
                },
            ),
            3 => self.take_back(&case),
            2 => {
                let number = self.dice.roll(8);
                self.anything(number, &case);
            }
            _ => self.work(&case),
        }
    }

    /// An administrator overrules the flow, or another calendar is loaded.
    fn overrule(&mut self, case: &Case) {
        let states = &self.def.states;
        let state = states[self.dice.roll(states.len())].id.clone();
        let task = case.instance.tasks.first().map_or(1, |task| task.no);
        let act = match self.dice.roll(9) {
            0 => Override::Terminate,
            1 | 2 => Override::Suspend,
            3 => Override::Jump { to: state },
            4 => Override::Reassign {
                task,
                to: format!("p{}", self.dice.roll(8)),
            },
            5 => {
                let here = case.instance.active.last();
                let state = here.map_or(state, |active| active.state.clone());
                Override::Skip { state }
            }
            6 => {
                let held = case.instance.holds.first();
                let state = held.map_or(state, |held| held.state.clone());
                Override::Retry { state }
            }
            7 => return self.resume(),
            _ => {
                let names = ["cn_office", "cn_six_day", "cn_service"];
                self.calendar = builtin(names[self.dice.roll(names.len())]).unwrap();
                return self.send(Actor::System, Action::Recalculate);
            }
        };
        let reason = "it must be".to_owned();
        self.send(administrator(), Action::Override { act, reason });
    }

    fn resume(&mut self) {
        let (act, reason) = (Override::Resume, "it may go on".to_owned());
        self.send(administrator(), Action::Override { act, reason });
    }

    /// The world outside answers, now and then with a failure.
    fn answer(&mut self, call: u32) {
        let gave = Values::from([
            ("limit".to_owned(), Value::from(400_i64)),
            ("used".to_owned(), Value::from(100_i64)),
        ]);
        let failed = self.dice.roll(5) == 0;
        let answer = if failed {
            EffectAnswer::Failed("no line".to_owned())
        } else {
            EffectAnswer::Ok(gave)
        };
        self.send(Actor::System, Action::Answer { call, answer });
    }

    fn person(&self, number: usize) -> Actor {
        Actor::Person(format!("p{number}"))
    }

    fn values(&mut self) -> Values {
        let mut values = Values::new();
        for field in self.def.entity.fields.clone() {
            let value = match &field.kind {
                FieldKind::Money { .. } | FieldKind::Number { .. } | FieldKind::Percent { .. } => {
                    Value::from([0_i64, 5, 50, 100, 101, 500][self.dice.roll(6)])
                }
                FieldKind::Choice { options } => {
                    Value::from(options[self.dice.roll(options.len())].0.as_str())
                }
                FieldKind::Text if field.bounds.pattern.is_some() => Value::from("SH-2026-0001"),
                FieldKind::Text => Value::from("words"),
                _ => continue,
            };
            values.insert(field.name, value);
        }
        let asked: Vec<&str> = ["note", "parts", "cost", "boss"]
            .into_iter()
            .filter(|_| self.dice.roll(2) == 0)
            .collect();
        values.retain(|name, _| !asked.contains(&name.as_str()));
        values.remove("parts");
        for (name, rule) in &self.def.people {
            // The applicant chooses with the draft, approvers with their decisions.
            let applicants = matches!(rule.choice(), Some((Chooser::Applicant, ..)));
            if rule.choice().is_some() && applicants == self.case.is_none() {
                let person = format!("p{}", self.dice.roll(8));
                values.insert(format!("chosen_{name}"), Value::from(person.as_str()));
            }
        }
        values
    }

    /// Somebody leaves, comes back, loses or gets a role.
    fn reorganise(&mut self) {
        let id = format!("p{}", self.dice.roll(8));
        if self.dice.roll(3) == 0 {
            let proxy = format!("p{}", self.dice.roll(8));
            self.directory.absences.push(Absence {
                person: id,
                from: self.now,
                until: self.now.plus_ms(600_000),
                proxy: Some(proxy),
                flow: None,
            });
        } else if self.dice.roll(2) == 0 {
            let person = self.directory.people.get_mut(&id).unwrap();
            person.active = !person.active;
        } else if !self.directory.roles.is_empty() {
            // The administrator stays one.
            let at = 1 + self.dice.roll(self.directory.roles.len() - 1);
            self.directory.roles[at].person = id;
        }
    }

    fn wake(&mut self, case: &Case) {
        let wakeups = case.instance.wakeups.clone();
        let Some(wakeup) = self.dice.pick(&wakeups).cloned() else {
            return;
        };
        if self.dice.roll(4) > 0 {
            self.now = self.now.max(wakeup.at);
        }
        self.send(
            Actor::System,
            Action::Wake {
                reference: wakeup.reference,
            },
        );
    }

    /// The assignee of an open task does something their offers allow.
    fn work(&mut self, case: &Case) {
        let tasks = case.instance.tasks.clone();
        let Some(task) = self.dice.pick(&tasks).cloned() else {
            return self.send(
                self.person(1),
                Action::Retry {
                    comment: None,
                    set: Values::new(),
                },
            );
        };
        if let Some(candidate) = self.dice.pick(&task.candidates).cloned() {
            return self.send(Actor::Person(candidate), Action::Claim { task: task.no });
        }
        let actor = Actor::Person(task.assignee.clone());
        if self.dice.roll(3) == 0 {
            let action = self.beside(&case.instance.applicant, task.no);
            return self.send(actor, action);
        }
        let (no, words) = (task.no, Some("some words".to_owned()));
        let set = if self.dice.roll(3) == 0 {
            self.values()
        } else {
            Values::new()
        };
        let action = match (task.kind, self.dice.roll(8)) {
            (TaskKind::Draft, 0) => Action::Withdraw { comment: words },
            (TaskKind::Draft, 1) => Action::Submit {
                set,
                straight_back: true,
            },
            (TaskKind::Draft, _) => Action::Submit {
                set,
                straight_back: false,
            },
            (_, 0) => Action::Transfer {
                task: no,
                to: format!("p{}", self.dice.roll(8)),
                comment: None,
            },
            (_, 1) => Action::Return {
                task: no,
                to: self.target(),
                comment: "go back".to_owned(),
            },
            (TaskKind::Approve, 2 | 3) => Action::Decide {
                task: no,
                verdict: Verdict::Reject,
                comment: words,
                set: Values::new(),
                with: DecideWith::default(),
            },
            (TaskKind::Approve, _) => Action::Decide {
                task: no,
                verdict: Verdict::Approve,
                comment: None,
                set: Values::new(),
                with: DecideWith::default(),
            },
            (TaskKind::Advise, _) => Action::Advise {
                task: no,
                comment: "an opinion".to_owned(),
            },
            (TaskKind::Answer, _) => Action::Reply {
                task: no,
                text: "an answer".to_owned(),
            },
            (TaskKind::Read, _) => Action::Read { task: no },
            (TaskKind::Work, _) => {
                let set = Values::from([
                    ("cost".to_owned(), Value::from(7_i64)),
                    ("amount".to_owned(), Value::from(900_i64)),
                ]);
                let action = self.action(&task.state);
                let set = if action == "order" {
                    Values::from([("parts".to_owned(), Value::from("P1"))])
                } else {
                    set
                };
                Action::Act {
                    task: no,
                    action,
                    comment: words,
                    set,
                }
            }
        };
        self.send(actor, action);
    }

    /// Something other than deciding, rightly or wrongly.
    fn beside(&mut self, applicant: &str, task: u32) -> Action {
        let person = format!("p{}", self.dice.roll(8));
        match self.dice.roll(12) {
            0..=3 => Action::AddSigner {
                task,
                person,
                place: [
                    SignerPlace::Before,
                    SignerPlace::Alongside,
                    SignerPlace::After,
                ][self.dice.roll(3)],
                role: [SignerRole::Voter, SignerRole::Adviser][self.dice.roll(2)],
                comment: None,
            },
            4 => Action::RemoveSigner {
                task,
                person,
                comment: None,
            },
            5 | 6 => Action::Delegate {
                task,
                to: person,
                comment: None,
            },
            7 => Action::Ask {
                task,
                to: (person != applicant).then_some(person),
                question: "what is this?".to_owned(),
            },
            8 => Action::GiveBack {
                task,
                comment: None,
            },
            9 => Action::Copy {
                to: vec![person],
                comment: None,
            },
            10 => Action::Urge,
            _ => Action::Reopen { comment: None },
        }
    }

    /// Whoever decided last takes it back.
    fn take_back(&mut self, case: &Case) {
        let Some(last) = case.instance.last.clone() else {
            return;
        };
        let action = Action::TakeBack {
            task: last.task,
            comment: None,
        };
        self.send(Actor::Person(last.person), action);
    }

    fn action(&mut self, state: &str) -> String {
        let ix = self.def.state_ix(state).unwrap();
        let StateKind::Work { actions, .. } = &self.def.states[ix].kind else {
            return "done".to_owned();
        };
        self.dice
            .pick(actions)
            .map_or_else(|| "done".to_owned(), |action| action.id.clone())
    }

    fn target(&mut self) -> ReturnTo {
        match self.dice.roll(3) {
            0 => ReturnTo::Applicant,
            1 => ReturnTo::Previous,
            _ => ReturnTo::State(
                self.def.states[self.dice.roll(self.def.states.len())]
                    .id
                    .clone(),
            ),
        }
    }

    /// Somebody tries something, most often not theirs to do.
    fn anything(&mut self, number: usize, case: &Case) {
        let task = u32::try_from(self.dice.roll(6)).unwrap();
        let somebody = self.dice.roll(8);
        let actor = self.person(somebody);
        let action = match number {
            0 => Action::Decide {
                task,
                verdict: Verdict::Approve,
                comment: None,
                set: Values::new(),
                with: DecideWith::default(),
            },
            1 => Action::Withdraw { comment: None },
            2 => Action::Comment {
                text: "words".to_owned(),
                mention: vec![],
                files: vec![],
            },
            3 => Action::Retry {
                comment: None,
                set: Values::new(),
            },
            4 => Action::Submit {
                set: Values::new(),
                straight_back: true,
            },
            5 => Action::Wake {
                reference: case
                    .instance
                    .wakeups
                    .first()
                    .map(|wakeup| wakeup.reference.clone())
                    .unwrap_or_default(),
            },
            6 => Action::Transfer {
                task,
                to: "p2".to_owned(),
                comment: None,
            },
            _ => Action::Save { set: self.values() },
        };
        self.send(actor, action);
    }

    fn send(&mut self, actor: Actor, action: Action) {
        let (directory, calendar) = (self.directory.clone(), self.calendar.clone());
        let organisation = Directed {
            directory: &directory,
            records: &Nothing,
        };
        let cx = Context {
            now: self.now,
            organisation: &organisation,
            calendar: &calendar,
            rules: &Nothing,
            records: &Nothing,
            modules: &[],
            chance: Chance {
                seed: self.seed,
                ..Chance::default()
            },
        };
        let before = match self.case.clone() {
            Some(case) => Before::Case(Box::new(case)),
            None => Before::New(New {
                instance: "i".to_owned(),
                record: "r".to_owned(),
                values: None,
                parent: None,
                revokes: None,
            }),
        };
        let command = Command {
            actor,
            via: Via::Test,
            action,
            key: None,
        };
        if let Ok(done) = turn(self.def, before, &command, &cx) {
            self.accepted += 1;
            self.look(&done, &command, &cx);
            self.case = Some(done.case);
        }
    }

    /// After every command: invariants, fold, rows, and offers that keep their word.
    fn look(&mut self, done: &Turn, command: &Command, cx: &Context<'_>) {
        let events = [self.events.clone(), done.events.clone()].concat();
        let mut broken = verify::awake(self.def, &done.case);
        broken.extend(verify::trail(&events, &done.case, &Values::new()));
        assert!(
            broken.is_empty(),
            "{} seed {}: {broken:?}\nafter {command:?}\n{:#?}",
            self.def.flow,
            self.seed,
            events
                .iter()
                .rev()
                .take(40)
                .rev()
                .map(|event| format!("{:?} {:?}", event.actor, event.change))
                .collect::<Vec<_>>()
        );
        let rows = &done.write;
        for closed in &rows.tasks_closed {
            self.task_rows.remove(&closed.task.no);
        }
        self.task_rows
            .extend(rows.tasks_opened.iter().map(|task| task.no));
        for reference in &rows.wakeups_cleared {
            self.wakeup_rows.remove(reference);
        }
        self.wakeup_rows.extend(
            rows.wakeups_set
                .iter()
                .map(|wakeup| (wakeup.reference.clone(), wakeup.at)),
        );
        let instance = &done.case.instance;
        assert_eq!(
            self.task_rows,
            instance.tasks.iter().map(|task| task.no).collect(),
            "task rows, seed {}",
            self.seed
        );
        self.look_at_clocks(done);
        let instance = &done.case.instance;
        let armed: BTreeMap<String, Moment> = instance
            .wakeups
            .iter()
            .map(|wakeup| (wakeup.reference.clone(), wakeup.at))
            .collect();
        assert_eq!(self.wakeup_rows, armed, "wake-up rows, seed {}", self.seed);
        let chain = rows.events.last().map(|row| row.hash.as_str());
        // A draft saved as it was is a turn without an event.
        assert_eq!(
            chain.unwrap_or(&instance.chain),
            instance.chain,
            "the chain, {} seed {} after {command:?}",
            self.def.flow,
            self.seed
        );
        for task in &instance.tasks {
            let holder = task.holders()[0];
            let offered = offers(self.def, &done.case, holder, cx);
            assert!(
                offered.iter().any(|offer| offer.task == Some(task.no)),
                "no offer for task {}, seed {}",
                task.no,
                self.seed
            );
        }
        // One person after the other: all of them after every command would take most of the time.
        let asks = format!("p{}", self.accepted % 8);
        crate::why::explains(self.def, &done.case, &events, &asks, cx, self.seed);
        self.events = events;
    }

    /// A task is due when its state is, in the row too; while suspended nothing is due and nothing is armed.
    fn look_at_clocks(&mut self, done: &Turn) {
        let rows = &done.write;
        for task in &rows.tasks_opened {
            self.due_rows.insert(task.no, task.due);
        }
        for task in &rows.tasks_changed {
            self.due_rows.insert(task.no, task.due);
        }
        let instance = &done.case.instance;
        for task in &instance.tasks {
            let seed = self.seed;
            assert_eq!(task.due, instance.due(task.entry), "due, seed {seed}");
            let row = self.due_rows.get(&task.no);
            assert_eq!(row, Some(&task.due), "due row, seed {seed}");
        }
        if instance.suspended.is_some() {
            assert!(instance.wakeups.is_empty(), "armed, seed {}", self.seed);
        }
    }
}

fn administrator() -> Actor {
    Actor::Person(ADMINISTRATOR.to_owned())
}
