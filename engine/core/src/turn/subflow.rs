//! Subflows: asking for children, counting how they end, and stopping those nobody wants any more.

use crate::definition::{ForEach, Join, Outcome, State, StateIx, StateKind, Target};
use crate::event::Change;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::turn::Run;
use crate::turn::auto::made_id;
use crate::turn::hold::Trouble;
use crate::value::{Value, Values};

/// Most children of one state.
const CHILDREN_MAX: usize = 200;

impl Run<'_> {
    /// Asks for the children of a subflow state.
    pub(crate) fn subflow(
        &mut self,
        ix: StateIx,
        entry: u32,
        parent: Option<u32>,
    ) -> Result<(), Refusal> {
        let state = &self.def.states[ix];
        let StateKind::Subflow {
            flow,
            link,
            beside,
            each,
            ..
        } = &state.kind
        else {
            return Ok(());
        };
        if let Some(ForEach::People { who, .. }) = each
            && let Err(trouble) = self.draw(state, std::slice::from_ref(who))
        {
            return self.hold(state, Some(entry), trouble);
        }
        let children = match self.first_values(state, each.as_ref()) {
            Ok(children) if children.len() > CHILDREN_MAX => {
                let n = children.len();
                let zh = format!(
                    "节点“{}”要启动 {n} 个子流程，最多 {CHILDREN_MAX} 个。",
                    state.name.zh
                );
                let en = format!(
                    "“{}” would start {n} subflows; at most {CHILDREN_MAX} are allowed.",
                    state.name.en
                );
                let trouble = Trouble::new("too_many_children", zh, en);
                return self.hold(state, Some(entry), trouble);
            }
            Ok(children) => children,
            Err(why) => {
                let trouble = Trouble::nobody(&state.name, &why);
                return self.hold(state, Some(entry), trouble);
            }
        };
        for (number, set) in children.iter().enumerate() {
            let child = child_id(&self.case.instance.id, entry, each.as_ref().map(|_| number));
            self.emit(Change::SubflowAsked {
                flow: flow.clone(),
                entry,
                link: link.clone(),
                child,
                beside: *beside,
                set: set.clone(),
            });
        }
        // Nothing to wait for: beside, or a table without rows.
        if *beside || children.is_empty() {
            return self.leave(ix, entry, parent, state.next);
        }
        Ok(())
    }

    /// The first values of every child: one without any, one per row, or one per person.
    fn first_values(
        &self,
        state: &State,
        each: Option<&ForEach>,
    ) -> Result<Vec<Values>, Vec<Text>> {
        match each {
            None => Ok(vec![Values::new()]),
            Some(ForEach::Rows(field)) => Ok(rows(self.case.values.get(field))),
            Some(ForEach::People { who, field }) => {
                let found = self.resolve_at(state, who);
                let mut people = found.people;
                people.retain(|person| self.cx.organisation.may_act(person));
                if people.is_empty() {
                    return Err(found.why);
                }
                let one = |person: String| Values::from([(field.clone(), Value::Text(person))]);
                Ok(people.into_iter().map(one).collect())
            }
        }
    }

    /// A child ended: goes on once enough ended well, or once they cannot any more.
    pub(crate) fn count_children(&mut self, entry: u32, outcome: &Outcome) -> Result<(), Refusal> {
        let (active, state) = self.entry(entry)?;
        let (ix, parent) = (self.state_ix(&active.state)?, active.parent);
        let StateKind::Subflow {
            needs, outcomes, ..
        } = &state.kind
        else {
            return Ok(());
        };
        let children: Vec<&Option<Outcome>> = self
            .case
            .instance
            .children
            .iter()
            .filter(|child| child.entry == entry && !child.beside)
            .map(|child| &child.outcome)
            .collect();
        let well = |outcome: &Outcome| leads(outcome, outcomes, state.if_rejected).is_none();
        let done = children
            .iter()
            .filter(|outcome| outcome.as_ref().is_some_and(well))
            .count();
        let open = children.iter().filter(|outcome| outcome.is_none()).count();
        let required = match needs {
            Join::All => children.len(),
            Join::Any => 1,
            Join::Count(count) => {
                usize::try_from(*count).map_or(children.len(), |count| count.min(children.len()))
            }
        };
        if done >= required {
            self.leave(ix, entry, parent, state.next)
        } else if done + open < required {
            let target = leads(outcome, outcomes, state.if_rejected).unwrap_or(state.if_rejected);
            self.leave(ix, entry, parent, target)
        } else {
            Ok(())
        }
    }

    /// The state that waits for them is left: those that still run are withdrawn.
    pub(crate) fn stop_children(&mut self, entry: u32, because: &Text) {
        let running = self.case.instance.children.iter();
        let running: Vec<String> = running
            .filter(|child| child.entry == entry && !child.beside && child.outcome.is_none())
            .map(|child| child.id.clone())
            .collect();
        for child in running {
            self.emit(Change::SubflowStopped {
                child,
                because: because.clone(),
            });
        }
    }

    /// An instance that is withdrawn or cancelled takes those that run beside it along; one that ends otherwise does not.
    pub(crate) fn stop_those_beside(&mut self, outcome: &Outcome, because: &Text) {
        match outcome {
            Outcome::Approved | Outcome::Rejected | Outcome::Named(_) => return,
            Outcome::Withdrawn | Outcome::Cancelled => {}
        }
        let beside = self.case.instance.children.iter();
        let beside: Vec<String> = beside
            .filter(|child| child.beside)
            .map(|child| child.id.clone())
            .collect();
        for child in beside {
            self.emit(Change::SubflowStopped {
                child,
                because: because.clone(),
            });
        }
    }
}

/// Where an outcome leads; none when it counts as having ended well.
fn leads(outcome: &Outcome, mapped: &[(Outcome, Target)], if_rejected: Target) -> Option<Target> {
    if *outcome == Outcome::Approved {
        return None;
    }
    let way = mapped.iter().find(|(known, _)| known == outcome);
    match (way, outcome) {
        (Some((_, to)), _) => Some(*to),
        (None, Outcome::Approved | Outcome::Named(_)) => None,
        (None, Outcome::Rejected | Outcome::Withdrawn | Outcome::Cancelled) => Some(if_rejected),
    }
}

fn rows(value: Option<&Value>) -> Vec<Values> {
    let rows = value.map(Value::rows).unwrap_or_default();
    rows.into_iter().cloned().collect()
}

/// The id of a subflow's instance: made from its parent, entry and number, so that asking twice makes one.
fn child_id(parent: &str, entry: u32, number: Option<usize>) -> String {
    let purpose = match number {
        None => format!("subflow:{entry}"),
        Some(number) => format!("subflow:{entry}:{number}"),
    };
    made_id(parent, &purpose)
}
