//! Titles and mails: each name they read must exist.

use super::within;
use crate::dialect::names::Names;
use crate::dialect::reader::{Reader, Word};
use crate::dialect::scalar;
use crate::dialect::suggest;
use crate::dialect::tree::Node;
use crate::template::{Template, TemplateFault};
use crate::text::Text;

/// A title or mail text; every name it reads must exist.
pub fn template(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Option<Template> {
    let word = scalar::text(reader, node)?;
    let template = match Template::parse(&word.text) {
        Ok(template) => template,
        Err(fault) => {
            push_template_fault(reader, node, fault);
            return None;
        }
    };
    for reading in template.readings() {
        if names.open || names.template_knows(&reading.path) {
            continue;
        }
        let span = within(reader, node, reading.span).unwrap_or(node.span);
        let word = Word {
            text: reading.path.clone(),
            span,
        };
        unknown_in_template(reader, names, &word);
    }
    Some(template)
}

fn unknown_in_template(reader: &mut Reader, names: &Names<'_>, word: &Word) {
    let known = names.template_names();
    let near = suggest::nearest(&word.text, known.iter().map(String::as_str));
    let fault = reader.fault(
        "unknown-field",
        word.span,
        format!("没有名为“{}”的字段", word.text),
        format!("There is no field called “{}”", word.text),
    );
    let fault = match near {
        Some(near) => {
            // The place is the whole tag; within it only the name changes.
            let tag = reader.source().slice(word.span).replace(&word.text, near);
            let place = reader.place(word.span);
            let title = Text::new(format!("改为 {near}"), format!("Change to {near}"));
            let fault = fault.hint(
                format!("是不是想写“{near}”？"),
                format!("Did you mean “{near}”?"),
            );
            if tag.contains(near) {
                fault.fix(title, place, tag)
            } else {
                fault
            }
        }
        None => fault.hint(
            format!("可以用的名字：{}", known.join("、")),
            format!("Possible names: {}", known.join(", ")),
        ),
    };
    reader.push(fault);
}

fn push_template_fault(reader: &mut Reader, node: &Node, fault: TemplateFault) {
    let span = within(reader, node, fault.span).unwrap_or(node.span);
    let mut found = reader.fault(fault.code, span, fault.message.zh, fault.message.en);
    found.hint = fault.hint.map(|hint| *hint);
    reader.push(found);
}
