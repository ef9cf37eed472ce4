//! A migration's map as somebody writes it: `states: {old: new}` and `set: {field: value}`.

use crate::definition::Definition;
use crate::diagnostic::Diagnostic;
use crate::dialect::map::MapReader;
use crate::dialect::{self, scalar};

use super::MigrationMap;

/// Reads a map for migrating to a version: its states and fields are looked up there.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_map(file: &str, text: &str, to: &Definition) -> Result<MigrationMap, Vec<Diagnostic>> {
    if text.trim().is_empty() {
        return Ok(MigrationMap::default());
    }
    let (mut reader, root) = dialect::open(file, text);
    let mut read = MigrationMap::default();
    let what = ("迁移表", "migration map");
    if let Some(mut map) = root
        .as_ref()
        .and_then(|root| MapReader::open(&mut reader, root, what))
    {
        let states = map.get("states");
        let set = map.get("set");
        map.close(&mut reader);
        if let Some(states) = states.and_then(|node| MapReader::open(&mut reader, node, what)) {
            for (key, node) in states.written() {
                let Some(word) = scalar::text(&mut reader, node) else {
                    continue;
                };
                if to.state_ix(&word.text).is_none() {
                    let known = to.states.iter().map(|state| state.id.as_str());
                    reader.unknown("unknown-state", &word, ("节点", "state"), known);
                }
                read.states.insert(key.text.clone(), word.text);
            }
        }
        let fields = &to.entity.fields;
        let kind = |name: &str| {
            let known = fields.iter().find(|field| field.name == name);
            known
                .map(|field| field.kind.clone())
                .ok_or_else(|| fields.iter().map(|field| field.name.clone()).collect())
        };
        let zone = crate::record::china();
        if let Some(node) = set {
            let values = dialect::value::record(&mut reader, node, &zone, kind);
            read.set = values.unwrap_or_default();
        }
    }
    let found = dialect::finish(reader);
    if found.iter().any(Diagnostic::is_error) {
        Err(found)
    } else {
        Ok(read)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::text::Text;

    fn flow() -> Definition {
        let catalog = Catalog {
            roles: ["owner", "finance", "chief", "boss", "legal"]
                .iter()
                .map(|role| ((*role).to_owned(), Text::same(*role)))
                .collect(),
            calendars: ["cn_office".to_owned()].into(),
            ..Catalog::default()
        };
        let text = include_str!("../difference/tests/purchase.yaml");
        dialect::compile("purchase.yaml", text, &catalog)
            .definition
            .unwrap()
    }

    /// A7.11: a map is read with the names of the version it leads to, and a slip is named.
    #[test]
    fn a_map_is_checked_against_the_version_it_leads_to() {
        let to = flow();
        let map = read_map("map.yaml", "states: {old: chief}\nset: {note: 补}\n", &to).unwrap();
        assert_eq!(map.states["old"], "chief");
        assert_eq!(map.set["note"], crate::value::Value::from("补"));
        let codes = |text: &str| -> Vec<&'static str> {
            let found = read_map("map.yaml", text, &to).unwrap_err();
            found.iter().map(|fault| fault.code).collect()
        };
        assert_eq!(codes("states: {old: cheif}"), ["unknown-state"]);
        assert_eq!(codes("state: {old: chief}"), ["unknown-key"]);
        assert_eq!(codes("set: {nope: 1}").len(), 1);
        assert_eq!(
            read_map("map.yaml", " ", &to).unwrap(),
            MigrationMap::default()
        );
    }
}
