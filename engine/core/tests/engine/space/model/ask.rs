//! Who is asked when a state is entered, and who is not.

use assent_core::instance::TaskKind;

use super::super::sketch::{Approve, Needs};
use super::votes::{reachable, turns, verdict};
use super::{Hold, Model, Vote};

/// People a rule names, and what the policies make of them.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) asked: Vec<String>,
    /// Asked because a policy puts them there.
    pub(super) stand_ins: Vec<String>,
    applicant_left_out: bool,
}

impl Model {
    pub(super) fn hold(&mut self, state: &str, place: Option<u32>, inside: Option<u32>) {
        self.holds.push(Hold {
            state: state.to_owned(),
            place,
            inside,
            owners: self.world.holders("owner"),
        });
    }

    pub(super) fn hold_at(&mut self, no: u32) {
        let (state, inside) = {
            let place = self.place(no).unwrap();
            (place.state.clone(), place.inside)
        };
        self.hold(&state, Some(no), inside);
    }

    pub(super) fn named(&self, by: &[&'static str]) -> Vec<String> {
        let mut found: Vec<String> = vec![];
        for person in by.iter().flat_map(|role| self.world.holders(role)) {
            if !found.contains(&person) {
                found.push(person);
            }
        }
        found
    }

    /// `same_person: refuse`: have they approved another state of this case that still stands?
    pub(super) fn signed_elsewhere(&self, state: &str, person: &str) -> bool {
        self.approval(state).is_some()
            && self.policy(state, "same_person") == "refuse"
            && self.signatures.iter().any(|known| {
                let theirs = known.person == person || known.stands_for.as_deref() == Some(person);
                theirs && known.approved && known.state != state && self.stands(known)
            })
    }

    /// Nobody decides on their own request, unless the policy says so. Work is no decision.
    pub(super) fn own_request_barred(&self, state: &str, person: &str) -> bool {
        self.approval(state).is_some()
            && person == self.applicant
            && self.policy(state, "own_request") != "ask"
    }

    pub(super) fn barred(&self, state: &str, person: &str) -> bool {
        self.own_request_barred(state, person) || self.signed_elsewhere(state, person)
    }

    /// The first of the applicant's superiors who may be asked.
    fn free_superior(&self, state: &str) -> Option<String> {
        let chain = self.world.superiors(&self.applicant);
        chain.into_iter().find(|person| !self.barred(state, person))
    }

    fn sort(&self, state: &str, by: &[&'static str]) -> Sorted {
        let mut sorted = Sorted::default();
        for person in self.named(by) {
            if !self.barred(state, &person) {
                if !sorted.asked.contains(&person) {
                    sorted.asked.push(person);
                }
                continue;
            }
            if !self.own_request_barred(state, &person) {
                continue;
            }
            sorted.applicant_left_out = true;
            let superior = self.free_superior(state);
            let superior = superior.filter(|_| self.policy(state, "own_request") == "superior");
            if let Some(superior) = superior
                && !sorted.asked.contains(&superior)
            {
                sorted.stand_ins.push(superior.clone());
                sorted.asked.push(superior);
            }
        }
        sorted
    }

    /// The people to ask; where nobody remains, those a policy puts there.
    pub(super) fn candidates(&self, state: &str, by: &[&'static str]) -> Sorted {
        let sorted = self.sort(state, by);
        if !sorted.asked.is_empty() || self.passes(state, &sorted) {
            return sorted;
        }
        let mut instead = match self.policy(state, "nobody").as_str() {
            "superior" => Sorted {
                asked: self.free_superior(state).into_iter().collect(),
                ..Sorted::default()
            },
            word => match fallback(word) {
                Some(role) => self.sort(state, &[role]),
                None => return sorted,
            },
        };
        instead.stand_ins = instead.asked.clone();
        instead
    }

    /// `own_request: pass`: nobody but the applicant remained.
    fn passes(&self, state: &str, sorted: &Sorted) -> bool {
        sorted.asked.is_empty()
            && sorted.applicant_left_out
            && self.policy(state, "own_request") == "pass"
    }

    pub(super) fn ask(&mut self, no: u32, approve: &Approve) {
        let state = self.place(no).unwrap().state.clone();
        let sorted = self.candidates(&state, &approve.by);
        if sorted.asked.is_empty() {
            if self.passes(&state, &sorted) {
                return self.system_settles(no, true);
            }
            return match self.policy(&state, "nobody").as_str() {
                "pass" => self.system_settles(no, true),
                "reject" => self.system_settles(no, false),
                _ => self.hold_at(no),
            };
        }
        let votes = self.regrouped(no, approve, &sorted.asked, &sorted.stand_ins);
        if !self.place(no).unwrap().votes.is_empty() {
            self.end_what_is_not_due(no, approve, &votes);
        }
        if !reachable(&approve.needs, &votes) {
            return self.hold_at(no);
        }
        let votes = self.as_before(no, votes);
        self.place_mut(no).unwrap().votes = votes;
        if approve.claim {
            let mut pool = sorted.asked;
            pool.retain(|person| !self.has_voted(no, person));
            if !pool.is_empty() && verdict(approve, &self.place(no).unwrap().votes).is_none() {
                self.pool(no, TaskKind::Approve, pool);
            }
            return self.settle(no, None);
        }
        self.count_earlier(no, &state, &sorted.asked);
        self.settle(no, None);
    }

    fn has_voted(&self, no: u32, person: &str) -> bool {
        let mut votes = self.place(no).unwrap().votes.iter();
        votes.any(|vote| vote.person == person && vote.said.is_some())
    }

    pub(super) fn ballot(&self, person: &str, approve: &Approve, stand_ins: &[String]) -> Vote {
        let under: Vec<usize> = (0..approve.by.len())
            .filter(|at| {
                self.world
                    .holders(approve.by[*at])
                    .iter()
                    .any(|known| known == person)
            })
            .collect();
        let heaviest = match &approve.needs {
            Needs::Weighted(weights, _) => under.iter().map(|at| weights[*at]).max(),
            _ => None,
        };
        let groups = match &approve.needs {
            Needs::Each(bars) if under.is_empty() => (0..bars.len()).collect(),
            Needs::Each(_) => under.clone(),
            _ => vec![],
        };
        Vote {
            by_rule: true,
            by_policy: stand_ins.iter().any(|known| known == person),
            weight: heaviest.unwrap_or(1),
            groups,
            ..Vote::of(person)
        }
    }

    pub(super) fn pool(&mut self, no: u32, kind: TaskKind, candidates: Vec<String>) {
        let task = self.open(no, kind, "", "");
        let open = self.tasks.iter_mut().find(|open| open.no == task).unwrap();
        open.pool = candidates;
    }

    pub(super) fn ask_work(&mut self, no: u32, by: &[&'static str], claim: bool) {
        let state = self.place(no).unwrap().state.clone();
        let Sorted {
            asked, stand_ins, ..
        } = self.candidates(&state, by);
        if asked.is_empty() {
            return self.hold_at(no);
        }
        let votes = asked.iter().map(|person| Vote {
            by_rule: true,
            by_policy: stand_ins.contains(person),
            ..Vote::of(person)
        });
        let votes = self.as_before(no, votes.collect());
        self.place_mut(no).unwrap().votes = votes;
        if claim {
            return self.pool(no, TaskKind::Work, asked);
        }
        for person in asked {
            self.open(no, TaskKind::Work, &person, &person);
        }
    }

    /// Earlier signatures that count here too.
    fn count_earlier(&mut self, no: u32, state: &str, asked: &[String]) {
        let counting: Vec<String> = asked
            .iter()
            .filter(|person| !self.has_voted(no, person) && self.counts_already(state, person))
            .cloned()
            .collect();
        for person in counting {
            self.say(no, &person, true);
        }
    }

    fn counts_already(&self, state: &str, person: &str) -> bool {
        let here = self
            .signatures
            .iter()
            .rfind(|known| known.person == person && known.state == state);
        if let Some(known) = here {
            let kept = self.kept.iter().any(|kept| kept == state);
            if kept && known.approved {
                return true;
            }
            let looks_again = self.policy(state, "signatures_after_return") == "ask_again"
                || self.returned_to.as_deref().is_some_and(|to| {
                    to == state || self.returned_anew && self.map.inside(state, to)
                });
            if !looks_again && known.approved && known.round < self.round && self.unchanged(known) {
                return true;
            }
        }
        let standing: Vec<_> = self
            .signatures
            .iter()
            .filter(|known| self.stands(known))
            .collect();
        let fits = |known: &&&super::Signature| {
            known.person == person
                && known.approved
                && known.state != state
                && self.unchanged(known)
        };
        match self.policy(state, "same_person").as_str() {
            "consecutive" => {
                // What happens in a branch beside this one is not on this path.
                let around = self.map.upward(&self.map.region(state));
                let beside = |known: &&&super::Signature| {
                    if !self.map.knows(&known.state) {
                        return false;
                    }
                    let top = self.map.lifted(&known.state, &around);
                    let open = top.and_then(|top| self.place_of(&top));
                    open.is_some_and(|at| self.is_together(&at.state))
                };
                standing
                    .iter()
                    .rfind(|known| !beside(known))
                    .filter(fits)
                    .is_some()
            }
            "once" => standing.iter().rfind(fits).is_some(),
            _ => false,
        }
    }

    pub(super) fn say(&mut self, no: u32, person: &str, approved: bool) {
        let place = self.place_mut(no);
        let vote = place.and_then(|at| at.votes.iter_mut().find(|vote| vote.person == person));
        if let Some(vote) = vote {
            vote.said = Some(approved);
        }
    }

    /// Settles an approval when its votes decide; otherwise asks whoever's turn it is.
    pub(super) fn settle(&mut self, no: u32, way: Option<(bool, super::To)>) {
        let place = self.place(no).unwrap().clone();
        let Some(approve) = self.approval(&place.state) else {
            return;
        };
        if let Some(approved) = verdict(&approve, &place.votes) {
            let usual = self.way_after(&place.state, approved);
            let way = way
                .filter(|(counts, _)| *counts == approved)
                .map(|(_, to)| to);
            return self.leave(no, way.unwrap_or(usual));
        }
        for vote in turns(&place.votes, approve.needs == Needs::InOrder) {
            // The candidates of a pool share its one task.
            let pooled = approve.claim && vote.added_by.is_none();
            let asked = vote.asked.is_some_and(|task| self.task(task).is_some());
            if !asked && !pooled {
                self.open(no, TaskKind::Approve, &vote.person, &vote.person);
            }
        }
    }

    pub(super) fn system_settles(&mut self, no: u32, approved: bool) {
        let state = self.place(no).unwrap().state.clone();
        let to = self.way_after(&state, approved);
        self.leave(no, to);
    }
}

/// The role that `nobody: {fallback: …}` names.
pub(super) fn fallback(word: &str) -> Option<&'static str> {
    match word {
        "{fallback: chief}" => Some("chief"),
        "{fallback: board}" => Some("board"),
        _ => None,
    }
}
