//! Forms published while drafts are open: each is filled and judged by the version it was begun on,
//! on every server alike.

use ruhu_simulator::step::{Act, Schedule, Step};
use ruhu_tests::Database::{Postgres, Sqlite};
use ruhu_tests::{simulated, verdict};

// Among an assessment's places, and its statuses.
const RENT: u8 = 0;
const EXTRA_2: u8 = 3;
const ROOMS: u8 = 5;
const SUBMITTED: u8 = 0;

fn write(act: Act) -> [Step; 2] {
    [Step::Write { on: 0, acts: vec![act] }, Step::Sync { on: 0, limit: 0, fates: Vec::new() }]
}

fn make(kind: u8) -> [Step; 2] {
    write(Act::Make { kind, root: 0, team: 0 })
}

fn set(record: u8, field: u8) -> [Step; 2] {
    write(Act::Set { record, field, value: 1 })
}

fn hand_in(record: u8) -> [Step; 2] {
    write(Act::Pass { record, to: SUBMITTED })
}

/// What became of the edits, in order: there is one a push.
fn verdicts(steps: Vec<Step>) -> Vec<String> {
    let schedule = Schedule { seed: 0, tablets: 2, people: 1, steps };
    let played = simulated::play(&schedule, &[Sqlite, Postgres]);
    let played = played.unwrap_or_else(|(at, wrong)| panic!("at step {at}: {wrong}"));
    let answers = played.heard.iter().map(|answer| &answer["answer"]["outcomes"][0]);
    answers.filter(|outcome| !outcome.is_null()).map(verdict).collect()
}

#[test]
fn a_draft_goes_on_on_its_version_after_another_is_published() {
    let (old, new) = (1, 2);
    let steps = [
        make(0),
        make(1),
        set(old, RENT),
        [Step::Publish, Step::Rest],
        make(1),
        set(new, RENT),
        // The new version asks for more, and allows more rooms.
        hand_in(new),
        set(new, EXTRA_2),
        set(old, ROOMS),
        set(new, ROOMS),
        hand_in(old),
        hand_in(new),
    ];
    assert_eq!(
        verdicts(steps.concat()),
        [
            "applied",
            "applied",
            "applied",
            "applied",
            "applied",
            "quarantined/not_whole",
            "applied",
            "rejected/invalid_value",
            "applied",
            "applied",
            "applied",
        ]
    );
}

#[test]
fn a_draft_on_a_version_that_a_restored_server_lacked_is_handed_in_once_that_is_published_again() {
    let steps = [
        make(0),
        [Step::BackUp { verified: false }, Step::Publish],
        make(1),
        set(1, RENT),
        set(1, EXTRA_2),
        [Step::Restore { nth: 0 }, Step::Rest],
        hand_in(1),
    ];
    let verdicts = verdicts(steps.concat());
    assert!(verdicts.iter().all(|verdict| verdict == "applied"), "{verdicts:?}");
}
