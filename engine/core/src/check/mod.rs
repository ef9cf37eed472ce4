//! Checks before publishing: what can be proved about a definition, each failure with a counter-example.
//!
//! The dialect has resolved every name and checked every type by then; here is what needs the whole flow. Everything is a
//! pure function of the definition, the catalog and, for the organisation, the directory. Nothing stops at the first
//! fault. A fault is told once, where it can be mended.

mod across;
mod approvals;
mod choices;
mod deadlines;
mod filled;
mod finding;
mod formulas;
mod graph;
mod loops;
mod missing;
mod names;
mod needs;
mod organisation;
mod people;
mod permissions;
mod reach;
mod reads;
mod structure;
mod words;

use crate::catalog::Catalog;
use crate::definition::Definition;
use crate::diagnostic::Diagnostic;

pub use across::across;
pub use finding::Finding;
pub use organisation::{organisation, organisation_since};

/// Everything that can be said about a definition without the organisation, in the order of the file.
pub fn findings(def: &Definition, catalog: &Catalog) -> Vec<Finding> {
    let reach = reach::Reach::of(def);
    let mut found = structure::check(def, &reach);
    found.extend(loops::check(def, &reach));
    found.extend(choices::check(def, &reach));
    found.extend(formulas::check(def));
    found.extend(deadlines::check(def));
    found.extend(approvals::check(def, &reach));
    found.extend(people::check(def, &reach));
    found.extend(permissions::check(def));
    found.extend(names::check(def));
    found.extend(missing::check(def, catalog, &reach));
    found.sort_by_key(|finding| {
        let place = def.places.get(&finding.at);
        (place.line, place.column)
    });
    found
}

/// The same as diagnostics, each with its place in the file.
pub fn all(def: &Definition, catalog: &Catalog) -> Vec<Diagnostic> {
    findings(def, catalog)
        .into_iter()
        .map(|finding| finding.placed(&def.places))
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests;
