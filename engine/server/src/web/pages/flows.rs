//! The published flows: what they do, as a picture and as sentences, with every policy that holds.

use std::sync::Arc;

use assent_core::definition::Definition;
use assent_core::difference::{SaidPolicy, policies};
use assent_core::people::{Labels, Names};
use assent_core::text::Lang;
use assent_runtime::app::{FlowView, VERSION_SHOWN, VersionView};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;

use super::Answer;
use super::flow_use::{InUse, Refused};
use crate::web::model::picture::{self, FlowLine};
use crate::web::model::task::StateLine;
use crate::web::model::{Empty, Tag};
use crate::web::page::{self, Page};
use crate::web::{Fault, Reader, Site, words};

#[derive(Serialize)]
struct List {
    flows: Vec<Card>,
    empty: Option<Empty>,
}

#[derive(Serialize)]
struct Card {
    href: String,
    name: String,
    purpose: String,
    tags: Vec<Tag>,
}

/// `GET /flows`
pub async fn list(State(site): State<Arc<Site>>, reader: Reader) -> Answer {
    let lang = reader.visit.lang;
    let flows: Vec<Card> = site
        .app
        .flows(&reader.id)
        .await?
        .iter()
        .map(|flow| card(flow, lang))
        .collect();
    let empty = flows.is_empty().then(|| Empty {
        icon: "workflow",
        title: words::word(lang, "flows.none").to_owned(),
        text: words::word(lang, "flows.none_text").to_owned(),
        ..Empty::default()
    });
    let page = Page {
        title: words::word(lang, "flows.title").to_owned(),
        place: "flows",
        ..Page::default()
    };
    page::answer(
        &site,
        &reader.visit,
        "pages/flows",
        page,
        &List { flows, empty },
    )
}

fn card(flow: &FlowView, lang: Lang) -> Card {
    let (tone, icon, key) = match flow.closed {
        None => ("ok", "circle-check", "flows.live"),
        Some(_) => ("held", "ban", "flows.closed"),
    };
    let mut tags = vec![Tag {
        tone,
        icon,
        text: words::word(lang, key).to_owned(),
    }];
    if flow.file_gone {
        tags.push(Tag {
            tone: "late",
            icon: "triangle-alert",
            text: words::word(lang, "flows.file_gone").to_owned(),
        });
    }
    if flow.running > 0 {
        tags.push(Tag {
            tone: "wait",
            icon: "hourglass",
            text: words::say(lang, "flows.running", &[("n", &flow.running.to_string())]),
        });
    }
    Card {
        href: format!("/flows/{}", flow.flow),
        name: flow.name.get(lang).to_owned(),
        purpose: flow.purpose.get(lang).to_owned(),
        tags,
    }
}

#[derive(Serialize)]
struct Model {
    name: String,
    purpose: String,
    may_start: String,
    facts: Vec<super::said::SaidFact>,
    diagram: String,
    diagram_open: bool,
    states: Vec<StateLine>,
    sentences: Vec<FlowLine>,
    /// What holds in the whole flow, then what a state says for itself.
    policies: Vec<PolicyCard>,
    source: String,
    versions: Vec<VersionLine>,
    /// Where running instances are migrated; empty for those who may not.
    migrate: String,
    /// Whether it takes new cases, and who may change that.
    in_use: InUse,
}

/// The policies of the flow, or of one of its states.
#[derive(Serialize)]
struct PolicyCard {
    /// The state; empty for the flow.
    state: String,
    lines: Vec<PolicyLine>,
}

#[derive(Serialize)]
struct PolicyLine {
    label: String,
    said: String,
    /// It holds without being written.
    usual: bool,
}

fn policy_lines(policies: &[SaidPolicy], lang: Lang) -> Vec<PolicyLine> {
    let line = |policy: &SaidPolicy| PolicyLine {
        label: policy.label.get(lang).to_owned(),
        said: policy.said.get(lang).to_owned(),
        usual: policy.usual,
    };
    policies.iter().map(line).collect()
}

fn policy_cards(definition: &Definition, names: &dyn Names, lang: Lang) -> Vec<PolicyCard> {
    let known = policies(definition, names);
    let of_flow = PolicyCard {
        state: String::new(),
        lines: policy_lines(&known.flow, lang),
    };
    let of_states = known.states.iter().map(|state| PolicyCard {
        state: state.name.get(lang).to_owned(),
        lines: policy_lines(&state.policies, lang),
    });
    std::iter::once(of_flow).chain(of_states).collect()
}

#[derive(Serialize)]
struct VersionLine {
    version: String,
    current: bool,
    published: String,
    by: String,
    running: u64,
    changes: Vec<String>,
}

fn version_line(version: &VersionView, lang: Lang) -> VersionLine {
    let changes = version.publication.iter().flat_map(|made| &made.changes);
    VersionLine {
        version: version.version.chars().take(VERSION_SHOWN).collect(),
        current: version.current,
        published: version.published.shown.get(lang).to_owned(),
        by: version.by.clone(),
        running: version.running,
        changes: changes
            .map(|change| change.words.get(lang).to_owned())
            .collect(),
    }
}

/// `GET /flows/{flow}`
pub async fn show(State(site): State<Arc<Site>>, reader: Reader, Path(id): Path<String>) -> Answer {
    drawn(&site, &reader, &id, &Refused::default()).await
}

/// The page of a flow; with what was typed and why it was not done, when somebody tried to close or open it.
pub(super) async fn drawn(site: &Site, reader: &Reader, id: &str, refused: &Refused) -> Answer {
    let lang = reader.visit.lang;
    let flows = site.app.flows(&reader.id).await?;
    let flow = flows
        .iter()
        .find(|flow| flow.flow == id)
        .ok_or_else(Fault::not_found)?;
    let definition = site.app.definition(id).ok_or_else(Fault::not_found)?;
    let fact = |key: &str, text: String| super::said::SaidFact {
        label: words::word(lang, key).to_owned(),
        text,
    };
    let owners: Vec<&str> = flow
        .owner
        .iter()
        .map(|person| person.name.as_str())
        .collect();
    let version: String = flow.version.chars().take(VERSION_SHOWN).collect();
    let versions = site.app.versions(id).await?;
    let uses = site.app.flow_uses(id).await?;
    let elsewhere = versions.iter().any(|one| !one.current && one.running > 0);
    let may_migrate = reader.visit.admin || flow.owner.iter().any(|person| person.id == reader.id);
    let (directory, flow_names) = (site.app.directory(), site.app.flow_names());
    let names = Labels {
        directory: &directory,
        entity: Some(&definition.entity),
        flow: Some(definition.as_ref()),
        others: Some(&*flow_names),
    };
    let model = Model {
        name: flow.name.get(lang).to_owned(),
        purpose: flow.purpose.get(lang).to_owned(),
        may_start: if flow.refusal.is_none() {
            format!("/start/{id}")
        } else {
            String::new()
        },
        facts: vec![
            fact("flows.version", version),
            fact("flows.published", flow.published.shown.get(lang).to_owned()),
            fact("flows.owner", owners.join(lang.pick("、", ", "))),
            fact("flows.file", flow.file.clone()),
            fact("flows.under_way", flow.running.to_string()),
        ],
        diagram: picture::svg(&definition, &names, lang),
        diagram_open: true,
        states: vec![],
        sentences: picture::lines(&definition, &names, lang),
        policies: policy_cards(&definition, &names, lang),
        source: definition.source.clone(),
        versions: versions
            .iter()
            .map(|version| version_line(version, lang))
            .collect(),
        migrate: if elsewhere && may_migrate {
            format!("/flows/{id}/migrate")
        } else {
            String::new()
        },
        in_use: InUse::of(flow, &uses, may_migrate, refused, lang),
    };
    let page = Page {
        title: model.name.clone(),
        place: "flows",
        where_: model.name.clone(),
        ..Page::default()
    };
    let mut response = page::answer(site, &reader.visit, "pages/flow", page, &model)?;
    if refused.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
