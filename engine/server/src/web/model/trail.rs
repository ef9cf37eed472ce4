//! The trail of an instance: what happened, where it stands, what probably comes.

use assent_core::text::Lang;
use assent_runtime::app::{Expected, InstanceView, PersonView, Standing, TimelineItem};
use serde::Serialize;

use super::part::FileLink;

use crate::web::words;

/// One line.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TrailLine {
    /// `ok`, `no`, `late`, `held`, `now`, `future` or empty; `minor` is added for small print.
    pub tone: String,
    pub icon: &'static str,
    pub what: String,
    pub at: String,
    pub exact: String,
    pub names: String,
    pub words: String,
    pub files: Vec<FileLink>,
    pub why: Vec<String>,
    /// The subflow it is about, for whoever may open it.
    pub child: String,
}

/// All lines, oldest first.
pub fn lines(view: &InstanceView, lang: Lang) -> Vec<TrailLine> {
    let mut lines: Vec<TrailLine> = view
        .timeline
        .iter()
        .map(|item| happened(item, lang))
        .collect();
    if !view.head.ended {
        lines.extend(view.standing.iter().map(|standing| now(standing, lang)));
        lines.extend(view.expected.iter().map(|expected| future(expected, lang)));
    }
    lines
}

fn happened(item: &TimelineItem, lang: Lang) -> TrailLine {
    let (tone, icon) = match (item.tone, item.kind.as_str()) {
        ("approve", _) => ("ok", "check"),
        ("reject", _) => ("no", "x"),
        ("return", _) => ("late", "undo-2"),
        (_, "started") => ("", "file-pen-line"),
        (_, "submitted") => ("", "send"),
        (_, "commented" | "replied") => ("", "message-square"),
        (_, "opinion_asked" | "questioned") => ("", "circle-help"),
        (_, "advised") => ("", "pen-line"),
        (_, "copied") => ("", "copy"),
        (_, "read") => ("", "eye"),
        (_, "claimed" | "given_back") => ("", "hand"),
        (_, "voter_added") => ("", "plus"),
        (_, "voter_removed") => ("", "user-round-x"),
        (_, "urged") => ("late", "bell"),
        (_, "taken_back") => ("late", "undo-2"),
        (_, "revocation_asked" | "revoked") => ("late", "undo-2"),
        (_, "reopened") => ("late", "refresh-cw"),
        (_, "reminded") => ("late", "bell"),
        (_, "transferred") => ("", "forward"),
        (_, "skipped") => ("", "skip-forward"),
        (_, "chosen") => ("", "git-fork"),
        (_, "mail_queued") => ("", "mail"),
        (_, "called" | "answered" | "rule_ran") => ("", "cpu"),
        (_, "held" | "call_failed") => ("held", "pause"),
        (_, "resumed") => ("", "play"),
        (_, "left") => ("late", "clock-alert"),
        (_, "acted") => ("ok", "check"),
        (_, "ended") => ("", "stamp"),
        (_, "wakeup_set" | "wakeup_cleared") => ("", "timer"),
        _ => ("", "circle-dot"),
    };
    let way = match item.via.as_str() {
        "link" | "mail" => words::word(lang, "trail.by_mail"),
        "api" => words::word(lang, "trail.by_api"),
        "timer" => words::word(lang, "trail.by_timer"),
        _ => "",
    };
    TrailLine {
        tone: if item.minor {
            format!("{tone} minor")
        } else {
            tone.to_owned()
        },
        icon,
        what: item.words.get(lang).to_owned(),
        at: short(item.at.shown.get(lang)),
        exact: item.at.shown.get(lang).to_owned(),
        words: item.comment.clone().unwrap_or_default(),
        files: item
            .files
            .iter()
            .map(|file| FileLink {
                href: format!("/files/{}", file.id),
                name: file.name.clone(),
                size: size(file.bytes),
            })
            .collect(),
        why: item
            .because
            .iter()
            .map(|text| text.get(lang).to_owned())
            .chain(Some(way.to_owned()).filter(|way| !way.is_empty()))
            .collect(),
        child: item
            .child
            .as_ref()
            .map(|child| format!("/instances/{child}"))
            .unwrap_or_default(),
        ..TrailLine::default()
    }
}

/// Bytes as people read them.
fn size(bytes: u64) -> String {
    const KB: u64 = 1_024;
    match bytes {
        0 => String::new(),
        bytes if bytes < KB * KB => format!("{} KB", bytes.div_ceil(KB)),
        bytes => format!("{} MB", bytes.div_ceil(KB * KB)),
    }
}

/// `2026-03-02 周一 09:00` without the year, as a list has little room; the whole stands in the title.
fn short(shown: &str) -> String {
    match shown.split_once('-') {
        Some((year, rest)) if year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) => {
            rest.to_owned()
        }
        _ => shown.to_owned(),
    }
}

fn now(standing: &Standing, lang: Lang) -> TrailLine {
    let mut why = Vec::new();
    if let Some(due) = &standing.due {
        why.push(due.shown.get(lang).to_owned());
    }
    if let Some(trouble) = &standing.trouble {
        why.push(trouble.get(lang).to_owned());
    }
    TrailLine {
        tone: "now".to_owned(),
        icon: "hourglass",
        what: words::say(lang, "trail.now", &[("state", standing.name.get(lang))]),
        names: join(&[
            names(&standing.waiting_on, lang),
            standing.progress.get(lang).to_owned(),
        ]),
        why,
        ..TrailLine::default()
    }
}

fn future(expected: &Expected, lang: Lang) -> TrailLine {
    let mut why = Vec::new();
    if !expected.waits_for.get(lang).is_empty() {
        why.push(words::say(
            lang,
            "trail.waits_for",
            &[("what", expected.waits_for.get(lang))],
        ));
    }
    if !expected.only_if.get(lang).is_empty() {
        why.push(words::say(
            lang,
            "trail.only_if",
            &[("what", expected.only_if.get(lang))],
        ));
    }
    TrailLine {
        tone: "future".to_owned(),
        icon: "circle",
        what: expected.name.get(lang).to_owned(),
        names: names(&expected.people, lang),
        why,
        ..TrailLine::default()
    }
}

fn names(people: &[PersonView], lang: Lang) -> String {
    let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    names.join(lang.pick("、", ", "))
}

fn join(parts: &[String]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" · ")
}
