//! Reading a term, and saying what was probably meant when it is not one.

use super::{Term, TermUnit};
use crate::text::Text;

/// A longer text is no term; keeps messages short.
const TERM_CHARS_MAX: usize = 60;

/// Why a text is not a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermError {
    /// What is wrong and what to do, one sentence.
    pub message: Text,
    /// What was probably meant, best first; each can replace the text as it stands.
    pub suggestions: Vec<Term>,
}

impl TermError {
    fn new(zh: &str, en: &str, suggestions: Vec<Term>) -> Self {
        let list = |or: &str| {
            let words: Vec<String> = suggestions.iter().map(ToString::to_string).collect();
            words.join(or)
        };
        let message = if suggestions.is_empty() {
            Text::new(
                format!(
                    "{zh}：时长写成数字加单位，例如 2 workdays（工作日）、4 work hours（工作小时）、36 hours（小时）"
                ),
                format!(
                    "{en}: a duration is a number and a unit, like 2 workdays, 4 work hours, 36 hours"
                ),
            )
        } else {
            Text::new(
                format!("{zh}：请写成 {}", list(" 或 ")),
                format!("{en}: write {}", list(" or ")),
            )
        };
        Self {
            message,
            suggestions,
        }
    }
}

impl std::fmt::Display for TermError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} / {}", self.message.zh, self.message.en)
    }
}

impl std::error::Error for TermError {}

impl Term {
    /// Reads `2 workdays`, `1 workday`, `4 work hours`, `30 work minutes`, `36 hours`, `3 days`, `10 minutes`.
    ///
    /// # Errors
    /// Anything else, with what was probably meant: working time and clock time are never guessed at.
    pub fn parse(text: &str) -> Result<Term, TermError> {
        let trimmed = text.trim();
        if trimmed.chars().count() > TERM_CHARS_MAX {
            return Err(TermError::new(
                "这不是时长",
                "This is not a duration",
                vec![],
            ));
        }
        let (zh, en) = (
            format!("“{trimmed}”不是时长"),
            format!("“{trimmed}” is not a duration"),
        );
        let Some((count, unit)) = exact(trimmed) else {
            return Err(TermError::new(&zh, &en, suggestions(trimmed)));
        };
        if count == 0 {
            return Err(TermError::new(
                "时长至少为 1",
                "A duration is at least 1",
                vec![Term::new(1, unit)],
            ));
        }
        match u32::try_from(count) {
            Ok(count) if count <= unit.count_max() => Ok(Term::new(count, unit)),
            Ok(_) | Err(_) => {
                let most = Term::new(unit.count_max(), unit);
                Err(TermError::new(
                    &format!("“{trimmed}”太长，最多 {most}（十年）"),
                    &format!("“{trimmed}” is too long, the most is {most} (ten years)"),
                    vec![most],
                ))
            }
        }
    }
}

/// Number, spaces, unit, exactly as the dialect has it.
fn exact(text: &str) -> Option<(u64, TermUnit)> {
    let (count, unit) = text.split_once(' ')?;
    let unit = unit
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let unit = TermUnit::ALL.into_iter().find(|known| {
        let (one, several) = known.spelling();
        unit == one || unit == several
    })?;
    let digits = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    // Too many digits for a number are too long for a term.
    digits.then(|| (count.parse().unwrap_or(u64::MAX), unit))
}

/// What each way of writing a unit may mean: units with a factor.
type Meaning = &'static [(u32, TermUnit)];

use TermUnit::{Days, Hours, Minutes, WorkHours, WorkMinutes, Workdays};

const SYNONYMS: [(Meaning, &[&str]); 9] = [
    (
        &[(1, Workdays)],
        &[
            "工作日",
            "个工作日",
            "工作天",
            "个工作天",
            "workday",
            "workdays",
            "working day",
            "working days",
            "work day",
            "work days",
            "business day",
            "business days",
            "wd",
        ],
    ),
    (
        &[(1, WorkHours)],
        &[
            "工作小时",
            "个工作小时",
            "小时工作时间",
            "工时",
            "个工时",
            "work hour",
            "work hours",
            "working hour",
            "working hours",
            "business hour",
            "business hours",
            "workhour",
            "workhours",
            "wh",
        ],
    ),
    (
        &[(1, WorkMinutes)],
        &[
            "工作分钟",
            "个工作分钟",
            "分钟工作时间",
            "work minute",
            "work minutes",
            "working minute",
            "working minutes",
            "business minutes",
            "workminutes",
        ],
    ),
    (
        &[(1, Days), (1, Workdays)],
        &[
            "天",
            "日",
            "day",
            "days",
            "d",
            "自然日",
            "个自然日",
            "calendar day",
            "calendar days",
        ],
    ),
    (
        &[(1, Hours), (1, WorkHours)],
        &[
            "小时",
            "个小时",
            "钟头",
            "个钟头",
            "时",
            "hour",
            "hours",
            "h",
            "hr",
            "hrs",
        ],
    ),
    (
        &[(1, Minutes), (1, WorkMinutes)],
        &["分钟", "分", "minute", "minutes", "min", "mins", "m"],
    ),
    (
        &[(7, Days), (5, Workdays)],
        &[
            "周",
            "星期",
            "个星期",
            "礼拜",
            "个礼拜",
            "week",
            "weeks",
            "w",
        ],
    ),
    (
        &[(30, Days), (22, Workdays)],
        &["月", "个月", "month", "months"],
    ),
    (&[], &["秒", "秒钟", "second", "seconds", "s", "sec"]),
];

/// What was probably meant. A plain `days` stays clock time and comes first: nothing is decided for the author.
fn suggestions(text: &str) -> Vec<Term> {
    let text = half_width(text).to_lowercase();
    let Some((tenths, rest)) = amount(&text) else {
        return vec![];
    };
    let unit = rest
        .trim_start_matches(['-', '_', ' '])
        .replace(['-', '_'], " ");
    let unit = unit.split_whitespace().collect::<Vec<_>>().join(" ");
    let half_more = unit.strip_suffix('半').map_or(0, |_| 5);
    let meaning: Vec<(u32, TermUnit)> = if unit.is_empty() {
        vec![(1, Workdays), (1, Days), (1, Hours)]
    } else {
        meaning(unit.trim_end_matches('半')).to_vec()
    };
    meaning
        .into_iter()
        .filter_map(|(factor, unit)| whole((tenths + half_more) * u64::from(factor), unit))
        .collect()
}

/// The units a word stands for: by synonym, else by the nearest spelling.
fn meaning(word: &str) -> Meaning {
    let known = SYNONYMS.iter().find(|(_, words)| words.contains(&word));
    if let Some((meaning, _)) = known {
        return meaning;
    }
    const ALIKE_MIN: f64 = 0.8;
    let alike = |other: &str| strsim::normalized_damerau_levenshtein(word, other);
    SYNONYMS
        .iter()
        .flat_map(|(meaning, words)| words.iter().map(move |other| (alike(other), *meaning)))
        .filter(|(score, _)| *score >= ALIKE_MIN)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(&[], |(_, meaning)| meaning)
}

/// A number of tenths as a whole term; half an hour becomes minutes, half a day hours.
fn whole(tenths: u64, unit: TermUnit) -> Option<Term> {
    let (tenths, unit) = match unit {
        Workdays | WorkHours | WorkMinutes | Days | Hours | Minutes
            if tenths.is_multiple_of(10) =>
        {
            (tenths, unit)
        }
        Workdays => (tenths * 8, WorkHours),
        WorkHours => (tenths * 60, WorkMinutes),
        Days => (tenths * 24, Hours),
        Hours => (tenths * 60, Minutes),
        WorkMinutes | Minutes => return None,
    };
    // 1.2 days are 28.8 hours: one step finer still.
    let (count, unit) = match unit {
        WorkHours if !tenths.is_multiple_of(10) => (tenths * 6, WorkMinutes),
        Hours if !tenths.is_multiple_of(10) => (tenths * 6, Minutes),
        Workdays | WorkHours | WorkMinutes | Days | Hours | Minutes => (tenths / 10, unit),
    };
    let count = u32::try_from(count).ok()?;
    (1..=unit.count_max())
        .contains(&count)
        .then(|| Term::new(count, unit))
}

/// The number a text begins with, in tenths, and what follows it.
fn amount(text: &str) -> Option<(u64, &str)> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    if digits > 0 {
        let whole: u64 = text[..digits].parse().ok()?;
        let rest = &text[digits..];
        let tenth = rest.strip_prefix('.').and_then(|rest| {
            let digit = rest.chars().next()?.to_digit(10)?;
            let rest = rest[1..].trim_start_matches('0');
            // Finer than tenths is not worth guessing.
            (!rest.starts_with(|c: char| c.is_ascii_digit())).then_some((u64::from(digit), rest))
        });
        let (tenth, rest) = tenth.unwrap_or((0, rest));
        return Some((whole.checked_mul(10)?.checked_add(tenth)?, rest));
    }
    let words = [
        ("half a ", 5),
        ("half ", 5),
        ("one ", 10),
        ("two ", 20),
        ("three ", 30),
        ("four ", 40),
        ("five ", 50),
        ("six ", 60),
        ("seven ", 70),
        ("eight ", 80),
        ("nine ", 90),
        ("ten ", 100),
        ("an ", 10),
        ("a ", 10),
        ("半个", 5),
        ("半", 5),
    ];
    let english = words
        .iter()
        .find_map(|(word, tenths)| text.strip_prefix(word).map(|rest| (*tenths, rest)));
    english.or_else(|| chinese(text))
}

/// 两, 十二, 三十六: Chinese numerals up to 99.
fn chinese(text: &str) -> Option<(u64, &str)> {
    let digit = |c: char| {
        "〇一二三四五六七八九"
            .chars()
            .position(|known| known == c || (c == '两' && known == '二'))
    };
    let end = text
        .char_indices()
        .find(|(_, c)| *c != '十' && digit(*c).is_none())
        .map_or(text.len(), |(at, _)| at);
    let (numeral, rest) = text.split_at(end);
    let chars: Vec<char> = numeral.chars().collect();
    let value = match chars.as_slice() {
        ['十'] => 10,
        [one] => digit(*one)?,
        ['十', ones] => 10 + digit(*ones)?,
        [tens, '十'] => 10 * digit(*tens)?,
        [tens, '十', ones] => 10 * digit(*tens)? + digit(*ones)?,
        _ => return None,
    };
    Some((u64::try_from(value).ok()? * 10, rest))
}

/// Full-width digits, letters and spaces as a Chinese keyboard makes them.
fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' | '\u{A0}' => ' ',
            other => other,
        })
        .collect()
}
