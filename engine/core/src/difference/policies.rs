//! The policies of a flow in words: one source for what holds and for what changed.

use serde::Serialize;

use crate::definition::{
    DataChanged, DecideFromMail, Definition, Nobody, OwnRequest, Policies, Proxy, ReplyByMail,
    Restore, Revocation, SamePerson, Signatures, Withdraw,
};
use crate::people::Names;
use crate::text::Text;

use super::fact::Fact;
use super::words::{list, quoted};
use super::{Both, Pairs, Weight, state};

/// One policy in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SaidPolicy {
    /// As in the file: `nobody`, `proxy.to`, `step_up` …
    pub key: String,
    /// What it is about: "找不到人时".
    pub label: Text,
    /// What holds: "算同意".
    pub said: Text,
    /// True where the file says nothing, or what would hold anyway; never true for what a state says for itself.
    pub usual: bool,
}

/// What a state says for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatePolicies {
    /// The state's id.
    pub state: String,
    /// Its name.
    pub name: Text,
    /// Its policies, in the order of the flow's.
    pub policies: Vec<SaidPolicy>,
}

/// Every policy that holds in a flow, defaults too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SaidPolicies {
    /// Of the whole flow.
    pub flow: Vec<SaidPolicy>,
    /// States that say something for themselves, in the order of the file.
    pub states: Vec<StatePolicies>,
}

/// The policies of a flow in words. `names` says what roles, people and flows are called.
pub fn policies(def: &Definition, names: &dyn Names) -> SaidPolicies {
    let usual = facts(&plain(def), names);
    let flow = facts(def, names);
    let is_usual = |fact: &Fact| {
        let same = |known: &&Fact| known.key == fact.key;
        usual.iter().find(same).map(|known| &known.same) == Some(&fact.same)
    };
    let pairs = Pairs::of(def, def);
    let both = Both {
        old: def,
        new: def,
        pairs: &pairs,
        names,
    };
    let of_state = |(ix, known): (usize, &crate::definition::State)| {
        let own = state::facts(&both, def, ix).into_iter();
        let own = own.filter(|fact| fact.weight == Weight::Policy);
        StatePolicies {
            state: known.id.clone(),
            name: known.name.clone(),
            policies: own.map(|fact| said(&fact, false)).collect(),
        }
    };
    SaidPolicies {
        flow: flow.iter().map(|fact| said(fact, is_usual(fact))).collect(),
        states: def
            .states
            .iter()
            .enumerate()
            .map(of_state)
            .filter(|state| !state.policies.is_empty())
            .collect(),
    }
}

fn said(fact: &Fact, usual: bool) -> SaidPolicy {
    SaidPolicy {
        key: fact.key.clone(),
        label: fact.label.clone(),
        said: fact.said.clone(),
        usual,
    }
}

/// The same flow with nothing said about policies.
fn plain(def: &Definition) -> Definition {
    Definition {
        policies: Policies::default(),
        proxy: Proxy::default(),
        revocation: None,
        ..def.clone()
    }
}

/// What can be said about a flow's policies.
pub(super) fn facts(def: &Definition, names: &dyn Names) -> Vec<Fact> {
    let mut facts = switches(def, names);
    facts.extend(proxy(def));
    facts.push(revocation(def, names));
    facts
}

fn switches(def: &Definition, names: &dyn Names) -> Vec<Fact> {
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
    } = &def.policies;
    vec![
        nobody(def, names, nobody_found),
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

pub(super) fn nobody(def: &Definition, names: &dyn Names, value: &Nobody) -> Fact {
    let said = match value {
        Nobody::Hold => Text::new("挂起并通知负责人", "held, and the owner told"),
        Nobody::Fallback(name) => {
            let rule = def.people_rule(name);
            let who = rule.map_or_else(|| Text::same(name), |rule| rule.text(names));
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

fn revocation(def: &Definition, names: &dyn Names) -> Fact {
    let said = match &def.revocation {
        None => Text::new("不可以", "never"),
        Some(Revocation { flow, days }) => {
            let flow = names.flow(flow);
            let (zh, en) = match days {
                None => (String::new(), String::new()),
                Some(days) => (format!("{days} 天内"), format!("within {days} days, ")),
            };
            Text::new(
                format!("{zh}由流程“{}”决定", flow.zh),
                format!("{en}decided by the flow “{}”", flow.en),
            )
        }
    };
    let label = ("批准后撤销", "revoking after an approval");
    Fact::new(Weight::Policy, "revocation", label, said)
}
