//! A field of a form: from the runtime's declaration, with what was typed and what was wrong with it.

use std::collections::BTreeMap;

use assent_core::text::Lang;
use assent_runtime::app::{FieldFault, FormField, FormOption, Json};
use serde::Serialize;

use crate::web::form::{self, Typed};
use crate::web::words;

/// Choices up to this number are shown as buttons, more as a list.
const RADIO_OPTIONS_MAX: usize = 4;
/// Texts up to this length are one line.
const LINE_CHARS_MAX: usize = 120;
/// Most characters of a text without a declared limit (as in core).
const TEXT_CHARS_MAX: usize = 4_000;
/// Empty rows of a table that has none yet; more come one by one, by the button below them.
const FIRST_ROWS: usize = 2;
/// What `do` says when a row is asked for, before the field's name.
const MORE: &str = "row:";

/// Is another row asked for, rather than the form sent?
pub fn asks_for_a_row(typed: &Typed) -> bool {
    typed.text("do").starts_with(MORE)
}

/// One field.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FieldModel {
    pub id: String,
    pub name: String,
    pub label: String,
    /// `text`, `long`, `number`, `date`, `time`, `select`, `radio`, `many`, `file`, `table`.
    pub kind: &'static str,
    /// Several controls under one legend.
    pub group: bool,
    pub wide: bool,
    pub required: bool,
    pub readonly: bool,
    pub value: String,
    pub unit: String,
    pub after: String,
    pub max: usize,
    pub pattern: String,
    pub list: String,
    pub accept: String,
    pub hint: String,
    pub error: String,
    pub options: Vec<OptionModel>,
    pub files: Vec<OptionModel>,
    pub columns: Vec<ColumnModel>,
    pub rows: Vec<RowModel>,
    /// What `do` says when the button for another row is pressed; empty when there are as many as a table takes.
    pub more: String,
}

/// One row of a table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RowModel {
    /// `第 2 行`, where rows are stacked.
    pub label: String,
    pub cells: Vec<CellModel>,
}

/// One choice; also a file that is there already.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OptionModel {
    pub id: String,
    pub label: String,
    pub name: String,
    pub size: String,
    pub on: bool,
}

/// Head of a column.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ColumnModel {
    pub label: String,
    pub required: bool,
}

/// One control inside a table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CellModel {
    pub name: String,
    /// Column and row, for whoever hears the page.
    pub label: String,
    /// The column alone, where rows are stacked.
    pub head: String,
    pub bad: bool,
    pub value: String,
    pub input: &'static str,
    pub number: bool,
    pub options: Vec<OptionModel>,
}

/// What a form is drawn from besides its fields.
pub struct Drawing<'a> {
    pub lang: Lang,
    /// Keeps ids apart when several forms are on one page.
    pub prefix: &'a str,
    /// What was typed, when the form comes back.
    pub typed: Option<&'a Typed>,
    /// What was wrong.
    pub faults: &'a [FieldFault],
    /// Fields that must be filled in here besides those that always must.
    pub require: &'a [String],
}

impl Drawing<'_> {
    /// Draws the fields that may be written.
    pub fn writable(&self, fields: &[FormField]) -> Vec<FieldModel> {
        fields
            .iter()
            .filter(|field| field.write && !field.computed)
            .map(|field| self.field(field))
            .collect()
    }

    /// Draws one field.
    pub fn field(&self, field: &FormField) -> FieldModel {
        let lang = self.lang;
        let value = self
            .typed
            .and_then(|typed| typed.one(&field.name).map(str::to_owned))
            .unwrap_or_else(|| form::shown(field));
        let mut model = FieldModel {
            id: format!("{}-{}", self.prefix, field.name),
            name: form::input_name(&field.name),
            label: field.label.get(lang).to_owned(),
            kind: "text",
            required: field.required || self.require.contains(&field.name),
            value,
            max: field.max_chars.unwrap_or(TEXT_CHARS_MAX),
            error: self.fault(&field.name),
            ..FieldModel::default()
        };
        self.shape(field, &mut model);
        model
    }

    /// What was wrong with a field, or with cells of it.
    fn fault(&self, name: &str) -> String {
        let mine = |fault: &&FieldFault| base(&fault.field) == name;
        let faults = self.faults.iter().filter(mine);
        let said: Vec<&str> = faults.map(|fault| fault.message.get(self.lang)).collect();
        said.join(" ")
    }

    /// What depends on the kind.
    fn shape(&self, field: &FormField, model: &mut FieldModel) {
        match field.kind {
            "money" => {
                model.kind = "number";
                model.unit = field.currency.clone().unwrap_or_default();
                model.hint = self.bounds(field);
            }
            "number" => {
                model.kind = "number";
                model.hint = self.bounds(field);
            }
            "percent" => {
                model.kind = "number";
                model.after = "%".to_owned();
            }
            "date" => model.kind = "date",
            "time" => model.kind = "time",
            "flag" => {
                model.kind = "radio";
                model.group = true;
                model.options = ["true", "false"]
                    .iter()
                    .map(|id| OptionModel {
                        id: (*id).to_owned(),
                        label: words::word(
                            self.lang,
                            if *id == "true" { "form.yes" } else { "form.no" },
                        )
                        .to_owned(),
                        on: model.value == *id,
                        ..OptionModel::default()
                    })
                    .collect();
            }
            "choice" | "person" | "department" | "ref" if !field.options.is_empty() => {
                model.options = self.options(&field.options, &model.value);
                let few = field.kind == "choice" && field.options.len() <= RADIO_OPTIONS_MAX;
                (model.kind, model.group) = if few {
                    ("radio", true)
                } else {
                    ("select", false)
                };
            }
            "people" => {
                (model.kind, model.group) = ("many", true);
                let typed = self.typed.map(|typed| typed.all(&field.name));
                let chosen = typed.unwrap_or_else(|| ids(&field.value));
                model.options = self.options(&field.options, "");
                for option in &mut model.options {
                    option.on = chosen.contains(&option.id.as_str());
                }
                model.hint = self.bounds(field);
            }
            "file" => {
                model.kind = "file";
                model.wide = true;
                let dotted: Vec<String> =
                    field.accept.iter().map(|ext| format!(".{ext}")).collect();
                model.accept = dotted.join(",");
                let typed = self.typed.filter(|typed| typed.one(&field.name).is_some());
                model.files = match typed {
                    Some(typed) => self.files(&typed.all(&field.name), field),
                    None => self.files(&file_ids(&field.value), field),
                };
                model.hint = self.file_hint(field);
                model.required &= model.files.is_empty();
            }
            "table" => {
                model.kind = "table";
                (model.wide, model.group) = (true, true);
                self.table(field, model);
            }
            _ => {
                let line = field.pattern.is_some()
                    || field.kind != "text"
                    || field.max_chars.is_some_and(|max| max <= LINE_CHARS_MAX);
                if !line {
                    model.kind = "long";
                    model.wide = true;
                }
                model.pattern = field.pattern.clone().unwrap_or_default();
            }
        }
    }

    fn options(&self, options: &[FormOption], value: &str) -> Vec<OptionModel> {
        options
            .iter()
            .map(|option| OptionModel {
                id: option.id.clone(),
                label: option.name.get(self.lang).to_owned(),
                on: option.id == value,
                ..OptionModel::default()
            })
            .collect()
    }

    fn bounds(&self, field: &FormField) -> String {
        match (&field.min, &field.max) {
            (Some(min), Some(max)) => {
                words::say(self.lang, "form.between", &[("min", min), ("max", max)])
            }
            (None, Some(max)) => words::say(self.lang, "form.at_most", &[("max", max)]),
            (Some(_) | None, None) => String::new(),
        }
    }

    /// Files that are there already, or came with the form that is shown again: kept unless their box is cleared.
    fn files(&self, ids: &[&str], field: &FormField) -> Vec<OptionModel> {
        let picked = |id: &str| self.typed?.get(&form::file_name(id));
        let name = |id: &str| {
            let known = field.options.iter().find(|file| file.id == id);
            let name = known.map(|file| file.name.get(self.lang));
            name.or_else(|| picked(id)).unwrap_or(id).to_owned()
        };
        ids.iter()
            .map(|id| OptionModel {
                id: (*id).to_owned(),
                name: name(id),
                ..OptionModel::default()
            })
            .collect()
    }

    fn file_hint(&self, field: &FormField) -> String {
        let kinds = field.accept.join(" / ");
        let size = field.max_mb.unwrap_or(20).to_string();
        let key = if kinds.is_empty() {
            "form.file_size"
        } else {
            "form.file_kinds"
        };
        words::say(self.lang, key, &[("kinds", &kinds), ("mb", &size)])
    }

    fn table(&self, field: &FormField, model: &mut FieldModel) {
        let lang = self.lang;
        let columns = field.columns.iter();
        model.columns = columns
            .map(|column| ColumnModel {
                label: column.label.get(lang).to_owned(),
                required: column.required,
            })
            .collect();
        let stored: Vec<BTreeMap<String, Json>> =
            serde_json::from_value(field.value.clone()).unwrap_or_default();
        let typed = self.typed.map_or(0, |typed| typed.rows(&field.name));
        let wanted = format!("{MORE}{}", field.name);
        let more = self.typed.is_some_and(|typed| typed.text("do") == wanted);
        let known = stored.len().max(typed);
        let rows = if known == 0 { FIRST_ROWS } else { known };
        let rows = (rows + usize::from(more)).min(form::TABLE_ROWS_MAX);
        if rows < form::TABLE_ROWS_MAX {
            model.more = wanted;
        }
        for row in 0..rows {
            let cells = field.columns.iter();
            let cells = cells.map(|column| self.cell(field, column, row, stored.get(row)));
            let number = (row + 1).to_string();
            model.rows.push(RowModel {
                label: words::say(lang, "form.row", &[("n", &number)]),
                cells: cells.collect(),
            });
        }
    }

    fn cell(
        &self,
        field: &FormField,
        column: &FormField,
        row: usize,
        stored: Option<&BTreeMap<String, Json>>,
    ) -> CellModel {
        let path = format!("{}.{row}.{}", field.name, column.name);
        let typed = self.typed.and_then(|typed| typed.one(&path));
        let value = typed.map(str::to_owned).unwrap_or_else(|| {
            stored
                .and_then(|cells| cells.get(&column.name))
                .map(|value| form::plain(column, value))
                .unwrap_or_default()
        });
        let head = column.label.get(self.lang);
        CellModel {
            name: form::input_name(&path),
            label: format!("{head} {}", row + 1),
            head: head.to_owned(),
            bad: self.faults.iter().any(|fault| fault.field == path),
            input: if column.kind == "date" {
                "date"
            } else {
                "text"
            },
            number: matches!(column.kind, "money" | "number" | "percent"),
            options: self.options(&column.options, &value),
            value,
        }
    }
}

/// The field that a fault is about: of `lines.0.amount` it is `lines`.
pub fn base(fault: &str) -> &str {
    fault.split('.').next().unwrap_or(fault)
}

/// The ids in a list.
fn ids(value: &Json) -> Vec<&str> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Json::as_str).collect()
}

/// Files a value names already.
fn file_ids(value: &Json) -> Vec<&str> {
    match value {
        Json::String(id) if !id.is_empty() => vec![id],
        Json::Array(list) => list
            .iter()
            .filter_map(|item| item.as_str().or_else(|| item.get("id")?.as_str()))
            .collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => vec![],
    }
}
