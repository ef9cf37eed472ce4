//! What conditions, rules and templates read of a case.

use crate::condition::Facts;
use crate::definition::Definition;
use crate::field::FieldKind;
use crate::instance::Case;
use crate::turn::{Context, Lookup};
use crate::value::Value;

/// The facts of a case: its fields (`amount`, `record.amount`), `tables.t.k`, `applicant`, `applicant.department`, and
/// fields of records it refers to (`vehicle.plate`).
pub struct CaseFacts<'a> {
    /// The flow.
    pub def: &'a Definition,
    /// The case.
    pub case: &'a Case,
    /// For references and the applicant's department.
    pub cx: &'a Context<'a>,
}

impl Facts for CaseFacts<'_> {
    fn get(&self, path: &str) -> Option<Value> {
        let path = path.strip_prefix("record.").unwrap_or(path);
        let mut parts = path.split('.');
        let head = parts.next()?;
        match (head, parts.next(), parts.next()) {
            ("tables", Some(table), Some(key)) => self.def.tables.get(table)?.get(key).cloned(),
            ("applicant", None, None) => Some(Value::from(self.case.instance.applicant.as_str())),
            ("applicant", Some("department"), None) => {
                let unit = self.cx.organisation.unit(&self.case.instance.applicant);
                Some(unit.map_or(Value::Empty, Value::Text))
            }
            ("id", None, None) => Some(Value::from(self.case.instance.record.as_str())),
            (name, None, None) => {
                self.def.entity.field(name)?;
                Some(self.case.values.get(name).cloned().unwrap_or_default())
            }
            (_, Some(_), None) => References {
                def: self.def,
                case: self.case,
                records: self.cx.records,
            }
            .get(path),
            _ => None,
        }
    }
}

/// Fields of records a case refers to: `vehicle.plate`.
pub(crate) struct References<'a> {
    pub def: &'a Definition,
    pub case: &'a Case,
    pub records: &'a dyn Lookup,
}

impl Facts for References<'_> {
    fn get(&self, path: &str) -> Option<Value> {
        let (name, inner) = path.split_once('.')?;
        let FieldKind::Ref { to } = &self.def.entity.field(name)?.kind else {
            return None;
        };
        let id = self.case.values.get(name)?.as_text()?;
        Some(
            self.records
                .record(to, id)?
                .get(inner)
                .cloned()
                .unwrap_or_default(),
        )
    }
}

/// How an instance is called: its title, rendered from the values as people read them (Chinese).
pub(crate) fn title(def: &Definition, case: &Case, _cx: &Context<'_>) -> String {
    let data = crate::record::shown(&def.entity.fields, &case.values, crate::text::Lang::Zh);
    def.title
        .render(&data, false)
        .unwrap_or_else(|_| def.name.zh.clone())
}
