//! Words for how things stand.

use assent_core::definition::Definition;
use assent_core::text::Text;

use crate::app::PersonView;

/// Words for an instance's status word.
pub(crate) fn status_words(status: &str) -> Text {
    match status {
        "running" => Text::new("审批中", "In progress"),
        "held" => Text::new("已挂起，等待处理", "Held"),
        "suspended" => Text::new("管理员已挂起", "Suspended"),
        _ => outcome_words(status),
    }
}

/// Words for an outcome; one that a flow named itself stands for itself.
pub(crate) fn outcome_words(word: &str) -> Text {
    match word {
        "approved" => Text::new("已通过", "Approved"),
        "rejected" => Text::new("已拒绝", "Rejected"),
        "withdrawn" => Text::new("已撤回", "Withdrawn"),
        "cancelled" => Text::new("已作废", "Cancelled"),
        "revoked" => Text::new("已撤销", "Revoked"),
        named => Text::same(named),
    }
}

/// Words for an instance's status; an end of its own as its flow calls it.
pub(crate) fn status_of(def: &Definition, status: &str) -> Text {
    let own = def.outcome_name(status).cloned();
    own.unwrap_or_else(|| status_words(status))
}

/// Names in a row.
pub(crate) fn people_words(people: &[PersonView]) -> Text {
    let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    Text::new(names.join("、"), names.join(", "))
}

/// Words for how a task ended.
pub(crate) fn task_end_words(end: &str) -> Text {
    match end {
        "approved" => Text::new("已同意", "Approved"),
        "rejected" => Text::new("已拒绝", "Rejected"),
        "returned" => Text::new("已退回", "Sent back"),
        "done" => Text::new("已办理", "Done"),
        "transferred" => Text::new("已转办", "Transferred"),
        "cancelled" => Text::new("无需处理", "No longer needed"),
        "advised" => Text::new("已给出意见", "Opinion given"),
        "answered" => Text::new("已回答", "Answered"),
        "read" => Text::new("已阅", "Read"),
        "claimed" => Text::new("已认领", "Claimed"),
        "given_back" => Text::new("已放回", "Given back"),
        other => Text::same(other),
    }
}
