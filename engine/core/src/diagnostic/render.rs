//! Faults as a terminal shows them: the line, a caret, the cause, what to do.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Report, Snippet};

use super::{Diagnostic, Place, Severity};
use crate::text::{Lang, counted};

/// Renders faults in the order of their places, with excerpts of the source they were found in.
pub fn render(diagnostics: &[Diagnostic], source: &str, lang: Lang, colour: bool) -> String {
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by(|a, b| (&a.place, a.severity).cmp(&(&b.place, b.severity)));
    let mut text = String::new();
    for fault in sorted {
        text.push_str(&one(&renderer, fault, source, lang));
        text.push_str("\n\n");
    }
    text
}

/// One line that counts them: `2 个错误，1 个警告`.
pub fn summary(diagnostics: &[Diagnostic], lang: Lang) -> String {
    let errors = diagnostics.iter().filter(|fault| fault.is_error()).count() as u64;
    let warnings = diagnostics.len() as u64 - errors;
    match lang {
        Lang::Zh => format!("{errors} 个错误，{warnings} 个警告"),
        Lang::En => format!(
            "{}, {}",
            counted(errors, "error"),
            counted(warnings, "warning")
        ),
    }
}

fn one(renderer: &Renderer, fault: &Diagnostic, source: &str, lang: Lang) -> String {
    let level = match fault.severity {
        Severity::Error => Level::ERROR.with_name(lang.pick("错误", "error")),
        Severity::Warning => Level::WARNING.with_name(lang.pick("警告", "warning")),
    };
    let spans = std::iter::once(&fault.place).chain(fault.also.iter().map(|(place, _)| place));
    let window = window(source, spans);
    let excerpt = source.get(window.clone()).unwrap_or("");
    let line = 1 + source[..window.start].matches('\n').count();
    let mut snippet = Snippet::source(excerpt)
        .line_start(line)
        .path(fault.place.file.as_str())
        .annotation(AnnotationKind::Primary.span(within(&fault.place, &window)));
    for (place, label) in &fault.also {
        snippet = snippet.annotation(
            AnnotationKind::Context
                .span(within(place, &window))
                .label(label.get(lang)),
        );
    }
    let mut group = level
        .primary_title(fault.message.get(lang))
        .id(fault.code)
        .element(snippet);
    if let Some(hint) = &fault.hint {
        let help = Level::HELP.with_name(lang.pick("怎么改", "help"));
        group = group.element(help.message(hint.get(lang)));
    }
    let report: Report<'_> = &[group];
    renderer.render(report)
}

/// The whole lines around some places, as bytes of the source.
fn window<'p>(source: &str, places: impl Iterator<Item = &'p Place>) -> Range<usize> {
    let (mut start, mut end) = (source.len(), 0);
    for place in places {
        start = start.min(place.span.0);
        end = end.max(place.span.1);
    }
    let start = floor(source, start);
    let end = floor(source, end.max(start));
    let from = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let to = source[end..]
        .find('\n')
        .map_or(source.len(), |newline| end + newline);
    from..to
}

/// The place in bytes of the excerpt; never outside it, whatever source the caller brought.
fn within(place: &Place, window: &Range<usize>) -> Range<usize> {
    let clamp = |at: usize| at.clamp(window.start, window.end) - window.start;
    let start = clamp(place.span.0);
    start..clamp(place.span.1).max(start)
}

fn floor(source: &str, at: usize) -> usize {
    source.floor_char_boundary(at)
}
