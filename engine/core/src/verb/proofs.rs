//! What a flow asks for with a decision: a signature 签名, and proof that it is still the same person (step-up).

use crate::command::DecideWith;
use crate::definition::{Approve, Signature, State, StateKind, StepUp};
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::Run;

/// The longest id of an attachment.
const SIGNATURE_CHARS_MAX: usize = 100;

fn approval(state: &State) -> Option<&Approve> {
    match &state.kind {
        StateKind::Approve(approve) => Some(approve),
        _ => None,
    }
}

/// An approval carries the signature its state asks for: the person's own name, or a drawing.
pub(crate) fn signature(run: &Run<'_>, state: &State, with: &DecideWith) -> Result<(), Refusal> {
    let Some(kind) = approval(state).and_then(|approve| approve.signature) else {
        return Ok(());
    };
    let given = with.signature.as_deref().map(str::trim).unwrap_or_default();
    let name = run.cx.organisation.name(&run.person()?);
    let (zh, en) = match kind {
        Signature::Typed if given == name => return Ok(()),
        Signature::Typed => (
            format!("请签名：输入您的姓名“{name}”。"),
            format!("Sign by typing your name, “{name}”."),
        ),
        Signature::Drawn if !given.is_empty() && given.chars().count() <= SIGNATURE_CHARS_MAX => {
            return Ok(());
        }
        Signature::Drawn => (
            "请手写签名。".to_owned(),
            "Sign by drawing your signature.".to_owned(),
        ),
    };
    Err(Refusal::new(RefusalKind::Input, "signature_required", zh, en).about("signature"))
}

/// The signature a state asks for, as a word.
pub(crate) fn signature_word(state: &State) -> Option<&'static str> {
    approval(state)?.signature.map(|kind| match kind {
        Signature::Typed => "typed",
        Signature::Drawn => "drawn",
    })
}

/// Several decided together: only where the owner's cap (`bulk:`) lets this one be among them. A condition that cannot be
/// computed does not.
pub(crate) fn in_bulk(run: &Run<'_>, state: &State, with: &DecideWith) -> Result<(), Refusal> {
    let cap = approval(state).and_then(|approve| approve.bulk.as_ref());
    let Some(cap) = cap.filter(|_| with.bulk) else {
        return Ok(());
    };
    if run.holds(cap).is_ok_and(|(holds, _)| holds) {
        return Ok(());
    }
    let zh = format!(
        "超出可以批量审批的范围（{}），请打开这一单单独处理。",
        cap.text
    );
    let en = format!(
        "This is beyond what may be decided in bulk ({}); open it and decide it alone.",
        cap.text
    );
    Err(Refusal::new(RefusalKind::Input, "not_in_bulk", zh, en))
}

/// Above what the flow says, the password or a code is asked for again.
pub(crate) fn step_up(run: &Run<'_>, state: &State, with: &DecideWith) -> Result<(), Refusal> {
    if with.stepped_up || !needs_step_up(run, state) {
        return Ok(());
    }
    let zh = "这一步需要再次输入密码或验证码。";
    let en = "Enter your password or a code again for this decision.";
    Err(Refusal::new(
        RefusalKind::NotYours,
        "step_up_required",
        zh,
        en,
    ))
}

/// Does the state ask for it, as the facts stand? A condition that cannot be computed asks for it: the careful answer.
pub(crate) fn needs_step_up(run: &Run<'_>, state: &State) -> bool {
    match approval(state).and_then(|approve| approve.step_up.as_ref()) {
        None => false,
        Some(StepUp::Always) => true,
        Some(StepUp::When(condition)) => run.holds(condition).map_or(true, |(holds, _)| holds),
    }
}
