//! What whoever stands in will not get: tasks asked for a role, and those of states without proxies.

use super::{Absence, Directory, ProxyAsk, ProxyFlag};
use crate::definition::{Definition, PeopleRef, State};
use crate::people::Names as _;
use crate::text::Text;
use crate::turn::named_in;

/// A sentence names this many flows, then counts the rest.
const FLOWS_SHOWN_MAX: usize = 8;

/// Why a task stays although somebody stands in, by the flow's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kept {
    /// The flow lets no task that is asked for a role go to a proxy.
    RolesStay,
    /// It does, to whoever has the role; the proxy has not.
    LacksRole(String),
    /// No proxy acts in this state.
    NotHere,
}

impl Directory {
    /// Which tasks stay with somebody absent although they named a proxy, by the roles they hold today: one sentence for each
    /// reason, with the flows it holds for. The absence must be in the directory already.
    pub fn kept_back(&self, absence: &Absence, flows: &[&Definition]) -> Vec<Text> {
        let Some(proxy) = absence.proxy.as_deref() else {
            return vec![];
        };
        let mut found: Vec<(Kept, Vec<Text>)> = vec![];
        for def in flows {
            let only = absence.flow.as_deref();
            if only.is_some_and(|only| only != def.flow) {
                continue;
            }
            for (kept, place) in self.kept_in(absence, def) {
                match found.iter_mut().find(|(known, _)| *known == kept) {
                    Some((_, places)) if places.contains(&place) => {}
                    Some((_, places)) => places.push(place),
                    None => found.push((kept, vec![place])),
                }
            }
        }
        let told = |(kept, places): &(Kept, Vec<Text>)| self.told(absence, proxy, kept, places);
        found.iter().map(told).collect()
    }

    /// Why, and where: the flow, with the state where that matters.
    fn kept_in(&self, absence: &Absence, def: &Definition) -> Vec<(Kept, Text)> {
        let quoted = |zh: &str, en: &str| Text::new(format!("“{zh}”"), format!("“{en}”"));
        let flow = quoted(&def.name.zh, &def.name.en);
        let mut found = vec![];
        for state in &def.states {
            for role in self.roles_held(absence, def, state) {
                let asked = self.proxy_for(&ProxyAsk {
                    person: &absence.person,
                    flow: &def.flow,
                    state: &state.id,
                    roles: &[role],
                    at: absence.from,
                    rules: &def.proxy,
                });
                let kept = match asked.flag {
                    Some(ProxyFlag::NotSameRole) if def.proxy.same_role => {
                        Kept::LacksRole(role.to_owned())
                    }
                    Some(ProxyFlag::NotSameRole) => Kept::RolesStay,
                    Some(ProxyFlag::NotForState) => Kept::NotHere,
                    // The rest holds for every task of theirs, or depends on the case.
                    Some(
                        ProxyFlag::NobodyNamed
                        | ProxyFlag::Circle
                        | ProxyFlag::ChainRefused
                        | ProxyFlag::TooLong
                        | ProxyFlag::ProxyGone
                        | ProxyFlag::AbsenceTooLong
                        | ProxyFlag::OwnRequest
                        | ProxyFlag::SamePerson
                        | ProxyFlag::AlreadyAsked,
                    )
                    | None => continue,
                };
                let place = match kept {
                    Kept::NotHere => quoted(
                        &format!("{} › {}", def.name.zh, state.name.zh),
                        &format!("{} › {}", def.name.en, state.name.en),
                    ),
                    Kept::RolesStay | Kept::LacksRole(_) => flow.clone(),
                };
                found.push((kept, place));
            }
        }
        found
    }

    /// The roles of theirs that a state asks people by.
    fn roles_held<'a>(
        &self,
        absence: &Absence,
        def: &'a Definition,
        state: &State,
    ) -> Vec<&'a str> {
        // Whoever is here claims from a pool; proxies have no part in it.
        let people = if state.is_pooled() {
            vec![]
        } else {
            named_in(state)
        };
        let rules = people.into_iter().filter_map(|who| match who {
            PeopleRef::Named(name) => def.people_rule(name),
            PeopleRef::Applicant | PeopleRef::Waiting => None,
        });
        let mut roles: Vec<&str> = rules.flat_map(|rule| rule.roles()).collect();
        roles.retain(|role| self.has_role(&absence.person, role));
        roles.dedup();
        roles
    }

    fn told(&self, absence: &Absence, proxy: &str, kept: &Kept, places: &[Text]) -> Text {
        let (who, proxy) = (self.name(&absence.person), self.name(proxy));
        let at = listed(places);
        match kept {
            Kept::RolesStay => Text::new(
                format!(
                    "{}不让代理人办理按角色派的任务：{who}因角色收到的任务仍留给{who}。",
                    at.zh
                ),
                format!(
                    "{} let no proxy do what is asked for a role: what {who} is asked for a role stays with {who}.",
                    at.en
                ),
            ),
            Kept::LacksRole(role) => {
                let role = self.role(role);
                Text::new(
                    format!(
                        "{}：{proxy}没有角色“{}”，因这个角色派给{who}的任务仍留给{who}。",
                        at.zh, role.zh
                    ),
                    format!(
                        "{}: {proxy} has not the role “{}”, so what {who} is asked for it stays with {who}.",
                        at.en, role.en
                    ),
                )
            }
            Kept::NotHere => Text::new(
                format!("{}不许代理：任务仍留给{who}。", at.zh),
                format!("{} takes no proxy: the task stays with {who}.", at.en),
            ),
        }
    }
}

fn listed(places: &[Text]) -> Text {
    let shown = &places[..places.len().min(FLOWS_SHOWN_MAX)];
    let zh: Vec<&str> = shown.iter().map(|place| place.zh.as_str()).collect();
    let en: Vec<&str> = shown.iter().map(|place| place.en.as_str()).collect();
    let (zh, en) = (zh.concat(), en.join(", "));
    match places.len() - shown.len() {
        0 => Text::new(zh, en),
        more => Text::new(
            format!("{zh}等 {} 个流程", places.len()),
            format!("{en} and {more} more"),
        ),
    }
}
