//! Tasks that wait for somebody's return: their assignee is away, and nobody else may act on them.

use std::collections::BTreeSet;

use assent_core::definition::{Needs, State, StateKind};
use assent_core::directory::Directory;
use assent_core::instance::{Case, Task, TaskKind};
use assent_core::text::{Lang, Text};
use assent_core::time::Moment;

use super::error::AppError;
use super::health::Stuck;
use super::state::App;
use crate::engine::stored_case;

/// Most tasks of one person that are looked at.
const TASKS_MAX: u32 = 200;
/// Most rows of the stuck page.
const ROWS_MAX: usize = 200;
/// Calendar whose zone absences are shown in.
const OFFICE: &str = "cn_office";

impl App {
    /// Open tasks whose holders are all away now. A proxy has the tasks that came while they stand in and no others, so what
    /// came before, and what no proxy may do, waits.
    pub(super) async fn absent_rows(&self) -> Result<Vec<Stuck>, AppError> {
        let (now, directory) = (self.now(), self.directory());
        let under_way = directory.absences.iter();
        let under_way = under_way.filter(|absence| absence.from <= now && now < absence.until);
        let away: BTreeSet<&str> = under_way.map(|absence| absence.person.as_str()).collect();
        let (mut rows, mut seen) = (vec![], BTreeSet::new());
        for person in away {
            for listed in self.store().inbox(person, None, None, TASKS_MAX).await? {
                if rows.len() >= ROWS_MAX {
                    return Ok(rows);
                }
                let one = (listed.task.instance.clone(), listed.task.no);
                if !directory.is_away(person, &listed.flow, now) || !seen.insert(one) {
                    continue;
                }
                rows.extend(
                    self.absent_row(&listed.task.instance, listed.task.no)
                        .await?,
                );
            }
        }
        Ok(rows)
    }

    /// One task, when really nobody who is here may act on it.
    async fn absent_row(&self, instance: &str, task: u32) -> Result<Option<Stuck>, AppError> {
        let Some(loaded) = self.load(instance).await? else {
            return Ok(None);
        };
        let case = stored_case(&loaded)?;
        let (now, directory) = (self.now(), self.directory());
        let open = case.instance.task(task).filter(|task| {
            case.instance.suspended.is_none()
                && case.instance.waits_for(task).is_none()
                && waits(task, &case, &directory, now)
        });
        let Some(open) = open else {
            return Ok(None);
        };
        let known = &case.instance;
        let def = self.definition_of(&known.flow, &known.version).await?;
        let Some(state) = def.state_ix(&open.state).map(|ix| &def.states[ix]) else {
            return Ok(None);
        };
        if one_is_enough(state) && somebody_else(open, &case, &directory, now) {
            return Ok(None);
        }
        let state = &state.name;
        let holder = open.holders().into_iter().next().unwrap_or_default();
        let until = directory.absence(holder, &known.flow, now);
        let calendar = self.calendar(OFFICE);
        let until = |lang| until.map_or(String::new(), |it| calendar.say(it.until, lang));
        let why = match open.unproxied {
            Some(flag) => flag.text(),
            None => Text::new(
                "任务在其离开之前就有了，代理人只接不在期间的新任务",
                "it had the task before it left, and whoever stands in gets new tasks only",
            ),
        };
        let (who, zh, en) = (directory.name(holder), until(Lang::Zh), until(Lang::En));
        Ok(Some(Stuck {
            kind: "away",
            instance: self.head_of(instance).await?,
            code: "nobody_stands_in".to_owned(),
            words: Text::new(
                format!(
                    "{who}不在（{zh}回来），“{}”没有别人能办：{}。等不及就改派给别人",
                    state.zh, why.zh
                ),
                format!(
                    "{who} is away (back {en}), and nobody else can do “{}”: {}. If it cannot wait, reassign it",
                    state.en, why.en
                ),
            ),
            owner: open
                .holders()
                .into_iter()
                .map(|id| self.person_view(id))
                .collect(),
            outbox: None,
            task: Some(task),
        }))
    }
}

/// One of those asked settles the state.
fn one_is_enough(state: &State) -> bool {
    match &state.kind {
        StateKind::Approve(approve) => approve.needs == Needs::Any,
        StateKind::Work { .. } => true,
        _ => false,
    }
}

/// Another task of the same state does not wait.
fn somebody_else(open: &Task, case: &Case, directory: &Directory, now: Moment) -> bool {
    let mut others = case.instance.tasks.iter();
    others.any(|task| {
        task.entry == open.entry && task.kind == open.kind && !waits(task, case, directory, now)
    })
}

/// Something is decided or done here, and everybody who may act is away: its assignee or candidates, and whoever it is done for.
fn waits(task: &Task, case: &Case, directory: &Directory, now: Moment) -> bool {
    let holders = task.holders().into_iter();
    let mut all = holders.chain(task.stands_for.as_deref());
    matches!(task.kind, TaskKind::Approve | TaskKind::Work)
        && all.all(|person| directory.is_away(person, &case.instance.flow, now))
}
