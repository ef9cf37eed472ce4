//! Comment 评论: words for everybody who reads the instance.

use crate::event::Change;
use crate::people::PersonId;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::Run;
use crate::verb::copy::inform;
use crate::verb::shared::said;

/// Most attachments of one comment.
const FILES_MAX: usize = 20;

/// May this person comment? Whoever takes or took part, and the flow's owners.
pub(crate) fn check(run: &Run<'_>) -> Result<(), Refusal> {
    let person = run.person()?;
    let instance = &run.case.instance;
    let part = instance.applicant == person
        || instance
            .tasks
            .iter()
            .any(|task| task.holders().contains(&person.as_str()))
        || instance
            .closed
            .iter()
            .any(|closed| closed.by.as_deref() == Some(person.as_str()))
        || instance
            .decisions
            .iter()
            .any(|decision| decision.person == person)
        || run
            .cx
            .organisation
            .owners(run.def, &run.case)
            .contains(&person);
    if part && run.cx.organisation.may_act(&person) {
        return Ok(());
    }
    let zh = "只有发起人、处理人和流程负责人可以评论。";
    let en = "Only the applicant, those who were asked and the flow's owner may comment.";
    Err(Refusal::new(RefusalKind::NotYours, "not_yours", zh, en))
}

pub(crate) fn perform(
    run: &mut Run<'_>,
    text: &str,
    mention: &[PersonId],
    files: &[String],
) -> Result<(), Refusal> {
    check(run)?;
    let text = said(text, "comment", ("请写下评论", "Write your comment"))?;
    if files.len() > FILES_MAX {
        let zh = format!("一条评论最多 {FILES_MAX} 个附件。");
        let en = format!("A comment has at most {FILES_MAX} attachments.");
        return Err(Refusal::new(RefusalKind::Input, "too_many_files", zh, en).about("files"));
    }
    run.emit(Change::Commented {
        text: text.clone(),
        mention: mention.to_vec(),
        files: files.to_vec(),
    });
    // Whoever is mentioned is informed, and may read on.
    if mention.is_empty() {
        Ok(())
    } else {
        inform(run, mention, Some(text))
    }
}
