//! A canary in every secret: put into the configuration and through a whole flow with failures, and then looked for wherever an
//! operator, an auditor or somebody who is not signed in looks.

use std::path::Path;
use std::process::{Command, Stdio};

use reqwest::StatusCode;
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use crate::binary::{Demo, Folder};
use crate::outside::{Heard, Served, erp, mail_server, with};
use crate::person::Person;

const PASSWORD_OF_MAIL: &str = "canary-mail-8d1f";
const BEARER_OF_ERP: &str = "canary-bearer-77c2";
const PASSWORD_IN_BASE: &str = "canary-base-5e90";
const PASSWORD_TYPED: &str = "canary-typed-31aa";
const PASSWORD_OF_DATABASE: &str = "canary-database-b6b6";
/// 32 bytes as hex, which a key must be.
const KEY: &str = "ca9a27ca9a27ca9a27ca9a27ca9a27ca9a27ca9a27ca9a27ca9a27ca9a27ca9a";
const ADMIN: &str = "sunlei";

/// What is looked through, by name.
#[derive(Default)]
struct Seen(Vec<(String, String)>);

impl Seen {
    fn add(&mut self, name: &str, text: impl Into<String>) {
        self.0.push((name.to_owned(), text.into()));
    }

    /// The output of a command; its exit code must be this.
    fn run(&mut self, mut command: Command, words: &[&str], code: i32) -> String {
        let output = command.args(words).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{words:?}: {out}{err}");
        self.add(&words.join(" "), format!("{out}{err}"));
        out
    }

    fn holds_none_of(&self, secrets: &[(&str, String)]) {
        for (name, text) in &self.0 {
            assert!(!text.is_empty(), "{name} is empty");
            for (what, secret) in secrets {
                assert!(secret.len() >= 16, "{what} is no canary: {secret}");
                let at = text.find(secret.as_str());
                let near = at.map(|at| text[..at].chars().rev().take(80).collect::<String>());
                let near = near.map(|near| near.chars().rev().collect::<String>());
                assert_eq!(near, None, "{what} stands in {name}");
            }
        }
    }
}

/// Unpacks base64 as the mail server got it.
fn unpacked(text: &str) -> String {
    use std::io::Write as _;
    let mut child = Command::new("base64")
        .args(["-d", "-i"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let bytes = child.wait_with_output().unwrap().stdout;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The token of the link in the mail that asks the manager about this instance.
fn token_mailed(mails: &Heard, instance: &str) -> String {
    let text_of = |body: &str| {
        let part = body.split("text/plain").nth(1).unwrap_or_default();
        let part = part.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned();
        part.split("\r\n--")
            .next()
            .map(unpacked)
            .unwrap_or_default()
    };
    let mail = mails.until(|mail| {
        let text = text_of(&mail.body);
        mail.head.contains("wanghaoran") && mail.body.contains(instance) && text.contains("/l/")
    });
    let text = text_of(&mail.body);
    let token = text.split("/l/").nth(1).unwrap();
    token
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect()
}

/// A session as its cookie carries it.
async fn session(demo: &Demo, who: &str) -> String {
    let plain = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap();
    let answer = plain.get(demo.link(who)).send().await.unwrap();
    let cookies = answer.headers().get_all("set-cookie").iter();
    let session = cookies
        .filter_map(|cookie| cookie.to_str().unwrap().strip_prefix("assent="))
        .next()
        .unwrap();
    session.split(';').next().unwrap().to_owned()
}

fn configuration(folder: &Path, erp: u16, mail: u16) -> Vec<(String, String)> {
    let demo_key = std::fs::read_to_string(folder.join("audit.key")).unwrap();
    let demo_key: String = demo_key
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    let backups = folder.join("backups").display().to_string();
    [
        (
            "ASSENT_CONNECTORS_ERP_BASE",
            format!("http://us:{PASSWORD_IN_BASE}@127.0.0.1:{erp}"),
        ),
        ("ASSENT_CONNECTORS_ERP_BEARER", BEARER_OF_ERP.to_owned()),
        ("ASSENT_MAIL_HOST", "127.0.0.1".to_owned()),
        ("ASSENT_MAIL_PORT", mail.to_string()),
        ("ASSENT_MAIL_SECURITY", "none".to_owned()),
        ("ASSENT_MAIL_USER", "assent".to_owned()),
        ("ASSENT_MAIL_PASSWORD", PASSWORD_OF_MAIL.to_owned()),
        ("ASSENT_AUDIT_KEY", format!("{KEY}\n{demo_key}")),
        ("ASSENT_BACKUP_FOLDER", backups),
        ("ASSENT_LOG_LEVEL", "debug".to_owned()),
        ("ASSENT_LOG_FORMAT", "json".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_seen_wherever_one_looks() {
    let folder = Folder::new("canary");
    let place = folder.path();
    std::fs::create_dir(place.join("backups")).unwrap();
    let mut demo = Demo::start(place);
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    let admin = Person::sign_in(&demo, ADMIN).await;
    let session = session(&demo, "chenyu").await;
    demo.kill();
    let ((erp_port, erp), (mail_port, mails)) = (erp(), mail_server());
    let variables = configuration(place, erp_port, mail_port);
    let served = Served::start(place, &demo.base, &variables).await;
    let mut seen = Seen::default();

    // A whole flow: asked, mailed, clicked.
    let started = applicant.start_shipment("SH-2026-7812").await;
    let instance = started["instance"].as_str().unwrap();
    let task = manager.task_on(instance).await;
    let token = token_mailed(&mails, instance);
    let opened = manager.get(&format!("/l/{token}")).await;
    assert!(
        opened.status().is_redirection(),
        "the link was a link: {}",
        opened.status()
    );
    let other = reqwest::Client::new();
    for path in [format!("/l/{token}x"), format!("/l/{token}/x?lang=en")] {
        let answer = other
            .get(format!("{}{path}", demo.base))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        seen.add("an error page", answer.text().await.unwrap());
    }
    let wrong = [
        ("who", "chenyu"),
        ("password", PASSWORD_TYPED),
        ("how", "password"),
    ];
    let (status, page) = admin.submit("/sign-in", &wrong).await;
    assert!(status.is_client_error() || status.is_success(), "{status}");
    seen.add("a wrong password", page);
    let with_session = other
        .get(format!("{}/api/v1/me", demo.base))
        .header("cookie", format!("assent={session}"));
    let me: Value =
        serde_json::from_str(&with_session.send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(me["person"]["id"], "chenyu", "the session was a session");
    seen.add("who am I", me.to_string());

    // Both systems fail, and repeat what they were sent.
    erp.fail(true);
    mails.fail(true);
    let decide = format!("/api/v1/tasks/{instance}/{task}/decision");
    let (status, answer) = manager.post(&decide, &json!({"decision": "approve"})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let asked = erp.until(|asked| asked.head.contains(BEARER_OF_ERP));
    assert!(
        asked.head.contains("Basic "),
        "what the address holds: {asked:?}"
    );
    let another = applicant.start_shipment("SH-2026-7814").await;
    seen.add("an answer", another.to_string());
    let mut letters = Value::Null;
    for _ in 0..3_000 {
        letters = admin.read("/api/v1/dead-letters").await;
        let log = served.logged();
        if letters.to_string().contains("nobody here") && log.contains("it broke on") {
            break;
        }
        // Everybody who is asked is mailed; what is told to somebody fails for good.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        if !letters.to_string().contains("nobody here") {
            let urge = json!({"text": "请看", "mention": ["wanghaoran"]});
            applicant
                .post(&format!("/api/v1/instances/{instance}/comment"), &urge)
                .await;
        }
    }
    assert!(letters.to_string().contains("nobody here"), "{letters}");
    assert!(
        served.logged().contains("it broke on"),
        "the ERP's words are kept"
    );

    let history = format!("/api/v1/instances/{instance}/history");
    let page = format!("/instances/{instance}");
    for path in [
        "/metrics",
        "/stuck",
        "/stuck?lang=en",
        "/api/v1/dead-letters",
        "/livez",
        "/readyz",
        &history,
        &page,
    ] {
        seen.add(path, admin.page(path).await);
    }
    let text = letters.to_string();
    let mut ids = text
        .split("\"id\":\"")
        .filter_map(|rest| rest.split('"').next());
    let letter = ids.find(|id| id.contains(':')).unwrap().to_owned();
    seen.add(
        "a letter's page",
        admin.page(&format!("/stuck/letter?id={letter}")).await,
    );

    let program = || with(place, &demo.base, &variables);
    let export = place.join("trail.jsonl");
    for (words, code) in [
        (vec!["config", "show"], 0),
        (vec!["doctor"], 0),
        (vec!["doctor", "--json"], 0),
        (vec!["admin", "dead-letters", "--as", ADMIN], 0),
        (vec!["admin", "letter", &letter, "--as", ADMIN], 0),
        (vec!["admin", "letter", &letter, "--as", ADMIN, "--json"], 0),
        (vec!["key", "show"], 0),
        (vec!["verify"], 0),
        (vec!["export", "--audit", export.to_str().unwrap()], 0),
        (
            vec!["backup", place.join("backups").to_str().unwrap(), "--json"],
            0,
        ),
    ] {
        seen.run(program(), &words, code);
    }
    seen.add("the export", std::fs::read_to_string(&export).unwrap());
    for name in ["doctor", "verify", "seal", "config show"] {
        let mut elsewhere = program();
        let url = format!(
            "postgres://assent:{PASSWORD_OF_DATABASE}@127.0.0.1:1/none?password={PASSWORD_OF_DATABASE}"
        );
        elsewhere.env("ASSENT_DATABASE_URL", url);
        let code = match name {
            "doctor" => 1,
            "config show" => 0,
            _ => 2,
        };
        seen.run(elsewhere, &name.split(' ').collect::<Vec<_>>(), code);
    }
    for entry in std::fs::read_dir(place.join("backups")).unwrap() {
        let file = entry.unwrap().path();
        let bytes = std::fs::read(&file).unwrap();
        seen.add(&file.display().to_string(), String::from_utf8_lossy(&bytes));
    }
    for name in ["assent.db", "assent.db-wal"] {
        let bytes = std::fs::read(place.join(name)).unwrap_or_else(|_| b" ".to_vec());
        seen.add(name, String::from_utf8_lossy(&bytes));
    }
    seen.add("the log", served.logged());
    assert!(seen.0.len() > 30, "{}", seen.0.len());
    seen.holds_none_of(&[
        ("the mail server's password", PASSWORD_OF_MAIL.to_owned()),
        ("the ERP's bearer", BEARER_OF_ERP.to_owned()),
        (
            "the password in the ERP's address",
            PASSWORD_IN_BASE.to_owned(),
        ),
        ("a password that was typed", PASSWORD_TYPED.to_owned()),
        ("the database's password", PASSWORD_OF_DATABASE.to_owned()),
        ("the audit key", KEY.to_owned()),
        ("a link's token", token),
        ("a session", session),
    ]);
    println!("canary: 8 secrets looked for in {} places", seen.0.len());
}
