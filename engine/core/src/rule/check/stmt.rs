//! Statements.

use rhai::{Expr, FlowControl, Position, Stmt};

use super::Checker;
use super::ty::Ty;
use crate::rule::kind::Kind;

impl Checker<'_> {
    /// A block; its value is that of its last statement.
    pub(super) fn block(&mut self, statements: &[Stmt]) -> Ty {
        let outside = self.variables.len();
        let mut last = Ty::from(Kind::Nothing);
        for statement in statements {
            last = self.statement(statement);
        }
        self.variables.truncate(outside);
        last
    }

    fn statement(&mut self, statement: &Stmt) -> Ty {
        match statement {
            Stmt::Expr(expr) => return self.expr(expr),
            Stmt::FnCall(call, position) => return self.call(call, *position),
            Stmt::Block(block) => return self.block(block.statements()),
            Stmt::If(flow, _) => return self.branches(flow),
            Stmt::While(flow, _) => self.repeat(flow),
            Stmt::For(parts, _) => self.walk_through(
                &parts.0.name,
                parts.1.as_ref().map(|counter| counter.name.as_str()),
                &parts.2,
            ),
            Stmt::Var(parts, ..) => {
                let ty = self.expr(&parts.1);
                // A variable that starts empty is filled in later.
                let ty = if ty.kind == Kind::Nothing {
                    Ty::ANY
                } else {
                    ty
                };
                self.variables.push((parts.0.name.to_string(), ty));
            }
            Stmt::Assignment(parts) => {
                let new = self.expr(&parts.1.rhs);
                self.assign(
                    &parts.1.lhs,
                    new,
                    parts.0.is_op_assignment(),
                    parts.0.position(),
                );
            }
            Stmt::Return(value, _, position) => {
                let ty = value
                    .as_deref()
                    .map_or(Ty::from(Kind::Nothing), |value| self.expr(value));
                self.returned.push((ty, *position));
                return Ty::ANY;
            }
            Stmt::BreakLoop(value, ..) => {
                if let Some(value) = value {
                    self.expr(value);
                }
            }
            Stmt::Noop(_) => {}
            // Not reachable: their words are disabled, so no script with them compiles.
            other => self.not_here(other.position()),
        }
        Ty::from(Kind::Nothing)
    }

    fn branches(&mut self, flow: &FlowControl) -> Ty {
        self.yes_or_no(&flow.expr);
        let body = self.block(flow.body.statements());
        let branch = self.block(flow.branch.statements());
        let returns = |statements: &[Stmt]| matches!(statements.last(), Some(Stmt::Return(..)));
        match (
            returns(flow.body.statements()),
            returns(flow.branch.statements()),
        ) {
            (true, _) => branch,
            (_, true) => body,
            (false, false) => body.join(branch),
        }
    }

    fn repeat(&mut self, flow: &FlowControl) {
        self.yes_or_no(&flow.expr);
        self.block(flow.body.statements());
    }

    fn walk_through(&mut self, name: &str, counter: Option<&str>, flow: &FlowControl) {
        let list = self.expr(&flow.expr);
        let item = match (list.kind, &list.item) {
            (Kind::List, Some(item)) => (**item).clone(),
            (Kind::List | Kind::Any, _) => Ty::ANY,
            (kind, _) => {
                let (zh, en) = kind.words();
                self.error(
                    "rule-mixed-types",
                    flow.expr.start_position(),
                    (
                        &format!("for 不能遍历{zh}"),
                        &format!("`for` cannot walk through {en}"),
                    ),
                    (
                        "in 后面写列表，或 1..=12 这样的范围",
                        "Write a list after `in`, or a range such as 1..=12",
                    ),
                );
                Ty::ANY
            }
        };
        let outside = self.variables.len();
        self.variables.push((name.to_owned(), item));
        if let Some(counter) = counter {
            self.variables
                .push((counter.to_owned(), Kind::Number.into()));
        }
        self.block(flow.body.statements());
        self.variables.truncate(outside);
    }

    fn assign(&mut self, target: &Expr, new: Ty, with_operator: bool, position: Position) {
        if matches!(target, Expr::Dot(..) | Expr::Index(..)) {
            // A map that is filled in by and by: from here on its keys are not known.
            self.forget_inside(target);
        }
        let old = self.expr(target);
        if with_operator {
            let joins = old.kind == Kind::Text || new.kind == Kind::Text;
            self.arithmetic(if joins { "+" } else { "-" }, &old, &new, position);
            return;
        }
        if let Expr::Variable(parts, ..) = target
            && let Some((_, known)) = self
                .variables
                .iter_mut()
                .rev()
                .find(|(known, _)| *known == *parts.1)
        {
            *known = known.clone().join(new);
        }
    }

    fn forget_inside(&mut self, target: &Expr) {
        match target {
            Expr::Dot(parts, ..) | Expr::Index(parts, ..) => self.forget_inside(&parts.lhs),
            Expr::Variable(parts, ..) => {
                if let Some((_, known)) = self
                    .variables
                    .iter_mut()
                    .rev()
                    .find(|(known, _)| *known == *parts.1)
                {
                    *known = known.kind.into();
                }
            }
            _ => {}
        }
    }

    /// A condition.
    pub(super) fn yes_or_no(&mut self, condition: &Expr) {
        let kind = self.expr(condition).kind;
        if !matches!(kind, Kind::Flag | Kind::Any) {
            let (zh, en) = kind.words();
            self.error(
                "rule-mixed-types",
                condition.start_position(),
                (
                    &format!("条件需要是/否，这里是{zh}"),
                    &format!("A condition takes yes or no, this is {en}"),
                ),
                (
                    "写成比较，例如 x > 0 或 filled(x)",
                    "Write a comparison such as x > 0, or filled(x)",
                ),
            );
        }
    }
}
