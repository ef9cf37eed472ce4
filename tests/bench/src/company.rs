//! Who asks and who decides, and the flow they do it by.

use std::sync::Arc;

use assent_core::calendar::{WorkCalendar, builtins};
use assent_core::command::{Action, Actor, Command, DecideWith, Verdict, Via};
use assent_core::definition::Definition;
use assent_core::directory::{Directory, Person, RoleGrant, Unit};
use assent_core::field::EntityType;
use assent_core::instance::Case;
use assent_core::rule::RuleSet;
use assent_core::text::{Lang, Text};
use assent_core::time::Moment;
use assent_core::turn::{Before, Chance, Context, Directed, Lookup, New, turn};
use assent_core::value::{Value, Values};
use assent_core::write::Write;
use assent_core::{dialect, testkit};

/// The flow: 500 bytes of data, two people, a deadline and a mail each.
pub const FLOW: &str = include_str!("approval.yaml");
/// Its id.
pub const FLOW_ID: &str = "bench_approval";
/// People; everybody asks, and everybody is asked.
pub const PEOPLE: usize = 400;
/// Friday 2026-03-06 09:00 in China.
const FRIDAY: Moment = Moment(1_772_758_800_000);

/// A person's id.
pub fn person(number: usize) -> String {
    format!("p{:03}", number % PEOPLE)
}

/// Who asks in the n-th approval, and who decides it.
pub fn cast(number: usize) -> (String, String, String) {
    (person(number), person(number + 1), person(number + 2))
}

/// The record's values of the n-th approval: 500 bytes.
pub fn values(number: usize) -> Values {
    let (_, first, second) = cast(number);
    let words = "为保证重庆工厂三号线按期交付，申请提前采购轴承与减速机一批，已比价三家。";
    let reason: String = words.chars().cycle().take(130).collect();
    Values::from([
        ("number".into(), Value::Text(format!("BN-2026-{number:08}"))),
        ("reason".into(), Value::Text(reason)),
        (
            "amount".into(),
            Value::Number(rust_decimal::Decimal::new(12_345_600, 2)),
        ),
        ("first".into(), Value::Text(first)),
        ("second".into(), Value::Text(second)),
    ])
}

/// The same as a form or the API sends them.
pub fn json_values(number: usize) -> serde_json::Map<String, serde_json::Value> {
    values(number)
        .into_iter()
        .map(|(name, value)| {
            let json = match value {
                Value::Number(number) => serde_json::Value::from(number.to_string()),
                other => serde_json::Value::from(other.as_text().unwrap_or_default()),
            };
            (name, json)
        })
        .collect()
}

/// Everybody.
pub fn directory() -> Directory {
    let mut directory = Directory::default();
    let unit = Unit {
        id: "plant".into(),
        name: Text::new("工厂", "Plant"),
        parent: None,
        head: None,
    };
    directory.units.insert(unit.id.clone(), unit);
    for number in 0..PEOPLE {
        let id = person(number);
        let one = Person {
            id: id.clone(),
            name: format!("员工{number}"),
            mail: format!("{id}@example.com"),
            unit: "plant".into(),
            superior: None,
            posts: vec![],
            lang: Lang::Zh,
            active: true,
        };
        directory.people.insert(id, one);
    }
    directory
        .role_names
        .insert("owner".into(), Text::new("负责人", "Owner"));
    directory.roles.push(RoleGrant {
        role: "owner".into(),
        person: person(0),
        unit: None,
    });
    directory
}

struct NoRecords;

impl Lookup for NoRecords {
    fn record(&self, _: &str, _: &str) -> Option<Values> {
        None
    }

    fn entity(&self, _: &str) -> Option<EntityType> {
        None
    }
}

/// The core alone: turns made without any database.
pub struct Desk {
    /// The flow.
    pub definition: Arc<Definition>,
    directory: Directory,
    calendar: Arc<WorkCalendar>,
    rules: RuleSet,
}

impl Desk {
    /// Reads the flow.
    ///
    /// # Errors
    /// The first fault of the flow, in words.
    pub fn open() -> Result<Self, String> {
        let rules = RuleSet::default();
        let mut catalog = testkit::catalog(&[], &rules);
        catalog.roles = directory().role_names.into_iter().collect();
        let compiled = dialect::compile("approval.yaml", FLOW, &catalog);
        let fault = compiled
            .diagnostics
            .first()
            .map(|fault| fault.message.en.clone());
        let definition = compiled
            .definition
            .ok_or_else(|| fault.unwrap_or_default())?;
        let calendar = builtins()
            .iter()
            .find(|calendar| calendar.name() == "cn_office")
            .cloned()
            .ok_or("there is no calendar cn_office")?;
        Ok(Self {
            definition: Arc::new(definition),
            directory: directory(),
            calendar: Arc::new(calendar),
            rules,
        })
    }

    /// What the n-th approval writes, step by step: submitted, and decided as often as asked for (at most twice).
    ///
    /// # Errors
    /// A refusal in words: the flow is not what the benchmark takes it for.
    pub fn writes(
        &self,
        ids: (&str, &str),
        number: usize,
        decisions: usize,
    ) -> Result<Vec<Write>, String> {
        let (applicant, first, second) = cast(number);
        let new = New {
            instance: ids.0.to_owned(),
            record: ids.1.to_owned(),
            values: None,
            parent: None,
            revokes: None,
        };
        let start = Action::Start {
            set: values(number),
            submit: true,
        };
        let (mut case, write) = self.turn(Before::New(new), &applicant, start, 0)?;
        let mut writes = vec![write];
        for (step, who) in [first, second].into_iter().take(decisions).enumerate() {
            let task = case
                .instance
                .tasks
                .first()
                .map(|task| task.no)
                .ok_or("nobody is asked")?;
            let before = Before::Case(Box::new(case));
            let (after, write) = self.turn(before, &who, approve(task), step + 1)?;
            case = after;
            writes.push(write);
        }
        Ok(writes)
    }

    fn turn(
        &self,
        before: Before,
        who: &str,
        action: Action,
        step: usize,
    ) -> Result<(Case, Write), String> {
        let records = NoRecords;
        let organisation = Directed {
            directory: &self.directory,
            records: &records,
        };
        let instance = match &before {
            Before::New(new) => new.instance.clone(),
            Before::Case(case) => case.instance.id.clone(),
        };
        let cx = Context {
            now: Moment(FRIDAY.0 + 60_000 * i64::try_from(step).unwrap_or_default()),
            organisation: &organisation,
            calendar: &self.calendar,
            rules: &self.rules,
            records: &records,
            modules: &[],
            chance: Chance::default(),
        };
        let command = command(who, action, format!("{instance}-{step}"));
        let mut turned =
            turn(&self.definition, before, &command, &cx).map_err(|refusal| refusal.message.en)?;
        if let Some((_, answer)) = &mut turned.write.answer {
            // As long as what the runtime says.
            *answer = format!(
                "{{\"instance\":\"{instance}\",\"status\":\"running\",\"message\":\"{}\"}}",
                "x".repeat(300)
            );
        }
        Ok((turned.case, turned.write))
    }
}

/// A decision.
pub fn approve(task: u32) -> Action {
    Action::Decide {
        task,
        verdict: Verdict::Approve,
        comment: Some("同意".to_owned()),
        set: Values::new(),
        with: DecideWith::default(),
    }
}

/// Somebody's command, with its key.
pub fn command(who: &str, action: Action, key: String) -> Command {
    Command {
        actor: Actor::Person(who.to_owned()),
        via: Via::Api,
        action,
        key: Some(key),
    }
}
