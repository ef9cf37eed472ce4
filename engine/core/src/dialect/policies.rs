//! `policies:` of a flow and of a state.

use crate::definition::{
    DataChanged, DecideFromMail, Nobody, OwnRequest, Policies, PolicyOverrides, ReplyByMail,
    Restore, SamePerson, Signatures, Withdraw,
};

use super::map::MapReader;
use super::names::Names;
use super::reader::Reader;
use super::scalar;
use super::tree::Node;

const OWN_REQUEST: [(&str, OwnRequest); 4] = [
    ("refuse", OwnRequest::Refuse),
    ("superior", OwnRequest::Superior),
    ("ask", OwnRequest::Ask),
    ("pass", OwnRequest::Pass),
];
const SAME_PERSON: [(&str, SamePerson); 4] = [
    ("consecutive", SamePerson::Consecutive),
    ("once", SamePerson::Once),
    ("ask", SamePerson::Ask),
    ("refuse", SamePerson::Refuse),
];
const DATA_CHANGED: [(&str, DataChanged); 2] = [
    ("ask_again", DataChanged::AskAgain),
    ("keep", DataChanged::Keep),
];
const DECIDE_FROM_MAIL: [(&str, DecideFromMail); 3] = [
    ("after_sign_in", DecideFromMail::AfterSignIn),
    ("code", DecideFromMail::Code),
    ("link", DecideFromMail::Link),
];
const REPLY_BY_MAIL: [(&str, ReplyByMail); 3] = [
    ("never", ReplyByMail::Off),
    ("reject_only", ReplyByMail::RejectOnly),
    ("any", ReplyByMail::Any),
];
const WITHDRAW: [(&str, Withdraw); 3] = [
    ("before_first_decision", Withdraw::BeforeFirstDecision),
    ("before_end", Withdraw::BeforeEnd),
    ("never", Withdraw::Never),
];
const SIGNATURES: [(&str, Signatures); 2] = [
    ("keep_unchanged", Signatures::KeepUnchanged),
    ("ask_again", Signatures::AskAgain),
];
const RESTORE: [(&str, Restore); 3] = [
    (
        "rejected",
        Restore {
            rejected: true,
            withdrawn: false,
        },
    ),
    (
        "withdrawn",
        Restore {
            rejected: false,
            withdrawn: true,
        },
    ),
    (
        "both",
        Restore {
            rejected: true,
            withdrawn: true,
        },
    ),
];
/// Longest time for opening a rejected case again.
const REOPEN_DAYS_MAX: u32 = 3_650;
const AFTER_RETURN: [(&str, bool); 2] = [("same", false), ("anew", true)];

/// Most rounds a flow may allow.
const ROUNDS_MAX: u32 = 100;

/// One policy by its word.
pub fn policy<T: Clone>(
    reader: &mut Reader,
    map: &mut MapReader<'_>,
    key: &'static str,
    choices: &[(&str, T)],
) -> Option<T> {
    map.get(key)
        .and_then(|node| scalar::one_of(reader, node, choices))
}

/// `policies:` of a flow; what is not said is as documented at [`Policies`].
pub fn policies(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Policies {
    let usual = Policies::default();
    let Some(mut map) = MapReader::open(reader, node, ("策略", "set of policies")) else {
        return usual;
    };
    let found = overridable(reader, names, &mut map);
    let policies = Policies {
        nobody: found.nobody.unwrap_or(usual.nobody),
        own_request: found.own_request.unwrap_or(usual.own_request),
        same_person: found.same_person.unwrap_or(usual.same_person),
        data_changed: found.data_changed.unwrap_or(usual.data_changed),
        decide_from_mail: found.decide_from_mail.unwrap_or(usual.decide_from_mail),
        reply_by_mail: policy(reader, &mut map, "reply_by_mail", &REPLY_BY_MAIL)
            .unwrap_or(usual.reply_by_mail),
        rounds_max: map
            .get("rounds")
            .and_then(|node| scalar::count(reader, node, 0, ROUNDS_MAX))
            .unwrap_or(usual.rounds_max),
        withdraw: policy(reader, &mut map, "withdraw", &WITHDRAW).unwrap_or(usual.withdraw),
        people_anew: policy(reader, &mut map, "people_after_return", &AFTER_RETURN)
            .unwrap_or(usual.people_anew),
        signatures: policy(reader, &mut map, "signatures_after_return", &SIGNATURES)
            .unwrap_or(usual.signatures),
        restore: policy(reader, &mut map, "restore", &RESTORE).unwrap_or(usual.restore),
        reopen_days: map
            .get("reopen_days")
            .and_then(|node| scalar::count(reader, node, 1, REOPEN_DAYS_MAX)),
    };
    map.close(reader);
    policies
}

/// `policies:` of one state.
pub fn state_policies(reader: &mut Reader, names: &Names<'_>, node: &Node) -> PolicyOverrides {
    let what = ("节点的策略", "set of policies of a state");
    let Some(mut map) = MapReader::open(reader, node, what) else {
        return PolicyOverrides::default();
    };
    let found = overridable(reader, names, &mut map);
    for key in [
        "reply_by_mail",
        "rounds",
        "withdraw",
        "people_after_return",
        "signatures_after_return",
        "restore",
        "reopen_days",
    ] {
        map.refuse(
            reader,
            key,
            (
                "这一项只能对整个流程设定",
                "This can only be set for the whole flow",
            ),
            ("移到顶层的 policies:", "Move it to policies: at the top"),
        );
    }
    map.close(reader);
    found
}

fn overridable(reader: &mut Reader, names: &Names<'_>, map: &mut MapReader<'_>) -> PolicyOverrides {
    PolicyOverrides {
        nobody: map
            .get("nobody")
            .and_then(|node| nobody(reader, names, node)),
        own_request: policy(reader, map, "own_request", &OWN_REQUEST),
        same_person: policy(reader, map, "same_person", &SAME_PERSON),
        data_changed: policy(reader, map, "data_changed", &DATA_CHANGED),
        decide_from_mail: policy(reader, map, "decide_from_mail", &DECIDE_FROM_MAIL),
    }
}

fn nobody(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Option<Nobody> {
    if node.entries().is_some() {
        let mut map = MapReader::open(reader, node, ("nobody 策略", "nobody policy"))?;
        let word = map
            .need("fallback")
            .and_then(|node| scalar::text(reader, node));
        map.close(reader);
        let word = word?;
        names.people(reader, &word)?;
        return Some(Nobody::Fallback(word.text));
    }
    scalar::one_of(
        reader,
        node,
        &[
            ("hold", Nobody::Hold),
            ("superior", Nobody::Superior),
            ("pass", Nobody::Pass),
            ("reject", Nobody::Reject),
        ],
    )
}
