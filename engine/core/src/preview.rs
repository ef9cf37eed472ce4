//! What a command would do, said before it is done: pure, over the case before and the turn that was decided but not
//! written.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::apply::body;
use crate::command::Command;
use crate::definition::{Definition, LateAct, StateKind};
use crate::event::Change;
use crate::instance::{Case, Instance, Wakeup};
use crate::module::{Module, event_name};
use crate::people::PersonId;
use crate::record::{Called, Difference, differences};
use crate::text::{Lang, Text};
use crate::time::Moment;
use crate::turn::{Context, Turn, rung_of};

/// What a command would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// How it stands: `running`, `held`, `suspended`, or the outcome's word.
    pub status_before: String,
    /// How it would stand.
    pub status_after: String,
    /// Names of the states it stands in.
    pub states_before: Vec<Text>,
    /// Names of the states it would stand in.
    pub states_after: Vec<Text>,
    /// Events that it would wait for and does not wait for now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<Text>,
    /// Why it would be held where it is not now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Text>,
    /// Open tasks that would end.
    pub tasks_cancelled: Vec<TaskLine>,
    /// Tasks that would be opened.
    pub tasks_opened: Vec<TaskLine>,
    /// Who would get a mail, and which.
    pub told: Vec<Told>,
    /// Timers that would be set, moved or cleared.
    pub timers: Vec<TimerLine>,
    /// Deadlines that would move.
    pub deadlines: Vec<DeadlineLine>,
    /// Fields that would change, or go back.
    pub fields: Vec<FieldLine>,
    /// Other systems that would be called, subflows that would start.
    pub calls: Vec<Text>,
}

/// A task in a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskLine {
    /// Number within the instance.
    pub task: u32,
    /// The state's name.
    pub state: Text,
    /// Who must act.
    pub assignee: PersonId,
    /// Their name.
    pub name: String,
}

/// A mail in a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// The mail's name.
    pub mail: String,
    /// What it is for: a built-in one in words, a flow's own by its subject.
    pub label: Text,
}

/// A timer in a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimerLine {
    /// The state's name and what happens.
    pub what: Text,
    /// When it would have happened.
    pub was: Option<Moment>,
    /// When it would happen.
    pub will: Option<Moment>,
}

/// A deadline in a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadlineLine {
    /// The state's name.
    pub state: Text,
    /// When it was due; none while its clock stood.
    pub was: Option<Moment>,
    /// When it would be due; none while its clock stands.
    pub will: Option<Moment>,
}

/// A field in a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldLine {
    /// The field's name.
    pub label: Text,
    /// As people read it.
    pub was: Text,
    /// As people would read it.
    pub will: Text,
}

/// What a turn that was not written yet would do to the case before it; `called` names people, records and files in its fields.
pub fn preview(
    def: &Definition,
    before: &Case,
    turn: &Turn,
    cx: &Context<'_>,
    called: &dyn Called,
) -> Preview {
    let (was, will) = (&before.instance, &turn.case.instance);
    let said = Said { def, cx, called };
    Preview {
        status_before: was.status_word().to_owned(),
        status_after: will.status_word().to_owned(),
        states_before: said.standing(was),
        states_after: said.standing(will),
        waits_for: said.waits(was, will),
        held: said.held(was, will),
        tasks_cancelled: said.tasks(was, will),
        tasks_opened: said.tasks(will, was),
        told: said.told(turn),
        timers: said.timers(was, will),
        deadlines: said.deadlines(was, will),
        fields: said.fields(before, &turn.case),
        calls: calls(def, turn, cx.modules, called),
    }
}

/// What binds a preview to what it showed: the instance, its `rev`, the command, and every event it would make. Decided
/// again at the same moment on the same state, the same command gives the same token.
pub fn token(before: &Case, command: &Command, turn: &Turn) -> String {
    let mut hash = Sha256::new()
        .chain_update(&before.instance.id)
        .chain_update(before.instance.rev.to_be_bytes())
        .chain_update(serde_json::to_string(&command.actor).unwrap_or_default())
        .chain_update(serde_json::to_string(&command.action).unwrap_or_default());
    for event in &turn.events {
        hash.update(serde_json::to_string(&event.change).unwrap_or_else(|_| body(event)));
    }
    let digest = hash.finalize();
    crate::audit::hex(&digest)
}

struct Said<'a> {
    def: &'a Definition,
    cx: &'a Context<'a>,
    called: &'a dyn Called,
}

impl Said<'_> {
    fn state(&self, id: &str) -> Text {
        self.def
            .state_ix(id)
            .map_or_else(|| Text::same(id), |ix| self.def.states[ix].name.clone())
    }

    fn standing(&self, instance: &Instance) -> Vec<Text> {
        let leaves = instance.active.iter().filter(|at| at.branches.is_empty());
        leaves.map(|at| self.state(&at.state)).collect()
    }

    /// The events of states that are entered.
    fn waits(&self, was: &Instance, will: &Instance) -> Vec<Text> {
        let entered = will.active.iter().filter(|at| was.at(at.entry).is_none());
        let kinds = entered
            .filter_map(|at| self.def.state_ix(&at.state))
            .map(|ix| &self.def.states[ix].kind);
        let event = |kind: &StateKind| match kind {
            StateKind::WaitFor { name, .. } => Some(name.clone()),
            _ => None,
        };
        kinds.filter_map(event).collect()
    }

    fn held(&self, was: &Instance, will: &Instance) -> Vec<Text> {
        let new = will.holds.iter().filter(|held| !was.holds.contains(held));
        new.map(|held| {
            let state = self.state(&held.state);
            Text::new(
                format!("“{}”会停住：{}", state.zh, held.reason.zh),
                format!("“{}” would be held: {}", state.en, held.reason.en),
            )
        })
        .collect()
    }

    /// The tasks of one that the other has not.
    fn tasks(&self, of: &Instance, other: &Instance) -> Vec<TaskLine> {
        let only = of.tasks.iter().filter(|task| other.task(task.no).is_none());
        only.map(|task| TaskLine {
            task: task.no,
            state: self.state(&task.state),
            assignee: task.assignee.clone(),
            name: self.cx.organisation.name(&task.assignee),
        })
        .collect()
    }

    fn told(&self, turn: &Turn) -> Vec<Told> {
        let mut told = vec![];
        for event in &turn.events {
            if let Change::MailQueued { mail, to, .. } = &event.change {
                told.extend(to.iter().map(|person| Told {
                    person: person.clone(),
                    name: self.cx.organisation.name(person),
                    mail: mail.clone(),
                    label: self.mail_label(mail),
                }));
            }
        }
        told
    }

    /// A flow's own mail by its subject, with a mark where something is filled in.
    fn mail_label(&self, mail: &str) -> Text {
        let own = self.def.mails.get(mail);
        own.map_or_else(
            || built_in(mail),
            |own| Text::new(brief(&own.subject[0].text), brief(&own.subject[1].text)),
        )
    }

    fn timers(&self, was: &Instance, will: &Instance) -> Vec<TimerLine> {
        let mut all: BTreeMap<&str, (Option<&Wakeup>, Option<&Wakeup>, &Instance)> =
            BTreeMap::new();
        for wakeup in &was.wakeups {
            all.insert(&wakeup.reference, (Some(wakeup), None, was));
        }
        for wakeup in &will.wakeups {
            let known = all.get(wakeup.reference.as_str());
            let before = known.and_then(|(before, ..)| *before);
            all.insert(&wakeup.reference, (before, Some(wakeup), will));
        }
        let moved = all.values().filter_map(|(before, after, of)| {
            let (was, will) = (before.map(|at| at.at), after.map(|at| at.at));
            let wakeup = (*after).or(*before)?;
            let what = self.timer(wakeup, of);
            (was != will).then_some(TimerLine { what, was, will })
        });
        moved.collect()
    }

    fn timer(&self, wakeup: &Wakeup, of: &Instance) -> Text {
        let at = of.at(wakeup.entry);
        let state = at
            .and_then(|at| self.def.state_ix(&at.state))
            .map(|ix| &self.def.states[ix]);
        let Some(state) = state else {
            return Text::same(wakeup.reference.clone());
        };
        let rung = rung_of(&wakeup.reference)
            .and_then(|(rung, _)| state.if_late.get(usize::try_from(rung).ok()?));
        let (zh, en) = match rung.map(|rung| &rung.act) {
            None => ("等待的时间到", "its time has come"),
            Some(LateAct::Remind(_)) => ("提醒", "reminder"),
            Some(LateAct::Add(_)) => ("超时加人", "late: others are added"),
            Some(LateAct::HandTo(_)) => ("超时转人", "late: handed to others"),
            Some(LateAct::Approve) => ("超时通过", "late: approved"),
            Some(LateAct::Reject) => ("超时拒绝", "late: rejected"),
            Some(LateAct::Go(_)) => ("超时转走", "late: goes elsewhere"),
        };
        Text::new(
            format!("{}：{zh}", state.name.zh),
            format!("{}: {en}", state.name.en),
        )
    }

    fn deadlines(&self, was: &Instance, will: &Instance) -> Vec<DeadlineLine> {
        let moved = will.active.iter().filter_map(|after| {
            let before = was.at(after.entry)?;
            (before.due != after.due).then(|| DeadlineLine {
                state: self.state(&after.state),
                was: before.due,
                will: after.due,
            })
        });
        moved.collect()
    }

    fn fields(&self, before: &Case, after: &Case) -> Vec<FieldLine> {
        let moved = self.def.entity.fields.iter().flat_map(|field| {
            let read = |case: &Case| case.values.get(&field.name).cloned().unwrap_or_default();
            differences(field, &read(before), &read(after), self.called)
        });
        let line = |differs: Difference| FieldLine {
            label: differs.label,
            was: differs.before,
            will: differs.after,
        };
        moved.map(line).collect()
    }
}

/// What people call a built-in mail: what it is for.
fn built_in(mail: &str) -> Text {
    let (zh, en) = match mail {
        "ask" => ("请其处理", "asked to decide"),
        "remind" => ("提醒", "a reminder"),
        "held" => ("流程被挂起", "the instance is held"),
        "returned" => ("申请被退回", "it was sent back"),
        "opinion" => ("请其给意见", "asked for an opinion"),
        "question" => ("向其提问", "a question"),
        "answer" => ("有了回答", "an answer"),
        "copy" => ("抄送", "a copy"),
        "crowd" => ("待认领", "one of them may claim it"),
        own => (own, own),
    };
    Text::new(zh, en)
}

/// A template as a label: "【已放行】{{title}}" is "【已放行】…".
fn brief(template: &str) -> String {
    let mut parts = template.split("{{");
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let after = part.split_once("}}").map_or("", |(_, after)| after);
        if !said.ends_with('…') {
            said.push('…');
        }
        said.push_str(after);
    }
    said
}

/// What people call an effect of a state.
fn effect_label(def: &Definition, state: &str, effect: &str) -> Text {
    let state = def.state_ix(state).map(|ix| &def.states[ix]);
    let run = state.and_then(|state| state.runs().find(|run| run.effect == effect));
    run.map_or_else(|| Text::same(effect), |run| run.label.clone())
}

fn calls(
    def: &Definition,
    turn: &Turn,
    modules: &[Arc<dyn Module>],
    called: &dyn Called,
) -> Vec<Text> {
    let name_of = |flow: &str| Text::new(called.flow(flow, Lang::Zh), called.flow(flow, Lang::En));
    let mut calls = vec![];
    for event in &turn.events {
        if let Change::Called { effect, state, .. } = &event.change {
            let label = effect_label(def, state, effect);
            calls.push(Text::new(
                format!("调用外部系统：{}", label.zh),
                format!("Calls another system: {}", label.en),
            ));
        }
        if let Change::RevocationAsked { flow, .. } = &event.change {
            let flow = name_of(flow);
            calls.push(Text::new(
                format!("发起撤销流程“{}”", flow.zh),
                format!(
                    "Starts the flow “{}”, which decides on the revocation",
                    flow.en
                ),
            ));
        }
        if let Change::Told { name, .. } = &event.change {
            let name = event_name(modules, name);
            calls.push(Text::new(
                format!("告诉其他单据：{}", name.zh),
                format!("tells another record: {}", name.en),
            ));
        }
        if let Change::SubflowAsked { flow, .. } = &event.change {
            let flow = name_of(flow);
            calls.push(Text::new(
                format!("发起子流程“{}”", flow.zh),
                format!("Starts the subflow “{}”", flow.en),
            ));
        }
    }
    calls
}

/// A status as people read it.
fn status_name(word: &str) -> Text {
    let (zh, en) = match word {
        "running" => ("进行中", "running"),
        "held" => ("停住，等负责人处理", "held for its owner"),
        "suspended" => ("已挂起", "suspended"),
        "approved" => ("已通过", "approved"),
        "rejected" => ("已拒绝", "rejected"),
        "withdrawn" => ("已撤回", "withdrawn"),
        "cancelled" => ("已作废", "cancelled"),
        own => (own, own),
    };
    Text::new(zh, en)
}

impl Preview {
    /// How it stands and how it would stand, where that differs.
    fn status(&self) -> Vec<Text> {
        if self.status_before == self.status_after {
            return vec![];
        }
        let (was, will) = (
            status_name(&self.status_before),
            status_name(&self.status_after),
        );
        let mut said = vec![Text::new(
            format!("状态：{} → {}", was.zh, will.zh),
            format!("Status: {} → {}", was.en, will.en),
        )];
        if self.status_after == "suspended" {
            said.push(Text::new(
                "挂起期间谁都不能处理，期限和定时都停走",
                "While it is suspended nobody can act on it, and its clocks stand still",
            ));
        }
        said
    }

    /// The whole preview as sentences; times as `say` writes them.
    pub fn words(&self, say: impl Fn(Moment, Lang) -> String) -> Vec<Text> {
        let mut words = vec![];
        let names = |names: &[Text], lang: Lang| {
            let names: Vec<&str> = names.iter().map(|name| name.get(lang)).collect();
            let none = lang.pick("（无）", "(none)").to_owned();
            if names.is_empty() {
                none
            } else {
                names.join(lang.pick("、", ", "))
            }
        };
        let standing = |zh: &str, en: &str, states: &[Text]| {
            Text::new(
                format!("{zh}：{}", names(states, Lang::Zh)),
                format!("{en}: {}", names(states, Lang::En)),
            )
        };
        words.extend(self.status());
        words.push(standing("现在的节点", "Stands in", &self.states_before));
        words.push(standing("之后的节点", "Would stand in", &self.states_after));
        words.extend(self.waits_for.iter().map(|event| {
            Text::new(
                format!("等待事件：{}", event.zh),
                format!("Would wait for: {}", event.en),
            )
        }));
        words.extend(self.held.iter().cloned());
        let task = |line: &TaskLine, zh: &str, en: &str| {
            Text::new(
                format!("{zh}：{} · {}", line.name, line.state.zh),
                format!("{en}: {} · {}", line.name, line.state.en),
            )
        };
        let ends = self.tasks_cancelled.iter();
        words.extend(ends.map(|line| task(line, "任务结束", "Task ends")));
        let opens = self.tasks_opened.iter();
        words.extend(opens.map(|line| task(line, "新任务", "New task")));
        words.extend(self.told.iter().map(|told| {
            let what = &told.label;
            Text::new(
                format!("发邮件给 {}：{}", told.name, what.zh),
                format!("Mail to {}: {}", told.name, what.en),
            )
        }));
        let time = |at: Option<Moment>, lang: Lang| {
            let none = lang.pick("不计时", "not running").to_owned();
            at.map_or(none, |at| say(at, lang))
        };
        let change = |zh: String, en: String, was, will| {
            Text::new(
                format!("{zh}：{} → {}", time(was, Lang::Zh), time(will, Lang::Zh)),
                format!("{en}: {} → {}", time(was, Lang::En), time(will, Lang::En)),
            )
        };
        words.extend(self.deadlines.iter().map(|line| {
            let (zh, en) = (&line.state.zh, &line.state.en);
            change(
                format!("期限 {zh}"),
                format!("Deadline {en}"),
                line.was,
                line.will,
            )
        }));
        words.extend(self.timers.iter().map(|line| {
            let (zh, en) = (&line.what.zh, &line.what.en);
            change(
                format!("定时 {zh}"),
                format!("Timer {en}"),
                line.was,
                line.will,
            )
        }));
        words.extend(self.fields.iter().map(|line| {
            Text::new(
                format!("{}：{} → {}", line.label.zh, line.was.zh, line.will.zh),
                format!("{}: {} → {}", line.label.en, line.was.en, line.will.en),
            )
        }));
        words.extend(self.calls.iter().cloned());
        words
    }
}
