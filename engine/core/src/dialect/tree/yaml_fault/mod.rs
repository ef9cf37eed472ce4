//! What the YAML parser finds, in the words of somebody who writes flows.

mod guess;
mod words;

use serde_yaml::granit_parser::{ErrorKind, ScanError};

use crate::diagnostic::Diagnostic;
use crate::dialect::tree::{BYTES_MAX, DEPTH_MAX, Source, Span};

use guess::{colon_in_value, colon_without_space, reserved_start};
use words::words;

/// Parts of YAML the dialect does without.
#[derive(Clone, Copy, Debug)]
pub(in crate::dialect::tree) enum Refused {
    Anchor,
    Alias,
    Tag,
    Merge,
    SecondDocument,
    LongKey,
}

pub(in crate::dialect::tree) fn refused(source: &Source, span: Span, what: Refused) -> Diagnostic {
    let (code, zh, en) = match what {
        Refused::Anchor => (
            "yaml-anchor",
            "这里用了锚点（&名称），流程文件不支持",
            "An anchor (&name) is used here; flow files do without",
        ),
        Refused::Alias => (
            "yaml-alias",
            "这里用了引用（*名称），流程文件不支持",
            "An alias (*name) is used here; flow files do without",
        ),
        Refused::Tag => (
            "yaml-tag",
            "这里用了类型标签（!名称），流程文件不支持",
            "A tag (!name) is used here; flow files do without",
        ),
        Refused::Merge => (
            "yaml-merge",
            "这里用了合并键（<<），流程文件不支持",
            "A merge key (<<) is used here; flow files do without",
        ),
        Refused::SecondDocument => (
            "yaml-documents",
            "一个文件里只能写一个流程，这里开始了第二份内容（---）",
            "A file holds one flow; a second document (---) starts here",
        ),
        Refused::LongKey => (
            "yaml-key",
            "冒号左边应是一个词，这里却是列表或一组键值",
            "The left side of a colon must be one word, not a list or a group of keys",
        ),
    };
    let fault = Diagnostic::error(code, source.place(span), zh, en);
    match what {
        Refused::Anchor | Refused::Alias | Refused::Merge => fault.hint(
            "把内容原样写出来；人员写在 people:，阈值写在 tables:，到处都能按名字使用。文字里的 & 或 * 请加引号",
            "Write it out; people go under people:, thresholds under tables:, and are used by name. Quote a text that starts with & or *",
        ),
        Refused::Tag => fault.hint(
            "条件里的“非”写 not；如果感叹号是文字的一部分，请加引号",
            "In conditions write not; put quotes around a text that starts with an exclamation mark",
        ),
        Refused::SecondDocument => fault.hint(
            "把第二个流程放进另一个文件",
            "Move the second flow into a file of its own",
        ),
        Refused::LongKey => fault.hint(
            "如果这是模板 {{字段}}，请用引号把整段文字括起来",
            "If this is a template {{field}}, put quotes around the whole text",
        ),
    }
}

pub(in crate::dialect::tree) fn boolean_key(source: &Source, span: Span, word: &str) -> Diagnostic {
    Diagnostic::error(
        "reserved-key",
        source.place(span),
        format!("“{word}”不能作键：很多工具会把它读成“是”或“否”"),
        format!("“{word}” cannot be a key: many tools read it as true or false"),
    )
    .hint("换一个词", "Choose another word")
}

pub(in crate::dialect::tree) fn duplicate(
    source: &Source,
    first: Span,
    second: Span,
    key: &str,
) -> Diagnostic {
    let first = source.place(first);
    let line = first.line;
    Diagnostic::error(
        "duplicate-key",
        source.place(second),
        format!("“{key}”写了两次，第一次在第 {line} 行"),
        format!("“{key}” is written twice; the first one is on line {line}"),
    )
    .hint(
        "删掉其中一个，或把两处合并",
        "Remove one of them, or merge the two",
    )
    .also(first, "第一次写在这里", "First written here")
}

pub(in crate::dialect::tree) fn too_large(source: &Source) -> Diagnostic {
    let kb = BYTES_MAX / 1024;
    Diagnostic::error(
        "file-too-large",
        source.place(Span::default()),
        format!("文件超过 {kb} KB，不再读取"),
        format!("The file is larger than {kb} KB and is not read"),
    )
    .hint(
        "一个文件写一个流程；大表格放进规则表",
        "One file holds one flow; large tables belong in a rule table",
    )
}

pub(in crate::dialect::tree) fn empty(source: &Source) -> Diagnostic {
    Diagnostic::error(
        "file-empty",
        source.place(Span::default()),
        "文件里没有内容",
        "The file has no content",
    )
    .hint(
        "从 flow:、name:、form:、states: 写起",
        "Start with flow:, name:, form: and states:",
    )
}

/// The parser's error with its place, a cause and a hint; with a fix where one is obvious.
pub(in crate::dialect::tree) fn translate(source: &Source, error: &ScanError) -> Diagnostic {
    let at = error
        .marker()
        .byte_offset()
        .unwrap_or(0)
        .min(source.text().len());
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return too_deep(source, at);
    }
    let directive = matches!(error.kind(), ErrorKind::DirectiveDisallowed);
    let guess = colon_in_value(source, at)
        .or_else(|| colon_without_space(source, at))
        .or_else(|| reserved_start(source, at));
    if let Some(fault) = guess.filter(|_| !directive) {
        return fault;
    }
    let mut found = words(error.kind());
    if found.code == "comma-missing" && opened_above(source, at) {
        // The next line's key was read as one more item: the bracket is what is missing.
        found = words::bracket();
    }
    let place = source.place(opening(source, found.code, at));
    Diagnostic::error(found.code, place, found.cause.0, found.cause.1)
        .hint(found.hint.0, found.hint.1)
}

fn char_at(source: &Source, at: usize) -> Span {
    // An error at the very end, or at a line's end, is shown at the last thing written before it.
    let text = source.text();
    let head = text.get(..at).unwrap_or(text);
    let rest = text.get(at..).unwrap_or("");
    if rest.starts_with(['\n', '\r']) || rest.is_empty() {
        let trimmed = head.trim_end();
        let start = trimmed.char_indices().last().map_or(0, |(start, _)| start);
        return Span {
            start,
            end: trimmed.len(),
        };
    }
    let length = rest.chars().next().map_or(0, char::len_utf8);
    Span {
        start: at,
        end: at + length,
    }
}

/// A quotation mark or bracket that is not closed is shown where it opens, not where the file ends.
fn opening(source: &Source, code: &str, at: usize) -> Span {
    let head = source.text().get(..at).unwrap_or("");
    let (quote, bracket) = crate::dialect::scan::still_open(head);
    let start = match code {
        "quote-not-closed" => quote,
        "bracket-not-closed" => bracket,
        _ => None,
    };
    start.map_or_else(
        || char_at(source, at),
        |start| Span {
            start,
            end: start + 1,
        },
    )
}

/// True when the innermost open bracket stands on a line above.
fn opened_above(source: &Source, at: usize) -> bool {
    let (line, _) = source.line_at(at);
    let head = source.text().get(..at).unwrap_or("");
    let (_, bracket) = crate::dialect::scan::still_open(head);
    bracket.is_some_and(|bracket| bracket < line)
}

fn too_deep(source: &Source, at: usize) -> Diagnostic {
    Diagnostic::error(
        "too-deep",
        source.place(char_at(source, at)),
        format!("括号或缩进超过 {DEPTH_MAX} 层"),
        format!("Brackets or indentation are nested more than {DEPTH_MAX} deep"),
    )
    .hint(
        "看看是不是有括号没有配对；一个流程用不到这么多层",
        "Look for an unpaired bracket; no flow needs that many levels",
    )
}
