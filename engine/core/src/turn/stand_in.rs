//! Proxies 代理: a task of somebody who is away goes to whoever stands in; whose vote it is does not change.

use crate::definition::{LateAct, PeopleRef, State, StateKind};
use crate::directory::{ProxyAsk, ProxyFlag, ProxyFound, left_with, proxy_words};
use crate::event::Change;
use crate::instance::{Task, TaskKind};
use crate::people::PersonId;
use crate::turn::{NewTask, REMIND_MAIL, Run};

impl Run<'_> {
    /// Who gets a task meant for somebody. Whoever claims, or is asked for an opinion or an answer, is asked in person: a
    /// proxy has no part in that.
    pub(super) fn stand_in(
        &self,
        state: &State,
        entry: u32,
        kind: TaskKind,
        new: &NewTask,
    ) -> ProxyFound {
        let (asked, voter) = (new.assignee.as_str(), new.voter.as_str());
        let here = ProxyFound {
            person: asked.to_owned(),
            hops: vec![],
            flag: None,
            why: vec![],
        };
        let away = self
            .cx
            .organisation
            .is_away(asked, &self.def.flow, self.cx.now);
        let acts = self.actor.person() == Some(asked);
        // A draft waits for its applicant; whoever acts right now is not away.
        if !matches!(kind, TaskKind::Approve | TaskKind::Work) || !away || acts {
            return here;
        }
        // Whoever received a transfer was asked in person.
        let roles = if asked == voter {
            self.roles_asked(state, asked)
        } else {
            vec![]
        };
        let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
        let mut found = self.cx.organisation.stand_in(&ProxyAsk {
            person: asked,
            flow: &self.def.flow,
            state: &state.id,
            roles: &roles,
            at: self.cx.now,
            rules: &self.def.proxy,
        });
        if let (false, Some(flag)) = (
            found.hops.is_empty(),
            self.barred(state, entry, kind, &found.person),
        ) {
            let [.., away, proxy] = found.hops.as_slice() else {
                return found;
            };
            let name = |id: &str| self.cx.organisation.name(id);
            let (zh, en) = proxy_words(&name(away), &name(proxy), flag);
            found.why.pop();
            found.why.push(left_with(&zh, &en, &name(asked)));
            (found.person, found.hops, found.flag) = (asked.to_owned(), vec![], Some(flag));
        }
        found
    }

    /// Tells the trail who stands in, or that nobody does; then whoever looks after the flow should know as well.
    pub(super) fn stood_in(&mut self, state: &State, task: u32, asked: String, proxy: ProxyFound) {
        if proxy.flag.is_none() && proxy.hops.is_empty() {
            return;
        }
        let told = match proxy.flag {
            Some(_) => self.who_looks_after_it_without(&asked),
            None => vec![],
        };
        self.emit(Change::Proxied {
            task,
            person: asked,
            hops: proxy.hops,
            flag: proxy.flag,
        });
        if !told.is_empty() {
            self.mail(REMIND_MAIL, told, None, &state.id);
        }
    }

    /// Who learns that somebody's task waits for their return: the flow's owners who are here, else the absent person's
    /// superior, else an administrator. Telling the absent person alone would tell nobody.
    fn who_looks_after_it_without(&self, absent: &str) -> Vec<PersonId> {
        let organisation = self.cx.organisation;
        let here = |person: &PersonId| {
            person != absent
                && organisation.may_act(person)
                && !organisation.is_away(person, &self.def.flow, self.cx.now)
        };
        let owners = organisation.owners(self.def, &self.case);
        let around: Vec<PersonId> = owners.iter().filter(|it| here(it)).cloned().collect();
        if !around.is_empty() {
            return around;
        }
        let above = organisation.superior(absent).filter(here);
        let administrators = || organisation.administrators().into_iter().find(here);
        above
            .or_else(administrators)
            .map_or(owners, |one| vec![one])
    }

    /// Why a proxy may not act here although the organisation names them.
    fn barred(&self, state: &State, entry: u32, kind: TaskKind, proxy: &str) -> Option<ProxyFlag> {
        let instance = &self.case.instance;
        let votes = |at: &crate::instance::Active| at.voters.iter().any(|it| it.person == proxy);
        let asked = instance.at(entry).is_some_and(votes);
        let holds = |task: &Task| task.entry == entry && task.assignee == proxy;
        if kind == TaskKind::Approve && self.own_request_barred(state, proxy) {
            Some(ProxyFlag::OwnRequest)
        } else if kind == TaskKind::Approve && self.signed_elsewhere(state, proxy) {
            Some(ProxyFlag::SamePerson)
        } else if asked || instance.tasks.iter().any(holds) {
            Some(ProxyFlag::AlreadyAsked)
        } else {
            None
        }
    }

    /// The roles somebody is asked for in a state; empty when they are asked in person.
    pub(crate) fn roles_asked(&self, state: &State, person: &str) -> Vec<String> {
        let mut found: Vec<String> = vec![];
        for who in named_in(state) {
            let resolved = self.resolve_at(state, who);
            if !resolved.people.iter().any(|known| known == person) {
                continue;
            }
            let roles: Vec<String> = resolved
                .by_role
                .into_iter()
                .filter(|(who, _)| who == person)
                .map(|(_, role)| role)
                .collect();
            if roles.is_empty() {
                return vec![];
            }
            found.extend(roles);
        }
        found
    }
}

/// Everybody a state asks, late ones included.
pub(crate) fn named_in(state: &State) -> Vec<&PeopleRef> {
    let mut found: Vec<&PeopleRef> = match &state.kind {
        StateKind::Approve(approve) => approve.by.iter().collect(),
        StateKind::Work { by, .. } => by.iter().collect(),
        StateKind::Draft { .. }
        | StateKind::Rule { .. }
        | StateKind::Run(_)
        | StateKind::Choose { .. }
        | StateKind::Mail { .. }
        | StateKind::WaitFor { .. }
        | StateKind::WaitUntil { .. }
        | StateKind::Subflow { .. }
        | StateKind::Together { .. }
        | StateKind::End { .. } => vec![],
    };
    for rung in &state.if_late {
        if let LateAct::Add(people) | LateAct::HandTo(people) = &rung.act {
            found.extend(people);
        }
    }
    found
}
