//! The directory: a snapshot swapped when it changes.

use std::sync::Arc;

use assent_core::directory::Directory;
use serde::Serialize;

use super::error::AppError;
use super::state::{App, not_ready};
use super::view::PersonView;

/// Role whose holders administer everything.
pub const ADMIN_ROLE: &str = "admin";

/// What an import of the directory did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// People in it now.
    pub people: usize,
    /// Units in it now.
    pub units: usize,
    /// Grants of roles in it now.
    pub grants: usize,
}

impl App {
    /// The organisation now. Cheap: a shared snapshot.
    pub fn directory(&self) -> Arc<Directory> {
        Arc::new(Directory::default())
    }

    /// Replaces the organisation; people who are missing are kept as having left.
    ///
    /// # Errors
    /// `Invalid` for unknown units, superiors or people in it.
    pub async fn import_directory(&self, directory: Directory) -> Result<Imported, AppError> {
        let _ = directory;
        not_ready("import_directory")
    }

    /// Does this person administer the system (role `admin`)?
    pub fn is_admin(&self, person: &str) -> bool {
        self.directory().has_role(person, ADMIN_ROLE)
    }

    /// Somebody as pages name them.
    pub fn person_view(&self, id: &str) -> PersonView {
        let directory = self.directory();
        let unit = directory
            .people
            .get(id)
            .and_then(|person| directory.units.get(&person.unit));
        PersonView {
            id: id.to_owned(),
            name: directory.name(id).to_owned(),
            unit: unit.map(|unit| unit.name.clone()).unwrap_or_default(),
        }
    }
}
