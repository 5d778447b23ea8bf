//! Refresh tokens: random, known to the client alone; the store keeps their hashes. One names its
//! sign-in, so that it is known where it comes from even when it is no longer kept.

use crate::problem::{Answer, Problem};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ruhu_store::accounts::ShownRefreshToken;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The sign-in's name, and the secret.
const BYTES: usize = 16 + 32;

/// A refresh token.
#[derive(Debug)]
pub struct RefreshToken(SecretString);

impl RefreshToken {
    /// The first one of a sign-in, with the sign-in's name. The name is random through and
    /// through: whoever knew it could end the sign-in.
    pub fn first() -> Answer<(Uuid, Self)> {
        let family = Uuid::from_bytes(random()?);
        Ok((family, Self::of_family(family)?))
    }

    /// A new one of a sign-in.
    pub fn of_family(family: Uuid) -> Answer<Self> {
        let mut bytes = [0_u8; BYTES];
        let (name, secret) = bytes.split_at_mut(16);
        name.copy_from_slice(family.as_bytes());
        secret.copy_from_slice(&random::<32>()?);
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes).into()))
    }

    /// What the client is given.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What the store keeps of it.
    pub fn hash(&self) -> [u8; 32] {
        hash_of(self.expose())
    }

    /// What a client shows, if it looks like a token.
    pub fn read(shown: &str) -> Option<ShownRefreshToken> {
        let mut bytes = [0_u8; BYTES];
        let length = URL_SAFE_NO_PAD.decode_slice(shown, &mut bytes).ok()?;
        let family = Uuid::from_slice(bytes.get(..16)?).ok()?;
        (length == BYTES).then(|| ShownRefreshToken { family, hash: hash_of(shown) })
    }
}

/// The token is as random as the hash is long: nothing slower than SHA-256 would make it safer.
fn hash_of(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn random<const N: usize>() -> Answer<[u8; N]> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tokens_are_alike_and_none_is_printed() {
        let (family, one) = RefreshToken::first().expect("token");
        let other = RefreshToken::of_family(family).expect("token");
        assert_ne!(one.expose(), other.expose());
        assert_eq!(one.expose().len(), 64);
        assert!(!format!("{one:?}").contains(one.expose()));
    }

    #[test]
    fn a_token_names_its_sign_in_and_anything_else_is_none() {
        let (family, token) = RefreshToken::first().expect("token");
        let shown = RefreshToken::read(token.expose()).expect("a token");
        assert_eq!((shown.family, shown.hash), (family, token.hash()));
        let text = token.expose();
        for other in ["", "x", "密码", &text[1..], &text[4..], &format!("{text}AAAA")] {
            assert!(RefreshToken::read(other).is_none(), "{other}");
        }
    }
}
