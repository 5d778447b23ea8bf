//! Describes each kind of record for client authors: the declarations in [`crate::kinds`], as data,
//! as JSON Schemas and as a page. All three derive from the declarations alone.

mod page;
mod schema;

pub use page::page;
pub use schema::{schema, schema_name};

use crate::kind::{Access, Deletion, FieldRule, Holds, Kind, Lock, Need, Pass, Required};
use crate::kinds;
use crate::value::{Code, Value};
use ruhu_sync::grants::Capacity;
use ruhu_sync::outcome::Reason;
use ruhu_sync::rules::Rooting;
use serde::Serialize;

/// A kind of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KindTold {
    /// Its name in the protocol.
    pub name: &'static str,
    /// Its name to people.
    pub label_zh: &'static str,
    /// The kinds of root that it belongs to; empty if it is a root itself.
    pub under: &'static [&'static str],
    /// Where a new root lives if its edit does not say: `caseload`, `own_stream`, `reference`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<&'static str>,
    /// The fields it knows. Others are kept untouched, each as one value.
    pub fields: Vec<FieldTold>,
    /// What every result must hold.
    pub required: Vec<RequiredTold>,
    /// Its status, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusTold>,
    /// Who may do what; who is not named may do nothing.
    pub access: Vec<AccessTold>,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldTold {
    /// Its name.
    pub name: &'static str,
    /// Its name to people.
    pub label_zh: &'static str,
    /// What it holds: `text`, `figures`, `integer`, `fen`, `day`, `instant`, `code`, `area_code`, `id_number`,
    /// `uuid`, `yes_no`, `record`, `sha256`, `proof`, `paths`, or `object`, `rows`, `choices`,
    /// `by_person`, `answers`.
    pub holds: &'static str,
    /// How it merges: `ask`, `last_arrival`, `state`, `server`.
    pub class: &'static str,
    /// Of a text, how many characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_chars: Option<usize>,
    /// Of a number, the smallest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// Of a number, the largest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// Of a day or an instant: it is no later than the day after the server's.
    #[serde(skip_serializing_if = "is_false")]
    pub has_come: bool,
    /// Of a code, or choices: all there are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<OptionTold>,
    /// Of the name of a record, its kinds; empty is any.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub kinds: &'static [&'static str],
    /// Who alone may write it; empty for everybody who may change the record.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only_by: Vec<&'static str>,
    /// It is checked when it arrives, and never stands in the record.
    #[serde(skip_serializing_if = "is_false")]
    pub write_only: bool,
    /// Of an object, or a row: what is in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldTold>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// A code with what people read for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct OptionTold {
    /// What documents hold.
    pub code: &'static str,
    /// What people read.
    pub label_zh: &'static str,
}

/// Something that every result must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequiredTold {
    /// One of these fields must hold something; where `yes`, `true`; where `come`, a day that has
    /// come.
    pub one_of: Vec<&'static str>,
    /// Only if this field holds the code in `is`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<&'static str>,
    /// The code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is: Option<&'static str>,
    /// It must be `true`.
    #[serde(skip_serializing_if = "is_false")]
    pub yes: bool,
    /// The first of these places that holds a day must hold one that has come.
    #[serde(skip_serializing_if = "is_false")]
    pub come: bool,
}

/// A status and the hands it passes through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatusTold {
    /// The field.
    pub field: &'static str,
    /// Every transition that is legal. What is not named is `illegal_transition`.
    pub passes: Vec<PassTold>,
    /// The value that hands the record in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission: Option<&'static str>,
    /// The values with which what the record names has to be there.
    pub stands: &'static [&'static str],
    /// The values that the record may only take while no conflict is open in it.
    pub agreed: &'static [&'static str],
    /// Where it is closed, and to whom.
    pub locks: Vec<LockTold>,
}

/// A legal transition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PassTold {
    /// For whom.
    pub by: &'static str,
    /// From this value; left out where the record is made with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<&'static str>,
    /// To this value.
    pub to: &'static str,
    /// The place that must hold something, or get a row, with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
    /// Only by an act at the desk: pushed, it is `only_at_desk`.
    #[serde(skip_serializing_if = "is_false")]
    pub only_at_desk: bool,
}

/// Values of the status in which a record is closed to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LockTold {
    /// To whom.
    pub to: &'static str,
    /// In which values.
    pub when: &'static [&'static str],
    /// The reason an edit is refused with.
    pub reason: Reason,
}

/// What somebody may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessTold {
    /// Who.
    pub by: &'static str,
    /// Only at the desk.
    #[serde(skip_serializing_if = "is_false")]
    pub only_at_desk: bool,
    /// Make one.
    pub create: bool,
    /// Change one.
    pub change: bool,
    /// Delete one: `never`, `always`, `while`, `regardless`, `by_author`.
    pub delete: &'static str,
    /// The values of the status in which it may be deleted.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub delete_while: &'static [&'static str],
}

/// Every kind.
pub fn all() -> Vec<KindTold> {
    kinds::ALL.iter().map(|kind| told(kind)).collect()
}

fn told(kind: &Kind) -> KindTold {
    KindTold {
        name: kind.name,
        label_zh: kind.label_zh,
        under: match kind.rooting {
            Rooting::Root => &[],
            Rooting::Under(kinds) => kinds,
        },
        home: kind.home.map(Into::into),
        fields: kind.fields.iter().map(field).collect(),
        required: kind.required.iter().map(required).collect(),
        status: kind.status.map(|rule| StatusTold {
            field: rule.field,
            passes: rule.passes.iter().map(pass).collect(),
            submission: rule.submission,
            stands: rule.stands,
            agreed: rule.agreed,
            locks: rule.locks.iter().map(lock).collect(),
        }),
        access: kind.access.iter().map(access).collect(),
    }
}

fn options(codes: &[Code]) -> Vec<OptionTold> {
    codes.iter().map(|c| OptionTold { code: c.code, label_zh: c.label_zh }).collect()
}

fn field(rule: &FieldRule) -> FieldTold {
    let mut told = FieldTold {
        name: rule.name,
        label_zh: rule.label_zh,
        holds: "",
        class: rule.class.into(),
        max_chars: None,
        min: None,
        max: None,
        has_come: false,
        options: Vec::new(),
        kinds: &[],
        only_by: rule.only_by.iter().map(|Capacity(name)| *name).collect(),
        write_only: false,
        fields: Vec::new(),
    };
    match rule.holds {
        Holds::Leaf(value) => leaf(value, &mut told),
        Holds::ByPerson(value) => {
            let mut each = FieldTold { only_by: Vec::new(), ..told.clone() };
            leaf(value, &mut each);
            told.write_only = each.write_only;
            (told.holds, told.fields) = ("by_person", vec![each]);
        }
        Holds::Object(inner) => {
            (told.holds, told.fields) = ("object", inner.iter().map(field).collect());
        }
        Holds::Rows(inner) => {
            (told.holds, told.fields) = ("rows", inner.iter().map(field).collect());
        }
        Holds::Choices(codes) => (told.holds, told.options) = ("choices", options(codes)),
        Holds::Answers => told.holds = "answers",
    }
    if told.class == "server" {
        told.fields.iter_mut().for_each(servers);
    }
    told
}

/// What is inside a field of the server's is the server's, too.
fn servers(field: &mut FieldTold) {
    field.class = "server";
    field.fields.iter_mut().for_each(servers);
}

fn leaf(value: Value, told: &mut FieldTold) {
    told.holds = match value {
        Value::Text { max_chars } => {
            told.max_chars = Some(max_chars);
            "text"
        }
        Value::Figures { max_chars } => {
            told.max_chars = Some(max_chars);
            "figures"
        }
        Value::Integer { min, max } => {
            (told.min, told.max) = (Some(min), Some(max));
            "integer"
        }
        Value::Fen => {
            told.min = Some(0);
            "fen"
        }
        Value::Day => "day",
        Value::Instant => "instant",
        Value::PastDay | Value::PastInstant => {
            told.has_come = true;
            if matches!(value, Value::PastDay) { "day" } else { "instant" }
        }
        Value::Code(codes) => {
            told.options = options(codes);
            "code"
        }
        Value::AreaCode => "area_code",
        Value::IdNumber { .. } => "id_number",
        Value::Uuid => "uuid",
        Value::YesNo => "yes_no",
        Value::Record(kinds) => {
            told.kinds = kinds;
            "record"
        }
        Value::Sha256 => "sha256",
        Value::Proof => {
            told.write_only = true;
            "proof"
        }
        Value::Paths => "paths",
    };
}

fn required(rule: &Required) -> RequiredTold {
    let told = RequiredTold { one_of: Vec::new(), when: None, is: None, yes: false, come: false };
    match *rule {
        Required::Field(name) => RequiredTold { one_of: vec![name], ..told },
        Required::OneOf(names) => RequiredTold { one_of: names.to_vec(), ..told },
        Required::When { field, is, needs } => {
            RequiredTold { one_of: vec![needs], when: Some(field), is: Some(is), ..told }
        }
        Required::Yes { field, is, needs } => {
            RequiredTold { one_of: vec![needs], when: Some(field), is: Some(is), yes: true, ..told }
        }
        Required::Come { field, is, on } => RequiredTold {
            one_of: on.to_vec(),
            when: Some(field),
            is: Some(is),
            come: true,
            ..told
        },
    }
}

fn pass(pass: &Pass) -> PassTold {
    let place = |steps: &[&str]| format!("/{}", steps.join("/"));
    PassTold {
        by: pass.by.0,
        from: pass.from,
        to: pass.to,
        needs: match pass.needs {
            Need::Nothing => None,
            Need::Held(steps) => Some(place(steps)),
            Need::RowAdded { rows, with } => Some(format!("{}/*/{with}", place(rows))),
        },
        only_at_desk: pass.only_at_desk,
    }
}

fn lock(lock: &Lock) -> LockTold {
    LockTold { to: lock.to.0, when: lock.when, reason: lock.reason }
}

fn access(access: &Access) -> AccessTold {
    let (delete, delete_while): (_, &[_]) = match access.delete {
        Deletion::Never => ("never", &[]),
        Deletion::Always => ("always", &[]),
        Deletion::While(values) => ("while", values),
        Deletion::Regardless => ("regardless", &[]),
        Deletion::ByAuthor { .. } => ("by_author", &[]),
    };
    AccessTold {
        by: access.by.0,
        only_at_desk: access.only_at_desk,
        create: access.create,
        change: access.change,
        delete,
        delete_while,
    }
}

#[cfg(test)]
mod tests;
