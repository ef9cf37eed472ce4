//! What the YAML parser finds, in the words of somebody who writes flows.

use serde_yaml::granit_parser::{ErrorKind, ScanError};

use super::{BYTES_MAX, DEPTH_MAX, Source, Span};
use crate::diagnostic::Diagnostic;
use crate::text::Text;

/// Parts of YAML the dialect does without.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refused {
    Anchor,
    Alias,
    Tag,
    Merge,
    SecondDocument,
    LongKey,
}

pub(super) fn refused(source: &Source, span: Span, what: Refused) -> Diagnostic {
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

pub(super) fn boolean_key(source: &Source, span: Span, word: &str) -> Diagnostic {
    Diagnostic::error(
        "reserved-key",
        source.place(span),
        format!("“{word}”不能作键：很多工具会把它读成“是”或“否”"),
        format!("“{word}” cannot be a key: many tools read it as true or false"),
    )
    .hint("换一个词", "Choose another word")
}

pub(super) fn duplicate(source: &Source, first: Span, second: Span, key: &str) -> Diagnostic {
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

pub(super) fn too_large(source: &Source) -> Diagnostic {
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

pub(super) fn empty(source: &Source) -> Diagnostic {
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
pub(super) fn translate(source: &Source, error: &ScanError) -> Diagnostic {
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
    if found.0 == "comma-missing" && opened_above(source, at) {
        // The next line's key was read as one more item: the bracket is what is missing.
        found = words(&ErrorKind::UnexpectedEofFlowSequence);
    }
    let (code, zh, en, hint) = found;
    let place = source.place(opening(source, code, at));
    Diagnostic::error(code, place, zh, en).hint(hint.zh, hint.en)
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

/// `key: text: more`: a colon and a blank inside a value.
fn colon_in_value(source: &Source, at: usize) -> Option<Diagnostic> {
    let (start, line) = source.line_at(at);
    let (key, value) = line.split_once(": ")?;
    let indent = key.len() - key.trim_start().len();
    let word = key.trim_start().trim_start_matches("- ").trim();
    let value_start = start + key.len() + 2 + (value.len() - value.trim_start().len());
    let value = value.trim_start();
    let value = value.split(" #").next().unwrap_or(value).trim_end();
    let plain = !value.starts_with(['"', '\'', '[', '{', '|', '>', '&', '*', '!']);
    if !plain || !is_word(word) || !(value.contains(": ") || value.ends_with(':')) {
        return None;
    }
    if at < start + indent || !source.slice(Span { start, end: at }).contains(':') {
        return None;
    }
    let place = source.place(Span {
        start: value_start,
        end: value_start + value.len(),
    });
    let quoted = format!("'{}'", value.replace('\'', "''"));
    Some(
        Diagnostic::error(
            "colon-in-value",
            place.clone(),
            format!("“{word}”的内容里有冒号加空格，会被当成另一个键"),
            format!(
                "The value of “{word}” contains a colon and a blank, which reads as another key"
            ),
        )
        .hint(
            "用引号把整段内容括起来",
            "Put quotes around the whole value",
        )
        .fix(Text::new("加引号", "Add quotes"), place, quoted),
    )
}

/// `key:value`: no blank after the colon.
fn colon_without_space(source: &Source, at: usize) -> Option<Diagnostic> {
    let here = glued_colon(source, at);
    // The parser notices only on the following line that the one before was no key.
    let (start, _) = source.line_at(at);
    here.or_else(|| glued_colon(source, start.checked_sub(1)?))
}

fn glued_colon(source: &Source, at: usize) -> Option<Diagnostic> {
    let (start, line) = source.line_at(at);
    let (key, rest) = line.split_once(':')?;
    let word = key.trim_start().trim_start_matches("- ").trim();
    let glued = rest
        .chars()
        .next()
        .is_some_and(|next| !next.is_whitespace() && next != '/' && next != ':');
    if !is_word(word) || !glued {
        return None;
    }
    let colon = start + key.len();
    let place = source.place(Span {
        start: colon,
        end: colon + 1,
    });
    Some(
        Diagnostic::error(
            "colon-without-space",
            place.clone(),
            format!("“{word}:”后面缺一个空格"),
            format!("A blank is missing after “{word}:”"),
        )
        .hint(
            "冒号后面留一个空格，再写内容",
            "Leave a blank after the colon",
        )
        .fix(Text::new("加空格", "Add a blank"), place, ": "),
    )
}

/// A value that starts with a character YAML keeps for itself.
fn reserved_start(source: &Source, at: usize) -> Option<Diagnostic> {
    let rest = source.text().get(at..)?;
    let sign = rest.chars().next().filter(|sign| "@`%".contains(*sign))?;
    let (start, line) = source.line_at(at);
    let value = rest[..(start + line.len()).saturating_sub(at).min(rest.len())].trim_end();
    let place = source.place(Span {
        start: at,
        end: at + value.len(),
    });
    let quoted = format!("'{}'", value.replace('\'', "''"));
    Some(
        Diagnostic::error(
            "reserved-start",
            place.clone(),
            format!("内容不能以“{sign}”开头"),
            format!("A value cannot start with “{sign}”"),
        )
        .hint("用引号把内容括起来", "Put quotes around the value")
        .fix(Text::new("加引号", "Add quotes"), place, quoted),
    )
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "_.-".contains(c))
}

type Words = (&'static str, &'static str, &'static str, Text);

fn words(kind: &ErrorKind) -> Words {
    match kind {
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::DocumentIndicatorInQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent => (
            "quote-not-closed",
            "引号没有配对",
            "A quotation mark is not closed",
            Text::new(
                "补上结尾的引号；单引号文字里的单引号要写两次",
                "Add the closing mark; inside single quotes a single quote is written twice",
            ),
        ),
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "text-after-quote",
            "引号结束之后还有文字",
            "There is text after the closing quotation mark",
            Text::new(
                "把整段内容放进一对引号里",
                "Put the whole value into one pair of quotation marks",
            ),
        ),
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::MisplacedFlowCollectionEnd
        | ErrorKind::MismatchedFlowCollectionEnd { .. } => (
            "bracket-not-closed",
            "括号没有配对",
            "A bracket is not paired",
            Text::new(
                "检查 { } 和 [ ] 是否一一对应",
                "Check that every { and [ has its partner",
            ),
        ),
        ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::FlowMappingValueAdjacentCollection => (
            "comma-missing",
            "括号里的各项之间缺少逗号",
            "A comma is missing between the items in brackets",
            Text::new(
                "各项之间用英文逗号分开；内容里有逗号、冒号或括号时请加引号",
                "Separate items with commas; quote a value that contains commas, colons or brackets",
            ),
        ),
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => (
            "tab",
            "这里用了制表符（Tab）",
            "A tab is used here",
            Text::new("改成空格", "Use blanks instead"),
        ),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => (
            "bad-escape",
            "双引号里的反斜杠后面是不认识的字符",
            "Unknown character after a backslash in double quotes",
            Text::new(
                "改用单引号，反斜杠就是普通字符",
                "Use single quotes, where a backslash is an ordinary character",
            ),
        ),
        ErrorKind::MappingValueNotAllowed | ErrorKind::SimpleKeyExpected => (
            "colon-in-value",
            "这里的冒号会被当成“键: 值”，而此处不能再有键",
            "The colon here reads as “key: value”, but no key can stand here",
            Text::new(
                "内容里有冒号时请加引号；不是的话检查这一行的缩进",
                "Quote a value that contains a colon; otherwise check this line's indentation",
            ),
        ),
        ErrorKind::DirectiveDisallowed => (
            "yaml-directive",
            "不支持以 % 开头的指令行",
            "Lines that start with % are not supported",
            Text::new("删掉这一行", "Remove the line"),
        ),
        // The parser's list is open; what is left is about layout.
        _ => (
            "bad-indentation",
            "这一行的缩进或位置不对，读不懂它属于哪里",
            "This line's indentation or position does not show where it belongs",
            Text::new(
                "同一层的行左边要对齐；列表的每一项以“- ”开头；键后面是冒号加空格",
                "Align lines of one level; start each item of a list with “- ”; follow a key by a colon and a blank",
            ),
        ),
    }
}
