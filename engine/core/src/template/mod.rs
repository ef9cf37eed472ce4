//! Templates for titles and mails: handlebars, strict, checked when the flow is checked.
//!
//! Allowed are `{{path}}`, `{{#if}}`, `{{#unless}}`, `{{#each}}`, `{{#with}}` (each with `{{else}}`) and comments. Refused:
//! whatever writes values without escaping, includes other templates (a recursive one would exhaust the stack) or
//! calculates. Sizes are bounded before the library sees a text and while it writes.

mod fault;
mod walk;

use std::io;
use std::sync::{Arc, LazyLock};

use handlebars::{Context, Handlebars, Output, RenderContext, Renderable, Template as Parsed};

pub use fault::TemplateFault;
pub use walk::{EACH_DEPTH_MAX, Reading};

use walk::Walk;

/// Longest template, in bytes.
pub const TEMPLATE_BYTES_MAX: usize = 20_000;
/// Most sections (`{{#…}}`) of a template; each may lie within the one before, and the library recurses.
pub const TEMPLATE_SECTIONS_MAX: usize = 40;
/// Longest result, in bytes.
pub const OUTPUT_BYTES_MAX: usize = 200_000;
/// Longest one-line result (titles, subjects), in characters.
pub const LINE_CHARS_MAX: usize = 250;
/// Brackets within one tag; real ones have none, and the library recurses into them.
const TAG_BRACKETS_MAX: usize = 4;

/// A checked template. Cheap to clone and to render: it is compiled once.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its text as the author wrote it.
    pub text: String,
    parsed: Arc<Parsed>,
    readings: Arc<[Reading]>,
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Template {
    /// Parses and checks a template.
    ///
    /// # Errors
    /// The first fault: bad syntax, something that is not allowed, too large. Names are not looked up here; see
    /// [`Template::readings`].
    pub fn parse(text: &str) -> Result<Self, TemplateFault> {
        before_parsing(text)?;
        let parsed = Parsed::compile(text).map_err(|error| fault::syntax(text, &error))?;
        let mut walk = Walk::new(text);
        walk.template(&parsed)?;
        Ok(Self {
            text: text.to_owned(),
            parsed: Arc::new(parsed),
            readings: walk.readings.into(),
        })
    }

    /// Every dotted path it reads, in order of appearance, without doubles; also those only asked for by `{{#if}}`.
    pub fn paths(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = vec![];
        for reading in self.readings.iter() {
            if !paths.contains(&reading.path.as_str()) {
                paths.push(&reading.path);
            }
        }
        paths
    }

    /// Every place where a path is read.
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// Fills it in. `escape` for HTML, not for plain text.
    ///
    /// # Errors
    /// A path without a value (a `null` is a value and shows as nothing), a result over [`OUTPUT_BYTES_MAX`].
    pub fn render(&self, data: &serde_json::Value, escape: bool) -> Result<String, TemplateFault> {
        let registry: &Handlebars<'_> = if escape { &ESCAPING } else { &PLAIN };
        let context = Context::wraps(data).map_err(|error| fault::rendering(&error))?;
        let mut bounded = Bounded(String::new());
        self.parsed
            .render(
                registry,
                &context,
                &mut RenderContext::new(None),
                &mut bounded,
            )
            .map_err(|error| fault::rendering(&error))?;
        Ok(bounded.0)
    }

    /// Fills it in as one line for titles and subjects: line breaks and control characters become spaces (a mail
    /// header must not contain them), and what is longer than [`LINE_CHARS_MAX`] is cut with `…`.
    ///
    /// # Errors
    /// As [`Template::render`].
    pub fn render_line(&self, data: &serde_json::Value) -> Result<String, TemplateFault> {
        self.render(data, false).map(|text| one_line(&text))
    }
}

/// A text as one line; see [`Template::render_line`].
pub fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| {
            let breaks = c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}');
            if breaks { ' ' } else { c }
        })
        .collect();
    let line = spaced
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    if line.chars().count() <= LINE_CHARS_MAX {
        return line;
    }
    line.chars().take(LINE_CHARS_MAX - 1).chain(['…']).collect()
}

/// Bounds that must hold before the library parses: it recurses into sections and brackets.
fn before_parsing(text: &str) -> Result<(), TemplateFault> {
    if text.len() > TEMPLATE_BYTES_MAX {
        return Err(TemplateFault::new(
            "template-too-long",
            (0, text.len()),
            format!("模板太长，最多 {TEMPLATE_BYTES_MAX} 字节。"),
            format!("The template is too long: at most {TEMPLATE_BYTES_MAX} bytes."),
        ));
    }
    if let Some(at) = text.find("{{{") {
        return Err(walk::unescaped((at, at + 3)));
    }
    if let Some(at) = text.find("｛｛") {
        return Err(TemplateFault::new(
            "template-full-width",
            (at, at + "｛｛".len()),
            "模板里的花括号是全角的。",
            "The braces are full-width.",
        )
        .hint("请改用英文花括号 {{ }}。", "Use ordinary braces: {{ }}."));
    }
    let mut sections = 0;
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|rest| rest.find("{{")) {
        let start = from + open + 2;
        let inside = text.get(start..).unwrap_or_default();
        let inside = inside.split("}}").next().unwrap_or_default();
        // Counted wherever they stand, also in comments: what is a comment is for the library to say.
        sections += inside.matches('#').count() + inside.matches('^').count();
        let brackets = inside.matches(['(', '[', '{']).count();
        if sections > TEMPLATE_SECTIONS_MAX || brackets > TAG_BRACKETS_MAX {
            return Err(TemplateFault::new(
                "template-depth",
                (start - 2, start + inside.len()),
                format!("模板太复杂：最多 {TEMPLATE_SECTIONS_MAX} 段。"),
                format!("The template is too complex: at most {TEMPLATE_SECTIONS_MAX} sections."),
            )
            .hint(
                "请拆成几封邮件，或减少 {{#if}}。",
                "Split it, or use fewer {{#if}}.",
            ));
        }
        from = start + inside.len();
    }
    Ok(())
}

/// Output that ends before it can fill the memory.
struct Bounded(String);

impl Output for Bounded {
    fn write(&mut self, segment: &str) -> io::Result<()> {
        if self.0.len() + segment.len() > OUTPUT_BYTES_MAX {
            return Err(io::Error::other("output limit"));
        }
        self.0.push_str(segment);
        Ok(())
    }
}

// Immutable after the first use; the library keeps its helpers in a registry and a template is useless without one.
static ESCAPING: LazyLock<Handlebars<'static>> = LazyLock::new(|| registry(true));
static PLAIN: LazyLock<Handlebars<'static>> = LazyLock::new(|| registry(false));

fn registry(escape: bool) -> Handlebars<'static> {
    /// Built in, but not allowed here; a field may have such a name.
    const UNUSED: [&str; 13] = [
        "lookup", "raw", "log", "eq", "ne", "gt", "gte", "lt", "lte", "and", "or", "not", "len",
    ];
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    for name in UNUSED {
        registry.unregister_helper(name);
    }
    if escape {
        registry.register_escape_fn(escape_html);
    } else {
        registry.register_escape_fn(handlebars::no_escape);
    }
    registry
}

/// Text that is safe inside HTML text and quoted attributes.
pub fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '`' => escaped.push_str("&#96;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
