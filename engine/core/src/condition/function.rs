//! The fixed list of functions.

/// A function of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `min(a, b, …)`: the least of numbers, dates or times.
    Min,
    /// `max(a, b, …)`: the greatest.
    Max,
    /// `abs(x)`: without its sign.
    Abs,
    /// `round(x, n)`: commercially to n decimals (a half goes away from zero); `round(x)` to whole numbers.
    Round,
    /// `floor(x)`: down to a whole number.
    Floor,
    /// `ceil(x)`: up to a whole number.
    Ceil,
    /// `count(list)`: how many files, rows or people; none is 0.
    Count,
    /// `sum(table.column)`: of a column's numbers; no rows make 0.
    Sum,
    /// `length(text)`: characters.
    Length,
}

impl Function {
    /// All of them.
    pub const ALL: [Function; 9] = [
        Function::Min,
        Function::Max,
        Function::Abs,
        Function::Round,
        Function::Floor,
        Function::Ceil,
        Function::Count,
        Function::Sum,
        Function::Length,
    ];

    /// The name in the language.
    pub fn name(self) -> &'static str {
        match self {
            Function::Min => "min",
            Function::Max => "max",
            Function::Abs => "abs",
            Function::Round => "round",
            Function::Floor => "floor",
            Function::Ceil => "ceil",
            Function::Count => "count",
            Function::Sum => "sum",
            Function::Length => "length",
        }
    }

    /// How it is written, for hints and completion.
    pub fn usage(self) -> &'static str {
        match self {
            Function::Min => "min(a, b)",
            Function::Max => "max(a, b)",
            Function::Abs => "abs(x)",
            Function::Round => "round(x, 2)",
            Function::Floor => "floor(x)",
            Function::Ceil => "ceil(x)",
            Function::Count => "count(files)",
            Function::Sum => "sum(table.column)",
            Function::Length => "length(text)",
        }
    }

    /// The least and the greatest number of arguments.
    pub fn arity(self) -> (usize, usize) {
        match self {
            Function::Min | Function::Max => (2, 20),
            Function::Round => (1, 2),
            Function::Abs
            | Function::Floor
            | Function::Ceil
            | Function::Count
            | Function::Sum
            | Function::Length => (1, 1),
        }
    }

    /// The function of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}
