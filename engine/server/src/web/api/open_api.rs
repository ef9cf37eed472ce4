//! The OpenAPI 3.1 document, made from the code, and a small page that shows it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::OpenApi;

use super::{Answer, json};
use crate::web::page::{self, Page};
use crate::web::{Site, Visit, assets, words};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Assent",
        description = "Approvals: flows, tasks, instances. 审批接口。Errors are RFC 9457 problem+json with a stable code and words in Chinese and English."
    ),
    paths(
        super::me::show,
        super::absences::list,
        super::absences::set,
        super::absences::end,
        super::flows::list,
        super::flows::show,
        super::flows::start,
        super::flows::close,
        super::flows::open,
        super::flows::uses,
        super::versions::list,
        super::versions::difference,
        super::versions::preview,
        super::versions::migrate,
        super::versions::chosen,
        super::versions::start,
        super::tasks::list,
        super::tasks::show,
        super::tasks::decide,
        super::tasks::act,
        super::tasks::send_back,
        super::tasks::transfer,
        super::bulk::decide,
        super::verbs::delegate,
        super::verbs::add_signer,
        super::verbs::remove_signer,
        super::verbs::advise,
        super::verbs::claim,
        super::verbs::give_back,
        super::verbs::ask,
        super::verbs::reply,
        super::verbs::read,
        super::verbs::take_back,
        super::verbs::code,
        super::files::store,
        super::files::show,
        super::instances::list,
        super::instances::show,
        super::instances::history,
        super::instances::explain,
        super::instances::diagram,
        super::audit::why,
        super::audit::proof,
        super::audit::root,
        super::instances::save,
        super::instances::submit,
        super::instances::withdraw,
        super::instances::comment,
        super::instances::copy,
        super::instances::urge,
        super::instances::reopen,
        super::instances::revoke,
        super::instances::retry,
        super::overrule::overrule,
        super::overrule::leaving,
        super::overrule::stuck,
        super::overrule::dead_letters,
        super::overrule::tend,
        super::overrule::hand_over,
        super::calendars::list,
        super::calendars::load,
        super::events::happen,
        super::clock::show,
        super::clock::set,
    ),
    components(schemas(crate::web::guard::faults::Problem))
)]
struct Document;

/// `GET /api/v1/openapi.json`
pub async fn document() -> Answer {
    json(StatusCode::OK, &Document::openapi())
}

#[derive(Serialize)]
struct Model {
    script: &'static str,
}

/// `GET /api`
pub async fn viewer(State(site): State<Arc<Site>>, visit: Visit) -> Answer {
    let page = Page {
        title: words::word(visit.lang, "nav.api").to_owned(),
        place: "api",
        alone: visit.signed.is_none(),
        ..Page::default()
    };
    page::answer(
        &site,
        &visit,
        "pages/api",
        page,
        &Model {
            script: assets::api_js_href(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_3_1_and_names_every_verb() {
        let text = Document::openapi().to_json().unwrap_or_default();
        assert!(
            text.contains("\"openapi\":\"3.1"),
            "{}",
            &text[..80.min(text.len())]
        );
        for verb in [
            "decision",
            "decisions",
            "transfer",
            "delegate",
            "add-signer",
            "remove-signer",
            "advise",
            "claim",
            "give-back",
            "ask",
            "reply",
            "read",
            "take-back",
            "code",
            "copy",
            "urge",
            "reopen",
            "revoke",
            "comment",
            "files",
            "withdraw",
            "submit",
            "save",
            "explain",
            "diagram",
            "events",
            "override",
            "hand-over",
            "calendars",
            "why",
            "proof",
        ] {
            let ends = format!("/{verb}\"");
            let within = format!("/{verb}/");
            assert!(text.contains(&ends) || text.contains(&within), "{verb}");
        }
    }
}
