//! The command line: checks and tests with their exit codes and JSON.

use serde_json::Value;

use crate::binary::{Demo, Folder, free_port, run};
use crate::person::Person;

fn json(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = run(arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (
        output.status.code(),
        serde_json::from_str(&text).unwrap_or_else(|_| {
            let said = String::from_utf8_lossy(&output.stderr);
            panic!("not JSON: {text}{said}")
        }),
    )
}

#[test]
fn check_and_test_are_green_on_what_the_project_ships() {
    let (code, checked) = json(&["check", "workflows", "--json"]);
    assert_eq!(
        (code, &checked["errors"]),
        (Some(0), &Value::from(0)),
        "{checked}"
    );
    assert!(checked["files"].as_u64().unwrap() >= 1);
    let (code, tested) = json(&["test", "workflows", "scripts", "--json"]);
    assert_eq!(
        (code, &tested["failed"]),
        (Some(0), &Value::from(0)),
        "{tested}"
    );
    assert!(tested["tests"].as_u64().unwrap() >= 40, "{tested}");
}

#[test]
fn a_bad_flow_is_named_with_its_place_in_both_languages() {
    let folder = Folder::new("bad-flow");
    let file = folder.path().join("bad.yaml");
    std::fs::write(
        &file,
        "flow: bad\nformat: 1\nstates：\n  - {id: draft, draft: {by: applicant}}\n",
    )
    .unwrap();
    let (code, checked) = json(&["check", &file.to_string_lossy(), "--json"]);
    assert_eq!(code, Some(1));
    let fault = &checked["diagnostics"][0];
    for key in ["code", "severity", "line", "column"] {
        assert!(!fault[key].is_null(), "{key} in {fault}");
    }
    assert!(
        fault["message"]["zh"]
            .as_str()
            .unwrap()
            .chars()
            .any(|c| c > '\u{4e00}'),
        "{fault}"
    );
    assert!(!fault["message"]["en"].as_str().unwrap().is_empty());
}

#[test]
fn a_wrong_command_is_usage() {
    assert_eq!(run(&["no-such-command"]).status.code(), Some(2));
}

#[test]
fn a_busy_port_is_one_line_that_says_what_to_do() {
    let folder = Folder::new("busy");
    let port = free_port();
    let held = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let output = run(&[
        "demo",
        "--port",
        &port.to_string(),
        "--data",
        &folder.path().to_string_lossy(),
    ]);
    drop(held);
    assert_ne!(output.status.code(), Some(0));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains(&port.to_string()) && !said.contains("panicked"),
        "{said}"
    );
}

#[test]
fn schema_and_drawing_are_printed() {
    let (code, schema) = json(&["schema"]);
    assert_eq!(code, Some(0));
    assert!(
        schema["$schema"].as_str().unwrap().contains("draft-07"),
        "{}",
        schema["$schema"]
    );
    let drawn = run(&["draw", "workflows/shipment_release.yaml"]);
    assert!(String::from_utf8_lossy(&drawn.stdout).contains("<svg"));
}

/// A2.100
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_command_from_the_command_line_says_so_in_the_trail() {
    let folder = Folder::new("do");
    let mut demo = Demo::start(folder.path());
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    let started = applicant.start_shipment("SH-2026-7220").await;
    let instance = started["instance"].as_str().unwrap().to_owned();
    manager.task_on(&instance).await;
    demo.kill();
    let config = folder.path().join("assent.toml");
    let database = folder.path().join("assent.db");
    let text = format!("[database]\nurl = \"sqlite:{}\"\n", database.display());
    std::fs::write(&config, text).unwrap();
    let file = config.to_string_lossy().into_owned();
    let common = ["--json", "--config", &file];
    let deed = |words: &[&str]| {
        let mut arguments = vec!["do", instance.as_str()];
        arguments.extend_from_slice(words);
        arguments.extend_from_slice(&common);
        json(&arguments)
    };
    let (code, refused) = deed(&["reject", "--as", "wanghaoran"]);
    assert_eq!(
        (code, &refused["refused"]),
        (Some(1), &Value::from("reason_required")),
        "{refused}"
    );
    let (code, asked) = deed(&[
        "delegate",
        "--as",
        "wanghaoran",
        "--to",
        "sunlei",
        "--comment",
        "请看",
    ]);
    assert_eq!(
        (code, &asked["instance"]),
        (Some(0), &Value::from(instance.as_str())),
        "{asked}"
    );
    let (code, said) = deed(&["advise", "--as", "sunlei", "--comment", "可以"]);
    assert_eq!(code, Some(0), "{said}");
    // Sent back, saved and submitted again with another amount: what a page does, the command line does.
    let (code, back) = deed(&[
        "return",
        "--as",
        "wanghaoran",
        "--to",
        "applicant",
        "--comment",
        "金额不对",
    ]);
    assert_eq!(code, Some(0), "{back}");
    let (code, wrong) = deed(&["save", "--as", "chenyu", "--set", "amount=abc"]);
    assert_eq!(
        (code, &wrong["refused"]),
        (Some(1), &Value::from("invalid")),
        "{wrong}"
    );
    let (code, saved) = deed(&["save", "--as", "chenyu", "--set", "amount="]);
    assert_eq!(code, Some(0), "{saved}");
    let (code, missing) = deed(&["submit", "--as", "chenyu"]);
    assert_eq!(
        (code, &missing["refused"]),
        (Some(1), &Value::from("field_required")),
        "{missing}"
    );
    let (code, again) = deed(&["submit", "--as", "chenyu", "--set", "amount=79000.50"]);
    assert_eq!(
        (code, &again["status"]),
        (Some(0), &Value::from("running")),
        "{again}"
    );
    let demo = Demo::start(folder.path());
    demo.ready().await;
    let reader = Person::sign_in(&demo, "chenyu").await;
    let history = reader
        .read(&format!("/api/v1/instances/{instance}/history"))
        .await;
    let mut items = history["items"].as_array().unwrap().iter();
    let advised = items.find(|item| item["kind"] == "advised").unwrap();
    assert_eq!(advised["via"], "command_line");
}
