//! The story that everything is for: two workers, two tablets, one household, no signal, and an
//! assessment of self-care (特困六项) that both fill in.

use ruhu_device::{Choice, Fault};
use ruhu_sync::id::RecordId;
use ruhu_sync::json::Json;
use ruhu_sync::outcome::{Outcome, Reason, Verdict};
use ruhu_tests::edits::{document, draft, household, path};
use ruhu_tests::{Field, Server, Tablet, on_both_databases, tables};

on_both_databases! {
    two_tablets_fill_in_one_assessment_offline_and_it_is_handed_in_once,
    the_story_ends_the_same_when_the_other_tablet_comes_first,
}

fn answer(tablet: &mut Tablet, assessment: RecordId, item: &str, code: &str) {
    let place = path("/answers").child(item);
    tablet.set(assessment, &place, code.into()).expect("kept");
}

/// The first worker plans the visit while there is signal; both tablets have it.
fn prepare(server: &Server) -> (Tablet, Tablet, RecordId, RecordId) {
    let (mut one, mut other) = (server.tablet("worker_a"), server.tablet("worker_a2"));
    let prepared = one.group(|tablet| {
        let home = tablet.create("household", None, document(&household("测甲")))?;
        let assessment = tablet.create("assessment", Some(home), document(&draft()))?;
        Ok((home, assessment))
    });
    let (home, assessment) = prepared.expect("kept");
    one.sync().expect("synced");
    other.sync().expect("synced");
    assert!(other.view(assessment).is_some());
    (one, other, home, assessment)
}

/// In the basement, without signal: three items each, and both ask about the toilet.
fn visit(one: &mut Tablet, other: &mut Tablet, home: RecordId, assessment: RecordId) {
    for item in ["eat", "dress", "bed_transfer"] {
        answer(one, assessment, item, "achieved");
    }
    answer(one, assessment, "toilet", "achieved");
    one.set(home, &path("/address"), "前海东沿12号".into()).expect("kept");
    for item in ["walk_indoor", "bathe"] {
        answer(other, assessment, item, "not_achieved");
    }
    answer(other, assessment, "toilet", "not_achieved");
    let at = path("/answers/caregivers");
    other.add_row(assessment, &at, document(&serde_json::json!({"name": "测己"}))).expect("kept");
    other.set(home, &path("/notes"), "儿子每周来一次".into()).expect("kept");
}

/// In the stairwell: what goes out or comes back gets lost, until it does not.
fn sync_on_a_bad_line(tablet: &mut Tablet) -> Vec<Outcome> {
    use Fault::{Duplicate, LoseRequest, LoseResponse, Pass};
    let faults = [LoseResponse, LoseRequest, Duplicate, LoseResponse, Pass, LoseRequest];
    tablet.transport_mut().script(faults);
    let report = tablet.sync().expect("synced in the end");
    tablet.transport_mut().heal();
    report.push.outcomes
}

fn worst(outcomes: &[Outcome]) -> Verdict {
    let order = [Verdict::Rejected, Verdict::Quarantined, Verdict::Conflict, Verdict::Merged];
    let is_there = |verdict: &&Verdict| outcomes.iter().any(|o| o.outcome == **verdict);
    order.iter().find(is_there).copied().unwrap_or(Verdict::Applied)
}

fn submit(tablet: &mut Tablet, assessment: RecordId) -> Outcome {
    tablet.set(assessment, &path("/status"), "submitted".into()).expect("kept");
    sync_on_a_bad_line(tablet).pop().expect("an outcome")
}

#[track_caller]
fn all_agree(server: &Server, tablets: [&mut Tablet; 2]) {
    let (head, stored) = tables::stream(server, Field::CASELOAD_A);
    let head = head.expect("a stream");
    assert_eq!(tables::recount(&stored), (head.count, head.digest));
    for tablet in tablets {
        let report = tablet.sync().expect("synced");
        assert!(report.pull.reread.is_empty(), "{report:?}");
        assert!(report.pull.streams.iter().all(|stream| stream.agrees), "{report:?}");
        let rows = tablet.memory().rows().values();
        assert_eq!(rows.filter(|row| row.stream == Field::CASELOAD_A).count(), stored.len());
    }
}

/// The story from the way home on: `first` gets signal before `second`.
fn way_home(
    server: &Server,
    first: &mut Tablet,
    second: &mut Tablet,
    home: RecordId,
    assessment: RecordId,
) {
    assert_eq!(worst(&sync_on_a_bad_line(first)), Verdict::Applied);
    assert_eq!(worst(&sync_on_a_bad_line(second)), Verdict::Conflict);
    first.sync().expect("synced");

    // Everything merged but the one answer on which they differ.
    let toilet = path("/answers/toilet");
    for tablet in [&mut *first, &mut *second] {
        let [open] = &tablet.open_conflicts(assessment)[..] else {
            panic!("one conflict: {:?}", tablet.open_conflicts(assessment))
        };
        assert_eq!(open.id.path, toilet);
        let view = tablet.view(assessment).expect("a view");
        let answers = view.document["answers"].as_object().expect("answers");
        assert_eq!(answers.len(), 7, "six items and the caregiver: {answers:?}");
        assert_ne!(toilet.find(&view.document), open.value.as_ref());
        let home = tablet.view(home).expect("a view");
        assert!(home.conflicts.is_empty());
        assert_eq!(home.document["address"], "前海东沿12号".into());
        assert_eq!(home.document["notes"], "儿子每周来一次".into());
    }

    // While they differ, nothing is handed in.
    let refused = submit(first, assessment);
    assert_eq!(refused.reason, Some(Reason::SubmissionConflict));

    // They talk about it, and one of them settles it.
    let conflict = second.open_conflicts(assessment).remove(0).id;
    second.resolve(assessment, &conflict, Choice::Value("not_achieved".into())).expect("kept");
    assert_eq!(worst(&sync_on_a_bad_line(second)), Verdict::Applied);
    first.sync().expect("synced");
    assert!(first.open_conflicts(assessment).is_empty());

    // Both hand it in: the first is taken, the second waits for a person to look at it.
    first.set(assessment, &path("/status"), "submitted".into()).expect("kept");
    second.set(assessment, &path("/status"), "submitted".into()).expect("kept");
    assert_eq!(worst(&sync_on_a_bad_line(second)), Verdict::Applied);
    let late = sync_on_a_bad_line(first).pop().expect("an outcome");
    assert_eq!(late.outcome, Verdict::Quarantined, "{late:?}");
    assert_eq!(first.quarantined().len(), 2, "both refused submissions are listed to their author");

    all_agree(server, [&mut *first, &mut *second]);
    for tablet in [first, second] {
        let view = tablet.view(assessment).expect("a view");
        assert_eq!(view.document["status"], "submitted".into());
        assert_eq!(toilet.find(&view.document), Some(&Json::from("not_achieved")));
        assert!(view.conflicts.is_empty());
    }
    assert_eq!(server.store().rebuild().expect("rebuilt").differences(), 0);
}

fn two_tablets_fill_in_one_assessment_offline_and_it_is_handed_in_once(server: Server) {
    let (mut one, mut other, home, assessment) = prepare(&server);
    visit(&mut one, &mut other, home, assessment);
    way_home(&server, &mut one, &mut other, home, assessment);
}

fn the_story_ends_the_same_when_the_other_tablet_comes_first(server: Server) {
    let (mut one, mut other, home, assessment) = prepare(&server);
    visit(&mut one, &mut other, home, assessment);
    way_home(&server, &mut other, &mut one, home, assessment);
}
