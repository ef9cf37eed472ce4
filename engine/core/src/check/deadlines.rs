//! Deadlines, reminders and waits.

use crate::calendar::{Term, TermUnit};
use crate::definition::{Definition, LateAct, PeopleRef, Rung, RungTime, State, StateKind};
use crate::text::Text;

use super::finding::{Finding, at_part, called};

/// All findings about time.
pub(super) fn check(def: &Definition) -> Vec<Finding> {
    def.states
        .iter()
        .flat_map(|state| {
            let mut found: Vec<Finding> = wait(state).into_iter().collect();
            for (number, rung) in state.if_late.iter().enumerate() {
                let at = at_part(state, &format!("if_late.{number}"));
                found.extend(after_deadline(state, rung, &at));
                found.extend(act(state, rung, &at));
            }
            found
        })
        .collect()
}

/// An event that never comes must not leave an instance waiting for ever.
fn wait(state: &State) -> Option<Finding> {
    let StateKind::WaitFor { event, .. } = &state.kind else {
        return None;
    };
    if state.deadline.is_some() {
        return None;
    }
    let name = called(state);
    Some(Finding::error(
        "wait-without-deadline",
        at_part(state, "wait"),
        Text::new(
            format!(
                "节点{}等待事件 {event}，但没有写期限：事件不来，流程就永远停在这里。",
                name.zh
            ),
            format!(
                "State {} waits for the event {event} without a deadline: if it never comes, the flow stays here for ever.",
                name.en
            ),
        ),
        Text::new(
            "请加上期限和到期后的处理，例如 deadline: 10 workdays 与 if_late: [{at: deadline, remind: …}]。",
            "Add a deadline and what happens then, such as deadline: 10 workdays and if_late: [{at: deadline, remind: …}].",
        ),
    ))
}

/// Does somebody hold a task in the state or inside it, so that they can be reminded?
fn asks_somebody(state: &State) -> bool {
    matches!(
        state.kind,
        StateKind::Draft { .. }
            | StateKind::Approve(_)
            | StateKind::Work { .. }
            | StateKind::Together { .. }
    )
}

/// Is the task the state's own, so that others can take it over or join in?
fn has_own_task(state: &State) -> bool {
    matches!(state.kind, StateKind::Approve(_) | StateKind::Work { .. })
}

/// How two lengths of time compare when the calendar is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// The first is not shorter, whatever the calendar.
    NeverShorter,
    /// The first is not shorter in an ordinary week (eight office hours a day).
    UsuallyNotShorter,
    /// Nothing speaks against it.
    Shorter,
}

/// A reminder or an escalation that should come before the deadline, and does not.
fn after_deadline(state: &State, rung: &Rung, at: &str) -> Option<Finding> {
    let (Some(deadline), RungTime::After(after)) = (state.deadline, &rung.at) else {
        return None;
    };
    let compared = compare(*after, deadline);
    let name = called(state);
    let (after, deadline) = (after.text(), deadline.text());
    let message = |sure: bool| {
        let (zh, en) = if sure {
            ("不早于", "not before")
        } else {
            ("通常不早于", "usually not before")
        };
        Text::new(
            format!(
                "节点{}在 {} 之后才处理（提醒、加人等），{zh}它的期限 {}。",
                name.zh, after.zh, deadline.zh
            ),
            format!(
                "State {} acts only after {}, {en} its deadline of {}.",
                name.en, after.en, deadline.en
            ),
        )
    };
    let hint = Text::new(
        "请把 after: 的时间改得比 deadline: 短；如果本来就要在期限之后处理，请写 after: deadline + …。",
        "Make the time of after: shorter than deadline:; if it is meant to come after the deadline, write after: deadline + ….",
    );
    match compared {
        Compared::NeverShorter => Some(Finding::error(
            "reminder-after-deadline",
            at,
            message(true),
            hint,
        )),
        Compared::UsuallyNotShorter => Some(Finding::warning(
            "reminder-after-deadline",
            at,
            message(false),
            hint,
        )),
        Compared::Shorter => None,
    }
}

/// Clock minutes a day has, and office minutes an ordinary working day has.
const DAY_MINUTES: u64 = 24 * 60;
const OFFICE_DAY_MINUTES: u64 = 8 * 60;

/// Compares two lengths of time without knowing the calendar.
pub(super) fn compare(first: Term, second: Term) -> Compared {
    let (first_working, second_working) = (is_working(first), is_working(second));
    let sure = match (first_working, second_working) {
        (true, true) if first.unit == second.unit => first.count >= second.count,
        // Only the calendar knows how many office hours a workday has: at most 24, perhaps very few.
        (true, true) => {
            first.unit != TermUnit::Workdays
                && office_minutes(first, DAY_MINUTES) >= office_minutes(second, DAY_MINUTES)
        }
        // Working time lasts at least as long by the clock.
        (false, false) | (true, false) => clock_minutes(first) >= clock_minutes(second),
        // How long working time lasts by the clock has no bound: holidays.
        (false, true) => false,
    };
    if sure {
        return Compared::NeverShorter;
    }
    let usually = match (first_working, second_working) {
        (true, true) => {
            office_minutes(first, OFFICE_DAY_MINUTES) >= office_minutes(second, OFFICE_DAY_MINUTES)
        }
        (false, false) | (true, false) => false,
        // An ordinary week has two days off.
        (false, true) => {
            let days = office_minutes(second, OFFICE_DAY_MINUTES).div_ceil(OFFICE_DAY_MINUTES);
            clock_minutes(first) >= (days + 2 * days.div_ceil(5)) * DAY_MINUTES
        }
    };
    if usually {
        Compared::UsuallyNotShorter
    } else {
        Compared::Shorter
    }
}

fn is_working(term: Term) -> bool {
    match term.unit {
        TermUnit::Workdays | TermUnit::WorkHours | TermUnit::WorkMinutes => true,
        TermUnit::Days | TermUnit::Hours | TermUnit::Minutes => false,
    }
}

/// Office minutes of a working length.
fn office_minutes(term: Term, workday: u64) -> u64 {
    let count = u64::from(term.count);
    match term.unit {
        TermUnit::Workdays => count * workday,
        TermUnit::WorkHours | TermUnit::Hours => count * 60,
        TermUnit::WorkMinutes | TermUnit::Minutes => count,
        TermUnit::Days => count * DAY_MINUTES,
    }
}

/// The least number of clock minutes a length can last.
fn clock_minutes(term: Term) -> u64 {
    let count = u64::from(term.count);
    match term.unit {
        TermUnit::Workdays | TermUnit::Days => count * DAY_MINUTES,
        TermUnit::WorkHours | TermUnit::Hours => count * 60,
        TermUnit::WorkMinutes | TermUnit::Minutes => count,
    }
}

/// An act that means nothing in this kind of state.
fn act(state: &State, rung: &Rung, at: &str) -> Option<Finding> {
    let decides = matches!(
        state.kind,
        StateKind::Approve(_) | StateKind::Together { .. }
    );
    let name = called(state);
    let (verb, reason) = match &rung.act {
        LateAct::Approve | LateAct::Reject if !decides => (
            if rung.act == LateAct::Approve {
                "approve"
            } else {
                "reject"
            },
            Text::new(
                "这里没有审批可以代为决定",
                "there is no approval to decide here",
            ),
        ),
        LateAct::Add(_) | LateAct::HandTo(_) if !has_own_task(state) => (
            if matches!(rung.act, LateAct::Add(_)) {
                "add"
            } else {
                "hand_to"
            },
            Text::new(
                "这里没有待办任务可以转给别人",
                "there is no task to pass on here",
            ),
        ),
        LateAct::Remind(people)
            if people.contains(&PeopleRef::Waiting) && !asks_somebody(state) =>
        {
            (
                "remind: waiting",
                Text::new("这里没有人持有待办任务", "nobody has a task here"),
            )
        }
        LateAct::Approve
        | LateAct::Reject
        | LateAct::Add(_)
        | LateAct::HandTo(_)
        | LateAct::Remind(_)
        | LateAct::Go(_) => return None,
    };
    Some(Finding::error(
        "late-act-does-not-fit",
        at,
        Text::new(
            format!("节点{}超时后写了 {verb}，但{}。", name.zh, reason.zh),
            format!(
                "State {} says {verb} when late, but {}.",
                name.en, reason.en
            ),
        ),
        Text::new(
            "请改用 go: 去往某个节点，或用 remind: 提醒 people: 里的某个名字。",
            "Write go: to lead to a state, or remind: with a name from people:.",
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(count: u32, unit: TermUnit) -> Term {
        Term { count, unit }
    }

    #[test]
    fn lengths_are_compared_without_the_calendar() {
        use TermUnit::{Days, Hours, WorkHours, Workdays};
        let cases = [
            (term(2, Workdays), term(1, Workdays), Compared::NeverShorter),
            (term(1, Workdays), term(1, Workdays), Compared::NeverShorter),
            (term(1, Workdays), term(2, Workdays), Compared::Shorter),
            (term(4, WorkHours), term(1, Workdays), Compared::Shorter),
            (
                term(8, WorkHours),
                term(1, Workdays),
                Compared::UsuallyNotShorter,
            ),
            (
                term(24, WorkHours),
                term(1, Workdays),
                Compared::NeverShorter,
            ),
            (
                term(1, Workdays),
                term(4, WorkHours),
                Compared::UsuallyNotShorter,
            ),
            (term(2, Workdays), term(36, Hours), Compared::NeverShorter),
            (term(1, Workdays), term(36, Hours), Compared::Shorter),
            (term(36, Hours), term(24, Hours), Compared::NeverShorter),
            (term(2, Days), term(36, Hours), Compared::NeverShorter),
            (term(24, Hours), term(2, Workdays), Compared::Shorter),
            (
                term(5, Days),
                term(2, Workdays),
                Compared::UsuallyNotShorter,
            ),
        ];
        for (first, second, expected) in cases {
            assert_eq!(compare(first, second), expected, "{first:?} {second:?}");
        }
    }
}
