//! Shipments: what is on a truck and who bears what is not, trucks that cannot be in two places, receipts that cannot say more
//! than was sent; and repair orders that hear of the parts they wait for.

mod load;
mod parts;

use assent_core::definition::Outcome;
use assent_core::event::{Change, Event};
use assent_core::module::{HookContext, Manifest, Module, Query, Reaction};
use assent_core::refusal::Refusal;
use assent_core::value::{Value, Values};

/// The module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shipment;

impl Module for Shipment {
    fn manifest(&self) -> &Manifest {
        assent_core::manifest!("../module.yaml")
    }

    fn needs(&self, entity: &str, values: &Values) -> Vec<Query> {
        if entity == "shipment" {
            load::needs(values)
        } else {
            vec![]
        }
    }

    fn derive(&self, entity: &str, values: &mut Values, cx: &HookContext<'_>) {
        match entity {
            "shipment" => load::derive(values, cx),
            "delivery" => load::derive_delivery(values),
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
        match entity {
            "shipment" => load::check(before, after, cx),
            "delivery" => load::check_delivery(after),
            "load_plan" => load::check_plan(after),
            _ => Ok(()),
        }
    }

    fn react(
        &self,
        event: &Event,
        entity: &str,
        values: &Values,
        cx: &HookContext<'_>,
    ) -> Vec<Reaction> {
        match (entity, &event.change) {
            ("shipment", Change::Submitted { .. }) => vec![status("asked")],
            ("shipment", Change::Ended { outcome, .. }) if *outcome == Outcome::Approved => {
                let mut reactions = vec![status("released")];
                reactions.extend(parts::told(values, values, "parts.shipped"));
                reactions
            }
            ("shipment", Change::Ended { .. }) => vec![status("void")],
            ("delivery", Change::Ended { outcome, .. }) if outcome.word() == SIGNED_OFF => {
                let shipment = cx.referred("shipment", values, "shipment");
                let told = shipment.and_then(|it| parts::told(&it, values, "parts.received"));
                told.into_iter().collect()
            }
            (_, _) => vec![],
        }
    }
}

/// How a delivery ends that came whole.
const SIGNED_OFF: &str = "signed_off";

fn status(word: &str) -> Reaction {
    Reaction::Set(Values::from([("status".to_owned(), Value::from(word))]))
}

#[cfg(test)]
mod tests;
