//! The reference of what scripts may call, as Markdown; `docs/rules.md` holds it, and a test compares the two.

use std::fmt::Write as _;

use super::library;
use super::sandbox;

/// Functions, limits and words that do not exist, as Markdown.
pub fn reference() -> String {
    let mut page = String::from("| 函数 function | 给出 gives | 说明 meaning |\n|---|---|---|\n");
    for function in library::functions() {
        let takes: Vec<String> = function
            .takes
            .iter()
            .map(|(name, kind)| format!("{name}: {}", kind.words().0))
            .collect();
        let gives = function.gives.words().0;
        let (name, takes) = (function.name, takes.join(", "));
        let _ = writeln!(
            page,
            "| `{name}({takes})` | {gives} | {}<br>{} |",
            function.zh, function.en
        );
    }
    page.push_str("\n| 界限 limit | 值 value |\n|---|---|\n");
    for (zh, en, value) in limits() {
        let _ = writeln!(page, "| {zh} {en} | {value} |");
    }
    let words: Vec<String> = sandbox::disabled()
        .iter()
        .map(|word| format!("`{}`", word.replace('|', "\\|")))
        .collect();
    let _ = writeln!(page, "\n不存在 do not exist: {}", words.join(" "));
    page
}

fn limits() -> [(&'static str, &'static str, String); 8] {
    [
        ("运算步数", "steps", sandbox::OPERATIONS_MAX.to_string()),
        (
            "函数调用层数",
            "calls inside one another",
            sandbox::CALL_DEPTH_MAX.to_string(),
        ),
        (
            "表达式嵌套",
            "nesting of expressions and blocks",
            sandbox::EXPRESSION_DEPTH_MAX.to_string(),
        ),
        (
            "文本字节数",
            "bytes of a text",
            sandbox::TEXT_BYTES_MAX.to_string(),
        ),
        (
            "列表项数",
            "items of a list",
            sandbox::LIST_ITEMS_MAX.to_string(),
        ),
        (
            "映射键数",
            "entries of a map",
            sandbox::MAP_ENTRIES_MAX.to_string(),
        ),
        ("变量数", "variables", sandbox::VARIABLES_MAX.to_string()),
        (
            "脚本字节数",
            "bytes of a script",
            sandbox::SCRIPT_BYTES_MAX.to_string(),
        ),
    ]
}
