//! The types of the language, and who knows the type of a name.

use crate::field::{Bounds, FieldKind};
use crate::text::Text;
use crate::value::Value;

/// The type of a value in a condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// True or false.
    Flag,
    /// A number.
    Number {
        /// Decimals its values have at most, where that is declared; results of arithmetic have none.
        decimals: Option<u32>,
        /// ISO 4217 currency of an amount of money; amounts of different currencies never meet.
        currency: Option<String>,
    },
    /// A text.
    Text,
    /// One of some options, by id.
    Choice {
        /// Id and name.
        options: Vec<(String, Text)>,
    },
    /// A day.
    Date,
    /// A point in time.
    Time,
    /// A person, by id.
    Person,
    /// A unit of the organisation, by id.
    Department,
    /// A record of that entity type, by id.
    Ref {
        /// The entity type.
        to: String,
    },
    /// One file, by id.
    File,
    /// Several of the same: files, the cells of a table's column.
    List(Box<Kind>),
    /// Rows with columns.
    Table,
}

impl Kind {
    /// A number without currency.
    pub const NUMBER: Kind = Kind::Number {
        decimals: None,
        currency: None,
    };

    /// The type of a field's values.
    pub fn of(field: &FieldKind) -> Self {
        match field {
            FieldKind::Text => Kind::Text,
            FieldKind::Money { currency, decimals } => Kind::Number {
                decimals: Some(*decimals),
                currency: Some(currency.clone()),
            },
            FieldKind::Number { decimals } | FieldKind::Percent { decimals } => Kind::Number {
                decimals: Some(*decimals),
                currency: None,
            },
            FieldKind::Date => Kind::Date,
            FieldKind::Time => Kind::Time,
            FieldKind::Flag => Kind::Flag,
            FieldKind::Choice { options } => Kind::Choice {
                options: options.clone(),
            },
            FieldKind::Person => Kind::Person,
            FieldKind::Department => Kind::Department,
            FieldKind::Ref { to } => Kind::Ref { to: to.clone() },
            FieldKind::File { .. } => Kind::List(Box::new(Kind::File)),
            FieldKind::Table { .. } => Kind::Table,
        }
    }

    /// The type of a constant; none for what is not filled in.
    pub fn of_value(value: &Value) -> Option<Self> {
        match value {
            Value::Empty => None,
            Value::Flag(_) => Some(Kind::Flag),
            Value::Number(_) => Some(Kind::NUMBER),
            Value::Text(_) => Some(Kind::Text),
            Value::Date(_) => Some(Kind::Date),
            Value::Time(_) => Some(Kind::Time),
            Value::List(list) => list
                .first()
                .and_then(Kind::of_value)
                .map(|kind| Kind::List(Box::new(kind))),
            Value::Map(_) => Some(Kind::Table),
        }
    }

    /// What people call it.
    pub fn words(&self) -> Text {
        match self {
            Kind::Flag => Text::new("是/否", "yes or no"),
            Kind::Number { currency, .. } => match currency {
                Some(currency) => {
                    Text::new(format!("{currency} 金额"), format!("{currency} money"))
                }
                None => Text::new("数", "a number"),
            },
            Kind::Text => Text::new("文字", "a text"),
            Kind::Choice { .. } => Text::new("选项", "a choice"),
            Kind::Date => Text::new("日期", "a date"),
            Kind::Time => Text::new("时间点", "a point in time"),
            Kind::Person => Text::new("人员", "a person"),
            Kind::Department => Text::new("部门", "a department"),
            Kind::Ref { .. } => Text::new("关联记录", "a record"),
            Kind::File => Text::new("文件", "a file"),
            Kind::List(_) => Text::new("列表", "a list"),
            Kind::Table => Text::new("明细表", "a table"),
        }
    }

    /// Held as a text: compared by `==`, without order.
    pub fn is_textual(&self) -> bool {
        match self {
            Kind::Text
            | Kind::Choice { .. }
            | Kind::Person
            | Kind::Department
            | Kind::Ref { .. }
            | Kind::File => true,
            Kind::Flag
            | Kind::Number { .. }
            | Kind::Date
            | Kind::Time
            | Kind::List(_)
            | Kind::Table => false,
        }
    }
}

/// Who knows the names a condition may use.
pub trait Names {
    /// The type of the value at a path (`amount`, `tables.load.pass`, `vehicle.plate`); none when there is no such path.
    fn kind(&self, path: &str) -> Option<Kind>;

    /// Every path, for "did you mean" and completion.
    fn known(&self) -> Vec<String>;

    /// What people call the value.
    fn label(&self, _path: &str) -> Option<Text> {
        None
    }

    /// The value of a constant (`tables.…`), for proofs; none for what differs from record to record.
    fn constant(&self, _path: &str) -> Option<Value> {
        None
    }

    /// The limits of a field, for proofs.
    fn bounds(&self, _path: &str) -> Option<Bounds> {
        None
    }

    /// The path people call by these words (`金额` → `amount`).
    fn labelled(&self, words: &str) -> Option<String> {
        self.known().into_iter().find(|path| {
            self.label(path)
                .is_some_and(|label| label.zh == words || label.en == words)
        })
    }
}
