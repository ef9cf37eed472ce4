//! Mails kept instead of sent, while no mail server is set up.

use assent_core::time::Moment;

use crate::Store;
use crate::db::args;
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::row::Row;

/// A mail that was kept instead of sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMail {
    /// UUIDv7.
    pub id: String,
    /// When.
    pub at: Moment,
    /// Address.
    pub recipient: String,
    /// Subject.
    pub subject: String,
    /// The instance it is about; empty when none.
    pub instance: String,
    /// The whole message.
    pub raw: String,
}

const ADD: Sql = Sql::Same(
    "insert into mailbox (id, at, recipient, subject, instance, raw) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
);
const ONE: Sql =
    Sql::Same("select id, at, recipient, subject, instance, raw from mailbox where id = $1");
const LIST: Sql = Sql::Same(
    "select id, at, recipient, subject, instance, raw from mailbox where id < $1 order by id desc limit $2",
);
const LIST_OF: Sql = Sql::Same(
    "select id, at, recipient, subject, instance, raw from mailbox where recipient = $3 and id < $1 order by id desc limit $2",
);

impl Store {
    /// Keeps a mail; one with the same id is kept once.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn keep_mail(&self, mail: &KeptMail) -> Result<(), StoreError> {
        let args = args![
            &mail.id,
            mail.at,
            &mail.recipient,
            &mail.subject,
            &mail.instance,
            &mail.raw,
        ];
        self.run(&ADD, args).await.map(drop)
    }

    /// One kept mail.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn kept_mail(&self, id: &str) -> Result<Option<KeptMail>, StoreError> {
        self.one(&ONE, args![id], mail).await
    }

    /// Kept mails before the id given, newest first, to everybody or to one address.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn kept_mails(
        &self,
        recipient: Option<&str>,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<KeptMail>, StoreError> {
        let before = before.unwrap_or("~");
        match recipient {
            None => self.list(&LIST, args![before, limit], mail).await,
            Some(address) => {
                self.list(&LIST_OF, args![before, limit, address], mail)
                    .await
            }
        }
    }
}

fn mail(mut row: Row) -> Result<KeptMail, StoreError> {
    Ok(KeptMail {
        id: row.text()?,
        at: row.moment()?,
        recipient: row.text()?,
        subject: row.text()?,
        instance: row.text()?,
        raw: row.text()?,
    })
}
