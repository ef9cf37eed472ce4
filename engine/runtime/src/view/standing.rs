//! Where an instance stands, and what a person's part in it is.

use assent_core::definition::{Needs, StateKind};
use assent_core::instance::{Active, Case, Task, TaskKind};
use assent_core::people::Names as _;
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_core::turn::{given, required, why_due};

use super::when::{due, when};
use crate::app::{Due, PersonView, Standing};
use crate::engine::Around;

/// The states it stands in, without the parallel states around them.
pub(crate) fn standing(
    case: &Case,
    around: &Around,
    person: impl Fn(&str) -> PersonView,
) -> Vec<Standing> {
    let instance = &case.instance;
    let leaves = instance
        .active
        .iter()
        .filter(|active| active.branches.is_empty());
    leaves
        .map(|active| {
            let tasks: Vec<&Task> = instance
                .tasks
                .iter()
                .filter(|task| task.entry == active.entry)
                .collect();
            let due_at = active
                .due
                .or_else(|| tasks.iter().filter_map(|task| task.due).min());
            Standing {
                state: active.state.clone(),
                name: state_name(around, &active.state),
                since: when(active.since, &around.calendar),
                due: due_at.map(|at| reckoned(at, active.entry, case, around)),
                waiting_on: tasks
                    .iter()
                    .filter(|task| instance.waits_for(task).is_none())
                    .flat_map(|task| task.holders())
                    .map(&person)
                    .collect(),
                progress: progress(active, case, around),
                children: vec![],
                trouble: None,
            }
        })
        .collect()
}

/// A task's deadline, with how it was reckoned.
pub(crate) fn deadline(at: Moment, task: &Task, case: &Case, around: &Around) -> Due {
    reckoned(at, task.entry, case, around)
}

fn reckoned(at: Moment, entry: u32, case: &Case, around: &Around) -> Due {
    let because = why_due(&around.def, &case.instance, entry, &around.calendar);
    due(at, around.now, &around.calendar, because)
}

/// "财务会签，1/2 已签".
pub(crate) fn role(task: &Task, case: &Case, around: &Around) -> Text {
    let name = state_name(around, &task.state);
    if let Some((zh, en)) = beside(task) {
        return Text::new(format!("{} · {zh}", name.zh), format!("{} · {en}", name.en));
    }
    let active = case
        .instance
        .active
        .iter()
        .find(|active| active.entry == task.entry);
    let Some((active, needs)) = active.zip(needs(around, &task.state)) else {
        return name;
    };
    let (given, wanted) = votes(active, needs);
    let word = needs_word(needs, active.voters.len());
    if wanted <= 1 && active.voters.len() <= 1 {
        return name;
    }
    Text::new(
        format!("{}（{}），{given}/{wanted} 已签", name.zh, word.zh),
        format!("{} ({}), {given} of {wanted} signed", name.en, word.en),
    )
}

/// What is asked of somebody who does not decide.
fn beside(task: &Task) -> Option<(&'static str, &'static str)> {
    match task.kind {
        TaskKind::Advise => Some(("请您给出意见", "your opinion is asked")),
        TaskKind::Answer => Some(("请您回答", "an answer is asked")),
        TaskKind::Read => Some(("抄送给您", "a copy for you")),
        TaskKind::Approve | TaskKind::Work if !task.candidates.is_empty() => {
            Some(("待认领", "to be claimed"))
        }
        TaskKind::Draft | TaskKind::Approve | TaskKind::Work => None,
    }
}

/// "需 2 人同意，已有 1 人", or what it waits for.
fn progress(active: &Active, case: &Case, around: &Around) -> Text {
    let Some(state) = state(around, &active.state) else {
        return Text::default();
    };
    match &state.kind {
        StateKind::Approve(approve) => {
            let (given, wanted) = votes(active, &approve.needs);
            let unit = match approve.needs {
                Needs::Weighted { .. } => "票权",
                Needs::Any
                | Needs::All
                | Needs::InOrder
                | Needs::Count(_)
                | Needs::Percent(_)
                | Needs::Each(_) => "人",
            };
            Text::new(
                format!("需 {wanted} {unit}同意，已有 {given} {unit}"),
                format!("{wanted} needed, {given} so far"),
            )
        }
        StateKind::WaitFor { name, .. } => Text::new(
            format!("等待：{}", name.zh),
            format!("Waits for: {}", name.en),
        ),
        StateKind::WaitUntil { .. } => Text::new("等待约定的时间", "Waits for its time"),
        StateKind::Run(run) => Text::new(
            format!("等待外部系统：{}", run.label.zh),
            format!("Waits for another system: {}", run.label.en),
        ),
        StateKind::Subflow { flow, .. } => {
            let children = case.instance.children.iter();
            let mine = children.filter(|child| child.entry == active.entry && !child.beside);
            let ends: Vec<bool> = mine.map(|child| child.outcome.is_some()).collect();
            subflows(&around.records.definitions.flow(flow), &ends)
        }
        StateKind::Draft { .. } => {
            Text::new("等待填写并提交", "Waits to be filled in and submitted")
        }
        StateKind::Work { .. } => Text::new("等待办理", "Waits to be done"),
        StateKind::Rule { .. }
        | StateKind::Choose { .. }
        | StateKind::Mail { .. }
        | StateKind::Together { .. }
        | StateKind::End { .. } => Text::default(),
    }
}

/// "等待子流程“分项审核”，3 个中已结束 1 个"; `ends` says of each whether it is over.
fn subflows(flow: &Text, ends: &[bool]) -> Text {
    let (zh, en) = (&flow.zh, &flow.en);
    if ends.len() <= 1 {
        return Text::new(
            format!("等待子流程“{zh}”"),
            format!("Waits for the subflow “{en}”"),
        );
    }
    let (n, over) = (ends.len(), ends.iter().filter(|over| **over).count());
    Text::new(
        format!("等待子流程“{zh}”，{n} 个中已结束 {over} 个"),
        format!("Waits for the subflows “{en}”: {over} of {n} ended"),
    )
}

/// Approvals (or weight) given and needed.
fn votes(active: &Active, needs: &Needs) -> (u32, u32) {
    (
        given(needs, &active.voters),
        required(needs, &active.voters),
    )
}

fn needs_word(needs: &Needs, voters: usize) -> Text {
    match needs {
        Needs::Any if voters > 1 => Text::new("或签", "any one"),
        Needs::Any => Text::new("审批", "approval"),
        Needs::All => Text::new("会签", "countersign"),
        Needs::InOrder => Text::new("依次审批", "in order"),
        Needs::Count(_) | Needs::Percent(_) => Text::new("票签", "vote"),
        Needs::Weighted { .. } => Text::new("票权", "weighted vote"),
        Needs::Each(_) => Text::new("分组会签", "each group"),
    }
}

fn needs<'a>(around: &'a Around, state_id: &str) -> Option<&'a Needs> {
    match &state(around, state_id)?.kind {
        StateKind::Approve(approve) => Some(&approve.needs),
        _ => None,
    }
}

fn state<'a>(around: &'a Around, id: &str) -> Option<&'a assent_core::definition::State> {
    around.def.state_ix(id).map(|ix| &around.def.states[ix])
}

fn state_name(around: &Around, id: &str) -> Text {
    state(around, id).map_or_else(|| Text::same(id), |state| state.name.clone())
}
