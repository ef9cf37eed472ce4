//! The record a flow runs on: its own form or a module's entity type, with what `ask:` adds, and what fills it.

use crate::catalog::Catalog;
use crate::definition::{State, StateKind};
use crate::dialect::form::{self, FieldPlace, Fields};
use crate::dialect::names::Names;
use crate::dialect::reader::{Reader, Word};
use crate::dialect::state::{self, Skeleton};
use crate::dialect::{kinds, lean, settings};
use crate::field::{EntityType, Field};

use super::head::{Sections, zone};

pub fn names<'c, 't>(
    reader: &mut Reader,
    catalog: &'c Catalog,
    sections: &Sections<'t>,
    skeleton: &Skeleton<'_>,
) -> (Names<'c>, Fields<'t>) {
    let fields = sections.form.map_or_else(Fields::default, |node| {
        form::fields(reader, node, FieldPlace::Form, "form")
    });
    let (entity, open) = entity(reader, catalog, sections, &fields.list);
    let tables = sections.tables.map(|node| settings::tables(reader, node));
    let people = sections
        .people
        .map(|node| settings::people_names(reader, node));
    let mails = sections
        .mails
        .map(|node| settings::mail_names(reader, node));
    let is_draft = |slot: &state::Slot<'_>| slot.node.get("draft").is_some();
    let region_of = |state: usize| (state, skeleton.slots[state].region);
    let regions = skeleton.regions.iter();
    let names = Names {
        catalog,
        entity,
        open,
        tables: tables.unwrap_or_default(),
        people: people.unwrap_or_default(),
        mails: mails.unwrap_or_default(),
        states: skeleton
            .slots
            .iter()
            .map(|slot| (slot.id.text.clone(), slot.region))
            .collect(),
        above: regions.map(|region| region.parent.map(region_of)).collect(),
        draft: skeleton.slots.iter().position(is_draft),
        zone: zone(catalog, sections.calendar.as_ref()),
    };
    (names, fields)
}

/// The record's type; open (nothing can be checked) when the module's entity type does not exist.
fn entity(
    reader: &mut Reader,
    catalog: &Catalog,
    sections: &Sections<'_>,
    form: &[Field],
) -> (EntityType, bool) {
    let own = || EntityType {
        name: sections
            .flow
            .as_ref()
            .map_or_else(String::new, |word| word.text.clone()),
        label: sections.name.clone().unwrap_or_default(),
        fields: form.to_vec(),
        title_field: None,
    };
    let Some(word) = &sections.record else {
        // A form that is missing or unreadable was reported; every field would be reported again.
        return (own(), form.is_empty());
    };
    match catalog.entities.get(&word.text) {
        Some(entity) => (entity.clone(), false),
        None => {
            let known = catalog.entities.keys().map(String::as_str);
            reader.unknown("unknown-entity", word, ("实体", "entity type"), known);
            (own(), true)
        }
    }
}

/// What is answered when somebody is asked becomes part of the record.
pub fn join_asked(
    reader: &mut Reader,
    names: &mut Names<'_>,
    asked: &[state::Asked],
    skeleton: &Skeleton<'_>,
) {
    for ask in asked {
        for field in &ask.fields {
            let Some(known) = names.entity.field(&field.name) else {
                names.entity.fields.push(Field {
                    // Needed for one decision, not before submitting.
                    required: false,
                    required_to: None,
                    ..field.clone()
                });
                continue;
            };
            let conflict = known.kind != field.kind;
            let computed = known.computed.is_some() || known.filled_by.is_some();
            if !conflict && !computed {
                continue;
            }
            let (is, was) = (kinds::words(&field.kind), kinds::words(&known.kind));
            let slot = &skeleton.slots[ask.state].id;
            let path = if ask.action.is_empty() {
                format!("states.{}.ask.{}", slot.text, field.name)
            } else {
                format!(
                    "states.{}.actions.{}.ask.{}",
                    slot.text, ask.action, field.name
                )
            };
            let place = reader.places.get(&path);
            let fault = crate::diagnostic::Diagnostic::error(
                "ask-conflict",
                place,
                format!("“{}”在这里是{}，在别处是{}", field.name, is.zh, was.zh),
                format!(
                    "“{}” is {} here and {} elsewhere",
                    field.name, is.en, was.en
                ),
            )
            .hint(
                "同名字段的类型（币种、小数位、选项）要一致，否则换个名字",
                "Fields of one name need one type (currency, decimals, options); else choose another name",
            );
            reader.push(fault);
        }
    }
}

pub fn known_references(reader: &mut Reader, catalog: &Catalog, references: &[Word]) {
    for word in references {
        if !catalog.entities.contains_key(&word.text) {
            let known = catalog.entities.keys().map(String::as_str);
            reader.unknown("unknown-entity", word, ("实体", "entity type"), known);
        }
    }
}

/// `from:` of form fields: the state that fills them.
pub fn sources(reader: &mut Reader, names: &mut Names<'_>, sources: &[(String, Word)]) {
    for (name, word) in sources {
        let known = names.state(reader, word).is_some();
        let field = names.entity.fields.iter_mut().find(|f| f.name == *name);
        if let (true, Some(field)) = (known, field) {
            field.filled_by = Some(word.text.clone());
        }
    }
}

/// `is:` of form fields.
pub fn formulas(reader: &mut Reader, names: &mut Names<'_>, fields: &Fields<'_>) {
    for (name, node) in &fields.formulas {
        let Some(expr) = lean::formula(reader, names, node) else {
            continue;
        };
        if let Some(field) = names.entity.fields.iter_mut().find(|f| f.name == *name) {
            lean::formula_fits(reader, node, &expr, &field.kind);
            field.computed = Some(expr);
        }
    }
}

/// A state named in `from:` must really fill the field.
pub fn filled(
    reader: &mut Reader,
    names: &Names<'_>,
    states: &[State],
    sources: &[(String, Word)],
) {
    for (name, word) in sources {
        let Some(state) = states.iter().find(|state| state.id == word.text) else {
            continue;
        };
        let fills = match &state.kind {
            StateKind::Rule { fills, .. } => fills.iter().any(|(field, _)| field == name),
            StateKind::Run(run) => run.fills.iter().any(|(field, _)| field == name),
            StateKind::Draft { .. }
            | StateKind::Approve(_)
            | StateKind::Work { .. }
            | StateKind::Choose { .. }
            | StateKind::Mail { .. }
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Subflow { .. }
            | StateKind::Together { .. }
            | StateKind::End { .. } => false,
        };
        if !fills && names.field_type(name).is_some() {
            reader.error(
                "from-does-not-fill",
                word.span,
                (
                    format!("节点 {} 并不填写“{name}”", word.text),
                    format!("The state {} does not fill “{name}”", word.text),
                ),
                (
                    &format!("在该节点的 fills: 里加上 {name}，或改 from:"),
                    &format!("Add {name} to fills: of that state, or change from:"),
                ),
            );
        }
    }
}
