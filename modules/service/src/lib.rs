//! After-sales service: what a repair order takes over from the vehicle and its history, and what it must not say.

mod check;
mod history;

use assent_core::event::{Change, Event};
use assent_core::module::{HookContext, Manifest, Module, Query, Reaction};
use assent_core::refusal::Refusal;
use assent_core::value::{ReadValues, Value, Values};

/// The module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Service;

impl Module for Service {
    fn manifest(&self) -> &Manifest {
        assent_core::manifest!("../module.yaml")
    }

    fn needs(&self, entity: &str, values: &Values) -> Vec<Query> {
        let vehicle = values.text("vehicle").filter(|_| entity == "work_order");
        let of =
            |vehicle| Query::new("work_order", "vehicle", vehicle).guarded_by("vehicle", vehicle);
        vehicle.map(of).into_iter().collect()
    }

    fn derive(&self, entity: &str, values: &mut Values, cx: &HookContext<'_>) {
        match entity {
            "work_order" => history::derive(values, cx),
            "complaint" => cx.give_number(values, "complaint", "number"),
            _ => {}
        }
    }

    fn check(
        &self,
        entity: &str,
        before: Option<&Values>,
        after: &Values,
        cx: &HookContext<'_>,
    ) -> Result<(), Refusal> {
        if entity == "work_order" {
            check::check(before, after, cx)
        } else {
            Ok(())
        }
    }

    fn react(
        &self,
        event: &Event,
        entity: &str,
        values: &Values,
        cx: &HookContext<'_>,
    ) -> Vec<Reaction> {
        if entity != "work_order" {
            return vec![];
        }
        let status =
            |word: &str| Reaction::Set(Values::from([("status".to_owned(), Value::from(word))]));
        match &event.change {
            Change::Submitted { .. } => vec![status("open")],
            Change::Entered { state, .. } if state == "closed" => {
                let mut reactions = vec![status("closed")];
                if values.is("exchange_due") {
                    reactions.push(history::exchange_case(values, cx));
                }
                reactions
            }
            Change::Entered { state, .. } if state == "cancelled" => vec![status("void")],
            Change::Happened { name, payload } => parts(name, payload).into_iter().collect(),
            Change::Ended { outcome, .. }
                if *outcome != assent_core::definition::Outcome::Approved =>
            {
                vec![status("void")]
            }
            _ => vec![],
        }
    }
}

/// Where the parts are that a repair waits for (S2-36), as the shipment's flow tells it, or the ERP.
fn parts(event: &str, payload: &Value) -> Option<Reaction> {
    let status = match event {
        "parts.shipped" => "shipped",
        "parts.received" => "received",
        _ => return None,
    };
    let mut set = Values::from([("parts_status".to_owned(), Value::from(status))]);
    if let Value::Map(told) = payload
        && let Some(shipment) = told.get("shipment").and_then(Value::as_text)
    {
        set.insert("parts_shipment".to_owned(), Value::from(shipment));
    }
    Some(Reaction::Set(set))
}

#[cfg(test)]
mod tests;
