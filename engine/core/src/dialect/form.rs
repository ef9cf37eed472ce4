//! Fields: a flow's `form:`, what `ask:` adds, a module's entity types. One reader for all.

use rust_decimal::Decimal;

use crate::field::{Bounds, Field, FieldKind, RequiredTo};
use crate::text::Text;

use super::map::{MapReader, key_word};
use super::reader::{Reader, Word};
use super::scalar;
use super::tree::{Key, Node};

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
    let mut map = MapReader::open(reader, node, FIELD)?;
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
    if place != FieldPlace::Form {
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

const TYPES: [&str; 13] = [
    "text",
    "money",
    "number",
    "percent",
    "date",
    "time",
    "flag",
    "choice",
    "person",
    "department",
    "ref",
    "file",
    "table",
];

fn kind<'t>(
    reader: &mut Reader,
    map: &mut MapReader<'t>,
    place: FieldPlace,
    path: &str,
    found: &mut Fields<'t>,
) -> Option<FieldKind> {
    let Some(node) = map.need("type") else {
        map.allow(&[
            "currency", "decimals", "options", "to", "accept", "max_mb", "columns",
        ]);
        return None;
    };
    let word = scalar::text(reader, node)?;
    match word.text.as_str() {
        "text" => Some(FieldKind::Text),
        "money" => money(reader, map),
        "number" => decimals(reader, map, true).map(|decimals| FieldKind::Number { decimals }),
        "percent" => decimals(reader, map, true).map(|decimals| FieldKind::Percent { decimals }),
        "date" => Some(FieldKind::Date),
        "time" => Some(FieldKind::Time),
        "flag" => Some(FieldKind::Flag),
        "choice" => choice(reader, map),
        "person" => Some(FieldKind::Person),
        "department" => Some(FieldKind::Department),
        "ref" => {
            let word = scalar::id(reader, map.need("to")?)?;
            found.references.push(word.clone());
            Some(FieldKind::Ref { to: word.text })
        }
        "file" => Some(file(reader, map)),
        "table" if place != FieldPlace::Column => table(reader, map, path, found),
        "table" => {
            reader.error(
                "table-in-table",
                word.span,
                ("子表里不能再放子表", "A table cannot hold another table"),
                (
                    "把内层做成单独的实体并用 ref 引用",
                    "Make the inner one an entity type of its own and refer to it",
                ),
            );
            None
        }
        _ => {
            scalar::unknown_word(reader, &word, TYPES);
            map.allow(&[
                "currency", "decimals", "options", "to", "accept", "max_mb", "columns",
            ]);
            None
        }
    }
}

/// Most decimals a field may declare: what the exact decimals hold beside thirteen digits of amount.
const DECIMALS_MAX: u32 = 12;

fn decimals(reader: &mut Reader, map: &mut MapReader<'_>, needed: bool) -> Option<u32> {
    let node = if needed {
        map.need("decimals")?
    } else {
        map.get("decimals")?
    };
    scalar::count(reader, node, 0, DECIMALS_MAX)
}

fn money(reader: &mut Reader, map: &mut MapReader<'_>) -> Option<FieldKind> {
    let decimals = decimals(reader, map, false).unwrap_or(2);
    let word = scalar::text(reader, map.need("currency")?)?;
    let iso = word.text.len() == 3 && word.text.bytes().all(|byte| byte.is_ascii_uppercase());
    if !iso {
        reader.error(
            "bad-currency",
            word.span,
            (
                format!("“{}”不是币种代码", word.text),
                format!("“{}” is not a currency code", word.text),
            ),
            (
                "用三个大写字母的 ISO 4217 代码，人民币是 CNY",
                "Use the three capital letters of ISO 4217; renminbi is CNY",
            ),
        );
        return None;
    }
    Some(FieldKind::Money {
        currency: word.text,
        decimals,
    })
}

fn choice(reader: &mut Reader, map: &mut MapReader<'_>) -> Option<FieldKind> {
    let node = map.need("options")?;
    let list = MapReader::open(reader, node, ("选项表", "list of options"))?;
    let mut options = Vec::new();
    for (key, node) in list.written() {
        let word = key_word(key);
        let named = scalar::check_id(reader, &word);
        if let (true, Some(name)) = (named, scalar::names(reader, node)) {
            options.push((word.text, name));
        }
    }
    Some(FieldKind::Choice { options })
}

/// Largest attachment a field may allow, in MB.
const FILE_MB_MAX: u32 = 200;
/// Largest attachment where nothing is said, in MB.
const FILE_MB_USUAL: u32 = 20;

fn file(reader: &mut Reader, map: &mut MapReader<'_>) -> FieldKind {
    let accept = map.get("accept").map_or_else(Vec::new, |node| {
        let words = scalar::words(reader, node);
        words
            .into_iter()
            .map(|word| word.text.trim_start_matches('.').to_lowercase())
            .collect()
    });
    let max_mb = map
        .get("max_mb")
        .and_then(|node| scalar::count(reader, node, 1, FILE_MB_MAX))
        .unwrap_or(FILE_MB_USUAL);
    FieldKind::File { accept, max_mb }
}

fn table<'t>(
    reader: &mut Reader,
    map: &mut MapReader<'t>,
    path: &str,
    found: &mut Fields<'t>,
) -> Option<FieldKind> {
    let columns = fields(reader, map.need("columns")?, FieldPlace::Column, path);
    for (_, node) in &columns.formulas {
        reader.error(
            "formula-in-column",
            node.span,
            (
                "子表的列暂不支持公式",
                "A table's column cannot have a formula",
            ),
            (
                "在表单字段里用 sum(…) 等函数汇总",
                "Add the column up in a field of the form instead",
            ),
        );
    }
    found.references.extend(columns.references);
    Some(FieldKind::Table {
        columns: columns.list,
    })
}

const ALL_LIMITS: [&str; 5] = ["min", "max", "more_than", "less_than", "pattern"];

fn bounds(reader: &mut Reader, map: &mut MapReader<'_>, kind: &FieldKind) -> Bounds {
    match kind {
        FieldKind::Money { .. } | FieldKind::Number { .. } | FieldKind::Percent { .. } => {
            number_bounds(reader, map)
        }
        FieldKind::Text => text_bounds(reader, map),
        FieldKind::Date
        | FieldKind::Time
        | FieldKind::Flag
        | FieldKind::Choice { .. }
        | FieldKind::Person
        | FieldKind::Department
        | FieldKind::Ref { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. } => Bounds::default(),
    }
}

fn number_bounds(reader: &mut Reader, map: &mut MapReader<'_>) -> Bounds {
    let mut limit = |reader: &mut Reader, key: &'static str| -> Option<Decimal> {
        map.get(key).and_then(|node| scalar::number(reader, node))
    };
    let bounds = Bounds {
        min: limit(reader, "min"),
        max: limit(reader, "max"),
        more_than: limit(reader, "more_than"),
        less_than: limit(reader, "less_than"),
        ..Bounds::default()
    };
    let low = bounds.min.max(bounds.more_than);
    let high = match (bounds.max, bounds.less_than) {
        (Some(max), Some(less)) => Some(max.min(less)),
        (max, less) => max.or(less),
    };
    if let (Some(low), Some(high)) = (low, high)
        && (low > high
            || (low == high && (bounds.more_than == Some(low) || bounds.less_than == Some(high))))
    {
        reader.error(
            "empty-range",
            map.span,
            (
                format!("没有数能既不小于 {low} 又不大于 {high}"),
                format!("No number is at least {low} and at most {high}"),
            ),
            ("检查上下限", "Check the limits"),
        );
    }
    bounds
}

/// Most characters a text field may allow.
const TEXT_CHARS_MAX: u32 = 20_000;

fn text_bounds(reader: &mut Reader, map: &mut MapReader<'_>) -> Bounds {
    let max_chars = map
        .get("max")
        .and_then(|node| scalar::count(reader, node, 1, TEXT_CHARS_MAX))
        .and_then(|count| usize::try_from(count).ok());
    let pattern = map.get("pattern").and_then(|node| {
        let word = scalar::text(reader, node)?;
        if let Err(error) = regex_lite::Regex::new(&word.text) {
            reader.error(
                "bad-pattern",
                node.span,
                (
                    format!("格式表达式读不懂：{error}"),
                    format!("The pattern cannot be read: {error}"),
                ),
                (
                    "这是正则表达式，例如 '^SH-[0-9]{4}$'",
                    "This is a regular expression, for example '^SH-[0-9]{4}$'",
                ),
            );
            return None;
        }
        Some(word.text)
    });
    Bounds {
        max_chars,
        pattern,
        ..Bounds::default()
    }
}
