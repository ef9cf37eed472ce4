//! Working time as China keeps it, and durations in words.

/// A length of time in words: `2 workdays`, `4 work hours`, `36 hours`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Term {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: TermUnit,
}

/// Working time and clock time are different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermUnit {
    /// Same clock time on the n-th working day after.
    Workdays,
    /// Hours while the office is open.
    WorkHours,
    /// Minutes while the office is open.
    WorkMinutes,
    /// 24 hours each.
    Days,
    /// Clock hours.
    Hours,
    /// Clock minutes.
    Minutes,
}
