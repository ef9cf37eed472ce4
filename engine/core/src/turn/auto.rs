//! States without people: rules, effects, choices, mails, waits, subflows, ends.

use crate::calendar::Term;
use crate::definition::{Outcome, Run as RunEffect, State, StateIx, StateKind, Then, Way};
use crate::event::Change;
use crate::people::PersonId;
use crate::refusal::Refusal;
use crate::turn::Run;
use crate::turn::hold::Trouble;
use crate::value::{Value, Values};

impl Run<'_> {
    /// Does what an automatic state does.
    pub(crate) fn automatic(
        &mut self,
        ix: StateIx,
        entry: u32,
        parent: Option<u32>,
    ) -> Result<(), Refusal> {
        let state = &self.def.states[ix];
        match &state.kind {
            StateKind::Rule {
                rule, give, fills, ..
            } => self.rule(ix, entry, parent, rule, give, fills),
            StateKind::Run(run) => self.call(state, entry, run, true),
            StateKind::Choose { ways } => self.choose(ix, entry, parent, ways),
            StateKind::Mail { mail, to } => {
                let to: Vec<PersonId> = self
                    .resolve_all(to)
                    .into_iter()
                    .map(|(person, _)| person)
                    .collect();
                self.mail(mail, to, None, &state.id);
                self.leave(ix, entry, parent, state.next)
            }
            StateKind::WaitUntil { time } => self.wait_until(ix, entry, parent, time),
            StateKind::Subflow { .. } => self.subflow(ix, entry, parent),
            StateKind::WaitFor { .. }
            | StateKind::Draft { .. }
            | StateKind::Approve(_)
            | StateKind::Work { .. }
            | StateKind::Together { .. }
            | StateKind::End { .. } => Ok(()),
        }
    }

    fn rule(
        &mut self,
        ix: StateIx,
        entry: u32,
        parent: Option<u32>,
        rule: &str,
        give: &[String],
        fills: &[(String, String)],
    ) -> Result<(), Refusal> {
        let state = &self.def.states[ix];
        let given = self.given(give);
        match self.cx.rules.run(rule, &given, self.cx) {
            Ok(answer) => {
                let filled = filled(fills, &answer.gave);
                let (rule, script, gave) = (rule.to_owned(), answer.script, answer.gave);
                self.emit(Change::RuleRan {
                    state: state.id.clone(),
                    rule,
                    script,
                    given,
                    gave,
                });
                self.fill(&filled)?;
                self.leave(ix, entry, parent, state.next)
            }
            Err(reason) => self.hold(
                state,
                Some(entry),
                Trouble {
                    code: "rule_failed",
                    reason,
                    tell: vec![],
                },
            ),
        }
    }

    /// The values a rule or an effect is given, by field.
    pub(crate) fn given(&self, give: &[String]) -> Values {
        let facts = self.facts();
        let value =
            |name: &String| Some((name.clone(), crate::condition::Facts::get(&facts, name)?));
        give.iter().filter_map(value).collect()
    }

    /// Asks for an effect; `waits` while the flow stays for the answer.
    pub(crate) fn call(
        &mut self,
        state: &State,
        entry: u32,
        run: &RunEffect,
        waits: bool,
    ) -> Result<(), Refusal> {
        let id = &self.case.instance.id;
        let key = match &run.once_per {
            Some(field) => {
                let once = self
                    .case
                    .values
                    .get(field)
                    .and_then(Value::as_text)
                    .unwrap_or(id)
                    .to_owned();
                format!("{}:{}:{once}", self.def.flow, run.effect)
            }
            None => format!("{id}:{entry}"),
        };
        self.call_keyed(state, entry, run, waits, key)
    }

    /// Asks for an effect under a key of the caller's.
    pub(crate) fn call_keyed(
        &mut self,
        state: &State,
        entry: u32,
        run: &RunEffect,
        waits: bool,
        key: String,
    ) -> Result<(), Refusal> {
        let input = self.given(&run.give);
        let retry_ms = run.retry.iter().map(|term| clock_ms(*term)).collect();
        let call = self.case.instance.calls_made + 1;
        let (effect, state) = (run.effect.clone(), state.id.clone());
        self.emit(Change::Called {
            call,
            effect,
            entry,
            state,
            input,
            key,
            retry_ms,
            waits,
            undoable: run.undo.is_some(),
        });
        Ok(())
    }

    fn choose(
        &mut self,
        ix: StateIx,
        entry: u32,
        parent: Option<u32>,
        ways: &[Way],
    ) -> Result<(), Refusal> {
        let state = &self.def.states[ix];
        for way in ways {
            let (holds, values) = match &way.when {
                None => (true, vec![]),
                Some(condition) => match self.holds(condition) {
                    Ok(found) => found,
                    Err(missing) => {
                        return self.hold(
                            state,
                            Some(entry),
                            Trouble::no_value(self.def, &missing),
                        );
                    }
                },
            };
            if holds {
                let because = way.when.as_ref().map_or_else(
                    || "otherwise".to_owned(),
                    |condition| condition.text.clone(),
                );
                let to = self.target_word(way.to);
                self.emit(Change::Chosen {
                    state: state.id.clone(),
                    to,
                    because,
                    values,
                });
                return self.leave(ix, entry, parent, way.to);
            }
        }
        let zh = format!("节点“{}”没有一条分支的条件成立。", state.name.zh);
        let en = format!(
            "No way out of “{}” has a condition that holds.",
            state.name.en
        );
        self.hold(state, Some(entry), Trouble::new("no_way", zh, en))
    }

    fn target_word(&self, target: crate::definition::Target) -> String {
        use crate::definition::Target;
        match target {
            Target::Go(to) | Target::BackTo(to) => self.def.states[to].id.clone(),
            Target::BranchEnd => "branch_end".to_owned(),
            Target::Reject => "rejected".to_owned(),
            Target::Finish => "approved".to_owned(),
        }
    }

    fn wait_until(
        &mut self,
        ix: StateIx,
        entry: u32,
        parent: Option<u32>,
        time: &crate::condition::Expr,
    ) -> Result<(), Refusal> {
        let state = &self.def.states[ix];
        let at = match time.value(&self.facts()) {
            Ok(Value::Time(at)) => at,
            Ok(Value::Date(day)) => self.cx.calendar.midnight(day),
            Ok(_) => return self.hold(state, Some(entry), bad_time(state)),
            Err(missing) => {
                return self.hold(state, Some(entry), Trouble::no_value(self.def, &missing));
            }
        };
        if at <= self.cx.now {
            return self.leave(ix, entry, parent, state.next);
        }
        self.emit(Change::WakeupSet {
            reference: format!("e{entry}.wait"),
            at,
            entry,
            since: None,
            rest: None,
        });
        Ok(())
    }

    /// Reaches an end: its mails and effects, then everything is over.
    pub(crate) fn arrive(
        &mut self,
        state: &State,
        entry: u32,
        outcome: &Outcome,
        then: &[Then],
    ) -> Result<(), Refusal> {
        for step in then {
            match step {
                Then::Mail { mail, to } => {
                    let to: Vec<PersonId> = self
                        .resolve_all(to)
                        .into_iter()
                        .map(|(person, _)| person)
                        .collect();
                    self.mail(mail, to, None, &state.id);
                }
                Then::Run(run) => self.call(state, entry, run, false)?,
            }
        }
        let ix = self.state_ix(&state.id)?;
        self.emit(Change::Left {
            state: state.id.clone(),
            entry,
            to: None,
            rest: None,
            rungs: vec![],
            because: None,
        });
        self.over(Some(ix), outcome.clone())
    }
}

fn bad_time(state: &State) -> Trouble {
    let zh = format!("节点“{}”等待的时间无效。", state.name.zh);
    let en = format!("The time “{}” waits for is not valid.", state.name.en);
    Trouble::new("bad_time", zh, en)
}

/// Field ← output, for the outputs that came.
pub(crate) fn filled(fills: &[(String, String)], gave: &Values) -> Values {
    fills
        .iter()
        .filter_map(|(field, output)| Some((field.clone(), gave.get(output)?.clone())))
        .collect()
}

/// An id derived from another and a purpose, shaped like a UUID (version 8: made by the application).
pub(crate) fn made_id(from: &str, purpose: &str) -> String {
    let hash = crate::apply::link(from, purpose);
    format!(
        "{}-{}-8{}-a{}-{}",
        &hash[..8],
        &hash[8..12],
        &hash[13..16],
        &hash[17..20],
        &hash[20..32]
    )
}

/// A retry's wait. Retries run on clock time: a machine does not keep office hours.
fn clock_ms(term: Term) -> i64 {
    use crate::calendar::TermUnit;
    let minutes = match term.unit {
        TermUnit::Minutes | TermUnit::WorkMinutes => 1,
        TermUnit::Hours | TermUnit::WorkHours => 60,
        TermUnit::Days | TermUnit::Workdays => 24 * 60,
    };
    i64::from(term.count) * minutes * 60_000
}
