//! A set of rules: loaded, checked, compiled once, run.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{AST, CallFnOptions, Dynamic, Engine, Scope};
use sha2::{Digest, Sha256};

use super::budget::Run;
use super::context::RuleContext;
use super::declare::{self, Declaration, Test};
use super::fault::{self, RuleFault};
use super::script::Script;
use super::table::Table;
use super::{check, convert, sandbox};
use crate::catalog::RuleType;
use crate::diagnostic::Diagnostic;
use crate::field::Field;
use crate::text::Text;
use crate::value::Values;

/// Rules that may be run: all of them checked.
#[derive(Clone)]
pub struct RuleSet {
    engine: Arc<Engine>,
    files: BTreeMap<String, Arc<RuleFile>>,
}

/// A script and its declaration, checked and compiled.
pub struct RuleFile {
    /// Name without ending.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// Why it exists.
    pub purpose: Text,
    /// Lower-case hex SHA-256 over script and declaration.
    pub hash: String,
    /// Its rule tables.
    pub tables: Arc<BTreeMap<String, Table>>,
    /// Its functions, by short name.
    pub functions: BTreeMap<String, RuleFunction>,
    pub(super) tests: Vec<Test>,
    /// Its script calls functions that count working days.
    counts_workdays: bool,
    ast: AST,
}

/// A function that flows and modules may call.
pub struct RuleFunction {
    /// As the catalog knows it.
    pub rule: RuleType,
    /// Inputs with their names for people.
    pub takes: Vec<Field>,
    /// Outputs with their names for people.
    pub gives: Vec<Field>,
}

/// What a rule gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRun {
    /// Every declared output; optional ones may be empty.
    pub gave: Values,
    /// Hash of script and declaration, for the trail.
    pub script_hash: String,
}

impl Default for RuleSet {
    fn default() -> Self {
        Self {
            engine: Arc::new(sandbox::engine()),
            files: BTreeMap::new(),
        }
    }
}

impl RuleSet {
    /// Reads rule files: `(name without ending, script, declaration)`. A file with an error is left out; all faults of all
    /// files are reported, with their places in `name.rhai` or `name.yaml`.
    pub fn load(files: &[(&str, &str, &str)]) -> (RuleSet, Vec<Diagnostic>) {
        RuleSet::default().reload(files)
    }

    /// The same; a file whose text has not changed is not compiled again.
    pub fn reload(&self, files: &[(&str, &str, &str)]) -> (RuleSet, Vec<Diagnostic>) {
        let mut set = RuleSet {
            engine: Arc::clone(&self.engine),
            files: BTreeMap::new(),
        };
        let mut diagnostics = Vec::new();
        for (name, script, yaml) in files {
            let hash = hash(script, yaml);
            let known = self.files.get(*name).filter(|file| file.hash == hash);
            let file = match known {
                Some(file) => Some(Arc::clone(file)),
                None => {
                    let (file, found) = set.read(name, script, yaml, hash);
                    diagnostics.extend(found);
                    file.map(Arc::new)
                }
            };
            if let Some(file) = file {
                set.files.insert((*name).to_owned(), file);
            }
        }
        (set, diagnostics)
    }

    fn read(
        &self,
        name: &str,
        text: &str,
        yaml: &str,
        hash: String,
    ) -> (Option<RuleFile>, Vec<Diagnostic>) {
        let (script_file, yaml_file) = (format!("{name}.rhai"), format!("{name}.yaml"));
        let (declaration, mut diagnostics) = declare::read(name, &yaml_file, yaml);
        let script = Script {
            file: &script_file,
            text,
        };
        let ast = match compile(&self.engine, &script) {
            Ok(ast) => ast,
            Err(fault) => {
                diagnostics.push(*fault);
                return (None, diagnostics);
            }
        };
        let rules: Vec<_> = declaration
            .functions
            .iter()
            .map(|function| (function.name.as_str(), &function.rule))
            .collect();
        diagnostics.extend(check::check(&script, &ast, &rules, &declaration.tables));
        if diagnostics.iter().any(Diagnostic::is_error) {
            return (None, diagnostics);
        }
        let counts_workdays = text.contains("workday");
        let file = RuleFile {
            counts_workdays,
            ..file(name, hash, declaration, ast)
        };
        (Some(file), diagnostics)
    }

    /// The rules for the catalog, by `file.function`.
    pub fn types(&self) -> BTreeMap<String, RuleType> {
        self.functions()
            .map(|function| (function.rule.name.clone(), function.rule.clone()))
            .collect()
    }

    /// The files, by name.
    pub fn files(&self) -> impl Iterator<Item = &RuleFile> {
        self.files.values().map(Arc::as_ref)
    }

    /// Does that rule's script count working days, so that it needs a calendar?
    pub(super) fn counts_workdays(&self, rule: &str) -> bool {
        let file = rule
            .split_once('.')
            .and_then(|(file, _)| self.files.get(file));
        file.is_some_and(|file| file.counts_workdays)
    }

    fn functions(&self) -> impl Iterator<Item = &RuleFunction> {
        self.files().flat_map(|file| file.functions.values())
    }

    /// Runs a rule, `file.function`. Rule tables of the context stand before the file's own.
    ///
    /// # Errors
    /// When there is no such rule, an input is missing or of the wrong kind, the script fails or goes beyond a limit, or
    /// its outputs are not as declared. Nothing is ever defaulted.
    pub fn run(&self, name: &str, given: &Values, cx: &RuleContext) -> Result<RuleRun, RuleFault> {
        let found = name.split_once('.').and_then(|(file, function)| {
            let file = self.files.get(file)?;
            Some((file, function, file.functions.get(function)?))
        });
        let Some((file, short, function)) = found else {
            return Err(RuleFault::new(
                "unknown_rule",
                format!("没有规则“{name}”，或它的脚本有错误"),
                format!("There is no rule \"{name}\", or its script has faults"),
            ));
        };
        let inputs = convert::inputs(&function.rule.takes, given)?;
        let context = RuleContext {
            calendar: cx.calendar.clone(),
            tables: tables(file, cx),
        };
        let result = self.call(&file.ast, short, Dynamic::from_map(inputs), context)?;
        Ok(RuleRun {
            gave: convert::outputs(&function.rule.gives, result)?,
            script_hash: file.hash.clone(),
        })
    }

    fn call(
        &self,
        ast: &AST,
        function: &str,
        inputs: Dynamic,
        context: RuleContext,
    ) -> Result<Dynamic, RuleFault> {
        // Statements outside functions are refused when the file is checked, so there is nothing to evaluate first.
        let options = CallFnOptions::new()
            .eval_ast(false)
            .with_tag(Run::new(context));
        self.engine
            .call_fn_with_options(options, &mut Scope::new(), ast, function, (inputs,))
            .map_err(|error| fault::from_engine(&error))
    }
}

fn tables(file: &RuleFile, cx: &RuleContext) -> Arc<BTreeMap<String, Table>> {
    if cx.tables.is_empty() {
        return Arc::clone(&file.tables);
    }
    let mut tables = (*file.tables).clone();
    tables.extend(
        cx.tables
            .iter()
            .map(|(name, table)| (name.clone(), table.clone())),
    );
    Arc::new(tables)
}

fn compile(engine: &Engine, script: &Script<'_>) -> Result<AST, Box<Diagnostic>> {
    if script.text.len() > sandbox::SCRIPT_BYTES_MAX {
        return Err(Box::new(Diagnostic::error(
            "rule-too-large",
            script.top(),
            "脚本超过 64 KB，请拆成几个文件",
            "The script is larger than 64 KB; split it",
        )));
    }
    sandbox::compile(engine, script.text).map_err(|error| Box::new(script.unreadable(&error)))
}

fn file(name: &str, hash: String, declaration: Declaration, ast: AST) -> RuleFile {
    let functions = declaration.functions.into_iter().map(|function| {
        let known = RuleFunction {
            rule: function.rule,
            takes: function.takes,
            gives: function.gives,
        };
        (function.name, known)
    });
    RuleFile {
        name: name.to_owned(),
        label: declaration.label,
        purpose: declaration.purpose,
        hash,
        tables: Arc::new(declaration.tables),
        functions: functions.collect(),
        tests: declaration.tests,
        counts_workdays: true,
        ast,
    }
}

fn hash(script: &str, yaml: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(script.as_bytes());
    hasher.update([0]);
    hasher.update(yaml.as_bytes());
    crate::audit::hex(&hasher.finalize())
}
