//! The structure that is drawn: what stands below what, and which ways out are not the arrow to the next one.

use super::words;
use crate::definition::{
    Definition, LateAct, Outcome, Region, State, StateIx, StateKind, Target, Way,
};
use crate::people::{Ids, Names};
use crate::text::Text;

/// A place an arrow can lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// A state.
    State(StateIx),
    /// The end an instance reaches by falling off the last state.
    Finish,
}

/// One thing in a column.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// A state by itself.
    State(StateIx),
    /// A parallel state with its branches.
    Together(StateIx, Vec<Branch>),
    /// A choice with the ways whose states stand inline.
    Choose(StateIx, Vec<Branch>),
    /// See [`Spot::Finish`].
    Finish,
}

impl Item {
    pub(super) fn spot(&self) -> Spot {
        match self {
            Item::State(ix) | Item::Together(ix, _) | Item::Choose(ix, _) => Spot::State(*ix),
            Item::Finish => Spot::Finish,
        }
    }
}

/// A branch of a parallel state or a way of a choice: a column of its own.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    /// What stands above it: a branch's name, a way's condition.
    pub caption: Text,
    /// The condition on it.
    pub when: Option<Text>,
    pub items: Vec<Item>,
}

/// A way out of a state that is not the arrow to the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exit {
    pub to: Spot,
    /// Short: "拒绝退回", an action's name; empty for a plain `go:`.
    pub label: Text,
    pub kind: ExitKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExitKind {
    Plain,
    /// Back to a state already passed, or a rejection.
    Back,
    Late,
}

/// How a thing is joined to what stands below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Onward {
    /// It leads there.
    Leads,
    /// Only when it is skipped.
    SkipsTo,
    /// It does not.
    No,
}

/// The structure of a whole flow.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub root: Vec<Item>,
    /// By state.
    pub exits: Vec<Vec<Exit>>,
    /// By state.
    pub onward: Vec<Onward>,
    /// By state: the words beside the arrow to what stands below (an action, a condition).
    pub onward_label: Vec<Text>,
}

/// `names` says how other flows and their ends are called.
pub(super) fn plan(def: &Definition, names: &dyn Names) -> Plan {
    let mut plan = Plan {
        root: def
            .regions
            .first()
            .map(|root| items(def, root))
            .unwrap_or_default(),
        exits: vec![vec![]; def.states.len()],
        onward: vec![Onward::No; def.states.len()],
        onward_label: vec![Text::default(); def.states.len()],
    };
    let finishes = def.states.iter().any(|state| {
        ways_out(state, &Ids)
            .iter()
            .any(|(to, ..)| *to == Target::Finish)
            || (state.when.is_some() && state.skip_to == Target::Finish)
    });
    if finishes {
        plan.root.push(Item::Finish);
    }
    let root = plan.root.clone();
    connect(&Called { def, names }, &mut plan, &root, None);
    plan
}

/// The flow, and how others are called in it.
struct Called<'a> {
    def: &'a Definition,
    names: &'a dyn Names,
}

/// Sorts the ways out of every state of a column into the arrow to what stands below and the exits.
fn connect(called: &Called<'_>, plan: &mut Plan, items: &[Item], below: Option<Spot>) {
    for (at, item) in items.iter().enumerate() {
        let below = items.get(at + 1).map(Item::spot).or(below);
        match item {
            Item::Finish => {}
            Item::State(ix) => connect_state(called, plan, *ix, below, &[]),
            Item::Together(ix, branches) => {
                connect_state(called, plan, *ix, below, &[]);
                branches
                    .iter()
                    .for_each(|branch| connect(called, plan, &branch.items, None));
            }
            Item::Choose(ix, ways) => {
                let inline: Vec<Spot> = ways
                    .iter()
                    .flat_map(|way| way.items.first().map(Item::spot))
                    .collect();
                connect_state(called, plan, *ix, below, &inline);
                ways.iter()
                    .for_each(|way| connect(called, plan, &way.items, below));
                hoist(plan, *ix, &inline);
            }
        }
    }
}

fn connect_state(
    called: &Called<'_>,
    plan: &mut Plan,
    ix: StateIx,
    below: Option<Spot>,
    inline: &[Spot],
) {
    let state = &called.def.states[ix];
    let skips = state.when.is_some() && spot(state.skip_to).is_some_and(|to| Some(to) == below);
    let mut onward = if skips { Onward::SkipsTo } else { Onward::No };
    for (to, label, kind) in ways_out(state, called.names) {
        let Some(to) = spot(to) else { continue };
        if Some(to) == below && kind == ExitKind::Plain {
            onward = Onward::Leads;
            if chosen(&state.kind) {
                add_label(&mut plan.onward_label[ix], &label);
            }
        } else if !inline.contains(&to) {
            let exit = Exit { to, label, kind };
            if !plan.exits[ix].contains(&exit) {
                plan.exits[ix].push(exit);
            }
        }
    }
    plan.onward[ix] = onward;
}

/// Is one of several ways taken by somebody or something?
fn chosen(kind: &StateKind) -> bool {
    match kind {
        StateKind::Work { actions, .. } => actions.len() > 1,
        StateKind::Choose { .. } => true,
        StateKind::Draft { .. }
        | StateKind::Approve(_)
        | StateKind::Rule { .. }
        | StateKind::Run(_)
        | StateKind::Mail { .. }
        | StateKind::WaitFor { .. }
        | StateKind::WaitUntil { .. }
        | StateKind::Subflow { .. }
        | StateKind::Together { .. }
        | StateKind::End { .. } => false,
    }
}

fn add_label(label: &mut Text, more: &Text) {
    let between = if label.zh.is_empty() {
        ("", "")
    } else {
        ("、", ", ")
    };
    label.zh = format!("{}{}{}", label.zh, between.0, more.zh);
    label.en = format!("{}{}{}", label.en, between.1, more.en);
}

/// What all ways of a choice have in common is said once, at the choice.
fn hoist(plan: &mut Plan, choice: StateIx, inline: &[Spot]) {
    let ways: Vec<StateIx> = inline
        .iter()
        .filter_map(|spot| {
            if let Spot::State(ix) = spot {
                Some(*ix)
            } else {
                None
            }
        })
        .collect();
    let Some((first, others)) = ways.split_first() else {
        return;
    };
    let common: Vec<Exit> = plan.exits[*first]
        .iter()
        .filter(|exit| others.iter().all(|other| plan.exits[*other].contains(exit)))
        .cloned()
        .collect();
    for way in &ways {
        plan.exits[*way].retain(|exit| !common.contains(exit));
    }
    plan.exits[choice].extend(common);
    if ways.iter().any(|way| plan.onward[*way] == Onward::Leads) {
        plan.onward[choice] = Onward::Leads;
    }
    // Inside the choice's frame nothing stands below a way.
    for way in ways {
        plan.onward[way] = Onward::No;
    }
}

fn items(def: &Definition, region: &Region) -> Vec<Item> {
    let (mut items, mut at) = (vec![], 0);
    while let Some(&ix) = region.states.get(at) {
        at += 1;
        items.push(match &def.states[ix].kind {
            StateKind::Together { branches, .. } => {
                let branches = branches
                    .iter()
                    .filter_map(|region| def.regions.get(*region));
                Item::Together(ix, branches.map(|region| branch(def, region)).collect())
            }
            StateKind::Choose { ways } => {
                let inline = inline_ways(def, ways, &region.states[at..]);
                at += inline.len();
                Item::Choose(ix, inline)
            }
            StateKind::Draft { .. }
            | StateKind::Approve(_)
            | StateKind::Work { .. }
            | StateKind::Rule { .. }
            | StateKind::Run(_)
            | StateKind::Mail { .. }
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Subflow { .. }
            | StateKind::End { .. } => Item::State(ix),
        });
    }
    items
}

fn branch(def: &Definition, region: &Region) -> Branch {
    Branch {
        caption: region.name.clone(),
        when: region.when.as_ref().map(words::condition),
        items: items(def, region),
    }
}

/// The states right after a choice that its ways lead to, in the ways' order: drawn side by side unless one of them leads
/// to another of them (then they are a sequence, not alternatives).
fn inline_ways(def: &Definition, ways: &[Way], after: &[StateIx]) -> Vec<Branch> {
    let mut inline: Vec<(StateIx, &Way)> = vec![];
    for way in ways {
        let next = after.get(inline.len()).copied();
        if let Some(next) = next.filter(|next| way.to == Target::Go(*next)) {
            inline.push((next, way));
        }
    }
    let among =
        |to: Target| spot(to).is_some_and(|to| inline.iter().any(|(ix, _)| Spot::State(*ix) == to));
    let sequence = inline.iter().any(|(ix, _)| {
        let state = &def.states[*ix];
        // A parallel state or another choice is too large for a way's column.
        let large = matches!(
            state.kind,
            StateKind::Together { .. } | StateKind::Choose { .. }
        );
        large
            || ways_out(state, &Ids).iter().any(|(to, ..)| among(*to))
            || (state.when.is_some() && among(state.skip_to))
    });
    if sequence {
        return vec![];
    }
    inline
        .into_iter()
        .map(|(ix, way)| Branch {
            caption: if way.when.is_none() {
                Text::new("否则", "otherwise")
            } else {
                Text::default()
            },
            when: way.when.as_ref().map(words::condition),
            items: vec![Item::State(ix)],
        })
        .collect()
}

/// Where a state can lead, with a short label. A rejection nobody catches ends the instance and is not drawn.
fn ways_out(state: &State, names: &dyn Names) -> Vec<(Target, Text, ExitKind)> {
    let back = |to: Target| matches!(to, Target::BackTo(_));
    let plain = |to: Target, label: Text| {
        (
            to,
            label,
            if back(to) {
                ExitKind::Back
            } else {
                ExitKind::Plain
            },
        )
    };
    let approved = || Text::new("同意", "approved");
    let mut ways = match &state.kind {
        StateKind::End { .. } => vec![],
        StateKind::Work { actions, .. } if !actions.is_empty() => actions
            .iter()
            .map(|action| plain(action.to, action.name.clone()))
            .collect(),
        StateKind::Choose { ways } => ways
            .iter()
            .map(|way| plain(way.to, way_label(way)))
            .collect(),
        StateKind::Approve(_) => vec![plain(state.next, approved())],
        StateKind::Draft { .. }
        | StateKind::Work { .. }
        | StateKind::Rule { .. }
        | StateKind::Run(_)
        | StateKind::Mail { .. }
        | StateKind::WaitFor { .. }
        | StateKind::WaitUntil { .. }
        | StateKind::Subflow { .. }
        | StateKind::Together { .. } => vec![plain(state.next, Text::default())],
    };
    if decides(&state.kind) {
        let label = if back(state.if_rejected) {
            Text::new("拒绝退回", "rejected, back")
        } else {
            Text::new("拒绝", "rejected")
        };
        ways.push((state.if_rejected, label, ExitKind::Back));
    }
    if let StateKind::Subflow {
        flow,
        outcomes,
        beside: false,
        ..
    } = &state.kind
    {
        for (how, to) in outcomes {
            let label = names.outcome(flow, how.word());
            ways.push(plain(*to, label.unwrap_or_else(|| words::outcome(how))));
        }
        if !outcomes.iter().any(|(how, _)| *how == Outcome::Rejected) {
            let label = Text::new("子流程未通过", "subflow not approved");
            ways.push((state.if_rejected, label, ExitKind::Back));
        }
    }
    for rung in &state.if_late {
        if let LateAct::Go(to) = rung.act {
            ways.push((Target::Go(to), Text::new("超时", "late"), ExitKind::Late));
        }
    }
    ways
}

fn decides(kind: &StateKind) -> bool {
    matches!(kind, StateKind::Approve(_) | StateKind::Together { .. })
}

fn way_label(way: &Way) -> Text {
    match &way.when {
        Some(when) => words::condition(when),
        None => Text::new("否则", "otherwise"),
    }
}

fn spot(to: Target) -> Option<Spot> {
    match to {
        Target::Go(ix) | Target::BackTo(ix) => Some(Spot::State(ix)),
        Target::Finish => Some(Spot::Finish),
        Target::BranchEnd | Target::Reject => None,
    }
}
