//! `given.lines[0].amount`: chains of dots and brackets.
//!
//! The engine keeps a chain as a list that leans to the right, and marks where it ends.

use rhai::{ASTFlags, BinaryExpr, Expr};

use super::Checker;
use super::ty::Ty;
use crate::dialect;
use crate::rule::kind::Kind;

impl Checker<'_> {
    pub(super) fn chain(&mut self, expr: &Expr) -> Ty {
        let (Expr::Dot(parts, flags, _) | Expr::Index(parts, flags, _)) = expr else {
            return self.expr(expr);
        };
        let base = self.expr(&parts.lhs);
        self.onward(&base, parts, *flags, matches!(expr, Expr::Index(..)))
    }

    /// What follows a base: one link, then the rest of the chain.
    fn onward(&mut self, base: &Ty, parts: &BinaryExpr, flags: ASTFlags, index: bool) -> Ty {
        let rest = &parts.rhs;
        let ends = flags.intersects(ASTFlags::BREAK);
        match rest {
            Expr::Dot(next, next_flags, _) | Expr::Index(next, next_flags, _) if !ends => {
                let reached = self.link(base, &next.lhs, index);
                self.onward(&reached, next, *next_flags, matches!(rest, Expr::Index(..)))
            }
            _ => self.link(base, rest, index),
        }
    }

    fn link(&mut self, base: &Ty, link: &Expr, index: bool) -> Ty {
        if index {
            return self.indexed(base, link);
        }
        match link {
            Expr::Property(names, position) => self.property(base, &names.2, *position),
            Expr::MethodCall(call, position) => {
                let mut args = vec![base.clone()];
                args.extend(call.args.iter().map(|arg| self.expr(arg)));
                self.named_call(&call.name, &[], &args, *position)
            }
            other => self.expr(other),
        }
    }

    fn indexed(&mut self, base: &Ty, index: &Expr) -> Ty {
        let at = self.expr(index);
        match (base.kind, at.kind) {
            (Kind::List, Kind::Number | Kind::Any) => {
                base.item.as_ref().map_or(Ty::ANY, |item| (**item).clone())
            }
            (Kind::Map, Kind::Text) => match index {
                Expr::StringConstant(key, position) => self.property(base, key, *position),
                _ => Ty::ANY,
            },
            (Kind::Any, _) | (Kind::Map, Kind::Any) => Ty::ANY,
            (kind, _) => {
                let (zh, en) = kind.words();
                self.error(
                    "rule-mixed-types",
                    index.start_position(),
                    (
                        &format!("方括号不能这样用于{zh}"),
                        &format!("Brackets do not work on {en} like this"),
                    ),
                    (
                        "列表用整数序号，映射用文本键",
                        "Lists take whole numbers, maps take texts",
                    ),
                );
                Ty::ANY
            }
        }
    }

    fn property(&mut self, base: &Ty, name: &str, position: rhai::Position) -> Ty {
        match (base.kind, &base.keys) {
            (Kind::Map, Some(keys)) => {
                if let Some((_, ty)) = keys.iter().find(|(key, _)| key == name) {
                    return ty.clone();
                }
                let near = dialect::nearest(name, keys.iter().map(|(key, _)| key.as_str()))
                    .map(str::to_owned);
                self.unknown("值", "value", name, near, position);
                Ty::ANY
            }
            (Kind::Map | Kind::Any, _) => Ty::ANY,
            (kind, _) => {
                let (zh, en) = kind.words();
                self.error(
                    "rule-mixed-types",
                    position,
                    (
                        &format!("{zh}没有“.{name}”"),
                        &format!("There is no \".{name}\" on {en}"),
                    ),
                    (
                        "只有映射才有用点号取的值",
                        "Only maps have values behind a dot",
                    ),
                );
                Ty::ANY
            }
        }
    }
}
