//! One sentence for whoever sent a command: what happened, and whose turn it is now.

use assent_core::command::{Action, Command, Override, Verdict};
use assent_core::definition::Definition;
use assent_core::directory::Directory;
use assent_core::event::Change;
use assent_core::instance::TaskKind;
use assent_core::people::Names as _;
use assent_core::text::Text;
use assent_core::turn::Turn;

use super::Definitions;
use crate::app::{Answer, Opened};
use crate::view::{status_of, status_words};

/// What the sentence needs besides the turn.
pub(crate) struct MoreToSay<'a> {
    pub def: &'a Definition,
    pub directory: &'a Directory,
    /// What other flows are called.
    pub flows: &'a Definitions,
}

/// The answer to a command that changed something.
pub(crate) fn answer_of(turn: &Turn, command: &Command, more: &MoreToSay<'_>) -> Answer {
    let instance = &turn.case.instance;
    let opened = turn
        .events
        .iter()
        .filter_map(|event| match &event.change {
            Change::TaskOpened { task, kind, .. } if *kind != TaskKind::Read => {
                instance.task(*task)
            }
            _ => None,
        })
        .flat_map(|task| {
            let state_name = more
                .def
                .state_ix(&task.state)
                .map(|ix| more.def.states[ix].name.clone())
                .unwrap_or_default();
            task.holders().into_iter().map(move |holder| Opened {
                task: task.no,
                state: task.state.clone(),
                state_name: state_name.clone(),
                assignee: holder.to_owned(),
            })
        })
        .collect::<Vec<_>>();
    let message = sentence(turn, command, &opened, more);
    Answer {
        instance: instance.id.clone(),
        rev: instance.rev,
        seq: instance.seq,
        status: instance.status_word().to_owned(),
        opened,
        message,
        repeated: false,
    }
}

fn sentence(turn: &Turn, command: &Command, opened: &[Opened], more: &MoreToSay<'_>) -> Text {
    let done = done(&command.action);
    let instance = &turn.case.instance;
    if instance.ended() {
        let how = status_of(more.def, instance.status_word());
        return Text::new(
            format!("{}，流程结束：{}。", done.zh, how.zh),
            format!("{}. It is over: {}.", done.en, how.en.to_lowercase()),
        );
    }
    if let Some(held) = instance.holds.last() {
        let how = status_words("held");
        return Text::new(
            format!("{}。{}：{}", done.zh, how.zh, held.reason.zh),
            format!("{}. {}: {}", done.en, how.en, held.reason.en),
        );
    }
    let next: Vec<&str> = opened
        .iter()
        .map(|task| more.directory.name(&task.assignee))
        .collect();
    if next.is_empty()
        && let Some(subflows) = subflows(turn, more)
    {
        return Text::new(
            format!("{}，接下来等待 {}。", done.zh, subflows.zh),
            format!("{}. It waits for {}.", done.en, subflows.en),
        );
    }
    if next.is_empty() {
        return Text::new(format!("{}。", done.zh), format!("{}.", done.en));
    }
    Text::new(
        format!("{}，接下来由 {} 处理。", done.zh, next.join("、")),
        format!("{}. Next: {}.", done.en, next.join(", ")),
    )
}

/// The subflows that were started and are waited for: "3 个子流程“分项审核”".
fn subflows(turn: &Turn, more: &MoreToSay<'_>) -> Option<Text> {
    let started: Vec<&str> = turn
        .events
        .iter()
        .filter_map(|event| match &event.change {
            Change::SubflowAsked {
                flow,
                beside: false,
                ..
            } => Some(flow.as_str()),
            _ => None,
        })
        .collect();
    let flow = more.flows.flow(started.first()?);
    Some(match started.len() {
        1 => Text::new(
            format!("子流程“{}”", flow.zh),
            format!("the subflow “{}”", flow.en),
        ),
        n => Text::new(
            format!("{n} 个子流程“{}”", flow.zh),
            format!("{n} subflows “{}”", flow.en),
        ),
    })
}

fn done(action: &Action) -> Text {
    match action {
        Action::Start { submit: false, .. } | Action::Save { .. } => {
            Text::new("草稿已保存", "Draft saved")
        }
        Action::Start { submit: true, .. } | Action::Submit { .. } => {
            Text::new("已提交", "Submitted")
        }
        Action::Decide {
            verdict: Verdict::Approve,
            ..
        } => Text::new("已同意", "Approved"),
        Action::Decide {
            verdict: Verdict::Reject,
            ..
        } => Text::new("已拒绝", "Rejected"),
        Action::Act { .. } => Text::new("已办理", "Done"),
        Action::Return { .. } => Text::new("已退回", "Sent back"),
        Action::Withdraw { .. } => Text::new("已撤回", "Withdrawn"),
        Action::Transfer { .. } => Text::new("已转办", "Transferred"),
        Action::Comment { .. } => Text::new("评论已发表", "Comment posted"),
        Action::Retry { .. } => Text::new("已重试", "Tried again"),
        Action::StopChild { .. } => Text::new("已撤回", "Withdrawn"),
        Action::Migrate { .. } => Text::new("已迁移到新版本", "Moved to the other version"),
        Action::Wake { .. } => Text::new("定时已执行", "The wake-up fired"),
        Action::Answer { .. } => Text::new("结果已记录", "The answer was recorded"),
        Action::Happen { .. } => Text::new("事件已记录", "The event was recorded"),
        Action::AddSigner { .. } => Text::new("已加签", "Signer added"),
        Action::RemoveSigner { .. } => Text::new("已减签", "Signer removed"),
        Action::Delegate { .. } => Text::new("已委派", "Delegated"),
        Action::Advise { .. } => Text::new("意见已给出", "Opinion given"),
        Action::Claim { .. } => Text::new("已认领", "Claimed"),
        Action::GiveBack { .. } => Text::new("已放回", "Given back"),
        Action::Copy { .. } => Text::new("已抄送", "Copies sent"),
        Action::Read { .. } => Text::new("已阅", "Marked as read"),
        Action::Ask { .. } => Text::new("问题已发出", "Question asked"),
        Action::Reply { .. } => Text::new("已回答", "Answered"),
        Action::TakeBack { .. } => Text::new("已拿回", "Taken back"),
        Action::Urge => Text::new("已催办", "They were urged"),
        Action::Revoke { .. } => Text::new("撤销申请已提交", "Its revocation was asked for"),
        Action::Reopen { .. } => Text::new("已重新打开", "Opened again"),
        Action::ChildEnded { .. } => {
            Text::new("子流程结果已记录", "The subflow's end was recorded")
        }
        Action::Override { act, .. } => match act {
            Override::Terminate => Text::new("已作废", "Terminated"),
            Override::Suspend => Text::new("已挂起", "Suspended"),
            Override::Resume => Text::new("已恢复", "Goes on"),
            Override::Jump { .. } => Text::new("已跳转", "Moved"),
            Override::Reassign { .. } => Text::new("已改派", "Reassigned"),
            Override::Skip { .. } => Text::new("已跳过", "Skipped"),
            Override::Retry { .. } => Text::new("已重试", "Tried again"),
        },
        Action::Recalculate => Text::new("期限已重新计算", "Deadlines were reckoned again"),
    }
}
