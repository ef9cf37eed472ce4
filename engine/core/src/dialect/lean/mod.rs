//! The one file that leans on the other small languages: conditions, durations, people rules, templates. Each of them says
//! what is wrong in its own text; here that becomes a place in the file.

mod people;
mod template;

use crate::calendar::Term;
use crate::condition::{self, ConditionFault, Expr, Kind};
use crate::diagnostic::Diagnostic;
use crate::field::{EntityType, FieldKind};
use crate::text::Text;

use crate::dialect::names::{Names, RecordNames};
use crate::dialect::reader::Reader;
use crate::dialect::scalar;
use crate::dialect::tree::{Node, Span, Style};

pub use people::people_rule;
pub use template::template;

/// A condition: true or false.
pub fn condition(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Option<Expr> {
    expression(reader, names, node, condition::condition)
}

/// A formula of any type.
pub fn formula(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Option<Expr> {
    expression(reader, names, node, condition::compile)
}

/// A formula that gives a day or a point in time.
pub fn time(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Option<Expr> {
    let expr = formula(reader, names, node)?;
    if matches!(expr.kind(), Kind::Date | Kind::Time) {
        return Some(expr);
    }
    let is = expr.kind().words();
    reader.error(
        "wrong-type",
        node.span,
        (
            format!("这里要日期或时间，结果却是{}", is.zh),
            format!("A date or a time is due here, but this gives {}", is.en),
        ),
        (
            "例如 finished_on + 3 days",
            "For example finished_on + 3 days",
        ),
    );
    None
}

type Compile = fn(&str, &dyn condition::Names) -> Result<Expr, Vec<ConditionFault>>;

fn expression(
    reader: &mut Reader,
    names: &Names<'_>,
    node: &Node,
    compile: Compile,
) -> Option<Expr> {
    let word = scalar::text(reader, node)?;
    let found = if names.open {
        // The fields are not known, so only its words can be judged.
        condition::parse(&word.text).map(|_| None)
    } else {
        compile(&word.text, names).map(Some)
    };
    found.unwrap_or_else(|faults| {
        for fault in faults {
            push_condition_fault(reader, node, fault);
        }
        None
    })
}

/// A formula over one entity type's own fields.
pub fn entity_formula(reader: &mut Reader, entity: &EntityType, node: &Node) -> Option<Expr> {
    let word = scalar::text(reader, node)?;
    let names = RecordNames {
        fields: &entity.fields,
        entities: None,
    };
    match condition::compile(&word.text, &names) {
        Ok(expr) => Some(expr),
        Err(faults) => {
            for fault in faults {
                push_condition_fault(reader, node, fault);
            }
            None
        }
    }
}

fn push_condition_fault(reader: &mut Reader, node: &Node, fault: ConditionFault) {
    let place = reader.place(within(reader, node, fault.span).unwrap_or(node.span));
    let mut found = Diagnostic::error(fault.code, place, fault.message.zh, fault.message.en);
    found.hint = fault.hint;
    for fix in fault.fixes {
        // Where the text in the file differs from the condition's (quotes, folded lines) an edit could hit the wrong place.
        if let Some(span) = within(reader, node, fix.span) {
            found = found.fix(fix.title, reader.place(span), fix.replacement);
        }
    }
    reader.push(found);
}

/// Reports a formula whose result cannot be a value of that type.
pub fn formula_fits(reader: &mut Reader, node: &Node, expr: &Expr, kind: &FieldKind) {
    let due = Kind::of(kind);
    let fits = match (expr.kind(), &due) {
        (Kind::Number { currency: a, .. }, Kind::Number { currency: b, .. }) => {
            a.is_none() || a == b
        }
        (is, Kind::Text) => is.is_textual(),
        (is, due) => is == due,
    };
    if fits {
        return;
    }
    let (is, due) = (expr.kind().words(), due.words());
    reader.error(
        "wrong-type",
        node.span,
        (
            format!("公式得出{}，字段却是{}", is.zh, due.zh),
            format!("The formula gives {}, but the field is {}", is.en, due.en),
        ),
        (
            "改公式，或改字段的类型",
            "Change the formula, or the field's type",
        ),
    );
}

/// A duration in words.
pub fn term(reader: &mut Reader, node: &Node) -> Option<Term> {
    let word = scalar::text(reader, node)?;
    term_in(reader, &word.text, node, (0, word.text.len()))
}

/// A duration that is part of a longer text.
pub fn term_in(reader: &mut Reader, text: &str, node: &Node, at: (usize, usize)) -> Option<Term> {
    let error = match Term::parse(text.get(at.0..at.1)?) {
        Ok(term) => return Some(term),
        Err(error) => error,
    };
    let exact = within(reader, node, at);
    let place = reader.place(exact.unwrap_or(node.span));
    let mut fault = Diagnostic::error(
        "duration-due",
        place.clone(),
        error.message.zh,
        error.message.en,
    )
    .hint(
        "work 开头的单位只算上班时间，其余的连续计算；例如 2 workdays、4 work hours、36 hours",
        "Units that start with work count working time only, the others run on; for example 2 workdays, 4 work hours, 36 hours",
    );
    for term in error.suggestions.iter().filter(|_| exact.is_some()) {
        let words = term.to_string();
        let title = Text::new(format!("改为 {words}"), format!("Change to {words}"));
        fault = fault.fix(title, place.clone(), words);
    }
    reader.push(fault);
    None
}

/// The stretch of the file that a stretch of a scalar's text stands in; none where the two cannot be matched (escapes in
/// quotes, folded lines).
fn within(reader: &Reader, node: &Node, at: (usize, usize)) -> Option<Span> {
    let scalar = node.scalar()?;
    let raw = reader.source().slice(node.span);
    if scalar.style == Style::Block {
        return within_block(raw, &scalar.text, at).map(|(start, end)| Span {
            start: node.span.start + start,
            end: node.span.start + end,
        });
    }
    if scalar.text.is_empty() {
        return None;
    }
    let start = node.span.start + raw.find(&scalar.text)?;
    Some(Span {
        start: start + at.0,
        end: start + at.1,
    })
}

/// In a block each line of the text is a line of the file, indented.
fn within_block(raw: &str, text: &str, at: (usize, usize)) -> Option<(usize, usize)> {
    let head = text.get(..at.0)?;
    let number = head.matches('\n').count();
    let column = at.0 - head.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.lines().nth(number)?;
    let length = (at.1.saturating_sub(at.0)).min(line.len().saturating_sub(column));
    let mut start = 0;
    let mut seen = 0;
    for piece in raw.split_inclusive('\n') {
        let shown = piece.trim_end_matches(['\n', '\r']);
        // The header (`|`) is no line of the text; whether the span holds it is the parser's affair.
        let header = start == 0 && shown.trim_start().starts_with(['|', '>']);
        if !header {
            if seen == number {
                let indent = shown.len().checked_sub(line.len())?;
                return shown
                    .ends_with(line)
                    .then_some((start + indent + column, start + indent + column + length));
            }
            seen += 1;
        }
        start += piece.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_of_a_block_is_found_in_its_line() {
        let raw = "|\n      甲\n      {{typo}} 乙\n";
        let text = "甲\n{{typo}} 乙\n";
        let at = text.find("{{").unwrap_or(0);
        let (start, end) = within_block(raw, text, (at, at + 8)).unwrap_or_default();
        assert_eq!(raw.get(start..end), Some("{{typo}}"));
    }
}
