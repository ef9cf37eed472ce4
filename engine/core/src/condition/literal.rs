//! Literals: numbers, dates and texts, as they are written and as people write them by habit.

use rust_decimal::Decimal;
use winnow::Parser;
use winnow::combinator::{alt, opt, preceded};
use winnow::error::EmptyError;
use winnow::stream::{Location, Stream};
use winnow::token::{any, one_of, take_while};

use super::fault::ConditionFault;
use super::lexer::{Input, Parsed, check_width, is_digit, is_name_start, narrow, one, spanned};
use super::token::{Tok, Token};
use crate::value::Value;

pub(super) fn date(input: &mut Input<'_>) -> Parsed<Vec<Token>> {
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

pub(super) fn number(input: &mut Input<'_>) -> Parsed<Vec<Token>> {
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

pub(super) fn quoted(input: &mut Input<'_>) -> Parsed<Vec<Token>> {
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
