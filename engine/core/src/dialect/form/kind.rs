//! `type:` and the keys that belong to it.

use crate::field::FieldKind;

use super::{FieldPlace, Fields, fields};
use crate::dialect::map::{MapReader, key_word};
use crate::dialect::reader::Reader;
use crate::dialect::scalar;

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

/// What a field can hold.
pub fn kind<'t>(
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
