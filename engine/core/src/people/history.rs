//! Rules about what happened so far: who acted, who was chosen, who was drawn.

use super::resolve::Found;
use super::{Chooser, Names, PeopleRule, PersonId, Pick, Resolved, list};
use crate::text::Text;

/// The value that carries a choice: `chosen_<name>`.
pub(crate) fn choice_field(name: &str) -> String {
    format!("chosen_{name}")
}

impl Found<'_> {
    /// The choice made, as far as it lies in the pool.
    pub(super) fn chosen(&mut self, by: &Chooser, pool: &PeopleRule) {
        let who = by.text(&self.names);
        let instance = self.cx.instance;
        let choice = instance.and_then(|instance| instance.choices.get(self.cx.name));
        let Some(choice) = choice.filter(|choice| !choice.is_empty()) else {
            self.resolved.missing.push(choice_field(self.cx.name));
            let pool = pool.text(&self.names);
            return self.say(
                format!("{}还没有从{}中选人", who.zh, pool.zh),
                format!("Nobody has been chosen from {} by {} yet", pool.en, who.en),
            );
        };
        let pool = pool.resolve(self.cx);
        let what = Text::new(format!("{}选定", who.zh), format!("Chosen by {}", who.en));
        for id in choice {
            if pool.people.contains(id) {
                self.one(id, &what);
                let roles = pool.by_role.iter().filter(|(who, _)| who == id);
                self.resolved.by_role.extend(roles.cloned());
            } else {
                let name = self.dir.name(id);
                self.say(
                    format!("{}选了{name}，但不在可选范围内", who.zh),
                    format!("{name} was chosen by {}, but may not be", who.en),
                );
            }
        }
        self.resolved.missing.extend(pool.missing);
    }

    /// Whoever acted in a state last; for somebody absent, the person asked and not the proxy.
    pub(super) fn same_as(&mut self, state: &str) {
        let name = self.names.state(state);
        let who = self.cx.instance.map(|instance| instance.last_asked(state));
        match who.unwrap_or_default() {
            people if people.is_empty() => self.say(
                format!("还没有人在节点“{}”办理过", name.zh),
                format!("Nobody has acted at “{}” yet", name.en),
            ),
            people => {
                let what = Text::new(
                    format!("节点“{}”的办理人", name.zh),
                    format!("Acted at “{}”", name.en),
                );
                people.iter().for_each(|id| self.one(id, &what));
            }
        }
    }

    /// Everybody who ever acted in a state: for the bans between duties, so also those who acted for somebody else, and
    /// those they acted for.
    pub(super) fn actors(&mut self, state: &str) {
        let name = self.names.state(state);
        let actors = self.cx.instance.map(|instance| instance.actors(state));
        let actors = actors.unwrap_or_default();
        if actors.is_empty() {
            return self.say(
                format!("还没有人在节点“{}”办理过", name.zh),
                format!("Nobody has acted at “{}” yet", name.en),
            );
        }
        let names = list(self.dir, &actors);
        self.say(
            format!("在节点“{}”办理过：{}", name.zh, names.zh),
            format!("Acted at “{}”: {}", name.en, names.en),
        );
        let here = actors
            .into_iter()
            .filter(|id| self.dir.active(id).is_some());
        self.resolved.people.extend(here);
    }

    /// Whoever approved what this instance asks to revoke.
    pub(super) fn approvers(&mut self) {
        let of = self.cx.instance.and_then(|it| it.revocation.of.as_ref());
        match of {
            None => self.say(
                "这不是撤销流程，没有原单据".to_owned(),
                "This instance revokes nothing, so there is no original".to_owned(),
            ),
            Some(of) if of.approvers.is_empty() => self.say(
                "原单据没有人审批过".to_owned(),
                "Nobody approved the original".to_owned(),
            ),
            Some(of) => {
                let what = Text::new("审批过原单据", "Approved the original");
                of.approvers.iter().for_each(|id| self.one(id, &what));
            }
        }
    }

    /// Who was drawn, while they belong to the set; before the draw, the whole set.
    pub(super) fn drawn(&mut self, how: Pick, of: &PeopleRule) {
        let pool = of.resolve(self.cx);
        let drawn = self.cx.instance.and_then(|it| it.drawn_for(self.cx.name));
        let Some(drawn) = drawn else {
            return self.take(pool);
        };
        let picked = |id: &PersonId| drawn.people.contains(id);
        let names = list(self.dir, &drawn.people);
        let number = drawn.number;
        let (zh, en) = match how {
            Pick::LeastLoaded => (
                format!("其中待办最少（{number} 件）：{}", names.zh),
                format!("Fewest open tasks ({number}): {}", names.en),
            ),
            Pick::Random => (
                format!("其中随机抽到：{}", names.zh),
                format!("Drawn by lot: {}", names.en),
            ),
            Pick::InTurn | Pick::Rule => (
                format!("其中轮到：{}", names.zh),
                format!("Their turn: {}", names.en),
            ),
        };
        let gone = !pool.people.iter().any(picked);
        self.take(Resolved {
            people: pool.people.into_iter().filter(picked).collect(),
            by_role: pool
                .by_role
                .into_iter()
                .filter(|(id, _)| picked(id))
                .collect(),
            ..pool
        });
        self.say(zh, en);
        if gone {
            self.say(
                "已不在范围内".to_owned(),
                "Not one of them any more".to_owned(),
            );
        }
    }

    /// Whom a rule named when it was asked.
    pub(super) fn scripted(&mut self, rule: &str) {
        let drawn = self.cx.instance.and_then(|it| it.drawn_for(self.cx.name));
        match drawn {
            Some(drawn) if !drawn.people.is_empty() => {
                let what = Text::new(format!("规则 {rule} 给出"), format!("Named by rule {rule}"));
                drawn.people.iter().for_each(|id| self.one(id, &what));
            }
            Some(_) => self.say(
                format!("规则 {rule} 没有给出任何人"),
                format!("The rule {rule} named nobody"),
            ),
            None => self.say(
                format!("规则 {rule} 还没有运行"),
                format!("The rule {rule} has not run yet"),
            ),
        }
    }
}
