//! What people did beside deciding, as sentences.

use assent_core::definition::{Definition, Signature, StateKind};
use assent_core::event::Change;
use assent_core::instance::TaskEnd;
use assent_core::people::Names as _;
use assent_core::text::Text;

use super::{Line, Said};
use crate::view::status::outcome_words;

/// The name of a custom outcome; its id when the definition does not know it.
pub(super) fn outcome_name(def: &Definition, state: &str, id: &str) -> Text {
    let kind = def.state_ix(state).map(|ix| &def.states[ix].kind);
    let known = match kind {
        Some(StateKind::Approve(approve)) => approve.outcomes.as_slice(),
        _ => &[],
    };
    known
        .iter()
        .find(|outcome| outcome.id == id)
        .map_or_else(|| Text::same(id), |outcome| outcome.name.clone())
}

/// Does the state ask for a drawn signature?
pub(super) fn drawn(def: &Definition, state: &str) -> bool {
    let kind = def.state_ix(state).map(|ix| &def.states[ix].kind);
    matches!(kind, Some(StateKind::Approve(approve)) if approve.signature == Some(Signature::Drawn))
}

/// A task that ended without its state being decided: out of a pool, back into it, or a copy ticked off.
pub(super) fn closed(said: &Said<'_>, end: TaskEnd) -> Line {
    let who = &said.who;
    let (kind, zh, en) = match end {
        TaskEnd::Claimed => ("claimed", "认领", "claimed it"),
        TaskEnd::GivenBack => ("given_back", "放回", "put it back"),
        TaskEnd::Read => ("read", "已阅", "has read the copy"),
        TaskEnd::Approved
        | TaskEnd::Rejected
        | TaskEnd::Returned
        | TaskEnd::Done
        | TaskEnd::Transferred
        | TaskEnd::Cancelled
        | TaskEnd::Advised
        | TaskEnd::Answered => return Line::silent("task_closed"),
    };
    let (zh, en) = (format!("{} {zh}", who.zh), format!("{} {en}", who.en));
    Line::new(kind, "comment", zh, en)
}

pub(super) fn words(said: &Said<'_>, change: &Change) -> Line {
    let who = &said.who;
    let plain = |kind, tone, zh: String, en: String| {
        let (zh, en) = (format!("{} {zh}", who.zh), format!("{} {en}", who.en));
        Line::new(kind, tone, zh, en)
    };
    match change {
        Change::VoterRemoved {
            person, comment, ..
        } => {
            let person = said.person(person);
            let (zh, en) = (format!("减签 {person}"), format!("removed {person}"));
            plain("voter_removed", "move", zh, en).comment(comment.as_ref())
        }
        Change::OpinionAsked {
            to,
            delegated,
            comment,
            ..
        } => {
            let to = said.person(to);
            let (zh, en) = if *delegated {
                (format!("委派给 {to}"), format!("delegated to {to}"))
            } else {
                (
                    format!("请 {to} 给出意见"),
                    format!("asked {to} for an opinion"),
                )
            };
            plain("opinion_asked", "ask", zh, en).comment(comment.as_ref())
        }
        Change::Advised { comment, .. } => {
            let (zh, en) = ("给出意见".to_owned(), "gave an opinion".to_owned());
            plain("advised", "comment", zh, en).comment(Some(comment))
        }
        Change::Copied { to, comment } => {
            let to = said.people(to);
            let (zh, en) = (
                format!("抄送 {}", to.zh),
                format!("sent a copy to {}", to.en),
            );
            plain("copied", "comment", zh, en).comment(comment.as_ref())
        }
        Change::Questioned { to, question, .. } => {
            let to = said.person(to);
            let (zh, en) = (format!("询问 {to}"), format!("asked {to}"));
            plain("questioned", "ask", zh, en).comment(Some(question))
        }
        Change::Replied { text, .. } => {
            let (zh, en) = ("回答".to_owned(), "answered".to_owned());
            plain("replied", "comment", zh, en).comment(Some(text))
        }
        Change::TakenBack { state, comment, .. } => {
            let name = said.state(state);
            let zh = format!("拿回了自己的决定 · {}", name.zh);
            let en = format!("took the decision back · {}", name.en);
            plain("taken_back", "return", zh, en)
                .at(state)
                .comment(comment.as_ref())
        }
        Change::Urged { people } => {
            let people = said.people(people);
            let (zh, en) = (
                format!("催办 {}", people.zh),
                format!("urged {}", people.en),
            );
            plain("urged", "ask", zh, en)
        }
        Change::Reopened { round, comment } => {
            let zh = format!("重新打开，第 {round} 轮");
            let en = format!("opened it again, round {round}");
            plain("reopened", "start", zh, en).comment(comment.as_ref())
        }
        Change::RevocationAsked { flow, comment, .. } => {
            let flow = said.names.records.definitions.flow(flow);
            let zh = format!("申请撤销，由流程“{}”决定", flow.zh);
            let en = format!("asked to revoke it; the flow “{}” decides", flow.en);
            plain("revocation_asked", "return", zh, en).comment(Some(comment))
        }
        Change::RevocationRefused { outcome, .. } => {
            let how = outcome_words(outcome.word());
            let zh = format!("撤销申请没有通过（{}），原结果有效", how.zh);
            let en = format!(
                "The revocation was not approved ({}); the result stands",
                how.en
            );
            plain("revocation_refused", "machine", zh, en)
        }
        Change::Revoked { .. } => plain(
            "revoked",
            "return",
            "撤销申请已通过，本单已撤销".to_owned(),
            "The revocation was approved: this case is revoked".to_owned(),
        ),
        _ => Line::silent("other"),
    }
}
