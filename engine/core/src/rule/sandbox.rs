//! The script engine, closed on all sides: every limit set, every way out removed, nothing in it but our own functions.

use rhai::{AST, Engine, OptimizationLevel};

use super::{budget, library, operators};
use crate::time::Moment;

/// Steps a rule may take: some ten thousand lines of a settlement, less than a second.
pub(super) const OPERATIONS_MAX: u64 = 100_000;
/// Functions calling functions.
pub(super) const CALL_DEPTH_MAX: usize = 8;
/// Expressions and blocks inside one another.
pub(super) const EXPRESSION_DEPTH_MAX: usize = 32;
/// Bytes of a text (all texts of a value together).
pub(super) const TEXT_BYTES_MAX: usize = 50_000;
/// Items of a list (all lists of a value together).
pub(super) const LIST_ITEMS_MAX: usize = 2_000;
/// Entries of a map (all maps of a value together).
pub(super) const MAP_ENTRIES_MAX: usize = 4_000;
/// Variables alive at one moment.
pub(super) const VARIABLES_MAX: usize = 64;
/// Functions in a file.
pub(super) const FUNCTIONS_MAX: usize = 64;
/// Bytes of a script.
pub(super) const SCRIPT_BYTES_MAX: usize = 65_536;

/// Words and signs that do not exist in our scripts: ways out of the sandbox, ways to swallow a fault, and operators
/// whose built-in meaning is not ours.
const DISABLED: &[&str] = &[
    "eval",
    "Fn",
    "call",
    "curry",
    "print",
    "debug",
    "type_of",
    "is_def_var",
    "is_def_fn",
    "is_shared",
    "import",
    "export",
    "as",
    "global",
    "this",
    "private",
    "try",
    "catch",
    "throw",
    "switch",
    "do",
    "loop",
    "spawn",
    "thread",
    "go",
    "async",
    "await",
    "yield",
    "exit",
    "match",
    "case",
    "??",
    "?.",
    "?[",
    "**",
    "**=",
    "%=",
    "<<",
    ">>",
    "<<=",
    ">>=",
    "&",
    "|",
    "^",
    "&=",
    "|=",
    "^=",
    "!in",
];

/// A closed engine. Making one costs a fraction of a millisecond.
pub(super) fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    engine
        .set_optimization_level(OptimizationLevel::None) // folding constants would use the built-in operators
        .set_fast_operators(false) // so would these
        .set_strict_variables(true)
        .set_fail_on_invalid_map_property(true)
        .set_allow_anonymous_fn(false)
        .set_allow_shadowing(false)
        .set_max_operations(OPERATIONS_MAX)
        .set_max_call_levels(CALL_DEPTH_MAX)
        .set_max_expr_depths(EXPRESSION_DEPTH_MAX, EXPRESSION_DEPTH_MAX)
        .set_max_string_size(TEXT_BYTES_MAX)
        .set_max_array_size(LIST_ITEMS_MAX)
        .set_max_map_size(MAP_ENTRIES_MAX)
        .set_max_variables(VARIABLES_MAX)
        .set_max_functions(FUNCTIONS_MAX)
        .register_type_with_name::<jiff::civil::Date>("date")
        .register_type_with_name::<Moment>("time")
        .register_iterator::<rhai::Array>()
        .register_iterator::<std::ops::Range<rhai::INT>>()
        .register_iterator::<std::ops::RangeInclusive<rhai::INT>>();
    for symbol in DISABLED {
        engine.disable_symbol(*symbol);
    }
    budget::register(&mut engine);
    operators::register(&mut engine);
    library::register(&mut engine);
    engine
}

/// The words and signs scripts do not have, for the reference page.
pub(super) fn disabled() -> &'static [&'static str] {
    DISABLED
}

/// Compiles a script.
pub(super) fn compile(engine: &Engine, script: &str) -> Result<AST, rhai::ParseError> {
    engine.compile(script)
}
