//! `module.yaml`: what a module declares.

use crate::catalog::{EffectType, Port};
use crate::diagnostic::Diagnostic;
use crate::field::{EntityType, Field};
use crate::module::Manifest;
use crate::text::Text;

use super::form::{self, FieldPlace};
use super::map::{MapReader, key_word};
use super::reader::{Reader, Word};
use super::scalar;
use super::tree::{Key, Node};

/// Reads a manifest; there is none when the file holds an error.
pub fn read(file_name: &str, text: &str) -> (Option<Manifest>, Vec<Diagnostic>) {
    let (mut reader, root) = super::open(file_name, text);
    let manifest = root.as_ref().and_then(|root| manifest(&mut reader, root));
    let diagnostics = super::finish(reader);
    let broken = diagnostics.iter().any(Diagnostic::is_error);
    (manifest.filter(|_| !broken), diagnostics)
}

fn manifest(reader: &mut Reader, root: &Node) -> Option<Manifest> {
    let mut map = MapReader::open(reader, root, ("模块清单", "manifest"))?;
    let module = map.need("module").and_then(|node| scalar::id(reader, node));
    let label = map
        .need("name")
        .and_then(|node| scalar::names(reader, node));
    let entities = map.get("entities");
    let entities = entities.map_or_else(Vec::new, |node| entities_of(reader, node));
    let roles = map.get("roles");
    let roles = roles.map_or_else(Vec::new, |node| {
        named(reader, node, ("角色表", "list of roles"))
    });
    let posts = map.get("posts");
    let posts = posts.map_or_else(Vec::new, |node| {
        named(reader, node, ("岗位表", "list of posts"))
    });
    let prefix = module.as_ref().map_or("", |word| word.text.as_str());
    let effects = map.get("effects");
    let effects = effects.map_or_else(Vec::new, |node| effects_of(reader, node, prefix));
    let events = map.get("events");
    let events = events.map_or_else(Vec::new, |node| events_of(reader, node, prefix));
    map.close(reader);
    Some(Manifest {
        module: module?.text,
        label: label?,
        entities,
        roles,
        posts,
        effects,
        events,
    })
}

/// `id: {zh, en}` pairs.
fn named(
    reader: &mut Reader,
    node: &Node,
    what: (&'static str, &'static str),
) -> Vec<(String, Text)> {
    let Some(list) = MapReader::open(reader, node, what) else {
        return vec![];
    };
    let mut found = Vec::new();
    for (key, node) in list.written() {
        let word = key_word(key);
        let fine = scalar::check_id(reader, &word);
        if let (true, Some(name)) = (fine, scalar::names(reader, node)) {
            found.push((word.text, name));
        }
    }
    found
}

fn entities_of(reader: &mut Reader, node: &Node) -> Vec<EntityType> {
    let Some(list) = MapReader::open(reader, node, ("实体表", "list of entity types")) else {
        return vec![];
    };
    let entries = list.written().iter();
    entries
        .filter_map(|(key, node)| entity(reader, key, node))
        .collect()
}

fn entity(reader: &mut Reader, key: &Key, node: &Node) -> Option<EntityType> {
    let name = key_word(key);
    reader.note(format!("entities.{}", name.text), key.span);
    let fine = scalar::check_id(reader, &name);
    let mut map = MapReader::open(reader, node, ("实体", "entity type"))?;
    let label = map
        .need("name")
        .and_then(|node| scalar::names(reader, node));
    let path = format!("entities.{}.fields", name.text);
    let read = map
        .need("fields")
        .map(|node| form::fields(reader, node, FieldPlace::Entity, &path));
    let title = map
        .get("title_field")
        .and_then(|node| scalar::text(reader, node));
    map.close(reader);
    let read = read?;
    let title_field = title.and_then(|word| {
        let known = read
            .list
            .iter()
            .any(|field: &Field| field.name == word.text);
        if !known {
            let names = read.list.iter().map(|field| field.name.as_str());
            reader.unknown("unknown-field", &word, ("字段", "field"), names);
        }
        known.then_some(word.text)
    });
    let mut entity = EntityType {
        name: name.text,
        label: label?,
        fields: read.list,
        title_field,
    };
    formulas(reader, &mut entity, &read.formulas);
    fine.then_some(entity)
}

/// `is:` within one entity type. Other entity types may be declared by other modules, so paths through references are
/// left to whoever knows them all.
fn formulas(reader: &mut Reader, entity: &mut EntityType, formulas: &[(String, &Node)]) {
    for (name, node) in formulas {
        let found = super::lean::entity_formula(reader, entity, node);
        if let Some(field) = entity.fields.iter_mut().find(|field| field.name == *name) {
            if let Some(expr) = &found {
                super::lean::formula_fits(reader, node, expr, &field.kind);
            }
            field.computed = found;
        }
    }
}

fn effects_of(reader: &mut Reader, node: &Node, prefix: &str) -> Vec<EffectType> {
    let Some(list) = MapReader::open(reader, node, ("模块动作表", "list of effects")) else {
        return vec![];
    };
    let entries = list.written().iter();
    entries
        .filter_map(|(key, node)| effect(reader, key, node, prefix))
        .collect()
}

fn effect(reader: &mut Reader, key: &Key, node: &Node, prefix: &str) -> Option<EffectType> {
    let name = dotted(reader, &key_word(key), prefix);
    let mut map = MapReader::open(reader, node, ("模块动作", "effect"))?;
    let label = map
        .need("name")
        .and_then(|node| scalar::names(reader, node));
    let takes = map
        .get("takes")
        .map_or_else(Vec::new, |node| ports(reader, node));
    let gives = map
        .get("gives")
        .map_or_else(Vec::new, |node| ports(reader, node));
    map.close(reader);
    Some(EffectType {
        name: name?,
        label: label?,
        takes,
        gives,
    })
}

/// Declared inputs or outputs: names with types. Also used by rule declarations.
pub fn ports(reader: &mut Reader, node: &Node) -> Vec<Port> {
    let fields = form::fields(reader, node, FieldPlace::Port, "ports");
    fields
        .list
        .into_iter()
        .map(|field| Port {
            name: field.name,
            kind: field.kind,
            required: field.required,
        })
        .collect()
}

fn events_of(reader: &mut Reader, node: &Node, prefix: &str) -> Vec<String> {
    let words = scalar::words(reader, node);
    words
        .iter()
        .filter_map(|word| dotted(reader, word, prefix))
        .collect()
}

/// `module.name`; a bare name belongs to this module. Another module's prefix stays: an effect of `erp` may be declared
/// by whoever connects it.
fn dotted(reader: &mut Reader, word: &Word, prefix: &str) -> Option<String> {
    let parts: Vec<&str> = word.text.split('.').collect();
    let fine = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    if parts.len() > 2 || !parts.iter().all(|part| fine(part)) {
        reader.error(
            "bad-id",
            word.span,
            (
                format!("“{}”不能作名字", word.text),
                format!("“{}” cannot be a name", word.text),
            ),
            (
                "写成 模块.名字，用小写英文字母、数字和下划线",
                "Write module.name in lower-case letters, digits and underscores",
            ),
        );
        return None;
    }
    Some(if parts.len() == 1 {
        format!("{prefix}.{}", word.text)
    } else {
        word.text.clone()
    })
}
