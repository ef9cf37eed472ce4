//! Fields, records and entity types: what modules and forms declare.

use rust_decimal::Decimal;

use crate::condition::Expr;
use crate::text::Text;

/// A kind of record: declared by a module, or by a flow's own `form:` (then its name is the flow's id).
#[derive(Clone, Debug)]
pub struct EntityType {
    /// ASCII name, also the name of its table.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// Its fields in the order they are shown.
    pub fields: Vec<Field>,
    /// The field that names a record to people (a number, a name).
    pub title_field: Option<String>,
}

impl EntityType {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// What people call the field of that name; the name itself where there is none.
    pub fn label_of(&self, name: &str) -> Text {
        let field = self.field(name);
        field.map_or_else(|| Text::same(name), |field| field.label.clone())
    }
}

/// What [`Field::filled_by`] says of a field that the module's hooks fill in. Declared `required`, it is always there once
/// the draft is submitted: the module refuses what it cannot compute it from.
pub const FILLED_BY_MODULE: &str = "module";

/// What [`Field::filled_by`] says of a module's field that only rules and effects of flows fill in.
pub const FILLED_BY_FLOW: &str = "flow";

/// One typed field of a form or an entity type.
#[derive(Clone, Debug)]
pub struct Field {
    /// ASCII name, used in conditions.
    pub name: String,
    /// What people see.
    pub label: Text,
    /// What it can hold.
    pub kind: FieldKind,
    /// Must be filled in before submitting.
    pub required: bool,
    /// One of the three to five facts on an approver's first screen and in the mail.
    pub show_first: bool,
    /// Limits.
    pub bounds: Bounds,
    /// A computed field: the expression (`is:`); people cannot write it.
    pub computed: Option<Expr>,
    /// Filled in by this state (`from:`), or by the module's hooks ([`FILLED_BY_MODULE`]); people cannot write it.
    pub filled_by: Option<String>,
    /// For an `ask:` field: which decision needs it (`required_to:`).
    pub required_to: Option<RequiredTo>,
}

/// Which answer needs an `ask:` field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequiredTo {
    /// Needed to approve.
    Approve,
    /// Needed to reject.
    Reject,
}

/// What a field can hold.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldKind {
    /// A line or more of text.
    Text,
    /// An amount in a currency (ISO 4217), with that many decimals (2 unless declared).
    Money {
        /// ISO 4217 code.
        currency: String,
        /// Digits after the point.
        decimals: u32,
    },
    /// A number with that many decimals.
    Number {
        /// Digits after the point.
        decimals: u32,
    },
    /// A share: 0.85 is 85 %; `decimals` counts those of the share (4: 0.8512).
    Percent {
        /// Digits after the point.
        decimals: u32,
    },
    /// A day.
    Date,
    /// A point in time.
    Time,
    /// Yes or no.
    Flag,
    /// One of some options: id and name, in order.
    Choice {
        /// Id and name of each, in order.
        options: Vec<(String, Text)>,
    },
    /// A person of the directory.
    Person,
    /// A department of the directory.
    Department,
    /// A record of another entity type.
    Ref {
        /// Where, or to whom.
        to: String,
    },
    /// Files: accepted extensions (empty: any allowed type), the largest size in MB.
    File {
        /// Accepted extensions; empty: any allowed type.
        accept: Vec<String>,
        /// Largest size of one file in MB.
        max_mb: u32,
    },
    /// Rows with columns of their own.
    Table {
        /// What each row holds.
        columns: Vec<Field>,
    },
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.kind == other.kind
    }
}

/// Limits of a field; all inclusive but `more_than` and `less_than`.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// Smallest number.
    pub min: Option<Decimal>,
    /// Largest number.
    pub max: Option<Decimal>,
    /// The number must be larger than this.
    pub more_than: Option<Decimal>,
    /// The number must be smaller than this.
    pub less_than: Option<Decimal>,
    /// Most characters of a text (default 4 000).
    pub max_chars: Option<usize>,
    /// A regular expression the whole text must match.
    pub pattern: Option<String>,
}
