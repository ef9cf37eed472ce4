//! Flows taken out of use: closed for new cases, opened again, and whose file is gone.
//!
//! What is closed stands in one setting, so that every node reads it at once; each closing and opening is also an event of a
//! chain of its own (`flow_use:<id>`), written in the same transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use assent_core::apply::{CHAIN_START, link};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::time::Moment;
use assent_core::value::Values;
use assent_core::write::EventRow;
use serde::{Deserialize, Serialize};

use super::error::AppError;
use super::state::App;
use super::view::{PersonView, When};
use crate::view::when;

/// The setting that holds what is closed.
const SETTING: &str = "flows.closed";
/// Fewest characters of a reason.
const REASON_CHARS_MIN: usize = 2;
/// How often a closing is tried again when somebody else closes or opens a flow at the same time.
const AGAIN_MAX: u32 = 5;
/// Closings and openings shown.
const USES_SHOWN_MAX: u32 = 20;

/// Why a flow takes no new cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Closed {
    by: String,
    at: Moment,
    reason: String,
}

/// Flows that are not simply in use.
#[derive(Debug, Default)]
pub(crate) struct OutOfUse {
    closed: BTreeMap<String, Closed>,
    /// Published flows that no file of the watched folder declares.
    without_file: BTreeSet<String>,
}

/// Somebody closed a flow for new cases, or opened it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlowUse {
    /// It takes no new cases from then on.
    pub closed: bool,
    /// Who.
    pub by: PersonView,
    /// When.
    pub at: When,
    /// Why.
    pub reason: String,
}

/// The same, as the chain keeps it.
#[derive(Debug, Serialize, Deserialize)]
struct UseEvent {
    event: String,
    seq: u32,
    flow: String,
    #[serde(flatten)]
    closed: Closed,
}

fn chain(flow: &str) -> String {
    format!("flow_use:{flow}")
}

impl App {
    /// Closes a flow for new cases: nobody starts it any more. Cases under way go on, with the subflows they start; what was
    /// approved can still be revoked.
    ///
    /// # Errors
    /// `NotFound`; `not_owner`; `reason_required`; `flow_closed` when it is closed already.
    pub async fn close_flow(&self, by: &str, flow: &str, reason: &str) -> Result<(), AppError> {
        self.change_use(by, flow, reason, true).await
    }

    /// Opens a closed flow for new cases.
    ///
    /// # Errors
    /// As [`App::close_flow`]; `flow_open` when it is not closed.
    pub async fn open_flow(&self, by: &str, flow: &str, reason: &str) -> Result<(), AppError> {
        self.change_use(by, flow, reason, false).await
    }

    /// Who closed and opened a flow, the last first.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn flow_uses(&self, flow: &str) -> Result<Vec<FlowUse>, AppError> {
        let def = self.definition(flow).ok_or(AppError::NotFound)?;
        let calendar = self.calendar(&def.calendar);
        let chain = chain(flow);
        let rows = self.store().last_events(&chain, USES_SHOWN_MAX);
        let read = |row: EventRow| {
            let known: UseEvent = serde_json::from_str(&row.body).map_err(damaged)?;
            Ok(FlowUse {
                closed: known.event == "closed",
                by: self.person_view(&known.closed.by),
                at: when(known.closed.at, &calendar),
                reason: known.closed.reason,
            })
        };
        rows.await?.into_iter().map(read).collect()
    }

    async fn change_use(
        &self,
        by: &str,
        flow: &str,
        reason: &str,
        close: bool,
    ) -> Result<(), AppError> {
        self.looks_after(by, flow)?;
        let reason = reason.trim();
        if reason.chars().count() < REASON_CHARS_MIN {
            let zh = "请填写原因（至少 2 个字），它会留在流程的记录里。";
            let en = "Give a reason (at least 2 characters); it stays in the flow's record.";
            let refusal = Refusal::new(RefusalKind::Input, "reason_required", zh, en);
            return Err(refusal.about("reason").into());
        }
        for _ in 0..AGAIN_MAX {
            let (mut all, rev) = self.closed_flows().await?;
            if close && all.contains_key(flow) {
                self.keep_closed(all);
                return Err(self.closed(flow).map_or(AppError::Busy, AppError::from));
            }
            if !close && all.remove(flow).is_none() {
                return Err(not_closed().into());
            }
            let closed = Closed {
                by: by.to_owned(),
                at: self.now(),
                reason: reason.to_owned(),
            };
            if close {
                all.insert(flow.to_owned(), closed.clone());
            }
            let body = serde_json::to_string(&all).unwrap_or_default();
            let event = self.use_event(flow, closed, close).await?;
            let (chain, setting) = (chain(flow), (SETTING, body.as_str(), rev));
            let saved = self.store().save_setting_logged(setting, (&chain, &event));
            if saved.await? == assent_store::Outcome::Done {
                self.keep_closed(all);
                return Ok(());
            }
        }
        Err(AppError::Busy)
    }

    async fn use_event(
        &self,
        flow: &str,
        closed: Closed,
        close: bool,
    ) -> Result<EventRow, AppError> {
        let last = self.store().last_events(&chain(flow), 1).await?.pop();
        let seq = last.as_ref().map_or(1, |last| last.seq + 1);
        let before = last.map_or_else(|| CHAIN_START.to_owned(), |last| last.hash);
        let kind = if close { "closed" } else { "opened" };
        let (at, actor) = (closed.at, closed.by.clone());
        let body = UseEvent {
            event: kind.to_owned(),
            seq,
            flow: flow.to_owned(),
            closed,
        };
        let body = serde_json::to_string(&body).unwrap_or_default();
        Ok(EventRow {
            seq,
            at,
            actor,
            kind: kind.to_owned(),
            hash: link(&before, &body),
            body,
        })
    }

    /// The flow's owner, or an administrator.
    fn looks_after(&self, person: &str, flow: &str) -> Result<(), AppError> {
        let def = self.definition(flow).ok_or(AppError::NotFound)?;
        let (directory, values) = (self.directory(), Values::new());
        let cx = assent_core::people::PeopleContext::new(&directory, "", &values);
        let mut owners = def.owner.resolve(&cx).people.into_iter();
        let here = directory.active(person).is_some();
        if here && (self.is_admin(person) || owners.any(|owner| owner == person)) {
            return Ok(());
        }
        let zh = "只有流程负责人和管理员可以停用或重新启用流程，请联系他们。";
        let en = "Only the flow's owner and administrators close or open it; ask one of them.";
        Err(Refusal::new(RefusalKind::NotYours, "not_owner", zh, en).into())
    }

    /// Why nobody can start this flow; none while it is in use.
    pub(crate) fn closed(&self, flow: &str) -> Option<Refusal> {
        let closed = self.out_of_use().closed.get(flow)?.clone();
        let def = self.definition(flow)?;
        let who = self.directory().name(&closed.by).to_owned();
        let calendar = self.calendar(&def.calendar);
        let at = when(closed.at, &calendar).shown;
        let reason = closed.reason;
        let zh = format!(
            "“{}”已停用，不再受理新的申请（{who}，{}：{reason}）。已发起的照常办理；请改用别的流程，或联系流程负责人。",
            def.name.zh, at.zh
        );
        let en = format!(
            "“{}” is closed for new cases ({who}, {}: {reason}). Cases under way go on; use another flow, or ask the flow's owner.",
            def.name.en, at.en
        );
        let refusal = Refusal::new(RefusalKind::TooLate, "flow_closed", zh, en);
        Some(refusal.with("flow", flow).with("by", closed.by))
    }

    /// Is it closed for new cases?
    pub(crate) fn is_closed(&self, flow: &str) -> bool {
        self.out_of_use().closed.contains_key(flow)
    }

    /// Does no file of the watched folder declare it?
    pub(crate) fn is_without_file(&self, flow: &str) -> bool {
        self.out_of_use().without_file.contains(flow)
    }

    /// Takes in which flows the watched folder declares; a published one that is not among them stays in use, and is told once.
    pub(crate) fn declared(&self, flows: &BTreeSet<String>) {
        let published = self.current_definitions();
        let gone = published
            .into_iter()
            .filter(|def| !flows.contains(&def.flow));
        let gone: BTreeSet<String> = gone.map(|def| def.flow.clone()).collect();
        let mut out_of_use = self.out_of_use();
        for flow in gone.difference(&out_of_use.without_file) {
            tracing::warn!(%flow, "its file is gone; the flow stays in use until somebody closes it");
        }
        out_of_use.without_file = gone;
    }

    /// Reads what is closed: at start, and when another node changed it.
    pub(crate) async fn load_closed(&self) -> Result<(), AppError> {
        let (all, _) = self.closed_flows().await?;
        self.keep_closed(all);
        Ok(())
    }

    async fn closed_flows(&self) -> Result<(BTreeMap<String, Closed>, u64), AppError> {
        let Some((body, rev)) = self.store().setting(SETTING).await? else {
            return Ok((BTreeMap::new(), 0));
        };
        Ok((serde_json::from_str(&body).map_err(damaged)?, rev))
    }

    fn keep_closed(&self, all: BTreeMap<String, Closed>) {
        self.out_of_use().closed = all;
    }

    // A poisoned lock still holds whole sets: they are replaced, never changed.
    fn out_of_use(&self) -> std::sync::MutexGuard<'_, OutOfUse> {
        let locked = self.inner.out_of_use.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_closed() -> Refusal {
    let zh = "这个流程没有停用，正在受理申请。";
    let en = "This flow is not closed; it takes new cases.";
    Refusal::new(RefusalKind::TooLate, "flow_open", zh, en)
}

fn damaged(fault: serde_json::Error) -> AppError {
    AppError::unavailable(
        "damaged",
        "流程停用的记录已损坏，请联系管理员运行 assent verify",
        "The record of closed flows is damaged; ask an administrator to run assent verify",
        fault,
    )
}
