//! The world of one example: a case, a clock, a cast, and stubs.

use std::collections::BTreeMap;

use crate::command::{
    Action, Actor, Command, DecideWith, EffectAnswer, Override, ReturnTo, Verdict, Via,
};
use crate::definition::Outcome;
use crate::event::{Change, Event};
use crate::example::{Deed, Example, Expect, Step, Stub};
use crate::field::EntityType;
use crate::instance::Revokes;
use crate::instance::{Case, TaskKind};
use crate::play::cast::Cast;
use crate::play::{Failure, Stage, expect};
use crate::refusal::Refusal;
use crate::text::Text;
use crate::time::Moment;
use crate::turn::{Before, Chance, Context, Lookup, New, RuleAnswer, Rules, turn};
use crate::value::{Value, Values};
use crate::verify;

/// Monday 2026-01-05, 09:00 in Shanghai: where an example's clock starts unless it says `at:`.
const START: Moment = Moment(1_767_574_800_000);
/// Wake-ups one example may live through; more is a loop.
const WAKEUPS_MAX: u32 = 10_000;

/// The world of one example.
pub struct World<'a> {
    stage: Stage<'a>,
    example: &'a Example,
    cast: Cast,
    now: Moment,
    /// The case as it is; none before the start.
    pub case: Option<Case>,
    /// All events so far.
    pub events: Vec<Event>,
    values_at_start: Values,
}

type Outcomes = Result<(), Vec<Failure>>;

impl<'a> World<'a> {
    /// A world before its first command.
    pub fn new(stage: Stage<'a>, example: &'a Example) -> Self {
        let cast = Cast::new(stage.def, example);
        Self {
            stage,
            example,
            cast,
            now: example.at.unwrap_or(START),
            case: None,
            events: vec![],
            values_at_start: Values::new(),
        }
    }

    /// Plays the example.
    ///
    /// # Errors
    /// What was not as expected.
    pub fn run(mut self) -> Outcomes {
        let example = self.example;
        let start = Action::Start {
            set: example.given.clone(),
            submit: true,
        };
        let applicant = self.cast.applicant.clone();
        let started = self.send(Actor::Person(applicant), start);
        if !self.refused(started, example.expect.refused.as_deref(), example.line)? {
            return Ok(());
        }
        self.settle(example.line)?;
        for step in &example.play {
            self.step(step)?;
        }
        self.check(&example.expect, 0)
    }

    fn step(&mut self, step: &Step) -> Outcomes {
        let from = self.events.len();
        if let Some(at) = step.at {
            self.move_to(at, step.line)?;
        }
        if let Some(deed) = &step.deed {
            let done = self.deed(step, deed);
            if self.refused(done, step.refused.as_deref(), step.line)? {
                self.settle(step.line)?;
            }
        }
        self.check(&step.expect, from)
    }

    /// Compares a result with the refusal expected; true when it was accepted.
    fn refused(
        &self,
        done: Result<(), Refusal>,
        expected: Option<&str>,
        line: u32,
    ) -> Result<bool, Vec<Failure>> {
        match (done, expected) {
            (Ok(()), None) => Ok(true),
            (Err(refusal), Some(code)) if refusal.code == code => Ok(false),
            (Ok(()), Some(code)) => fail(
                line,
                format!("应被拒绝（{code}），但被接受了"),
                format!("should have been refused ({code}), but was accepted"),
            ),
            (Err(refusal), Some(code)) => fail(
                line,
                format!(
                    "应被拒绝（{code}），实际的拒绝是 {}：{}",
                    refusal.code, refusal.message.zh
                ),
                format!(
                    "should have been refused ({code}), but the refusal is {}: {}",
                    refusal.code, refusal.message.en
                ),
            ),
            (Err(refusal), None) => fail(
                line,
                format!("被拒绝（{}）：{}", refusal.code, refusal.message.zh),
                format!("was refused ({}): {}", refusal.code, refusal.message.en),
            ),
        }
    }

    fn deed(&mut self, step: &Step, deed: &Deed) -> Result<(), Refusal> {
        let named = step.who.clone().filter(|who| who != "applicant");
        let who = named.unwrap_or_else(|| self.cast.applicant.clone());
        let task = self.task_of(&who, step.state.as_deref(), deed);
        let (comment, set) = (step.reason.clone(), step.set.clone());
        let words = comment.clone().unwrap_or_default();
        let decide = |verdict, outcome| Action::Decide {
            task,
            verdict,
            comment: comment.clone(),
            set: set.clone(),
            with: DecideWith {
                outcome,
                signature: step.sign.clone(),
                stepped_up: step.step_up,
                bulk: step.bulk,
            },
        };
        let action = match deed {
            Deed::Approve => decide(Verdict::Approve, None),
            Deed::Reject => decide(Verdict::Reject, None),
            // The outcome itself says what it counts as.
            Deed::Outcome(id) => decide(Verdict::Approve, Some(id.clone())),
            Deed::Submit => Action::Submit {
                set,
                straight_back: false,
            },
            Deed::SubmitStraightBack => Action::Submit {
                set,
                straight_back: true,
            },
            Deed::Withdraw => Action::Withdraw { comment },
            Deed::Return(to) => Action::Return {
                task,
                to: return_to(to),
                comment: words,
            },
            Deed::Transfer(to) => Action::Transfer {
                task,
                to: to.clone(),
                comment,
            },
            Deed::Comment => Action::Comment {
                text: words,
                mention: vec![],
                files: vec![],
            },
            Deed::Delegate(to) => Action::Delegate {
                task,
                to: to.clone(),
                comment,
            },
            Deed::AddSigner(person, place, role) => Action::AddSigner {
                task,
                person: person.clone(),
                place: *place,
                role: *role,
                comment,
            },
            Deed::RemoveSigner(person) => Action::RemoveSigner {
                task,
                person: person.clone(),
                comment,
            },
            Deed::Advise => Action::Advise {
                task,
                comment: words,
            },
            Deed::Claim => Action::Claim { task },
            Deed::GiveBack => Action::GiveBack { task, comment },
            Deed::Copy(to) => Action::Copy {
                to: to.clone(),
                comment,
            },
            Deed::Read => Action::Read { task },
            Deed::Ask(to) => Action::Ask {
                task,
                to: to.clone(),
                question: words,
            },
            Deed::Reply => Action::Reply { task, text: words },
            Deed::TakeBack => Action::TakeBack { task, comment },
            Deed::Urge => Action::Urge,
            Deed::Reopen => Action::Reopen { comment },
            Deed::Revoke => Action::Revoke { comment: words },
            Deed::Act(action) => Action::Act {
                task,
                action: action.clone(),
                comment,
                set,
            },
            Deed::Retry => Action::Retry { comment, set },
            Deed::Override(act) => Action::Override {
                act: self.overruling(act, step.state.as_deref()),
                reason: words,
            },
            Deed::Happen(event, payload) => {
                return self.send(
                    Actor::System,
                    Action::Happen {
                        event: event.clone(),
                        payload: payload.clone(),
                    },
                );
            }
            Deed::Recast(person, parts) => {
                self.cast.recast(person, parts);
                return Ok(());
            }
            Deed::Child(outcome) => return self.child(outcome),
        };
        self.send(Actor::Person(who), action)
    }

    /// What overrules the flow, with the task it is about: anybody's in that state.
    fn overruling(&self, act: &Override, state: Option<&str>) -> Override {
        match act {
            Override::Reassign { to, .. } => Override::Reassign {
                task: self.task_of("", state, &Deed::Approve),
                to: to.clone(),
            },
            Override::Terminate
            | Override::Suspend
            | Override::Resume
            | Override::Jump { .. }
            | Override::Skip { .. }
            | Override::Retry { .. } => act.clone(),
        }
    }

    /// The task a step is about: the person's own in that state, else anybody's there, else the last one that ended there.
    fn task_of(&self, who: &str, state: Option<&str>, deed: &Deed) -> u32 {
        let Some(case) = &self.case else { return 0 };
        if *deed == Deed::TakeBack {
            return case.instance.last.as_ref().map_or(0, |last| last.task);
        }
        let here = |name: &str| state.is_none_or(|state| state == name);
        let open = || {
            case.instance
                .tasks
                .iter()
                .filter(|task| here(&task.state) && fits(task.kind, deed))
        };
        let own = open()
            .find(|task| task.holders().contains(&who))
            .or_else(|| open().next())
            .map(|task| task.no);
        let ended = || {
            case.instance
                .closed
                .iter()
                .rfind(|closed| here(&closed.state))
                .map(|closed| closed.no)
        };
        own.or_else(ended).unwrap_or_default()
    }

    fn child(&mut self, outcome: &str) -> Result<(), Refusal> {
        // The first that runs; when none does, the last that was asked for: its end comes too late.
        let running = self.case.as_ref().and_then(|case| {
            let mut children = case.instance.children.iter();
            children.find(|child| child.outcome.is_none() && !child.beside)
        });
        let last = self
            .events
            .iter()
            .rev()
            .find_map(|event| match &event.change {
                Change::SubflowAsked { child, .. } => Some(child.clone()),
                _ => None,
            });
        let revoking = self.case.as_ref();
        let revoking = revoking.and_then(|case| case.instance.revocation.asked.clone());
        let asked = revoking.or(running.map(|child| child.id.clone())).or(last);
        let outcome = Outcome::of_word(outcome);
        self.send(
            Actor::System,
            Action::ChildEnded {
                child: asked.unwrap_or_default(),
                outcome,
            },
        )
    }

    /// Sends a command through the engine and looks at the invariants.
    fn send(&mut self, actor: Actor, action: Action) -> Result<(), Refusal> {
        let command = Command {
            actor,
            via: Via::Test,
            action,
            key: None,
        };
        let stubs = Stubs {
            example: self.example,
            stage: self.stage,
        };
        let cx = Context {
            now: self.now,
            organisation: &self.cast,
            calendar: self.stage.calendar,
            rules: &stubs,
            records: &stubs,
            modules: self.stage.modules,
            chance: Chance {
                loads: Some(&self.example.open_tasks),
                ..Chance::default()
            },
        };
        let before = match self.case.clone() {
            Some(case) => Before::Case(Box::new(case)),
            None => Before::New(New {
                instance: "example".to_owned(),
                record: "record".to_owned(),
                values: None,
                parent: None,
                revokes: self.stage.def.only_revokes().then(|| Revokes {
                    instance: "original".to_owned(),
                    approvers: vec![],
                    reason: "用例 / an example".to_owned(),
                }),
            }),
        };
        let done = turn(self.stage.def, before, &command, &cx)?;
        self.events.extend(done.events);
        let broken = [
            verify::awake(self.stage.def, &done.case),
            verify::trail(&self.events, &done.case, &self.values_at_start),
        ]
        .concat();
        self.case = Some(done.case);
        match broken.first() {
            None => Ok(()),
            Some(violation) => Err(crate::refusal::Refusal::new(
                crate::refusal::RefusalKind::Input,
                "invariant",
                format!(
                    "引擎不变式被破坏：{} {}",
                    violation.invariant, violation.found
                ),
                format!(
                    "an invariant of the engine is broken: {} {}",
                    violation.invariant, violation.found
                ),
            )),
        }
    }

    /// Answers waiting effects from the stubs until none waits.
    fn settle(&mut self, line: u32) -> Outcomes {
        while let Some((call, effect)) = self.waiting_call() {
            let answer = match self.example.answers.get(&effect) {
                Some(Stub::Values(values)) => EffectAnswer::Ok(values.clone()),
                Some(Stub::Error(words)) => self.after_retries(call, words, line)?,
                Some(Stub::Timeout) => self.after_retries(call, "timeout", line)?,
                None => {
                    let zh = format!("没有给出 {effect} 的回答，请写在 answers: 里");
                    let en = format!("no answer is given for {effect}; write one under answers:");
                    return fail(line, zh, en);
                }
            };
            let sent = self.send(Actor::System, Action::Answer { call, answer });
            self.refused(sent, None, line)?;
        }
        Ok(())
    }

    fn waiting_call(&self) -> Option<(u32, String)> {
        let calls = &self.case.as_ref()?.instance.calls;
        calls
            .iter()
            .find(|call| call.waits)
            .map(|call| (call.no, call.effect.clone()))
    }

    /// A failing effect is tried again at its intervals; the clock moves through them.
    fn after_retries(
        &mut self,
        call: u32,
        words: &str,
        line: u32,
    ) -> Result<EffectAnswer, Vec<Failure>> {
        let waits = self.events.iter().find_map(|event| match &event.change {
            Change::Called {
                call: no, retry_ms, ..
            } if *no == call => Some(retry_ms.iter().sum::<i64>()),
            _ => None,
        });
        self.wakeups_until(self.now.plus_ms(waits.unwrap_or_default()), line)?;
        Ok(EffectAnswer::Failed(words.to_owned()))
    }

    /// Moves the clock; everything due on the way happens, in order.
    fn move_to(&mut self, at: Moment, line: u32) -> Outcomes {
        if at < self.now {
            return fail(
                line,
                "时钟不能往回走".to_owned(),
                "the clock cannot go back".to_owned(),
            );
        }
        self.wakeups_until(at, line)?;
        self.settle(line)
    }

    fn wakeups_until(&mut self, at: Moment, line: u32) -> Outcomes {
        for _ in 0..WAKEUPS_MAX {
            let next = self.case.as_ref().and_then(|case| {
                let due = case
                    .instance
                    .wakeups
                    .iter()
                    .filter(|wakeup| wakeup.at <= at);
                due.min_by_key(|wakeup| wakeup.at).cloned()
            });
            let Some(next) = next else {
                self.now = at;
                return Ok(());
            };
            self.now = self.now.max(next.at);
            let sent = self.send(
                Actor::System,
                Action::Wake {
                    reference: next.reference,
                },
            );
            self.refused(sent, None, line)?;
        }
        fail(
            line,
            "定时太多，流程可能在循环".to_owned(),
            "too many wake-ups; the flow may be looping".to_owned(),
        )
    }

    fn check(&self, expected: &Expect, from: usize) -> Outcomes {
        let Some(case) = &self.case else {
            return Ok(());
        };
        let failures = expect::compare(expected, case, &self.events, from);
        if failures.is_empty() {
            Ok(())
        } else {
            Err(failures)
        }
    }
}

/// Is this deed done on such a task?
fn fits(kind: TaskKind, deed: &Deed) -> bool {
    match deed {
        Deed::Advise => kind == TaskKind::Advise,
        Deed::Reply => kind == TaskKind::Answer,
        Deed::Read => kind == TaskKind::Read,
        Deed::Delegate(_) | Deed::Ask(_) | Deed::RemoveSigner(_) => {
            !matches!(kind, TaskKind::Answer | TaskKind::Read)
        }
        Deed::Approve
        | Deed::Reject
        | Deed::Outcome(_)
        | Deed::Submit
        | Deed::SubmitStraightBack
        | Deed::Withdraw
        | Deed::Return(_)
        | Deed::Transfer(_)
        | Deed::Comment
        | Deed::Act(_)
        | Deed::Happen(_, _)
        | Deed::Recast(_, _)
        | Deed::Child(_)
        | Deed::Retry
        | Deed::AddSigner(_, _, _)
        | Deed::Claim
        | Deed::GiveBack
        | Deed::Copy(_)
        | Deed::TakeBack
        | Deed::Urge
        | Deed::Reopen
        | Deed::Revoke
        | Deed::Override(_) => matches!(kind, TaskKind::Draft | TaskKind::Approve | TaskKind::Work),
    }
}

fn return_to(to: &str) -> ReturnTo {
    match to {
        "applicant" => ReturnTo::Applicant,
        "previous" => ReturnTo::Previous,
        state => ReturnTo::State(state.to_owned()),
    }
}

fn fail<T>(line: u32, zh: String, en: String) -> Result<T, Vec<Failure>> {
    Err(vec![Failure {
        line,
        message: Text { zh, en },
    }])
}

/// Stubs of an example, before the rules and entity types of the house.
struct Stubs<'a> {
    example: &'a Example,
    stage: Stage<'a>,
}

impl Rules for Stubs<'_> {
    fn run(&self, rule: &str, given: &Values, cx: &Context<'_>) -> Result<RuleAnswer, Text> {
        match self.example.answers.get(rule) {
            Some(Stub::Values(gave)) => Ok(RuleAnswer {
                gave: gave.clone(),
                script: "stub".to_owned(),
            }),
            Some(Stub::Error(words)) => Err(Text::same(words.as_str())),
            Some(Stub::Timeout) => Err(Text::new("规则超时", "the rule timed out")),
            None => self.stage.rules.run(rule, given, cx),
        }
    }
}

impl Lookup for Stubs<'_> {
    fn record(&self, entity: &str, id: &str) -> Option<Values> {
        let records: &BTreeMap<String, Values> = self.example.records.get(entity)?;
        let mut values = records.get(id)?.clone();
        values
            .entry("id".to_owned())
            .or_insert_with(|| Value::from(id));
        Some(values)
    }

    fn entity(&self, name: &str) -> Option<EntityType> {
        self.stage.entities.get(name).cloned()
    }

    fn found(&self, entity: &str, field: &str, is: &Value) -> Vec<Values> {
        let known = self.example.records.get(entity);
        let ids = known.into_iter().flatten().map(|(id, _)| id);
        let records = ids.filter_map(|id| self.record(entity, id));
        records
            .filter(|values| values.get(field) == Some(is))
            .collect()
    }
}
