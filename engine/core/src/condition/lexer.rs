//! Text to words. What a Chinese keyboard or another language's habit produced is understood, reported and repaired:
//! reading goes on as if it had been written right, so that all faults of a condition come at once.

use rust_decimal::Decimal;
use winnow::Parser;
use winnow::combinator::{alt, opt, preceded, repeat};
use winnow::error::EmptyError;
use winnow::stream::{LocatingSlice, Location, Stateful, Stream};
use winnow::token::{any, one_of, take_while};

use super::ast::{Arith, Relation, SpanUnit};
use super::fault::{ConditionFault, Span};
use super::token::{FOREIGN_SIGNS, FOREIGN_WORDS, Tok, Token, Word};
use crate::value::Value;

type Input<'s> = Stateful<LocatingSlice<&'s str>, Faults<'s>>;
type Parsed<T> = Result<T, EmptyError>;

/// What the lexer knows besides the rest of the text.
#[derive(Debug)]
struct Faults<'s> {
    text: &'s str,
    found: Vec<ConditionFault>,
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
fn spanned<'s, T>(
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

fn one(tok: Tok, span: Span) -> Vec<Token> {
    vec![Token { span, tok }]
}

/// The ASCII character a full-width one stands for; itself otherwise.
fn narrow(c: char) -> char {
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

fn is_digit(c: char) -> bool {
    narrow(c).is_ascii_digit()
}

fn is_name_start(c: char) -> bool {
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
fn check_width(input: &mut Input<'_>, span: Span, written: &str, meant: &str) {
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

fn date(input: &mut Input<'_>) -> Parsed<Vec<Token>> {
    let start = input.checkpoint();
    let separator = || {
        one_of(|c: char| {
            matches!(narrow(c), '-' | '/' | '.') || matches!(c, '年' | '月' | '−' | '–')
        })
    };
    let shape = (
        take_while(4..=4, is_digit),
        separator(),
        take_while(1..=2, is_digit),
        separator(),
        take_while(1..=2, is_digit),
        opt('日'),
    );
    let ((year, first, month, second, day, _), span, slice) = spanned(input, shape)?;
    let glued = input
        .peek_token()
        .is_some_and(|c| is_digit(c) || is_name_start(c));
    let digits = |text: &str| text.chars().map(narrow).collect::<String>();
    let meant = format!("{}-{:0>2}-{:0>2}", digits(year), digits(month), digits(day));
    let parsed: Option<jiff::civil::Date> = meant.parse().ok();
    // `1200/12/2` may well be a division: only what is a plausible day counts as one.
    let dashed = narrow(first) == '-' && narrow(second) == '-';
    if glued || (!dashed && !parsed.is_some_and(|date| (1900..2200).contains(&date.year()))) {
        input.reset(&start);
        return Err(EmptyError);
    }
    let Some(date) = parsed else {
        input.state.found.push(
            ConditionFault::new(
                "condition-date",
                span,
                format!("日历上没有 {slice} 这一天。"),
                format!("There is no day {slice} in the calendar."),
            )
            .hint(
                "日期写成 2026-03-02；如果是减法，请在减号两边加空格。",
                "Dates are written 2026-03-02; for a subtraction put spaces around the minus.",
            ),
        );
        return Ok(one(
            Tok::Literal(Value::Date(jiff::civil::Date::default())),
            span,
        ));
    };
    if slice != meant {
        input.state.found.push(
            ConditionFault::new(
                "condition-date",
                span,
                format!("日期“{slice}”的写法不对。"),
                format!("The date “{slice}” is not written as a date."),
            )
            .hint(
                format!("日期写成 {meant}；如果是计算，请在符号两边加空格。"),
                format!("Write {meant}; for a calculation put spaces around the signs."),
            )
            .fix(meant),
        );
    }
    Ok(one(Tok::Literal(Value::Date(date)), span))
}

fn number(input: &mut Input<'_>) -> Parsed<Vec<Token>> {
    let digits = || take_while(1.., is_digit);
    let shape = (
        alt((
            (
                digits(),
                opt(preceded(one_of(|c| narrow(c) == '.'), digits())),
            )
                .map(|(whole, part)| (whole, part)),
            preceded('.', digits()).map(|part| ("", Some(part))),
        )),
        opt(one_of(|c: char| {
            narrow(c) == '%' || matches!(c, '万' | '亿')
        })),
    );
    let (((whole, part), scale), span, slice) = spanned(input, shape)?;
    let mut plain: String = whole.chars().map(narrow).collect();
    if whole.is_empty() {
        plain.push('0');
    }
    if let Some(part) = part {
        plain.push('.');
        plain.extend(part.chars().map(narrow));
    }
    let Ok(number) = Decimal::from_str_exact(&plain) else {
        input.state.found.push(
            ConditionFault::new(
                "condition-number",
                span,
                "这个数太长，不能精确表示。",
                "This number is too long to be exact.",
            )
            .hint(
                "一个数最多 28 位数字。",
                "A number has at most 28 digits in all.",
            ),
        );
        return Ok(one(Tok::Literal(Value::Number(Decimal::ZERO)), span));
    };
    let Some(scale) = scale else {
        check_width(input, span, slice, &plain);
        return Ok(one(Tok::Literal(Value::Number(number)), span));
    };
    let factor = match scale {
        '万' => Decimal::from(10_000),
        '亿' => Decimal::from(100_000_000),
        _percent => Decimal::new(1, 2),
    };
    let meant = number.checked_mul(factor).unwrap_or_default().normalize();
    input.state.found.push(
        ConditionFault::new(
            "condition-number",
            span,
            format!("这里要写数，“{slice}”不是数的写法。"),
            format!("A plain number is due here, not “{slice}”."),
        )
        .fix(meant.to_string()),
    );
    Ok(one(Tok::Literal(Value::Number(meant)), span))
}

/// The quote that closes a text, by the one that opened it.
fn closing(open: char) -> Option<&'static [char]> {
    match open {
        '"' => Some(&['"']),
        '\'' => Some(&['\'']),
        '“' | '”' => Some(&['”', '“']),
        '‘' | '’' => Some(&['’', '‘']),
        '「' => Some(&['」']),
        '『' => Some(&['』']),
        '＂' => Some(&['＂']),
        '＇' => Some(&['＇']),
        _not_a_quote => None,
    }
}

fn quoted(input: &mut Input<'_>) -> Parsed<Vec<Token>> {
    let start = input.checkpoint();
    let begin = input.current_token_start();
    let open = any::<_, EmptyError>.parse_next(input)?;
    let Some(close) = closing(open) else {
        input.reset(&start);
        return Err(EmptyError);
    };
    let mut inner = String::new();
    let mut closed = false;
    while let Some(c) = input.next_token() {
        if close.contains(&c) {
            closed = true;
            break;
        }
        let escaped = c == '\\'
            && input
                .peek_token()
                .is_some_and(|next| matches!(next, '"' | '\'' | '\\'));
        inner.push(if escaped {
            input.next_token().unwrap_or(c)
        } else {
            c
        });
    }
    let span = (begin, input.previous_token_end());
    let meant = super::print::quote(&inner);
    if !closed {
        input.state.found.push(
            ConditionFault::new(
                "condition-unclosed",
                span,
                "文字的引号没有关上。",
                "The text has no closing quote.",
            )
            .hint(
                "文字两边都用英文双引号，例如 \"us\"。",
                "Put straight double quotes on both sides, like \"us\".",
            ),
        );
    } else if open != '"' && open != '\'' {
        let slice = input.state.text.get(span.0..span.1).unwrap_or_default();
        check_width(input, span, slice, &meant);
    }
    Ok(one(Tok::Literal(Value::Text(inner)), span))
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
