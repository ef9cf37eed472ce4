//! Who gets a task of somebody who is away: somebody who is here and may have it, or it stays where it is.

use assent_core::instance::TaskKind;

use super::super::sketch::{Kind, Late, Proxies};
use super::{Model, Refused, Task};

/// No chain is longer.
const HOPS_MAX: usize = 10;

impl Model {
    fn proxies(&self) -> Proxies {
        self.sketch.proxy.clone().unwrap_or(Proxies {
            to: None,
            refuse_chain: false,
            longest: None,
            not_for: vec![],
        })
    }

    /// Who has the task instead of the person it is meant for; none when nobody has.
    pub(super) fn stands_in(
        &self,
        place: u32,
        kind: TaskKind,
        asked: &str,
        voter: &str,
    ) -> Option<String> {
        let decides = kind == TaskKind::Approve;
        // An opinion, an answer and a draft are theirs alone; and whoever acts right now is not away.
        if !decides && kind != TaskKind::Work || self.actor.as_deref() == Some(asked) {
            return None;
        }
        let at = self.place(place)?;
        // A transfer was a trust in that person, whatever their roles.
        let roles = if asked == voter {
            self.roles_of(&at.state, asked)
        } else {
            vec![]
        };
        let mut chain = vec![asked.to_owned()];
        while let Some(proxy) = self.next_in(&chain, &at.state, &roles)? {
            chain.push(proxy);
        }
        let proxy = chain.pop().filter(|last| last != asked)?;
        let barred = decides && self.barred(&at.state, &proxy);
        let votes = at.votes.iter().any(|vote| vote.person == proxy);
        let holds = |task: &Task| task.place == place && task.holder == proxy;
        let twice = votes || self.tasks.iter().any(holds);
        (!barred && !twice).then_some(proxy)
    }

    /// The next of a chain of proxies: inner none ends it well, outer none means that nobody stands in at all.
    #[expect(clippy::option_option, reason = "a broken chain, its end, or the next")]
    fn next_in(&self, chain: &[String], state: &str, roles: &[&str]) -> Option<Option<String>> {
        let rules = self.proxies();
        let Some(away) = self.world.absence(chain.last()?, self.now) else {
            return Some(None);
        };
        let proxy = away.proxy.clone()?;
        let days = (away.until - away.from) / super::time::hours(24);
        let exact = (away.until - away.from) % super::time::hours(24) == 0;
        let too_long = |most: i64| days > most || days == most && !exact;
        let mut held = roles.iter();
        let fits = match rules.to {
            _ if roles.is_empty() => true,
            Some("anyone") => true,
            Some(_) => held.any(|role| self.world.holders(role).contains(&proxy)),
            None => false,
        };
        let broken = rules.not_for.iter().any(|known| known == state)
            || chain.contains(&proxy)
            || chain.len() > HOPS_MAX
            || chain.len() > 1 && rules.refuse_chain
            || rules.longest.is_some_and(too_long)
            || !self.world.is_here(&proxy)
            || !fits;
        (!broken).then_some(Some(proxy))
    }

    /// The roles a state may ask somebody for, sooner or later; none when it is by a policy, or by somebody, that they are asked.
    fn roles_of(&self, state: &str, person: &str) -> Vec<&'static str> {
        let state = self.map.state(state);
        let mut named: Vec<&'static str> = match state.kind {
            Kind::Approve(approve) => approve.by,
            Kind::Work(work) => work.by,
            _ => vec![],
        };
        named.extend(state.ladder.iter().filter_map(|rung| match rung.act {
            Late::Add(role) | Late::HandTo(role) => Some(role),
            Late::Remind | Late::Approve | Late::Reject | Late::Go(_) => None,
        }));
        let person = person.to_owned();
        named.retain(|role| self.world.holders(role).contains(&person));
        named
    }

    /// Where a role's task goes to the same role only, whoever stands in has one of them when they act, too.
    pub(super) fn stands_in_still(&self, task: &Task, me: &str) -> Result<(), Refused> {
        let same = self.proxies().to == Some("same_role");
        if !same || task.stands_for.is_none() || task.holder != me {
            return Ok(());
        }
        let roles = self.roles_of(&task.state, &task.voter);
        let me = me.to_owned();
        let held = |role: &&str| self.world.holders(role).contains(&me);
        if roles.is_empty() || roles.iter().any(held) {
            Ok(())
        } else {
            Err("lost the role")
        }
    }
}
