//! A diagnostic as a person reads it: place, cause, the line with a caret under the fault, what to do.

use assent_core::diagnostic::{Diagnostic, Severity};
use assent_core::text::Lang;

/// Longest part of a line that is shown, characters.
const LINE_CHARS_MAX: usize = 160;

/// Some lines of text, without an end of line after the last.
pub fn shown(found: &Diagnostic, source: &str, lang: Lang) -> String {
    let place = &found.place;
    let severity = match (found.severity, lang) {
        (Severity::Error, Lang::Zh) => "错误",
        (Severity::Error, Lang::En) => "error",
        (Severity::Warning, Lang::Zh) => "提醒",
        (Severity::Warning, Lang::En) => "warning",
    };
    let mut out = format!(
        "{}:{}:{} {severity} {}: {}",
        place.file,
        place.line,
        place.column,
        found.code,
        found.message.get(lang)
    );
    if let Some((line, caret)) = excerpt(source, place.line, place.column, place.length) {
        let number = place.line.to_string();
        let blank = " ".repeat(number.len());
        out.push_str(&format!("\n  {number} | {line}\n  {blank} | {caret}"));
    }
    if let Some(hint) = &found.hint {
        out.push_str(&format!("\n    {} {}", lang.pick("→", "→"), hint.get(lang)));
    }
    for (other, words) in &found.also {
        out.push_str(&format!("\n    {}:{}:{} {}", other.file, other.line, other.column, words.get(lang)));
    }
    out
}

fn excerpt(source: &str, line: u32, column: u32, length: u32) -> Option<(String, String)> {
    let text = source.lines().nth(usize::try_from(line).ok()?.checked_sub(1)?)?;
    let start = usize::try_from(column).ok()?.saturating_sub(1);
    let length = usize::try_from(length).unwrap_or(1).max(1);
    let line: String = text.chars().take(LINE_CHARS_MAX).map(visible).collect();
    let before: usize = text.chars().take(start).map(width).sum();
    let under: usize = text.chars().skip(start).take(length).map(width).sum();
    if before > LINE_CHARS_MAX * 2 {
        return None;
    }
    Some((line, format!("{}{}", " ".repeat(before), "^".repeat(under.clamp(1, LINE_CHARS_MAX)))))
}

/// Tabs would move the caret; what cannot be seen is shown as a box.
fn visible(letter: char) -> char {
    match letter {
        '\t' => ' ',
        letter if letter.is_control() => '□',
        letter => letter,
    }
}

/// Columns a character takes in a terminal.
fn width(letter: char) -> usize {
    let wide = matches!(u32::from(letter), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFD);
    if wide { 2 } else { 1 }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_wide_characters() {
        let (line, caret) = excerpt("名称：aprove: x", 1, 4, 6).unwrap();
        assert_eq!(line, "名称：aprove: x");
        assert_eq!(caret, "      ^^^^^^");
        assert_eq!(excerpt("a", 5, 1, 1), None);
    }
}
