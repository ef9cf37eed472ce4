//! HTTP: pages, approval links and the API. Pages work without JavaScript; what changes something is a POST.

pub mod api;
pub mod assets;
pub mod cookie;
pub mod fault;
pub mod figures;
pub mod form;
pub mod guard;
pub mod icons;
pub mod model;
pub mod page;
pub mod pages;
pub mod people;
pub mod posted;
pub mod site;
pub mod templates;
pub mod visit;
pub mod words;

pub use fault::Fault;
pub use site::Site;
pub use visit::{Reader, Visit};

use std::sync::Arc;

use axum::Router;

/// Everything the server answers.
pub fn router(site: Arc<Site>) -> Router {
    let routes = Router::new()
        .merge(pages::routes())
        .merge(api::routes())
        .merge(assets::routes());
    guard::around(routes, &site).with_state(site)
}
