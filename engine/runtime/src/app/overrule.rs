//! Overruling a flow: preview first, then the same command with the preview's token.
//!
//! The token says what was shown: the instance's `rev`, when it was looked at, a hash of every event that would be made, and
//! of what was to be done and why, so that a refusal can say which of them differs. Confirming decides again at that moment on
//! what is there now; anything else than what was shown is refused.

use assent_core::command::{Action, Actor, Command, Override, Via};
use assent_core::event::Event;
use assent_core::instance::Case;
use assent_core::preview::{Preview, preview, token};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::{Lang, Text};
use assent_core::time::Moment;
use assent_core::turn::{Before, Context, turn};
use assent_core::verb::offer::overrides;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::answer::Answer;
use super::error::AppError;
use super::link::names;
use super::state::App;
use crate::engine::{Around, stored_case};
use crate::view::timeline;

/// Changes that a refused confirmation names.
const CHANGES_MAX: usize = 3;
/// Bytes kept of the hash that tells one reason from another.
const SHORT_BYTES: usize = 8;
/// Events read to say what changed.
const EVENTS_MAX: u32 = 200;

/// What a command would do, and what confirms it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Previewed {
    /// What it would do.
    pub preview: Preview,
    /// The same in sentences.
    pub words: Vec<Text>,
    /// Sent with the same command, it commits.
    pub token: String,
}

/// What a reader may overrule on an instance now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OverrideView {
    /// Not suspended.
    pub suspend: bool,
    /// Suspended.
    pub resume: bool,
    /// States it may jump to.
    pub jump: Vec<StateChoice>,
    /// States that may be skipped.
    pub skip: Vec<StateChoice>,
    /// Held states that may be tried again.
    pub retry: Vec<StateChoice>,
    /// Tasks that may be given to somebody else.
    pub reassign: Vec<TaskChoice>,
}

/// A state to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StateChoice {
    /// Its id.
    pub state: String,
    /// Its name.
    pub name: Text,
}

/// A task to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskChoice {
    /// Its number.
    pub task: u32,
    /// Its state's name.
    pub state: Text,
    /// Who holds it.
    pub assignee: super::PersonView,
}

/// A token, read.
struct Token<'a> {
    rev: u64,
    at: Moment,
    hash: &'a str,
    wish: &'a str,
}

impl<'a> Token<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(4, '.');
        Some(Self {
            rev: parts.next()?.parse().ok()?,
            at: Moment(parts.next()?.parse().ok()?),
            hash: parts.next()?,
            wish: parts.next()?,
        })
    }
}

impl App {
    /// What a command would do to an instance now; nothing is changed.
    ///
    /// # Errors
    /// As [`App::command`] would refuse it.
    pub async fn preview(&self, instance: &str, command: &Command) -> Result<Previewed, AppError> {
        let (case, mut around) = self.stands(instance, command, self.now()).await?;
        let trail = self.trail_behind(&case).await?;
        self.know_past(&mut around, &trail).await?;
        let rev = case.instance.rev;
        let decided = around.with_context(self, |cx| shown(&case, command, &around, cx))?;
        let (preview, hash) = decided;
        let words = preview.words(|at, lang| around.calendar.say(at, lang));
        Ok(Previewed {
            preview,
            words,
            token: format!("{rev}.{}.{hash}.{}", around.now.0, wish(command)),
        })
    }

    /// Does what was previewed; refused as `changed` when the instance, or what would happen, is not what was shown.
    ///
    /// # Errors
    /// As [`App::command`]; `changed`; `preview_first` without a token, to whoever may do it at all.
    pub async fn confirm(
        &self,
        instance: &str,
        command: Command,
        token: &str,
    ) -> Result<Answer, AppError> {
        let Some(token) = Token::read(token) else {
            // Whoever may not is told so, and not sent to a preview that would be refused.
            self.preview(instance, &command).await?;
            let zh = "请先预览（dry_run），再用预览给出的 token 确认。";
            let en = "Look at a preview first (dry_run), then confirm with its token.";
            return Err(Refusal::new(RefusalKind::Input, "preview_first", zh, en)
                .about("token")
                .into());
        };
        let confirmed = match self.still_as_shown(instance, &command, &token).await {
            Ok(()) => {
                let wish = |_: &_, case: &Case| {
                    if case.instance.rev == token.rev {
                        Ok(command.clone())
                    } else {
                        Err(changed(&[]).into())
                    }
                };
                self.turn_on(instance, self.now(), wish).await
            }
            Err(fault) => Err(fault),
        };
        match confirmed {
            // A repeated key is answered as the first time: its own first try is what changed it.
            Err(AppError::Refused(refusal)) if refusal.kind == RefusalKind::Changed => Ok(self
                .refused(Some(instance), &command, *refusal)
                .await?
                .answer),
            confirmed => Ok(confirmed?.answer),
        }
    }

    async fn still_as_shown(
        &self,
        instance: &str,
        command: &Command,
        token: &Token<'_>,
    ) -> Result<(), AppError> {
        let (case, around) = self.stands(instance, command, token.at).await?;
        if case.instance.rev != token.rev {
            let what = self.since(instance, &around, token.rev).await?;
            return Err(changed(&what).into());
        }
        let (_, hash) = around.with_context(self, |cx| shown(&case, command, &around, cx))?;
        if hash == token.hash {
            return Ok(());
        }
        Err(differs(command, token).into())
    }

    async fn stands(
        &self,
        instance: &str,
        command: &Command,
        now: Moment,
    ) -> Result<(Case, Around), AppError> {
        let loaded = self.load(instance).await?.ok_or(AppError::NotFound)?;
        let def = self
            .definition_of(&loaded.row.flow, &loaded.row.version)
            .await?;
        let case = stored_case(&loaded)?;
        let around = self
            .around(def, &case.values, Some(&command.action), now)
            .await?;
        Ok((case, around))
    }

    /// What happened since that turn, as the trail says it.
    async fn since(
        &self,
        instance: &str,
        around: &Around,
        rev: u64,
    ) -> Result<Vec<Text>, AppError> {
        let newest = self.trail(instance).await?;
        let later: Vec<Event> = newest
            .into_iter()
            .filter(|event| event.rev > rev)
            .take(EVENTS_MAX as usize)
            .collect();
        let person = |id: &str| self.person_view(id);
        let calendar = &around.calendar;
        let items = timeline(&around.def, &later, &[], names(around), calendar, person);
        let said = items.into_iter().filter(|item| !item.minor);
        Ok(said.map(|item| item.words).take(CHANGES_MAX).collect())
    }

    /// What this reader may overrule on an instance now; none when they may not.
    pub(super) fn override_view(
        &self,
        reader: &str,
        case: &Case,
        around: &Around,
    ) -> Option<OverrideView> {
        let offered = around
            .with_context(self, |cx| overrides(&around.def, case, reader, cx))
            .ok()?;
        let choices = |states: Vec<String>| {
            let states = states.into_iter();
            states
                .map(|state| StateChoice {
                    name: state_name(around, &state),
                    state,
                })
                .collect()
        };
        Some(OverrideView {
            suspend: offered.suspend,
            resume: offered.resume,
            jump: choices(offered.jump),
            skip: choices(offered.skip),
            retry: choices(offered.retry),
            reassign: offered
                .reassign
                .into_iter()
                .filter_map(|no| {
                    let task = case.instance.task(no)?;
                    Some(TaskChoice {
                        task: no,
                        state: state_name(around, &task.state),
                        assignee: self.person_view(&task.assignee),
                    })
                })
                .collect(),
        })
    }
}

/// A command that overrules.
pub(super) fn overruling(by: &str, via: Via, act: Override, reason: &str) -> Command {
    Command {
        actor: Actor::Person(by.to_owned()),
        via,
        action: Action::Override {
            act,
            reason: reason.to_owned(),
        },
        key: None,
    }
}

fn state_name(around: &Around, id: &str) -> Text {
    let state = around.def.state_ix(id);
    state.map_or_else(|| Text::same(id), |ix| around.def.states[ix].name.clone())
}

/// The preview and its hash.
fn shown(
    case: &Case,
    command: &Command,
    around: &Around,
    cx: &Context<'_>,
) -> Result<(Preview, String), AppError> {
    let before = Before::Case(Box::new(case.clone()));
    let decided = turn(&around.def, before, command, cx)?;
    Ok((
        preview(&around.def, case, &decided, cx, &names(around)),
        token(case, command, &decided),
    ))
}

/// Short hashes of what is to be done and of the reason.
fn wish(command: &Command) -> String {
    let mut action = command.action.clone();
    let why = match &mut action {
        Action::Override { reason, .. } | Action::Migrate { reason, .. } => std::mem::take(reason),
        _ => String::new(),
    };
    let act = serde_json::to_string(&action).unwrap_or_default();
    format!("{}.{}", short(&act), short(why.trim()))
}

fn short(text: &str) -> String {
    assent_core::audit::hex(&Sha256::digest(text)[..SHORT_BYTES])
}

/// What is confirmed is not what was shown.
fn differs(command: &Command, token: &Token<'_>) -> Refusal {
    let now = wish(command);
    let (now, then) = (now.split('.'), token.wish.split('.'));
    let same: Vec<bool> = now.zip(then).map(|(now, then)| now == then).collect();
    let what = [
        Text::new("要做的操作不同", "it is to do something else"),
        Text::new("填写的理由不同", "the reason is another one"),
    ];
    let mut what: Vec<Text> = what
        .into_iter()
        .zip(&same)
        .filter_map(|(what, same)| (!same).then_some(what))
        .collect();
    if what.is_empty() {
        what.push(Text::new(
            "组织架构或日历有变化",
            "the organisation or the calendar has changed",
        ));
    }
    let (zh, en) = (said(&what, Lang::Zh), said(&what, Lang::En));
    refused(
        what.as_slice(),
        format!("与预览时不同：{zh}。请重新预览后再确认。"),
        format!("This is not what the preview showed: {en}. Look at it again before you confirm."),
    )
}

/// The instance went on since the preview.
fn changed(what: &[Text]) -> Refusal {
    if what.is_empty() {
        let zh = "预览之后流程已变化，请重新预览后再确认。";
        let en = "The instance changed since the preview; look at it again before you confirm.";
        return refused(what, zh.to_owned(), en.to_owned());
    }
    let (zh, en) = (said(what, Lang::Zh), said(what, Lang::En));
    refused(
        what,
        format!("预览之后流程已变化（{zh}），请重新预览后再确认。"),
        format!(
            "The instance changed since the preview ({en}); look at it again before you confirm."
        ),
    )
}

fn refused(what: &[Text], zh: String, en: String) -> Refusal {
    Refusal::new(RefusalKind::Changed, "changed", zh, en)
        .with("changes_zh", said(what, Lang::Zh))
        .with("changes_en", said(what, Lang::En))
}

fn said(what: &[Text], lang: Lang) -> String {
    let what: Vec<&str> = what.iter().map(|one| one.get(lang)).collect();
    what.join(lang.pick("；", "; "))
}
