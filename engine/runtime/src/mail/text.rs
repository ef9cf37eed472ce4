//! The text part: complete in itself, for readers without HTML.

use super::letter::Letter;

/// The text part, lines ended by `\n`.
pub(super) fn render(letter: &Letter) -> String {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(letter.text.trim_end().lines().map(str::to_owned));
    let rows = letter.rows();
    if !rows.is_empty() {
        lines.push(String::new());
        let colon = letter.lang.pick("：", ": ");
        lines.extend(
            rows.iter()
                .map(|(label, shown)| format!("{label}{colon}{shown}")),
        );
    }
    if let Some(button) = &letter.button {
        lines.push(String::new());
        lines.push(format!("{}{}", button.label, letter.lang.pick("：", ":")));
        lines.push(button.url.clone());
    }
    if !letter.note.is_empty() {
        lines.push(String::new());
        lines.push("-- ".to_owned());
        lines.extend(letter.note.lines().map(str::to_owned));
    }
    lines.push(String::new());
    lines.join("\n")
}
