//! Templates for titles and mails: handlebars, strict, checked when the flow is checked.

/// A checked template.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its text as the author wrote it.
    pub text: String,
}
impl Template {
    /// t
    pub fn render(&self, _: &serde_json::Value, _: bool) -> Result<String, ()> {
        Err(())
    }
}
