//! A YAML file as a tree that remembers where every piece stands and how it was written.
//!
//! Built from the parser's events rather than through serde, because an author's `1.10` must stay `1.10`, a repeated key
//! must be shown with both lines, and nothing may be guessed away before somebody can point at it. Shared by flows,
//! manifests and rule declarations.

mod build;
mod source;
mod yaml_fault;

pub use build::{BYTES_MAX, DEPTH_MAX, parse};
pub use source::{Source, Span};

/// A piece of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it stands in the working text.
    pub span: Span,
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A word, a number, a text: not interpreted yet.
    Scalar(Scalar),
    /// A list.
    Seq(Vec<Node>),
    /// Keys and values in file order; keys are unique.
    Map(Vec<(Key, Node)>),
}

/// A text with the way it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// Its text: raw where plain, without quotes and escapes where quoted.
    pub text: String,
    /// How it was written.
    pub style: Style,
}

/// How a text was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Bare.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// As a `|` or `>` block.
    Block,
}

/// The left side of a colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Node {
    /// The scalar, when it is one.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(scalar),
            NodeKind::Seq(_) | NodeKind::Map(_) => None,
        }
    }

    /// The keys and values, when it is a map.
    pub fn entries(&self) -> Option<&[(Key, Node)]> {
        match &self.kind {
            NodeKind::Map(entries) => Some(entries),
            NodeKind::Scalar(_) | NodeKind::Seq(_) => None,
        }
    }

    /// The items, when it is a list.
    pub fn items(&self) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::Seq(items) => Some(items),
            NodeKind::Scalar(_) | NodeKind::Map(_) => None,
        }
    }

    /// The value of a key, when it is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries()?
            .iter()
            .find(|(known, _)| known.text == key)
            .map(|(_, node)| node)
    }

    /// True for a key without a value, `~` and `null`.
    pub fn is_blank(&self) -> bool {
        self.scalar().is_some_and(|scalar| {
            scalar.style == Style::Plain && matches!(scalar.text.as_str(), "" | "~" | "null")
        })
    }
}
