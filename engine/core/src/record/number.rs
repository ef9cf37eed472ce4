//! Numbers as people and programs write them, read exactly.

use rust_decimal::Decimal;
use serde_json::Number;

/// A JSON number keeps this many digits for sure; with more it may already have been rounded before it arrived here.
const EXACT_DIGITS: usize = 15;

/// Why a text or JSON number is not a number we can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotExact {
    /// Not a number at all.
    NotANumber,
    /// More digits than a JSON number (or a decimal) keeps: it must be sent as a text.
    TooManyDigits,
}

/// A JSON number, from its own text.
pub(super) fn from_json(number: &Number) -> Result<Decimal, NotExact> {
    let text = number.to_string();
    let whole = number.is_i64() || number.is_u64();
    let digits = text
        .split(['e', 'E'])
        .next()
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .skip_while(|c| *c == '0')
        .count();
    if !whole && digits > EXACT_DIGITS {
        return Err(NotExact::TooManyDigits);
    }
    let parsed = if text.contains(['e', 'E']) {
        Decimal::from_scientific(&text).ok()
    } else {
        Decimal::from_str_exact(&text).ok()
    };
    parsed.ok_or(NotExact::TooManyDigits)
}

/// A number as text: `80000.00`, `80,000.00`, `-3`. Thousands separators only where they belong.
pub(super) fn from_text(text: &str) -> Result<Decimal, NotExact> {
    let text = text.trim();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, part) = unsigned
        .split_once('.')
        .map_or((unsigned, None), |(whole, part)| (whole, Some(part)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = match groups.as_slice() {
        [one] => digits(one),
        [first, rest @ ..] => {
            digits(first) && first.len() <= 3 && rest.iter().all(|g| digits(g) && g.len() == 3)
        }
        [] => false,
    };
    if !grouped || part.is_some_and(|part| !digits(part)) {
        return Err(NotExact::NotANumber);
    }
    Decimal::from_str_exact(&text.replace(',', "")).map_err(|_| NotExact::TooManyDigits)
}

/// The same as a person types it into a form: full-width characters, spaces, the field's currency, a percent sign.
pub(super) fn from_form(text: &str, currency: Option<&str>) -> Result<Decimal, NotExact> {
    let narrow: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '￥' => '¥',
            '−' => '-',
            other => other,
        })
        .filter(|c| !c.is_whitespace())
        .collect();
    let mut plain = narrow.as_str();
    if let Some(currency) = currency {
        plain = plain
            .strip_prefix(currency)
            .or_else(|| plain.strip_suffix(currency))
            .unwrap_or(plain);
        if matches!(currency, "CNY" | "JPY") {
            plain = plain.strip_prefix('¥').unwrap_or(plain);
        }
        if currency == "CNY" {
            plain = plain.strip_suffix('元').unwrap_or(plain);
        }
    }
    match plain.strip_suffix('%') {
        Some(percent) => from_text(percent)?
            .checked_div(Decimal::ONE_HUNDRED)
            .ok_or(NotExact::TooManyDigits),
        None => from_text(plain),
    }
}
