//! `play:`: what happens, step by step.

use crate::command::{Override, SignerPlace, SignerRole};
use crate::definition::StateKind;
use crate::dialect::map::{MapReader, items};
use crate::dialect::reader::{Reader, Word};
use crate::dialect::scalar;
use crate::dialect::tree::Node;
use crate::dialect::value;
use crate::example::{Deed, Step};
use crate::value::Value;

use super::{Cx, expect, parts, person};

/// Most steps of one example.
const STEPS_MAX: usize = 500;

/// Reads the steps.
pub fn play(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Vec<Step> {
    items(node)
        .iter()
        .take(STEPS_MAX)
        .filter_map(|item| step(reader, cx, item))
        .collect()
}

fn step(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Option<Step> {
    let mut map = MapReader::open(reader, node, ("步骤", "step"))?;
    let line = reader.place(map.span).line;
    let word = |reader: &mut Reader, map: &mut MapReader<'_>, key: &'static str| {
        map.get(key).and_then(|node| scalar::text(reader, node))
    };
    let at = map.get("at").and_then(|node| super::time(reader, cx, node));
    let who = word(reader, &mut map, "who").filter(|who| person(reader, cx, who));
    let state = word(reader, &mut map, "state");
    let state = state.filter(|state| cx.names.state(reader, state).is_some());
    let reason = word(reader, &mut map, "reason");
    let comment = word(reader, &mut map, "comment");
    let refused = word(reader, &mut map, "refused");
    let sign = word(reader, &mut map, "sign");
    let bulk = map.get("bulk").and_then(|node| scalar::flag(reader, node));
    let step_up = map
        .get("step_up")
        .and_then(|node| scalar::flag(reader, node));
    let set = map
        .get("set")
        .and_then(|node| super::values(reader, cx, node));
    let deed = deed(reader, cx, &mut map, state.as_ref());
    let expect = map.get("expect");
    let expect = expect.map(|node| expect::expect(reader, cx, node));
    let has_who = map.has("who");
    let span = map.span;
    map.close(reader);
    let acts = matches!(
        &deed,
        Some(
            Deed::Approve
                | Deed::Reject
                | Deed::Submit
                | Deed::SubmitStraightBack
                | Deed::Withdraw
                | Deed::Return(_)
                | Deed::Transfer(_)
                | Deed::Comment
                | Deed::Act(_)
                | Deed::Outcome(_)
                | Deed::Delegate(_)
                | Deed::AddSigner(_, _, _)
                | Deed::RemoveSigner(_)
                | Deed::Advise
                | Deed::Claim
                | Deed::GiveBack
                | Deed::Copy(_)
                | Deed::Read
                | Deed::Ask(_)
                | Deed::Reply
                | Deed::TakeBack
                | Deed::Urge
                | Deed::Reopen
                | Deed::Revoke
                | Deed::Override(_)
        )
    );
    if acts && !has_who {
        reader.error(
            "who-missing",
            span,
            ("没有写是谁做的", "Nobody is named who does this"),
            ("加上 who: 人名", "Add who: and a name"),
        );
    }
    Some(Step {
        line,
        at,
        who: who.map(|word| word.text),
        state: state.map(|word| word.text),
        deed,
        set: set.unwrap_or_default(),
        reason: reason.or(comment).map(|word| word.text),
        sign: sign.map(|word| word.text),
        step_up: step_up.unwrap_or_default(),
        bulk: bulk.unwrap_or_default(),
        refused: refused.map(|word| word.text),
        expect: expect.unwrap_or_default(),
    })
}

/// What somebody does; at most one thing a step.
fn deed(
    reader: &mut Reader,
    cx: &Cx<'_>,
    map: &mut MapReader<'_>,
    state: Option<&Word>,
) -> Option<Deed> {
    let verbs: Vec<&'static str> = ["decide", "do", "event", "change", "child"]
        .into_iter()
        .filter(|verb| map.has(verb))
        .collect();
    let to = map.get("to");
    let straight = map.get("straight_back");
    let payload = map.get("payload");
    let signer = (map.get("place"), map.get("as"));
    if verbs.len() > 1 {
        reader.error(
            "two-deeds",
            map.span,
            (
                format!("一步只做一件事，这里写了 {}", verbs.join("、")),
                format!("A step does one thing; here stand {}", verbs.join(", ")),
            ),
            ("拆成几步", "Make several steps of it"),
        );
        return None;
    }
    let verb = verbs.first()?;
    let node = map.get(verb)?;
    match *verb {
        "decide" => decided(reader, cx, node),
        "do" => {
            let word = scalar::text(reader, node)?;
            let straight = straight.and_then(|node| scalar::flag(reader, node));
            if word.text == "add_signer" {
                return add_signer(reader, cx, &word, to, signer);
            }
            done(reader, cx, &word, to, straight == Some(true), state)
        }
        "event" => {
            let word = scalar::text(reader, node)?;
            let payload = payload.map_or(Value::Empty, value::guess);
            Some(Deed::Happen(word.text, payload))
        }
        "change" => {
            let map = MapReader::open(reader, node, ("change:", "change:"))?;
            let [(key, node)] = map.written() else {
                reader.error(
                    "two-deeds",
                    node.span,
                    ("一步只改一个人", "A step changes one person"),
                    ("拆成几步", "Make several steps of it"),
                );
                return None;
            };
            Some(Deed::Recast(key.text.clone(), parts(reader, cx, node)))
        }
        _ => scalar::id(reader, node).map(|word| Deed::Child(word.text)),
    }
}

const VERBS: [&str; 27] = [
    "submit",
    "withdraw",
    "return",
    "transfer",
    "comment",
    "retry",
    "delegate",
    "add_signer",
    "remove_signer",
    "advise",
    "claim",
    "give_back",
    "copy",
    "read",
    "ask",
    "reply",
    "take_back",
    "urge",
    "reopen",
    "revoke",
    "terminate",
    "suspend",
    "resume",
    "jump",
    "reassign",
    "skip",
    "retry_one",
];

/// `decide:` approve, reject, or an outcome some state of the flow defines.
fn decided(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Option<Deed> {
    let word = scalar::text(reader, node)?;
    let outcomes = cx.states.iter().flat_map(|state| match &state.kind {
        StateKind::Approve(approve) => approve.outcomes.as_slice(),
        _ => &[],
    });
    let mut known = vec!["approve", "reject"];
    known.extend(outcomes.map(|outcome| outcome.id.as_str()));
    match word.text.as_str() {
        "approve" => Some(Deed::Approve),
        "reject" => Some(Deed::Reject),
        id if known.contains(&id) => Some(Deed::Outcome(word.text)),
        _ => {
            scalar::unknown_word(reader, &word, known);
            None
        }
    }
}

/// `do: add_signer, to: person, place: before | alongside | after, as: voter | adviser`.
fn add_signer(
    reader: &mut Reader,
    cx: &Cx<'_>,
    word: &Word,
    to: Option<&Node>,
    signer: (Option<&Node>, Option<&Node>),
) -> Option<Deed> {
    const PLACES: [(&str, SignerPlace); 3] = [
        ("before", SignerPlace::Before),
        ("alongside", SignerPlace::Alongside),
        ("after", SignerPlace::After),
    ];
    const ROLES: [(&str, SignerRole); 2] = [
        ("voter", SignerRole::Voter),
        ("adviser", SignerRole::Adviser),
    ];
    let to = to_whom(reader, word, to)?;
    let place = match signer.0 {
        Some(node) => scalar::one_of(reader, node, &PLACES)?,
        None => SignerPlace::Alongside,
    };
    let role = match signer.1 {
        Some(node) => scalar::one_of(reader, node, &ROLES)?,
        None => SignerRole::Voter,
    };
    person(reader, cx, &to).then_some(Deed::AddSigner(to.text, place, role))
}

fn done(
    reader: &mut Reader,
    cx: &Cx<'_>,
    word: &Word,
    to: Option<&Node>,
    straight_back: bool,
    state: Option<&Word>,
) -> Option<Deed> {
    // A work state's own action keeps its name, whatever else the word could mean.
    if is_action(cx, word, state) {
        return Some(Deed::Act(word.text.clone()));
    }
    match word.text.as_str() {
        "submit" if straight_back => Some(Deed::SubmitStraightBack),
        "submit" => Some(Deed::Submit),
        "withdraw" => Some(Deed::Withdraw),
        "comment" => Some(Deed::Comment),
        "retry" => Some(Deed::Retry),
        "return" => {
            let to = to_whom(reader, word, to)?;
            let fixed = matches!(to.text.as_str(), "applicant" | "previous");
            if !fixed {
                cx.names.state(reader, &to)?;
            }
            Some(Deed::Return(to.text))
        }
        "transfer" => whom(reader, cx, word, to).map(Deed::Transfer),
        "delegate" => whom(reader, cx, word, to).map(Deed::Delegate),
        "remove_signer" => whom(reader, cx, word, to).map(Deed::RemoveSigner),
        "ask" if to.is_none() => Some(Deed::Ask(None)),
        "ask" => whom(reader, cx, word, to).map(|to| Deed::Ask(Some(to))),
        "copy" => Some(Deed::Copy(super::people(reader, cx, to?))),
        "advise" => Some(Deed::Advise),
        "claim" => Some(Deed::Claim),
        "give_back" => Some(Deed::GiveBack),
        "read" => Some(Deed::Read),
        "reply" => Some(Deed::Reply),
        "take_back" => Some(Deed::TakeBack),
        "urge" => Some(Deed::Urge),
        "reopen" => Some(Deed::Reopen),
        "revoke" => Some(Deed::Revoke),
        "terminate" => Some(Deed::Override(Override::Terminate)),
        "suspend" => Some(Deed::Override(Override::Suspend)),
        "resume" => Some(Deed::Override(Override::Resume)),
        "jump" => {
            let to = to_whom(reader, word, to)?;
            cx.names.state(reader, &to)?;
            Some(Deed::Override(Override::Jump { to: to.text }))
        }
        "reassign" => {
            let to = to_whom(reader, word, to)?;
            let act = Override::Reassign {
                task: 0,
                to: to.text.clone(),
            };
            person(reader, cx, &to).then_some(Deed::Override(act))
        }
        "skip" | "retry_one" => {
            let state = named_state(reader, word, state)?;
            Some(Deed::Override(match word.text.as_str() {
                "skip" => Override::Skip { state },
                _ => Override::Retry { state },
            }))
        }
        _ => action(reader, cx, word, state),
    }
}

/// The person in `to:`.
fn whom(reader: &mut Reader, cx: &Cx<'_>, word: &Word, to: Option<&Node>) -> Option<String> {
    let to = to_whom(reader, word, to)?;
    person(reader, cx, &to).then_some(to.text)
}

/// Skipping and trying again are about a state, which must be named.
fn named_state(reader: &mut Reader, word: &Word, state: Option<&Word>) -> Option<String> {
    if state.is_none() {
        reader.error(
            "to-missing",
            word.span,
            (
                format!("do: {} 要写 state:", word.text),
                format!("do: {} needs state:", word.text),
            ),
            ("写明是哪个节点", "Name the state it is about"),
        );
    }
    state.map(|word| word.text.clone())
}

fn to_whom(reader: &mut Reader, word: &Word, to: Option<&Node>) -> Option<Word> {
    let Some(node) = to else {
        reader.error(
            "to-missing",
            word.span,
            (
                format!("do: {} 要写 to:", word.text),
                format!("do: {} needs to:", word.text),
            ),
            (
                "return 写节点、applicant 或 previous，jump 写节点，transfer 和 reassign 写人名",
                "A return names a state, applicant or previous; a jump a state; a transfer or reassign a person",
            ),
        );
        return None;
    };
    scalar::text(reader, node)
}

/// True for an action of a work state: of the one that is named, where one is.
fn is_action(cx: &Cx<'_>, word: &Word, state: Option<&Word>) -> bool {
    let at = |id: &str| state.is_none_or(|state| state.text == id);
    let mut here = cx.states.iter().filter(|known| at(&known.id));
    here.any(|known| {
        matches!(&known.kind, StateKind::Work { actions, .. }
            if actions.iter().any(|action| action.id == word.text))
    })
}

/// An action of a work state: of the named one, or of any.
fn action(reader: &mut Reader, cx: &Cx<'_>, word: &Word, state: Option<&Word>) -> Option<Deed> {
    let mut known: Vec<&str> = VERBS.to_vec();
    let at = |id: &str| state.is_none_or(|state| state.text == id);
    for state in cx.states.iter().filter(|state| at(&state.id)) {
        if let StateKind::Work { actions, .. } = &state.kind {
            known.extend(actions.iter().map(|action| action.id.as_str()));
        }
    }
    if known.contains(&word.text.as_str()) {
        return Some(Deed::Act(word.text.clone()));
    }
    if matches!(word.text.as_str(), "approve" | "reject") {
        let step = format!("decide: {}", word.text);
        reader.error(
            "unknown-action",
            word.span,
            (
                "do: 是办理的动作，同意和拒绝是决定",
                "do: is an action; approving and rejecting are decisions",
            ),
            (&format!("写成 {step}"), &format!("Write {step}")),
        );
        return None;
    }
    reader.unknown("unknown-action", word, ("动作", "action"), known);
    None
}
