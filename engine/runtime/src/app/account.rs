//! Accounts: passwords, sessions, devices, codes, API tokens. Only hashes are stored.

use assent_core::time::Moment;
use serde::Serialize;

use super::config::Secret;
use super::error::AppError;
use super::state::{App, not_ready};

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

impl App {
    /// Signs in with a password. An unknown person takes the same time and gets the same words.
    ///
    /// # Errors
    /// `NotSignedIn` when the words do not match, `TooMany` after five tries in a minute.
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<Session, AppError> {
        let _ = sign_in;
        not_ready("sign_in")
    }

    /// Who a session token belongs to; none when unknown, expired, or the person has left.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn signed(&self, token: &str) -> Result<Option<Signed>, AppError> {
        let _ = token;
        not_ready("signed")
    }

    /// Ends a session.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sign_out(&self, token: &str) -> Result<(), AppError> {
        let _ = token;
        not_ready("sign_out")
    }

    /// Sets a password and ends every other session of that person.
    ///
    /// # Errors
    /// `Invalid` when it is shorter than 10 characters or the person is unknown.
    pub async fn set_password(&self, person: &str, password: &Secret) -> Result<(), AppError> {
        let _ = (person, password);
        not_ready("set_password")
    }

    /// Mails a 6-digit code to the registered address of this person (id or address), valid for 10 minutes. Always answers the
    /// same, known or not.
    ///
    /// # Errors
    /// `TooMany`.
    pub async fn mail_code(&self, login: &str, address: &str) -> Result<(), AppError> {
        let _ = (login, address);
        not_ready("mail_code")
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
        let _ = (login, code, address, agent);
        not_ready("redeem_code")
    }

    /// A one-time token that signs a person in and lets them set a password (first administrator, forgotten password):
    /// the server serves `/welcome/{token}`. Valid for 24 hours.
    ///
    /// # Errors
    /// `NotFound` for an unknown person.
    pub async fn welcome_token(&self, person: &str) -> Result<Secret, AppError> {
        let _ = person;
        not_ready("welcome_token")
    }

    /// Redeems a welcome token, once: sets the password and signs in.
    ///
    /// # Errors
    /// `NotFound` when unknown, used or expired; `Invalid` for a short password.
    pub async fn redeem_welcome(
        &self,
        token: &str,
        password: &Secret,
        agent: &str,
    ) -> Result<Session, AppError> {
        let _ = (token, password, agent);
        not_ready("redeem_welcome")
    }

    /// True while nobody can sign in yet: the server then makes an administrator link.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn is_fresh(&self) -> Result<bool, AppError> {
        not_ready("is_fresh")
    }

    /// Where a person is signed in.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn devices(&self, person: &str) -> Result<Vec<Device>, AppError> {
        let _ = person;
        not_ready("devices")
    }

    /// Ends one session of a person by its id.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn revoke_device(&self, person: &str, session: &str) -> Result<(), AppError> {
        let _ = (person, session);
        not_ready("revoke_device")
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
        let _ = (person, name, expires);
        not_ready("issue_token")
    }

    /// Who an API token belongs to.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn token_person(&self, token: &str) -> Result<Option<String>, AppError> {
        let _ = token;
        not_ready("token_person")
    }
}
