//! Contracts, invoices and targets: what must add up, and what must not happen twice.

mod contract;
mod invoice;
mod order;
mod target;

use assent_core::event::Event;
use assent_core::module::{HookContext, Manifest, Module, Query, Reaction};
use assent_core::refusal::Refusal;
use assent_core::value::Values;

/// The module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Finance;

impl Module for Finance {
    fn manifest(&self) -> &Manifest {
        assent_core::manifest!("../module.yaml")
    }

    fn needs(&self, entity: &str, values: &Values) -> Vec<Query> {
        match entity {
            "invoice_application" => invoice::needs(values),
            "frame_order" => order::needs(values),
            "target" => target::needs(values),
            _ => vec![],
        }
    }

    fn derive(&self, entity: &str, values: &mut Values, cx: &HookContext<'_>) {
        match entity {
            "contract" => contract::derive(values),
            "invoice_application" => invoice::derive(values, cx),
            "frame_order" => order::derive(values, cx),
            "target" => target::derive(values, cx),
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
            "contract" => contract::check(after, cx),
            "invoice_application" => invoice::check(after, cx),
            "frame_order" => order::check(after, cx),
            "target" => target::check(before, after, cx),
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
            ("contract", change) => contract::react(change, values, cx),
            ("invoice_application", change) => invoice::react(change),
            ("frame_order", change) => order::react(change),
            ("target", change) => target::react(change, values, cx),
            _ => vec![],
        }
    }
}

#[cfg(test)]
mod tests;
