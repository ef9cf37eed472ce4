//! The head of a flow file, and its sections before they are read.

use jiff::tz::TimeZone;

use crate::catalog::Catalog;
use crate::dialect::map::MapReader;
use crate::dialect::reader::{Reader, Word};
use crate::dialect::scalar;
use crate::dialect::tree::Node;
use crate::text::Text;

/// The version of the dialect this reads.
const FORMAT: u32 = 1;

/// The sections of a file, not read yet.
pub struct Sections<'t> {
    pub flow: Option<Word>,
    pub name: Option<Text>,
    pub purpose: Option<Text>,
    pub owner: Option<&'t Node>,
    pub calendar: Option<Word>,
    pub title: Option<&'t Node>,
    pub record: Option<Word>,
    pub form: Option<&'t Node>,
    pub serves: Option<&'t Node>,
    pub priority: Option<&'t Node>,
    pub tables: Option<&'t Node>,
    pub people: Option<&'t Node>,
    pub policies: Option<&'t Node>,
    pub proxy: Option<&'t Node>,
    pub revocation: Option<&'t Node>,
    pub states: Option<&'t Node>,
    pub mails: Option<&'t Node>,
    pub tests: Option<&'t Node>,
}

/// Opens the sections and reads the head.
pub fn sections<'t>(reader: &mut Reader, root: &'t Node) -> Option<Sections<'t>> {
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
        serves: map.get("for"),
        priority: map.get("priority"),
        tables: map.get("tables"),
        people: map.get("people"),
        policies: map.get("policies"),
        proxy: map.get("proxy"),
        revocation: map.get("revocation"),
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

/// Checks the calendar's name.
pub fn calendar(reader: &mut Reader, catalog: &Catalog, word: Option<&Word>) {
    let Some(word) = word else { return };
    if !catalog.calendars.contains(&word.text) {
        let known = catalog.calendars.iter().map(String::as_str);
        reader.unknown("unknown-calendar", word, ("工作日历", "calendar"), known);
    }
}

/// Times in tests are meant in the calendar's zone; China's unless the catalog says otherwise.
pub fn zone(catalog: &Catalog, calendar: Option<&Word>) -> TimeZone {
    let name = calendar
        .and_then(|word| catalog.zones.get(&word.text))
        .map_or("Asia/Shanghai", String::as_str);
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}
