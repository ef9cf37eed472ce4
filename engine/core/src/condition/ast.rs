//! The tree of a condition, with the place of every part.

use rust_decimal::Decimal;

use super::fault::Span;
use super::function::Function;
use crate::value::Value;

/// A parsed condition that nobody has checked yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Ast {
    /// The text it was made from.
    pub text: String,
    /// The outermost part.
    pub root: Node,
}

/// A part of a condition. Two nodes are equal when they mean the same, wherever they stand.
#[derive(Clone, Debug)]
pub struct Node {
    /// Bytes of the text.
    pub span: Span,
    /// What it is.
    pub what: What,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.what == other.what
    }
}

/// What a part of a condition is.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A number, text, date, true or false.
    Literal(Value),
    /// A dotted path to a value.
    Path(String),
    /// `not x`.
    Not(Box<Node>),
    /// `-x`.
    Minus(Box<Node>),
    /// `a and b and c`: kept flat, so that a long list is not a deep tree.
    All(Vec<Node>),
    /// `a or b or c`.
    Any(Vec<Node>),
    /// `a < b`.
    Compare(Box<Node>, Relation, Box<Node>),
    /// `a in [b, c]`, `a in list`, `a not in …`.
    In {
        /// What is looked for.
        item: Box<Node>,
        /// A [`What::List`] or the path of a list.
        list: Box<Node>,
        /// `not in`.
        negated: bool,
    },
    /// `a between low and high`, both included.
    Between {
        /// What is compared.
        item: Box<Node>,
        /// The least that counts.
        low: Box<Node>,
        /// The greatest that counts.
        high: Box<Node>,
        /// `not between`.
        negated: bool,
    },
    /// `path is empty`, `path is not empty`.
    Empty {
        /// What is looked at.
        item: Box<Node>,
        /// `is not empty`.
        negated: bool,
    },
    /// `a + b`.
    Sum(Box<Node>, Arith, Box<Node>),
    /// `3 days`: only right of `+` or `-`.
    Span(Box<Node>, SpanUnit),
    /// `[a, b]`: only right of `in`.
    List(Vec<Node>),
    /// `round(x, 2)`.
    Call(Function, Vec<Node>),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

impl Relation {
    /// The sign in the language.
    pub fn sign(self) -> &'static str {
        match self {
            Relation::Less => "<",
            Relation::LessOrEqual => "<=",
            Relation::Greater => ">",
            Relation::GreaterOrEqual => ">=",
            Relation::Equal => "==",
            Relation::NotEqual => "!=",
        }
    }

    /// True for `==` and `!=`, which need no order.
    pub fn is_equality(self) -> bool {
        matches!(self, Relation::Equal | Relation::NotEqual)
    }

    /// Does it hold for two values in this order?
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Relation::Less => order.is_lt(),
            Relation::LessOrEqual => order.is_le(),
            Relation::Greater => order.is_gt(),
            Relation::GreaterOrEqual => order.is_ge(),
            Relation::Equal => order.is_eq(),
            Relation::NotEqual => order.is_ne(),
        }
    }
}

/// Arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arith {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl Arith {
    /// The sign in the language.
    pub fn sign(self) -> &'static str {
        match self {
            Arith::Add => "+",
            Arith::Subtract => "-",
            Arith::Multiply => "*",
            Arith::Divide => "/",
        }
    }
}

/// Clock and calendar units of a span of time; working time belongs to deadlines, not to conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanUnit {
    /// 60 000 ms.
    Minutes,
    /// 3 600 000 ms.
    Hours,
    /// A day of a date; 24 hours of a time.
    Days,
    /// Seven days.
    Weeks,
    /// Calendar months of a date; the 31st becomes the month's last day.
    Months,
    /// Twelve months.
    Years,
}

impl SpanUnit {
    /// All words for units, with the one that is written.
    pub const WORDS: [(&'static str, SpanUnit); 12] = [
        ("minutes", SpanUnit::Minutes),
        ("minute", SpanUnit::Minutes),
        ("hours", SpanUnit::Hours),
        ("hour", SpanUnit::Hours),
        ("days", SpanUnit::Days),
        ("day", SpanUnit::Days),
        ("weeks", SpanUnit::Weeks),
        ("week", SpanUnit::Weeks),
        ("months", SpanUnit::Months),
        ("month", SpanUnit::Months),
        ("years", SpanUnit::Years),
        ("year", SpanUnit::Years),
    ];

    /// The unit a word names.
    pub fn of(word: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, unit)| *unit)
    }

    /// The word, in the plural.
    pub fn word(self) -> &'static str {
        match self {
            SpanUnit::Minutes => "minutes",
            SpanUnit::Hours => "hours",
            SpanUnit::Days => "days",
            SpanUnit::Weeks => "weeks",
            SpanUnit::Months => "months",
            SpanUnit::Years => "years",
        }
    }

    /// Milliseconds of a clock unit; none for months and years, whose length depends on the date.
    pub fn ms(self) -> Option<i64> {
        match self {
            SpanUnit::Minutes => Some(60_000),
            SpanUnit::Hours => Some(3_600_000),
            SpanUnit::Days => Some(86_400_000),
            SpanUnit::Weeks => Some(7 * 86_400_000),
            SpanUnit::Months | SpanUnit::Years => None,
        }
    }

    /// Whole days of the unit; none where it is shorter than a day or its length depends on the date.
    pub fn days(self) -> Option<i64> {
        match self {
            SpanUnit::Days => Some(1),
            SpanUnit::Weeks => Some(7),
            SpanUnit::Minutes | SpanUnit::Hours | SpanUnit::Months | SpanUnit::Years => None,
        }
    }
}

impl Node {
    /// A node at a place.
    pub fn new(span: Span, what: What) -> Self {
        Self { span, what }
    }

    /// The number, when it is a literal one (with its minus).
    pub fn literal_number(&self) -> Option<Decimal> {
        match &self.what {
            What::Literal(Value::Number(number)) => Some(*number),
            What::Minus(inner) => inner.literal_number().map(|number| -number),
            What::Literal(_)
            | What::Path(_)
            | What::Not(_)
            | What::All(_)
            | What::Any(_)
            | What::Compare(..)
            | What::In { .. }
            | What::Between { .. }
            | What::Empty { .. }
            | What::Sum(..)
            | What::Span(..)
            | What::List(_)
            | What::Call(..) => None,
        }
    }

    /// The parts it is made of, in the order they are written.
    pub fn parts(&self) -> Vec<&Node> {
        match &self.what {
            What::Literal(_) | What::Path(_) => vec![],
            What::Not(inner) | What::Minus(inner) | What::Span(inner, _) => vec![inner],
            What::Empty { item, .. } => vec![item],
            What::All(parts) | What::Any(parts) | What::List(parts) | What::Call(_, parts) => {
                parts.iter().collect()
            }
            What::Compare(left, _, right) | What::Sum(left, _, right) => vec![left, right],
            What::In { item, list, .. } => vec![item, list],
            What::Between {
                item, low, high, ..
            } => vec![item, low, high],
        }
    }
}
