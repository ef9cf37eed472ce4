//! The people of a sequence, who change while it runs.

use std::collections::BTreeMap;

use assent_core::directory::{Absence, Directory, Person, RoleGrant};
use assent_core::text::Lang;
use assent_core::time::Moment;

use super::dice::Dice;

pub const ROLES: [&str; 4] = ["board", "legal", "finance", "chief"];
pub const PEOPLE: usize = 8;
/// The role that may overrule every flow.
pub const ADMINISTRATORS: &str = "administrator";
/// When every sequence begins: Monday 2026-01-05, 09:00 in Shanghai.
pub const START: i64 = 1_767_574_800_000;
/// Who starts every case.
pub const APPLICANT: &str = "p0";

#[derive(Clone, Debug)]
pub struct World {
    pub here: BTreeMap<String, bool>,
    pub superiors: BTreeMap<String, String>,
    /// Role and person, in the order they were given.
    pub grants: Vec<(String, String)>,
    pub absences: Vec<Away>,
}

/// Somebody is away for a while.
#[derive(Clone, Debug)]
pub struct Away {
    pub person: String,
    /// Milliseconds; at the end they are back.
    pub from: i64,
    pub until: i64,
    pub proxy: Option<String>,
    /// Only for this flow (true) or for another one (false); none is for all.
    pub here: Option<bool>,
}

const HOUR_MS: i64 = 3_600_000;

impl Away {
    fn some(dice: &mut Dice, now: i64) -> Self {
        let from = now + dice.of(&[-48, 0, 0, 1, 24]) * HOUR_MS;
        let proxy = person(dice.roll(PEOPLE));
        Self {
            person: person(dice.roll(PEOPLE)),
            from,
            until: from + dice.of(&[2, 24, 100, 1_000]) * HOUR_MS,
            proxy: (!dice.one_in(8)).then_some(proxy),
            here: dice.of(&[None, None, None, Some(true), Some(false)]),
        }
    }

    /// Whoever would stand in is away too, and so on: to somebody who is here, or round to the first. One link begins or
    /// ends while the sequence runs, now and then.
    fn chain(dice: &mut Dice, now: i64) -> Vec<Self> {
        let mut people: Vec<String> = (0..PEOPLE).map(person).collect();
        let count = dice.of(&[2, 2, 3, 4]);
        let mut links: Vec<String> = vec![];
        for _ in 0..=count {
            links.push(people.swap_remove(dice.roll(people.len())));
        }
        if dice.one_in(3) {
            links[count] = links[0].clone();
        }
        let moving = dice.roll(3 * count);
        let link = |(at, pair): (usize, &[String])| {
            let begins = if at == moving {
                dice.of(&[1, 3, 24])
            } else {
                -1
            };
            let lasts = if at + count == moving {
                2
            } else {
                dice.of(&[100, 1_000])
            };
            Self {
                person: pair[0].clone(),
                from: now + begins * HOUR_MS,
                until: now + (begins + lasts) * HOUR_MS,
                proxy: Some(pair[1].clone()),
                here: dice.of(&[None, None, None, Some(true)]),
            }
        };
        links.windows(2).enumerate().map(link).collect()
    }
}

pub fn person(number: usize) -> String {
    format!("p{number}")
}

impl World {
    pub fn new(dice: &mut Dice) -> Self {
        let mut world = Self {
            here: (0..PEOPLE).map(|number| (person(number), true)).collect(),
            superiors: BTreeMap::new(),
            absences: vec![],
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

    /// The same, and some of them are away for a while.
    pub fn with_absences(dice: &mut Dice) -> Self {
        let mut world = Self::new(dice);
        if dice.one_in(2) {
            for _ in 0..=dice.roll(4) {
                world.absences.push(Away::some(dice, START));
            }
        }
        if dice.one_in(3) {
            world.absences.extend(Away::chain(dice, START));
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

    /// The absence that counts: one that names a proxy before one that does not, one for this flow before one for all, the
    /// one that began last.
    pub fn absence(&self, person: &str, now: i64) -> Option<&Away> {
        let counts = |away: &&Away| {
            away.person == person
                && away.from <= now
                && now < away.until
                && away.here != Some(false)
        };
        let rank = |away: &&Away| (away.proxy.is_some(), away.here.is_some(), away.from);
        self.absences.iter().filter(counts).max_by_key(rank)
    }

    /// The same, or somebody is away for a while.
    pub fn change_at(&mut self, dice: &mut Dice, now: i64) -> String {
        if dice.one_in(8) {
            let links = Away::chain(dice, now);
            let what = |link: &Away| format!("{} is away and names {:?}", link.person, link.proxy);
            let said: Vec<String> = links.iter().map(what).collect();
            self.absences.extend(links);
            return said.join(", ");
        }
        if dice.one_in(3) {
            let away = Away::some(dice, now);
            let what = format!(
                "{} is away for {} hours, with {:?} in their place",
                away.person,
                (away.until - away.from) / HOUR_MS,
                away.proxy
            );
            self.absences.push(away);
            return what;
        }
        if dice.one_in(3) {
            return self.rearrange(dice);
        }
        self.change(dice)
    }

    /// Superiors and holders of roles change.
    fn rearrange(&mut self, dice: &mut Dice) -> String {
        if dice.one_in(3) {
            // Another superior, further up, so that there is no circle.
            let number = dice.roll(PEOPLE - 1);
            let above = person(number + 1 + dice.roll(PEOPLE - 1 - number));
            let what = format!("{} is under {above} now", person(number));
            self.superiors.insert(person(number), above);
            return what;
        }
        // The owner and the administrator stay: somebody must be able to help.
        if self.grants.len() > 4 && dice.one_in(2) {
            let (role, holder) = self.grants.remove(2 + dice.roll(self.grants.len() - 2));
            return format!("{holder} is no {role} any more");
        }
        let (who, role) = (person(dice.roll(PEOPLE)), dice.of(&ROLES).to_owned());
        let what = format!("{who} is {role} too");
        self.grants.push((role, who));
        what
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
        let absence = |away: &Away| Absence {
            person: away.person.clone(),
            from: Moment(away.from),
            until: Moment(away.until),
            proxy: away.proxy.clone(),
            flow: away
                .here
                .map(|here| if here { "space" } else { "other" }.to_owned()),
        };
        directory.absences = self.absences.iter().map(absence).collect();
        directory.roles = self.grants.iter().map(grant).collect();
        directory
    }
}
