//! States in which people act: `draft:`, `approve:`, `work:`.

use rust_decimal::Decimal;

use crate::definition::{Approve, Needs, OnReject, PeopleRef, State, StateKind};
use crate::dialect::lean;
use crate::dialect::map::MapReader;
use crate::dialect::names::Names;
use crate::dialect::reader::Reader;
use crate::dialect::scalar;
use crate::dialect::tree::Node;
use crate::text::Text;

use super::{Cx, actions, answers, groups};

/// The map under a person's verb. `approve: boss` is what people write first: they are told about `by:`.
fn opened<'t>(reader: &mut Reader, node: &'t Node, verb: &'static str) -> Option<MapReader<'t>> {
    let bare = node
        .scalar()
        .filter(|scalar| !scalar.text.is_empty() && !scalar.text.contains(':') && !node.is_blank());
    let Some(bare) = bare else {
        let what = match verb {
            "draft" => ("draft:", "draft:"),
            "approve" => ("approve:", "approve:"),
            _ => ("work:", "work:"),
        };
        return MapReader::open(reader, node, what);
    };
    let map = format!("{{by: {}}}", bare.text);
    let place = reader.place(node.span);
    let fault = reader
        .fault(
            "not-a-map",
            node.span,
            format!("{verb}: 里要用 by: 写明由谁办理"),
            format!("Who acts stands under by: inside {verb}:"),
        )
        .hint(
            format!("写成 {verb}: {map}"),
            format!("Write {verb}: {map}"),
        )
        .fix(
            Text::new(format!("改为 {map}"), format!("Write {map}")),
            place,
            map,
        );
    reader.push(fault);
    None
}

/// `draft: {by: applicant}`.
pub fn draft(reader: &mut Reader, cx: &Cx<'_, '_>, map: &mut MapReader<'_>) -> Option<StateKind> {
    let mut map = opened(reader, map.get("draft")?, "draft")?;
    let word = map.need("by").and_then(|node| scalar::text(reader, node));
    map.close(reader);
    let by = cx.names.people(reader, &word?)?;
    Some(StateKind::Draft { by })
}

/// `approve: {by, needs, on_reject}`, or the same keys in the short form.
pub fn approve(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
    state: &State,
) -> Option<StateKind> {
    if cx.slot().short {
        return approval(reader, cx, map, state);
    }
    let mut inner = opened(reader, map.get("approve")?, "approve")?;
    let kind = approval(reader, cx, &mut inner, state);
    inner.close(reader);
    kind
}

fn approval(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
    state: &State,
) -> Option<StateKind> {
    let by = map.need("by").map(|node| refs(reader, cx.names, node));
    let needs = match map.get("needs") {
        Some(node) if node.entries().is_some() => {
            groups::needs(reader, node, by.as_deref().unwrap_or_default())
        }
        Some(node) => needs(reader, node),
        None => Some(Needs::Any),
    };
    let claim = claimed(reader, map, needs.as_ref());
    let (outcomes, signature, step_up) = (
        answers::outcomes(reader, cx, map, state),
        answers::signature(reader, map),
        answers::step_up(reader, cx, map),
    );
    let bulk = map.get("bulk");
    let bulk = bulk.and_then(|node| lean::condition(reader, cx.names, node));
    let on_reject = map.get("on_reject");
    let needs = needs?;
    let on_reject = match on_reject {
        Some(node) => {
            let word = on_reject_of(reader, node, &needs)?;
            if claim && word == OnReject::AllMustReject {
                claim_decides_alone(reader, node);
            }
            word
        }
        None => usual_on_reject(&needs),
    };
    Some(StateKind::Approve(Approve {
        by: by?,
        needs,
        on_reject,
        claim,
        outcomes,
        signature,
        step_up,
        bulk,
    }))
}

/// `claim: true`: a pool. Only where one decision is enough.
fn claimed(reader: &mut Reader, map: &mut MapReader<'_>, needs: Option<&Needs>) -> bool {
    let Some(node) = map.get("claim") else {
        return false;
    };
    let claim = scalar::flag(reader, node).unwrap_or_default();
    if claim && needs.is_some_and(|needs| *needs != Needs::Any) {
        reader.error(
            "claim-needs-any",
            node.span,
            (
                "认领只能用于或签：一个人认领，一个人决定",
                "Only one person claims and decides, so claim: goes with needs: any",
            ),
            ("去掉 claim: 或 needs:", "Remove claim: or needs:"),
        );
    }
    claim
}

fn claim_decides_alone(reader: &mut Reader, on_reject: &Node) {
    reader.error(
        "claim-needs-any",
        on_reject.span,
        (
            "认领的人一个人决定，不会等所有人拒绝",
            "Whoever claims decides alone; nobody waits until all have rejected",
        ),
        ("去掉 claim: 或 on_reject:", "Remove claim: or on_reject:"),
    );
}

/// Names from `people:` or the applicant; at least one.
pub fn refs(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Vec<PeopleRef> {
    let mut found: Vec<PeopleRef> = Vec::new();
    for word in scalar::words(reader, node) {
        let Some(person) = names.people(reader, &word) else {
            continue;
        };
        if found.contains(&person) {
            reader.error(
                "named-twice",
                word.span,
                (
                    format!("“{}”写了两次", word.text),
                    format!("“{}” is named twice", word.text),
                ),
                ("删掉一个", "Remove one"),
            );
        } else {
            found.push(person);
        }
    }
    if node.items().is_some_and(<[_]>::is_empty) {
        reader.error(
            "nobody-named",
            node.span,
            ("一个人也没写", "Nobody is named"),
            ("写上 people: 里的名字", "Name somebody from people:"),
        );
    }
    found
}

/// Most approvals one state may need.
const VOTES_MAX: u32 = 100;

/// `any`, `all`, `in_order`, `2`, `60%`.
pub fn needs(reader: &mut Reader, node: &Node) -> Option<Needs> {
    let word = scalar::text(reader, node)?;
    if let Some(share) = word.text.strip_suffix('%') {
        return percent(reader, node, share.trim_end());
    }
    if word
        .text
        .starts_with(|c: char| c.is_ascii_digit() || c == '-')
    {
        return scalar::count(reader, node, 1, VOTES_MAX).map(Needs::Count);
    }
    match word.text.as_str() {
        "any" => Some(Needs::Any),
        "all" => Some(Needs::All),
        "in_order" => Some(Needs::InOrder),
        _ => {
            scalar::unknown_word(reader, &word, ["any", "all", "in_order", "2", "60%"]);
            None
        }
    }
}

fn percent(reader: &mut Reader, node: &Node, share: &str) -> Option<Needs> {
    let found = scalar::exact(share)
        .filter(|share| *share > Decimal::ZERO && *share <= Decimal::ONE_HUNDRED);
    if found.is_none() {
        reader.error(
            "bad-share",
            node.span,
            (
                "比例要大于 0%，不超过 100%",
                "A share is more than 0 % and at most 100 %",
            ),
            ("例如 60%", "For example 60%"),
        );
    }
    found.map(Needs::Percent)
}

/// What one rejection does where nothing is said.
fn usual_on_reject(needs: &Needs) -> OnReject {
    match needs {
        Needs::Any => OnReject::FirstDecision,
        Needs::All | Needs::InOrder => OnReject::Veto,
        Needs::Count(_) | Needs::Percent(_) | Needs::Weighted { .. } | Needs::Each(_) => {
            OnReject::UntilDecided
        }
    }
}

fn on_reject_of(reader: &mut Reader, node: &Node, needs: &Needs) -> Option<OnReject> {
    const FOR_ANY: [(&str, OnReject); 2] = [
        ("first_decision", OnReject::FirstDecision),
        ("all_must_reject", OnReject::AllMustReject),
    ];
    const FOR_SEVERAL: [(&str, OnReject); 3] = [
        ("veto", OnReject::Veto),
        ("until_decided", OnReject::UntilDecided),
        ("collect_all", OnReject::CollectAll),
    ];
    match needs {
        Needs::Any => scalar::one_of(reader, node, &FOR_ANY),
        Needs::All
        | Needs::InOrder
        | Needs::Count(_)
        | Needs::Percent(_)
        | Needs::Weighted { .. }
        | Needs::Each(_) => scalar::one_of(reader, node, &FOR_SEVERAL),
    }
}

/// `work: {by}` with `actions:`.
pub fn work(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
    state: &State,
) -> Option<StateKind> {
    let inner = map.get("work")?;
    let actions = actions::actions(reader, cx, map, state);
    let mut inner = opened(reader, inner, "work")?;
    let by = inner.need("by").map(|node| refs(reader, cx.names, node));
    let claim = claimed(reader, &mut inner, None);
    inner.close(reader);
    Some(StateKind::Work {
        by: by?,
        actions,
        claim,
    })
}
