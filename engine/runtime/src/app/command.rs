//! The one entrance: starting an instance, and every command on one.

use assent_core::command::{Action, Actor, Command, Via};
use assent_core::definition::{Definition, Signature, StateKind};
use assent_core::field::{Field, FieldKind};
use assent_core::instance::{Case, Instance};
use assent_core::record::{Mode, from_json};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use assent_core::value::Values;

use super::answer::{Answer, Seen};
use super::choice::split;
use super::error::{AppError, FieldFault};
use super::link::facts_hash;
use super::state::App;
use super::view::JsonMap;
use crate::engine::{given, stored_case};

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
        values: &JsonMap,
        submit: bool,
        key: Option<String>,
    ) -> Result<Answer, AppError> {
        let def = self.definition(flow).ok_or(AppError::NotFound)?;
        let closed = self.closed(flow);
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
        if let Some(closed) = closed {
            // What was started before it was closed still gets its first answer.
            return Ok(self.refused(None, &command, closed).await?.answer);
        }
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
                let refusal = self.told_who(instance, &command, refusal).await?;
                self.refused(Some(instance), &command, refusal).await?
            }
            Err(AppError::Refused(refusal)) => {
                return Err(self.told_who(instance, &command, *refusal).await?.into());
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
