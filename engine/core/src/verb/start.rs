//! Start 发起: makes the instance in its draft.

use crate::definition::{PeopleRef, StateKind};
use crate::event::Change;
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
    };
    run.emit(change);
    may_start(run, &applicant)?;
    run.write_draft(set)?;
    run.enter(first, None)
}

/// Whoever the draft is `by:` may start; `applicant` is everybody who is here.
pub(crate) fn may_start(run: &Run<'_>, person: &str) -> Result<(), Refusal> {
    let draft = run.def.states.iter().find_map(|state| match &state.kind {
        StateKind::Draft { by } => Some(by),
        _ => None,
    });
    let named = match draft {
        None | Some(PeopleRef::Applicant) => true,
        Some(who) => run.resolve(who).people.iter().any(|known| known == person),
    };
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
