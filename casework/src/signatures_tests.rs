use super::*;
use crate::roles::{REPORTER, REVIEWER, WINDOW, WORKER};
use crate::testing::{asked as asks_of, object, rules};
use ruhu_sync::grants::{Capacity, Grant, Grants, StreamKind};
use ruhu_sync::id::{Instant, StreamId};
use ruhu_sync::rules::{Act, Rules};
use ruhu_sync::signing::{Failures, Signer};
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
    // X25519 and HMAC by their own names, so that nothing of ours proves itself.
    let (secret, random) = ([3; 32], [5; 32]);
    let made = proof(&[7; 32], public_half(secret), random, RECORD, &hash);
    let public = MontgomeryPoint::mul_base_clamped(random);
    let shared = MontgomeryPoint(public_half(secret)).mul_clamped(random);
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&[[7; 32], shared.to_bytes()].concat())
        .expect("a key");
    mac.update(b"ruhu signature 2");
    mac.update(public.as_bytes());
    mac.update(RECORD.as_bytes());
    mac.update(hash.as_bytes());
    let expected = [public.to_bytes().as_slice(), &mac.finalize().into_bytes()].concat();
    assert_eq!(made, to_hex(&expected));
    assert_eq!(made, PUBLISHED);
}

/// Of the PIN key 07…07, the secret 03…03, the random bytes 05…05, and the record and hash above.
const PUBLISHED: &str = "50a61409b1ddd0325e9b16b700e719e9772c07000b1bd7786e907c653d20495dc8d5cfa953db4b8b7ba2fcc2f21a7680e4146679b58caadb5de30e08fd98b352";

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

fn question<T>(current: &str, patch: &str, answer: impl FnOnce(&Question<'_>) -> T) -> T {
    let rules = rules();
    let current = assessment(current);
    let asks = asks_of(&rules, "assessment", Some(&current), patch, &[]);
    let question = Question {
        current: Some(&current),
        asks: &asks,
        stream: Some(TEAM),
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
    assert!(!question("", submission, |question| one_may_submit(question, Some(means))));
}

#[test]
fn who_names_a_second_investigator_does_not_submit_alone() {
    let alone = |current: &str, patch: &str, form: &Form| {
        question(current, patch, |question| one_may_submit(question, Some(form)))
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

const SECRET: [u8; 32] = [3; 32];

fn made(pin: [u8; 32], record: RecordId, hash: &str) -> String {
    proof(&pin, public_half(SECRET), [5; 32], record, hash)
}

fn signers(failures: u32) -> Signers {
    signers_before(TEAM, WORKER, failures)
}

/// The other person, with a PIN and a capacity before one stream.
fn signers_before(stream: StreamId, capacity: Capacity, failures: u32) -> Signers {
    let grant = Grant { kind: StreamKind::Caseload, held: true, capacity };
    let grants = Grants { streams: BTreeMap::from([(stream, grant)]), ..Grants::default() };
    let failures = Failures { count: failures, since: Instant(0) };
    let people = BTreeMap::from([(OTHER, Signer { key: [7; 32], failures, grants })]);
    Signers { secrets: vec![[4; 32], SECRET], people }
}

fn confirms(of: UserId, hash: &str, proof: Option<String>) -> String {
    let proofs = proof.map(|proof| format!(",\"proofs\":{{\"{of}\":\"{proof}\"}}"));
    format!("{{{}{}}}", &confirmed(&[(of, hash)])[1..], proofs.unwrap_or_default())
}

fn paths(paths: &[Path]) -> Vec<String> {
    paths.iter().map(Path::to_string).collect()
}

#[test]
fn anothers_confirmation_needs_the_proof_of_that_persons_pin() {
    let hash = answers_hash(&assessment(""));
    let of = |patch: &str, signers: &Signers| question("", patch, |q| check(q, signers));
    let is_proved = |patch: &str| of(patch, &signers(0)).unproved.is_empty();
    assert!(is_proved(&confirms(ONE, &hash, None)), "the own needs none");
    assert!(!is_proved(&confirms(OTHER, &hash, None)));
    let elsewhere = made([7; 32], RecordId(Uuid::from_u128(8)), &hash);
    assert!(!is_proved(&confirms(OTHER, &hash, Some(elsewhere))));
    let to_another = proof(&[7; 32], public_half([9; 32]), [5; 32], RECORD, &hash);
    assert!(!is_proved(&confirms(OTHER, &hash, Some(to_another))));
    assert!(!is_proved(&format!(r#"{{"confirmations":{{"{OTHER}":null}}}}"#)));
    let wrong = of(&confirms(OTHER, &hash, Some(made([8; 32], RECORD, &hash))), &signers(0));
    assert_eq!(paths(&wrong.unproved), [format!("/confirmations/{OTHER}")]);
    assert_eq!((wrong.failed, wrong.marks), (vec![OTHER], vec![]));
    let right = confirms(OTHER, &hash, Some(made([7; 32], RECORD, &hash)));
    let none = of(&right, &Signers::default());
    assert_eq!(
        (none.unproved.len(), none.failed),
        (1, vec![]),
        "who has set no PIN is not guessed"
    );
    let by = |signers: Signers| of(&right, &signers).unproved.is_empty();
    let elsewhere = StreamId(Uuid::from_u128(6));
    assert!(!by(signers_before(elsewhere, WORKER, 0)), "another team's worker");
    assert!(!by(signers_before(TEAM, WINDOW, 0)), "who does not investigate");
    assert!(!by(signers_before(TEAM, REPORTER, 0)), "a committee member");
    assert!(by(signers_before(TEAM, REVIEWER, 0)), "government may investigate beside a worker");
    assert_eq!(rules().signers("assessment", &object(&right)), [OTHER]);
}

#[test]
fn of_a_proof_only_the_mark_is_kept() {
    let hash = answers_hash(&assessment(""));
    let right = confirms(OTHER, &hash, Some(made([7; 32], RECORD, &hash)));
    let signed = question("", &right, |question| check(question, &signers(4)));
    assert!(paths(&signed.spent).contains(&format!("/proofs/{OTHER}")));
    assert_eq!((signed.unproved, signed.failed), (vec![], vec![]));
    let marks: Vec<_> =
        signed.marks.iter().map(|(path, value)| (path.to_string(), value.as_text())).collect();
    let by = ONE.to_string();
    let expected = [
        (format!("/proved/{OTHER}"), Some(&*hash)),
        (format!("/proved_at/{OTHER}"), Some("1970-01-01T08:00:00+08:00")),
        (format!("/proved_by/{OTHER}"), Some(&*by)),
    ];
    assert_eq!(marks, expected);
}

#[test]
fn after_too_many_wrong_proofs_not_even_the_right_one_is_looked_at() {
    let hash = answers_hash(&assessment(""));
    let right = confirms(OTHER, &hash, Some(made([7; 32], RECORD, &hash)));
    let signed = question("", &right, |question| check(question, &signers(5)));
    assert_eq!((signed.unproved.len(), signed.failed), (1, vec![]));
}
