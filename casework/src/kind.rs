//! What a kind of record is made of. A kind is data: its file in [`crate::kinds`] declares it, and
//! [`crate::rules`] and the permissions behind it read it, so that no rule is written twice.

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
    /// Its name to people.
    pub label_zh: &'static str,
    /// Where its records belong.
    pub rooting: Rooting,
    /// Where a new root lives if its edit does not say; none for what belongs to a root.
    pub home: Option<Home>,
    /// The fields it knows. Others are kept untouched.
    pub fields: &'static [FieldRule],
    /// What a new record must hold.
    pub required: &'static [Required],
    /// Its status, if it has one.
    pub status: Option<StatusRule>,
    /// Who may do what; a capacity that is not named may do nothing.
    pub access: &'static [Access],
}

/// Where a new root lives.
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
    /// Its name to people.
    pub label_zh: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// How it merges.
    pub class: Class,
    /// Who alone may write it; empty for everyone who may change the record.
    pub only_by: &'static [Capacity],
    /// How a desk shows it to whoever has given no purpose for a full view.
    pub shown: Shown,
    /// Whether it is a column of the kind's read model ([`crate::projection`]).
    pub listed: bool,
}

/// How much of a value a desk shows without a purpose ([`crate::masking`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All of it, if it is of the field's type: a code, a number, a day, the name of something here.
    Plain,
    /// What people wrote in their own words, but no long number in it.
    Words,
    /// A name's first character.
    Name,
    /// The region and the end of a citizen's number.
    IdNumber,
    /// A disability certificate's number, which holds a citizen's.
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

/// What a field holds.
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

/// Something a new record must hold.
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
    /// That a second field is `true`, if a first one holds this code.
    Yes {
        /// The first field.
        field: &'static str,
        /// Its code.
        is: &'static str,
        /// The second field.
        needs: &'static str,
    },
    /// That the day of it has come, if a field holds this code: the first of these places that
    /// holds a day or an instant tells it. Steps are parted by `/`.
    Come {
        /// The field.
        field: &'static str,
        /// Its code.
        is: &'static str,
        /// Where the day stands.
        on: &'static [&'static str],
    },
}

/// A status and the hands it passes through.
#[derive(Clone, Copy, Debug)]
pub struct StatusRule {
    /// The field.
    pub field: &'static str,
    /// Every transition that is legal, and for whom. What is not named is not legal.
    pub passes: &'static [Pass],
    /// The value that hands the record in, if one does.
    pub submission: Option<&'static str>,
    /// The values with which what the record names has to be there: not those in which it is planned
    /// or given up.
    pub stands: &'static [&'static str],
    /// The values that the record may only take while no conflict is open in it.
    pub agreed: &'static [&'static str],
    /// The values in which the record is closed to some.
    pub locks: &'static [Lock],
}

impl StatusRule {
    /// Whether a record is not handed in yet, and could be.
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
    /// On this condition.
    pub needs: Need,
    /// Only by an act at the desk, whose calls look at more than the record.
    pub only_at_desk: bool,
    /// What the server writes down of it.
    pub stamps: &'static [Stamp],
}

/// What the server writes down of an act.
#[derive(Clone, Copy, Debug)]
pub enum Stamp {
    /// Who did it, here.
    Who(&'static [&'static str]),
    /// When, here.
    When(&'static [&'static str]),
}

/// What a transition needs beside the right.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// That this field holds something once the edit is taken.
    Held(&'static [&'static str]),
    /// That this very edit adds a row, with something in one of its fields: what an earlier round
    /// left does not count.
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
    /// What the edit is told.
    pub reason: Reason,
}

/// What a capacity may do with records of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    /// Who.
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
    /// Whatever the record holds.
    Always,
    /// While the status has one of these values.
    While(&'static [&'static str]),
    /// Whatever the record holds, and though others name it: a photo of the wrong person goes at
    /// once. Those that named it are not whole until another is in its place.
    Regardless,
    /// By its author alone, while the work that it belongs to is open.
    ByAuthor {
        /// The field in which the server writes who made it.
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

// The words in which the kinds are written. Constants all: a kind costs nothing at run time.

pub(crate) const fn field(name: &'static str, label_zh: &'static str, holds: Holds) -> FieldRule {
    let shown = match holds {
        Holds::Leaf(value) | Holds::ByPerson(value) => shown_of(value),
        Holds::Object(_) | Holds::Rows(_) | Holds::Choices(_) | Holds::Answers => Shown::Plain,
    };
    FieldRule { name, label_zh, holds, class: Class::Ask, only_by: &[], shown, listed: false }
}

/// How a value is shown whose field says nothing else. A number that nobody computes with may be a
/// phone, or that of a paper: what it is has to be said before any of it is shown.
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

/// The most that free text may have, in characters: more than anybody types. What is longer is no
/// note, and is refused.
pub(crate) const NOTE_CHARS_MAX: usize = 20_000;

/// Free text of several sentences. A form or a house rule may ask for less; the work of a visit is
/// never refused for it.
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
