//! Checks of every kind, so that a slip in a new one is a failing test.

use super::*;
use crate::kind::{Deletion, FieldRule, Holds, Need, Required};
use crate::roles::{KEEPER, REPORTER, REVIEWER, WORKER};
use crate::testing::NOW;
use crate::value::{Value, has_code};
use ruhu_sync::id::{RecordId, UserId};
use ruhu_sync::rules::{Act, Question, Rooting, Rules};
use ruhu_sync::shape::Class;
use std::collections::BTreeSet;
use uuid::Uuid;

fn walk(fields: &'static [FieldRule], visit: &mut impl FnMut(&'static FieldRule)) {
    for field in fields {
        visit(field);
        match field.holds {
            Holds::Object(inner) | Holds::Rows(inner) => walk(inner, visit),
            Holds::Leaf(_) | Holds::Choices(_) | Holds::ByPerson(_) | Holds::Answers => {}
        }
    }
}

fn follow(kind: &Kind, path: &[&str]) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return false;
    };
    let mut found = kind.field(first);
    for step in rest {
        found = found.and_then(|field| match field.holds {
            Holds::Object(inner) | Holds::Rows(inner) => crate::kind::find(inner, step),
            _ => None,
        });
    }
    found.is_some()
}

#[test]
fn names_are_given_once() {
    let names: BTreeSet<_> = ALL.iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), ALL.len());
    for kind in ALL {
        let fields: BTreeSet<_> = kind.fields.iter().map(|field| field.name).collect();
        assert_eq!(fields.len(), kind.fields.len(), "{}", kind.name);
        assert_eq!(get(kind.name).map(|found| found.name), Some(kind.name));
    }
    assert!(get("nothing").is_none());
}

/// A phone is how a person in danger is found: a late arrival from far away must not win.
#[test]
fn nothing_that_people_write_is_settled_by_who_comes_last() {
    for kind in ALL {
        walk(kind.fields, &mut |field| {
            let is_a_mark = matches!(field.holds, Holds::ByPerson(Value::Sha256));
            assert!(field.class != Class::LastArrival || is_a_mark, "{}.{}", kind.name, field.name);
        });
    }
}

#[test]
fn every_field_has_a_chinese_label() {
    for kind in ALL {
        walk(kind.fields, &mut |field| {
            assert!(!field.label_zh.is_ascii(), "{}.{}", kind.name, field.name);
        });
    }
}

#[test]
fn codes_are_given_once_in_every_list() {
    for kind in ALL {
        walk(kind.fields, &mut |field| {
            let (Holds::Choices(codes) | Holds::Leaf(Value::Code(codes))) = field.holds else {
                return;
            };
            let unique: BTreeSet<_> = codes.iter().map(|code| code.code).collect();
            assert_eq!(unique.len(), codes.len(), "{}.{}", kind.name, field.name);
            assert!(unique.iter().all(|code| code.len() <= 64));
        });
    }
}

#[test]
fn household_and_find_are_the_roots_that_people_make_and_the_others_belong_to_roots() {
    for kind in ALL.iter().filter(|kind| !kind.access.is_empty()) {
        match kind.rooting {
            Rooting::Root => {
                assert!(matches!(kind.name, "household" | "find" | "standard"));
                assert!(kind.home.is_some());
            }
            Rooting::Under(roots) => {
                assert_eq!(kind.home, None);
                for root in roots {
                    let root = get(root).expect("a kind");
                    assert_eq!(root.rooting, Rooting::Root);
                }
            }
        }
    }
}

#[test]
fn every_transition_is_between_values_of_its_status_and_needs_fields_there_are() {
    for kind in ALL {
        let Some(status) = &kind.status else { continue };
        let field = kind.field(status.field).expect("a field");
        assert_eq!(field.class, Class::State);
        let Holds::Leaf(Value::Code(codes)) = field.holds else {
            panic!("{}: a status holds a code", kind.name);
        };
        assert!(status.submission.is_none_or(|code| has_code(codes, code)));
        for pass in status.passes {
            assert!(pass.from.is_none_or(|code| has_code(codes, code)));
            assert!(has_code(codes, pass.to), "{} {}", kind.name, pass.to);
            match pass.needs {
                Need::Nothing => {}
                Need::Held(path) => assert!(follow(kind, path)),
                Need::RowAdded { rows, with } => {
                    let path: Vec<_> = rows.iter().chain([&with]).copied().collect();
                    assert!(follow(kind, &path), "{} {path:?}", kind.name);
                }
            }
            let access = kind.access.iter().find(|access| access.by == pass.by);
            let access = access.expect("who may pass a status may write the record");
            assert!(if pass.from.is_none() { access.create } else { access.change });
        }
        for lock in status.locks {
            assert!(lock.when.iter().all(|code| has_code(codes, code)));
        }
    }
}

#[test]
fn every_value_of_a_status_can_be_reached() {
    for kind in ALL {
        let Some(status) = &kind.status else { continue };
        let Some(Holds::Leaf(Value::Code(codes))) = kind.field(status.field).map(|f| f.holds)
        else {
            panic!("{}: a status holds a code", kind.name);
        };
        for code in codes {
            assert!(
                status.passes.iter().any(|pass| pass.to == code.code),
                "{} {}",
                kind.name,
                code.code
            );
        }
    }
}

#[test]
fn required_fields_are_known_and_not_the_servers() {
    for kind in ALL {
        for required in kind.required {
            let names: &[&str] = match required {
                Required::Field(name) => &[*name],
                Required::OneOf(names) => names,
                Required::When { field, needs, .. } | Required::Yes { field, needs, .. } => {
                    &[*field, *needs]
                }
                Required::Come { field, .. } => &[*field],
            };
            for name in names {
                let field = kind.field(name).expect("a field");
                assert_ne!(field.class, Class::Server);
                assert!(field.only_by.is_empty() || field.only_by == [WORKER]);
            }
        }
    }
}

#[test]
fn deletion_waits_for_values_that_the_status_has() {
    for kind in ALL {
        for access in kind.access {
            if let Deletion::While(values) = access.delete {
                let status = kind.status.as_ref().expect("a status");
                let reached = |value: &&str| status.passes.iter().any(|pass| pass.to == *value);
                assert!(values.iter().all(reached));
            }
            if kind.rooting == Rooting::Root && access.by != REVIEWER {
                assert!(matches!(access.delete, Deletion::Never));
            }
        }
    }
}

#[test]
fn nobodys_push_writes_a_category_or_a_review() {
    for (kind, field) in [
        ("household", "category"),
        ("household", "hardship_level"),
        ("household", "confirmation"),
        ("assessment", "review"),
    ] {
        let field = get(kind).and_then(|kind| kind.field(field)).expect("a field");
        assert_eq!(field.class, Class::Server, "{kind}.{}", field.name);
    }
}

#[test]
fn the_smallest_documents_of_the_readme_make_one_of_each_kind() {
    let rules = crate::testing::rules();
    let readme = include_str!("../../README.md");
    // What only the server makes needs no example.
    for kind in ALL.iter().filter(|kind| !kind.access.is_empty()) {
        let line = readme
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{} ", kind.name)))
            .unwrap_or_else(|| panic!("{} is not in the README", kind.name));
        let document = crate::testing::object(line);
        let asks = crate::testing::asked(&rules, kind.name, None, line, &[]);
        let by = match kind.name {
            "find" => REPORTER,
            "standard" => KEEPER,
            _ => WORKER,
        };
        let (user, record) = (UserId(Uuid::nil()), RecordId(Uuid::nil()));
        let question = Question {
            asks: &asks,
            is_at_desk: true,
            ..Question::new(user, by, record, kind.name, Act::Create)
        };
        assert_eq!(rules.permits(&question), Ok(()), "{}", kind.name);
        assert!(rules.invalid_values(kind.name, None, &asks, NOW).is_empty());
        assert!(rules.broken(kind.name, &document, NOW).is_empty());
        for ask in asks.iter().filter(|ask| ask.class == Class::State) {
            let to = ask.path.find(&document);
            assert!(rules.may_pass(&question, &ask.path, None, to).is_ok());
        }
        for name in document.keys() {
            let mut lacking = document.clone();
            lacking.remove(name);
            assert!(!rules.broken(kind.name, &lacking, NOW).is_empty(), "{}.{name}", kind.name);
        }
    }
}
