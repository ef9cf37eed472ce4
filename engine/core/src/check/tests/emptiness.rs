//! Fields that may be empty where they are read.

use super::{assert_found, catalog, codes, flow, flow_with};

const READER: &str =
    "  - {id: reader, name: {zh: 读, en: Reader}, when: 'note == \"x\"', approve: {by: c}}\n";
const EMPTY: &str = "field-may-be-empty states.reader.when";

/// What is found when this stands before a state whose condition reads `note`.
#[track_caller]
fn before_reader(states: &str, expected: &[&str]) {
    assert_found(&format!("{states}{READER}"), expected);
}

/// A8.4: a field a condition reads is required, computed or filled on each path.
#[test]
fn a_field_that_nobody_must_fill_in_may_be_empty() {
    before_reader("", &[EMPTY]);
}

#[test]
fn a_field_that_an_approval_requires_is_filled_when_it_is_approved() {
    before_reader(
        "  - {id: one, name: {zh: 一, en: One}, approve: {by: a}, fields: {require: [note]}}\n",
        &[],
    );
}

#[test]
fn what_is_skipped_fills_nothing() {
    before_reader(
        "  - {id: one, name: {zh: 一, en: One}, when: amount > 5, approve: {by: a}, fields: {require: [note]}}\n",
        &[EMPTY],
    );
}

/// A8.4: the path on which it is empty is told, state by state.
#[test]
fn the_way_is_told_state_by_state() {
    let def = flow(&format!(
        "  - {{id: one, name: {{zh: 一审, en: One}}, when: amount > 5, approve: {{by: a}}, fields: {{require: [note]}}}}\n{READER}"
    ));
    let found = super::super::findings(&def, &catalog());
    let message = &found
        .iter()
        .find(|one| one.code == "field-may-be-empty")
        .unwrap()
        .message;
    assert!(
        message.zh.contains("「申请」 → 跳过「一审」 → 「读」"),
        "{}",
        message.zh
    );
    assert!(
        message.en.contains("“Draft” → “One” skipped → “Reader”"),
        "{}",
        message.en
    );
}

#[test]
fn a_rejection_does_not_fill_what_approving_requires() {
    before_reader(
        "  - {id: one, name: {zh: 一, en: One}, approve: {by: a}, fields: {require: [note]}, if_rejected: {go: reader}}\n",
        &[EMPTY],
    );
}

#[test]
fn a_timeout_or_a_policy_that_passes_fills_nothing() {
    before_reader(
        "  - {id: one, name: {zh: 一, en: One}, approve: {by: a}, fields: {require: [note]}, deadline: 1 workday, if_late: [{at: deadline, approve: true}]}\n",
        &[EMPTY],
    );
    before_reader(
        "  - {id: one, name: {zh: 一, en: One}, approve: {by: a}, fields: {require: [note]}, policies: {nobody: pass}}\n",
        &[EMPTY],
    );
}

/// A8.4: an answer fills its field only on the way it is needed for.
#[test]
fn an_answer_asked_for_fills_its_field_on_the_way_it_is_required_for() {
    let ask = |to: &str, way: &str| {
        format!(
            "  - {{id: one, name: {{zh: 一, en: One}}, approve: {{by: a}}, ask: {{why: {{type: text, name: {{zh: 因, en: Why}}, {to}}}}}{way}}}
  - {{id: reader, name: {{zh: 读, en: Reader}}, when: 'why == \"x\"', approve: {{by: c}}}}\n"
        )
    };
    assert_found(&ask("required_to: approve", ""), &[]);
    assert_found(&ask("required: true", ""), &[]);
    assert_found(&ask("required_to: reject", ""), &[EMPTY]);
    assert_found(
        &ask("required_to: approve", ", if_rejected: {go: reader}"),
        &[EMPTY],
    );
}

#[test]
fn each_action_fills_only_what_it_requires_itself() {
    let work = |other: &str| {
        format!(
            "  - id: work
    name: {{zh: 办, en: Work}}
    work: {{by: a}}
    fields: {{write: [note]}}
    actions:
      full: {{name: {{zh: 全, en: Full}}, require: [note]}}
      quick: {{name: {{zh: 快, en: Quick}}, {other}}}\n{READER}"
        )
    };
    assert_found(&work("require: [note]"), &[]);
    assert_found(&work("go: reader"), &[EMPTY]);
}

#[test]
fn whoever_may_write_a_field_may_clear_it() {
    before_reader(
        "  - {id: one, name: {zh: 一, en: One}, approve: {by: a}, fields: {require: [note]}}
  - {id: two, name: {zh: 二, en: Two}, work: {by: b}, fields: {write: [note]}}\n",
        &[EMPTY],
    );
}

#[test]
fn a_return_to_the_draft_may_clear_it_too_but_then_it_is_asked_for_again() {
    before_reader(
        "  - {id: one, name: {zh: 一, en: One}, approve: {by: a}, fields: {require: [note]}}
  - {id: two, name: {zh: 二, en: Two}, approve: {by: b}, if_rejected: {back_to: applicant}}\n",
        &[],
    );
}

#[test]
fn the_first_condition_that_reads_it_is_the_one_to_mend() {
    before_reader(
        "  - {id: first, name: {zh: 先, en: First}, when: 'note == \"y\"', approve: {by: a}}\n",
        &["field-may-be-empty states.first.when"],
    );
}

#[test]
fn a_condition_that_asks_first_is_fine() {
    assert_found(
        "  - {id: reader, name: {zh: 读, en: Reader}, when: 'note is not empty and note == \"x\"', approve: {by: c}}\n",
        &[],
    );
}

#[test]
fn a_computed_field_stands_for_what_it_is_made_of() {
    assert_found(
        "  - {id: reader, name: {zh: 读, en: Reader}, when: double > 2, approve: {by: c}}\n",
        &[EMPTY],
    );
    assert_found(
        "  - {id: reader, name: {zh: 读, en: Reader}, when: rate is not empty and double > 2, approve: {by: c}}\n",
        &[],
    );
}

fn branches(needs: &str, left: &str, right: &str) -> String {
    format!(
        "  - id: both
    name: {{zh: 会审, en: Both}}
    together:
      needs: {needs}
      branches:
        - {{id: left, {left}, name: {{zh: 左, en: L}}, approve: {{by: a}}, fields: {{require: [note]}}}}]}}
        - {{id: right, {right}, name: {{zh: 右, en: R}}, approve: {{by: b}}}}]}}\n"
    )
}

#[test]
fn a_join_of_all_has_what_each_of_its_branches_fills() {
    before_reader(&branches("all", "states: [{id: l", "states: [{id: r"), &[]);
    before_reader(
        &branches(
            "all",
            "when: amount > 5, states: [{id: l",
            "states: [{id: r",
        ),
        &[EMPTY],
    );
}

#[test]
fn a_join_of_any_may_have_gone_by_the_other_branch() {
    before_reader(
        &branches("any", "states: [{id: l", "states: [{id: r"),
        &[EMPTY],
    );
    before_reader(&branches("2", "states: [{id: l", "states: [{id: r"), &[]);
}

#[test]
fn an_answer_fills_what_it_always_gives() {
    let run = |output: &str| {
        format!(
            "  - {{id: one, name: {{zh: 一, en: One}}, work: {{by: a}}, fields: {{require: [note]}}}}
  - {{id: ask, name: {{zh: 问, en: Ask}}, run: erp.ask, give: [note, other], fills: {{other: {output}}}}}
  - {{id: reader, name: {{zh: 读, en: Reader}}, when: 'other == \"x\"', approve: {{by: c}}}}\n"
        )
    };
    assert_found(&run("sure"), &[]);
    assert_found(&run("perhaps"), &[EMPTY]);
}

#[test]
fn a_required_input_must_be_filled_an_optional_one_need_not() {
    assert_found(
        "  - {id: ask, name: {zh: 问, en: Ask}, run: erp.ask, give: [note, other]}\n",
        &["field-may-be-empty states.ask.give"],
    );
}

#[test]
fn a_field_that_names_a_unit_is_a_warning() {
    assert_found(
        "  - {id: one, name: {zh: 一, en: One}, approve: {by: d}}\n",
        &["people-field-may-be-empty states.one.approve.by"],
    );
}

#[test]
fn mails_may_have_gaps_with_a_warning_unless_they_ask_first() {
    let mails = |text: &str| {
        let sections = format!(
            "mails: {{ask: {{subject: {{zh: 请看, en: Look}}, text: {{zh: '{text}', en: Look}}}}}}"
        );
        codes(&flow_with(
            &sections,
            "  - {id: one, name: {zh: 一, en: One}, approve: {by: a}}\n",
        ))
    };
    assert_eq!(
        mails("{{note}}"),
        ["mail-field-may-be-empty mails.ask.text.zh"]
    );
    assert_eq!(mails("{{#if note}}{{note}}{{/if}}"), Vec::<String>::new());
    assert_eq!(mails("{{amount}} {{title}}"), Vec::<String>::new());
}

/// A2.47: what undoes an effect needs its inputs long after it; those that the effect needed or fills in itself are there.
#[test]
fn an_effect_that_could_not_be_undone_is_told() {
    let found = |effect: &str, expected: &[&str]| {
        let state = "  - {id: ask, name: {zh: 问, en: Ask}";
        let undo = "undo: {run: erp.ask, give: [note]}}";
        assert_found(&format!("{state}, {effect}, {undo}\n"), expected);
    };
    const UNDO: &str = "field-may-be-empty states.ask.undo.give";
    found("run: erp.tell", &[UNDO]);
    found("run: erp.tell, fills: {note: perhaps}", &[UNDO]);
    found("run: erp.tell, fills: {note: sure}", &[]);
    let own = "field-may-be-empty states.ask.give";
    found("run: erp.ask, give: [note]", &[own]);
}
