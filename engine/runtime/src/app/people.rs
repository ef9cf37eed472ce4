//! The directory: a snapshot swapped when it changes.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

pub use assent_core::directory::ADMIN_ROLE;
use assent_core::directory::Directory;
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use assent_store::Outcome;
use serde::Serialize;

use super::error::{AppError, FieldFault};
use super::state::App;
use super::view::PersonView;

/// What the trail calls the system.
const SYSTEM: &str = "system";
/// How often an import is tried again when somebody else changed the directory meanwhile.
const SAVE_AGAIN_MAX: u32 = 5;

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
        // A poisoned lock still holds a whole snapshot: it is replaced, never changed.
        let directory = self
            .inner
            .directory
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&directory)
    }

    /// Replaces the organisation; people who are missing are kept as having left.
    ///
    /// # Errors
    /// `Invalid` for unknown units, superiors or people in it.
    pub async fn import_directory(&self, directory: Directory) -> Result<Imported, AppError> {
        self.change_directory("import", |before| Ok(succeeding(before, &directory)))
            .await
    }

    /// Changes the organisation: `change` makes the next one from the newest, and is called again when somebody else was
    /// faster.
    ///
    /// # Errors
    /// `Invalid` for unknown units, superiors or people in it; whatever `change` refuses.
    pub async fn change_directory(
        &self,
        by: &str,
        change: impl Fn(&Directory) -> Result<Directory, AppError>,
    ) -> Result<Imported, AppError> {
        for _ in 0..SAVE_AGAIN_MAX {
            self.load_directory().await?;
            let before = self.directory();
            let mut next = change(&before)?;
            next.version = before.version + 1;
            let faults = faults(&next);
            if !faults.is_empty() {
                return Err(AppError::Invalid(faults));
            }
            let body = serde_json::to_string(&next).unwrap_or_default();
            let saved = self
                .store()
                .save_directory(next.version, &body, self.now(), by)
                .await?;
            if saved == Outcome::Done {
                let imported = Imported {
                    people: next.people.len(),
                    units: next.units.len(),
                    grants: next.roles.len(),
                };
                self.swap_directory(next);
                return Ok(imported);
            }
        }
        Err(AppError::Busy)
    }

    /// Takes a newer directory in, if there is one: another node may have saved it.
    pub(crate) async fn load_directory(&self) -> Result<(), AppError> {
        let version = self.store().directory_version().await?;
        if version == self.directory().version {
            return Ok(());
        }
        let Some((version, body)) = self.store().directory().await? else {
            return Ok(());
        };
        let mut directory: Directory = serde_json::from_str(&body).map_err(|fault| {
            AppError::unavailable(
                "damaged",
                "组织架构数据已损坏，请联系管理员",
                "The stored directory is damaged; ask an administrator",
                fault,
            )
        })?;
        directory.version = version;
        self.swap_directory(directory);
        Ok(())
    }

    fn swap_directory(&self, mut next: Directory) {
        let modules = self.config().modules.iter();
        let posts = modules.flat_map(|module| module.manifest().posts.iter().cloned());
        next.post_names = posts.collect();
        let mut directory = self
            .inner
            .directory
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if next.version >= directory.version {
            *directory = Arc::new(next);
        }
    }

    /// Does this person administer the system (role `administrator`)?
    pub fn is_admin(&self, person: &str) -> bool {
        self.directory().has_role(person, ADMIN_ROLE)
    }

    /// Some things are for administrators alone.
    ///
    /// # Errors
    /// `not_administrator`.
    pub(crate) fn administrators_only(&self, person: &str) -> Result<(), AppError> {
        if self.is_admin(person) && self.directory().active(person).is_some() {
            return Ok(());
        }
        let zh = "只有管理员可以这样处理，请联系管理员。";
        let en = "Only administrators may do this; ask one of them.";
        let refusal = Refusal::new(RefusalKind::NotYours, "not_administrator", zh, en);
        Err(refusal.into())
    }

    /// Somebody as pages name them.
    pub fn person_view(&self, id: &str) -> PersonView {
        person_view(&self.directory(), id)
    }
}

/// What follows on the organisation before when this one is imported: whoever is missing has left, and no unit is lost.
pub(super) fn succeeding(before: &Directory, imported: &Directory) -> Directory {
    let mut next = imported.clone();
    for (id, person) in &before.people {
        next.people.entry(id.clone()).or_insert_with(|| {
            let mut left = person.clone();
            left.active = false;
            left
        });
    }
    // Those who left belonged to units that may be gone too.
    for (id, unit) in &before.units {
        next.units.entry(id.clone()).or_insert_with(|| unit.clone());
    }
    next
}

/// Somebody as pages name them.
pub(crate) fn person_view(directory: &Directory, id: &str) -> PersonView {
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

/// Everything in a directory that points at nothing.
pub(super) fn faults(directory: &Directory) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    let mut unknown = |field: String, what: (&str, &str), id: &str| {
        faults.push(FieldFault {
            field,
            code: "unknown".to_owned(),
            message: Text::new(
                format!("{}“{id}”不存在", what.0),
                format!("There is no {} “{id}”", what.1),
            ),
        });
    };
    let (unit, person) = (("部门", "unit"), ("人员", "person"));
    // The trail names the system so: nobody may be taken for it.
    let reserved = directory.people.contains_key(SYSTEM).then(|| FieldFault {
        field: format!("people.{SYSTEM}"),
        code: "reserved".to_owned(),
        message: Text::new(
            format!("“{SYSTEM}”保留给系统，不能作为人员编号，请换一个"),
            format!(
                "“{SYSTEM}” is kept for the system and cannot be a person's id; choose another"
            ),
        ),
    });
    for (id, one) in &directory.people {
        if !one.unit.is_empty() && !directory.units.contains_key(&one.unit) {
            unknown(format!("people.{id}.unit"), unit, &one.unit);
        }
        if let Some(superior) = &one.superior
            && !directory.people.contains_key(superior)
        {
            unknown(format!("people.{id}.superior"), person, superior);
        }
    }
    for (id, one) in &directory.units {
        if let Some(parent) = one
            .parent
            .as_ref()
            .filter(|parent| !directory.units.contains_key(*parent))
        {
            unknown(format!("units.{id}.parent"), unit, parent);
        }
        if let Some(head) = one
            .head
            .as_ref()
            .filter(|head| !directory.people.contains_key(*head))
        {
            unknown(format!("units.{id}.head"), person, head);
        }
    }
    let known: BTreeSet<&String> = directory.people.keys().collect();
    for (at, grant) in directory.roles.iter().enumerate() {
        if !known.contains(&grant.person) {
            unknown(format!("roles.{at}.person"), person, &grant.person);
        }
        if let Some(at_unit) = grant
            .unit
            .as_ref()
            .filter(|id| !directory.units.contains_key(*id))
        {
            unknown(format!("roles.{at}.unit"), unit, at_unit);
        }
    }
    for (at, absence) in directory.absences.iter().enumerate() {
        for id in [Some(&absence.person), absence.proxy.as_ref()]
            .into_iter()
            .flatten()
        {
            if !known.contains(id) {
                unknown(format!("absences.{at}"), person, id);
            }
        }
    }
    faults.extend(reserved);
    faults
}
