//! Manifests and the catalog they make.

use std::sync::Arc;

use crate::calendar::builtins;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::dialect;
use crate::module::{Manifest, Module};
use crate::rule::RuleSet;

/// Reads a `module.yaml` that must be good.
///
/// # Panics
/// With every fault of the file.
pub fn manifest(text: &str) -> Manifest {
    let (manifest, diagnostics) = dialect::manifest::read("module.yaml", text);
    no_faults(&diagnostics);
    manifest.unwrap_or_default()
}

/// Everything flows may name: what these modules declare, these rules, the built-in calendars.
pub fn catalog(modules: &[Arc<dyn Module>], rules: &RuleSet) -> Catalog {
    let mut catalog = Catalog {
        rules: rules.types(),
        calendars: builtins()
            .iter()
            .map(|calendar| calendar.name().to_owned())
            .collect(),
        ..Catalog::default()
    };
    for manifest in modules.iter().map(|module| module.manifest()) {
        let entities = manifest.entities.iter();
        catalog
            .entities
            .extend(entities.map(|entity| (entity.name.clone(), entity.clone())));
        let effects = manifest.effects.iter();
        catalog
            .effects
            .extend(effects.map(|effect| (effect.name.clone(), effect.clone())));
        catalog.roles.extend(manifest.roles.iter().cloned());
        catalog
            .posts
            .extend(manifest.posts.iter().map(|(id, _)| id.clone()));
        catalog.events.extend(manifest.events.iter().cloned());
    }
    catalog
}

/// Fails with the words of every fault.
pub(super) fn no_faults(diagnostics: &[Diagnostic]) {
    let words: Vec<String> = diagnostics
        .iter()
        .map(|fault| {
            let place = &fault.place;
            format!(
                "{}:{}:{} {} {} / {}",
                place.file,
                place.line,
                place.column,
                fault.code,
                fault.message.zh,
                fault.message.en
            )
        })
        .collect();
    assert!(words.is_empty(), "\n{}", words.join("\n"));
}
