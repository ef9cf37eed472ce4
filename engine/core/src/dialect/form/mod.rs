//! Fields: a flow's `form:`, what `ask:` adds, a module's entity types. One reader for all.

mod kind;
mod limits;

use crate::field::{Bounds, Field, RequiredTo};
use crate::text::Text;

use crate::dialect::map::{MapReader, key_word};
use crate::dialect::reader::{Reader, Word};
use crate::dialect::scalar;
use crate::dialect::tree::{Key, Node};

use kind::kind;
use limits::{ALL_LIMITS, bounds};

const FIELD: (&str, &str) = ("字段", "field");

/// Where fields stand decides which keys they may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldPlace {
    /// `form:` of a flow.
    Form,
    /// `ask:` of a state or an action.
    Ask,
    /// An entity type of a module.
    Entity,
    /// A column of a table field.
    Column,
    /// Input or output of an effect or a rule: only the type counts.
    Port,
}

/// Fields as they were read; formulas are compiled once all names are known.
#[derive(Debug, Default)]
pub struct Fields<'t> {
    /// The fields, in file order.
    pub list: Vec<Field>,
    /// `is:` by field name.
    pub formulas: Vec<(String, &'t Node)>,
    /// `from:` by field name.
    pub sources: Vec<(String, Word)>,
    /// `to:` of references, to be looked up.
    pub references: Vec<Word>,
}

/// Reads a map of fields.
pub fn fields<'t>(
    reader: &mut Reader,
    node: &'t Node,
    place: FieldPlace,
    path: &str,
) -> Fields<'t> {
    let mut found = Fields::default();
    let Some(map) = MapReader::open(reader, node, ("字段表", "list of fields")) else {
        return found;
    };
    for (key, node) in map.written() {
        reader.note(format!("{path}.{}", key.text), key.span);
        if let Some(field) = field(reader, key, node, place, path, &mut found) {
            found.list.push(field);
        }
    }
    found
}

fn field<'t>(
    reader: &mut Reader,
    key: &'t Key,
    node: &'t Node,
    place: FieldPlace,
    path: &str,
    found: &mut Fields<'t>,
) -> Option<Field> {
    let name = key_word(key);
    let named = scalar::check_id(reader, &name) && not_reserved(reader, &name);
    let Some(mut map) = MapReader::open(reader, node, FIELD) else {
        reader.unreadable.insert(name.text);
        return None;
    };
    let label = match map.get("name") {
        Some(node) => scalar::names(reader, node),
        None if place == FieldPlace::Port => Some(Text::same(&name.text)),
        None => {
            map.need("name");
            None
        }
    };
    let kind = kind(
        reader,
        &mut map,
        place,
        &format!("{path}.{}", name.text),
        found,
    );
    let bounds = kind
        .as_ref()
        .map(|kind| bounds(reader, &mut map, kind))
        .unwrap_or_else(|| {
            // Without a type no limit can be judged; they are not unknown keys either.
            map.allow(&ALL_LIMITS);
            Bounds::default()
        });
    let required = match map.get("required") {
        Some(node) => scalar::flag(reader, node).unwrap_or_default(),
        None => false,
    };
    let show_first = match map.get("show") {
        Some(node) => scalar::one_of(reader, node, &[("first", true)]).unwrap_or_default(),
        None => false,
    };
    let required_to = required_to(reader, &mut map, place);
    origin(reader, &mut map, place, &name, found);
    map.close(reader);
    if label.is_none() || kind.is_none() {
        reader.unreadable.insert(name.text.clone());
    }
    if !named {
        return None;
    }
    Some(Field {
        name: name.text,
        label: label?,
        kind: kind?,
        required,
        show_first,
        bounds,
        computed: None,
        filled_by: None,
        required_to,
    })
}

/// Names conditions give another meaning.
const RESERVED: [&str; 12] = [
    "record",
    "tables",
    "applicant",
    "id",
    "and",
    "or",
    "not",
    "in",
    "between",
    "true",
    "false",
    "flow",
];

fn not_reserved(reader: &mut Reader, name: &Word) -> bool {
    let reserved = RESERVED.contains(&name.text.as_str());
    if reserved {
        reader.error(
            "reserved-name",
            name.span,
            (
                format!("“{}”有固定含义，不能作字段名", name.text),
                format!(
                    "“{}” has a fixed meaning and cannot name a field",
                    name.text
                ),
            ),
            ("换一个名字", "Choose another name"),
        );
    }
    !reserved
}

fn required_to(
    reader: &mut Reader,
    map: &mut MapReader<'_>,
    place: FieldPlace,
) -> Option<RequiredTo> {
    if place != FieldPlace::Ask {
        return None;
    }
    let choices = [
        ("approve", RequiredTo::Approve),
        ("reject", RequiredTo::Reject),
    ];
    map.get("required_to")
        .and_then(|node| scalar::one_of(reader, node, &choices))
}

/// `is:` and `from:`: values people do not write themselves.
fn origin<'t>(
    reader: &mut Reader,
    map: &mut MapReader<'t>,
    place: FieldPlace,
    name: &Word,
    found: &mut Fields<'t>,
) {
    if matches!(place, FieldPlace::Ask | FieldPlace::Port) {
        return;
    }
    let formula = map.get("is");
    if let Some(node) = formula {
        found.formulas.push((name.text.clone(), node));
    }
    if !matches!(place, FieldPlace::Form | FieldPlace::Entity) {
        return;
    }
    if let Some(node) = map.get("from")
        && let Some(word) = scalar::text(reader, node)
    {
        if formula.is_some() {
            reader.error(
                "field-two-origins",
                node.span,
                (
                    "一个字段不能既有公式（is:）又由节点填写（from:）",
                    "A field cannot have both a formula (is:) and a state that fills it (from:)",
                ),
                ("两者留一个", "Keep one of the two"),
            );
        }
        found.sources.push((name.text.clone(), word));
    }
}
