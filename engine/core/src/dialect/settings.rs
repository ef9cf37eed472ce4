//! The short sections before the states: `tables:`, `people:`, `policies:`, `proxy:`, `mails:`.

use std::collections::BTreeMap;

use crate::calendar::TermUnit;
use crate::definition::{
    DataChanged, DecideFromMail, MailTemplate, Nobody, OwnRequest, Policies, PolicyOverrides,
    Proxy, ReplyByMail, SamePerson, Withdraw,
};
use crate::people::PeopleRule;
use crate::value::Value;

use super::lean;
use super::map::{MapReader, key_word};
use super::names::Names;
use super::reader::Reader;
use super::scalar;
use super::tree::Node;
use super::value;

/// `tables:` by table and key.
pub type Tables = BTreeMap<String, BTreeMap<String, Value>>;

/// `tables:`: constants by table and key.
pub fn tables(reader: &mut Reader, node: &Node) -> Tables {
    let mut found = Tables::new();
    let Some(list) = MapReader::open(reader, node, ("阈值表", "list of tables")) else {
        return found;
    };
    for (key, node) in list.written() {
        let name = key_word(key);
        let named = scalar::check_id(reader, &name);
        let Some(table) = MapReader::open(reader, node, ("表", "table")) else {
            continue;
        };
        let mut values = BTreeMap::new();
        for (key, node) in table.written() {
            let word = key_word(key);
            let fine = scalar::check_id(reader, &word);
            if let (true, Some(value)) = (fine, value::constant(reader, node)) {
                values.insert(word.text, value);
            }
        }
        if named {
            found.insert(name.text, values);
        }
    }
    found
}

/// Words under `people:` that always mean somebody.
const RESERVED_PEOPLE: [&str; 2] = ["applicant", "waiting"];

/// The names under `people:`, before their rules can be read.
pub fn people_names(reader: &mut Reader, node: &Node) -> Vec<String> {
    let Some(list) = MapReader::open(reader, node, ("人员表", "list of people")) else {
        return vec![];
    };
    let mut found = Vec::new();
    for (key, _) in list.written() {
        let word = key_word(key);
        if RESERVED_PEOPLE.contains(&word.text.as_str()) {
            reader.error(
                "reserved-name",
                word.span,
                (
                    format!("“{}”有固定含义，不用也不能定义", word.text),
                    format!(
                        "“{}” has a fixed meaning and is not defined here",
                        word.text
                    ),
                ),
                ("换一个名字", "Choose another name"),
            );
        } else if scalar::check_id(reader, &word) {
            found.push(word.text);
        }
    }
    found
}

/// The rules under `people:`, in file order.
pub fn people(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Vec<(String, PeopleRule)> {
    let entries = node.entries().unwrap_or_default();
    let mut found = Vec::new();
    for (key, node) in entries {
        if let Some(rule) = lean::people_rule(reader, names, node) {
            found.push((key.text.clone(), rule));
        }
    }
    found
}

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
const AFTER_RETURN: [(&str, bool); 2] = [("same", false), ("anew", true)];

/// Most rounds a flow may allow.
const ROUNDS_MAX: u32 = 100;

fn policy<T: Clone>(
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
    for key in ["reply_by_mail", "rounds", "withdraw", "people_after_return"] {
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

/// `proxy:`.
pub fn proxy(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Proxy {
    let Some(mut map) = MapReader::open(reader, node, ("代理设置", "proxy setting")) else {
        return Proxy::default();
    };
    let same_role = policy(
        reader,
        &mut map,
        "to",
        &[("same_role", true), ("anyone", false)],
    );
    let refuse_chain = policy(
        reader,
        &mut map,
        "chain",
        &[("refuse", true), ("follow", false)],
    );
    let longest_days = map.get("longest").and_then(|node| {
        let term = lean::term(reader, node)?;
        if term.unit == TermUnit::Days {
            return Some(term.count);
        }
        reader.error(
            "days-due",
            node.span,
            (
                "代理最长时间按天算",
                "The longest absence is counted in days",
            ),
            ("例如 14 days", "For example 14 days"),
        );
        None
    });
    let mut not_for = Vec::new();
    if let Some(node) = map.get("not_for") {
        for word in scalar::words(reader, node) {
            if names.state(reader, &word).is_some() {
                not_for.push(word.text);
            }
        }
    }
    map.close(reader);
    Proxy {
        same_role: same_role.unwrap_or_default(),
        longest_days,
        refuse_chain: refuse_chain.unwrap_or_default(),
        not_for,
    }
}

/// The mail names, before the texts can be read.
pub fn mail_names(reader: &mut Reader, node: &Node) -> Vec<String> {
    let Some(list) = MapReader::open(reader, node, ("邮件表", "list of mails")) else {
        return vec![];
    };
    let mut found = Vec::new();
    for (key, _) in list.written() {
        let word = key_word(key);
        if scalar::check_id(reader, &word) {
            found.push(word.text);
        }
    }
    found
}

/// `mails:` by name.
pub fn mails(
    reader: &mut Reader,
    names: &Names<'_>,
    node: &Node,
) -> BTreeMap<String, MailTemplate> {
    let mut found = BTreeMap::new();
    for (key, node) in node.entries().unwrap_or_default() {
        let Some(mut map) = MapReader::open(reader, node, ("邮件", "mail")) else {
            continue;
        };
        let subject = map
            .need("subject")
            .and_then(|node| both(reader, names, node));
        let text = map.need("text").and_then(|node| both(reader, names, node));
        map.close(reader);
        if let (Some(subject), Some(text)) = (subject, text) {
            found.insert(key.text.clone(), MailTemplate { subject, text });
        }
    }
    found
}

type Both = [crate::template::Template; 2];

fn both(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Option<Both> {
    // A text in one language only, or none: said by the reader of names.
    if node.entries().is_none() {
        scalar::names(reader, node);
        return None;
    }
    let mut map = MapReader::open(reader, node, ("中英文文字", "text in two languages"))?;
    let mut read = |reader: &mut Reader, key: &'static str| {
        let node = map.get(key);
        scalar::language(reader, &mut map, key)?;
        let node = node?;
        lean::template(reader, names, node)
    };
    let zh = read(reader, "zh");
    let en = read(reader, "en");
    map.close(reader);
    Some([zh?, en?])
}
