//! `/api/v1/flows/{flow}/versions`, its difference, and migration; `/api/v1/entities/{entity}`: which flow serves a record.

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_core::command::Via;
use assent_core::migrate::MigrationMap;
use assent_runtime::app::{JsonMap, MigrationPick, MigrationWish, Side};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::read::Body;
use super::shape::Accepted;
use super::{Answer, Writer, json, key};
use crate::web::guard::faults::Problem;
use crate::web::{Fault, Reader, Site};

/// Which two versions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Between {
    from: String,
    to: String,
}

/// Where states go, and what new fields hold.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MapBody {
    /// State of the old version → state of the new one.
    pub states: BTreeMap<String, String>,
    /// Values by field of the new version.
    #[schema(value_type = Object)]
    pub set: JsonMap,
}

/// `POST /flows/{flow}/migration/preview`
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PreviewBody {
    /// The version to go to: its first characters, or `current`.
    pub to: String,
    pub map: MapBody,
    /// Only this instance.
    pub instance: Option<String>,
}

/// One row of a preview, to commit.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowBody {
    pub instance: String,
    /// The preview's token.
    pub token: String,
}

/// `POST /flows/{flow}/migration`
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MigrateBody {
    pub to: String,
    pub map: MapBody,
    /// Why; kept in the trail.
    pub reason: String,
    /// What was previewed.
    pub rows: Vec<RowBody>,
}

/// `POST /entities/{entity}/start`
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StartForBody {
    /// The record, when it exists already.
    pub record: Option<String>,
    /// Values by field.
    #[schema(value_type = Object)]
    pub values: JsonMap,
    /// Submit at once (the default), or keep a draft.
    pub draft: bool,
    pub idempotency_key: Option<String>,
}

/// A record that exists.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OfRecord {
    record: Option<String>,
}

#[derive(Serialize)]
struct StartedFor {
    chosen: assent_core::scope::Chosen,
    #[serde(flatten)]
    started: Accepted,
}

/// Every version of a flow: who published it, what changed in words, how many instances run on it.
#[utoipa::path(get, path = "/api/v1/flows/{flow}/versions", tag = "flows", params(("flow" = String, Path)),
    responses((status = 200, description = "The versions, the last published first"), (status = 404, body = Problem)))]
pub async fn list(
    State(site): State<Arc<Site>>,
    _reader: Reader,
    Path(flow): Path<String>,
) -> Answer {
    json(StatusCode::OK, &site.app.versions(&flow).await?)
}

/// What changed between two versions, in words; without `from`, since the version before the current one.
#[utoipa::path(get, path = "/api/v1/flows/{flow}/difference", tag = "flows",
    params(("flow" = String, Path), ("from" = Option<String>, Query), ("to" = Option<String>, Query)),
    responses((status = 200, description = "Every change, the heaviest first"), (status = 404, body = Problem)))]
pub async fn difference(
    State(site): State<Arc<Site>>,
    _reader: Reader,
    Path(flow): Path<String>,
    Query(between): Query<Between>,
) -> Answer {
    let from = if between.from.is_empty() {
        let versions = site.app.versions(&flow).await?;
        let before = versions.iter().find(|version| !version.current);
        before
            .or(versions.first())
            .map(|version| version.version.clone())
            .ok_or_else(Fault::not_found)?
    } else {
        between.from
    };
    let side = |version: &str| Side::Published(format!("{flow}@{version}"));
    let compared = site.app.compare(side(&from), side(&between.to)).await?;
    json(StatusCode::OK, &compared)
}

/// What migrating would do to every running instance, or to one. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/migration/preview", tag = "flows", params(("flow" = String, Path)),
    request_body = PreviewBody, responses((status = 200, description = "A row per instance, each with the token that commits it"),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn preview(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Path(flow): Path<String>,
    Body(body): Body<PreviewBody>,
) -> Answer {
    let wish = MigrationWish {
        map: map(&site, &flow, &body.to, body.map).await?,
        flow,
        to: body.to,
        only: body.instance,
    };
    let plan = site.app.preview_migration(&writer.0.id, &wish).await?;
    json(StatusCode::OK, &plan)
}

/// Migrates what was previewed, each instance on its own; one that has changed since is left as it is.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/migration", tag = "flows", params(("flow" = String, Path)),
    request_body = MigrateBody, responses((status = 200, description = "A row per instance: the answer, or why not"),
    (status = 404, body = Problem)))]
pub async fn migrate(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Path(flow): Path<String>,
    Body(body): Body<MigrateBody>,
) -> Answer {
    let wish = MigrationWish {
        map: map(&site, &flow, &body.to, body.map).await?,
        flow,
        to: body.to,
        only: None,
    };
    let picks: Vec<MigrationPick> = body
        .rows
        .into_iter()
        .map(|row| MigrationPick {
            instance: row.instance,
            token: row.token,
        })
        .collect();
    let done = site
        .app
        .migrate(&writer.0.id, Via::Api, &wish, &body.reason, &picks)
        .await?;
    json(StatusCode::OK, &done)
}

async fn map(site: &Site, flow: &str, to: &str, body: MapBody) -> Result<MigrationMap, Fault> {
    let set = site.app.migration_values(flow, to, &body.set).await?;
    Ok(MigrationMap {
        states: body.states,
        set,
    })
}

/// Which flow serves a record of this kind for whoever asks, and why.
#[utoipa::path(get, path = "/api/v1/entities/{entity}/flow", tag = "flows",
    params(("entity" = String, Path), ("record" = Option<String>, Query)),
    responses((status = 200, description = "The flow, why it was chosen, and why not the others"), (status = 404, body = Problem)))]
pub async fn chosen(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(entity): Path<String>,
    Query(of): Query<OfRecord>,
) -> Answer {
    let none = JsonMap::new();
    let chosen = site
        .app
        .flow_for(&entity, of.record.as_deref(), &reader.id, &none)
        .await?;
    json(StatusCode::OK, &chosen)
}

/// Starts the flow that serves the record, and says which it was and why.
#[utoipa::path(post, path = "/api/v1/entities/{entity}/start", tag = "flows", params(("entity" = String, Path)),
    request_body = StartForBody, responses((status = 201, description = "What was started, by which flow, and why that one"),
    (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn start(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Path(entity): Path<String>,
    headers: HeaderMap,
    Body(body): Body<StartForBody>,
) -> Answer {
    let key = key(&writer, &headers, body.idempotency_key.as_deref())?;
    let (chosen, answer) = site
        .app
        .start_for(
            &entity,
            body.record.as_deref(),
            &writer.0.id,
            Via::Api,
            (&body.values, !body.draft),
            key,
        )
        .await?;
    let started = StartedFor {
        chosen,
        started: Accepted::from(&answer),
    };
    json(StatusCode::CREATED, &started)
}
