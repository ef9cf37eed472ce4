//! Slips that can be told from the line itself, with their fix.

use crate::diagnostic::Diagnostic;
use crate::dialect::tree::{Source, Span};
use crate::text::Text;

/// `key: text: more`: a colon and a blank inside a value.
pub fn colon_in_value(source: &Source, at: usize) -> Option<Diagnostic> {
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
pub fn colon_without_space(source: &Source, at: usize) -> Option<Diagnostic> {
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
pub fn reserved_start(source: &Source, at: usize) -> Option<Diagnostic> {
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
