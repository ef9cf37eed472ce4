//! Spreadsheets as text: rows with line numbers, columns by their Chinese or English heading.

use assent_core::text::Text;

/// The sheets of an import, each CSV text with a heading row; an empty one has no rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sheets<'a> {
    /// `id,name_zh,name_en,parent,head`
    pub units: &'a str,
    /// `id,name,mail,unit,superior,posts,lang,active`; several posts separated by `;`
    pub people: &'a str,
    /// `role,name_zh,name_en`
    pub roles: &'a str,
    /// `role,person,unit`; no unit: everywhere
    pub grants: &'a str,
    /// `person,from,until,proxy,flow`; times are `2026-01-05` or `2026-01-05 09:00`, `until` is the first moment back
    pub absences: &'a str,
}

/// Something that is wrong in a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetFault {
    /// `units`, `people`, `roles`, `grants` or `absences`.
    pub sheet: &'static str,
    /// Line in the sheet, from 1; the heading is line 1.
    pub line: u64,
    /// The column, where there is one.
    pub column: &'static str,
    /// Stable code in snake_case.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub message: Text,
}

/// Other words for a heading.
const HEADINGS: &[(&str, &[&str])] = &[
    ("id", &["工号", "编码", "编号"]),
    ("name", &["姓名"]),
    ("name_zh", &["中文名称", "名称"]),
    ("name_en", &["英文名称"]),
    ("mail", &["邮箱", "email", "e-mail"]),
    ("unit", &["部门", "范围"]),
    ("superior", &["直属上级", "上级"]),
    ("posts", &["岗位"]),
    ("lang", &["语言"]),
    ("active", &["在职"]),
    ("parent", &["上级单元", "上级部门"]),
    ("head", &["负责人"]),
    ("role", &["角色"]),
    ("person", &["人员", "缺勤人"]),
    ("from", &["开始", "自"]),
    ("until", &["结束", "至"]),
    ("proxy", &["代理人"]),
    ("flow", &["流程"]),
];

/// A sheet being read; every fault is kept, none stops the reading.
pub(crate) struct Sheet<'f> {
    name: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<(u64, csv::StringRecord)>,
    faults: &'f mut Vec<SheetFault>,
}

/// One row.
pub(crate) struct Row {
    line: u64,
    cells: Vec<(&'static str, String)>,
}

impl<'f> Sheet<'f> {
    pub(crate) fn read(
        name: &'static str,
        text: &str,
        needed: &[&'static str],
        faults: &'f mut Vec<SheetFault>,
    ) -> Self {
        let text = text.trim_start_matches('\u{FEFF}'); // spreadsheets write one
        let mut sheet = Self {
            name,
            columns: vec![],
            rows: vec![],
            faults,
        };
        if text.trim().is_empty() {
            return sheet;
        }
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        for (index, record) in reader.records().enumerate() {
            match record {
                Ok(record) if index == 0 => sheet.heading(&record, needed),
                Ok(record) if record.iter().all(str::is_empty) => {}
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    if record.len() != sheet.columns.len() {
                        let (got, wanted) = (record.len(), sheet.columns.len());
                        sheet.fault(line, "", "cell_count", (format!("这一行有 {got} 列，标题有 {wanted} 列；含逗号的内容请加双引号"), format!("The row has {got} cells, the heading {wanted}; put cells with commas in double quotes")));
                        continue;
                    }
                    sheet.rows.push((line, record));
                }
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    sheet.fault(
                        line,
                        "",
                        "unreadable",
                        (
                            "这一行读不懂，请检查引号，并另存为 UTF-8 的 CSV".to_owned(),
                            "The row cannot be read; check the quotes and save it as CSV in UTF-8"
                                .to_owned(),
                        ),
                    );
                }
            }
        }
        sheet
    }

    fn heading(&mut self, record: &csv::StringRecord, needed: &[&'static str]) {
        for cell in record {
            let lower = cell.to_lowercase();
            let known = HEADINGS
                .iter()
                .find(|(name, words)| *name == lower || words.contains(&lower.as_str()));
            match known {
                Some((name, _)) if !self.columns.contains(name) => self.columns.push(name),
                Some(_) | None => {
                    self.fault(
                        1,
                        "",
                        "unknown_column",
                        (
                            format!("标题“{cell}”不认识或重复"),
                            format!("The heading \"{cell}\" is unknown or stands twice"),
                        ),
                    );
                    self.columns.push("");
                }
            }
        }
        for name in needed {
            if !self.columns.contains(name) {
                self.fault(
                    1,
                    name,
                    "column_missing",
                    (
                        format!("缺少“{name}”列"),
                        format!("The column \"{name}\" is missing"),
                    ),
                );
            }
        }
    }

    /// The rows, in order.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let row = |(line, record): &(u64, csv::StringRecord)| Row {
            line: *line,
            cells: self
                .columns
                .iter()
                .copied()
                .zip(record.iter().map(str::to_owned))
                .collect(),
        };
        self.rows.iter().map(row).collect()
    }

    pub(crate) fn fault(
        &mut self,
        line: u64,
        column: &'static str,
        code: &'static str,
        words: (impl Into<String>, impl Into<String>),
    ) {
        self.faults.push(SheetFault {
            sheet: self.name,
            line,
            column,
            code,
            message: Text::new(words.0, words.1),
        });
    }

    /// A cell that must be filled in.
    pub(crate) fn need(&mut self, row: &Row, column: &'static str) -> Option<String> {
        let found = row.get(column);
        if found.is_none() && self.columns.contains(&column) {
            self.fault(
                row.line,
                column,
                "cell_missing",
                (
                    format!("“{column}”没有填写"),
                    format!("\"{column}\" is not filled in"),
                ),
            );
        }
        found
    }

    /// A cell that holds an id: small letters, digits, `_`.
    pub(crate) fn id(&mut self, row: &Row, column: &'static str) -> Option<String> {
        let found = self.need(row, column)?;
        let fine = found.starts_with(|c: char| c.is_ascii_lowercase())
            && found
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !fine {
            self.fault(row.line, column, "bad_id", (format!("“{found}”不能作编号，只用小写字母、数字和下划线，字母开头"), format!("\"{found}\" cannot be an id: small letters, digits and underscores, a letter first")));
        }
        fine.then_some(found)
    }
}

impl Row {
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// A cell, when it is filled in.
    pub(crate) fn get(&self, column: &str) -> Option<String> {
        let found = self.cells.iter().find(|(name, _)| *name == column);
        found
            .map(|(_, cell)| cell.clone())
            .filter(|cell| !cell.is_empty())
    }
}
