//! Diagnostics as a terminal shows them: excerpt, caret, what to do.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::text::Lang;

use super::{Diagnostic, Place, Severity};

/// Diagnostics of one file as text, in one language. `source` is the file's text.
pub fn render(diagnostics: &[Diagnostic], source: &str, lang: Lang) -> String {
    let renderer = Renderer::plain();
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&renderer.render(&[group(diagnostic, source, lang)]));
        out.push_str("\n\n");
    }
    out
}

fn group<'a>(diagnostic: &'a Diagnostic, source: &'a str, lang: Lang) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR.with_name(lang.pick("错误", "error")),
        Severity::Warning => Level::WARNING.with_name(lang.pick("警告", "warning")),
    };
    let title = level
        .primary_title(diagnostic.message.get(lang))
        .id(diagnostic.code);
    let mut snippet = Snippet::source(source)
        .path(diagnostic.place.file.as_str())
        .annotation(AnnotationKind::Primary.span(span(&diagnostic.place, source)));
    for (place, label) in &diagnostic.also {
        let annotation = AnnotationKind::Context
            .span(span(place, source))
            .label(label.get(lang));
        snippet = snippet.annotation(annotation);
    }
    let mut group = Group::with_title(title).element(snippet);
    let help = Level::HELP.with_name(lang.pick("办法", "help"));
    if let Some(hint) = &diagnostic.hint {
        group = group.element(help.clone().message(hint.get(lang)));
    }
    for fix in &diagnostic.fixes {
        let name = lang.pick("可一键修改", "one-click fix");
        let fix = Level::HELP.with_name(name).message(fix.title.get(lang));
        group = group.element(fix);
    }
    group
}

/// The bytes of a place, within the text and at the borders of its characters.
fn span(place: &Place, source: &str) -> std::ops::Range<usize> {
    let border = |mut at: usize| {
        at = at.min(source.len());
        while !source.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (border(place.span.0), border(place.span.1));
    // A whole block would fill the screen; its first line says where it is.
    let line_end = source[start..]
        .find('\n')
        .map_or(source.len(), |at| start + at);
    start..end.min(line_end).max(start)
}
