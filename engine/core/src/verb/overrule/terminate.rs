//! Terminate 作废: ends the instance as cancelled, whatever it waits for.

use super::overridden;
use crate::command::Override;
use crate::definition::Outcome;
use crate::refusal::Refusal;
use crate::turn::Run;

pub(super) fn perform(run: &mut Run<'_>, reason: &str) -> Result<(), Refusal> {
    overridden(run, Override::Terminate, reason);
    run.over(None, Outcome::Cancelled)
}
