//! The key that signs roots. It lives outside the database, so that whoever can write the database cannot sign.
//!
//! A key file holds one secret key (32 bytes as hex) in a line. The first line signs. Lines below it are keys that signed
//! before: when the first one signs for the first time, the one below it endorses it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use assent_core::audit::{hex, key_id, unhex};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use crate::app::{AppError, Secret};
use crate::secret::fill;

/// Where the signing key comes from.
#[derive(Clone, Debug)]
pub enum KeyFrom {
    /// A file; made, for its owner alone, when it is not there.
    File(PathBuf),
    /// The text of such a file, from the environment.
    Given(Secret),
}

/// The keys of a key file: the first one signs.
#[derive(Debug)]
pub struct KeyRing {
    pairs: Vec<Ed25519KeyPair>,
}

/// What stands at the top of a key file.
const HEAD: &str = "# Assent: the secret key that signs audit roots. Keep a copy in a safe; never keep it with the database.\n\
                    # 审计存证根的签名私钥：请另存一份备份，不要与数据库放在一起。\n";

impl KeyRing {
    /// Opens the keys; makes a key file that is not there.
    ///
    /// # Errors
    /// `configuration` when the file cannot be read or written, or holds no key.
    pub fn open(from: &KeyFrom) -> Result<Self, AppError> {
        match from {
            KeyFrom::Given(text) => Self::parse(&text.0),
            KeyFrom::File(path) => match std::fs::read_to_string(path) {
                Ok(text) => Self::parse(&text),
                Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => {
                    let text = format!("{HEAD}{}\n", Self::fresh()?);
                    write_new(path, &text).map_err(|fault| cannot(path, &fault))?;
                    Self::parse(&text)
                }
                Err(fault) => Err(cannot(path, &fault)),
            },
        }
    }

    /// The same, but makes nothing: none when there is no key file.
    ///
    /// # Errors
    /// As [`KeyRing::open`].
    pub fn known(from: &KeyFrom) -> Result<Option<Self>, AppError> {
        match from {
            KeyFrom::File(path) if !path.exists() => Ok(None),
            KeyFrom::File(_) | KeyFrom::Given(_) => Self::open(from).map(Some),
        }
    }

    /// Reads the text of a key file.
    ///
    /// # Errors
    /// `configuration` when it holds no key, or something else.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        let lines = text.lines().map(str::trim);
        let keys = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let pair = |line: &str| {
            let seed = unhex(line).filter(|seed| seed.len() == 32)?;
            Ed25519KeyPair::from_seed_unchecked(&seed).ok()
        };
        let pairs: Option<Vec<_>> = keys.map(pair).collect();
        match pairs.filter(|pairs| !pairs.is_empty()) {
            Some(pairs) => Ok(Self { pairs }),
            None => Err(AppError::unavailable(
                "configuration",
                "审计密钥无效：每行应为 64 位十六进制",
                "The audit key cannot be used: each line must be 64 hex digits",
                "not a key",
            )),
        }
    }

    /// A new secret key, as a line of a key file.
    ///
    /// # Errors
    /// `random`.
    pub fn fresh() -> Result<String, AppError> {
        let mut seed = [0; 32];
        fill(&mut seed)?;
        Ok(hex(&seed))
    }

    /// Puts a new key above the others in a key file; from the next root on it signs.
    ///
    /// # Errors
    /// `configuration` when the file cannot be read or written.
    pub fn rotate(path: &Path) -> Result<Self, AppError> {
        let before = std::fs::read_to_string(path).map_err(|fault| cannot(path, &fault))?;
        Self::parse(&before)?;
        let keys: Vec<&str> = before
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect();
        let text = format!("{HEAD}{}\n{}\n", Self::fresh()?, keys.join("\n"));
        // The new text stands complete beside the old one before it takes its place: a key is never half written.
        let beside = path.with_extension("new");
        write_new(&beside, &text)
            .and_then(|()| std::fs::rename(&beside, path))
            .map_err(|fault| cannot(path, &fault))?;
        Self::parse(&text)
    }

    /// Hex of the public key that signs now.
    pub fn public(&self) -> String {
        self.pairs.first().map(public).unwrap_or_default()
    }

    /// Its name.
    pub fn id(&self) -> String {
        self.pairs
            .first()
            .map(|pair| key_id(pair.public_key().as_ref()))
            .unwrap_or_default()
    }

    /// Hex of the public parts of all keys.
    pub fn publics(&self) -> Vec<String> {
        self.pairs.iter().map(public).collect()
    }

    /// Hex of the signature of the key that signs now.
    pub fn sign(&self, text: &str) -> String {
        self.pairs
            .first()
            .map(|pair| hex(pair.sign(text.as_bytes()).as_ref()))
            .unwrap_or_default()
    }

    /// Hex of the signature of the key with this public part; none when it is not among them.
    pub fn sign_as(&self, wanted: &str, text: &str) -> Option<String> {
        let pair = self.pairs.iter().find(|pair| public(pair) == wanted)?;
        Some(hex(pair.sign(text.as_bytes()).as_ref()))
    }
}

fn public(pair: &Ed25519KeyPair) -> String {
    hex(pair.public_key().as_ref())
}

/// True when this key (hex of its public part) made this signature (hex) over the text.
pub fn verifies(public: &str, text: &str, signature: &str) -> bool {
    let (Some(public), Some(signature)) = (unhex(public), unhex(signature)) else {
        return false;
    };
    UnparsedPublicKey::new(&ED25519, public)
        .verify(text.as_bytes(), &signature)
        .is_ok()
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn cannot(path: &Path, fault: &std::io::Error) -> AppError {
    AppError::unavailable(
        "configuration",
        format!("审计密钥文件 {} 无法读写，请检查路径和权限", path.display()),
        format!(
            "The audit key file {} cannot be read or written; check its path and permissions",
            path.display()
        ),
        fault,
    )
}
