//! A run: a case on its way through one turn.

use crate::command::{Actor, Command, Via};
use crate::condition::{Expr, NoValue};
use crate::definition::{Definition, PolicyOverrides, State, StateIx};
use crate::event::{Change, Event};
use crate::instance::{Active, Case};
use crate::people::{PersonId, Resolved};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::{CaseFacts, Context};
use crate::value::Value;
use crate::write::RecordWrite;

/// States entered in one turn before the run is held: an automatic loop must not run for ever. One state enters the next,
/// so this also bounds the stack, and a loop is held long before a thread's stack is used up.
const ENTRIES_PER_TURN_MAX: u32 = 100;
/// Times one state may be entered in an instance's life.
const VISITS_MAX: u32 = 1_000;

/// An event as it is stored: its canonical text, and the chain's hash with it.
pub(crate) struct EventText {
    pub body: String,
    pub hash: String,
}

/// A case on its way through one turn.
pub struct Run<'a> {
    /// The flow.
    pub def: &'a Definition,
    /// The version a migration leads to.
    pub target: Option<&'a Definition>,
    /// The case as it is now.
    pub case: Case,
    /// What may be known besides.
    pub cx: &'a Context<'a>,
    /// Who sent the command.
    pub actor: Actor,
    /// The words given with the command.
    pub comment: Option<String>,
    pub(crate) via: Via,
    rev: u64,
    entries_before: u32,
    events: Vec<Event>,
    texts: Vec<EventText>,
    /// Records made beside the case by modules.
    pub(crate) beside: Vec<RecordWrite>,
}

impl<'a> Run<'a> {
    /// Has this turn queued this mail about this state already?
    pub(crate) fn queued(&self, name: &str, about: &str) -> bool {
        self.events.iter().any(|event| {
            matches!(&event.change, Change::MailQueued { mail, state, .. } if mail == name && state == about)
        })
    }

    /// A run before its first event.
    pub fn new(def: &'a Definition, case: Case, command: &Command, cx: &'a Context<'a>) -> Self {
        Self {
            def,
            target: None,
            cx,
            actor: command.actor.clone(),
            comment: None,
            via: command.via,
            rev: case.instance.rev + 1,
            entries_before: case.instance.entries,
            events: vec![],
            texts: vec![],
            beside: vec![],
            case,
        }
    }

    /// Applies a change and keeps it.
    pub fn emit(&mut self, change: Change) {
        let event = Event {
            seq: self.case.instance.seq + 1,
            rev: self.rev,
            at: self.cx.now,
            actor: self.actor.clone(),
            via: self.via,
            change,
        };
        let text = crate::apply::body(&event);
        crate::apply::apply_text(&mut self.case, &event, &text);
        let hash = self.case.instance.chain.clone();
        self.events.push(event);
        self.texts.push(EventText { body: text, hash });
    }

    /// Tries something; what it did is undone when it is refused.
    pub(crate) fn attempt(&mut self, wish: impl FnOnce(&mut Self) -> Result<(), Refusal>) {
        let (case, events, beside) = (self.case.clone(), self.events.len(), self.beside.len());
        if wish(self).is_err() {
            self.case = case;
            self.events.truncate(events);
            self.texts.truncate(events);
            self.beside.truncate(beside);
        }
    }

    /// The events so far.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The case, the events with their texts, and records made beside it.
    pub(crate) fn finish(self) -> (Case, Vec<Event>, Vec<EventText>, Vec<RecordWrite>) {
        (self.case, self.events, self.texts, self.beside)
    }

    /// The facts as they are now.
    pub fn facts(&self) -> CaseFacts<'_> {
        CaseFacts {
            def: self.def,
            case: &self.case,
            cx: self.cx,
        }
    }

    /// A condition's value with the values that decided.
    ///
    /// # Errors
    /// A missing value, by path; never false.
    pub fn holds(&self, condition: &Expr) -> Result<(bool, Vec<(String, Value)>), NoValue> {
        let facts = self.facts();
        let holds = condition.holds(&facts)?;
        let values = condition.reads().iter().filter_map(|path| {
            let value = crate::condition::Facts::get(&facts, path)?;
            Some((path.clone(), value))
        });
        Ok((holds, values.collect()))
    }

    /// The definition's state, by the id an instance keeps.
    ///
    /// # Errors
    /// Cannot happen with the pinned version; said plainly instead of a crash.
    pub fn state_ix(&self, id: &str) -> Result<StateIx, Refusal> {
        self.def.state_ix(id).ok_or_else(|| {
            let zh = format!("流程版本中没有节点 {id}，请联系管理员迁移该流程实例。");
            let en = format!("This version of the flow has no state {id}; ask an administrator to migrate the instance.");
            Refusal::new(RefusalKind::Input, "unknown_state", zh, en).with("state", id)
        })
    }

    /// The state an entry is in, with the definition's side of it.
    ///
    /// # Errors
    /// As [`Run::state_ix`].
    pub fn entry(&self, entry: u32) -> Result<(&Active, &'a State), Refusal> {
        let active = self
            .case
            .instance
            .at(entry)
            .ok_or_else(|| too_late_state(entry))?;
        let ix = self.state_ix(&active.state)?;
        Ok((active, &self.def.states[ix]))
    }

    /// The people a name stands for now.
    pub fn resolve(&self, who: &crate::definition::PeopleRef) -> Resolved {
        self.cx.organisation.resolve(self.def, who, &self.case)
    }

    /// The people several names stand for, without doubles, each with their explanation.
    pub fn resolve_all(&self, refs: &[crate::definition::PeopleRef]) -> Vec<(PersonId, Vec<Text>)> {
        let mut found: Vec<(PersonId, Vec<Text>)> = Vec::new();
        for who in refs {
            let resolved = self.resolve(who);
            for person in resolved.people {
                if !found.iter().any(|(known, _)| *known == person) {
                    found.push((person, resolved.why.clone()));
                }
            }
        }
        found
    }

    /// The state's overrides of the flow's policies.
    pub fn overrides(state: &State) -> &PolicyOverrides {
        &state.policies
    }

    /// True when this turn, or this state, has been entered too often.
    pub(crate) fn runs_away(&self, state: &str) -> bool {
        let visits = self
            .case
            .instance
            .visits
            .get(state)
            .copied()
            .unwrap_or_default();
        visits >= VISITS_MAX
            || self.case.instance.entries - self.entries_before >= ENTRIES_PER_TURN_MAX
    }

    /// The person who sent the command; the system may not use person's verbs.
    ///
    /// # Errors
    /// `not_yours`.
    pub fn person(&self) -> Result<PersonId, Refusal> {
        match &self.actor {
            Actor::Person(id) => Ok(id.clone()),
            Actor::System => Err(Refusal::new(
                RefusalKind::NotYours,
                "not_yours",
                "系统不能代替人操作。",
                "The system cannot do this in a person's place.",
            )),
        }
    }
}

fn too_late_state(entry: u32) -> Refusal {
    Refusal::new(
        RefusalKind::TooLate,
        "state_left",
        "流程已离开该节点，请刷新后查看当前进度。",
        "The instance has left this state already; reload to see where it stands.",
    )
    .with("entry", entry.to_string())
}
