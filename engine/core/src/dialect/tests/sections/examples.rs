//! `tests:` of a flow.

use super::{flow, one};
use crate::dialect::tests::world::compiled;

#[test]
fn examples_are_judged_like_everything_else() {
    let test = |text: &str| {
        let mut flow = flow(&one("work: {by: clerk}"), "");
        flow.push_str("tests:\n  - ");
        flow.push_str(text);
        let found = compiled(&flow);
        found
            .diagnostics
            .iter()
            .map(|fault| fault.code)
            .collect::<Vec<_>>()
    };
    let cast = "name: 例, cast: {王: clerk, 李: [chief, applicant]}";
    assert!(test(&format!("{{{cast}, at: 2026-03-02 09:00, given: {{amount: 3.00, note: '2026-01-01'}}, play: [{{who: 王, do: done}}, {{at: 2026-03-04 09:00, who: 李, do: return, to: applicant}}, {{event: x, payload: {{a: 1}}}}, {{change: {{王: chief}}}}], expect: {{result: running, round: 2, waiting_on: [李], path: [draft, a], values: {{note: x}}}}}}")).is_empty());
    for (slip, code) in [
        ("given: {amunt: 3}", "unknown-field"),
        ("given: {amount: three}", "number-due"),
        ("given: {amount: 3.001}", "too-many-decimals"),
        ("at: tomorrow", "time-due"),
        ("at: 2026-03-02", "time-due"),
        ("answers: {shop.price: {}}", "unknown-call"),
        ("records: {vehicel: {}}", "unknown-entity"),
        ("records: {vehicle: {V1: {plat: x}}}", "unknown-field"),
        ("play: [{who: 赵, do: done}]", "unknown-person"),
        ("play: [{do: done}]", "who-missing"),
        ("play: [{who: 王, do: finish}]", "unknown-action"),
        ("play: [{who: 王, decide: accept}]", "unknown-word"),
        ("play: [{who: 王, do: done, decide: approve}]", "two-deeds"),
        ("play: [{who: 王, do: transfer}]", "to-missing"),
        (
            "play: [{who: 王, do: return, to: nowhere}]",
            "unknown-state",
        ),
        ("play: [{who: 王, state: b, do: done}]", "unknown-state"),
        ("expect: {result: perfect}", "unknown-word"),
        ("expect: {ran: [shop.price]}", "unknown-call"),
        ("expect: {mailed: [letter]}", "unknown-mail"),
        ("expect: {waiting: [王]}", "unknown-key"),
    ] {
        assert_eq!(test(&format!("{{{cast}, {slip}}}")), [code], "{slip}");
    }
    assert_eq!(test("{cast: {王: clark}, name: 例}"), ["unknown-people"]);
    assert_eq!(test("{given: {}}"), ["missing-key"]);
}
