//! Accounts: passwords, sessions, devices, codes, API tokens. Only hashes are stored.
//!
//! Secrets are told apart by their purpose: a stolen hash of one kind opens no other door.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_store::{Account, Token};
use serde::{Deserialize, Serialize};

use super::config::Secret;
use super::error::{AppError, FieldFault};
use super::state::App;
use crate::mail::code_letter;
use crate::secret;
use crate::workers::post::{Posted, hand_over};

const SESSION: &str = "session";
const WELCOME: &str = "welcome";
const CODE: &str = "code";
const API: &str = "api";

/// A signed-in device stays signed in this long after its last use.
const SESSION_MS: i64 = 30 * 24 * 3_600_000;
/// A session's last use is written at most this often.
const TOUCH_MS: i64 = 10 * 60_000;
/// A mailed code is good this long.
pub(super) const CODE_MS: i64 = 10 * 60_000;
/// A welcome link is good this long.
const WELCOME_MS: i64 = 24 * 3_600_000;
/// An API token without an end.
const FOR_EVER: Moment = Moment(i64::MAX);
/// Tries within a minute, by person and by peer.
const TRIES_MAX: u32 = 5;
const TRIES_WINDOW_MS: i64 = 60_000;
/// Wrong codes before a code is worth nothing.
pub(super) const CODE_TRIES_MAX: u32 = 5;
/// Failed sign-ins in a row before an account rests …
const FAILURES_MAX: u32 = 10;
/// … this long.
const BLOCK_MS: i64 = 15 * 60_000;
/// Fewest characters of a password.
const PASSWORD_CHARS_MIN: usize = 10;
/// Most bytes of a password: hashing is meant to be dear, not endless.
const PASSWORD_BYTES_MAX: usize = 1_024;
/// What a person signs in with.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Person id or mail address.
    pub login: String,
    /// Password.
    pub password: Secret,
    /// The peer's address, for throttling and for the list of devices.
    pub address: String,
    /// The browser in words, for the list of devices.
    pub agent: String,
}

/// A new session: the token goes into the cookie and is never seen again.
#[derive(Clone, Debug)]
pub struct Session {
    /// 32 random bytes, base64url.
    pub token: Secret,
    /// Whose.
    pub person: String,
    /// Until when.
    pub expires: Moment,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// Who.
    pub person: String,
    /// Stable id of the session (CSRF tokens bind to it); not the secret.
    pub session: String,
    /// Until when.
    pub expires: Moment,
    /// A session that only reaches some tasks (an outsider's code).
    pub limited: Option<Limited>,
}

/// What a limited session reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limited {
    /// The instance.
    pub instance: String,
    /// The task.
    pub task: u32,
}

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Device {
    /// Id, to revoke it.
    pub session: String,
    /// The browser in words.
    pub agent: String,
    /// First sign-in.
    pub since: Moment,
    /// Last use.
    pub seen: Moment,
    /// Until when.
    pub expires: Moment,
}

/// An API token that was just made.
#[derive(Clone, Debug)]
pub struct ApiToken {
    /// Shown once.
    pub token: Secret,
    /// Id, to revoke it.
    pub id: String,
}

/// What a session's row says about it besides its times.
#[derive(Default, Serialize, Deserialize)]
struct About {
    /// Stable id, to name the session without its secret.
    id: String,
    /// The browser in words, or the API token's name.
    agent: String,
    #[serde(default)]
    limited: Option<Limited>,
}

impl App {
    /// Signs in with a password. An unknown person takes the same time and gets the same words.
    ///
    /// # Errors
    /// `NotSignedIn` when the words do not match, `TooMany` after five tries in a minute.
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<Session, AppError> {
        let now = self.now();
        self.tries(&format!("sign_in:{}", sign_in.address))?;
        self.tries(&format!("sign_in:{}", sign_in.login))?;
        let account = match self.person_of(&sign_in.login) {
            Some(person) => self.store().account(&person).await?,
            None => self.store().account_by_login(&sign_in.login).await?,
        };
        let usable = account.as_ref().filter(|account| {
            account.active && account.blocked_until <= now && !account.password.is_empty()
        });
        // The same work for everybody: an unknown name is not to be told by the clock.
        let hash = usable.map_or_else(dummy_hash, |account| account.password.clone());
        let matches = verify(sign_in.password.0, hash).await && usable.is_some();
        let Some(account) = account else {
            return Err(AppError::NotSignedIn);
        };
        if !matches || self.directory().active(&account.person).is_none() {
            self.failed(&account).await?;
            return Err(AppError::NotSignedIn);
        }
        if account.failures > 0 {
            self.store().sign_in_succeeded(&account.person).await?;
        }
        self.inner
            .throttle
            .forget(&format!("sign_in:{}", sign_in.login));
        self.new_session(&account.person, &sign_in.agent, None)
            .await
    }

    /// Who a session token belongs to; none when unknown, expired, or the person has left.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn signed(&self, token: &str) -> Result<Option<Signed>, AppError> {
        let now = self.now();
        let hash = secret::hash(token);
        let Some(row) = self.store().token(&hash, SESSION).await? else {
            return Ok(None);
        };
        if row.expires <= now || self.directory().active(&row.person).is_none() {
            return Ok(None);
        }
        let about: About = serde_json::from_str(&row.body).unwrap_or_default();
        let mut expires = row.expires;
        if now.0 - row.used.0 > TOUCH_MS && about.limited.is_none() {
            let longer = now.plus_ms(SESSION_MS);
            // A disk that is full, or a database that takes no writes, must not keep anybody from reading.
            match self.store().token_used(&hash, now, longer).await {
                Ok(()) => expires = longer,
                Err(fault) => tracing::warn!(%fault, "a session could not be made to last longer"),
            }
        }
        Ok(Some(Signed {
            person: row.person,
            session: about.id,
            expires,
            limited: about.limited,
        }))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sign_out(&self, token: &str) -> Result<(), AppError> {
        self.store().drop_token(&secret::hash(token)).await?;
        Ok(())
    }

    /// Sets a password and ends every session of that person.
    ///
    /// # Errors
    /// `Invalid` when it is shorter than 10 characters, `NotFound` when the person is unknown.
    pub async fn set_password(&self, person: &str, password: &Secret) -> Result<(), AppError> {
        check_password(&password.0)?;
        let login = match self.directory().active(person) {
            Some(known) if !known.mail.is_empty() => known.mail.clone(),
            Some(known) => known.id.clone(),
            None => return Err(AppError::NotFound),
        };
        let account = Account {
            person: person.to_owned(),
            login,
            password: hashed(password.0.clone()).await?,
            active: true,
            failures: 0,
            blocked_until: Moment(0),
            changed: self.now(),
        };
        if !self.store().save_account(&account).await? {
            // Two people share an address: the second signs in by id.
            let account = Account {
                login: person.to_owned(),
                ..account
            };
            self.store().save_account(&account).await?;
        }
        self.store().drop_tokens_of(person, Some(SESSION)).await?;
        Ok(())
    }

    /// Mails a 6-digit code to the registered address of this person (id or address), valid for 10 minutes. Always answers the
    /// same, known or not.
    ///
    /// # Errors
    /// `TooMany`.
    pub async fn mail_code(&self, login: &str, address: &str) -> Result<(), AppError> {
        self.tries(&format!("mail_code:{address}"))?;
        self.tries(&format!("mail_code:{login}"))?;
        let Some(person) = self.person_of(login) else {
            return Ok(());
        };
        let code = secret::six_digits()?;
        let now = self.now();
        // One code at a time: the newest.
        self.store().drop_tokens_of(&person, Some(CODE)).await?;
        let row = Token {
            hash: code_hash(&person, &code),
            purpose: CODE.to_owned(),
            person: person.clone(),
            created: now,
            expires: now.plus_ms(CODE_MS),
            used: now,
            tries: 0,
            body: "{}".to_owned(),
        };
        self.store().add_token(&row).await?;
        self.send_code(&person, &code, None).await
    }

    /// Signs in with the code that was mailed; the device stays signed in for 30 days.
    ///
    /// # Errors
    /// `NotSignedIn` when it does not match or has expired, `TooMany` after five tries.
    pub async fn redeem_code(
        &self,
        login: &str,
        code: &str,
        address: &str,
        agent: &str,
    ) -> Result<Session, AppError> {
        self.tries(&format!("code:{address}"))?;
        let person = self.person_of(login).ok_or(AppError::NotSignedIn)?;
        let mut rows = self.store().tokens_of(&person, CODE).await?;
        let row = rows.pop().ok_or(AppError::NotSignedIn)?;
        // Counted before it is compared, so that many at once cannot try more often than one after the other.
        let tries = self.store().token_tried(&row.hash).await?;
        if tries > CODE_TRIES_MAX {
            self.store().drop_token(&row.hash).await?;
            return Err(AppError::TooMany { retry_after_s: 60 });
        }
        let matches = secret::same(&row.hash, &code_hash(&person, code.trim()));
        if !matches || row.expires <= self.now() || !self.store().drop_token(&row.hash).await? {
            return Err(AppError::NotSignedIn);
        }
        self.new_session(&person, agent, None).await
    }

    /// A one-time token that signs a person in and lets them set a password (first administrator, forgotten password):
    /// the server serves `/welcome/{token}`. Valid for 24 hours.
    ///
    /// # Errors
    /// `NotFound` for an unknown person.
    pub async fn welcome_token(&self, person: &str) -> Result<Secret, AppError> {
        if self.directory().active(person).is_none() {
            return Err(AppError::NotFound);
        }
        let expires = self.now().plus_ms(WELCOME_MS);
        self.store().drop_tokens_of(person, Some(WELCOME)).await?;
        let (token, _) = self
            .new_token(WELCOME, person, expires, &About::default())
            .await?;
        Ok(token)
    }

    /// True while a welcome token of this person is good: a second one would make it worthless.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn is_welcomed(&self, person: &str) -> Result<bool, AppError> {
        let now = self.now();
        let tokens = self.store().tokens_of(person, WELCOME).await?;
        Ok(tokens.iter().any(|token| token.expires > now))
    }

    /// Redeems a welcome token, once: sets the password and signs in.
    ///
    /// # Errors
    /// `NotFound` when unknown, used or expired; `Invalid` for a short password (the token stays good then).
    pub async fn redeem_welcome(
        &self,
        token: &str,
        password: &Secret,
        agent: &str,
    ) -> Result<Session, AppError> {
        check_password(&password.0)?;
        let hash = secret::hash(token);
        let row = self
            .store()
            .token(&hash, WELCOME)
            .await?
            .ok_or(AppError::NotFound)?;
        if row.expires <= self.now() || !self.store().drop_token(&hash).await? {
            return Err(AppError::NotFound);
        }
        self.set_password(&row.person, password).await?;
        self.new_session(&row.person, agent, None).await
    }

    /// True while nobody can sign in yet: the server then makes an administrator link.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn is_fresh(&self) -> Result<bool, AppError> {
        let accounts = self.store().accounts().await?;
        Ok(!accounts
            .iter()
            .any(|account| account.active && !account.password.is_empty()))
    }

    /// Where a person is signed in.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn devices(&self, person: &str) -> Result<Vec<Device>, AppError> {
        let now = self.now();
        let rows = self.store().tokens_of(person, SESSION).await?;
        Ok(rows
            .into_iter()
            .filter(|row| row.expires > now)
            .map(|row| {
                let about: About = serde_json::from_str(&row.body).unwrap_or_default();
                Device {
                    session: about.id,
                    agent: about.agent,
                    since: row.created,
                    seen: row.used,
                    expires: row.expires,
                }
            })
            .collect())
    }

    /// Ends one session of a person by its id.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn revoke_device(&self, person: &str, session: &str) -> Result<(), AppError> {
        self.revoke(person, SESSION, session).await
    }

    /// Makes an API token for a person, with a name and perhaps an end.
    ///
    /// # Errors
    /// `NotFound` for an unknown person.
    pub async fn issue_token(
        &self,
        person: &str,
        name: &str,
        expires: Option<Moment>,
    ) -> Result<ApiToken, AppError> {
        if self.directory().active(person).is_none() {
            return Err(AppError::NotFound);
        }
        let about = About {
            agent: name.to_owned(),
            ..About::default()
        };
        let (token, id) = self
            .new_token(API, person, expires.unwrap_or(FOR_EVER), &about)
            .await?;
        Ok(ApiToken { token, id })
    }

    /// Takes an API token back.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn revoke_token(&self, person: &str, id: &str) -> Result<(), AppError> {
        self.revoke(person, API, id).await
    }

    /// Who an API token belongs to.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn token_person(&self, token: &str) -> Result<Option<String>, AppError> {
        let row = self.store().token(&secret::hash(token), API).await?;
        Ok(row
            .filter(|row| row.expires > self.now())
            .map(|row| row.person)
            .filter(|person| self.directory().active(person).is_some()))
    }

    /// Starts a session; one that is limited reaches nothing but its task.
    pub(crate) async fn new_session(
        &self,
        person: &str,
        agent: &str,
        limited: Option<Limited>,
    ) -> Result<Session, AppError> {
        let expires = self.now().plus_ms(SESSION_MS);
        let about = About {
            agent: crate::mail::one_line(agent),
            limited,
            ..About::default()
        };
        let (token, _) = self.new_token(SESSION, person, expires, &about).await?;
        Ok(Session {
            token,
            person: person.to_owned(),
            expires,
        })
    }

    /// Makes and keeps a secret; answers it and its id.
    async fn new_token(
        &self,
        purpose: &str,
        person: &str,
        expires: Moment,
        about: &About,
    ) -> Result<(Secret, String), AppError> {
        let token = secret::token()?;
        let (now, id) = (self.now(), self.new_id());
        let about = About {
            id: id.clone(),
            agent: about.agent.clone(),
            limited: about.limited.clone(),
        };
        let row = Token {
            hash: secret::hash(&token),
            purpose: purpose.to_owned(),
            person: person.to_owned(),
            created: now,
            expires,
            used: now,
            tries: 0,
            body: serde_json::to_string(&about).unwrap_or_default(),
        };
        self.store().add_token(&row).await?;
        Ok((Secret(token), id))
    }

    async fn revoke(&self, person: &str, purpose: &str, id: &str) -> Result<(), AppError> {
        let rows = self.store().tokens_of(person, purpose).await?;
        let found = rows
            .into_iter()
            .find(|row| serde_json::from_str::<About>(&row.body).is_ok_and(|about| about.id == id));
        let row = found.ok_or(AppError::NotFound)?;
        self.store().drop_token(&row.hash).await?;
        Ok(())
    }

    /// The person with this id or mail address, still here.
    pub(crate) fn person_of(&self, login: &str) -> Option<String> {
        let directory = self.directory();
        let login = login.trim();
        if let Some(known) = directory.active(login) {
            return Some(known.id.clone());
        }
        let mut by_mail = directory.people.values().filter(|person| {
            person.active && !login.is_empty() && person.mail.eq_ignore_ascii_case(login)
        });
        // Two people with one address cannot be told apart by it.
        let first = by_mail.next()?;
        by_mail.next().is_none().then(|| first.id.clone())
    }

    /// Mails a code. A mail server that is away is for the log: the person asks for another code.
    pub(super) async fn send_code(
        &self,
        person: &str,
        code: &str,
        about: Option<&str>,
    ) -> Result<(), AppError> {
        let directory = self.directory();
        let Some(known) = directory
            .active(person)
            .filter(|known| !known.mail.trim().is_empty())
        else {
            return Ok(());
        };
        let letter = code_letter(self.new_id(), known, code, about, self.now());
        if let Posted::Failed(fault) = hand_over(self, &letter).await? {
            tracing::warn!(person, fault = %fault.words, "a sign-in code could not be mailed");
        }
        Ok(())
    }

    /// Is this the password of somebody who is signed in already? A wrong one counts towards the block of the account.
    pub(super) async fn is_password(
        &self,
        person: &str,
        password: &Secret,
    ) -> Result<bool, AppError> {
        let account = self.store().account(person).await?;
        let usable = account.as_ref().filter(|account| {
            account.active && account.blocked_until <= self.now() && !account.password.is_empty()
        });
        let hash = usable.map_or_else(dummy_hash, |account| account.password.clone());
        let matches = verify(password.0.clone(), hash).await && usable.is_some();
        match &account {
            Some(account) if matches && account.failures > 0 => {
                self.store().sign_in_succeeded(person).await?;
            }
            Some(account) if !matches => self.failed(account).await?,
            Some(_) | None => {}
        }
        Ok(matches)
    }

    /// Counts a wrong password; after too many in a row the account rests.
    async fn failed(&self, account: &Account) -> Result<(), AppError> {
        let until = if account.failures + 1 >= FAILURES_MAX {
            self.now().plus_ms(BLOCK_MS)
        } else {
            account.blocked_until
        };
        self.store().sign_in_failed(&account.person, until).await?;
        Ok(())
    }

    pub(super) fn forget_tries(&self, key: &str) {
        self.inner.throttle.forget(key);
    }

    pub(super) fn tries(&self, key: &str) -> Result<(), AppError> {
        self.inner
            .throttle
            .count(key, TRIES_MAX, TRIES_WINDOW_MS, self.now())
            .map_err(|retry_after_s| AppError::TooMany { retry_after_s })
    }
}

fn check_password(password: &str) -> Result<(), AppError> {
    let short = password.chars().count() < PASSWORD_CHARS_MIN;
    if !short && password.len() <= PASSWORD_BYTES_MAX {
        return Ok(());
    }
    let (code, message) = if short {
        let zh = format!("密码至少 {PASSWORD_CHARS_MIN} 个字符");
        (
            "too_short",
            Text::new(
                zh,
                format!("A password has at least {PASSWORD_CHARS_MIN} characters"),
            ),
        )
    } else {
        (
            "too_long",
            Text::new("密码过长", "This password is too long"),
        )
    };
    Err(AppError::Invalid(vec![FieldFault {
        field: "password".to_owned(),
        code: code.to_owned(),
        message,
    }]))
}

/// A code is only six digits: its hash is bound to the person, and it is worth nothing after ten minutes or five tries.
fn code_hash(person: &str, code: &str) -> String {
    secret::hash(&format!("code:{person}:{code}"))
}

async fn hashed(password: String) -> Result<String, AppError> {
    let unavailable = |fault: String| {
        AppError::unavailable(
            "random",
            "密码无法保存，请联系管理员",
            "The password could not be stored; ask an administrator",
            fault,
        )
    };
    // Argon2 takes tens of milliseconds of a core: never on the threads that serve requests.
    let hashing = tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|fault| fault.to_string())
    });
    hashing
        .await
        .map_err(|fault| unavailable(fault.to_string()))?
        .map_err(unavailable)
}

async fn verify(password: String, hash: String) -> bool {
    let verifying = tokio::task::spawn_blocking(move || {
        password.len() <= PASSWORD_BYTES_MAX
            && PasswordHash::new(&hash).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            })
    });
    verifying.await.unwrap_or(false)
}

/// A hash that no password matches, as dear to check as a real one.
fn dummy_hash() -> String {
    "$argon2id$v=19$m=19456,t=2,p=1$YXNzZW50LW5vYm9keQ$bm9ib2R5J3MgcGFzc3dvcmQgY2FuIGJlIHRoaXMgb24"
        .to_owned()
}
