//! A script's text: positions in it become places, and the engine's complaints about it diagnostics.

use rhai::{ParseError, ParseErrorType, Position};

use crate::diagnostic::{Diagnostic, Place};

/// A script file.
pub(super) struct Script<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl Script<'_> {
    /// The word or sign at a position.
    pub(super) fn place(&self, position: Position) -> Place {
        let line = position.line().unwrap_or(1);
        let column = position.position().unwrap_or(1).max(1);
        let start_of_line: usize = self
            .text
            .split_inclusive('\n')
            .take(line - 1)
            .map(str::len)
            .sum();
        let rest = self.text.get(start_of_line..).unwrap_or("");
        let row = rest.lines().next().unwrap_or("");
        let skipped: usize = row.chars().take(column - 1).map(char::len_utf8).sum();
        let at = row.get(skipped..).unwrap_or("");
        let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
        let word: String = at.chars().take_while(is_word).collect();
        let start = start_of_line + skipped;
        Place {
            file: self.file.to_owned(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
            length: u32::try_from(word.chars().count()).unwrap_or(1).max(1),
            span: (start, start + word.len().max(1).min(at.len())),
        }
    }

    /// The first line.
    pub(super) fn top(&self) -> Place {
        self.place(Position::START)
    }

    /// Why the script could not be read.
    pub(super) fn unreadable(&self, error: &ParseError) -> Diagnostic {
        let (code, zh, en) = words(&error.0);
        let mut diagnostic = Diagnostic::error(code, self.place(error.1), zh, en);
        if let ParseErrorType::VariableUndefined(_) = *error.0 {
            diagnostic = diagnostic.hint(
                "变量要先用 let 声明；输入写成 given.名称",
                "Declare variables with let; inputs are written given.name",
            );
        }
        if code == "rule-forbidden" {
            diagnostic = diagnostic.hint(
                "规则只能计算：请用函数清单中的函数和 if、for、while",
                "Rules only compute: use the listed functions with if, for and while",
            );
        }
        diagnostic
    }
}

/// A code and a sentence for each way a script can be unreadable.
fn words(kind: &ParseErrorType) -> (&'static str, String, String) {
    use ParseErrorType as E;
    match kind {
        E::Reserved(word) | E::UnknownOperator(word) => forbidden(word),
        E::BadInput(rhai::LexError::ImproperSymbol(symbol, _)) if !symbol.is_empty() => {
            forbidden(symbol)
        }
        E::BadInput(rhai::LexError::UnexpectedInput(sign)) if sign.is_ascii() => forbidden(sign),
        E::BadInput(rhai::LexError::UnterminatedString) => {
            syntax("文本缺少结束的引号", "A text lacks its closing quote")
        }
        E::BadInput(rhai::LexError::UnexpectedInput(sign)) => (
            "rule-syntax",
            format!("不认识的符号“{sign}”，请检查是否用了全角标点"),
            format!("The sign \"{sign}\" means nothing here; is it a full-width one?"),
        ),
        E::BadInput(_) => syntax("这里的写法不对", "This cannot be read"),
        E::UnexpectedEOF => syntax(
            "脚本没有写完，可能缺少 } 或 )",
            "The script ends too early; is a } or ) missing?",
        ),
        E::MissingToken(token, _) => (
            "rule-syntax",
            format!("这里缺少“{token}”"),
            format!("A \"{token}\" is missing here"),
        ),
        E::VariableUndefined(name) => (
            "rule-unknown-variable",
            format!("没有变量“{name}”"),
            format!("There is no variable \"{name}\""),
        ),
        E::VariableExists(name) => (
            "rule-variable-twice",
            format!("变量“{name}”已经声明过，请换个名称"),
            format!("The variable \"{name}\" exists already; choose another name"),
        ),
        E::FnDuplicatedDefinition(name, _) => (
            "rule-function-twice",
            format!("函数“{name}”定义了两次"),
            format!("The function \"{name}\" is defined twice"),
        ),
        E::DuplicatedProperty(name) => (
            "rule-key-twice",
            format!("映射中“{name}”出现了两次"),
            format!("The map has \"{name}\" twice"),
        ),
        E::MismatchedType(..) => (
            "rule-mixed-types",
            "这里需要是/否（比较的结果）".to_owned(),
            "This place takes yes or no, the result of a comparison".to_owned(),
        ),
        E::ExprTooDeep => (
            "rule-too-deep",
            "表达式或嵌套过深，请用 let 分成几步，或拆成几个函数".to_owned(),
            "This is nested too deeply; take it apart with let, or into several functions"
                .to_owned(),
        ),
        E::TooManyFunctions => (
            "rule-too-large",
            "函数过多，请拆成几个文件".to_owned(),
            "There are too many functions; split the file".to_owned(),
        ),
        E::LiteralTooLarge(..) => (
            "rule-too-large",
            "文本、列表或映射过大".to_owned(),
            "A text, a list or a map is too large".to_owned(),
        ),
        E::AssignmentToConstant(name) => (
            "rule-constant",
            format!("常量“{name}”不能修改"),
            format!("The constant \"{name}\" cannot be changed"),
        ),
        E::VariableExpected | E::PropertyExpected | E::FnMissingName => syntax(
            "这里需要一个名称；until、case、do 等保留字不能作名称",
            "A name is due here; reserved words such as until, case and do cannot be names",
        ),
        E::ExprExpected(_) => syntax("这里需要一个值或算式", "A value or a formula is due here"),
        E::LoopBreak => syntax(
            "break 和 continue 只能用在循环里",
            "break and continue belong into loops",
        ),
        E::WrongFnDefinition => syntax(
            "函数不能写在函数里",
            "A function cannot stand inside another one",
        ),
        _ => syntax("这里的写法不对", "This cannot be read"),
    }
}

fn syntax(zh: &str, en: &str) -> (&'static str, String, String) {
    ("rule-syntax", zh.to_owned(), en.to_owned())
}

fn forbidden(word: &str) -> (&'static str, String, String) {
    (
        "rule-forbidden",
        format!("规则中不能用“{word}”"),
        format!("\"{word}\" does not exist in rules"),
    )
}
