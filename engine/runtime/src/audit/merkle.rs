//! The roots against the events: signatures, numbers, and the tree computed anew.

use std::collections::BTreeMap;

use assent_core::audit::{
    Edge, Hash, KeyRow, RootRow, empty_root, endorsed_text, hex, key_id, unhex,
};

use super::finding::{Finding, Report};
use super::key::verifies;
use super::sealing::is_signed;

/// A covered event that is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub place: u64,
    pub leaf: Hash,
    /// Index of its chain in the list of names.
    pub chain: usize,
    pub seq: u32,
}

/// Keys: each has the name it must have, and all but the first are endorsed by the one before.
pub(super) fn keys(keys: &[KeyRow], trusted: &[String], last: Option<&str>, report: &mut Report) {
    for (at, key) in keys.iter().enumerate() {
        let named = unhex(&key.public).is_some_and(|public| key_id(&public) == key.id);
        let before = at.checked_sub(1).map(|at| &keys[at]);
        let endorsed = match before {
            None => key.by.is_empty(),
            Some(before) => {
                key.by == before.id
                    && verifies(
                        &before.public,
                        &endorsed_text(&key.public, key.since),
                        &key.endorsement,
                    )
            }
        };
        if !named || !endorsed {
            report.add(Finding::new(
                "key_unknown",
                format!("密钥 {} 没有得到前一个密钥的背书，其签名不可信", key.id),
                format!(
                    "Key {} is not endorsed by the one before it; its signatures prove nothing",
                    key.id
                ),
            ));
        }
        report.keys.push(key.id.clone());
    }
    let is_trusted = |key: &KeyRow| {
        trusted
            .iter()
            .any(|known| *known == key.public || *known == key.id)
    };
    let (from, signed) = (
        keys.iter().position(is_trusted),
        last.and_then(|last| keys.iter().position(|key| key.id == last)),
    );
    let is_good = matches!((from, signed), (Some(from), Some(signed)) if from <= signed);
    if let Some(last) = last.filter(|_| !trusted.is_empty() && !is_good) {
        report.add(Finding::new(
            "key_unknown",
            format!("最后一个存证根由密钥 {last} 签名，不是受信任的密钥，也没有得到其背书"),
            format!("The last root is signed by key {last}, which is neither trusted nor endorsed by a trusted one"),
        ));
    }
}

/// Roots: numbered without gaps, growing, each signed together with the one before it.
pub(super) fn signatures(roots: &[RootRow], keys: &[KeyRow], report: &mut Report) {
    let (mut before, mut size) = ("", 0);
    for (at, root) in roots.iter().enumerate() {
        let fault = |code, zh: &str, en: &str| Finding {
            root: Some(root.no),
            ..Finding::new(
                code,
                format!("第 {} 号存证根{zh}", root.no),
                format!("Root {} {en}", root.no),
            )
        };
        if root.no != at as u64 + 1 || root.size <= size {
            report.add(fault(
                "root_order",
                "的编号或大小不连续，有存证根被删除或改动",
                "does not follow the one before it: a root was deleted or changed",
            ));
        }
        if !is_signed(root, before, keys) {
            report.add(fault(
                "root_signature",
                "的签名不正确",
                "is not signed by a known key, or was changed",
            ));
        }
        (before, size) = (&root.signature, root.size);
    }
}

/// Parts: each lies where the root it names begins to cover, so a root that was taken away is missed.
pub(super) fn parts(named: &[(u64, u64, u64)], roots: &[RootRow], report: &mut Report) {
    for (no, place, count) in named {
        let at = usize::try_from(*no).ok().and_then(|no| no.checked_sub(1));
        let root = at.and_then(|at| roots.get(at));
        let from = at
            .and_then(|at| at.checked_sub(1))
            .and_then(|at| roots.get(at))
            .map_or(0, |root| root.size);
        if root.is_none_or(|root| *place < from || place.saturating_add(*count) > root.size) {
            report.add(Finding {
                root: Some(*no),
                ..Finding::new(
                    "root_order",
                    format!("有事件记为由第 {no} 号存证根覆盖，但没有这个存证根，或它覆盖的是别的事件"),
                    format!("Events are said to be covered by root {no}, but there is none, or it covers others"),
                )
            });
        }
    }
}

/// The tree: what the roots say against the events that are there. Names every event that is not the one that was covered.
pub(super) fn tree(
    roots: &[RootRow],
    mut placed: Vec<Placed>,
    kept: &[Hash],
    chains: &[String],
    report: &mut Report,
) {
    placed.sort_by_key(|event| event.place);
    let root_of = |place: u64| {
        roots
            .iter()
            .find(|root| root.size > place)
            .map(|root| root.no)
    };
    let by_place: BTreeMap<u64, &Placed> =
        placed.iter().map(|event| (event.place, event)).collect();
    let proven = proven(roots, kept);
    for (place, leaf) in (0..proven).zip(kept) {
        let Some(event) = by_place.get(&place) else {
            report.add(Finding {
                place: Some(place),
                root: root_of(place),
                ..Finding::new(
                    "event_missing",
                    format!("总序号 {place} 的事件不见了"),
                    format!("The event at place {place} is missing"),
                )
            });
            continue;
        };
        if event.leaf != *leaf {
            report.add(changed(event, chains, root_of(place)));
        }
    }
    // Where the stored leaves are not those of the roots, the events alone must make the roots.
    let mut edge = Edge::default();
    for root in roots {
        let from = edge.size();
        while edge.size() < root.size
            && let Some(event) = by_place.get(&edge.size())
        {
            edge.push(event.leaf, &mut vec![]);
        }
        if root.size <= proven {
            continue;
        }
        if edge.size() != root.size || hex(&edge.root()) != root.root {
            let last = root.size.saturating_sub(1);
            report.add(Finding {
                place: Some(from),
                root: Some(root.no),
                ..Finding::new(
                    "root_differs",
                    format!(
                        "总序号 {from} 到 {last} 的事件与第 {} 号存证根不符",
                        root.no
                    ),
                    format!(
                        "The events at places {from} to {last} are not those of root {}",
                        root.no
                    ),
                )
            });
            return;
        }
    }
}

/// How many of the stored leaves the signed roots prove to be what they were.
fn proven(roots: &[RootRow], kept: &[Hash]) -> u64 {
    let (mut edge, mut proven) = (Edge::default(), 0);
    let mut leaves = kept.iter();
    for root in roots {
        while edge.size() < root.size
            && let Some(leaf) = leaves.next()
        {
            edge.push(*leaf, &mut vec![]);
        }
        if edge.size() != root.size || hex(&edge.root()) != root.root {
            break;
        }
        proven = root.size;
    }
    proven
}

fn changed(event: &Placed, chains: &[String], root: Option<u64>) -> Finding {
    let chain = chains.get(event.chain).cloned().unwrap_or_default();
    let (seq, place) = (event.seq, event.place);
    Finding {
        seq: Some(seq),
        place: Some(place),
        root,
        words: assent_core::text::Text::new(
            format!("{chain} 的第 {seq} 个事件（总序号 {place}）在存证之后被改动"),
            format!("Event {seq} of {chain} (place {place}) was changed after it was sealed"),
        ),
        chain: Some(chain),
        code: "event_changed",
    }
}

/// The roots that were written down earlier (from an older export, on paper) are still the same.
pub(super) fn anchors(roots: &[RootRow], anchors: &[RootRow], report: &mut Report) {
    for anchor in anchors {
        let is_same = roots
            .iter()
            .any(|root| (root.no, root.size, &root.root) == (anchor.no, anchor.size, &anchor.root));
        if !is_same && anchor.root != hex(&empty_root()) {
            report.add(Finding {
                root: Some(anchor.no),
                ..Finding::new(
                    "root_differs",
                    format!("先前导出中的第 {} 号存证根，如今不在或已不同：历史被改写", anchor.no),
                    format!("Root {} of the earlier export is gone or another one now: history was rewritten", anchor.no),
                )
            });
        }
    }
}
