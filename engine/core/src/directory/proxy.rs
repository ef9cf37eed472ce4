//! Who stands in for somebody absent (代理).
//!
//! Either somebody is found who is here, or the task stays where it is and a flag says why: a task never goes to a person
//! who is away. Every hop is kept for the trail.

use serde::{Deserialize, Serialize};

use super::{Absence, Directory};
use crate::definition::Proxy;
use crate::people::PersonId;
use crate::text::Text;
use crate::time::Moment;

/// A proxy's proxy's proxy …: no further.
pub const PROXY_HOPS_MAX: usize = 10;

const DAY_MS: i64 = 86_400_000;

/// What a proxy is looked up for.
#[derive(Clone, Copy, Debug)]
pub struct ProxyAsk<'a> {
    /// Who was asked.
    pub person: &'a str,
    /// The flow.
    pub flow: &'a str,
    /// The state; some states have no proxies (`not_for:`).
    pub state: &'a str,
    /// The roles the task was asked for; empty when it was asked of the person themself.
    pub roles: &'a [&'a str],
    /// When.
    pub at: Moment,
    /// The flow's rules about proxies.
    pub rules: &'a Proxy,
}

/// Who gets a task, and by which hops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyFound {
    /// Who gets it: the person asked, or whoever stands in.
    pub person: PersonId,
    /// From the person asked to whoever stands in, both included; empty when nobody stands in.
    pub hops: Vec<PersonId>,
    /// Why nobody stands in although the person is away.
    pub flag: Option<ProxyFlag>,
    /// One sentence per step; empty when the person is here.
    pub why: Vec<Text>,
}

/// Why nobody stands in for somebody absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProxyFlag {
    /// The absence names nobody.
    NobodyNamed,
    /// The chain comes back to somebody already on it.
    Circle,
    /// The proxy is away too, and the flow follows no chains.
    ChainRefused,
    /// The chain is longer than [`PROXY_HOPS_MAX`].
    TooLong,
    /// The proxy has left.
    ProxyGone,
    /// The task was asked for a role; the flow does not let it go to a proxy, or the proxy does not hold the role.
    NotSameRole,
    /// The absence is longer than the flow allows for a proxy.
    AbsenceTooLong,
    /// No proxy acts in this state.
    NotForState,
    /// The proxy is the applicant, who may not decide on their own request.
    OwnRequest,
    /// The proxy signed another state already, and one person may not sign two.
    SamePerson,
    /// The proxy is asked in this state already.
    AlreadyAsked,
}

impl ProxyFlag {
    /// Why, in a few words.
    pub fn text(self) -> Text {
        let (zh, en) = match self {
            ProxyFlag::NobodyNamed => ("没有指定代理人", "nobody was named"),
            ProxyFlag::Circle => ("代理形成循环", "the proxies form a circle"),
            ProxyFlag::ChainRefused => (
                "代理人也不在，流程不允许再转",
                "the proxy is away too, and the flow follows no chain",
            ),
            ProxyFlag::TooLong => ("代理链太长", "the chain of proxies is too long"),
            ProxyFlag::ProxyGone => ("代理人已离职或停用", "the proxy has left"),
            ProxyFlag::NotSameRole => (
                "代理人没有所需角色，或流程不允许角色任务代理",
                "the proxy lacks the role, or the flow lets no role task go to one",
            ),
            ProxyFlag::AbsenceTooLong => (
                "离开时间超过流程允许代理的期限",
                "the absence is longer than the flow lets a proxy act",
            ),
            ProxyFlag::NotForState => ("此节点不允许代理", "no proxy acts in this state"),
            ProxyFlag::OwnRequest => (
                "代理人是发起人，不能审批自己的申请",
                "the proxy is the applicant",
            ),
            ProxyFlag::SamePerson => (
                "代理人已签过另一节点",
                "the proxy signed another state already",
            ),
            ProxyFlag::AlreadyAsked => (
                "代理人已在本节点中",
                "the proxy is asked in this state already",
            ),
        };
        Text::new(zh, en)
    }
}

impl Directory {
    /// Is somebody away at that time, for that flow? The window is half-open: at `until` they are back.
    pub fn is_away(&self, person: &str, flow: &str, at: Moment) -> bool {
        self.absence(person, flow, at).is_some()
    }

    /// The absence that counts: one for this flow before one for all, one that names a proxy before one that does not,
    /// the one that began last.
    pub fn absence(&self, person: &str, flow: &str, at: Moment) -> Option<&Absence> {
        self.absences
            .iter()
            .filter(|absence| absence.person == person && absence.from <= at && at < absence.until)
            .filter(|absence| absence.flow.as_deref().is_none_or(|only| only == flow))
            .max_by_key(|absence| {
                (
                    absence.proxy.is_some(),
                    absence.flow.is_some(),
                    absence.from,
                )
            })
    }

    /// Who gets a task of somebody who may be away.
    pub fn proxy_for(&self, ask: &ProxyAsk<'_>) -> ProxyFound {
        let mut here = ask.person.to_owned();
        let (mut hops, mut why) = (vec![here.clone()], vec![]);
        // Ends because no hop comes back and there are at most PROXY_HOPS_MAX.
        while let Some(absence) = self.absence(&here, ask.flow, ask.at) {
            let proxy = match self.hop(ask, absence, &hops) {
                Ok(proxy) => proxy,
                Err(flag) => return self.stays(ask, &here, absence, flag, why),
            };
            let (away, stands_in) = (self.name(&here), self.name(&proxy));
            why.push(Text::new(
                format!("{away}不在，由{stands_in}代理"),
                format!("{away} is away, {stands_in} stands in"),
            ));
            hops.push(proxy.clone());
            here = proxy;
        }
        let hops = if hops.len() > 1 { hops } else { vec![] };
        ProxyFound {
            person: here,
            hops,
            flag: None,
            why,
        }
    }

    /// The next person of the chain.
    fn hop(
        &self,
        ask: &ProxyAsk<'_>,
        absence: &Absence,
        hops: &[PersonId],
    ) -> Result<PersonId, ProxyFlag> {
        let rules = ask.rules;
        if rules.not_for.iter().any(|state| state == ask.state) {
            return Err(ProxyFlag::NotForState);
        }
        let proxy = absence.proxy.as_ref().ok_or(ProxyFlag::NobodyNamed)?;
        if hops.contains(proxy) {
            return Err(ProxyFlag::Circle);
        }
        if hops.len() > PROXY_HOPS_MAX {
            return Err(ProxyFlag::TooLong);
        }
        if hops.len() > 1 && rules.refuse_chain {
            return Err(ProxyFlag::ChainRefused);
        }
        let length_ms = absence.until.0.saturating_sub(absence.from.0);
        let longest_ms = rules
            .longest_days
            .map_or(i64::MAX, |days| i64::from(days) * DAY_MS);
        if length_ms > longest_ms {
            return Err(ProxyFlag::AbsenceTooLong);
        }
        if self.active(proxy).is_none() {
            return Err(ProxyFlag::ProxyGone);
        }
        let same_role = rules.same_role && ask.roles.iter().any(|role| self.has_role(proxy, role));
        if !ask.roles.is_empty() && !same_role && !rules.anyone {
            return Err(ProxyFlag::NotSameRole);
        }
        Ok(proxy.clone())
    }

    /// Nobody stands in: the task stays with the person asked.
    fn stays(
        &self,
        ask: &ProxyAsk<'_>,
        away: &str,
        absence: &Absence,
        flag: ProxyFlag,
        mut why: Vec<Text>,
    ) -> ProxyFound {
        let proxy = absence.proxy.as_deref().unwrap_or_default();
        let (zh, en) = words(self.name(away), self.name(proxy), flag);
        why.push(left_with(&zh, &en, self.name(ask.person)));
        ProxyFound {
            person: ask.person.to_owned(),
            hops: vec![],
            flag: Some(flag),
            why,
        }
    }
}

/// Nobody stands in, so the task stays where it is.
pub(crate) fn left_with(zh: &str, en: &str, asked: &str) -> Text {
    Text::new(
        format!("{zh}，任务留给{asked}"),
        format!("{en}; the task stays with {asked}"),
    )
}

/// A flag in words.
pub(crate) fn words(away: &str, proxy: &str, flag: ProxyFlag) -> (String, String) {
    match flag {
        ProxyFlag::NobodyNamed => (
            format!("{away}不在，且没有指定代理人"),
            format!("{away} is away and has named nobody"),
        ),
        ProxyFlag::Circle => (
            format!("{away}不在，代理人{proxy}已在代理链上，代理形成循环"),
            format!("{away} is away and named {proxy}, who is on the chain already: a circle"),
        ),
        ProxyFlag::ChainRefused => (
            format!("{away}也不在，本流程不允许再转给{proxy}"),
            format!("{away} is away too, and this flow follows no chain to {proxy}"),
        ),
        ProxyFlag::TooLong => (
            format!("代理链超过 {PROXY_HOPS_MAX} 级"),
            format!("The chain of proxies is longer than {PROXY_HOPS_MAX}"),
        ),
        ProxyFlag::ProxyGone => (
            format!("{away}不在，代理人{proxy}已离职或停用"),
            format!("{away} is away, and {proxy}, who would stand in, has left"),
        ),
        ProxyFlag::NotSameRole => (
            format!("{away}不在，代理人{proxy}没有所需角色，或本流程不允许角色任务代理"),
            format!(
                "{away} is away, but {proxy} lacks the role, or this flow lets no role task go to a proxy"
            ),
        ),
        ProxyFlag::AbsenceTooLong => (
            format!("{away}离开的时间超过本流程允许代理的期限"),
            format!("{away} is away for longer than this flow lets a proxy act"),
        ),
        ProxyFlag::NotForState => (
            format!("{away}不在，但此节点不允许代理"),
            format!("{away} is away, but nobody may stand in at this state"),
        ),
        ProxyFlag::OwnRequest => (
            format!("{away}不在，代理人{proxy}是发起人，不能审批自己的申请"),
            format!(
                "{away} is away, and {proxy}, who would stand in, is the applicant and may not decide on their own request"
            ),
        ),
        ProxyFlag::SamePerson => (
            format!("{away}不在，代理人{proxy}已签过另一节点"),
            format!(
                "{away} is away, and {proxy}, who would stand in, signed another state already"
            ),
        ),
        ProxyFlag::AlreadyAsked => (
            format!("{away}不在，代理人{proxy}已在本节点中"),
            format!(
                "{away} is away, and {proxy}, who would stand in, is asked in this state already"
            ),
        ),
    }
}

#[cfg(test)]
mod tests;
