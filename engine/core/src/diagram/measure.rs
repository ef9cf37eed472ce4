//! How wide words are, without a font: a Chinese character is 1 em, a Latin letter about half of one.

/// Width of a character in hundredths of an em, on the safe side for the usual system fonts.
fn char_width(c: char) -> i32 {
    match c {
        'W' | 'M' | '@' | '%' | 'm' | 'w' => 85,
        'A'..='Z' | '&' | '—' => 68,
        ' ' | 'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' | '['
        | ']' => 32,
        '\u{1100}'..='\u{115F}'
        | '\u{2190}'..='\u{21FF}'
        | '\u{2E80}'..='\u{A4CF}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FE30}'..='\u{FE4F}'
        | '\u{FF00}'..='\u{FF60}'
        | '“'
        | '”'
        | '…'
        | '\u{1F300}'..='\u{3FFFF}' => 100,
        _ => 58,
    }
}

/// The width of a text in pixels, rounded up.
pub(super) fn width(text: &str, size_px: i32) -> i32 {
    let hundredths: i32 = text.chars().map(char_width).sum();
    (hundredths * size_px + 99) / 100
}

/// The text in at most `lines` lines of `width_px`; what does not fit ends in "…".
pub(super) fn wrap(text: &str, size_px: i32, width_px: i32, lines: usize) -> Vec<String> {
    let mut rest: Vec<char> = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .collect();
    let mut out: Vec<String> = vec![];
    while !rest.is_empty() && out.len() < lines {
        let fits = fitting(&rest, size_px, width_px);
        if fits == rest.len() {
            out.push(rest.iter().collect());
            return out;
        }
        if out.len() + 1 == lines {
            // The last line there is room for.
            let room = width_px - width("…", size_px);
            let fits = fitting(&rest, size_px, room);
            let shown: String = rest[..fits].iter().collect();
            out.push(format!("{}…", shown.trim_end()));
            return out;
        }
        let cut = (1..=fits)
            .rev()
            .find(|at| may_break(&rest, *at))
            .unwrap_or(fits);
        let line: String = rest.drain(..cut).collect();
        out.push(line.trim_end().to_owned());
        let blanks = rest.iter().take_while(|c| **c == ' ').count();
        rest.drain(..blanks);
    }
    out
}

/// How many characters fit; at least one, so that every loop ends.
fn fitting(chars: &[char], size_px: i32, width_px: i32) -> usize {
    let mut used = 0;
    let fits = chars.iter().take_while(|c| {
        used += char_width(**c) * size_px;
        used <= width_px * 100
    });
    fits.count().max(1)
}

/// May a line end before the character at `at`?
fn may_break(chars: &[char], at: usize) -> bool {
    let (Some(before), Some(after)) = (chars.get(at - 1), chars.get(at)) else {
        return true;
    };
    // Punctuation that must not begin or end a line.
    const CLOSING: &str = "·，。、；：！？）】》」』”’…,.;:!?)]}%";
    const OPENING: &str = "（【《「『“‘([{";
    if CLOSING.contains(*after) || OPENING.contains(*before) {
        return false;
    }
    // `a > 0` stays together: operators are not torn from what they compare.
    const OPERATOR: &str = "<>=≤≥≠+-*/";
    let operator = |c: Option<&char>| c.is_some_and(|c| OPERATOR.contains(*c));
    let word_before = chars[..at].iter().rev().find(|c| **c != ' ');
    let word_after = chars[at..].iter().find(|c| **c != ' ');
    if (*before == ' ' || *after == ' ') && (operator(word_before) || operator(word_after)) {
        return false;
    }
    let wide = |c: char| char_width(c) == 100;
    *before == ' ' || *after == ' ' || "_-/.".contains(*before) || wide(*before) || wide(*after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_twice_as_wide_as_latin() {
        assert_eq!(width("审批", 14), 28);
        assert!(width("abcd", 14) < 36);
    }

    #[test]
    fn lines_fit_and_break_where_they_may() {
        assert_eq!(wrap("发运审批", 10, 40, 3), ["发运审批"]);
        assert_eq!(wrap("发运审批", 10, 30, 3), ["发运审", "批"]);
        // What is compared stays together.
        assert_eq!(
            wrap("when the amount > 0", 10, 80, 3),
            ["when the", "amount > 0"]
        );
        // No comma at the start of a line.
        assert_eq!(wrap("发运审，批", 10, 30, 3), ["发运", "审，批"]);
        assert_eq!(wrap("Heavy under-load", 10, 60, 3), ["Heavy", "under-load"]);
        assert_eq!(
            wrap("credit_controller", 10, 60, 3),
            ["credit_", "controller"]
        );
        assert_eq!(wrap("abcdefghijklmnop", 10, 40, 2).len(), 2);
        for width_px in 20..60 {
            for line in wrap("质量问题8D整改 (corrective)、复核", 10, width_px, 9) {
                assert!(width(&line, 10) <= width_px, "{line} at {width_px}");
            }
        }
    }

    #[test]
    fn too_much_ends_in_an_ellipsis() {
        assert_eq!(wrap("一二三四五六七八", 10, 40, 1), ["一二三…"]);
        assert!(wrap("", 10, 40, 2).is_empty());
    }
}
