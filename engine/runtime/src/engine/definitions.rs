//! Definitions by version, compiled once from their stored source.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use assent_core::definition::Definition;
use assent_core::people::Names;
use assent_core::text::Text;
use assent_core::time::Moment;

/// The current version of a published flow.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// Compiled.
    pub definition: Arc<Definition>,
    /// When it was published.
    pub published: Moment,
    /// The file it came from, as its author named it.
    pub file: String,
}

/// Definitions in memory. Old versions stay as long as an instance asks for them; a definition is some tens of KB.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    versions: RwLock<HashMap<(String, String), Arc<Definition>>>,
    current: RwLock<BTreeMap<String, Known>>,
}

impl Definitions {
    /// A version, when it was compiled already.
    pub(crate) fn version(&self, flow: &str, version: &str) -> Option<Arc<Definition>> {
        // A poisoned lock still holds a whole map: entries are added, never changed.
        let versions = self.versions.read().unwrap_or_else(PoisonError::into_inner);
        versions
            .get(&(flow.to_owned(), version.to_owned()))
            .cloned()
    }

    /// Keeps a compiled version; the first of two equal ones stays.
    pub(crate) fn keep(&self, definition: Arc<Definition>) -> Arc<Definition> {
        let mut versions = self
            .versions
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let key = (definition.flow.clone(), definition.version.clone());
        Arc::clone(versions.entry(key).or_insert(definition))
    }

    /// Makes a version the current one of its flow.
    pub(crate) fn make_current(&self, known: Known) {
        self.keep(Arc::clone(&known.definition));
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.insert(known.definition.flow.clone(), known);
    }

    /// The current version of a flow.
    pub(crate) fn current(&self, flow: &str) -> Option<Known> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.get(flow).cloned()
    }

    /// The current versions of all flows, by id.
    pub(crate) fn all(&self) -> Vec<Known> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.values().cloned().collect()
    }
}

/// Flows and their ends as their current versions call them.
impl Names for Definitions {
    fn flow(&self, id: &str) -> Text {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let known = current.get(id);
        known.map_or_else(|| Text::same(id), |known| known.definition.name.clone())
    }

    fn outcome(&self, flow: &str, word: &str) -> Option<Text> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.get(flow)?.definition.outcome_name(word).cloned()
    }
}
