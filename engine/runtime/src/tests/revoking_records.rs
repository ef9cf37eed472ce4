//! Revoking what stands in a record of a module: the deciding flow works on the same record, and what was done outside is
//! undone with what stands in it by then.

use std::sync::{Arc, OnceLock};

use assent_core::command::{Action, Actor, DecideWith, ReturnTo, Verdict, Via};
use assent_core::dialect::manifest;
use assent_core::event::{Change, Event};
use assent_core::module::{Manifest, Module};
use assent_core::value::{Value, Values};
use serde_json::json;

use super::harness::{HOUR_MS, MONDAY, TestApp, values};
use super::outside;
use super::retiring::verified;
use super::roots::audited;
use crate::app::RetireWish;

/// Papers that are stamped, and what another system does with them.
struct Papers;

impl Module for Papers {
    fn manifest(&self) -> &Manifest {
        static MANIFEST: OnceLock<Manifest> = OnceLock::new();
        MANIFEST.get_or_init(|| {
            let (read, faults) = manifest::read("module.yaml", PAPERS);
            read.unwrap_or_else(|| panic!("{faults:#?}"))
        })
    }
}

const PAPERS: &str = "
module: papers
name: {zh: 公文, en: Papers}
entities:
  paper:
    name: {zh: 公文, en: Paper}
    title_field: subject
    fields:
      subject: {type: text, name: {zh: 事由, en: Subject}, required: true}
      stamp:   {type: text, name: {zh: 章号, en: Stamp}}
      note:    {type: text, name: {zh: 备注, en: Note}}
effects:
  papers.post:
    name: {zh: 登记, en: Post}
    post: erp/papers
    takes: {subject: {type: text, required: true}}
  papers.unpost:
    name: {zh: 注销, en: Take out}
    post: erp/papers/out
    takes: {stamp: {type: text, required: true}}
";

const PAPER: &str = r"
flow: paper
format: 1
name: {zh: 公文, en: Paper}
purpose: {zh: 盖章后登记。, en: Posted once it is stamped.}
record: paper
owner: role/owner
calendar: cn_office
title: '{{subject}}'
people: {boss: role/manager}
revocation: {flow: unpaper}
states:
  - {id: draft, name: {zh: 填写, en: Draft}, draft: {by: applicant}}
  - {id: sign, name: {zh: 盖章, en: Stamp}, approve: {by: boss}, fields: {require: [stamp]}}
  - {id: posted, name: {zh: 登记, en: Post}, run: papers.post, give: [subject], undo: {run: papers.unpost, give: [stamp]}}
  - {id: done, name: {zh: 完成, en: Done}, end: approved}
";

const UNPAPER: &str = r"
flow: unpaper
format: 1
name: {zh: 撤销公文, en: Revoked paper}
purpose: {zh: 盖过章的人同意才撤销。, en: Whoever stamped it agrees.}
record: paper
owner: role/owner
calendar: cn_office
title: '撤销 {{subject}}'
people: {those: approvers of original}
priority: 1
states:
  - {id: draft, name: {zh: 填写, en: Draft}, draft: {by: applicant}}
  - {id: again, name: {zh: 原审批人, en: Approvers}, approve: {by: those}, fields: {write: [stamp, note]}}
  - {id: done, name: {zh: 同意, en: Agreed}, end: approved}
";

async fn decided(test: &TestApp, who: &str, set: &[(&str, Value)]) -> String {
    let inbox = test.app.inbox(who, Default::default(), None, None, 5).await;
    let item = inbox.unwrap().items.remove(0);
    let set: Values = set
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    let action = Action::Decide {
        task: item.task.unwrap(),
        verdict: Verdict::Approve,
        comment: None,
        set,
        with: DecideWith::default(),
    };
    test.act(&item.instance, who, action).await.unwrap();
    test.settle().await;
    item.instance
}

/// A paper that bob stamped and that was posted, whose revocation ann asks for and bob is to decide on.
async fn revocation_asked() -> (TestApp, String) {
    outside::open(outside::Outside::default());
    let test = TestApp::configured("", |config| {
        config.modules = vec![Arc::new(Papers)];
        audited(config);
    })
    .await;
    test.publish(UNPAPER).await;
    test.publish(PAPER).await;
    let (ann, given) = (
        Actor::Person("ann".into()),
        values(&json!({"subject": "a"})),
    );
    let started = test
        .app
        .start("paper", ann, Via::Page, &given, true, None)
        .await;
    let paper = started.unwrap().instance;
    test.settle().await;
    decided(&test, "bob", &[("stamp", Value::from("S-1"))]).await;
    let ask = Action::Revoke {
        comment: "客户取消".to_owned(),
    };
    test.act(&paper, "ann", ask).await.unwrap();
    test.settle().await;
    (test, paper)
}

/// What the other system was told, in order of the keys.
fn told() -> Vec<serde_json::Value> {
    outside::close().done.into_values().collect()
}

async fn note_of(test: &TestApp, instance: &str) -> String {
    let loaded = test.app.load(instance).await.unwrap().unwrap();
    let case = crate::engine::stored_case(&loaded).unwrap();
    let note = case.values.get("note").and_then(Value::as_text);
    note.unwrap_or_default().to_owned()
}

/// A2.48: one record, two instances: what the revocation writes stands in the record of the instance it revokes, the trail of
/// each stays whole, and both leave in a bundle that proves itself.
#[tokio::test]
async fn a_revocation_works_on_the_record_it_revokes() {
    let (test, paper) = revocation_asked().await;
    let note = ("note", Value::from("对方已退回"));
    let revoking = decided(&test, "bob", &[note]).await;
    let view = test.app.instance_view("ann", &paper).await.unwrap();
    assert_eq!(view.head.status, "revoked");
    let other = test.app.instance_view("ann", &revoking).await.unwrap();
    assert_eq!(view.head.record, other.head.record, "one record");
    assert_eq!(note_of(&test, &paper).await, "对方已退回");
    assert_eq!(told(), [json!({"subject": "a"}), json!({"stamp": "S-1"})]);
    let report = verified(&test).await;
    assert!(report.good, "{:#?}", report.findings);
    assert_eq!(report.records_shared, 2);

    test.at(MONDAY.plus_ms(40 * 24 * HOUR_MS));
    let to = std::env::temp_dir().join(format!("assent-unpaper-{}", std::process::id()));
    std::fs::create_dir_all(&to).unwrap();
    let wish = RetireWish {
        days: 30,
        to: to.clone(),
        reason: "保留期满".to_owned(),
    };
    let done = test.app.retire("adm", &wish).await.unwrap();
    assert_eq!(done.instances, 2);
    let report = verified(&test).await;
    assert!(report.good, "{:#?}", report.findings);
    std::fs::remove_dir_all(&to).unwrap();
    test.finish().await;
}

/// A2.96: what a record held before its flow began has not changed since somebody looked at it.
#[tokio::test]
async fn what_a_record_held_before_has_not_changed() {
    let (test, _) = revocation_asked().await;
    let task_of = async |who: &str| {
        let inbox = test.app.inbox(who, Default::default(), None, None, 5).await;
        let item = inbox.unwrap().items.remove(0);
        (item.instance, item.task.unwrap())
    };
    let (revoking, task) = task_of("bob").await;
    let back = Action::Return {
        task,
        to: ReturnTo::Applicant,
        comment: "请写清楚".to_owned(),
    };
    test.act(&revoking, "bob", back).await.unwrap();
    let set = Values::from([("note".to_owned(), Value::from("对方已退回"))]);
    let submit = Action::Submit {
        set,
        straight_back: false,
    };
    test.act(&revoking, "ann", submit).await.unwrap();
    let (_, again) = task_of("bob").await;
    let view = test.app.task_view("bob", &revoking, again).await.unwrap();
    let changed: Vec<_> = view
        .changed
        .iter()
        .map(|fact| fact.label.zh.as_str())
        .collect();
    assert_eq!(changed, ["备注"], "neither subject nor stamp");
    test.settle().await;
    told();
    test.finish().await;
}

/// A2.47: what an undo needs may be gone by then: nothing is sent, the revocation stands, and the flow's owner is mailed.
#[tokio::test]
async fn an_undo_without_what_it_needs_is_not_sent_and_its_owner_is_told() {
    let (test, paper) = revocation_asked().await;
    decided(&test, "bob", &[("stamp", Value::Empty)]).await;
    let view = test.app.instance_view("ann", &paper).await.unwrap();
    assert_eq!(view.head.status, "revoked");
    assert_eq!(told(), [json!({"subject": "a"})], "nothing was taken out");
    let trail = test.app.store().events(&paper, 1, 200).await.unwrap();
    let told = trail
        .iter()
        .filter_map(|row| match serde_json::from_str::<Event>(&row.body) {
            Ok(Event {
                change: Change::MailQueued { mail, to, .. },
                ..
            }) => Some((mail, to)),
            _ => None,
        });
    let told: Vec<_> = told.filter(|(mail, _)| mail == "call_failed").collect();
    let owner = ("call_failed".to_owned(), vec!["own".to_owned()]);
    assert_eq!(told, [owner], "somebody has to do it by hand");
    test.finish().await;
}
