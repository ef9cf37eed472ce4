//! What is wrong with a value, said with the field's label, in Chinese and in English.

use crate::field::Field;
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;

/// One fault of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// The field, with row and column for tables (`lines.0.amount`, rows from 0).
    pub field: String,
    /// Stable code in snake_case (`field_required`).
    pub code: &'static str,
    /// The field's label, with the row for tables.
    pub label: Text,
    /// One sentence: what is wrong and what to do.
    pub message: Text,
}

impl From<FieldFault> for Refusal {
    fn from(fault: FieldFault) -> Self {
        Refusal::new(
            RefusalKind::Input,
            fault.code,
            fault.message.zh,
            fault.message.en,
        )
        .about(&fault.field)
    }
}

/// Where a value stands: the field, and the row it is in.
#[derive(Clone, Debug)]
pub(super) struct At {
    path: String,
    label: Text,
}

impl At {
    /// A field of the record.
    pub(super) fn field(field: &Field) -> Self {
        Self {
            path: field.name.clone(),
            label: field.label.clone(),
        }
    }

    /// A column of a row (from 0; people count from 1).
    pub(super) fn cell(&self, row: usize, column: &Field) -> Self {
        let number = row + 1;
        Self {
            path: format!("{}.{row}.{}", self.path, column.name),
            label: Text::new(
                format!("{} 第 {number} 行 {}", self.label.zh, column.label.zh),
                format!("{} row {number} {}", self.label.en, column.label.en),
            ),
        }
    }

    /// A row.
    pub(super) fn row(&self, row: usize) -> Self {
        let number = row + 1;
        Self {
            path: format!("{}.{row}", self.path),
            label: Text::new(
                format!("{} 第 {number} 行", self.label.zh),
                format!("{} row {number}", self.label.en),
            ),
        }
    }

    /// A fault here. The words follow the label: `“金额”` + `不能小于 0。`.
    pub(super) fn fault(
        &self,
        code: &'static str,
        zh: impl AsRef<str>,
        en: impl AsRef<str>,
    ) -> FieldFault {
        FieldFault {
            field: self.path.clone(),
            code,
            label: self.label.clone(),
            message: Text::new(
                format!("“{}”{}", self.label.zh, zh.as_ref()),
                format!("“{}” {}", self.label.en, en.as_ref()),
            ),
        }
    }
}

/// A name that is no field.
pub(super) fn unknown(name: &str, fields: &[Field], within: Option<&At>) -> FieldFault {
    let near = crate::condition::nearest(name, fields.iter().map(|field| field.name.as_str()));
    let path = within.map_or_else(|| name.to_owned(), |at| format!("{}.{name}", at.path));
    let (zh, en) = match near {
        Some(near) => (
            format!("没有字段 {name}，您是不是想写 {near}？"),
            format!("There is no field {name}; did you mean {near}?"),
        ),
        None => (
            format!("没有字段 {name}，请删除它。"),
            format!("There is no field {name}; leave it out."),
        ),
    };
    FieldFault {
        label: Text::same(name),
        field: path,
        code: "field_unknown",
        message: Text::new(zh, en),
    }
}

/// A required field that is not filled in.
pub(super) fn required(at: &At) -> FieldFault {
    FieldFault {
        field: at.path.clone(),
        code: "field_required",
        label: at.label.clone(),
        message: Text::new(
            format!("请填写“{}”。", at.label.zh),
            format!("Fill in “{}”.", at.label.en),
        ),
    }
}
