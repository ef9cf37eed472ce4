//! Draws: one of several by load, by lot or in turn, and people a rule names. Decided when somebody is asked, and kept.

use crate::definition::{PeopleRef, State};
use crate::event::Change;
use crate::people::{PeopleRule, PersonId, Pick};
use crate::turn::hold::Trouble;
use crate::turn::{Run, turn_key};
use crate::value::Values;

/// The output of a rule that names people.
pub(crate) const RULE_PEOPLE: &str = "people";

impl Run<'_> {
    /// Draws for every name that needs it, before anybody is asked. Whoever was drawn before stays, while they may still be
    /// asked; a rule is run anew each time.
    pub(super) fn draw(&mut self, state: &State, by: &[PeopleRef]) -> Result<(), Trouble> {
        let def = self.def;
        for who in by {
            let PeopleRef::Named(name) = who else {
                continue;
            };
            match def.people_rule(name) {
                Some(PeopleRule::Pick { how, .. }) => self.pick(state, who, name, *how),
                Some(PeopleRule::Script { rule, give }) => {
                    self.ask_rule(state, name, rule, give)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The set a name draws from, as if nobody had been drawn.
    fn pool(&self, state: &State, who: &PeopleRef, name: &str) -> Vec<PersonId> {
        let mut case = self.case.clone();
        case.instance.drawn.retain(|drawn| drawn.name != name);
        let up = self.vacant_moves_up(state);
        let found = self.cx.organisation.resolve_in(self.def, who, &case, up);
        let mut pool = found.people;
        pool.retain(|person| self.ban(state, person).is_none());
        pool.sort();
        pool
    }

    fn pick(&mut self, state: &State, who: &PeopleRef, name: &str, how: Pick) {
        let pool = self.pool(state, who, name);
        let instance = &self.case.instance;
        let stays = instance.drawn_for(name).is_some_and(|drawn| {
            let anew = self.def.policies.people_anew && drawn.round != instance.round;
            !anew && drawn.people.iter().all(|person| pool.contains(person))
        });
        // Whoever is away is drawn only when everybody is.
        let flow = &self.def.flow;
        let away = |person: &PersonId| self.cx.organisation.is_away(person, flow, self.cx.now);
        let here: Vec<PersonId> = pool.iter().filter(|it| !away(it)).cloned().collect();
        let among = if here.is_empty() { &pool } else { &here };
        if stays || among.is_empty() {
            return;
        }
        let (at, number) = match how {
            Pick::LeastLoaded => {
                let loads = among.iter().map(|person| self.load(person)).enumerate();
                loads.min_by_key(|(_, load)| *load).unwrap_or_default()
            }
            Pick::Random => (
                lot(self.cx.chance.seed, name, among.len()),
                self.cx.chance.seed,
            ),
            Pick::InTurn | Pick::Rule => {
                let turns = self.cx.chance.turns;
                let key = turn_key(flow, name);
                let taken = turns.and_then(|turns| turns.get(&key)).copied();
                let taken = taken.unwrap_or_default();
                (remainder(taken, among.len()), taken + 1)
            }
        };
        let people = among.get(at).cloned().into_iter().collect();
        self.emit(Change::Drawn {
            name: name.to_owned(),
            how,
            people,
            pool,
            number,
        });
    }

    /// Open tasks of somebody, those opened in this very turn included.
    fn load(&self, person: &str) -> u64 {
        let loads = self.cx.chance.loads;
        let before = loads.and_then(|loads| loads.get(person)).copied();
        let mine = |event: &&crate::event::Event| matches!(&event.change, Change::TaskOpened { assignee, .. } if assignee == person);
        let now = self.events().iter().filter(mine).count();
        before.unwrap_or_default() + u64::try_from(now).unwrap_or_default()
    }

    fn ask_rule(
        &mut self,
        state: &State,
        name: &str,
        rule: &str,
        give: &[String],
    ) -> Result<(), Trouble> {
        let facts = self.facts();
        let given: Values = give
            .iter()
            .filter_map(|path| {
                let input = path.rsplit('.').next()?;
                let value = crate::condition::Facts::get(&facts, path)?;
                Some((input.to_owned(), value))
            })
            .collect();
        let answer = self
            .cx
            .rules
            .run(rule, &given, self.cx)
            .map_err(|reason| Trouble {
                code: "rule_failed",
                reason,
                tell: vec![],
            })?;
        let named = answer.gave.get(RULE_PEOPLE);
        let people: Vec<PersonId> = named
            .map(|value| value.ids().into_iter().map(str::to_owned).collect())
            .unwrap_or_default();
        self.emit(Change::RuleRan {
            state: state.id.clone(),
            rule: rule.to_owned(),
            script: answer.script,
            given,
            gave: answer.gave,
        });
        self.emit(Change::Drawn {
            name: name.to_owned(),
            how: Pick::Rule,
            people,
            pool: vec![],
            number: 0,
        });
        Ok(())
    }
}

/// A place among `n`, by the seed and the name it is drawn for (splitmix64: every bit of the seed counts).
fn lot(seed: u64, name: &str, n: usize) -> usize {
    let mut z = name.bytes().fold(seed, |z, byte| {
        z.wrapping_mul(0x0000_0100_0000_01B3) ^ u64::from(byte)
    });
    z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    remainder(z ^ (z >> 31), n)
}

fn remainder(number: u64, n: usize) -> usize {
    let n = u64::try_from(n.max(1)).unwrap_or(u64::MAX);
    usize::try_from(number % n).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A3.18
    #[test]
    fn lots_fall_on_everybody_about_equally() {
        let mut fell = [0_u32; 5];
        for seed in 0..5_000 {
            fell[lot(seed, "inspector", 5)] += 1;
        }
        assert!(fell.iter().all(|n| (850..1_150).contains(n)), "{fell:?}");
        let other = (0..100).filter(|seed| lot(*seed, "a", 5) != lot(*seed, "b", 5));
        assert!(other.count() > 50, "two names draw independently");
    }

    #[test]
    fn a_lot_is_always_somebody() {
        for n in 1..20 {
            assert!((0..200).all(|seed| lot(seed, "x", n) < n));
        }
        assert_eq!(lot(7, "x", 0), 0);
    }
}
