//! Reading single values: words, texts in two languages, numbers, dates, switches.

mod number;
mod time;

use crate::diagnostic::Diagnostic;
use crate::text::Text;

use crate::dialect::map::{MapReader, items};
use crate::dialect::reader::{Reader, Word};
use crate::dialect::suggest;
use crate::dialect::tree::{Node, Scalar, Span, Style};

pub use number::{count, exact, number};
pub use time::{date, date_time};

/// Longest id, in characters: ids become parts of table and column names.
pub const ID_CHARS_MAX: usize = 48;

/// The scalar, or a fault that says a single value is due.
pub fn scalar<'t>(reader: &mut Reader, node: &'t Node) -> Option<&'t Scalar> {
    if node.is_blank() {
        reader.error(
            "value-missing",
            node.span,
            ("冒号后面没有内容", "Nothing is written after the colon"),
            ("写上内容，或删掉这个键", "Write a value, or remove the key"),
        );
        return None;
    }
    let found = node.scalar();
    if found.is_none() {
        reader.error(
            "single-value-due",
            node.span,
            (
                "这里应是一个值，却写了列表或一组键值",
                "One value is due here, not a list or a group of keys",
            ),
            (
                "写一个值；以 {{ 开头的模板要加引号",
                "Write one value; put quotes around a template that starts with {{",
            ),
        );
    }
    found
}

/// Any text, not empty.
pub fn text(reader: &mut Reader, node: &Node) -> Option<Word> {
    let scalar = scalar(reader, node)?;
    if scalar.text.trim().is_empty() {
        reader.error(
            "value-missing",
            node.span,
            ("这里的文字是空的", "The text is empty"),
            ("写上文字", "Write a text"),
        );
        return None;
    }
    Some(Word {
        text: scalar.text.clone(),
        span: node.span,
    })
}

/// A name in both languages: `{zh: …, en: …}`.
pub fn names(reader: &mut Reader, node: &Node) -> Option<Text> {
    if let Some(single) = node.scalar().filter(|_| !node.is_blank()) {
        let place = reader.place(node.span);
        let fault = Diagnostic::error(
            "language-missing",
            place,
            "名称和文字要有中文和英文",
            "Names and texts are due in Chinese and in English",
        )
        .hint(
            format!("写成 {{zh: {}, en: …}}", single.text),
            format!("Write {{zh: …, en: {}}}", single.text),
        );
        reader.push(fault);
        return None;
    }
    let mut map = MapReader::open(reader, node, ("中英文名称", "name in two languages"))?;
    let zh = language(reader, &mut map, "zh");
    let en = language(reader, &mut map, "en");
    map.close(reader);
    Some(Text::new(zh?, en?))
}

/// In `{en: From request to closure, somebody answers}` YAML ends the text at the comma and takes the rest for a key
/// without a value. In a text of two languages that can only be the rest of the sentence, so it is joined again.
fn rest_of_sentence(reader: &Reader, map: &mut MapReader<'_>, at: usize) -> Option<Span> {
    let source = reader.source();
    let mut end = None;
    for (key, value) in map.written().iter().skip(at + 1) {
        let colon = source.text()[key.span.end..].trim_start().starts_with(':');
        if colon || !value.is_blank() {
            break;
        }
        map.accept(&key.text);
        end = Some(key.span);
    }
    end
}

/// One language of a text; a missing one is reported.
pub fn language(reader: &mut Reader, map: &mut MapReader<'_>, key: &'static str) -> Option<String> {
    let Some(node) = map.get(key) else {
        let what = if key == "zh" {
            ("中文", "Chinese")
        } else {
            ("英文", "English")
        };
        reader.error(
            "language-missing",
            map.span,
            (
                format!("缺少{}（{key}:）", what.0),
                format!("The {} text ({key}:) is missing", what.1),
            ),
            (
                "中文 zh 和英文 en 都要写",
                "Write both Chinese (zh) and English (en)",
            ),
        );
        return None;
    };
    let word = text(reader, node)?;
    let at = map
        .written()
        .iter()
        .position(|(known, _)| known.text == key);
    let plain = node
        .scalar()
        .is_some_and(|scalar| scalar.style == Style::Plain);
    if let (true, Some(at)) = (plain, at)
        && let Some(end) = rest_of_sentence(reader, map, at)
    {
        return Some(reader.source().slice(node.span.to(end)).to_owned());
    }
    Some(word.text)
}

/// An ASCII id: a lower-case letter, then letters, digits and `_`.
pub fn id(reader: &mut Reader, node: &Node) -> Option<Word> {
    let word = text(reader, node)?;
    check_id(reader, &word).then_some(word)
}

/// True when the word is an id; reports it otherwise.
pub fn check_id(reader: &mut Reader, word: &Word) -> bool {
    if is_id(&word.text) && word.text.chars().count() <= ID_CHARS_MAX {
        return true;
    }
    let folded = suggest::fold(&word.text)
        .to_lowercase()
        .replace(['-', ' ', '.'], "_");
    let place = reader.place(word.span);
    let mut fault = Diagnostic::error(
        "bad-id",
        place.clone(),
        format!("“{}”不能作标识", word.text),
        format!("“{}” cannot be an id", word.text),
    )
    .hint(
        format!("标识用小写英文字母、数字和下划线，字母开头，最多 {ID_CHARS_MAX} 个；给人看的名字写在 name:"),
        format!("Ids are lower-case letters, digits and underscores, start with a letter, at most {ID_CHARS_MAX}; what people read goes under name:"),
    );
    if is_id(&folded) {
        fault = fault.fix(
            Text::new(format!("改为 {folded}"), format!("Change to {folded}")),
            place,
            folded,
        );
    }
    reader.push(fault);
    false
}

fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Words in a list (or one alone).
pub fn words(reader: &mut Reader, node: &Node) -> Vec<Word> {
    items(node)
        .iter()
        .filter_map(|item| text(reader, item))
        .collect()
}

/// One of some fixed words.
pub fn one_of<T: Clone>(reader: &mut Reader, node: &Node, choices: &[(&str, T)]) -> Option<T> {
    let word = text(reader, node)?;
    let found = choices.iter().find(|(name, _)| *name == word.text);
    if found.is_none() {
        unknown_word(reader, &word, choices.iter().map(|(name, _)| *name));
    }
    found.map(|(_, value)| value.clone())
}

/// Reports a word that is none of the possible ones.
pub fn unknown_word<'k>(
    reader: &mut Reader,
    word: &Word,
    known: impl IntoIterator<Item = &'k str>,
) {
    let known: Vec<&str> = known.into_iter().collect();
    let place = reader.place(word.span);
    let fault = Diagnostic::error(
        "unknown-word",
        place.clone(),
        format!("“{}”在这里没有意义", word.text),
        format!("“{}” means nothing here", word.text),
    );
    let (zh, en) = (known.join("、"), known.join(", "));
    let fault = match suggest::nearest(&word.text, known) {
        Some(near) => fault
            .hint(
                format!("是不是想写“{near}”？可以写：{zh}"),
                format!("Did you mean “{near}”? Possible: {en}"),
            )
            .fix(
                Text::new(format!("改为 {near}"), format!("Change to {near}")),
                place,
                near,
            ),
        None => fault.hint(format!("可以写：{zh}"), format!("Possible: {en}")),
    };
    reader.push(fault);
}

/// `true` or `false`.
pub fn flag(reader: &mut Reader, node: &Node) -> Option<bool> {
    let scalar = scalar(reader, node)?;
    match (scalar.style, scalar.text.as_str()) {
        (Style::Plain, "true") => Some(true),
        (Style::Plain, "false") => Some(false),
        _ => {
            let meant = match suggest::fold(&scalar.text).to_lowercase().as_str() {
                "yes" | "on" | "y" | "1" | "true" | "是" | "必填" | "required" => Some("true"),
                "no" | "off" | "n" | "0" | "false" | "否" => Some("false"),
                _ => None,
            };
            let place = reader.place(node.span);
            let mut fault = Diagnostic::error(
                "yes-or-no-due",
                place.clone(),
                format!("“{}”不是 true 或 false", scalar.text),
                format!("“{}” is neither true nor false", scalar.text),
            )
            .hint("是写 true，否写 false", "Write true for yes, false for no");
            if let Some(word) = meant {
                fault = fault.fix(
                    Text::new(format!("改为 {word}"), format!("Change to {word}")),
                    place,
                    word,
                );
            }
            reader.push(fault);
            None
        }
    }
}
