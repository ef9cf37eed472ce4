//! Somebody came too late: who took the task from them, when, and what follows.

use assent_core::command::{Action, Command};
use assent_core::event::{Change, Event};
use assent_core::instance::{Case, TaskKind};
use assent_core::refusal::Refusal;
use assent_core::text::Text;
use assent_core::why::{Taken, taken};

use super::error::AppError;
use super::inbox::state_name;
use super::state::App;
use crate::engine::Around;
use crate::view::when;

/// Refusals of what is over, or of another round.
const LATE: [&str; 2] = ["task_closed", "old_round"];

impl App {
    /// The refusal with the whole story, where the trail tells it and its sender may read it.
    pub(super) async fn told_who(
        &self,
        instance: &str,
        command: &Command,
        mut refusal: Refusal,
    ) -> Result<Refusal, AppError> {
        let asked = LATE.contains(&refusal.code.as_str());
        let Some(task) = task_of(&command.action).filter(|_| asked) else {
            return Ok(refusal);
        };
        let (Some(reader), Some(loaded)) = (command.actor.person(), self.load(instance).await?)
        else {
            return Ok(refusal);
        };
        let (case, around) = self.seen(&loaded).await?;
        let trail = self.trail_behind(&case).await?;
        if let Err(AppError::NotFound) = self.may_see(reader, &loaded.row, &case, &around, &trail) {
            return Ok(refusal);
        }
        if let Some(taken) = self.taken_away(&case, &around, &trail, task) {
            refusal.message = taken.words;
            refusal
                .params
                .extend(taken.by.map(|by| ("by".to_owned(), by)));
            refusal
                .params
                .insert("at".to_owned(), taken.at.0.to_string());
        }
        Ok(refusal)
    }

    /// Who or what took a task from its holder.
    pub(super) fn taken_away(
        &self,
        case: &Case,
        around: &Around,
        trail: &[Event],
        task: u32,
    ) -> Option<Taken> {
        around.with_context(self, |cx| taken(&around.def, case, trail, task, cx))
    }

    /// How the round came about that a case is in now, as `reader` may be told: by themselves, or by somebody else.
    pub(super) fn round_began(
        &self,
        reader: &str,
        case: &Case,
        around: &Around,
        trail: &[Event],
    ) -> Option<Text> {
        let round = case.instance.round;
        let began = trail.iter().rev().find_map(|event| match &event.change {
            Change::Returned {
                to, round: made, ..
            } if *made == round => Some((event, Some(to))),
            Change::Reopened { round: made, .. } if *made == round => Some((event, None)),
            _ => None,
        });
        let (event, to) = began?;
        let at = when(event.at, &around.calendar).shown;
        let who = match event.actor.person() {
            Some(id) if id == reader => Text::new("您", "You"),
            Some(id) => Text::same(around.directory.name(id)),
            None => Text::new("系统", "The system"),
        };
        let applicant = around.directory.name(&case.instance.applicant);
        let drafts = case.instance.tasks.iter();
        let waits = drafts.clone().any(|task| task.kind == TaskKind::Draft);
        Some(match to {
            None => Text::new(
                format!("{}已于 {} 重新打开（第 {round} 轮）。", who.zh, at.zh),
                format!("{} opened it again, {} (round {round}).", who.en, at.en),
            ),
            Some(_) if waits => Text::new(
                format!(
                    "{}已于 {} 退回（第 {round} 轮），还没有重新提交，等 {applicant} 修改。",
                    who.zh, at.zh
                ),
                format!(
                    "{} sent it back, {} (round {round}); it has not been submitted again and waits for {applicant}.",
                    who.en, at.en
                ),
            ),
            Some(to) => {
                let name = state_name(&around.def, to);
                Text::new(
                    format!(
                        "{}已于 {} 退回到“{}”（第 {round} 轮），之后又有进展，请看最新一轮。",
                        who.zh, at.zh, name.zh
                    ),
                    format!(
                        "{} sent it back to “{}”, {} (round {round}); it has gone on since, please look at the current round.",
                        who.en, name.en, at.en
                    ),
                )
            }
        })
    }
}

/// The task that a verb of a task's holder is about.
fn task_of(action: &Action) -> Option<u32> {
    match action {
        Action::Decide { task, .. }
        | Action::Act { task, .. }
        | Action::Return { task, .. }
        | Action::Transfer { task, .. }
        | Action::AddSigner { task, .. }
        | Action::Delegate { task, .. }
        | Action::Advise { task, .. }
        | Action::Claim { task }
        | Action::GiveBack { task, .. }
        | Action::Ask { task, .. }
        | Action::Reply { task, .. } => Some(*task),
        _ => None,
    }
}
