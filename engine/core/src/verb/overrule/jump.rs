//! Jump 跳转: to a state that is legal at the level the instance stands on. Never into a parallel state from outside: there
//! would be branches nobody entered.

use super::overridden;
use crate::command::Override;
use crate::definition::{RegionIx, StateIx};
use crate::event::Change;
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::Run;
use crate::verb::shared::running;

/// The states it may jump to: of the whole flow's own level, and of the branches that are open.
pub(super) fn targets(run: &Run<'_>) -> Result<Vec<StateIx>, Refusal> {
    running(run)?;
    let open = (0..run.def.regions.len()).filter(|region| place(run, *region).is_some());
    let states = open.flat_map(|region| run.def.regions[region].states.iter().copied());
    let here = |ix: &StateIx| {
        let id = &run.def.states[*ix].id;
        run.case.instance.active.iter().any(|at| at.state == *id)
    };
    Ok(states.filter(|ix| !here(ix)).collect())
}

/// The entry around a level that may be entered now; `Some(None)` for the flow's own level.
#[expect(
    clippy::option_option,
    reason = "closed, open at the top, open inside an entry"
)]
fn place(run: &Run<'_>, region: RegionIx) -> Option<Option<u32>> {
    let Some(above) = run.def.regions[region].parent else {
        return Some(None);
    };
    let above = &run.def.states[above].id;
    let entry = run
        .case
        .instance
        .active
        .iter()
        .find(|active| active.state == *above)?
        .entry;
    let branch = &run.def.regions[region].id;
    run.case
        .instance
        .branch_open(entry, branch)
        .then_some(Some(entry))
}

pub(super) fn perform(run: &mut Run<'_>, to: &str, reason: &str) -> Result<(), Refusal> {
    let legal = targets(run)?;
    let found = run.def.state_ix(to).filter(|ix| legal.contains(ix));
    let Some(ix) = found else {
        return Err(not_legal(run, &legal, to));
    };
    let region = run.def.states[ix].region;
    let parent = place(run, region).flatten();
    let act = Override::Jump { to: to.to_owned() };
    overridden(run, act, reason);
    let because = Text::new(
        format!("管理员跳转：{reason}"),
        format!("Moved by an administrator: {reason}"),
    );
    let from = leave_level(run, region, parent, &because);
    let passed = run
        .case
        .instance
        .path
        .iter()
        .any(|passed| passed.state == to && passed.entry != 0);
    if passed {
        // Going back is a new round: what was decided after that state no longer stands.
        let (dropped, skips) = run.dropped(ix);
        run.emit(Change::Returned {
            from,
            to: to.to_owned(),
            round: run.case.instance.round + 1,
            dropped,
            kept: vec![],
            because,
            comment: run.comment.clone(),
            say: None,
            skips: Some(skips),
            anew: run.def.states[ix].is_parallel(),
        });
    }
    run.enter(ix, parent)
}

/// Leaves what stands on that level, with everything inside it; says which state that was.
fn leave_level(run: &mut Run<'_>, region: RegionIx, parent: Option<u32>, because: &Text) -> String {
    let mut from = String::new();
    let held = run.case.instance.holds.clone();
    for held in held {
        let here = run
            .def
            .state_ix(&held.state)
            .is_some_and(|ix| run.within_region(ix, region));
        if here {
            from.clone_from(&held.state);
            run.emit(Change::Resumed {
                state: held.state,
                comment: run.comment.clone(),
            });
        }
    }
    let on_level = run.case.instance.active.iter().find(|active| {
        let at = run.def.state_ix(&active.state);
        active.parent == parent && at.is_some_and(|ix| run.def.states[ix].region == region)
    });
    if let Some((state, entry)) = on_level.map(|active| (active.state.clone(), active.entry)) {
        from = state;
        run.drop_composite(entry, because);
    }
    from
}

fn not_legal(run: &Run<'_>, legal: &[StateIx], to: &str) -> Refusal {
    let names = |pick: fn(&Text) -> &str| {
        let names = legal.iter().map(|ix| pick(&run.def.states[*ix].name));
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let zh = format!(
        "不能跳转到那里；现在可以跳转到：{}。",
        names(|name| &name.zh).join("、")
    );
    let en = format!(
        "It cannot jump there; now it can go to {}.",
        names(|name| &name.en).join(", ")
    );
    Refusal::new(RefusalKind::Input, "not_a_jump_target", zh, en).with("to", to)
}
