//! Refresh tokens: random, known to the client alone; the store keeps their hashes.

use crate::problem::{Answer, Problem};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// A refresh token.
#[derive(Debug)]
pub struct RefreshToken(SecretString);

impl RefreshToken {
    /// A new one: 32 random bytes.
    pub fn fresh() -> Answer<Self> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(|error| Problem::internal(error.to_string()))?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes).into()))
    }

    /// What the client is given.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What the store keeps of the token that a client shows. The token is as random as the hash
    /// is long: nothing slower than SHA-256 would make it safer.
    pub fn hash_of(shown: &str) -> [u8; 32] {
        Sha256::digest(shown.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tokens_are_alike_and_none_is_printed() {
        let (one, other) =
            (RefreshToken::fresh().expect("token"), RefreshToken::fresh().expect("token"));
        assert_ne!(one.expose(), other.expose());
        assert_eq!(one.expose().len(), 43);
        assert!(!format!("{one:?}").contains(one.expose()));
    }
}
