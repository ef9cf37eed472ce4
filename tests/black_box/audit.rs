//! The trail from outside: a print that anybody can check, why, and a verification beside the running server.

use std::process::Output;

use serde_json::Value;

use crate::binary::{Demo, Folder, command};
use crate::person::Person;

/// Runs a command on the demo's own database, beside the demo.
fn beside(folder: &Folder, arguments: &[&str]) -> Output {
    command()
        .args(arguments)
        .env(
            "ASSENT_DATABASE_URL",
            format!("sqlite:{}", folder.path().join("assent.db").display()),
        )
        .env("ASSENT_AUDIT_KEY_FILE", folder.path().join("audit.key"))
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {output:?}"))
}

/// What stands between two words of a page.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let at = page.find(before).unwrap_or_else(|| panic!("no {before}"));
    page[at..].split(after).next().unwrap()
}

/// A9.10, A9.7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_print_can_be_checked_without_signing_in() {
    let folder = Folder::new("audit");
    let demo = Demo::start(folder.path());
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    let started = applicant.start_shipment("SH-2026-7301").await;
    let instance = started["instance"].as_str().unwrap();
    manager.task_on(instance).await;
    let sealed = beside(&folder, &["seal"]);
    assert!(sealed.status.success(), "{sealed:?}");

    let print = applicant
        .page(&format!("/instances/{instance}/print?lang=en"))
        .await;
    assert!(
        print.contains("SH-2026-7301") && print.contains("<svg"),
        "the print shows what it is about"
    );
    let address = between(&print, &format!("{}/verify/", demo.base), "<");
    let address = address.replace("&#x3D;", "=");
    let nobody = reqwest::Client::new();
    let checked = nobody
        .get(format!("{address}&lang=en"))
        .send()
        .await
        .unwrap();
    assert_eq!(checked.status(), 200);
    let said = checked.text().await.unwrap();
    assert!(
        said.contains("This record is genuine") && said.contains("Root no."),
        "{said}"
    );
    for secret in ["SH-2026-7301", "东汇", "80,000", "陈宇"] {
        assert!(!said.contains(secret), "{secret} is told to nobody");
    }
    let forged = address.replacen("/verify/", "/verify/0", 1);
    let forged = nobody.get(forged).send().await.unwrap();
    assert_eq!(forged.status(), 404);

    let why = manager
        .read(&format!("/api/v1/instances/{instance}/why"))
        .await;
    let asked = why["asked"].as_array().unwrap();
    assert!(
        asked
            .iter()
            .any(|reason| reason["person"]["id"] == "wanghaoran"),
        "{why}"
    );
    let not = manager
        .read(&format!("/api/v1/instances/{instance}/why?person=chenyu"))
        .await;
    assert!(!not["not_asked"].as_array().unwrap().is_empty(), "{not}");
    let said = beside(&folder, &["why", instance, "chenyu", "--json"]);
    assert_eq!(
        json(&said)["not_asked"].as_array().map(Vec::len),
        not["not_asked"].as_array().map(Vec::len)
    );
    let proof = manager
        .read(&format!("/api/v1/instances/{instance}/proof"))
        .await;
    assert_eq!(proof["keys"][0]["id"], proof["key"], "{proof}");

    live_and_offline(&folder);
}

fn live_and_offline(folder: &Folder) {
    let live = beside(folder, &["verify", "--json"]);
    assert_eq!(live.status.code(), Some(0), "{live:?}");
    assert_eq!(json(&live)["definitions_unread"], 0, "{live:?}");
    let file = folder.path().join("trail.jsonl");
    let name = file.to_string_lossy().into_owned();
    assert!(
        beside(folder, &["export", "--audit", &name])
            .status
            .success()
    );
    assert_eq!(beside(folder, &["verify", &name]).status.code(), Some(0));
    assert_eq!(
        beside(folder, &["verify", "--since", &name]).status.code(),
        Some(0)
    );
    let whole = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, whole.replace("SH-2026-7301", "SH-2026-7302")).unwrap();
    let changed = beside(folder, &["verify", &name, "--lang", "en"]);
    assert_eq!(changed.status.code(), Some(1));
    let said = String::from_utf8_lossy(&changed.stdout).into_owned();
    assert!(said.contains("was changed"), "{said}");
    std::fs::write(&file, "no export").unwrap();
    assert_eq!(beside(folder, &["verify", &name]).status.code(), Some(2));
}
