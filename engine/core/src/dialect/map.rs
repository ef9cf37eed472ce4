//! Reading a map: each key once, unknown ones reported with what was probably meant.

use crate::diagnostic::Diagnostic;

use super::reader::{Reader, Word, with_suggestion};
use super::suggest;
use super::tree::{Key, Node, NodeKind, Span};

/// A map being read. Every key asked for is a known key; what is left at [`MapReader::close`] is not.
#[derive(Debug)]
pub struct MapReader<'t> {
    entries: &'t [(Key, Node)],
    /// The whole map.
    pub span: Span,
    /// What it is, for messages: 节点 / state.
    what: (&'static str, &'static str),
    known: Vec<&'static str>,
    missing: Vec<&'static str>,
    accepted: Vec<&'t str>,
}

impl<'t> MapReader<'t> {
    /// Opens a map; reports what is there instead when it is none.
    pub fn open(
        reader: &mut Reader,
        node: &'t Node,
        what: (&'static str, &'static str),
    ) -> Option<Self> {
        match &node.kind {
            NodeKind::Map(entries) => Some(Self {
                entries,
                span: node.span,
                what,
                known: vec![],
                missing: vec![],
                accepted: vec![],
            }),
            NodeKind::Scalar(_) | NodeKind::Seq(_) => {
                if node.is_blank() {
                    super::scalar::scalar(reader, node);
                } else {
                    let fault = not_a_map(reader, node, what);
                    reader.push(fault);
                }
                None
            }
        }
    }

    /// The value of a key, if written.
    pub fn get(&mut self, key: &'static str) -> Option<&'t Node> {
        self.entry(key).map(|(_, node)| node)
    }

    /// Key and value, if written.
    pub fn entry(&mut self, key: &'static str) -> Option<&'t (Key, Node)> {
        self.known.push(key);
        self.entries.iter().find(|(known, _)| known.text == key)
    }

    /// The value of a key that must be there; [`MapReader::close`] reports it when it is not.
    pub fn need(&mut self, key: &'static str) -> Option<&'t Node> {
        let found = self.get(key);
        if found.is_none() {
            self.missing.push(key);
        }
        found
    }

    /// True when the key is written.
    pub fn has(&mut self, key: &'static str) -> bool {
        self.entry(key).is_some()
    }

    /// Counts keys as known without reading them.
    pub fn allow(&mut self, keys: &[&'static str]) {
        self.known.extend_from_slice(keys);
    }

    /// Takes a written key for something else than a key.
    pub fn accept(&mut self, key: &'t str) {
        self.accepted.push(key);
    }

    /// Reports a key that may not stand in this place although the dialect knows it, with the reason.
    pub fn refuse(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
        message: (&str, &str),
        hint: (&str, &str),
    ) {
        if let Some((written, _)) = self.entry(key) {
            reader.error("key-not-here", written.span, message, hint);
        }
    }

    /// The keys written, in file order.
    pub fn written(&self) -> &'t [(Key, Node)] {
        self.entries
    }

    /// Ends the reading: every key nobody asked for is unknown, every key that was needed and is not there is missing.
    pub fn close(self, reader: &mut Reader) {
        let mut meant = Vec::new();
        for (key, _) in self.entries {
            let key_text = key.text.as_str();
            if !self.known.contains(&key_text) && !self.accepted.contains(&key_text) {
                let (fault, near) = self.unknown(reader, key);
                meant.extend(near);
                reader.push(fault);
            }
        }
        for key in &self.missing {
            // A misspelt key is one fault, not two.
            if !meant.contains(key) {
                let fault = self.lacks(reader, key);
                reader.push(fault);
            }
        }
    }

    fn unknown(&self, reader: &Reader, key: &Key) -> (Diagnostic, Option<&'static str>) {
        if let Some((word, fault)) = glued(reader, key) {
            let meant = self.known.iter().copied().find(|known| *known == word);
            return (fault, meant);
        }
        let place = reader.place(key.span);
        let fault = Diagnostic::error(
            "unknown-key",
            place.clone(),
            format!("{}里没有“{}”这个键", self.what.0, key.text),
            format!("“{}” is not a key of a {}", key.text, self.what.1),
        );
        let unused = self
            .known
            .iter()
            .copied()
            .filter(|known| !self.entries.iter().any(|(other, _)| other.text == *known));
        if let Some(near) = suggest::nearest(&key.text, unused) {
            let near: &'static str = near;
            return (with_suggestion(fault, place, near), Some(near));
        }
        if let Some(near) = suggest::nearest(&key.text, self.known.iter().copied()) {
            let fault = fault.hint(
                format!("这里已经写了“{near}:”，意思相同的留一个"),
                format!("“{near}:” is written here already; keep one of the two"),
            );
            return (fault, None);
        }
        let mut known = self.known.clone();
        known.sort_unstable();
        known.dedup();
        let fault = fault.hint(
            format!("可以用的键：{}", known.join("、")),
            format!("Possible keys: {}", known.join(", ")),
        );
        (fault, None)
    }

    fn lacks(&self, reader: &Reader, key: &str) -> Diagnostic {
        let first = self.entries.first().map(|(key, _)| key.span);
        reader
            .fault(
                "missing-key",
                first.unwrap_or(self.span),
                format!("{}缺少“{key}:”", self.what.0),
                format!("The {} lacks “{key}:”", self.what.1),
            )
            .hint(format!("补上“{key}:”"), format!("Add “{key}:”"))
    }
}

/// `approve:{by: boss}`: without a blank the bracket becomes part of the key. The word that was meant, and the fault.
pub fn glued<'t>(reader: &Reader, key: &'t Key) -> Option<(&'t str, Diagnostic)> {
    let (word, _) = key.text.split_once(':')?;
    let plain = reader.source().slice(key.span).starts_with(&key.text);
    if word.is_empty() || !plain {
        return None;
    }
    let colon = key.span.start + word.len();
    let place = reader.place(Span {
        start: colon,
        end: colon + 1,
    });
    let fault = Diagnostic::error(
        "colon-without-space",
        place.clone(),
        format!("“{word}:”后面缺一个空格"),
        format!("A blank is missing after “{word}:”"),
    )
    .hint(
        "冒号后面留一个空格，再写内容",
        "Leave a blank after the colon",
    )
    .fix(crate::text::Text::new("加空格", "Add a blank"), place, ": ");
    Some((word, fault))
}

fn not_a_map(reader: &Reader, node: &Node, what: (&str, &str)) -> Diagnostic {
    let fault = reader.fault(
        "not-a-map",
        node.span,
        format!("{}应写成“键: 值”", what.0),
        format!("A {} is written as “key: value” pairs", what.1),
    );
    let glued = node.scalar().is_some_and(|scalar| {
        scalar.text.split_once(':').is_some_and(|(key, _)| {
            !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_')
        })
    });
    if glued {
        fault.hint("冒号后面要留一个空格", "Leave a blank after the colon")
    } else {
        fault.hint(
            "例如 {键: 值, 键: 值}，或每行一个并缩进",
            "For example {key: value, key: value}, or one per line, indented",
        )
    }
}

/// The items of a list; one thing alone counts as a list of one.
pub fn items(node: &Node) -> &[Node] {
    match &node.kind {
        NodeKind::Seq(items) => items,
        NodeKind::Scalar(_) | NodeKind::Map(_) => std::slice::from_ref(node),
    }
}

/// A key as a word.
pub fn key_word(key: &Key) -> Word {
    Word {
        text: key.text.clone(),
        span: key.span,
    }
}
