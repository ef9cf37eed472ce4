//! Approve 同意 and reject 拒绝.

use crate::command::Verdict;
use crate::definition::State;
use crate::event::Change;
use crate::instance::{Task, TaskKind};
use crate::refusal::Refusal;
use crate::text::Text;
use crate::turn::Run;
use crate::value::Values;
use crate::verb::shared::{own_task, same_person, still_entitled, task_end, words};

/// May this person decide this task at all?
pub(crate) fn check<'a>(run: &Run<'a>, no: u32) -> Result<(Task, &'a State), Refusal> {
    let (task, person) = own_task(run, no, &[TaskKind::Approve])?;
    let (_, state) = run.entry(task.entry)?;
    if run.signed_elsewhere(state, &person) {
        return Err(same_person());
    }
    still_entitled(run, &task, state)?;
    Ok((task, state))
}

pub(crate) fn perform(
    run: &mut Run<'_>,
    no: u32,
    verdict: Verdict,
    comment: Option<&str>,
    set: &Values,
) -> Result<(), Refusal> {
    let (task, state) = check(run, no)?;
    let comment = words(comment, verdict == Verdict::Reject)?;
    run.comment.clone_from(&comment);
    let changed = run.write_decision(state, verdict, set)?;
    let signed = run.facts_hash();
    let (entry, id) = (task.entry, state.id.clone());
    run.emit(Change::TaskClosed {
        task: no,
        end: task_end(verdict),
        because: Text::default(),
    });
    run.emit(Change::Decided {
        task: no,
        entry,
        state: id,
        voter: task.voter,
        verdict,
        comment,
        signed,
    });
    if let Some(to) = run.earliest_reader(entry, &changed) {
        let because = Text::new(
            "数据已变，之前的审批按新数据重新进行",
            "The data changed; earlier decisions are taken again on the new data",
        );
        let ix = run.state_ix(&state.id)?;
        return run.back(ix, entry, to, Some(because));
    }
    run.settle(entry)
}
