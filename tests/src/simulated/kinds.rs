//! What people do with the field's kinds: the words for each place, and invalid ones.

use super::field::FORM;
use ruhu_simulator::kinds::{Kind, Kinds};
use serde_json::{Value, json};

/// The kinds of a simulated field. Every schedule begins with a record of the first, and one of the
/// second under it: a draft, over which forms are published.
pub(super) fn all() -> Kinds {
    Kinds(vec![household(), assessment(), visit(), person(), referral(), find()])
}

/// A kind without any content yet.
fn kind(name: &'static str, made_as: Value) -> Kind {
    Kind {
        name,
        is_root: false,
        is_own: false,
        fields: Default::default(),
        transitions: &[],
        needed: &[],
        made_with: &[],
        not_both: &[],
        made_as,
        places: &[],
        whole: &[],
        rows: None,
        statuses: &[],
        takes,
    }
}

/// The values of places that take no words; now and then invalid ones.
fn takes(place: &str, n: u8) -> Option<Value> {
    let of = |codes: [&str; 4]| Some(json!(codes[usize::from(n % 4)]));
    match place {
        "/poverty_cause/illness" | "/flags/dementia" => Some(json!(n % 8 != 7)),
        "/category" => of(["dibao", "dibao_edge", "dibao", "none_such"]),
        "/hardship_level" => of(["key", "general", "high_risk", "key"]),
        "/purpose" => of(["means", "needs", "recheck", "none_such"]),
        "/health" => of(["healthy", "often_ill", "unknown", "healthy"]),
        "/check_in/accuracy_m" | "/answers/rent_fen" | "/answers/extra_2" | "/answers/income" => {
            Some(json!(100 * u32::from(n % 4)))
        }
        "/consented" => Some(json!(n.is_multiple_of(2))),
        "/answers/rooms" => Some(json!(3 * (1 + n % 4))),
        _ if place.starts_with("/investigators/") => Some(json!(true)),
        _ => None,
    }
}

fn household() -> Kind {
    Kind {
        is_root: true,
        places: &[
            "/head_name",
            "/head_name",
            "/address",
            "/phone",
            "/poverty_cause/illness",
            "/notes",
            "/hardship_level",
            "/category",
            "/unknown",
        ],
        whole: &["/contacts", "/poverty_cause"],
        rows: Some(("/contacts", &["name", "phone"])),
        ..kind("household", json!({"community_code": "110102003001", "head_name": "测甲"}))
    }
}

fn visit() -> Kind {
    Kind {
        made_with: &["planned_on", "status"],
        places: &["/findings", "/findings", "/purpose", "/check_in/accuracy_m", "/cancel_reason"],
        whole: &["/check_in", "/present"],
        rows: Some(("/present", &["name"])),
        statuses: &["in_progress", "done", "cancelled", "planned"],
        ..kind("visit", json!({"planned_on": "2026-11-23", "status": "planned"}))
    }
}

fn assessment() -> Kind {
    Kind {
        places: &[
            "/answers/rent_fen",
            "/answers/rent_fen",
            "/answers/rent_fen",
            "/answers/extra_2",
            "/answers/extra_2",
            "/answers/rooms",
            "/answers/rooms",
            // The first two people: then neither submits it alone.
            "/investigators/01920000-0000-7000-8000-000a00000000",
            "/investigators/01920000-0000-7000-8000-000a00000001",
        ],
        whole: &["/answers", "/answers/income"],
        rows: Some(("/answers/income", &["wage", "pension"])),
        statuses: &["submitted", "submitted", "submitted", "draft", "accepted"],
        ..kind("assessment", json!({"form": FORM, "form_version": 1, "status": "draft"}))
    }
}

fn person() -> Kind {
    let made_as = json!({"name": "测乙", "id_type": "resident_id",
        "id_no_absent_reason": "not_shown", "relation_code": "10", "counted_as": "shared_living",
        "kin_to_staff": "no"});
    Kind {
        places: &["/name", "/name", "/phone", "/flags/dementia", "/health", "/notes"],
        whole: &["/flags"],
        ..kind("person", made_as)
    }
}

fn referral() -> Kind {
    let made_as = json!({"service": "care", "to_organisation": "测试机构", "status": "proposed"});
    Kind {
        places: &["/outcome", "/outcome", "/reason", "/contact_phone", "/consented"],
        statuses: &["accepted", "in_service", "done", "returned", "declined_by_household"],
        ..kind("referral", made_as)
    }
}

/// In its maker's own stream, which only the maker's tablets hold.
fn find() -> Kind {
    let made_as = json!({"found_at": "2026-11-23T09:00:00+08:00", "category": "other",
        "urgency": "normal", "status": "reported"});
    Kind {
        is_root: true,
        is_own: true,
        places: &["/description", "/description", "/place", "/wish"],
        statuses: &["acknowledged", "reported"],
        ..kind("find", made_as)
    }
}
