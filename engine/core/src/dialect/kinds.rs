//! Types of fields: what people call them, and which value may go where.

use crate::field::FieldKind;
use crate::text::Text;

/// What people call a type.
pub fn words(kind: &FieldKind) -> Text {
    match kind {
        FieldKind::Text => Text::new("文字", "a text"),
        FieldKind::Money { currency, .. } => Text::new(
            format!("{currency} 金额"),
            format!("an amount in {currency}"),
        ),
        FieldKind::Number { .. } => Text::new("数字", "a number"),
        FieldKind::Percent { .. } => Text::new("百分比", "a percentage"),
        FieldKind::Date => Text::new("日期", "a date"),
        FieldKind::Time => Text::new("时间", "a point in time"),
        FieldKind::Flag => Text::new("是否", "yes or no"),
        FieldKind::Choice { .. } => Text::new("选项", "a choice"),
        FieldKind::Person => Text::new("人员", "a person"),
        FieldKind::Department => Text::new("部门", "a department"),
        FieldKind::Ref { to } => {
            Text::new(format!("对 {to} 的引用"), format!("a reference to {to}"))
        }
        FieldKind::File { .. } => Text::new("附件", "files"),
        FieldKind::Table { .. } => Text::new("子表", "a table"),
    }
}

/// True when a value of one type may be stored as another without being changed. Amounts of two currencies never mix;
/// any single word may become a text.
pub fn fits(from: &FieldKind, to: &FieldKind) -> bool {
    match (from, to) {
        (FieldKind::Money { currency: a, .. }, FieldKind::Money { currency: b, .. }) => a == b,
        (
            FieldKind::Money { .. } | FieldKind::Number { .. } | FieldKind::Percent { .. },
            FieldKind::Money { .. } | FieldKind::Number { .. } | FieldKind::Percent { .. },
        )
        | (
            FieldKind::Text
            | FieldKind::Choice { .. }
            | FieldKind::Person
            | FieldKind::Department
            | FieldKind::Ref { .. },
            FieldKind::Text,
        )
        | (FieldKind::File { .. }, FieldKind::File { .. })
        | (FieldKind::Table { .. }, FieldKind::Table { .. })
        | (FieldKind::Date, FieldKind::Date)
        | (FieldKind::Time, FieldKind::Time)
        | (FieldKind::Flag, FieldKind::Flag)
        | (FieldKind::Person, FieldKind::Person)
        | (FieldKind::Department, FieldKind::Department)
        // A text may name an option; whether it does is known only when it arrives.
        | (FieldKind::Text, FieldKind::Choice { .. }) => true,
        (FieldKind::Choice { options: a }, FieldKind::Choice { options: b }) => a
            .iter()
            .all(|(id, _)| b.iter().any(|(other, _)| id == other)),
        (FieldKind::Ref { to: a }, FieldKind::Ref { to: b }) => a == b,
        (
            FieldKind::Text
            | FieldKind::Money { .. }
            | FieldKind::Number { .. }
            | FieldKind::Percent { .. }
            | FieldKind::Date
            | FieldKind::Time
            | FieldKind::Flag
            | FieldKind::Choice { .. }
            | FieldKind::Person
            | FieldKind::Department
            | FieldKind::Ref { .. }
            | FieldKind::File { .. }
            | FieldKind::Table { .. },
            _,
        ) => false,
    }
}
