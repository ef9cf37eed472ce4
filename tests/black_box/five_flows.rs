//! The five flows, each from its request to its end, decided in the three ways there are: by the link in a mail, on a page, by
//! the API.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::binary::{Demo, Folder};
use crate::person::{Person, shipment};

/// A running demo, and whoever is needed of its company.
struct House {
    demo: Demo,
    _folder: Folder,
}

impl House {
    async fn open(name: &str) -> Self {
        let folder = Folder::new(name);
        let demo = Demo::start(folder.path());
        demo.ready().await;
        Self {
            demo,
            _folder: folder,
        }
    }

    async fn person(&self, who: &str) -> Person {
        Person::sign_in(&self.demo, who).await
    }
}

/// The day so many days from today, in China.
fn day(from_today: i64) -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let days = (i64::try_from(seconds).unwrap() + 8 * 3600) / 86_400 + from_today;
    // Days to a date, counted from 0000-03-01 in eras of 400 years.
    let from_march = days + 719_468;
    let (era, of_era) = (from_march / 146_097, from_march % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

async fn start(who: &Person, flow: &str, values: Value) -> String {
    let body = json!({"values": values});
    let (status, answer) = who
        .post(&format!("/api/v1/flows/{flow}/start"), &body)
        .await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer["instance"].as_str().unwrap().to_owned()
}

/// By the API.
async fn decide(who: &Person, instance: &str) {
    let task = who.task_on(instance).await;
    let path = format!("/api/v1/tasks/{instance}/{task}/decision");
    let (status, answer) = who.post(&path, &json!({"decision": "approve"})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

async fn act(who: &Person, instance: &str, action: &str, set: Value) {
    let task = who.task_on(instance).await;
    let path = format!("/api/v1/tasks/{instance}/{task}/act");
    let (status, answer) = who
        .post(&path, &json!({"action": action, "set": set}))
        .await;
    assert_eq!(status, StatusCode::OK, "{action}: {answer}");
}

/// On the page: its form, with what it showed.
async fn on_page(
    who: &Person,
    instance: &str,
    action: &str,
    fields: &[(&str, &str)],
    files: &[(&str, &str)],
) {
    let task = who.task_on(instance).await;
    let seen = who.read(&format!("/api/v1/tasks/{instance}/{task}")).await;
    let (facts, round) = (
        seen["facts_hash"].as_str().unwrap(),
        seen["round"].to_string(),
    );
    let path = format!("/tasks/{instance}/{task}");
    let page = who.page(&path).await;
    let sheets = [action.to_owned(), format!("act-{action}")];
    let sheet = sheets
        .iter()
        .find(|id| page.contains(&format!("id=\"{id}\"")))
        .unwrap_or_else(|| panic!("{action} is no button on the page"));
    let mut all = vec![
        ("action", sheet.as_str()),
        ("facts", facts),
        ("round", round.as_str()),
    ];
    all.extend(fields);
    who.upload(&format!("{path}/{action}"), &all, files).await;
}

/// By the link in the mail that asked: it leads to the task, and the page decides.
async fn by_link(who: &Person, name: &str, instance: &str) {
    let task = who.task_on(instance).await;
    let link = link(who, name, instance, task).await;
    let opened = who.get(&link).await;
    assert_eq!(opened.status(), StatusCode::SEE_OTHER);
    let to = opened.headers()["location"].to_str().unwrap().to_owned();
    assert!(to.ends_with(&format!("/tasks/{instance}/{task}")), "{to}");
    on_page(who, instance, "approve", &[], &[]).await;
    let history = who
        .read(&format!("/api/v1/instances/{instance}/history"))
        .await;
    assert!(
        history.to_string().contains("\"via\":\"link\""),
        "the trail says that it was the link"
    );
}

/// The newest links in somebody's mails, until one leads to this task.
async fn link(who: &Person, name: &str, instance: &str, task: u64) -> String {
    for _ in 0..400 {
        let list = who
            .page(&format!("/dev/mail?to={name}%40lanchuan.example"))
            .await;
        let mails: Vec<String> = list
            .match_indices("/dev/mail/")
            .map(|(at, _)| list[at..].split(['"', '#', '?']).next().unwrap().to_owned())
            .collect();
        for mail in mails {
            let text = who.page(&mail).await;
            let Some(at) = text.find("/l/") else { continue };
            let token: String = text[at + 3..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
                .collect();
            let link = format!("/l/{token}");
            let opened = who.get(&link).await;
            let to = opened
                .headers()
                .get("location")
                .map(|to| to.to_str().unwrap().to_owned());
            if to.is_some_and(|to| to.ends_with(&format!("/tasks/{instance}/{task}"))) {
                return link;
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no mail to {name} about {instance}");
}

/// The value of a field, as the record says it.
async fn value(who: &Person, instance: &str, field: &str) -> String {
    let seen = who.read(&format!("/api/v1/instances/{instance}")).await;
    let facts = seen["values"].as_array().unwrap();
    let fact = facts.iter().find(|fact| fact["field"] == field);
    let fact = fact.unwrap_or_else(|| panic!("no {field} in {seen}"));
    fact["value"]
        .as_str()
        .map_or_else(|| fact["value"].to_string(), str::to_owned)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shipment_is_released_sent_and_signed_for() {
    let house = House::open("flow-shipment").await;
    let (applicant, manager) = (
        house.person("chenyu").await,
        house.person("wanghaoran").await,
    );
    let instance = start(
        &applicant,
        "shipment_release",
        shipment("SH-2026-7101")["values"].clone(),
    )
    .await;
    by_link(&manager, "wanghaoran", &instance).await;
    applicant.until(&instance, "approved").await;

    let clerk = house.person("panyun").await;
    let delivery = loop {
        let todo = clerk
            .read("/api/v1/tasks?mine=todo&flow=shipment_delivery&limit=200")
            .await;
        let row = todo["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["title"].to_string().contains("SH-2026-7101"))
            .cloned();
        if let Some(row) = row {
            break row["instance"].as_str().unwrap().to_owned();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    act(
        &clerk,
        &delivery,
        "done",
        json!({"pieces": 12, "driver": "张师傅 13800000000"}),
    )
    .await;
    let signed = [("f.signed_pieces", "12"), ("f.distance_km", "0.4")];
    on_page(
        &clerk,
        &delivery,
        "signed",
        &signed,
        &[("f.photo", "receipt.png")],
    )
    .await;
    clerk.until(&delivery, "signed_off").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invoice_is_applied_for_issued_and_due() {
    let house = House::open("flow-invoice").await;
    let applicant = house.person("chenyu").await;
    let values = |amount: &str| {
        json!({
            "contract": "H2025-018", "customer": "C1001", "amount": amount, "kind": "special", "title": "东汇钢贸有限公司",
            "tax_no": "91330200MA2B1C2D3T", "product_class": "goods", "delivery_no": "SH-2026-7102", "ahead": false, "term_days": 60
        })
    };
    for (amount, code) in [
        ("100.005", "field_decimals"),
        ("99999999.00", "over_contract"),
    ] {
        let body = json!({"values": values(amount)});
        let (status, problem) = applicant
            .post("/api/v1/flows/invoice_application/start", &body)
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert!(problem.to_string().contains(code), "{code}: {problem}");
    }
    let instance = start(&applicant, "invoice_application", values("500000.01")).await;
    by_link(&house.person("linguodong").await, "linguodong", &instance).await;
    let accountant = house.person("shenjia").await;
    on_page(&accountant, &instance, "approve", &[], &[]).await;
    decide(&house.person("qianwenbin").await, &instance).await;
    act(&accountant, &instance, "delivered", json!({})).await;
    accountant.until(&instance, "approved").await;
    assert_eq!(value(&applicant, &instance, "invoice_no").await.len(), 20);
    assert_eq!(value(&applicant, &instance, "due_on").await, day(60));
    let number = value(&applicant, &instance, "number").await;
    assert!(number.starts_with("KP-"), "{number}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contract_is_reviewed_signed_and_fulfilled() {
    let house = House::open("flow-contract").await;
    let applicant = house.person("chenyu").await;
    let values = json!({
        "subject": "冷藏车 1 台", "customer": "C1001", "dated": day(-3), "currency": "cny", "price": "299999.99", "cost": "200000.00",
        "payment_days": 30, "start_on": day(-1), "end_on": day(364), "frame": false, "construction": false,
        "template_changed": false, "plan": [{"kind": "delivery", "due_on": day(60), "amount": "299999.99"}]
    });
    let instance = start(&applicant, "contract", values).await;
    decide(&house.person("guxiaofeng").await, &instance).await;
    on_page(
        &house.person("qianwenbin").await,
        &instance,
        "approve",
        &[],
        &[],
    )
    .await;
    by_link(&house.person("zhaoyating").await, "zhaoyating", &instance).await;
    let clerk = house.person("fengke").await;
    let signed_on = day(-1);
    on_page(
        &clerk,
        &instance,
        "signed",
        &[("f.signed_on", &signed_on)],
        &[("f.scan", "contract.png")],
    )
    .await;
    act(&clerk, &instance, "close", json!({})).await;
    clerk.until(&instance, "approved").await;
    let number = value(&applicant, &instance, "number").await;
    assert!(number.starts_with("HT-"), "issued at approval: {number}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_is_set_by_three_signatures() {
    let house = House::open("flow-target").await;
    let applicant = house.person("guobing").await;
    let values = json!({
        "kind": "set", "unit": "sales_north", "person": "guobing", "indicator": "collection", "tier": "base",
        "starts_on": day(1), "ends_on": day(90), "value": "1200000.00", "achieved": "300000.00"
    });
    let instance = start(&applicant, "target_change", values.clone()).await;
    by_link(
        &house.person("zhangtieying").await,
        "zhangtieying",
        &instance,
    )
    .await;
    on_page(&house.person("xiayu").await, &instance, "approve", &[], &[]).await;
    decide(&house.person("gaojianguo").await, &instance).await;
    applicant.until(&instance, "approved").await;
    assert_eq!(value(&applicant, &instance, "rate").await, "0.2500");
    let (status, problem) = applicant
        .post(
            "/api/v1/flows/target_change/start",
            &json!({"values": values}),
        )
        .await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("target_twice")),
        "{problem}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vehicle_is_repaired_tested_and_called_back_about() {
    let house = House::open("flow-repair").await;
    let clerk = house.person("tanbo").await;
    let order = json!({
        "vehicle": "V3006", "fault": "空调不制冷", "station": "station_hangzhou", "area": "area_east", "tier": "b",
        "fault_on": day(-10), "odometer_km": 28200, "part_class": "part", "goodwill_amount": "0", "total_amount": "5000.01"
    });
    let mut bad = order.clone();
    bad["odometer_km"] = json!(27_000);
    let (status, problem) = clerk
        .post("/api/v1/flows/repair_order/start", &json!({"values": bad}))
        .await;
    assert_eq!(
        (status, &problem["code"]),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            &json!("odometer_went_back")
        ),
        "{problem}"
    );
    let instance = start(&clerk, "repair_order", order).await;
    let (dispatcher, engineer) = (
        house.person("kongling").await,
        house.person("liaofei").await,
    );
    act(&dispatcher, &instance, "accept", json!({})).await;
    on_page(
        &dispatcher,
        &instance,
        "done",
        &[("f.engineer", "liaofei")],
        &[],
    )
    .await;
    act(&engineer, &instance, "accept", json!({})).await;
    act(&engineer, &instance, "done", json!({"arrived_on": day(-9)})).await;
    act(&engineer, &instance, "done", json!({"fault_code": "B2200"})).await;
    act(
        &engineer,
        &instance,
        "wait_for_parts",
        json!({"part": "P-0911"}),
    )
    .await;
    woken(&house.person("sunlei").await, &instance).await;
    let finished_on = day(-8);
    let finished = [
        ("f.labour_hours", "1.5"),
        ("f.finished_on", finished_on.as_str()),
    ];
    let photos = [
        ("f.photos", "plate.png"),
        ("f.photos", "odometer.png"),
        ("f.photos", "fault.png"),
    ];
    on_page(&engineer, &instance, "finish", &finished, &photos).await;
    by_link(&house.person("qinyue").await, "qinyue", &instance).await;
    decide(&house.person("shichao").await, &instance).await;
    on_page(
        &clerk,
        &instance,
        "done",
        &[],
        &[("f.signature", "signature.png")],
    )
    .await;
    act(
        &house.person("duanrong").await,
        &instance,
        "satisfied",
        json!({}),
    )
    .await;
    clerk.until(&instance, "approved").await;
    let number = value(&clerk, &instance, "number").await;
    assert!(number.starts_with("WX-"), "{number}");
    assert_eq!(value(&clerk, &instance, "in_warranty").await, "true");
}

/// The part came: an event from outside, about the order's record, once the reservation is answered.
async fn woken(who: &Person, instance: &str) {
    let record = who.read(&format!("/api/v1/instances/{instance}")).await["record"].clone();
    for _ in 0..400 {
        let (status, answer) = who
            .post("/api/v1/events/parts.received", &json!({"record": record}))
            .await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        if answer["woken"] == 1 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("nobody waits for the part");
}
