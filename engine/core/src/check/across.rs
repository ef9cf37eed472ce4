//! Several flows for one entity type: two of the same priority must not serve one record.

use crate::condition::Expr;
use crate::condition::bands::{Case, Gap, Proof, gaps, proof};
use crate::definition::{Definition, Scope};
use crate::directory::Directory;
use crate::text::{Lang, Text};

use super::finding::{Finding, named};

/// Every pair of flows that serves one record with the same priority: the number of the flow it is told about (the later
/// one), and what was found. With the organisation, departments below one another count as shared.
pub fn across(flows: &[&Definition], directory: Option<&Directory>) -> Vec<(usize, Finding)> {
    let mut found = Vec::new();
    for (at, second) in flows.iter().enumerate() {
        for first in &flows[..at] {
            let (Some(a), Some(b)) = (&first.scope, &second.scope) else {
                continue;
            };
            let same = first.entity.name == second.entity.name && a.priority == b.priority;
            if !same || !share_departments(a, b, directory) {
                continue;
            }
            found.extend(both_hold(a, b).map(|case| (at, overlap(first, second, b, &case))));
        }
    }
    found
}

fn share_departments(a: &Scope, b: &Scope, directory: Option<&Directory>) -> bool {
    let below = |unit: &str, around: &str| {
        unit == around
            || directory.is_some_and(|directory| directory.upward(unit).contains(&around))
    };
    a.departments.is_empty()
        || b.departments.is_empty()
        || a.departments.iter().any(|one| {
            b.departments
                .iter()
                .any(|other| below(one, other) || below(other, one))
        })
}

/// How both conditions can hold at once.
enum Both {
    Always,
    In(Case),
    /// The conditions cannot be analysed.
    Perhaps,
}

fn both_hold(a: &Scope, b: &Scope) -> Option<Both> {
    let alone = |when: &Expr| match proof(when) {
        Proof::Always => Some(Both::Always),
        Proof::Never => None,
        Proof::Depends { holds, .. } => Some(Both::In(holds)),
        Proof::Unknown => Some(Both::Perhaps),
    };
    match (&a.when, &b.when) {
        (None, None) => Some(Both::Always),
        (Some(when), None) | (None, Some(when)) => alone(when),
        (Some(a), Some(b)) => {
            let mut unknown = false;
            for gap in gaps(&[a, b], true) {
                match gap {
                    Gap::Overlap { example, .. } => return Some(Both::In(example)),
                    Gap::Unknown { .. } => unknown = true,
                    Gap::Uncovered { .. } | Gap::NeverTaken { .. } => {}
                }
            }
            unknown.then_some(Both::Perhaps)
        }
    }
}

fn overlap(first: &Definition, second: &Definition, scope: &Scope, both: &Both) -> Finding {
    let (one, other) = (
        named(&first.name, &first.flow),
        named(&second.name, &second.flow),
    );
    let priority = scope.priority;
    let case = match both {
        Both::Always => Text::new("任何记录", "any record"),
        Both::In(case) => Text::new(case.words(Lang::Zh), case.words(Lang::En)),
        Both::Perhaps => Text::new(
            "某些记录（条件无法分析）",
            "some record (the conditions cannot be analysed)",
        ),
    };
    let make = match both {
        Both::Always | Both::In(_) => Finding::error,
        Both::Perhaps => Finding::warning,
    };
    let at = if scope.when.is_some() || !scope.departments.is_empty() {
        "for"
    } else {
        "priority"
    };
    make(
        "flows-overlap",
        at,
        Text::new(
            format!(
                "{}和{}的优先级都是 {priority}，都适用于：{}。",
                one.zh, other.zh, case.zh
            ),
            format!(
                "{} and {} both have priority {priority} and both serve: {}.",
                one.en, other.en, case.en
            ),
        ),
        Text::new(
            "请给其中一个写不同的 priority:，或改 for: 使两者不重叠。",
            "Give one of them another priority:, or change for: so that they exclude each other.",
        ),
    )
}
