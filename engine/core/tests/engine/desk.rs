//! A desk to try commands on: one flow, one directory, a clock that is set by hand.

use assent_core::calendar::WorkCalendar;
use assent_core::command::{Action, Actor, Command, Override, Via};
use assent_core::definition::Definition;
use assent_core::directory::Directory;
use assent_core::event::{Change, Event};
use assent_core::instance::Case;
use assent_core::refusal::Refusal;
use assent_core::time::Moment;
use assent_core::turn::{Before, Chance, Context, Directed, New, Turn, turn};
use assent_core::value::{Value, Values};

use crate::house::{Nothing, calendar, compiled, directory, flow_files};

pub struct Desk {
    pub def: Definition,
    pub directory: Directory,
    pub calendar: WorkCalendar,
    pub now: Moment,
    pub case: Option<Case>,
    pub events: Vec<Event>,
}

impl Desk {
    /// A flow of `tests/flows`, at a time in Shanghai: `2026-03-02 09:00`.
    pub fn new(flow: &str, at: &str) -> Self {
        let file = flow_files()
            .into_iter()
            .find(|file| file.file_stem().is_some_and(|stem| stem == flow))
            .unwrap();
        let mut desk = Self {
            def: compiled(&file).0,
            directory: directory(),
            calendar: calendar(),
            now: Moment(0),
            case: None,
            events: vec![],
        };
        desk.at(at);
        desk
    }

    pub fn at(&mut self, at: &str) {
        self.now = self.moment(at);
    }

    pub fn moment(&self, at: &str) -> Moment {
        self.calendar.moment(at.replace(' ', "T").parse().unwrap())
    }

    pub fn started(mut self, values: &[(&str, Value)]) -> Self {
        let set: Values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        let start = Action::Start { set, submit: true };
        self.send("p0", start).unwrap();
        self
    }

    /// Decides without keeping it.
    pub fn decided(&self, command: &Command) -> Result<Turn, Refusal> {
        self.with(|cx| {
            let before = match self.case.clone() {
                Some(case) => Before::Case(Box::new(case)),
                None => Before::New(New {
                    instance: "i".to_owned(),
                    record: "r".to_owned(),
                    ..New::default()
                }),
            };
            turn(&self.def, before, command, cx)
        })
    }

    pub fn with<T>(&self, f: impl FnOnce(&Context<'_>) -> T) -> T {
        let organisation = Directed {
            directory: &self.directory,
            records: &Nothing,
        };
        f(&Context {
            now: self.now,
            organisation: &organisation,
            calendar: &self.calendar,
            rules: &Nothing,
            records: &Nothing,
            modules: &[],
            chance: Chance::default(),
        })
    }

    pub fn send(&mut self, who: &str, action: Action) -> Result<Vec<Change>, Refusal> {
        let actor = match who {
            "system" => Actor::System,
            person => Actor::Person(person.to_owned()),
        };
        let done = self.decided(&Command {
            actor,
            via: Via::Test,
            action,
            key: None,
        })?;
        self.case = Some(done.case);
        let changes = done.events.iter().map(|event| event.change.clone());
        let changes = changes.collect();
        self.events.extend(done.events);
        Ok(changes)
    }

    /// The administrator overrules.
    pub fn overrule(&mut self, act: Override) -> Result<Vec<Change>, Refusal> {
        let reason = "it must be".to_owned();
        self.send("root", Action::Override { act, reason })
    }

    pub fn case(&self) -> &Case {
        self.case.as_ref().unwrap()
    }

    /// When the state is due, as people read it.
    pub fn due(&self, state: &str) -> String {
        let active = self.case().instance.active.iter();
        let active = active.rev().find(|active| active.state == state).unwrap();
        active.due.map_or("none".to_owned(), |at| self.shown(at))
    }

    pub fn shown(&self, at: Moment) -> String {
        self.calendar.civil(at).strftime("%m-%d %H:%M").to_string()
    }

    /// Armed wake-ups, by name.
    pub fn armed(&self) -> Vec<(String, String)> {
        let mut armed: Vec<(String, String)> = self
            .case()
            .instance
            .wakeups
            .iter()
            .map(|wakeup| (wakeup.reference.clone(), self.shown(wakeup.at)))
            .collect();
        armed.sort();
        armed
    }
}
