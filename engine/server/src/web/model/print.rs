//! The printed record of an instance: the facts, the signatures, the trail, and what it can be checked by.

use assent_core::text::Lang;
use assent_runtime::app::{InstanceView, TimelineItem};
use assent_runtime::audit::Printed;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use super::instance::About;
use super::part::{FactModel, Tag};
use super::qr;
use crate::web::words;

/// The page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PrintModel {
    pub company: String,
    pub flow: String,
    pub case_title: String,
    pub status: Tag,
    pub back: String,
    pub about: Vec<About>,
    pub facts: Vec<FactModel>,
    pub signed: Vec<Signature>,
    pub trail: Vec<Happened>,
    pub qr: String,
    pub address: String,
    pub last: String,
    pub root: String,
    pub root_hash: String,
    pub printed: String,
    /// The document itself, to fill in and sign by hand, instead of its trail.
    pub form: bool,
}

/// Somebody's decision.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Signature {
    pub who: String,
    pub what: String,
    pub at: String,
    pub words: String,
    pub no: u32,
}

/// A line of the trail.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Happened {
    pub no: u32,
    pub at: String,
    pub what: String,
    pub words: String,
    pub why: Vec<String>,
}

/// What a page needs besides the instance.
pub struct Paper<'a> {
    pub company: &'a str,
    pub base_url: &'a str,
    pub printed: &'a Printed,
    /// By whom, when.
    pub by: (&'a str, &'a str),
}

/// Draws it.
pub fn draw(view: &InstanceView, paper: &Paper<'_>, lang: Lang) -> PrintModel {
    let (head, printed) = (&view.head, paper.printed);
    let address = address(paper.base_url, &head.id, printed);
    let (by, at) = paper.by;
    PrintModel {
        company: paper.company.to_owned(),
        flow: head.flow_name.get(lang).to_owned(),
        case_title: head.title.clone(),
        status: Tag::status(&head.status, &head.status_shown, lang),
        back: format!("/instances/{}", head.id),
        about: about(view, lang),
        facts: view
            .facts
            .iter()
            .map(|fact| FactModel::of(fact, lang))
            .collect(),
        signed: view
            .timeline
            .iter()
            .filter(|item| is_signature(item))
            .map(|item| signature(item, lang))
            .collect(),
        trail: view
            .timeline
            .iter()
            .filter(|item| !item.minor)
            .map(|item| happened(item, lang))
            .collect(),
        qr: qr::svg(&address),
        address,
        last: format!("#{} {}", printed.seq, printed.hash),
        root: match (&printed.root, &printed.sealed) {
            (Some(root), Some(sealed)) => words::say(
                lang,
                "print.root_text",
                &[("n", &root.no.to_string()), ("at", sealed.shown.get(lang))],
            ),
            _ => words::word(lang, "print.no_root").to_owned(),
        },
        root_hash: printed
            .root
            .as_ref()
            .map(|root| root.root.clone())
            .unwrap_or_default(),
        printed: words::say(lang, "print.printed", &[("who", by), ("at", at)]),
        form: false,
    }
}

/// Where a print can be checked: the instance, its last event by number and hash, and the root over it. Made from the
/// configured address, never from a request.
pub fn address(base_url: &str, instance: &str, printed: &Printed) -> String {
    let short = |hex: &str| {
        let bytes = assent_core::audit::unhex(hex).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(bytes)
    };
    let root = printed
        .root
        .as_ref()
        .map(|root| format!("?root={}.{}", root.no, short(&root.root)));
    format!(
        "{base_url}/verify/{instance}/{}/{}{}",
        printed.seq,
        short(&printed.hash),
        root.unwrap_or_default()
    )
}

fn is_signature(item: &TimelineItem) -> bool {
    matches!(item.kind.as_str(), "decided" | "acted" | "system_decided")
}

fn signature(item: &TimelineItem, lang: Lang) -> Signature {
    Signature {
        who: item.actor.as_ref().map_or_else(
            || words::word(lang, "print.by_machine").to_owned(),
            |person| person.name.clone(),
        ),
        what: item.words.get(lang).to_owned(),
        at: item.at.shown.get(lang).to_owned(),
        words: item.comment.clone().unwrap_or_default(),
        no: item.seq,
    }
}

fn happened(item: &TimelineItem, lang: Lang) -> Happened {
    Happened {
        no: item.seq,
        at: item.at.shown.get(lang).to_owned(),
        what: item.words.get(lang).to_owned(),
        words: item.comment.clone().unwrap_or_default(),
        why: item
            .because
            .iter()
            .map(|text| text.get(lang).to_owned())
            .collect(),
    }
}

fn about(view: &InstanceView, lang: Lang) -> Vec<About> {
    let head = &view.head;
    let line = |key: &str, text: &str| About {
        label: words::word(lang, key).to_owned(),
        text: text.to_owned(),
        ..About::default()
    };
    let code = |key: &str, text: &str| About {
        code: true,
        ..line(key, text)
    };
    vec![
        line("print.applicant", &head.applicant.name),
        line("instance.started", head.started.shown.get(lang)),
        line("instance.updated", head.updated.shown.get(lang)),
        line("print.round", &head.round.to_string()),
        code("instance.id", &head.id),
        code("instance.version", &head.version),
    ]
}
