//! Policies about mails that this program does not carry out yet: whoever writes them must not rely on them.

use crate::definition::{DecideFromMail, Definition, ReplyByMail};
use crate::text::Text;

use super::finding::{Finding, at_part};

/// A warning for each.
pub(super) fn check(def: &Definition) -> Vec<Finding> {
    let mut found = vec![];
    match def.policies.reply_by_mail {
        ReplyByMail::Off => {}
        ReplyByMail::RejectOnly | ReplyByMail::Any => found.push(replies()),
    }
    let of_states = def.states.iter().filter_map(|state| {
        let at = at_part(state, "policies.decide_from_mail");
        Some((at, state.policies.decide_from_mail?))
    });
    let of_flow = (
        "policies.decide_from_mail".to_owned(),
        def.policies.decide_from_mail,
    );
    for (at, value) in std::iter::once(of_flow).chain(of_states) {
        match value {
            DecideFromMail::AfterSignIn => {}
            DecideFromMail::Code => found.push(decisions(at, "code")),
            DecideFromMail::Link => found.push(decisions(at, "link")),
        }
    }
    found
}

fn replies() -> Finding {
    Finding::warning(
        "policy-not-carried-out",
        "policies.reply_by_mail",
        Text::new(
            "系统目前不读取邮件回复：回复“拒绝”也不会被处理，审批人只能打开链接在页面上决定。",
            "Replies to mails are not read yet: a reply that says “rejected” does nothing, and people decide on the page behind the link.",
        ),
        Text::new(
            "请删掉 reply_by_mail，或写 never。",
            "Leave reply_by_mail out, or write never.",
        ),
    )
}

fn decisions(at: String, value: &str) -> Finding {
    Finding::warning(
        "policy-not-carried-out",
        at,
        Text::new(
            format!(
                "decide_from_mail: {value} 目前和 after_sign_in 一样：打开链接后总是要先登录。"
            ),
            format!(
                "decide_from_mail: {value} does the same as after_sign_in for now: whoever opens the link signs in first."
            ),
        ),
        Text::new(
            "请删掉 decide_from_mail，或写 after_sign_in；决定前要再次确认身份的，用 step_up。",
            "Leave decide_from_mail out, or write after_sign_in; where a decision needs a second proof of identity, use step_up.",
        ),
    )
}
