//! Return 退回: back to the applicant, the previous state, or any state already passed.

use crate::command::ReturnTo;
use crate::definition::{StateIx, StateKind};
use crate::event::Change;
use crate::instance::{Task, TaskEnd, TaskKind};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::Run;
use crate::verb::shared::{own_task, still_entitled, words};

/// May this person send this task back, and where to?
pub(crate) fn check(run: &Run<'_>, no: u32) -> Result<(Task, Vec<StateIx>), Refusal> {
    let (task, _) = own_task(run, no, &[TaskKind::Approve, TaskKind::Work])?;
    let (_, state) = run.entry(task.entry)?;
    still_entitled(run, &task, state)?;
    run.ready(&task)?;
    let targets = run.return_targets(task.entry);
    if targets.is_empty() {
        let zh = "还没有可以退回的节点。";
        let en = "There is no earlier state to send it back to.";
        return Err(Refusal::new(RefusalKind::Input, "no_return_target", zh, en));
    }
    Ok((task, targets))
}

pub(crate) fn perform(
    run: &mut Run<'_>,
    no: u32,
    to: &ReturnTo,
    comment: &str,
) -> Result<(), Refusal> {
    let (task, targets) = check(run, no)?;
    run.comment = words(Some(comment), true)?;
    let is_draft = |ix: &&StateIx| matches!(run.def.states[**ix].kind, StateKind::Draft { .. });
    let found = match to {
        ReturnTo::Applicant => targets.iter().find(is_draft),
        ReturnTo::Previous => targets.last(),
        ReturnTo::State(id) => targets.iter().find(|ix| run.def.states[**ix].id == *id),
    };
    let Some(target) = found.copied() else {
        let names = |pick: fn(&Text) -> &str| {
            targets
                .iter()
                .map(|ix| pick(&run.def.states[*ix].name).to_owned())
                .collect::<Vec<_>>()
        };
        let zh = format!(
            "不能退回到那里；可以退回到：{}。",
            names(|name| &name.zh).join("、")
        );
        let en = format!(
            "It cannot go back there; it can go back to {}.",
            names(|name| &name.en).join(", ")
        );
        return Err(Refusal::new(
            RefusalKind::Input,
            "not_a_return_target",
            zh,
            en,
        ));
    };
    let ix = run.state_ix(&task.state)?;
    run.emit(Change::TaskClosed {
        task: no,
        end: TaskEnd::Returned,
        because: Text::default(),
    });
    run.back(ix, task.entry, target, None)
}
