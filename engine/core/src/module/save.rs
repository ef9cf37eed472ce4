//! A record saved outside a flow: the same hooks and field rules as everywhere.

use std::sync::Arc;

use super::{HookContext, Module};
use crate::field::EntityType;
use crate::record::{self, FactsOf, Tables};
use crate::refusal::Refusal;
use crate::value::Values;

/// The record as it is written: the modules' `derive`, formulas, field limits, what is required, the modules' `check`.
/// `before` is the record as it was, `after` as it should be.
///
/// # Errors
/// The refusal a person reads.
pub fn saved(
    modules: &[Arc<dyn Module>],
    kind: &EntityType,
    before: Option<&Values>,
    mut after: Values,
    cx: &HookContext<'_>,
) -> Result<Values, Refusal> {
    for module in modules {
        module.derive(&kind.name, &mut after, cx);
    }
    let formulas = record::computed(&kind.fields, &facts(kind, &after));
    after.extend(formulas);
    after.retain(|_, value| !value.is_empty());
    let mut faults = record::check(&kind.fields, &after);
    faults.extend(record::missing(&kind.fields, &after));
    if let Some(fault) = faults.into_iter().next() {
        return Err(fault.into());
    }
    for module in modules {
        module.check(&kind.name, before, &after, cx)?;
    }
    Ok(after)
}

fn facts<'a>(kind: &'a EntityType, values: &'a Values) -> FactsOf<'a> {
    static NONE: Tables = Tables::new();
    FactsOf {
        fields: &kind.fields,
        values,
        id: None,
        tables: &NONE,
        records: &|_, _| None,
        applicant: None,
    }
}
