//! One trace from the click in a mail to the call another system gets.

use serde_json::{Value, json};

use crate::binary::{Demo, Folder};
use crate::first_day::link_in_mailbox;
use crate::outside::{Served, erp};
use crate::person::Person;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_click_in_a_mail_and_the_call_it_leads_to_are_one_trace() {
    let folder = Folder::new("trace");
    let mut demo = Demo::start(folder.path());
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    demo.kill();
    let (port, heard) = erp();
    let variables = [
        (
            "ASSENT_CONNECTORS_ERP_BASE",
            format!("http://127.0.0.1:{port}"),
        ),
        ("ASSENT_LOG_LEVEL", "info,assent_runtime=debug".to_owned()),
        ("ASSENT_LOG_FORMAT", "json".to_owned()),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    let served = Served::start(folder.path(), &demo.base, &variables).await;

    let started = applicant.start_shipment("SH-2026-7802").await;
    let instance = started["instance"].as_str().unwrap();
    let task = manager.task_on(instance).await;

    // The click brings the trace; what the browser sends afterwards says nothing of it.
    let link = link_in_mailbox(&manager, "SH-2026-7802").await;
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let opened = manager.get_with(&link, "traceparent", &parent).await;
    assert!(opened.status().is_redirection(), "{}", opened.status());
    let decide = format!("/api/v1/tasks/{instance}/{task}/decision");
    let (status, answer) = manager.post(&decide, &json!({"decision": "approve"})).await;
    assert_eq!(status, 200, "{answer}");
    // The answer to the first call leads to the second one: still the same trace.
    let of_it = |path: &str, word: &str| {
        let asked = heard.until(|asked| asked.path == path && asked.body.contains(word));
        asked.header("traceparent").unwrap().to_owned()
    };
    let credit = of_it("/credit-checks", "东汇钢贸");
    let release = of_it("/shipment-releases", "7802");
    for sent in [&credit, &release] {
        assert!(sent.starts_with(&format!("00-{TRACE}-")), "{sent}");
        assert_ne!(*sent, parent, "a span of its own");
    }
    manager.until(instance, "approved").await;

    let log = served.logged();
    let lines: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["span"]["trace"] == TRACE)
        .collect();
    let said = |message: &str, actor: &Value| {
        lines.iter().any(|line| {
            let fields = &line["fields"];
            fields["message"] == message
                && fields["instance"] == instance
                && (actor.is_null() || fields["actor"] == *actor)
        })
    };
    assert!(
        said("a turn is on disk", &json!("wanghaoran")),
        "{lines:#?}"
    );
    assert!(said("delivered", &Value::Null), "{lines:#?}");
    assert!(
        said("a turn is on disk", &json!("system")),
        "the answer: {lines:#?}"
    );
}
