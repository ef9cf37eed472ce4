//! Recalculate 重新计算期限: a calendar was loaded or corrected. Only the system sends this.

use crate::refusal::{Refusal, RefusalKind};
use crate::turn::Run;
use crate::verb::shared::running;
use crate::verb::wake::system;

pub(crate) fn perform(run: &mut Run<'_>) -> Result<(), Refusal> {
    system(run)?;
    // A suspended instance's clocks stand: their rests are reckoned by the calendar of the day they run on.
    running(run)?;
    run.reckon_again();
    if run.events().is_empty() {
        let zh = "期限没有变化。";
        let en = "No deadline changed.";
        return Err(Refusal::new(RefusalKind::TooLate, "unchanged", zh, en));
    }
    Ok(())
}
