//! How mails leave: to a mail server, or into the development mailbox.

use std::path::PathBuf;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::letter::Letter;
use super::message::{Sender, to_message};
use crate::app::{MailConfig, Secret, Smtp};

/// Longest wait for the mail server.
const SMTP_TIMEOUT: Duration = Duration::from_secs(20);

/// How mails leave.
#[derive(Clone)]
pub struct Carrier {
    from: Sender,
    way: Way,
    /// Kept for taking it out of what a mail server says.
    password: Option<Secret>,
}

#[derive(Clone)]
enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// Handed back to be stored; `.eml` copies go here too.
    Mailbox(Option<PathBuf>),
}

/// What became of a mail that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The mail server took it.
    Taken,
    /// For the development mailbox: the message as it would have been sent.
    ToMailbox(Vec<u8>),
}

/// Why a mail did not leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undelivered {
    /// Trying again cannot help: the address is wrong, the server refuses this mail.
    pub permanent: bool,
    /// In the mail server's words.
    pub words: String,
}

impl Undelivered {
    pub(super) fn permanent(words: String) -> Self {
        Self {
            permanent: true,
            words,
        }
    }

    pub(super) fn bad_address(address: &str) -> Self {
        Self::permanent(format!(
            "not a mail address: {}",
            super::clean::one_line(address)
        ))
    }
}

impl Carrier {
    /// Reads the configuration.
    ///
    /// # Errors
    /// One sentence, when the sender or the server's settings cannot be used.
    pub fn open(config: &MailConfig) -> Result<Self, String> {
        let from = Sender::parse(&config.from)
            .map_err(|from| format!("[mail] from is no mail address: {from}"))?;
        let way = match &config.smtp {
            None => Way::Mailbox(config.eml_dir.clone()),
            Some(smtp) => Way::Smtp(transport(smtp)?),
        };
        let password = config.smtp.as_ref();
        let password = password.and_then(|smtp| smtp.password.clone());
        Ok(Self {
            from,
            way,
            password,
        })
    }

    /// Some mail servers repeat what they were sent, and failures are shown to people.
    fn without_secrets(&self, words: &str) -> String {
        match &self.password {
            Some(password) => password.taken_out_of(words),
            None => words.to_owned(),
        }
    }

    /// Whether a mail server answers: connects, greets, says goodbye. Nobody signs in, and no mail is sent.
    ///
    /// # Errors
    /// In the server's words, or why it cannot be reached.
    pub async fn greet(smtp: &Smtp) -> Result<(), String> {
        let unnamed = Smtp {
            user: None,
            password: None,
            ..smtp.clone()
        };
        match transport(&unnamed)?.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it does not take part in the greeting".to_owned()),
            Err(fault) => Err(fault.to_string()),
        }
    }

    /// Hands one letter over.
    ///
    /// # Errors
    /// Whether trying again can help, and the words of whoever refused.
    pub async fn send(&self, letter: &Letter) -> Result<Sent, Undelivered> {
        let message = to_message(letter, &self.from)?;
        match &self.way {
            Way::Smtp(transport) => match transport.send(message).await {
                Ok(_) => Ok(Sent::Taken),
                // 55x is about this mail or this address; 53x is about our own account and passes once that is mended.
                Err(fault) => Err(Undelivered {
                    permanent: fault.is_permanent()
                        && fault
                            .status()
                            .is_some_and(|code| u16::from(code) / 10 == 55),
                    words: self.without_secrets(&fault.to_string()),
                }),
            },
            Way::Mailbox(dir) => {
                let raw = message.formatted();
                if let Some(dir) = dir {
                    write_eml(dir, &letter.id, &raw).await?;
                }
                Ok(Sent::ToMailbox(raw))
            }
        }
    }
}

async fn write_eml(dir: &std::path::Path, id: &str, raw: &[u8]) -> Result<(), Undelivered> {
    let name: String = id
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let fault = |fault: std::io::Error| Undelivered {
        permanent: false,
        words: format!("{}: {fault}", dir.display()),
    };
    tokio::fs::create_dir_all(dir).await.map_err(fault)?;
    tokio::fs::write(dir.join(format!("{name}.eml")), raw)
        .await
        .map_err(fault)
}

fn transport(smtp: &Smtp) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let tls =
        || TlsParameters::new(smtp.host.clone()).map_err(|fault| format!("[mail] tls: {fault}"));
    let tls = match smtp.security.as_str() {
        "starttls" => Tls::Required(tls()?),
        "tls" => Tls::Wrapper(tls()?),
        "none" if is_loopback(&smtp.host) => Tls::None,
        "none" => {
            return Err(format!(
                "[mail] security = \"none\" is for a mail server on this machine only, not for {}",
                smtp.host
            ));
        }
        other => {
            return Err(format!(
                "[mail] security must be starttls, tls or none, not {other}"
            ));
        }
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
        .port(smtp.port)
        .tls(tls)
        .timeout(Some(SMTP_TIMEOUT));
    if let (Some(user), Some(password)) = (&smtp.user, &smtp.password) {
        builder = builder.credentials(Credentials::new(user.clone(), password.0.clone()));
    }
    Ok(builder.build())
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}
