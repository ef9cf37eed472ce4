//! Why a rule gave no answer: always a code, a sentence in Chinese and in English, and a place in the script.

use rhai::{Dynamic, EvalAltResult, Position};

use crate::text::Text;

/// Why a rule gave no answer. Nothing was decided; the instance is held with these words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// Stable code in snake_case: `missing_input`, `wrong_type`, `mixed_comparison`, `too_many_operations`, …
    pub code: String,
    /// What is wrong and what to do.
    pub message: Text,
    /// Line in the script, from 1; none when the fault is in the input or the output.
    pub line: Option<u32>,
    /// Column in characters, from 1.
    pub column: Option<u32>,
    /// The input or output at fault, when there is one.
    pub field: Option<String>,
}

impl RuleFault {
    /// A fault without a place.
    pub fn new(code: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: Text::new(zh, en),
            line: None,
            column: None,
            field: None,
        }
    }

    /// The same, about an input or output.
    #[must_use]
    pub fn about(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// One sentence for people who do not have the script before them: which rule, which line, what.
    pub fn sentence(&self, rule: &str) -> Text {
        let (zh, en) = (&self.message.zh, &self.message.en);
        match self.line {
            Some(line) => Text::new(
                format!("规则 {rule} 第 {line} 行：{zh}"),
                format!("Rule {rule}, line {line}: {en}"),
            ),
            None => Text::new(format!("规则 {rule}：{zh}"), format!("Rule {rule}: {en}")),
        }
    }

    /// The same, at a place in the script.
    fn at(mut self, position: Position) -> Self {
        self.line = position.line().and_then(|line| u32::try_from(line).ok());
        self.column = position
            .position()
            .and_then(|column| u32::try_from(column).ok());
        self
    }

    /// As an error that travels through the script engine; scripts cannot catch it.
    pub(super) fn raise(self) -> Box<EvalAltResult> {
        EvalAltResult::ErrorRuntime(Dynamic::from(self), Position::NONE).into()
    }
}

/// Turns the script engine's error into ours: the innermost cause, at its place.
pub(super) fn from_engine(error: &EvalAltResult) -> RuleFault {
    use EvalAltResult as E;
    let here = error.position();
    let fault = match error {
        E::ErrorInFunctionCall(_, _, inner, _) | E::ErrorInModule(_, inner, _) => {
            let fault = from_engine(inner);
            return if fault.line.is_some() {
                fault
            } else {
                fault.at(here)
            };
        }
        E::ErrorRuntime(value, _) => value
            .clone()
            .try_cast::<RuleFault>()
            .unwrap_or_else(|| script_failed(&value.to_string())),
        E::ErrorTooManyOperations(_) => limit(
            "too_many_operations",
            "运算步数过多，请检查是否有死循环",
            "it takes too many steps, look for an endless loop",
        ),
        E::ErrorStackOverflow(_) => limit(
            "too_deep",
            "函数嵌套调用过深，请检查是否有无限递归",
            "functions call one another too deeply, look for an endless recursion",
        ),
        E::ErrorTooManyVariables(_) => limit(
            "too_many_variables",
            "变量过多，请拆成几个函数",
            "it has too many variables, split it into functions",
        ),
        E::ErrorDataTooLarge(..) => limit(
            "too_large",
            "文本、列表或映射过大",
            "a text, a list or a map grew too large",
        ),
        E::ErrorArithmetic(..) => RuleFault::new(
            "arithmetic",
            "计算没有结果（溢出或除以零），请检查参与计算的数字",
            "The arithmetic has no result (overflow or division by zero); check the numbers",
        ),
        E::ErrorMismatchDataType(wanted, got, _) | E::ErrorMismatchOutputType(wanted, got, _) => {
            mismatch(wanted, got)
        }
        E::ErrorPropertyNotFound(name, _) => unknown_property(name),
        E::ErrorDotExpr(..) => RuleFault::new(
            "unknown_property",
            "只有映射（#{ … } 或输入的一行）才有用点号取的值",
            "Only maps (#{ … } or a row of an input) have values behind a dot",
        ),
        E::ErrorIndexNotFound(value, _) => unknown_property(&value.to_string()),
        E::ErrorArrayBounds(length, index, _) | E::ErrorStringBounds(length, index, _) => {
            RuleFault::new(
                "out_of_bounds",
                format!("列表只有 {length} 项，取不到第 {index} 项（从 0 数起）"),
                format!("The list has {length} items; there is no item {index} (counting from 0)"),
            )
        }
        E::ErrorFunctionNotFound(signature, _) => RuleFault::new(
            "unknown_function",
            format!(
                "没有可用的函数 {}，请对照函数清单检查名称和参数个数",
                call_name(signature)
            ),
            format!(
                "There is no function {} for these arguments; compare name and arguments with the list of functions",
                call_name(signature)
            ),
        ),
        E::ErrorVariableNotFound(name, _) => RuleFault::new(
            "unknown_variable",
            format!("没有变量 {name}"),
            format!("There is no variable {name}"),
        ),
        E::ErrorFor(_) => RuleFault::new(
            "wrong_type",
            "for 只能遍历列表或整数范围",
            "`for` walks through lists and ranges of whole numbers only",
        ),
        E::ErrorIndexingType(..) | E::ErrorBitFieldBounds(..) => RuleFault::new(
            "wrong_type",
            "方括号只能用于列表（整数序号）和映射（文本键）",
            "Brackets take a whole number for a list and a text for a map",
        ),
        E::ErrorAssignmentToConstant(name, _) | E::ErrorNonPureMethodCallOnConstant(name, _) => {
            RuleFault::new(
                "constant",
                format!("常量 {name} 不能修改"),
                format!("The constant {name} cannot be changed"),
            )
        }
        other => script_failed(&other.to_string()),
    };
    if fault.line.is_some() {
        fault
    } else {
        fault.at(here)
    }
}

pub(super) fn limit(code: &str, zh: &str, en: &str) -> RuleFault {
    RuleFault::new(
        code,
        format!("规则已中止：{zh}"),
        format!("The rule was stopped: {en}"),
    )
}

fn script_failed(words: &str) -> RuleFault {
    RuleFault::new(
        "script_failed",
        format!("规则执行失败：{words}"),
        format!("The rule failed: {words}"),
    )
}

fn unknown_property(name: &str) -> RuleFault {
    RuleFault::new(
        "unknown_property",
        format!("没有名为“{name}”的值，缺少的值不会当作空或否，请检查拼写"),
        format!(
            "There is no value named \"{name}\"; a missing value never counts as empty or false, check the spelling"
        ),
    )
}

fn mismatch(wanted: &str, got: &str) -> RuleFault {
    let (wanted, got) = (type_words(wanted), type_words(got));
    RuleFault::new(
        "wrong_type",
        format!("这里需要{}，得到的是{}", wanted.0, got.0),
        format!("This place takes {}, but got {}", wanted.1, got.1),
    )
}

/// What people call the engine's types.
fn type_words(name: &str) -> (&str, &str) {
    match name {
        "bool" => ("是/否", "yes or no"),
        "i64" | "decimal" => ("数字", "a number"),
        "string" | "&str | ImmutableString | String" => ("文本", "a text"),
        "()" => ("空值", "nothing"),
        "array" => ("列表", "a list"),
        "map" => ("映射", "a map"),
        other => (other, other),
    }
}

fn call_name(signature: &str) -> &str {
    signature.split([' ', '(']).next().unwrap_or(signature)
}
