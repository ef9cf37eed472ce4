//! The checking pass: reads a compiled script with the kinds of its inputs, and reports before anything runs what would be
//! refused when it runs: comparisons of different kinds, unknown inputs, functions, tables and keys, wrong outputs.
//!
//! What cannot be known here (a key made at run time, an optional input) is left to the run, which refuses just as surely.

mod chain;
mod expr;
mod outputs;
mod stmt;
mod ty;

use std::collections::BTreeMap;

use rhai::{AST, ASTNode, Position, Stmt};

use self::ty::Ty;
use super::library;
use super::script::Script;
use super::table::Table;
use crate::catalog::RuleType;
use crate::diagnostic::Diagnostic;
use crate::dialect;

/// Everything one script is checked against.
pub(super) struct Checker<'a> {
    script: &'a Script<'a>,
    tables: &'a BTreeMap<String, Table>,
    /// Functions of the script: name and number of parameters.
    own: Vec<(String, usize)>,
    /// Variables in scope, innermost last.
    variables: Vec<(String, Ty)>,
    /// What the function under check returned so far.
    returned: Vec<(Ty, Position)>,
    diagnostics: Vec<Diagnostic>,
}

/// Checks a script. `rules` are the functions its YAML declares, by their short names.
pub(super) fn check(
    script: &Script<'_>,
    ast: &AST,
    rules: &[(&str, &RuleType)],
    tables: &BTreeMap<String, Table>,
) -> Vec<Diagnostic> {
    let mut checker = Checker {
        script,
        tables,
        own: ast
            .iter_functions()
            .map(|function| (function.name.to_owned(), function.params.len()))
            .collect(),
        variables: vec![],
        returned: vec![],
        diagnostics: vec![],
    };
    checker.outside_functions(ast);
    for function in ast.iter_fn_def() {
        let rule = rules
            .iter()
            .find(|(name, _)| *name == function.name)
            .map(|(_, rule)| *rule);
        checker.function(ast, function, rule);
    }
    for (name, _) in rules {
        if !checker.own.iter().any(|(own, _)| own == name) {
            let own = checker.own.iter().map(|(own, _)| own.as_str());
            let near = dialect::nearest(name, own).map(str::to_owned);
            let mut fault = Diagnostic::error(
                "rule-function-missing",
                script.top(),
                format!("YAML 中声明了“{name}”，但脚本里没有 fn {name}(given)"),
                format!("The YAML declares \"{name}\", but the script has no fn {name}(given)"),
            );
            if let Some(near) = near {
                fault = fault.hint(
                    format!("是不是“{near}”？"),
                    format!("Did you mean \"{near}\"?"),
                );
            }
            checker.diagnostics.push(fault);
        }
    }
    let mut diagnostics = checker.diagnostics;
    diagnostics.sort_by(|a, b| a.place.cmp(&b.place));
    diagnostics.dedup();
    diagnostics
}

impl Checker<'_> {
    fn outside_functions(&mut self, ast: &AST) {
        if let Some(statement) = ast
            .statements()
            .iter()
            .find(|statement| !statement.is_noop())
        {
            self.error(
                "rule-outside-function",
                statement.position(),
                ("函数以外不能有语句", "Statements belong into functions"),
                (
                    "常数放进 YAML 的 tables:，语句放进 fn … { }",
                    "Put constants into tables: of the YAML, statements into fn … { }",
                ),
            );
        }
    }

    fn function(&mut self, ast: &AST, function: &rhai::ScriptFuncDef, rule: Option<&RuleType>) {
        let (name, start) = (&function.name, function.body.start_position());
        if library::functions().any(|known| known.name == *name) {
            self.error(
                "rule-shadows-function",
                start,
                (
                    &format!("“{name}”是系统函数，不能重新定义"),
                    &format!("\"{name}\" is a function of the system and cannot be defined anew"),
                ),
                ("请换个名称", "Choose another name"),
            );
        }
        if rule.is_some() && function.params.len() != 1 {
            self.error(
                "rule-parameters",
                start,
                (
                    &format!("规则“{name}”只能有一个参数 given"),
                    &format!("The rule \"{name}\" takes one parameter, given"),
                ),
                (
                    &format!("写成 fn {name}(given)，输入用 given.名称 取"),
                    &format!("Write fn {name}(given); inputs are given.name"),
                ),
            );
        }
        self.returned.clear();
        self.variables = function
            .params
            .iter()
            .map(|name| {
                (
                    name.to_string(),
                    rule.map_or(Ty::ANY, |rule| Ty::of_inputs(&rule.takes)),
                )
            })
            .collect();
        // The engine keeps the type of a body to itself, so the body is found by walking a copy with this function alone.
        let (wanted, arity) = (function.name.clone(), function.params.len());
        let mut alone = ast.clone_functions_only();
        alone.retain_functions(|_, _, name, params| name == wanted && params == arity);
        let mut top: Vec<Stmt> = vec![];
        alone.walk(&mut |path: &[ASTNode]| {
            if let [ASTNode::Stmt(statement)] = path {
                top.push((*statement).clone());
            }
            true
        });
        let last = self.block(&top);
        if let Some(rule) = rule {
            self.returned
                .push((last, top.last().map_or(start, Stmt::position)));
            self.outputs(rule);
        }
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        at: Position,
        words: (&str, &str),
        hint: (&str, &str),
    ) {
        let fault =
            Diagnostic::error(code, self.script.place(at), words.0, words.1).hint(hint.0, hint.1);
        self.diagnostics.push(fault);
    }
}
