use super::*;
use crate::decision::Decision;
use crate::edit::{Asked, Edit, Received};
use crate::id::{DeviceId, GroupId};
use crate::push::PushRequest;
use crate::rev::Rev;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use uuid::Uuid;

const MADE_AT: &str = "2026-11-23T09:30:00+08:00";

fn uuid() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        (-crate::json::INTEGER_MAX..=crate::json::INTEGER_MAX).prop_map(Json::Integer),
        (-1_000_000_i64..1_000_000).prop_map(|n| Json::Real(n as f64 + 0.5)),
        "[^\0]{0,12}".prop_map(Json::Text),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::List),
            btree_map("[^\0]{0,6}", inner, 0..4).prop_map(Json::Object),
        ]
    })
}

fn edit_name_of_any() -> impl Strategy<Value = EditName> {
    (uuid(), 0..1_000_000_u64).prop_map(|(device, number)| EditName {
        device: DeviceId(device),
        device_seq: DeviceSeq(number),
    })
}

fn base() -> impl Strategy<Value = Base> {
    let rev = (1..1_000_u64, any::<[u8; 4]>()).prop_map(|(number, hash)| Rev { number, hash });
    prop_oneof![Just(Base::Nothing), rev.prop_map(Base::Seen)]
}

fn conflict() -> impl Strategy<Value = ConflictId> {
    (edit_name_of_any(), vec("[^\0]{1,4}", 1..4)).prop_map(|(name, steps)| {
        let path = steps.iter().fold(Path::whole(), |path, step| path.child(step));
        ConflictId { device: name.device, device_seq: name.device_seq, path }
    })
}

/// A change; every object in the first level of its patch is a new row, or none is.
fn change() -> impl Strategy<Value = Change> {
    let op = prop_oneof![Just(Op::Put), Just(Op::Delete), Just(Op::Undelete), Just(Op::Move)];
    let names = (uuid(), "[a-z]{1,12}", option::of(uuid()), uuid(), any::<bool>());
    let words = (option::of("[^\0]{1,40}"), vec(conflict(), 0..3), any::<bool>());
    let patch = btree_map("[^\0]{1,6}", value(), 0..5);
    (op, names, base(), patch, words).prop_map(
        |(op, (record, kind, root, stream, is_placed), base, patch, words)| {
            let (reason, resolves, adds_rows) = words;
            let patch = if op == Op::Put { patch } else { Object::new() };
            let rows = patch.iter().filter(|(_, value)| adds_rows && value.as_object().is_some());
            let new_rows = rows.map(|(name, _)| Path::whole().child(name)).collect();
            let stream = (is_placed || op == Op::Move).then_some(StreamId(stream));
            let (record, root) = (RecordId(record), root.map(RecordId));
            Change { op, record, kind, root, base, patch, new_rows, resolves, stream, reason }
        },
    )
}

fn draft() -> impl Strategy<Value = Draft> {
    let decision = (any::<bool>(), edit_name_of_any(), "[^\0 ]{1,60}", option::of(uuid()))
        .prop_map(|(applies, target, reason, stream)| {
            let reason = format!("因{reason}");
            Draft::Decision { applies, target, reason, stream: stream.map(StreamId) }
        });
    prop_oneof![6 => change().prop_map(Draft::from), 2 => decision, 1 => Just(Draft::Void)]
}

/// What a reader is to make of a draft.
fn read_as(draft: &Draft) -> Asked {
    let made_at = MADE_AT.to_owned();
    match draft.clone() {
        Draft::Void => Asked::Void,
        Draft::Decision { applies, target, reason, stream } => {
            Asked::Decision(Decision { applies, target, reason, made_at, stream })
        }
        Draft::Change(change) => {
            let Change { op, record, kind, root, base, patch, new_rows, resolves, stream, .. } =
                *change;
            let (names_root, root) = (root.is_some(), root.unwrap_or(record));
            Asked::Edit(Box::new(Edit {
                op,
                record,
                kind,
                root,
                names_root,
                base,
                patch,
                new_rows,
                resolves,
                made_at,
                stream,
            }))
        }
    }
}

fn numbering(device_seq: u64) -> Numbering<'static> {
    Numbering { device_seq: DeviceSeq(device_seq), made_at: Some(MADE_AT), group: None }
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same(
        draft in draft(),
        number in 0..crate::json::INTEGER_MAX as u64,
        group in option::of((uuid(), 1..=crate::handshake::LIMITS.push_edits_max)),
    ) {
        let group = group.map(|(id, size)| Group { id: GroupId(id), size });
        let text = draft.write_strictly(Numbering { group, ..numbering(number) }, Version::One)?;
        let received = Received::read(&text).expect("numbered");
        prop_assert_eq!(&received.canonical, &text);
        prop_assert_eq!(received.device_seq, DeviceSeq(number));
        prop_assert_eq!(received.group, group);
        prop_assert_eq!(received.made_at.as_deref(), Some(MADE_AT));
        prop_assert_eq!(received.edit, Ok(read_as(&draft)));
    }

    #[test]
    fn a_body_is_read_as_the_edits_that_were_put_into_it(
        drafts in vec(draft(), 0..6),
        epoch in uuid(),
    ) {
        let written = drafts.iter().zip(1..);
        let texts = written.map(|(draft, number)| draft.write(numbering(number), Version::One));
        let texts: Vec<_> = texts.collect();
        let body = write_push(1, Epoch(epoch), texts.iter().map(String::as_str));
        let push = PushRequest::parse(&body).expect("a push");
        prop_assert_eq!(push.epoch, Epoch(epoch));
        let raws: Vec<_> = push.edits.iter().map(|received| received.raw).collect();
        prop_assert_eq!(raws, texts);
    }
}

fn record(n: u128) -> RecordId {
    RecordId(Uuid::from_u128(n))
}

fn object(text: &str) -> Object {
    Json::parse(text).ok().and_then(|json| json.as_object().cloned()).expect("an object")
}

#[test]
fn both_versions_are_read_as_the_same_edit() {
    let patch = r#"{"a/b":{"~":null},"home":{},"rows":{"r1":{"wage":5},"r2":{"wage":[1]}}}"#;
    let new_rows = BTreeSet::from([Path::of(&["rows", "r1"])]);
    let put = Change::put(record(1), "household", Base::Nothing, object(patch));
    let draft = Draft::from(Change { new_rows, ..put });
    let write = |version| draft.write(numbering(1), version);
    let (one, two) = (write(Version::One), write(Version::Two));
    let one = Received::read(&one).expect("numbered");
    let two = Received::read_in(&two, Version::Two).expect("numbered");
    assert!(one.asked().is_some());
    assert_eq!(one.edit, two.edit);
}

/// A device recognises its edits by their bytes, so these never change.
#[test]
fn the_bytes_of_an_edit_are_pinned() {
    let patch = object(r#"{"name":"测试丁"}"#);
    let put = Change::put(record(1), "household", Base::Nothing, patch).under(record(1));
    let id = "00000000-0000-0000-0000-000000000001";
    assert_eq!(
        Draft::from(put).write(numbering(3), Version::One),
        format!(
            r#"{{"base":"0","device_seq":3,"kind":"household","made_at":"{MADE_AT}","op":"put","patch":{{"name":"测试丁"}},"record":"{id}","root":"{id}"}}"#
        )
    );
    let void = Numbering { made_at: None, ..numbering(3) };
    let void = Draft::Void.write(void, Version::One);
    assert_eq!(void, r#"{"device_seq":3,"op":"void"}"#);
}

#[test]
fn what_no_server_could_read_is_not_written() {
    for value in [Json::Real(f64::NAN), Json::Text("\0".to_owned()), Json::Integer(i64::MAX)] {
        let patch = Object::from([("x".to_owned(), value)]);
        let draft = Draft::from(Change::put(record(1), "household", Base::Nothing, patch));
        assert!(draft.write_strictly(numbering(1), Version::One).is_err());
    }
}

#[test]
fn an_edit_under_another_number_differs_in_nothing_else() {
    let put = Draft::from(Change::put(record(1), "household", Base::Nothing, Object::new()));
    let text = put.write(numbering(1), Version::One);
    assert_eq!(renumber(&text, DeviceSeq(9)).ok(), Some(put.write(numbering(9), Version::One)));
}
