//! A server begun from nothing, as docs/operations.md says: sheets, an import, the link it printed; and its first flows.

use std::path::Path;
use std::process::Output;

use reqwest::StatusCode;
use serde_json::json;

use crate::binary::{Folder, free_port};
use crate::outside::{Served, with};
use crate::person::Person;

const SHEETS: [(&str, &str); 3] = [
    (
        "units.csv",
        "id,name_zh,name_en,parent,head\nhq,总部,Head office,,\n",
    ),
    (
        "people.csv",
        "工号,姓名,邮箱,部门\nwang,王敏,wang@example.com,hq\nli,李芳,li@example.com,hq\n",
    ),
    (
        "roles.csv",
        "role,name_zh,name_en\nadministrator,系统管理员,Administrator\nchecker,审核员,Checker\n",
    ),
];

fn customers(id: &str, zh: &str, scope: &str) -> String {
    format!(
        "flow: {id}
format: 1
name: {{zh: {zh}, en: The {id} one}}
purpose: {{zh: 客户资料有人审。, en: Customers are checked.}}
owner: role/checker
calendar: cn_office
title: '{{{{full_name}}}}'
record: customer
{scope}
people: {{who: role/checker}}
states:
  - {{id: draft, name: {{zh: 申请, en: Request}}, draft: {{by: applicant}}}}
  - {{id: check, name: {{zh: 审核, en: Check}}, approve: {{by: who}}}}
  - {{id: done, name: {{zh: 通过, en: Approved}}, end: approved}}
"
    )
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn run(folder: &Path, words: &[&str]) -> Output {
    let mut command = with(folder, "http://127.0.0.1:8080", &[]);
    command.args(words).args(["--lang", "en"]).output().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_begun_with_nothing_but_sheets() {
    let folder = Folder::new("begun");
    let (sheets, flows) = (folder.path().join("sheets"), folder.path().join("flows"));
    std::fs::create_dir(&sheets).unwrap();
    std::fs::create_dir(&flows).unwrap();
    for (name, text) in SHEETS {
        std::fs::write(sheets.join(name), text).unwrap();
    }
    let to = sheets.to_string_lossy().into_owned();
    let refused = run(folder.path(), &["people", "import", &to]);
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("administrator,PERSON"), "{said}");
    let looked = text(&run(folder.path(), &["doctor"]).stdout);
    assert!(looked.contains("assent people import FOLDER"), "{looked}");
    let grants = "role,person,unit\nadministrator,wang,\nchecker,li,\n";
    std::fs::write(sheets.join("grants.csv"), grants).unwrap();
    let made = run(folder.path(), &["people", "import", &to]);
    let said = text(&made.stdout);
    assert_eq!(made.status.code(), Some(0), "{said}{}", text(&made.stderr));
    let token = said.split("/welcome/").nth(1).unwrap().trim();
    let strict = customers(
        "strict",
        "大额客户",
        "for: {when: credit > 50000}\npriority: 20",
    );
    let lenient = customers(
        "lenient",
        "小额客户",
        "for: {when: credit <= 100000}\npriority: 0",
    );
    std::fs::write(flows.join("strict.yaml"), strict).unwrap();
    std::fs::write(flows.join("lenient.yaml"), lenient).unwrap();
    let mut variables = vec![(
        "ASSENT_FILES_WORKFLOWS".to_owned(),
        flows.to_string_lossy().into_owned(),
    )];
    let base = format!("http://127.0.0.1:{}", free_port());
    let served = Served::start(folder.path(), &base, &variables).await;
    let logged = served.logged();
    assert!(
        !logged.contains("/welcome/"),
        "the link printed before is good: {logged}"
    );
    let mut wang = Person::welcomed(&base, token).await;
    a_kind_of_record_is_offered_once(&wang).await;

    let clock = "/api/v1/clock";
    let now = wang.read(clock).await["now"].as_i64().unwrap();
    let later = json!({"now": now + 3_600_000});
    let (status, refused) = wang.put(clock, &later).await;
    assert_eq!(
        (status, refused["code"].as_str()),
        (StatusCode::CONFLICT, Some("no_test_clock"))
    );
    drop(served);
    variables.push(("ASSENT_SECURITY_TEST_CLOCK".to_owned(), "true".to_owned()));
    let served = Served::start(folder.path(), &base, &variables).await;
    assert!(
        served.logged().contains("PUT /api/v1/clock"),
        "{}",
        served.logged()
    );
    wang.know_again().await;
    let stands = wang.read(clock).await["now"].as_i64().unwrap();
    let later = stands + 3_600_000;
    let (status, moved) = wang.put(clock, &json!({"now": later})).await;
    assert_eq!(
        (status, moved["now"].as_i64()),
        (StatusCode::OK, Some(later))
    );
    assert_eq!(
        wang.read(clock).await["now"].as_i64(),
        Some(later),
        "it stands"
    );
}

/// Which of the two flows it becomes, the record decides; the page says which it was and why.
async fn a_kind_of_record_is_offered_once(wang: &Person) {
    let list = wang.page("/start").await;
    assert_eq!(list.matches("/start/of/customer").count(), 1, "{list}");
    assert!(
        !list.contains("/start/lenient") && !list.contains("/start/strict"),
        "{list}"
    );
    assert!(list.contains("小额客户、大额客户"), "{list}");
    let form = wang.page("/start/of/customer").await;
    assert!(form.contains("信用额度"), "{form}");
    let fields = |credit: &'static str| {
        [
            ("f.code", "C9"),
            ("f.full_name", "东海"),
            ("f.credit", credit),
        ]
    };
    // Nothing says which flow it is.
    let (status, page) = wang.submit("/start/of/customer", &fields("")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    assert!(page.contains("选择流程需要“信用额度”"), "{page}");
    let (status, page) = wang.submit("/start/lenient", &fields("80000")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    assert!(page.contains("这条记录要用“大额客户”办理"), "{page}");
    let (status, page) = wang.submit("/start/of/customer", &fields("80000")).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let mine = wang.read("/api/v1/instances").await.to_string();
    assert!(mine.contains("\"strict\""), "{mine}");
}
