//! One event as a sentence. Every kind of event is named here: a new one does not compile until it has words.

mod beside;
mod subflows;

use std::collections::BTreeMap;

use assent_core::calendar::WorkCalendar;
use assent_core::command::{Actor, Verdict, Via};
use assent_core::definition::{Definition, Outcome, StateKind};
use assent_core::event::{Change, Event};
use assent_core::instance::TaskEnd;
use assent_core::text::Text;
use assent_core::value::{Value, Values};

use super::overruling;
use super::shown::{Names, shown};
use super::status::status_of;
use super::timeline_people;
use crate::app::VERSION_SHOWN;

/// A line of the trail, before it knows about pages.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub kind: &'static str,
    pub tone: &'static str,
    /// Empty: nothing a reader needs to know.
    pub words: Text,
    pub state: Option<String>,
    pub comment: Option<String>,
    pub because: Vec<Text>,
    /// Ids of attachments that came with it.
    pub files: Vec<String>,
    pub minor: bool,
    /// The subflow's instance, where it is about one.
    pub child: Option<String>,
}

impl Line {
    pub(super) fn new(kind: &'static str, tone: &'static str, zh: String, en: String) -> Self {
        Self {
            kind,
            tone,
            words: Text { zh, en },
            ..Self::default()
        }
    }

    /// Known to the machine, of no use to a reader.
    pub(super) fn silent(kind: &'static str) -> Self {
        Self {
            kind,
            tone: "quiet",
            minor: true,
            ..Self::default()
        }
    }

    pub(super) fn at(mut self, state: &str) -> Self {
        self.state = Some(state.to_owned());
        self
    }

    pub(super) fn comment(mut self, comment: Option<&String>) -> Self {
        self.comment = comment.cloned();
        self
    }

    pub(super) fn because(mut self, because: Vec<Text>) -> Self {
        self.because = because;
        self
    }

    fn files(mut self, ids: &[String]) -> Self {
        self.files = ids.to_vec();
        self
    }

    pub(super) fn minor(mut self) -> Self {
        self.minor = true;
        self
    }
}

/// A subflow that was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child<'a> {
    pub flow: &'a str,
    /// Its first values: its row, or its person.
    pub set: &'a Values,
    /// The entry that asked for it.
    pub entry: u32,
    /// Which of those of its entry, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

/// What is known besides the event.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub def: &'a Definition,
    pub names: Names<'a>,
    pub calendar: &'a WorkCalendar,
    /// Subflows by their instances.
    pub children: &'a BTreeMap<&'a str, Child<'a>>,
}

/// What the sentences need besides the event.
pub(super) struct Said<'a> {
    pub def: &'a Definition,
    pub names: Names<'a>,
    pub calendar: &'a WorkCalendar,
    pub children: &'a BTreeMap<&'a str, Child<'a>>,
    /// Who caused it, by name; "李 代 张" where somebody stands in.
    pub who: Text,
    stands_for: bool,
}

impl Said<'_> {
    pub(super) fn state(&self, id: &str) -> Text {
        self.def
            .state_ix(id)
            .map_or_else(|| Text::same(id), |ix| self.def.states[ix].name.clone())
    }

    pub(super) fn person(&self, id: &str) -> String {
        self.names.directory.name(id).to_owned()
    }

    pub(super) fn people(&self, ids: &[String]) -> Text {
        let names: Vec<String> = ids.iter().map(|id| self.person(id)).collect();
        Text::new(names.join("、"), names.join(", "))
    }

    /// What people call an effect that a state runs.
    fn effect(&self, state: &str, effect: &str) -> Text {
        let state = self.def.state_ix(state).map(|ix| &self.def.states[ix]);
        let run = state.and_then(|state| state.runs().find(|run| run.effect == effect));
        run.map_or_else(|| Text::same(effect), |run| run.label.clone())
    }

    /// What people call a rule that a state asks.
    fn rule(&self, state: &str, rule: &str) -> Text {
        let state = self.def.state_ix(state).map(|ix| &self.def.states[ix].kind);
        match state {
            Some(StateKind::Rule {
                rule: known, label, ..
            }) if known == rule => label.clone(),
            _ => Text::same(rule),
        }
    }

    /// The values that decided, by their fields' names.
    fn values(&self, because: &str, values: &[(String, Value)]) -> Vec<Text> {
        let mut said: Vec<Text> = values
            .iter()
            .map(|(path, value)| {
                let name = path.strip_prefix("record.").unwrap_or(path);
                let Some(field) = self.def.entity.field(name) else {
                    return Text::same(format!("{path} = {}", plain(value)));
                };
                let value = shown(field, value, self.names);
                Text::new(
                    format!("{} = {}", field.label.zh, value.zh),
                    format!("{} = {}", field.label.en, value.en),
                )
            })
            .collect();
        if !because.is_empty() {
            said.insert(0, assent_core::diagram::said_when(self.def, because));
        }
        said
    }
}

/// An event as a sentence.
pub(super) fn words(known: &Known<'_>, event: &Event, stands_for: Option<&str>) -> Line {
    let Known {
        def,
        names,
        calendar,
        children,
    } = *known;
    let who = match &event.actor {
        Actor::Person(id) => {
            let name = names.directory.name(id);
            match stands_for.map(|asked| names.directory.name(asked)) {
                Some(asked) => {
                    Text::new(format!("{name} 代 {asked}"), format!("{name} for {asked}"))
                }
                None => Text::same(name),
            }
        }
        Actor::System => Text::new("系统", "The system"),
    };
    let said = Said {
        def,
        names,
        calendar,
        children,
        who,
        stands_for: stands_for.is_some(),
    };
    match &event.change {
        Change::Started { .. }
        | Change::FieldsSet { .. }
        | Change::Submitted { .. }
        | Change::Decided { .. }
        | Change::Acted { .. }
        | Change::Returned { .. }
        | Change::Transferred { .. }
        | Change::Commented { .. }
        | Change::Migrated { .. } => by_people(&said, &event.change),
        Change::VoterRemoved { .. }
        | Change::OpinionAsked { .. }
        | Change::Advised { .. }
        | Change::Copied { .. }
        | Change::Questioned { .. }
        | Change::Replied { .. }
        | Change::TakenBack { .. }
        | Change::Urged { .. }
        | Change::Reopened { .. }
        | Change::RevocationAsked { .. }
        | Change::RevocationRefused { .. }
        | Change::Revoked { .. } => beside::words(&said, &event.change),
        Change::Ended {
            state: None,
            outcome: Outcome::Withdrawn,
            ..
        } if event.via == Via::Subflow && event.actor == Actor::System => {
            subflows::ended_with_its_parent(of_the_flow(&said, &event.change))
        }
        Change::Entered { .. }
        | Change::Skipped { .. }
        | Change::Chosen { .. }
        | Change::Left { .. }
        | Change::Cancelled { .. }
        | Change::BranchEnded { .. }
        | Change::Ended { .. } => of_the_flow(&said, &event.change),
        Change::Asked { .. }
        | Change::VoterAdded { .. }
        | Change::HandedOver { .. }
        | Change::TaskOpened { .. }
        | Change::TaskClosed { .. }
        | Change::SystemDecided { .. }
        | Change::Reminded { .. } => about_asking(&said, &event.change),
        Change::Drawn { .. } | Change::PeopleChosen { .. } | Change::Proxied { .. } => {
            timeline_people::line(&said, &event.change)
        }
        Change::WakeupSet { .. }
        | Change::WakeupCleared { .. }
        | Change::Called { .. }
        | Change::Answered { .. }
        | Change::CallFailed { .. }
        | Change::CallDropped { .. }
        | Change::AnsweredLate { .. }
        | Change::RuleRan { .. }
        | Change::MailQueued { .. }
        | Change::Happened { .. }
        | Change::Told { .. }
        | Change::Held { .. }
        | Change::Resumed { .. }
        | Change::BranchAdded { .. } => of_the_machine(&said, &event.change),
        Change::SubflowAsked { .. }
        | Change::SubflowEnded { .. }
        | Change::SubflowStopped { .. } => subflows::words(&said, &event.change),
        Change::Overridden { .. }
        | Change::Suspended { .. }
        | Change::Unsuspended {}
        | Change::Postponed { .. }
        | Change::ClockStopped { .. }
        | Change::ClockStarted { .. }
        | Change::DueMoved { .. } => overruling::words(&said, &event.change),
    }
}

fn by_people(said: &Said<'_>, change: &Change) -> Line {
    let who = &said.who;
    let plain = |kind, tone, zh: &str, en: &str| {
        Line::new(
            kind,
            tone,
            format!("{} {zh}", who.zh),
            format!("{} {en}", who.en),
        )
    };
    match change {
        Change::Started { .. } => plain("started", "start", "发起", "started this"),
        Change::FieldsSet { .. } => plain("fields_set", "edit", "填写", "filled in").minor(),
        Change::Submitted {
            straight_back: false,
            ..
        } => plain("submitted", "start", "提交", "submitted"),
        Change::Submitted {
            straight_back: true,
            ..
        } => plain(
            "submitted",
            "start",
            "提交，直接回到退回人",
            "submitted, straight back to who sent it back",
        ),
        Change::Decided {
            state,
            voter,
            verdict,
            comment,
            outcome,
            signature,
            ..
        } => {
            let name = said.state(state);
            let (tone, zh, en) = match verdict {
                Verdict::Approve => ("approve", "同意", "approved"),
                Verdict::Reject => ("reject", "拒绝", "rejected"),
            };
            let picked = outcome
                .as_ref()
                .map(|id| beside::outcome_name(said.def, state, id));
            let (zh, en) = match &picked {
                Some(name) => (name.zh.as_str(), name.en.as_str()),
                None => (zh, en),
            };
            let signed = if signature.is_some() {
                ("，已签名", ", signed")
            } else {
                ("", "")
            };
            // A typed signature is the name that stands there already; a drawn one is a picture to look at.
            let drawn = signature.clone().filter(|_| beside::drawn(said.def, state));
            let drawn: Vec<String> = drawn.into_iter().collect();
            let voter = said.person(voter);
            let (for_zh, for_en) = if voter == who.zh || said.stands_for {
                (String::new(), String::new())
            } else {
                (format!("（代 {voter}）"), format!(" (for {voter})"))
            };
            let (zh, en) = (
                format!("{zh}{for_zh}{} · {}", signed.0, name.zh),
                format!("{en}{for_en}{} · {}", signed.1, name.en),
            );
            plain("decided", tone, &zh, &en)
                .at(state)
                .files(&drawn)
                .comment(comment.as_ref())
        }
        Change::Acted {
            state,
            action,
            comment,
            ..
        } => {
            let (name, action) = (said.state(state), action_name(said.def, state, action));
            let (zh, en) = (
                format!("{} · {}", action.zh, name.zh),
                format!("{} · {}", action.en, name.en),
            );
            let line = Line::new(
                "acted",
                "work",
                format!("{} {zh}", who.zh),
                format!("{}: {en}", who.en),
            );
            line.at(state).comment(comment.as_ref())
        }
        Change::Returned {
            from,
            to,
            round,
            comment,
            because,
            ..
        } => {
            let (from, to_name) = (said.state(from), said.state(to));
            let zh = format!("从“{}”退回到“{}”，第 {round} 轮", from.zh, to_name.zh);
            let en = format!(
                "sent it back from “{}” to “{}”, round {round}",
                from.en, to_name.en
            );
            let because = if because.zh.is_empty() {
                vec![]
            } else {
                vec![because.clone()]
            };
            plain("returned", "return", &zh, &en)
                .at(to)
                .comment(comment.as_ref())
                .because(because)
        }
        Change::Transferred {
            from, to, comment, ..
        } => {
            let (from, to) = (said.person(from), said.person(to));
            let zh = format!("把 {from} 的任务转办给 {to}");
            let en = format!("transferred the task of {from} to {to}");
            plain("transferred", "move", &zh, &en).comment(comment.as_ref())
        }
        Change::Commented {
            text,
            mention,
            files,
        } => {
            let mentioned = said.people(mention);
            let (zh, en) = if mention.is_empty() {
                ("评论".to_owned(), "commented".to_owned())
            } else {
                (
                    format!("评论并提到 {}", mentioned.zh),
                    format!("commented and mentioned {}", mentioned.en),
                )
            };
            let line = plain("commented", "comment", &zh, &en);
            line.comment(Some(text)).files(files)
        }
        Change::Migrated {
            from, to, reason, ..
        } => {
            let short = |version: &str| version.chars().take(VERSION_SHOWN).collect::<String>();
            let (from, to) = (short(from), short(to));
            plain(
                "migrated",
                "alarm",
                &format!("把流程从版本 {from} 迁移到 {to}"),
                &format!("moved it from version {from} to {to}"),
            )
            .comment(Some(reason))
        }
        _ => Line::silent("other"),
    }
}

fn of_the_flow(said: &Said<'_>, change: &Change) -> Line {
    match change {
        Change::Entered { state, .. } => {
            let name = said.state(state);
            Line::new(
                "entered",
                "flow",
                format!("进入“{}”", name.zh),
                format!("“{}” began", name.en),
            )
            .at(state)
            .minor()
        }
        Change::Skipped {
            state,
            because,
            values,
        } => {
            let name = said.state(state);
            let line = Line::new(
                "skipped",
                "skip",
                format!("跳过“{}”", name.zh),
                format!("“{}” was skipped", name.en),
            );
            line.at(state).because(said.values(because, values)).minor()
        }
        Change::Chosen {
            state,
            to,
            because,
            values,
        } => {
            let (name, to) = (said.state(state), said.state(to));
            let zh = format!("“{}”走向“{}”", name.zh, to.zh);
            let en = format!("“{}” leads to “{}”", name.en, to.en);
            Line::new("chosen", "flow", zh, en)
                .at(state)
                .because(said.values(because, values))
                .minor()
        }
        Change::Cancelled { state, because, .. } => {
            let name = said.state(state);
            let line = Line::new(
                "cancelled",
                "skip",
                format!("“{}”不再需要", name.zh),
                format!("“{}” is not needed any more", name.en),
            );
            line.at(state).because(vec![because.clone()]).minor()
        }
        Change::Ended {
            outcome, comment, ..
        } => {
            let words = status_of(said.def, outcome.word());
            let line = Line::new(
                "ended",
                "end",
                format!("流程结束：{}", words.zh),
                format!("It is over: {}", words.en),
            );
            line.comment(comment.as_ref())
        }
        Change::Left {
            state,
            because: Some(because),
            ..
        } => {
            let name = said.state(state);
            Line::new(
                "left",
                "system",
                format!("“{}”{}", name.zh, because.zh),
                format!("“{}”: {}", name.en, because.en),
            )
            .at(state)
        }
        Change::Left { .. } => Line::silent("left"),
        Change::BranchEnded { .. } => Line::silent("branch_ended"),
        _ => Line::silent("other"),
    }
}

fn about_asking(said: &Said<'_>, change: &Change) -> Line {
    match change {
        Change::Asked {
            voters,
            left_out,
            required,
            ..
        } => {
            let people = said.people(voters);
            let zh = format!("请 {} 处理，需 {required} 人同意", people.zh);
            let en = format!("{} asked; {required} needed", people.en);
            let why = left_out
                .iter()
                .map(|(person, policy)| policy_words(&said.person(person), policy))
                .collect();
            Line::new("asked", "ask", zh, en).because(why).minor()
        }
        Change::VoterAdded {
            person, because, ..
        } => {
            let person = said.person(person);
            let line = Line::new(
                "voter_added",
                "ask",
                format!("加入 {person}"),
                format!("{person} was added"),
            );
            line.because(vec![because.clone()])
        }
        Change::HandedOver {
            state, from, to, ..
        } => {
            let (from, to) = (said.people(from), said.people(to));
            let zh = format!("超时，由 {} 改为 {} 处理", from.zh, to.zh);
            let en = format!("Late: {} instead of {}", to.en, from.en);
            Line::new("handed_over", "system", zh, en).at(state)
        }
        Change::TaskOpened {
            state,
            assignee,
            why,
            candidates,
            ..
        } => {
            let name = said.state(state);
            let person = if candidates.is_empty() {
                said.person(assignee)
            } else {
                said.people(candidates).zh
            };
            let zh = format!("“{}”等待 {person} 处理", name.zh);
            let en = format!("“{}” waits for {person}", name.en);
            Line::new("task_opened", "ask", zh, en)
                .at(state)
                .because(why.clone())
                .minor()
        }
        Change::TaskClosed {
            end: TaskEnd::Cancelled,
            because,
            ..
        } => {
            let line = Line::new(
                "task_closed",
                "skip",
                "任务不再需要".into(),
                "The task is not needed any more".into(),
            );
            line.because(vec![because.clone()]).minor()
        }
        Change::TaskClosed { end, .. } => beside::closed(said, *end),
        Change::SystemDecided {
            state,
            verdict,
            because,
            voter,
            ..
        } => {
            let name = said.state(state);
            let (zh, en) = match verdict {
                Verdict::Approve => ("按规则计为同意", "counted as approved"),
                Verdict::Reject => ("按规则计为拒绝", "counted as rejected"),
            };
            let voter = voter
                .as_ref()
                .map(|id| format!("（{}）", said.person(id)))
                .unwrap_or_default();
            let line = Line::new(
                "system_decided",
                "system",
                format!("系统{zh}{voter} · {}", name.zh),
                format!("The system {en}{voter} · {}", name.en),
            );
            line.at(state).because(vec![because.clone()])
        }
        Change::Reminded { state, people, .. } => {
            let people = said.people(people);
            Line::new(
                "reminded",
                "remind",
                format!("已提醒 {}", people.zh),
                format!("{} reminded", people.en),
            )
            .at(state)
        }
        _ => Line::silent("other"),
    }
}

fn of_the_machine(said: &Said<'_>, change: &Change) -> Line {
    match change {
        Change::Called { effect, state, .. } => {
            let label = said.effect(state, effect);
            let zh = format!("调用外部系统：{}", label.zh);
            let en = format!("Called another system: {}", label.en);
            Line::new("called", "machine", zh, en).at(state).minor()
        }
        Change::Answered { .. } => Line::new(
            "answered",
            "machine",
            "外部系统已返回结果".into(),
            "The other system answered".into(),
        )
        .minor(),
        Change::CallFailed { reason, .. } => Line::new(
            "call_failed",
            "alarm",
            format!("调用外部系统失败：{reason}"),
            format!("The other system failed: {reason}"),
        ),
        Change::CallDropped { .. } => Line::new(
            "call_dropped",
            "machine",
            "没有再调用外部系统：流程已离开该节点".into(),
            "The other system was not called any more: the case had left the state".into(),
        ),
        Change::AnsweredLate { effect, state, .. } => {
            let label = said.effect(state, effect);
            let zh = format!(
                "流程离开以后，外部系统才完成“{}”；请核对，必要时在对方系统中撤销",
                label.zh
            );
            let en = format!(
                "The other system did “{}” after the case had left the state; check it, and undo it there if need be",
                label.en
            );
            Line::new("answered_late", "alarm", zh, en).at(state)
        }
        Change::RuleRan {
            state, rule, gave, ..
        } => {
            let gave: Vec<(String, Value)> = gave
                .iter()
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            let label = said.rule(state, rule);
            let line = Line::new(
                "rule_ran",
                "machine",
                format!("规则“{}”已计算", label.zh),
                format!("Rule “{}” ran", label.en),
            );
            line.at(state).because(said.values("", &gave)).minor()
        }
        Change::MailQueued { to, .. } => {
            let people = said.people(to);
            Line::new(
                "mail_queued",
                "mail",
                format!("发送邮件给 {}", people.zh),
                format!("Mail to {}", people.en),
            )
            .minor()
        }
        Change::Told {
            entity,
            record,
            name,
            ..
        } => {
            let record = said.names.records.title(entity, record);
            let event = said.names.records.event(said.def, name);
            Line::new(
                "told",
                "machine",
                format!("已告诉 {record}：{}", event.zh),
                format!("Told {record}: {}", event.en),
            )
            .minor()
        }
        Change::Happened { name, .. } => {
            let event = said.names.records.event(said.def, name);
            Line::new(
                "happened",
                "machine",
                format!("外部事件：{}", event.zh),
                format!("From outside: {}", event.en),
            )
        }
        Change::Held { held } => {
            let line = Line::new(
                "held",
                "alarm",
                "流程挂起，已通知负责人".into(),
                "Held; its owner was told".into(),
            );
            line.at(&held.state).because(vec![held.reason.clone()])
        }
        Change::Resumed { state, comment } => {
            let (zh, en) = (
                format!("{} 让流程继续", said.who.zh),
                format!("{} let it go on", said.who.en),
            );
            Line::new("resumed", "work", zh, en)
                .at(state)
                .comment(comment.as_ref())
        }
        Change::BranchAdded { branch, .. } => Line::new(
            "branch_added",
            "machine",
            format!("新版本增加分支 {branch}"),
            format!("The new version adds branch {branch}"),
        ),
        Change::WakeupSet { .. } => Line::silent("wakeup_set"),
        Change::WakeupCleared { .. } => Line::silent("wakeup_cleared"),
        _ => Line::silent("other"),
    }
}

fn action_name(def: &Definition, state: &str, action: &str) -> Text {
    let known = def
        .state_ix(state)
        .and_then(|ix| match &def.states[ix].kind {
            StateKind::Work { actions, .. } => actions.iter().find(|known| known.id == action),
            _ => None,
        });
    known.map_or_else(|| Text::new("完成", "Done"), |known| known.name.clone())
}

/// Why somebody the rule names was not asked.
fn policy_words(person: &str, policy: &str) -> Text {
    match policy {
        "own_request" => Text::new(
            format!("{person} 是发起人，不能审批自己的申请"),
            format!("{person} is the applicant and cannot decide on their own request"),
        ),
        "same_person" => Text::new(
            format!("{person} 已在其他节点处理过"),
            format!("{person} acted in another state already"),
        ),
        other => Text::new(
            format!("{person} 未被请求（{other}）"),
            format!("{person} was not asked ({other})"),
        ),
    }
}

/// A value nobody declared a field for: a table's constant, an output of a rule.
fn plain(value: &Value) -> String {
    match value {
        Value::Empty => "—".to_owned(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Date(date) => date.to_string(),
        Value::Time(at) => at.0.to_string(),
        Value::List(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Map(row) => row.values().map(plain).collect::<Vec<_>>().join(" "),
    }
}
