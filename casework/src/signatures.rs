//! Two investigators (最低生活保障审核确认办法 民发〔2021〕57号 §16: 调查人员不得少于两人，并分别签字).
//!
//! Each investigator named in an assessment confirms its answers by their hash. When all have
//! confirmed the same, the edit that brings the last confirmation submits the assessment. A
//! confirmation of other answers has no effect, and is kept.

use crate::days::beijing_time;
use crate::roles::{REVIEWER, WORKER};
use curve25519_dalek::montgomery::MontgomeryPoint;
use hmac::{Hmac, KeyInit, Mac};
use ruhu_forms::Form;
use ruhu_sync::canonical;
use ruhu_sync::chain::to_hex;
use ruhu_sync::id::{RecordId, UserId};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::patch::{Ask, Wish};
use ruhu_sync::path::Path;
use ruhu_sync::rules::Question;
use ruhu_sync::signing::{Signatures, Signers, SigningKey};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

/// The people who investigate, each `true`.
pub(crate) const INVESTIGATORS: &str = "investigators";
/// By person, the hash of the confirmed answers.
pub(crate) const CONFIRMATIONS: &str = "confirmations";
/// By person, the proof that a confirmation on another's tablet is the person's: checked, not
/// stored.
const PROOFS: &str = "proofs";
/// By person, the hash that a PIN proved, when, and on whose device: the mark that is stored.
const PROVED: &str = "proved";
const PROVED_AT: &str = "proved_at";
const PROVED_BY: &str = "proved_by";

/// More people than sign one assessment: the maximum that the server looks up for an edit.
pub(crate) const PEOPLE_MAX: usize = 16;

/// What is confirmed: the answers, for whom, by which form, and in which round of review.
const CONFIRMED: [&str; 4] = ["answers", "form", "form_version", "person"];

/// The hash of what is confirmed: SHA-256, in lower-case hexadecimal, of the canonical JSON of
/// `{"answers": …, "form": …, "form_version": …, "person": …, "returned": [ids of the reasons]}`
/// without what the assessment does not hold. What was returned is confirmed anew.
pub fn answers_hash(document: &Object) -> String {
    let mut confirmed = Object::new();
    for name in CONFIRMED {
        if let Some(value) = document.get(name) {
            confirmed.insert(name.to_owned(), value.clone());
        }
    }
    let review = document.get("review").and_then(Json::as_object);
    let reasons = review.and_then(|review| review.get("reasons")).and_then(Json::as_object);
    if let Some(reasons) = reasons.filter(|reasons| !reasons.is_empty()) {
        let ids = reasons.keys().map(|id| Json::Text(id.clone())).collect();
        confirmed.insert("returned".to_owned(), Json::List(ids));
    }
    let mut text = String::new();
    canonical::write_object(&mut text, &confirmed);
    to_hex(&Sha256::digest(text.as_bytes()))
}

/// The proof of a confirmation, as a tablet makes it from 32 random bytes that it then discards:
/// the public half of the random key, and an HMAC-SHA-256 keyed by the PIN's key and the secret
/// shared with the service. Without the random bytes or the service's secret nobody can try a PIN
/// on it.
pub fn proof(
    pin: &SigningKey,
    service: [u8; 32],
    random: [u8; 32],
    record: RecordId,
    hash: &str,
) -> String {
    let public = MontgomeryPoint::mul_base_clamped(random).to_bytes();
    let shared = MontgomeryPoint(service).mul_clamped(random).to_bytes();
    let mac = authenticated(pin, &shared, &public, record, hash).finalize().into_bytes();
    to_hex(&public) + &to_hex(&mac)
}

/// The public half of a secret that proofs are addressed to.
pub fn public_half(secret: [u8; 32]) -> [u8; 32] {
    MontgomeryPoint::mul_base_clamped(secret).to_bytes()
}

/// Whether a proof was made with this PIN, and addressed to the owner of this secret.
fn is_made_by(
    pin: &SigningKey,
    secret: [u8; 32],
    given: &[u8],
    record: RecordId,
    hash: &str,
) -> bool {
    let Some((public, mac)) = given.split_first_chunk::<32>() else { return false };
    let shared = MontgomeryPoint(*public).mul_clamped(secret).to_bytes();
    authenticated(pin, &shared, public, record, hash).verify_slice(mac).is_ok()
}

fn authenticated(
    pin: &SigningKey,
    shared: &[u8; 32],
    public: &[u8; 32],
    record: RecordId,
    hash: &str,
) -> Hmac<Sha256> {
    // PIN and shared secret fill HMAC's block, so that there is no error to handle.
    let mut block = [0; 64];
    block[..32].copy_from_slice(pin);
    block[32..].copy_from_slice(shared);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    mac.update(b"ruhu signature 2");
    mac.update(public);
    mac.update(record.as_bytes());
    mac.update(hash.as_bytes());
    mac
}

fn members<'a>(document: &'a Object, name: &str) -> impl Iterator<Item = (&'a String, &'a Json)> {
    document.get(name).and_then(Json::as_object).into_iter().flatten()
}

/// The people who are named as investigators.
pub(crate) fn investigators(document: &Object) -> BTreeSet<UserId> {
    members(document, INVESTIGATORS)
        .filter(|(_, named)| **named == Json::Bool(true))
        .filter_map(|(user, _)| UserId::parse(user))
        .collect()
}

/// Everybody whom an assessment names: investigators, and those who confirmed.
pub(crate) fn people(document: &Object) -> BTreeSet<UserId> {
    let named = [INVESTIGATORS, CONFIRMATIONS, PROVED].into_iter();
    named
        .flat_map(|field| members(document, field))
        .filter_map(|(user, _)| UserId::parse(user))
        .collect()
}

/// Whether confirmations alone submit an assessment with this many investigators.
fn needs_confirmations(named: usize, form: Option<&Form>) -> bool {
    named.max(form.map_or(1, Form::investigators)) > 1
}

/// Whether everybody who has to confirm has confirmed the same answers.
pub(crate) fn is_confirmed(document: &Object, form: Option<&Form>) -> bool {
    let named = investigators(document);
    let enough = named.len() >= form.map_or(1, Form::investigators);
    if !enough || !needs_confirmations(named.len(), form) {
        return false;
    }
    let hash = answers_hash(document);
    let confirmed: BTreeSet<_> = members(document, CONFIRMATIONS)
        .filter(|(_, confirmed)| confirmed.as_text() == Some(&hash))
        .filter_map(|(user, _)| UserId::parse(user))
        .collect();
    named.is_subset(&confirmed)
}

/// Whether one person may submit it, once this edit is taken.
pub(crate) fn one_may_submit(question: &Question<'_>, form: Option<&Form>) -> bool {
    let mut named = question.current.map(investigators).unwrap_or_default();
    for (user, wish) in asks_under(question.asks, INVESTIGATORS) {
        match wish {
            Wish::Set(Json::Bool(true)) => named.insert(user),
            _ => named.remove(&user),
        };
    }
    !needs_confirmations(named.len(), form)
}

fn asks_under<'a>(asks: &'a [Ask], field: &str) -> impl Iterator<Item = (UserId, &'a Wish)> {
    asks.iter().filter_map(move |ask| match ask.path.steps() {
        [name, user] if name == field => Some((UserId::parse(user)?, &ask.wish)),
        _ => None,
    })
}

/// Those whose confirmations a patch carries.
pub(crate) fn signers(patch: &Object) -> Vec<UserId> {
    let signers = members(patch, CONFIRMATIONS).filter_map(|(user, _)| UserId::parse(user));
    signers.take(PEOPLE_MAX).collect()
}

/// Which of others' confirmations in an edit are proved by their PINs. An unproved one changes
/// nothing; the rest of the edit is taken. Removing another's cannot be proved.
pub(crate) fn check(question: &Question<'_>, signers: &Signers) -> Signatures {
    let mut signed = Signatures::default();
    let of = |ask: &Ask, field: &str| ask.path.steps().first().is_some_and(|name| name == field);
    let proofs = question.asks.iter().filter(|ask| of(ask, PROOFS));
    signed.spent = proofs.map(|ask| ask.path.clone()).collect();
    if takes_anothers_away(question) {
        signed.unproved.push(Path::of(&[CONFIRMATIONS]));
    }
    let others =
        asks_under(question.asks, CONFIRMATIONS).filter(|(user, _)| *user != question.user);
    for (user, wish) in others {
        let name = user.to_string();
        match proved(question, signers, user, wish) {
            Proved::By(hash) => {
                let of = |field: &str| Path::of(&[field, &name]);
                let by = Json::Text(question.user.to_string());
                signed.marks.push((of(PROVED), Json::Text(hash.to_owned())));
                signed.marks.push((of(PROVED_AT), Json::Text(beijing_time(question.now))));
                signed.marks.push((of(PROVED_BY), by));
            }
            missed => {
                signed.unproved.push(Path::of(&[CONFIRMATIONS, &name]));
                signed.failed.extend(matches!(missed, Proved::Wrongly).then_some(user));
            }
        }
    }
    signed
}

/// The result of checking one proof.
enum Proved<'a> {
    /// It proves the confirmation of this hash.
    By(&'a str),
    /// It was made with another PIN.
    Wrongly,
    /// There is none, or none that may be checked.
    Not,
}

fn proved<'a>(
    question: &Question<'a>,
    signers: &Signers,
    user: UserId,
    wish: &'a Wish,
) -> Proved<'a> {
    let given = asks_under(question.asks, PROOFS).find_map(|(of, wish)| match wish {
        Wish::Set(Json::Text(given)) if of == user => from_hex(given),
        _ => None,
    });
    let pin = signers.key(user).filter(|_| may_investigate(question, signers, user));
    let (Wish::Set(Json::Text(hash)), Some(pin), Some(given)) = (wish, pin, given) else {
        return Proved::Not;
    };
    let mut secrets = signers.secrets.iter();
    match secrets.any(|secret| is_made_by(pin, *secret, &given, question.record, hash)) {
        true => Proved::By(hash),
        false => Proved::Wrongly,
    }
}

/// Whether a person may investigate this record now: somebody who works in the record's team, or
/// reviews in its area. Nobody else is second investigator, whatever PIN is proved (57号 §16; 313号
/// 严禁转包).
fn may_investigate(question: &Question<'_>, signers: &Signers, user: UserId) -> bool {
    let capacity = || {
        let grants = &signers.people.get(&user)?.grants;
        Some(grants.streams.get(&question.stream?)?.capacity)
    };
    capacity().is_some_and(|capacity| [WORKER, REVIEWER].contains(&capacity))
}

fn takes_anothers_away(question: &Question<'_>) -> bool {
    let all = Path::of(&[CONFIRMATIONS]);
    let is_anothers = |(user, _): (&String, &Json)| UserId::parse(user) != Some(question.user);
    question.asks.iter().any(|ask| ask.path == all && ask.wish == Wish::Remove)
        && question.current.into_iter().flat_map(|c| members(c, CONFIRMATIONS)).any(is_anothers)
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<_>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

#[cfg(test)]
#[path = "signatures_tests.rs"]
mod tests;
