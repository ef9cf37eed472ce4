//! Proofs about conditions, each with a counter-example: gaps and overlaps between the ways of a choice, conditions that
//! never or always hold.
//!
//! A condition made of comparisons of single paths with constants (`and`, `or`, `not`, `in`, `between`, `is empty` between
//! them) changes only where a path passes one of those constants. So trying one value at each constant, one between each
//! two and one beyond each end tries all cases, exactly; values a field cannot have (more decimals than it declares,
//! outside its limits) are not tried. Several paths are tried in all combinations, **as if each could be anything whatever
//! the others are**: where one field is computed from another, a counter-example of more than one path may not occur.
//! Conditions that compare paths with each other or calculate are honestly [`Gap::Unknown`]. Constants of `tables:` count
//! with the values they had when the condition was checked.

mod axis;
mod survey;

use std::collections::BTreeMap;

use axis::{Region, regions};
use survey::{Constants, Survey, constants};

pub use axis::{End, Range};

use super::print::literal;
use super::{Expr, Input, Kind, NoValue};
use crate::text::{Lang, Text};
use crate::value::Value;

/// Most combinations tried.
pub const CASES_MAX: usize = 20_000;
/// Most gaps reported.
const GAPS_MAX: usize = 10;

/// A case: values of paths, with what people call them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// Path and value; [`Value::Empty`] is "not filled in".
    pub values: Vec<(String, Value)>,
    /// Labels, in the same order.
    pub labels: Vec<Text>,
    /// The values as people read them, in the same order: options by name.
    pub shown: Vec<Text>,
}

impl Case {
    /// `装载率 = 0.6，费用承担 = “我方”`.
    pub fn words(&self, lang: Lang) -> String {
        let parts: Vec<String> = self
            .values
            .iter()
            .zip(self.labels.iter().zip(&self.shown))
            .map(|((_, value), (label, shown))| match (value, lang) {
                (Value::Empty, Lang::Zh) => format!("{} 没有填写", label.get(lang)),
                (Value::Empty, Lang::En) => format!("{} not filled in", label.get(lang)),
                (_, _) => format!("{} = {}", label.get(lang), shown.get(lang)),
            })
            .collect();
        parts.join(lang.pick("，", ", "))
    }
}

/// Something about the ways of a choice. Ways are numbered from 0 in file order; the first that holds is taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Gap {
    /// No way is taken.
    Uncovered {
        /// A case.
        example: Case,
        /// All such values, where one number (or date, or time) decides.
        range: Option<Range>,
    },
    /// Two ways hold; the earlier one is taken. Usual in a ladder of `<=`, a fault where the ways exclude each other.
    Overlap {
        /// The way that is taken.
        first: usize,
        /// The way that also holds.
        second: usize,
        /// A case.
        example: Case,
    },
    /// A way is never taken; the number of ways stands for `otherwise`.
    NeverTaken {
        /// The way.
        way: usize,
        /// The ways taken instead, in order; empty where its condition itself never holds.
        instead: Vec<usize>,
    },
    /// A way whose condition cannot be analysed.
    Unknown {
        /// The way.
        way: usize,
        /// The part that cannot.
        part: String,
    },
}

/// What can be said about one condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Proof {
    /// It holds in every case.
    Always,
    /// It holds in no case.
    Never,
    /// It depends.
    Depends {
        /// A case in which it holds.
        holds: Case,
        /// A case in which it does not hold (or has no value).
        fails: Case,
    },
    /// It cannot be analysed.
    Unknown,
}

/// Every combination of regions, with what the conditions say there.
struct Tried {
    cases: Vec<Combination>,
    /// What the values are of, in their order.
    inputs: Vec<Input>,
    /// The one axis, when there is one.
    single: bool,
}

struct Combination {
    values: Vec<(String, Value)>,
    range: Option<Range>,
    /// By condition; none where it cannot be analysed.
    holds: Vec<Option<Result<bool, NoValue>>>,
}

/// Tries all cases. `Err` names the first path whose values cannot be tried exactly.
fn try_all(conditions: &[&Expr], known: &[bool], survey: &Survey) -> Result<Tried, String> {
    let mut axes: Vec<(String, Vec<Region>)> = vec![];
    let mut count: usize = 1;
    for axis in &survey.axes {
        let found = regions(&axis.input, &axis.constants, axis.empty)
            .map_err(|_| axis.input.path.clone())?;
        count = count.saturating_mul(found.len());
        if count > CASES_MAX || found.is_empty() {
            return Err(axis.input.path.clone());
        }
        axes.push((axis.input.path.clone(), found));
    }
    let mut facts: BTreeMap<String, Value> = BTreeMap::new();
    for expr in conditions {
        facts.extend(constants(expr));
    }
    let mut cases = vec![];
    for number in 0..count {
        let mut rest = number;
        let mut values = vec![];
        let mut range = None;
        for (path, regions) in axes.iter().rev() {
            let region = regions.get(rest % regions.len());
            rest /= regions.len();
            if let Some(region) = region {
                facts.insert(path.clone(), region.sample.clone());
                values.push((path.clone(), region.sample.clone()));
                range = region.range;
            }
        }
        values.reverse();
        let holds = conditions
            .iter()
            .zip(known)
            .map(|(expr, known)| known.then(|| expr.holds(&Constants(&facts))))
            .collect();
        cases.push(Combination {
            values,
            range,
            holds,
        });
    }
    Ok(Tried {
        cases,
        inputs: survey.axes.iter().map(|axis| axis.input.clone()).collect(),
        single: axes.len() == 1,
    })
}

impl Tried {
    fn case(&self, combination: &Combination) -> Case {
        let labels = self.inputs.iter().map(|input| input.label.clone());
        let values = combination.values.iter().map(|(_, value)| value);
        let shown = self.inputs.iter().zip(values);
        Case {
            values: combination.values.clone(),
            labels: labels.collect(),
            shown: shown.map(|(input, value)| said(input, value)).collect(),
        }
    }
}

/// A value as it stands in a sentence: an option by its name, a flag as yes or no, anything else as it is written.
fn said(input: &Input, value: &Value) -> Text {
    match (&input.kind, value) {
        (Kind::Choice { options }, Value::Text(id)) => {
            let known = options.iter().find(|(option, _)| option == id);
            known.map_or_else(
                || Text::same(literal(value)),
                |(_, name)| Text::new(format!("“{}”", name.zh), format!("“{}”", name.en)),
            )
        }
        (_, Value::Flag(true)) => Text::new("是", "yes"),
        (_, Value::Flag(false)) => Text::new("否", "no"),
        (_, _) => Text::same(literal(value)),
    }
}

/// Gaps, overlaps and ways never taken, of conditions tried in order.
pub fn gaps(conditions: &[&Expr], has_otherwise: bool) -> Vec<Gap> {
    let mut survey = Survey::default();
    let mut found = vec![];
    let mut known = vec![];
    for (way, expr) in conditions.iter().enumerate() {
        match survey.add(expr) {
            Ok(()) => known.push(true),
            Err(opaque) => {
                known.push(false);
                found.push(Gap::Unknown {
                    way,
                    part: opaque.0,
                });
            }
        }
    }
    match try_all(conditions, &known, &survey) {
        Ok(tried) => {
            let all_known = known.iter().all(|known| *known);
            if all_known && !has_otherwise {
                found.extend(uncovered(&tried));
            }
            found.extend(overlaps(&tried, conditions.len()));
            found.extend(never_taken(&tried, &known, has_otherwise && all_known));
        }
        Err(part) => {
            let unknown = known
                .iter()
                .enumerate()
                .filter(|(_, known)| **known)
                .map(|(way, _)| Gap::Unknown {
                    way,
                    part: part.clone(),
                });
            found.extend(unknown);
        }
    }
    found
}

fn uncovered(tried: &Tried) -> Vec<Gap> {
    let mut found: Vec<Gap> = vec![];
    let mut open = false;
    for combination in &tried.cases {
        let none_holds = combination
            .holds
            .iter()
            .all(|holds| matches!(holds, Some(Ok(false))));
        if !none_holds {
            open = false;
            continue;
        }
        // Neighbouring regions of one number are one gap.
        if let (
            true,
            true,
            Some(Gap::Uncovered {
                range: Some(range), ..
            }),
            Some(next),
        ) = (open, tried.single, found.last_mut(), combination.range)
        {
            range.high = next.high;
            continue;
        }
        open = tried.single && combination.range.is_some();
        if found.len() < GAPS_MAX {
            found.push(Gap::Uncovered {
                example: tried.case(combination),
                range: combination.range.filter(|_| tried.single),
            });
        }
    }
    found
}

fn overlaps(tried: &Tried, ways: usize) -> Vec<Gap> {
    let mut found: Vec<Gap> = vec![];
    for second in 0..ways {
        for first in 0..second {
            let both = tried.cases.iter().find(|combination| {
                let holds = |way: usize| matches!(combination.holds.get(way), Some(Some(Ok(true))));
                holds(first) && holds(second)
            });
            if let Some(combination) = both {
                found.push(Gap::Overlap {
                    first,
                    second,
                    example: tried.case(combination),
                });
            }
        }
    }
    found
}

/// A way is never taken when wherever it holds an earlier one holds too; conditions that cannot be analysed could only
/// take more away from it, so this is certain without them.
fn never_taken(tried: &Tried, known: &[bool], otherwise: bool) -> Vec<Gap> {
    let mut found = vec![];
    let ways = known
        .iter()
        .enumerate()
        .filter(|(_, known)| **known)
        .map(|(way, _)| way)
        .chain(otherwise.then_some(known.len()));
    for way in ways {
        let mut instead = vec![];
        let mut taken = false;
        for combination in &tried.cases {
            let own = match combination.holds.get(way) {
                Some(holds) => matches!(holds, Some(Ok(true))),
                None => true,
            };
            if !own {
                continue;
            }
            let earlier = combination.holds.iter().take(way).position(|holds| {
                // Without a value the flow is held at that way, and none after it is taken.
                matches!(holds, Some(Ok(true) | Err(_)))
            });
            match earlier {
                Some(earlier) if !instead.contains(&earlier) => instead.push(earlier),
                Some(_) => {}
                None => taken = true,
            }
        }
        if !taken {
            instead.sort_unstable();
            found.push(Gap::NeverTaken { way, instead });
        }
    }
    found
}

/// What can be said about one condition in all cases.
pub fn proof(condition: &Expr) -> Proof {
    let mut survey = Survey::default();
    if survey.add(condition).is_err() {
        return Proof::Unknown;
    }
    let Ok(tried) = try_all(&[condition], &[true], &survey) else {
        return Proof::Unknown;
    };
    let holds =
        |combination: &&Combination| matches!(combination.holds.first(), Some(Some(Ok(true))));
    let yes = tried.cases.iter().find(holds);
    let no = tried.cases.iter().find(|combination| !holds(combination));
    match (yes, no) {
        (Some(_), None) => Proof::Always,
        (None, Some(_)) => Proof::Never,
        (Some(yes), Some(no)) => Proof::Depends {
            holds: tried.case(yes),
            fails: tried.case(no),
        },
        (None, None) => Proof::Unknown,
    }
}

/// True when in every case one of the conditions holds, for certain.
pub fn provably_total(conditions: &[&Expr]) -> bool {
    !conditions.is_empty()
        && !gaps(conditions, false)
            .iter()
            .any(|gap| matches!(gap, Gap::Uncovered { .. } | Gap::Unknown { .. }))
}

/// True when the condition never holds, for certain: what it leads to is unreachable.
pub fn provably_false(condition: &Expr) -> bool {
    matches!(proof(condition), Proof::Never)
}
