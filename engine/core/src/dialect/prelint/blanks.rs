//! Blanks that are none: tabs, full-width and no-break blanks, characters without width.

use crate::text::Text;

use super::{At, Slip};

/// Characters nobody sees.
fn is_invisible(sign: char) -> bool {
    matches!(
        sign,
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{202A}'..='\u{202E}' | '\u{AD}'
    )
}

/// Blanks of other scripts; YAML takes them for letters.
fn is_other_blank(sign: char) -> bool {
    matches!(
        sign,
        '\u{3000}' | '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}'
    )
}

/// The slip a character is, if it is one.
pub fn slip(text: &str, at: At) -> Option<Slip> {
    let end = at.at + at.sign.len_utf8();
    if at.sign == '\t' {
        return tab(text, at);
    }
    if is_invisible(at.sign) {
        return Some(invisible(at, end));
    }
    if is_other_blank(at.sign) {
        return other_blank(text, at);
    }
    None
}

/// The run of characters from here on for which something holds.
fn run(text: &str, start: usize, holds: impl Fn(char) -> bool) -> &str {
    let rest = text.get(start..).unwrap_or("");
    let end = rest.find(|c: char| !holds(c)).unwrap_or(rest.len());
    &rest[..end]
}

fn tab(text: &str, at: At) -> Option<Slip> {
    let tabs = run(text, at.at, |c| c == '\t');
    let end = at.at + tabs.len();
    let rest = text.get(end..).unwrap_or("");
    if rest.is_empty() || rest.starts_with(['\n', '\r']) {
        return None;
    }
    if at.leading {
        let by = indentation(text, at.at, end, tabs.len());
        return Some(Slip::new(
            "tab",
            at.at,
            end,
            Text::new(
                "用制表符（Tab）缩进，读不出层次",
                "Tabs show no levels; indentation is made of blanks",
            ),
            &by,
        ));
    }
    let message = Text::new("这里是制表符（Tab）", "Here stands a tab");
    Some(Slip::new("tab", at.at, end, message, " ").warning())
}

/// The blanks that were meant by tabs: those of the line above where it is indented with blanks, else two a tab.
fn indentation(text: &str, start: usize, end: usize, tabs: usize) -> String {
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let above = text[..line_start].lines().rev().find(code).unwrap_or("");
    let own = above.len() - above.trim_start_matches(' ').len();
    let after_dashes = above.trim_start_matches([' ', '-']);
    if own == 0 || after_dashes.starts_with('\t') || start != line_start {
        return "  ".repeat(tabs);
    }
    let item = text[end..].starts_with("- ");
    let keys = above.len() - after_dashes.len();
    let opens = above.trim_end().ends_with(':');
    let width = match (opens, item) {
        (true, _) => keys + 2,
        (false, true) => own,
        (false, false) => keys,
    };
    " ".repeat(width)
}

fn invisible(at: At, end: usize) -> Slip {
    if at.at == 0 && at.sign == '\u{FEFF}' {
        let message = Text::new(
            "文件开头有字节顺序标记（BOM）",
            "The file starts with a byte order mark",
        );
        // Harmless to read; taken out of the working text all the same, so that the first key is the first key.
        return Slip::new("byte-order-mark", 0, end, message, "").warning();
    }
    let code = u32::from(at.sign);
    let message = Text::new(
        format!("这里有一个看不见的字符（U+{code:04X}）"),
        format!("Here is a character nobody sees (U+{code:04X})"),
    );
    Slip::new("invisible-character", at.at, end, message, "")
}

fn other_blank(text: &str, at: At) -> Option<Slip> {
    let blanks = run(text, at.at, is_other_blank);
    let end = at.at + blanks.len();
    let before = text[..at.at].chars().next_back();
    let after = text[end..].chars().next();
    let structural = |sign: Option<char>| sign.is_none_or(|sign| ":,-[]{}#\n\r ".contains(sign));
    // A full-width blank is two columns wide on the screen.
    let width = blanks
        .chars()
        .map(|blank| if blank == '\u{3000}' { 2 } else { 1 })
        .sum();
    let by = " ".repeat(width);
    let message = || {
        Text::new(
            "这里是全角空格或不间断空格，不是普通空格",
            "This is a full-width or no-break blank, not an ordinary one",
        )
    };
    if at.fresh || structural(before) || structural(after) {
        let by = if at.leading { by.as_str() } else { " " };
        return Some(Slip::new("other-blank", at.at, end, message(), by));
    }
    // Between two ASCII letters nobody means it; within a Chinese text it may be meant.
    let ascii = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii());
    (ascii(before) && ascii(after)).then(|| Slip::new("other-blank", at.at, end, message(), " "))
}
