//! Words that several parts of a difference need.

use crate::condition::Expr;
use crate::definition::{
    Definition, GroupBar, Join, LateAct, Needs, OnReject, Outcome, PeopleRef, Rung, RungTime,
    StateIx, Target,
};
use crate::people::Names;
use crate::text::Text;

/// "“财务审批”".
pub(super) fn quoted(name: &Text) -> Text {
    Text::new(format!("“{}”", name.zh), format!("“{}”", name.en))
}

pub(super) fn state_name(def: &Definition, ix: StateIx) -> Text {
    quoted(&def.states[ix].name)
}

/// Several words in a row.
pub(super) fn list(words: &[Text]) -> Text {
    let zh: Vec<&str> = words.iter().map(|word| word.zh.as_str()).collect();
    let en: Vec<&str> = words.iter().map(|word| word.en.as_str()).collect();
    Text::new(zh.join("、"), en.join(", "))
}

/// A word where it is short, and how it is counted as equal.
pub(super) fn people(def: &Definition, refs: &[PeopleRef], names: &dyn Names) -> (Text, String) {
    let words: Vec<Text> = refs
        .iter()
        .map(|who| match who {
            PeopleRef::Applicant => Text::new("发起人", "the applicant"),
            PeopleRef::Waiting => Text::new("待办人", "whoever is asked"),
            PeopleRef::Named(name) => def
                .people_rule(name)
                .map_or_else(|| Text::same(name), |rule| rule.text(names)),
        })
        .collect();
    // A rule that changed under its name is told once, where it stands; another name with the same rule is no change.
    let same: Vec<String> = refs
        .iter()
        .map(|who| match who {
            PeopleRef::Applicant => "applicant".to_owned(),
            PeopleRef::Waiting => "waiting".to_owned(),
            PeopleRef::Named(name) => name.clone(),
        })
        .collect();
    (list(&words), same.join(","))
}

/// A condition in words, and as it is written without its layout.
pub(super) fn condition(expr: &Expr) -> (Text, String) {
    (
        crate::diagram::said_condition(expr),
        expr.root().to_string(),
    )
}

pub(super) fn needs(needs: &Needs) -> Text {
    match needs {
        Needs::Any => Text::new("一人同意即可", "one approval is enough"),
        Needs::All => Text::new("全部同意（会签）", "all must approve"),
        Needs::InOrder => Text::new("依次审批", "one after the other"),
        Needs::Count(count) => {
            Text::new(format!("{count} 人同意"), format!("{count} must approve"))
        }
        Needs::Percent(share) => Text::new(
            format!("{}% 同意", share.normalize()),
            format!("{} % must approve", share.normalize()),
        ),
        Needs::Weighted { weights, at_least } => {
            let weights: Vec<String> = weights.iter().map(u32::to_string).collect();
            Text::new(
                format!("权重（{}）达到 {at_least}", weights.join("、")),
                format!("weights ({}) of {at_least}", weights.join(", ")),
            )
        }
        Needs::Each(bars) => {
            let bars: Vec<Text> = bars.iter().map(|bar| group(*bar)).collect();
            let bars = list(&bars);
            Text::new(
                format!("每组各自同意（{}）", bars.zh),
                format!("approvals of each group ({})", bars.en),
            )
        }
    }
}

fn group(bar: GroupBar) -> Text {
    match bar {
        GroupBar::Count(count) => Text::new(format!("{count} 人"), count.to_string()),
        GroupBar::All => Text::new("全部", "all"),
    }
}

pub(super) fn on_reject(on_reject: OnReject) -> Text {
    match on_reject {
        OnReject::Veto => Text::new("一票否决", "one rejection rejects"),
        OnReject::UntilDecided => Text::new(
            "无法再通过时才算拒绝",
            "rejected once approval is out of reach",
        ),
        OnReject::CollectAll => Text::new("听完所有人再定", "everyone is heard first"),
        OnReject::FirstDecision => Text::new("第一个决定算数", "the first decision decides"),
        OnReject::AllMustReject => Text::new("全部拒绝才算拒绝", "rejected only when all reject"),
    }
}

pub(super) fn join(join: Join) -> Text {
    match join {
        Join::All => Text::new("所有分支完成", "all branches done"),
        Join::Any => Text::new("任一分支完成", "any branch done"),
        Join::Count(count) => Text::new(
            format!("{count} 个分支完成"),
            format!("{count} branches done"),
        ),
    }
}

pub(super) fn outcome(outcome: &Outcome) -> Text {
    match outcome {
        Outcome::Approved => Text::new("同意", "approved"),
        Outcome::Rejected => Text::new("拒绝", "rejected"),
        Outcome::Withdrawn => Text::new("撤回", "withdrawn"),
        Outcome::Cancelled => Text::new("作废", "cancelled"),
        Outcome::Named(name) => Text::same(name),
    }
}

/// Where a way leads, in words.
pub(super) fn target(def: &Definition, target: Target) -> Text {
    match target {
        Target::Go(ix) => {
            let name = state_name(def, ix);
            Text::new(format!("到{}", name.zh), format!("to {}", name.en))
        }
        Target::BackTo(ix) => {
            let name = state_name(def, ix);
            Text::new(format!("退回{}", name.zh), format!("back to {}", name.en))
        }
        Target::BranchEnd => Text::new("分支完成", "the branch is done"),
        Target::Reject => Text::new("以拒绝结束", "ends as rejected"),
        Target::Finish => Text::new("以同意结束", "ends as approved"),
    }
}

/// One rung of a ladder: "到期时催办待办人".
pub(super) fn rung(def: &Definition, rung: &Rung, names: &dyn Names) -> Text {
    let at = match &rung.at {
        RungTime::After(term) => {
            let term = term.text();
            Text::new(format!("{}后", term.zh), format!("after {}", term.en))
        }
        RungTime::Deadline => Text::new("到期时", "at the deadline"),
        RungTime::Share(percent) => Text::new(
            format!("期限过去 {percent} % 时"),
            format!("when {percent} % of the time is over"),
        ),
        RungTime::DeadlinePlus(term) => {
            let term = term.text();
            Text::new(
                format!("到期后{}", term.zh),
                format!("{} after the deadline", term.en),
            )
        }
    };
    let said = |refs: &[PeopleRef]| people(def, refs, names).0;
    let act = match &rung.act {
        LateAct::Remind(to) => {
            let to = said(to);
            Text::new(format!("催办{}", to.zh), format!("remind {}", to.en))
        }
        LateAct::Add(to) => {
            let to = said(to);
            Text::new(format!("加上{}", to.zh), format!("also ask {}", to.en))
        }
        LateAct::HandTo(to) => {
            let to = said(to);
            Text::new(format!("转给{}", to.zh), format!("hand over to {}", to.en))
        }
        LateAct::Approve => Text::new("系统同意", "the system approves"),
        LateAct::Reject => Text::new("系统拒绝", "the system rejects"),
        LateAct::Go(ix) => {
            let name = state_name(def, *ix);
            Text::new(format!("转到{}", name.zh), format!("go to {}", name.en))
        }
    };
    let again = rung.every.map_or_else(Text::default, |every| {
        let every = every.text();
        Text::new(
            format!("，每{}一次，最多 {} 次", every.zh, rung.at_most),
            format!(", every {}, at most {} times", every.en, rung.at_most),
        )
    });
    Text::new(
        format!("{}{}{}", at.zh, act.zh, again.zh),
        format!("{} {}{}", at.en, act.en, again.en),
    )
}
