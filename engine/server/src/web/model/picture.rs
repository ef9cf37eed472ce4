//! A definition as a picture and as sentences.

use assent_core::definition::Definition;
use assent_core::text::Lang;

/// The picture.
pub fn svg(_definition: &Definition, _lang: Lang) -> String {
    String::new()
}

/// The sentences.
pub fn sentences(_definition: &Definition, _lang: Lang) -> Vec<String> {
    Vec::new()
}
