//! Expressions: what kind each has, and whether its parts fit.

use rhai::{Expr, FnCallExpr, Position};

use super::Checker;
use super::ty::Ty;
use crate::dialect;
use crate::rule::kind::Kind;
use crate::rule::library::{self, Function};
use crate::rule::operators::{ARITHMETIC, COMPARISONS};
use crate::rule::table::Rows;

impl Checker<'_> {
    /// The kind of an expression; faults in it are reported.
    pub(super) fn expr(&mut self, expr: &Expr) -> Ty {
        match expr {
            Expr::BoolConstant(..) => Kind::Flag.into(),
            Expr::IntegerConstant(..) => Kind::Number.into(),
            Expr::StringConstant(..) => Kind::Text.into(),
            Expr::DynamicConstant(value, _) => Kind::of(value).into(),
            Expr::Unit(_) => Kind::Nothing.into(),
            Expr::Array(items, _) => {
                let kinds: Vec<Ty> = items.iter().map(|item| self.expr(item)).collect();
                match kinds.into_iter().reduce(Ty::join) {
                    Some(item) => Ty::list(item),
                    None => Kind::List.into(),
                }
            }
            Expr::Map(parts, _) => Ty::map(
                parts
                    .0
                    .iter()
                    .map(|(key, value)| (key.name.to_string(), self.expr(value)))
                    .collect(),
            ),
            Expr::Variable(parts, _, _) => self.variable(&parts.1),
            Expr::Stmt(block) => self.block(block.statements()),
            Expr::FnCall(call, position) => self.call(call, *position),
            Expr::Dot(..) | Expr::Index(..) => self.chain(expr),
            Expr::And(sides, _) | Expr::Or(sides, _) => {
                for side in sides.iter() {
                    self.yes_or_no(side);
                }
                Kind::Flag.into()
            }
            Expr::CharConstant(_, position) => {
                self.error(
                    "rule-syntax",
                    *position,
                    ("文本要用双引号", "Texts stand in double quotes"),
                    ("把 'a' 写成 \"a\"", "Write \"a\" instead of 'a'"),
                );
                Kind::Text.into()
            }
            Expr::InterpolatedString(_, position) => {
                self.error(
                    "rule-forbidden",
                    *position,
                    ("规则中不能用 `…${ }…`", "`…${ }…` does not exist in rules"),
                    (
                        "用 + 连接：\"截止 \" + text(ends_on)",
                        "Join with +: \"ends on \" + text(ends_on)",
                    ),
                );
                Kind::Text.into()
            }
            other => {
                self.not_here(other.position());
                Ty::ANY
            }
        }
    }

    fn variable(&self, name: &str) -> Ty {
        let known = self.variables.iter().rev().find(|(known, _)| known == name);
        known.map_or(Ty::ANY, |(_, ty)| ty.clone())
    }

    /// A call in the ordinary form, an operator among them.
    pub(super) fn call(&mut self, call: &FnCallExpr, position: Position) -> Ty {
        let args: Vec<Ty> = call.args.iter().map(|arg| self.expr(arg)).collect();
        let name = call.name.as_str();
        match (args.as_slice(), name) {
            ([left, right], name) if COMPARISONS.contains(&name) => {
                self.comparison(name, left, right, position);
                Kind::Flag.into()
            }
            ([left, right], name) if ARITHMETIC.contains(&name) => {
                self.arithmetic(name, left, right, position)
            }
            ([_, _], ".." | "..=") => Ty::list(Kind::Number.into()),
            ([side], "-" | "+") => self.one_sided(name, side, Kind::Number, position),
            ([side], "!") => self.one_sided(name, side, Kind::Flag, position),
            _ => self.named_call(name, &call.args, &args, position),
        }
    }

    fn one_sided(&mut self, name: &str, side: &Ty, wanted: Kind, position: Position) -> Ty {
        if side.kind != Kind::Any && side.kind != wanted {
            let (got, wanted) = (side.kind.words(), wanted.words());
            self.error(
                "rule-mixed-types",
                position,
                (
                    &format!("“{name}”需要{}，这里是{}", wanted.0, got.0),
                    &format!("`{name}` takes {}, this is {}", wanted.1, got.1),
                ),
                ("请检查这个值的类型", "Check the kind of the value"),
            );
        }
        wanted.into()
    }

    fn comparison(&mut self, name: &str, left: &Ty, right: &Ty, position: Position) {
        if left.kind == Kind::Any || right.kind == Kind::Any {
            if left.kind == Kind::Nothing || right.kind == Kind::Nothing {
                self.compares_nothing(name, position);
            }
            return;
        }
        let equality = name == "==" || name == "!=";
        let fits = match left.kind {
            Kind::Number | Kind::Text | Kind::Date | Kind::Time => left.kind == right.kind,
            Kind::Flag => left.kind == right.kind && equality,
            Kind::Any | Kind::List | Kind::Map | Kind::Nothing => false,
        };
        if fits {
            return;
        }
        if left.kind == Kind::Nothing || right.kind == Kind::Nothing {
            return self.compares_nothing(name, position);
        }
        let (l, r) = (left.kind.words(), right.kind.words());
        self.error(
            "rule-mixed-comparison",
            position,
            (
                &format!("不能用 {name} 比较{}和{}", l.0, r.0),
                &format!("`{name}` cannot compare {} with {}", l.1, r.1),
            ),
            (
                "两边须是同一类型：都是数字、文本或日期",
                "Both sides must be of one kind: numbers, texts or dates",
            ),
        );
    }

    fn compares_nothing(&mut self, name: &str, position: Position) {
        self.error(
            "rule-mixed-comparison",
            position,
            (
                &format!("不能用 {name} 和空值比较"),
                &format!("`{name}` cannot compare with nothing"),
            ),
            (
                "用 filled(x) 判断是否已填写",
                "Ask filled(x) whether it is filled in",
            ),
        );
    }

    pub(super) fn arithmetic(
        &mut self,
        name: &str,
        left: &Ty,
        right: &Ty,
        position: Position,
    ) -> Ty {
        match (name, left.kind, right.kind) {
            ("+", Kind::Text, Kind::Text | Kind::Any) | ("+", Kind::Any, Kind::Text) => {
                Kind::Text.into()
            }
            ("+", Kind::Any, Kind::Any) => Ty::ANY,
            (_, Kind::Number | Kind::Any, Kind::Number | Kind::Any) => Kind::Number.into(),
            (_, l, r) => {
                let (l, r) = (l.words(), r.words());
                self.error(
                    "rule-mixed-types",
                    position,
                    (&format!("{name} 不能用于{}和{}", l.0, r.0), &format!("`{name}` does not work on {} and {}", l.1, r.1)),
                    (
                        "算术只用于数字；连接文本时先用 text(…)；日期用 add_days、days_between",
                        "Arithmetic takes numbers; join texts with text(…); dates have add_days and days_between",
                    ),
                );
                Ty::ANY
            }
        }
    }

    /// A call of a function of the script or of the library. `args` are the expressions, where they are at hand.
    pub(super) fn named_call(
        &mut self,
        name: &str,
        exprs: &[Expr],
        args: &[Ty],
        position: Position,
    ) -> Ty {
        let own: Vec<usize> = self
            .own
            .iter()
            .filter(|(own, _)| own == name)
            .map(|(_, count)| *count)
            .collect();
        if own.contains(&args.len()) {
            return Ty::ANY;
        }
        let known: Vec<&'static Function> = library::functions()
            .filter(|known| known.name == name)
            .collect();
        let Some(function) = known.iter().find(|known| known.takes.len() == args.len()) else {
            let counts = own
                .into_iter()
                .chain(known.iter().map(|known| known.takes.len()))
                .collect::<Vec<_>>();
            self.unknown_function(name, &counts, args.len(), position);
            return Ty::ANY;
        };
        for ((parameter, wanted), got) in function.takes.iter().zip(args) {
            if *wanted != Kind::Any && got.kind != Kind::Any && *wanted != got.kind {
                let (wanted, got) = (wanted.words(), got.kind.words());
                self.error(
                    "rule-mixed-types",
                    position,
                    (
                        &format!(
                            "{name} 的参数 {parameter} 需要{}，这里是{}",
                            wanted.0, got.0
                        ),
                        &format!("{name}: {parameter} takes {}, this is {}", wanted.1, got.1),
                    ),
                    (function.zh, function.en),
                );
            }
        }
        match name {
            "lookup" | "band" | "has_key" => self.table_call(name, exprs, function.gives),
            "min" | "max" if args[0].kind == args[1].kind => args[0].clone(),
            _ => function.gives.into(),
        }
    }

    fn unknown_function(&mut self, name: &str, counts: &[usize], got: usize, position: Position) {
        if let Some(count) = counts.first() {
            return self.error(
                "rule-arguments",
                position,
                (
                    &format!("{name} 需要 {count} 个参数，这里有 {got} 个"),
                    &format!("{name} takes {count} arguments, here are {got}"),
                ),
                ("请对照函数清单", "Compare with the list of functions"),
            );
        }
        let names: Vec<String> = self
            .own
            .iter()
            .map(|(own, _)| own.clone())
            .chain(library::functions().map(|known| known.name.to_owned()))
            .collect();
        let hint = dialect::nearest(name, names.iter().map(String::as_str)).map_or(
            (
                "请对照函数清单".to_owned(),
                "Compare with the list of functions".to_owned(),
            ),
            |near| {
                (
                    format!("是不是“{near}”？"),
                    format!("Did you mean \"{near}\"?"),
                )
            },
        );
        self.error(
            "rule-unknown-function",
            position,
            (
                &format!("没有函数“{name}”"),
                &format!("There is no function \"{name}\""),
            ),
            (&hint.0, &hint.1),
        );
    }

    /// A table named by a literal must exist, and so must a key and a column.
    fn table_call(&mut self, function: &str, args: &[Expr], otherwise: Kind) -> Ty {
        let literal = |index: usize| match args.get(index) {
            Some(Expr::StringConstant(text, position)) => Some((text.as_str(), *position)),
            _ => None,
        };
        let Some((name, position)) = literal(0) else {
            return otherwise.into();
        };
        let Some(table) = self.tables.get(name) else {
            let near =
                dialect::nearest(name, self.tables.keys().map(String::as_str)).map(str::to_owned);
            self.unknown("规则表", "rule table", name, near, position);
            return otherwise.into();
        };
        // A column chosen at run time: nothing is known of its kind.
        if args.len() == 3 && literal(2).is_none() {
            return Ty::ANY;
        }
        match (&table.rows, function) {
            (Rows::Keys(keys), "lookup") => {
                let Some((key, position)) = literal(1) else {
                    return self.column(keys.values().next(), literal(2));
                };
                if !keys.contains_key(key) {
                    let near =
                        dialect::nearest(key, keys.keys().map(String::as_str)).map(str::to_owned);
                    self.unknown("表的键", "key of that table", key, near, position);
                    return otherwise.into();
                }
                self.column(keys.get(key), literal(2))
            }
            (Rows::Bands(bands), "band") => {
                let row = bands
                    .first()
                    .map(|band| crate::value::Value::Map(band.row.clone()));
                self.column(row.as_ref(), literal(2))
            }
            (Rows::Keys(_) | Rows::Bands(_), _) => otherwise.into(),
        }
    }

    fn column(
        &mut self,
        row: Option<&crate::value::Value>,
        column: Option<(&str, Position)>,
    ) -> Ty {
        match (row, column) {
            (Some(crate::value::Value::Map(cells)), Some((column, position))) => {
                if let Some(value) = cells.get(column) {
                    return Ty::of_value(value);
                }
                let near =
                    dialect::nearest(column, cells.keys().map(String::as_str)).map(str::to_owned);
                self.unknown("表的列", "column of that table", column, near, position);
                Ty::ANY
            }
            (Some(value), None) => Ty::of_value(value),
            (Some(_) | None, _) => Ty::ANY,
        }
    }

    pub(super) fn unknown(
        &mut self,
        zh: &str,
        en: &str,
        name: &str,
        near: Option<String>,
        position: Position,
    ) {
        let hint = near.map_or(
            (
                "请检查拼写，或在 YAML 中声明".to_owned(),
                "Check the spelling, or declare it in the YAML".to_owned(),
            ),
            |near| {
                (
                    format!("是不是“{near}”？"),
                    format!("Did you mean \"{near}\"?"),
                )
            },
        );
        self.error(
            "rule-unknown-name",
            position,
            (
                &format!("没有这个{zh}：“{name}”"),
                &format!("There is no {en} \"{name}\""),
            ),
            (&hint.0, &hint.1),
        );
    }

    pub(super) fn not_here(&mut self, position: Position) {
        self.error(
            "rule-forbidden",
            position,
            ("规则中不能这样写", "Rules have no such construct"),
            (
                "规则只能计算：用 let、if、for、while 和函数清单中的函数",
                "Rules only compute: let, if, for, while and the listed functions",
            ),
        );
    }
}
