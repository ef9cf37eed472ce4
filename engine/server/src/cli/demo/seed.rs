//! Fills an empty database with the sample company: its people, its flows, and requests in every state, each through the same
//! commands as anybody's, at the times they would have happened.

use std::path::Path;

use assent_core::calendar::{self, WorkCalendar};
use assent_core::command::{Action, Actor, Command, EffectAnswer, Verdict, Via};
use assent_core::definition::{Definition, StateKind};
use assent_core::record::{self, Mode};
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_core::value::{Value, Values};
use assent_runtime::app::{App, AppConfig, JsonMap, PublishOutcome, Published, SourceFile, Tab};
use assent_runtime::clock::Clock;
use assent_runtime::demo::cases::{self, DemoCase, DemoStep};
use assent_runtime::demo::{company, erp, records};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use crate::cli::files;
use crate::cli::serve::opened;
use crate::config::Config;
use crate::modules::{self, Sheets, import};

/// A small picture, for cases that show files.
const PICTURE: &[u8] = include_bytes!("picture.png");
/// Working time between two steps of a case.
const STEP_MS: i64 = 15 * 60_000;
const HOUR_MS: i64 = 3_600_000;
/// A case is begun at most this long ago.
const LONGEST_AGO_MS: i64 = 90 * 24 * HOUR_MS;

/// Fills it. The flows are published beside it first, to a database in `data`: where one is wrong, nothing is half filled.
pub async fn fill(config: &Config, workflows: &Path, data: &Path) -> Result<(), Text> {
    let now = Clock::System.now();
    rehearsed(config, workflows, data, today(now)?).await?;
    let clock = Clock::test(now);
    let app = AppConfig {
        workers: false,
        clock: clock.clone(),
        ..config.app()
    };
    let app = App::open(app).await.map_err(|error| opened(&error))?;
    let filled = async {
        let today = today(now)?;
        people(&app, today).await?;
        flows(&app, workflows).await?;
        known(&app, today).await?;
        let office =
            calendar::builtin(calendar::CN_OFFICE).ok_or_else(|| broken("no office calendar"))?;
        let seeding = Seeding {
            app: &app,
            clock: &clock,
            calendar: &office,
            now,
            today,
        };
        for case in cases::all() {
            seeding.play(case).await?;
        }
        Ok(())
    }
    .await;
    app.close().await;
    filled
}

/// A database that is gone again afterwards.
const REHEARSAL: &str = "rehearsal.db";

async fn rehearsed(
    config: &Config,
    workflows: &Path,
    data: &Path,
    today: Date,
) -> Result<(), Text> {
    let gone = || {
        for end in ["", "-wal", "-shm"] {
            // What cannot be deleted is in nobody's way.
            let _ = std::fs::remove_file(data.join(format!("{REHEARSAL}{end}")));
        }
    };
    gone();
    let app = AppConfig {
        database: format!("sqlite:{}", data.join(REHEARSAL).display()),
        workers: false,
        ..config.app()
    };
    let app = App::open(app).await.map_err(|error| opened(&error))?;
    let done = async {
        people(&app, today).await?;
        flows(&app, workflows).await
    }
    .await;
    app.close().await;
    gone();
    done
}

fn broken(what: &str) -> Text {
    Text::new(
        format!("示例数据有误：{what}"),
        format!("The sample data is wrong: {what}"),
    )
}

fn today(now: Moment) -> Result<Date, Text> {
    let china = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
    let now = Timestamp::from_millisecond(now.0).map_err(|error| broken(&error.to_string()))?;
    Ok(now.to_zoned(china).date())
}

/// What was there before anything happens.
async fn known(app: &App, today: Date) -> Result<(), Text> {
    for record in records::all() {
        let pairs: Vec<(&str, &str)> = record
            .values
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        let values = json(&pairs, today);
        let made = app.import_record(record.entity, &record.id, &values).await;
        made.map_err(|error| broken(&format!("{} {}: {error}", record.entity, record.id)))?;
    }
    Ok(())
}

async fn people(app: &App, today: Date) -> Result<(), Text> {
    let sheets = company::sheets(today);
    let sheets = Sheets {
        units: sheets.units,
        people: sheets.people,
        roles: sheets.roles,
        grants: sheets.grants,
        absences: &sheets.absences,
    };
    let directory = import(&sheets).map_err(|faults| {
        let first = faults.into_iter().next().map(|fault| fault.message);
        first.unwrap_or_else(|| broken("people"))
    })?;
    app.import_directory(directory)
        .await
        .map_err(|error| opened(&error))?;
    Ok(())
}

/// Publishes the flows here; the cases run on them.
async fn flows(app: &App, workflows: &Path) -> Result<(), Text> {
    let files = files::read(&[workflows.to_path_buf()])?;
    let sources = files.into_iter().map(|file| SourceFile {
        name: file.name,
        text: file.text,
    });
    let published = app
        .publish(None, sources.collect())
        .await
        .map_err(|error| opened(&error))?;
    let refused = |one: &&Published| one.outcome == PublishOutcome::Refused;
    match published.iter().find(refused) {
        Some(refused) => Err(Text::new(
            format!(
                "{} 有错误，请先修正：assent check {}",
                refused.file, refused.file
            ),
            format!(
                "{} has errors; mend it first: assent check {}",
                refused.file, refused.file
            ),
        )),
        None => Ok(()),
    }
}

/// What every case needs.
struct Seeding<'a> {
    app: &'a App,
    clock: &'a Clock,
    calendar: &'a WorkCalendar,
    now: Moment,
    today: Date,
}

impl Seeding<'_> {
    async fn play(&self, case: &DemoCase) -> Result<(), Text> {
        let mut at = self.work_ago(case.work_hours_ago);
        self.clock.set(at);
        let wrong = |error: assent_runtime::AppError| broken(&format!("{}: {error}", case.shows));
        let applicant = Actor::Person(case.applicant.to_owned());
        let values = self.filled(case.applicant, case.values).await?;
        let started = self
            .app
            .start(
                case.flow,
                applicant.clone(),
                Via::Page,
                &values,
                false,
                None,
            )
            .await
            .map_err(wrong)?;
        for step in case.steps {
            at = Moment(self.calendar.plus_work_ms(at, STEP_MS).0.min(self.now.0));
            self.clock.set(at);
            let deed = self.deed(case, &started.instance, step).await;
            let (actor, via, action) =
                deed.map_err(|error| broken(&format!("{}: {}", case.shows, error.en)))?;
            let command = Command {
                actor,
                via,
                action,
                key: None,
            };
            self.app
                .command(&started.instance, command)
                .await
                .map_err(wrong)?;
        }
        self.arrived(case, &started.instance).await
    }

    /// Stands where the case says.
    async fn arrived(&self, case: &DemoCase, instance: &str) -> Result<(), Text> {
        let view = self
            .app
            .instance_view(case.applicant, instance)
            .await
            .map_err(|error| opened(&error))?;
        let mut wanted: Vec<&str> = case.standing.to_vec();
        // The parallel states around them are not shown.
        wanted.retain(|state| {
            view.standing
                .iter()
                .any(|standing| standing.state == *state)
        });
        let stands = view
            .standing
            .iter()
            .all(|at| case.standing.contains(&at.state.as_str()));
        let least = usize::from(!case.standing.is_empty());
        if view.head.status == case.status && stands && wanted.len() >= least {
            return Ok(());
        }
        let at: Vec<&str> = view.standing.iter().map(|at| at.state.as_str()).collect();
        let (status, held) = (&view.head.status, &view.head.held);
        Err(broken(&format!(
            "{}: {status} at {at:?} {held:?}",
            case.shows
        )))
    }

    /// The moment that many working hours before now.
    fn work_ago(&self, hours: u32) -> Moment {
        let wanted = i64::from(hours) * HOUR_MS;
        let (mut early, mut late) = (self.now.0 - LONGEST_AGO_MS, self.now.0);
        while late - early > 60_000 {
            let middle = early + (late - early) / 2;
            if self.calendar.work_between(Moment(middle), self.now) >= wanted {
                early = middle;
            } else {
                late = middle;
            }
        }
        Moment(early)
    }

    async fn deed(
        &self,
        case: &DemoCase,
        instance: &str,
        step: &DemoStep,
    ) -> Result<(Actor, Via, Action), Text> {
        let applicant = &Actor::Person(case.applicant.to_owned());
        Ok(match step {
            DemoStep::Submit(set) => {
                let set = self.values(case.applicant, instance, None, set).await?;
                (
                    applicant.clone(),
                    Via::Page,
                    Action::Submit {
                        set,
                        straight_back: false,
                    },
                )
            }
            DemoStep::ErpAnswers => {
                let (call, answer) = self.erp(case.flow, instance, applicant).await?;
                (
                    Actor::System,
                    Via::Effect,
                    Action::Answer {
                        call,
                        answer: EffectAnswer::Ok(answer),
                    },
                )
            }
            DemoStep::ErpFails(words) => {
                let call = self.last_call(instance, applicant).await?;
                (
                    Actor::System,
                    Via::Effect,
                    Action::Answer {
                        call,
                        answer: EffectAnswer::Failed((*words).to_owned()),
                    },
                )
            }
            DemoStep::Approve { who, state, set } => {
                let task = self.task(who, instance, state).await?;
                let set = self.values(who, instance, Some(task), set).await?;
                let action = Action::Decide {
                    task,
                    verdict: Verdict::Approve,
                    comment: None,
                    set,
                    with: assent_core::command::DecideWith::default(),
                };
                (Actor::Person((*who).to_owned()), Via::Page, action)
            }
            DemoStep::Reject { who, state, reason } => {
                let task = self.task(who, instance, state).await?;
                let action = Action::Decide {
                    task,
                    verdict: Verdict::Reject,
                    comment: Some((*reason).to_owned()),
                    set: Values::new(),
                    with: assent_core::command::DecideWith::default(),
                };
                (Actor::Person((*who).to_owned()), Via::Page, action)
            }
            DemoStep::Act {
                who,
                state,
                action,
                set,
                words,
            } => {
                let task = self.task(who, instance, state).await?;
                let set = self.values(who, instance, Some(task), set).await?;
                let action = Action::Act {
                    task,
                    action: (*action).to_owned(),
                    comment: (!words.is_empty()).then(|| (*words).to_owned()),
                    set,
                };
                (Actor::Person((*who).to_owned()), Via::Page, action)
            }
            DemoStep::Happens(event) => {
                let action = Action::Happen {
                    event: (*event).to_owned(),
                    payload: Value::Empty,
                };
                (Actor::System, Via::Api, action)
            }
            DemoStep::Withdraw(words) => (
                applicant.clone(),
                Via::Page,
                Action::Withdraw {
                    comment: Some((*words).to_owned()),
                },
            ),
        })
    }

    async fn values(
        &self,
        who: &str,
        instance: &str,
        task: Option<u32>,
        set: &[(&str, &str)],
    ) -> Result<Values, Text> {
        let set = self.filled(who, set).await?;
        self.app
            .read_values(instance, task, &set)
            .await
            .map_err(|error| opened(&error))
    }

    /// Values as JSON, with days put in and files uploaded by who brings them.
    async fn filled(&self, who: &str, set: &[(&str, &str)]) -> Result<JsonMap, Text> {
        let mut values = json(set, self.today);
        for value in values.values_mut() {
            let Json::Array(items) = value else { continue };
            for item in items {
                let Some(name) = item.as_str().and_then(|text| text.strip_prefix("file:")) else {
                    continue;
                };
                let file = self.app.attach(who, name, PICTURE.to_vec()).await;
                *item = Json::from(file.map_err(|error| opened(&error))?.id);
            }
        }
        Ok(values)
    }

    async fn task(&self, who: &str, instance: &str, state: &str) -> Result<u32, Text> {
        let todo = self
            .app
            .inbox(who, Tab::Todo, None, None, 200)
            .await
            .map_err(|error| opened(&error))?;
        todo.items
            .iter()
            .find(|item| item.instance == instance && item.state == state)
            .and_then(|item| item.task)
            .ok_or_else(|| broken(&format!("{who} has no task in {state}")))
    }

    /// Calls count up within an instance: the last one has the number of all.
    async fn last_call(&self, instance: &str, applicant: &Actor) -> Result<u32, Text> {
        let view = self
            .app
            .instance_view(applicant.person().unwrap_or_default(), instance)
            .await
            .map_err(|error| opened(&error))?;
        let calls = view
            .timeline
            .iter()
            .filter(|item| item.kind == "called")
            .count();
        u32::try_from(calls).map_err(|error| broken(&error.to_string()))
    }

    /// What the ERP says to the question that waits: through the module, as the worker would ask it.
    async fn erp(
        &self,
        flow: &str,
        instance: &str,
        applicant: &Actor,
    ) -> Result<(u32, Values), Text> {
        let reader = applicant.person().unwrap_or_default();
        let view = self
            .app
            .instance_view(reader, instance)
            .await
            .map_err(|error| opened(&error))?;
        let def = self.app.definition(flow).ok_or_else(|| broken(flow))?;
        let (effect, give) = view
            .standing
            .iter()
            .find_map(|standing| asked(&def, &standing.state))
            .ok_or_else(|| broken("nothing was asked"))?;
        let given: JsonMap = view
            .facts
            .iter()
            .filter(|fact| give.contains(&fact.name))
            .map(|fact| (fact.name.clone(), fact.value.clone()))
            .collect();
        let input =
            record::from_json(&def.entity.fields, &given, &Mode::System).map_err(|faults| {
                faults
                    .into_iter()
                    .next()
                    .map_or_else(|| broken("values"), |fault| fault.message)
            })?;
        let module = modules::all()
            .into_iter()
            .find(|module| {
                module
                    .manifest()
                    .effects
                    .iter()
                    .any(|known| known.name == effect)
            })
            .ok_or_else(|| broken(&effect))?;
        let request = module
            .prepare(&effect, &input)
            .map_err(|refusal| refusal.message)?;
        let (_, answer) = erp::answer(&request.path, &request.body);
        let values = module
            .settle(&effect, &answer)
            .map_err(|refusal| refusal.message)?;
        Ok((self.last_call(instance, applicant).await?, values))
    }
}

/// The effect of a state, and the fields it is given.
fn asked(def: &Definition, state: &str) -> Option<(String, Vec<String>)> {
    match &def.states.get(def.state_ix(state)?)?.kind {
        StateKind::Run(run) => Some((run.effect.clone(), run.give.clone())),
        _ => None,
    }
}

/// What a person would type, as JSON: days put in, tables and lists read.
fn json(values: &[(&str, &str)], today: Date) -> JsonMap {
    let value = |text: &str| {
        let text = company::dated(text, today);
        match text.as_str() {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            list if list.starts_with('[') => {
                serde_json::from_str(list).unwrap_or_else(|_| Json::from(list))
            }
            text => Json::from(text),
        }
    };
    values
        .iter()
        .map(|(name, text)| ((*name).to_owned(), value(text)))
        .collect()
}
