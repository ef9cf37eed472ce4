//! The pages, one file each.

pub mod away;
pub mod batch;
pub mod calendars;
pub mod demo;
pub mod draft;
pub mod erp;
pub mod files;
pub mod flow_use;
pub mod flows;
pub mod health;
pub mod help;
pub mod inbox;
pub mod instance;
pub mod instances;
pub mod leaving;
pub mod link;
pub mod mailbox;
pub mod me;
pub mod migration;
pub mod overrule;
pub mod print;
pub mod proof;
pub mod said;
pub mod settings;
pub mod sign_in;
pub mod start;
pub mod stuck;
pub mod task;
pub mod task_do;
pub mod welcome;
pub mod why;
pub mod wish;

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::{Fault, Site};

/// What a page answers.
pub type Answer = Result<Response, Fault>;

/// Every page's address.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route(
            "/",
            get(|| async { axum::response::Redirect::to("/inbox").into_response() }),
        )
        .route(
            "/sign-in",
            get(sign_in::show).post(sign_in::password_or_code),
        )
        .route("/sign-in/code", post(sign_in::redeem))
        .route("/sign-in/link-code", post(sign_in::mail_to_link))
        .route("/sign-out", post(sign_in::out))
        .route("/welcome/{token}", get(welcome::show).post(welcome::redeem))
        .route("/demo/sign-in", post(demo::posted))
        .route("/demo/as/{person}", get(demo::clicked))
        .route("/language", post(settings::language))
        .route("/theme", post(settings::theme))
        .route("/inbox", get(inbox::show))
        .route("/inbox/batch", get(batch::choose).post(batch::act))
        .route("/tasks/{instance}/{task}", get(task::show))
        .route("/tasks/{instance}/{task}/edit", post(draft::edit))
        .route("/tasks/{instance}/{task}/{verb}", post(task_do::act))
        .route("/start", get(start::list))
        .route(
            "/start/of/{entity}",
            get(start::kind_form).post(start::kind_begin),
        )
        .route("/start/{flow}", get(start::form).post(start::begin))
        .route("/instances", get(instances::show))
        .route("/instances/{id}", get(instance::show))
        .route(
            "/instances/{id}/override",
            get(overrule::show).post(overrule::act),
        )
        .route("/instances/{id}/{verb}", post(instance::act))
        .route("/calendars", get(calendars::show).post(calendars::load))
        .route("/leaving", get(leaving::show).post(leaving::act))
        .route("/instances/{id}/print", get(print::show))
        .route("/instances/{id}/why", get(why::show))
        .route("/verify/{instance}/{seq}/{hash}", get(proof::show))
        .route("/stuck", get(stuck::show))
        .route("/stuck/letter", get(stuck::letter))
        .route("/stuck/resend", post(stuck::resend))
        .route("/flows", get(flows::list))
        .route("/flows/{flow}", get(flows::show))
        .route("/flows/{flow}/close", post(flow_use::close))
        .route("/flows/{flow}/open", post(flow_use::open))
        .route(
            "/flows/{flow}/migrate",
            post(migration::post).get(migration::back),
        )
        .route("/files/{id}", get(files::show))
        .route("/dev/mail", get(mailbox::list))
        .route("/dev/mail/{id}", get(mailbox::show))
        .route("/dev/mail/{id}/html", get(mailbox::html))
        .route("/dev/erp/{*path}", post(erp::answer))
        .route("/l/{token}", get(link::follow))
        .route("/link/fresh", post(link::fresh))
        .route("/me", get(me::show))
        .route("/me/sessions/{id}/end", post(me::end))
        .route("/me/away", get(away::show).post(away::set))
        .route("/me/away/end", post(away::end))
        .route("/away", get(away::show_of).post(away::set_of))
        .route("/away/end", post(away::end_of))
        .route("/help", get(help::show))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
}
