//! Flows and people of a sequence.

use assent_core::directory::{ADMIN_ROLE, Directory, Person, RoleGrant, Unit};
use assent_core::text::{Lang, Text};

use super::space::dice::Dice;
use super::space::make;
use super::space::sketch::{Sketch, State, all_states};
use super::space::world::{PEOPLE, ROLES, World, person};
use super::space::yaml::yaml;
use crate::app::{App, PublishOutcome, SourceFile};

/// Flows of a sequence.
const FLOWS: usize = 2;
/// Sketches tried for one flow that may be published.
const SKETCHES_MAX: usize = 20;
/// The question to the ERP, which a sketch does not have.
const ASK: &str = "  - {id: erp, name: {zh: erp, en: erp}, run: thing.ask, give: [subject], \
    if_fails: {retry: [1 minute, 10 minutes, 1 hour], then: hold, tell: chief}}\n";

/// A published flow.
#[derive(Clone)]
pub struct Flow {
    pub name: String,
    pub sketch: Sketch,
    pub states: Vec<State>,
}

pub struct Company {
    world: World,
    pub flows: Vec<Flow>,
}

impl Company {
    pub fn new(dice: &mut Dice) -> Self {
        Self {
            world: World::new(dice),
            flows: vec![],
        }
    }

    pub fn flow(&self, name: &str) -> Option<Flow> {
        self.flows.iter().find(|flow| flow.name == name).cloned()
    }

    /// Publishes its flows while everybody is here, then takes the people it begins with.
    pub async fn found(&mut self, app: &App, dice: &mut Dice) {
        let mut full = self.world.clone();
        for role in ROLES {
            for number in 1..PEOPLE {
                full.grants.push((role.to_owned(), person(number)));
            }
        }
        app.import_directory(directory(&full)).await.unwrap();
        for number in 0..FLOWS {
            let flow = flow(app, dice, &format!("space{number}")).await;
            self.flows.push(flow);
        }
        app.import_directory(directory(&self.world)).await.unwrap();
    }

    /// Somebody leaves or comes back, or a role moves.
    pub async fn change(&mut self, app: &App, dice: &mut Dice) -> String {
        let mut world = self.world.clone();
        let what = world.change(dice);
        // A fault of the database, or a start in between: nothing has changed, or it has; both are as good.
        match app.import_directory(directory(&world)).await {
            Ok(_) => {
                self.world = world;
                what
            }
            Err(fault) => format!("{what}: {fault}"),
        }
    }
}

async fn flow(app: &App, dice: &mut Dice, name: &str) -> Flow {
    let mut said = String::new();
    for _ in 0..SKETCHES_MAX {
        let sketch = make::sketch(dice, false);
        let mut text = yaml(&sketch).replacen("flow: space\n", &format!("flow: {name}\n"), 1);
        if dice.one_in(2)
            && let Some(at) = text.find("  - {id: draft")
            && let Some(end) = text[at..].find('\n')
        {
            text.insert_str(at + end + 1, ASK);
        }
        let file = SourceFile {
            name: format!("{name}.yaml"),
            text: text.clone(),
        };
        let results = app.publish(Some("adm"), vec![file]).await.unwrap();
        if results[0].outcome == PublishOutcome::Published {
            let states = all_states(&sketch.states);
            return Flow {
                name: name.to_owned(),
                sketch,
                states,
            };
        }
        said = format!("{:?}\n{text}", results[0]);
    }
    panic!("no flow can be published: {said}");
}

fn directory(world: &World) -> Directory {
    let mut directory = world.directory();
    let unit = Unit {
        id: "u".to_owned(),
        name: Text::same("u"),
        parent: None,
        head: None,
    };
    directory.units.insert("u".to_owned(), unit);
    for role in ROLES.into_iter().chain(["owner"]) {
        directory
            .role_names
            .insert(role.to_owned(), Text::same(role));
    }
    let adm = Person {
        id: "adm".to_owned(),
        name: "adm".to_owned(),
        mail: "adm@example.com".to_owned(),
        unit: "u".to_owned(),
        superior: None,
        posts: vec![],
        lang: Lang::En,
        active: true,
    };
    directory.people.insert("adm".to_owned(), adm);
    directory.roles.push(RoleGrant {
        role: ADMIN_ROLE.to_owned(),
        person: "adm".to_owned(),
        unit: None,
    });
    directory
}
