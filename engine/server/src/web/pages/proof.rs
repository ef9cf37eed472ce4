//! Where the code on a printed record leads: whether the print is genuine, and nothing of what it says. Nobody need be
//! signed in.

use std::sync::Arc;

use assent_core::audit::hex;
use assent_core::text::Lang;
use assent_runtime::app::When;
use assent_runtime::audit::Proven;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::Answer;
use super::said::{Button, Said, SaidFact};
use super::task::said_page;
use crate::web::{Site, Visit, words};

/// The root on the print: `12.<hash>`.
#[derive(Debug, Default, Deserialize)]
pub struct Ask {
    root: Option<String>,
}

/// `GET /verify/{instance}/{seq}/{hash}?root=`
pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((instance, seq, hash)): Path<(String, String, String)>,
    Query(ask): Query<Ask>,
) -> Answer {
    let lang = visit.lang;
    let long = |short: &str| URL_SAFE_NO_PAD.decode(short).ok().map(|bytes| hex(&bytes));
    let root = ask.root.as_deref().map(|root| {
        let (no, hash) = root.split_once('.')?;
        Some((no.parse::<u64>().ok()?, long(hash)?))
    });
    let proven = match (seq.parse(), long(&hash), &root) {
        // What cannot be read was not printed by us.
        (Err(_), _, _) | (_, None, _) | (_, _, Some(None)) => Proven::Unknown,
        (Ok(seq), Some(hash), root) => {
            let root = root.as_ref().and_then(|root| root.as_ref());
            let root = root.map(|(no, hash)| (*no, hash.as_str()));
            site.app.prove_printed(&instance, seq, &hash, root).await?
        }
    };
    let mut said = words_of(&proven, lang);
    // What was retired is nowhere to be opened.
    if matches!(proven, Proven::Authentic { .. } | Proven::Damaged) {
        let to = format!("/instances/{instance}");
        said.buttons
            .push(Button::link(lang, &to, "proof.open", "file-text", ""));
    }
    let mut response = said_page(&site, &visit, &said)?;
    if proven == Proven::Unknown {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    Ok(response)
}

/// What the page says.
pub fn words_of(proven: &Proven, lang: Lang) -> Said {
    let said = |mark, heading: &str, text: &str| Said {
        mark,
        heading: words::word(lang, heading).to_owned(),
        lines: vec![words::word(lang, text).to_owned()],
        ..Said::default()
    };
    let (sealed, gone_on) = match proven {
        Proven::Unknown => return said("circle-x", "proof.unknown", "proof.unknown_text"),
        Proven::Damaged => return said("triangle-alert", "proof.damaged", "proof.damaged_text"),
        Proven::Authentic { sealed, gone_on } => (sealed, *gone_on),
        Proven::Retired {
            bundle,
            at,
            sealed,
            authentic,
        } => {
            let mut said = if *authentic {
                said("stamp", "proof.genuine", "proof.genuine_retired")
            } else {
                said("file-text", "proof.retired", "proof.retired_earlier")
            };
            said.facts.push(SaidFact {
                label: words::word(lang, "proof.bundle").to_owned(),
                text: words::say(
                    lang,
                    "proof.bundle_text",
                    &[("bundle", bundle), ("at", at.shown.get(lang))],
                ),
            });
            said.facts
                .extend(sealed.as_ref().map(|root| sealed_fact(root, lang)));
            said.lines
                .push(words::word(lang, "proof.nothing_else").to_owned());
            return said;
        }
    };
    let mut said = said("stamp", "proof.genuine", "proof.genuine_text");
    let since = if gone_on {
        "proof.gone_on"
    } else {
        "proof.same"
    };
    said.lines.push(words::word(lang, since).to_owned());
    match sealed {
        None => said
            .lines
            .push(words::word(lang, "proof.not_sealed").to_owned()),
        Some(root) => said.facts.push(sealed_fact(root, lang)),
    }
    said.lines
        .push(words::word(lang, "proof.nothing_else").to_owned());
    said
}

/// The root that covers it.
fn sealed_fact((no, at): &(u64, When), lang: Lang) -> SaidFact {
    SaidFact {
        label: words::word(lang, "proof.sealed").to_owned(),
        text: words::say(
            lang,
            "proof.sealed_text",
            &[("n", &no.to_string()), ("at", at.shown.get(lang))],
        ),
    }
}
