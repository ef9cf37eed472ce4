//! `module.yaml`: what a module declares.

use crate::catalog::{EffectType, Port};
use crate::diagnostic::Diagnostic;
use crate::field::{EntityType, FILLED_BY_FLOW, FILLED_BY_MODULE, Field, FieldKind};
use crate::module::{Manifest, Post, Series};
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
    let (effects, calls): (Vec<EffectType>, Vec<Option<Post>>) = effects.into_iter().unzip();
    let events = map.get("events");
    let events = events.map_or_else(Vec::new, |node| events_of(reader, node, prefix));
    let numbers = map.get("numbers");
    let numbers = numbers.map_or_else(Vec::new, |node| numbers_of(reader, node, &entities));
    map.close(reader);
    Some(Manifest {
        module: module?.text,
        label: label?,
        entities,
        roles,
        posts,
        effects,
        events,
        numbers,
        calls: calls.into_iter().flatten().collect(),
    })
}

/// `entity.field: 'WO-{year}-{0001}'`
fn numbers_of(reader: &mut Reader, node: &Node, entities: &[EntityType]) -> Vec<Series> {
    let Some(list) = MapReader::open(reader, node, ("编号表", "list of number series")) else {
        return vec![];
    };
    let mut found = Vec::new();
    for (key, node) in list.written() {
        let word = key_word(key);
        let text = |field: &&Field| field.kind == FieldKind::Text;
        let known = word.text.split_once('.').filter(|(entity, field)| {
            let entity = entities.iter().find(|known| known.name == *entity);
            entity
                .and_then(|entity| entity.field(field))
                .is_some_and(|field| text(&field))
        });
        let Some((entity, field)) = known else {
            let texts = entities.iter().flat_map(|entity| {
                let fields = entity.fields.iter().filter(text);
                fields.map(|field| format!("{}.{}", entity.name, field.name))
            });
            let texts: Vec<String> = texts.collect();
            let texts = texts.iter().map(String::as_str);
            reader.unknown("unknown-field", &word, ("文本字段", "text field"), texts);
            continue;
        };
        let Some(form) = scalar::text(reader, node) else {
            continue;
        };
        let digits = form.text.replace("{year}", "");
        let digits = digits
            .split_once('{')
            .and_then(|(_, rest)| rest.split_once('}'));
        let counts = digits.is_some_and(|(digits, rest)| {
            !digits.is_empty()
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && !rest.contains('{')
        });
        if counts {
            found.push(Series {
                entity: entity.to_owned(),
                field: field.to_owned(),
                form: form.text,
            });
        } else {
            reader.error(
                "bad-number-form",
                form.span,
                (
                    format!("“{}”不是编号格式", form.text),
                    format!("“{}” is not the form of a number", form.text),
                ),
                (
                    "写成 'WO-{year}-{0001}'：花括号里的数字表示至少几位",
                    "Write 'WO-{year}-{0001}': the digits in braces say how many there are at least",
                ),
            );
        }
    }
    found
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
    filled_by_hooks(reader, &mut entity, &read.sources);
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

/// `from: module`, `from: flow`: hooks fill it in, or rules and effects of flows; people cannot.
fn filled_by_hooks(reader: &mut Reader, entity: &mut EntityType, sources: &[(String, Word)]) {
    for (name, from) in sources {
        let sources = [FILLED_BY_MODULE, FILLED_BY_FLOW];
        if !sources.contains(&from.text.as_str()) {
            reader.unknown("unknown-word", from, ("来源", "source"), sources);
            continue;
        }
        if let Some(field) = entity.fields.iter_mut().find(|field| field.name == *name) {
            field.filled_by = Some(from.text.clone());
        }
    }
}

fn effects_of(reader: &mut Reader, node: &Node, prefix: &str) -> Vec<(EffectType, Option<Post>)> {
    let Some(list) = MapReader::open(reader, node, ("模块动作表", "list of effects")) else {
        return vec![];
    };
    let entries = list.written().iter();
    entries
        .filter_map(|(key, node)| effect(reader, key, node, prefix))
        .collect()
}

fn effect(
    reader: &mut Reader,
    key: &Key,
    node: &Node,
    prefix: &str,
) -> Option<(EffectType, Option<Post>)> {
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
    let post = map.get("post").and_then(|node| scalar::text(reader, node));
    map.close(reader);
    let name = name?;
    let post = post.and_then(|word| post_of(reader, &word, &name));
    let effect = EffectType {
        name,
        label: label?,
        takes,
        gives,
    };
    Some((effect, post))
}

/// `post: erp/invoices`: the connector and the path below its address.
fn post_of(reader: &mut Reader, word: &Word, effect: &str) -> Option<Post> {
    let parts = word.text.split_once('/');
    let Some((connector, path)) = parts.filter(|(to, path)| !to.is_empty() && !path.is_empty())
    else {
        reader.error(
            "bad-post",
            word.span,
            (
                format!("“{}”不是 连接器/路径", word.text),
                format!("“{}” is not connector/path", word.text),
            ),
            ("例如 erp/invoices", "For example erp/invoices"),
        );
        return None;
    };
    Some(Post {
        effect: effect.to_owned(),
        connector: connector.to_owned(),
        path: format!("/{path}"),
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

/// `id: {zh, en}`: people read the name, the id is the module's own or another's.
fn events_of(reader: &mut Reader, node: &Node, prefix: &str) -> Vec<(String, Text)> {
    let Some(list) = MapReader::open(reader, node, ("事件表", "list of events")) else {
        return vec![];
    };
    let mut found = Vec::new();
    for (key, node) in list.written() {
        let id = dotted(reader, &key_word(key), prefix);
        if let (Some(id), Some(name)) = (id, scalar::names(reader, node)) {
            found.push((id, name));
        }
    }
    found
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
