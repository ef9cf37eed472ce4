//! The verbs by API.

use axum::http::StatusCode;
use serde_json::json;

use crate::desk::{Desk, HOUR_MS, MONDAY, ok, refused};

/// A2.70
#[tokio::test]
async fn a_delegated_task_comes_back_with_the_opinion() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let (bob, hana) = (desk.api("bob").await, desk.api("hana").await);
    let task = desk.task(&instance, "bob").await;
    refused(
        &bob.on(&instance, task, "delegate", json!({"to": "ann"}))
            .await,
        422,
        "own_request",
    );
    refused(
        &hana
            .on(&instance, task, "delegate", json!({"to": "zoe"}))
            .await,
        403,
        "not_yours",
    );
    let body = json!({"to": "hana", "comment": "请先看合同"});
    ok(&bob.on(&instance, task, "delegate", body).await);

    let mine = desk.task(&instance, "hana").await;
    let (_, seen) = hana.get(&format!("/api/v1/tasks/{instance}/{mine}")).await;
    assert_eq!(
        (
            &seen["kind"],
            &seen["asked"]["words"],
            &seen["asked"]["by"]["id"]
        ),
        (&json!("advise"), &json!("请先看合同"), &json!("bob"))
    );
    let (_, waits) = bob.get(&format!("/api/v1/tasks/{instance}/{task}")).await;
    assert_eq!(waits["waits_for"]["id"], "hana");
    let (status, problem) = bob
        .on(&instance, task, "decision", json!({"decision": "approve"}))
        .await;
    assert!(status.is_client_error(), "{problem}");
    assert_eq!(problem["code"], "waits_for_other");
    refused(
        &hana
            .on(&instance, mine, "advise", json!({"text": "好"}))
            .await,
        422,
        "words_required",
    );
    ok(&hana
        .on(&instance, mine, "advise", json!({"text": "条款没有问题"}))
        .await);
    refused(
        &hana
            .on(&instance, mine, "advise", json!({"text": "再说一遍"}))
            .await,
        409,
        "task_closed",
    );
    let (_, seen) = bob.get(&format!("/api/v1/tasks/{instance}/{task}")).await;
    assert_eq!(seen["opinions"][0]["words"], "条款没有问题");
    assert_eq!(seen["waits_for"], json!(null));
    ok(&bob
        .on(&instance, task, "decision", json!({"decision": "approve"}))
        .await);
}

/// A2.71
#[tokio::test]
async fn signers_are_added_and_removed() {
    let desk = Desk::new().await;
    let instance = desk.asked("all", "100").await;
    let bob = desk.api("bob").await;
    let task = desk.task(&instance, "bob").await;
    let after = json!({"person": "hana", "place": "after", "role": "adviser"});
    refused(
        &bob.on(&instance, task, "add-signer", after).await,
        422,
        "adviser_after",
    );
    let (status, _) = bob
        .on(
            &instance,
            task,
            "add-signer",
            json!({"person": "hana", "place": "aside"}),
        )
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "an unknown place");
    ok(&bob
        .on(
            &instance,
            task,
            "add-signer",
            json!({"person": "hana", "place": "before"}),
        )
        .await);
    let hers = desk.app.instance_view("hana", &instance).await.unwrap();
    assert!(hers.my_task.is_some());
    let (_, waits) = bob.get(&format!("/api/v1/tasks/{instance}/{task}")).await;
    assert_eq!(waits["waits_for"]["id"], "hana");
    refused(
        &bob.on(&instance, task, "remove-signer", json!({"person": "bea"}))
            .await,
        422,
        "not_removable",
    );
    ok(&bob
        .on(&instance, task, "remove-signer", json!({"person": "hana"}))
        .await);
    // Having voted, he may still remove whom he added; anybody's task of that state will do.
    ok(&bob
        .on(&instance, task, "add-signer", json!({"person": "hana"}))
        .await);
    ok(&bob
        .on(&instance, task, "decision", json!({"decision": "approve"}))
        .await);
    let hers = desk.task(&instance, "hana").await;
    let view = desk.app.instance_view("bob", &instance).await.unwrap();
    let mut offers = view.offers.iter();
    let offer = offers.find(|offer| offer.verb == "remove_signer").unwrap();
    assert_eq!((offer.targets.len(), offer.allowed), (1, true));
    let page = desk.browser("bob").await;
    let path = format!("/instances/{instance}");
    assert!(page.get(&path).await.1.contains("id=\"remove_signer\""));
    let gone = [("action", "remove_signer"), ("to", "hana")];
    let (status, said) = page.post(&format!("{path}/remove_signer"), &gone).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{said}");
    refused(
        &bob.on(&instance, hers, "remove-signer", json!({"person": "hana"}))
            .await,
        409,
        "task_closed",
    );
}

/// A2.109
#[tokio::test]
async fn a_body_that_cannot_be_read_says_which_field_and_what_is_allowed() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let bob = desk.api("bob").await;
    let task = desk.task(&instance, "bob").await;
    for (verb, body, field, kind, words) in [
        (
            "decision",
            json!({"decision": "maybe"}),
            "decision",
            "no_choice",
            "approve、reject",
        ),
        (
            "decision",
            json!({"decisoin": "approve"}),
            "decisoin",
            "unknown",
            "decision、outcome",
        ),
        (
            "decision",
            json!({"decision": "approve", "round": "one"}),
            "round",
            "no_number",
            "整数",
        ),
        (
            "decision",
            json!({"decision": 5}),
            "decision",
            "no_text",
            "文本",
        ),
        ("transfer", json!({}), "to", "missing", "缺少字段 to"),
        (
            "add-signer",
            json!({"person": ["hana"]}),
            "person",
            "no_text",
            "文本",
        ),
        ("transfer", json!(["hana"]), "", "", "JSON 对象"),
    ] {
        let answer = bob.on(&instance, task, verb, body).await;
        refused(&answer, 422, "bad_json");
        let problem = &answer.1;
        let (zh, en) = (&problem["zh"], &problem["en"]);
        assert!(zh.as_str().unwrap().contains(words), "{problem}");
        assert!(en.as_str().unwrap().is_ascii(), "{problem}");
        if !field.is_empty() {
            assert_eq!(problem["params"]["field"], field, "{problem}");
            assert_eq!(problem["errors"][0]["code"], kind, "{problem}");
        }
    }
    let nobody = bob.on(&instance, task, "transfer", json!({"to": ""})).await;
    refused(&nobody, 422, "person_required");
    assert_eq!(nobody.1["params"]["field"], "to");
}

/// A2.72
#[tokio::test]
async fn a_pool_is_claimed_once_and_given_back() {
    let desk = Desk::new().await;
    let instance = desk.asked("pool", "100").await;
    let (bob, bea, zoe) = (
        desk.api("bob").await,
        desk.api("bea").await,
        desk.api("zoe").await,
    );
    let pool = desk.task(&instance, "bob").await;
    let (_, todo) = bea.get("/api/v1/tasks").await;
    assert_eq!(todo["items"][0]["kind"], "claim");
    refused(
        &zoe.on(&instance, pool, "claim", json!({})).await,
        403,
        "not_a_candidate",
    );
    refused(
        &bob.on(&instance, pool, "decision", json!({"decision": "approve"}))
            .await,
        403,
        "not_claimed_yet",
    );
    ok(&bea.on(&instance, pool, "claim", json!({})).await);
    let late = bob.on(&instance, pool, "claim", json!({})).await;
    refused(&late, 409, "task_closed");
    assert!(
        late.1["zh"].as_str().unwrap().contains("贝娅"),
        "{}",
        late.1
    );
    let own = desk.task(&instance, "bea").await;
    refused(
        &bea.on(&instance, own, "claim", json!({})).await,
        422,
        "claimed_already",
    );
    refused(
        &bob.on(&instance, own, "claim", json!({})).await,
        403,
        "not_yours",
    );
    ok(&bea
        .on(&instance, own, "give-back", json!({"comment": "明天不在"}))
        .await);
    let again = desk.task(&instance, "bob").await;
    ok(&bob.on(&instance, again, "claim", json!({})).await);
    let own = desk.task(&instance, "bob").await;
    ok(&bob
        .on(&instance, own, "decision", json!({"decision": "approve"}))
        .await);
}

/// A2.73
#[tokio::test]
async fn questions_are_asked_and_answered_without_deciding() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let (ann, bob) = (desk.api("ann").await, desk.api("bob").await);
    let task = desk.task(&instance, "bob").await;
    let empty = bob
        .on(&instance, task, "ask", json!({"question": ""}))
        .await;
    refused(&empty, 422, "words_required");
    assert_eq!(empty.1["params"]["field"], "question", "{}", empty.1);
    assert!(
        empty.1["zh"].as_str().unwrap().contains("要问的问题"),
        "{}",
        empty.1
    );
    refused(
        &bob.on(
            &instance,
            task,
            "ask",
            json!({"question": "行不行", "to": "bob"}),
        )
        .await,
        422,
        "asks_the_holder",
    );
    ok(&bob
        .on(
            &instance,
            task,
            "ask",
            json!({"question": "为什么要这么多"}),
        )
        .await);
    refused(
        &bob.on(&instance, task, "ask", json!({"question": "再问一遍"}))
            .await,
        422,
        "already_asked",
    );
    let answer = desk.task(&instance, "ann").await;
    refused(
        &bob.on(&instance, answer, "reply", json!({"text": "我来答"}))
            .await,
        403,
        "not_yours",
    );
    ok(&ann
        .on(&instance, answer, "reply", json!({"text": "备两个月的料"}))
        .await);
    let (_, seen) = bob.get(&format!("/api/v1/tasks/{instance}/{task}")).await;
    assert_eq!(
        (
            &seen["opinions"][0]["question"],
            &seen["opinions"][0]["words"]
        ),
        (&json!("为什么要这么多"), &json!("备两个月的料"))
    );
}

/// A2.74
#[tokio::test]
async fn copies_are_apart_from_what_is_to_do_and_ticked_off() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let (ann, zoe) = (desk.api("ann").await, desk.api("zoe").await);
    let copy = format!("/api/v1/instances/{instance}/copy");
    refused(&ann.post(&copy, &json!({"to": []})).await, 422, "copies");
    ok(&ann
        .post(&copy, &json!({"to": ["zoe"], "comment": "请知悉"}))
        .await);
    let (_, todo) = zoe.get("/api/v1/tasks").await;
    assert_eq!(todo["items"], json!([]), "nothing to do");
    assert_eq!(desk.app.todo_count("zoe").await.unwrap(), 0);
    assert_eq!(desk.app.copies_count("zoe").await.unwrap(), 1);
    let (_, copies) = zoe.get("/api/v1/tasks?mine=copies").await;
    let task = u32::try_from(copies["items"][0]["task"].as_u64().unwrap()).unwrap();
    refused(
        &ann.on(&instance, task, "read", json!({})).await,
        403,
        "not_yours",
    );
    ok(&zoe.on(&instance, task, "read", json!({})).await);
    refused(
        &zoe.on(&instance, task, "read", json!({})).await,
        409,
        "task_closed",
    );
    assert_eq!(desk.app.copies_count("zoe").await.unwrap(), 0);
    assert_eq!(
        desk.events(&instance, "read").await,
        1,
        "the receipt is in the trail"
    );
}

/// A2.75
#[tokio::test]
async fn urging_waits_two_hours_and_a_rejected_case_is_opened_again() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let (ann, bob) = (desk.api("ann").await, desk.api("bob").await);
    let (urge, reopen) = (
        format!("/api/v1/instances/{instance}/urge"),
        format!("/api/v1/instances/{instance}/reopen"),
    );
    refused(&bob.post(&urge, &json!({})).await, 403, "not_yours");
    ok(&ann.post(&urge, &json!({})).await);
    refused(&ann.post(&urge, &json!({})).await, 409, "urged_already");
    assert!(desk.app.clock().set(MONDAY.plus_ms(2 * HOUR_MS)));
    ok(&ann.post(&urge, &json!({})).await);
    refused(&ann.post(&reopen, &json!({})).await, 409, "not_rejected");
    let task = desk.task(&instance, "bob").await;
    let no = json!({"decision": "reject", "comment": "不全"});
    ok(&bob.on(&instance, task, "decision", no).await);
    ok(&ann.post(&reopen, &json!({"comment": "补齐了"})).await);
    let (_, seen) = ann.get(&format!("/api/v1/instances/{instance}")).await;
    assert_eq!(
        (&seen["status"], &seen["round"]),
        (&json!("running"), &json!(2))
    );
}

/// A2.76
#[tokio::test]
async fn a_decision_is_taken_back_until_somebody_acted_after_it() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let (bob, carl) = (desk.api("bob").await, desk.api("carl").await);
    let task = desk.task(&instance, "bob").await;
    ok(&bob
        .on(&instance, task, "decision", json!({"decision": "approve"}))
        .await);
    refused(
        &carl.on(&instance, task, "take-back", json!({})).await,
        403,
        "nothing_to_take_back",
    );
    ok(&bob
        .on(&instance, task, "take-back", json!({"comment": "看错了"}))
        .await);
    let task = desk.task(&instance, "bob").await;
    ok(&bob
        .on(&instance, task, "decision", json!({"decision": "approve"}))
        .await);
    let last = desk.task(&instance, "carl").await;
    let back = json!({"to": "applicant", "comment": "再议"});
    ok(&carl.on(&instance, last, "return", back).await);
    let late = bob.on(&instance, task, "take-back", json!({})).await;
    assert_eq!(late.0, StatusCode::CONFLICT, "{}", late.1);
}

/// A2.77
#[tokio::test]
async fn an_outcome_of_the_flows_own_and_a_typed_signature() {
    let desk = Desk::new().await;
    let instance = desk.asked("strict", "50000").await;
    let bob = desk.api("bob").await;
    let task = desk.task(&instance, "bob").await;
    let decide = |body| bob.on(&instance, task, "decision", body);
    refused(&decide(json!({})).await, 422, "no_decision");
    refused(
        &decide(json!({"outcome": "gift", "signature": "鲍勃"})).await,
        422,
        "unknown_outcome",
    );
    refused(
        &decide(json!({"outcome": "concession", "signature": "鲍勃"})).await,
        422,
        "reason_required",
    );
    refused(
        &decide(json!({"decision": "approve"})).await,
        422,
        "signature_required",
    );
    refused(
        &decide(json!({"decision": "approve", "signature": "贝娅"})).await,
        422,
        "signature_required",
    );
    let body =
        json!({"outcome": "concession", "signature": "鲍勃", "comment": "尺寸超差不影响使用"});
    ok(&decide(body).await);
    let view = desk.app.instance_view("ann", &instance).await.unwrap();
    let said = view
        .timeline
        .iter()
        .find(|item| item.kind == "decided")
        .unwrap();
    assert!(said.words.zh.contains("让步接收"), "{}", said.words.zh);
}

/// A2.78
#[tokio::test]
async fn a_drawn_signature_is_a_picture_of_ones_own() {
    let desk = Desk::new().await;
    let instance = desk.asked("drawn", "100").await;
    let (bob, bea, ann) = (
        desk.api("bob").await,
        desk.api("bea").await,
        desk.api("ann").await,
    );
    let task = desk.task(&instance, "bob").await;
    let sign = |id: String| {
        bob.on(
            &instance,
            task,
            "decision",
            json!({"decision": "approve", "signature": id}),
        )
    };
    refused(&sign("我签了".to_owned()).await, 422, "invalid");
    let hers = bea.upload("hers.png", b"\x89PNG\r\n\x1a\nhers").await;
    refused(&sign(hers).await, 422, "invalid");
    let words = bob.upload("words.pdf", b"%PDF-1.7 not a picture").await;
    refused(&sign(words).await, 422, "invalid");
    let mine = bob.upload("mine.png", b"\x89PNG\r\n\x1a\nmine").await;
    let (before, _) = ann.get(&format!("/api/v1/files/{mine}")).await;
    assert_eq!(before, StatusCode::NOT_FOUND, "nobody's business yet");
    ok(&sign(mine.clone()).await);
    let (after, _) = ann.get(&format!("/api/v1/files/{mine}")).await;
    assert_eq!(after, StatusCode::OK, "it is in the trail now");
}

/// A2.79
#[tokio::test]
async fn the_same_key_twice_gets_the_first_answer_and_one_event() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let bob = desk.api("bob").await;
    let task = desk.task(&instance, "bob").await;
    let body = json!({"decision": "approve", "idempotency_key": "k1"});
    let first = bob.on(&instance, task, "decision", body.clone()).await;
    let again = bob.on(&instance, task, "decision", body).await;
    let (first, again) = (ok(&first), ok(&again));
    assert_eq!(
        (&first["rev"], &first["seq"], &first["repeated"]),
        (&again["rev"], &again["seq"], &json!(false))
    );
    assert_eq!(again["repeated"], true);
    assert_eq!(desk.events(&instance, "decided").await, 1);
    // Somebody else's key of the same name is another key.
    let carl = desk.api("carl").await;
    let last = desk.task(&instance, "carl").await;
    let other = json!({"decision": "approve", "idempotency_key": "k1"});
    assert_eq!(
        ok(&carl.on(&instance, last, "decision", other).await)["repeated"],
        false
    );
}

/// A2.108
#[tokio::test]
async fn a_key_that_was_used_for_something_else_is_refused() {
    let desk = Desk::new().await;
    let (one, two) = (
        desk.asked("any", "100").await,
        desk.asked("any", "100").await,
    );
    let bob = desk.api("bob").await;
    let (first, second) = (desk.task(&one, "bob").await, desk.task(&two, "bob").await);
    let yes = json!({"decision": "approve", "idempotency_key": "k1"});
    let no = json!({"decision": "reject", "comment": "no", "idempotency_key": "k1"});
    ok(&bob.on(&one, first, "decision", yes.clone()).await);
    for (instance, task, body) in [
        (&one, first, &no),
        (&two, second, &yes),
        (&two, second, &no),
    ] {
        let (status, problem) = bob.on(instance, task, "decision", body.clone()).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("key_used")),
            "{problem}"
        );
    }
    assert_eq!(desk.events(&two, "decided").await, 0);
}

/// A2.80
#[tokio::test]
async fn what_was_read_is_what_is_decided() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let bob = desk.api("bob").await;
    let task = desk.task(&instance, "bob").await;
    let stale = json!({"decision": "approve", "facts": "something else"});
    refused(
        &bob.on(&instance, task, "decision", stale).await,
        412,
        "record_changed",
    );
    let old = json!({"decision": "approve", "round": 7});
    refused(
        &bob.on(&instance, task, "decision", old).await,
        412,
        "old_round",
    );
    assert_eq!(desk.events(&instance, "decided").await, 0);
}
