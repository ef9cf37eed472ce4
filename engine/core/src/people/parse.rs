//! Reading a rule.

use super::hint::{no_unit, synonym, unknown};
use super::{Located, Mention, PeopleError, PeopleRule, Scope};

/// The longest text of a rule.
pub const RULE_BYTES_MAX: usize = 1_000;
/// Brackets inside brackets.
const DEPTH_MAX: usize = 8;
/// Levels up a rule may ask for.
const LEVELS_MAX: u32 = 20;
/// Steps of a field's path.
const PATH_PARTS_MAX: usize = 4;

impl PeopleRule {
    /// Reads a rule.
    ///
    /// # Errors
    /// The first fault, with its place, its cause and what was probably meant.
    pub fn parse(text: &str) -> Result<PeopleRule, PeopleError> {
        Self::parse_located(text).map(|(rule, _)| rule)
    }

    /// Reads a rule and says where each name stands in its text, so that a check can point at it.
    ///
    /// # Errors
    /// As [`PeopleRule::parse`].
    pub fn parse_located(text: &str) -> Result<(PeopleRule, Vec<Located>), PeopleError> {
        if text.len() > RULE_BYTES_MAX {
            return Err(PeopleError::new(
                0,
                text.len(),
                format!("规则太长（最多 {RULE_BYTES_MAX} 字节）"),
                format!("The rule is too long (at most {RULE_BYTES_MAX} bytes)"),
            ));
        }
        let mut parser = Parser {
            words: words(text),
            at: 0,
            end: text.len(),
            found: vec![],
        };
        let rule = parser.rule(0)?;
        match parser.peek() {
            None => Ok((rule, parser.found)),
            Some(word) => Err(parser.unexpected(word)),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Word<'a> {
    text: &'a str,
    offset: usize,
}

/// Words between spaces; brackets are words of their own.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = vec![];
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let bracket = c == '(' || c == ')';
        if c.is_whitespace() || bracket {
            if let Some(offset) = start.take() {
                words.push(Word {
                    text: &text[offset..at],
                    offset,
                });
            }
            if bracket {
                words.push(Word {
                    text: &text[at..=at],
                    offset: at,
                });
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    words
}

struct Parser<'a> {
    words: Vec<Word<'a>>,
    at: usize,
    end: usize,
    found: Vec<Located>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Word<'a>> {
        self.words.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Word<'a>> {
        let word = self.peek()?;
        self.at += 1;
        Some(word)
    }

    fn take(&mut self, text: &str) -> bool {
        let is = self.peek().is_some_and(|word| word.text == text);
        self.at += usize::from(is);
        is
    }

    /// `one (or one)*` or `one (except one)*`, never mixed.
    fn rule(&mut self, depth: usize) -> Result<PeopleRule, PeopleError> {
        let first = self.one(depth)?;
        match self.peek().map(|word| word.text) {
            Some("or") => {
                let mut parts = vec![first];
                while self.take("or") {
                    parts.push(self.one(depth)?);
                }
                self.not_mixed("except")?;
                Ok(PeopleRule::Either(parts))
            }
            Some("except") => {
                let mut rule = first;
                while self.take("except") {
                    rule = PeopleRule::Except(Box::new(rule), Box::new(self.one(depth)?));
                }
                self.not_mixed("or")?;
                Ok(rule)
            }
            _ => Ok(first),
        }
    }

    fn not_mixed(&self, other: &str) -> Result<(), PeopleError> {
        match self.peek() {
            Some(word) if word.text == other => Err(PeopleError::new(
                word.offset,
                word.text.len(),
                "or 和 except 混用时意思不清",
                "or and except together can be read two ways",
            )
            .hint(
                "请加括号，例如 (A or B) except C，或 A or (B except C)",
                "Add brackets: (A or B) except C, or A or (B except C)",
            )),
            _ => Ok(()),
        }
    }

    fn one(&mut self, depth: usize) -> Result<PeopleRule, PeopleError> {
        let Some(word) = self.next() else {
            return Err(self.ends(
                "这里应有人员规则，例如 role/finance_manager",
                "A rule is expected here, like role/finance_manager",
            ));
        };
        match word.text {
            "(" if depth < DEPTH_MAX => {
                let rule = self.rule(depth + 1)?;
                if self.take(")") {
                    Ok(rule)
                } else {
                    Err(self.expected(")"))
                }
            }
            "applicant" => Ok(PeopleRule::Applicant),
            "members" => {
                self.expect("of")?;
                Ok(PeopleRule::Members(self.scope()?))
            }
            "head" => {
                self.expect("of")?;
                let of = self.scope()?;
                let up = if self.take("up") { self.level()? } else { 0 };
                Ok(PeopleRule::Head { of, up })
            }
            "supervisor" => {
                self.expect("of")?;
                self.expect("applicant")?;
                Ok(PeopleRule::Supervisors { levels: 1 })
            }
            "supervisors" => {
                self.expect("of")?;
                self.expect("applicant")?;
                self.expect("up")?;
                self.expect("to")?;
                Ok(PeopleRule::Supervisors {
                    levels: self.level()?,
                })
            }
            "chosen" => {
                for word in ["by", "applicant", "from"] {
                    self.expect(word)?;
                }
                Ok(PeopleRule::Chosen {
                    pool: Box::new(self.one(depth)?),
                })
            }
            _ => self.named(word),
        }
    }

    /// `role/x`, `user/x`, `post/x`, `record.x`.
    fn named(&mut self, word: Word<'a>) -> Result<PeopleRule, PeopleError> {
        if let Some(path) = word.text.strip_prefix("record.") {
            let path = field_path(word, path)?;
            self.note(word, Mention::PeopleField(path.clone()));
            return Ok(PeopleRule::Field(path));
        }
        let Some((kind @ ("role" | "user" | "post"), id)) = word.text.split_once('/') else {
            return Err(unknown(word.offset, word.text));
        };
        let id = id_of(word, id)?;
        match kind {
            "user" => {
                self.note(word, Mention::User(id.clone()));
                Ok(PeopleRule::User(id))
            }
            "post" => {
                self.note(word, Mention::Post(id.clone()));
                Ok(PeopleRule::Post(id))
            }
            _ => {
                self.note(word, Mention::Role(id.clone()));
                let within = if self.take("in") || self.take("of") {
                    Some(self.scope()?)
                } else {
                    None
                };
                Ok(PeopleRule::Role { role: id, within })
            }
        }
    }

    fn scope(&mut self) -> Result<Scope, PeopleError> {
        let Some(word) = self.next() else {
            return Err(self.ends(
                "这里应有部门或单位，例如 applicant.department",
                "A unit is expected here, like applicant.department",
            ));
        };
        if word.text == "applicant.department" {
            return Ok(Scope::ApplicantDepartment);
        }
        if let Some(path) = word.text.strip_prefix("record.") {
            let path = field_path(word, path)?;
            self.note(word, Mention::UnitField(path.clone()));
            return Ok(Scope::Field(path));
        }
        match word.text.split_once('/') {
            Some(("department" | "unit" | "area" | "station", id)) => {
                let id = id_of(word, id)?;
                self.note(word, Mention::Unit(id.clone()));
                Ok(Scope::Unit(id))
            }
            _ => Err(no_unit(word.offset, word.text)),
        }
    }

    fn level(&mut self) -> Result<u32, PeopleError> {
        let word = self.next();
        let level = word.and_then(|word| word.text.parse().ok());
        match (level, word) {
            (Some(level @ 1..=LEVELS_MAX), _) => Ok(level),
            (_, None) => Err(self.ends(
                "这里应有级数，例如 1",
                "A number of levels is expected here, like 1",
            )),
            (_, Some(word)) => Err(PeopleError::new(
                word.offset,
                word.text.len(),
                format!("级数应为 1 到 {LEVELS_MAX} 的整数，而不是“{}”", word.text),
                format!(
                    "The number of levels is 1 to {LEVELS_MAX}, not “{}”",
                    word.text
                ),
            )),
        }
    }

    fn expect(&mut self, text: &str) -> Result<(), PeopleError> {
        if self.take(text) {
            Ok(())
        } else {
            Err(self.expected(text))
        }
    }

    fn expected(&self, text: &str) -> PeopleError {
        match self.peek() {
            None => self.ends(
                &format!("规则没有写完，这里应有 {text}"),
                &format!("The rule stops short: {text} is expected"),
            ),
            Some(word) => PeopleError::new(
                word.offset,
                word.text.len(),
                format!("这里应为 {text}，而不是“{}”", word.text),
                format!("{text} is expected here, not “{}”", word.text),
            )
            .fix(text),
        }
    }

    /// A word after a complete rule.
    fn unexpected(&self, word: Word<'a>) -> PeopleError {
        let error = PeopleError::new(
            word.offset,
            word.text.len(),
            format!("“{}”放在这里看不懂", word.text),
            format!("“{}” makes no sense here", word.text),
        );
        match synonym(word.text) {
            Some(ours @ ("or" | "except")) => error.fix(ours),
            Some(_) | None => error.hint(
                "多组人用 or 连接，排除用 except，例如 role/a or role/b",
                "Join several with or, leave some out with except: role/a or role/b",
            ),
        }
    }

    fn ends(&self, zh: &str, en: &str) -> PeopleError {
        PeopleError::new(self.end, 0, zh, en)
    }

    fn note(&mut self, word: Word<'a>, mention: Mention) {
        self.found.push(Located {
            mention,
            offset: word.offset,
            len: word.text.len(),
        });
    }
}

fn id_of(word: Word<'_>, id: &str) -> Result<String, PeopleError> {
    let wrong = id
        .char_indices()
        .find(|(_, c)| !(c.is_alphanumeric() || "_-.@".contains(*c)));
    let start = word.offset + word.text.len() - id.len();
    match wrong {
        None if id.is_empty() => Err(PeopleError::new(
            word.offset,
            word.text.len(),
            format!("“{}”后面缺少名称", word.text),
            format!("A name is missing after “{}”", word.text),
        )),
        None => Ok(id.to_owned()),
        Some((at, c)) => {
            let error = PeopleError::new(
                start + at,
                c.len_utf8(),
                format!("名称中不能有“{c}”"),
                format!("A name cannot contain “{c}”"),
            );
            Err(match synonym(&c.to_string()) {
                Some(ours) => error.fix(&format!(" {ours} ")),
                None => error,
            })
        }
    }
}

fn field_path(word: Word<'_>, path: &str) -> Result<String, PeopleError> {
    let part_ok = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if path.split('.').count() <= PATH_PARTS_MAX && path.split('.').all(part_ok) {
        return Ok(path.to_owned());
    }
    Err(PeopleError::new(
        word.offset,
        word.text.len(),
        format!(
            "“{}”不是字段，应像 record.engineer 或 record.vehicle.station",
            word.text
        ),
        format!(
            "“{}” is not a field; write record.engineer or record.vehicle.station",
            word.text
        ),
    ))
}
