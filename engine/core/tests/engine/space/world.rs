//! The people of a sequence, who change while it runs.

use std::collections::BTreeMap;

use assent_core::directory::{Directory, Person, RoleGrant};
use assent_core::text::Lang;

use super::dice::Dice;

pub const ROLES: [&str; 4] = ["board", "legal", "finance", "chief"];
pub const PEOPLE: usize = 8;
/// The role that may overrule every flow.
pub const ADMINISTRATORS: &str = "administrator";
/// Who starts every case.
pub const APPLICANT: &str = "p0";

#[derive(Clone, Debug)]
pub struct World {
    pub here: BTreeMap<String, bool>,
    pub superiors: BTreeMap<String, String>,
    /// Role and person, in the order they were given.
    pub grants: Vec<(String, String)>,
}

pub fn person(number: usize) -> String {
    format!("p{number}")
}

impl World {
    pub fn new(dice: &mut Dice) -> Self {
        let mut world = Self {
            here: (0..PEOPLE).map(|number| (person(number), true)).collect(),
            superiors: BTreeMap::new(),
            grants: vec![
                ("owner".to_owned(), person(PEOPLE - 1)),
                (ADMINISTRATORS.to_owned(), person(PEOPLE - 2)),
            ],
        };
        // Superiors have higher numbers, so there is no circle.
        for number in 0..PEOPLE - 1 {
            if !dice.one_in(4) {
                let above = number + 1 + dice.roll(PEOPLE - 1 - number);
                world.superiors.insert(person(number), person(above));
            }
        }
        for role in ROLES {
            for _ in 0..[0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5][dice.roll(12)] {
                // The applicant holds a role now and then.
                let first = usize::from(!dice.one_in(6));
                let holder = person(first + dice.roll(PEOPLE - 1));
                world.grants.push((role.to_owned(), holder));
            }
        }
        world
    }

    pub fn is_here(&self, person: &str) -> bool {
        self.here.get(person).copied().unwrap_or_default()
    }

    /// Everybody here who holds the role, once, in the order of the grants.
    pub fn holders(&self, role: &str) -> Vec<String> {
        let mut found: Vec<String> = vec![];
        for (known, person) in &self.grants {
            if known == role && self.is_here(person) && !found.contains(person) {
                found.push(person.clone());
            }
        }
        found
    }

    /// The next superior who is here.
    pub fn superior(&self, person: &str) -> Option<String> {
        let above = self.superiors.get(person)?;
        if self.is_here(above) {
            Some(above.clone())
        } else {
            self.superior(above)
        }
    }

    /// Everybody above somebody who is here, nearest first.
    pub fn superiors(&self, person: &str) -> Vec<String> {
        let above = self.superior(person);
        above.map_or_else(Vec::new, |above| {
            let higher = self.superiors(&above);
            [vec![above], higher].concat()
        })
    }

    /// Somebody leaves or comes back, or a role moves; says what.
    pub fn change(&mut self, dice: &mut Dice) -> String {
        let who = person(dice.roll(PEOPLE));
        if dice.one_in(2) {
            let here = self.here.entry(who.clone()).or_default();
            *here = !*here;
            let deed = if *here { "comes back" } else { "leaves" };
            return format!("{who} {deed}");
        }
        let at = dice.roll(self.grants.len());
        self.grants[at].1.clone_from(&who);
        format!("{} moves to {who}", self.grants[at].0)
    }

    /// As the engine reads it.
    pub fn directory(&self) -> Directory {
        let mut directory = Directory::default();
        for (id, here) in &self.here {
            let person = Person {
                id: id.clone(),
                name: id.clone(),
                mail: format!("{id}@example.com"),
                unit: "u".to_owned(),
                superior: self.superiors.get(id).cloned(),
                posts: vec![],
                lang: Lang::Zh,
                active: *here,
            };
            directory.people.insert(id.clone(), person);
        }
        let grant = |(role, person): &(String, String)| RoleGrant {
            role: role.clone(),
            person: person.clone(),
            unit: None,
        };
        directory.roles = self.grants.iter().map(grant).collect();
        directory
    }
}
