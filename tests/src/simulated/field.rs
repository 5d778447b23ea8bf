//! The field under a simulated server: three teams of one contractor, whose members come and go; a
//! street's reviewer over them; a form with ever new versions.

use crate::field::AREA_HERE;
use crate::server::NOON;
use chrono::{Days, NaiveDate};
use ruhu_casework::days::day_of;
use ruhu_casework::facts::{DeskStream, Membership, Office, PersonFacts, Role};
use ruhu_casework::grants::{grants, user_stream};
use ruhu_casework::rules::CaseRules;
use ruhu_casework::shelf::{PublishedForm, Shelf};
use ruhu_simulator::memory::field::Field;
use ruhu_simulator::model::Rights;
use ruhu_simulator::names::{self, STAFF, TEAMS};
use ruhu_sync::grants::{Grants, StreamKind};
use ruhu_sync::id::{Instant, StreamId, UserId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

/// The form that people fill.
pub(super) const FORM: &str = "trial";

/// The maximum number of its versions.
const VERSIONS: u32 = 4;

/// A version of the form. Each after the first asks one question more, and each allows more rooms
/// than the one before.
pub(super) fn form(version: u32) -> Value {
    let source = json!({"law": "测试办法", "document": "测试〔2026〕1号", "article": "第1条"});
    let fen = |id: &str, required: bool| json!({"id": id, "label_zh": "金额", "required": required, "kind": {"type": "fen"}});
    let mut questions = vec![
        fen("rent_fen", true),
        json!({"id": "rooms", "label_zh": "间数",
            "kind": {"type": "integer", "min": 1, "max": 3 * version}}),
        json!({"id": "income", "label_zh": "收入", "kind": {"type": "rows", "max_rows": 9,
            "questions": [fen("wage", false), fen("pension", false)]}}),
    ];
    if version > 1 {
        questions.push(fen(&format!("extra_{version}"), true));
    }
    json!({"id": FORM, "version": version, "label_zh": "试用表", "source": source,
        "valid_from": null, "valid_to": null, "computed": [],
        "sections": [{"id": "only", "label_zh": "唯一部分", "questions": questions}]})
}

/// The shelves after each version.
static SHELVES: LazyLock<Vec<Arc<Shelf>>> = LazyLock::new(|| {
    let built_in = Shelf::built_in().expect("forms");
    let shelf = |through: u32| {
        let published = |version| PublishedForm { text: form(version).to_string(), at: NOON };
        let published = (1..=through).map(published).collect();
        Arc::new(built_in.with(i64::from(through), published, &[]).expect("forms"))
    };
    (0..=VERSIONS).map(shelf).collect()
});

/// A place in a team.
#[derive(Clone, Copy, Debug)]
struct Place {
    team: u8,
    last_day: Option<NaiveDate>,
}

/// A person, as recorded by staff.
#[derive(Clone, Debug)]
struct Person {
    active: bool,
    places: Vec<Place>,
}

/// The acts of staff that bring about a person's rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The account is enabled or disabled.
    Switch(bool),
    /// A membership of this team begins today.
    Begin(u8),
    /// It ends at once.
    End(u8),
}

/// Who works where, and who did.
#[derive(Clone, Debug, Default)]
pub(super) struct Books(BTreeMap<u8, Person>);

fn today() -> NaiveDate {
    day_of(NOON)
}

impl Books {
    /// The acts that bring about these rights, which count as done from now on. All rights of a
    /// person end in one of two ways: every other account is disabled, the others lose their
    /// memberships.
    pub(super) fn align(&mut self, user: u8, rights: &Rights) -> Vec<Change> {
        let new = Person { active: true, places: Vec::new() };
        let person = self.0.entry(user).or_insert(new);
        let mut changes = Vec::new();
        let is_off = rights.closed && user.is_multiple_of(2);
        if person.active == is_off {
            person.active = !is_off;
            changes.push(Change::Switch(!is_off));
        }
        if is_off {
            return changes;
        }
        let none = BTreeSet::new();
        let wanted = if rights.closed { &none } else { &rights.teams };
        let is_open = |place: &Place| place.last_day.is_none();
        for place in person.places.iter_mut().filter(|place| is_open(place)) {
            if !wanted.contains(&place.team) {
                place.last_day = today().checked_sub_days(Days::new(1));
                changes.push(Change::End(place.team));
            }
        }
        for team in wanted {
            if !person.places.iter().any(|place| is_open(place) && place.team == *team) {
                person.places.push(Place { team: *team, last_day: None });
                changes.push(Change::Begin(*team));
            }
        }
        changes
    }

    fn grants(&self) -> BTreeMap<UserId, Grants> {
        let of = |(n, person): (&u8, &Person)| {
            let user = UserId(names::user(*n));
            let memberships = person.places.iter().map(membership).collect();
            let facts = PersonFacts { active: person.active, memberships, ..nobody(user) };
            (user, grants(&facts, today()))
        };
        let mut all: BTreeMap<_, _> = self.0.iter().map(of).collect();
        let staff = PersonFacts {
            offices: vec![Office {
                role: Role::StreetReviewer,
                area: AREA_HERE.to_owned(),
                first_day: first_day(),
                last_day: None,
            }],
            desk: self.desk(),
            ..nobody(UserId(STAFF))
        };
        all.insert(UserId(STAFF), grants(&staff, today()));
        all
    }

    fn desk(&self) -> Vec<DeskStream> {
        let stream = |stream, kind| DeskStream { stream, kind, area: AREA_HERE.to_owned() };
        let teams = (0..TEAMS).map(|n| stream(StreamId(names::team(n)), StreamKind::Caseload));
        let people = self.0.iter().filter(|(_, person)| !person.places.is_empty());
        let own =
            people.map(|(n, _)| stream(user_stream(UserId(names::user(*n))), StreamKind::User));
        teams.chain(own).collect()
    }
}

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day")
}

fn nobody(user: UserId) -> PersonFacts {
    let (offices, memberships, desk) = (Vec::new(), Vec::new(), Vec::new());
    PersonFacts { user, active: true, offices, memberships, desk }
}

fn membership(place: &Place) -> Membership {
    Membership {
        caseload: StreamId(names::team(place.team)),
        area: AREA_HERE.to_owned(),
        first_day: today(),
        last_day: place.last_day,
        contract_first_day: first_day(),
        contract_last_day: NaiveDate::from_ymd_opt(2026, 12, 31).expect("a day"),
        bans: Vec::new(),
    }
}

/// The field, for the in-memory reference.
#[derive(Clone, Debug, Default)]
pub(super) struct CaseField {
    books: Books,
    published: usize,
}

impl Field for CaseField {
    type Rules = CaseRules;

    fn rules(&self) -> &CaseRules {
        SHELVES[self.published].rules()
    }

    fn begins(&self) -> Instant {
        NOON
    }

    fn set_rights(&mut self, user: u8, rights: &Rights) {
        self.books.align(user, rights);
    }

    fn grants(&self) -> BTreeMap<UserId, Grants> {
        self.books.grants()
    }

    fn publish(&mut self, version: u32) {
        self.published = self.published.max(version as usize);
    }

    fn has_door(&self) -> bool {
        true
    }
}
