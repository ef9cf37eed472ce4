//! Reachability, ends, joins, loops.

use super::{assert_found, codes, flow_with};

const END: &str = "  - {id: done, name: {zh: 完, en: Done}, end: approved}\n";

#[test]
fn a_straight_flow_is_fine() {
    assert_found(
        &format!("  - {{id: one, name: {{zh: 一, en: One}}, approve: {{by: a}}}}\n{END}"),
        &[],
    );
}

#[test]
fn falling_off_the_last_state_is_an_end() {
    assert_found(
        "  - {id: one, name: {zh: 一, en: One}, approve: {by: a}}\n",
        &[],
    );
}

/// A8.1: every state can be reached.
#[test]
fn an_unreachable_chain_is_told_once() {
    assert_found(
        &format!(
            "  - {{id: one, name: {{zh: 一, en: One}}, approve: {{by: a}}, if_approved: {{go: done}}}}
  - {{id: two, name: {{zh: 二, en: Two}}, approve: {{by: b}}}}
  - {{id: three, name: {{zh: 三, en: Three}}, approve: {{by: c}}}}
{END}"
        ),
        &["state-unreachable states.two"],
    );
}

#[test]
fn only_a_rejection_or_a_late_rung_may_be_the_way_to_a_state() {
    assert_found(
        &format!(
            "  - {{id: one, name: {{zh: 一, en: One}}, approve: {{by: a}}, if_approved: {{go: done}}, if_rejected: {{go: two}}}}
  - {{id: two, name: {{zh: 二, en: Two}}, work: {{by: b}}, deadline: 1 workday, if_late: [{{at: deadline, go: three}}], go: done}}
  - {{id: three, name: {{zh: 三, en: Three}}, work: {{by: c}}}}
{END}"
        ),
        &[],
    );
}

/// A8.1: every state can reach an end.
#[test]
fn a_circle_of_people_without_a_way_out_never_ends() {
    assert_found(
        "  - {id: one, name: {zh: 一, en: One}, work: {by: a}}
  - {id: two, name: {zh: 二, en: Two}, work: {by: b}, go: one}\n",
        &["no-way-to-end states.draft"],
    );
}

#[test]
fn a_circle_with_a_way_out_by_rejection_ends() {
    assert_found(
        "  - {id: one, name: {zh: 一, en: One}, work: {by: a}}
  - {id: two, name: {zh: 二, en: Two}, approve: {by: b}, if_approved: {go: one}}\n",
        &[],
    );
}

fn together(needs: &str, second: &str, condition: &str) -> String {
    format!(
        "  - id: both
    name: {{zh: 会审, en: Both}}
    together:
      needs: {needs}
      branches:
        - id: left
          states: [{{id: l, name: {{zh: 左, en: L}}, approve: {{by: a}}}}]
        - id: right
{condition}          states: [{second}]
  - {{id: after, name: {{zh: 后, en: After}}, approve: {{by: c}}}}
{END}"
    )
}

const RIGHT: &str = "{id: r, name: {zh: 右, en: R}, approve: {by: b}}";
const RIGHT_LEAVES: &str = "{id: r, name: {zh: 右, en: R}, work: {by: b}, go: done}";

#[test]
fn joins_of_branches_that_can_finish_are_fine() {
    assert_found(&together("all", RIGHT, ""), &[]);
    assert_found(&together("any", RIGHT, ""), &[]);
    assert_found(&together("2", RIGHT, ""), &[]);
}

#[test]
fn a_branch_that_always_leaves_keeps_nobody_waiting_but_nothing_comes_after_the_join() {
    assert_found(
        &together("all", RIGHT_LEAVES, ""),
        &["state-unreachable states.after"],
    );
}

/// A8.3: no join waits for a branch that cannot finish.
#[test]
fn a_join_of_all_waits_for_ever_on_a_branch_that_goes_round() {
    let round = "{id: r, name: {zh: 右, en: R}, work: {by: b}}, {id: s, name: {zh: 回, en: S}, work: {by: b}, go: r}";
    assert_found(
        &together("all", round, ""),
        &[
            "branch-cannot-finish branches.both.right",
            "no-way-to-end states.r",
        ],
    );
}

#[test]
fn a_join_of_any_does_not_need_the_branch_that_leaves() {
    assert_found(&together("any", RIGHT_LEAVES, ""), &[]);
    assert_found(&together("1", RIGHT_LEAVES, ""), &[]);
}

/// A8.3: a count that branches left out may keep from being reached is told.
#[test]
fn a_count_may_be_short_when_branches_are_left_out() {
    assert_found(
        &together("2", RIGHT, "          when: amount > 5\n"),
        &["join-may-be-short states.both.together.needs"],
    );
    assert_found(&together("all", RIGHT, "          when: amount > 5\n"), &[]);
}

#[test]
fn a_state_inside_a_branch_ends_by_leaving_it() {
    assert_found(
        &together(
            "all",
            "{id: r, name: {zh: 右, en: R}, approve: {by: b}, if_rejected: {go: done}}",
            "",
        ),
        &[],
    );
}

const MAILS: &str = "mails: {told: {subject: {zh: 通知, en: Note}, text: {zh: 请看, en: Look}}}";

fn circle(inner: &str) -> String {
    format!(
        "  - id: pick
    name: {{zh: 选, en: Pick}}
    choose: [{{when: amount > 5, go: inner}}, {{otherwise: true, go: done}}]
  - {{id: inner, name: {{zh: 内, en: Inner}}, {inner}, go: pick}}
{END}"
    )
}

/// A8.6: a loop in which nobody waits is found.
#[test]
fn a_circle_in_which_nobody_waits_spins() {
    let def = flow_with(MAILS, &circle("mail: told, to: [a]"));
    assert_eq!(codes(&def), ["loop-without-wait states.pick"]);
}

#[test]
fn a_circle_with_people_or_an_event_does_not() {
    assert_found(&circle("work: {by: a}"), &[]);
    assert_found(
        &circle(
            "wait: {for: parts.received}, deadline: 2 workdays, if_late: [{at: deadline, remind: a}]",
        ),
        &[],
    );
}

#[test]
fn a_circle_whose_people_may_be_skipped_may_spin() {
    assert_found(
        &format!(
            "  - id: pick
    name: {{zh: 选, en: Pick}}
    choose: [{{when: amount > 5, go: ask}}, {{otherwise: true, go: done}}]
  - {{id: ask, name: {{zh: 问, en: Ask}}, when: amount > 7, work: {{by: a}}}}
  - {{id: back, name: {{zh: 回, en: Back}}, choose: [{{otherwise: true, go: pick}}]}}
{END}"
        ),
        &["loop-may-not-wait states.pick.when"],
    );
}

/// A8.6: returns are capped and count as no loop.
#[test]
fn returns_are_capped_and_no_loop() {
    assert_found(
        &format!(
            "  - {{id: one, name: {{zh: 一, en: One}}, approve: {{by: a}}, if_rejected: {{back_to: applicant}}}}\n{END}"
        ),
        &[],
    );
}

#[test]
fn a_ladder_of_limits_is_no_overlap() {
    assert_found(
        &format!(
            "  - id: pick
    name: {{zh: 选, en: Pick}}
    choose: [{{when: amount <= 10, go: done}}, {{when: amount <= 20, go: done}}, {{when: amount > 20, go: done}}]
{END}"
        ),
        &[],
    );
}

/// A8.2: every way out of a choice is covered; what cannot be analysed needs an otherwise.
#[test]
fn conditions_that_cannot_be_analysed_need_an_otherwise() {
    let pick = |last: &str| {
        format!(
            "  - id: pick
    name: {{zh: 选, en: Pick}}
    choose: [{{when: amount * 2 > 10, go: done}}, {last}]
{END}"
        )
    };
    assert_found(&pick("{otherwise: true, go: done}"), &[]);
    assert_found(
        &pick("{when: amount * 2 <= 10, go: done}"),
        &["choice-without-otherwise states.pick.choose"],
    );
}

/// A8.2: a condition that can never hold is told.
#[test]
fn a_condition_that_never_holds_is_told() {
    assert_found(
        &format!(
            "  - {{id: one, name: {{zh: 一, en: One}}, when: amount < 0, approve: {{by: a}}}}\n{END}"
        ),
        &["condition-settled states.one.when"],
    );
}
