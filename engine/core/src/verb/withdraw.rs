//! Withdraw 撤回: the applicant ends the instance, as long as the flow's policy lets them.

use crate::definition::{Outcome, Withdraw};
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::Run;
use crate::verb::shared::{running, words};

/// May this person withdraw now?
pub(crate) fn check(run: &Run<'_>) -> Result<(), Refusal> {
    running(run)?;
    let person = run.person()?;
    if person != run.case.instance.applicant || !run.cx.organisation.may_act(&person) {
        let zh = "只有发起人可以撤回。";
        let en = "Only the applicant may withdraw.";
        return Err(Refusal::new(RefusalKind::NotYours, "not_yours", zh, en));
    }
    match run.def.policies.withdraw {
        Withdraw::BeforeEnd => Ok(()),
        Withdraw::BeforeFirstDecision if run.case.instance.decisions.is_empty() => Ok(()),
        Withdraw::BeforeFirstDecision => {
            let zh = "已有人审批，按流程规定不能再撤回；可请审批人退回。";
            let en = "Somebody has decided already, and this flow allows no withdrawal after that; ask an approver to send it back.";
            Err(Refusal::new(
                RefusalKind::TooLate,
                "decided_already",
                zh,
                en,
            ))
        }
        Withdraw::Never => {
            let zh = "该流程不允许撤回；可请审批人退回。";
            let en = "This flow allows no withdrawal; ask an approver to send it back.";
            Err(Refusal::new(RefusalKind::NotYours, "no_withdrawal", zh, en))
        }
    }
}

pub(crate) fn perform(run: &mut Run<'_>, comment: Option<&str>) -> Result<(), Refusal> {
    check(run)?;
    run.comment = words(comment, false)?;
    run.over(None, Outcome::Withdrawn)
}
