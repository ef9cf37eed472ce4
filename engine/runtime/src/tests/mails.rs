//! mails
