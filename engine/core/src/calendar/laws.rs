//! Laws that hold for every start and every term.
#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::time::Moment;

/// 2024-01-01 to 2027-12-31, in milliseconds.
fn moments() -> impl Strategy<Value = Moment> {
    (1_704_067_200_000_i64..1_830_268_800_000).prop_map(Moment)
}

fn calendars() -> impl Strategy<Value = WorkCalendar> {
    prop::sample::select(builtins())
}

/// And one with a night shift.
fn plants() -> impl Strategy<Value = WorkCalendar> {
    let mut all = builtins();
    all.push(tests::plant());
    prop::sample::select(all)
}

fn units() -> impl Strategy<Value = TermUnit> {
    prop::sample::select(TermUnit::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn later_starts_and_longer_terms_never_end_earlier(
        calendar in plants(), a in moments(), b in moments(), unit in units(), n in 1u32..40, more in 0u32..10,
    ) {
        let (a, b) = (a.min(b), a.max(b));
        let end = |start, count| calendar.add(start, Term::new(count, unit)).at;
        prop_assert!(end(a, n) <= end(b, n));
        prop_assert!(end(a, n) <= end(a, n + more));
        prop_assert!(a <= end(a, n));
    }

    #[test]
    fn adding_in_two_parts_is_adding_at_once(
        calendar in plants(), start in moments(), unit in units(), n in 1u32..30, m in 1u32..30,
    ) {
        let end = |start, count| calendar.add(start, Term::new(count, unit)).at;
        prop_assert_eq!(end(end(start, n), m), end(start, n + m));
    }

    #[test]
    fn workdays_end_on_a_workday_at_the_same_clock_time(calendar in calendars(), start in moments(), n in 1u32..40) {
        let from = calendar.civil(calendar.counted_from(start));
        let end = calendar.civil(calendar.add(start, Term::new(n, TermUnit::Workdays)).at);
        prop_assert!(calendar.is_workday(end.date()));
        prop_assert_eq!(end.time(), from.time());
        let between = from.date().series(jiff::Span::new().days(1)).skip(1)
            .take_while(|day| *day <= end.date()).filter(|day| calendar.is_workday(*day)).count();
        prop_assert_eq!(between, n as usize);
    }

    #[test]
    fn work_hours_end_inside_a_shift_after_exactly_that_much_work(
        calendar in plants(), start in moments(), n in 1u32..200,
    ) {
        let end = calendar.add(start, Term::new(n, TermUnit::WorkHours)).at;
        prop_assert_eq!(calendar.work_between(start, end), i64::from(n) * 3_600_000);
        prop_assert_eq!(calendar.work_between(end, start), -i64::from(n) * 3_600_000);
        // Open just before the end: it is inside a shift or on its closing minute.
        let before = end.plus_ms(-1);
        prop_assert_eq!(calendar.opening_after(before), before);
    }

    #[test]
    fn work_adds_up(calendar in plants(), a in moments(), b in moments(), c in moments()) {
        let sum = calendar.work_between(a, b) + calendar.work_between(b, c);
        prop_assert_eq!(sum, calendar.work_between(a, c));
    }

    #[test]
    fn the_rest_of_a_working_deadline_runs_on(calendar in calendars(), start in moments(), n in 1u32..50, part in 0i64..100) {
        let due = calendar.plus_work_ms(start, i64::from(n) * 3_600_000);
        let stopped = Moment(start.0 + (due.0 - start.0) * part / 100);
        let rest = calendar.rest(stopped, due, TermUnit::WorkHours);
        // Stopped and started again at once: nothing is lost.
        prop_assert_eq!(calendar.resume(stopped, rest), if stopped < due { due } else { calendar.opening_after(due) });
    }

    #[test]
    fn no_text_makes_the_reader_panic_and_what_is_shown_is_read_back(text in "\\PC{0,24}", unit in units(), n in 1u32..3000) {
        if let Err(error) = Term::parse(&text) {
            for suggestion in error.suggestions {
                prop_assert_eq!(Term::parse(&suggestion.to_string()).unwrap(), suggestion);
            }
        }
        let term = Term::new(n, unit);
        prop_assert_eq!(Term::parse(&term.to_string()).unwrap(), term);
    }
}

proptest! {
    // Far ends of the calendar walk ten years a case: fewer of them.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_moment_has_an_answer(calendar in calendars(), at in any::<i64>(), n in 0u32..5000, unit in units()) {
        let due = calendar.add(Moment(at), Term::new(n, unit));
        let _ = calendar.left(Moment(at), due.at);
    }
}
