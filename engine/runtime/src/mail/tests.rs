//! Letters as messages, and messages over a real SMTP dialogue on loopback.
#![expect(clippy::unwrap_used, reason = "tests")]

use assent_core::text::Lang;
use assent_core::time::Moment;
use base64::Engine;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::*;
use crate::app::{MailConfig, Smtp};

fn letter(lang: Lang) -> Letter {
    Letter {
        id: "0190-a:7".into(),
        thread: Some("0190-a".into()),
        to_name: "王物流".into(),
        to_address: "wang@example.com".into(),
        lang,
        at: Moment(1_772_414_400_000),
        subject: lang
            .pick(
                "【待审批】SH-2026-0002 华东钢贸",
                "[To approve] SH-2026-0002 Huadong",
            )
            .into(),
        text: lang
            .pick(
                "王物流，您好：\n张申请 申请发运审批。\n",
                "Hello Wang,\nZhang asks for a release.\n",
            )
            .into(),
        facts: vec![LetterFact {
            label: lang.pick("金额", "Amount").into(),
            shown: "80,000.00 CNY".into(),
        }],
        asked_by: Some("张申请".into()),
        due: Some("2026-03-04 09:00 (Asia/Shanghai)".into()),
        button: Some(Button {
            label: lang.pick("打开审批页面", "Open the request").into(),
            url: "https://assent.example.com/l/AbC_123".into(),
        }),
        note: lang
            .pick("此邮件由系统自动发送。", "Sent automatically.")
            .into(),
    }
}

fn sender() -> Sender {
    Sender::parse("Assent <approvals@example.com>").unwrap()
}

/// The headers, and each base64 part decoded: what a snapshot can show.
fn readable(raw: &[u8]) -> String {
    let raw = String::from_utf8(raw.to_vec()).unwrap();
    let mut out = String::new();
    let mut encoded = String::new();
    let mut inside = false;
    for line in raw.split("\r\n") {
        if inside && (line.starts_with("--") || line.is_empty()) && !encoded.is_empty() {
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(&encoded)
                .unwrap();
            out.push_str(&String::from_utf8(bytes).unwrap().replace("\r\n", "\n"));
            encoded.clear();
            inside = false;
        }
        let is_base64 = !line.is_empty()
            && line
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c));
        if is_base64 && (line.len() > 20 || inside) {
            inside = true;
            encoded.push_str(line);
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[test]
fn a_chinese_letter_is_this_message() {
    let raw = to_message(&letter(Lang::Zh), &sender())
        .unwrap()
        .formatted();
    let shown = readable(&raw);
    assert!(
        !shown.contains("src=") && !shown.contains("url("),
        "nothing is loaded from anywhere"
    );
    golden("zh_ask.txt", &shown);
}

#[test]
fn an_english_letter_is_this_message() {
    let raw = to_message(&letter(Lang::En), &sender())
        .unwrap()
        .formatted();
    golden("en_ask.txt", &readable(&raw));
}

/// Compares with the file beside this one; `UPDATE_GOLDEN=1` writes it.
fn golden(name: &str, shown: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/mail/golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, shown).unwrap();
    }
    assert_eq!(
        shown,
        std::fs::read_to_string(&path).unwrap_or_default(),
        "{name}: set UPDATE_GOLDEN=1 to accept"
    );
}

#[test]
fn line_breaks_in_names_and_subjects_cannot_make_headers() {
    let mut evil = letter(Lang::En);
    evil.to_name = "Wang\r\nBcc: x@evil.example".into();
    evil.subject = "Pay\r\nBcc: x@evil.example\r\n\r\n<script>".into();
    evil.text = "a\rb\nc\r\n.\r\nMAIL FROM:<x@evil.example>".into();
    let raw = String::from_utf8(to_message(&evil, &sender()).unwrap().formatted()).unwrap();
    assert!(!raw.contains("\nBcc:"), "{raw}");
    assert!(!raw.contains("\nMAIL FROM"), "{raw}");
    assert!(
        raw.replace("\r\n", "")
            .chars()
            .all(|c| c != '\r' && c != '\n'),
        "no bare CR or LF"
    );
}

#[test]
fn user_text_is_escaped_in_html() {
    let mut evil = letter(Lang::En);
    evil.text = "<script>alert(1)</script> \"quoted\" & more".into();
    evil.facts[0].shown = "<img onerror=x>".into();
    let raw = to_message(&evil, &sender()).unwrap().formatted();
    let shown = readable(&raw);
    let html = &shown[shown.find("<!DOCTYPE").unwrap()..];
    assert!(
        !html.contains("<script>") && !html.contains("<img"),
        "{html}"
    );
    assert!(html.contains("&lt;script&gt;"));
}

#[test]
fn an_address_that_is_none_is_refused_for_good() {
    for address in ["", "wang", "wang@", "a@b.c\r\nRCPT TO:<x@y.z>", "a b@c.d"] {
        let mut bad = letter(Lang::Zh);
        bad.to_address = address.into();
        let fault = to_message(&bad, &sender()).unwrap_err();
        assert!(fault.permanent, "{address}");
    }
}

#[test]
fn names_lose_what_an_address_list_would_understand() {
    assert_eq!(display_name("王 <evil@x.y>, 李"), "王 evil x.y 李");
    assert_eq!(display_name("\u{202E}gnp.exe"), "gnp.exe");
    assert_eq!(one_line(&"长".repeat(300)).chars().count(), 160);
}

/// A mail server for one message: answers `reply` after the body, or to RCPT when it starts with 550.
async fn smtp_server(
    rcpt: &'static str,
    reply: &'static str,
) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut seen = String::new();
        write.write_all(b"220 test ESMTP\r\n").await.unwrap();
        let mut in_body = false;
        while let Ok(Some(line)) = lines.next_line().await {
            seen.push_str(&line);
            seen.push('\n');
            let answer = match (in_body, line.split(' ').next().unwrap_or("")) {
                (true, ".") => {
                    in_body = false;
                    reply
                }
                (true, _) => continue,
                (false, "EHLO") => "250-test\r\n250 8BITMIME",
                (false, "RCPT") => rcpt,
                (false, "DATA") => {
                    in_body = true;
                    "354 go on"
                }
                (false, "QUIT") => "221 bye",
                (false, _) => "250 ok",
            };
            write
                .write_all(format!("{answer}\r\n").as_bytes())
                .await
                .unwrap();
        }
        seen
    });
    (port, seen)
}

fn carrier(port: u16) -> Carrier {
    Carrier::open(&MailConfig {
        smtp: Some(Smtp {
            host: "127.0.0.1".into(),
            port,
            security: "none".into(),
            user: None,
            password: None,
        }),
        from: "Assent <approvals@example.com>".into(),
        eml_dir: None,
    })
    .unwrap()
}

#[tokio::test]
async fn a_letter_reaches_a_mail_server() {
    let (port, server) = smtp_server("250 ok", "250 queued").await;
    let carrier = carrier(port);
    assert_eq!(carrier.send(&letter(Lang::Zh)).await.unwrap(), Sent::Taken);
    drop(carrier);
    let seen = server.await.unwrap();
    assert!(seen.contains("RCPT TO:<wang@example.com>"), "{seen}");
    assert!(
        seen.contains("Message-ID: <0190-a.7@example.com>"),
        "{seen}"
    );
    assert!(seen.contains("References: <case-0190-a@example.com>"));
    assert!(seen.contains("Auto-Submitted: auto-generated"));
}

#[tokio::test]
async fn a_full_server_is_tried_again_and_an_unknown_address_is_not() {
    let (port, _server) = smtp_server("250 ok", "452 try later").await;
    let fault = carrier(port).send(&letter(Lang::Zh)).await.unwrap_err();
    assert!(!fault.permanent, "{fault:?}");
    let (port, _server) = smtp_server("550 no such user", "250 ok").await;
    let fault = carrier(port).send(&letter(Lang::Zh)).await.unwrap_err();
    assert!(fault.permanent, "{fault:?}");
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let fault = carrier(port).send(&letter(Lang::Zh)).await.unwrap_err();
    assert!(!fault.permanent, "{fault:?}");
}

#[test]
fn plain_smtp_is_for_this_machine_only() {
    let config = MailConfig {
        smtp: Some(Smtp {
            host: "mail.example.com".into(),
            port: 25,
            security: "none".into(),
            user: None,
            password: None,
        }),
        ..MailConfig::default()
    };
    assert!(Carrier::open(&config).is_err());
}
