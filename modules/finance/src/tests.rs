use assent_core::testkit::{Bench, manifest, refused};
use serde_json::json;

use super::Finance;

/// A house with a customer (of the parties module) and two contracts.
fn bench() -> Bench {
    Bench::new(Finance)
        .and(Customers)
        .at("2026-03-02 09:00")
        .with_record("customer", "C1", "{full_name: 东汇钢贸, tax_title: 东汇钢贸有限公司, credit_code: 91330200MA2B1C2D3T, taxpayer: general}")
        .with_record("contract", "H1", "{customer: C1, amount: 1000.00, signed_on: 2026-01-05}")
}

/// The one entity type of another module that finance refers to.
struct Customers;

impl assent_core::module::Module for Customers {
    fn manifest(&self) -> &assent_core::module::Manifest {
        assent_core::manifest!("../../parties/module.yaml")
    }
}

fn invoice(amount: &str, more: &str) -> String {
    format!(
        "{{contract: H1, customer: C1, amount: {amount}, kind: special, title: 东汇钢贸有限公司, tax_no: 91330200MA2B1C2D3T, product_class: goods, delivery_no: SH-1, ahead: false, term_days: 30{more}}}"
    )
}

#[test]
fn the_manifest_is_good() {
    let manifest = manifest(include_str!("../module.yaml"));
    assert_eq!((manifest.entities.len(), manifest.numbers.len()), (6, 4));
}

#[test]
fn invoices_of_a_contract_never_exceed_it() {
    let other = |status: &str, amount: &str| {
        let yaml =
            format!("{{contract: H1, amount: {amount}, delivery_no: SH-0, status: {status}}}");
        bench().with_record("invoice_application", "K1", &yaml)
    };
    let save =
        |bench: Bench, amount: &str| bench.save("invoice_application", None, &invoice(amount, ""));
    assert!(save(bench(), "1000.00").is_ok(), "the whole contract");
    assert_eq!(refused(save(bench(), "1000.01")), "over_contract");
    assert!(save(other("issued", "400.00"), "600.00").is_ok());
    assert_eq!(
        refused(save(other("issued", "400.00"), "600.01")),
        "over_contract"
    );
    assert_eq!(
        refused(save(other("asked", "400.00"), "600.01")),
        "over_contract",
        "asked for counts, too"
    );
    assert!(
        save(other("void", "400.00"), "1000.00").is_ok(),
        "what is void does not count"
    );
    let half = Bench::new(Finance).save("invoice_application", None, &invoice("0.00", ""));
    assert_eq!(refused(half), "field_too_small", "nothing is no invoice");
}

#[test]
fn money_for_an_invoice_ahead_of_delivery_comes_within_sixty_days() {
    let save = |day: &str| {
        let ahead = invoice(
            "10.00",
            &format!(", ahead_reason: 客户急用, expected_receipt_on: {day}"),
        );
        let ahead = ahead.replace("ahead: false", "ahead: true");
        bench().save("invoice_application", None, &ahead)
    };
    assert_eq!(refused(save("2026-03-01")), "expected_in_past");
    let under_way = save("2026-03-01, status: asked");
    assert!(under_way.is_ok(), "it was not over when it was asked for");
    assert!(save("2026-03-02").is_ok(), "today");
    assert!(save("2026-05-01").is_ok(), "the sixtieth day");
    assert_eq!(refused(save("2026-05-02")), "ahead_too_far");
}

#[test]
fn an_issued_invoice_is_dated_and_due() {
    let saved = bench().save(
        "invoice_application",
        None,
        &invoice("10.00", ", invoice_no: '26332000000000000001'"),
    );
    let saved = saved.unwrap_or_default();
    let shown = |name: &str| format!("{:?}", saved.get(name));
    assert!(
        shown("issued_on").contains("2026-03-02"),
        "{}",
        shown("issued_on")
    );
    assert!(
        shown("due_on").contains("2026-04-01"),
        "{}",
        shown("due_on")
    );
}

#[test]
fn effects_are_posted_as_declared() {
    let issue = bench().request(
        "erp.issue_invoice",
        "{number: KP-1, kind: special, title: T, tax_no: N, amount: 113.00, tax_rate: 0.13}",
    );
    let issue = issue.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!(
        (issue.connector.as_str(), issue.path.as_str()),
        ("erp", "/invoices")
    );
    assert_eq!(issue.body["amount"], json!("113.00"), "exact, as a text");
    let answer = |json| bench().answer("erp.issue_invoice", &json);
    assert!(answer(json!({"invoice_no": "26332000000000000001"})).is_ok());
    assert_eq!(refused(answer(json!({}))), "answer_unusable");
}

#[test]
fn orders_never_draw_more_than_their_frame_contract() {
    let frame = "{customer: C1, amount: 1000.00, frame: true, signed_on: 2026-01-05, start_on: 2026-01-10, end_on: 2026-12-31}";
    let bench = |status: &str| {
        let other = format!("{{contract: H2, amount: 400.00, status: {status}}}");
        bench()
            .with_record("contract", "H2", frame)
            .with_record("frame_order", "D1", &other)
    };
    let save = |status: &str, amount: &str| {
        let order = format!(
            "{{contract: H2, customer: C1, goods: 冷藏车, amount: {amount}, deliver_on: 2026-06-30}}"
        );
        bench(status).save("frame_order", None, &order)
    };
    assert!(save("placed", "600.00").is_ok(), "to the last cent");
    assert_eq!(refused(save("placed", "600.01")), "over_frame");
    assert_eq!(refused(save("asked", "600.01")), "over_frame");
    assert!(
        save("void", "1000.00").is_ok(),
        "what is void draws nothing"
    );
}
