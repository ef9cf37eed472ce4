//! Where a state leads: `go:`, `if_approved:`, `if_rejected:`.

use crate::definition::{State, StateIx, Target};
use crate::dialect::map::MapReader;
use crate::dialect::names::Names;
use crate::dialect::reader::{Reader, Word};
use crate::dialect::scalar;
use crate::dialect::tree::{Key, Node};
use crate::text::Text;

use super::Cx;

/// Kinds whose result is approved or rejected.
const DECIDING: [&str; 4] = ["approve", "together", "choose", "subflow"];

/// Reads where a state leads.
pub fn ways_out(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
    state: &mut State,
    verb: &str,
) {
    if verb == "end" {
        for key in ["go", "if_approved", "if_rejected"] {
            map.refuse(
                reader,
                key,
                (
                    "流程在这里结束，不能再往下走",
                    "The flow ends here and leads nowhere",
                ),
                ("删掉它，或换掉 end:", "Remove it, or replace end:"),
            );
        }
        return;
    }
    let go = map.entry("go");
    if let Some((_, node)) = go
        && let Some(word) = scalar::text(reader, node)
        && let Some(target) = go_to(reader, cx.names, state.region, &word)
    {
        state.next = target;
    }
    if !DECIDING.contains(&verb) {
        for key in ["if_approved", "if_rejected"] {
            map.refuse(
                reader,
                key,
                (
                    "这个节点不作审批决定",
                    "Nothing is approved or rejected in this state",
                ),
                ("用 go: 指明去向", "Say where it leads with go:"),
            );
        }
        return;
    }
    if let Some((key, node)) = map.entry("if_approved") {
        if go.is_some() {
            reader.error(
                "two-ways-on",
                key.span,
                (
                    "go: 和 if_approved: 说的是同一件事",
                    "go: and if_approved: say the same thing",
                ),
                ("两者留一个", "Keep one of the two"),
            );
        }
        if let Some(way) = decision(reader, cx, node, state, true) {
            state.next = way.target;
            state.keep.extend(way.keep);
        }
    }
    if let Some(node) = map.get("if_rejected")
        && let Some(way) = decision(reader, cx, node, state, false)
    {
        state.if_rejected = way.target;
        state.say = way.say;
        state.keep = way.keep;
    }
}

/// A way with what goes along with it.
struct WayOut {
    target: Target,
    say: Option<Text>,
    keep: Vec<StateIx>,
}

/// `{go: …}`, `{back_to: …, keep: […], say: …}` or `end`.
fn decision(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    node: &Node,
    state: &State,
    approved: bool,
) -> Option<WayOut> {
    let names = cx.names;
    if node.scalar().is_some() && !node.is_blank() {
        let word = scalar::text(reader, node)?;
        return end_word(reader, names, &word, state, approved);
    }
    let mut map = MapReader::open(reader, node, ("去向", "way"))?;
    let go = map.get("go");
    let back = map.get("back_to");
    let say = map.get("say").and_then(|node| scalar::names(reader, node));
    let mut keep = Vec::new();
    if let Some(node) = map.get("keep") {
        for word in scalar::words(reader, node) {
            keep.extend(names.state(reader, &word));
        }
    }
    let span = map.span;
    let strange =
        |(key, _): &(Key, Node)| !["go", "back_to", "say", "keep"].contains(&key.text.as_str());
    let misspelt = map.written().iter().any(strange);
    map.close(reader);
    let target = match (go, back) {
        (Some(node), None) => {
            let word = scalar::text(reader, node)?;
            go_to(reader, names, state.region, &word)?
        }
        (None, Some(node)) => {
            let word = scalar::text(reader, node)?;
            back_to(reader, names, state.region, &word)?
        }
        (None, None) if misspelt => return None,
        (Some(_), Some(_)) | (None, None) => {
            reader.error(
                "way-unclear",
                span,
                (
                    "要写 go:（去）或 back_to:（退回）其中一个",
                    "Write one of go: and back_to:",
                ),
                (
                    "例如 {go: refused} 或 {back_to: draft}",
                    "For example {go: refused} or {back_to: draft}",
                ),
            );
            return None;
        }
    };
    Some(WayOut { target, say, keep })
}

fn end_word(
    reader: &mut Reader,
    names: &Names<'_>,
    word: &Word,
    state: &State,
    approved: bool,
) -> Option<WayOut> {
    if word.text == "end" {
        let in_branch = state.region != 0;
        let target = match (approved, in_branch) {
            (false, _) => Target::Reject,
            (true, true) => Target::BranchEnd,
            (true, false) => Target::Finish,
        };
        return Some(WayOut {
            target,
            say: None,
            keep: vec![],
        });
    }
    let place = reader.place(word.span);
    let known = names.states.iter().any(|(id, _)| *id == word.text);
    let mut fault = reader
        .fault(
            "way-unclear",
            word.span,
            format!("“{}”是去还是退回？", word.text),
            format!("Is “{}” a way on or a way back?", word.text),
        )
        .hint(
            "写成 {go: 节点}、{back_to: 节点} 或 end",
            "Write {go: state}, {back_to: state} or end",
        );
    if known {
        let go = format!("{{go: {}}}", word.text);
        let back = format!("{{back_to: {}}}", word.text);
        fault = fault
            .fix(
                Text::new(format!("改为 {go}"), format!("Change to {go}")),
                place.clone(),
                go,
            )
            .fix(
                Text::new(format!("改为 {back}"), format!("Change to {back}")),
                place,
                back,
            );
    }
    reader.push(fault);
    None
}

/// On to a state.
pub fn go_to(reader: &mut Reader, names: &Names<'_>, from: usize, word: &Word) -> Option<Target> {
    if word.text == "end" && !names.states.iter().any(|(id, _)| id == "end") {
        return Some(if from == 0 {
            Target::Finish
        } else {
            Target::BranchEnd
        });
    }
    let ix = names.state(reader, word)?;
    within_reach(reader, names, from, word, ix).then_some(Target::Go(ix))
}

/// Back to a state that was passed, or to the applicant's draft.
pub fn back_to(reader: &mut Reader, names: &Names<'_>, from: usize, word: &Word) -> Option<Target> {
    if word.text == "applicant" {
        if names.draft.is_none() {
            reader.error(
                "no-draft",
                word.span,
                (
                    "流程没有申请节点（draft:），退不回申请人",
                    "The flow has no draft: state, so nothing can go back to the applicant",
                ),
                ("加一个 draft: 节点", "Add a draft: state"),
            );
        }
        return names.draft.map(Target::BackTo);
    }
    let ix = names.state(reader, word)?;
    within_reach(reader, names, from, word, ix).then_some(Target::BackTo(ix))
}

/// True when the state stands in the same branch or outside; into another branch leads no way.
pub fn within_reach(
    reader: &mut Reader,
    names: &Names<'_>,
    from: usize,
    word: &Word,
    to: StateIx,
) -> bool {
    let fine = names.may_lead(from, to);
    if !fine {
        reader.error(
            "way-into-branch",
            word.span,
            (
                format!("“{}”在另一个分支里，不能直接进去", word.text),
                format!(
                    "“{}” stands inside another branch and cannot be entered alone",
                    word.text
                ),
            ),
            (
                "改为到包含它的 together: 节点，或到分支外的节点",
                "Lead to the together: state around it, or to a state outside",
            ),
        );
    }
    fine
}
