//! Flows out of use, events and what waits for a return, by page and by API.

use axum::http::StatusCode;
use serde_json::json;

use crate::desk::{Desk, ok, refused};

/// A7.32: by page.
#[tokio::test]
async fn a_flow_is_closed_and_opened_on_its_page() {
    let desk = Desk::new().await;
    let (own, ann) = (desk.browser("own").await, desk.browser("ann").await);
    let (_, page) = ann.get("/flows/buying").await;
    assert!(!page.contains("/flows/buying/close"), "{page}");
    let (status, _) = ann
        .post("/flows/buying/close", &[("reason", "不用了")])
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (_, page) = ann.get("/start").await;
    assert!(page.contains("/start/buying"), "{page}");

    let (_, page) = own.get("/flows/buying").await;
    assert!(page.contains("action=\"/flows/buying/close\""), "{page}");
    let (status, page) = own.post("/flows/buying/close", &[("reason", "停")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("请填写原因") && page.contains("value=\"停\""),
        "what was typed is kept: {page}"
    );
    let (status, _) = own
        .post("/flows/buying/close", &[("reason", "改用新采购流程")])
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = ann.get("/flows/buying").await;
    assert!(
        page.contains("已停用，不再受理新的申请（负责人") && page.contains("改用新采购流程"),
        "{page}"
    );
    assert!(!page.contains("/start/buying"), "{page}");
    let (_, page) = ann.get("/flows").await;
    assert!(page.contains("已停用"), "{page}");
    let (_, page) = ann.get("/start").await;
    assert!(!page.contains("/start/buying"), "gone from there: {page}");
    let (status, _) = own
        .post("/flows/buying/open", &[("reason", "还要用")])
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = ann.get("/start").await;
    assert!(page.contains("/start/buying"), "{page}");
}

/// A7.32: by API.
#[tokio::test]
async fn a_flow_is_closed_and_opened_by_api() {
    let desk = Desk::new().await;
    let (adm, ann) = (desk.api("adm").await, desk.api("ann").await);
    let why = json!({"reason": "改用新采购流程"});
    refused(
        &ann.post("/api/v1/flows/buying/close", &why).await,
        403,
        "not_owner",
    );
    let closed = adm.post("/api/v1/flows/buying/close", &why).await;
    assert_eq!(closed.0, StatusCode::NO_CONTENT);
    let given = json!({"values": {"reason": "a", "kind": "all", "amount": "100"}});
    let started = ann.post("/api/v1/flows/buying/start", &given).await;
    refused(&started, 409, "flow_closed");
    let shown = ann.get("/api/v1/flows/buying").await;
    assert_eq!(ok(&shown)["may_start"], json!(false));
    assert!(
        ok(&shown)["closed"]["en"]
            .as_str()
            .unwrap()
            .contains("closed for new cases"),
        "{shown:?}"
    );
    let opened = adm.post("/api/v1/flows/buying/open", &why).await;
    assert_eq!(opened.0, StatusCode::NO_CONTENT);
    let uses = ann.get("/api/v1/flows/buying/uses").await;
    assert_eq!(ok(&uses).as_array().unwrap().len(), 2);
}

/// A5.64 A5.66: on the pages.
#[tokio::test]
async fn what_waits_for_a_return_is_offered_to_an_administrator() {
    let desk = Desk::new().await;
    let (bob, adm) = (desk.browser("bob").await, desk.browser("adm").await);
    let away = [
        ("from", "2026-03-02T08:00"),
        ("until", "2026-03-04T09:00"),
        ("proxy", "hana"),
        ("flow", ""),
    ];
    let (status, _) = bob.post("/me/away", &away).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = bob.get("/me/away").await;
    assert!(page.contains("因角色收到的任务仍留给鲍勃"), "{page}");
    let known = desk
        .api("bob")
        .await
        .get("/api/v1/people/bob/absences")
        .await;
    assert_eq!(ok(&known)[0]["warnings"].as_array().unwrap().len(), 1);
    let past = [
        ("from", "2026-01-05T08:00"),
        ("until", "2026-01-09T09:00"),
        ("proxy", "hana"),
        ("flow", ""),
    ];
    let (status, page) = bob.post("/me/away", &past).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("这段时间已经过去"), "{page}");

    let instance = desk.asked("all", "100").await;
    let task = desk.task(&instance, "bob").await;
    let (_, page) = adm.get("/stuck").await;
    let act = format!("/instances/{instance}/override?act=reassign:{task}");
    assert!(
        page.contains("鲍勃不在") && page.replace("&#x3D;", "=").contains(&act),
        "{page}"
    );
    let (_, page) = adm.get(&act).await;
    let chosen = format!("value=\"reassign:{task}\" selected");
    assert!(page.contains(&chosen), "and is chosen already: {page}");
    let rows = desk.api("adm").await.get("/api/v1/stuck").await;
    let rows = ok(&rows).as_array().unwrap().clone();
    let row = rows.iter().find(|row| row["kind"] == "away").unwrap();
    assert_eq!(row["task"], json!(task));
    refused(
        &desk.api("bob").await.get("/api/v1/stuck").await,
        403,
        "admins_only",
    );
}
