//! Passwords: Argon2id with the parameters that OWASP names (19 MiB, 2 passes, 1 lane), kept as PHC strings.

use crate::error::{Error, Result};
use crate::secret::Secret;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

/// The PHC string of a new password.
///
/// # Errors
/// `Internal` when the machine has no random numbers.
pub fn hash(password: &Secret) -> Result<String> {
    let mut salt = [0u8; 16];
    getrandom::fill(&mut salt).map_err(|error| Error::internal(format!("No random numbers: {error}")))?;
    let salt = SaltString::encode_b64(&salt).map_err(|error| Error::internal(format!("No salt: {error}")))?;
    argon2()
        .hash_password(password.expose().as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|error| Error::internal(format!("The password could not be hashed: {error}")))
}

/// Does the password fit the hash? A damaged hash fits nothing.
#[must_use]
pub fn verify(password: &Secret, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        argon2()
            .verify_password(password.expose().as_bytes(), &hash)
            .is_ok()
    })
}

/// Spends the time of a check for a name that does not exist, so that the answer's delay tells nothing.
pub(super) fn verify_nobody(password: &Secret) {
    let _time_spent = hash(password);
}
