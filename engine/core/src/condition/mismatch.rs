//! Values that do not go together: the sentence, the hint and the repair.

use rust_decimal::Decimal;

use super::ast::{Arith, Node, Relation};
use super::check::literal_text;
use super::fault::{ConditionFault, Span, nearest};
use super::kind::Kind;
use crate::text::Text;

type Found = Option<Box<ConditionFault>>;

/// Why two values cannot be compared; none when they can.
pub(super) fn comparable(
    (left, left_kind): (&Node, &Kind),
    relation: Relation,
    (right, right_kind): (&Node, &Kind),
) -> Found {
    let span = (left.span.0, right.span.1);
    match (left_kind, right_kind) {
        (
            Kind::Number {
                currency: Some(one),
                ..
            },
            Kind::Number {
                currency: Some(other),
                ..
            },
        ) if one != other => Some(Box::new(
            ConditionFault::new(
                "condition-currency",
                span,
                format!("不能拿 {one} 金额和 {other} 金额比较。"),
                format!("{one} money is not compared with {other} money."),
            )
            .hint(
                "请先用汇率字段换算成同一币种。",
                "Convert with a rate field into one currency first.",
            ),
        )),
        (Kind::Number { .. }, Kind::Number { .. })
        | (Kind::Date, Kind::Date)
        | (Kind::Time, Kind::Time) => None,
        (Kind::Flag, Kind::Flag) if relation.is_equality() => None,
        (one, other) if one.is_textual() && other.is_textual() => {
            textual((left, one), relation, (right, other))
        }
        (Kind::Date, Kind::Time) | (Kind::Time, Kind::Date) => {
            Some(Box::new(type_fault(span, left_kind, right_kind).hint(
                "日期和时间点不能直接比较；请用两个日期字段，或两个时间字段。",
                "A date is not compared with a point in time; use two dates or two times.",
            )))
        }
        (_, _) => Some(Box::new(repair(
            (left, left_kind),
            relation,
            (right, right_kind),
            type_fault(span, left_kind, right_kind),
        ))),
    }
}

fn type_fault(span: Span, left: &Kind, right: &Kind) -> ConditionFault {
    let (left, right) = (left.words(), right.words());
    ConditionFault::new(
        "condition-type",
        span,
        format!("不能拿{}和{}比较。", left.zh, right.zh),
        format!("{} is not compared with {}.", capital(&left.en), right.en),
    )
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + chars.as_str()
    })
}

/// Adds the repair where one side is a literal of the wrong type.
fn repair(
    left: (&Node, &Kind),
    relation: Relation,
    right: (&Node, &Kind),
    fault: ConditionFault,
) -> ConditionFault {
    for ((node, _), (_, wanted)) in [(left, right), (right, left)] {
        if let Some(text) = literal_text(node) {
            let meant = match wanted {
                Kind::Number { .. } => text
                    .replace(',', "")
                    .parse::<Decimal>()
                    .ok()
                    .map(|number| number.to_string()),
                Kind::Date => text
                    .parse::<jiff::civil::Date>()
                    .ok()
                    .map(|date| date.to_string()),
                Kind::Flag => matches!(text, "true" | "false").then(|| text.to_owned()),
                Kind::Text
                | Kind::Choice { .. }
                | Kind::Time
                | Kind::Person
                | Kind::Department
                | Kind::Ref { .. }
                | Kind::File
                | Kind::List(_)
                | Kind::Table => None,
            };
            if let Some(meant) = meant {
                return fault
                    .hint(
                        format!("数和日期不加引号：{meant}。"),
                        format!("Numbers and dates stand without quotes: {meant}."),
                    )
                    .fix_at(node.span, meant);
            }
        }
        if let (Some(number), Kind::Text) = (node.literal_number(), wanted) {
            if !relation.is_equality() {
                return fault.hint(
                    "文字没有大小，只能用 == 或 != 比较；要比大小，请把字段的类型改为数字。",
                    "Texts have no order, only == and !=; to compare sizes, make the field a number.",
                );
            }
            let meant = super::print::quote(&number.to_string());
            return fault
                .hint(
                    format!("和文字比较时要加引号：{meant}。"),
                    format!("What is compared with a text stands in quotes: {meant}."),
                )
                .fix_at(node.span, meant);
        }
    }
    fault.hint(
        "比较的两边必须是同一类的值。",
        "Both sides of a comparison are of the same kind.",
    )
}

fn textual(
    (left, left_kind): (&Node, &Kind),
    relation: Relation,
    (right, right_kind): (&Node, &Kind),
) -> Found {
    let span = (left.span.0, right.span.1);
    if !relation.is_equality() {
        return Some(Box::new(
            ConditionFault::new(
                "condition-type",
                span,
                format!("文字没有大小，不能用 {} 比较。", relation.sign()),
                format!("Texts have no order: {} does not apply.", relation.sign()),
            )
            .hint(
                "文字只能用 ==、!= 或 in；数不要加引号。",
                "Texts are compared with ==, != or in; numbers stand without quotes.",
            ),
        ));
    }
    option((left, left_kind), right)
        .or_else(|| option((right, right_kind), left))
        .or_else(|| {
            let alike = left_kind == right_kind
                || *left_kind == Kind::Text
                || *right_kind == Kind::Text
                || matches!(
                    (left_kind, right_kind),
                    (Kind::Choice { .. }, Kind::Choice { .. })
                );
            (!alike).then(|| {
                Box::new(type_fault(span, left_kind, right_kind).hint(
                    "比较的两边必须是同一类的值。",
                    "Both sides of a comparison are of the same kind.",
                ))
            })
        })
}

/// A text that is none of the options it is compared with.
fn option((_, kind): (&Node, &Kind), written: &Node) -> Found {
    let Kind::Choice { options } = kind else {
        return None;
    };
    let text = literal_text(written)?;
    if options.iter().any(|(id, _)| id == text) {
        return None;
    }
    let ids: Vec<&str> = options.iter().map(|(id, _)| id.as_str()).collect();
    let fault = ConditionFault::new(
        "condition-unknown-option",
        written.span,
        format!("没有选项 \"{text}\"。"),
        format!("There is no option \"{text}\"."),
    );
    let by_name = options
        .iter()
        .find(|(_, name)| name.zh == text || name.en.eq_ignore_ascii_case(text))
        .map(|(id, _)| id.as_str());
    let near = by_name.or_else(|| nearest(text, ids.iter().copied()));
    Some(Box::new(match near {
        Some(near) => fault
            .hint(
                format!("您是不是想写 \"{near}\"？可用的选项：{}。", ids.join("、")),
                format!("Did you mean \"{near}\"? Options: {}.", ids.join(", ")),
            )
            .fix(super::print::quote(near)),
        None => fault.hint(
            format!("可用的选项：{}。", ids.join("、")),
            format!("Options: {}.", ids.join(", ")),
        ),
    }))
}

/// `and`, `or` and `not` join conditions, not values.
pub(super) fn not_a_condition(node: &Node, kind: &Kind) -> ConditionFault {
    let words = kind.words();
    let shown = node.to_string();
    ConditionFault::new(
        "condition-type",
        node.span,
        format!("这里要一个条件，`{shown}` 是{}。", words.zh),
        format!("A condition is due here; `{shown}` is {}.", words.en),
    )
    .hint(
        "请写出比较，例如 amount > 5000；or 的两边都要写完整。",
        "Write a comparison, like amount > 5000; both sides of or are written in full.",
    )
}

/// Arithmetic is for numbers.
pub(super) fn not_a_number(node: &Node, kind: &Kind) -> ConditionFault {
    let words = kind.words();
    let fault = ConditionFault::new(
        "condition-type",
        node.span,
        format!("这里要一个数，不是{}。", words.zh),
        format!("A number is due here, not {}.", words.en),
    );
    match literal_text(node).and_then(|text| text.parse::<Decimal>().ok()) {
        Some(number) => fault.fix(number.to_string()),
        None => fault.hint("请用数字字段。", "Use a field of numbers."),
    }
}

/// `in` looks into lists.
pub(super) fn not_a_list(span: Span, kind: &Kind) -> ConditionFault {
    let words = kind.words();
    ConditionFault::new(
        "condition-type",
        span,
        format!("in 后面要写列表，不是{}。", words.zh),
        format!("After in stands a list, not {}.", words.en),
    )
    .hint(
        "例如 bearer in [\"us\", \"customer\"]；只有一个值时用 ==。",
        "For example bearer in [\"us\", \"customer\"]; use == for a single value.",
    )
}

/// Why two values cannot be added, multiplied …; none when both are numbers.
pub(super) fn arithmetic(
    (left, left_kind): (&Node, &Kind),
    (right, right_kind): (&Node, &Kind),
) -> Found {
    for (node, kind, other) in [(left, left_kind, right), (right, right_kind, left)] {
        if matches!(kind, Kind::Number { .. }) {
            continue;
        }
        let fault = not_a_number(node, kind);
        let fault = match kind {
            Kind::Date | Kind::Time => {
                let shown = other.literal_number().unwrap_or(Decimal::from(3));
                let mut fault = fault;
                fault.hint = Some(Text::new(
                    format!("给日期加时长要写单位，例如 finished_on + {shown} days。"),
                    format!("A length of time has a unit: finished_on + {shown} days."),
                ));
                fault
            }
            Kind::Flag
            | Kind::Number { .. }
            | Kind::Text
            | Kind::Choice { .. }
            | Kind::Person
            | Kind::Department
            | Kind::Ref { .. }
            | Kind::File
            | Kind::List(_)
            | Kind::Table => fault,
        };
        return Some(Box::new(fault));
    }
    None
}

/// The currency of a result.
pub(super) fn currency_of(arith: Arith, left: &Kind, right: &Kind) -> Result<Option<String>, Text> {
    let currency = |kind: &Kind| match kind {
        Kind::Number { currency, .. } => currency.clone(),
        Kind::Flag
        | Kind::Text
        | Kind::Choice { .. }
        | Kind::Date
        | Kind::Time
        | Kind::Person
        | Kind::Department
        | Kind::Ref { .. }
        | Kind::File
        | Kind::List(_)
        | Kind::Table => None,
    };
    match (currency(left), arith, currency(right)) {
        (Some(one), Arith::Add | Arith::Subtract | Arith::Divide, Some(other)) if one != other => {
            Err(Text::new(
                format!("{one} 金额和 {other} 金额不能放在一起计算。"),
                format!("{one} and {other} money are not calculated together."),
            ))
        }
        (Some(_), Arith::Multiply, Some(_)) => Err(Text::new(
            "金额乘以金额没有意义。",
            "Money times money has no meaning.",
        )),
        (_, Arith::Divide, Some(_)) => Ok(None),
        (one, _, other) => Ok(one.or(other)),
    }
}
