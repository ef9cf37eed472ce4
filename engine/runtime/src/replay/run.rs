//! Drives an event log through an app: each case's events as commands, many cases at once so that the committer has
//! something to batch, each case in order.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use assent_core::command::{Action, Actor, Command, Via};
use assent_core::definition::Definition;
use assent_core::directory::{Directory, Person, RoleGrant, Unit};
use assent_core::instance::{Case, TaskKind};
use assent_core::refusal::Refusal;
use assent_core::text::{Lang, Text};
use assent_core::value::{Value, Values};
use rust_decimal::{Decimal, RoundingStrategy};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::log::{Cases, LogCase, LogEvent, LogFault};
use super::map::{FromLog, Map, MapDeed, MapStep, StartAs};
use super::report::{REFUSED_LISTED_MAX, RefusedStep, Report, peak_rss_mb};
use crate::app::{App, AppError, PublishOutcome, Published, SourceFile};

/// Cases under way at once. The log is read no further ahead than twice this.
const CASES_AT_ONCE: usize = 64;
/// Logged amounts beyond this are no numbers anybody declared.
const NUMBER_CHARS_MAX: usize = 40;

/// Why a replay could not be run at all.
#[derive(Debug)]
pub enum ReplayFault {
    /// The log is broken.
    Log(LogFault),
    /// The flow has errors; its diagnostics.
    Flow(Box<Published>),
    /// The engine does not answer.
    App(AppError),
    /// Something else, in words.
    Other(Text),
}

impl fmt::Display for ReplayFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplayFault::Log(fault) => fault.fmt(f),
            ReplayFault::Flow(published) => f.write_str(&published.message.en),
            ReplayFault::App(fault) => fault.fmt(f),
            ReplayFault::Other(words) => f.write_str(&words.en),
        }
    }
}

impl std::error::Error for ReplayFault {}

impl From<AppError> for ReplayFault {
    fn from(fault: AppError) -> Self {
        ReplayFault::App(fault)
    }
}

/// What every case needs.
struct Plan {
    def: Arc<Definition>,
    map: Map,
}

/// Replays a log: imports one synthetic person per logged role, publishes the flow, drives every case. The app should be
/// a fresh one without workers: timers and mails of the past are nobody's business now.
///
/// # Errors
/// When the log is broken, the flow has errors or the database fails; what the flow refuses is in the report.
pub async fn replay(
    app: &App,
    cases: Cases,
    flow: SourceFile,
    map: Map,
    progress: impl Fn(u64) + Send,
) -> Result<Report, ReplayFault> {
    app.import_directory(directory(&map)).await?;
    let def = published(app, flow).await?;
    let mut report = Report {
        warnings: warnings(&map, &def),
        ..Report::default()
    };
    let plan = Arc::new(Plan { def, map });
    let started = Instant::now();
    let mut under_way: JoinSet<Result<Played, AppError>> = JoinSet::new();
    let (mut log, mut number) = (read_ahead(cases), 0usize);
    let mut played_cases: BTreeMap<usize, Vec<RefusedStep>> = BTreeMap::new();
    while let Some(case) = log.recv().await {
        if under_way.len() >= CASES_AT_ONCE {
            finish(under_way.join_next().await, &mut report, &mut played_cases)?;
            progress(report.cases);
        }
        let case = case.map_err(ReplayFault::Log)?;
        let (app, plan) = (app.clone(), Arc::clone(&plan));
        under_way.spawn(async move { play(&app, &plan, number, &case).await });
        number += 1;
    }
    while let Some(done) = under_way.join_next().await {
        finish(Some(done), &mut report, &mut played_cases)?;
        progress(report.cases);
    }
    report.refused = played_cases.into_values().flatten().collect();
    report.refused.truncate(REFUSED_LISTED_MAX);
    report.seconds = started.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
    let rate = report.events as f64 / report.seconds.max(0.001);
    report.events_per_s = rate.round();
    report.peak_rss_mb = peak_rss_mb();
    Ok(report)
}

/// Reads the log on a thread of its own, a little ahead.
fn read_ahead(cases: Cases) -> mpsc::Receiver<Result<LogCase, LogFault>> {
    let (send, receive) = mpsc::channel(CASES_AT_ONCE);
    tokio::task::spawn_blocking(move || {
        for case in cases {
            if send.blocking_send(case).is_err() {
                break;
            }
        }
    });
    receive
}

/// How one case went.
struct Played {
    number: usize,
    events: u64,
    refused: Vec<RefusedStep>,
}

fn finish(
    done: Option<Result<Result<Played, AppError>, tokio::task::JoinError>>,
    report: &mut Report,
    refused: &mut BTreeMap<usize, Vec<RefusedStep>>,
) -> Result<(), ReplayFault> {
    let Some(done) = done else { return Ok(()) };
    let played = done.map_err(|fault| {
        ReplayFault::Other(Text::new(
            format!("回放中断：{fault}"),
            format!("The replay broke off: {fault}"),
        ))
    })??;
    report.cases += 1;
    report.events += played.events;
    let count = u64::try_from(played.refused.len()).unwrap_or(u64::MAX);
    report.accepted_events += played.events - count;
    report.refused_events += count;
    if played.refused.is_empty() {
        report.fit += 1;
    } else if report.refused_events <= REFUSED_LISTED_MAX as u64 {
        refused.insert(played.number, played.refused);
    }
    Ok(())
}

/// One case, event after event; a refused one changes nothing and the next is tried from where the case stands.
async fn play(app: &App, plan: &Plan, number: usize, case: &LogCase) -> Result<Played, AppError> {
    let mut instance: Option<String> = None;
    let mut standing = String::new();
    let mut refused = Vec::new();
    for (index, event) in case.events.iter().enumerate() {
        match step(app, plan, case, event, &mut instance, &mut standing).await {
            Ok(()) => {}
            Err(AppError::Refused(refusal)) => refused.push(RefusedStep {
                case: case.id.clone(),
                index,
                activity: event.activity.clone(),
                role: event.role.clone(),
                reason: refusal.code.clone(),
                says: refusal.message.clone(),
                standing: standing.clone(),
            }),
            Err(other) => return Err(other),
        }
    }
    Ok(Played {
        number,
        events: u64::try_from(case.events.len()).unwrap_or(u64::MAX),
        refused,
    })
}

async fn step(
    app: &App,
    plan: &Plan,
    case: &LogCase,
    event: &LogEvent,
    instance: &mut Option<String>,
    standing: &mut String,
) -> Result<(), AppError> {
    let now = event.at.unwrap_or_else(|| app.now());
    let Some((who, ways)) = plan.map.step(&event.activity, &event.role) else {
        return Err(not_mapped(event).into());
    };
    let start = ways.iter().find_map(|way| way.start);
    let turned = match (instance.as_ref(), start) {
        (None, None) => return Err(not_started().into()),
        (None, Some(start)) => {
            let set = first_values(plan, case)?;
            let submit = start == StartAs::Submit;
            let command = command(&who.person, Action::Start { set, submit });
            let new = app.new_instance();
            app.turn_new(Arc::clone(&plan.def), new, &command, now)
                .await?
        }
        (Some(id), _) => {
            let wish = |_: &Definition, case: &Case| Ok(wish(ways, &who.person, case));
            app.turn_on(id, now, wish).await?
        }
    };
    if let Some(case) = turned.case {
        let run = &case.instance;
        let states: Vec<&str> = run
            .active
            .iter()
            .map(|active| active.state.as_str())
            .collect();
        *standing = states.join(",");
        *instance = Some(run.id.clone());
    }
    Ok(())
}

/// The command a log's event means where the case stands.
fn wish(ways: &[MapStep], person: &str, case: &Case) -> Command {
    let open = &case.instance.tasks;
    let submits = ways.iter().any(|way| way.start == Some(StartAs::Submit));
    let draft = open
        .iter()
        .any(|task| task.kind == TaskKind::Draft && task.assignee == person);
    if submits && draft {
        let set = Values::new();
        return command(
            person,
            Action::Submit {
                set,
                straight_back: false,
            },
        );
    }
    for way in ways {
        let fits =
            |state: &str| way.state.is_empty() || way.state.iter().any(|known| known == state);
        let found = open.iter().find(|task| {
            task.kind != TaskKind::Draft && task.assignee == person && fits(&task.state)
        });
        if let (Some(task), Some(deed)) = (found, &way.deed) {
            return command(person, action(deed, task.no));
        }
    }
    // Nothing fits: the engine says why, about the last task of that kind there was, or about none.
    let deed = ways.iter().find_map(|way| way.deed.as_ref());
    let last = case
        .instance
        .closed
        .iter()
        .rfind(|closed| ways.iter().any(|way| way.state.contains(&closed.state)))
        .map_or(0, |closed| closed.no);
    match deed {
        Some(deed) => command(person, action(deed, last)),
        None => {
            let (set, submit) = (Values::new(), submits);
            command(person, Action::Start { set, submit })
        }
    }
}

fn action(deed: &MapDeed, task: u32) -> Action {
    // The log has no words; a rejection needs some.
    let comment = Some("log".to_owned());
    let set = Values::new();
    match deed {
        MapDeed::Decide(verdict) => Action::Decide {
            task,
            verdict: *verdict,
            comment,
            set,
            with: assent_core::command::DecideWith::default(),
        },
        MapDeed::Act(action) => Action::Act {
            task,
            action: action.clone(),
            comment,
            set,
        },
    }
}

fn command(person: &str, action: Action) -> Command {
    Command {
        actor: Actor::Person(person.to_owned()),
        via: Via::Replay,
        action,
        key: None,
    }
}

fn first_values(plan: &Plan, case: &LogCase) -> Result<Values, AppError> {
    let mut values = Values::new();
    let first = case.events.first();
    for (field, from) in &plan.map.start {
        let text = if from.from == "case" {
            Some(case.id.as_str())
        } else {
            first
                .and_then(|event| event.attributes.get(&from.from))
                .map(String::as_str)
        };
        if let Some(text) = text {
            values.insert(field.clone(), first_value(field, from, text)?);
        }
    }
    Ok(values)
}

fn first_value(field: &str, from: &FromLog, text: &str) -> Result<Value, AppError> {
    let Some(decimals) = from.decimals else {
        return Ok(Value::from(text));
    };
    let cut: String = text.chars().take(NUMBER_CHARS_MAX).collect();
    let number: Decimal = cut.parse().map_err(|_| {
        Refusal::new(
            assent_core::refusal::RefusalKind::Input,
            "not_a_number",
            format!("日志中的 {text} 不是数字"),
            format!("{text} in the log is not a number"),
        )
        .about(field)
    })?;
    let rounded = number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    Ok(Value::Number(rounded))
}

fn not_mapped(event: &LogEvent) -> Refusal {
    Refusal::new(
        assent_core::refusal::RefusalKind::Input,
        "not_mapped",
        format!(
            "映射中没有活动“{}”（角色 {}）。",
            event.activity, event.role
        ),
        format!(
            "The map does not know “{}” by {}.",
            event.activity, event.role
        ),
    )
}

fn not_started() -> Refusal {
    Refusal::new(
        assent_core::refusal::RefusalKind::NotFound,
        "not_started",
        "流程尚未发起，不能从这一步开始。",
        "The case has not been started; it cannot begin with this step.",
    )
}

/// One synthetic person per logged role.
fn directory(map: &Map) -> Directory {
    let mut directory = Directory::default();
    let unit = Unit {
        id: "log".into(),
        name: Text::new("日志", "The log"),
        parent: None,
        head: None,
    };
    directory.units.insert(unit.id.clone(), unit);
    for (role, known) in &map.people {
        let person = Person {
            id: known.person.clone(),
            name: role.clone(),
            mail: String::new(),
            unit: "log".into(),
            superior: None,
            posts: vec![],
            lang: Lang::Zh,
            active: true,
        };
        directory.people.insert(person.id.clone(), person);
        for role in &known.roles {
            directory
                .role_names
                .insert(role.clone(), Text::same(role.clone()));
            directory.roles.push(RoleGrant {
                role: role.clone(),
                person: known.person.clone(),
                unit: None,
            });
        }
    }
    directory
}

async fn published(app: &App, flow: SourceFile) -> Result<Arc<Definition>, ReplayFault> {
    let mut results = app.publish(None, vec![flow]).await?;
    let Some(published) = results.pop() else {
        return Err(ReplayFault::App(AppError::NotFound));
    };
    match (&published.outcome, &published.flow) {
        (PublishOutcome::Published | PublishOutcome::Unchanged, Some(flow)) => app
            .definition(flow)
            .ok_or(ReplayFault::App(AppError::NotFound)),
        (PublishOutcome::Refused, _) | (_, None) => Err(ReplayFault::Flow(Box::new(published))),
    }
}

/// States the map names and the flow lacks: a slip of the pen, or a map that serves several flows.
fn warnings(map: &Map, def: &Definition) -> Vec<Text> {
    let mut missing: Vec<&str> = map
        .states()
        .filter(|state| def.state_ix(state).is_none())
        .collect();
    missing.sort_unstable();
    missing.dedup();
    missing
        .into_iter()
        .map(|state| {
            Text::new(
                format!("映射提到的节点 {state} 在流程 {} 中不存在", def.flow),
                format!(
                    "The map names the state {state}, which the flow {} does not have",
                    def.flow
                ),
            )
        })
        .collect()
}
