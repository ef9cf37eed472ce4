//! Words that several parts of a difference need.

use crate::condition::Expr;
use crate::definition::{Definition, GroupBar, Join, Needs, OnReject, PeopleRef, StateIx, Target};
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
