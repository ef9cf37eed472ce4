//! Carbon copy 抄送, with a read receipt: a task that nothing waits for, and that outlives the instance.

use crate::event::Change;
use crate::instance::{Task, TaskEnd, TaskKind};
use crate::people::PersonId;
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::{NewTask, Run};
use crate::verb::comment;
use crate::verb::receiver::here;
use crate::verb::shared::{closed, words};

/// The mail of a copy.
pub const COPY_MAIL: &str = "copy";
/// Most people informed at once: three hundred mails because of a role is a mistake, not a wish.
const COPIES_MAX: usize = 50;

pub(crate) fn perform(
    run: &mut Run<'_>,
    to: &[PersonId],
    comment: Option<&str>,
) -> Result<(), Refusal> {
    comment::check(run)?;
    let comment = words(comment, false)?;
    inform(run, to, comment)
}

/// Informs people: each gets a copy to read.
pub(crate) fn inform(
    run: &mut Run<'_>,
    to: &[PersonId],
    comment: Option<String>,
) -> Result<(), Refusal> {
    if to.is_empty() || to.len() > COPIES_MAX {
        let zh = format!("请选择 1 至 {COPIES_MAX} 个抄送人。");
        let en = format!("Choose between 1 and {COPIES_MAX} people.");
        return Err(Refusal::new(RefusalKind::Input, "copies", zh, en).about("to"));
    }
    for person in to {
        here(run, person)?;
    }
    let by = run.person()?;
    let name = run.cx.organisation.name(&by);
    let mut fresh: Vec<PersonId> = vec![];
    for person in to {
        if !fresh.contains(person) {
            fresh.push(person.clone());
        }
    }
    run.emit(Change::Copied {
        to: fresh.clone(),
        comment,
    });
    let state = standing(run);
    for person in fresh {
        let unread = run
            .case
            .instance
            .tasks
            .iter()
            .any(|task| task.kind == TaskKind::Read && task.assignee == person);
        if unread {
            continue;
        }
        let task = run.case.instance.tasks_made + 1;
        let why = Text::new(
            format!("{name}抄送给您。"),
            format!("{name} sent you a copy."),
        );
        let new = NewTask {
            assignee: person.clone(),
            voter: person.clone(),
            why: vec![why],
            ..NewTask::default()
        };
        run.emit(Change::TaskOpened {
            task,
            state: state.clone(),
            entry: 0,
            kind: TaskKind::Read,
            assignee: new.assignee,
            voter: new.voter,
            due: None,
            why: new.why,
            candidates: vec![],
            host: None,
            blocks: false,
        });
        run.mail(COPY_MAIL, vec![person], Some(task), &state);
    }
    Ok(())
}

/// The state a copy is about: where the case stands, or stood last.
fn standing(run: &Run<'_>) -> String {
    let instance = &run.case.instance;
    let now = instance.active.last().map(|active| active.state.clone());
    let then = || instance.path.last().map(|passed| passed.state.clone());
    now.or_else(then).unwrap_or_default()
}

/// May this person tick off this copy?
pub(crate) fn check_read(run: &Run<'_>, no: u32) -> Result<Task, Refusal> {
    let person = run.person()?;
    let Some(task) = run.case.instance.task(no).cloned() else {
        return Err(closed(run, no));
    };
    if task.kind != TaskKind::Read || task.assignee != person {
        let zh = "这不是抄送给您的。";
        let en = "This is not a copy for you.";
        return Err(Refusal::new(RefusalKind::NotYours, "not_yours", zh, en));
    }
    Ok(task)
}

/// The read receipt.
pub(crate) fn read(run: &mut Run<'_>, no: u32) -> Result<(), Refusal> {
    check_read(run, no)?;
    run.emit(Change::TaskClosed {
        task: no,
        end: TaskEnd::Read,
        because: Text::default(),
    });
    Ok(())
}
