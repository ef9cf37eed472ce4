//! Who may sign in, and the secrets people carry: sessions, known devices, mailed codes, API tokens. Secrets come in as
//! hashes; the store never sees one.

use assent_core::time::Moment;

use crate::Store;
use crate::db::args;
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::row::Row;

/// An account. The person stands in the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Person id.
    pub person: String,
    /// The name typed at sign-in; unique.
    pub login: String,
    /// Password hash; empty when none is set.
    pub password: String,
    /// False: may not sign in.
    pub active: bool,
    /// Failed sign-ins since the last good one.
    pub failures: u32,
    /// No sign-in before this.
    pub blocked_until: Moment,
    /// When the password was changed last.
    pub changed: Moment,
}

/// A secret somebody carries, by its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// SHA-256 of the secret, hex.
    pub hash: String,
    /// `session`, `device`, `code`, `api` …
    pub purpose: String,
    /// Whose it is.
    pub person: String,
    /// When it was made.
    pub created: Moment,
    /// Worth nothing from then on.
    pub expires: Moment,
    /// Last use.
    pub used: Moment,
    /// Wrong attempts (codes).
    pub tries: u32,
    /// Anything else about it, as JSON.
    pub body: String,
}

const BY_LOGIN: Sql = Sql::Same(
    "select person, login, password, active, failures, blocked_until, changed from accounts where login = $1",
);
const BY_PERSON: Sql = Sql::Same(
    "select person, login, password, active, failures, blocked_until, changed from accounts where person = $1",
);
const ACCOUNTS: Sql = Sql::Same(
    "select person, login, password, active, failures, blocked_until, changed from accounts order by person",
);
// A login somebody else has changes nothing: 0 rows.
const SAVE: Sql = Sql::Same(
    "insert into accounts (person, login, password, active, failures, blocked_until, changed) \
     select $1, $2, $3, $4, $5, $6, $7 where not exists (select 1 from accounts where login = $2 and person <> $1) \
     on conflict (person) do update set login = excluded.login, password = excluded.password, active = excluded.active, \
     failures = excluded.failures, blocked_until = excluded.blocked_until, changed = excluded.changed",
);
const FAILED: Sql = Sql::Same(
    "update accounts set failures = failures + 1, blocked_until = $2 where person = $1 returning failures",
);
const SUCCEEDED: Sql =
    Sql::Same("update accounts set failures = 0, blocked_until = 0 where person = $1");
const TOKEN_ADD: Sql = Sql::Same(
    "insert into tokens (hash, purpose, person, created, expires, used, tries, body) \
     values ($1, $2, $3, $4, $5, $6, $7, $8)",
);
const TOKEN: Sql = Sql::Same(
    "select hash, purpose, person, created, expires, used, tries, body from tokens where hash = $1 and purpose = $2",
);
const TOKENS_OF: Sql = Sql::Same(
    "select hash, purpose, person, created, expires, used, tries, body from tokens \
     where person = $1 and purpose = $2 order by created, hash",
);
const TOKEN_USED: Sql = Sql::Same("update tokens set used = $2, expires = $3 where hash = $1");
const TOKEN_TRIED: Sql =
    Sql::Same("update tokens set tries = tries + 1 where hash = $1 returning tries");
const TOKEN_DROP: Sql = Sql::Same("delete from tokens where hash = $1");
const TOKENS_DROP: Sql =
    Sql::Same("delete from tokens where person = $1 and ($2 = '' or purpose = $2)");
const TOKENS_EXPIRED: Sql = Sql::Same("delete from tokens where expires <= $1");

impl Store {
    /// The account with this login.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>, StoreError> {
        self.one(&BY_LOGIN, args![login], account).await
    }

    /// A person's account.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn account(&self, person: &str) -> Result<Option<Account>, StoreError> {
        self.one(&BY_PERSON, args![person], account).await
    }

    /// All accounts, by person.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.list(&ACCOUNTS, vec![], account).await
    }

    /// Makes or replaces a person's account. False when somebody else has the login.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn save_account(&self, account: &Account) -> Result<bool, StoreError> {
        let args = args![
            &account.person,
            &account.login,
            &account.password,
            account.active,
            account.failures,
            account.blocked_until,
            account.changed,
        ];
        Ok(self.run(&SAVE, args).await? > 0)
    }

    /// Counts a failed sign-in and blocks the account until then; returns how many there are now.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn sign_in_failed(&self, person: &str, until: Moment) -> Result<u32, StoreError> {
        let rows = self.ask(&FAILED, args![person, until]).await?;
        rows.into_iter().next().map_or(Ok(0), |mut row| row.count())
    }

    /// Forgets failed sign-ins.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn sign_in_succeeded(&self, person: &str) -> Result<(), StoreError> {
        self.run(&SUCCEEDED, args![person]).await.map(drop)
    }

    /// Keeps a secret's hash.
    ///
    /// # Errors
    /// When the database cannot be written, or has this hash already.
    pub async fn add_token(&self, token: &Token) -> Result<(), StoreError> {
        let args = args![
            &token.hash,
            &token.purpose,
            &token.person,
            token.created,
            token.expires,
            token.used,
            token.tries,
            &token.body,
        ];
        self.run(&TOKEN_ADD, args).await.map(drop)
    }

    /// The secret with this hash and purpose. Whether it has expired is for the caller to see: the store has no clock.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn token(&self, hash: &str, purpose: &str) -> Result<Option<Token>, StoreError> {
        self.one(&TOKEN, args![hash, purpose], token).await
    }

    /// A person's secrets of one purpose, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tokens_of(&self, person: &str, purpose: &str) -> Result<Vec<Token>, StoreError> {
        self.list(&TOKENS_OF, args![person, purpose], token).await
    }

    /// Notes a use, and until when it is good now. Not worth calling at every request.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn token_used(
        &self,
        hash: &str,
        at: Moment,
        expires: Moment,
    ) -> Result<(), StoreError> {
        self.run(&TOKEN_USED, args![hash, at, expires])
            .await
            .map(drop)
    }

    /// Counts a wrong attempt; returns how many there are now.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn token_tried(&self, hash: &str) -> Result<u32, StoreError> {
        let rows = self.ask(&TOKEN_TRIED, args![hash]).await?;
        rows.into_iter().next().map_or(Ok(0), |mut row| row.count())
    }

    /// Drops one secret. True when it was there: of two who use up a code at once, one gets true.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn drop_token(&self, hash: &str) -> Result<bool, StoreError> {
        Ok(self.run(&TOKEN_DROP, args![hash]).await? > 0)
    }

    /// Drops a person's secrets, all or of one purpose; returns how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn drop_tokens_of(
        &self,
        person: &str,
        purpose: Option<&str>,
    ) -> Result<u64, StoreError> {
        self.run(&TOKENS_DROP, args![person, purpose.unwrap_or_default()])
            .await
    }

    /// Drops all secrets that have expired; returns how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn drop_expired_tokens(&self, now: Moment) -> Result<u64, StoreError> {
        self.run(&TOKENS_EXPIRED, args![now]).await
    }
}

fn account(mut row: Row) -> Result<Account, StoreError> {
    Ok(Account {
        person: row.text()?,
        login: row.text()?,
        password: row.text()?,
        active: row.flag()?,
        failures: row.count()?,
        blocked_until: row.moment()?,
        changed: row.moment()?,
    })
}

fn token(mut row: Row) -> Result<Token, StoreError> {
    Ok(Token {
        hash: row.text()?,
        purpose: row.text()?,
        person: row.text()?,
        created: row.moment()?,
        expires: row.moment()?,
        used: row.moment()?,
        tries: row.count()?,
        body: row.text()?,
    })
}
