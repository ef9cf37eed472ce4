//! Templates for titles and mails: handlebars, strict, checked when the flow is checked.

/// A checked template.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its text as the author wrote it.
    pub text: String,
}
