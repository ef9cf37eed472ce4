//! The verbs by page, without a script.

use assent_runtime::app::SourceFile;
use axum::http::StatusCode;
use serde_json::json;

use crate::desk::{Desk, ok, refused};

/// A2.93
#[tokio::test]
async fn a_task_page_delegates_asks_and_shows_what_came_back() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let (bob, hana) = (desk.browser("bob").await, desk.browser("hana").await);
    let task = desk.task(&instance, "bob").await;
    let path = format!("/tasks/{instance}/{task}");
    let (_, page) = bob.get(&path).await;
    for sheet in [
        "approve",
        "reject",
        "delegate",
        "transfer",
        "add_signer",
        "ask",
    ] {
        assert!(page.contains(&format!("id=\"{sheet}\"")), "{sheet}");
    }
    for elsewhere in ["comment", "copy"] {
        assert!(page.contains(&format!("#{elsewhere}\"")), "{elsewhere}");
    }
    assert!(page.contains("<datalist id=\"people\">") && page.contains("哈娜（销售部）"));

    let unknown = [
        ("action", "delegate"),
        ("to", "没有这个人"),
        ("comment", "请看"),
    ];
    let (status, page) = bob.post(&format!("{path}/delegate"), &unknown).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("找不到“没有这个人”") && page.contains("请看"),
        "words are kept: {page}"
    );
    let by_name = [
        ("action", "delegate"),
        ("to", "哈娜（销售部）"),
        ("comment", "请先看合同"),
    ];
    let (status, _) = bob.post(&format!("{path}/delegate"), &by_name).await;
    assert_eq!(status, StatusCode::SEE_OTHER);

    let (_, waits) = bob.get(&path).await;
    assert!(
        waits.contains("正在等 哈娜 先表态") && !waits.contains("id=\"approve\""),
        "{waits}"
    );
    let mine = desk.task(&instance, "hana").await;
    let (_, page) = hana.get(&format!("/tasks/{instance}/{mine}")).await;
    assert!(
        page.contains("请先看合同") && page.contains("id=\"advise\""),
        "{page}"
    );
    let (_, inbox) = hana.get("/inbox").await;
    assert!(inbox.contains("请您给意见"));
    let said = [("action", "advise"), ("comment", "条款没有问题")];
    let (status, _) = hana
        .post(&format!("/tasks/{instance}/{mine}/advise"), &said)
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, page) = bob.get(&path).await;
    let (opinion, facts) = (
        page.find("条款没有问题").unwrap(),
        page.find("facts-h").unwrap(),
    );
    assert!(opinion < facts, "above what is decided on");
    let (_, english) = bob.get(&format!("{path}?lang=en")).await;
    assert!(english.contains("gave an opinion") && english.contains("Delegate"));
}

/// A2.94
#[tokio::test]
async fn an_instance_page_copies_urges_and_takes_back() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let (ann, bob, zoe) = (
        desk.browser("ann").await,
        desk.browser("bob").await,
        desk.browser("zoe").await,
    );
    let path = format!("/instances/{instance}");
    let copy = [("to", "佐伊"), ("to", "hana"), ("comment", "请知悉")];
    assert_eq!(
        ann.post(&format!("{path}/copy"), &copy).await.0,
        StatusCode::SEE_OTHER
    );
    let (_, inbox) = zoe.get("/inbox?tab=copies").await;
    assert!(inbox.contains("any 100"), "{inbox}");
    let task = desk.task(&instance, "zoe").await;
    let (_, page) = zoe.get(&format!("/tasks/{instance}/{task}")).await;
    assert!(
        page.contains("请知悉") && page.contains("id=\"read\""),
        "{page}"
    );
    let read = [("action", "read")];
    let (status, _) = zoe
        .post(&format!("/tasks/{instance}/{task}/read"), &read)
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(
        ann.post(&format!("{path}/urge"), &[]).await.0,
        StatusCode::SEE_OTHER
    );
    assert_eq!(desk.events(&instance, "urged").await, 1);

    let his = desk.task(&instance, "bob").await;
    let approve = [("action", "approve"), ("comment", "")];
    assert_eq!(
        bob.post(&format!("/tasks/{instance}/{his}/decision"), &approve)
            .await
            .0,
        StatusCode::SEE_OTHER
    );
    let (_, done) = bob.get("/inbox?tab=done").await;
    assert!(done.contains("#take_back"), "{done}");
    let (_, page) = bob.get(&path).await;
    assert!(page.contains("id=\"take_back\""));
    let back = [("comment", "看错了")];
    assert_eq!(
        bob.post(&format!("{path}/take_back"), &back).await.0,
        StatusCode::SEE_OTHER
    );
    assert_eq!(desk.events(&instance, "taken_back").await, 1);
}

/// A2.95
#[tokio::test]
async fn a_decision_is_confirmed_with_a_mailed_code_on_the_page() {
    let desk = Desk::new().await;
    let instance = desk.asked("strict", "60000").await;
    let bob = desk.browser("bob").await;
    let task = desk.task(&instance, "bob").await;
    let path = format!("/tasks/{instance}/{task}");
    let (_, page) = bob.get(&path).await;
    assert!(page.contains("name=\"proof\"") && page.contains("name=\"signature\""));
    assert!(
        page.contains("id=\"outcome-concession\""),
        "a button of its own"
    );
    let typed = [
        ("action", "approve"),
        ("signature", "鲍勃"),
        ("comment", "核过了"),
    ];
    let (status, page) = bob.post(&format!("{path}/code"), &typed).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        page.contains("sheet open") && page.contains("核过了"),
        "the sheet stays open"
    );
    let wrong = [
        ("action", "approve"),
        ("signature", "鲍勃"),
        ("proof", "wrong words"),
    ];
    let (status, page) = bob.post(&format!("{path}/decision"), &wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("密码或验证码不对") && !page.contains("wrong words"),
        "{page}"
    );
    let right = [
        ("action", "approve"),
        ("signature", "鲍勃"),
        ("proof", "the password of bob"),
    ];
    let (status, _) = bob.post(&format!("{path}/decision"), &right).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
}

/// A2.96
#[tokio::test]
async fn whoever_is_asked_again_sees_what_changed_since_they_signed() {
    let desk = Desk::new().await;
    let instance = desk.asked("all", "100").await;
    let (bob, bea, ann) = (
        desk.api("bob").await,
        desk.browser("bea").await,
        desk.api("ann").await,
    );
    let his = desk.task(&instance, "bob").await;
    ok(&bob
        .on(&instance, his, "decision", json!({"decision": "approve"}))
        .await);
    let hers = desk.task(&instance, "bea").await;
    let back = [
        ("action", "return"),
        ("to", "applicant"),
        ("comment", "金额太大"),
    ];
    let (status, _) = bea
        .post(&format!("/tasks/{instance}/{hers}/return"), &back)
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let submit = format!("/api/v1/instances/{instance}/submit");
    ok(&ann.post(&submit, &json!({"set": {"amount": "90"}})).await);
    let again = desk.task(&instance, "bob").await;
    let (_, seen) = bob.get(&format!("/api/v1/tasks/{instance}/{again}")).await;
    assert_eq!(seen["changed"].as_array().unwrap().len(), 1, "{seen}");
    let change = &seen["changed"][0];
    assert_eq!(change["label"]["zh"], "金额");
    assert!(
        change["before"]["zh"].as_str().unwrap().contains("100.00"),
        "{change}"
    );
    assert!(
        change["after"]["zh"].as_str().unwrap().contains("90.00"),
        "{change}"
    );
}

/// A2.105
#[tokio::test]
async fn a_decision_cannot_empty_what_is_required() {
    let desk = Desk::new().await;
    let instance = desk.asked("fix", "100").await;
    let (bea, bob) = (desk.api("bea").await, desk.browser("bob").await);
    let hers = desk.task(&instance, "bea").await;
    let emptied = json!({"decision": "approve", "set": {"amount": null}});
    let answer = bea.on(&instance, hers, "decision", emptied).await;
    refused(&answer, 422, "field_required");
    assert_eq!(answer.1["errors"][0]["field"], "amount", "{answer:?}");
    // On the page, come to by the link in the mail, the field says so, and what was typed stays.
    let his = desk.task(&instance, "bob").await;
    let link = desk.app.issue_link(&instance, his).await.unwrap().0;
    let (status, _) = bob.get(&format!("/l/{link}")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let path = format!("/tasks/{instance}/{his}");
    let (_, page) = bob.get(&path).await;
    let input = page.split("name=\"f.amount\"").nth(1).unwrap();
    let input = input.split('>').next().unwrap();
    assert!(input.contains("required"), "{input}");
    let form = [
        ("action", "approve"),
        ("comment", "看过"),
        ("f.amount", ""),
        ("f.secret", ""),
    ];
    let (status, page) = bob.post(&format!("{path}/decision"), &form).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("“金额”必填，不能清空") && page.contains("看过"),
        "{page}"
    );
    assert_eq!(desk.events(&instance, "decided").await, 0);
    let form = [("action", "approve"), ("f.amount", "90"), ("f.secret", "")];
    let (status, _) = bob.post(&format!("{path}/decision"), &form).await;
    assert_eq!(
        status,
        StatusCode::SEE_OTHER,
        "an optional one may be emptied"
    );
}

/// A2.97
#[tokio::test]
async fn a_link_to_a_task_that_a_colleague_claimed_says_who_and_when() {
    let desk = Desk::new().await;
    let instance = desk.asked("pool", "100").await;
    let bea = desk.api("bea").await;
    let bob = desk.browser("bob").await;
    let pool = desk.task(&instance, "bob").await;
    let (_, page) = bob.get(&format!("/tasks/{instance}/{pool}")).await;
    assert!(
        page.contains("id=\"claim\"") && page.contains("待认领"),
        "{page}"
    );
    ok(&bea.on(&instance, pool, "claim", json!({})).await);
    let (status, page) = bob.get(&format!("/tasks/{instance}/{pool}")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("贝娅") && page.contains("已认领"), "{page}");
}

/// A5.63
#[tokio::test]
async fn an_administrator_sets_somebodys_absence_on_a_page() {
    let desk = Desk::new().await;
    let (adm, bob) = (desk.browser("adm").await, desk.browser("bob").await);
    let (_, page) = adm.get("/me/away").await;
    assert!(page.contains("href=\"/away\""), "a way in: {page}");
    let (_, page) = bob.get("/me/away").await;
    assert!(!page.contains("href=\"/away\""), "only for administrators");
    let (status, _) = bob.get("/away?person=hana").await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    let (_, page) = adm.get("/away?person=bob").await;
    assert!(page.contains("name=\"person\" value=\"bob\""), "{page}");
    let away = [
        ("person", "bob"),
        ("from", "2026-03-02T08:00"),
        ("until", "2026-03-04T09:00"),
        ("proxy", "hana"),
        ("flow", ""),
    ];
    let (status, _) = bob.post("/away", &away).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let without = [("person", "bob"), ("from", ""), ("until", "")];
    let (status, page) = adm.post("/away", &without).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("请填写日期和时间"), "{page}");
    let (status, _) = adm.post("/away", &away).await;
    assert_eq!(status, StatusCode::SEE_OTHER);

    // It stands on the page of whoever it is about, and they may end it.
    let (_, own) = bob.get("/me/away").await;
    assert!(own.contains("哈娜"), "{own}");
    let known = desk
        .api("bob")
        .await
        .get("/api/v1/people/bob/absences")
        .await;
    let begins = ok(&known)[0]["from"]["ms"].to_string();
    let others = desk
        .api("hana")
        .await
        .get("/api/v1/people/bob/absences")
        .await;
    refused(&others, 403, "scope");
    let over = [("person", "bob"), ("begins", begins.as_str()), ("only", "")];
    let (status, _) = adm.post("/away/end", &over).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, own) = bob.get("/me/away").await;
    assert!(
        !own.contains("哈娜（") || !own.contains("/me/away/end"),
        "{own}"
    );
}

#[tokio::test]
async fn a_migration_that_is_reloaded_begins_again_on_the_flows_page() {
    let desk = Desk::new().await;
    let adm = desk.browser("adm").await;
    let (status, _) = adm.get("/flows/buying/migrate").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (status, _) = adm.get("/flows/buying").await;
    assert_eq!(status, StatusCode::OK);
}

/// A4.61: the same form posted twice, as by a double tap, is answered twice and done once; another button with the key of that
/// page is another wish.
#[tokio::test]
async fn a_form_that_is_posted_twice_gets_the_first_answer_again() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let bob = desk.browser("bob").await;
    let path = format!("/tasks/{instance}/{}", desk.task(&instance, "bob").await);
    let tap = [("action", "approve"), ("key", "k1")];
    let first = bob.follow(&format!("{path}/decision"), &tap).await;
    let second = bob.follow(&format!("{path}/decision"), &tap).await;
    for (status, page) in [first, second] {
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("已同意，接下来由 卡尔 处理"), "{page}");
    }
    assert_eq!(desk.events(&instance, "decided").await, 1);
    let other = [("action", "reject"), ("comment", "不同意"), ("key", "k1")];
    let (status, page) = bob.post(&format!("{path}/decision"), &other).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(page.contains("已同意"), "{page}");
}

/// The value of the first element that begins like this.
fn value_of(page: &str, begins: &str) -> String {
    let rest = page
        .split(begins)
        .nth(1)
        .unwrap_or_else(|| panic!("no {begins}: {page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// A7.41: a state that has another id is proposed and chosen from a list; what cannot be read comes back as it was typed, with
/// the sentence at its place; and what was done is told.
#[tokio::test]
async fn a_migration_is_chosen_from_lists_and_a_slip_keeps_what_was_typed() {
    let desk = Desk::new().await;
    desk.asked("any", "100").await;
    let text = include_str!("buying.yaml")
        .replace("{id: any_sign, otherwise", "{id: first_sign, otherwise");
    let file = SourceFile {
        name: "buying.yaml".to_owned(),
        text,
    };
    desk.app.publish(Some("adm"), vec![file]).await.unwrap();
    let adm = desk.browser("adm").await;
    let to = ("to", "current");
    let path = "/flows/buying/migrate";
    let (status, page) = adm.post(path, &[to, ("do", "preview")]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        page.contains("<option value=\"first_sign\" selected>")
            && page.contains("新版本把它改了编号"),
        "the rename is proposed: {page}"
    );
    let row = value_of(&page, "name=\"row\" value=\"");
    assert!(!row.is_empty(), "and previewed so");

    let looked = ("looked", "1");
    let state = ("state.any_sign", "first_sign");
    let slip = [
        to,
        looked,
        state,
        ("map", "set: {amuont: 5}"),
        ("do", "preview"),
    ];
    let (status, page) = adm.post(path, &slip).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("set: {amuont: 5}</textarea>") && page.contains("id=\"map-wrong\""),
        "{page}"
    );
    assert!(
        page.contains("<option value=\"first_sign\" selected>"),
        "{page}"
    );

    let without = [
        to,
        looked,
        state,
        ("row", row.as_str()),
        ("reason", ""),
        ("do", "migrate"),
    ];
    let (status, page) = adm.post(path, &without).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("请填写原因"), "{page}");

    let stale = format!("{}0", row);
    let left = [
        to,
        looked,
        state,
        ("row", stale.as_str()),
        ("reason", "改名"),
        ("do", "migrate"),
    ];
    let (status, page) = adm.post(path, &left).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        page.contains("已迁移 0 个，1 个没有迁移") && page.contains("预览之后该流程实例有变化"),
        "which was not migrated, and why: {page}"
    );

    let all = [
        to,
        looked,
        state,
        ("row", row.as_str()),
        ("reason", "改名"),
        ("do", "migrate"),
    ];
    let (status, page) = adm.follow(path, &all).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        page.contains("已迁移 1 个"),
        "told on the flow's page: {page}"
    );
}

/// Payments in rows, typed by the applicant and read by whoever decides.
const PLAN: &str = "
flow: plan
format: 1
name: {zh: 合同, en: Contract}
purpose: {zh: 先看收款计划。, en: The plan is read first.}
owner: role/owner
calendar: cn_office
title: '{{subject}}'
form:
  subject: {type: text, name: {zh: 事由, en: Subject}, required: true, show: first}
  plan:
    type: table
    name: {zh: 收款计划, en: Plan}
    required: true
    columns:
      kind:   {type: choice, name: {zh: 款项, en: Kind}, options: {down: {zh: 预付款, en: Down}, rest: {zh: 尾款, en: Rest}}, required: true}
      amount: {type: money, currency: CNY, name: {zh: 金额, en: Amount}, required: true}
people: {board: role/board}
states:
  - {id: draft, name: {zh: 填写, en: Draft}, draft: {by: applicant}}
  - {id: look, name: {zh: 审批, en: Look}, approve: {by: board}, if_rejected: {back_to: draft}}
";

#[tokio::test]
async fn rows_are_added_without_a_script_and_read_on_every_page() {
    let desk = Desk::new().await;
    let file = assent_runtime::app::SourceFile {
        name: "plan.yaml".to_owned(),
        text: PLAN.to_owned(),
    };
    desk.app.publish(Some("adm"), vec![file]).await.unwrap();
    let (ann, bob) = (desk.browser("ann").await, desk.browser("bob").await);
    let (_, empty) = ann.get("/start/plan").await;
    assert!(
        empty.contains("加一行") && !empty.contains("f.plan.2.kind"),
        "{empty}"
    );
    let mut form = vec![
        ("f.subject", "冷藏车"),
        ("f.plan.0.kind", "down"),
        ("f.plan.0.amount", "160000"),
        ("f.plan.1.kind", "rest"),
        ("f.plan.1.amount", "30000"),
    ];
    let more = [form.clone(), vec![("do", "row:plan")]].concat();
    let (status, page) = ann.post("/start/plan", &more).await;
    assert_eq!(status, StatusCode::OK, "nothing is sent by it");
    assert!(
        page.contains("f.plan.2.kind") && !page.contains("f.plan.3.kind"),
        "one more: {page}"
    );
    assert!(page.contains("value=\"30000\""), "what was typed is kept");
    assert!(!page.contains("id=\"errors\""), "it is no fault");

    form.push(("f.plan.2.amount", "10000"));
    let (status, page) = ann.post("/start/plan", &form).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("请填写“收款计划 第 3 行 款项”。"), "{page}");
    let wrong = "name=\"f.plan.2.kind\" aria-label=\"款项 3\" aria-invalid=\"true\"";
    assert!(page.contains(wrong), "at its place: {page}");
    form.push(("f.plan.2.kind", "rest"));
    let (status, _) = ann.post("/start/plan", &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER);

    let todo = assent_runtime::app::Tab::Todo;
    let asked = desk.app.inbox("bob", todo, None, None, 9).await.unwrap();
    let instance = asked.items[0].instance.clone();
    let task = desk.task(&instance, "bob").await;
    for path in [
        format!("/tasks/{instance}/{task}"),
        format!("/instances/{instance}"),
        format!("/instances/{instance}/print"),
        format!("/instances/{instance}/print?form=1"),
    ] {
        let (_, page) = bob.get(&path).await;
        assert!(
            page.contains("<td data-label=\"款项\">预付款</td>"),
            "{path}: {page}"
        );
        let amount = "<td data-label=\"金额\" class=\"right num\">160,000.00 CNY</td>";
        assert!(page.contains(amount), "{path}: {page}");
        let (_, english) = bob
            .get(&format!(
                "{path}{}lang=en",
                if path.contains('?') { "&" } else { "?" }
            ))
            .await;
        assert!(
            english.contains("<td data-label=\"Kind\">Down</td>"),
            "{path}: {english}"
        );
    }
}

const PAPERS: &str = "
flow: papers
format: 1
name: {zh: 证件, en: Papers}
purpose: {zh: 证件齐全再办。, en: No papers, no work.}
owner: role/owner
calendar: cn_office
title: '{{subject}}'
form:
  subject: {type: text, name: {zh: 事由, en: Subject}, required: true, max: 40}
  scan:    {type: file, name: {zh: 扫描件, en: Scan}, accept: [pdf]}
people: {board: role/board}
states:
  - {id: draft, name: {zh: 填写, en: Draft}, draft: {by: applicant}}
  - {id: look, name: {zh: 审批, en: Look}, approve: {by: board}, if_rejected: {back_to: draft}}
";

/// What somebody picked on a phone is not picked twice because another field was empty.
#[tokio::test]
async fn picked_files_come_back_with_the_form() {
    let desk = Desk::new().await;
    let file = assent_runtime::app::SourceFile {
        name: "papers.yaml".to_owned(),
        text: PAPERS.to_owned(),
    };
    desk.app.publish(Some("adm"), vec![file]).await.unwrap();
    let ann = desk.browser("ann").await;
    let picked = [("f.scan", "行驶证.pdf", "%PDF-1.4 one")];
    let (status, page) = ann
        .post_files("/start/papers", &[("f.subject", "")], &picked)
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    assert!(page.contains("行驶证.pdf"), "{page}");
    let id = between(&page, "name=\"f.scan\" value=\"", "\"");

    let name = format!("name:{id}");
    let again = [("f.scan", id.as_str()), (&name, "行驶证.pdf")];
    let none = [("f.scan", "", "")];
    let (status, page) = ann
        .post_files(
            "/start/papers",
            &[&[("f.subject", "")], &again[..]].concat(),
            &none,
        )
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("行驶证.pdf"), "a second time: {page}");

    let save = [("f.subject", "年检"), ("do", "save")];
    let (status, page) = ann
        .post_files("/start/papers", &[&save[..], &again[..]].concat(), &none)
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let todo = assent_runtime::app::Tab::Todo;
    let mine = desk.app.inbox("ann", todo, None, None, 9).await.unwrap();
    let (instance, task) = (&mine.items[0].instance, mine.items[0].task.unwrap());
    let task = format!("/tasks/{instance}/{task}");
    let (_, page) = ann.get(&task).await;
    assert!(page.contains("行驶证.pdf"), "{page}");

    // Its box cleared, and no other picked: it is gone.
    let (status, page) = ann.post_files(&format!("{task}/edit"), &save, &none).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let (_, page) = ann.get(&task).await;
    assert!(!page.contains("name=\"f.scan\" value="), "{page}");
}

fn between(text: &str, start: &str, end: &str) -> String {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{text}"));
    rest.split_once(end).unwrap().0.to_owned()
}
