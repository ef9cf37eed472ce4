//! Start 发起: makes the instance in its draft.

use crate::definition::{PeopleRef, StateKind};
use crate::event::Change;
use crate::people::Resolved;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::{New, Run};
use crate::value::Values;

pub(crate) fn perform(run: &mut Run<'_>, new: &New, set: &Values) -> Result<(), Refusal> {
    let applicant = run.person()?;
    let Some(first) = run
        .def
        .regions
        .first()
        .and_then(|root| root.states.first().copied())
    else {
        let zh = "该流程没有节点，不能发起。";
        return Err(Refusal::new(
            RefusalKind::Input,
            "no_states",
            zh,
            "This flow has no states and cannot be started.",
        ));
    };
    let change = Change::Started {
        instance: new.instance.clone(),
        flow: run.def.flow.clone(),
        version: run.def.version.clone(),
        entity: run.def.entity.name.clone(),
        record: new.record.clone(),
        applicant: applicant.clone(),
        parent: new.parent.clone(),
        revokes: new.revokes.clone(),
    };
    run.emit(change);
    if let Some(revokes) = &new.revokes {
        run.emit(Change::Commented {
            text: revokes.reason.clone(),
            mention: vec![],
            files: vec![],
        });
    }
    // Whom the rule names may depend on the record (the clerk of its station): its values come first. Whoever could not start
    // it with any values hears that, and not what is wrong with these.
    may_start(run, &applicant)?;
    run.write_draft(set)?;
    may_start(run, &applicant)?;
    if let Some(path) = drafters(run).and_then(|found| found.missing.into_iter().next()) {
        let label = run.def.entity.label_of(&path);
        let zh = format!("请填写“{}”：由它决定谁可以发起。", label.zh);
        let en = format!("Fill in “{}”: who may start this depends on it.", label.en);
        return Err(Refusal::new(RefusalKind::Input, "field_required", zh, en).about(&path));
    }
    run.enter(first, None)
}

/// Whom the draft is `by:`, as far as the record says; none when it is everybody's.
fn drafters(run: &Run<'_>) -> Option<Resolved> {
    let draft = run.def.states.iter().find_map(|state| match &state.kind {
        StateKind::Draft { by } => Some(by),
        _ => None,
    });
    match draft {
        None | Some(PeopleRef::Applicant) => None,
        Some(who) => Some(run.resolve(who)),
    }
}

/// Whoever the draft is `by:` may start; `applicant` is everybody who is here. While the record does not say yet whom the rule
/// names, nobody is turned away.
pub(crate) fn may_start(run: &Run<'_>, person: &str) -> Result<(), Refusal> {
    if run.def.only_revokes() && run.case.instance.revocation.of.is_none() {
        let zh = "这个流程只用来撤销已批准的单据：请打开那张单据，选“申请撤销”。";
        let en =
            "This flow only revokes what was approved: open that case and choose “Ask to revoke”.";
        return Err(Refusal::new(RefusalKind::Input, "only_revokes", zh, en));
    }
    let named = drafters(run).is_none_or(|found| {
        !found.missing.is_empty() || found.people.iter().any(|known| known == person)
    });
    if named && run.cx.organisation.may_act(person) {
        return Ok(());
    }
    let zh = format!("您没有发起“{}”的权限，请联系流程负责人。", run.def.name.zh);
    let en = format!(
        "You may not start “{}”; ask the flow's owner.",
        run.def.name.en
    );
    Err(Refusal::new(RefusalKind::NotYours, "may_not_start", zh, en))
}
