//! Access tokens: short-lived, signed with Ed25519, naming a person and a device and nothing else.
//! Rights are not in them: they are looked up at every request.

use crate::clock::seconds_of;
use crate::keys::SigningKeys;
use crate::problem::{Answer, Kind, Problem};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ruhu_sync::id::{DeviceId, Instant, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

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
    /// By their names in tokens.
    decoding: BTreeMap<String, DecodingKey>,
    key_set: Value,
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
    /// Signed with the newest of these keys, valid for so many minutes.
    pub fn new(keys: &SigningKeys, minutes: u32) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        // Judged below, by the clock that is passed in.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp", "sub"]);
        let newest = keys.newest();
        Self {
            header: Header { kid: Some(newest.id().to_owned()), ..Header::new(Algorithm::EdDSA) },
            encoding: EncodingKey::from_ed_der(newest.pkcs8()),
            decoding: keys
                .all()
                .map(|key| (key.id().to_owned(), DecodingKey::from_ed_der(key.public())))
                .collect(),
            key_set: key_set(keys),
            validation,
            lifetime_seconds: i64::from(minutes) * 60,
        }
    }

    /// How long a new token is valid.
    pub fn lifetime_seconds(&self) -> i64 {
        self.lifetime_seconds
    }

    /// The public halves of all keys, as a JWK set (RFC 7517, RFC 8037), the newest first.
    pub fn key_set(&self) -> &Value {
        &self.key_set
    }

    /// A new token.
    pub fn issue(&self, user: UserId, device: DeviceId, now: Instant) -> Answer<String> {
        let iat = seconds_of(now);
        let claims = Claims { sub: user, device, iat, exp: iat + self.lifetime_seconds };
        jsonwebtoken::encode(&self.header, &claims, &self.encoding).map_err(Problem::internal)
    }

    /// What a token says, if it was made with one of the keys and is still valid.
    pub fn read(&self, token: &str, now: Instant) -> Answer<Claims> {
        let foreign = || Problem::new(Kind::SignInRequired);
        let header = jsonwebtoken::decode_header(token).map_err(|_| foreign())?;
        let key = header.kid.and_then(|kid| self.decoding.get(&kid)).ok_or_else(foreign)?;
        let read =
            jsonwebtoken::decode::<Claims>(token, key, &self.validation).map_err(|_| foreign())?;
        match seconds_of(now) < read.claims.exp {
            true => Ok(read.claims),
            false => Err(Kind::AccessTokenExpired.into()),
        }
    }
}

fn key_set(keys: &SigningKeys) -> Value {
    let keys = keys.all().map(|key| {
        json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.id(),
            "x": URL_SAFE_NO_PAD.encode(key.public())})
    });
    json!({"keys": keys.collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SigningKey;
    use uuid::Uuid;

    const NOW: Instant = Instant(1_763_900_000_000_000);
    const USER: UserId = UserId(Uuid::from_u128(1));
    const DEVICE: DeviceId = DeviceId(Uuid::from_u128(2));

    fn made() -> SigningKeys {
        SigningKeys::of(SigningKey::make().expect("key"))
    }

    fn later(seconds: i64) -> Instant {
        Instant(NOW.0 + seconds * 1_000_000)
    }

    fn refused(tokens: &AccessTokens, token: &str, now: Instant) -> Option<Kind> {
        tokens.read(token, now).err().map(|problem| problem.kind())
    }

    #[test]
    fn a_token_is_valid_until_its_last_second_and_holds_no_name() {
        let tokens = AccessTokens::new(&made(), 15);
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
        let keys = made();
        let key = keys.newest();
        let tokens = AccessTokens::new(&keys, 15);
        let others = AccessTokens::new(&made(), 15);
        let foreign = others.issue(USER, DEVICE, NOW).expect("token");
        let claims = json!({"sub": USER, "device": DEVICE, "iat": 0, "exp": i64::MAX});
        // The classic: the public key taken for a shared secret.
        let header = Header { kid: Some(key.id().to_owned()), ..Header::new(Algorithm::HS256) };
        let secret = EncodingKey::from_secret(key.public());
        let confused = jsonwebtoken::encode(&header, &claims, &secret).expect("token");
        // Another's signature under our key's name, and no signature at all.
        let header = Header { kid: Some(key.id().to_owned()), ..Header::new(Algorithm::EdDSA) };
        let forged = jsonwebtoken::encode(&header, &claims, &others.encoding).expect("token");
        let (_, body) = forged.split_once('.').expect("parts");
        let (body, _) = body.rsplit_once('.').expect("parts");
        let text = json!({"alg": "none", "typ": "JWT", "kid": key.id()}).to_string();
        let unsigned = format!("{}.{body}.", URL_SAFE_NO_PAD.encode(text));
        for token in [&*foreign, &*confused, &*forged, &*unsigned, "", "a.b.c"] {
            assert_eq!(refused(&tokens, token, NOW), Some(Kind::SignInRequired), "{token}");
        }
    }
}
