//! A number or a truck that one shipment may have, asked for by several at the same instant.

use std::sync::Arc;

use assent_core::command::{Actor, Via};
use serde_json::json;
use tokio::sync::Barrier;

use super::harness::{MONDAY, TestApp, values};
use crate::app::{App, AppConfig, AppError};
use crate::clock::Clock;

const FLOW: &str = "
flow: ship
format: 1
name: {zh: 发运, en: Ship}
purpose: {zh: 发运有人批。, en: Shipments are approved.}
owner: role/owner
calendar: cn_office
title: '{{shipment_no}}'
record: shipment
people: {who: role/manager}
states:
  - {id: draft, name: {zh: 申请, en: Request}, draft: {by: applicant}}
  - {id: check, name: {zh: 审核, en: Check}, approve: {by: who}}
  - {id: done, name: {zh: 放行, en: Released}, end: approved}
";
/// Numbers asked for by two at once.
const RACES: usize = 20;

fn configured(config: &mut AppConfig) {
    config.modules = vec![
        Arc::new(assent_parties::Parties),
        Arc::new(assent_service::Service),
        Arc::new(assent_shipment::Shipment),
    ];
}

/// Two nodes, or one twice: of two who ask at the same instant exactly one gets it.
async fn race(nodes: [App; 2]) {
    for n in 0..RACES {
        // By turns they want the same number, or another one on the same truck.
        let same_number = n % 2 == 0;
        let begin = Arc::new(Barrier::new(2));
        let mut asking = tokio::task::JoinSet::new();
        for (node, app) in nodes.iter().cloned().enumerate() {
            let begin = Arc::clone(&begin);
            asking.spawn(async move {
                let number = if same_number { n * 10 } else { n * 10 + node };
                let given = values(&json!({
                    "shipment_no": format!("SH-2026-{number:04}"), "customer": format!("客户 {node}"), "amount": "1.00",
                    "loaded_t": "30", "capacity_t": "30", "truck": format!("浙G{n:05}"), "leaves_on": "2026-03-03"
                }));
                let ann = Actor::Person("ann".to_owned());
                begin.wait().await;
                match app.start("ship", ann, Via::Api, &given, true, None).await {
                    Ok(_) => None,
                    Err(AppError::Refused(refusal)) => Some(refusal.code),
                    Err(other) => panic!("{other}"),
                }
            });
        }
        let mut ends = asking.join_all().await;
        ends.sort();
        let wanted = if same_number {
            "number_taken"
        } else {
            "truck_double_booked"
        };
        assert_eq!(ends, [None, Some(wanted.to_owned())], "race {n}");
    }
}

/// A2.112
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_ask_for_a_number_at_the_same_instant_one_gets_it_on_sqlite() {
    let test = TestApp::configured("", configured).await;
    test.publish(FLOW).await;
    race([test.app.clone(), test.app.clone()]).await;
    test.settle().await;
    test.finish().await;
}

/// A2.112: two nodes on one database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_ask_for_a_number_at_the_same_instant_one_gets_it_on_postgres() {
    let Ok(server) = std::env::var("ASSENT_TEST_POSTGRES") else {
        eprintln!("SKIPPED: ASSENT_TEST_POSTGRES is not set (tests/pg run cargo test …)");
        return;
    };
    let schema = format!("numbers_{}", std::process::id());
    let pool = sqlx::PgPool::connect(&server).await.unwrap();
    let sql = sqlx::AssertSqlSafe(format!("create schema {schema}"));
    sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    let joint = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{joint}options[search_path]={schema}");
    let test = TestApp::configured("", |config| {
        configured(config);
        config.database.clone_from(&url);
    })
    .await;
    test.publish(FLOW).await;
    let mut config = AppConfig::new(url);
    config.clock = Clock::test(MONDAY);
    config.workers = false;
    configured(&mut config);
    let other = App::open(config).await.unwrap();
    race([test.app.clone(), other.clone()]).await;
    other.close().await;
    test.settle().await;
    test.finish().await;
    let sql = sqlx::AssertSqlSafe(format!("drop schema {schema} cascade"));
    sqlx::raw_sql(sql).execute(&pool).await.unwrap();
}
