//! What events say about who is asked: draws, choices, proxies, and who did the work.

use crate::event::{Change, Event};
use crate::instance::{Drawn, Instance, TaskKind, Worked};
use crate::people::{PersonId, choice_field};

/// Folds an event about people into the instance.
pub(crate) fn people(instance: &mut Instance, event: &Event) {
    match &event.change {
        Change::Acted { task, state, .. } => {
            let person = event.actor.person().unwrap_or_default().to_owned();
            let active = instance.active.iter().rfind(|at| at.state == *state);
            let entry = active.map_or(0, |at| at.entry);
            let stands_for = stood_for(instance, *task, &person);
            instance.worked.push(Worked {
                state: state.clone(),
                entry,
                person,
                stands_for,
            });
        }
        Change::Drawn {
            name,
            how,
            people,
            number,
            ..
        } => {
            instance.drawn.retain(|drawn| drawn.name != *name);
            instance.drawn.push(Drawn {
                name: name.clone(),
                how: *how,
                people: people.clone(),
                number: *number,
                round: instance.round,
            });
        }
        Change::PeopleChosen { name, people } => {
            instance.choices.insert(name.clone(), people.clone());
            // As an edited field: going straight back is refused when somebody on the way is found by it.
            let field = choice_field(name);
            let drafting = instance
                .tasks
                .iter()
                .any(|task| task.kind == TaskKind::Draft);
            if instance.submitted && drafting && !instance.edited.contains(&field) {
                instance.edited.push(field);
            }
        }
        Change::Proxied {
            task,
            person,
            hops,
            flag,
        } => {
            if let Some(open) = instance.tasks.iter_mut().find(|open| open.no == *task) {
                open.stands_for = (!hops.is_empty()).then(|| person.clone());
                open.unproxied = *flag;
            }
        }
        _ => {}
    }
}

/// Whom somebody stood in for on a task that just ended; nobody when it was their own.
pub(crate) fn stood_for(instance: &Instance, task: u32, person: &str) -> Option<PersonId> {
    let closed = instance.closed.iter().rfind(|closed| closed.no == task);
    let asked = closed.and_then(|closed| closed.stands_for.clone());
    asked.filter(|asked| asked != person)
}
