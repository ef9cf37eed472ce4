//! How a task was taken from whoever had it: a decision beside it, a way back, the clock, somebody who overruled the flow.

use super::words::Said;
use crate::command::{Actor, Override, Verdict};
use crate::definition::{Definition, Outcome, StateKind};
use crate::event::{Change, Event};
use crate::instance::{Case, TaskEnd, TaskKind};
use crate::people::PersonId;
use crate::text::{Lang, Text};
use crate::time::Moment;
use crate::turn::Context;

/// Who or what ended a task that its holder did not end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Number of the event that ended it.
    pub seq: u32,
    /// When.
    pub at: Moment,
    /// Whose deed it was; none for the system.
    pub by: Option<PersonId>,
    /// Who did what and when, and what follows: "钱文斌已于 … 拒绝，申请退回给陈宇（第 2 轮）；…".
    pub words: Text,
}

/// How a cancelled task ended, from the turn that cancelled it; none for a task that is open, or that somebody did.
pub fn taken(
    def: &Definition,
    case: &Case,
    events: &[Event],
    task: u32,
    cx: &Context<'_>,
) -> Option<Taken> {
    let closed = events.iter().rev().find_map(|event| match &event.change {
        Change::TaskClosed {
            task: no,
            end,
            because,
        } if *no == task => Some((event, *end, because)),
        _ => None,
    });
    let (closed, end, because) = closed?;
    if end != TaskEnd::Cancelled {
        return None;
    }
    let turn: Vec<&Event> = events
        .iter()
        .filter(|event| event.rev == closed.rev)
        .collect();
    let said = Said { def, cx };
    let at_state = state_of(events, task);
    let deed = turn
        .iter()
        .find_map(|event| said.deed(&event.change, at_state))
        .unwrap_or_else(|| said.because(because));
    let at = |lang| cx.calendar.say(closed.at, lang);
    let (who, by) = match &closed.actor {
        Actor::Person(id) => (Text::same(cx.organisation.name(id)), Some(id.clone())),
        Actor::System => (Text::new("系统", "The system"), None),
    };
    let then = said.then(case, &turn);
    Some(Taken {
        seq: closed.seq,
        at: closed.at,
        by,
        words: Text::new(
            format!("{}已于 {} {}，{}。", who.zh, at(Lang::Zh), deed.zh, then.zh),
            format!("{} {}, {}; {}.", who.en, deed.en, at(Lang::En), then.en),
        ),
    })
}

/// The state a task was asked in.
fn state_of(events: &[Event], task: u32) -> Option<&str> {
    events.iter().find_map(|event| match &event.change {
        Change::TaskOpened {
            task: no, state, ..
        } if *no == task => Some(state.as_str()),
        _ => None,
    })
}

impl Said<'_> {
    /// What somebody did, when that is what the turn began with.
    fn deed(&self, change: &Change, here: Option<&str>) -> Option<Text> {
        let elsewhere = |state: &str| {
            if here == Some(state) {
                return Text::default();
            }
            let name = self.state(state);
            Text::new(format!("“{}”", name.zh), format!(" “{}”", name.en))
        };
        let plain = |zh: &str, en: &str| Some(Text::new(zh, en));
        match change {
            Change::Decided {
                state,
                verdict,
                outcome,
                ..
            } => Some(self.decided(state, *verdict, outcome.as_deref(), &elsewhere(state))),
            Change::SystemDecided {
                verdict, because, ..
            } => {
                let (zh, en) = match verdict {
                    Verdict::Approve => ("计为同意", "counted it as approved"),
                    Verdict::Reject => ("计为拒绝", "counted it as rejected"),
                };
                let (why_zh, why_en) = (&because.zh, &because.en);
                Some(Text::new(
                    format!("{zh}（{why_zh}）"),
                    format!("{en} ({why_en})"),
                ))
            }
            Change::Acted { state, action, .. } => {
                let (at, name) = (elsewhere(state), self.action(state, action));
                Some(Text::new(
                    format!("办理{}“{}”", at.zh, name.zh),
                    format!("did “{}”{}", name.en, at.en),
                ))
            }
            Change::Returned { .. } => plain("退回", "sent it back"),
            Change::VoterRemoved { .. } => plain("减签", "removed the signer"),
            Change::TakenBack { .. } => plain("拿回自己的决定", "took their decision back"),
            Change::Migrated { .. } => plain("把流程迁移到新版本", "moved it to another version"),
            Change::Reopened { .. } => plain("重新打开", "opened it again"),
            Change::Overridden { act, reason, .. } => {
                let (zh, en) = overruled(act);
                Some(Text::new(
                    format!("{zh}（{reason}）"),
                    format!("{en} ({reason})"),
                ))
            }
            Change::Ended {
                outcome: Outcome::Withdrawn,
                ..
            } => plain("撤回", "withdrew it"),
            _ => None,
        }
    }

    fn decided(&self, state: &str, verdict: Verdict, outcome: Option<&str>, at: &Text) -> Text {
        let own = outcome.and_then(|id| self.custom(state, id));
        let (zh, en) = match (&own, verdict) {
            (Some(name), _) => (name.zh.as_str(), name.en.as_str()),
            (None, Verdict::Approve) => ("同意", "approved"),
            (None, Verdict::Reject) => ("拒绝", "rejected"),
        };
        Text::new(format!("{zh}{}", at.zh), format!("{en}{}", at.en))
    }

    /// The name of a custom outcome.
    fn custom(&self, state: &str, id: &str) -> Option<Text> {
        let ix = self.def.state_ix(state)?;
        let StateKind::Approve(approve) = &self.def.states[ix].kind else {
            return None;
        };
        let mut known = approve.outcomes.iter();
        known.find(|one| one.id == id).map(|one| one.name.clone())
    }

    /// The name of a work state's action.
    fn action(&self, state: &str, id: &str) -> Text {
        let ix = self.def.state_ix(state);
        let actions = match ix.map(|ix| &self.def.states[ix].kind) {
            Some(StateKind::Work { actions, .. }) => actions.as_slice(),
            _ => &[],
        };
        let known = actions.iter().find(|known| known.id == id);
        known.map_or_else(|| Text::new("完成", "Done"), |known| known.name.clone())
    }

    /// Nobody's deed: what ended the task says why.
    fn because(&self, because: &Text) -> Text {
        Text::new(
            format!("结束了这个任务（{}）", because.zh),
            format!("ended this task ({})", because.en),
        )
    }

    /// What followed, and how it stands by now.
    fn then(&self, case: &Case, turn: &[&Event]) -> Text {
        let back = turn.iter().find_map(|event| match &event.change {
            Change::Returned { to, round, .. } => Some((to, *round)),
            _ => None,
        });
        if let Some((to, round)) = back {
            return self.back(case, to, round);
        }
        let instance = &case.instance;
        if instance.ended() {
            return Text::new("流程已结束", "the case is over");
        }
        if instance.suspended.is_some() {
            return Text::new("流程已挂起", "the case is suspended");
        }
        let mut people: Vec<PersonId> = vec![];
        for person in instance.waiting_on() {
            if !people.iter().any(|known| known == person) {
                people.push(person.to_owned());
            }
        }
        if people.is_empty() {
            return Text::new(
                "不再需要您处理，流程已继续",
                "you are not needed here any more, and the case went on",
            );
        }
        let people = self.people(&people);
        Text::new(
            format!("不再需要您处理，现在由 {} 处理", people.zh),
            format!(
                "you are not needed here any more, and the case is with {}",
                people.en
            ),
        )
    }

    fn back(&self, case: &Case, to: &str, round: u32) -> Text {
        let instance = &case.instance;
        let asked = |kind| instance.tasks.iter().any(|task| task.kind == kind);
        let is_draft = self
            .def
            .state_ix(to)
            .is_some_and(|ix| matches!(self.def.states[ix].kind, StateKind::Draft { .. }));
        let (place_zh, place_en) = if is_draft {
            let name = self.cx.organisation.name(&instance.applicant);
            (
                format!("申请退回给{name}"),
                format!("it went back to {name}"),
            )
        } else {
            let name = self.state(to);
            (
                format!("退回到“{}”", name.zh),
                format!("it went back to “{}”", name.en),
            )
        };
        let (then_zh, then_en) = if instance.ended() {
            ("流程现已结束", "the case is over by now")
        } else if is_draft && instance.round == round && asked(TaskKind::Draft) {
            (
                "重新提交后，需要时会再请您处理",
                "once it is submitted again you are asked if you are still needed",
            )
        } else if is_draft {
            ("之后已重新提交", "it has been submitted again since")
        } else {
            (
                "需要时会再请您处理",
                "you are asked again if you are still needed",
            )
        };
        Text::new(
            format!("{place_zh}（第 {round} 轮）；{then_zh}"),
            format!("{place_en} (round {round}); {then_en}"),
        )
    }
}

fn overruled(act: &Override) -> (&'static str, &'static str) {
    match act {
        Override::Terminate => ("作废了流程", "ended the case"),
        Override::Suspend => ("挂起了流程", "suspended the case"),
        Override::Resume => ("恢复了流程", "let the case go on"),
        Override::Jump { .. } => ("把流程转到别处", "sent the case elsewhere"),
        Override::Reassign { .. } => ("把任务改派给他人", "gave the task to somebody else"),
        Override::Skip { .. } => ("跳过了节点", "skipped the state"),
        Override::Retry { .. } => ("重试了节点", "let the state try again"),
    }
}
