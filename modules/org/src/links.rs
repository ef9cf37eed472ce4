//! Whether everything that is named is there: units, superiors, heads, roles; and no circles.

use std::collections::BTreeMap;

use assent_core::directory::Directory;

use crate::sheet::{Row, Sheet, SheetFault, Sheets};

/// Every person has a way up, and it ends; so has every unit.
pub(crate) fn check(sheets: &Sheets<'_>, directory: &Directory, faults: &mut Vec<SheetFault>) {
    // The sheets were read once already; what was unreadable then is known.
    let mut unread = Vec::new();
    let mut sheet = |name, text| {
        let rows = Sheet::read(name, text, &[], &mut unread).rows();
        (name, rows)
    };
    let (units, people) = (sheet("units", sheets.units), sheet("people", sheets.people));
    let (grants, absences) = (
        sheet("grants", sheets.grants),
        sheet("absences", sheets.absences),
    );
    let is_unit = |id: &str| directory.units.contains_key(id);
    let is_person = |id: &str| directory.people.contains_key(id);
    let is_role = |id: &str| directory.role_names.contains_key(id);
    let unit = ("组织单元", "unit");
    let person = ("人员", "person");
    named(&units, "parent", unit, &is_unit, faults);
    named(&units, "head", person, &is_person, faults);
    named(&people, "unit", unit, &is_unit, faults);
    named(&people, "superior", person, &is_person, faults);
    named(&grants, "role", ("角色", "role"), &is_role, faults);
    named(&grants, "person", person, &is_person, faults);
    named(&grants, "unit", unit, &is_unit, faults);
    named(&absences, "person", person, &is_person, faults);
    named(&absences, "proxy", person, &is_person, faults);
    let above = directory
        .units
        .values()
        .filter_map(|unit| Some((unit.id.as_str(), unit.parent.as_deref()?)));
    circles(&units, "parent", &above.collect(), faults);
    let above = directory
        .people
        .values()
        .filter_map(|person| Some((person.id.as_str(), person.superior.as_deref()?)));
    circles(&people, "superior", &above.collect(), faults);
}

type Rows = (&'static str, Vec<Row>);

fn named(
    rows: &Rows,
    column: &'static str,
    what: (&str, &str),
    known: &dyn Fn(&str) -> bool,
    faults: &mut Vec<SheetFault>,
) {
    let unknown = rows
        .1
        .iter()
        .filter_map(|row| Some((row.line(), row.get(column).filter(|id| !known(id))?)));
    faults.extend(unknown.map(|(line, id)| SheetFault {
        sheet: rows.0,
        line,
        column,
        code: "unknown_name",
        message: assent_core::text::Text::new(
            format!("没有编号为“{id}”的{}，请检查拼写或补上这一行", what.0),
            format!(
                "There is no {} \"{id}\"; check the spelling or add it",
                what.1
            ),
        ),
    }));
}

fn circles(
    rows: &Rows,
    column: &'static str,
    above: &BTreeMap<&str, &str>,
    faults: &mut Vec<SheetFault>,
) {
    for row in &rows.1 {
        let Some(start) = row.get("id") else { continue };
        let (mut at, mut steps) = (start.as_str(), 0);
        // A way longer than there are links runs in a circle; it is told where it comes back to its start.
        while let Some(next) = above.get(at).filter(|_| steps <= above.len()) {
            (at, steps) = (next, steps + 1);
            if *next == start {
                faults.push(SheetFault {
                    sheet: rows.0,
                    line: row.line(),
                    column,
                    code: "circle",
                    message: assent_core::text::Text::new(
                        format!("“{start}”的上级又回到自己，请改正其中一行"),
                        format!(
                            "The way up from \"{start}\" comes back to it; correct one of the rows"
                        ),
                    ),
                });
                break;
            }
        }
    }
}
