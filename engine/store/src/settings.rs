//! Settings somebody changes while the program runs, and document numbers.

use assent_core::write::EventRow;

use crate::commit::append_event;
use crate::db::args;
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::store::transaction;
use crate::{Outcome, Store};

const GET: Sql = Sql::Same("select body, rev from settings where name = $1");
const ALL: Sql = Sql::Same("select name, body, rev from settings order by name");
const MAKE: Sql =
    Sql::Same("insert into settings (name, body, rev) values ($1, $2, 1) on conflict do nothing");
const CHANGE: Sql =
    Sql::Same("update settings set body = $2, rev = rev + 1 where name = $1 and rev = $3");
const NUMBER: Sql = Sql::Same(
    "insert into numbers (name, n) values ($1, 1) on conflict (name) do update set n = numbers.n + 1 returning n",
);

impl Store {
    /// A setting's JSON and its `rev`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn setting(&self, name: &str) -> Result<Option<(String, u64)>, StoreError> {
        self.one(&GET, args![name], |mut row| Ok((row.text()?, row.count()?)))
            .await
    }

    /// All settings: name, JSON, `rev`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settings(&self) -> Result<Vec<(String, String, u64)>, StoreError> {
        let read = |mut row: crate::row::Row| Ok((row.text()?, row.text()?, row.count()?));
        self.list(&ALL, vec![], read).await
    }

    /// Changes a setting that still has this `rev` (0: that is not there yet); else it is stale.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn save_setting(
        &self,
        name: &str,
        body: &str,
        rev: u64,
    ) -> Result<Outcome, StoreError> {
        let saved = match i64::try_from(rev).unwrap_or(i64::MAX) {
            0 => self.run(&MAKE, args![name, body]).await?,
            rev => self.run(&CHANGE, args![name, body, rev]).await?,
        };
        Ok(if saved > 0 {
            Outcome::Done
        } else {
            Outcome::Stale
        })
    }

    /// The same with an event that says so, in the transaction that changes it. Stale also when the event's number is taken.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn save_setting_logged(
        &self,
        (name, body, rev): (&str, &str, u64),
        (chain, event): (&str, &EventRow),
    ) -> Result<Outcome, StoreError> {
        let rev = i64::try_from(rev).unwrap_or(i64::MAX);
        transaction!(self, tx => {
            let saved = match rev {
                0 => tx.execute(&MAKE, args![name, body]).await?,
                rev => tx.execute(&CHANGE, args![name, body, rev]).await?,
            };
            if saved > 0 && append_event(tx, chain, event).await? {
                Outcome::Done
            } else {
                tx.undo();
                Outcome::Stale
            }
        })
    }

    /// The next number of a sequence (`repair/2026`), from 1. Taken at once and for good: a turn that fails afterwards
    /// leaves a gap, two turns never get the same.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn next_number(&self, name: &str) -> Result<u64, StoreError> {
        let rows = self.ask(&NUMBER, args![name]).await?;
        let row = rows.into_iter().next();
        row.ok_or_else(|| StoreError::other("no number came back"))?
            .count()
    }
}
