//! The dialect: how a flow is written, from YAML text to a [`Definition`], its [`Example`]s and every fault in it.
//!
//! text → `prelint` (slips of a Chinese keyboard) → [`tree`] (YAML with places) → sections, each read by a file of its
//! own → a definition. Reading stops at nothing: every fault of a file is reported at once, and a definition exists only
//! when there is no error.

mod example;
mod flow;
mod form;
mod kinds;
mod lean;
pub mod manifest;
pub mod map;
mod names;
mod policies;
mod prelint;
pub mod reader;
pub mod scalar;
mod scan;
mod settings;
mod state;
mod suggest;
pub mod tree;
pub(crate) mod value;

#[cfg(test)]
mod tests;

use crate::catalog::Catalog;
use crate::definition::Definition;
use crate::diagnostic::{Diagnostic, Places};
use crate::example::Example;

use reader::Reader;
use tree::{Node, Source};

pub use form::{FieldPlace, Fields, fields};
pub(crate) use kinds::words as said_type;
pub use names::OWN_MAILS;
pub use suggest::nearest;

/// What became of a flow file.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The flow, when all of it could be read and every name and type is right. It may still fail the checks of
    /// [`crate::check`]: then it can be drawn and tried, but its errors keep it from being published.
    pub definition: Option<Definition>,
    /// Its examples, as far as they could be read.
    pub examples: Vec<Example>,
    /// Everything that was found, in file order.
    pub diagnostics: Vec<Diagnostic>,
    /// Where each part stands; there even when there is no definition.
    pub places: Places,
}

/// Compiles a flow, and checks it as a whole when it can be read.
///
/// `file_name` is only used to name places. What needs the organisation is not checked here: see
/// [`crate::check::organisation`].
pub fn compile(file_name: &str, text: &str, catalog: &Catalog) -> Compiled {
    let mut compiled = read(file_name, text, catalog);
    if let Some(definition) = &compiled.definition {
        let found = crate::check::all(definition, catalog);
        compiled.diagnostics.extend(found);
        sort(&mut compiled.diagnostics);
    }
    compiled
}

/// Reads a flow without checking it as a whole.
fn read(file_name: &str, text: &str, catalog: &Catalog) -> Compiled {
    let (mut reader, root) = open(file_name, text);
    let (definition, examples) = match &root {
        Some(root) => flow::flow(&mut reader, root, catalog),
        None => (None, vec![]),
    };
    let places = reader.places.clone();
    let diagnostics = finish(reader);
    let broken = diagnostics.iter().any(Diagnostic::is_error);
    Compiled {
        definition: definition.filter(|_| !broken),
        examples,
        diagnostics,
        places,
    }
}

/// Reads a file of the dialect into a tree: a flow, a manifest, a rule's declaration. Slips of the keyboard and of YAML
/// are in the reader's diagnostics.
pub fn open(file_name: &str, text: &str) -> (Reader, Option<Node>) {
    let mut source = Source::new(file_name, text);
    let mut diagnostics = prelint::prelint(&mut source);
    let (root, found) = tree::parse(&mut source);
    // Where a slip was mended by guess, YAML's complaint about the very line is about the guess.
    let mended = diagnostics.iter().filter(|slip| slip.is_error());
    let guessed: Vec<u32> = mended.map(|slip| slip.place.line).collect();
    let layout = |fault: &Diagnostic| fault.code == "bad-indentation";
    diagnostics.extend(
        found
            .into_iter()
            .filter(|fault| !(layout(fault) && guessed.contains(&fault.place.line))),
    );
    (Reader::new(source, diagnostics), root)
}

/// Everything that was found, in file order.
pub fn finish(reader: Reader) -> Vec<Diagnostic> {
    let mut found = reader.diagnostics;
    sort(&mut found);
    found
}

fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| (&a.place, a.severity).cmp(&(&b.place, b.severity)));
}
