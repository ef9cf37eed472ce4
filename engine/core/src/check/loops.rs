//! Loops: a circle in which nobody and nothing waits would run until the cap on entries holds the instance.

use crate::definition::{Definition, Join, State, StateIx, StateKind, Target};
use crate::text::Text;

use super::finding::{Finding, at_part, at_state, called};
use super::graph::{Cause, Landing, edges, landing, parent};
use super::reach::Reach;
use super::structure::goes_back;

/// More rounds than this are surely a slip of the keyboard.
const ROUNDS_SENSIBLE_MAX: u32 = 100;

/// All findings about loops and rounds.
pub(super) fn check(def: &Definition, reach: &Reach) -> Vec<Finding> {
    let mut found: Vec<Finding> = rounds(def).into_iter().collect();
    found.extend(
        def.states
            .iter()
            .filter_map(|state| subflow_of_itself(def, state)),
    );
    if let Some(circle) = circle(def, reach, Passing::Surely) {
        found.push(circle_finding(def, &circle, Passing::Surely));
    } else if let Some(circle) = circle(def, reach, Passing::Perhaps) {
        found.push(circle_finding(def, &circle, Passing::Perhaps));
    }
    found
}

fn rounds(def: &Definition) -> Option<Finding> {
    let rounds = def.policies.rounds_max;
    if rounds == 0 && goes_back(def) {
        return Some(Finding::error(
            "rounds",
            "policies.rounds",
            Text::new(
                "rounds: 0 表示一次也不许退回，可流程里有 back_to:。",
                "rounds: 0 allows no return at all, but the flow has a back_to:.",
            ),
            Text::new(
                "请写允许退回的次数（默认 10），或者去掉 back_to:。",
                "Write how many returns are allowed (10 unless said), or remove the back_to:.",
            ),
        ));
    }
    (rounds > ROUNDS_SENSIBLE_MAX).then(|| {
        Finding::warning(
            "rounds",
            "policies.rounds",
            Text::new(
                format!("rounds: {rounds} 允许退回 {rounds} 次，等于没有上限。"),
                format!("rounds: {rounds} allows {rounds} returns, which is no limit at all."),
            ),
            Text::new(
                "请写一个真正想要的上限，例如 5 或 10。",
                "Write the limit you really mean, such as 5 or 10.",
            ),
        )
    })
}

/// A flow that starts itself: without a condition it never stops.
fn subflow_of_itself(def: &Definition, state: &State) -> Option<Finding> {
    let StateKind::Subflow { flow, .. } = &state.kind else {
        return None;
    };
    if *flow != def.flow {
        return None;
    }
    let name = called(state);
    // Under a condition it may be meant: a follow-up of the same kind.
    let make = if state.when.is_some() {
        Finding::warning
    } else {
        Finding::error
    };
    Some(make(
        "subflow-of-itself",
        at_part(state, "subflow"),
        Text::new(
            format!(
                "节点{}把本流程自己作为子流程，会一层一层不停地启动下去。",
                name.zh
            ),
            format!(
                "State {} runs this same flow as its subflow, which would start itself again and again.",
                name.en
            ),
        ),
        Text::new(
            "请换成另一个流程；如果要重新来过，请用 go: 或 back_to:。",
            "Name another flow; to start over, use go: or back_to:.",
        ),
    ))
}

/// Do we follow only states that certainly pass by themselves, or also those whose `when` may skip them?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Passing {
    Surely,
    Perhaps,
}

/// A circle of states that pass without anybody waiting, in order.
fn circle(def: &Definition, reach: &Reach, passing: Passing) -> Option<Vec<StateIx>> {
    let mut settled = vec![false; def.states.len()];
    for start in (0..def.states.len()).filter(|ix| reach.states[*ix]) {
        let mut path: Vec<(StateIx, Vec<StateIx>)> = Vec::new();
        let mut next = Some(start);
        while let Some(ix) = next {
            if let Some(at) = path.iter().position(|(on, _)| *on == ix) {
                return Some(path[at..].iter().map(|(on, _)| *on).collect());
            }
            if !settled[ix] {
                path.push((ix, passes_to(def, reach, ix, passing)));
            }
            next = loop {
                match path.last_mut() {
                    None => break None,
                    Some((on, rest)) => match rest.pop() {
                        Some(next) => break Some(next),
                        None => {
                            settled[*on] = true;
                            path.pop();
                        }
                    },
                }
            };
        }
    }
    None
}

/// Where a state leads without anybody waiting in it. Returns are left out: their number is capped.
fn passes_to(def: &Definition, reach: &Reach, ix: StateIx, passing: Passing) -> Vec<StateIx> {
    let state = &def.states[ix];
    let by_itself = automatic(def, ix, passing);
    let mut found = Vec::new();
    for edge in edges(def, ix) {
        let passes = match edge.cause {
            Cause::Skipped => passing == Passing::Perhaps,
            Cause::Done | Cause::Way(_) => by_itself,
            Cause::Action(_)
            | Cause::Rejected
            | Cause::Late(_)
            | Cause::Passed
            | Cause::Outcome(_) => false,
        };
        if !passes || !reach.possible(def, &edge) || matches!(edge.to, Target::BackTo(_)) {
            continue;
        }
        let mut landed = landing(def, edge.to, state.region);
        // The end of a branch leads on to what follows its parallel state.
        while let Landing::BranchDone(branch) = landed {
            let Some(up) = parent(def, branch) else {
                break;
            };
            if !automatic(def, up, passing) {
                break;
            }
            landed = landing(def, def.states[up].next, def.states[up].region);
        }
        if let Landing::State(to) = landed {
            found.push(to);
        }
    }
    found
}

/// Does the state go on by itself?
fn automatic(def: &Definition, ix: StateIx, passing: Passing) -> bool {
    match &def.states[ix].kind {
        StateKind::Rule { .. }
        | StateKind::Run(_)
        | StateKind::Choose { .. }
        | StateKind::Mail { .. } => true,
        StateKind::Subflow { beside, .. } => *beside,
        StateKind::Together { needs, branches } => {
            let passing_branches = branches
                .iter()
                .filter(|branch| {
                    let region = &def.regions[**branch];
                    (region.when.is_some() && passing == Passing::Perhaps)
                        || region
                            .states
                            .iter()
                            .all(|inner| automatic(def, *inner, passing))
                })
                .count();
            match needs {
                Join::All => passing_branches == branches.len(),
                Join::Any => passing_branches > 0,
                Join::Count(count) => {
                    passing_branches >= usize::try_from(*count).unwrap_or(usize::MAX)
                }
            }
        }
        StateKind::Draft { .. }
        | StateKind::Approve(_)
        | StateKind::Work { .. }
        | StateKind::WaitFor { .. }
        | StateKind::WaitUntil { .. }
        | StateKind::End { .. } => false,
    }
}

fn circle_finding(def: &Definition, circle: &[StateIx], passing: Passing) -> Finding {
    let way = |lang: crate::text::Lang| {
        let mut names: Vec<String> = circle
            .iter()
            .map(|ix| called(&def.states[*ix]).get(lang).to_owned())
            .collect();
        names.extend(names.first().cloned());
        names.join(" → ")
    };
    let (zh, en) = (way(crate::text::Lang::Zh), way(crate::text::Lang::En));
    let first = &def.states[circle.first().copied().unwrap_or_default()];
    let hint = Text::new(
        "请在循环里放一个有人办理或等待的节点（work、approve、wait），或者去掉往回的 go:。",
        "Put a state into the loop in which somebody acts or something waits (work, approve, wait), or remove the go: that leads back.",
    );
    match passing {
        Passing::Surely => Finding::error(
            "loop-without-wait",
            at_state(first),
            Text::new(
                format!("这是一个谁也不等的循环：{zh}，系统会不停地空转。"),
                format!("Nobody and nothing waits in this loop: {en}; it would spin without end."),
            ),
            hint,
        ),
        Passing::Perhaps => Finding::warning(
            "loop-may-not-wait",
            at_part(first, "when"),
            Text::new(
                format!("如果循环 {zh} 里的节点都因 when: 不成立而被跳过，系统会不停地空转。"),
                format!(
                    "If when: skips the states in the loop {en}, nobody waits in it and it would spin without end."
                ),
            ),
            hint,
        ),
    }
}
