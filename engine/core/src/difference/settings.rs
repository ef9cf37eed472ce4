//! The sections beside the states: figures, people, policies, proxies, mails.

use std::collections::BTreeSet;

use crate::definition::{
    DataChanged, DecideFromMail, Definition, MailTemplate, Nobody, OwnRequest, PeopleRef, Policies,
    Proxy, ReplyByMail, Restore, Revocation, SamePerson, Signatures, StateKind, Withdraw,
};
use crate::text::Text;
use crate::value::Value;

use super::fact::{Fact, compare as facts_differ};
use super::words::{list, quoted};
use super::{Both, Changed, Weight};

pub(super) fn compare(both: &Both<'_>) -> Vec<Changed> {
    let whole = Text::default();
    let mut changes = facts_differ(&whole, "tables", &tables(both.old), &tables(both.new));
    let (old, new) = (people(both, both.old), people(both, both.new));
    changes.extend(facts_differ(&whole, "people", &old, &new));
    let policy = |def: &Definition| {
        let mut facts = policies(both, &def.policies);
        facts.extend(proxy(def));
        facts.push(revocation(def));
        facts
    };
    changes.extend(facts_differ(
        &whole,
        "policies",
        &policy(both.old),
        &policy(both.new),
    ));
    changes.extend(facts_differ(
        &whole,
        "mails",
        &mails(both.old),
        &mails(both.new),
    ));
    changes
}

/// A figure as an admin writes it.
pub(super) fn value_word(value: &Value) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Date(day) => day.to_string(),
        Value::Time(at) => at.0.to_string(),
        Value::List(_) | Value::Map(_) => serde_json::to_string(value).unwrap_or_default(),
    }
}

fn tables(def: &Definition) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (table, keys) in &def.tables {
        for (key, value) in keys {
            let (zh, en) = (
                format!("阈值“{table}.{key}”"),
                format!("the figure “{table}.{key}”"),
            );
            facts.push(Fact::new(
                Weight::Condition,
                format!("{table}.{key}"),
                (&zh, &en),
                Text::same(value_word(value)),
            ));
        }
    }
    facts
}

fn people(both: &Both<'_>, def: &Definition) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (name, rule) in &def.people {
        let used = used_in(def, name);
        let (used_zh, used_en) = if used.zh.is_empty() {
            (String::new(), String::new())
        } else {
            (
                format!("（用于{}）", used.zh),
                format!(" (asked in {})", used.en),
            )
        };
        let (zh, en) = (
            format!("人员“{name}”{used_zh}"),
            format!("who “{name}” is{used_en}"),
        );
        let said = rule.text(both.names);
        facts.push(Fact::new(Weight::People, name, (&zh, &en), said).equal_by(format!("{rule:?}")));
    }
    facts
}

/// The states that ask somebody by this name.
fn used_in(def: &Definition, name: &str) -> Text {
    let named = |refs: &[PeopleRef]| {
        refs.iter()
            .any(|who| matches!(who, PeopleRef::Named(known) if known == name))
    };
    let mut seen = BTreeSet::new();
    let names: Vec<Text> = def
        .states
        .iter()
        .filter(|state| match &state.kind {
            StateKind::Draft { by } => named(std::slice::from_ref(by)),
            StateKind::Approve(approve) => named(&approve.by),
            StateKind::Work { by, .. } => named(by),
            StateKind::Mail { to, .. } => named(to),
            StateKind::Rule { .. }
            | StateKind::Run(_)
            | StateKind::Choose { .. }
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Subflow { .. }
            | StateKind::Together { .. }
            | StateKind::End { .. } => false,
        })
        .filter(|state| seen.insert(state.id.clone()))
        .map(|state| quoted(&state.name))
        .collect();
    list(&names)
}

fn policies(both: &Both<'_>, policies: &Policies) -> Vec<Fact> {
    let Policies {
        nobody: nobody_found,
        own_request: own,
        same_person: same,
        data_changed: data,
        decide_from_mail: from_mail,
        reply_by_mail,
        rounds_max,
        withdraw,
        people_anew,
        signatures,
        restore,
        reopen_days,
    } = policies;
    vec![
        nobody(both, nobody_found),
        own_request(*own),
        same_person(*same),
        data_changed(*data),
        decide_from_mail(*from_mail),
        policy(
            "reply_by_mail",
            ("邮件回复", "what a mailed reply may do"),
            match reply_by_mail {
                ReplyByMail::Off => ("不处理", "nothing"),
                ReplyByMail::RejectOnly => ("只能拒绝或评论", "reject or comment"),
                ReplyByMail::Any => ("可以同意或拒绝", "approve or reject"),
            },
        ),
        Fact::new(
            Weight::Policy,
            "rounds",
            ("最多退回次数", "how often it may be sent back"),
            Text::same(rounds_max.to_string()),
        ),
        policy(
            "withdraw",
            ("撤回", "until when the applicant may withdraw"),
            match withdraw {
                Withdraw::BeforeFirstDecision => {
                    ("第一个审批之前可以", "before the first decision")
                }
                Withdraw::BeforeEnd => ("结束之前可以", "before the end"),
                Withdraw::Never => ("不可以", "never"),
            },
        ),
        policy(
            "people",
            ("退回后的审批人", "who is asked after a return"),
            if *people_anew {
                ("重新确定", "always found anew")
            } else {
                ("仍有资格的原审批人", "the same people while entitled")
            },
        ),
        policy(
            "signatures_after_return",
            ("退回后的签字", "signatures after a return"),
            match signatures {
                Signatures::KeepUnchanged => {
                    ("所签内容没变的继续有效", "those on unchanged facts stand")
                }
                Signatures::AskAgain => ("全部重签", "everybody signs again"),
            },
        ),
        policy(
            "restore",
            (
                "恢复提交时的内容",
                "when the record goes back to its values at submit",
            ),
            match restore {
                Restore {
                    rejected: true,
                    withdrawn: true,
                } => ("拒绝或撤回后", "after a rejection or withdrawal"),
                Restore {
                    rejected: true,
                    withdrawn: false,
                } => ("拒绝后", "after a rejection"),
                Restore {
                    rejected: false,
                    withdrawn: true,
                } => ("撤回后", "after a withdrawal"),
                Restore {
                    rejected: false,
                    withdrawn: false,
                } => ("不恢复", "never"),
            },
        ),
        Fact::new(
            Weight::Policy,
            "reopen",
            ("拒绝后可重新打开", "reopening after a rejection"),
            reopen_days.map_or_else(
                || Text::new("不可以", "never"),
                |days| Text::new(format!("{days} 天内"), format!("within {days} days")),
            ),
        ),
    ]
}

fn policy(key: &str, label: (&str, &str), said: (&str, &str)) -> Fact {
    Fact::new(Weight::Policy, key, label, Text::new(said.0, said.1))
}

pub(super) fn nobody(both: &Both<'_>, value: &Nobody) -> Fact {
    let said = match value {
        Nobody::Hold => Text::new("挂起并通知负责人", "held, and the owner told"),
        Nobody::Fallback(name) => {
            let rule = both
                .new
                .people_rule(name)
                .or_else(|| both.old.people_rule(name));
            let who = rule.map_or_else(|| Text::same(name), |rule| rule.text(both.names));
            Text::new(format!("改问{}", who.zh), format!("{} instead", who.en))
        }
        Nobody::Superior => Text::new("找上级", "the superior"),
        Nobody::Pass => Text::new("算同意", "counts as approved"),
        Nobody::Reject => Text::new("算拒绝", "counts as rejected"),
    };
    Fact::new(
        Weight::Policy,
        "nobody",
        ("找不到人时", "what happens when nobody is found"),
        said,
    )
}

pub(super) fn own_request(value: OwnRequest) -> Fact {
    policy(
        "own_request",
        (
            "审批人就是发起人时",
            "what happens when the applicant would decide",
        ),
        match value {
            OwnRequest::Refuse => ("不问本人", "they are not asked"),
            OwnRequest::Superior => ("改问其上级", "their superior is asked"),
            OwnRequest::Ask => ("照常问", "they are asked"),
            OwnRequest::Pass => ("没有别人时算同意", "approved when nobody else remains"),
        },
    )
}

pub(super) fn same_person(value: SamePerson) -> Fact {
    policy(
        "same_person",
        (
            "同一人已审批过时",
            "what happens when the same person decided before",
        ),
        match value {
            SamePerson::Consecutive => ("相邻节点算同意", "counts for the next state too"),
            SamePerson::Once => ("之前签过就算", "counts wherever it was"),
            SamePerson::Ask => ("每次都问", "asked again every time"),
            SamePerson::Refuse => ("不能签两处", "may not sign twice"),
        },
    )
}

pub(super) fn data_changed(value: DataChanged) -> Fact {
    policy(
        "data_changed",
        (
            "签后数据有改动时",
            "what happens when data change after signing",
        ),
        match value {
            DataChanged::AskAgain => ("重新审批", "asked again"),
            DataChanged::Keep => ("审批仍有效", "signatures stand"),
        },
    )
}

pub(super) fn decide_from_mail(value: DecideFromMail) -> Fact {
    policy(
        "decide_from_mail",
        ("从邮件链接审批", "deciding from a mail"),
        match value {
            DecideFromMail::AfterSignIn => ("登录后", "after signing in"),
            DecideFromMail::Code => ("凭验证码", "with a code"),
            DecideFromMail::Link => ("凭链接", "with the link alone"),
        },
    )
}

fn proxy(def: &Definition) -> Vec<Fact> {
    let Proxy {
        same_role,
        anyone,
        longest_days,
        refuse_chain,
        not_for,
    } = &def.proxy;
    let yes = |flag: bool| if flag { ("是", "yes") } else { ("否", "no") };
    let mut facts = vec![
        policy(
            "proxy.to",
            ("同角色的人可代理", "a proxy of the same role may act"),
            yes(*same_role),
        ),
        policy(
            "proxy.anyone",
            ("任何人都可代理", "any proxy may act"),
            yes(*anyone),
        ),
        policy(
            "proxy.chain",
            ("不许转代理", "a proxy's proxy is refused"),
            yes(*refuse_chain),
        ),
    ];
    facts.extend(longest_days.map(|days| {
        Fact::new(
            Weight::Policy,
            "proxy.longest",
            (
                "代理最长天数",
                "the longest absence a proxy covers, in days",
            ),
            Text::same(days.to_string()),
        )
    }));
    if !not_for.is_empty() {
        let names: Vec<Text> = not_for
            .iter()
            .map(|id| {
                def.state_ix(id)
                    .map_or_else(|| Text::same(id), |ix| quoted(&def.states[ix].name))
            })
            .collect();
        let label = ("不许代理的节点", "states no proxy acts in");
        facts.push(Fact::new(
            Weight::Policy,
            "proxy.not_for",
            label,
            list(&names),
        ));
    }
    facts
}

fn revocation(def: &Definition) -> Fact {
    let said = match &def.revocation {
        None => Text::new("不可以", "never"),
        Some(Revocation { flow, days: None }) => Text::new(
            format!("由流程 {flow} 决定"),
            format!("decided by the flow {flow}"),
        ),
        Some(Revocation {
            flow,
            days: Some(days),
        }) => Text::new(
            format!("{days} 天内由流程 {flow} 决定"),
            format!("within {days} days, decided by the flow {flow}"),
        ),
    };
    let label = ("批准后撤销", "revoking after an approval");
    Fact::new(Weight::Policy, "revocation", label, said)
}

fn mails(def: &Definition) -> Vec<Fact> {
    let one = |(name, mail): (&String, &MailTemplate)| {
        let (zh, en) = (format!("邮件“{name}”"), format!("the mail “{name}”"));
        let texts = mail.subject.iter().chain(&mail.text);
        let same: Vec<&str> = texts.map(|template| template.text.as_str()).collect();
        Fact::new(Weight::Words, name, (&zh, &en), Text::default()).equal_by(same.join("\n"))
    };
    def.mails.iter().map(one).collect()
}
