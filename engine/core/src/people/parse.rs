//! Reading a rule.

use super::hint::{no_unit, synonym, unknown};
use super::{Chooser, Located, Mention, PeopleError, PeopleRule, Pick, Scope, Top};

/// The longest text of a rule.
pub const RULE_BYTES_MAX: usize = 1_000;
/// Brackets inside brackets.
const DEPTH_MAX: usize = 8;
/// Levels up a rule may ask for.
const LEVELS_MAX: u32 = 20;
/// Steps of a field's path.
const PATH_PARTS_MAX: usize = 4;
/// People somebody may choose.
const CHOSEN_MAX: u32 = 50;

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
        let rule = parser.whole()?;
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

    fn follows(&self, words: &[&str]) -> bool {
        let rest = self.words.get(self.at..).unwrap_or_default();
        rest.len() >= words.len()
            && rest
                .iter()
                .zip(words)
                .all(|(word, text)| word.text == *text)
    }

    /// A whole rule: one that draws somebody, one a script decides, or any other.
    fn whole(&mut self) -> Result<PeopleRule, PeopleError> {
        let drawn = |how, of| PeopleRule::Pick {
            how,
            of: Box::new(of),
        };
        if self.follows(&["least"]) {
            self.at += 1;
            self.expect("loaded")?;
            self.expect("of")?;
            return Ok(drawn(Pick::LeastLoaded, self.rule(0)?));
        }
        if self.follows(&["one"]) {
            self.at += 1;
            self.expect("of")?;
            let of = self.rule(0)?;
            self.expect("at")?;
            self.expect("random")?;
            return Ok(drawn(Pick::Random, of));
        }
        if let Some(word) = self.peek().filter(|word| word.text.starts_with("rule/")) {
            self.at += 1;
            return self.script(word);
        }
        let rule = self.rule(0)?;
        if self.follows(&["in", "turn"]) {
            self.at += 2;
            return Ok(drawn(Pick::InTurn, rule));
        }
        Ok(rule)
    }

    /// `rule/file.function given record.a record.b`.
    fn script(&mut self, word: Word<'a>) -> Result<PeopleRule, PeopleError> {
        let rule = id_of(word, word.text.strip_prefix("rule/").unwrap_or_default())?;
        let mut give = vec![];
        let at = self.found.len();
        if self.take("given") {
            while let Some(path) = self.peek() {
                let Some(name) = path.text.strip_prefix("record.") else {
                    break;
                };
                self.at += 1;
                let name = field_path(path, name)?;
                self.note(path, Mention::AnyField(name.clone()));
                give.push(name);
            }
            if give.is_empty() {
                return Err(self.expected("record."));
            }
        }
        self.note(word, Mention::Rule(rule.clone(), give.clone()));
        self.found[at..].rotate_right(1);
        Ok(PeopleRule::Script { rule, give })
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
                match self.top()? {
                    Some(top) => Ok(PeopleRule::SupervisorsTo(top)),
                    None => Ok(PeopleRule::Supervisors {
                        levels: self.level()?,
                    }),
                }
            }
            "chosen" => self.chosen(word, depth),
            "same" => {
                self.expect("as")?;
                Ok(PeopleRule::SameAs(self.state()?))
            }
            "actors" => {
                self.expect("of")?;
                Ok(PeopleRule::Actors(self.state()?))
            }
            "approvers" => {
                self.expect("of")?;
                self.expect("original")?;
                Ok(PeopleRule::Approvers)
            }
            "least" | "one" => Err(whole_only(word)),
            _ if word.text.starts_with("rule/") => Err(whole_only(word)),
            _ => self.named(word),
        }
    }

    /// `chosen by applicant from POOL`, with `exactly n` or `at least n`, `at most n`.
    fn chosen(&mut self, word: Word<'a>, depth: usize) -> Result<PeopleRule, PeopleError> {
        let known = |found: &Located| found.mention == Mention::Choice;
        if self.found.iter().any(known) {
            return Err(PeopleError::new(
                word.offset,
                word.text.len(),
                "一条规则里只能选一次人",
                "One rule holds one choice",
            )
            .hint(
                "请分成两个名称，by: 里写两个",
                "Make two names of it, and write both in by:",
            ));
        }
        self.note(word, Mention::Choice);
        self.expect("by")?;
        let by = match self.peek().map(|word| word.text) {
            Some(text) if text.starts_with("state/") => Chooser::State(self.state()?),
            _ => {
                self.expect("applicant")?;
                Chooser::Applicant
            }
        };
        self.expect("from")?;
        let pool = Box::new(self.one(depth)?);
        let (mut least, mut most, mut said) = (None, None, self.peek());
        if self.take("exactly") {
            least = Some(self.number(CHOSEN_MAX)?);
            most = least;
        }
        while self.follows(&["at", "least"]) || self.follows(&["at", "most"]) {
            let fewest = self.follows(&["at", "least"]);
            said = self.peek();
            self.at += 2;
            let number = Some(self.number(CHOSEN_MAX)?);
            *(if fewest { &mut least } else { &mut most }) = number;
        }
        let least = least.unwrap_or(1);
        let most = most.unwrap_or(least);
        match said {
            Some(word) if most < least => Err(PeopleError::new(
                word.offset,
                word.text.len(),
                format!("最少 {least} 人、最多 {most} 人，无法满足"),
                format!("At least {least} and at most {most} cannot both be"),
            )
            .hint(
                format!("例如 at least {most} at most {least}，或 exactly {least}"),
                format!("For example at least {most} at most {least}, or exactly {least}"),
            )),
            _ => Ok(PeopleRule::Chosen {
                by,
                pool,
                least,
                most,
            }),
        }
    }

    /// `post/x` or `role/x`, where a chain of superiors ends; none when a number of levels follows.
    fn top(&mut self) -> Result<Option<Top>, PeopleError> {
        let Some(word) = self.peek() else {
            return Ok(None);
        };
        let Some((kind @ ("post" | "role"), id)) = word.text.split_once('/') else {
            return Ok(None);
        };
        self.at += 1;
        let id = id_of(word, id)?;
        if kind == "post" {
            self.note(word, Mention::Post(id.clone()));
            return Ok(Some(Top::Post(id)));
        }
        self.note(word, Mention::Role(id.clone()));
        Ok(Some(Top::Role(id)))
    }

    /// `state/x`.
    fn state(&mut self) -> Result<String, PeopleError> {
        let Some(word) = self.peek() else {
            return Err(self.ends(
                "这里应有节点，例如 state/first_check",
                "A state is expected here, like state/first_check",
            ));
        };
        let Some(id) = word.text.strip_prefix("state/") else {
            return Err(PeopleError::new(
                word.offset,
                word.text.len(),
                format!("“{}”不是节点", word.text),
                format!("“{}” does not name a state", word.text),
            )
            .fix(&format!("state/{}", word.text)));
        };
        self.at += 1;
        let id = id_of(word, id)?;
        self.note(word, Mention::State(id.clone()));
        Ok(id)
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
                let turn = self.follows(&["in", "turn"]);
                let within = if !turn && (self.take("in") || self.take("of")) {
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
        let word = self.peek();
        self.number(LEVELS_MAX).map_err(|error| match word {
            Some(word) if word.text.starts_with(|c: char| c.is_alphabetic()) => error.hint(
                format!(
                    "写级数；到某个岗位或角色为止写 post/{} 或 role/{}",
                    word.text, word.text
                ),
                format!(
                    "Write a number; up to a post or a role is post/{} or role/{}",
                    word.text, word.text
                ),
            ),
            Some(_) | None => error,
        })
    }

    fn number(&mut self, most: u32) -> Result<u32, PeopleError> {
        let word = self.next();
        let number: Option<u32> = word.and_then(|word| word.text.parse().ok());
        match (number, word) {
            (Some(number), _) if (1..=most).contains(&number) => Ok(number),
            (_, None) => {
                Err(self.ends("这里应有数字，例如 1", "A number is expected here, like 1"))
            }
            (_, Some(word)) => Err(PeopleError::new(
                word.offset,
                word.text.len(),
                format!("这里应为 1 到 {most} 的整数，而不是“{}”", word.text),
                format!("A number from 1 to {most} is due here, not “{}”", word.text),
            )
            .hint(
                format!("写一个 1 到 {most} 的数字"),
                format!("Write a number from 1 to {most}"),
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

/// A rule that is decided when people are asked stands alone: what it says is kept under its name.
fn whole_only(word: Word<'_>) -> PeopleError {
    PeopleError::new(
        word.offset,
        word.text.len(),
        format!("“{}”开头的规则要单独写，不能是另一条规则的一部分", word.text),
        format!("A rule that begins with “{}” stands alone, it is no part of another", word.text),
    )
    .hint(
        "请在 people: 里单独起一个名称，by: 里写两个名称；least loaded of 后面可以写整条规则",
        "Give it a name of its own under people: and write both names in by:; after least loaded of a whole rule may stand",
    )
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
