//! Small parts that several views share. Everything shown is there in Chinese and English; the page picks one.

use assent_core::text::Text;
use assent_core::time::Moment;
use serde::Serialize;

/// JSON as it comes from pages and the API.
pub type Json = serde_json::Value;
/// Named JSON values.
pub type JsonMap = serde_json::Map<String, Json>;

/// A point in time, and how it reads in the zone of the flow's calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct When {
    /// UTC milliseconds.
    pub at: Moment,
    /// `2026-03-02 周一 09:00`.
    pub shown: Text,
}

/// A deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Due {
    /// UTC milliseconds.
    pub at: Moment,
    /// `还剩 1 个工作日（周五 16:00）`.
    pub shown: Text,
    /// It has passed.
    pub late: bool,
    /// It is today.
    pub today: bool,
    /// How it was reckoned: "skips the National Day holiday".
    pub because: Vec<Text>,
}

/// Somebody, as pages name them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PersonView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Name of their unit.
    pub unit: Text,
}

/// One field's value as people read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// Field name.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// The value: `1,234,567.00 CNY（123.5 万）`, `70.0 %`, an option's name, a person's name; empty when not filled in.
    pub shown: Text,
    /// `text`, `money`, `number`, `percent`, `date`, `time`, `flag`, `choice`, `person`, `department`, `ref`, `file`, `table`.
    pub kind: &'static str,
    /// One of the first three to five.
    pub first: bool,
    /// The value as the API gives it.
    pub value: Json,
    /// The files it names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FormOption>,
    /// Its rows, when it is a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<FactTable>,
}

/// The rows of a table, as people read them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactTable {
    /// What people call each column, and its kind as in [`Fact::kind`].
    pub columns: Vec<(Text, &'static str)>,
    /// Cells by row, in the order of the columns; empty where nothing is filled in.
    pub rows: Vec<Vec<Text>>,
    /// Each row in one line.
    pub lines: Vec<Text>,
}

/// A field to fill in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FormField {
    /// Field name.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// As in [`Fact::kind`].
    pub kind: &'static str,
    /// Must be filled in.
    pub required: bool,
    /// May be changed now; else it is shown only.
    pub write: bool,
    /// The value now, as the API gives it.
    pub value: Json,
    /// Choices.
    pub options: Vec<FormOption>,
    /// Decimals of numbers, money, percents.
    pub decimals: Option<u32>,
    /// Currency of money.
    pub currency: Option<String>,
    /// Limits, as the API gives numbers.
    pub min: Option<String>,
    /// See `min`.
    pub max: Option<String>,
    /// Most characters.
    pub max_chars: Option<usize>,
    /// Pattern of the whole text.
    pub pattern: Option<String>,
    /// Accepted file extensions.
    pub accept: Vec<String>,
    /// Largest file, MB.
    pub max_mb: Option<u32>,
    /// Columns of a table.
    pub columns: Vec<FormField>,
    /// Entity type a reference points to.
    pub refers_to: Option<String>,
    /// Computed or filled in by the flow: shown, never written.
    pub computed: bool,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FormOption {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Text,
}
