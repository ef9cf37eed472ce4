//! The little house the tests run in: a catalog, an organisation, no rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use assent_core::calendar::WorkCalendar;
use assent_core::catalog::{Catalog, EffectType, Port, RuleType};
use assent_core::definition::Definition;
use assent_core::diagnostic::Severity;
use assent_core::dialect::{Compiled, compile};
use assent_core::directory::{ADMIN_ROLE, Directory, Person, RoleGrant};
use assent_core::field::{EntityType, FieldKind};
use assent_core::text::{Lang, Text};
use assent_core::turn::{Context, Lookup, RuleAnswer, Rules};
use assent_core::value::Values;

/// The flow files beside the tests, and the shipment flow the dialect was designed on.
pub fn flow_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flows");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.push(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dialect/tests/shipment_release.yaml"),
    );
    files.sort();
    files
}

/// What those files may name.
pub fn catalog() -> Catalog {
    let roles = [
        "owner",
        "board",
        "legal",
        "finance",
        "tech",
        "chief",
        "first",
        "second",
        "third",
        "spare",
        "boss",
        "worker",
        "helper",
        // The shipment flow's.
        "logistics_lead",
        "credit_controller",
        "finance_manager",
        "logistics_manager",
        "sales_director",
        "it_on_call",
    ];
    Catalog {
        roles: roles
            .iter()
            .map(|role| ((*role).to_owned(), Text::same(*role)))
            .collect(),
        effects: BTreeMap::from([
            effect(
                "erp.credit_check",
                &[("customer", FieldKind::Text), ("amount", yuan())],
                &[("limit", yuan()), ("used", yuan())],
            ),
            effect(
                "erp.release_shipment",
                &[
                    ("shipment_no", FieldKind::Text),
                    ("amount", yuan()),
                    ("load_rate", FieldKind::Percent { decimals: 4 }),
                ],
                &[],
            ),
            effect(
                "erp.post",
                &[("amount", yuan())],
                &[("status", FieldKind::Text)],
            ),
            effect("erp.notify", &[("amount", yuan())], &[]),
            effect("erp.cancel", &[("amount", yuan())], &[]),
            effect("erp.reverse", &[], &[]),
            optional(effect("erp.reverse_as", &[("note", FieldKind::Text)], &[])),
        ]),
        rules: BTreeMap::from([(
            "assign.engineer".to_owned(),
            RuleType {
                name: "assign.engineer".to_owned(),
                label: Text::same("assign.engineer"),
                takes: vec![port("kind", FieldKind::Text)],
                gives: vec![port("people", FieldKind::Person)],
            },
        )]),
        events: BTreeMap::from([(
            "thing.arrived".to_owned(),
            Text::new("东西到了", "Thing arrived"),
        )]),
        calendars: BTreeSet::from(["cn_office".to_owned()]),
        flows: BTreeSet::from(["inspection".to_owned(), "revoking".to_owned()]),
        ..Catalog::default()
    }
}

fn port(name: &str, kind: FieldKind) -> Port {
    Port {
        name: name.to_owned(),
        kind,
        required: true,
    }
}

fn yuan() -> FieldKind {
    FieldKind::Money {
        currency: "CNY".to_owned(),
        decimals: 2,
    }
}

/// The same effect, without anything that must be given.
fn optional((name, mut effect): (String, EffectType)) -> (String, EffectType) {
    effect
        .takes
        .iter_mut()
        .for_each(|port| port.required = false);
    (name, effect)
}

fn effect(
    name: &str,
    takes: &[(&str, FieldKind)],
    gives: &[(&str, FieldKind)],
) -> (String, EffectType) {
    let ports = |list: &[(&str, FieldKind)]| {
        list.iter()
            .map(|(name, kind)| port(name, kind.clone()))
            .collect()
    };
    let (takes, gives) = (ports(takes), ports(gives));
    (
        name.to_owned(),
        EffectType {
            name: name.to_owned(),
            label: Text::same(name),
            takes,
            gives,
        },
    )
}

/// Compiles a file; its errors fail the test with their words.
pub fn compiled(file: &Path) -> (Definition, Compiled) {
    let text = std::fs::read_to_string(file).unwrap();
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let compiled = compiled_as(&name, &text);
    (compiled.definition.clone().unwrap(), compiled)
}

/// Compiles a text; its errors fail the test with their words.
pub fn compiled_text(text: &str) -> Definition {
    compiled_as("flow.yaml", text).definition.unwrap()
}

fn compiled_as(name: &str, text: &str) -> Compiled {
    let compiled = compile(name, text, &catalog());
    let errors: Vec<String> = compiled
        .diagnostics
        .iter()
        .filter(|fault| fault.severity == Severity::Error)
        .map(|fault| {
            format!(
                "{name}:{}:{} {} {}",
                fault.place.line, fault.place.column, fault.code, fault.message.en
            )
        })
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    compiled
}

pub fn calendar() -> WorkCalendar {
    assent_core::calendar::builtin("cn_office").unwrap()
}

/// Administers everything, and never leaves.
pub const ADMINISTRATOR: &str = "root";

/// Eight people, each holding some of the roles; the first is nobody special. And an administrator, whose grant is first.
pub fn directory() -> Directory {
    let mut directory = Directory::default();
    let roles: Vec<String> = catalog().roles.into_keys().collect();
    for number in 0..8_usize {
        let id = format!("p{number}");
        let person = Person {
            id: id.clone(),
            name: id.clone(),
            mail: format!("{id}@example.com"),
            unit: "u".to_owned(),
            superior: None,
            posts: vec![],
            lang: Lang::Zh,
            active: true,
        };
        directory.people.insert(id.clone(), person);
        for (at, role) in roles.iter().enumerate() {
            if number > 0 && (at + number) % 3 == 0 {
                directory.roles.push(RoleGrant {
                    role: role.clone(),
                    person: id.clone(),
                    unit: None,
                });
            }
        }
    }
    let mut root = directory.people["p0"].clone();
    root.id = ADMINISTRATOR.to_owned();
    directory.people.insert(root.id.clone(), root);
    directory.roles.insert(
        0,
        RoleGrant {
            role: ADMIN_ROLE.to_owned(),
            person: ADMINISTRATOR.to_owned(),
            unit: None,
        },
    );
    directory
}

/// No rules and no other records.
pub struct Nothing;

impl Rules for Nothing {
    fn run(&self, rule: &str, _given: &Values, _cx: &Context<'_>) -> Result<RuleAnswer, Text> {
        Err(Text::same(format!("no rule {rule}")))
    }
}

impl Lookup for Nothing {
    fn record(&self, _entity: &str, _id: &str) -> Option<Values> {
        None
    }

    fn entity(&self, _name: &str) -> Option<EntityType> {
        None
    }
}

/// No entity types.
pub fn no_entities() -> BTreeMap<String, EntityType> {
    BTreeMap::new()
}
