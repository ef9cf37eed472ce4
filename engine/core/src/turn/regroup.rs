//! People asked once more in the entry they were asked in: what was said stays, and everybody else is asked by the rule as it
//! is now.

use crate::definition::{Approve, Needs, State};
use crate::event::Change;
use crate::instance::{Task, TaskEnd, TaskKind, Voter};
use crate::people::PersonId;
use crate::text::Text;
use crate::turn::Run;
use crate::turn::tally::{ballots, tally};
use crate::verb::forget_helpers;

impl Run<'_> {
    pub(super) fn voters(&self, entry: u32) -> Vec<Voter> {
        let active = self.case.instance.at(entry);
        active
            .map(|active| active.voters.clone())
            .unwrap_or_default()
    }

    /// What each vote weighs by the state's rule; that of somebody it does not name keeps the weight it had.
    pub(super) fn ballots_of(
        &self,
        state: &State,
        new: &Approve,
        before: &[Voter],
        voters: &[PersonId],
    ) -> Vec<Voter> {
        let found: Vec<Vec<PersonId>> = new
            .by
            .iter()
            .map(|who| self.resolve_at(state, who).people)
            .collect();
        let mut ballots = ballots(&new.needs, voters, &found);
        for ballot in &mut ballots {
            let named = found.iter().any(|people| people.contains(&ballot.person));
            let cast = before.iter().find(|voter| voter.person == ballot.person);
            if let (false, Some(cast)) = (named, cast) {
                ballot.weight = cast.weight;
            }
            ballot.verdict = cast.and_then(|cast| cast.verdict);
            ballot.stack = cast.and_then(|cast| cast.stack);
        }
        ballots
    }

    /// A task for whoever the new version names and the old one did not.
    pub(super) fn ask_newcomers(
        &mut self,
        state: &State,
        entry: u32,
        kind: TaskKind,
        asked: &[(PersonId, Vec<Text>)],
    ) {
        for voter in self.voters(entry) {
            let new = asked
                .iter()
                .find(|(person, why)| *person == voter.person && !why.is_empty());
            let has_task =
                self.case.instance.tasks.iter().any(|task| {
                    task.entry == entry && task.voter == voter.person && task.kind == kind
                });
            let Some((person, why)) = new else { continue };
            if voter.verdict.is_none() && voter.stack.is_none() && voter.task.is_none() && !has_task
            {
                self.open_task(
                    state,
                    entry,
                    kind,
                    person.clone(),
                    person.clone(),
                    why.clone(),
                );
            }
        }
    }

    /// Asked once more in the same entry: tasks of those who are not asked any more, or not yet, end.
    pub(super) fn asked_anew(&mut self, entry: u32, approve: &Approve, ballots: &[Voter]) {
        let voters: Vec<PersonId> = ballots.iter().map(|it| it.person.clone()).collect();
        self.not_asked_any_more(entry, &voters);
        let open = tally(&approve.needs, approve.on_reject, ballots).is_none();
        if approve.needs == Needs::InOrder && open {
            self.wait_their_turn(entry, ballots);
        }
    }

    /// Tasks of people who are not among the voters any more end as cancelled, with what hangs on them.
    pub(super) fn not_asked_any_more(&mut self, entry: u32, voters: &[PersonId]) {
        self.end_tasks(entry, &asked_by_rule(), |task| {
            !voters.contains(&task.voter)
        });
    }

    /// In order, one speaks after the other: where all were asked at once, those whose turn it is not are asked when it is.
    /// Added before or after whoever's turn it is, they belong to that turn.
    fn wait_their_turn(&mut self, entry: u32, ballots: &[Voter]) {
        let Some(turn) = ballots.iter().find(|ballot| ballot.verdict.is_none()) else {
            return;
        };
        let now = |ballot: &&Voter| {
            ballot.person == turn.person || ballot.stack.is_some() && ballot.stack == turn.stack
        };
        let theirs: Vec<&PersonId> = ballots.iter().filter(now).map(|it| &it.person).collect();
        let because = Text::new(
            "新版本依次审批，还没有轮到此人",
            "The new version asks one after the other; it is not their turn yet",
        );
        self.end_tasks(entry, &because, |task| !theirs.contains(&&task.voter));
    }

    /// Ends tasks of those who decide or work in an entry, as cancelled; opinions and answers asked for them end too. The
    /// state's times run on.
    pub(super) fn end_tasks(&mut self, entry: u32, because: &Text, which: impl Fn(&Task) -> bool) {
        let tasks = &self.case.instance.tasks;
        let gone: Vec<u32> = tasks
            .iter()
            .filter(|task| task.entry == entry && which(task))
            .filter(|task| matches!(task.kind, TaskKind::Approve | TaskKind::Work))
            .map(|task| task.no)
            .collect();
        for task in gone {
            forget_helpers(self, task);
            self.emit(Change::TaskClosed {
                task,
                end: TaskEnd::Cancelled,
                because: because.clone(),
            });
        }
    }
}

/// Who votes now: in the old order whoever has voted, was added by somebody, or is still named; then the newcomers.
pub(super) fn regrouped(before: &[Voter], asked: &[(PersonId, Vec<Text>)]) -> Vec<PersonId> {
    let named = |person: &str| asked.iter().any(|(known, _)| known == person);
    let stays = |voter: &&Voter| {
        voter.verdict.is_some() || voter.added_by.is_some() || named(&voter.person)
    };
    let mut voters: Vec<PersonId> = before
        .iter()
        .filter(stays)
        .map(|voter| voter.person.clone())
        .collect();
    for (person, _) in asked {
        if !voters.contains(person) {
            voters.push(person.clone());
        }
    }
    voters
}

fn asked_by_rule() -> Text {
    Text::new("新版本不再由此人处理", "The new version asks somebody else")
}
