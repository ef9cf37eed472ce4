//! Reachability, ends, joins and loops.

use crate::definition::{Definition, Join, StateIx, StateKind, Target};
use crate::text::Text;

use super::finding::{Finding, at_part, at_state, called, list, named};
use super::graph::edges;
use super::reach::{Reach, ending, successors};

/// All findings about the shape of the flow.
pub(super) fn check(def: &Definition, reach: &Reach) -> Vec<Finding> {
    let mut found: Vec<Finding> = no_draft(def).into_iter().collect();
    let mut joins = Vec::new();
    for (ix, state) in def.states.iter().enumerate() {
        if reach.states[ix]
            && let StateKind::Together { needs, branches } = &state.kind
        {
            joins.extend(join(def, reach, ix, *needs, branches));
        }
    }
    let stuck = no_end(def, reach);
    // What cannot be reached only because of these was told with them.
    let endless = joins.iter().any(|join| join.code == BRANCH_CANNOT_FINISH) || !stuck.is_empty();
    let mended = endless.then(|| Reach::with_all_branches_done(def));
    let lost = unreachable(def, mended.as_ref().unwrap_or(reach));
    found.extend(
        lost.into_iter()
            .filter(|(ix, _)| {
                stuck.is_empty() || !matches!(def.states[*ix].kind, StateKind::End { .. })
            })
            .map(|(_, finding)| finding),
    );
    found.extend(stuck);
    found.extend(joins);
    found
}

const BRANCH_CANNOT_FINISH: &str = "branch-cannot-finish";

/// A form that nobody is asked to fill in.
fn no_draft(def: &Definition) -> Option<Finding> {
    let first = *def.regions.first()?.states.first()?;
    let state = &def.states[first];
    if !def.own_form || matches!(state.kind, StateKind::Draft { .. }) {
        return None;
    }
    let name = called(state);
    Some(Finding::error(
        "form-without-draft",
        at_state(state),
        Text::new(
            format!(
                "流程带有表单（form:），但第一个节点{}不是申请节点：没有人填写表单，必填项也没有人检查。",
                name.zh
            ),
            format!(
                "The flow has a form, but its first state {} is no draft: nobody fills the form in, and nothing asks for its required fields.",
                name.en
            ),
        ),
        Text::new(
            "请把第一个节点写成 draft: {by: applicant}。",
            "Make the first state draft: {by: applicant}.",
        ),
    ))
}

/// One finding per island: its first state, and what else is only reached from there.
fn unreachable(def: &Definition, reach: &Reach) -> Vec<(StateIx, Finding)> {
    let mut told = reach.states.clone();
    let mut found = Vec::new();
    // States that nothing leads to come first, so that a chain is told once, from its head.
    let lost: Vec<StateIx> = (0..def.states.len()).filter(|ix| !told[*ix]).collect();
    let heads = lost.iter().filter(|ix| {
        !lost
            .iter()
            .any(|from| from != *ix && successors_anyway(def, *from).contains(ix))
    });
    let in_order: Vec<StateIx> = heads.chain(lost.iter()).copied().collect();
    for ix in in_order {
        if told[ix] {
            continue;
        }
        let mut with = Vec::new();
        let mut open = vec![ix];
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut told[at], true) {
                continue;
            }
            if at != ix {
                with.push(called(&def.states[at]));
            }
            open.extend(successors_anyway(def, at));
        }
        found.push((ix, unreachable_finding(def, ix, &with)));
    }
    found
}

/// Successors of a state that may itself be unreachable.
fn successors_anyway(def: &Definition, ix: StateIx) -> Vec<StateIx> {
    let everything = Reach {
        states: vec![true; def.states.len()],
        done: vec![true; def.regions.len()],
        rejected: vec![true; def.regions.len()],
    };
    successors(def, &everything, ix)
}

fn unreachable_finding(def: &Definition, ix: StateIx, with: &[Text]) -> Finding {
    let state = &def.states[ix];
    let (name, others) = (called(state), list(with));
    let (more_zh, more_en) = if with.is_empty() {
        (String::new(), String::new())
    } else {
        (
            format!("，只能经过它到达的{}也一样", others.zh),
            format!(", nor do those behind it: {}", others.en),
        )
    };
    let region = &def.regions[state.region];
    let before = region
        .states
        .iter()
        .take_while(|at| **at != ix)
        .last()
        .map(|at| called(&def.states[*at]));
    let hint = before.map_or_else(
        || Text::new("请用 go: 让某个节点去往它，或者删除它。", "Lead to it with go: from some state, or remove it."),
        |before| {
            Text::new(
                format!("它前面的{}没有走到这里。请用 go: 让某个节点去往它，或者删除它。", before.zh),
                format!("The state before it, {}, does not lead here. Lead to it with go: from some state, or remove it.", before.en),
            )
        },
    );
    Finding::error(
        "state-unreachable",
        at_state(state),
        Text::new(
            format!("没有任何路径能走到节点{}{more_zh}。", name.zh),
            format!("No way leads to state {}{more_en}.", name.en),
        ),
        hint,
    )
}

/// States from which the instance can never come to an end; one finding for each group that hangs together.
fn no_end(def: &Definition, reach: &Reach) -> Vec<Finding> {
    let ends = ending(def, reach);
    let stuck: Vec<StateIx> = (0..def.states.len())
        .filter(|ix| reach.states[*ix] && !ends[*ix])
        .collect();
    let mut told = vec![false; def.states.len()];
    let mut found = Vec::new();
    for first in &stuck {
        if told[*first] {
            continue;
        }
        let (mut group, mut open) = (Vec::new(), vec![*first]);
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut told[at], true) {
                continue;
            }
            group.push(called(&def.states[at]));
            open.extend(successors(def, reach, at));
        }
        let state = &def.states[*first];
        let names = list(&group);
        let (zh, en) = if group.len() == 1 {
            (
                format!("流程到了节点{}就再也走不到结束。", names.zh),
                format!("From state {} the flow can never come to an end.", names.en),
            )
        } else {
            (
                format!(
                    "流程进入节点{}之后，只会在它们之间打转，永远走不到结束。",
                    names.zh
                ),
                format!(
                    "Once in {} the flow only goes round between them and never comes to an end.",
                    names.en
                ),
            )
        };
        found.push(Finding::error(
            "no-way-to-end",
            at_state(state),
            Text::new(zh, en),
            Text::new(
                "请给其中至少一个节点加一条出路：go: 到一个 end: 节点，或者增加一个能离开的操作（actions）。",
                "Give at least one of them a way out: go: to an end: state, or an action that leaves the circle.",
            ),
        ));
    }
    found
}

/// A join must be able to settle.
fn join(
    def: &Definition,
    reach: &Reach,
    ix: StateIx,
    needs: Join,
    branches: &[crate::definition::RegionIx],
) -> Vec<Finding> {
    let state = &def.states[ix];
    let name = called(state);
    let mut found = Vec::new();
    if let Join::Count(count) = needs {
        found.extend(join_count(def, state, count, branches));
    }
    // A branch that leaves the whole parallel state, or is rejected, keeps nobody waiting.
    let ends = super::reach::ending(def, reach);
    let gets_out = |branch: usize| {
        let first = def.regions[branch].states.first();
        reach.done[branch] || reach.rejected[branch] || first.is_none_or(|first| ends[*first])
    };
    let endless: Vec<_> = branches
        .iter()
        .filter(|branch| !gets_out(**branch))
        .collect();
    let settled = reach.can_join(def, needs, branches);
    if endless.is_empty() || (settled && needs != Join::All) {
        return found;
    }
    for branch in endless {
        let region = &def.regions[*branch];
        let branch_name = named(&region.name, &region.id);
        found.push(Finding::error(
            BRANCH_CANNOT_FINISH,
            format!("branches.{}.{}", state.id, region.id),
            Text::new(
                format!("并行节点{}要等分支{}办完，可这个分支里没有一条路能走到分支末尾，流程会一直等下去。", name.zh, branch_name.zh),
                format!("Parallel state {} waits for branch {}, but no way inside it comes to the end of the branch: it would wait for ever.", name.en, branch_name.en),
            ),
            Text::new(
                "请让分支里最后要办的节点不写 go:（走到分支末尾即算办完），或者把 needs: 改为 any 或更少的分支数。",
                "Let the last state of the branch lead on without go: (the end of the branch counts as done), or lower needs: to any or to fewer branches.",
            ),
        ));
    }
    found
}

fn join_count(
    def: &Definition,
    state: &crate::definition::State,
    count: u32,
    branches: &[crate::definition::RegionIx],
) -> Option<Finding> {
    let name = called(state);
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let sure = branches
        .iter()
        .filter(|branch| def.regions[**branch].when.is_none())
        .count();
    (count > sure).then(|| {
        Finding::warning(
            "join-may-be-short",
            at_part(state, "together.needs"),
            Text::new(
                format!("并行节点{}需要 {count} 个分支办完，但只有 {sure} 个分支一定会进入，其余的带有 when: 条件；进入的分支不够时，系统只等进入的那些。", name.zh),
                format!("Parallel state {} needs {count} branches, but only {sure} are entered for certain, the others have a when:; where fewer are entered, only those are waited for.", name.en),
            ),
            Text::new(
                "如果本意是“进入的分支都要办完”，请写 needs: all。",
                "If every branch that is entered must be done, write needs: all.",
            ),
        )
    })
}

/// Is there a way back to earlier states, so that rounds matter?
pub(super) fn goes_back(def: &Definition) -> bool {
    (0..def.states.len()).any(|ix| {
        edges(def, ix)
            .iter()
            .any(|edge| matches!(edge.to, Target::BackTo(_)))
    })
}
