//! Asking people: who, by which policies not, and a task each.

use crate::command::Verdict;
use crate::condition::NoValue;
use crate::definition::{Approve, Needs, Nobody, PeopleRef, SamePerson, Signatures, State};
use crate::event::Change;
use crate::instance::{Decision, TaskKind, Voter};
use crate::people::PersonId;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::turn::Run;
use crate::turn::candidates::Sorted;
use crate::turn::hold::Trouble;
use crate::turn::regroup::regrouped;
use crate::turn::tally::{reachable, required};

/// The mail sent to whoever is asked, unless the state names another.
pub const ASK_MAIL: &str = "ask";

impl Run<'_> {
    /// Opens an approval: resolves, applies `own_request`, `same_person` and `nobody`, opens tasks, counts earlier signatures.
    pub(crate) fn ask(
        &mut self,
        state: &State,
        entry: u32,
        approve: &Approve,
    ) -> Result<(), Refusal> {
        let sorted = match self.candidates(state, &approve.by) {
            Ok(sorted) => sorted,
            Err(trouble) => return self.hold(state, Some(entry), trouble),
        };
        if sorted.asked.is_empty() || sorted.missing.is_some() {
            return self.nobody_remains(state, entry, sorted);
        }
        // Asked once more in the same entry: whoever has voted has voted, and whoever was added stays.
        let before = self.voters(entry);
        let voters = regrouped(&before, &sorted.asked);
        let ballots = self.ballots_of(state, approve, &before, &voters);
        if !before.is_empty() {
            self.asked_anew(entry, approve, &ballots);
        }
        let required = required(&approve.needs, &ballots);
        if !reachable(&approve.needs, &ballots) {
            return self.hold(state, Some(entry), too_few(state, required, voters.len()));
        }
        self.emit(Change::Asked {
            entry,
            voters,
            left_out: sorted.left_out,
            stand_ins: sorted.stand_ins,
            required,
            weights: each_unless(&ballots, |voter| voter.weight, &1),
            groups: each_unless(&ballots, |voter| voter.groups.clone(), &vec![]),
        });
        if approve.claim {
            let mut pool = sorted.asked;
            pool.retain(|(person, _)| !self.has_voted(entry, person));
            if !pool.is_empty() && self.outcome(entry).is_none() {
                self.open_pool(state, entry, TaskKind::Approve, &pool);
            }
            return self.settle(entry);
        }
        self.count_earlier(state, entry, &sorted.asked);
        if before.is_empty() {
            self.open_votes(state, entry, approve, &sorted.asked);
        } else if approve.needs != Needs::InOrder && self.outcome(entry).is_none() {
            self.ask_newcomers(state, entry, TaskKind::Approve, &sorted.asked);
        }
        self.settle(entry)
    }

    /// 认领: one task for all candidates, until one of them claims it.
    pub(crate) fn open_pool(
        &mut self,
        state: &State,
        entry: u32,
        kind: TaskKind,
        asked: &[(PersonId, Vec<Text>)],
    ) {
        let mut why: Vec<Text> = vec![];
        for text in asked.iter().flat_map(|(_, why)| why) {
            if !why.contains(text) {
                why.push(text.clone());
            }
        }
        let candidates: Vec<PersonId> = asked.iter().map(|(person, _)| person.clone()).collect();
        let task = self.emit_task(
            state,
            entry,
            kind,
            NewTask {
                candidates: candidates.clone(),
                why,
                ..NewTask::default()
            },
        );
        let mail = state.mail.clone().unwrap_or_else(|| ASK_MAIL.to_owned());
        self.mail(&mail, candidates, Some(task), &state.id);
    }

    /// Nobody may be asked: what the policies say, and never a silent skip.
    fn nobody_remains(&mut self, state: &State, entry: u32, sorted: Sorted) -> Result<(), Refusal> {
        if let Some(path) = sorted.missing {
            let trouble = Trouble::no_value(self.def, &NoValue::Missing(path));
            return self.hold(state, Some(entry), trouble);
        }
        if sorted.own_request_passes {
            let because = Text::new(
                "候选人只有发起人本人，按流程策略通过",
                "Only the applicant remained; passed by the flow's policy",
            );
            return self.system_settle(state, entry, Verdict::Approve, because);
        }
        match self.nobody(state) {
            Nobody::Pass => {
                let because = nobody_text("通过", "approved");
                self.system_settle(state, entry, Verdict::Approve, because)
            }
            Nobody::Reject => {
                let because = nobody_text("拒绝", "rejected");
                self.system_settle(state, entry, Verdict::Reject, because)
            }
            Nobody::Hold | Nobody::Fallback(_) | Nobody::Superior => {
                let trouble = Trouble::nobody(&state.name, &sorted.why_nobody);
                self.hold(state, Some(entry), trouble)
            }
        }
    }

    /// Opens a work state: one task per person, the first who acts settles it.
    pub(crate) fn ask_work(
        &mut self,
        state: &State,
        entry: u32,
        by: &[PeopleRef],
        claim: bool,
    ) -> Result<(), Refusal> {
        let sorted = match self.candidates(state, by) {
            Ok(sorted) => sorted,
            Err(trouble) => return self.hold(state, Some(entry), trouble),
        };
        let asked = sorted.asked;
        if asked.is_empty() || sorted.missing.is_some() {
            let trouble = match sorted.missing {
                Some(path) => Trouble::no_value(self.def, &NoValue::Missing(path)),
                None => Trouble::nobody(&state.name, &sorted.why_nobody),
            };
            return self.hold(state, Some(entry), trouble);
        }
        let voters = asked.iter().map(|(person, _)| person.clone()).collect();
        self.emit(Change::Asked {
            entry,
            voters,
            left_out: sorted.left_out,
            stand_ins: sorted.stand_ins,
            required: 1,
            weights: vec![],
            groups: vec![],
        });
        if claim {
            self.open_pool(state, entry, TaskKind::Work, &asked);
            return Ok(());
        }
        for (person, why) in asked {
            self.open_task(state, entry, TaskKind::Work, person.clone(), person, why);
        }
        Ok(())
    }

    /// `same_person: consecutive | once`: an earlier approval on unchanged facts counts here too.
    fn count_earlier(&mut self, state: &State, entry: u32, asked: &[(PersonId, Vec<Text>)]) {
        let policy = state
            .policies
            .same_person
            .unwrap_or(self.def.policies.same_person);
        let instance = &self.case.instance;
        let standing: Vec<&Decision> = instance
            .decisions
            .iter()
            .filter(|decision| instance.stands(decision.entry))
            .collect();
        let counts = |decision: &&Decision| {
            decision.verdict == Verdict::Approve
                && decision.state != state.id
                && self.unchanged(decision)
        };
        let mut earlier: Vec<(PersonId, String)> = vec![];
        let kept = instance.kept.contains(&state.id);
        for (person, _) in asked {
            if self.has_voted(entry, person) {
                continue;
            }
            let mut theirs = instance
                .decisions
                .iter()
                .filter(|decision| decision.person == *person && decision.state == state.id);
            if kept
                && theirs
                    .next_back()
                    .is_some_and(|decision| decision.verdict == Verdict::Approve)
            {
                earlier.push((person.clone(), state.id.clone()));
                continue;
            }
            if self.signed_before_return(state, person) {
                earlier.push((person.clone(), state.id.clone()));
                continue;
            }
            let found = match policy {
                // What happens meanwhile in a branch beside this one is not on this path.
                SamePerson::Consecutive => standing
                    .iter()
                    .rfind(|decision| !self.beside(state, &decision.state))
                    .filter(|decision| decision.person == *person && counts(decision)),
                SamePerson::Once => standing
                    .iter()
                    .rfind(|decision| decision.person == *person && counts(decision)),
                SamePerson::Ask | SamePerson::Refuse => None,
            };
            if let Some(decision) = found {
                earlier.push((person.clone(), decision.state.clone()));
            }
        }
        for (person, first) in earlier {
            let name = self.def.state_ix(&first).map_or_else(
                || Text::same(first.as_str()),
                |ix| self.def.states[ix].name.clone(),
            );
            let because = if first == state.id {
                Text::new(
                    "上一轮已同意，所签内容没有变化，签字继续有效",
                    "Approved in an earlier round; what was signed has not changed, so it stands",
                )
            } else {
                Text::new(
                    format!("同一人已在“{}”同意，计为同意", name.zh),
                    format!(
                        "The same person approved at “{}”; it counts here too",
                        name.en
                    ),
                )
            };
            let change = Change::SystemDecided {
                entry,
                state: state.id.clone(),
                voter: Some(person),
                verdict: Verdict::Approve,
                because,
            };
            self.emit(change);
        }
    }

    /// After a return: does their signature of an earlier round stand, because what they signed is as it was? Not for the
    /// state it was sent back to: its people are to look again.
    fn signed_before_return(&self, state: &State, person: &str) -> bool {
        let instance = &self.case.instance;
        let looks_again = instance.returned_to.as_deref().is_some_and(|to| {
            to == state.id || instance.returned_anew && self.is_inside(state, to)
        });
        if self.def.policies.signatures == Signatures::AskAgain || looks_again {
            return false;
        }
        let theirs = instance
            .decisions
            .iter()
            .rfind(|decision| decision.person == person && decision.state == state.id);
        theirs.is_some_and(|decision| {
            decision.round < instance.round
                && decision.verdict == Verdict::Approve
                && self.unchanged(decision)
        })
    }

    fn has_voted(&self, entry: u32, person: &str) -> bool {
        let mut voters = self.voters(entry).into_iter();
        voters.any(|voter| voter.person == person && voter.verdict.is_some())
    }

    /// Opens a task for everybody whose turn it is.
    fn open_votes(
        &mut self,
        state: &State,
        entry: u32,
        approve: &Approve,
        asked: &[(PersonId, Vec<Text>)],
    ) {
        if self.outcome(entry).is_some() {
            return;
        }
        for (person, why) in asked {
            if self.has_voted(entry, person) {
                continue;
            }
            self.open_task(
                state,
                entry,
                TaskKind::Approve,
                person.clone(),
                person.clone(),
                why.clone(),
            );
            if approve.needs == Needs::InOrder {
                break;
            }
        }
    }

    /// Opens a task and queues its mail.
    pub(crate) fn open_task(
        &mut self,
        state: &State,
        entry: u32,
        kind: TaskKind,
        asked: PersonId,
        voter: PersonId,
        why: Vec<Text>,
    ) {
        let task = self.emit_task(
            state,
            entry,
            kind,
            NewTask {
                assignee: asked,
                voter,
                why,
                ..NewTask::default()
            },
        );
        let open = self.case.instance.task(task);
        let to = open.map(|task| task.assignee.clone()).unwrap_or_default();
        // A first draft needs no mail: the applicant is writing it. One that came back does.
        if kind != TaskKind::Draft || self.case.instance.submitted {
            let mail = state.mail.clone().unwrap_or_else(|| {
                if kind == TaskKind::Draft {
                    "returned".to_owned()
                } else {
                    ASK_MAIL.to_owned()
                }
            });
            self.mail(&mail, vec![to], Some(task), &state.id);
        }
    }

    /// Opens a task, for somebody or whoever stands in for them, without a mail; answers its number.
    pub(crate) fn emit_task(
        &mut self,
        state: &State,
        entry: u32,
        kind: TaskKind,
        new: NewTask,
    ) -> u32 {
        let task = self.case.instance.tasks_made + 1;
        let due = self.case.instance.due(entry);
        let proxy = self.stand_in(state, entry, kind, &new);
        self.emit(Change::TaskOpened {
            task,
            state: state.id.clone(),
            entry,
            kind,
            assignee: proxy.person.clone(),
            voter: new.voter,
            due,
            why: [new.why, proxy.why.clone()].concat(),
            candidates: new.candidates,
            host: new.host,
            blocks: new.blocks,
        });
        self.stood_in(state, task, new.assignee, proxy);
        task
    }
}

/// A task about to be opened.
#[derive(Default)]
pub(crate) struct NewTask {
    pub assignee: PersonId,
    pub voter: PersonId,
    pub why: Vec<Text>,
    pub candidates: Vec<PersonId>,
    pub host: Option<u32>,
    pub blocks: bool,
}

/// One value per voter, or nothing where all are the usual one: the trail stays short.
pub(super) fn each_unless<T: PartialEq>(
    voters: &[Voter],
    pick: impl Fn(&Voter) -> T,
    usual: &T,
) -> Vec<T> {
    let all: Vec<T> = voters.iter().map(pick).collect();
    if all.iter().all(|one| one == usual) {
        vec![]
    } else {
        all
    }
}

pub(super) fn too_few(state: &State, required: u32, found: usize) -> Trouble {
    let zh = format!(
        "节点“{}”需要 {required} 票同意，找到的 {found} 人达不到。",
        state.name.zh
    );
    let en = format!(
        "“{}” needs {required} approvals, which the {found} people found cannot reach.",
        state.name.en
    );
    Trouble::new("too_few", zh, en)
}

fn nobody_text(zh: &str, en: &str) -> Text {
    Text::new(
        format!("没有可以处理的人，按流程策略{zh}"),
        format!("Nobody could be asked; {en} by the flow's policy"),
    )
}
