//! Effects that are nothing but a JSON document posted to another system: declared (`post: erp/invoices`), not programmed.

use serde_json::{Map, Value as Json};

use super::{Manifest, Request};
use crate::catalog::Port;
use crate::field::{Bounds, Field};
use crate::record::{self, Mode};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::value::{Value, Values};

/// Where a declared effect is posted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// `module.effect`.
    pub effect: String,
    /// The connector.
    pub connector: String,
    /// The path below its base address.
    pub path: String,
}

/// The request of a declared effect: its inputs by name, amounts as texts with all their digits. Without an input that it
/// requires nothing is sent: a field may have been emptied after the flow was checked.
pub(super) fn prepare(
    manifest: &Manifest,
    effect: &str,
    input: &Values,
) -> Option<Result<Request, Refusal>> {
    let post = manifest.calls.iter().find(|post| post.effect == effect)?;
    let known = manifest.effects.iter().find(|known| known.name == effect)?;
    let empty = |port: &&Port| input.get(&port.name).is_none_or(Value::is_empty);
    let mut required = known.takes.iter().filter(|port| port.required);
    if let Some(port) = required.find(empty) {
        return Some(Err(nothing_to_send(&known.label, &port.name)));
    }
    let fields: Vec<Field> = known.takes.iter().map(field).collect();
    Some(Ok(Request {
        connector: post.connector.clone(),
        method: "POST",
        path: post.path.clone(),
        body: Json::Object(record::to_json(&fields, input)),
    }))
}

/// The values of an answer, by the outputs declared; what else it says is left out. `{"refused": "words"}` is the other
/// system's way to say no.
pub(super) fn settle(
    manifest: &Manifest,
    effect: &str,
    answer: &Json,
) -> Option<Result<Values, Refusal>> {
    manifest.calls.iter().find(|post| post.effect == effect)?;
    let known = manifest.effects.iter().find(|known| known.name == effect)?;
    if let Some(words) = answer["refused"].as_str() {
        let zh = format!("“{}”未被接受：{words}", known.label.zh);
        let en = format!("\"{}\" was refused: {words}", known.label.en);
        let refusal = Refusal::new(RefusalKind::Input, "refused_elsewhere", zh, en);
        return Some(Err(refusal.with("said", words)));
    }
    let fields: Vec<Field> = known.gives.iter().map(field).collect();
    let gave: Map<String, Json> = fields
        .iter()
        .filter_map(|field| Some((field.name.clone(), answer.get(&field.name)?.clone())))
        .filter(|(_, value)| !value.is_null())
        .collect();
    let missing = known
        .gives
        .iter()
        .find(|port| port.required && !gave.contains_key(&port.name));
    // A fraction as a JSON number has been a float on its way; money comes as text.
    let floating = known
        .gives
        .iter()
        .find(|port| gave.get(&port.name).is_some_and(Json::is_f64));
    if let Some(port) = floating {
        return Some(Err(unusable(&known.label, &port.name)));
    }
    let values = record::from_json(&fields, &gave, &Mode::System);
    Some(match (values, missing) {
        (Ok(values), None) => Ok(values),
        (Ok(_), Some(port)) => Err(unusable(&known.label, &port.name)),
        (Err(faults), _) => {
            let name = faults.first().map(|fault| fault.field.clone());
            Err(unusable(&known.label, &name.unwrap_or_default()))
        }
    })
}

fn nothing_to_send(effect: &Text, name: &str) -> Refusal {
    let zh = format!("“{}”需要“{name}”，但该字段没有填写", effect.zh);
    let en = format!("\"{}\" needs \"{name}\", which is not filled in", effect.en);
    Refusal::new(RefusalKind::Input, "input_missing", zh, en).about(name)
}

fn unusable(effect: &Text, name: &str) -> Refusal {
    let zh = format!("“{}”的回答中没有可用的“{name}”", effect.zh);
    let en = format!("The answer to \"{}\" has no usable \"{name}\"", effect.en);
    Refusal::new(RefusalKind::Input, "answer_unusable", zh, en).about(name)
}

fn field(port: &Port) -> Field {
    Field {
        name: port.name.clone(),
        label: Text::same(&port.name),
        kind: port.kind.clone(),
        required: port.required,
        show_first: false,
        bounds: Bounds::default(),
        computed: None,
        filled_by: None,
        required_to: None,
    }
}
