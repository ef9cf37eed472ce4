//! What one path can be, cut into regions within which no comparison changes.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::condition::{Input, Kind};
use crate::field::Bounds;
use crate::time::Moment;
use crate::value::Value;

/// One end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Where.
    pub at: Decimal,
    /// The end itself belongs to the range.
    pub included: bool,
}

/// A stretch of numbers; an end that is none is open for ever. Dates count in days, times in milliseconds, since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Where it begins.
    pub low: Option<End>,
    /// Where it ends.
    pub high: Option<End>,
}

impl Range {
    const ALL: Range = Range {
        low: None,
        high: None,
    };

    fn point(at: Decimal) -> Self {
        let end = Some(End { at, included: true });
        Self {
            low: end,
            high: end,
        }
    }

    fn between(low: Option<Decimal>, high: Option<Decimal>) -> Self {
        let end = |at| End {
            at,
            included: false,
        };
        Self {
            low: low.map(end),
            high: high.map(end),
        }
    }

    /// What belongs to both.
    fn meet(self, other: Self) -> Self {
        let tighter = |one: Option<End>, two: Option<End>, higher: bool| match (one, two) {
            (Some(one), Some(two)) if one.at == two.at => Some(End {
                at: one.at,
                included: one.included && two.included,
            }),
            (Some(one), Some(two)) => Some(if (one.at > two.at) == higher {
                one
            } else {
                two
            }),
            (one, two) => one.or(two),
        };
        Self {
            low: tighter(self.low, other.low, true),
            high: tighter(self.high, other.high, false),
        }
    }
}

/// A region of an axis and a value that stands for all of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Region {
    pub(super) sample: Value,
    /// For numbers, dates and times.
    pub(super) range: Option<Range>,
}

/// A value could not be found exactly: the numbers are too large or too fine.
pub(super) struct Beyond;

/// The regions of a path, by the constants it is compared with. Regions nothing can lie in are left out: numbers have
/// the decimals and the limits their field declares.
pub(super) fn regions(
    input: &Input,
    constants: &[Value],
    empty: bool,
) -> Result<Vec<Region>, Beyond> {
    let plain = |sample| Region {
        sample,
        range: None,
    };
    let mut regions = match &input.kind {
        Kind::Flag => vec![plain(Value::Flag(false)), plain(Value::Flag(true))],
        Kind::Choice { options } => options
            .iter()
            .map(|(id, _)| plain(Value::from(id.as_str())))
            .collect(),
        Kind::Number { decimals, .. } => {
            let within = limits(&input.bounds);
            numbers(constants, within, *decimals, Value::Number)?
        }
        Kind::Date => numbers(constants, Range::ALL, Some(0), date)?,
        Kind::Time => numbers(constants, Range::ALL, Some(0), |ms| {
            i64::try_from(ms).map_or(Value::Empty, |ms| Value::Time(Moment(ms)))
        })?,
        Kind::Text | Kind::Person | Kind::Department | Kind::Ref { .. } | Kind::File => {
            let mut known: Vec<Value> = constants.to_vec();
            known.dedup();
            // A text that is none of them stands for all others.
            let other =
                known
                    .iter()
                    .filter_map(Value::as_text)
                    .fold("…".to_owned(), |other, text| {
                        if text == other { other + "…" } else { other }
                    });
            known.push(Value::Text(other));
            known.into_iter().map(plain).collect()
        }
        Kind::List(_) | Kind::Table => vec![],
    };
    regions.retain(|region| !region.sample.is_empty());
    if empty {
        regions.push(plain(Value::Empty));
    }
    Ok(regions)
}

/// The numbers a field may hold.
fn limits(bounds: &Bounds) -> Range {
    let end = |at: Option<Decimal>, included| at.map(|at| End { at, included });
    let inclusive = Range {
        low: end(bounds.min, true),
        high: end(bounds.max, true),
    };
    inclusive.meet(Range {
        low: end(bounds.more_than, false),
        high: end(bounds.less_than, false),
    })
}

/// Where a constant stands among numbers; none for what has no order.
fn coordinate(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Date(date) => date
            .since(Date::constant(1970, 1, 1))
            .ok()
            .map(|span| Decimal::from(span.get_days())),
        Value::Time(moment) => Some(Decimal::from(moment.0)),
        Value::Empty | Value::Flag(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => None,
    }
}

fn date(days: Decimal) -> Value {
    i64::try_from(days)
        .ok()
        .and_then(|days| jiff::Span::new().try_days(days).ok())
        .and_then(|span| Date::constant(1970, 1, 1).checked_add(span).ok())
        .map_or(Value::Empty, Value::Date)
}

fn numbers(
    constants: &[Value],
    within: Range,
    decimals: Option<u32>,
    value: impl Fn(Decimal) -> Value,
) -> Result<Vec<Region>, Beyond> {
    let mut cuts: Vec<Decimal> = constants.iter().filter_map(coordinate).collect();
    cuts.sort();
    cuts.dedup();
    let mut ranges = vec![];
    let mut before = None;
    for cut in cuts {
        ranges.push(Range::between(before, Some(cut)));
        ranges.push(Range::point(cut));
        before = Some(cut);
    }
    ranges.push(Range::between(before, None));
    let mut regions = vec![];
    for range in ranges {
        let range = range.meet(within);
        if let Some(sample) = inside(range, decimals)? {
            regions.push(Region {
                sample: value(sample),
                range: Some(range),
            });
        }
    }
    Ok(regions)
}

fn fits(range: Range, number: Decimal) -> bool {
    let above = range
        .low
        .is_none_or(|low| number > low.at || (low.included && number == low.at));
    let below = range
        .high
        .is_none_or(|high| number < high.at || (high.included && number == high.at));
    above && below
}

/// A number in the range with so many decimals; none when there is none.
fn inside(range: Range, decimals: Option<u32>) -> Result<Option<Decimal>, Beyond> {
    let Some(decimals) = decimals else {
        return inside_dense(range);
    };
    let step = Decimal::try_from_i128_with_scale(1, decimals).map_err(|_| Beyond)?;
    let toward = |number: Decimal, strategy| number.round_dp_with_strategy(decimals, strategy);
    let candidates = match (range.low, range.high) {
        (None, None) => vec![Some(Decimal::ZERO)],
        (Some(low), _) => {
            // The first step at or after the beginning, and the one after it.
            let first = toward(low.at, rust_decimal::RoundingStrategy::ToPositiveInfinity);
            vec![Some(first), first.checked_add(step)]
        }
        (None, Some(high)) => {
            let last = toward(high.at, rust_decimal::RoundingStrategy::ToNegativeInfinity);
            vec![Some(last), last.checked_sub(step)]
        }
    };
    let mut beyond = false;
    for candidate in candidates {
        match candidate {
            Some(number) if fits(range, number) => return Ok(Some(number)),
            Some(_) => {}
            None => beyond = true,
        }
    }
    if beyond { Err(Beyond) } else { Ok(None) }
}

/// The same where any number is possible.
fn inside_dense(range: Range) -> Result<Option<Decimal>, Beyond> {
    let candidate = match (range.low, range.high) {
        (None, None) => Some(Decimal::ZERO),
        (Some(low), None) => low.at.checked_add(Decimal::ONE),
        (None, Some(high)) => high.at.checked_sub(Decimal::ONE),
        (Some(low), Some(high)) if low.at > high.at => return Ok(None),
        (Some(low), Some(high)) if low.at == high.at => {
            return Ok((low.included && high.included).then_some(low.at));
        }
        (Some(low), Some(high)) => low
            .at
            .checked_add(high.at)
            .and_then(|sum| sum.checked_div(Decimal::TWO)),
    };
    candidate
        .filter(|number| fits(range, *number))
        .map(Some)
        .ok_or(Beyond)
}
