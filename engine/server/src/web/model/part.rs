//! The small parts that many pages share.

use assent_core::text::{Lang, Text};
use assent_core::time::Moment;
use assent_runtime::app::{Due, Fact, FactTable, FormOption, PersonView};
use serde::{Deserialize, Serialize};

use crate::web::words;

/// Somebody: an avatar of initials, and the name beside it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Face {
    pub id: String,
    pub name: String,
    pub initials: String,
    /// One of six quiet colours, by id, so that the same person always looks the same.
    pub tone: &'static str,
    /// Post or unit, where there is room.
    pub post: String,
}

impl Face {
    /// From the runtime's view of a person.
    pub fn of(person: &PersonView, lang: Lang) -> Self {
        const TONES: [&str; 6] = ["t0", "t1", "t2", "t3", "t4", "t5"];
        let sum: usize = person.id.bytes().map(usize::from).sum();
        Self {
            id: person.id.clone(),
            name: person.name.clone(),
            initials: initials(&person.name),
            tone: TONES[sum % TONES.len()],
            post: person.unit.get(lang).to_owned(),
        }
    }
}

/// Chinese names by their last two characters (王物流 → 物流), as people in China expect; others by their first letters.
fn initials(name: &str) -> String {
    if name.is_ascii() {
        let letters = name
            .split_whitespace()
            .filter_map(|word| word.chars().next());
        return letters.take(2).collect::<String>().to_uppercase();
    }
    let characters: Vec<char> = name.chars().collect();
    let from = characters.len().saturating_sub(2);
    characters[from..].iter().collect()
}

/// A word with an icon and a colour: colour never stands alone.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tag {
    pub tone: &'static str,
    pub icon: &'static str,
    pub text: String,
}

impl Tag {
    /// An instance's or a task's status.
    pub fn status(status: &str, shown: &Text, lang: Lang) -> Self {
        let (tone, icon) = match status {
            "running" | "open" | "starting" => ("wait", "hourglass"),
            "held" | "suspended" | "not_started" => ("held", "pause"),
            "approved" => ("ok", "circle-check"),
            "rejected" => ("no", "circle-x"),
            "withdrawn" | "returned" | "revoked" => ("", "undo-2"),
            "transferred" => ("", "forward"),
            "cancelled" => ("", "ban"),
            _ => ("", "circle-check"),
        };
        Self {
            tone,
            icon,
            text: shown.get(lang).to_owned(),
        }
    }
}

/// A deadline in words.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Deadline {
    /// `late`, `today` or empty.
    pub tone: &'static str,
    pub icon: &'static str,
    /// 还剩 1 个工作日
    pub words: String,
    /// 周五 16:00
    pub at: String,
    /// How it was reckoned.
    pub because: Vec<String>,
}

impl Deadline {
    /// From the runtime's deadline; the time in brackets becomes a part of its own.
    pub fn of(due: &Due, lang: Lang) -> Self {
        let shown = due.shown.get(lang);
        let (words, at) = in_brackets(shown);
        Self {
            tone: if due.late || due.today { "late" } else { "" },
            icon: if due.late { "clock-alert" } else { "clock" },
            words: words.to_owned(),
            at: at.unwrap_or_default().to_owned(),
            because: due
                .because
                .iter()
                .map(|text| text.get(lang).to_owned())
                .collect(),
        }
    }
}

/// Splits `words（inside）` or `words (inside)`.
fn in_brackets(text: &str) -> (&str, Option<&str>) {
    for (open, close) in [('（', '）'), ('(', ')')] {
        if let Some((before, rest)) = text.split_once(open)
            && let Some((inside, after)) = rest.rsplit_once(close)
            && after.is_empty()
        {
            return (before.trim_end(), Some(inside));
        }
    }
    (text, None)
}

/// An amount, its parts apart so that the number can be large and the rest small.
#[derive(Clone, Debug, Default, Serialize, PartialEq, Eq)]
pub struct Amount {
    pub label: String,
    pub text: String,
    pub currency: String,
    /// 123.5 万
    pub wan: String,
}

impl Amount {
    /// From a money field; none when it is something else or not filled in.
    pub fn of(fact: &Fact, lang: Lang) -> Option<Self> {
        let shown = fact.shown.get(lang);
        if fact.kind != "money" || shown.is_empty() {
            return None;
        }
        let (words, wan) = in_brackets(shown);
        let mut amount = Self {
            label: fact.label.get(lang).to_owned(),
            wan: wan
                .unwrap_or_default()
                .trim_start_matches("≈")
                .trim_start()
                // Never 123.5 on one line and 万 on the next.
                .replace(' ', "\u{a0}"),
            ..Self::default()
        };
        for part in words.split_whitespace() {
            if part.chars().all(|letter| letter.is_ascii_uppercase()) {
                amount.currency = part.to_owned();
            } else if amount.text.is_empty() {
                amount.text = part.to_owned();
            } else {
                amount.text.push(' ');
                amount.text.push_str(part);
            }
        }
        Some(amount)
    }
}

/// One fact of the record.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FactModel {
    pub label: String,
    pub text: String,
    pub currency: String,
    pub wan: String,
    pub number: bool,
    pub empty: bool,
    pub wide: bool,
    /// Too long for half a phone.
    pub mid: bool,
    pub changed: bool,
    pub href: String,
    pub files: Vec<FileLink>,
    pub table: Option<TableModel>,
}

/// A file of the record.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FileLink {
    pub href: String,
    pub name: String,
    pub size: String,
}

/// Rows with columns.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TableModel {
    pub heads: Vec<Cell>,
    pub rows: Vec<Vec<Cell>>,
}

/// One cell with the name of its column, or the head of a column (then without `text`).
#[derive(Clone, Debug, Default, Serialize)]
pub struct Cell {
    pub label: String,
    pub text: String,
    pub number: bool,
}

impl FactModel {
    /// As one of the first facts: a table only by its number of rows, they stand in full below.
    pub fn brief(fact: &Fact, lang: Lang) -> Self {
        Self {
            wide: false,
            table: None,
            text: match &fact.table {
                Some(_) => fact.shown.get(lang).to_owned(),
                None => Self::of(fact, lang).text,
            },
            ..Self::of(fact, lang)
        }
    }

    /// From the runtime's fact.
    pub fn of(fact: &Fact, lang: Lang) -> Self {
        let shown = fact.shown.get(lang);
        let mut model = Self {
            label: fact.label.get(lang).to_owned(),
            text: shown.to_owned(),
            empty: shown.is_empty(),
            number: matches!(fact.kind, "number" | "percent" | "date" | "time"),
            wide: fact.kind == "table" || shown.chars().count() > 60,
            mid: shown.chars().count() > 12 && fact.kind != "money",
            ..Self::default()
        };
        if let Some(amount) = Amount::of(fact, lang) {
            (model.text, model.currency, model.wan) = (amount.text, amount.currency, amount.wan);
        }
        if fact.kind == "file" && !model.empty {
            model.files = files(fact, lang);
            model.text = String::new();
        }
        if let Some(table) = &fact.table {
            model.table = Some(TableModel::of(table, lang));
            model.text = String::new();
        }
        model
    }
}

impl TableModel {
    fn of(table: &FactTable, lang: Lang) -> Self {
        let heads: Vec<Cell> = table
            .columns
            .iter()
            .map(|(label, kind)| Cell {
                label: label.get(lang).to_owned(),
                number: matches!(*kind, "money" | "number" | "percent"),
                ..Cell::default()
            })
            .collect();
        // Columns of amounts are read downwards: the same amount in 万 beside each would be in the way.
        let cell = |head: &Cell, text: &Text| Cell {
            text: if head.number {
                in_brackets(text.get(lang)).0.to_owned()
            } else {
                text.get(lang).to_owned()
            },
            ..head.clone()
        };
        let row = |row: &Vec<Text>| {
            heads
                .iter()
                .zip(row)
                .map(|(head, text)| cell(head, text))
                .collect()
        };
        let rows = table.rows.iter().map(row).collect();
        Self { heads, rows }
    }
}

/// The files a value names, with the names people gave them.
fn files(fact: &Fact, lang: Lang) -> Vec<FileLink> {
    let link = |file: &FormOption| FileLink {
        href: format!("/files/{}", file.id),
        name: file.name.get(lang).to_owned(),
        size: String::new(),
    };
    fact.files.iter().map(link).collect()
}

/// One row of a list.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    pub href: String,
    pub title: String,
    pub kind: String,
    pub amount: Option<Amount>,
    pub who: Option<Face>,
    pub age: String,
    pub deadline: Option<Deadline>,
    pub tag: Option<Tag>,
    pub said: String,
    /// What can be done from the list itself.
    pub act: Option<Choice>,
}

/// One choice among several views of the same page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Choice {
    pub href: String,
    pub label: String,
    pub here: bool,
    pub count: Option<u32>,
}

/// What stands where a list is empty: says what to do.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Empty {
    pub icon: &'static str,
    pub title: String,
    pub text: String,
    pub href: String,
    pub label: String,
}

/// A word to the person on top of a page.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Note {
    /// `ok`, `no`, `late`, `held` or empty.
    pub tone: String,
    pub icon: String,
    pub text: String,
    #[serde(default)]
    pub href: String,
    #[serde(default)]
    pub label: String,
}

/// How long ago, in words: `3 小时前`.
pub fn age(now: Moment, since: Moment, lang: Lang) -> String {
    const MINUTE_MS: i64 = 60_000;
    const HOUR_MS: i64 = 60 * MINUTE_MS;
    const DAY_MS: i64 = 24 * HOUR_MS;
    let ms = now.0.saturating_sub(since.0).max(0);
    let (key, n) = match ms {
        ms if ms < MINUTE_MS => return words::word(lang, "age.now").to_owned(),
        ms if ms < HOUR_MS => ("age.minutes", ms / MINUTE_MS),
        ms if ms < DAY_MS => ("age.hours", ms / HOUR_MS),
        ms => ("age.days", ms / DAY_MS),
    };
    words::say(lang, key, &[("n", &n.to_string())])
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn initials_are_what_people_expect() {
        assert_eq!(initials("王物流"), "物流");
        assert_eq!(initials("李四"), "李四");
        assert_eq!(initials("ann lee walker"), "AL");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn amounts_come_apart() {
        let fact = Fact {
            name: "amount".into(),
            label: Text::new("金额", "Amount"),
            shown: Text::new("1,234,567.00 CNY（123.5 万）", "CNY 1,234,567.00"),
            kind: "money",
            first: true,
            value: serde_json::Value::Null,
            files: vec![],
            table: None,
        };
        let zh = Amount::of(&fact, Lang::Zh).unwrap();
        assert_eq!(
            (zh.text.as_str(), zh.currency.as_str(), zh.wan.as_str()),
            ("1,234,567.00", "CNY", "123.5\u{a0}万")
        );
        let en = Amount::of(&fact, Lang::En).unwrap();
        assert_eq!(
            (en.text.as_str(), en.currency.as_str(), en.wan.as_str()),
            ("1,234,567.00", "CNY", "")
        );
    }

    #[test]
    fn ages_read_well() {
        let hour = 3_600_000;
        assert_eq!(age(Moment(hour * 5), Moment(0), Lang::Zh), "5 小时前");
        assert_eq!(age(Moment(hour * 30), Moment(0), Lang::En), "1 day ago");
        assert_eq!(age(Moment(0), Moment(hour), Lang::Zh), "刚刚");
    }

    #[test]
    fn files_stand_under_their_names() {
        let file = |id: &str, name: &str| FormOption {
            id: id.into(),
            name: Text::same(name),
        };
        let fact = Fact {
            name: "photos".into(),
            label: Text::new("照片", "Photos"),
            shown: Text::same("票据, 终稿.pdf、b.jpg"),
            kind: "file",
            first: false,
            value: serde_json::json!(["f1", "f2"]),
            files: vec![file("f1", "票据, 终稿.pdf"), file("f2", "b.jpg")],
            table: None,
        };
        let model = FactModel::of(&fact, Lang::Zh);
        let files: Vec<_> = model
            .files
            .iter()
            .map(|file| (file.href.as_str(), file.name.as_str()))
            .collect();
        assert_eq!(
            files,
            [("/files/f1", "票据, 终稿.pdf"), ("/files/f2", "b.jpg")]
        );
    }
}
