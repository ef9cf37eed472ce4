//! Add a signer 加签, and remove one 减签.
//!
//! A voter raises the number of voters; one added before or after the holder speaks in sequence with them. An adviser raises
//! nothing: their task is an opinion, which the holder waits for (before) or not (alongside).

use crate::command::{SignerPlace, SignerRole};
use crate::definition::{Needs, StateKind};
use crate::event::Change;
use crate::instance::{Active, Task, TaskEnd, TaskKind};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::{Run, reachable};
use crate::verb::opinion;
use crate::verb::receiver;
use crate::verb::shared::{own_task, running, still_entitled, words};

/// Most voters of one state: a list nobody can read helps nobody.
const VOTERS_MAX: usize = 100;

/// May this person add somebody beside this task?
pub(crate) fn check(run: &Run<'_>, no: u32) -> Result<Task, Refusal> {
    let (task, _) = own_task(run, no, &[TaskKind::Approve])?;
    let (active, state) = run.entry(task.entry)?;
    still_entitled(run, &task, state)?;
    if active.voters.len() >= VOTERS_MAX {
        let zh = format!("本节点已有 {VOTERS_MAX} 人，不能再加签。");
        let en = format!("This state has {VOTERS_MAX} voters already; nobody can be added.");
        return Err(Refusal::new(RefusalKind::Input, "too_many_voters", zh, en));
    }
    Ok(task)
}

pub(crate) fn perform(
    run: &mut Run<'_>,
    no: u32,
    person: &str,
    place: SignerPlace,
    role: SignerRole,
    comment: Option<&str>,
) -> Result<(), Refusal> {
    let task = check(run, no)?;
    let comment = words(comment, false)?;
    receiver::here(run, person).map_err(|refusal| match refusal.field {
        Some(_) => refusal.about("person"),
        None => refusal,
    })?;
    if role == SignerRole::Adviser {
        if place == SignerPlace::After {
            let zh = "征求意见只能在您决定之前或同时；决定之后请用抄送。";
            let en =
                "An opinion is asked before your decision or alongside; afterwards, send a copy.";
            return Err(Refusal::new(RefusalKind::Input, "adviser_after", zh, en));
        }
        return opinion::ask(
            run,
            &task,
            person,
            place == SignerPlace::Before,
            false,
            comment,
        );
    }
    receiver::another_voter(run, &task, person)?;
    let name = run.cx.organisation.name(&task.assignee);
    let because = Text::new(format!("由{name}加签"), format!("Added by {name}"));
    run.emit(Change::VoterAdded {
        entry: task.entry,
        person: person.to_owned(),
        because,
        beside: Some((task.voter.clone(), place)),
    });
    if let Some(text) = comment {
        run.emit(Change::Commented {
            text,
            mention: vec![person.to_owned()],
            files: vec![],
        });
    }
    run.settle(task.entry)
}

/// Whom somebody may remove, by a task of the state: voters they added who have not spoken, and opinions they asked for with
/// that task. Having added them is the right; it outlasts one's own vote.
pub(crate) fn removable(run: &Run<'_>, no: u32) -> Result<(u32, Vec<String>), Refusal> {
    let kinds = [TaskKind::Approve, TaskKind::Work, TaskKind::Advise];
    let (entry, own) = match own_task(run, no, &kinds) {
        Ok((task, _)) => (task.entry, Ok(())),
        Err(refusal) => (entry_of(run, no), Err(refusal)),
    };
    let mut mine = added(run, entry);
    if let Err(refusal) = own {
        let acts = running(run).is_ok() && run.cx.organisation.may_act(&run.person()?);
        return match mine.is_empty() || !acts {
            true => Err(refusal),
            false => Ok((entry, mine)),
        };
    }
    let opinions = run.case.instance.tasks.iter();
    mine.extend(
        opinions
            .filter(|open| open.kind == TaskKind::Advise && open.host == Some(no))
            .map(|open| open.assignee.clone()),
    );
    if mine.is_empty() {
        let zh = "没有可以减签的人：只能减去您自己加的、还没有表态的人。";
        let en = "There is nobody to remove: only those you added who have not spoken yet.";
        return Err(Refusal::new(RefusalKind::Input, "nobody_to_remove", zh, en));
    }
    Ok((entry, mine))
}

/// The voters the actor added to a state who have not spoken.
pub(crate) fn added(run: &Run<'_>, entry: u32) -> Vec<String> {
    let voters = run.case.instance.at(entry).map(|at| at.voters.as_slice());
    let actor = run.actor.person();
    let mine = voters.unwrap_or_default().iter().filter(|voter| {
        voter.verdict.is_none() && voter.added_by.is_some() && voter.added_by.as_deref() == actor
    });
    mine.map(|voter| voter.person.clone()).collect()
}

/// The state an open task is in, or one by which a vote was given; 0 for neither.
fn entry_of(run: &Run<'_>, no: u32) -> u32 {
    let instance = &run.case.instance;
    let voted = |at: &&Active| at.voters.iter().any(|voter| voter.task == Some(no));
    let open = instance.task(no).map(|task| task.entry);
    let entry = open.or_else(|| instance.active.iter().find(voted).map(|at| at.entry));
    entry.unwrap_or_default()
}

pub(crate) fn remove(
    run: &mut Run<'_>,
    no: u32,
    person: &str,
    comment: Option<&str>,
) -> Result<(), Refusal> {
    let (entry, mine) = removable(run, no)?;
    let comment = words(comment, false)?;
    if !mine.iter().any(|known| known == person) {
        let name = run.cx.organisation.name(person);
        let zh = format!("不能减去{name}：不是您加的，或已经表态。");
        let en = format!("{name} cannot be removed: you did not add them, or they have spoken.");
        let refusal = Refusal::new(RefusalKind::Input, "not_removable", zh, en);
        return Err(refusal.with("person", person));
    }
    let opinion = run.case.instance.tasks.iter().find(|open| {
        open.kind == TaskKind::Advise && open.host == Some(no) && open.assignee == person
    });
    if let Some(opinion) = opinion {
        let opinion = opinion.no;
        opinion::call_off(run, opinion);
        return Ok(());
    }
    still_reachable(run, entry, person)?;
    let held = run
        .entry(entry)?
        .0
        .voters
        .iter()
        .find(|voter| voter.person == person)
        .and_then(|voter| voter.task);
    run.emit(Change::VoterRemoved {
        entry,
        person: person.to_owned(),
        comment,
    });
    if let Some(no) = held.filter(|no| run.case.instance.task(*no).is_some()) {
        opinion::call_off(run, no);
    }
    run.settle(entry)
}

/// Without them the bar must still be within reach, and somebody must be left.
fn still_reachable(run: &Run<'_>, entry: u32, person: &str) -> Result<(), Refusal> {
    let (active, state) = run.entry(entry)?;
    let StateKind::Approve(approve) = &state.kind else {
        return Ok(());
    };
    let mut left = active.voters.clone();
    left.retain(|voter| voter.person != person);
    let fixed = match approve.needs {
        Needs::Count(_) | Needs::Weighted { .. } | Needs::Each(_) => true,
        Needs::Any | Needs::All | Needs::InOrder | Needs::Percent(_) => false,
    };
    if left.is_empty() || fixed && !reachable(&approve.needs, &left) {
        let zh = "减去此人后达不到所需的票数，不能减签。";
        let en = "Without them the approvals needed could not be reached; they stay.";
        return Err(Refusal::new(RefusalKind::Input, "bar_out_of_reach", zh, en));
    }
    Ok(())
}

/// Ends a task that is not wanted any more.
pub(crate) fn cancelled(run: &mut Run<'_>, task: u32, because: Text) {
    run.emit(Change::TaskClosed {
        task,
        end: TaskEnd::Cancelled,
        because,
    });
}
