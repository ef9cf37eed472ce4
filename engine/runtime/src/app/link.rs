//! Approval links: random, hashed, bound to person, task, round and record; never an identity, never a decision.

use assent_core::command::Verdict;
use assent_core::definition::{DecideFromMail, Definition};
use assent_core::event::{Change, Event};
use assent_core::instance::{Case, Instance, Task, TaskKind};
use assent_core::text::Text;
use assent_core::value::Values;
use assent_store::Link;
use serde::Serialize;

use super::config::Secret;
use super::error::AppError;
use super::past::values_after;
use super::state::App;
use super::view::When;
use crate::engine::{Around, stored_case};
use crate::mail::Queued;
use crate::secret;
use crate::view::{Names, changed_facts, when};
use crate::workers::post::{Posted, post};

/// A link lives this long past its task's deadline …
const PAST_DEADLINE_MS: i64 = 7 * 24 * 3_600_000;
/// … and never longer than this.
const LIFE_MS_MAX: i64 = 30 * 24 * 3_600_000;
/// The newest mails of a task whose links stay alive.
const ALIVE_PER_TASK: u32 = 2;
/// What a link is for.
const OPEN: &str = "open";
/// Fresh links that may be mailed within an hour.
const FRESH_MAX: u32 = 3;
const FRESH_WINDOW_MS: i64 = 3_600_000;

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redeemed {
    /// The person it was mailed to.
    pub person: String,
    /// Their name, masked for others: `张*`.
    pub person_masked: String,
    /// The instance.
    pub instance: String,
    /// The task.
    pub task: u32,
    /// How things stand; each has its own page.
    pub state: LinkState,
    /// `after_sign_in`, `code` or `link`: how the flow lets a mail decide here.
    pub decide: &'static str,
}

/// How things stand with a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LinkState {
    /// The task waits for this person.
    Open,
    /// The task is open and the record changed since the mail: these fields, to be read again.
    Changed {
        /// Field, before, now: labels and shown values.
        fields: Vec<super::task::ChangedFact>,
    },
    /// The task is over.
    Decided {
        /// "王物流 于 … 同意".
        words: Text,
        /// When.
        at: When,
    },
    /// Somebody else holds it now.
    PassedOn,
    /// One of several took it out of the pool.
    Claimed {
        /// "王物流 于 … 认领".
        words: Text,
        /// What waits for this person there now: their own task, or the pool again.
        now: Option<u32>,
    },
    /// It was sent back or opened again since; the person's task in the round of now, if any.
    OldRound {
        /// The task to go to.
        now: Option<u32>,
        /// By whom and when, and whether it waits for its applicant.
        words: Text,
    },
    /// Too old: a fresh one can be mailed.
    Expired,
}

impl App {
    /// Looks a link's token up. Changes nothing: a scanner may do this as often as it likes.
    ///
    /// # Errors
    /// `NotFound` for a token that was never issued (or whose instance is gone).
    pub async fn redeem_link(&self, token: &str) -> Result<Redeemed, AppError> {
        let link = self.link_of(token).await?;
        let loaded = self.load(&link.instance).await?.ok_or(AppError::NotFound)?;
        let def = self
            .definition_of(&loaded.row.flow, &loaded.row.version)
            .await?;
        let case = stored_case(&loaded)?;
        let mut around = self.around(def, &case.values, None, self.now()).await?;
        let state = self.link_state(&link, &case, &mut around).await?;
        Ok(Redeemed {
            person_masked: masked(around.directory.name(&link.person)),
            decide: decide_word(&around.def, &link, &case),
            person: link.person,
            instance: link.instance,
            task: link.task,
            state,
        })
    }

    /// Makes a link's token for an open task's assignee; the newest two of a task stay alive.
    ///
    /// # Errors
    /// `NotFound` when the task is not open.
    pub async fn issue_link(&self, instance: &str, task: u32) -> Result<Secret, AppError> {
        let loaded = self.load(instance).await?.ok_or(AppError::NotFound)?;
        let case = stored_case(&loaded)?;
        let task = case.instance.task(task).ok_or(AppError::NotFound)?;
        Ok(Secret(self.make_link(&case, task, &task.assignee).await?))
    }

    /// Mails a fresh link to the registered address of whoever an expired one belonged to.
    ///
    /// # Errors
    /// `NotFound`; `TooMany` after three in an hour.
    pub async fn mail_fresh_link(&self, token: &str) -> Result<(), AppError> {
        let link = self.link_of(token).await?;
        let key = format!("fresh:{}:{}:{}", link.instance, link.task, link.person);
        self.inner
            .throttle
            .count(&key, FRESH_MAX, FRESH_WINDOW_MS, self.now())
            .map_err(|retry_after_s| AppError::TooMany { retry_after_s })?;
        let loaded = self.load(&link.instance).await?.ok_or(AppError::NotFound)?;
        let case = stored_case(&loaded)?;
        let task = case.instance.task(link.task).ok_or(AppError::NotFound)?;
        let id = format!("{}:fresh:{}", link.instance, self.new_id());
        let queued = Queued {
            id: &id,
            mail: "ask",
            to: &link.person,
            task: Some(link.task),
            state: &task.state,
        };
        match post(self, &link.instance, &queued).await? {
            Posted::Sent => Ok(()),
            Posted::NotSent(_) => Err(AppError::NotFound),
            Posted::Failed(fault) => Err(AppError::unavailable(
                "mail",
                "邮件暂时无法发出，请稍后再试",
                "Mail cannot be sent right now; please try again later",
                fault.words,
            )),
        }
    }

    /// Makes and keeps a link's token for one of those who hold the task.
    pub(crate) async fn make_link(
        &self,
        case: &Case,
        task: &Task,
        person: &str,
    ) -> Result<String, AppError> {
        let (token, now) = (secret::token()?, self.now());
        let longest = now.plus_ms(LIFE_MS_MAX);
        let expires = task.due.map_or(longest, |due| {
            // Sent after its deadline, it still lives a week.
            due.max(now).plus_ms(PAST_DEADLINE_MS).min(longest)
        });
        let link = Link {
            hash: secret::hash(&token),
            person: person.to_owned(),
            instance: case.instance.id.clone(),
            task: task.no,
            round: case.instance.round,
            revision: facts_hash(&case.values),
            purpose: OPEN.to_owned(),
            created: now,
            expires,
            voided: false,
        };
        self.store().add_link(&link, ALIVE_PER_TASK).await?;
        Ok(token)
    }

    async fn link_of(&self, token: &str) -> Result<Link, AppError> {
        let link = self.store().link(&secret::hash(token)).await?;
        link.filter(|link| link.purpose == OPEN)
            .ok_or(AppError::NotFound)
    }

    async fn link_state(
        &self,
        link: &Link,
        case: &Case,
        around: &mut Around,
    ) -> Result<LinkState, AppError> {
        let instance = &case.instance;
        let Some(task) = instance.task(link.task) else {
            if instance.round != link.round {
                let now = own_task(instance, &link.person);
                let trail = self.trail_behind(case).await?;
                let words = self.round_began(&link.person, case, around, &trail);
                let words = words.unwrap_or_default();
                return Ok(LinkState::OldRound { now, words });
            }
            return self.decided(link, case, around).await;
        };
        if !task.holders().contains(&link.person.as_str()) {
            return Ok(LinkState::PassedOn);
        }
        if link.voided || link.expires <= around.now {
            return Ok(LinkState::Expired);
        }
        if facts_hash(&case.values) == link.revision {
            return Ok(LinkState::Open);
        }
        let trail = self.trail(&case.instance.id).await?;
        self.know_past(around, &trail).await?;
        let then = trail.partition_point(|event| event.at <= link.created);
        let before = values_after(&trail, then, &case.values);
        let hidden = around
            .def
            .state_ix(&task.state)
            .map(|ix| around.def.states[ix].fields.hidden.clone())
            .unwrap_or_default();
        let fields = &around.def.entity.fields;
        let fields = changed_facts(fields, &before, &case.values, &hidden, names(around));
        Ok(LinkState::Changed { fields })
    }

    /// How the task ended, in words.
    async fn decided(
        &self,
        link: &Link,
        case: &Case,
        around: &Around,
    ) -> Result<LinkState, AppError> {
        let closed = self.store().closed_tasks(&link.instance).await?;
        let closed = closed
            .into_iter()
            .find(|closed| closed.task.no == link.task);
        let closed = closed.ok_or(AppError::NotFound)?;
        let trail = self.trail(&link.instance).await?;
        let at = when(closed.at, &around.calendar);
        let by = closed
            .by
            .clone()
            .or_else(|| decided_by(&trail, &closed.task.state));
        let end = crate::view::task_end_words(&closed.end);
        let words = match (by, self.taken_away(case, around, &trail, link.task)) {
            (_, Some(taken)) => taken.words,
            (Some(by), None) => {
                let name = around.directory.name(&by);
                Text::new(
                    format!("{name} 于 {} 处理：{}", at.shown.zh, end.zh),
                    format!("{name}, {}: {}", at.shown.en, end.en),
                )
            }
            (None, None) => Text::new(
                format!("{}：{}", at.shown.zh, end.zh),
                format!("{}: {}", at.shown.en, end.en),
            ),
        };
        if closed.end == "claimed" {
            let now = own_task(&case.instance, &link.person);
            return Ok(LinkState::Claimed { words, now });
        }
        Ok(LinkState::Decided { words, at })
    }
}

/// Hash of a record's values: what was seen is what is signed.
pub(crate) fn facts_hash(values: &Values) -> String {
    // The same text that the core hashes for a signature.
    secret::hash(&serde_json::to_string(values).unwrap_or_default())
}

pub(super) fn names(around: &Around) -> Names<'_> {
    Names {
        directory: &around.directory,
        records: &around.records,
        calendar: &around.calendar,
    }
}

/// Who settled a state, when the task itself was only cancelled by it.
fn decided_by(trail: &[Event], state: &str) -> Option<String> {
    trail.iter().rev().find_map(|event| match &event.change {
        Change::Decided {
            state: at,
            verdict: Verdict::Approve | Verdict::Reject,
            ..
        } if at == state => event.actor.person().map(str::to_owned),
        _ => None,
    })
}

fn own_task(instance: &Instance, person: &str) -> Option<u32> {
    let mut tasks = instance.tasks.iter();
    tasks
        .find(|task| task.kind != TaskKind::Read && task.holders().contains(&person))
        .map(|task| task.no)
}

fn decide_word(def: &Definition, link: &Link, case: &Case) -> &'static str {
    let state = case
        .instance
        .task(link.task)
        .and_then(|task| def.state_ix(&task.state));
    let own = state.and_then(|ix| def.states[ix].policies.decide_from_mail);
    match own.unwrap_or(def.policies.decide_from_mail) {
        DecideFromMail::AfterSignIn => "after_sign_in",
        DecideFromMail::Code => "code",
        DecideFromMail::Link => "link",
    }
}

/// `张*`, `W*`: enough to know oneself by.
fn masked(name: &str) -> String {
    let first: String = name.chars().take(1).collect();
    format!("{first}*")
}
