//! The one entrance: starting an instance, and every command on one.

use assent_core::command::{Action, Actor, Command, Via};
use assent_core::definition::{Definition, Signature, StateKind};
use assent_core::field::{Field, FieldKind};
use assent_core::instance::{Case, Instance};
use assent_core::record::{Mode, from_json};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use assent_core::value::{Value, Values};

use super::answer::{Answer, Seen};
use super::choice::split;
use super::error::{AppError, FieldFault};
use super::link::facts_hash;
use super::state::App;
use super::view::JsonMap;
use crate::engine::{given, stored_case};

/// Most instances one event from outside wakes.
const WOKEN_MAX: u32 = 200;

/// Something that happened, and what it is about.
pub(crate) struct Happening<'a> {
    /// The event, as a module declares it.
    pub event: &'a str,
    /// Entity type of the record; none: whatever it is.
    pub entity: Option<&'a str>,
    /// Id of the record.
    pub record: &'a str,
    /// What comes with it.
    pub payload: Value,
    /// The way it came.
    pub via: Via,
    /// What keeps it from being told twice.
    pub key: Option<&'a str>,
}

impl App {
    /// Makes an instance with its first values, and submits it when `submit`.
    ///
    /// # Errors
    /// `NotFound` for an unknown flow, `Invalid` for values that do not fit, `Refused` when this person may not start it;
    /// `flow_closed` for one that takes no new cases.
    pub async fn start(
        &self,
        flow: &str,
        actor: Actor,
        via: Via,
        values: &JsonMap,
        submit: bool,
        key: Option<String>,
    ) -> Result<Answer, AppError> {
        self.start_on(flow, None, actor, via, values, submit, key)
            .await
    }

        let closed = self.closed(flow);
    /// The same on a record that exists already (`record` is its id), for flows that run on a module's entity type.
    ///
    /// # Errors
    /// As [`App::start`]; `NotFound` for an unknown record; `record_in_approval` while another case is on it.
    #[expect(
        clippy::too_many_arguments,
        reason = "a start has that many parts, and each is named at the call"
    )]
    pub async fn start_on(
        &self,
        flow: &str,
        record: Option<&str>,
        actor: Actor,
        via: Via,
        if let Some(closed) = closed {
            // What was started before it was closed still gets its first answer.
            return Ok(self.refused(None, &command, closed).await?.answer);
        }
        values: &JsonMap,
        submit: bool,
        key: Option<String>,
    ) -> Result<Answer, AppError> {
        let def = self.definition(flow).ok_or(AppError::NotFound)?;
        let (values, choices) = split(&def, values);
        let read = from_json(&def.entity.fields, &values, &Mode::Api);
        let mut set = match (read, &closed) {
            (Ok(set), _) => set,
            (Err(_), Some(closed)) => return Err(closed.clone().into()),
            (Err(wrong), None) => return Err(faults(wrong)),
        };
        set.extend(choices);
        let command = Command {
            actor,
            via,
            action: Action::Start { set, submit },
            key,
        };
        let new = self.new_instance();
        let named = files(&def, None, &command);
        self.check_files(&named, &new.instance, &command).await?;
        let instance = new.instance.clone();
        let turned = match record {
            None => self.turn_new(def, new, &command, self.now()).await?,
            Some(id) => self.turn_on_record(&def, new, id, &command).await?,
        };
        self.keep_files(&named, &instance).await?;
        Ok(turned.answer)
    }

    /// Decides a command and answers once it is on disk. On a race it decides again on fresh state.
    ///
    /// # Errors
    /// `Refused` with the engine's reason; `NotFound`; `Busy`; `Unavailable`.
    pub async fn command(&self, instance: &str, command: Command) -> Result<Answer, AppError> {
        self.command_seen(instance, command, Seen::default()).await
    }

    /// The same for a decision on a page or by a link: refused as `record_changed` or `old_round` when the person saw something else.
    ///
    /// # Errors
    /// As [`App::command`].
    pub async fn command_seen(
        &self,
        instance: &str,
        mut command: Command,
        seen: Seen,
    ) -> Result<Answer, AppError> {
        // Only [`App::command_proved`] has seen a proof; whoever else claims it has not.
        if let Action::Decide { with, .. } = &mut command.action {
            with.stepped_up = false;
        }
        self.command_checked(instance, command, seen).await
    }

    pub(super) async fn command_checked(
        &self,
        instance: &str,
        command: Command,
        seen: Seen,
    ) -> Result<Answer, AppError> {
        let named = if may_bring_files(&command.action) {
            let loaded = self.load(instance).await?.ok_or(AppError::NotFound)?;
            let row = &loaded.row;
            let def = self.definition_of(&row.flow, &row.version).await?;
            let named = files(&def, Some(&stored_case(&loaded)?), &command);
            self.check_files(&named, instance, &command).await?;
            named
        } else {
            vec![]
        };
        let wish = |_: &Definition, case: &Case| {
            still_as_seen(case, &seen)?;
            Ok(command.clone())
        };
        let turned = match self.turn_on(instance, self.now(), wish).await {
            // The answer to a repeated key comes before "it has changed": its own first try changed it.
            Err(AppError::Refused(refusal)) if refusal.kind == RefusalKind::Changed => {
                let refusal = match &seen.facts {
                    Some(read) if refusal.code == "record_changed" => {
                        let reader = command.actor.person();
                        self.changed_since(reader, instance, read, *refusal).await?
                    }
                    Some(_) | None => *refusal,
                };
                self.refused(Some(instance), &command, refusal).await?
            }
            turned => turned?,
        };
        self.keep_files(&named, instance).await?;
        Ok(turned.answer)
    }

    /// Reads JSON values (from a form or the API) by the types of this instance's fields, the state's `ask:` fields included:
    /// what goes into a command's `set`.
    ///
    /// # Errors
    /// `Invalid` with every value that does not fit; `NotFound`.
    pub async fn read_values(
        &self,
        instance: &str,
        task: Option<u32>,
        values: &JsonMap,
    ) -> Result<Values, AppError> {
        let loaded = self.load(instance).await?.ok_or(AppError::NotFound)?;
        let def = self
            .definition_of(&loaded.row.flow, &loaded.row.version)
            .await?;
        let case = stored_case(&loaded)?;
        let fields = fields_of(&def, &case.instance, task);
        let (values, choices) = split(&def, values);
        let mut set = from_json(&fields, &values, &Mode::Api).map_err(faults)?;
        set.extend(choices);
        Ok(set)
    }

    /// Something happened outside: wakes every instance that waits for this event on this record (by record id or title field).
    /// Answers how many were woken.
    ///
    /// # Errors
    /// `NotFound` for an event no module declares.
    pub async fn happen(
        &self,
        event: &str,
        record: &str,
        payload: &JsonMap,
        key: Option<String>,
    ) -> Result<u32, AppError> {
        self.wake_by(Happening {
            event,
            entity: None,
            record,
            payload: plain(&serde_json::Value::Object(payload.clone())),
            via: Via::Api,
            key: key.as_deref(),
        })
        .await
    }

    /// The same, from wherever it is told.
    pub(crate) async fn wake_by(&self, told: Happening<'_>) -> Result<u32, AppError> {
        let declared = self.config().modules.iter().any(|module| {
            module
                .manifest()
                .events
                .iter()
                .any(|(id, _)| id == told.event)
        });
        if !declared {
            return Err(AppError::NotFound);
        }
        let filter = assent_store::InstanceFilter {
            record: Some(told.record.to_owned()),
            ended: Some(false),
            ..assent_store::InstanceFilter::default()
        };
        let rows = self.store().list_instances(&filter, None, WOKEN_MAX);
        let mut woken = 0;
        for row in rows.await? {
            if told.entity.is_some_and(|entity| entity != row.entity) {
                continue;
            }
            let command = Command {
                actor: Actor::System,
                via: told.via,
                action: Action::Happen {
                    event: told.event.to_owned(),
                    payload: told.payload.clone(),
                },
                // One key for the event, one for each instance it wakes.
                key: told.key.map(|key| format!("{key}:{}", row.id)),
            };
            match self.command(&row.id, command).await {
                Ok(_) => woken += 1,
                Err(AppError::Refused(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(woken)
    }

    /// A file field may only name files that the sender brought, or that the instance has already.
    async fn check_files(
        &self,
        named: &[Named],
        instance: &str,
        command: &Command,
    ) -> Result<(), AppError> {
        let mut unknown = Vec::new();
        for brought in named {
            let file = self.store().attachment(&brought.id).await?;
            let may = file.is_some_and(|file| {
                let own = command.actor.person() == Some(file.owner.as_str());
                match brought.what {
                    Brought::Value => own || file.instance == instance,
                    Brought::Enclosed => own,
                    Brought::Drawing => own && file.media.starts_with("image/"),
                }
            });
            let field = brought.field.clone();
            if !may {
                unknown.push(FieldFault {
                    field,
                    code: "unknown_file".to_owned(),
                    message: Text::new(
                        "找不到该文件，请重新上传",
                        "There is no such file; upload it again",
                    ),
                });
            }
        }
        if unknown.is_empty() {
            Ok(())
        } else {
            Err(AppError::Invalid(unknown))
        }
    }

    /// Says which instance its files belong to, so that its readers may open them.
    async fn keep_files(&self, named: &[Named], instance: &str) -> Result<(), AppError> {
        for brought in named {
            self.store().attach(&brought.id, instance).await?;
        }
        Ok(())
    }
}

/// A file that a command names.
struct Named {
    field: String,
    id: String,
    what: Brought,
}

/// As what it is named.
#[derive(Clone, Copy)]
enum Brought {
    /// The value of a field.
    Value,
    /// With a comment.
    Enclosed,
    /// A drawn signature.
    Drawing,
}

fn may_bring_files(action: &Action) -> bool {
    given(action).is_some_and(|set| !set.is_empty())
        || match action {
            Action::Comment { files, .. } => !files.is_empty(),
            Action::Decide { with, .. } => with.signature.is_some(),
            _ => false,
        }
}

/// Every file a command names.
fn files(def: &Definition, case: Option<&Case>, command: &Command) -> Vec<Named> {
    let named = |field: &str, id: &str, what| Named {
        field: field.to_owned(),
        id: id.to_owned(),
        what,
    };
    let mut found = Vec::new();
    if let Some(set) = given(&command.action) {
        let of_values = crate::engine::asked_fields(def)
            .filter(|field| matches!(field.kind, FieldKind::File { .. }))
            .filter_map(|field| Some((field, set.get(&field.name)?)));
        for (field, value) in of_values {
            let ids = value.ids();
            found.extend(
                ids.into_iter()
                    .map(|id| named(&field.name, id, Brought::Value)),
            );
        }
    }
    match &command.action {
        Action::Comment { files, .. } => {
            found.extend(files.iter().map(|id| named("files", id, Brought::Enclosed)));
        }
        Action::Decide { task, with, .. } if case.is_some_and(|case| drawn(def, case, *task)) => {
            let drawing = with.signature.as_deref().filter(|id| !id.is_empty());
            found.extend(drawing.map(|id| named("signature", id, Brought::Drawing)));
        }
        _ => {}
    }
    found
}

/// Does the task's state ask for a drawn signature?
fn drawn(def: &Definition, case: &Case, task: u32) -> bool {
    let state = case
        .instance
        .task(task)
        .and_then(|task| def.state_ix(&task.state))
        .map(|ix| &def.states[ix].kind);
    matches!(state, Some(StateKind::Approve(approve)) if approve.signature == Some(Signature::Drawn))
}

/// The record's fields, and those that a task's state asks for.
fn fields_of(def: &Definition, instance: &Instance, task: Option<u32>) -> Vec<Field> {
    let mut fields = def.entity.fields.clone();
    let state = task
        .and_then(|no| instance.task(no))
        .and_then(|task| def.state_ix(&task.state))
        .map(|ix| &def.states[ix]);
    if let Some(state) = state {
        fields.extend(state.ask.iter().cloned());
        if let StateKind::Work { actions, .. } = &state.kind {
            fields.extend(actions.iter().flat_map(|action| action.ask.iter().cloned()));
        }
    }
    fields
}

fn still_as_seen(case: &Case, seen: &Seen) -> Result<(), AppError> {
    if seen.round.is_some_and(|round| round != case.instance.round) {
        let zh = "这是旧一轮的页面，流程已退回重走；请刷新后查看最新内容。";
        let en = "This page is of an earlier round; it was sent back since. Reload to see what it is now.";
        return Err(Refusal::new(RefusalKind::Changed, "old_round", zh, en)
            .with("round", case.instance.round.to_string())
            .into());
    }
    if seen
        .facts
        .as_ref()
        .is_some_and(|facts| *facts != facts_hash(&case.values))
    {
        let zh = "您看到的内容已被修改，请刷新、重新阅读后再处理。";
        let en =
            "What you were shown has changed since; reload and read it again before you decide.";
        return Err(Refusal::new(RefusalKind::Changed, "record_changed", zh, en).into());
    }
    Ok(())
}

/// The core's faults as ours.
pub(crate) fn faults(faults: Vec<assent_core::record::FieldFault>) -> AppError {
    let one = |fault: assent_core::record::FieldFault| FieldFault {
        field: fault.field,
        code: fault.code.to_owned(),
        message: fault.message,
    };
    AppError::Invalid(faults.into_iter().map(one).collect())
}

/// A payload nobody declared: numbers exact where they can be, the rest as it is.
fn plain(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Empty,
        serde_json::Value::Bool(flag) => Value::Flag(*flag),
        serde_json::Value::Number(number) => number
            .to_string()
            .parse()
            .map_or_else(|_| Value::Text(number.to_string()), Value::Number),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(plain).collect()),
        serde_json::Value::Object(map) => Value::Map(
            map.iter()
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect(),
        ),
    }
}
