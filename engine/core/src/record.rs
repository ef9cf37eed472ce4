//! temporary
#![allow(missing_docs)]
use crate::condition::Facts;
use crate::field::Field;
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Lang;
use crate::value::{Value, Values};
pub struct FieldFault;
impl From<FieldFault> for Refusal {
    fn from(_: FieldFault) -> Self {
        Refusal::new(RefusalKind::Input, "field_type", "", "")
    }
}
pub fn check(_: &[Field], _: &Values) -> Vec<FieldFault> {
    vec![]
}
pub fn computed(_: &[Field], _: &dyn Facts) -> Values {
    Values::new()
}
pub fn changed(before: &Values, after: &Values) -> Values {
    let mut out = Values::new();
    for (k, v) in after {
        if before.get(k) != Some(v) {
            out.insert(k.clone(), v.clone());
        }
    }
    for k in before.keys() {
        if !after.contains_key(k) {
            out.insert(k.clone(), Value::Empty);
        }
    }
    out
}
pub fn shown(_: &[Field], _: &Values, _: Lang) -> serde_json::Value {
    serde_json::Value::Null
}
