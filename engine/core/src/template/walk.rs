//! What a parsed template reads, and that it uses nothing that is not allowed.
//!
//! Strict rendering finds an unknown name only when it comes by, and never inside `{{#if typo}}`; so names are collected here.

use handlebars::template::{BlockParam, HelperTemplate, Parameter, TemplateElement};
use handlebars::{Path, Template as Parsed};

use super::fault::{TemplateFault, tag_at};

/// Deepest nesting of `{{#each}}`: rows of a table inside a record. More would multiply.
pub const EACH_DEPTH_MAX: usize = 2;

/// A name a template reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The dotted path from the outside: within `{{#each lines}}`, `{{amount}}` reads `lines.amount`.
    pub path: String,
    /// The bytes of the tag, half open.
    pub span: (usize, usize),
    /// Only asked whether it is filled in (`{{#if …}}`, `{{#unless …}}`, `{{#each …}}`), so it may be empty.
    pub tested: bool,
    /// Stands in a section that is only shown when this very path is filled in.
    pub guarded: bool,
}

/// What names mean inside a section.
struct Scope {
    prefix: String,
    params: Vec<(String, String)>,
}

pub(super) struct Walk<'a> {
    text: &'a str,
    scopes: Vec<Scope>,
    guards: Vec<String>,
    each_depth: usize,
    pub(super) readings: Vec<Reading>,
}

type Walked = Result<(), TemplateFault>;

impl<'a> Walk<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            scopes: vec![Scope {
                prefix: String::new(),
                params: vec![],
            }],
            guards: vec![],
            each_depth: 0,
            readings: vec![],
        }
    }

    pub(super) fn template(&mut self, template: &Parsed) -> Walked {
        for (at, element) in template.elements.iter().enumerate() {
            let span = template
                .mapping
                .get(at)
                .map_or((0, 0), |place| tag_at(self.text, place.0, place.1));
            self.element(element, span)?;
        }
        Ok(())
    }

    fn element(&mut self, element: &TemplateElement, span: (usize, usize)) -> Walked {
        match element {
            TemplateElement::RawString(_) | TemplateElement::Comment(_) => Ok(()),
            TemplateElement::Expression(expression) => self.expression(expression, span),
            TemplateElement::HelperBlock(block) => self.block(block, span),
            TemplateElement::HtmlExpression(_) => Err(unescaped(span)),
            // Partials and decorators, and whatever the library may learn: allowed is only what is listed above.
            _not_allowed => Err(TemplateFault::new(
                "template-partial",
                span,
                "模板里不能引用别的模板。",
                "Templates do not include other templates.",
            )
            .hint("请把内容直接写在这里。", "Write the text here.")),
        }
    }

    fn expression(&mut self, expression: &HelperTemplate, span: (usize, usize)) -> Walked {
        let plain = expression.params.is_empty() && expression.hash.is_empty();
        match &expression.name {
            Parameter::Path(path) if plain => {
                self.read(path, span, false);
                Ok(())
            }
            Parameter::Name(name) if plain => {
                self.push(name, span, false);
                Ok(())
            }
            _call_or_literal => Err(helper(&expression.name, span)),
        }
    }

    fn block(&mut self, block: &HelperTemplate, span: (usize, usize)) -> Walked {
        let name = match &block.name {
            Parameter::Name(name) => name.as_str(),
            _path_or_literal => "",
        };
        if !matches!(name, "if" | "unless" | "each" | "with") {
            return Err(helper(&block.name, span));
        }
        let ([Parameter::Path(path)], true) = (block.params.as_slice(), block.hash.is_empty())
        else {
            return Err(TemplateFault::new(
                "template-argument",
                span,
                format!("{{{{#{name}}}}} 后面要写一个字段。"),
                format!("After {{{{#{name}}}}} stands one field."),
            )
            .hint(
                format!(
                    "例如 {{{{#{name} customer}}}}…{{{{/{name}}}}}；比较请用计算字段（is:）。"
                ),
                format!("For example {{{{#{name} customer}}}}…{{{{/{name}}}}}; comparisons belong into a computed field (is:)."),
            ));
        };
        let Some(target) = self.read(path, span, name != "with") else {
            return Ok(());
        };
        match name {
            "if" => self.sections(block, Some(target), None),
            "unless" => self.sections(block, None, Some(target)),
            _each_or_with => self.scoped(block, name, target, span),
        }
    }

    /// Both halves of an `if`, each with what it may rely on.
    fn sections(
        &mut self,
        block: &HelperTemplate,
        when: Option<String>,
        otherwise: Option<String>,
    ) -> Walked {
        for (section, guard) in [(&block.template, when), (&block.inverse, otherwise)] {
            let Some(section) = section else { continue };
            let before = self.guards.len();
            self.guards.extend(guard);
            self.template(section)?;
            self.guards.truncate(before);
        }
        Ok(())
    }

    /// `each` and `with`: names inside are those of the row or record.
    fn scoped(
        &mut self,
        block: &HelperTemplate,
        name: &str,
        target: String,
        span: (usize, usize),
    ) -> Walked {
        if name == "each" {
            self.each_depth += 1;
            if self.each_depth > EACH_DEPTH_MAX {
                return Err(TemplateFault::new(
                    "template-depth",
                    span,
                    format!("{{{{#each}}}} 最多套 {EACH_DEPTH_MAX} 层。"),
                    format!("{{{{#each}}}} nests at most {EACH_DEPTH_MAX} deep."),
                ));
            }
        }
        let params = match &block.block_param {
            None => vec![],
            Some(BlockParam::Single(row)) => vec![(word(row), target.clone())],
            // The second name is the row's number.
            Some(BlockParam::Pair((row, number))) => {
                vec![(word(row), target.clone()), (word(number), String::new())]
            }
            Some(_unknown) => return Err(helper(&block.name, span)),
        };
        let before = self.guards.len();
        self.guards.push(target.clone());
        self.scopes.push(Scope {
            prefix: target,
            params,
        });
        if let Some(section) = &block.template {
            self.template(section)?;
        }
        self.scopes.pop();
        self.guards.truncate(before);
        if name == "each" {
            self.each_depth -= 1;
        }
        block
            .inverse
            .as_ref()
            .map_or(Ok(()), |section| self.template(section))
    }

    fn read(&mut self, path: &Path, span: (usize, usize), tested: bool) -> Option<String> {
        match path {
            // `@index`, `@first`, `@last`, `@key`: the row's place.
            Path::Local(_) => None,
            Path::Relative((_, raw)) => self.push(raw, span, tested),
        }
    }

    fn push(&mut self, raw: &str, span: (usize, usize), tested: bool) -> Option<String> {
        let path = self.resolve(raw);
        if path.is_empty() {
            return None;
        }
        let guarded = self.guards.contains(&path);
        let reading = Reading {
            path: path.clone(),
            span,
            tested,
            guarded,
        };
        if !self.readings.contains(&reading) {
            self.readings.push(reading);
        }
        Some(path)
    }

    /// The path from the outside. Empty for what is no field: a row's number, the whole record.
    fn resolve(&self, raw: &str) -> String {
        let mut rest = raw;
        let mut scopes = self.scopes.as_slice();
        if let Some(absolute) = rest.strip_prefix("@root") {
            rest = absolute.trim_start_matches(['.', '/']);
            scopes = scopes.get(..1).unwrap_or_default();
        }
        while let Some(up) = rest.strip_prefix("..") {
            rest = up.trim_start_matches(['.', '/']);
            scopes = scopes
                .split_last()
                .filter(|(_, outer)| !outer.is_empty())
                .map_or(scopes, |(_, outer)| outer);
        }
        let mut parts: Vec<&str> = rest
            .split(['.', '/'])
            .map(|part| part.trim_matches(['[', ']']))
            .filter(|part| !part.is_empty() && *part != "this")
            .filter(|part| !part.chars().all(|c| c.is_ascii_digit()))
            .collect();
        let named = parts.first().and_then(|first| {
            scopes
                .iter()
                .rev()
                .flat_map(|scope| &scope.params)
                .find(|(name, _)| name == first)
        });
        let prefix = match named {
            Some((_, target)) if target.is_empty() => return String::new(),
            Some((_, target)) => {
                parts.remove(0);
                target.as_str()
            }
            None => scopes.last().map_or("", |scope| scope.prefix.as_str()),
        };
        if !prefix.is_empty() {
            parts.insert(0, prefix);
        }
        parts.join(".")
    }
}

fn word(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Name(name) => name.clone(),
        Parameter::Path(Path::Relative((_, raw)) | Path::Local((_, _, raw))) => raw.clone(),
        _literal => String::new(),
    }
}

pub(super) fn unescaped(span: (usize, usize)) -> TemplateFault {
    TemplateFault::new(
        "template-unescaped",
        span,
        "模板里不能用三个花括号或 {{&…}}：内容必须转义。",
        "Triple braces and {{&…}} are not allowed: values are always escaped.",
    )
    .hint(
        "请用两个花括号，例如 {{customer}}。",
        "Use two braces: {{customer}}.",
    )
}

fn helper(name: &Parameter, span: (usize, usize)) -> TemplateFault {
    let name = word(name);
    TemplateFault::new(
        "template-helper",
        span,
        format!("模板里没有 `{name}` 这个写法。"),
        format!("Templates know no `{name}`."),
    )
    .hint(
        "可以用：{{字段}}、{{#if}}、{{#unless}}、{{#each}}、{{#with}}；计算请用计算字段（is:）。",
        "There are {{field}}, {{#if}}, {{#unless}}, {{#each}} and {{#with}}; calculations belong into a computed field (is:).",
    )
}
