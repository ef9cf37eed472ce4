//! Targets: one for a subject, an indicator, a period and a tier; a change keeps what was before.

use assent_core::definition::Outcome;
use assent_core::event::Change;
use assent_core::module::{HookContext, Query, Reaction, refuse};
use assent_core::refusal::Refusal;
use assent_core::value::{ReadValues, Value, Values, round};
use rust_decimal::Decimal;

const ENTITY: &str = "target";
/// The parts of a target must add up to this much of it, or it is refused; below the whole they are warned of.
const COVERED_MIN: Decimal = Decimal::from_parts(90, 0, 0, false, 2);

pub(crate) fn needs(values: &Values) -> Vec<Query> {
    let by = |field: &str| values.text(field).map(|is| Query::new(ENTITY, field, is));
    let parts = values
        .text("parent")
        .map(|id| Query::new(ENTITY, "parent", id).guarded_by(ENTITY, id));
    // One target for a subject and an indicator: of two who ask for it at the same time, the second hears of the first.
    let unit = by("unit").map(|unit| match values.lacks("status") {
        true => unit.alone(),
        false => unit,
    });
    unit.into_iter().chain(parts).collect()
}

/// Targets of the same subject and indicator that stand or are asked for.
fn same(values: &Values, cx: &HookContext<'_>) -> Vec<Values> {
    let mut found = cx.find(ENTITY, "unit", values.text("unit").unwrap_or_default());
    found.retain(|other| {
        let alike = |field: &&str| other.text(field) == values.text(field);
        ["person", "indicator"].iter().all(alike)
    });
    newest(found)
}

/// Those that count: asked for or in force, and not replaced by a later change.
fn newest(mut found: Vec<Values>) -> Vec<Values> {
    found.retain(|other| matches!(other.text("status"), Some("asked" | "active")));
    let replaced: Vec<String> = found
        .iter()
        .filter(|other| other.text("status") == Some("active"))
        .filter_map(|other| other.text("changes").map(str::to_owned))
        .collect();
    found.retain(|other| {
        other
            .text("id")
            .is_none_or(|id| !replaced.iter().any(|known| known == id))
    });
    found
}

pub(crate) fn derive(values: &mut Values, cx: &HookContext<'_>) {
    cx.give_number(values, ENTITY, "number");
    // Judged on the day it is asked for: days that pass while others sign do not make a change a late one.
    if !cx.complete || values.lacks("days_left") {
        let left = values
            .date("ends_on")
            .and_then(|end| cx.today.until(end).ok());
        let left = left.map(|span| Value::from(i64::from(span.get_days()) + 1));
        values.insert("days_left".to_owned(), left.unwrap_or_default());
    }
    let before = cx
        .referred(ENTITY, values, "changes")
        .and_then(|old| old.number("value"));
    values.insert(
        "before".to_owned(),
        before.map(Value::Number).unwrap_or_default(),
    );
    let covered = covered(values);
    let short = covered.is_some_and(|covered| covered < Decimal::ONE);
    let warning = short
        .then(|| Value::from("下级目标合计低于本目标 / the parts add up to less than the whole"));
    values.insert("warning".to_owned(), warning.unwrap_or_default());
    let covered = covered
        .map(|share| Value::Number(round(share, 4)))
        .unwrap_or_default();
    values.insert("covered".to_owned(), covered);
}

/// Σ of the parts / the whole; none without parts.
fn covered(values: &Values) -> Option<Decimal> {
    let rows = values.rows("breakdown");
    let parts: Decimal = rows.iter().filter_map(|row| row.number("amount")).sum();
    (!rows.is_empty()).then_some(())?;
    parts.checked_div(values.number("value")?)
}

pub(crate) fn check(
    before: Option<&Values>,
    after: &Values,
    cx: &HookContext<'_>,
) -> Result<(), Refusal> {
    if let (Some(start), Some(end)) = (after.date("starts_on"), after.date("ends_on"))
        && start > end
    {
        return Err(refuse(
            "ends_on",
            "dates_out_of_order",
            "期间结束早于开始，请核对",
            "The period ends before it starts; check it",
        ));
    }
    // Once it stands, nothing about it is judged again: a period may be over, a person may have left.
    let stands = |values: &Values| matches!(values.text("status"), Some("active" | "void"));
    if !cx.complete || before.is_some_and(stands) || stands(after) {
        return Ok(());
    }
    subject(after, cx)?;
    match after.text("kind") {
        Some("change") => change(after, cx)?,
        _ => set(after, cx)?,
    }
    if covered(after).is_some_and(|covered| covered < COVERED_MIN) {
        return Err(not_covered("breakdown"));
    }
    tiers(after, cx)
}

fn not_covered(field: &str) -> Refusal {
    refuse(
        field,
        "parts_below_90",
        "下级目标合计低于上级目标的 90 %，请调整",
        "The parts add up to less than 90 % of the whole; adjust them",
    )
}

fn subject(after: &Values, cx: &HookContext<'_>) -> Result<(), Refusal> {
    if after
        .text("person")
        .is_some_and(|person| !cx.is_here(person))
    {
        return Err(refuse(
            "person",
            "person_left",
            "此人已离职，不能再设置或变更目标；历史记录保留在原部门",
            "This person has left; their history stays with the department, new targets need somebody who is here",
        ));
    }
    if after.date("ends_on").is_some_and(|end| end < cx.today) {
        return Err(refuse(
            "ends_on",
            "period_closed",
            "该期间已结束，不能再设置或变更目标",
            "The period is over; its targets are not changed any more",
        ));
    }
    Ok(())
}

fn set(after: &Values, cx: &HookContext<'_>) -> Result<(), Refusal> {
    let tier = |other: &&Values| other.text("tier") == after.text("tier");
    for other in same(after, cx).iter().filter(tier) {
        let period = |values: &Values| (values.date("starts_on"), values.date("ends_on"));
        let (theirs, ours) = (period(other), period(after));
        if theirs == ours {
            let number = other.text("number").unwrap_or_default();
            return Err(refuse(
                "starts_on",
                "target_twice",
                format!("同一对象、指标、期间和考核值已有目标 {number}，请改为变更"),
                format!(
                    "Target {number} stands for the same subject, indicator, period and tier; ask for a change"
                ),
            ));
        }
        if theirs.0 <= ours.1 && ours.0 <= theirs.1 {
            return Err(refuse(
                "starts_on",
                "periods_overlap",
                "与已有目标的期间重叠，请核对起止日期",
                "The period overlaps that of another target; check the dates",
            ));
        }
    }
    Ok(())
}

fn change(after: &Values, cx: &HookContext<'_>) -> Result<(), Refusal> {
    for (field, zh, en) in [
        (
            "changes",
            "请选择被变更的目标",
            "Choose the target to change",
        ),
        ("reason", "请填写变更原因", "Give the reason of the change"),
        (
            "effective_from",
            "请填写生效日期",
            "Say from when it is effective",
        ),
        (
            "achieved",
            "请填写当前完成情况",
            "Say what has been achieved so far",
        ),
    ] {
        if after.lacks(field) {
            return Err(refuse(field, "field_required", zh, en));
        }
    }
    let old = cx.referred(ENTITY, after, "changes").unwrap_or_default();
    let fields = ["unit", "person", "indicator", "tier"];
    let differs = fields
        .iter()
        .any(|field| old.text(field) != after.text(field))
        || ["starts_on", "ends_on"]
            .iter()
            .any(|field| old.date(field) != after.date(field));
    if differs || old.text("status") != Some("active") {
        return Err(refuse(
            "changes",
            "not_that_target",
            "被变更的目标须有效，且对象、指标、期间、考核值相同",
            "The target to change must be in force and have the same subject, indicator, period and tier",
        ));
    }
    let newest = same(after, cx);
    if !newest
        .iter()
        .any(|other| other.text("id") == after.text("changes"))
    {
        return Err(refuse(
            "changes",
            "not_newest",
            "该目标已被后来的变更取代，请变更最新的一条",
            "This target was replaced by a later change; change the newest one",
        ));
    }
    let asked = |other: &Values| {
        other.text("status") == Some("asked") && other.text("changes") == after.text("changes")
    };
    if newest.iter().any(asked) {
        return Err(refuse(
            "changes",
            "change_open",
            "该目标已有变更在审批，请等它结束",
            "Another change of this target is being decided; wait for it",
        ));
    }
    parts_of_parent(after, cx)
}

/// A part that is lowered must leave its parent's parts at 90 % of it.
fn parts_of_parent(after: &Values, cx: &HookContext<'_>) -> Result<(), Refusal> {
    let Some(parent) = cx.referred(ENTITY, after, "parent") else {
        return Ok(());
    };
    let changed = after.text("changes");
    let parts = newest(cx.find(ENTITY, "parent", after.text("parent").unwrap_or_default()));
    let others: Decimal = parts
        .iter()
        .filter(|part| part.text("status") == Some("active") && part.text("id") != changed)
        .filter_map(|part| part.number("value"))
        .sum();
    let whole = parent.number("value").unwrap_or_default();
    if others + after.number("value").unwrap_or_default() < whole * COVERED_MIN {
        return Err(not_covered("value"));
    }
    Ok(())
}

/// A stretch target is not below the base target of the same period.
fn tiers(after: &Values, cx: &HookContext<'_>) -> Result<(), Refusal> {
    let stretch = after.text("tier") == Some("stretch");
    let value = after.number("value").unwrap_or_default();
    let wrong = same(after, cx).iter().any(|other| {
        let period = ["starts_on", "ends_on"]
            .iter()
            .all(|field| other.date(field) == after.date(field));
        let theirs = other.number("value").unwrap_or_default();
        period
            && other.text("status") == Some("active")
            && other.text("tier") != after.text("tier")
            && if stretch {
                value < theirs
            } else {
                value > theirs
            }
    });
    if wrong {
        return Err(refuse(
            "value",
            "stretch_below_base",
            "冲刺目标不得低于基本目标",
            "The stretch target must not be below the base target",
        ));
    }
    Ok(())
}

/// Keeps `status`, and an unchangeable line of history when a target comes into force.
pub(crate) fn react(change: &Change, values: &Values, cx: &HookContext<'_>) -> Vec<Reaction> {
    let status = match change {
        Change::Submitted { .. } => "asked",
        Change::Ended {
            outcome: Outcome::Approved,
            ..
        } => "active",
        Change::Ended { .. } => "void",
        _ => return vec![],
    };
    let mut reactions = vec![Reaction::Set(Values::from([(
        "status".to_owned(),
        Value::from(status),
    )]))];
    if status == "active" {
        let copy = |name: &str| values.get(name).cloned().unwrap_or_default();
        let from = values
            .date("effective_from")
            .or(values.date("starts_on"))
            .unwrap_or(cx.today);
        let history = [
            ("number", copy("number")),
            ("target", Value::from(cx.record)),
            ("unit", copy("unit")),
            ("before", copy("before")),
            ("after", copy("value")),
            ("achieved", copy("achieved")),
            ("reason", copy("reason")),
            ("effective_from", Value::Date(from)),
        ];
        reactions.push(Reaction::Create {
            entity: "target_history".to_owned(),
            values: history.map(|(name, value)| (name.to_owned(), value)).into(),
        });
    }
    reactions
}
