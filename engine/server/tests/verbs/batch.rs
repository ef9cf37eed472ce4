//! Approving several together on the page.

use axum::http::StatusCode;

use crate::desk::Desk;

fn rows(page: &str) -> Vec<String> {
    page.match_indices("name=\"row\" value=\"")
        .map(|(at, found)| {
            let rest = &page[at + found.len()..];
            rest.split('"').next().unwrap().to_owned()
        })
        .collect()
}

fn hidden(page: &str, name: &str) -> String {
    let wanted = format!("name=\"{name}\" value=\"");
    let at = page.find(&wanted).unwrap();
    page[at + wanted.len()..]
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}

/// A2.92
#[tokio::test]
async fn a_batch_shows_its_list_and_sum_and_is_counted_by_hand_above_ten() {
    let desk = Desk::new().await;
    for number in 1..=12 {
        desk.asked("any", &format!("{number}000.25")).await;
    }
    desk.asked("strict", "100").await;
    let bob = desk.browser("bob").await;
    let (_, inbox) = bob.get("/inbox").await;
    let plain = inbox.replace("&amp;", "&").replace("&#x3D;", "=");
    let way = |state: &str| format!("href=\"/inbox/batch?flow=buying&state={state}\"");
    assert!(plain.contains(&way("any_sign")), "{inbox}");
    assert!(!plain.contains(&way("strict")), "a signature is asked for");
    let (status, choose) = bob.get("/inbox/batch?flow=buying&state=any_sign").await;
    assert_eq!(status, StatusCode::OK);
    let all = rows(&choose);
    assert_eq!(all.len(), 12, "the strict one is not among them");
    assert!(!choose.contains("checked"), "nothing is chosen beforehand");
    let (_, none) = bob.get("/inbox/batch?flow=buying&state=strict").await;
    assert!(rows(&none).is_empty(), "a signature is given one by one");

    let base = [("flow", "buying"), ("state", "any_sign")];
    let (status, page) = bob.post("/inbox/batch", &base).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "nothing ticked");
    assert_eq!(rows(&page).len(), 12);

    let mut form = base.to_vec();
    form.extend(all[..10].iter().map(|row| ("row", row.as_str())));
    let (_, ten) = bob.post("/inbox/batch", &form).await;
    assert_eq!(rows(&ten).len(), 10, "only what was ticked");
    assert!(!ten.contains("name=\"count\""), "ten are seen at a glance");
    form.extend(all[10..].iter().map(|row| ("row", row.as_str())));
    let (_, confirm) = bob.post("/inbox/batch", &form).await;
    assert!(confirm.contains("78,003.00"), "the sum, exactly: {confirm}");
    let key = hidden(&confirm, "key");
    form.extend([("step", "do"), ("key", key.as_str())]);
    let (status, _) = bob.post("/inbox/batch", &form).await;
    assert_eq!(
        status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "their number is typed above ten"
    );
    let mut miscounted = form.clone();
    miscounted.push(("count", "11"));
    let (status, _) = bob.post("/inbox/batch", &miscounted).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "and rightly");
    // Meanwhile a colleague decides one of them.
    let (instance, task) = {
        let mut parts = all[0].split(':');
        (
            parts.next().unwrap().to_owned(),
            parts.next().unwrap().to_owned(),
        )
    };
    let bea = desk.api("bea").await;
    let hers = desk.task(&instance, "bea").await;
    let body = serde_json::json!({"decision": "approve"});
    crate::desk::ok(&bea.on(&instance, hers, "decision", body).await);
    assert_ne!(task, hers.to_string());
    form.push(("count", "12"));
    let (status, done) = bob.post("/inbox/batch", &form).await;
    assert_eq!(status, StatusCode::OK);
    assert!(done.contains("11 项已同意，1 项没有处理"), "{done}");
    let row = |at: &str| {
        done[done.find(at).unwrap()..]
            .split("</li>")
            .next()
            .unwrap()
            .to_owned()
    };
    let hers = row(&instance);
    assert!(
        hers.contains("tag no") && hers.contains("贝娅"),
        "who was faster: {hers}"
    );
    let other = all[1].split(':').next().unwrap();
    assert!(row(other).contains("tag ok"), "{done}");
    assert_eq!(desk.events(&instance, "decided").await, 1);
    let (_, again) = bob.get("/inbox/batch?flow=buying&state=any_sign").await;
    assert!(rows(&again).is_empty());
}
