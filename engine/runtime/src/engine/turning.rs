//! Load → decide → commit, and again on fresh state when somebody was faster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use assent_core::audit::hex;
use assent_core::calendar::WorkCalendar;
use assent_core::command::{Action, Command, Verdict};
use assent_core::definition::{Definition, StateKind};
use assent_core::directory::Directory;
use assent_core::field::Field;
use assent_core::instance::{Case, Instance};
use assent_core::people::{PeopleRule, Pick};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_core::turn::{Before, Chance, Context, Directed, RuleAnswer, Rules, Turn, turn_to};
use assent_core::value::Values;
use assent_core::write::{Guard, InstanceRow};
use assent_store::{Loaded, Outcome};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::recent::{Left, Standing};
use super::{MoreToSay, Preloaded, answer_of, attached, references};
use crate::app::{Answer, App, AppError};
use crate::trace;

/// How often a command is decided again because somebody was faster.
const DECIDE_AGAIN_MAX: u32 = 32;

/// A command that was decided and committed.
#[derive(Debug)]
pub(crate) struct Turned {
    /// What its sender is told.
    pub answer: Answer,
    /// The case after it; none when a repeated key was answered from the first time.
    pub case: Option<Arc<Case>>,
}

/// The version that decides, and the one a migration leads to.
struct Versions {
    def: Arc<Definition>,
    to: Option<Arc<Definition>>,
    /// When its last event was; none for a new instance.
    last_at: Option<Moment>,
}

/// Everything a turn (or a view) reads about a case.
pub(crate) struct Around {
    pub def: Arc<Definition>,
    pub directory: Arc<Directory>,
    pub calendar: Arc<WorkCalendar>,
    pub records: Preloaded,
    pub now: Moment,
    /// What a draw is decided by.
    pub drawn_by: DrawnBy,
}

/// Counts as they are when the turn is decided, and a seed; only what the flow's rules look at is read.
#[derive(Debug, Default)]
pub(crate) struct DrawnBy {
    seed: u64,
    loads: BTreeMap<String, u64>,
    turns: BTreeMap<String, u64>,
}

impl App {
    /// Decides what `wish` makes of the loaded case, and commits it.
    ///
    /// `wish` is called again on fresh state when somebody was faster, so it must depend on the case alone.
    pub(crate) async fn turn_on(
        &self,
        instance: &str,
        now: Moment,
        wish: impl Fn(&Definition, &Case) -> Result<Command, AppError> + Send + Sync,
    ) -> Result<Turned, AppError> {
        // What is remembered may be older than what another node wrote: a refusal of it counts for nothing.
        if let Some(standing) = self.inner.recent.take(instance) {
            match self.turn_from(standing, now, &wish).await {
                Ok(Some(turned)) => return Ok(turned),
                Err(fault @ (AppError::Busy | AppError::Unavailable(_))) => return Err(fault),
                Ok(None) | Err(_) => {}
            }
        }
        for _ in 0..DECIDE_AGAIN_MAX {
            let standing = standing(self.load(instance).await?.ok_or(AppError::NotFound)?)?;
            if let Some(turned) = self.turn_from(standing, now, &wish).await? {
                return Ok(turned);
            }
        }
        Err(AppError::Busy)
    }

    /// One attempt from where a case stands; none when it was stale.
    async fn turn_from(
        &self,
        standing: Standing,
        now: Moment,
        wish: &(impl Fn(&Definition, &Case) -> Result<Command, AppError> + Send + Sync),
    ) -> Result<Option<Turned>, AppError> {
        let instance = &standing.case.instance;
        let def = self
            .definition_of(&instance.flow, &instance.version)
            .await?;
        let command = wish(&def, &standing.case)?;
        let to = self.target(&def, &command).await?;
        let before = Before::Case(Box::new(Arc::unwrap_or_clone(standing.case)));
        let last_at = Some(standing.updated);
        let versions = Versions { def, to, last_at };
        self.decide(versions, before, &command, now, standing.record)
            .await
    }

    /// One attempt at a command that makes an instance on a record that exists; none when it was stale.
    pub(crate) async fn turn_new_on(
        &self,
        def: &Arc<Definition>,
        new: assent_core::turn::New,
        command: &Command,
        record: Guard,
    ) -> Result<Option<Turned>, AppError> {
        let versions = Versions {
            def: Arc::clone(def),
            to: None,
            last_at: None,
        };
        let (before, now) = (Before::New(new), self.now());
        self.decide(versions, before, command, now, Some(record))
            .await
    }

    /// Decides a command that makes an instance, and commits it.
    pub(crate) async fn turn_new(
        &self,
        def: Arc<Definition>,
        new: assent_core::turn::New,
        command: &Command,
        now: Moment,
    ) -> Result<Turned, AppError> {
        // Ids are fresh: being stale means a taken subflow id or key, which the second look finds, or that somebody was
        // faster with the next document number or with a record that both were decided on.
        for _ in 0..DECIDE_AGAIN_MAX {
            let before = Before::New(new.clone());
            let versions = Versions {
                def: Arc::clone(&def),
                to: None,
                last_at: None,
            };
            if let Some(turned) = self.decide(versions, before, command, now, None).await? {
                return Ok(turned);
            }
        }
        Err(AppError::Busy)
    }

    /// The version a migration leads to, when there is such a version.
    async fn target(
        &self,
        def: &Definition,
        command: &Command,
    ) -> Result<Option<Arc<Definition>>, AppError> {
        let Action::Migrate { to, .. } = &command.action else {
            return Ok(None);
        };
        let known = self.store().definition(&def.flow, to).await?.is_some();
        if !known {
            return Ok(None);
        }
        self.definition_of(&def.flow, to).await.map(Some)
    }

    /// One attempt; none when it was stale.
    async fn decide(
        &self,
        versions: Versions,
        before: Before,
        command: &Command,
        now: Moment,
        mut guard: Option<Guard>,
    ) -> Result<Option<Turned>, AppError> {
        let (values, on) = match &before {
            Before::Case(case) => (case.values.clone(), Some(case.instance.id.clone())),
            Before::New(new) => (new.values.clone().unwrap_or_default(), None),
        };
        let on = on.as_deref();
        let begun = Instant::now();
        // What a migration reads (calendar, fields, referenced records) is the version's it leads to.
        let Versions { def, to, last_at } = versions;
        let read = to.clone().unwrap_or_else(|| Arc::clone(&def));
        let around = self
            .around(read, &values, Some(&command.action), now)
            .await?;
        let decided =
            around.with_context(self, |cx| turn_to(&def, to.as_deref(), before, command, cx));
        let mut turned = match decided {
            Ok(turned) => turned,
            Err(refusal) => return self.refused(on, command, refusal).await.map(Some),
        };
        let beside = self
            .against_others(&around.def, &values, &turned.case, command, &mut guard)
            .await?;
        if let Some(refusal) = beside {
            return self.refused(on, command, refusal).await.map(Some);
        }
        let more = MoreToSay {
            def: &around.def,
            directory: &around.directory,
            flows: around.records.definitions.as_ref(),
        };
        let answer = answer_of(&turned, command, &more);
        if let Some((_, stored)) = &mut turned.write.answer {
            *stored = kept(&answer, command);
        }
        let record = guard.clone();
        turned.write.guards.extend(guard);
        // A turn without an event (what is saved stands there already) does not make the row younger than its events.
        if let Some(at) = last_at.filter(|_| turned.write.events.is_empty()) {
            turned.write.instance.updated = at;
        }
        let year = around.calendar.civil(now).year();
        self.guard_needs(&mut turned.write, year, &around.records);
        if let Some(trace) = trace::current() {
            let outbox = &mut turned.write.outbox;
            outbox
                .iter_mut()
                .for_each(|row| trace::stamp(&trace, &mut row.body));
        }
        let Turn { case, write, .. } = turned;
        let (has_outbox, has_wakeups) = (!write.outbox.is_empty(), !write.wakeups_set.is_empty());
        let left = Left::by(&write, record.as_ref());
        match self.commit(write).await? {
            Outcome::Done => {
                self.inner.wake(has_outbox, has_wakeups);
                count(&command.action, begun);
                tell(command, &answer);
                let case = Arc::new(case);
                if let Some(left) = left {
                    self.inner.recent.keep(&case, left);
                }
                let case = Some(case);
                Ok(Some(Turned { answer, case }))
            }
            Outcome::Stale => Ok(None),
            Outcome::Repeated(stored) => repeated(&stored, on, command).map(Some),
        }
    }

    /// A refused command with a key that was answered before gets that answer: the first one went through, and that is
    /// why this one is refused.
    pub(crate) async fn refused(
        &self,
        on: Option<&str>,
        command: &Command,
        refusal: Refusal,
    ) -> Result<Turned, AppError> {
        if let Some(key) = &command.key
            && let Some(stored) = self.store().answer(key).await?
        {
            return repeated(&stored, on, command);
        }
        Err(refusal.into())
    }

    /// The answer that was given to this command's key before, if it was used.
    pub(crate) async fn answered(
        &self,
        on: &str,
        command: &Command,
    ) -> Result<Option<Answer>, AppError> {
        let Some(key) = &command.key else {
            return Ok(None);
        };
        let stored = self.store().answer(key).await?;
        stored
            .map(|stored| repeated(&stored, Some(on), command).map(|turned| turned.answer))
            .transpose()
    }

    /// What a key of this person's was answered with on an instance: for a form that is posted once more when what it was about
    /// is done, so that its command cannot be made again.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn first_answer(
        &self,
        instance: &str,
        key: &str,
    ) -> Result<Option<Answer>, AppError> {
        let stored = self.store().answer(key).await?;
        let first = stored.and_then(|stored| serde_json::from_str::<Kept<Answer>>(&stored).ok());
        let mine = first.filter(|first| first.answer.instance == instance);
        Ok(mine.map(|first| Answer {
            repeated: true,
            ..first.answer
        }))
    }

    /// Loads an instance with its record; a state that an older program stored is folded anew.
    pub(crate) async fn load(&self, instance: &str) -> Result<Option<Loaded>, AppError> {
        let mut loaded = self.inner.loader.load(instance).await?;
        if let Some(loaded) = &mut loaded {
            self.refold(loaded).await?;
        }
        Ok(loaded)
    }

    /// What a turn or a view of a case with these values may read.
    pub(crate) async fn around(
        &self,
        def: Arc<Definition>,
        values: &Values,
        action: Option<&Action>,
        now: Moment,
    ) -> Result<Around, AppError> {
        let calendar = self.calendar(&def.calendar);
        let mut wanted = references(&def.entity.fields, values);
        let set = action.and_then(given);
        if let Some(set) = set {
            wanted.extend(references(asked_fields(&def), set));
        }
        let mut records = self.preload(wanted).await?;
        if let (Some(_), Some(Action::Start { .. } | Action::Submit { .. })) = (&def.scope, action)
        {
            records.flows = self.scoped_flows(&def.entity.name);
        }
        if action.is_some() {
            let mut after = values.clone();
            after.extend(
                set.into_iter()
                    .flatten()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
            self.find_needs(&def.entity.name, &after, &mut records)
                .await?;
            let year = calendar.civil(now).year();
            self.find_counters(&def, values, year, &mut records).await?;
        } else {
            let files = attached(&def.entity.fields, values);
            if !files.is_empty() {
                records.files = self.store().attachment_names(&files).await?;
            }
        }
        let directory = self.directory();
        let drawn_by = match action {
            Some(action) => self.drawn_by(&def, action, values).await?,
            None => DrawnBy::default(),
        };
        Ok(Around {
            def,
            directory,
            calendar,
            records,
            now,
            drawn_by,
        })
    }

    async fn drawn_by(
        &self,
        def: &Definition,
        action: &Action,
        values: &Values,
    ) -> Result<DrawnBy, AppError> {
        let draws = |wanted: Pick| {
            let how =
                |rule: &PeopleRule| matches!(rule, PeopleRule::Pick { how, .. } if *how == wanted);
            def.people.iter().any(|(_, rule)| how(rule))
        };
        let counts = |known: BTreeMap<String, i64>| -> BTreeMap<String, u64> {
            let whole = |(name, n)| (name, u64::try_from(n).unwrap_or_default());
            known.into_iter().map(whole).collect()
        };
        let mut drawn_by = DrawnBy::default();
        if draws(Pick::LeastLoaded) {
            drawn_by.loads = counts(self.store().open_tasks_by_person().await?);
        }
        if draws(Pick::InTurn) {
            drawn_by.turns = counts(self.store().turns_taken(&def.flow).await?);
        }
        if draws(Pick::Random) {
            drawn_by.seed = match action {
                // What was previewed must be what is confirmed, lots included.
                Action::Override { .. } => seed_of(action, values),
                _ => crate::secret::seed()?,
            };
        }
        Ok(drawn_by)
    }

    pub(crate) async fn preload(
        &self,
        wanted: BTreeSet<(String, String)>,
    ) -> Result<Preloaded, AppError> {
        let mut loaded = Preloaded {
            entities: Arc::clone(&self.inner.entities),
            events: Arc::clone(&self.inner.events),
            definitions: Arc::clone(&self.inner.definitions),
            ..Preloaded::default()
        };
        for (entity, id) in wanted {
            if let Some(record) = self.store().load_record(&entity, &id).await? {
                loaded.records.insert((entity, id), record.values);
            }
        }
        Ok(loaded)
    }
}

impl Around {
    /// Calls `f` with the core's context over all this.
    pub(crate) fn with_context<T>(&self, app: &App, f: impl FnOnce(&Context<'_>) -> T) -> T {
        let organisation = Directed {
            directory: &self.directory,
            records: &self.records,
        };
        let rules = app.rules();
        let cx = Context {
            now: self.now,
            organisation: &organisation,
            calendar: &self.calendar,
            rules: &Timed(rules.as_ref()),
            records: &self.records,
            modules: &app.config().modules,
            chance: Chance {
                seed: self.drawn_by.seed,
                loads: Some(&self.drawn_by.loads),
                turns: Some(&self.drawn_by.turns),
            },
        };
        f(&cx)
    }
}

/// Rules with a stopwatch.
struct Timed<'a>(&'a dyn Rules);

impl Rules for Timed<'_> {
    fn run(&self, rule: &str, given: &Values, cx: &Context<'_>) -> Result<RuleAnswer, Text> {
        let begun = Instant::now();
        let answer = self.0.run(rule, given, cx);
        metrics::histogram!("assent_rule_seconds").record(begun.elapsed());
        if answer.is_err() {
            metrics::counter!("assent_rule_errors_total").increment(1);
        }
        answer
    }
}

/// Counts a turn that is on disk.
fn count(action: &Action, begun: Instant) {
    metrics::histogram!("assent_turn_seconds").record(begun.elapsed());
    if let Action::Decide { verdict, .. } = action {
        let verdict = match verdict {
            Verdict::Approve => "approve",
            Verdict::Reject => "reject",
        };
        metrics::counter!("assent_decisions_total", "verdict" => verdict).increment(1);
    }
}

/// One line about it, in the span of whoever asked, which has the trace.
fn tell(command: &Command, answer: &Answer) {
    let (instance, rev) = (answer.instance.as_str(), answer.rev);
    let actor = command.actor.person().unwrap_or("system");
    let trace = trace::current();
    let trace = trace.as_ref().map(trace::Trace::id);
    tracing::debug!(instance, rev, actor, trace, via = ?command.via, "a turn is on disk");
}

/// A seed that the same command on the same record always gets.
fn seed_of(action: &Action, values: &Values) -> u64 {
    let text = serde_json::to_vec(&(action, values)).unwrap_or_default();
    let digest = Sha256::digest(text);
    digest
        .iter()
        .take(8)
        .fold(0, |seed, byte| seed << 8 | u64::from(*byte))
}

/// The record as it was read: an edit from outside the flow, made meanwhile, makes the turn stale. None where there is no
/// record.
fn standing(loaded: Loaded) -> Result<Standing, AppError> {
    let record = (loaded.record_rev > 0).then(|| Guard {
        entity: loaded.row.entity.clone(),
        id: loaded.row.record.clone(),
        rev: loaded.record_rev,
        grows: false,
    });
    let updated = loaded.row.updated;
    let case = Arc::new(case_of(loaded)?);
    Ok(Standing {
        case,
        updated,
        record,
    })
}

/// The case as it is stored.
///
/// # Errors
/// `damaged` when somebody wrote into the row by hand.
pub(crate) fn stored_case(loaded: &Loaded) -> Result<Case, AppError> {
    let instance = stored_instance(&loaded.row)?;
    let values = loaded.values.clone();
    Ok(Case { instance, values })
}

fn case_of(loaded: Loaded) -> Result<Case, AppError> {
    let instance = stored_instance(&loaded.row)?;
    let values = loaded.values;
    Ok(Case { instance, values })
}

/// The instance alone, as its row has it.
///
/// # Errors
/// As [`stored_case`].
pub(crate) fn stored_instance(row: &InstanceRow) -> Result<Instance, AppError> {
    serde_json::from_str(&row.state).map_err(|fault| {
        AppError::unavailable(
            "damaged",
            "该流程实例的存储内容已损坏，请联系管理员运行 assent verify",
            "What is stored of this instance is damaged; ask an administrator to run assent verify",
            format!("{}: {fault}", row.id),
        )
    })
}

/// An answer as it stands under its key.
#[derive(Serialize, Deserialize)]
struct Kept<A> {
    #[serde(flatten)]
    answer: A,
    /// What the command asked for, as a hash; none for machines, which repeat what they have, and in what older programs kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wish: Option<String>,
}

fn kept(answer: &Answer, command: &Command) -> String {
    let kept = Kept {
        answer,
        wish: wish(command),
    };
    serde_json::to_string(&kept).unwrap_or_default()
}

/// What a person asked for, whichever way they proved who they are.
fn wish(command: &Command) -> Option<String> {
    command.actor.person()?;
    let mut action = command.action.clone();
    if let Action::Decide { with, .. } = &mut action {
        (with.stepped_up, with.bulk) = (false, false);
    }
    let text = serde_json::to_string(&action).ok()?;
    Some(hex(&Sha256::digest(text)[..8]))
}

/// The first answer again; refused when the key came with another wish, or on another instance, than now.
fn repeated(stored: &str, on: Option<&str>, command: &Command) -> Result<Turned, AppError> {
    let Kept::<Answer> {
        mut answer,
        wish: first,
    } = serde_json::from_str(stored).map_err(|fault| {
        AppError::unavailable(
            "damaged",
            "已存储的结果无法读取",
            "The stored answer cannot be read",
            fault,
        )
    })?;
    let same = first.is_none_or(|first| {
        wish(command).is_some_and(|now| now == first) && on.is_none_or(|on| on == answer.instance)
    });
    if !same {
        let zh = "这个幂等键已用于另一个请求，那个请求已经办理；请用新的幂等键再提交。";
        let en = "This idempotency key was used for another request, which was done; send this one with a new key.";
        return Err(Refusal::new(RefusalKind::Input, "key_used", zh, en).into());
    }
    answer.repeated = true;
    Ok(Turned { answer, case: None })
}

/// The values a command brings.
pub(crate) fn given(action: &Action) -> Option<&Values> {
    match action {
        Action::Start { set, .. }
        | Action::Save { set }
        | Action::Submit { set, .. }
        | Action::Decide { set, .. }
        | Action::Act { set, .. }
        | Action::Retry { set, .. } => Some(set),
        Action::Migrate { map, .. } => Some(&map.set),
        Action::Return { .. }
        | Action::Withdraw { .. }
        | Action::Transfer { .. }
        | Action::Comment { .. }
        | Action::Wake { .. }
        | Action::Answer { .. }
        | Action::Happen { .. }
        | Action::ChildEnded { .. }
        | Action::Override { .. }
        | Action::Recalculate
        | Action::StopChild { .. }
        | Action::AddSigner { .. }
        | Action::RemoveSigner { .. }
        | Action::Delegate { .. }
        | Action::Advise { .. }
        | Action::Claim { .. }
        | Action::GiveBack { .. }
        | Action::Copy { .. }
        | Action::Read { .. }
        | Action::Ask { .. }
        | Action::Reply { .. }
        | Action::TakeBack { .. }
        | Action::Urge
        | Action::Revoke { .. }
        | Action::Reopen { .. } => None,
    }
}

/// Every field a command of this flow may bring: the record's, and the `ask:` fields of all states and actions.
pub(crate) fn asked_fields(def: &Definition) -> impl Iterator<Item = &Field> {
    let asked = def.states.iter().flat_map(|state| {
        let actions: &[assent_core::definition::WorkAction] = match &state.kind {
            StateKind::Work { actions, .. } => actions,
            _ => &[],
        };
        let of_actions = actions.iter().flat_map(|action| action.ask.iter());
        state.ask.iter().chain(of_actions)
    });
    def.entity.fields.iter().chain(asked)
}
