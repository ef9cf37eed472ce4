//! Offers as buttons.

use assent_core::definition::{State, StateKind};
use assent_core::field::Field;
use assent_core::instance::Case;
use assent_core::turn::Context;
use assent_core::value::Value;
use assent_core::verb::offer::{Offer, offers};

use super::consequence::consequence;
use super::form::form_field;
use crate::app::{FormField, FormOption, OfferView, choice_fields};
use crate::engine::Around;

/// What this reader can do, and why not the rest.
pub(crate) fn offer_views(
    reader: &str,
    case: &Case,
    around: &Around,
    cx: &Context<'_>,
) -> Vec<OfferView> {
    offers(&around.def, case, reader, cx)
        .into_iter()
        .map(|offer| one(offer, case, around, cx))
        .collect()
}

fn one(offer: Offer, case: &Case, around: &Around, cx: &Context<'_>) -> OfferView {
    let state = offer
        .task
        .and_then(|no| case.instance.task(no))
        .and_then(|task| around.def.state_ix(&task.state))
        .map(|ix| &around.def.states[ix]);
    let own = |name: &str| {
        let of_state = state.and_then(|state| asked(state, offer.action.as_deref(), name));
        (
            of_state.is_some(),
            of_state.or_else(|| around.def.entity.field(name)),
        )
    };
    let mut ask: Vec<FormField> = Vec::new();
    let mut require = Vec::new();
    for (name, needed) in &offer.ask {
        if let Some((_, chooser)) = around.def.choice_named(name) {
            let choices = choice_fields(&around.def, case, chooser, &around.directory, cx);
            let mut shown = choices.into_iter().filter(|field| field.name == *name);
            ask.extend(shown.next().map(|field| FormField {
                required: *needed,
                ..field
            }));
            continue;
        }
        let (is_asked, Some(field)) = own(name) else {
            continue;
        };
        if *needed && !is_asked {
            require.push(name.clone());
        }
        let mut shown = form_field(field, case.values.get(name).unwrap_or(&Value::Empty));
        shown.required = *needed;
        ask.push(shown);
    }
    OfferView {
        action: offer
            .action
            .clone()
            .unwrap_or_else(|| offer.verb.to_owned()),
        verb: offer.verb,
        work: offer.verb == "act",
        label: offer.name.clone(),
        task: offer.task,
        allowed: offer.refused.is_none(),
        consequence: state
            .filter(|_| offer.refused.is_none())
            .map(|state| consequence(&offer, state, case, &around.def, cx))
            .unwrap_or_default(),
        refusal: offer.refused,
        reason_required: offer.reason,
        signature: offer.signature,
        step_up: offer.step_up,
        ask,
        require,
        targets: offer
            .targets
            .into_iter()
            .map(|(id, name)| FormOption { id, name })
            .collect(),
    }
}

/// A field that the state or the action asks for.
fn asked<'a>(state: &'a State, action: Option<&str>, name: &str) -> Option<&'a Field> {
    let of_action = match &state.kind {
        StateKind::Work { actions, .. } => actions
            .iter()
            .find(|known| Some(known.id.as_str()) == action)
            .map(|known| known.ask.as_slice()),
        _ => None,
    };
    state
        .ask
        .iter()
        .chain(of_action.unwrap_or_default())
        .find(|field| field.name == name)
}
