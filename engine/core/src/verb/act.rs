//! A named action of a work state 办理.

use crate::definition::{State, StateKind, WorkAction};
use crate::event::Change;
use crate::instance::{Task, TaskEnd, TaskKind};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::Run;
use crate::value::Values;
use crate::verb::shared::{own_task, still_entitled, words};

/// May this person work on this task at all?
pub(crate) fn check<'a>(run: &Run<'a>, no: u32) -> Result<(Task, &'a State), Refusal> {
    let (task, _) = own_task(run, no, &[TaskKind::Work])?;
    let (_, state) = run.entry(task.entry)?;
    still_entitled(run, &task, state)?;
    run.ready(&task)?;
    Ok((task, state))
}

/// The actions of a work state.
pub(crate) fn actions(state: &State) -> &[WorkAction] {
    match &state.kind {
        StateKind::Work { actions, .. } => actions,
        _ => &[],
    }
}

/// True for a work state that has nothing but the built-in `done`.
pub(crate) fn only_action(state: &State) -> bool {
    matches!(actions(state), [only] if only.id == "done")
}

pub(crate) fn perform(
    run: &mut Run<'_>,
    no: u32,
    action: &str,
    comment: Option<&str>,
    set: &Values,
) -> Result<(), Refusal> {
    let (task, state) = check(run, no)?;
    let Some(known) = actions(state).iter().find(|known| known.id == action) else {
        let offered: Vec<&str> = actions(state)
            .iter()
            .map(|known| known.id.as_str())
            .collect();
        let zh = format!(
            "该节点没有操作 {action}，可用的操作：{}。",
            offered.join("、")
        );
        let en = format!(
            "This state has no action {action}; it has {}.",
            offered.join(", ")
        );
        return Err(
            Refusal::new(RefusalKind::Input, "unknown_action", zh, en).with("action", action)
        );
    };
    let comment = words(comment, known.reason_required)?;
    run.comment.clone_from(&comment);
    let changed = run.write_action(state, known, set)?;
    run.emit(Change::TaskClosed {
        task: no,
        end: TaskEnd::Done,
        because: Text::default(),
    });
    run.emit(Change::Acted {
        task: no,
        state: state.id.clone(),
        action: action.to_owned(),
        comment,
    });
    run.create_beside(known);
    if run.data_changed(task.entry, &changed)? {
        return Ok(());
    }
    let (parent, ix) = (run.entry(task.entry)?.0.parent, run.state_ix(&state.id)?);
    run.leave(ix, task.entry, parent, known.to)
}
