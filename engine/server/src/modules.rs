//! The modules that are on: the one place where they are named.

use std::sync::Arc;

use assent_core::module::Modules;

pub use assent_org::{SheetFault, Sheets, export, import};

/// Every module of this build.
pub fn all() -> Modules {
    vec![
        Arc::new(assent_org::Org),
        Arc::new(assent_parties::Parties),
        Arc::new(assent_shipment::Shipment),
        Arc::new(assent_finance::Finance),
        Arc::new(assent_service::Service),
    ]
}
