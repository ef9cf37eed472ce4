//! `needs:` as a map: weighted votes, or a bar for each group.

use crate::definition::{GroupBar, Needs, PeopleRef};
use crate::dialect::map::{MapReader, key_word};
use crate::dialect::reader::{Reader, Word};
use crate::dialect::scalar;
use crate::dialect::tree::Node;

/// The heaviest vote, and the most approvals one group may need.
const VOTES_MAX: u32 = 100;

/// `{weights: {finance: 2, legal: 1}, at_least: 2}` or `{each: {legal: 1, finance: all}}`; the names are those of `by:`.
pub fn needs(reader: &mut Reader, node: &Node, by: &[PeopleRef]) -> Option<Needs> {
    let mut map = MapReader::open(reader, node, ("票数规则", "way of counting"))?;
    let weights = map.get("weights");
    let at_least = map.get("at_least");
    let each = map.get("each");
    let span = map.span;
    map.close(reader);
    match (weights, at_least, each) {
        (Some(weights), Some(bar), None) => weighted(reader, weights, bar, by),
        (None, None, Some(each)) => {
            let bars = per_name(reader, each, by, bar)?;
            Some(Needs::Each(bars))
        }
        (_, _, _) => {
            reader.error(
                "needs-unclear",
                span,
                (
                    "写 weights: 加 at_least:，或只写 each:",
                    "Write weights: with at_least:, or each: alone",
                ),
                (
                    "例如 {weights: {finance: 2, legal: 1}, at_least: 2} 或 {each: {legal: 1, finance: 1}}",
                    "For example {weights: {finance: 2, legal: 1}, at_least: 2} or {each: {legal: 1, finance: 1}}",
                ),
            );
            None
        }
    }
}

fn weighted(reader: &mut Reader, weights: &Node, bar: &Node, by: &[PeopleRef]) -> Option<Needs> {
    let at_least = scalar::count(reader, bar, 1, VOTES_MAX * VOTES_MAX);
    let weights = per_name(reader, weights, by, |reader, node| {
        scalar::count(reader, node, 1, VOTES_MAX)
    })?;
    Some(Needs::Weighted {
        weights,
        at_least: at_least?,
    })
}

fn bar(reader: &mut Reader, node: &Node) -> Option<GroupBar> {
    if node.scalar().is_some_and(|scalar| scalar.text == "all") {
        return Some(GroupBar::All);
    }
    scalar::count(reader, node, 1, VOTES_MAX).map(GroupBar::Count)
}

/// One value for every name in `by:`, in its order.
fn per_name<T: Copy>(
    reader: &mut Reader,
    node: &Node,
    by: &[PeopleRef],
    read: impl Fn(&mut Reader, &Node) -> Option<T>,
) -> Option<Vec<T>> {
    let map = MapReader::open(reader, node, ("名单", "list of names"))?;
    let names: Vec<String> = by.iter().map(name).collect();
    let mut found: Vec<Option<T>> = vec![None; names.len()];
    let mut sound = true;
    for (key, node) in map.written() {
        let word: Word = key_word(key);
        let Some(at) = names.iter().position(|name| *name == word.text) else {
            let known = names.iter().map(String::as_str);
            reader.unknown(
                "unknown-people",
                &word,
                ("by: 里的名字", "name in by:"),
                known,
            );
            sound = false;
            continue;
        };
        found[at] = read(reader, node);
        sound &= found[at].is_some();
    }
    let absent: Vec<&str> = names
        .iter()
        .zip(&found)
        .filter(|(_, found)| found.is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    if sound && !absent.is_empty() {
        reader.error(
            "name-without-vote",
            node.span,
            (
                format!("by: 里的 {} 没有写", absent.join("、")),
                format!("Nothing is said for {} of by:", absent.join(", ")),
            ),
            (
                "by: 里的每个名字都要写上",
                "Every name in by: needs its number here",
            ),
        );
        sound = false;
    }
    let all: Option<Vec<T>> = found.into_iter().collect();
    all.filter(|_| sound)
}

fn name(who: &PeopleRef) -> String {
    match who {
        PeopleRef::Applicant => "applicant".to_owned(),
        PeopleRef::Waiting => "waiting".to_owned(),
        PeopleRef::Named(name) => name.clone(),
    }
}
