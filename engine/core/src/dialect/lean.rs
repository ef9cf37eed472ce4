//! The one file that leans on the other small languages: conditions, durations, people rules, templates.

use crate::calendar::Term;
use crate::condition::Expr;
use crate::people::PeopleRule;
use crate::template::Template;

use super::names::Names;
use super::reader::Reader;
use super::scalar;
use super::tree::{Node, Span};

/// A condition: true or false.
pub fn condition(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Option<Expr> {
    formula(reader, names, node)
}

/// A formula of any type.
pub fn formula(reader: &mut Reader, _names: &Names<'_>, node: &Node) -> Option<Expr> {
    let word = scalar::text(reader, node)?;
    Some(Expr { text: word.text })
}

/// A formula that gives a day or a point in time.
pub fn time(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Option<Expr> {
    formula(reader, names, node)
}

/// A formula over one entity type's own fields.
pub fn entity_formula(
    reader: &mut Reader,
    _entity: &crate::field::EntityType,
    node: &Node,
) -> Option<Expr> {
    let word = scalar::text(reader, node)?;
    Some(Expr { text: word.text })
}

/// Reports a formula whose result cannot be a value of that type.
pub fn formula_fits(
    _reader: &mut Reader,
    _node: &Node,
    _expr: &Expr,
    _kind: &crate::field::FieldKind,
) {
}

/// A duration in words.
pub fn term(reader: &mut Reader, node: &Node) -> Option<Term> {
    let word = scalar::text(reader, node)?;
    term_in(reader, &word.text, node, (0, word.text.len()))
}

/// A duration that is part of a longer text.
pub fn term_in(reader: &mut Reader, text: &str, node: &Node, at: (usize, usize)) -> Option<Term> {
    let part = text.get(at.0..at.1)?;
    match Term::parse(part) {
        Ok(term) => Some(term),
        Err(error) => {
            let place = reader.place(within(reader, node, at));
            let mut fault = crate::diagnostic::Diagnostic::error(
                "duration-due",
                place.clone(),
                error.message.zh,
                error.message.en,
            );
            for term in error.suggestions {
                let words = term.to_string();
                let title = crate::text::Text::new(
                    format!("改为 {words}"),
                    format!("Change to {words}"),
                );
                fault = fault.fix(title, place.clone(), words);
            }
            reader.push(fault);
            None
        }
    }
}

/// A rule that names people.
pub fn people_rule(reader: &mut Reader, _names: &Names<'_>, node: &Node) -> Option<PeopleRule> {
    let word = scalar::text(reader, node)?;
    Some(match word.text.strip_prefix("role/") {
        Some(role) => PeopleRule::Role {
            role: role.to_owned(),
            within: None,
        },
        None => PeopleRule::Applicant,
    })
}

/// A title or mail text.
pub fn template(reader: &mut Reader, _names: &Names<'_>, node: &Node) -> Option<Template> {
    let word = scalar::text(reader, node)?;
    Some(Template { text: word.text })
}

/// The stretch of the file that a stretch of a scalar's text stands in: exact where the text stands in the file as it
/// is, the whole scalar where escapes or folded lines make the two differ.
pub fn within(reader: &Reader, node: &Node, at: (usize, usize)) -> Span {
    let Some(scalar) = node.scalar() else {
        return node.span;
    };
    let raw = reader.source().slice(node.span);
    let Some(offset) = raw.find(&scalar.text).filter(|_| !scalar.text.is_empty()) else {
        return node.span;
    };
    let start = node.span.start + offset;
    Span {
        start: start + at.0,
        end: start + at.1,
    }
}
