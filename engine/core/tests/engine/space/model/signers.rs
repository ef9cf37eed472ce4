//! Added signers: one row with the holder they were added to, or alongside.

use assent_core::command::{SignerPlace, SignerRole};
use assent_core::instance::TaskKind;

use super::super::sketch::Needs;
use super::votes::reachable;
use super::{Model, Place, Refused, Vote};

impl Model {
    pub(super) fn add_signer(
        &mut self,
        me: &str,
        no: u32,
        person: &str,
        where_: SignerPlace,
        role: SignerRole,
    ) -> Result<(), Refused> {
        let task = self.entitled(me, no, &[TaskKind::Approve])?;
        if role == SignerRole::Adviser {
            if where_ == SignerPlace::After {
                return Err("an opinion comes before");
            }
            return self.opinion(&task, person, where_ == SignerPlace::Before);
        }
        self.may_take(&task, person)?;
        let place = self.place_mut(task.place).unwrap();
        if place.votes.iter().any(|vote| vote.person == person) {
            return Err("has a vote");
        }
        let host = place
            .votes
            .iter()
            .position(|vote| vote.person == task.voter);
        let host = host.ok_or("no vote to stand beside")?;
        let mut vote = Vote {
            groups: place.votes[host].groups.clone(),
            added_by: Some(me.to_owned()),
            ..Vote::of(person)
        };
        let at = match where_ {
            SignerPlace::Before => host,
            SignerPlace::After => host + 1,
            SignerPlace::Alongside => place.votes.len(),
        };
        if where_ != SignerPlace::Alongside {
            let rows = place.votes.iter().filter_map(|vote| vote.row).max();
            let row = place.votes[host].row.unwrap_or(rows.unwrap_or(0) + 1);
            place.votes[host].row = Some(row);
            vote.row = Some(row);
        }
        place.votes.insert(at, vote);
        self.settle(task.place, None);
        Ok(())
    }

    /// With a task of one's own, or by any task of the state: what counts is who added them.
    pub(super) fn remove_signer(&mut self, me: &str, no: u32, person: &str) -> Result<(), Refused> {
        let kinds = [TaskKind::Approve, TaskKind::Work, TaskKind::Advise];
        if self.own(me, no, &kinds).is_ok() {
            let opinion = self.tasks.iter().find(|open| {
                open.kind == TaskKind::Advise && open.host == Some(no) && open.holder == person
            });
            if let Some(opinion) = opinion.map(|opinion| opinion.no) {
                self.forget_helpers(opinion);
                self.close(opinion);
                return Ok(());
            }
        }
        self.running()?;
        let open = self.task(no).map(|task| task.place);
        let spoken = |place: &&Place| place.votes.iter().any(|vote| vote.asked == Some(no));
        let voted = self.places.iter().find(spoken).map(|place| place.no);
        let at = open.or(voted).ok_or("no such task")?;
        let place = self.place(at).ok_or("in no state")?.clone();
        let own = |vote: &&Vote| {
            vote.person == person && vote.said.is_none() && vote.added_by.as_deref() == Some(me)
        };
        let vote = place.votes.iter().find(own).ok_or("not theirs to remove")?;
        let mut left = place.votes.clone();
        left.retain(|vote| vote.person != person);
        let needs = self.approval(&place.state).map(|approve| approve.needs);
        let bar_is_fixed = matches!(
            needs,
            Some(Needs::Count(_) | Needs::Weighted(..) | Needs::Each(_))
        );
        let out_of_reach = || needs.as_ref().is_some_and(|needs| !reachable(needs, &left));
        if left.is_empty() || bar_is_fixed && out_of_reach() {
            return Err("the bar could not be reached");
        }
        if let Some(asked) = vote.asked {
            self.forget_helpers(asked);
            self.close(asked);
        }
        self.place_mut(at).unwrap().votes = left;
        self.settle(at, None);
        Ok(())
    }
}
