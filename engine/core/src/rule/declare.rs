//! The YAML beside a script: its functions with their inputs and outputs, its rule tables, its tests.

use std::collections::BTreeMap;

use super::table::{Band, Rows, Table};
use crate::catalog::{Port, RuleType};
use crate::diagnostic::Diagnostic;
use crate::dialect::map::{self, MapReader, key_word};
use crate::dialect::reader::{Reader, Word};
use crate::dialect::tree::Node;
use crate::dialect::{self, FieldPlace, scalar, value};
use crate::field::Field;
use crate::text::Text;
use crate::value::{Value, Values};

/// A declaration, as far as it could be read.
#[derive(Default)]
pub(super) struct Declaration {
    pub(super) label: Text,
    pub(super) purpose: Text,
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) functions: Vec<Function>,
    pub(super) tests: Vec<Test>,
}

/// A declared function.
pub(super) struct Function {
    /// Its name in the script.
    pub(super) name: String,
    pub(super) rule: RuleType,
    /// Inputs and outputs with their names for people.
    pub(super) takes: Vec<Field>,
    pub(super) gives: Vec<Field>,
}

/// A test.
pub(super) struct Test {
    pub(super) name: String,
    pub(super) line: u32,
    pub(super) function: String,
    pub(super) given: Values,
    /// Outputs that must be so; others are not looked at.
    pub(super) expect: Values,
    /// The code of the fault that must come.
    pub(super) error: Option<String>,
}

/// Reads a declaration; `file` is the script's name without its ending.
pub(super) fn read(file: &str, shown: &str, yaml: &str) -> (Declaration, Vec<Diagnostic>) {
    let (mut reader, root) = dialect::open(shown, yaml);
    let mut declaration = Declaration::default();
    if let Some(root) = &root {
        top(&mut reader, root, file, &mut declaration);
    }
    (declaration, reader.diagnostics)
}

fn top(reader: &mut Reader, root: &Node, file: &str, into: &mut Declaration) {
    let Some(mut map) = MapReader::open(reader, root, ("规则声明", "rule declaration")) else {
        return;
    };
    if let Some(node) = map.need("rule")
        && let Some(word) = scalar::id(reader, node)
        && word.text != file
    {
        reader.error(
            "rule-name",
            word.span,
            (
                format!("规则名“{}”与文件名“{file}”不一致", word.text),
                format!("The rule is named \"{}\", its file \"{file}\"", word.text),
            ),
            (
                "rule: 写文件名（不含扩展名）",
                "Write the file's name without its ending after rule:",
            ),
        );
    }
    if let Some(node) = map.need("format") {
        scalar::count(reader, node, 1, 1);
    }
    into.label = map
        .need("name")
        .and_then(|node| scalar::names(reader, node))
        .unwrap_or_default();
    into.purpose = map
        .get("purpose")
        .and_then(|node| scalar::names(reader, node))
        .unwrap_or_default();
    if let Some(node) = map.get("tables") {
        into.tables = tables(reader, node);
    }
    if let Some(node) = map.need("functions") {
        into.functions = functions(reader, node, file);
    }
    if let Some(node) = map.get("tests") {
        let read = |node| test(reader, node, &into.functions);
        into.tests = map::items(node).iter().filter_map(read).collect();
    }
    map.close(reader);
}

fn functions(reader: &mut Reader, node: &Node, file: &str) -> Vec<Function> {
    let Some(map) = MapReader::open(reader, node, ("函数表", "list of functions")) else {
        return vec![];
    };
    let mut functions = Vec::new();
    for (key, node) in map.written() {
        let word = key_word(key);
        if !scalar::check_id(reader, &word) {
            continue;
        }
        let Some(mut map) = MapReader::open(reader, node, ("函数", "function")) else {
            continue;
        };
        let label = map
            .need("name")
            .and_then(|node| scalar::names(reader, node));
        let takes = ports(
            reader,
            map.need("takes"),
            &format!("functions.{}.takes", word.text),
        );
        let gives = ports(
            reader,
            map.need("gives"),
            &format!("functions.{}.gives", word.text),
        );
        map.close(reader);
        functions.push(Function {
            rule: RuleType {
                name: format!("{file}.{}", word.text),
                label: label.unwrap_or_default(),
                takes: takes.iter().map(port).collect(),
                gives: gives.iter().map(port).collect(),
            },
            name: word.text,
            takes,
            gives,
        });
    }
    functions
}

fn ports(reader: &mut Reader, node: Option<&Node>, path: &str) -> Vec<Field> {
    node.map_or_else(Vec::new, |node| {
        dialect::fields(reader, node, FieldPlace::Port, path).list
    })
}

fn port(field: &Field) -> Port {
    Port {
        name: field.name.clone(),
        kind: field.kind.clone(),
        required: field.required,
    }
}

fn tables(reader: &mut Reader, node: &Node) -> BTreeMap<String, Table> {
    let Some(map) = MapReader::open(reader, node, ("规则表", "list of rule tables")) else {
        return BTreeMap::new();
    };
    let mut tables = BTreeMap::new();
    for (key, node) in map.written() {
        let word = key_word(key);
        if scalar::check_id(reader, &word)
            && let Some(table) = table(reader, &word, node)
        {
            tables.insert(word.text, table);
        }
    }
    tables
}

fn table(reader: &mut Reader, name: &Word, node: &Node) -> Option<Table> {
    let mut map = MapReader::open(reader, node, ("规则表", "rule table"))?;
    let label = map
        .need("name")
        .and_then(|node| scalar::names(reader, node));
    let source = map
        .need("source")
        .and_then(|node| scalar::names(reader, node));
    let (keys, bands) = (map.get("keys"), map.get("bands"));
    let rows = match (keys, bands) {
        (Some(node), None) => keys_of(reader, node).map(Rows::Keys),
        (None, Some(node)) => bands_of(reader, node).map(Rows::Bands),
        (Some(_), Some(_)) | (None, None) => {
            reader.error(
                "rule-table-rows",
                name.span,
                (
                    format!("规则表“{}”须有 keys: 或 bands: 之一", name.text),
                    format!(
                        "The rule table \"{}\" needs either keys: or bands:",
                        name.text
                    ),
                ),
                (
                    "按名称查用 keys:，按数字分档用 bands:",
                    "keys: to look up by name, bands: to look up by a number",
                ),
            );
            None
        }
    };
    map.close(reader);
    Some(Table {
        label: label?,
        source: source?,
        rows: rows?,
    })
}

fn keys_of(reader: &mut Reader, node: &Node) -> Option<BTreeMap<String, Value>> {
    let map = MapReader::open(reader, node, ("表的内容", "table's content"))?;
    let mut keys = BTreeMap::new();
    let mut columns: Option<Vec<String>> = None;
    for (key, node) in map.written() {
        let value = value::guess(node);
        let own = match &value {
            Value::Map(row) => Some(row.keys().cloned().collect::<Vec<_>>()),
            _ => None,
        };
        if let (Some(columns), Some(own)) = (&columns, &own)
            && columns != own
        {
            reader.error(
                "rule-table-columns",
                key.span,
                (
                    format!("“{}”这一行的列与第一行不同", key.text),
                    format!("The row \"{}\" has other columns than the first", key.text),
                ),
                ("每一行写同样的列", "Write the same columns in every row"),
            );
        }
        columns = columns.or(own);
        keys.insert(key.text.clone(), value);
    }
    Some(keys)
}

fn bands_of(reader: &mut Reader, node: &Node) -> Option<Vec<Band>> {
    let mut bands: Vec<Band> = Vec::new();
    let nodes = map::items(node);
    for (index, node) in nodes.iter().enumerate() {
        let map = MapReader::open(reader, node, ("档", "band"))?;
        let mut row = Values::new();
        let mut up_to = None;
        for (key, node) in map.written() {
            if key.text == "up_to" {
                up_to = scalar::number(reader, node);
            } else {
                row.insert(key.text.clone(), value::guess(node));
            }
        }
        let rises = match (bands.last().map(|band| band.up_to), up_to) {
            (Some(Some(before)), Some(now)) => now > before,
            (Some(None), _) => false,
            (Some(Some(_)), None) => index + 1 == nodes.len(),
            (None, _) => true,
        };
        if !rises {
            reader.error(
                "rule-table-bands",
                node.span,
                (
                    "各档的 up_to 要从小到大，只有最后一档可以不写",
                    "up_to must rise from band to band; only the last may go without",
                ),
                ("按 up_to 从小到大排列", "Put the bands in rising order"),
            );
        }
        bands.push(Band { up_to, row });
    }
    Some(bands)
}

fn test(reader: &mut Reader, node: &Node, functions: &[Function]) -> Option<Test> {
    let line = reader.place(node.span).line;
    let mut map = MapReader::open(reader, node, ("测试", "test"))?;
    let name = map.need("name").and_then(|node| scalar::text(reader, node));
    let function = match (map.get("run"), functions) {
        (Some(node), _) => {
            let word = scalar::id(reader, node)?;
            let found = functions.iter().find(|function| function.name == word.text);
            if found.is_none() {
                let known = functions.iter().map(|function| function.name.as_str());
                reader.unknown("rule-unknown-name", &word, ("函数", "function"), known);
            }
            found
        }
        (None, [only]) => Some(only),
        (None, _) => {
            map.need("run");
            None
        }
    };
    let (given, expect) = (map.need("given"), map.get("expect"));
    let error = map.get("error").and_then(|node| scalar::text(reader, node));
    if expect.is_some() == error.is_some() {
        reader.error(
            "rule-test",
            node.span,
            (
                "测试要写 expect:（期望的输出）或 error:（期望的错误代码）之一",
                "A test has either expect: (outputs) or error: (a code)",
            ),
            ("写其中一个", "Write one of the two"),
        );
    }
    let function = function?;
    let given = values(reader, given, &function.takes);
    let expect = values(reader, expect, &function.gives);
    map.close(reader);
    Some(Test {
        name: name?.text,
        line,
        function: function.name.clone(),
        given,
        expect,
        error: error.map(|word| word.text),
    })
}

/// Given values are taken as they look, so that a test can hand over a wrong kind; expected ones too. Names must be known.
fn values(reader: &mut Reader, node: Option<&Node>, fields: &[Field]) -> Values {
    let Some(node) = node else {
        return Values::new();
    };
    let guessed = value::guessed(reader, node).unwrap_or_default();
    for (key, _) in node.entries().unwrap_or_default() {
        if !fields.iter().any(|field| field.name == key.text) {
            let known = fields.iter().map(|field| field.name.as_str());
            reader.unknown("unknown-field", &key_word(key), ("字段", "field"), known);
        }
    }
    guessed
}
