use super::*;
use crate::roles::{READER, REPORTER, REVIEWER};
use crate::testing::{NOW, asked, object, rules, said};
use ruhu_sync::grants::Grant;
use ruhu_sync::patch::asks;
use ruhu_sync::shape::Class;
use uuid::Uuid;

fn invalid(kind: &str, current: Option<&str>, patch: &str, new_rows: &[&str]) -> Vec<String> {
    let rules = rules();
    let current = current.map(object);
    let asks = asked(&rules, kind, current.as_ref(), patch, new_rows);
    said(rules.invalid_values(kind, current.as_ref(), &asks, NOW))
}

const NOTHING: [&str; 0] = [];

#[test]
fn every_wrong_value_is_named_at_once_with_its_place() {
    let patch = r#"{"community_code":"110102","phone":1,"kin_registered":"yes",
        "poverty_cause":{"illness":true,"luck":true,"disaster":1},
        "contacts":{"r1":{"name":5,"relation":"子"}},"later":{"any":[1.5]}}"#;
    assert_eq!(
        invalid("household", None, patch, &["/contacts/r1"]),
        [
            "/community_code area_code_expected",
            "/contacts/r1/name text_expected",
            "/kin_registered yes_no_expected",
            "/phone text_expected",
            "/poverty_cause/disaster true_expected",
            "/poverty_cause/luck unknown_option",
        ]
    );
}

#[test]
fn what_is_no_option_is_told_with_the_options_there_are() {
    let rules = rules();
    let possible = |kind: &str, patch: &str| {
        let asks = asked(&rules, kind, None, patch, &[]);
        let found = rules.invalid_values(kind, None, &asks, NOW);
        found.into_iter().next().map(|problem| problem.possible).unwrap_or_default()
    };
    let roles = possible("visit", r#"{"present":{"r1":{"role":"ghost"}}}"#);
    assert!(roles.contains(&"member".to_owned()), "{roles:?}");
    let causes = possible("household", r#"{"poverty_cause":{"luck":true}}"#);
    assert!(causes.contains(&"illness".to_owned()), "{causes:?}");
    let answered = |answer: &str| {
        let form = r#""form":"tekun_six","form_version":1,"status":"draft""#;
        possible("assessment", &format!(r#"{{{form},"answers":{{{answer}}}}}"#))
    };
    assert_eq!(answered(r#""eat":"perhaps""#), ["achieved", "not_achieved"]);
    assert!(answered(r#""aids":{"broom":true}"#).contains(&"cane".to_owned()));
    assert_eq!(possible("household", r#"{"phone":1}"#), NOTHING, "no closed list");
}

#[test]
fn a_place_in_a_row_or_an_object_is_checked_like_a_new_row() {
    let present = r#"{"present":{"r1":{"role":"ghost"}},"check_in":{"lat_e6":39.9}}"#;
    assert_eq!(
        invalid("visit", None, present, &[]),
        ["/check_in/lat_e6 integer_expected", "/present/r1/role unknown_option"]
    );
}

#[test]
fn unknown_fields_are_never_invalid() {
    let patch = r#"{"later":[1.5],"contacts":{"r1":{"later":{"a":1}}}}"#;
    assert_eq!(invalid("household", None, patch, &["/contacts/r1"]), NOTHING);
}

#[test]
fn removing_a_value_is_never_invalid() {
    let patch = r#"{"id_no":null,"flags":{"minor":null},"phone":null}"#;
    assert_eq!(invalid("person", None, patch, &[]), NOTHING);
}

#[test]
fn money_as_a_fraction_is_refused() {
    assert_eq!(invalid("service", None, r#"{"cost":1250}"#, &[]), NOTHING);
    assert_eq!(invalid("service", None, r#"{"cost":12.5}"#, &[]), ["/cost fen_expected"]);
}

fn holder(more: &str) -> Vec<String> {
    missing(
        "person",
        &format!(
            r#"{{"name":"测甲","id_type":"resident_id","relation_code":"02",
                "counted_as":"shared_living","kin_to_staff":"no"{more}}}"#
        ),
    )
}

#[test]
fn an_id_number_agrees_with_what_stands_beside_it() {
    let good = r#","id_no":"11010519491231002X","birth_date":"1949-12-31","sex":"2""#;
    assert_eq!(holder(good), NOTHING);
    let bad = r#","id_no":"11010519491231002X","birth_date":"1949-12-30","sex":"1""#;
    assert_eq!(holder(bad), ["/birth_date birth_date_disagrees", "/sex sex_disagrees"]);
    let unstated = r#","id_no":"11010519491231002X","sex":"9""#;
    assert_eq!(holder(unstated), NOTHING);
    let misread = r#"{"id_no":"110105194912310021"}"#;
    assert_eq!(invalid("person", None, misread, &[]), ["/id_no id_no_check_digit"]);
}

#[test]
fn what_has_happened_is_no_later_than_the_day_after_today() {
    let dated = |day: &str| {
        let patch = format!(r#"{{"birth_date":"{day}"}}"#);
        invalid("person", None, &patch, &[])
    };
    assert_eq!(dated("2026-11-24"), NOTHING);
    assert_eq!(dated("2026-11-25"), ["/birth_date in_future"]);
    assert_eq!(dated("2099-01-01"), ["/birth_date in_future"]);
    let at = |at: &str| invalid("find", None, &format!(r#"{{"found_at":"{at}"}}"#), &[]);
    assert_eq!(at("2026-11-24T23:59:59+08:00"), NOTHING);
    assert_eq!(at("2026-11-25T00:00:00+08:00"), ["/found_at in_future"]);
}

#[test]
fn a_visit_is_over_when_somebody_was_met_on_a_day_that_has_come() {
    let visit = |more: &str| {
        missing("visit", &format!(r#"{{"planned_on":"2027-11-23","status":"done"{more}}}"#))
    };
    let present = r#","present":{"r1":{"role":"member","name":"测甲"}}"#;
    assert_eq!(visit(""), ["/present required", "/planned_on in_future"]);
    assert_eq!(visit(present), ["/planned_on in_future"]);
    let ended = format!(r#"{present},"ended_at":"2026-11-23T10:00:00+08:00""#);
    assert_eq!(visit(&ended), NOTHING);
    assert_eq!(missing("visit", r#"{"planned_on":"2027-11-23","status":"planned"}"#), NOTHING);
}

#[test]
fn a_service_runs_with_consent_alone() {
    for kind in ["service", "referral"] {
        let of = |status: &str, more: &str| {
            missing(
                kind,
                &format!(
                    r#"{{"service":"care","to_organisation":"区残联","status":"{status}"{more}}}"#
                ),
            )
        };
        assert_eq!(of("in_service", ""), ["/consented yes_required"]);
        assert_eq!(of("in_service", r#","consented":false"#), ["/consented yes_required"]);
        assert_eq!(of("in_service", r#","consented":true"#), NOTHING);
        assert_eq!(of("done", r#","consented":false"#), ["/consented yes_required"]);
        assert_eq!(of("done", r#","consented":true"#), NOTHING);
    }
}

#[test]
fn characters_that_nobody_sees_are_no_name() {
    for name in [r"\u3000", r"\u200b", r" \u2060 "] {
        let household = format!(r#"{{"community_code":"110102001001","head_name":"{name}"}}"#);
        assert_eq!(missing("household", &household), ["/head_name required"], "{name}");
    }
}

#[test]
fn what_a_reviewer_decides_is_asked_for_at_the_desk_alone() {
    let rules = rules();
    let asked_for = |kind: &str, patch: &str| {
        said(rules.only_at_desk(kind, &asked(&rules, kind, None, patch, &[])))
    };
    for status in ["in_review", "returned", "accepted"] {
        let patch = format!(r#"{{"status":"{status}"}}"#);
        assert_eq!(asked_for("assessment", &patch), ["/status only_at_desk"], "{status}");
    }
    for status in ["draft", "submitted", "unheard_of"] {
        let patch = format!(r#"{{"status":"{status}"}}"#);
        assert_eq!(asked_for("assessment", &patch), NOTHING, "{status}");
    }
    assert_eq!(asked_for("visit", r#"{"status":"done"}"#), NOTHING);
}

#[test]
fn answers_are_checked_by_the_form_that_the_new_record_names() {
    let patch = |version: i64, eat: &str| {
        format!(
            r#"{{"form":"tekun_six","form_version":{version},"status":"draft",
                "answers":{{"eat":"{eat}","aids":{{"cane":true}}}}}}"#
        )
    };
    let check = |patch: String| invalid("assessment", None, &patch, &[]);
    assert_eq!(check(patch(1, "achieved")), NOTHING);
    assert_eq!(check(patch(1, "perhaps")), ["/answers/eat unknown_option"]);
    assert_eq!(check(patch(99, "achieved")), ["/form unknown_form"]);
}

#[test]
fn only_the_answers_asked_for_are_checked_by_the_form_of_the_record() {
    let current = r#"{"form":"tekun_six","form_version":1,"answers":{"dress":"nonsense"}}"#;
    let check = |patch: &str| invalid("assessment", Some(current), patch, &[]);
    assert_eq!(check(r#"{"answers":{"eat":"achieved"}}"#), NOTHING);
    assert_eq!(check(r#"{"answers":{"eat":null}}"#), NOTHING);
    assert_eq!(
        check(r#"{"answers":{"aids":{"broom":true}}}"#),
        ["/answers/aids/broom unknown_option"]
    );
}

#[test]
fn the_shape_of_answers_is_the_forms() {
    let rules = rules();
    let patch = object(r#"{"form":"tekun_six","form_version":1,"answers":{"aids":true}}"#);
    let shape = rules.shape("assessment", None, &patch).expect("shape");
    let problems = asks(&shape, &patch, &Default::default()).expect_err("refused");
    assert_eq!(said(problems), ["/answers/aids object_expected"]);
    let current = object(r#"{"form":"tekun_six","form_version":1}"#);
    let later = object(r#"{"form":"other","form_version":2,"answers":{"aids":true}}"#);
    let shape = rules.shape("assessment", Some(&current), &later);
    assert!(asks(&shape.expect("shape"), &later, &Default::default()).is_err());
}

#[test]
fn a_form_that_is_not_known_leaves_answers_untouched() {
    let patch = r#"{"answers":{"anything":{"deep":[1]}}}"#;
    assert_eq!(invalid("assessment", None, patch, &[]), NOTHING);
}

#[test]
fn each_field_merges_in_its_class() {
    let rules = rules();
    let class = |kind: &str, patch: &str| {
        let asks = asked(&rules, kind, None, patch, &[]);
        asks.first().map(|ask| ask.class)
    };
    // A phone is how a person in danger is found: no later arrival puts an old one back.
    assert_eq!(class("household", r#"{"phone":"1"}"#), Some(Class::Ask));
    assert_eq!(class("household", r#"{"contacts":{"r":{"phone":"1"}}}"#), Some(Class::Ask));
    assert_eq!(
        class("assessment", r#"{"review":{"reasons":{"r":{"text":"x"}}}}"#),
        Some(Class::Server)
    );
    assert_eq!(class("assessment", r#"{"review":{"later":1}}"#), Some(Class::Server));
    assert_eq!(class("find", r#"{"handling":{"owner":"x"}}"#), Some(Class::Server));
    assert_eq!(class("find", r#"{"handling":{"note":"x"}}"#), Some(Class::Ask));
    assert_eq!(class("household", r#"{"hardship_level":"key"}"#), Some(Class::Server));
    assert_eq!(class("household", r#"{"address":"a"}"#), Some(Class::Ask));
    for patch in [r#"{"form":"a"}"#, r#"{"form_version":1}"#, r#"{"status":"a"}"#] {
        assert_eq!(class("assessment", patch), Some(Class::State));
    }
}

fn missing(kind: &str, document: &str) -> Vec<String> {
    said(rules().broken(kind, &object(document), NOW))
}

#[test]
fn a_new_household_needs_its_community_and_its_head() {
    assert_eq!(
        missing("household", r#"{"head_name":" "}"#),
        ["/community_code required", "/head_name required"]
    );
    let whole = r#"{"community_code":"110102001001","head_name":"测甲"}"#;
    assert_eq!(missing("household", whole), NOTHING);
}

#[test]
fn a_person_without_a_number_says_why() {
    let person = |more: &str| {
        format!(
            r#"{{"name":"测甲","id_type":"none","relation_code":"02",
                "counted_as":"shared_living","kin_to_staff":"no"{more}}}"#
        )
    };
    assert_eq!(missing("person", &person("")), ["/id_no required"]);
    let newborn = person(r#","id_no_absent_reason":"newborn""#);
    assert_eq!(missing("person", &newborn), NOTHING);
    let numbered = person(r#","id_no":"11010519491231002X""#);
    assert_eq!(missing("person", &numbered), NOTHING);
}

#[test]
fn who_is_not_counted_is_so_for_a_reason() {
    let person = |more: &str| {
        format!(
            r#"{{"name":"测甲","id_type":"none","id_no_absent_reason":"refused",
                "relation_code":"02","counted_as":"not_counted","kin_to_staff":"no"{more}}}"#
        )
    };
    assert_eq!(missing("person", &person("")), ["/counted_as_reason required"]);
    let reasoned = person(r#","counted_as_reason":"服刑""#);
    assert_eq!(missing("person", &reasoned), NOTHING);
}

#[test]
fn a_submission_is_whole_by_its_form() {
    let rules = rules();
    let assessment = |answers: &str| {
        object(&format!(r#"{{"form":"tekun_six","form_version":1,"answers":{answers}}}"#))
    };
    let six = r#"{"eat":"achieved","dress":"achieved","bed_transfer":"achieved",
        "toilet":"achieved","walk_indoor":"achieved","bathe":"achieved"}"#;
    let five = six.replace(r#","bathe":"achieved""#, "");
    let check = |document: &Object| said(rules.missing_at_submission("assessment", document));
    assert!(!check(&assessment(six)).contains(&"/answers/bathe required".to_owned()));
    assert!(check(&assessment(&five)).contains(&"/answers/bathe required".to_owned()));
    let bare = object(r#"{"form":"tekun_six","form_version":1}"#);
    assert!(check(&bare).contains(&"/answers/eat required".to_owned()));
    let unknown = object(r#"{"form":"tekun_six","form_version":99}"#);
    assert_eq!(check(&unknown), ["/form unknown_form"]);
    assert_eq!(said(rules.missing_at_submission("visit", &bare)), NOTHING);
}

#[test]
fn only_the_submitted_status_of_an_assessment_hands_in() {
    let rules = rules();
    let status = Path::of(&["status"]);
    let is = |kind: &str, path: &Path, to: &str| rules.is_submission(kind, path, &Json::from(to));
    assert!(is("assessment", &status, "submitted"));
    assert!(!is("assessment", &status, "draft"));
    assert!(!is("assessment", &Path::of(&["form"]), "submitted"));
    assert!(!is("find", &status, "reported"));
    assert!(!is("household", &status, "submitted"));
}

fn granted(streams: &[(u128, StreamKind, bool, ruhu_sync::grants::Capacity)]) -> Grants {
    let streams = streams.iter().map(|&(id, kind, held, capacity)| {
        let grant = Grant { kind, held, capacity };
        (StreamId(Uuid::from_u128(id)), grant)
    });
    Grants { streams: streams.collect(), ..Grants::default() }
}

#[test]
fn a_new_household_lives_in_the_workers_only_caseload() {
    let rules = rules();
    let first = (1, StreamKind::Caseload, true, WORKER);
    let second = (2, StreamKind::Caseload, true, WORKER);
    let desk = (3, StreamKind::Caseload, false, REVIEWER);
    let own = (4, StreamKind::User, true, REPORTER);
    let home = |streams: &[_]| rules.home("household", &granted(streams));
    let only = Some(StreamId(Uuid::from_u128(1)));
    assert_eq!(home(&[first, desk, own]), only);
    assert_eq!(home(&[first, second]), None);
    assert_eq!(home(&[desk, own]), None);
}

#[test]
fn a_find_lives_in_the_own_stream_and_what_belongs_to_a_root_nowhere() {
    let rules = rules();
    let own = (1, StreamKind::User, true, REPORTER);
    let reporters = (2, StreamKind::User, false, REVIEWER);
    let reference = (3, StreamKind::Reference, true, READER);
    let grants = granted(&[own, reporters, reference]);
    let wanted = Some(StreamId(Uuid::from_u128(1)));
    assert_eq!(rules.home("find", &grants), wanted);
    assert_eq!(rules.home("person", &grants), None);
    assert_eq!(rules.home("unheard_of", &grants), None);
}

#[test]
fn a_kind_that_is_not_known_has_no_rooting_and_no_shape() {
    let rules = rules();
    assert_eq!(rules.rooting("unheard_of"), None);
    assert!(rules.shape("unheard_of", None, &Object::new()).is_err());
    assert_eq!(rules.rooting("find"), Some(Rooting::Root));
    assert_eq!(rules.rooting("attachment"), Some(Rooting::Under(&["household", "find"])));
}
