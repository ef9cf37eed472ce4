//! Why a task came to somebody, why not to somebody else, and what comes next, as people read it.

use std::collections::BTreeMap;

use assent_core::instance::Case;
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_core::why::{Fate, Next, Reason, why};
use serde::Serialize;

use super::children::ChildView;
use super::error::AppError;
use super::instance::InstanceHead;
use super::people::person_view;
use super::state::App;
use super::view::{PersonView, When};
use crate::engine::Around;
use crate::view::{standing, when};

/// The answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WhyView {
    /// The instance.
    pub head: InstanceHead,
    /// Whom it is asked about; none: everybody who has a task.
    pub person: Option<PersonView>,
    /// Why a task came.
    pub asked: Vec<ReasonView>,
    /// Why none came.
    pub not_asked: Vec<ReasonView>,
    /// The way the instance took.
    pub way: Vec<ReasonView>,
    /// What comes next.
    pub next: Vec<NextView>,
    /// The subflows it waits for, and the calls that are tried again, by state.
    pub waits: Vec<WaitView>,
}

/// A state that waits for subflows, or for a call that failed and is tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaitView {
    /// State id.
    pub state: String,
    /// Its name.
    pub state_name: Text,
    /// How far they are, and who has those that run; how the call failed, and when it is tried again: a sentence each.
    pub words: Vec<Text>,
    /// The subflows, those that run first.
    pub children: Vec<ChildView>,
}

/// One reason, with the events that say so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReasonView {
    /// See [`Reason::code`].
    pub code: &'static str,
    /// Whom it is about.
    pub person: Option<PersonView>,
    /// State id.
    pub state: String,
    /// Its name.
    pub state_name: Text,
    /// Numbers of the events that say so.
    pub events: Vec<u32>,
    /// When the last of them was.
    pub at: Option<When>,
    /// Its sentences.
    pub words: Vec<Text>,
}

/// A state ahead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextView {
    /// State id.
    pub state: String,
    /// Its name.
    pub name: Text,
    /// `comes`, `skipped`, `undecided`.
    pub fate: &'static str,
    /// `fate` in words.
    pub fate_shown: Text,
    /// The condition with its values; empty without one.
    pub because: Text,
    /// Who would be asked today.
    pub people: Vec<PersonView>,
    /// Why these.
    pub why: Vec<Text>,
}

impl App {
    /// Why, for one person or for everybody who has a task. Without a reader it is the operator who asks, on the machine.
    ///
    /// # Errors
    /// `NotFound` when the instance does not exist or is not for this reader; `Refused` for an unknown person.
    pub async fn why(
        &self,
        reader: Option<&str>,
        id: &str,
        person: Option<&str>,
    ) -> Result<WhyView, AppError> {
        let loaded = self.load(id).await?.ok_or(AppError::NotFound)?;
        let (case, around) = self.seen(&loaded).await?;
        let trail = self.trail_behind(&case).await?;
        if let Some(reader) = reader {
            self.may_see(reader, &loaded.row, &case, &around, &trail)?;
        }
        if let Some(person) = person.filter(|id| !around.directory.people.contains_key(*id)) {
            let zh = format!("没有编号为 {person} 的人员，请从通讯录中选择。");
            let en = format!(
                "There is nobody with the id {person}; choose somebody from the directory."
            );
            let refusal = Refusal::new(RefusalKind::Input, "unknown_person", zh, en);
            return Err(refusal.with("person", person).into());
        }
        let answers = around.with_context(self, |cx| why(&around.def, &case, &trail, person, cx));
        let times: BTreeMap<u32, Moment> =
            trail.iter().map(|event| (event.seq, event.at)).collect();
        let reasons = |reasons: Vec<Reason>| {
            let reasons = reasons.into_iter();
            reasons
                .map(|reason| reason_view(reason, &around, &times))
                .collect()
        };
        let waits = self.waits(reader, &case, &around).await?;
        Ok(WhyView {
            head: self.head_of(id).await?.ok_or(AppError::NotFound)?,
            person: person.map(|id| person_view(&around.directory, id)),
            asked: reasons(answers.asked),
            not_asked: reasons(answers.not_asked),
            way: reasons(answers.way),
            next: answers
                .next
                .into_iter()
                .map(|next| next_view(next, &around))
                .collect(),
            waits,
        })
    }

    /// The states that wait for subflows, with what is to be said of each.
    async fn waits(
        &self,
        reader: Option<&str>,
        case: &Case,
        around: &Around,
    ) -> Result<Vec<WaitView>, AppError> {
        let mut children = self.children(reader, case, &around.def).await?;
        let mut failed = self.retries(case, around).await?;
        let standing = standing(case, around, |id| person_view(&around.directory, id));
        let leaves = case.instance.active.iter();
        let leaves = leaves.filter(|active| active.branches.is_empty());
        let waits = standing.into_iter().zip(leaves).filter_map(|(at, active)| {
            let children = children.remove(&active.entry).unwrap_or_default();
            let failed = failed.remove(&active.entry);
            if children.is_empty() && failed.is_none() {
                return None;
            }
            let open = children.iter().filter(|child| !child.ended);
            let words = std::iter::once(at.progress).chain(failed);
            let words = words.chain(open.map(ChildView::line));
            Some(WaitView {
                state: at.state,
                state_name: at.name,
                words: words.collect(),
                children,
            })
        });
        Ok(waits.collect())
    }
}

fn reason_view(reason: Reason, around: &Around, times: &BTreeMap<u32, Moment>) -> ReasonView {
    let at = reason.seqs.last().and_then(|seq| times.get(seq));
    let ix = around.def.state_ix(&reason.state);
    ReasonView {
        code: reason.code,
        person: reason.person.map(|id| person_view(&around.directory, &id)),
        state_name: ix.map_or_else(
            || Text::same(&reason.state),
            |ix| around.def.states[ix].name.clone(),
        ),
        state: reason.state,
        at: at.map(|at| when(*at, &around.calendar)),
        events: reason.seqs,
        words: reason.words,
    }
}

fn next_view(next: Next, around: &Around) -> NextView {
    let (fate, shown) = match next.fate {
        Fate::Comes => ("comes", Text::new("会经过", "comes")),
        Fate::Skipped => (
            "skipped",
            Text::new("按现状会跳过", "will be skipped as things stand"),
        ),
        Fate::Undecided => (
            "undecided",
            Text::new("尚无法判断", "cannot be decided yet"),
        ),
    };
    NextView {
        state: next.state,
        name: next.name,
        fate,
        fate_shown: shown,
        because: next.because,
        people: next
            .people
            .iter()
            .map(|id| person_view(&around.directory, id))
            .collect(),
        why: next.why,
    }
}
