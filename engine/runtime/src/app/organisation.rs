//! The organisation as an administrator changes it: told before, and those who are no longer in it are out at once.

use assent_core::directory::{ADMIN_ROLE, Directory};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use serde::Serialize;

use super::error::AppError;
use super::people::{faults, succeeding};
use super::state::App;
use super::view::PersonView;

/// Who brought the first organisation in: there was nobody else yet.
const COMMAND_LINE: &str = "command_line";

/// What an import of the organisation changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OrganisationChange {
    /// A sentence for each change; empty when nothing changes.
    pub changes: Vec<Text>,
    /// Who is disabled by it.
    pub leaving: Vec<LeavingWork>,
    /// People who are here afterwards.
    pub people: usize,
    /// Units afterwards.
    pub units: usize,
}

/// Somebody who is disabled, and what waits for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeavingWork {
    /// Who.
    pub person: PersonView,
    /// Their open tasks: they stay theirs until they are handed over.
    pub tasks: usize,
}

impl App {
    /// What the organisation that `read` makes of the present one would change; nothing is changed.
    ///
    /// # Errors
    /// `not_administrator`, `no_administrator`, `Invalid`; whatever `read` refuses.
    pub async fn organisation_change(
        &self,
        by: Option<&str>,
        read: impl Fn(&Directory) -> Result<Directory, AppError>,
    ) -> Result<OrganisationChange, AppError> {
        self.load_directory().await?;
        let before = self.directory();
        let next = self.next_organisation(by, &before, &read)?;
        let faults = faults(&next);
        if !faults.is_empty() {
            return Err(AppError::Invalid(faults));
        }
        self.organisation_changed(&before, &next).await
    }

    /// Changes it. People who are no longer listed are disabled: their sessions, codes and tokens end.
    ///
    /// # Errors
    /// As [`App::organisation_change`].
    pub async fn change_organisation(
        &self,
        by: Option<&str>,
        read: impl Fn(&Directory) -> Result<Directory, AppError>,
    ) -> Result<OrganisationChange, AppError> {
        let told = self.organisation_change(by, &read).await?;
        if told.changes.is_empty() {
            return Ok(told);
        }
        let before = self.directory();
        let who = by.unwrap_or(COMMAND_LINE);
        self.change_directory(who, |before| self.next_organisation(by, before, &read))
            .await?;
        let after = self.directory();
        for person in before.leaving_in(&after) {
            self.store().drop_tokens_of(person, None).await?;
        }
        self.organisation_changed(&before, &after).await
    }

    /// Anybody may bring in the first organisation; after that it takes an administrator, and there always is one.
    fn next_organisation(
        &self,
        by: Option<&str>,
        before: &Directory,
        read: &impl Fn(&Directory) -> Result<Directory, AppError>,
    ) -> Result<Directory, AppError> {
        if !before.holders(ADMIN_ROLE, None).is_empty() {
            self.administrators_only(by.unwrap_or_default())?;
        }
        let next = succeeding(before, &read(before)?);
        if next.holders(ADMIN_ROLE, None).is_empty() {
            let zh = format!(
                "没有在职的管理员。请在角色授予表（grants.csv）里加一行：{ADMIN_ROLE},工号,"
            );
            let en = format!(
                "There would be no administrator. Add a row to the sheet of grants (grants.csv): {ADMIN_ROLE},PERSON,"
            );
            return Err(Refusal::new(RefusalKind::Input, "no_administrator", zh, en).into());
        }
        Ok(next)
    }

    async fn organisation_changed(
        &self,
        before: &Directory,
        next: &Directory,
    ) -> Result<OrganisationChange, AppError> {
        let mut leaving = Vec::new();
        for person in before.leaving_in(next) {
            leaving.push(LeavingWork {
                person: super::people::person_view(before, person),
                tasks: self.open_tasks_of(person).await?.len(),
            });
        }
        Ok(OrganisationChange {
            changes: before.changes_to(next),
            leaving,
            people: next.people.values().filter(|one| one.active).count(),
            units: next.units.len(),
        })
    }
}
