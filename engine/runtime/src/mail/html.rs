//! The HTML part: one column, styles inline, nothing loaded from anywhere.

use super::letter::Letter;

const FONT: &str =
    "font-family:-apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',Arial,sans-serif";
const INK: &str = "#1f2329";
const FAINT: &str = "#5f6672";
/// Vermilion, the ink of the seal.
const ACCENT: &str = "#b8321f";

/// The HTML part.
pub(super) fn render(letter: &Letter) -> String {
    let lang = letter.lang.tag();
    let subject = escape(&letter.subject);
    let mut body = String::new();
    body.push_str(&heading(letter));
    body.push_str(&paragraphs(&letter.text));
    body.push_str(&table(letter));
    body.push_str(&button(letter));
    body.push_str(&note(letter));
    format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{subject}</title>\n</head>\n\
         <body style=\"margin:0;padding:16px;background:#f4f5f7;{FONT};color:{INK}\">\n\
         <div style=\"max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border-top:4px solid {ACCENT};\
         font-size:16px;line-height:1.7\">\n{body}</div>\n</body>\n</html>\n"
    )
}

fn heading(letter: &Letter) -> String {
    format!(
        "<h1 style=\"margin:0 0 16px;font-size:20px;line-height:1.4\">{}</h1>\n",
        escape(&letter.subject)
    )
}

fn paragraphs(text: &str) -> String {
    text.trim()
        .replace("\r\n", "\n")
        .split("\n\n")
        .filter(|part| !part.trim().is_empty())
        .map(|part| {
            format!(
                "<p style=\"margin:0 0 16px\">{}</p>\n",
                escape(part.trim()).replace('\n', "<br>\n")
            )
        })
        .collect()
}

fn table(letter: &Letter) -> String {
    let rows = letter.rows();
    if rows.is_empty() {
        return String::new();
    }
    let mut html = String::from(
        "<table role=\"presentation\" style=\"width:100%;border-collapse:collapse;margin:0 0 16px\">\n",
    );
    for (label, shown) in rows {
        html.push_str(&format!(
            "<tr><td style=\"padding:6px 12px 6px 0;color:{FAINT};vertical-align:top;white-space:nowrap\">{}</td>\
             <td style=\"padding:6px 0;font-weight:600;text-align:right\">{}</td></tr>\n",
            escape(label),
            escape(shown)
        ));
    }
    html.push_str("</table>\n");
    html
}

fn button(letter: &Letter) -> String {
    let Some(button) = &letter.button else {
        return String::new();
    };
    let (label, url) = (escape(&button.label), escape(&button.url));
    // 48 px high: a thumb's width, and more than the 44 px asked for.
    format!(
        "<p style=\"margin:24px 0 8px\"><a href=\"{url}\" style=\"display:block;min-height:48px;line-height:48px;\
         text-align:center;background:{ACCENT};color:#ffffff;text-decoration:none;font-weight:600;border-radius:6px\">{label}</a></p>\n\
         <p style=\"margin:0 0 16px;font-size:13px;color:{FAINT};word-break:break-all\">{url}</p>\n"
    )
}

fn note(letter: &Letter) -> String {
    if letter.note.is_empty() {
        return String::new();
    }
    format!(
        "<p style=\"margin:24px 0 0;padding-top:12px;border-top:1px solid #e3e5e8;font-size:13px;color:{FAINT}\">{}</p>\n",
        escape(&letter.note).replace('\n', "<br>\n")
    )
}

/// Text as HTML; also safe inside a double-quoted attribute.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => safe.push(c),
        }
    }
    safe
}
