//! A good set of sheets, and every way in which one can be wrong.

use assent_core::directory::Directory;
use assent_core::text::Lang;

use super::import;
use crate::sheet::Sheets;

const GOOD: Sheets<'static> = Sheets {
    units: "id,name_zh,name_en,parent,head\nhq,总部,Head office,,zhao\nsales,销售部,Sales,hq,li\n",
    people: "工号,姓名,邮箱,部门,直属上级,岗位,语言,在职\nzhao,赵敏,zhao@example.com,hq,,general_manager,,是\nli,\"李,芳\",li@example.com,sales,zhao,manager;specialist,en,是\nold,旧人,old@example.com,sales,li,,,否\n",
    roles: "role,name_zh,name_en\nfinance,财务,Finance\n",
    grants: "role,person,unit\nfinance,li,\nfinance,zhao,sales\n",
    absences: "person,from,until,proxy,flow\nli,2026-01-05,2026/1/9 13:30,zhao,\n",
};

fn fault(sheets: &Sheets<'_>) -> (&'static str, u64, &'static str, &'static str) {
    let faults = import(sheets).map(|_| ()).expect_err("should be refused");
    let first = &faults[0];
    assert!(!first.message.zh.is_empty() && !first.message.en.is_empty());
    (first.sheet, first.line, first.column, first.code)
}

fn good() -> Directory {
    import(&GOOD).expect("good sheets")
}

#[test]
fn sheets_become_a_directory() {
    let directory = good();
    let li = &directory.people["li"];
    assert_eq!(
        (li.name.as_str(), li.lang, li.posts.len()),
        ("李,芳", Lang::En, 2)
    );
    assert_eq!(li.superior.as_deref(), Some("zhao"));
    assert!(directory.active("old").is_none() && directory.people.contains_key("old"));
    assert_eq!(directory.upward("sales"), ["sales", "hq"]);
    assert_eq!(
        directory.holders("finance", Some("hq")).len(),
        1,
        "zhao's grant covers sales only"
    );
    assert_eq!(directory.holders("finance", Some("sales")).len(), 2);
    assert_eq!(directory.role_names["finance"].en, "Finance");
    let absence = &directory.absences[0];
    assert_eq!(
        (absence.until.0 - absence.from.0) / 60_000,
        4 * 24 * 60 + 13 * 60 + 30
    );
}

#[test]
fn what_is_exported_makes_the_same_organisation_again() {
    let directory = good();
    let sheets = crate::export(&directory);
    assert!(sheets.people.contains("zhao,赵敏,"), "{}", sheets.people);
    let again = import(&Sheets {
        units: &sheets.units,
        people: &sheets.people,
        roles: &sheets.roles,
        grants: &sheets.grants,
        absences: GOOD.absences,
    })
    .expect("its own sheets");
    let whole = |one: &Directory| serde_json::to_value(one).expect("a value");
    assert_eq!(whole(&again), whole(&directory));
    assert!(directory.changes_to(&again).is_empty());
}

#[test]
fn marks_of_spreadsheets_do_no_harm() {
    let units = format!("\u{FEFF}{}", GOOD.units.replace('\n', "\r\n"));
    let sheets = Sheets {
        units: &units,
        ..GOOD
    };
    assert_eq!(import(&sheets).expect("good").units, good().units);
}

#[test]
fn every_fault_has_its_line_and_column() {
    let people = |line: &str| format!("{}{line}\n", GOOD.people);
    for (row, wanted) in [
        (
            "Zhang,张三,z@example.com,sales,,,,",
            ("people", 5, "id", "bad_id"),
        ),
        (
            "li,张三,z@example.com,sales,,,,",
            ("people", 5, "id", "twice"),
        ),
        (
            "zhang,,z@example.com,sales,,,,",
            ("people", 5, "name", "cell_missing"),
        ),
        (
            "zhang,张三,z.example.com,sales,,,,",
            ("people", 5, "mail", "bad_mail"),
        ),
        (
            "zhang,张三,a@b@example.com,sales,,,,",
            ("people", 5, "mail", "bad_mail"),
        ),
        (
            "zhang,张三,z@example.com,purchasing,,,,",
            ("people", 5, "unit", "unknown_name"),
        ),
        (
            "zhang,张三,z@example.com,sales,nobody,,,",
            ("people", 5, "superior", "unknown_name"),
        ),
        (
            "zhang,张三,z@example.com,sales,,,fr,",
            ("people", 5, "lang", "bad_lang"),
        ),
        (
            "zhang,张三,z@example.com,sales,,,,maybe",
            ("people", 5, "active", "bad_flag"),
        ),
        (
            "zhang,张三,z@example.com,sales",
            ("people", 5, "", "cell_count"),
        ),
        (
            "zhang,张三,z@example.com,sales,zhang,,,",
            ("people", 5, "superior", "circle"),
        ),
    ] {
        assert_eq!(
            fault(&Sheets {
                people: &people(row),
                ..GOOD
            }),
            wanted,
            "{row}"
        );
    }
    let absences = |row: &str| format!("person,from,until,proxy,flow\n{row}\n");
    for (row, code) in [
        ("li,2026-01-05,2026-01-05,zhao,", "ends_first"),
        ("li,2026-01-05,2026-02-30,zhao,", "bad_time"),
        ("li,2026-01-05,2026-01-09,li,", "own_proxy"),
        ("nobody,2026-01-05,2026-01-09,li,", "unknown_name"),
    ] {
        assert_eq!(
            fault(&Sheets {
                absences: &absences(row),
                ..GOOD
            })
            .3,
            code,
            "{row}"
        );
    }
    assert_eq!(
        fault(&Sheets {
            grants: "role,person,unit\nfinace,li,\n",
            ..GOOD
        }),
        ("grants", 2, "role", "unknown_name")
    );
    assert_eq!(
        fault(&Sheets {
            grants: "role,person,unit\nfinance,li,\nfinance,li,\n",
            ..GOOD
        }),
        ("grants", 3, "role", "twice")
    );
    assert_eq!(
        fault(&Sheets {
            roles: "role,title\n",
            grants: "",
            ..GOOD
        })
        .3,
        "unknown_column"
    );
    assert_eq!(
        fault(&Sheets {
            roles: "role\n",
            grants: "",
            ..GOOD
        }),
        ("roles", 1, "name_zh", "column_missing")
    );
    let circle = "id,name_zh,parent\nhq,总部,sales\nsales,销售部,hq\n";
    assert_eq!(
        fault(&Sheets {
            units: circle,
            ..GOOD
        }),
        ("units", 2, "parent", "circle")
    );
}

#[test]
fn all_faults_are_told_at_once() {
    let people =
        "id,name,mail,unit\nA,甲,a@example.com,hq\nb,乙,b,hq\nc,丙,c@example.com,nowhere\n";
    let sheets = Sheets {
        units: "id,name_zh\nhq,总部\n",
        people,
        ..Sheets::default()
    };
    let faults = import(&sheets).map(|_| ()).expect_err("three faults");
    let lines: Vec<u64> = faults.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [2, 3, 4]);
}
