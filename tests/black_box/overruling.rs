//! An administrator overrules an instance: by API with a preview's token, and by plain forms.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::binary::{Demo, Folder};
use crate::person::Person;

/// The demo's administrator.
const ADMIN: &str = "sunlei";

/// A2.50, A2.53, A2.60, A2.61 through HTTP.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_suspends_by_api_and_resumes_by_page() {
    let folder = Folder::new("overruling");
    let demo = Demo::start(folder.path());
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    let admin = Person::sign_in(&demo, ADMIN).await;
    let started = applicant.start_shipment("SH-2026-7301").await;
    let id = started["instance"].as_str().unwrap();
    let task = manager.task_on(id).await;

    let suspend = format!("/api/v1/instances/{id}/override/suspend");
    let wish = json!({"reason": "等客户付款", "dry_run": true});
    let (status, _) = manager.post(&suspend, &wish).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, seen) = admin.post(&suspend, &wish).await;
    assert_eq!(status, StatusCode::OK, "{seen}");
    assert_eq!(seen["preview"]["status_after"], "suspended");
    let confirm = json!({"reason": "等客户付款", "token": seen["token"]});
    let (status, problem) = admin.post(&suspend, &json!({"reason": "等客户付款"})).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("preview_first"))
    );
    let (status, done) = admin.post(&suspend, &confirm).await;
    assert_eq!(
        (status, &done["status"]),
        (StatusCode::OK, &json!("suspended")),
        "{done}"
    );
    let (status, problem) = admin.post(&suspend, &confirm).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::PRECONDITION_FAILED, &json!("changed")),
        "{problem}"
    );

    let decide = format!("/api/v1/tasks/{id}/{task}/decision");
    let (status, problem) = manager.post(&decide, &json!({"decision": "approve"})).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::CONFLICT, &json!("suspended")),
        "{problem}"
    );

    let page = format!("/instances/{id}/override");
    assert_eq!(manager.get(&page).await.status(), StatusCode::FORBIDDEN);
    for (language, words) in [("zh", "看会发生什么"), ("en", "See what would happen")] {
        let form = admin.page(&format!("{page}?lang={language}")).await;
        assert!(
            form.contains(words) && form.contains("value=\"resume\""),
            "{form}"
        );
    }
    let wish = [("act", "resume"), ("reason", "已付款")];
    let (status, shown) = admin.submit(&page, &wish).await;
    assert_eq!(status, StatusCode::OK, "{shown}");
    let at = shown.find("name=\"token\" value=\"").unwrap() + 20;
    let token = shown[at..].split('"').next().unwrap().to_owned();
    let wish = [("act", "resume"), ("reason", "已付款"), ("token", &token)];
    let (status, _) = admin.submit(&page, &wish).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (status, done) = manager.post(&decide, &json!({"decision": "approve"})).await;
    assert_eq!(status, StatusCode::OK, "{done}");
    let history = admin.page(&format!("/instances/{id}?lang=zh")).await;
    assert!(history.contains("管理员操作") && history.contains("等客户付款"));
}

/// A6.10, A2.63 through HTTP: calendars and leavers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_is_loaded_and_a_leaver_looked_at() {
    let folder = Folder::new("calendars");
    let demo = Demo::start(folder.path());
    demo.ready().await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    let admin = Person::sign_in(&demo, ADMIN).await;
    let text = "year: 2031\nsource: {zh: 通知, en: Notice}\nholidays:\n  - {name: {zh: 元旦, en: New Year}, from: 2031-01-01, to: 2031-01-03}\n";
    let load = |dry_run: bool, token: Value| json!({"text": text, "file": "2031.yaml", "dry_run": dry_run, "token": token});
    let path = "/api/v1/calendars/load";
    assert_eq!(
        manager.post(path, &load(true, Value::Null)).await.0,
        StatusCode::FORBIDDEN
    );
    let (status, seen) = admin.post(path, &load(true, Value::Null)).await;
    assert_eq!(status, StatusCode::OK, "{seen}");
    let (status, done) = admin.post(path, &load(false, seen["token"].clone())).await;
    assert_eq!(status, StatusCode::OK, "{done}");
    let calendars = admin.page("/calendars?lang=zh").await;
    assert!(
        calendars.contains("2031") && calendars.contains("v1"),
        "{calendars}"
    );
    let (status, shown) = admin.submit("/calendars", &[("text", "year: soon")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{shown}");

    let leaving = admin.page("/leaving?person=wanghaoran&lang=zh").await;
    assert!(leaving.contains("离职影响"), "{leaving}");
    assert_eq!(
        manager.get("/leaving").await.status(),
        StatusCode::FORBIDDEN
    );
    let wish = [("person", "wanghaoran"), ("to", ADMIN), ("reason", "离职")];
    let (status, shown) = admin.submit("/leaving", &wish).await;
    assert_eq!(status, StatusCode::OK, "{shown}");
    let affected = admin.read("/api/v1/people/wanghaoran/leaving").await;
    assert!(affected["tasks"].is_array(), "{affected}");
}
