//! Fills an empty database with the sample company: its people, its flows, and requests in every state, each through the same
//! commands as anybody's, at the times they would have happened.

use std::path::Path;

use assent_core::calendar::{self, WorkCalendar};
use assent_core::command::{Action, Actor, Command, EffectAnswer, Verdict, Via};
use assent_core::definition::{Definition, StateKind};
use assent_core::record::{self, Mode};
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_core::value::Values;
use assent_runtime::app::{App, AppConfig, JsonMap, PublishOutcome, SourceFile, Tab};
use assent_runtime::clock::Clock;
use assent_runtime::demo::cases::{CASES, DemoCase, DemoStep};
use assent_runtime::demo::{company, erp};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use crate::cli::files;
use crate::cli::serve::opened;
use crate::config::Config;
use crate::modules::{self, Sheets, import};

/// The flow the cases run on.
const FLOW: &str = "shipment_release";
/// Working time between two steps of a case.
const STEP_MS: i64 = 15 * 60_000;
const HOUR_MS: i64 = 3_600_000;
/// A case is begun at most this long ago.
const LONGEST_AGO_MS: i64 = 90 * 24 * HOUR_MS;

/// Fills it.
pub async fn fill(config: &Config, workflows: &Path) -> Result<(), Text> {
    let now = Clock::System.now();
    let clock = Clock::test(now);
    let app = AppConfig {
        workers: false,
        clock: clock.clone(),
        ..config.app()
    };
    let app = App::open(app).await.map_err(|error| opened(&error))?;
    let filled = async {
        people(&app, now).await?;
        flows(&app, workflows).await?;
        let office =
            calendar::builtin(calendar::CN_OFFICE).ok_or_else(|| broken("no office calendar"))?;
        for case in CASES {
            Seeding {
                app: &app,
                clock: &clock,
                calendar: &office,
                now,
            }
            .play(case)
            .await?;
        }
        Ok(())
    }
    .await;
    app.close().await;
    filled
}

fn broken(what: &str) -> Text {
    Text::new(
        format!("示例数据有误：{what}"),
        format!("The sample data is wrong: {what}"),
    )
}

async fn people(app: &App, now: Moment) -> Result<(), Text> {
    let china = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
    let today = Timestamp::from_millisecond(now.0)
        .map_err(|error| broken(&error.to_string()))?
        .to_zoned(china)
        .date();
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

/// Publishes the flows here; without any, the one the cases run on.
async fn flows(app: &App, workflows: &Path) -> Result<(), Text> {
    let mut sources: Vec<SourceFile> = Vec::new();
    if workflows.is_dir() {
        let files = files::read(&[workflows.to_path_buf()]).unwrap_or_default();
        sources.extend(files.into_iter().map(|file| SourceFile {
            name: file.name,
            text: file.text,
        }));
    }
    if !sources
        .iter()
        .any(|source| source.text.contains(&format!("flow: {FLOW}")))
    {
        sources.push(SourceFile {
            name: format!("{FLOW}.yaml"),
            text: include_str!("../../../../../workflows/shipment_release.yaml").to_owned(),
        });
    }
    let published = app
        .publish(None, sources)
        .await
        .map_err(|error| opened(&error))?;
    let refused = published
        .iter()
        .find(|one| one.outcome == PublishOutcome::Refused && one.flow.as_deref() == Some(FLOW));
    match refused {
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
}

impl Seeding<'_> {
    async fn play(&self, case: &DemoCase) -> Result<(), Text> {
        let mut at = self.work_ago(case.work_hours_ago);
        self.clock.set(at);
        let wrong = |error: assent_runtime::AppError| broken(&format!("{}: {error}", case.shows));
        let applicant = Actor::Person(case.applicant.to_owned());
        let values = json(case.values);
        let started = self
            .app
            .start(FLOW, applicant.clone(), Via::Page, &values, false, None)
            .await
            .map_err(wrong)?;
        for step in case.steps {
            at = Moment(self.calendar.plus_work_ms(at, STEP_MS).0.min(self.now.0));
            self.clock.set(at);
            let (actor, via, action) = self.deed(&started.instance, &applicant, step).await?;
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
        Ok(())
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
        instance: &str,
        applicant: &Actor,
        step: &DemoStep,
    ) -> Result<(Actor, Via, Action), Text> {
        Ok(match step {
            DemoStep::Submit(set) => {
                let set = self.values(instance, None, set).await?;
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
                let (call, answer) = self.erp(instance, applicant).await?;
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
                let set = self.values(instance, Some(task), set).await?;
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
        instance: &str,
        task: Option<u32>,
        set: &[(&str, &str)],
    ) -> Result<Values, Text> {
        self.app
            .read_values(instance, task, &json(set))
            .await
            .map_err(|error| opened(&error))
    }

    async fn task(&self, who: &str, instance: &str, state: &str) -> Result<u32, Text> {
        let todo = self
            .app
            .inbox(who, Tab::Todo, Some(FLOW), None, 200)
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
    async fn erp(&self, instance: &str, applicant: &Actor) -> Result<(u32, Values), Text> {
        let reader = applicant.person().unwrap_or_default();
        let view = self
            .app
            .instance_view(reader, instance)
            .await
            .map_err(|error| opened(&error))?;
        let def = self.app.definition(FLOW).ok_or_else(|| broken(FLOW))?;
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

fn json(values: &[(&str, &str)]) -> JsonMap {
    values
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Json::from(*text)))
        .collect()
}
