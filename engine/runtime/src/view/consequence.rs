//! What a decision leads to, for the sheet that asks "are you sure": the votes counted with this one, the join around a
//! branch, and then the first state that today's values enter. By the engine's own counting and the timeline's own walk.

use assent_core::command::Verdict;
use assent_core::definition::{Definition, State, StateKind, Target};
use assent_core::instance::{Active, BranchStatus, Case};
use assent_core::text::Text;
use assent_core::turn::{Context, joined, tally};
use assent_core::verb::offer::Offer;

use super::expected::lands;
use super::status_of;

/// What follows when the offer is taken; empty where nothing is left.
pub(super) fn consequence(
    offer: &Offer,
    state: &State,
    case: &Case,
    def: &Definition,
    cx: &Context<'_>,
) -> Text {
    let (when, verdict, way) = match (offer.verb, &state.kind) {
        ("approve", _) => (Text::new("同意后", "Then"), Some(Verdict::Approve), None),
        ("reject", _) => (Text::new("拒绝后", "Then"), Some(Verdict::Reject), None),
        ("outcome", StateKind::Approve(approve)) => {
            let mut known = approve.outcomes.iter();
            let outcome = known.find(|known| Some(&known.id) == offer.action.as_ref());
            let counts = outcome.map_or(Verdict::Approve, |outcome| outcome.counts);
            let way = outcome.and_then(|outcome| outcome.to);
            (Text::new("之后", "Then"), Some(counts), way)
        }
        ("submit", _) => (Text::new("提交后", "Then"), None, None),
        ("act", StateKind::Work { actions, .. }) => {
            let mut known = actions.iter();
            let action = known.find(|known| Some(&known.id) == offer.action.as_ref());
            (
                Text::new("办理后", "Then"),
                None,
                action.map(|action| action.to),
            )
        }
        _ => return Text::default(),
    };
    let task = offer.task.and_then(|no| case.instance.task(no));
    let Some(active) = task.and_then(|task| case.instance.at(task.entry)) else {
        return Text::default();
    };
    let ahead = Ahead { def, case, cx };
    let then = match verdict {
        Some(verdict) => ahead.voted(offer, state, active, verdict, way),
        None => ahead.words(
            way.unwrap_or(state.next),
            Some(active),
            &state_region(state, def),
        ),
    };
    // What is filled in with the decision may change the way.
    let (zh, en) = if offer.ask.is_empty() {
        ("", "")
    } else {
        ("按现在的内容，", "with the values as they are, ")
    };
    Text::new(
        format!("{}：{zh}{}", when.zh, then.zh),
        format!("{}: {en}{}", when.en, then.en),
    )
}

/// The id of the branch, or of the root, that a state stands in.
fn state_region(state: &State, def: &Definition) -> String {
    def.regions[state.region].id.clone()
}

struct Ahead<'a> {
    def: &'a Definition,
    case: &'a Case,
    cx: &'a Context<'a>,
}

impl Ahead<'_> {
    /// Where a vote leads: nowhere while the votes do not decide.
    fn voted(
        &self,
        offer: &Offer,
        state: &State,
        active: &Active,
        vote: Verdict,
        way: Option<Target>,
    ) -> Text {
        let StateKind::Approve(approve) = &state.kind else {
            return Text::default();
        };
        let task = offer.task.and_then(|no| self.case.instance.task(no));
        let mut voters = active.voters.clone();
        for voter in &mut voters {
            if task.is_some_and(|task| task.voter == voter.person) {
                voter.verdict = Some(vote);
            }
        }
        match tally(&approve.needs, approve.on_reject, &voters) {
            None => Text::new(
                "计入您的意见，再等其他人处理",
                "your vote is counted; the others are waited for",
            ),
            Some(verdict) => {
                let usual = match verdict {
                    Verdict::Approve => state.next,
                    Verdict::Reject => state.if_rejected,
                };
                let target = way.filter(|_| verdict == vote).unwrap_or(usual);
                self.words(target, Some(active), &state_region(state, self.def))
            }
        }
    }

    /// A target in words; `from` is left by it, which stands in the branch of that id.
    fn words(&self, target: Target, from: Option<&Active>, branch: &str) -> Text {
        let (target, only_if) = lands(self.def, self.case, self.cx, target);
        let above = from.and_then(|at| at.parent);
        let above = above.and_then(|parent| self.case.instance.at(parent));
        let then = match (target, above) {
            (Target::BranchEnd, Some(above)) => self.join(above, branch, BranchStatus::Done),
            (Target::Reject, Some(above)) => self.join(above, branch, BranchStatus::Rejected),
            _ => target_words(target, self.def),
        };
        if only_if.zh.is_empty() {
            return then;
        }
        Text::new(
            format!("{}（还不能确定：{}）", then.zh, only_if.zh),
            format!("{} (not certain yet: {})", then.en, only_if.en),
        )
    }

    /// What the end of a branch leads to.
    fn join(&self, above: &Active, branch: &str, status: BranchStatus) -> Text {
        let mut branches = above.branches.clone();
        for run in &mut branches {
            if run.id == branch {
                run.status = status;
            }
        }
        let composite = self
            .def
            .state_ix(&above.state)
            .map(|ix| &self.def.states[ix]);
        let Some((state, StateKind::Together { needs, .. })) =
            composite.map(|state| (state, &state.kind))
        else {
            return Text::default();
        };
        match joined(*needs, &branches) {
            Some(Verdict::Approve) => {
                self.words(state.next, Some(above), &state_region(state, self.def))
            }
            Some(Verdict::Reject) => self.words(
                state.if_rejected,
                Some(above),
                &state_region(state, self.def),
            ),
            None if status == BranchStatus::Done => Text::new(
                "本分支完成，等待其他分支",
                "this branch is done; the others go on",
            ),
            None => Text::new(
                "本分支结束（未通过），等待其他分支",
                "this branch ends (rejected); the others go on",
            ),
        }
    }
}

fn target_words(target: Target, def: &Definition) -> Text {
    match target {
        Target::Go(ix) => {
            let state = &def.states[ix];
            if let StateKind::End { outcome, .. } = &state.kind {
                let how = status_of(def, outcome.word());
                return Text::new(
                    format!("流程结束（{}）", how.zh),
                    format!("it ends ({})", how.en.to_lowercase()),
                );
            }
            Text::new(
                format!("进入“{}”", state.name.zh),
                format!("“{}”", state.name.en),
            )
        }
        Target::BackTo(ix) => {
            let name = &def.states[ix].name;
            Text::new(
                format!("退回到“{}”", name.zh),
                format!("back to “{}”", name.en),
            )
        }
        Target::BranchEnd => Text::new(
            "本分支完成，等待其他分支",
            "this branch is done; the others go on",
        ),
        Target::Reject => Text::new("流程结束（已拒绝）", "it ends (rejected)"),
        Target::Finish => Text::new("流程结束（已通过）", "it ends (approved)"),
    }
}
