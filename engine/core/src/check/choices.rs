//! Choices: is there a way for every case, and is every way taken in some case? Proved where the conditions are
//! comparisons of fields, else `otherwise` is asked for.

use crate::condition::Expr;
use crate::condition::bands::{Case, End, Gap, Proof, Range, gaps, proof};
use crate::definition::{Definition, State, StateKind, Way};
use crate::text::{Lang, Text};

use super::finding::{Finding, at_part, called, named};
use super::reach::Reach;

/// All findings about conditions that can be proved.
pub(super) fn check(def: &Definition, reach: &Reach) -> Vec<Finding> {
    let mut found = Vec::new();
    for (ix, state) in def.states.iter().enumerate() {
        if !reach.states[ix] {
            continue;
        }
        if let StateKind::Choose { ways } = &state.kind {
            found.extend(choice(state, ways));
        }
        if let Some(when) = &state.when {
            found.extend(settled(&called(state), &at_part(state, "when"), when));
        }
    }
    for region in &def.regions {
        if let (Some(parent), Some(when)) = (region.parent, &region.when) {
            let at = format!("branches.{}.{}", def.states[parent].id, region.id);
            found.extend(settled(&named(&region.name, &region.id), &at, when));
        }
    }
    found
}

fn choice(state: &State, ways: &[Way]) -> Vec<Finding> {
    let conditions: Vec<&Expr> = ways.iter().filter_map(|way| way.when.as_ref()).collect();
    let has_otherwise = ways.iter().any(|way| way.when.is_none());
    let mut found = Vec::new();
    let mut unknown = false;
    for gap in gaps(&conditions, has_otherwise) {
        match gap {
            Gap::Uncovered { example, range } => {
                found.push(uncovered(state, &example, range.as_ref()));
            }
            Gap::Overlap {
                first,
                second,
                example,
            } => found.extend(overlap(state, &conditions, first, second, &example)),
            // An `otherwise` that is never needed does no harm.
            Gap::NeverTaken { way, instead } if way < conditions.len() => {
                found.push(never_taken(state, &conditions, way, &instead));
            }
            Gap::NeverTaken { .. } => {}
            Gap::Unknown { .. } => unknown = true,
        }
    }
    if unknown && !has_otherwise {
        found.push(no_otherwise(state));
    }
    found
}

fn uncovered(state: &State, example: &Case, range: Option<&Range>) -> Finding {
    let name = called(state);
    let (zh, en) = (example.words(Lang::Zh), example.words(Lang::En));
    let whole = range
        .map(|range| range_words(example, range))
        .unwrap_or_default();
    Finding::error(
        "choice-gap",
        at_part(state, "choose"),
        Text::new(
            format!(
                "分流节点{}有漏洞：{zh} 时，没有一条路的条件成立{}，流程会停住。",
                name.zh, whole.zh
            ),
            format!(
                "Choice {} has a gap: with {en} no way's condition holds{}; the flow would be held.",
                name.en, whole.en
            ),
        ),
        Text::new(
            "请把这种情况补进某一条路的条件，或在最后加一条 {otherwise: true, go: …}。",
            "Take this case into one of the conditions, or add a last way {otherwise: true, go: …}.",
        ),
    )
}

/// "（整个漏洞：1000 < 金额 <= 2000）"; nothing where the gap is one value.
fn range_words(example: &Case, range: &Range) -> Text {
    let Some(label) = example.labels.first() else {
        return Text::default();
    };
    let side = |end: &Option<End>| {
        end.as_ref().map(|end| {
            (
                end.at.normalize().to_string(),
                if end.included { "<=" } else { "<" },
            )
        })
    };
    let words = |label: &str| match (side(&range.low), side(&range.high)) {
        (Some((low, _)), Some((high, _))) if low == high => String::new(),
        (Some((low, less)), Some((high, most))) => format!("{low} {less} {label} {most} {high}"),
        (Some((low, less)), None) => format!("{label} {} {low}", less.replace('<', ">")),
        (None, Some((high, most))) => format!("{label} {most} {high}"),
        (None, None) => String::new(),
    };
    let (zh, en) = (words(&label.zh), words(&label.en));
    if zh.is_empty() {
        return Text::default();
    }
    Text::new(format!("（整个范围：{zh}）"), format!(" (all of {en})"))
}

/// A ladder of `<=` overlaps by design: the earlier way is wholly inside the later one. Two ways that share only some cases
/// were meant to exclude each other.
fn overlap(
    state: &State,
    conditions: &[&Expr],
    first: usize,
    second: usize,
    example: &Case,
) -> Option<Finding> {
    let (one, other) = (*conditions.get(first)?, *conditions.get(second)?);
    let inside = |outer: &Expr, inner: &Expr| {
        gaps(&[outer, inner], false)
            .iter()
            .any(|gap| matches!(gap, Gap::NeverTaken { way: 1, .. }))
    };
    if inside(other, one) || inside(one, other) {
        return None;
    }
    let name = called(state);
    let (zh, en) = (example.words(Lang::Zh), example.words(Lang::En));
    Some(Finding::warning(
        "choice-overlap",
        at_part(state, &format!("choose.{second}")),
        Text::new(
            format!(
                "分流节点{}的第 {} 条和第 {} 条路有重叠：{zh} 时两条的条件都成立，系统走前面那条。",
                name.zh,
                first + 1,
                second + 1
            ),
            format!(
                "Ways {} and {} of choice {} overlap: with {en} both conditions hold, and the earlier one is taken.",
                first + 1,
                second + 1,
                name.en
            ),
        ),
        Text::new(
            "请检查边界上该写 < 还是 <=，让每种情况只有一条路。",
            "See whether < or <= is meant at the border, so that each case has one way.",
        ),
    ))
}

fn never_taken(state: &State, conditions: &[&Expr], way: usize, instead: &[usize]) -> Finding {
    let name = called(state);
    let when = conditions.get(way).copied();
    let said = when.map_or_else(Text::default, crate::diagram::said_condition);
    let number = way + 1;
    let (why_zh, why_en) = if instead.is_empty() {
        (
            "它的条件永远不成立".to_owned(),
            "its condition never holds".to_owned(),
        )
    } else {
        let earlier: Vec<String> = instead.iter().map(|way| (way + 1).to_string()).collect();
        (
            format!(
                "凡是它成立的情况，都已经被前面的第 {} 条接走",
                earlier.join("、")
            ),
            format!(
                "wherever it holds, way {} before it is taken",
                earlier.join(", ")
            ),
        )
    };
    Finding::warning(
        "way-never-taken",
        at_part(state, &format!("choose.{way}")),
        Text::new(
            format!(
                "分流节点{}的第 {number} 条路（{}）永远走不到：{why_zh}。",
                name.zh, said.zh
            ),
            format!(
                "Way {number} ({}) of choice {} is never taken: {why_en}.",
                said.en, name.en
            ),
        ),
        Text::new(
            "请调整条件或顺序：范围小的写在前面；不需要的路请删除。",
            "Change the conditions or their order, the narrowest first, or remove the way.",
        ),
    )
}

fn no_otherwise(state: &State) -> Finding {
    let name = called(state);
    Finding::error(
        "choice-without-otherwise",
        at_part(state, "choose"),
        Text::new(
            format!(
                "分流节点{}没有 otherwise（其他情况），而它的条件里有计算或字段之间的比较，无法证明已经包括所有情况。",
                name.zh
            ),
            format!(
                "Choice {} has no otherwise, and its conditions calculate or compare fields with each other: it cannot be proved that they cover every case.",
                name.en
            ),
        ),
        Text::new(
            "请在最后加一条 {otherwise: true, go: …}，说明其他情况走哪里。",
            "Add a last way {otherwise: true, go: …} that says where every other case goes.",
        ),
    )
}

/// A condition that holds always or never decides nothing.
fn settled(name: &Text, at: &str, when: &Expr) -> Option<Finding> {
    let said = crate::diagram::said_condition(when);
    let (zh, en) = match proof(when) {
        Proof::Always => (
            format!(
                "{}的条件 {} 在任何情况下都成立，写了等于没写。",
                name.zh, said.zh
            ),
            format!(
                "The condition of {}, {}, holds in every case: it decides nothing.",
                name.en, said.en
            ),
        ),
        Proof::Never => (
            format!(
                "{}的条件 {} 在任何情况下都不成立，永远不会进入。",
                name.zh, said.zh
            ),
            format!(
                "The condition of {}, {}, holds in no case: it is never entered.",
                name.en, said.en
            ),
        ),
        Proof::Depends { .. } | Proof::Unknown => return None,
    };
    Some(Finding::warning(
        "condition-settled",
        at,
        Text::new(zh, en),
        Text::new(
            "请检查数值、比较符号和 tables: 里的阈值是否写错。",
            "See whether a number, a sign or a value in tables: is wrong.",
        ),
    ))
}
