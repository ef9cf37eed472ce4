//! What several verbs check in the same way.

use crate::command::Verdict;
use crate::definition::{Outcome, State};
use crate::instance::{Status, Task, TaskEnd, TaskKind, Voter};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::{Lang, Text};
use crate::turn::Run;

/// Fewest characters of a reason.
pub(crate) const REASON_CHARS_MIN: usize = 2;
/// Most characters of a comment or reason.
pub(crate) const COMMENT_CHARS_MAX: usize = 4_000;

/// The instance must be under way: not over, not suspended.
pub(crate) fn running(run: &Run<'_>) -> Result<(), Refusal> {
    not_over(run)?;
    let Some(suspended) = &run.case.instance.suspended else {
        return Ok(());
    };
    let by = run.cx.organisation.name(&suspended.by);
    let since = |lang| run.cx.calendar.say(suspended.since, lang);
    let reason = &suspended.reason;
    let zh = format!(
        "流程已由{by}于 {} 挂起（{reason}），恢复之前不能处理；有疑问请联系{by}。",
        since(Lang::Zh)
    );
    let en = format!(
        "{by} suspended this instance on {} ({reason}); nothing can be decided until it goes on. Ask {by}.",
        since(Lang::En)
    );
    Err(Refusal::new(RefusalKind::TooLate, "suspended", zh, en)
        .with("by", suspended.by.clone())
        .with("since", suspended.since.0.to_string()))
}

/// The instance must not be over.
pub(crate) fn not_over(run: &Run<'_>) -> Result<(), Refusal> {
    if run.case.instance.ended() {
        let word = run.case.instance.status_word().to_owned();
        let zh = "流程已结束，不能再操作；可在记录中查看结果。";
        let en = "This instance is over; its record shows the result.";
        return Err(Refusal::new(RefusalKind::TooLate, "ended", zh, en).with("outcome", word));
    }
    Ok(())
}

/// The case is over: whoever is late with a task of theirs hears by whom it was settled, and when.
fn ended_with(run: &Run<'_>, no: u32, over: Refusal) -> Refusal {
    let instance = &run.case.instance;
    let Some(task) = instance.closed.iter().rfind(|closed| closed.no == no) else {
        return over;
    };
    let settled = !matches!(
        instance.status,
        Status::Ended(Outcome::Withdrawn | Outcome::Cancelled)
    );
    let told = if settled {
        closed(run, no)
    } else {
        let at = |lang| run.cx.calendar.say(task.at, lang);
        let zh = format!("任务已于 {} 取消。", at(Lang::Zh));
        let en = format!("This task was cancelled, {}.", at(Lang::En));
        Refusal::new(RefusalKind::TooLate, "ended", zh, en).with("at", task.at.0.to_string())
    };
    let words = Text::new(
        format!("{}{}", told.message.zh, over.message.zh),
        format!("{} {}", told.message.en, over.message.en),
    );
    let mut refusal = over;
    refusal.message = words;
    refusal.params.extend(told.params);
    refusal
}

/// The open task, which must be the actor's own, of that kind, and the actor still here.
pub(crate) fn own_task(
    run: &Run<'_>,
    no: u32,
    kinds: &[TaskKind],
) -> Result<(Task, String), Refusal> {
    if let Err(over) = not_over(run) {
        return Err(ended_with(run, no, over));
    }
    running(run)?;
    let person = run.person()?;
    let Some(task) = run.case.instance.task(no).cloned() else {
        return Err(closed(run, no));
    };
    if !run.cx.organisation.may_act(&person) {
        let zh = "您的账号已停用，不能处理任务；请联系管理员。";
        let en = "Your account is no longer active; ask an administrator.";
        return Err(Refusal::new(RefusalKind::NotYours, "not_active", zh, en));
    }
    if !holds(&task, &person) {
        return Err(not_yours(run, &task, &person));
    }
    if !kinds.contains(&task.kind) {
        let zh = "这个任务不能这样处理，请使用页面上提供的操作。";
        let en = "This task cannot be handled that way; use one of the actions its page offers.";
        return Err(Refusal::new(RefusalKind::Input, "wrong_kind", zh, en));
    }
    Ok((task, person))
}

/// Is the task somebody's to act on? While a proxy has it, it is still the vote of the person asked, who may act as well.
pub(crate) fn holds(task: &Task, person: &str) -> bool {
    task.assignee == person || task.stands_for.as_deref() == Some(person)
}

/// Somebody else has it, or nobody yet.
pub(crate) fn not_yours(run: &Run<'_>, task: &Task, person: &str) -> Refusal {
    let left_out = run
        .case
        .instance
        .at(task.entry)
        .and_then(|active| active.left_out.iter().find(|(out, _)| out == person));
    if left_out.is_some_and(|(_, policy)| policy == "same_person") {
        return same_person();
    }
    if !task.candidates.is_empty() {
        let zh = "这个任务还没有人认领，请先认领。";
        let en = "Nobody has claimed this task yet; claim it first.";
        return Refusal::new(RefusalKind::NotYours, "not_claimed_yet", zh, en);
    }
    let name = run.cx.organisation.name(&task.assignee);
    let zh = format!("这不是您的任务，由{name}处理。");
    let en = format!("This is not your task; it is with {name}.");
    Refusal::new(RefusalKind::NotYours, "not_yours", zh, en).with("assignee", task.assignee.clone())
}

/// `same_person: refuse`.
pub(crate) fn same_person() -> Refusal {
    let zh = "同一人不能签两个节点，请由他人处理。";
    let en = "One person may not sign two states of one request; somebody else must.";
    Refusal::new(RefusalKind::NotYours, "same_person", zh, en)
}

/// Why a task that is not open cannot be acted on: who was faster, and when.
pub(crate) fn closed(run: &Run<'_>, no: u32) -> Refusal {
    let instance = &run.case.instance;
    let Some(closed) = instance.closed.iter().rfind(|closed| closed.no == no) else {
        if no > 0 && no <= instance.tasks_made {
            let zh = "任务已结束，请在记录中查看结果。";
            let en = "This task is over; the record shows how it ended.";
            return Refusal::new(RefusalKind::TooLate, "task_closed", zh, en);
        }
        let zh = "没有这个任务，请核对任务号；要处理的任务在待办里。";
        let en = "There is no such task; check its number. What waits for you is in your inbox.";
        return Refusal::new(RefusalKind::NotFound, "no_task", zh, en).with("task", no.to_string());
    };
    let who = closed.by.as_deref().map(|by| run.cx.organisation.name(by));
    let deciders = instance
        .decisions
        .iter()
        .filter(|decision| decision.state == closed.state);
    let last = deciders
        .max_by_key(|decision| decision.at)
        .map(|decision| run.cx.organisation.name(&decision.person));
    let calendar = run.cx.calendar;
    let (at_zh, at_en) = (
        calendar.say(closed.at, Lang::Zh),
        calendar.say(closed.at, Lang::En),
    );
    let (zh, en) = match (&who, closed.end, last) {
        (Some(who), _, _) => (
            format!("任务已由{who}于 {at_zh} 处理。"),
            format!("This task was handled by {who} already, {at_en}."),
        ),
        (None, TaskEnd::Cancelled, Some(last)) => (
            format!("该节点已由{last}于 {at_zh} 处理，不再需要您的意见。"),
            format!(
                "{last} settled this state already, {at_en}; your decision is not needed any more."
            ),
        ),
        (None, _, _) => (
            "任务已取消，流程已继续。".to_owned(),
            "This task was cancelled; the instance went on.".to_owned(),
        ),
    };
    let by = closed.by.clone().unwrap_or_default();
    Refusal::new(RefusalKind::TooLate, "task_closed", zh, en)
        .with("by", by)
        .with("at", closed.at.0.to_string())
}

/// Whoever was asked by the state's rule must still be entitled when somebody acts on it; and nobody decides on their own
/// request, whichever way the task came to them.
pub(crate) fn still_entitled(run: &Run<'_>, task: &Task, state: &State) -> Result<(), Refusal> {
    let person = run.person()?;
    if run.own_request_barred(state, &person) {
        return Err(own_request());
    }
    let lost = || {
        let zh = "您已不再担任该节点要求的角色，不能处理；请刷新或联系管理员。";
        let en =
            "You no longer hold the role this state asks for; reload, or ask an administrator.";
        Err(Refusal::new(RefusalKind::NotYours, "right_lost", zh, en))
    };
    let active = run.case.instance.at(task.entry);
    let by_rule = active.and_then(|at| {
        at.voters
            .iter()
            .find(|voter| voter.person == task.voter && voter.by_rule)
    });
    // A transfer is a trust in a person; what the rule says of the one asked first does not end it.
    let transferred = task.voter != task.assignee && task.stands_for.as_ref() != Some(&task.voter);
    let named = |voter: &Voter| run.still_named(state, &task.voter, voter.by_policy);
    if !transferred && by_rule.is_some_and(|voter| !named(voter)) {
        return lost();
    }
    // A proxy needs the role, where the flow lets a task of that role go to one.
    let stands_in = task.stands_for.is_some() && task.assignee == person;
    if stands_in && run.def.proxy.same_role {
        let roles = run.roles_asked(state, &task.voter);
        let holds = |role: &String| run.cx.organisation.has_role(&person, role);
        if !roles.is_empty() && !roles.iter().any(holds) {
            return lost();
        }
    }
    Ok(())
}

/// `own_request`.
pub(crate) fn own_request() -> Refusal {
    let zh = "您是发起人，不能审批自己的申请；请由他人处理。";
    let en = "You are the applicant and may not decide on your own request; somebody else must.";
    Refusal::new(RefusalKind::NotYours, "own_request", zh, en)
}

/// May the holder of this task have others help with it: a delegate, an answer, an opinion?
pub(crate) fn may_involve_others(run: &Run<'_>, no: u32) -> Result<Task, Refusal> {
    let (task, _) = own_task(
        run,
        no,
        &[TaskKind::Approve, TaskKind::Work, TaskKind::Advise],
    )?;
    let (_, state) = run.entry(task.entry)?;
    still_entitled(run, &task, state)?;
    Ok(task)
}

/// A comment within its limit; for a reason, at least two characters.
pub(crate) fn words(text: Option<&str>, needed: bool) -> Result<Option<String>, Refusal> {
    let text = within_limit(text.unwrap_or_default(), "comment")?;
    if needed && too_short(&text) {
        let zh = format!("请填写原因（至少 {REASON_CHARS_MIN} 个字）。");
        let en = format!("Give a reason of at least {REASON_CHARS_MIN} characters.");
        return Err(Refusal::new(RefusalKind::Input, "reason_required", zh, en).about("comment"));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// What a verb is about and cannot go without: a question, an answer, an opinion. `missing` says what to write.
pub(crate) fn said(text: &str, field: &str, missing: (&str, &str)) -> Result<String, Refusal> {
    let text = within_limit(text, field)?;
    if too_short(&text) {
        let zh = format!("{}（至少 {REASON_CHARS_MIN} 个字）。", missing.0);
        let en = format!(
            "{}, at least {REASON_CHARS_MIN} characters of it.",
            missing.1
        );
        return Err(Refusal::new(RefusalKind::Input, "words_required", zh, en).about(field));
    }
    Ok(text)
}

fn too_short(text: &str) -> bool {
    text.chars().count() < REASON_CHARS_MIN
}

fn within_limit(text: &str, field: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let chars = text.chars().count();
    if chars > COMMENT_CHARS_MAX {
        let zh = format!("最多 {COMMENT_CHARS_MAX} 个字，当前 {chars} 个；请缩短，或放进附件。");
        let en = format!(
            "At most {COMMENT_CHARS_MAX} characters; these are {chars}. Shorten it, or attach a file."
        );
        return Err(Refusal::new(RefusalKind::Input, "comment_too_long", zh, en).about(field));
    }
    Ok(text.to_owned())
}

/// How a verdict ends the task it was given on.
pub(crate) fn task_end(verdict: Verdict) -> TaskEnd {
    match verdict {
        Verdict::Approve => TaskEnd::Approved,
        Verdict::Reject => TaskEnd::Rejected,
    }
}
