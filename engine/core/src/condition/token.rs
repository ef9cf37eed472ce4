//! The words of a condition.

use super::ast::{Arith, Relation};
use super::fault::Span;
use crate::value::Value;

/// A word of a condition and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Bytes of the text.
    pub span: Span,
    /// What it is.
    pub tok: Tok,
}

/// What a word is.
#[derive(Clone, Debug, PartialEq)]
pub enum Tok {
    /// A number, text or date.
    Literal(Value),
    /// A dotted path, or the name of a function or a unit.
    Name(String),
    /// A reserved word.
    Word(Word),
    /// `<`, `==`, …
    Relation(Relation),
    /// `+`, `-`, `*`, `/`.
    Arith(Arith),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `[`
    OpenList,
    /// `]`
    CloseList,
    /// `,`
    Comma,
}

/// The reserved words. A field of such a name is reached as `record.<name>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// `and`
    And,
    /// `or`
    Or,
    /// `not`
    Not,
    /// `in`
    In,
    /// `between`
    Between,
    /// `is`
    Is,
    /// `empty`
    Empty,
    /// `true`
    True,
    /// `false`
    False,
}

impl Word {
    /// All of them.
    pub const ALL: [Word; 9] = [
        Word::And,
        Word::Or,
        Word::Not,
        Word::In,
        Word::Between,
        Word::Is,
        Word::Empty,
        Word::True,
        Word::False,
    ];

    /// How it is written.
    pub fn word(self) -> &'static str {
        match self {
            Word::And => "and",
            Word::Or => "or",
            Word::Not => "not",
            Word::In => "in",
            Word::Between => "between",
            Word::Is => "is",
            Word::Empty => "empty",
            Word::True => "true",
            Word::False => "false",
        }
    }

    /// The reserved word, if it is one.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.word() == text)
    }
}

/// What other languages and Chinese keyboards write, with what is meant: operators, longest first.
pub const FOREIGN_SIGNS: [(&str, &str); 22] = [
    ("===", "=="),
    ("!==", "!="),
    ("<>", "!="),
    ("=<", "<="),
    ("=>", ">="),
    ("&&", "and"),
    ("||", "or"),
    ("≥", ">="),
    ("≧", ">="),
    ("⩾", ">="),
    ("≤", "<="),
    ("≦", "<="),
    ("⩽", "<="),
    ("≠", "!="),
    ("×", "*"),
    ("÷", "/"),
    ("−", "-"),
    ("–", "-"),
    ("&", "and"),
    ("|", "or"),
    ("=", "=="),
    ("!", "not"),
];

/// Chinese words and words of other languages, with what is meant.
pub const FOREIGN_WORDS: [(&str, &str); 38] = [
    ("且", "and"),
    ("并且", "and"),
    ("而且", "and"),
    ("同时", "and"),
    ("和", "and"),
    ("与", "and"),
    ("或", "or"),
    ("或者", "or"),
    ("非", "not"),
    ("不", "not"),
    ("不是", "not"),
    ("大于", ">"),
    ("高于", ">"),
    ("超过", ">"),
    ("小于", "<"),
    ("低于", "<"),
    ("大于等于", ">="),
    ("不小于", ">="),
    ("不低于", ">="),
    ("小于等于", "<="),
    ("不大于", "<="),
    ("不超过", "<="),
    ("等于", "=="),
    ("不等于", "!="),
    ("属于", "in"),
    ("不属于", "not in"),
    ("介于", "between"),
    ("为空", "is empty"),
    ("不为空", "is not empty"),
    ("是", "true"),
    ("否", "false"),
    ("真", "true"),
    ("假", "false"),
    ("天", "days"),
    ("小时", "hours"),
    ("分钟", "minutes"),
    ("个月", "months"),
    ("年", "years"),
];
