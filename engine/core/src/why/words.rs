//! The sentences.

use super::history::Drawn;
use crate::definition::{Definition, PeopleRef, StateKind};
use crate::people::PersonId;
use crate::record::show;
use crate::text::{Lang, Text};
use crate::turn::Context;
use crate::value::Value;

/// What sentences need besides the facts.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub def: &'a Definition,
    pub cx: &'a Context<'a>,
}

impl Said<'_> {
    /// True for a state in which people are asked.
    pub(super) fn asks(&self, state: &str) -> bool {
        self.def.state_ix(state).is_some_and(|ix| {
            matches!(
                self.def.states[ix].kind,
                StateKind::Approve(_) | StateKind::Work { .. }
            )
        })
    }

    /// True when a state's `by:` names this entry of `people:`.
    pub(super) fn names(&self, state: &str, name: &str) -> bool {
        let Some(ix) = self.def.state_ix(state) else {
            return false;
        };
        let by = self.def.states[ix].people_asked();
        by.contains(&PeopleRef::Named(name.to_owned()))
    }

    /// What a state waits for, when it is an event.
    pub(super) fn waits(&self, state: &str) -> Option<Text> {
        let state = &self.def.states[self.def.state_ix(state)?];
        let StateKind::WaitFor { name, .. } = &state.kind else {
            return None;
        };
        Some(Text::new(
            format!("“{}”等待：{}。", state.name.zh, name.zh),
            format!("“{}” waits for: {}.", state.name.en, name.en),
        ))
    }

    pub(super) fn state(&self, id: &str) -> Text {
        self.def
            .state_ix(id)
            .map_or_else(|| Text::same(id), |ix| self.def.states[ix].name.clone())
    }

    fn name(&self, person: &str) -> String {
        self.cx.organisation.name(person)
    }

    pub(super) fn people(&self, ids: &[PersonId]) -> Text {
        let names: Vec<String> = ids.iter().map(|id| self.name(id)).collect();
        Text::new(names.join("、"), names.join(", "))
    }

    /// The condition with names for paths, with the values that decided as people read them.
    fn condition(&self, because: &str, values: &[(String, Value)]) -> Text {
        let named = |lang: Lang| {
            let one = |(path, value): &(String, Value)| {
                let name = path.strip_prefix("record.").unwrap_or(path);
                match self.def.entity.field(name) {
                    Some(field) => {
                        format!("{} {}", field.label.get(lang), show(field, value, lang))
                    }
                    None => match value {
                        Value::Number(number) => format!("{path} {number}"),
                        Value::Text(text) => format!("{path} {text}"),
                        Value::Empty
                        | Value::Flag(_)
                        | Value::Date(_)
                        | Value::Time(_)
                        | Value::List(_)
                        | Value::Map(_) => path.clone(),
                    },
                }
            };
            let named: Vec<String> = values.iter().map(one).collect();
            named.join(lang.pick("，", ", "))
        };
        let said = crate::diagram::said_when(self.def, because);
        if values.is_empty() {
            return said;
        }
        Text::new(
            format!("{}（{}）", said.zh, named(Lang::Zh)),
            format!("{} ({})", said.en, named(Lang::En)),
        )
    }

    pub(super) fn by_rule(&self, state: &str) -> Text {
        let name = self.state(state);
        Text::new(
            format!("“{}”的审批人规则找到了此人：", name.zh),
            format!("The rule of “{}” names them:", name.en),
        )
    }

    pub(super) fn by_policy(&self) -> Text {
        Text::new(
            "规则没有找到可以处理的人，按流程策略改请此人：",
            "The rule found nobody who may act; a policy of the flow names them instead:",
        )
    }

    pub(super) fn added(&self) -> Text {
        Text::new(
            "节点超时，按流程加请此人：",
            "It was late, and the flow asks them too:",
        )
    }

    pub(super) fn handed_over(&self) -> Text {
        Text::new(
            "原处理人超时，按流程改由此人处理：",
            "Those asked first were late, and the flow asks them instead:",
        )
    }

    pub(super) fn transferred(&self, from: &str) -> Text {
        let name = self.name(from);
        Text::new(
            format!("{name}的任务转办给了此人："),
            format!("The task of {name} was passed on to them:"),
        )
    }

    pub(super) fn pool(&self, candidates: &[PersonId]) -> Text {
        if candidates.is_empty() {
            return Text::new("从候选人中认领：", "Claimed by one of the candidates:");
        }
        let people = self.people(candidates);
        Text::new(
            format!("一个任务，候选人为{}，由其中一人认领：", people.zh),
            format!("One task for {}, until one of them claims it:", people.en),
        )
    }

    pub(super) fn stands_for(&self, person: &str) -> Text {
        let name = self.name(person);
        Text::new(
            format!("{name}不在，由此人代理："),
            format!("{name} is away, and they stand in:"),
        )
    }

    pub(super) fn proxied(&self, person: &str, proxy: &str) -> Text {
        let (name, proxy) = (self.name(person), self.name(proxy));
        Text::new(
            format!("请求了{name}，但{name}当时不在，由{proxy}代理。"),
            format!("{name} was asked, but was away then; {proxy} stands in."),
        )
    }

    pub(super) fn drawn(&self, drawn: &Drawn) -> Text {
        let (how_zh, how_en) = drawn.how.words();
        let (people, pool) = (self.people(&drawn.people), self.people(&drawn.pool));
        if drawn.pool.is_empty() {
            return Text::new(
                format!("“{}”：{how_zh}{}。", drawn.name, people.zh),
                format!("“{}”: {}, {how_en}.", drawn.name, people.en),
            );
        }
        Text::new(
            format!(
                "“{}”：从{}中{how_zh}选出{}。",
                drawn.name, pool.zh, people.zh
            ),
            format!("“{}”: {}, {how_en} of {}.", drawn.name, people.en, pool.en),
        )
    }

    pub(super) fn people_chosen(&self, name: &str, people: &[PersonId], by: Option<&str>) -> Text {
        let people = self.people(people);
        let by = by.map_or_else(
            || Text::new("系统", "The system"),
            |by| Text::same(self.name(by)),
        );
        Text::new(
            format!("{}为“{name}”选择了{}。", by.zh, people.zh),
            format!("{} chose {} for “{name}”.", by.en, people.en),
        )
    }

    pub(super) fn overridden(
        &self,
        by: Option<&str>,
        word: &str,
        state: &str,
        reason: &str,
    ) -> Text {
        let by = by.map_or_else(
            || Text::new("系统", "The system"),
            |by| Text::same(self.name(by)),
        );
        let (zh, en) = match word {
            "terminate" => ("作废了流程", "ended it as cancelled"),
            "suspend" => ("挂起了流程", "suspended it"),
            "resume" => ("恢复了流程", "let it go on"),
            "jump" => ("改变了流程的走向", "sent it elsewhere"),
            "reassign" => ("改派了任务", "gave a task to somebody else"),
            "skip" => ("跳过了节点", "skipped a state"),
            "retry" => ("重试了节点", "let a state try again"),
            _ => ("把流程迁移到另一个版本", "moved it to another version"),
        };
        let (place_zh, place_en) = if state.is_empty() {
            (String::new(), String::new())
        } else {
            let state = self.state(state);
            (format!("“{}”", state.zh), format!(" (“{}”)", state.en))
        };
        Text::new(
            format!("{}{zh}{place_zh}：{reason}", by.zh),
            format!("{} {en}{place_en}: {reason}", by.en),
        )
    }

    pub(super) fn added_by(&self, by: &str) -> Text {
        let name = self.name(by);
        Text::new(
            format!("由{name}加签："),
            format!("{name} added them as a signer:"),
        )
    }

    pub(super) fn taken_back(&self) -> Text {
        Text::new(
            "此人拿回了自己的决定，重新处理：",
            "They took their decision back, and decide again:",
        )
    }

    pub(super) fn reopened(&self, comment: Option<&str>) -> Text {
        let tail = comment.unwrap_or_default();
        if tail.is_empty() {
            return Text::new("发起人重新打开了流程。", "The applicant opened it again.");
        }
        Text::new(
            format!("发起人重新打开了流程：{tail}"),
            format!("The applicant opened it again: {tail}"),
        )
    }

    pub(super) fn left_out(&self, person: &str, state: &str, policy: &str) -> Text {
        let (name, state) = (self.name(person), self.state(state));
        let (zh, en) = match policy {
            "own_request" => (
                "是发起人，不能审批自己的申请",
                "is the applicant and never decides on their own request",
            ),
            "same_person" => (
                "已签过另一节点，按流程不能再签",
                "signed another state already, and the flow allows one signature each",
            ),
            "not_active" => ("已离职或停用", "has left or was switched off"),
            other => (other, other),
        };
        Text::new(
            format!("“{}”的规则包含{name}，但{name}{zh}（{policy}）。", state.zh),
            format!(
                "The rule of “{}” names {name}, but {name} {en} ({policy}).",
                state.en
            ),
        )
    }

    pub(super) fn not_named(&self, person: &str, state: &str, voters: &[PersonId]) -> Text {
        let (name, state, voters) = (self.name(person), self.state(state), self.people(voters));
        Text::new(
            format!(
                "“{}”的规则当时找到的是{}，不包括{name}。规则依据：",
                state.zh, voters.zh
            ),
            format!(
                "The rule of “{}” found {} then, and not {name}. By the rule:",
                state.en, voters.en
            ),
        )
    }

    pub(super) fn in_order(&self, person: &str, state: &str) -> Text {
        let (name, state) = (self.name(person), self.state(state));
        Text::new(
            format!("“{}”依次审批，还没有轮到{name}。", state.zh),
            format!(
                "“{}” asks one after the other, and it is not the turn of {name} yet.",
                state.en
            ),
        )
    }

    pub(super) fn settled(&self, person: &str, state: &str) -> Text {
        let (name, state) = (self.name(person), self.state(state));
        Text::new(
            format!("“{}”在轮到{name}之前已经有了结果。", state.zh),
            format!(
                "“{}” was settled before it was the turn of {name}.",
                state.en
            ),
        )
    }

    pub(super) fn nobody(&self, state: &str) -> Text {
        let state = self.state(state);
        Text::new(
            format!("“{}”没有请求任何人。", state.zh),
            format!("Nobody was asked in “{}”.", state.en),
        )
    }

    pub(super) fn not_reached(&self, state: &str, ended: bool) -> Text {
        let state = self.state(state);
        if ended {
            return Text::new(
                format!("流程没有经过“{}”就结束了。", state.zh),
                format!("It ended without “{}”.", state.en),
            );
        }
        Text::new(
            format!("流程还没有到“{}”，按现在的情况也不会到。", state.zh),
            format!(
                "It has not reached “{}”, and does not lead there as things stand.",
                state.en
            ),
        )
    }

    pub(super) fn skipped(&self, state: &str, because: &str, values: &[(String, Value)]) -> Text {
        let (state, condition) = (self.state(state), self.condition(because, values));
        Text::new(
            format!("“{}”被跳过：{} 不成立。", state.zh, condition.zh),
            format!("“{}” was skipped: {} is false.", state.en, condition.en),
        )
    }

    pub(super) fn chosen(
        &self,
        state: &str,
        to: &str,
        because: &str,
        values: &[(String, Value)],
    ) -> Text {
        let (state, to) = (self.state(state), self.state(to));
        if because.is_empty() {
            return Text::new(
                format!("“{}”走向“{}”。", state.zh, to.zh),
                format!("“{}” led to “{}”.", state.en, to.en),
            );
        }
        let condition = self.condition(because, values);
        Text::new(
            format!("“{}”走向“{}”：{}。", state.zh, to.zh, condition.zh),
            format!("“{}” led to “{}”: {}.", state.en, to.en, condition.en),
        )
    }

    pub(super) fn returned(
        &self,
        from: &str,
        to: &str,
        because: &Text,
        comment: Option<&str>,
    ) -> Text {
        let (from, to) = (self.state(from), self.state(to));
        let tail = |because: &str| {
            let parts = [because, comment.unwrap_or_default()];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            if parts.is_empty() {
                String::new()
            } else {
                format!(": {}", parts.join("; "))
            }
        };
        Text::new(
            format!(
                "从“{}”退回到“{}”{}",
                from.zh,
                to.zh,
                tail(&because.zh).replacen(": ", "：", 1)
            ),
            format!(
                "Sent back from “{}” to “{}”{}",
                from.en,
                to.en,
                tail(&because.en)
            ),
        )
    }

    pub(super) fn timed_out(&self, state: &str, because: &Text) -> Text {
        let state = self.state(state);
        Text::new(
            format!("“{}”{}。", state.zh, because.zh),
            format!("“{}”: {}.", state.en, because.en),
        )
    }

    pub(super) fn held(&self, state: &str, reason: &Text, still: bool) -> Text {
        let state = self.state(state);
        let (zh, en) = if still {
            ("停在", "Held at")
        } else {
            ("曾停在", "Was held at")
        };
        Text::new(
            format!("{zh}“{}”：{}", state.zh, reason.zh),
            format!("{en} “{}”: {}", state.en, reason.en),
        )
    }
}
