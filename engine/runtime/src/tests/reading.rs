//! Who is told, and what they are shown: by mail and by link.

use assent_core::command::{Action, Verdict};

use super::harness::{LEAVE, TestApp, leave_of};
use crate::app::LinkState;

/// All mails to somebody, as text.
async fn mails_to(test: &TestApp, who: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for mail in test.app.mailbox(1_000).await.unwrap() {
        if mail.to == format!("{who}@example.com") {
            texts.push(test.app.mailbox_mail(&mail.id).await.unwrap().text);
        }
    }
    texts
}

/// A2.98 A11.15
#[tokio::test]
async fn three_hundred_people_mailed_because_they_share_a_role() {
    let test = TestApp::with(LEAVE).await;
    let crowd = |before: &assent_core::directory::Directory| {
        let mut next = before.clone();
        for number in 0..300 {
            let id = format!("m{number}");
            let mut person = next.people["bob"].clone();
            person.id.clone_from(&id);
            person.mail = format!("{id}@example.com");
            next.people.insert(id.clone(), person);
            next.roles.push(assent_core::directory::RoleGrant {
                role: "manager".into(),
                person: id,
                unit: None,
            });
        }
        Ok(next)
    };
    test.app.change_directory("test", crowd).await.unwrap();
    let answer = test.submitted(&leave_of(2)).await;
    assert_eq!(answer.opened.len(), 302, "everybody may decide it");
    test.settle().await;
    let mails = test.app.mailbox(1_000).await.unwrap();
    let told: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(
        told,
        ["own@example.com"],
        "the flow's owner looks at the rule"
    );
    assert!(mails_to(&test, "own").await[0].contains("主管审批"));
    assert_eq!(
        test.todo("m7").await,
        ["三亚 2"],
        "it stands in their inboxes"
    );
    test.finish().await;
}

/// A2.99 A11.16
#[tokio::test]
async fn a_mail_that_shows_a_person_documents_they_may_not_see() {
    let flow = LEAVE
        .replace(
            "secret: {type: text, name: {zh: 备注, en: Note}, max: 80}",
            "secret: {type: text, name: {zh: 备注, en: Note}, max: 80, show: first}",
        )
        .replace("to: [applicant]", "to: [applicant, manager]")
        .replace("已批准。'", "已批准。备注：{{secret}}'")
        .replace("was granted.'", "was granted. Note: {{secret}}'");
    let test = TestApp::with(&flow).await;
    let mut values = leave_of(2);
    values["secret"] = "家事".into();
    let answer = test.submitted(&values).await;
    test.settle().await;
    let bob = answer.opened.iter().find(|task| task.assignee == "bob");
    let bob = bob.unwrap().task;
    test.decide(&answer.instance, bob, "bob", Verdict::Approve)
        .await
        .unwrap();
    test.settle().await;
    let (his, hers) = (mails_to(&test, "bob").await, mails_to(&test, "ann").await);
    assert_eq!(his.len(), 2, "asked, and told of the end");
    assert!(his.iter().all(|text| !text.contains("家事")), "{his:?}");
    assert!(hers.iter().any(|text| text.contains("家事")), "{hers:?}");
    test.finish().await;
}

/// A2.97
#[tokio::test]
async fn a_link_of_a_pool_says_who_claimed_it_and_leads_on() {
    let flow = LEAVE
        .replace(
            "approve: {by: manager}",
            "approve: {by: manager, claim: true}",
        )
        .replace(", {at: deadline, add: hr}", "");
    let test = TestApp::with(&flow).await;
    let answer = test.submitted(&leave_of(2)).await;
    test.settle().await;
    let link = async |who: &str| {
        let text = mails_to(&test, who).await.remove(0);
        let line = text.lines().find(|line| line.contains("/l/")).unwrap();
        line.rsplit('/').next().unwrap().to_owned()
    };
    let (his, hers) = (link("bob").await, link("bea").await);
    for token in [&his, &hers] {
        let state = test.app.redeem_link(token).await.unwrap().state;
        assert_eq!(state, LinkState::Open, "a candidate's link is alive");
    }
    let pool = answer.opened[0].task;
    let claim = Action::Claim { task: pool };
    test.act(&answer.instance, "bob", claim).await.unwrap();
    let own = test.app.instance_view("bob", &answer.instance).await;
    let own = own.unwrap().my_task;
    let LinkState::Claimed { words, now } = test.app.redeem_link(&his).await.unwrap().state else {
        panic!("claimed");
    };
    assert!(words.zh.contains("鲍勃") && now == own && own.is_some());
    let LinkState::Claimed { words, now } = test.app.redeem_link(&hers).await.unwrap().state else {
        panic!("claimed");
    };
    assert!(words.en.contains("鲍勃") && now.is_none(), "{words:?}");
    let back = Action::GiveBack {
        task: own.unwrap(),
        comment: None,
    };
    test.act(&answer.instance, "bob", back).await.unwrap();
    let LinkState::Claimed { now, .. } = test.app.redeem_link(&hers).await.unwrap().state else {
        panic!("claimed");
    };
    assert!(now.is_some(), "it is to be claimed again");
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn a_page_never_shows_what_came_after_the_case_it_shows() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(2)).await;
    let loaded = test.app.load(&answer.instance).await.unwrap().unwrap();
    let before = crate::engine::stored_case(&loaded).unwrap();
    let comment = Action::Comment {
        text: "请先看日期".into(),
        mention: vec![],
        files: vec![],
    };
    test.act(&answer.instance, "bob", comment).await.unwrap();
    let whole = test.app.trail(&answer.instance).await.unwrap();
    let behind = test.app.trail_behind(&before).await.unwrap();
    assert!(behind.len() < whole.len(), "the comment came meanwhile");
    assert_eq!(behind.last().unwrap().seq, before.instance.seq);
    test.settle().await;
    test.finish().await;
}
