//! Access tokens: short-lived, signed with Ed25519, naming a person and a device and nothing else.
//! Rights are not in them: they are looked up at every request.

use crate::clock::seconds_of;
use crate::keys::SigningKey;
use crate::problem::{Answer, Kind, Problem};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ruhu_sync::id::{DeviceId, Instant, UserId};
use serde::{Deserialize, Serialize};

/// What a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who.
    pub sub: UserId,
    /// On which device.
    pub device: DeviceId,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// From when on it is no longer valid.
    pub exp: i64,
}

/// Issues and reads access tokens.
pub struct AccessTokens {
    header: Header,
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    lifetime_seconds: i64,
}

impl std::fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessTokens")
            .field("kid", &self.header.kid)
            .field("lifetime_seconds", &self.lifetime_seconds)
            .finish_non_exhaustive()
    }
}

impl AccessTokens {
    /// Signed with this key, valid for so many minutes.
    pub fn new(key: &SigningKey, minutes: u32) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        // Judged below, by the clock that is passed in.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp", "sub"]);
        Self {
            header: Header { kid: Some(key.id().to_owned()), ..Header::new(Algorithm::EdDSA) },
            encoding: EncodingKey::from_ed_der(key.pkcs8()),
            decoding: DecodingKey::from_ed_der(key.public()),
            validation,
            lifetime_seconds: i64::from(minutes) * 60,
        }
    }

    /// How long a new token is valid.
    pub fn lifetime_seconds(&self) -> i64 {
        self.lifetime_seconds
    }

    /// A new token.
    pub fn issue(&self, user: UserId, device: DeviceId, now: Instant) -> Answer<String> {
        let iat = seconds_of(now);
        let claims = Claims { sub: user, device, iat, exp: iat + self.lifetime_seconds };
        jsonwebtoken::encode(&self.header, &claims, &self.encoding).map_err(Problem::internal)
    }

    /// What a token says, if it was made with this key and is still valid.
    pub fn read(&self, token: &str, now: Instant) -> Answer<Claims> {
        let read = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation)
            .map_err(|_| Problem::new(Kind::SignInRequired))?;
        if read.header.kid != self.header.kid {
            return Err(Kind::SignInRequired.into());
        }
        match seconds_of(now) < read.claims.exp {
            true => Ok(read.claims),
            false => Err(Kind::AccessTokenExpired.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    const NOW: Instant = Instant(1_763_900_000_000_000);
    const USER: UserId = UserId(Uuid::from_u128(1));
    const DEVICE: DeviceId = DeviceId(Uuid::from_u128(2));

    fn later(seconds: i64) -> Instant {
        Instant(NOW.0 + seconds * 1_000_000)
    }

    fn refused(tokens: &AccessTokens, token: &str, now: Instant) -> Option<Kind> {
        tokens.read(token, now).err().map(|problem| problem.kind())
    }

    #[test]
    fn a_token_is_valid_until_its_last_second_and_holds_no_name() {
        let tokens = AccessTokens::new(&SigningKey::make().expect("key"), 15);
        let token = tokens.issue(USER, DEVICE, NOW).expect("token");
        let claims = tokens.read(&token, later(899)).expect("valid");
        assert_eq!((claims.sub, claims.device), (USER, DEVICE));
        let members = serde_json::to_value(claims).expect("json");
        let members: Vec<_> = members.as_object().expect("object").keys().cloned().collect();
        assert_eq!(members, ["device", "exp", "iat", "sub"]);
        let expired = refused(&tokens, &token, later(900));
        assert_eq!(expired, Some(Kind::AccessTokenExpired));
    }

    #[test]
    fn a_token_of_another_key_or_algorithm_is_refused() {
        let key = SigningKey::make().expect("key");
        let tokens = AccessTokens::new(&key, 15);
        let others = AccessTokens::new(&SigningKey::make().expect("key"), 15);
        let foreign = others.issue(USER, DEVICE, NOW).expect("token");
        let claims = json!({"sub": USER, "device": DEVICE, "iat": 0, "exp": i64::MAX});
        // The classic: the public key taken for a shared secret.
        let header = Header { kid: Some(key.id().to_owned()), ..Header::new(Algorithm::HS256) };
        let secret = EncodingKey::from_secret(key.public());
        let confused = jsonwebtoken::encode(&header, &claims, &secret).expect("token");
        let unsigned = "eyJhbGciOiJub25lIn0.e30.";
        for token in [&*foreign, &*confused, unsigned, "", "a.b.c"] {
            assert_eq!(refused(&tokens, token, NOW), Some(Kind::SignInRequired), "{token}");
        }
    }
}
