//! Deadlines that stop, run on, and are reckoned again.

use assent_core::calendar::WorkCalendar;
use assent_core::command::{Action, DecideWith, Override, Verdict};
use assent_core::event::Change;
use assent_core::value::Values;
use assent_core::verify;

use crate::desk::Desk;

fn sign(at: &str) -> Desk {
    let desk = Desk::new("overruling", at);
    desk.started(&[("subject", "a".into()), ("amount", 1_i64.into())])
}

fn armed(desk: &Desk) -> Vec<String> {
    let armed = desk.armed().into_iter();
    armed.map(|(name, at)| format!("{name} {at}")).collect()
}

/// A6.6: while suspended nothing is due and nothing is armed; afterwards the rest of the deadline and of the ladder runs on.
#[test]
fn a_suspended_instance_keeps_the_rest_of_its_clock() {
    let mut desk = sign("2026-03-02 09:00");
    assert_eq!(desk.due("sign"), "03-04 09:00");
    assert_eq!(armed(&desk), ["e2.r0.0 03-03 09:00", "e2.r1.0 03-04 09:00"]);
    desk.at("2026-03-02 12:00");
    desk.overrule(Override::Suspend).unwrap();
    assert_eq!(desk.due("sign"), "none");
    assert!(desk.armed().is_empty());
    assert!(
        desk.case()
            .instance
            .tasks
            .iter()
            .all(|task| task.due.is_none())
    );
    assert_eq!(verify::awake(&desk.def, desk.case()), []);
    // Of two working days 12 hours are left, of one 4.5.
    desk.at("2026-03-09 13:30");
    desk.overrule(Override::Resume).unwrap();
    assert_eq!(desk.due("sign"), "03-10 18:00");
    assert_eq!(armed(&desk), ["e2.r0.0 03-09 18:00", "e2.r1.0 03-10 18:00"]);
    let due = desk.moment("2026-03-10 18:00");
    assert!(
        desk.case()
            .instance
            .tasks
            .iter()
            .all(|task| task.due == Some(due))
    );
}

/// A6.6: a deadline that had passed stays passed.
#[test]
fn a_late_instance_is_as_late_after_a_suspension() {
    let mut desk = sign("2026-03-02 09:00");
    desk.at("2026-03-05 09:00");
    desk.overrule(Override::Suspend).unwrap();
    assert_eq!(desk.due("sign"), "03-04 09:00");
    desk.at("2026-03-06 09:00");
    desk.overrule(Override::Resume).unwrap();
    assert_eq!(desk.due("sign"), "03-04 09:00");
}

/// A6.8: a ladder that stopped does not begin anew when its state is entered again.
#[test]
fn a_reminder_that_went_out_is_not_sent_again_on_reentry() {
    let mut desk = Desk::new("clocks", "2026-03-02 09:00").started(&[("subject", "a".into())]);
    let who = desk.case().instance.tasks[0].assignee.clone();
    desk.at("2026-03-02 10:00");
    desk.send(
        "system",
        Action::Wake {
            reference: "e2.r0.0".into(),
        },
    )
    .unwrap();
    desk.at("2026-03-02 11:00");
    let act = |task, action: &str| Action::Act {
        task,
        action: action.into(),
        comment: None,
        set: Default::default(),
    };
    let task = desk.case().instance.tasks[0].no;
    desk.send(&who, act(task, "part")).unwrap();
    desk.at("2026-03-09 09:00");
    let came = Action::Happen {
        event: "thing.arrived".into(),
        payload: Default::default(),
    };
    desk.send("system", came).unwrap();
    // 8 work hours less 2 are left; the reminder after 1 hour went out, the one repeated hourly has its rest.
    assert_eq!(desk.due("repair"), "03-09 16:30");
    assert_eq!(armed(&desk), ["e4.r0.1 03-09 10:00", "e4.r1.0 03-09 16:30"]);
}

/// A6.9: where the flow says so, whoever takes a task over has the whole term.
#[test]
fn a_transfer_restarts_the_clock_where_the_flow_says_so() {
    let mut desk = Desk::new("clocks", "2026-03-02 09:00").started(&[("subject", "a".into())]);
    desk.at("2026-03-02 11:00");
    let task = desk.case().instance.tasks[0].no;
    desk.overrule(Override::Reassign {
        task,
        to: "root".into(),
    })
    .unwrap();
    assert_eq!(desk.due("repair"), "03-03 11:30");
    assert_eq!(armed(&desk), ["e2.r0.0 03-02 12:00", "e2.r1.0 03-03 11:30"]);
    // Without `transfer: restarts` the deadline stays.
    let mut desk = sign("2026-03-02 09:00");
    desk.at("2026-03-02 12:00");
    let task = desk.case().instance.tasks[0].no;
    desk.overrule(Override::Reassign {
        task,
        to: "root".into(),
    })
    .unwrap();
    assert_eq!(desk.due("sign"), "03-04 09:00");
}

/// A6.10: when a notice is loaded, running deadlines move with the explanation, by the system, never by a person.
#[test]
fn running_deadlines_are_reckoned_again_when_a_notice_is_loaded() {
    let mut desk = Desk::new("overruling", "2026-09-30 16:00");
    let published = desk.calendar.clone();
    let mut spec = published.spec().clone();
    spec.years.remove(&2026);
    desk.calendar = WorkCalendar::new(spec).unwrap();
    let mut desk = desk.started(&[("subject", "a".into()), ("amount", 1_i64.into())]);
    assert_eq!(desk.due("sign"), "10-02 16:00");
    desk.calendar = published;
    assert_eq!(
        desk.send("root", Action::Recalculate).unwrap_err().code,
        "system_only"
    );
    let changes = desk.send("system", Action::Recalculate).unwrap();
    assert_eq!(desk.due("sign"), "10-09 16:00");
    assert_eq!(armed(&desk), ["e2.r0.0 10-08 16:00", "e2.r1.0 10-09 16:00"]);
    let why = changes.iter().find_map(|change| match change {
        Change::DueMoved { from, to, why, .. } => Some((*from, *to, why.clone())),
        _ => None,
    });
    let (from, to, why) = why.unwrap();
    assert_eq!(from, Some(desk.moment("2026-10-02 16:00")));
    assert_eq!(to, Some(desk.moment("2026-10-09 16:00")));
    assert!(why[0].zh.contains("国庆节"), "{why:?}");
    assert!(desk.case().instance.tasks.iter().all(|task| task.due == to));
    let again = desk.send("system", Action::Recalculate);
    assert_eq!(again.unwrap_err().code, "unchanged");
}

/// A6.10: what ran on with a rest is reckoned from there, not from the beginning.
#[test]
fn a_clock_that_ran_on_is_reckoned_again_from_where_it_ran_on() {
    let mut desk = sign("2026-09-24 09:00");
    desk.overrule(Override::Suspend).unwrap();
    desk.at("2026-09-30 09:00");
    let published = desk.calendar.clone();
    let mut spec = published.spec().clone();
    spec.years.remove(&2026);
    desk.calendar = WorkCalendar::new(spec).unwrap();
    desk.overrule(Override::Resume).unwrap();
    // Two working days of 7.5 hours: Wednesday and Thursday.
    assert_eq!(desk.due("sign"), "10-01 18:00");
    desk.calendar = published;
    desk.send("system", Action::Recalculate).unwrap();
    assert_eq!(desk.due("sign"), "10-08 18:00");
}

/// A6.16: leaving a state ends its deadline and its ladder; entering it again arms them anew.
#[test]
fn a_deadline_ends_with_its_state_and_begins_anew() {
    let mut desk = sign("2026-03-02 09:00");
    desk.at("2026-03-03 10:00");
    let skip = Override::Skip {
        state: "sign".into(),
    };
    desk.overrule(skip).unwrap();
    assert!(desk.armed().is_empty(), "{:?}", desk.armed());
    let back = Override::Jump { to: "sign".into() };
    desk.overrule(back).unwrap();
    assert_eq!(desk.due("sign"), "03-05 10:00");
    assert_eq!(armed(&desk).len(), 2);
}

fn wake(reference: &str) -> Action {
    Action::Wake {
        reference: reference.to_owned(),
    }
}

/// A6.23: wake-ups that are due together, as after a time in which nothing ran, fire in the order of their times, whichever is
/// sent first.
#[test]
fn what_was_due_earlier_fires_first() {
    let mut desk = sign("2026-03-02 09:00");
    desk.at("2026-03-06 09:00");
    let happened = desk.send("system", wake("e2.r1.0")).unwrap();
    let fired = happened.iter().filter_map(|change| match change {
        Change::WakeupCleared {
            reference,
            fired: true,
        } => Some(reference.as_str()),
        _ => None,
    });
    assert_eq!(fired.collect::<Vec<_>>(), ["e2.r0.0", "e2.r1.0"]);
    let place = |fits: fn(&Change) -> bool| happened.iter().position(fits).unwrap();
    let reminded = place(|change| matches!(change, Change::Reminded { .. }));
    let left = place(|change| matches!(change, Change::Left { .. }));
    assert!(reminded < left, "{happened:?}");
    let late = desk.send("system", wake("e2.r0.0")).unwrap_err();
    assert_eq!(late.code, "wakeup_gone");
}

/// A6.24: a state that stands again because its decision was taken back has the ladder it had, the time its clock stood for
/// included; reckoning it again by the same calendar moves nothing.
#[test]
fn a_ladder_that_ran_on_is_the_same_after_a_take_back() {
    let mut desk = sign("2026-03-02 09:00");
    desk.at("2026-03-02 12:00");
    desk.overrule(Override::Suspend).unwrap();
    desk.at("2026-03-09 13:30");
    desk.overrule(Override::Resume).unwrap();
    let before = armed(&desk);
    assert_eq!(before, ["e2.r0.0 03-09 18:00", "e2.r1.0 03-10 18:00"]);
    desk.at("2026-03-09 14:00");
    let mut last = None;
    while let Some(task) = desk.case().instance.tasks.first().cloned()
        && task.state == "sign"
    {
        desk.send(&task.assignee, decide(task.no)).unwrap();
        last = Some(task);
    }
    let task = last.unwrap();
    assert!(armed(&desk).is_empty(), "the state was left");
    desk.at("2026-03-09 14:30");
    let back = Action::TakeBack {
        task: task.no,
        comment: None,
    };
    desk.send(&task.assignee, back).unwrap();
    assert_eq!(armed(&desk), before);
    let moved = desk.send("system", Action::Recalculate).unwrap_err();
    assert_eq!(moved.code, "unchanged");
}

fn decide(task: u32) -> Action {
    Action::Decide {
        task,
        verdict: Verdict::Approve,
        comment: None,
        set: Values::new(),
        with: DecideWith::default(),
    }
}
