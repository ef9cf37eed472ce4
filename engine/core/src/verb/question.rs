//! Ask for information without deciding, and answer.

use crate::event::Change;
use crate::instance::{Task, TaskEnd, TaskKind};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::{NewTask, QUESTION, Run};
use crate::verb::receiver::here;
use crate::verb::shared::{may_involve_others, own_task, said};

pub(crate) fn ask(
    run: &mut Run<'_>,
    no: u32,
    to: Option<&str>,
    question: &str,
) -> Result<(), Refusal> {
    let task = may_involve_others(run, no)?;
    let question = said(
        question,
        "question",
        ("请写下要问的问题", "Write your question"),
    )?;
    let to = to.unwrap_or(&run.case.instance.applicant).to_owned();
    here(run, &to)?;
    if to == task.assignee {
        return Err(holds_it(run, &to));
    }
    let open =
        run.case.instance.tasks.iter().any(|open| {
            open.kind == TaskKind::Answer && open.host == Some(no) && open.assignee == to
        });
    if open {
        let name = run.cx.organisation.name(&to);
        let zh = format!("已经在等{name}回答了；要补充，请写评论。");
        let en =
            format!("An answer from {name} is awaited already; write a comment to add something.");
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

/// Nobody is asked about what they are to decide themselves.
fn holds_it(run: &Run<'_>, to: &str) -> Refusal {
    let (zh, en) = if run.actor.person() == Some(to) {
        (
            "不能向自己提问；请另选一个人，要留下说明可以写评论。".to_owned(),
            "You cannot ask yourself; choose somebody else, or write a comment.".to_owned(),
        )
    } else {
        let name = run.cx.organisation.name(to);
        (
            format!("任务就在{name}手上，不用提问；请另选一个人，或写评论。"),
            format!("{name} has this task; ask somebody else, or write a comment."),
        )
    };
    Refusal::new(RefusalKind::Input, "asks_the_holder", zh, en).with("to", to)
}

/// May this person answer?
pub(crate) fn check_reply(run: &Run<'_>, no: u32) -> Result<Task, Refusal> {
    own_task(run, no, &[TaskKind::Answer]).map(|(task, _)| task)
}

pub(crate) fn reply(run: &mut Run<'_>, no: u32, text: &str) -> Result<(), Refusal> {
    let task = check_reply(run, no)?;
    let text = said(text, "text", ("请写下您的回答", "Write your answer"))?;
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
