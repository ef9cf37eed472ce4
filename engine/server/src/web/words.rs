//! The words of the pages, in Chinese and in English, and how they get into templates.

use std::collections::HashMap;
use std::sync::OnceLock;

use assent_core::text::{Lang, Text};

/// Every word file; later ones may not repeat a key.
const FILES: [&str; 2] = [
    include_str!("../../words/words.toml"),
    include_str!("../../words/messages.toml"),
];

type Book = HashMap<String, [String; 2]>;

fn book() -> &'static Book {
    static BOOK: OnceLock<Book> = OnceLock::new();
    BOOK.get_or_init(|| {
        let mut book = Book::new();
        for file in FILES {
            // The files are part of the program; a test parses them, so a fault here cannot reach a user.
            let sections: HashMap<String, HashMap<String, [String; 2]>> =
                toml::from_str(file).unwrap_or_default();
            for (section, words) in sections {
                for (key, pair) in words {
                    book.insert(format!("{section}.{key}"), pair);
                }
            }
        }
        book
    })
}

/// True when the key has words.
pub fn known(key: &str) -> bool {
    book().contains_key(key)
}

/// The words of a key in one language; the key itself when it has none (a test makes sure that none is missing).
pub fn word(lang: Lang, key: &str) -> &str {
    match book().get(key) {
        Some([zh, en]) => lang.pick(zh, en),
        None => key,
    }
}

/// The words of a key with its `{names}` filled in; `{n|one|many}` picks the English plural by the value of `n`.
pub fn say(lang: Lang, key: &str, fill: &[(&str, &str)]) -> String {
    fill_in(word(lang, key), fill)
}

/// Both languages at once, for problems and refusals.
pub fn both(key: &str, fill: &[(&str, &str)]) -> Text {
    Text::new(say(Lang::Zh, key, fill), say(Lang::En, key, fill))
}

fn fill_in(pattern: &str, fill: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|at| open + at) else {
            break;
        };
        out.push_str(&rest[..open]);
        let inside = &rest[open + 1..close];
        let mut parts = inside.split('|');
        let name = parts.next().unwrap_or_default();
        let value = fill
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| *value);
        match (value, parts.next(), parts.next()) {
            (Some(value), Some(one), Some(many)) => {
                out.push_str(if value == "1" { one } else { many });
            }
            (Some(value), _, _) => out.push_str(value),
            (None, _, _) => out.push_str(&rest[open..=close]),
        }
        rest = &rest[close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_file_parses_and_no_key_is_there_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for file in FILES {
            let sections: HashMap<String, HashMap<String, [String; 2]>> =
                toml::from_str(file).unwrap();
            for (section, words) in sections {
                for (key, [zh, en]) in words {
                    assert!(!zh.is_empty() && !en.is_empty(), "{section}.{key}");
                    assert!(
                        seen.insert(format!("{section}.{key}")),
                        "{section}.{key} twice"
                    );
                }
            }
        }
    }

    #[test]
    fn names_are_filled_in_and_plurals_picked() {
        let pattern = "{n} {n|item|items} left, {who}";
        assert_eq!(
            fill_in(pattern, &[("n", "1"), ("who", "Li")]),
            "1 item left, Li"
        );
        assert_eq!(
            fill_in(pattern, &[("n", "3"), ("who", "Li")]),
            "3 items left, Li"
        );
        assert_eq!(fill_in("{unknown} {", &[]), "{unknown} {");
    }

    /// Every key a template or a source file names has words.
    #[test]
    fn every_key_in_templates_and_sources_is_known() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut missing = Vec::new();
        for dir in ["templates", "src"] {
            for (path, text) in files_below(&root.join(dir)) {
                for (marker, quote) in [
                    ("(t \"", '"'),
                    ("{{t \"", '"'),
                    ("word(lang, \"", '"'),
                    ("say(lang, \"", '"'),
                    ("both(\"", '"'),
                ] {
                    for after in text.split(marker).skip(1) {
                        let key = after.split(quote).next().unwrap();
                        if !key.contains('.') || known(key) {
                            continue;
                        }
                        missing.push(format!("{}: {key}", path.display()));
                    }
                }
            }
        }
        assert!(missing.is_empty(), "{missing:#?}");
    }

    fn files_below(dir: &std::path::Path) -> Vec<(std::path::PathBuf, String)> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(files_below(&path));
            } else {
                // Pictures have no words.
                let text = String::from_utf8(std::fs::read(&path).unwrap());
                found.extend(text.ok().map(|text| (path, text)));
            }
        }
        found
    }
}
