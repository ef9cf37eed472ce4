//! A whole flow file: the sections in the order in which they need one another.

use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::catalog::Catalog;
use crate::definition::{Definition, State, StateKind};
use crate::example::Example;
use crate::field::{EntityType, Field};
use crate::people::PeopleRule;
use crate::text::Text;

use super::form::{self, FieldPlace, Fields};
use super::map::MapReader;
use super::names::Names;
use super::reader::{Reader, Word};
use super::settings;
use super::state::{self, Skeleton};
use super::tree::Node;
use super::{example, kinds, lean, scalar};

/// The version of the dialect this reads.
const FORMAT: u32 = 1;

/// The sections of a file, not read yet.
struct Sections<'t> {
    flow: Option<Word>,
    name: Option<Text>,
    purpose: Option<Text>,
    owner: Option<&'t Node>,
    calendar: Option<Word>,
    title: Option<&'t Node>,
    record: Option<Word>,
    form: Option<&'t Node>,
    tables: Option<&'t Node>,
    people: Option<&'t Node>,
    policies: Option<&'t Node>,
    proxy: Option<&'t Node>,
    states: Option<&'t Node>,
    mails: Option<&'t Node>,
    tests: Option<&'t Node>,
}

/// Reads a flow. The definition is complete only where no error was reported.
pub fn flow(
    reader: &mut Reader,
    root: &Node,
    catalog: &Catalog,
) -> (Option<Definition>, Vec<Example>) {
    let Some(sections) = sections(reader, root) else {
        return (None, vec![]);
    };
    calendar(reader, catalog, sections.calendar.as_ref());
    let skeleton = match sections.states {
        Some(node) => state::walk(reader, node),
        None => Skeleton::default(),
    };
    let mut references = Vec::new();
    let asked = state::asked(reader, &skeleton, &mut references);
    let (mut names, form_fields) = names(reader, catalog, &sections, &skeleton);
    join_asked(reader, &mut names, &asked, &skeleton);
    references.extend(form_fields.references.iter().cloned());
    known_references(reader, catalog, &references);
    sources(reader, &mut names, &form_fields.sources);
    formulas(reader, &mut names, &form_fields);

    let owner = sections
        .owner
        .and_then(|node| lean::people_rule(reader, &names, node));
    let title = sections
        .title
        .and_then(|node| lean::template(reader, &names, node));
    let people = sections
        .people
        .map(|node| settings::people(reader, &names, node));
    let policies = sections
        .policies
        .map(|node| settings::policies(reader, &names, node));
    let proxy = sections
        .proxy
        .map(|node| settings::proxy(reader, &names, node));
    let mails = sections
        .mails
        .map(|node| settings::mails(reader, &names, node));
    let states = state::states(reader, &names, &skeleton, &asked);
    filled(reader, &names, &states, &form_fields.sources);
    let flow_name = sections.name.clone().unwrap_or_default();
    let regions = state::regions(reader, &names, &skeleton, &flow_name);
    let examples = sections.tests.map_or_else(Vec::new, |node| {
        example::examples(reader, &names, &states, node)
    });
    // Only a title cannot be made up where it is missing; then there is an error, and no definition either way.
    let Some(title) = title else {
        return (None, examples);
    };
    let definition = Definition {
        flow: sections.flow.map(|word| word.text).unwrap_or_default(),
        version: version(reader.source().original()),
        source: reader.source().original().to_owned(),
        name: flow_name,
        purpose: sections.purpose.unwrap_or_default(),
        owner: owner.unwrap_or(PeopleRule::Applicant),
        calendar: sections.calendar.map(|word| word.text).unwrap_or_default(),
        title,
        own_form: sections.record.is_none(),
        entity: names.entity,
        tables: names.tables,
        people: people.unwrap_or_default(),
        policies: policies.unwrap_or_default(),
        proxy: proxy.unwrap_or_default(),
        regions,
        states,
        mails: mails.unwrap_or_default(),
        places: reader.places.clone(),
    };
    (Some(definition), examples)
}

fn sections<'t>(reader: &mut Reader, root: &'t Node) -> Option<Sections<'t>> {
    let mut map = MapReader::open(reader, root, ("流程", "flow"))?;
    for (key, node) in map.written() {
        // States are noted by id and examples by number where they are read.
        match key.text.as_str() {
            "states" | "tests" => reader.note(key.text.clone(), key.span),
            _ => reader.note_tree(&key.text, key.span, node),
        }
    }
    let flow = map.need("flow").and_then(|node| scalar::id(reader, node));
    if let Some(node) = map.need("format") {
        format(reader, node);
    }
    let name = map
        .need("name")
        .and_then(|node| scalar::names(reader, node));
    let purpose = map
        .need("purpose")
        .and_then(|node| scalar::names(reader, node));
    let owner = map.need("owner");
    let calendar = map
        .need("calendar")
        .and_then(|node| scalar::id(reader, node));
    let title = map.need("title");
    let record = map.get("record").and_then(|node| scalar::id(reader, node));
    let form = map.get("form");
    one_record(reader, &mut map);
    let sections = Sections {
        flow,
        name,
        purpose,
        owner,
        calendar,
        title,
        record,
        form,
        tables: map.get("tables"),
        people: map.get("people"),
        policies: map.get("policies"),
        proxy: map.get("proxy"),
        states: map.need("states"),
        mails: map.get("mails"),
        tests: map.get("tests"),
    };
    map.close(reader);
    Some(sections)
}

fn format(reader: &mut Reader, node: &Node) {
    let Some(found) = scalar::count(reader, node, 1, u32::MAX) else {
        return;
    };
    if found != FORMAT {
        reader.error(
            "unknown-format",
            node.span,
            (
                format!("不认识格式 {found}，现在的格式是 {FORMAT}"),
                format!("Format {found} is not known; this program reads format {FORMAT}"),
            ),
            ("写 format: 1", "Write format: 1"),
        );
    }
}

/// A flow runs on a module's record or on a form of its own.
fn one_record(reader: &mut Reader, map: &mut MapReader<'_>) {
    match (map.entry("record"), map.entry("form")) {
        (Some(_), None) | (None, Some(_)) => {}
        (Some((key, _)), Some(_)) => reader.error(
            "record-and-form",
            key.span,
            (
                "record: 和 form: 只能写一个",
                "Only one of record: and form: can stand here",
            ),
            (
                "用模块的实体写 record:，自带表单写 form:",
                "Use record: for a module's entity type, form: for fields of the flow's own",
            ),
        ),
        (None, None) => {
            map.need("form");
        }
    }
}

fn calendar(reader: &mut Reader, catalog: &Catalog, word: Option<&Word>) {
    let Some(word) = word else { return };
    if !catalog.calendars.contains(&word.text) {
        let known = catalog.calendars.iter().map(String::as_str);
        reader.unknown("unknown-calendar", word, ("工作日历", "calendar"), known);
    }
}

/// Times in tests are meant in the calendar's zone; China's unless the catalog says otherwise.
fn zone(catalog: &Catalog, calendar: Option<&Word>) -> TimeZone {
    let name = calendar
        .and_then(|word| catalog.zones.get(&word.text))
        .map_or("Asia/Shanghai", String::as_str);
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

fn names<'c, 't>(
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
fn join_asked(
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

fn known_references(reader: &mut Reader, catalog: &Catalog, references: &[Word]) {
    for word in references {
        if !catalog.entities.contains_key(&word.text) {
            let known = catalog.entities.keys().map(String::as_str);
            reader.unknown("unknown-entity", word, ("实体", "entity type"), known);
        }
    }
}

/// `from:` of form fields: the state that fills them.
fn sources(reader: &mut Reader, names: &mut Names<'_>, sources: &[(String, Word)]) {
    for (name, word) in sources {
        let known = names.state(reader, word).is_some();
        let field = names.entity.fields.iter_mut().find(|f| f.name == *name);
        if let (true, Some(field)) = (known, field) {
            field.filled_by = Some(word.text.clone());
        }
    }
}

/// `is:` of form fields.
fn formulas(reader: &mut Reader, names: &mut Names<'_>, fields: &Fields<'_>) {
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
fn filled(reader: &mut Reader, names: &Names<'_>, states: &[State], sources: &[(String, Word)]) {
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

/// The version: SHA-256 of the text with line ends, trailing blanks and a byte order mark taken out, so that an editor's
/// habits make no new version.
pub fn version(text: &str) -> String {
    let mut hash = Sha256::new();
    let text = text.trim_start_matches('\u{FEFF}').trim_end();
    for line in text.lines() {
        hash.update(line.trim_end().as_bytes());
        hash.update(b"\n");
    }
    let digest = hash.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
