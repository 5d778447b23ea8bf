//! The declaration of a kind of record. A kind is data: its file in [`crate::kinds`] declares it,
//! and [`crate::rules`] and the permissions behind it read it, so that no rule is written twice.

use crate::value::{Code, Value};
use ruhu_sync::grants::Capacity;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::outcome::Reason;
use ruhu_sync::rules::Rooting;
use ruhu_sync::shape::Class;
use strum::IntoStaticStr;

/// A kind of record.
#[derive(Debug)]
pub struct Kind {
    /// Its name in the protocol.
    pub name: &'static str,
    /// Its name for people.
    pub label_zh: &'static str,
    /// Where its records belong.
    pub rooting: Rooting,
    /// Where a new root lives if its edit does not say; none for what belongs to a root.
    pub home: Option<Home>,
    /// The known fields. Others are stored untouched.
    pub fields: &'static [FieldRule],
    /// The requirements of a new record.
    pub required: &'static [Required],
    /// Its status, if it has one.
    pub status: Option<StatusRule>,
    /// The permissions; a capacity without one may do nothing.
    pub access: &'static [Access],
}

/// The stream for a new root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Home {
    /// In the caseload of the person's only team.
    Caseload,
    /// In the person's own stream.
    OwnStream,
    /// In the reference data.
    Reference,
}

/// A known field.
#[derive(Clone, Copy, Debug)]
pub struct FieldRule {
    /// Its name.
    pub name: &'static str,
    /// Its name for people.
    pub label_zh: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// How it merges.
    pub class: Class,
    /// The capacities that alone may write it; empty for everybody who may change the record.
    pub only_by: &'static [Capacity],
    /// How a desk shows it without a purpose for a full view.
    pub shown: Shown,
    /// Whether it is a column of the kind's read model ([`crate::projection`]).
    pub listed: bool,
}

/// How much of a value a desk shows without a purpose ([`crate::masking`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All of it, if it is of the field's type: a code, a number, a day, the name of something
    /// here.
    Plain,
    /// Free text, with long numbers starred.
    Words,
    /// A name's first character.
    Name,
    /// The region and the end of a citizen's number.
    IdNumber,
    /// A disability certificate's number, which contains a citizen's number.
    Certificate,
    /// The ends of a phone number.
    Phone,
    /// The beginning of an address.
    Address,
    /// The year of a birthday: the day would complete a masked citizen's number.
    BirthDate,
    /// Nothing.
    Hidden,
}

/// The type of a field.
#[derive(Clone, Copy, Debug)]
pub enum Holds {
    /// One value.
    Leaf(Value),
    /// Known fields by name.
    Object(&'static [FieldRule]),
    /// Rows of these fields, keyed by a client-made id.
    Rows(&'static [FieldRule]),
    /// Several of these options, each `true` or absent.
    Choices(&'static [Code]),
    /// One value for each of several people, keyed by the account's id.
    ByPerson(Value),
    /// The answers to the form that the record names.
    Answers,
}

/// A requirement of a new record.
#[derive(Clone, Copy, Debug)]
pub enum Required {
    /// This field.
    Field(&'static str),
    /// One of these fields; the first is the one named if none is there.
    OneOf(&'static [&'static str]),
    /// A second field, if a first one holds this code.
    When {
        /// The first field.
        field: &'static str,
        /// Its code.
        is: &'static str,
        /// The second field.
        needs: &'static str,
    },
    /// A second field is `true`, if a first one has this code.
    Yes {
        /// The first field.
        field: &'static str,
        /// Its code.
        is: &'static str,
        /// The second field.
        needs: &'static str,
    },
    /// A day has come, if a field has this code: the first of these places with a day or an instant
    /// gives it. Steps are separated by `/`.
    Come {
        /// The field.
        field: &'static str,
        /// Its code.
        is: &'static str,
        /// The places that may give the day.
        on: &'static [&'static str],
    },
}

/// A status and its transitions.
#[derive(Clone, Copy, Debug)]
pub struct StatusRule {
    /// The field.
    pub field: &'static str,
    /// Every legal transition, and for whom. Anything else is illegal.
    pub passes: &'static [Pass],
    /// The value that submits the record, if one does.
    pub submission: Option<&'static str>,
    /// The values that need what the record names to exist: not those in which it is planned or
    /// abandoned.
    pub stands: &'static [&'static str],
    /// The values that the record may take only without open conflicts.
    pub agreed: &'static [&'static str],
    /// The values in which the record is closed to some capacities.
    pub locks: &'static [Lock],
}

impl StatusRule {
    /// Whether a record is not submitted yet, and could be.
    pub(crate) fn is_open(&self, document: &Object) -> bool {
        let status = document.get(self.field).and_then(Json::as_text);
        self.passes.iter().any(|pass| Some(pass.to) == self.submission && pass.from == status)
            && status.is_some()
    }
}

/// A legal transition.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// For whom.
    pub by: Capacity,
    /// From this value, or from nothing: the record is made.
    pub from: Option<&'static str>,
    /// To this value.
    pub to: &'static str,
    /// The condition.
    pub needs: Need,
    /// Only by an act at the desk, whose calls look at more than the record.
    pub only_at_desk: bool,
    /// What the server records of it.
    pub stamps: &'static [Stamp],
}

/// What the server records of an act.
#[derive(Clone, Copy, Debug)]
pub enum Stamp {
    /// The field for the person.
    Who(&'static [&'static str]),
    /// The field for the time.
    When(&'static [&'static str]),
}

/// What a transition needs besides the right.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// A value in this field once the edit is taken.
    Held(&'static [&'static str]),
    /// A row that this very edit adds, with a value in one of its fields: rows of an earlier round
    /// do not count.
    RowAdded {
        /// Where the rows are.
        rows: &'static [&'static str],
        /// The row's field.
        with: &'static str,
    },
}

/// Values of the status in which the record is closed to a capacity.
#[derive(Clone, Copy, Debug)]
pub struct Lock {
    /// To whom.
    pub to: Capacity,
    /// In which values.
    pub when: &'static [&'static str],
    /// The refusal.
    pub reason: Reason,
}

/// What a capacity may do with records of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    /// The capacity.
    pub by: Capacity,
    /// Only at the desk, whose calls look at more than the record: never from a tablet.
    pub only_at_desk: bool,
    /// Make one.
    pub create: bool,
    /// Change one.
    pub change: bool,
    /// Delete one.
    pub delete: Deletion,
}

/// When a capacity may delete.
#[derive(Clone, Copy, Debug)]
pub enum Deletion {
    /// Never.
    Never,
    /// Whatever the record contains.
    Always,
    /// While the status has one of these values.
    While(&'static [&'static str]),
    /// Whatever the record contains, and although others name it: a photo of the wrong person goes
    /// at once. Records that named it are incomplete until another takes its place.
    Regardless,
    /// By its author alone, while the work that it belongs to is open.
    ByAuthor {
        /// The field in which the server records who made it.
        author: &'static str,
        /// The field that names the work; without one it belongs to the root.
        work: &'static str,
    },
}

impl Kind {
    /// The known field of this name.
    pub fn field(&self, name: &str) -> Option<&'static FieldRule> {
        find(self.fields, name)
    }
}

/// The field of this name among some.
pub(crate) fn find(fields: &'static [FieldRule], name: &str) -> Option<&'static FieldRule> {
    fields.iter().find(|field| field.name == name)
}

// Shorthands for declaring kinds. All are constants: a kind costs nothing at run time.

pub(crate) const fn field(name: &'static str, label_zh: &'static str, holds: Holds) -> FieldRule {
    let shown = match holds {
        Holds::Leaf(value) | Holds::ByPerson(value) => shown_of(value),
        Holds::Object(_) | Holds::Rows(_) | Holds::Choices(_) | Holds::Answers => Shown::Plain,
    };
    FieldRule { name, label_zh, holds, class: Class::Ask, only_by: &[], shown, listed: false }
}

/// The default for showing a value. A number that nobody computes with may be a phone, or that of a
/// paper: its field has to say which before any of it is shown.
const fn shown_of(value: Value) -> Shown {
    match value {
        Value::Text { .. } => Shown::Words,
        Value::Figures { .. } | Value::Proof => Shown::Hidden,
        Value::IdNumber { .. } => Shown::IdNumber,
        _ => Shown::Plain,
    }
}

pub(crate) const fn leaf(name: &'static str, label_zh: &'static str, value: Value) -> FieldRule {
    field(name, label_zh, Holds::Leaf(value))
}

pub(crate) const fn text(
    name: &'static str,
    label_zh: &'static str,
    max_chars: usize,
) -> FieldRule {
    leaf(name, label_zh, Value::Text { max_chars })
}

/// The maximum length of free text, in characters: more than anybody types. Anything longer is not
/// a note, and is refused.
pub(crate) const NOTE_CHARS_MAX: usize = 20_000;

/// Free text of several sentences. A form or a house rule may ask for less; the work of a visit is
/// never refused because of it.
pub(crate) const fn note(name: &'static str, label_zh: &'static str) -> FieldRule {
    text(name, label_zh, NOTE_CHARS_MAX)
}

pub(crate) const fn figures(
    name: &'static str,
    label_zh: &'static str,
    max_chars: usize,
) -> FieldRule {
    leaf(name, label_zh, Value::Figures { max_chars })
}

pub(crate) const fn code(
    name: &'static str,
    label_zh: &'static str,
    codes: &'static [Code],
) -> FieldRule {
    leaf(name, label_zh, Value::Code(codes))
}

impl FieldRule {
    pub(crate) const fn class(self, class: Class) -> Self {
        Self { class, ..self }
    }

    pub(crate) const fn shown(self, shown: Shown) -> Self {
        Self { shown, ..self }
    }

    pub(crate) const fn listed(self) -> Self {
        Self { listed: true, ..self }
    }

    pub(crate) const fn only_by(self, only_by: &'static [Capacity]) -> Self {
        Self { only_by, ..self }
    }
}

pub(crate) const fn status(codes: &'static [Code]) -> FieldRule {
    code("status", "状态", codes).class(Class::State)
}

pub(crate) const fn made(by: Capacity, to: &'static str) -> Pass {
    Pass { by, from: None, to, needs: Need::Nothing, only_at_desk: false, stamps: &[] }
}

pub(crate) const fn pass(by: Capacity, from: &'static str, to: &'static str) -> Pass {
    Pass { from: Some(from), ..made(by, to) }
}

impl Pass {
    pub(crate) const fn needs(self, needs: Need) -> Self {
        Self { needs, ..self }
    }

    pub(crate) const fn at_desk(self) -> Self {
        Self { only_at_desk: true, ..self }
    }

    pub(crate) const fn stamps(self, stamps: &'static [Stamp]) -> Self {
        Self { stamps, ..self }
    }
}

pub(crate) const fn access(by: Capacity) -> Access {
    Access { by, only_at_desk: false, create: false, change: false, delete: Deletion::Never }
}

impl Access {
    pub(crate) const fn only_at_desk(self) -> Self {
        Self { only_at_desk: true, ..self }
    }

    pub(crate) const fn creates(self) -> Self {
        Self { create: true, ..self }
    }

    pub(crate) const fn changes(self) -> Self {
        Self { change: true, ..self }
    }

    pub(crate) const fn deletes(self, delete: Deletion) -> Self {
        Self { delete, ..self }
    }
}
