//! Shipments: what is on a truck and who bears what is not, trucks that cannot be in two places, receipts that cannot say more
//! than was sent.

mod load;

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
        _before: Option<&Values>,
        after: &Values,
        cx: &HookContext<'_>,
    ) -> Result<(), Refusal> {
        match entity {
            "shipment" => load::check(after, cx),
            "delivery" => load::check_delivery(after),
            "load_plan" => load::check_plan(after),
            _ => Ok(()),
        }
    }

    fn react(
        &self,
        event: &Event,
        entity: &str,
        _values: &Values,
        _cx: &HookContext<'_>,
    ) -> Vec<Reaction> {
        let status = match &event.change {
            _ if entity != "shipment" => return vec![],
            Change::Submitted { .. } => "asked",
            Change::Ended {
                outcome: Outcome::Approved,
                ..
            } => "released",
            Change::Ended { .. } => "void",
            _ => return vec![],
        };
        vec![Reaction::Set(Values::from([(
            "status".to_owned(),
            Value::from(status),
        )]))]
    }
}

#[cfg(test)]
mod tests;
