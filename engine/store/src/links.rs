//! Approval links: a way to a task page. The store keeps hashes; whether a link is still good is decided by the caller,
//! who has the clock and the instance.

use assent_core::time::Moment;

use crate::Store;
use crate::db::args;
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::row::Row;
use crate::store::transaction;

/// An approval link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// SHA-256 of the token, hex.
    pub hash: String,
    /// Whom it was sent to.
    pub person: String,
    /// Instance.
    pub instance: String,
    /// Task number.
    pub task: u32,
    /// Round.
    pub round: u32,
    /// What the record was when it was sent.
    pub revision: String,
    /// What it is for: `open`, `reply` …
    pub purpose: String,
    /// When it was made.
    pub created: Moment,
    /// Worth nothing from then on.
    pub expires: Moment,
    /// True: no longer good.
    pub voided: bool,
}

const ADD: Sql = Sql::Same(
    "insert into links (hash, person, instance, task, round, revision, purpose, created, expires, voided) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
);
// Of one task, person and purpose the newest few stay good.
const VOID_OLDER: Sql = Sql::Same(
    "update links set voided = 1 where instance = $1 and task = $2 and person = $3 and purpose = $4 and voided = 0 \
     and hash not in (select hash from links where instance = $1 and task = $2 and person = $3 and purpose = $4 \
     and voided = 0 order by created desc, hash desc limit $5)",
);
const ONE: Sql = Sql::Same(
    "select hash, person, instance, task, round, revision, purpose, created, expires, voided from links where hash = $1",
);
const VOID: Sql =
    Sql::Same("update links set voided = 1 where instance = $1 and task = $2 and voided = 0");
const EXPIRED: Sql = Sql::Same("delete from links where expires <= $1");

impl Store {
    /// Keeps a link; of this person's links to this task, for this purpose, the newest `keep` stay good.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn add_link(&self, link: &Link, keep: u32) -> Result<(), StoreError> {
        let made = args![
            &link.hash,
            &link.person,
            &link.instance,
            link.task,
            link.round,
            &link.revision,
            &link.purpose,
            link.created,
            link.expires,
            link.voided,
        ];
        let older = args![&link.instance, link.task, &link.person, &link.purpose, keep];
        transaction!(self, tx => {
            tx.execute(&ADD, made.clone()).await?;
            tx.execute(&VOID_OLDER, older.clone()).await?;
        })
    }

    /// The link with this hash.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn link(&self, hash: &str) -> Result<Option<Link>, StoreError> {
        self.one(&ONE, args![hash], link).await
    }

    /// Voids all links to a task; returns how many were good.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn void_links(&self, instance: &str, task: u32) -> Result<u64, StoreError> {
        self.run(&VOID, args![instance, task]).await
    }

    /// Drops links that have expired; returns how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn drop_expired_links(&self, now: Moment) -> Result<u64, StoreError> {
        self.run(&EXPIRED, args![now]).await
    }
}

fn link(mut row: Row) -> Result<Link, StoreError> {
    Ok(Link {
        hash: row.text()?,
        person: row.text()?,
        instance: row.text()?,
        task: row.count()?,
        round: row.count()?,
        revision: row.text()?,
        purpose: row.text()?,
        created: row.moment()?,
        expires: row.moment()?,
        voided: row.flag()?,
    })
}
