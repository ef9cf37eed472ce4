//! Migrate 迁移: the instance moves to another version of its flow; the owner's or an administrator's, with a reason.

use crate::definition::Definition;
use crate::migrate::MigrationMap;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::Run;
use crate::verb::shared::{not_over, words};

/// May this person move the instance to that version?
pub(crate) fn check<'a>(run: &Run<'a>, version: &str) -> Result<&'a Definition, Refusal> {
    not_over(run)?;
    if run.case.instance.suspended.is_some() {
        let zh = "流程已挂起：请先恢复，再迁移到新版本。";
        let en = "This instance is suspended: let it go on first, then migrate it.";
        return Err(Refusal::new(RefusalKind::TooLate, "suspended", zh, en));
    }
    let person = run.person()?;
    let organisation = run.cx.organisation;
    let owns = organisation.owners(run.def, &run.case).contains(&person);
    if !organisation.may_act(&person) || !(owns || organisation.administers(&person)) {
        let zh = "只有流程负责人或管理员可以迁移流程实例。";
        let en = "Only the flow's owner or an administrator may migrate an instance.";
        return Err(Refusal::new(RefusalKind::NotYours, "not_yours", zh, en));
    }
    let known = run
        .target
        .filter(|to| to.flow == run.def.flow && to.version == version);
    let Some(to) = known else {
        let zh = format!(
            "“{}”没有版本 {version}，请选择已发布的版本。",
            run.def.name.zh
        );
        let en = format!(
            "“{}” has no version {version}; choose one that was published.",
            run.def.name.en
        );
        return Err(
            Refusal::new(RefusalKind::NotFound, "unknown_version", zh, en).with("version", version),
        );
    };
    if to.version == run.case.instance.version {
        let zh = "该流程实例已经使用这个版本，不需要迁移。";
        let en = "This instance is on that version already; there is nothing to migrate.";
        return Err(
            Refusal::new(RefusalKind::TooLate, "same_version", zh, en).with("version", version)
        );
    }
    Ok(to)
}

pub(crate) fn perform(
    run: &mut Run<'_>,
    version: &str,
    map: &MigrationMap,
    reason: &str,
) -> Result<(), Refusal> {
    let to = check(run, version)?;
    let reason = words(Some(reason), true)?.unwrap_or_default();
    run.migrate(to, map, reason)
}
