//! Full-width signs that stand where one of YAML's own should.

use crate::text::Text;

use super::{At, Slip};

/// Keys people may write in Chinese by mistake; before a full-width colon they show that a key was meant.
const CHINESE_KEYS: [&str; 24] = [
    "审批人",
    "处理人",
    "办理人",
    "负责人",
    "期限",
    "时限",
    "截止",
    "条件",
    "如果",
    "会签",
    "名称",
    "名字",
    "标题",
    "节点",
    "步骤",
    "表单",
    "字段",
    "人员",
    "角色",
    "邮件",
    "测试",
    "用例",
    "类型",
    "选项",
];

/// The slip a character is, if it is one.
pub fn slip(text: &str, at: At) -> Option<Slip> {
    match at.sign {
        '：' | '︰' | '﹕' => colon(text, at),
        '，' | '、' | '﹐' => comma(text, at),
        '“' | '”' | '‘' | '’' | '「' | '『' | '＂' | '＇' if at.fresh => {
            quote(text, at)
        }
        '｛' | '［' | '【' if at.fresh => bracket(text, at),
        '｝' | '］' if at.bracket.is_some() => Some(simple(at, "full-width-bracket")),
        '＃' => hash(text, at),
        '－' | '—' | '–' | '−' | '﹣' if at.leading => dash(text, at),
        '｜' | '＞' if at.fresh => block(text, at),
        '{' if at.fresh => template(text, at),
        _ => None,
    }
}

fn half(sign: char) -> &'static str {
    match sign {
        '：' | '︰' | '﹕' => ":",
        '，' | '、' | '﹐' => ",",
        '｛' => "{",
        '｝' => "}",
        '［' | '【' => "[",
        '］' | '】' => "]",
        '＃' => "#",
        '｜' => "|",
        '＞' => ">",
        _ => "-",
    }
}

fn simple(at: At, code: &'static str) -> Slip {
    let by = half(at.sign);
    let end = at.at + at.sign.len_utf8();
    Slip::new(code, at.at, end, full_width(at.sign, by), by)
}

fn full_width(sign: char, half: &str) -> Text {
    Text::new(
        format!("这里是全角“{sign}”，要用半角“{half}”"),
        format!("“{sign}” is a full-width sign; the ordinary “{half}” is due"),
    )
}

/// Furthest anything is looked for, in bytes: a line of 200 KB must not be walked once for each of its signs.
const LOOKAHEAD_MAX: usize = 2_000;
/// Longest key, in bytes.
const KEY_BYTES_MAX: usize = 120;

fn rest_of_line(text: &str, from: usize) -> &str {
    let rest = text.get(from..).unwrap_or("");
    let rest = &rest[..rest.floor_char_boundary(LOOKAHEAD_MAX)];
    rest.split(['\n', '\r']).next().unwrap_or("")
}

fn is_key(word: &str) -> bool {
    let ascii = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    ascii || CHINESE_KEYS.contains(&word)
}

/// After a key, at the start of a line or in braces: the key's colon. Within a text it is a Chinese colon by right.
fn colon(text: &str, at: At) -> Option<Slip> {
    if at.at - at.word > KEY_BYTES_MAX {
        return None;
    }
    let word = text.get(at.word..at.at)?.trim_end();
    let key_place = match at.bracket {
        Some(bracket) => bracket == '{' && starts_item(text, at.word),
        None => at.first,
    };
    if !key_place || !is_key(word) {
        return None;
    }
    let end = at.at + at.sign.len_utf8();
    let spaced = text[end..].starts_with([' ', '\n', '\r']) || text[end..].is_empty();
    let by = if spaced { ":" } else { ": " };
    let start = at.word + word.len();
    Some(Slip::new(
        "full-width-colon",
        start,
        end,
        full_width(at.sign, ":"),
        by,
    ))
}

/// True when an opening bracket or a comma stands before the word (of either width).
fn starts_item(text: &str, word: usize) -> bool {
    let before = text[..word].trim_end();
    before.ends_with(['{', '[', ',', '｛', '，'])
}

/// Between items in brackets. In braces it separates only when a key follows; in square brackets when it stands between
/// ASCII words. Between Chinese words in square brackets it may be either, so that is only a warning.
fn comma(text: &str, at: At) -> Option<Slip> {
    let bracket = at.bracket?;
    let end = at.at + at.sign.len_utf8();
    let rest = rest_of_line(text, end);
    let next = rest.trim_start();
    let before = text[..at.at].trim_end().chars().next_back();
    let slip = || {
        let spaced = rest.starts_with(' ');
        let by = if spaced { "," } else { ", " };
        Slip::new("full-width-comma", at.at, end, full_width(at.sign, ","), by)
    };
    if bracket == '{' {
        let word_end = next
            .find(|c: char| !(c.is_alphanumeric() || "_.-".contains(c)))
            .unwrap_or(next.len());
        let (word, after) = next.split_at(word_end);
        let keyed = after.trim_start().starts_with([':', '：']);
        return (is_key(word) && keyed).then(slip);
    }
    let separates = |sign: Option<char>| {
        sign.is_some_and(|sign| {
            sign.is_ascii_alphanumeric() || "_'\"[]{}".contains(sign) || "”’］｝".contains(sign)
        })
    };
    if separates(before) && separates(next.chars().next()) {
        return Some(slip());
    }
    (at.sign == '，').then(|| slip().warning())
}

/// At the start of a text: the quotation mark that should have opened it.
fn quote(text: &str, at: At) -> Option<Slip> {
    let (closing, half) = match at.sign {
        '“' | '”' => ('”', '"'),
        '‘' | '’' => ('’', '\''),
        '「' => ('」', '"'),
        '『' => ('』', '"'),
        '＂' => ('＂', '"'),
        _ => ('＇', '\''),
    };
    let opened = at.at + at.sign.len_utf8();
    let rest = rest_of_line(text, opened);
    let close = rest.find([closing, half])?;
    let end = opened + close + rest[close..].chars().next().map_or(0, char::len_utf8);
    // 「“超信用”或欠载」 is a sentence that starts with a quoted word, not a quoted value.
    let after = rest_of_line(text, end).trim_start();
    let ends_value =
        after.is_empty() || after.starts_with([',', '}', ']', '#', ':', '，', '：', '｝', '］']);
    if !ends_value {
        return None;
    }
    let inner = &rest[..close];
    let inner = if half == '"' {
        inner.replace('\\', "\\\\").replace('"', "\\\"")
    } else {
        inner.replace('\'', "''")
    };
    let by = format!("{half}{inner}{half}");
    let message = Text::new(
        format!("“{}…{closing}”是中文引号，要用半角引号", at.sign),
        format!(
            "{}…{closing} are Chinese quotation marks; ordinary ones are due",
            at.sign
        ),
    );
    Some(Slip::new("full-width-quote", at.at, end, message, &by))
}

/// At the start of a value: the bracket that should have opened a list or map. The whole bracket is put right at once.
fn bracket(text: &str, at: At) -> Option<Slip> {
    let closing = match at.sign {
        '｛' => ['｝', '}'],
        '［' => ['］', ']'],
        _ => ['】', ']'],
    };
    let start = at.at + at.sign.len_utf8();
    let rest = rest_of_line(text, start);
    let close = rest.rfind(closing)?;
    let closed = rest[close..].chars().next()?;
    let end = start + close + closed.len_utf8();
    // 【待审批】 starts many a Chinese text; it is a list only when nothing follows it.
    let after = rest_of_line(text, end).trim_start();
    let alone = after.is_empty() || after.starts_with([',', '}', ']', '#']);
    if !alone || (at.sign == '【' && !rest[..close].is_ascii()) {
        return None;
    }
    let open = half(at.sign);
    let shut = if open == "{" { "}" } else { "]" };
    let inner = rest[..close]
        .replace('：', ": ")
        .replace(['，', '、'], ", ");
    let by = format!("{open}{inner}{shut}");
    let message = full_width(at.sign, open);
    Some(Slip::new("full-width-bracket", at.at, end, message, &by))
}

/// A comment's mark, at the start of a line or after a blank.
fn hash(text: &str, at: At) -> Option<Slip> {
    let before = text[..at.at].chars().next_back();
    let apart = before.is_none_or(char::is_whitespace);
    if !apart {
        return None;
    }
    let slip = simple(at, "full-width-hash");
    let value = text[..at.at].trim_end().chars().next_back();
    let after_code = at.leading || value.is_some_and(|sign| sign.is_ascii());
    Some(if after_code { slip } else { slip.warning() })
}

/// A list item's dash, first on its line.
fn dash(text: &str, at: At) -> Option<Slip> {
    let mut end = at.at + at.sign.len_utf8();
    // A Chinese dash is two signs wide.
    if text[end..].starts_with(at.sign) {
        end += at.sign.len_utf8();
    }
    let spaced = text[end..].starts_with([' ', '\n', '\r']);
    let by = if spaced { "-" } else { "- " };
    let message = full_width(at.sign, "-");
    Some(Slip::new("full-width-dash", at.at, end, message, by))
}

/// `zh: ｜` at the end of a line: the sign that starts a block.
fn block(text: &str, at: At) -> Option<Slip> {
    let end = at.at + at.sign.len_utf8();
    let alone = rest_of_line(text, end).trim().is_empty();
    alone.then(|| simple(at, "full-width-block"))
}

/// `{{field}}` at the start of a value without quotes: YAML reads maps within maps.
fn template(text: &str, at: At) -> Option<Slip> {
    if !text[at.at..].starts_with("{{") {
        return None;
    }
    let line = rest_of_line(text, at.at);
    let length = value_length(line, at.bracket);
    let value = line[..length].trim_end();
    let by = format!("'{}'", value.replace('\'', "''"));
    let message = Text::new(
        "以 {{ 开头的模板没有加引号",
        "A template that starts with {{ needs quotes",
    );
    Some(Slip::new(
        "unquoted-template",
        at.at,
        at.at + value.len(),
        message,
        &by,
    ))
}

/// How much of the line is the value: to the comment, or in brackets to the next separator outside `{{ }}`.
fn value_length(line: &str, bracket: Option<char>) -> usize {
    let mut inside = false;
    let bytes = line.as_bytes();
    for (at, byte) in line.bytes().enumerate() {
        let pair = bytes.get(at + 1);
        match byte {
            b'{' if pair == Some(&b'{') => inside = true,
            b'}' if at > 0 && bytes[at - 1] == b'}' => inside = false,
            // The first of the two brackets that end a template is none of YAML's.
            b'}' if pair == Some(&b'}') => {}
            b',' | b']' | b'}' if !inside && bracket.is_some() => return at,
            b'#' if at > 0 && bytes[at - 1] == b' ' => return at,
            _ => {}
        }
    }
    line.len()
}
