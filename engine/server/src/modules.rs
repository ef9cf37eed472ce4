//! The modules that are on: the one place where they are named.

use assent_core::module::Modules;

/// Every module of this build.
pub fn all() -> Modules {
    Vec::new()
}
