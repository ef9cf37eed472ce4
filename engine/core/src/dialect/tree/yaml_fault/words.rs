//! What each of the parser's complaints is called, and what to do.

use serde_yaml::granit_parser::ErrorKind;

/// What is said about a kind of complaint.
pub struct Words {
    /// Its code.
    pub code: &'static str,
    /// Cause, in Chinese and in English.
    pub cause: (&'static str, &'static str),
    /// What to do, in Chinese and in English.
    pub hint: (&'static str, &'static str),
}

const QUOTE_NOT_CLOSED: Words = Words {
    code: "quote-not-closed",
    cause: ("引号没有配对", "A quotation mark is not closed"),
    hint: (
        "补上结尾的引号；单引号文字里的单引号要写两次",
        "Add the closing mark; inside single quotes a single quote is written twice",
    ),
};

const TEXT_AFTER_QUOTE: Words = Words {
    code: "text-after-quote",
    cause: (
        "引号结束之后还有文字",
        "There is text after the closing quotation mark",
    ),
    hint: (
        "把整段内容放进一对引号里",
        "Put the whole value into one pair of quotation marks",
    ),
};

const BRACKET_NOT_CLOSED: Words = Words {
    code: "bracket-not-closed",
    cause: ("括号没有配对", "A bracket is not paired"),
    hint: (
        "检查 { } 和 [ ] 是否一一对应",
        "Check that every { and [ has its partner",
    ),
};

const COMMA_MISSING: Words = Words {
    code: "comma-missing",
    cause: (
        "括号里的各项之间缺少逗号",
        "A comma is missing between the items in brackets",
    ),
    hint: (
        "各项之间用英文逗号分开；内容里有逗号、冒号或括号时请加引号",
        "Separate items with commas; quote a value that contains commas, colons or brackets",
    ),
};

const TAB: Words = Words {
    code: "tab",
    cause: ("这里用了制表符（Tab）", "A tab is used here"),
    hint: ("改成空格", "Use blanks instead"),
};

const BAD_ESCAPE: Words = Words {
    code: "bad-escape",
    cause: (
        "双引号里的反斜杠后面是不认识的字符",
        "Unknown character after a backslash in double quotes",
    ),
    hint: (
        "改用单引号，反斜杠就是普通字符",
        "Use single quotes, where a backslash is an ordinary character",
    ),
};

const COLON_IN_VALUE: Words = Words {
    code: "colon-in-value",
    cause: (
        "这里的冒号会被当成“键: 值”，而此处不能再有键",
        "The colon here reads as “key: value”, but no key can stand here",
    ),
    hint: (
        "内容里有冒号时请加引号；不是的话检查这一行的缩进",
        "Quote a value that contains a colon; otherwise check this line's indentation",
    ),
};

const YAML_DIRECTIVE: Words = Words {
    code: "yaml-directive",
    cause: (
        "不支持以 % 开头的指令行",
        "Lines that start with % are not supported",
    ),
    hint: ("删掉这一行", "Remove the line"),
};

const BAD_INDENTATION: Words = Words {
    code: "bad-indentation",
    cause: (
        "这一行的缩进或位置不对，读不懂它属于哪里",
        "This line's indentation or position does not show where it belongs",
    ),
    hint: (
        "同一层的行左边要对齐；列表的每一项以“- ”开头；键后面是冒号加空格",
        "Align lines of one level; start each item of a list with “- ”; follow a key by a colon and a blank",
    ),
};

/// The words for a complaint.
pub fn words(kind: &ErrorKind) -> Words {
    match kind {
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::DocumentIndicatorInQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent => QUOTE_NOT_CLOSED,
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => TEXT_AFTER_QUOTE,
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::MisplacedFlowCollectionEnd
        | ErrorKind::MismatchedFlowCollectionEnd { .. } => BRACKET_NOT_CLOSED,
        ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::FlowMappingValueAdjacentCollection => COMMA_MISSING,
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => TAB,
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => BAD_ESCAPE,
        ErrorKind::MappingValueNotAllowed | ErrorKind::SimpleKeyExpected => COLON_IN_VALUE,
        ErrorKind::DirectiveDisallowed => YAML_DIRECTIVE,
        // The parser's list is open; what is left is about layout.
        _ => BAD_INDENTATION,
    }
}

/// The words for a bracket without its partner.
pub fn bracket() -> Words {
    BRACKET_NOT_CLOSED
}
