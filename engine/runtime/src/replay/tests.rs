//! Reading logs and maps.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use super::*;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/replay")
        .join(name)
}

fn xes(text: &str) -> Vec<Result<LogCase, LogFault>> {
    xes::Xes::new(Cursor::new(text.as_bytes().to_vec())).collect()
}

#[test]
fn the_small_log_reads_the_same_from_csv_and_xes() {
    let read = |name: &str| -> Vec<LogCase> {
        open(&fixture(name))
            .unwrap()
            .map(|case| case.unwrap())
            .collect()
    };
    let (csv, xes) = (read("small.csv"), read("small.xes"));
    assert_eq!(csv, xes);
    assert_eq!(csv.len(), 8);
    assert_eq!(
        csv[0].events[0].activity,
        "Declaration SUBMITTED by EMPLOYEE"
    );
    assert_eq!(csv[0].events[0].attributes["(case)_Amount"], "120.50");
}

#[test]
fn a_gzipped_log_is_read_too() {
    let dir = std::env::temp_dir().join(format!("assent-replay-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join("small.xes.gz");
    let mut gz = flate2::write::GzEncoder::new(
        std::fs::File::create(&path).unwrap(),
        flate2::Compression::fast(),
    );
    gz.write_all(&std::fs::read(fixture("small.xes")).unwrap())
        .unwrap();
    gz.finish().unwrap();
    assert_eq!(open(&path).unwrap().filter_map(Result::ok).count(), 8);
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn nested_attributes_belong_to_their_own_attribute() {
    let cases = xes(r#"<log><string key="concept:name" value="the log"/><trace>
        <string key="concept:name" value="c1"><string key="concept:name" value="deep"/></string>
        <event><string key="concept:name" value="A &amp; B"><int key="org:role" value="1"/></string>
        <date key="time:timestamp" value="2017-01-09T09:49:50.000+01:00"/></event></trace></log>"#);
    let case = cases.into_iter().next().unwrap().unwrap();
    assert_eq!(case.id, "c1");
    assert_eq!(case.events[0].activity, "A & B");
    assert_eq!(case.events[0].role, "");
    assert_eq!(case.events[0].at.unwrap().0, 1_483_951_790_000);
}

#[test]
fn broken_logs_say_so_and_stop() {
    for text in [
        "",
        "plain text",
        "<html></html>",
        "<log><trace><event>",
        "<log><trace></log>",
        "<!DOCTYPE log [<!ENTITY a \"b\">]><log/>",
        "<log><trace><event><string key=\"concept:name\" value=\"&a;\"/></event></trace></log>",
        "<log><trace><event><date key=\"time:timestamp\" value=\"yesterday\"/></event></trace></log>",
    ] {
        let read = xes(text);
        let faults = read.iter().filter(|case| case.is_err()).count();
        let empty = text.is_empty() || text == "plain text";
        assert!(faults == 1 || empty && read.is_empty(), "{text}: {read:?}");
    }
}

#[test]
fn a_log_cannot_eat_the_memory() {
    let deep = format!("<log>{}", "<a>".repeat(100_000));
    assert!(xes(&deep)[0].is_err());
    let endless = format!(
        "<log><trace><string key=\"a\" value=\"{}",
        "x".repeat(8 << 20)
    );
    assert!(xes(&endless)[0].is_err());
    let many = format!("<log><trace>{}</trace></log>", "<event/>".repeat(20_000));
    assert!(xes(&many)[0].is_err());
}

#[test]
fn csv_needs_its_cases_together_and_its_columns() {
    let read = |text: &str| csv::cases(Cursor::new(text.as_bytes().to_vec()));
    let cases: Vec<_> = read("案例,活动,角色\n1,A,R\n1,B,R\n2,A,R\n")
        .unwrap()
        .collect();
    assert_eq!(cases.len(), 2);
    assert_eq!(cases[0].as_ref().unwrap().events.len(), 2);
    let apart: Vec<_> = read("case,activity\n1,A\n2,A\n1,B\n").unwrap().collect();
    assert!(apart[2].is_err(), "{apart:?}");
    assert!(read("a,b\n1,2\n").is_err());
    let short: Vec<_> = read("case,activity\n1\n").unwrap().collect();
    assert!(short[0].is_err());
}

#[test]
fn maps_are_checked() {
    let map = Map::parse(&std::fs::read_to_string(fixture("travel_declaration.map.yaml")).unwrap())
        .unwrap();
    let (who, steps) = map
        .step("Declaration APPROVED by ADMINISTRATION", "ADMINISTRATION")
        .unwrap();
    assert_eq!(who.person, "administration");
    assert!(steps[0].deed.is_some());
    assert!(
        map.step("Declaration APPROVED by ADMINISTRATION", "EMPLOYEE")
            .is_none()
    );
    for (text, says) in [
        (
            "people: {}\nsteps: [{activity: A, role: R, act: x}]",
            "role R",
        ),
        (
            "people: {R: {person: r}}\nsteps: [{activity: A, role: R}]",
            "one of",
        ),
        (
            "people: {R: {person: r}}\nsteps: [{activity: A, role: R, act: x}, {activity: A, role: R, act: y}]",
            "twice",
        ),
        ("people: {}\nsteps: []\nextra: 1", "extra"),
    ] {
        let fault = Map::parse(text).unwrap_err();
        assert!(fault.message.en.contains(says), "{says}: {fault}");
    }
}
