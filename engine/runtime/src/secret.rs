//! Random secrets and their hashes: only the hash is stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::app::AppError;

/// 32 random bytes, base64url.
///
/// # Errors
/// When the system has no randomness to give: nothing secret may be made then.
pub(crate) fn token() -> Result<String, AppError> {
    let mut bytes = [0u8; 32];
    fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Six digits, each of the million equally likely.
pub(crate) fn six_digits() -> Result<String, AppError> {
    loop {
        let mut bytes = [0u8; 4];
        fill(&mut bytes)?;
        // 4 294 000 000 is the largest multiple of a million below 2^32.
        let number = u32::from_le_bytes(bytes);
        if number < 4_294_000_000 {
            return Ok(format!("{:06}", number % 1_000_000));
        }
    }
}

/// A seed for a lot: any number, each equally likely.
///
/// # Errors
/// As [`token`].
pub(crate) fn seed() -> Result<u64, AppError> {
    let mut bytes = [0u8; 8];
    fill(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), AppError> {
    getrandom::fill(bytes).map_err(|fault| {
        AppError::unavailable(
            "random",
            "系统无法生成安全随机数，请联系管理员",
            "The system cannot make secure random numbers; ask an administrator",
            fault,
        )
    })
}

/// Lower-case hex SHA-256.
pub(crate) fn hash(text: &str) -> String {
    hash_bytes(text.as_bytes())
}

/// The same of bytes.
pub(crate) fn hash_bytes(bytes: &[u8]) -> String {
    assent_core::audit::hex(&Sha256::digest(bytes))
}

/// Equal, in a time that does not tell where they differ.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .fold(0u8, |diff, (a, b)| diff | (a ^ b))
            == 0
}
