//! Save and submit 提交; after a return, walk again or go straight back to who returned it.

use crate::definition::{StateIx, Target};
use crate::event::Change;
use crate::instance::{Task, TaskEnd, TaskKind};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::Run;
use crate::value::Values;
use crate::verb::shared::running;

/// The actor's own open draft.
pub(crate) fn draft(run: &Run<'_>) -> Result<Task, Refusal> {
    running(run)?;
    let person = run.person()?;
    let open = run
        .case
        .instance
        .tasks
        .iter()
        .find(|task| task.kind == TaskKind::Draft);
    match open {
        Some(task) if task.assignee == person && run.cx.organisation.may_act(&person) => {
            Ok(task.clone())
        }
        Some(_) => {
            let zh = "只有发起人可以修改和提交草稿。";
            let en = "Only the applicant may change and submit the draft.";
            Err(Refusal::new(RefusalKind::NotYours, "not_yours", zh, en))
        }
        None => {
            let zh = "已提交，审批中不能修改；需要修改时请撤回，或请审批人退回。";
            let en = "It was submitted and is locked while in approval; withdraw it, or ask an approver to send it back.";
            Err(Refusal::new(RefusalKind::TooLate, "not_a_draft", zh, en))
        }
    }
}

pub(crate) fn save(run: &mut Run<'_>, set: &Values) -> Result<(), Refusal> {
    draft(run)?;
    run.write_draft(set)
}

pub(crate) fn perform(run: &mut Run<'_>, set: &Values, straight_back: bool) -> Result<(), Refusal> {
    let task = draft(run)?;
    run.write_draft(set)?;
    run.complete()?;
    crate::scope::check(run)?;
    let (active, state) = run.entry(task.entry)?;
    let (parent, ix, next) = (active.parent, run.state_ix(&active.state)?, state.next);
    let target = if straight_back {
        Target::Go(straight(run, ix)?)
    } else {
        next
    };
    let restore = run.def.policies.restore;
    run.emit(Change::Submitted {
        straight_back,
        keeps: (restore.rejected || restore.withdrawn) && !run.case.instance.submitted,
    });
    let because = Text::new("已提交", "Submitted");
    run.emit(Change::TaskClosed {
        task: task.no,
        end: TaskEnd::Done,
        because,
    });
    run.leave(ix, task.entry, parent, target)
}

/// The state that sent it back, when nothing on the way to it reads what was edited since, and nobody there signed it.
fn straight(run: &Run<'_>, draft: StateIx) -> Result<StateIx, Refusal> {
    let Some(to) = run
        .case
        .instance
        .returned_from
        .as_deref()
        .and_then(|id| run.def.state_ix(id))
    else {
        let zh = "没有人退回过，不能直接回到退回人；请正常提交。";
        let en =
            "Nobody sent it back, so there is no one to go straight back to; submit it normally.";
        return Err(Refusal::new(RefusalKind::Input, "not_returned", zh, en));
    };
    if run.def.states[to].region != run.def.states[draft].region {
        let zh = "退回人在并行分支中，不能直接回到那里；请正常提交。";
        let en = "It was sent back from inside a parallel state; submit it normally.";
        return Err(Refusal::new(RefusalKind::Input, "inside_parallel", zh, en));
    }
    let between = run.between(draft, to);
    let edited = &run.case.instance.edited;
    for ix in between.iter().copied().chain([to]) {
        let state = &run.def.states[ix];
        if let Some(field) = edited.iter().find(|field| run.reads(state, field)) {
            let label = run.def.entity.label_of(field);
            let zh = format!(
                "您修改了“{}”，而节点“{}”依据它判断，必须重新走一遍；请正常提交。",
                label.zh, state.name.zh
            );
            let en = format!(
                "You changed “{}”, which “{}” decides by; submit it normally so that it is walked again.",
                label.en, state.name.en
            );
            return Err(
                Refusal::new(RefusalKind::Input, "changed_field_decides", zh, en).about(field),
            );
        }
    }
    if let Some((field, signed)) = run.signed_and_edited(draft, &between) {
        let (label, state) = (run.def.entity.label_of(field), &run.def.states[signed]);
        let zh = format!(
            "您修改了“{}”，而节点“{}”已按原来的内容签字，要请他们再看一遍；请正常提交。",
            label.zh, state.name.zh
        );
        let en = format!(
            "You changed “{}”, which was signed as it was at “{}”; submit it normally so that they see it again.",
            label.en, state.name.en
        );
        return Err(Refusal::new(RefusalKind::Input, "changed_field_signed", zh, en).about(field));
    }
    Ok(to)
}
