//! What is wrong with a template, in Chinese and in English.

use handlebars::{RenderError, RenderErrorReason, TemplateError, TemplateErrorReason};

use crate::text::Text;

/// One fault of a template, found when it is checked or when it is rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFault {
    /// Stable code in kebab-case (`template-syntax`).
    pub code: &'static str,
    /// Where, in bytes of the template's text, half open; (0, 0) where no place is to blame.
    pub span: (usize, usize),
    /// The cause, one sentence.
    pub message: Text,
    /// What to do.
    pub hint: Option<Box<Text>>,
}

impl TemplateFault {
    pub(super) fn new(
        code: &'static str,
        span: (usize, usize),
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            code,
            span,
            message: Text::new(zh, en),
            hint: None,
        }
    }

    #[must_use]
    pub(super) fn hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.hint = Some(Box::new(Text::new(zh, en)));
        self
    }
}

/// The bytes of the tag at a line and column (both from 1, columns in characters).
pub(super) fn tag_at(text: &str, line: usize, column: usize) -> (usize, usize) {
    let start_of_line: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let rest = text.get(start_of_line..).unwrap_or_default();
    let within = rest
        .char_indices()
        .nth(column.saturating_sub(1))
        .map_or(rest.len(), |(at, _)| at);
    let start = start_of_line + within;
    let end = text
        .get(start..)
        .and_then(|rest| rest.find("}}"))
        .map_or(text.len(), |length| start + length + 2);
    (start, end)
}

/// A text that is no template.
pub(super) fn syntax(text: &str, error: &TemplateError) -> TemplateFault {
    let span = error
        .pos()
        .map_or((0, text.len()), |(line, column)| tag_at(text, line, column));
    match error.reason() {
        TemplateErrorReason::MismatchingClosedHelper(opened, closed)
        | TemplateErrorReason::MismatchingClosedDecorator(opened, closed) => TemplateFault::new(
            "template-unclosed",
            span,
            format!("`{{{{#{opened}}}}}` 没有正确关闭，这里关闭的是 `{closed}`。"),
            format!("`{{{{#{opened}}}}}` is open, but `{closed}` is closed here."),
        )
        .hint(
            format!("请写 {{{{/{opened}}}}}。"),
            format!("Write {{{{/{opened}}}}}."),
        ),
        // The library may add reasons; all others are about how it is written.
        _other => TemplateFault::new(
            "template-syntax",
            span,
            "模板的写法不对，这里看不懂。",
            "The template makes no sense here.",
        )
        .hint(
            "字段写成 {{customer}}；条件段写成 {{#if field}}…{{/if}}，两边的花括号要成对。",
            "Fields are written {{customer}}, sections {{#if field}}…{{/if}}; braces come in pairs.",
        ),
    }
}

/// A template that could not be filled in.
pub(super) fn rendering(error: &RenderError) -> TemplateFault {
    match error.reason() {
        RenderErrorReason::MissingVariable(path) => {
            let path = path.as_deref().unwrap_or("?");
            TemplateFault::new(
                "template-missing",
                (0, 0),
                format!("模板用到的 {path} 没有值。"),
                format!("The template uses {path}, which has no value."),
            )
            .hint(
                format!("可能为空的字段请放在 {{{{#if {path}}}}}…{{{{/if}}}} 里。"),
                format!("Put fields that may be empty inside {{{{#if {path}}}}}…{{{{/if}}}}."),
            )
        }
        RenderErrorReason::IOError(_) => TemplateFault::new(
            "template-output",
            (0, 0),
            format!(
                "模板生成的内容太长，最多 {} 字节。",
                super::OUTPUT_BYTES_MAX
            ),
            format!(
                "The filled-in template is too long: at most {} bytes.",
                super::OUTPUT_BYTES_MAX
            ),
        )
        .hint(
            "请减少明细行，或改为附件。",
            "Show fewer rows, or attach a file.",
        ),
        // The library's other reasons belong to features that checking refuses.
        _other => TemplateFault::new(
            "template-render",
            (0, 0),
            "模板无法生成内容。",
            "The template could not be filled in.",
        )
        .hint(
            "请检查 {{#each}} 和 {{#with}} 用的字段是不是明细表或关联记录。",
            "Check that {{#each}} and {{#with}} are used on tables and references.",
        ),
    }
}
