//! A running countersign moves to a new version by page, in a real browser on a phone: previewed, then picked.

use std::path::Path;

use serde_json::{Value, json};

use crate::binary::{Demo, Folder, project};
use crate::browser::{Browser, fill};
use crate::person::Person;

/// Three people must sign.
const PANEL: &str = "
flow: panel
format: 1
name: {zh: 采购会签, en: Purchase}
purpose: {zh: 三人都同意才买。, en: Nothing is bought unless all three agree.}
owner: role/administrator
calendar: cn_office
title: '{{what}}'
form:
  what: {type: text, name: {zh: 采购内容, en: What}, required: true}
people: {money: user/qianwenbin, firm: user/gaojianguo, sales: user/zhaoyating, clerk: user/shenjia}
states:
  - {id: draft, name: {zh: 申请, en: Request}, draft: {by: applicant}}
  - {id: countersign, name: {zh: 三人会签, en: Countersign}, approve: {by: [money, firm, sales], needs: all}, deadline: 3 workdays, if_late: [{at: deadline, remind: waiting}]}
  - {id: done, end: approved, name: {zh: 通过, en: Approved}}
tests:
  - name: 三人都同意
    given: {what: 压力机}
    cast: {老钱: money, 老高: firm, 小赵: sales, 小沈: clerk}
    play: [{who: 老钱, decide: approve}, {who: 老高, decide: approve}, {who: 小赵, decide: approve}]
    expect: {result: approved}
";

/// The same with a state more behind the countersign.
fn with_filing() -> String {
    let filed =
        "  - {id: filed, name: {zh: 登记, en: Filed}, approve: {by: clerk}}\n  - {id: done,";
    let play = "{who: 小赵, decide: approve}, {who: 小沈, decide: approve}]";
    PANEL
        .replace("  - {id: done,", filed)
        .replace("{who: 小赵, decide: approve}]", play)
}

/// Publishes a version by saving the file, and waits until it is the current one of `count`.
async fn publish(file: &Path, text: &str, count: usize, admin: &Person) {
    std::fs::write(file, text).unwrap();
    for _ in 0..1_200 {
        let answer = admin.get("/api/v1/flows/panel/versions").await;
        if answer.status().is_success() {
            let versions: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
            if versions.as_array().is_some_and(|all| all.len() == count) {
                return;
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("version {count} is not published");
}

/// An instance with one of its three votes cast.
async fn with_one_vote(applicant: &Person, first: &Person, what: &str) -> String {
    let body = json!({"values": {"what": what}});
    let (status, started) = applicant.post("/api/v1/flows/panel/start", &body).await;
    assert!(status.is_success(), "{started}");
    let instance = started["instance"].as_str().unwrap().to_owned();
    approve(first, &instance).await;
    instance
}

async fn approve(person: &Person, instance: &str) {
    let task = person.task_on(instance).await;
    let decide = format!("/api/v1/tasks/{instance}/{task}/decision");
    let (status, done) = person.post(&decide, &json!({"decision": "approve"})).await;
    assert!(status.is_success(), "{done}");
}

async fn text_of(window: &Browser) -> String {
    let text = window
        .run("return document.querySelector('main').innerText")
        .await;
    text.as_str().unwrap().to_owned()
}

/// Opens the preview of moving the flow's instances to the current version.
async fn preview(window: &Browser, demo: &Demo, name: &str) -> String {
    window.go(&format!("{}/flows/panel", demo.base)).await;
    window.send("form[action$='/migrate'] button").await;
    window.look(&format!("{name}-360")).await;
    text_of(window).await
}

/// A7.10, A7.11 in a browser: one of three votes is cast and stays; a state that is gone is refused by name until the map says where.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_countersign_moves_with_its_vote_and_a_gone_state_is_refused_by_name() {
    let Some(phone) = Browser::open(360, 640).await else {
        println!("skipped: no chromedriver");
        return;
    };
    let (home, folder) = (Folder::new("migrating"), Folder::new("migrating-data"));
    for name in ["workflows", "scripts"] {
        std::fs::create_dir_all(home.path().join(name)).unwrap();
        for file in std::fs::read_dir(project().join(name)).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), home.path().join(name).join(file.file_name())).unwrap();
        }
    }
    let demo = Demo::start_in(home.path(), folder.path(), None);
    demo.ready().await;
    let admin = Person::sign_in(&demo, "sunlei").await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let mut signers = vec![];
    for who in ["qianwenbin", "gaojianguo", "zhaoyating", "shenjia"] {
        signers.push(Person::sign_in(&demo, who).await);
    }
    let file = home.path().join("workflows/panel.yaml");
    publish(&file, PANEL, 1, &admin).await;
    let kept = with_one_vote(&applicant, &signers[0], "压力机").await;

    // The vote goes along, and the two others sign on; then the new state comes.
    publish(&file, &with_filing(), 2, &admin).await;
    phone.go(&demo.link("sunlei")).await;
    let seen = preview(&phone, &demo, "migration-kept").await;
    assert!(seen.contains("已投 1 票有效，需要 3/3 → 3/3"), "{seen}");
    assert!(seen.contains("保留任务"), "{seen}");
    fill(&phone, "#reason", "会签之后要登记").await;
    phone.send("button[value=migrate]").await;
    let said = text_of(&phone).await;
    assert!(said.contains("已迁移 1 个，0 个没有迁移"), "{said}");
    for signer in &signers[1..3] {
        approve(signer, &kept).await;
    }
    let todo = signers[0].read("/api/v1/tasks?mine=todo&limit=200").await;
    assert!(
        !todo.to_string().contains(&kept),
        "who voted before is not asked again"
    );
    approve(&signers[3], &kept).await;
    applicant.until(&kept, "approved").await;

    // The countersign is gone in the next version.
    let gone = with_one_vote(&applicant, &signers[0], "空压机").await;
    let renamed = with_filing().replace("id: countersign", "id: three_sign");
    publish(&file, &renamed, 3, &admin).await;
    let seen = preview(&phone, &demo, "migration-renamed").await;
    assert!(seen.contains("新版本把它改了编号"), "{seen}");
    let can_pick = "return document.querySelectorAll('input[name=row]').length";
    assert_eq!(phone.run(can_pick).await, json!(1), "as it is proposed");
    // Without a place to go it is refused by its name.
    let choose = |state: &str| {
        format!(
            "document.querySelector(\"select[name='state.countersign']\").value = '{state}'; return 0"
        )
    };
    phone.run(&choose("")).await;
    phone.send("button[value=preview]").await;
    phone.look("migration-refused-360").await;
    let seen = text_of(&phone).await;
    assert!(
        seen.contains("新版本没有节点“三人会签”（countersign）"),
        "{seen}"
    );
    assert_eq!(phone.run(can_pick).await, json!(0), "nothing to pick");
    phone.run(&choose("three_sign")).await;
    phone.send("button[value=preview]").await;
    phone.look("migration-mapped-360").await;
    let seen = text_of(&phone).await;
    assert!(seen.contains("已投 1 票有效"), "{seen}");
    fill(&phone, "#reason", "节点改名").await;
    phone.send("button[value=migrate]").await;
    for signer in &signers[1..] {
        approve(signer, &gone).await;
    }
    applicant.until(&gone, "approved").await;
}
