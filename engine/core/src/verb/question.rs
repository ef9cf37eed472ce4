//! Ask for information without deciding, and answer.

use crate::event::Change;
use crate::instance::{Task, TaskEnd, TaskKind};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::{NewTask, QUESTION, Run};
use crate::verb::receiver::here;
use crate::verb::shared::{may_involve_others, own_task, words};

pub(crate) fn ask(
    run: &mut Run<'_>,
    no: u32,
    to: Option<&str>,
    question: &str,
) -> Result<(), Refusal> {
    let task = may_involve_others(run, no)?;
    let question = words(Some(question), true)?.unwrap_or_default();
    let to = to.unwrap_or(&run.case.instance.applicant).to_owned();
    here(run, &to)?;
    let open =
        run.case.instance.tasks.iter().any(|open| {
            open.kind == TaskKind::Answer && open.host == Some(no) && open.assignee == to
        });
    if open || to == task.assignee {
        let name = run.cx.organisation.name(&to);
        let zh = format!("已经在等{name}回答了。");
        let en = format!("An answer from {name} is awaited already.");
        let refusal = Refusal::new(RefusalKind::Input, "already_asked", zh, en);
        return Err(refusal.with("to", to));
    }
    let (_, state) = run.entry(task.entry)?;
    let name = run.cx.organisation.name(&task.assignee);
    let why = Text::new(
        format!("{name}问：{question}"),
        format!("{name} asks: {question}"),
    );
    run.emit(Change::Questioned {
        task: no,
        to: to.clone(),
        question,
    });
    let new = NewTask {
        assignee: to.clone(),
        voter: to,
        why: vec![why],
        candidates: vec![],
        host: Some(no),
        blocks: false,
    };
    let waits = new.assignee == run.case.instance.applicant;
    run.open_helper(state, task.entry, TaskKind::Answer, new);
    if waits {
        // Nobody is late because the applicant has not answered.
        run.stop_clock(task.entry, QUESTION);
    }
    Ok(())
}

/// May this person answer?
pub(crate) fn check_reply(run: &Run<'_>, no: u32) -> Result<Task, Refusal> {
    own_task(run, no, &[TaskKind::Answer]).map(|(task, _)| task)
}

pub(crate) fn reply(run: &mut Run<'_>, no: u32, text: &str) -> Result<(), Refusal> {
    let task = check_reply(run, no)?;
    let text = words(Some(text), true)?.unwrap_or_default();
    let host = task.host.unwrap_or_default();
    run.emit(Change::TaskClosed {
        task: no,
        end: TaskEnd::Answered,
        because: Text::default(),
    });
    run.emit(Change::Replied {
        task: no,
        host,
        text,
    });
    run.tell_host(host);
    run.start_when_answered(task.entry);
    Ok(())
}
