//! A fact about a version, and how two lists of facts become sentences.

use crate::text::Text;

use super::{Changed, Sort, Weight};

/// Something that can be said about one version.
pub(super) struct Fact {
    pub weight: Weight,
    /// What it is about, unique in its list: `by`, `rung 2`.
    pub key: String,
    /// What people call it: "the deadline".
    pub label: Text,
    /// Equal in both versions when nothing changed, whatever things are called.
    pub same: String,
    /// Its value in words; empty where there is no value worth saying (then only that it changed is said).
    pub said: Text,
}

impl Fact {
    /// A fact whose words are its value.
    pub fn new(weight: Weight, key: impl Into<String>, label: (&str, &str), said: Text) -> Self {
        Self {
            weight,
            key: key.into(),
            label: Text::new(label.0, label.1),
            same: format!("{}\n{}", said.zh, said.en),
            said,
        }
    }

    /// The same, equal when this is.
    pub fn equal_by(mut self, same: impl Into<String>) -> Self {
        self.same = same.into();
        self
    }
}

/// Says how `new` differs from `old`. `of` names what the facts are about ("“财务审批”的"); `path` is where it stands.
pub(super) fn compare(of: &Text, path: &str, old: &[Fact], new: &[Fact]) -> Vec<Changed> {
    let mut changes = Vec::new();
    for now in new {
        let before = old.iter().find(|fact| fact.key == now.key);
        match before {
            Some(before) if before.same == now.same => {}
            Some(before) => changes.push(change(of, path, now, Sort::Changed, Some(before))),
            None => changes.push(change(of, path, now, Sort::Added, None)),
        }
    }
    let gone = old
        .iter()
        .filter(|fact| !new.iter().any(|now| now.key == fact.key));
    changes.extend(gone.map(|fact| change(of, path, fact, Sort::Removed, None)));
    changes
}

fn change(of: &Text, path: &str, fact: &Fact, sort: Sort, before: Option<&Fact>) -> Changed {
    let (label, said) = (&fact.label, &fact.said);
    let zh_of = &of.zh;
    let en_of = if of.en.is_empty() {
        String::new()
    } else {
        format!("{}: ", of.en)
    };
    let words = match (sort, before) {
        (Sort::Changed, Some(before)) if !said.zh.is_empty() && before.said.zh != said.zh => {
            Text::new(
                format!(
                    "{zh_of}{}由 {} 改为 {}。",
                    label.zh, before.said.zh, said.zh
                ),
                format!(
                    "{en_of}{} changed from {} to {}.",
                    label.en, before.said.en, said.en
                ),
            )
        }
        (Sort::Added, _) => Text::new(
            format!("{zh_of}新增{}{}。", label.zh, value_zh(&said.zh)),
            format!("{en_of}{} added{}.", label.en, value_en(&said.en)),
        ),
        (Sort::Removed, _) => Text::new(
            format!("{zh_of}取消{}{}。", label.zh, was_zh(&said.zh)),
            format!("{en_of}{} removed{}.", label.en, was_en(&said.en)),
        ),
        (Sort::Changed | Sort::Moved | Sort::Renamed, _) => Text::new(
            format!("{zh_of}{}有变化。", label.zh),
            format!("{en_of}{} changed.", label.en),
        ),
    };
    let words = Text::new(words.zh, capital(&words.en));
    Changed {
        weight: fact.weight,
        sort,
        part: format!("{path}.{}", fact.key).trim_matches('.').to_owned(),
        words,
    }
}

fn value_zh(said: &str) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!("：{said}")
    }
}

fn value_en(said: &str) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!(": {said}")
    }
}

fn was_zh(said: &str) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!("（原为 {said}）")
    }
}

fn was_en(said: &str) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!(" (it was {said})")
    }
}

/// A sentence starts with a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
