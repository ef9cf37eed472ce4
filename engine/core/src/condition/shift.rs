//! Lengths of time: what they can be added to.

use super::ast::{Arith, Node, SpanUnit, What};
use super::fault::{ConditionFault, Span};
use super::kind::Kind;

type Found = Option<Box<ConditionFault>>;

/// Why a length of time cannot be added; none when it can.
pub(super) fn shift(
    (node, kind): (&Node, &Kind),
    arith: Arith,
    span: Span,
    unit: SpanUnit,
) -> Found {
    if !matches!(arith, Arith::Add | Arith::Subtract) {
        return Some(Box::new(ConditionFault::new(
            "condition-type",
            span,
            "时长只能加或减。",
            "A length of time is only added or subtracted.",
        )));
    }
    let shown = if matches!(node.what, What::Path(_)) {
        node.to_string()
    } else {
        "finished_on".to_owned()
    };
    match kind {
        Kind::Date if unit.days().is_some() || unit.ms().is_none() => None,
        Kind::Time if unit.ms().is_some() => None,
        Kind::Date => Some(Box::new(hours_on_a_date(span, &shown))),
        Kind::Time => Some(Box::new(months_on_a_time(span, &shown))),
        Kind::Flag
        | Kind::Number { .. }
        | Kind::Text
        | Kind::Choice { .. }
        | Kind::Person
        | Kind::Department
        | Kind::Ref { .. }
        | Kind::File
        | Kind::List(_)
        | Kind::Table => Some(Box::new(neither(node, kind))),
    }
}

fn neither(node: &Node, kind: &Kind) -> ConditionFault {
    let words = kind.words();
    ConditionFault::new(
        "condition-type",
        node.span,
        format!("时长只能加在日期或时间上，不是{}。", words.zh),
        format!(
            "A length of time is added to a date or a time, not to {}.",
            words.en
        ),
    )
    .hint(
        "例如 finished_on + 3 days。",
        "For example finished_on + 3 days.",
    )
}

fn hours_on_a_date(span: Span, shown: &str) -> ConditionFault {
    ConditionFault::new(
        "condition-type",
        span,
        "日期不能加小时或分钟。",
        "Hours and minutes are not added to a date.",
    )
    .hint(
        format!("请写天数，例如 {shown} + 3 days。"),
        format!("Use days, like {shown} + 3 days."),
    )
}

fn months_on_a_time(span: Span, shown: &str) -> ConditionFault {
    ConditionFault::new(
        "condition-type",
        span,
        "时间点不能加月或年，它们长短不一。",
        "Months and years are not added to a point in time: they differ in length.",
    )
    .hint(
        format!("请写天数，例如 {shown} + 30 days。"),
        format!("Use days, like {shown} + 30 days."),
    )
}
