//! Two investigators (最低生活保障审核确认办法 民发〔2021〕57号 §16: 调查人员不得少于两人，并分别签字).
//!
//! Each person who is named as an investigator of an assessment confirms its answers by their hash.
//! When all have confirmed the same, the assessment is handed in, by the edit that brings the last
//! confirmation. A confirmation of other answers counts for nothing, and is kept.

use crate::roles::{REVIEWER, WORKER};
use hmac::{Hmac, KeyInit, Mac};
use ruhu_forms::Form;
use ruhu_sync::canonical;
use ruhu_sync::chain::to_hex;
use ruhu_sync::id::{RecordId, UserId};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::patch::{Ask, Wish};
use ruhu_sync::path::Path;
use ruhu_sync::rules::{Question, SigningKey};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

/// The people who investigate, each `true`.
pub(crate) const INVESTIGATORS: &str = "investigators";
/// By person, the hash of the answers that were confirmed.
pub(crate) const CONFIRMATIONS: &str = "confirmations";
/// By person, the proof that a confirmation on another's tablet is the person's: checked, not kept.
pub(crate) const PROOFS: &str = "proofs";
/// By person, the hash that was confirmed on another's tablet and proved: what is kept of it.
const PROVED: &str = "proved";

/// More people than sign one assessment: so many an edit makes the server look up at most.
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

/// The proof of a confirmation: HMAC-SHA-256 under the person's key over the record's name and the
/// hash, in lower-case hexadecimal.
pub fn proof(key: &SigningKey, record: RecordId, hash: &str) -> String {
    to_hex(&authenticated(key, record, hash).finalize().into_bytes())
}

fn authenticated(key: &SigningKey, record: RecordId, hash: &str) -> Hmac<Sha256> {
    // HMAC pads a short key with zeros to its block; doing so here leaves no error to handle.
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    mac.update(b"ruhu signature 1");
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

/// Whether an assessment with so many investigators is handed in by their confirmations alone.
fn needs_confirmations(named: usize, form: Option<&Form>) -> bool {
    named.max(form.map_or(1, Form::investigators)) > 1
}

/// Whether all who have to have confirmed the same answers.
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

/// Whether a person alone may hand it in, once this edit is taken.
pub(crate) fn one_may_submit(question: &Question<'_>, form: Option<&Form>) -> bool {
    let mut named = question.current.map(investigators).unwrap_or_default();
    for (user, wish) in asked(question.asks, INVESTIGATORS) {
        match wish {
            Wish::Set(Json::Bool(true)) => named.insert(user),
            _ => named.remove(&user),
        };
    }
    !needs_confirmations(named.len(), form)
}

fn asked<'a>(asks: &'a [Ask], field: &str) -> impl Iterator<Item = (UserId, &'a Wish)> {
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

/// Whether everyone else's confirmation in an edit is proved by that person's PIN. Taking another's
/// away cannot be proved.
pub(crate) fn are_proved(question: &Question<'_>) -> bool {
    if takes_all_away(question) {
        let mut there = question.current.into_iter().flat_map(|c| members(c, CONFIRMATIONS));
        return there.all(|(user, _)| UserId::parse(user) == Some(question.user));
    }
    let others = asked(question.asks, CONFIRMATIONS).filter(|(user, _)| *user != question.user);
    others.into_iter().all(|(user, wish)| {
        let Wish::Set(Json::Text(hash)) = wish else { return false };
        let given = asked(question.asks, PROOFS).find_map(|(of, wish)| match wish {
            Wish::Set(Json::Text(given)) if of == user => Some(given),
            _ => None,
        });
        let (Some(key), Some(given)) = (key_of(question, user), given) else { return false };
        let bytes = from_hex(given);
        bytes.is_some_and(|bytes| {
            authenticated(key, question.record, hash).verify_slice(&bytes).is_ok()
        })
    })
}

/// What is kept of the proofs that an edit carries: of each, the hash that it proves.
pub(crate) fn marks(question: &Question<'_>) -> Vec<(Path, Json)> {
    let proved: BTreeSet<_> = asked(question.asks, PROOFS).map(|(user, _)| user).collect();
    let confirmed = asked(question.asks, CONFIRMATIONS).filter(|(user, _)| proved.contains(user));
    confirmed
        .filter_map(|(user, wish)| match wish {
            Wish::Set(hash) if user != question.user => {
                Some((Path::of(&[PROVED, &user.to_string()]), hash.clone()))
            }
            _ => None,
        })
        .collect()
}

/// The key of one who may investigate this record now: who works in the record's team, or reviews
/// in its area. Nobody else is second investigator, whatever PIN is proved (57号 §16; 313号 严禁转包).
fn key_of<'a>(question: &Question<'a>, user: UserId) -> Option<&'a SigningKey> {
    let signer = question.signers.get(&user)?;
    let grant = signer.grants.streams.get(&question.stream?)?;
    [WORKER, REVIEWER].contains(&grant.capacity).then_some(&signer.key)
}

fn takes_all_away(question: &Question<'_>) -> bool {
    let all = Path::of(&[CONFIRMATIONS]);
    question.asks.iter().any(|ask| ask.path == all && ask.wish == Wish::Remove)
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<_>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

#[cfg(test)]
#[path = "signatures_tests.rs"]
mod tests;
