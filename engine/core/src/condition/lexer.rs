//! Text to words. What a Chinese keyboard or another language's habit produced is understood, reported and repaired:
//! reading goes on as if it had been written right, so that all faults of a condition come at once.

use winnow::Parser;
use winnow::combinator::{alt, repeat};
use winnow::error::EmptyError;
use winnow::stream::{LocatingSlice, Location, Stateful};
use winnow::token::{any, one_of, take_while};

use super::ast::{Arith, Relation, SpanUnit};
use super::fault::{ConditionFault, Span};
use super::literal::{date, number, quoted};
use super::token::{FOREIGN_SIGNS, FOREIGN_WORDS, Tok, Token, Word};

pub(super) type Input<'s> = Stateful<LocatingSlice<&'s str>, Faults<'s>>;
pub(super) type Parsed<T> = Result<T, EmptyError>;

/// What the lexer knows besides the rest of the text.
#[derive(Debug)]
pub(super) struct Faults<'s> {
    pub(super) text: &'s str,
    pub(super) found: Vec<ConditionFault>,
}

/// All words of a text, and what is wrong with them.
pub(super) fn words(text: &str) -> (Vec<Token>, Vec<ConditionFault>) {
    let mut input = Stateful {
        input: LocatingSlice::new(text),
        state: Faults {
            text,
            found: vec![],
        },
    };
    let tokens: Parsed<Vec<Token>> = repeat(0.., word)
        .fold(Vec::new, |mut all, mut some: Vec<Token>| {
            all.append(&mut some);
            all
        })
        .parse_next(&mut input);
    (tokens.unwrap_or_default(), input.state.found)
}

/// One word; several where a foreign word means two (`不属于` is `not in`); none for blanks and faults.
fn word(input: &mut Input<'_>) -> Parsed<Vec<Token>> {
    alt((
        blank,
        date,
        number,
        quoted,
        name,
        foreign_word,
        sign,
        unknown,
    ))
    .parse_next(input)
}

/// Runs a parser and tells where it read.
pub(super) fn spanned<'s, T>(
    input: &mut Input<'s>,
    mut parser: impl Parser<Input<'s>, T, EmptyError>,
) -> Parsed<(T, Span, &'s str)> {
    let start = input.current_token_start();
    let value = parser.parse_next(input)?;
    let end = input.previous_token_end();
    // The parser may have stopped before the first character of an empty match.
    let end = end.max(start);
    let slice = input.state.text.get(start..end).unwrap_or_default();
    Ok((value, (start, end), slice))
}

pub(super) fn one(tok: Tok, span: Span) -> Vec<Token> {
    vec![Token { span, tok }]
}

/// The ASCII character a full-width one stands for; itself otherwise.
pub(super) fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        '、' => ',',
        '【' | '〔' => '[',
        '】' | '〕' => ']',
        '。' => '.',
        other => other,
    }
}

pub(super) fn is_digit(c: char) -> bool {
    narrow(c).is_ascii_digit()
}

pub(super) fn is_name_start(c: char) -> bool {
    let c = narrow(c);
    c.is_ascii_alphabetic() || c == '_'
}

fn is_name_part(c: char) -> bool {
    let c = narrow(c);
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}')
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

fn is_foreign_letter(c: char) -> bool {
    c.is_alphanumeric() && !narrow(c).is_ascii()
}

/// Reports a word written with full-width characters, with the same in ASCII as its fix.
pub(super) fn check_width(input: &mut Input<'_>, span: Span, written: &str, meant: &str) {
    if written != meant {
        input.state.found.push(
            ConditionFault::new(
                "condition-character",
                span,
                format!("条件里出现了全角字符“{written}”。"),
                format!("The condition has full-width characters: “{written}”."),
            )
            .fix(meant),
        );
    }
}

fn blank(input: &mut Input<'_>) -> Parsed<Vec<Token>> {
    let ((), span, slice) = spanned(input, take_while(1.., is_blank).void())?;
    if !slice.is_ascii() {
        let replacement = if slice.chars().all(is_invisible) {
            ""
        } else {
            " "
        };
        input.state.found.push(
            ConditionFault::new(
                "condition-character",
                span,
                "条件里有全角空格或看不见的字符。",
                "The condition has a full-width or invisible space.",
            )
            .hint(
                "请改用普通空格，或删除它。",
                "Use an ordinary space, or remove it.",
            )
            .fix(replacement),
        );
    }
    Ok(vec![])
}

fn name(input: &mut Input<'_>) -> Parsed<Vec<Token>> {
    let part = || take_while(1.., is_name_part).void();
    let shape = (
        one_of(is_name_start),
        take_while(0.., is_name_part).void(),
        repeat::<_, (), (), _, _>(
            0..,
            (one_of(|c| matches!(c, '.' | '．' | '。')), part()).void(),
        ),
    )
        .void();
    let ((), span, slice) = spanned(input, shape)?;
    let meant: String = slice.chars().map(narrow).collect();
    check_width(input, span, slice, &meant);
    let lower = meant.to_ascii_lowercase();
    let Some(word) = Word::of(&lower) else {
        return Ok(one(Tok::Name(meant), span));
    };
    if meant != lower {
        input.state.found.push(
            ConditionFault::new(
                "condition-operator",
                span,
                format!("`{meant}` 要写成小写。"),
                format!("`{meant}` is written in lower case."),
            )
            .fix(lower),
        );
    }
    Ok(one(Tok::Word(word), span))
}

fn foreign_word(input: &mut Input<'_>) -> Parsed<Vec<Token>> {
    let ((), span, slice) = spanned(input, take_while(1.., is_foreign_letter).void())?;
    let known = FOREIGN_WORDS.iter().find(|(written, _)| *written == slice);
    let Some((written, meant)) = known else {
        return Ok(one(Tok::Name(slice.to_owned()), span));
    };
    Ok(foreign(input, span, written, meant))
}

/// Reports a foreign word or operator and reads it as what is meant.
fn foreign(input: &mut Input<'_>, span: Span, written: &str, meant: &str) -> Vec<Token> {
    let text = input.state.text;
    let before = text.get(..span.0).and_then(|text| text.chars().next_back());
    let after = text.get(span.1..).and_then(|text| text.chars().next());
    let is_word = meant.starts_with(is_name_start);
    let touches = |c: Option<char>| is_word && c.is_some_and(|c| !is_blank(c));
    let replacement = format!(
        "{}{meant}{}",
        if touches(before) { " " } else { "" },
        if touches(after) { " " } else { "" }
    );
    input.state.found.push(
        ConditionFault::new(
            "condition-operator",
            span,
            format!("条件里不用“{written}”，要写 `{meant}`。"),
            format!("Conditions write `{meant}`, not “{written}”."),
        )
        .fix(replacement),
    );
    meant
        .split(' ')
        .filter_map(meaning)
        .map(|tok| Token { span, tok })
        .collect()
}

/// The word or sign of the language.
fn meaning(word: &str) -> Option<Tok> {
    if let Some(word) = Word::of(word) {
        return Some(Tok::Word(word));
    }
    if SpanUnit::of(word).is_some() {
        return Some(Tok::Name(word.to_owned()));
    }
    Some(match word {
        "<" => Tok::Relation(Relation::Less),
        "<=" => Tok::Relation(Relation::LessOrEqual),
        ">" => Tok::Relation(Relation::Greater),
        ">=" => Tok::Relation(Relation::GreaterOrEqual),
        "==" => Tok::Relation(Relation::Equal),
        "!=" => Tok::Relation(Relation::NotEqual),
        "+" => Tok::Arith(Arith::Add),
        "-" => Tok::Arith(Arith::Subtract),
        "*" => Tok::Arith(Arith::Multiply),
        "/" => Tok::Arith(Arith::Divide),
        "(" => Tok::Open,
        ")" => Tok::Close,
        "[" => Tok::OpenList,
        "]" => Tok::CloseList,
        "," => Tok::Comma,
        _unknown => return None,
    })
}

/// An operator or bracket, the longest that fits, also in full width or as other languages write it.
fn sign(input: &mut Input<'_>) -> Parsed<Vec<Token>> {
    let rest = *input.input.as_ref();
    for length in (1..=3).rev() {
        let written: String = rest.chars().take(length).collect();
        if written.chars().count() < length {
            continue;
        }
        let meant: String = written.chars().map(narrow).collect();
        let foreign_sign = FOREIGN_SIGNS.iter().find(|(sign, _)| *sign == meant);
        let own = if foreign_sign.is_some() {
            None
        } else {
            meaning(&meant)
        };
        if own.is_none() && foreign_sign.is_none() {
            continue;
        }
        let ((), span, slice) = spanned(input, take_while(length..=length, |_| true).void())?;
        return Ok(match (own, foreign_sign) {
            (Some(tok), _) => {
                check_width(input, span, slice, &meant);
                one(tok, span)
            }
            (None, Some((_, meant))) => foreign(input, span, slice, meant),
            (None, None) => vec![],
        });
    }
    Err(EmptyError)
}

fn unknown(input: &mut Input<'_>) -> Parsed<Vec<Token>> {
    let (c, span, _) = spanned(input, any)?;
    let fault = ConditionFault::new(
        "condition-character",
        span,
        format!("条件里不能有“{c}”。"),
        format!("“{c}” has no meaning in a condition."),
    );
    let hint = if matches!(c, '{' | '}' | '$') {
        (
            "字段直接写名字，不要花括号，例如 amount > 5000。",
            "Write field names without braces, like amount > 5000.",
        )
    } else {
        (
            "条件由字段、数、文字、比较和 and / or / not 组成。",
            "A condition is made of fields, numbers, texts, comparisons and and / or / not.",
        )
    };
    input.state.found.push(fault.hint(hint.0, hint.1));
    Ok(vec![])
}
