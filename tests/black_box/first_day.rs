//! A newcomer's first day: submit by API and by page, find the mail, open the link, decide, look at the trail.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::binary::{Demo, Folder};
use crate::person::{Person, shipment};

/// A customer of the demo's ERP with credit to spare.
pub const CUSTOMER: &str = "东汇钢贸";

/// The approval link in the logistics manager's newest mail that names this shipment (his colleague gets one too).
pub async fn link_in_mailbox(reader: &Person, number: &str) -> String {
    for _ in 0..400 {
        let list = reader
            .page("/dev/mail?to=wanghaoran%40lanchuan.example")
            .await;
        let mails = list
            .match_indices("/dev/mail/")
            .map(|(at, _)| list[at..].split(['"', '#', '?']).next().unwrap().to_owned());
        for mail in mails.collect::<Vec<_>>() {
            let text = reader.page(&mail).await;
            if let (true, Some(at)) = (text.contains(number), text.find("/l/")) {
                let token: String = text[at + 3..]
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
                    .collect();
                if token.len() >= 40 {
                    return format!("/l/{token}");
                }
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no mail about {number}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shipment_is_approved_from_a_mail_link() {
    let folder = Folder::new("first-day");
    let demo = Demo::start(folder.path());
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    let started = applicant.start_shipment("SH-2026-7001").await;
    let instance = started["instance"].as_str().unwrap();
    let task = manager.task_on(instance).await;

    let link = link_in_mailbox(&manager, "SH-2026-7001").await;
    let opened = manager.get(&link).await;
    assert_eq!(opened.status(), StatusCode::SEE_OTHER);
    let to = opened.headers()["location"].to_str().unwrap().to_owned();
    assert!(to.contains(&format!("/tasks/{instance}/{task}")), "{to}");
    assert!(
        !to.contains(link.trim_start_matches("/l/")),
        "the token leaves the address"
    );
    assert_eq!(opened.headers()["referrer-policy"], "no-referrer");

    for (language, words) in [("zh", ["同意", "拒绝"]), ("en", ["Approve", "Reject"])] {
        let page = manager.page(&format!("{to}?lang={language}")).await;
        for word in words {
            assert!(page.contains(word), "{word} on the page in {language}");
        }
        assert!(page.contains("80,000.00") && page.contains("SH-2026-7001"));
        assert!(
            page.len() < 50_000,
            "the first view has {} bytes",
            page.len()
        );
    }

    let seen = manager
        .read(&format!("/api/v1/tasks/{instance}/{task}"))
        .await;
    let decision = json!({"decision": "approve", "facts": seen["facts_hash"], "round": seen["round"], "idempotency_key": "one"});
    let path = format!("/api/v1/tasks/{instance}/{task}/decision");
    let (status, first) = manager.post(&path, &decision).await;
    assert_eq!(status, StatusCode::OK, "{first}");
    let (status, again) = manager.post(&path, &decision).await;
    assert_eq!(
        (status, &again["repeated"]),
        (StatusCode::OK, &Value::Bool(true)),
        "{again}"
    );
    assert_eq!(
        (&again["rev"], &again["seq"]),
        (&first["rev"], &first["seq"]),
        "the first answer, once more"
    );

    applicant.until(instance, "approved").await;
    let history = applicant
        .read(&format!("/api/v1/instances/{instance}/history"))
        .await
        .to_string();
    for kind in ["started", "submitted", "decided", "ended"] {
        assert!(history.contains(kind), "{kind} in {history}");
    }
    let page = applicant
        .page(&format!("/instances/{instance}?lang=zh"))
        .await;
    assert!(
        page.contains("<svg") && page.contains("王"),
        "timeline and diagram"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_say_what_to_do_and_change_nothing() {
    let folder = Folder::new("refusals");
    let demo = Demo::start(folder.path());
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    let other = Person::sign_in(&demo, "qianwenbin").await;

    let mut bad = shipment("no number");
    bad["values"]["loaded_t"] = json!("31");
    let (status, problem) = applicant
        .post("/api/v1/flows/shipment_release/start", &bad)
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    let text = problem.to_string();
    assert!(text.contains("shipment_no"), "every field at fault: {text}");

    let started = applicant.start_shipment("SH-2026-7002").await;
    let instance = started["instance"].as_str().unwrap().to_owned();
    let task = manager.task_on(&instance).await;
    let decision = format!("/api/v1/tasks/{instance}/{task}/decision");
    let (status, problem) = other.post(&decision, &json!({"decision": "approve"})).await;
    assert!(
        [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status),
        "{status} {problem}"
    );
    let (status, problem) = applicant
        .post(&decision, &json!({"decision": "approve"}))
        .await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::FORBIDDEN, &json!("not_yours")),
        "{problem}"
    );
    let (status, problem) = manager
        .post(&decision, &json!({"decision": "reject"}))
        .await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("reason_required")),
        "{problem}"
    );
    let (status, problem) = manager
        .post(
            &decision,
            &json!({"decision": "approve", "facts": "something else"}),
        )
        .await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED, "{problem}");

    let (status, done) = manager
        .post(
            &decision,
            &json!({"decision": "reject", "comment": "先补装"}),
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{done}");
    let (status, problem) = manager
        .post(&decision, &json!({"decision": "approve"}))
        .await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem}");
    applicant.task_on(&instance).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_start_keeps_the_data() {
    let folder = Folder::new("second-start");
    let mut demo = Demo::start(folder.path());
    demo.ready().await;
    let instance = {
        let applicant = Person::sign_in(&demo, "chenyu").await;
        applicant.start_shipment("SH-2026-7003").await["instance"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    demo.kill();
    let demo = Demo::start(folder.path());
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let seen = applicant
        .read(&format!("/api/v1/instances/{instance}"))
        .await;
    assert!(seen.to_string().contains("SH-2026-7003"));
}
