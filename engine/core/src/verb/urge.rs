//! Urge 催办: the applicant asks those it waits on to hurry, not too often.

use crate::event::Change;
use crate::people::PersonId;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::{REMIND_MAIL, Run};
use crate::verb::shared::running;

/// Between two urgings.
const URGE_PAUSE_MS: i64 = 2 * 3_600_000;

/// May this person urge now?
pub(crate) fn check(run: &Run<'_>) -> Result<Vec<PersonId>, Refusal> {
    running(run)?;
    let person = run.person()?;
    let instance = &run.case.instance;
    if person != instance.applicant || !run.cx.organisation.may_act(&person) {
        let zh = "只有发起人可以催办。";
        let en = "Only the applicant may urge.";
        return Err(Refusal::new(RefusalKind::NotYours, "not_yours", zh, en));
    }
    let mut people: Vec<PersonId> = vec![];
    for waiting in instance.waiting_on() {
        if waiting != person && !people.iter().any(|known| known == waiting) {
            people.push(waiting.to_owned());
        }
    }
    if people.is_empty() {
        let zh = "现在没有在等谁处理，无需催办。";
        let en = "Nobody is waited on now.";
        return Err(Refusal::new(RefusalKind::Input, "nobody_to_urge", zh, en));
    }
    if let Some(last) = instance.urged {
        let again = last.plus_ms(URGE_PAUSE_MS);
        if run.cx.now < again {
            let zh = "刚刚催办过，请过两小时再催。";
            let en = "They were urged a short while ago; try again two hours after that.";
            let refusal = Refusal::new(RefusalKind::TooLate, "urged_already", zh, en);
            return Err(refusal.with("again_at", again.0.to_string()));
        }
    }
    Ok(people)
}

pub(crate) fn perform(run: &mut Run<'_>) -> Result<(), Refusal> {
    let people = check(run)?;
    run.emit(Change::Urged {
        people: people.clone(),
    });
    for person in people {
        let task = run
            .case
            .instance
            .tasks
            .iter()
            .find(|task| task.holders().contains(&person.as_str()));
        let (task, state) = task.map_or((None, String::new()), |task| {
            (Some(task.no), task.state.clone())
        });
        run.mail(REMIND_MAIL, vec![person], task, &state);
    }
    Ok(())
}
