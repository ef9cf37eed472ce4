//! The sample company is sound, and every case arrives where it says, through the engine itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use assent_core::calendar::{WorkCalendar, builtin};
use assent_core::command::{Action, Actor, Command, EffectAnswer, Verdict, Via};
use assent_core::definition::Definition;
use assent_core::dialect::compile;
use assent_core::directory::Directory;
use assent_core::event::Change;
use assent_core::field::EntityType;
use assent_core::instance::{Case, Status};
use assent_core::module::{Module, Modules};
use assent_core::record::{Mode, from_json};
use assent_core::rule::RuleSet;
use assent_core::testkit::catalog;
use assent_core::time::Moment;
use assent_core::turn::{Before, Chance, Context, Directed, Lookup, New, turn};
use assent_core::value::Values;
use assent_org::{Org, Sheets, import};
use assent_shipment::Shipment;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use super::cases::{CASES, DemoCase, DemoStep};
use super::{company, customers, erp};

/// Wednesday 2026-03-11, 10:00 in Shanghai.
const NOW: Moment = Moment(1_773_194_400_000);

fn directory() -> Directory {
    let sheets = company::sheets("2026-03-11".parse().unwrap());
    let sheets = Sheets {
        units: sheets.units,
        people: sheets.people,
        roles: sheets.roles,
        grants: sheets.grants,
        absences: &sheets.absences,
    };
    import(&sheets).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

struct House {
    modules: Modules,
    directory: Directory,
    def: Definition,
    calendar: WorkCalendar,
    rules: RuleSet,
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

impl House {
    fn new() -> Self {
        let modules: Modules = vec![Arc::new(Org), Arc::new(Shipment)];
        let rules = RuleSet::default();
        let text = include_str!("../../../../workflows/shipment_release.yaml");
        let compiled = compile("shipment_release.yaml", text, &catalog(&modules, &rules));
        let def = compiled
            .definition
            .unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
        Self {
            modules,
            directory: directory(),
            calendar: builtin(&def.calendar).unwrap(),
            def,
            rules,
        }
    }

    fn typed(&self, typed: &[(&str, &str)]) -> Values {
        let json = typed
            .iter()
            .map(|(name, text)| ((*name).to_owned(), Json::from(*text)))
            .collect();
        let fields: Vec<_> = self
            .def
            .states
            .iter()
            .flat_map(|state| state.ask.clone())
            .chain(self.def.entity.fields.clone())
            .collect();
        from_json(&fields, &json, &Mode::Form(TimeZone::UTC))
            .unwrap_or_else(|faults| panic!("{typed:?}: {faults:#?}"))
    }

    fn send(&self, case: Option<Case>, actor: Actor, action: Action) -> (Case, Vec<Change>) {
        let organisation = Directed {
            directory: &self.directory,
            records: &NoRecords,
        };
        let cx = Context {
            now: NOW,
            organisation: &organisation,
            calendar: &self.calendar,
            rules: &self.rules,
            records: &NoRecords,
            modules: &self.modules,
            chance: Chance::default(),
        };
        let before = case.map_or_else(
            || {
                Before::New(New {
                    instance: "i".to_owned(),
                    record: "r".to_owned(),
                    ..New::default()
                })
            },
            |case| Before::Case(Box::new(case)),
        );
        let command = Command {
            actor,
            via: Via::Test,
            action,
            key: None,
        };
        let done = turn(&self.def, before, &command, &cx)
            .unwrap_or_else(|refusal| panic!("{command:?}\n{refusal:?}"));
        (
            done.case,
            done.events.into_iter().map(|event| event.change).collect(),
        )
    }

    fn play(&self, demo: &DemoCase) -> Case {
        let applicant = Actor::Person(demo.applicant.to_owned());
        let start = Action::Start {
            set: self.typed(demo.values),
            submit: false,
        };
        let (mut case, mut events) = self.send(None, applicant.clone(), start);
        for step in demo.steps {
            let (actor, action) = match step {
                DemoStep::Submit(set) => (
                    applicant.clone(),
                    Action::Submit {
                        set: self.typed(set),
                        straight_back: false,
                    },
                ),
                DemoStep::ErpAnswers => (Actor::System, self.erp_says(&events)),
                DemoStep::ErpFails(words) => (
                    Actor::System,
                    Action::Answer {
                        call: case.instance.calls[0].no,
                        answer: EffectAnswer::Failed((*words).to_owned()),
                    },
                ),
                DemoStep::Approve { who, state, set } => {
                    decide(&case, who, state, Verdict::Approve, None, self.typed(set))
                }
                DemoStep::Reject { who, state, reason } => decide(
                    &case,
                    who,
                    state,
                    Verdict::Reject,
                    Some(reason),
                    Values::new(),
                ),
                DemoStep::Withdraw(words) => (
                    applicant.clone(),
                    Action::Withdraw {
                        comment: Some((*words).to_owned()),
                    },
                ),
            };
            let (next, more) = self.send(Some(case), actor, action);
            case = next;
            events.extend(more);
        }
        case
    }

    /// The last call goes through the module to the ERP, and its answer back.
    fn erp_says(&self, events: &[Change]) -> Action {
        let last = events.iter().rev().find_map(|change| match change {
            Change::Called {
                call,
                effect,
                input,
                ..
            } => Some((*call, effect, input)),
            _ => None,
        });
        let (call, effect, input) = last.expect("nothing was asked");
        let request = Shipment.prepare(effect, input).unwrap();
        let (status, answer) = erp::answer(&request.path, &request.body);
        assert_eq!(status, 200, "{answer}");
        let values = Shipment.settle(effect, &answer).unwrap();
        Action::Answer {
            call,
            answer: EffectAnswer::Ok(values),
        }
    }
}

fn decide(
    case: &Case,
    who: &str,
    state: &str,
    verdict: Verdict,
    comment: Option<&str>,
    set: Values,
) -> (Actor, Action) {
    let task = case
        .instance
        .tasks
        .iter()
        .find(|task| task.assignee == who && task.state == state);
    let task = task
        .unwrap_or_else(|| panic!("{who} has no task in {state}: {:?}", case.instance.tasks))
        .no;
    let action = Action::Decide {
        task,
        verdict,
        comment: comment.map(str::to_owned),
        set,
        with: assent_core::command::DecideWith::default(),
    };
    (Actor::Person(who.to_owned()), action)
}

fn standing(case: &Case) -> Vec<&str> {
    case.instance
        .active
        .iter()
        .map(|active| active.state.as_str())
        .collect()
}

fn status(case: &Case) -> &str {
    match &case.instance.status {
        Status::Running if !case.instance.holds.is_empty() => "held",
        Status::Running => "running",
        Status::Ended(outcome) => outcome.word(),
    }
}

#[test]
fn every_case_arrives_where_it_says() {
    let house = House::new();
    for demo in CASES {
        let case = house.play(demo);
        let arrived = (status(&case), standing(&case));
        let wanted = (
            demo.status,
            if demo.status == "running" || demo.status == "held" {
                demo.standing.to_vec()
            } else {
                arrived.1.clone()
            },
        );
        assert_eq!(arrived, wanted, "{}", demo.shows);
    }
}

#[test]
fn cases_show_every_state_of_the_flow() {
    let shown: BTreeSet<&str> = CASES
        .iter()
        .flat_map(|demo| demo.standing.iter().copied().chain([demo.status]))
        .collect();
    for state in [
        "draft",
        "credit_check",
        "credit_approval",
        "under_load",
        "heavy_under_load",
        "director_sign",
        "finance_sign",
        "release",
        "held",
        "approved",
        "rejected",
        "withdrawn",
    ] {
        assert!(shown.contains(state), "no case shows {state}");
    }
    let numbers: BTreeSet<_> = CASES.iter().map(|demo| demo.values[0].1).collect();
    assert_eq!(numbers.len(), CASES.len(), "a shipment number stands twice");
    for demo in CASES {
        let name = demo
            .values
            .iter()
            .find(|(field, _)| *field == "customer")
            .unwrap()
            .1;
        assert!(
            customers::CUSTOMERS
                .iter()
                .any(|customer| customer.name == name),
            "{name}"
        );
    }
}

#[test]
fn the_company_is_sound() {
    let directory = directory();
    let here = directory
        .people
        .values()
        .filter(|person| person.active)
        .count();
    assert!((40..=45).contains(&here), "{here}");
    assert!(
        directory
            .people
            .values()
            .all(|person| person.mail == format!("{}@lanchuan.example", person.id))
    );
    for person in directory
        .people
        .values()
        .filter(|person| person.active && person.id != "gaojianguo")
    {
        assert!(
            directory
                .active(person.superior.as_deref().unwrap_or_default())
                .is_some(),
            "{} has no superior",
            person.id
        );
    }
    for unit in directory.units.values() {
        assert!(
            directory
                .active(unit.head.as_deref().unwrap_or_default())
                .is_some(),
            "{} has no head",
            unit.id
        );
    }
    for role in directory.role_names.keys() {
        assert!(
            !directory.holders(role, None).is_empty(),
            "nobody holds {role}"
        );
    }
    for manifest in [Org.manifest(), Shipment.manifest()] {
        for (role, label) in &manifest.roles {
            assert_eq!(directory.role_names.get(role), Some(label), "{role}");
        }
    }
    for persona in company::personas() {
        assert!(
            directory.active(persona.person).is_some(),
            "{}",
            persona.person
        );
    }
    assert_eq!(directory.absences.len(), 2);
    let away = &directory.absences[0];
    assert!(
        away.from <= NOW && NOW < away.until,
        "one of them is away today"
    );
    assert!(
        directory.has_role(away.proxy.as_deref().unwrap(), "logistics_manager"),
        "the proxy holds the same role"
    );
    for customer in customers::CUSTOMERS {
        assert!(
            directory.units.contains_key(customer.area),
            "{}",
            customer.area
        );
    }
}

#[test]
fn the_erp_answers_like_one() {
    let ask = |customer: &str| {
        erp::answer(
            "/credit-checks",
            &json!({"customer": customer, "amount": "100.00"}),
        )
    };
    assert_eq!(
        ask("东汇钢贸"),
        (
            200,
            json!({"customer": "C1001", "limit": "500000.00", "used": "100000.00"})
        )
    );
    assert_eq!(ask("C1001").0, 200);
    assert_eq!(ask(customers::ERP_DOWN_FOR).0, 503);
    assert_eq!(ask(customers::ERP_SLOW_FOR).0, 504);
    assert_eq!(ask("谁也不是").0, 404);
    for bad in [
        json!({}),
        json!({"customer": "东汇钢贸"}),
        json!({"customer": "东汇钢贸", "amount": 1.5}),
        json!({"customer": "东汇钢贸", "amount": "-1"}),
    ] {
        assert_eq!(erp::answer("/credit-checks", &bad).0, 422, "{bad}");
    }
    let release = |number: &str| {
        erp::answer(
            "/shipment-releases",
            &json!({"shipment_no": number, "amount": "1.00", "load_rate": "0.9"}),
        )
    };
    assert_eq!(
        release("SH-2026-0101"),
        release("SH-2026-0101"),
        "releasing twice is the same as once"
    );
    assert_eq!(release("SH-2026-0101").1["released"], json!(true));
    assert_eq!(release("SH-2026-0199").1["released"], json!(false));
    assert_eq!(release("X").0, 422);
    assert_eq!(erp::answer("/nowhere", &json!({})).0, 404);
}
