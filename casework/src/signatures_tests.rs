use super::*;
use crate::roles::{REPORTER, REVIEWER, WINDOW, WORKER};
use crate::testing::{asked as asks_of, object, rules};
use ruhu_sync::id::StreamId;
use ruhu_sync::rules::{Act, Capacity, Grant, Grants, Rules, Signer, StreamKind};
use std::collections::BTreeMap;
use uuid::Uuid;

const ONE: UserId = UserId(Uuid::from_u128(1));
const OTHER: UserId = UserId(Uuid::from_u128(2));
const RECORD: RecordId = RecordId(Uuid::from_u128(9));

fn assessment(more: &str) -> Object {
    object(&format!(
        r#"{{"form":"tekun_six","form_version":1,"status":"draft","answers":{{"eat":"achieved"}}{more}}}"#
    ))
}

fn named(users: &[UserId]) -> String {
    let members: Vec<_> = users.iter().map(|user| format!("\"{user}\":true")).collect();
    format!(",\"investigators\":{{{}}}", members.join(","))
}

fn confirmed(by: &[(UserId, &str)]) -> String {
    let members: Vec<_> = by.iter().map(|(user, hash)| format!("\"{user}\":\"{hash}\"")).collect();
    format!(",\"confirmations\":{{{}}}", members.join(","))
}

fn form() -> Form {
    let text = include_str!("../../forms/catalogue/tekun_six.v1.json");
    Form::parse(text).expect("a form")
}

fn form_for_two() -> Form {
    let text = include_str!("../../forms/catalogue/tekun_six.v1.json");
    Form::parse(&text.replacen("\"version\": 1,", "\"version\": 1, \"investigators\": 2,", 1))
        .expect("a form")
}

#[test]
fn the_hash_is_of_answers_form_person_and_round_and_of_nothing_else() {
    let plain = answers_hash(&assessment(""));
    assert_eq!(plain.len(), 64);
    assert_eq!(plain, answers_hash(&assessment(&named(&[ONE]))));
    for other in [
        r#","person":"00000000-0000-0000-0000-00000000000a""#,
        r#","review":{"reasons":{"r":{"text":"x"}}}"#,
    ] {
        assert_ne!(plain, answers_hash(&assessment(other)), "{other}");
    }
    let mut changed = assessment("");
    changed.insert("answers".to_owned(), Json::Object(object(r#"{"eat":"not_achieved"}"#)));
    assert_ne!(plain, answers_hash(&changed));
}

#[test]
fn the_published_hash_and_proof() {
    // What a tablet in any language must come to.
    let document = assessment("");
    let hash = answers_hash(&document);
    let mut hasher = Sha256::new();
    hasher.update(br#"{"answers":{"eat":"achieved"},"form":"tekun_six","form_version":1}"#);
    assert_eq!(hash, to_hex(&hasher.finalize()));
    assert_eq!(proof(&[7; 32], RECORD, &hash).len(), 64);
    assert_ne!(proof(&[7; 32], RECORD, &hash), proof(&[8; 32], RECORD, &hash));
}

#[test]
fn it_is_confirmed_when_all_who_are_named_have_confirmed_these_answers() {
    let hash = answers_hash(&assessment(""));
    let both = named(&[ONE, OTHER]);
    let holds = |by: &[(UserId, &str)]| {
        is_confirmed(&assessment(&format!("{both}{}", confirmed(by))), Some(&form()))
    };
    assert!(!holds(&[]));
    assert!(!holds(&[(ONE, &hash)]));
    assert!(!holds(&[(ONE, &hash), (OTHER, &"0".repeat(64))]));
    assert!(holds(&[(ONE, &hash), (OTHER, &hash)]));
}

#[test]
fn one_alone_is_enough_only_where_neither_form_nor_people_say_two() {
    let hash = answers_hash(&assessment(""));
    let alone = assessment(&format!("{}{}", named(&[ONE]), confirmed(&[(ONE, &hash)])));
    // One investigator hands in by the status, not by a confirmation.
    assert!(!is_confirmed(&alone, Some(&form())));
    assert!(!is_confirmed(&alone, Some(&form_for_two())));
    let both = confirmed(&[(ONE, &hash), (OTHER, &hash)]);
    let two = assessment(&format!("{}{both}", named(&[ONE, OTHER])));
    assert!(is_confirmed(&two, Some(&form_for_two())));
}

const TEAM: StreamId = StreamId(Uuid::from_u128(5));

/// The other person, with a key and a capacity before one stream.
fn signer(stream: StreamId, capacity: Capacity) -> BTreeMap<UserId, Signer> {
    let grant = Grant { kind: StreamKind::Caseload, held: true, capacity };
    let grants = Grants { streams: BTreeMap::from([(stream, grant)]), ..Grants::default() };
    BTreeMap::from([(OTHER, Signer { key: [7; 32], grants })])
}

fn question<T>(
    current: &str,
    patch: &str,
    signers: &BTreeMap<UserId, Signer>,
    answer: impl FnOnce(&Question<'_>) -> T,
) -> T {
    let rules = rules();
    let current = assessment(current);
    let asks = asks_of(&rules, "assessment", Some(&current), patch, &[]);
    let question = Question {
        current: Some(&current),
        asks: &asks,
        stream: Some(TEAM),
        signers,
        ..Question::new(ONE, WORKER, RECORD, "assessment", Act::Change)
    };
    answer(&question)
}

#[test]
fn a_household_investigation_needs_two() {
    let catalogue = ruhu_forms::Catalogue::load().expect("forms");
    let means = catalogue.get("means", 1).expect("means").form();
    let hash = answers_hash(&assessment(""));
    let alone = assessment(&format!("{}{}", named(&[ONE]), confirmed(&[(ONE, &hash)])));
    assert!(!is_confirmed(&alone, Some(means)));
    let both = confirmed(&[(ONE, &hash), (OTHER, &hash)]);
    let two = assessment(&format!("{}{both}", named(&[ONE, OTHER])));
    assert!(is_confirmed(&two, Some(means)));
    let submission = r#"{"status":"submitted"}"#;
    let none = BTreeMap::new();
    assert!(!question("", submission, &none, |question| one_may_submit(question, Some(means))));
}

#[test]
fn who_names_a_second_investigator_does_not_submit_alone() {
    let none = BTreeMap::new();
    let alone = |current: &str, patch: &str, form: &Form| {
        question(current, patch, &none, |question| one_may_submit(question, Some(form)))
    };
    let submission = r#"{"status":"submitted"}"#;
    assert!(alone("", submission, &form()));
    assert!(!alone("", submission, &form_for_two()));
    assert!(!alone(&named(&[ONE, OTHER]), submission, &form()));
    let and_names = format!(r#"{{"status":"submitted"{}}}"#, named(&[ONE, OTHER]));
    assert!(!alone("", &and_names, &form()));
    let takes_away = format!(r#"{{"status":"submitted","investigators":{{"{OTHER}":null}}}}"#);
    assert!(alone(&named(&[ONE, OTHER]), &takes_away, &form()));
    assert!(!alone(&named(&[ONE, OTHER]), &takes_away, &form_for_two()));
}

#[test]
fn anothers_confirmation_needs_the_proof_of_that_persons_pin() {
    let hash = answers_hash(&assessment(""));
    let key = [7; 32];
    let keys = signer(TEAM, WORKER);
    let proved =
        |patch: &str, signers: &BTreeMap<UserId, Signer>| question("", patch, signers, are_proved);
    let confirms = |of: UserId, proof: Option<String>| {
        let proofs = proof.map(|proof| format!(",\"proofs\":{{\"{of}\":\"{proof}\"}}"));
        format!("{{{}{}}}", &confirmed(&[(of, &hash)])[1..], proofs.unwrap_or_default())
    };
    assert!(proved(&confirms(ONE, None), &keys), "the own needs none");
    assert!(!proved(&confirms(OTHER, None), &keys));
    assert!(!proved(&confirms(OTHER, Some(proof(&[8; 32], RECORD, &hash))), &keys));
    let elsewhere = proof(&key, RecordId(Uuid::from_u128(8)), &hash);
    assert!(!proved(&confirms(OTHER, Some(elsewhere)), &keys));
    let right = confirms(OTHER, Some(proof(&key, RECORD, &hash)));
    assert!(proved(&right, &keys));
    assert!(!proved(&right, &BTreeMap::new()), "who has set no PIN proves nothing");
    assert!(!proved(&format!(r#"{{"confirmations":{{"{OTHER}":null}}}}"#), &keys));
    let elsewhere = StreamId(Uuid::from_u128(6));
    assert!(!proved(&right, &signer(elsewhere, WORKER)), "another team's worker");
    assert!(!proved(&right, &signer(TEAM, WINDOW)), "who does not investigate");
    assert!(!proved(&right, &signer(TEAM, REPORTER)), "a committee member");
    assert!(proved(&right, &signer(TEAM, REVIEWER)), "government may investigate beside a worker");
    let marks = question("", &right, &keys, marks);
    assert_eq!(marks, [(Path::of(&["proved", &OTHER.to_string()]), Json::Text(hash))]);
    let rules = rules();
    assert_eq!(rules.signers("assessment", &object(&right)), [OTHER]);
}
