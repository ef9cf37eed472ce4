//! What may stand in a header.

/// Most characters of a subject: longer ones are cut by phones anyway.
const SUBJECT_CHARS_MAX: usize = 160;
/// Most characters of a display name.
const NAME_CHARS_MAX: usize = 64;

/// User text as one line of a header: line breaks and control characters become spaces, runs of spaces one, and it is cut
/// to 160 characters.
pub fn one_line(text: &str) -> String {
    cut(&squeeze(text), SUBJECT_CHARS_MAX)
}

/// A display name: as [`one_line`], without the characters that have a meaning in an address list. Empty when nothing is
/// left (then the address stands alone). lettre panics on a line break in a display name, so nothing goes there uncleaned.
pub fn display_name(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if "<>\"\\,;:@()[]".contains(c) { ' ' } else { c })
        .collect();
    cut(&squeeze(&plain), NAME_CHARS_MAX)
}

fn squeeze(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() || is_invisible(c) {
                ' '
            } else {
                c
            }
        })
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Marks that turn the direction of text around or hide in it: they can make `moc.evil` read as something else.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn cut(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(chars_max - 1).collect();
    short.push('…');
    short
}
