//! Access tokens: short-lived, signed with Ed25519, naming a person and a device and nothing else.
//! Rights are not in them: they are looked up at every request.

use crate::keys::SigningKeys;
use crate::problem::{Answer, Kind, Problem};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ruhu_casework::days::seconds_of;
use ruhu_sync::id::{DeviceId, Instant, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Who issues these tokens, and for whom: this service and nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Party {
    /// As an issuer.
    #[serde(rename = "ruhu")]
    Issuer,
    /// As an audience.
    #[serde(rename = "ruhu-api")]
    Audience,
}

/// How far the clocks of several servers may be apart, or one be set back, before a token that was
/// given counts as not valid yet.
const CLOCKS_APART_SECONDS: i64 = 900;

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
    /// From when on it is valid.
    pub nbf: i64,
    /// Who issued it.
    pub iss: Party,
    /// For whom it is.
    pub aud: Party,
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
        validation.set_required_spec_claims(&["exp", "sub", "nbf", "iss", "aud"]);
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

    /// A new token. It may count as issued later than now ([`Seat::after_revocation`]).
    ///
    /// [`Seat::after_revocation`]: ruhu_store::accounts::Seat::after_revocation
    pub fn issue(
        &self,
        user: UserId,
        device: DeviceId,
        issued_at: Instant,
        now: Instant,
    ) -> Answer<String> {
        let iat = seconds_of(issued_at);
        let claims = Claims {
            sub: user,
            device,
            iat,
            exp: iat + self.lifetime_seconds,
            nbf: seconds_of(now),
            iss: Party::Issuer,
            aud: Party::Audience,
        };
        jsonwebtoken::encode(&self.header, &claims, &self.encoding).map_err(Problem::internal)
    }

    /// What a token says, if it was made with one of the keys and is still valid.
    pub fn read(&self, token: &str, now: Instant) -> Answer<Claims> {
        let foreign = || Problem::new(Kind::SignInRequired);
        let header = jsonwebtoken::decode_header(token).map_err(|_| foreign())?;
        let key = header.kid.and_then(|kid| self.decoding.get(&kid)).ok_or_else(foreign)?;
        let read =
            jsonwebtoken::decode::<Claims>(token, key, &self.validation).map_err(|_| foreign())?;
        let (claims, now) = (read.claims, seconds_of(now));
        let is_ours = (claims.iss, claims.aud) == (Party::Issuer, Party::Audience);
        if !is_ours || claims.nbf > now + CLOCKS_APART_SECONDS {
            return Err(foreign());
        }
        match now < claims.exp {
            true => Ok(claims),
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
        let token = tokens.issue(USER, DEVICE, NOW, NOW).expect("token");
        let claims = tokens.read(&token, later(899)).expect("valid");
        assert_eq!((claims.sub, claims.device), (USER, DEVICE));
        let members = serde_json::to_value(claims).expect("json");
        let members: Vec<_> = members.as_object().expect("object").keys().cloned().collect();
        assert_eq!(members, ["aud", "device", "exp", "iat", "iss", "nbf", "sub"]);
        let expired = refused(&tokens, &token, later(900));
        assert_eq!(expired, Some(Kind::AccessTokenExpired));
    }

    #[test]
    fn a_token_of_another_key_or_algorithm_is_refused() {
        let keys = made();
        let key = keys.newest();
        let tokens = AccessTokens::new(&keys, 15);
        let others = AccessTokens::new(&made(), 15);
        let foreign = others.issue(USER, DEVICE, NOW, NOW).expect("token");
        let claims = json!({"sub": USER, "device": DEVICE, "iat": 0, "exp": i64::MAX, "nbf": 0,
            "iss": "ruhu", "aud": "ruhu-api"});
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

    #[test]
    fn a_token_for_another_or_by_another_or_not_valid_yet_is_refused() {
        let keys = made();
        let tokens = AccessTokens::new(&keys, 15);
        let key = keys.newest();
        let header = Header { kid: Some(key.id().to_owned()), ..Header::new(Algorithm::EdDSA) };
        let encoding = EncodingKey::from_ed_der(key.pkcs8());
        let now = seconds_of(NOW);
        let right = json!({"sub": USER, "device": DEVICE, "iat": now, "exp": now + 900,
            "nbf": now, "iss": "ruhu", "aud": "ruhu-api"});
        let read = |claims: &Value| {
            let token = jsonwebtoken::encode(&header, claims, &encoding).expect("a token");
            refused(&tokens, &token, NOW)
        };
        assert_eq!(read(&right), None);
        for (member, value) in [
            ("iss", json!("another")),
            ("iss", json!("ruhu-api")),
            ("aud", json!("another")),
            ("aud", json!("ruhu")),
            ("nbf", json!(now + 901)),
        ] {
            let mut claims = right.clone();
            claims[member] = value;
            assert_eq!(read(&claims), Some(Kind::SignInRequired), "{member}");
            claims.as_object_mut().expect("an object").remove(member);
            assert_eq!(read(&claims), Some(Kind::SignInRequired), "without {member}");
        }
        let mut clock_was_ahead = right;
        clock_was_ahead["nbf"] = json!(now + 600);
        assert_eq!(read(&clock_was_ahead), None, "set back by ten minutes, nobody is signed out");
    }
}
