//! Why, and proofs: of an instance under the newest root, and that this root continues an earlier one.

use std::sync::Arc;

use assent_runtime::app::{NextView, ReasonView};
use assent_runtime::audit::RootProof;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shape::{Person, Time, Words};
use super::{Answer, json};
use crate::web::guard::faults::Problem;
use crate::web::{Reader, Site};

/// About whom.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct About {
    /// Id of a person; else everybody who has a task.
    person: Option<String>,
}

/// Since which root.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// Number of an earlier root.
    from: Option<u64>,
}

/// Why, answered from the trail; what comes next, from the pinned version with today's values.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WhyAnswer {
    pub instance: String,
    pub person: Option<Person>,
    pub asked: Vec<WhyReason>,
    pub not_asked: Vec<WhyReason>,
    pub way: Vec<WhyReason>,
    pub next: Vec<WhyNext>,
}

/// A reason with the numbers of the events that say so.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WhyReason {
    pub code: String,
    pub person: Option<Person>,
    pub state: String,
    pub state_name: Words,
    pub events: Vec<u32>,
    pub at: Option<Time>,
    pub words: Vec<Words>,
}

impl From<&ReasonView> for WhyReason {
    fn from(reason: &ReasonView) -> Self {
        Self {
            code: reason.code.to_owned(),
            person: reason.person.as_ref().map(Person::from),
            state: reason.state.clone(),
            state_name: (&reason.state_name).into(),
            events: reason.events.clone(),
            at: reason.at.as_ref().map(Time::from),
            words: reason.words.iter().map(Words::from).collect(),
        }
    }
}

/// A state ahead: `comes`, `skipped` or `undecided`, as things stand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WhyNext {
    pub state: String,
    pub name: Words,
    pub fate: String,
    pub because: Words,
    pub people: Vec<Person>,
    pub why: Vec<Words>,
}

impl From<&NextView> for WhyNext {
    fn from(next: &NextView) -> Self {
        Self {
            state: next.state.clone(),
            name: (&next.name).into(),
            fate: next.fate.to_owned(),
            because: (&next.because).into(),
            people: next.people.iter().map(Person::from).collect(),
            why: next.why.iter().map(Words::from).collect(),
        }
    }
}

/// A signed root and what proves something about it; docs/audit.md says how to check it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Proof {
    pub no: u64,
    /// UTC milliseconds.
    pub at: i64,
    /// Events it covers.
    pub size: u64,
    pub root: String,
    pub key: String,
    pub signature: String,
    /// Part of what is signed; empty for the first root.
    pub signature_before: String,
    /// Public keys, the first one first.
    pub keys: Vec<PublicKey>,
    /// The event's place from 0; for an earlier root, its size.
    pub place: u64,
    /// The event's leaf; for an earlier root, that root.
    pub leaf: String,
    /// RFC 6962: the audit path, or the consistency proof.
    pub path: Vec<String>,
}

/// A public key.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicKey {
    pub id: String,
    pub public: String,
    pub since: u64,
    pub by: String,
    pub endorsement: String,
}

impl From<RootProof> for Proof {
    fn from(proof: RootProof) -> Self {
        let keys = proof.keys.into_iter().map(|key| PublicKey {
            id: key.id,
            public: key.public,
            since: key.since,
            by: key.by,
            endorsement: key.endorsement,
        });
        Self {
            no: proof.root.no,
            at: proof.root.at.0,
            size: proof.root.size,
            root: proof.root.root,
            key: proof.root.key,
            signature: proof.root.signature,
            signature_before: proof.signature_before,
            keys: keys.collect(),
            place: proof.place,
            leaf: proof.leaf,
            path: proof.path,
        }
    }
}

/// Why a task came to somebody, why not to somebody else, and what comes next.
#[utoipa::path(get, path = "/api/v1/instances/{id}/why", tag = "instances", params(("id" = String, Path), About),
    responses((status = 200, body = WhyAnswer), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn why(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(id): Path<String>,
    Query(about): Query<About>,
) -> Answer {
    let view = site
        .app
        .why(Some(&reader.id), &id, about.person.as_deref())
        .await?;
    let reasons = |reasons: &[ReasonView]| reasons.iter().map(WhyReason::from).collect();
    let answer = WhyAnswer {
        instance: view.head.id.clone(),
        person: view.person.as_ref().map(Person::from),
        asked: reasons(&view.asked),
        not_asked: reasons(&view.not_asked),
        way: reasons(&view.way),
        next: view.next.iter().map(WhyNext::from).collect(),
    };
    json(StatusCode::OK, &answer)
}

/// That the last sealed event of an instance is under the newest signed root.
#[utoipa::path(get, path = "/api/v1/instances/{id}/proof", tag = "audit", params(("id" = String, Path)),
    responses((status = 200, body = Proof), (status = 404, body = Problem)))]
pub async fn proof(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(id): Path<String>,
) -> Answer {
    let proof = site.app.instance_proof(&reader.id, &id).await?;
    json(StatusCode::OK, &Proof::from(proof))
}

/// The newest signed root, and that it continues an earlier one: for whoever keeps roots outside.
#[utoipa::path(get, path = "/api/v1/audit/root", tag = "audit", params(Since),
    responses((status = 200, body = Proof), (status = 404, body = Problem)))]
pub async fn root(
    State(site): State<Arc<Site>>,
    _reader: Reader,
    Query(since): Query<Since>,
) -> Answer {
    let proof = site.app.root_proof(since.from).await?;
    json(StatusCode::OK, &Proof::from(proof))
}
