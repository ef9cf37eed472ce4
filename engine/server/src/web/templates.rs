//! The templates: embedded, strict, one registry per language. Everything is escaped; only icons and diagrams (made by us)
//! go in as they are.

use assent_core::text::Lang;
use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError,
    RenderErrorReason, ScopedJson,
};
use serde::Serialize;

use super::{icons, words};

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../templates/", $name, ".hbs")))),*]
    };
}

/// Every template by name.
const TEMPLATES: [(&str, &str); 51] = embedded![
    "layout",
    "parts/batch_row",
    "parts/amount",
    "parts/changes",
    "parts/csrf",
    "parts/deadline",
    "parts/described",
    "parts/diagram",
    "parts/empty",
    "parts/face",
    "parts/fact",
    "parts/waits",
    "parts/few",
    "parts/field",
    "parts/head",
    "parts/language",
    "parts/more",
    "parts/people",
    "parts/reasons",
    "parts/row",
    "parts/sheet",
    "parts/spoken",
    "parts/trail",
    "parts/who",
    "pages/api",
    "pages/away",
    "pages/batch",
    "pages/calendars",
    "pages/code",
    "pages/flow",
    "pages/flows",
    "pages/form",
    "pages/help",
    "pages/inbox",
    "pages/instance",
    "pages/instances",
    "pages/leaving",
    "pages/letter",
    "pages/mail",
    "pages/mails",
    "pages/me",
    "pages/migration",
    "pages/override",
    "pages/print",
    "pages/said",
    "pages/sign_in",
    "pages/start",
    "pages/stuck",
    "pages/task",
    "pages/welcome",
    "pages/why",
];

/// The templates, ready to render in both languages.
pub struct Templates {
    zh: Handlebars<'static>,
    en: Handlebars<'static>,
}

impl Templates {
    /// Parses all templates.
    ///
    /// # Errors
    /// When one does not parse: the program is broken, a test catches it.
    pub fn new() -> Result<Self, handlebars::TemplateError> {
        // Indentation is for whoever reads the templates; on a slow network every kilobyte counts.
        let plain = |_: &str, embedded: &str| {
            let lines: Vec<&str> = embedded.lines().map(str::trim_start).collect();
            lines.join("\n")
        };
        Self::from_sources(plain)
    }

    /// The same with the texts taken from somewhere else: for looking at pages while they are being drawn.
    ///
    /// # Errors
    /// When one does not parse.
    pub fn from_sources(
        text: impl Fn(&str, &str) -> String,
    ) -> Result<Self, handlebars::TemplateError> {
        Ok(Self {
            zh: registry(Lang::Zh, &text)?,
            en: registry(Lang::En, &text)?,
        })
    }

    /// Renders a page.
    ///
    /// # Errors
    /// When a template names something the model does not have.
    pub fn render(
        &self,
        lang: Lang,
        name: &str,
        model: &impl Serialize,
    ) -> Result<String, RenderError> {
        match lang {
            Lang::Zh => self.zh.render(name, model),
            Lang::En => self.en.render(name, model),
        }
    }
}

fn registry(
    lang: Lang,
    text: &impl Fn(&str, &str) -> String,
) -> Result<Handlebars<'static>, handlebars::TemplateError> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_helper("t", Box::new(Translate(lang)));
    registry.register_helper("icon", Box::new(icon));
    registry.register_helper("svg", Box::new(svg));
    for (name, embedded) in TEMPLATES {
        registry.register_template_string(name, text(name, embedded))?;
    }
    Ok(registry)
}

/// `{{t "inbox.left" n=3}}`.
struct Translate(Lang);

impl HelperDef for Translate {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let key = helper
            .param(0)
            .and_then(|param| param.value().as_str())
            .ok_or(RenderErrorReason::ParamNotFoundForIndex("t", 0))?;
        let fill: Vec<(&str, String)> = helper
            .hash()
            .iter()
            .map(|(name, value)| (*name, plain(value.value())))
            .collect();
        let fill: Vec<(&str, &str)> = fill
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        Ok(ScopedJson::Derived(words::say(self.0, key, &fill).into()))
    }
}

fn plain(value: &serde_json::Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    }
}

/// `{{icon "check"}}`.
fn icon(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let name = helper
        .param(0)
        .and_then(|param| param.value().as_str())
        .unwrap_or("circle");
    out.write(&icons::svg(name))?;
    Ok(())
}

/// `{{svg diagram}}`: a drawing made by `assent_core`, which escapes every text in it.
fn svg(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    if let Some(drawing) = helper.param(0).and_then(|param| param.value().as_str()) {
        out.write(drawing)?;
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_the_list() {
        for folder in ["pages", "parts"] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
            for file in std::fs::read_dir(path.join(folder)).unwrap() {
                let file = file.unwrap().file_name().into_string().unwrap();
                let name = format!("{folder}/{}", file.trim_end_matches(".hbs"));
                let listed = TEMPLATES.iter().any(|(known, _)| *known == name);
                assert!(listed, "{name} would not be found");
            }
        }
    }

    #[test]
    fn all_templates_parse_and_none_writes_unescaped() {
        Templates::new().unwrap();
        for (name, text) in TEMPLATES {
            assert!(
                !text.contains("{{{") && !text.contains("{{&"),
                "{name} writes unescaped"
            );
            assert!(
                !text.contains(" style=\""),
                "{name}: the CSP forbids inline styles"
            );
            assert!(
                !text.contains(" onclick"),
                "{name}: the CSP forbids inline scripts"
            );
        }
    }

    #[test]
    fn every_icon_a_template_names_is_in_the_set() {
        for (name, text) in TEMPLATES {
            for after in text.split("{{icon \"").skip(1) {
                let icon = after.split('"').next().unwrap();
                assert!(icons::drawing(icon).is_some(), "{name}: {icon}");
            }
        }
    }
}
