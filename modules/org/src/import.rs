//! The import: five sheets become a directory, or a list of every fault in them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use assent_core::directory::{Absence, Directory, Person, RoleGrant, Unit};
use assent_core::text::{Lang, Text};

use crate::links;
use crate::sheet::{Row, Sheet, SheetFault, Sheets};
use crate::times::moment;

/// Makes a directory of spreadsheets. Pure: the same sheets make the same directory, version 1.
///
/// # Errors
/// Every fault of every sheet, in the order units, people, roles, grants, absences. Then nothing is imported.
pub fn import(sheets: &Sheets<'_>) -> Result<Directory, Vec<SheetFault>> {
    let mut faults = Vec::new();
    let mut directory = Directory {
        version: 1,
        units: units(sheets.units, &mut faults),
        people: people(sheets.people, &mut faults),
        role_names: roles(sheets.roles, &mut faults),
        ..Directory::default()
    };
    directory.roles = grants(sheets.grants, &mut faults);
    directory.absences = absences(sheets.absences, &mut faults);
    links::check(sheets, &directory, &mut faults);
    if faults.is_empty() {
        Ok(directory)
    } else {
        Err(faults)
    }
}

/// Reads the rows of a sheet into a map; the first row of an id stays, a second one is a fault.
fn by_id<T>(
    sheet: &mut Sheet<'_>,
    column: &'static str,
    read: impl Fn(&mut Sheet<'_>, &Row, &str) -> Option<T>,
) -> BTreeMap<String, T> {
    let mut found: BTreeMap<String, T> = BTreeMap::new();
    for row in sheet.rows() {
        let Some(id) = sheet.id(&row, column) else {
            continue;
        };
        match found.entry(id) {
            Entry::Occupied(known) => {
                let id = known.key();
                sheet.fault(
                    row.line(),
                    column,
                    "twice",
                    (
                        format!("“{id}”出现了两次"),
                        format!("\"{id}\" stands here twice"),
                    ),
                );
            }
            Entry::Vacant(place) => {
                if let Some(item) = read(sheet, &row, place.key()) {
                    place.insert(item);
                }
            }
        }
    }
    found
}

fn units(text: &str, faults: &mut Vec<SheetFault>) -> BTreeMap<String, Unit> {
    let mut sheet = Sheet::read("units", text, &["id", "name_zh"], faults);
    by_id(&mut sheet, "id", |sheet, row, id| {
        Some(Unit {
            id: id.to_owned(),
            name: names(sheet, row)?,
            parent: row.get("parent"),
            head: row.get("head"),
        })
    })
}

/// The English name is the Chinese one where there is none.
fn names(sheet: &mut Sheet<'_>, row: &Row) -> Option<Text> {
    let zh = sheet.need(row, "name_zh")?;
    let en = row.get("name_en").unwrap_or_else(|| zh.clone());
    Some(Text::new(zh, en))
}

fn people(text: &str, faults: &mut Vec<SheetFault>) -> BTreeMap<String, Person> {
    let mut sheet = Sheet::read("people", text, &["id", "name", "mail", "unit"], faults);
    by_id(&mut sheet, "id", |sheet, row, id| {
        let (name, mail, unit) = (
            sheet.need(row, "name"),
            mail(sheet, row),
            sheet.need(row, "unit"),
        );
        let (lang, active) = (lang(sheet, row), active(sheet, row));
        Some(Person {
            id: id.to_owned(),
            name: name?,
            mail: mail?,
            unit: unit?,
            superior: row.get("superior"),
            posts: row.get("posts").map_or_else(Vec::new, |posts| {
                posts
                    .split([';', '；', '、'])
                    .map(|post| post.trim().to_owned())
                    .filter(|post| !post.is_empty())
                    .collect()
            }),
            lang,
            active,
        })
    })
}

/// An address that can be written into a mail's head as it is.
fn mail(sheet: &mut Sheet<'_>, row: &Row) -> Option<String> {
    let mail = sheet.need(row, "mail")?;
    let fine = mail.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.contains('@')
    }) && mail
        .chars()
        .all(|c| c.is_ascii_graphic() && !"<>,;\"".contains(c));
    if !fine {
        sheet.fault(
            row.line(),
            "mail",
            "bad_mail",
            (
                format!("“{mail}”不是邮箱地址"),
                format!("\"{mail}\" is not a mail address"),
            ),
        );
    }
    fine.then_some(mail)
}

fn lang(sheet: &mut Sheet<'_>, row: &Row) -> Lang {
    match row.get("lang").as_deref() {
        None | Some("zh" | "中文") => Lang::Zh,
        Some("en" | "英文") => Lang::En,
        Some(other) => {
            sheet.fault(
                row.line(),
                "lang",
                "bad_lang",
                (
                    format!("语言“{other}”不认识，写 zh 或 en"),
                    format!("The language \"{other}\" is unknown; write zh or en"),
                ),
            );
            Lang::Zh
        }
    }
}

/// Somebody of whom nothing is said is still here.
fn active(sheet: &mut Sheet<'_>, row: &Row) -> bool {
    match row.get("active").map(|word| word.to_lowercase()).as_deref() {
        None | Some("true" | "yes" | "1" | "是" | "在职") => true,
        Some("false" | "no" | "0" | "否" | "离职") => false,
        Some(other) => {
            sheet.fault(
                row.line(),
                "active",
                "bad_flag",
                (
                    format!("“{other}”不是“是”或“否”"),
                    format!("\"{other}\" is neither yes nor no"),
                ),
            );
            false
        }
    }
}

fn roles(text: &str, faults: &mut Vec<SheetFault>) -> BTreeMap<String, Text> {
    let mut sheet = Sheet::read("roles", text, &["role", "name_zh"], faults);
    by_id(&mut sheet, "role", |sheet, row, _| names(sheet, row))
}

fn grants(text: &str, faults: &mut Vec<SheetFault>) -> Vec<RoleGrant> {
    let mut sheet = Sheet::read("grants", text, &["role", "person"], faults);
    let mut found: Vec<RoleGrant> = Vec::new();
    for row in sheet.rows() {
        let (role, person) = (sheet.need(&row, "role"), sheet.need(&row, "person"));
        let (Some(role), Some(person)) = (role, person) else {
            continue;
        };
        let grant = RoleGrant {
            role,
            person,
            unit: row.get("unit"),
        };
        if found.contains(&grant) {
            sheet.fault(
                row.line(),
                "role",
                "twice",
                ("这一授予出现了两次", "This grant stands here twice"),
            );
        } else {
            found.push(grant);
        }
    }
    found
}

fn absences(text: &str, faults: &mut Vec<SheetFault>) -> Vec<Absence> {
    let mut sheet = Sheet::read("absences", text, &["person", "from", "until"], faults);
    let rows = sheet.rows();
    rows.iter()
        .filter_map(|row| absence(&mut sheet, row))
        .collect()
}

fn absence(sheet: &mut Sheet<'_>, row: &Row) -> Option<Absence> {
    let person = sheet.need(row, "person");
    let (from, until) = (time(sheet, row, "from"), time(sheet, row, "until"));
    let (person, from, until) = (person?, from?, until?);
    if until <= from {
        sheet.fault(
            row.line(),
            "until",
            "ends_first",
            ("结束须晚于开始", "It must end later than it begins"),
        );
        return None;
    }
    if row.get("proxy").is_some_and(|proxy| proxy == person) {
        sheet.fault(
            row.line(),
            "proxy",
            "own_proxy",
            ("代理人不能是本人", "Nobody is their own proxy"),
        );
    }
    Some(Absence {
        person,
        from,
        until,
        proxy: row.get("proxy"),
        flow: row.get("flow"),
    })
}

fn time(
    sheet: &mut Sheet<'_>,
    row: &Row,
    column: &'static str,
) -> Option<assent_core::time::Moment> {
    let text = sheet.need(row, column)?;
    let found = moment(&text);
    if found.is_none() {
        sheet.fault(
            row.line(),
            column,
            "bad_time",
            (
                format!("“{text}”不是时间，写 2026-01-05 或 2026-01-05 09:00"),
                format!("\"{text}\" is not a time; write 2026-01-05 or 2026-01-05 09:00"),
            ),
        );
    }
    found
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests;
