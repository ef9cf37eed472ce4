//! Types: every name known, every comparison between values that can be compared, every fault at once.

use std::sync::Arc;

use super::ast::{Arith, Ast, Node, Relation, What};
use super::call;
use super::fault::{ConditionFault, Span, nearest};
use super::kind::{Kind, Names};
use super::mismatch;
use super::shift;
use super::{Expr, Input};
use crate::text::Text;
use crate::value::Value;

/// Checks a parsed condition against what its names mean.
///
/// # Errors
/// Every fault of its names and types.
pub fn check(ast: Ast, names: &dyn Names) -> Result<Expr, Vec<ConditionFault>> {
    let Ast { text, mut root } = ast;
    let mut checker = Checker {
        names,
        faults: vec![],
        inputs: vec![],
    };
    let kind = checker.kind(&mut root);
    let (Some(kind), []) = (kind, checker.faults.as_slice()) else {
        return Err(checker.faults);
    };
    let reads = checker
        .inputs
        .iter()
        .map(|input| input.path.clone())
        .collect();
    Ok(Expr {
        text,
        root: Arc::new(root),
        kind,
        reads,
        inputs: checker.inputs.into(),
    })
}

/// Walks a tree. A part at fault has no type, and what is made of it is not complained about again.
pub(super) struct Checker<'a> {
    names: &'a dyn Names,
    pub(super) faults: Vec<ConditionFault>,
    inputs: Vec<Input>,
}

impl Checker<'_> {
    pub(super) fn fault(&mut self, fault: ConditionFault) -> Option<Kind> {
        self.faults.push(fault);
        None
    }

    pub(super) fn kind(&mut self, node: &mut Node) -> Option<Kind> {
        let span = node.span;
        match &mut node.what {
            What::Literal(value) => Kind::of_value(value),
            What::Path(path) => self.path(path, span),
            What::Not(inner) => self.flag(inner),
            What::All(parts) | What::Any(parts) => {
                let mut kind = Some(Kind::Flag);
                for part in parts {
                    if self.flag(part).is_none() {
                        kind = None;
                    }
                }
                kind
            }
            What::Minus(inner) => self.number(inner),
            What::Compare(left, relation, right) => self.compare(left, *relation, right),
            What::In { item, list, .. } => self.contained(item, list),
            What::Between {
                item, low, high, ..
            } => {
                let low = self.compare(item, Relation::GreaterOrEqual, low);
                let high = self.compare(item, Relation::LessOrEqual, high);
                low.and(high)
            }
            What::Empty { item, .. } => {
                if !matches!(item.what, What::Path(_)) {
                    return self.fault(
                        ConditionFault::new(
                            "condition-type",
                            item.span,
                            "is empty 前面要写字段。",
                            "Before is empty stands a field.",
                        )
                        .hint("例如 bearer is empty。", "For example bearer is empty."),
                    );
                }
                self.kind(item).map(|_| Kind::Flag)
            }
            What::Sum(left, arith, right) => self.sum(left, *arith, right),
            What::Span(..) => self.fault(
                ConditionFault::new(
                    "condition-type",
                    span,
                    "时长只能加在日期或时间后面。",
                    "A length of time is only added to a date or a time.",
                )
                .hint(
                    "例如 finished_on + 3 days。",
                    "For example finished_on + 3 days.",
                ),
            ),
            What::List(_) => self.fault(ConditionFault::new(
                "condition-type",
                span,
                "列表只能写在 in 后面。",
                "A list only follows in.",
            )),
            What::Call(function, parts) => call::kind(self, *function, parts, span),
        }
    }

    /// The type of a name, and the note that it is read. `record.x` is `x`.
    fn path(&mut self, path: &mut String, span: Span) -> Option<Kind> {
        if let Some(bare) = path.strip_prefix("record.") {
            *path = bare.to_owned();
        }
        let Some(kind) = self.names.kind(path) else {
            let fault = self.unknown(path, span);
            return self.fault(fault);
        };
        if !self.inputs.iter().any(|input| input.path == *path) {
            self.inputs.push(Input {
                path: path.clone(),
                label: self
                    .names
                    .label(path)
                    .unwrap_or_else(|| Text::same(path.as_str())),
                kind: kind.clone(),
                constant: self.names.constant(path),
                bounds: self.names.bounds(path).unwrap_or_default(),
            });
        }
        Some(kind)
    }

    fn unknown(&self, path: &str, span: Span) -> ConditionFault {
        let fault = ConditionFault::new(
            "condition-unknown-name",
            span,
            format!("没有名为 {path} 的字段。"),
            format!("There is no field {path}."),
        );
        if matches!(path, "null" | "none" | "nil" | "None" | "undefined") {
            return fault.hint(
                "判断有没有填写，请写 amount is empty 或 amount is not empty。",
                "To ask whether something is filled in, write amount is empty or amount is not empty.",
            );
        }
        if let Some(meant) = self.names.labelled(path) {
            return fault
                .hint(
                    format!("“{path}”在条件里写作 `{meant}`。"),
                    format!("“{path}” is called `{meant}` in conditions."),
                )
                .fix(meant);
        }
        let known = self.names.known();
        match nearest(path, known.iter().map(String::as_str)) {
            Some(near) => fault
                .hint(
                    format!("您是不是想写 `{near}`？"),
                    format!("Did you mean `{near}`?"),
                )
                .fix(near),
            None => fault.hint(
                "条件里只能用表单或实体里声明过的字段、tables. 和 applicant.；文字要加英文双引号。",
                "Conditions use declared fields, tables. and applicant. only; texts stand in double quotes.",
            ),
        }
    }

    /// A part that must be true or false.
    fn flag(&mut self, node: &mut Node) -> Option<Kind> {
        let kind = self.kind(node)?;
        if kind == Kind::Flag {
            return Some(kind);
        }
        self.fault(mismatch::not_a_condition(node, &kind))
    }

    /// A part that must be a number.
    pub(super) fn number(&mut self, node: &mut Node) -> Option<Kind> {
        let kind = self.kind(node)?;
        if matches!(kind, Kind::Number { .. }) {
            return Some(kind);
        }
        self.fault(mismatch::not_a_number(node, &kind))
    }

    fn compare(&mut self, left: &mut Node, relation: Relation, right: &mut Node) -> Option<Kind> {
        let left_kind = self.side(left, right);
        let right_kind = self.side(right, left);
        let (left_kind, right_kind) = (left_kind?, right_kind?);
        match mismatch::comparable((left, &left_kind), relation, (right, &right_kind)) {
            Some(fault) => self.fault(*fault),
            None => Some(Kind::Flag),
        }
    }

    /// One side of a comparison; an option written without quotes is told from a misspelt field by the other side.
    fn side(&mut self, node: &mut Node, other: &Node) -> Option<Kind> {
        if let (What::Path(bare), What::Path(field)) = (&node.what, &other.what)
            && self.names.kind(bare).is_none()
            && let Some(Kind::Choice { options }) = self.names.kind(field)
            && let Some((id, _)) = options
                .iter()
                .find(|(id, name)| id == bare || name.zh == *bare || name.en == *bare)
        {
            let quoted = super::print::quote(id);
            let fault = ConditionFault::new(
                "condition-unknown-name",
                node.span,
                format!("{bare} 是选项，要加英文双引号。"),
                format!("{bare} is an option: it stands in double quotes."),
            )
            .fix(quoted);
            return self.fault(fault);
        }
        self.kind(node)
    }

    fn contained(&mut self, item: &mut Node, list: &mut Node) -> Option<Kind> {
        let span = list.span;
        if let What::List(items) = &mut list.what {
            if items.is_empty() {
                return self.fault(
                    ConditionFault::new(
                        "condition-type",
                        span,
                        "in 后面的列表是空的，条件永远不成立。",
                        "The list after in is empty, so the condition never holds.",
                    )
                    .hint("请写出允许的值。", "Write the values that count."),
                );
            }
            let mut kind = self.kind(item).map(|_| Kind::Flag);
            if kind.is_some() {
                for one in items {
                    if self.compare(item, Relation::Equal, one).is_none() {
                        kind = None;
                    }
                }
            }
            return kind;
        }
        let item_kind = self.kind(item)?;
        let list_kind = self.kind(list)?;
        let element = match list_kind {
            Kind::List(element) => *element,
            // A field of people may name one or several.
            Kind::Person => Kind::Person,
            Kind::Flag
            | Kind::Number { .. }
            | Kind::Text
            | Kind::Choice { .. }
            | Kind::Date
            | Kind::Time
            | Kind::Department
            | Kind::Ref { .. }
            | Kind::File
            | Kind::Table => return self.fault(mismatch::not_a_list(span, &list_kind)),
        };
        match mismatch::comparable((item, &item_kind), Relation::Equal, (list, &element)) {
            Some(fault) => self.fault(*fault),
            None => Some(Kind::Flag),
        }
    }

    fn sum(&mut self, left: &mut Node, arith: Arith, right: &mut Node) -> Option<Kind> {
        if let What::Span(count, unit) = &mut right.what {
            let unit = *unit;
            let span = right.span;
            let counted = self.number(count);
            let kind = self.kind(left)?;
            counted?;
            return match shift::shift((left, &kind), arith, span, unit) {
                Some(fault) => self.fault(*fault),
                None => Some(kind),
            };
        }
        let left_kind = self.kind(left);
        let right_kind = self.kind(right);
        let (left_kind, right_kind) = (left_kind?, right_kind?);
        if arith == Arith::Subtract
            && left_kind == right_kind
            && matches!(left_kind, Kind::Date | Kind::Time)
        {
            return Some(Kind::NUMBER);
        }
        if let Some(fault) = mismatch::arithmetic((left, &left_kind), (right, &right_kind)) {
            return self.fault(*fault);
        }
        if arith == Arith::Divide
            && right
                .literal_number()
                .is_some_and(|number| number.is_zero())
        {
            return self.fault(ConditionFault::new(
                "condition-arithmetic",
                right.span,
                "不能除以零。",
                "Nothing is divided by zero.",
            ));
        }
        match mismatch::currency_of(arith, &left_kind, &right_kind) {
            Ok(currency) => Some(Kind::Number {
                decimals: None,
                currency,
            }),
            Err(message) => self.fault(
                ConditionFault::new(
                    "condition-currency",
                    (left.span.0, right.span.1),
                    message.zh,
                    message.en,
                )
                .hint(
                    "请先用汇率字段换算成同一币种，再放进一个 money 字段。",
                    "Convert with a rate field into one currency first, kept in a money field.",
                ),
            ),
        }
    }
}

/// True for a text literal of these words.
pub(super) fn literal_text(node: &Node) -> Option<&str> {
    if let What::Literal(Value::Text(text)) = &node.what {
        Some(text)
    } else {
        None
    }
}
