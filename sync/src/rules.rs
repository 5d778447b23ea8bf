//! What the protocol asks of the field's rules: a kind's shape, and whether this person may do this
//! now. `casework` answers; the protocol knows no kind by name.

use crate::decision::EditName;
use crate::grants::{Capacity, Grants, StreamKind};
use crate::id::{Instant, RecordId, StreamId, UserId};
use crate::json::{Json, Object};
use crate::outcome::{Problem, Reason};
use crate::patch::Ask;
use crate::path::Path;
use crate::record::{Conflict, ConflictId};
use crate::shape::Shape;
use crate::signing::{Signatures, Signers};
use std::borrow::Cow;

/// Where records of a kind belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rooting {
    /// It is a root itself.
    Root,
    /// It belongs to a root of one of these kinds.
    Under(&'static [&'static str]),
}

/// An act on a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It is created.
    Create,
    /// It is changed.
    Change,
    /// It is deleted.
    Delete,
    /// It is restored.
    Undelete,
    /// It moves to another stream with everything that belongs to it; judged before both streams.
    Move,
    /// A quarantined edit of it is applied or dismissed.
    Decide,
}

/// A place in a document that names another record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where.
    pub path: Path,
    /// The record it names.
    pub record: RecordId,
    /// The kinds it may be of; any, if none is listed.
    pub kinds: &'static [&'static str],
}

/// A record to which another belongs.
#[derive(Clone, Copy, Debug)]
pub struct Work<'a> {
    /// The parent's kind.
    pub kind: &'a str,
    /// The parent's content.
    pub document: &'a Object,
}

/// One act, with everything that rules may look at.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Whose act it is.
    pub user: UserId,
    /// The person's capacity in the record's stream.
    pub capacity: Capacity,
    /// The decider's capacity, if this applies a quarantined edit: it determines whether a record
    /// is closed, and the author's determines everything else.
    pub decider: Option<Capacity>,
    /// Whether it happens at the desk, by calls that look at more than the record.
    pub is_at_desk: bool,
    /// The server's time, which determines the day.
    pub now: Instant,
    /// The record.
    pub record: RecordId,
    /// The kind of record.
    pub kind: &'a str,
    /// The act.
    pub act: Act,
    /// The current record, if it exists.
    pub current: Option<&'a Object>,
    /// Its open conflicts.
    pub open: &'a [Conflict],
    /// What the edit asks for, field by field.
    pub asks: &'a [Ask],
    /// The conflicts that it settles.
    pub resolves: &'a [ConflictId],
    /// The work that the record belongs to, if deleting it depends on that ([`Rules::work`]).
    pub work: Option<Work<'a>>,
    /// The stream that the record is in.
    pub stream: Option<StreamId>,
    /// The area of the stream, if it has one.
    pub area: Option<&'a str>,
}

impl<'a> Question<'a> {
    /// A question without the record's content and the edit's asks.
    pub fn new(
        user: UserId,
        capacity: Capacity,
        record: RecordId,
        kind: &'a str,
        act: Act,
    ) -> Self {
        Self {
            user,
            capacity,
            decider: None,
            is_at_desk: false,
            now: Instant(0),
            record,
            kind,
            act,
            current: None,
            open: &[],
            asks: &[],
            resolves: &[],
            work: None,
            stream: None,
            area: None,
        }
    }
}

/// An event that is announced to people by a record in their own stream.
#[derive(Clone, Copy, Debug)]
pub struct News<'a> {
    /// The edit that it is about.
    pub edit: EditName,
    /// Whose edit that is.
    pub author: UserId,
    /// The record that the edit names; none if that could not be read.
    pub record: Option<RecordId>,
    /// That record's kind.
    pub kind: Option<&'a str>,
    /// The server's time.
    pub at: Instant,
    /// What happened.
    pub event: Event<'a>,
}

/// What happened to an edit.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Somebody with authority applied it; these fields now wait for a person to choose.
    Applied {
        /// The decider.
        by: UserId,
        /// The reason.
        reason: &'a str,
        /// The fields in conflict.
        conflicts: &'a [Path],
    },
    /// Somebody with authority dismissed it.
    Dismissed {
        /// The decider.
        by: UserId,
        /// The reason.
        reason: &'a str,
    },
    /// It was a submission that met or opened a conflict, and was quarantined.
    SubmissionMet {
        /// The current record.
        current: &'a Object,
    },
}

/// A notice: a record that the server makes in a person's own stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The recipient. Anyone but the author of the edit must be allowed to see its record;
    /// otherwise no notice is sent.
    pub to: UserId,
    /// The stream.
    pub stream: StreamId,
    /// The kind of record; it is a root.
    pub kind: &'static str,
    /// Its document.
    pub document: Object,
}

/// The field's rules, as the protocol needs them. Pure: the same question has the same answer for
/// ever, so that every server and the simulator agree.
pub trait Rules {
    /// Where records of this kind belong; `None` if there is no such kind.
    fn rooting(&self, kind: &str) -> Option<Rooting>;

    /// A patch with every value in the normal form of its field, so that two spellings of one value
    /// are equal; none if it is already normal. Everything else is judged by the result; the
    /// journal keeps what was sent.
    fn normal(&self, kind: &str, current: Option<&Object>, patch: &Object) -> Option<Object>;

    /// The shape of a document of this kind. It may depend on fields that never change once they
    /// are set (an assessment's form), taken from the record or, if it is new, from the patch.
    fn shape(
        &self,
        kind: &str,
        current: Option<&Object>,
        patch: &Object,
    ) -> Result<Cow<'_, Shape>, Vec<Problem>>;

    /// The shape to judge a patch by where its record is out of reach; none if only the record
    /// determines the shape.
    fn shape_alone(&self, kind: &str, patch: &Object) -> Option<Cow<'_, Shape>> {
        self.shape(kind, None, patch).ok()
    }

    /// All values of the edit that their fields do not allow. Depends only on the asks and the
    /// immutable form: what it finds is rejected.
    fn invalid_values(
        &self,
        kind: &str,
        current: Option<&Object>,
        asks: &[Ask],
        now: Instant,
    ) -> Vec<Problem>;

    /// The asks of an edit that belong to acts at the desk, place by place. Depends only on the
    /// asks: what it finds is rejected from everywhere else.
    fn only_at_desk(&self, kind: &str, asks: &[Ask]) -> Vec<Problem>;

    /// Which of the person's streams gets a new root of this kind, if the edit names none.
    fn home(&self, kind: &str, grants: &Grants) -> Option<StreamId>;

    /// The stream whose desk gets an edit of this kind when nothing on the server says where it
    /// belongs.
    fn desk(&self, kind: &str, author: UserId, grants: &Grants) -> Option<StreamId>;

    /// Whether this person may do this to this record as it is now.
    fn permits(&self, question: &Question<'_>) -> Result<(), Reason>;

    /// The places of an edit that a refusal of [`Rules::permits`] is about, if there are any.
    fn places(&self, question: &Question<'_>, reason: Reason) -> Vec<Problem>;

    /// Whether this person may change a status from one value to another; otherwise why not, with
    /// the values that are possible from here.
    fn may_pass(
        &self,
        question: &Question<'_>,
        path: &Path,
        from: Option<&Json>,
        to: Option<&Json>,
    ) -> Result<(), Vec<Problem>>;

    /// Whether setting this status value submits the record.
    fn is_submission(&self, kind: &str, path: &Path, to: &Json) -> bool;

    /// Whether a record may only take this status value while no conflict is open in it.
    fn needs_agreement(&self, kind: &str, path: &Path, to: &Json) -> bool;

    /// What the server itself sets because of the record's new content: a status that two people's
    /// signatures bring about. Called once, after an edit is merged.
    fn consequences(&self, kind: &str, document: &Object) -> Vec<(Path, Json)>;

    /// What the server records of an act in addition to its asks: who did it and when. Called once,
    /// for an edit that is taken.
    fn stamps(&self, question: &Question<'_>, document: &Object) -> Vec<(Path, Json)>;

    /// The people whose signatures a patch carries, if others than its author may sign.
    fn signers(&self, kind: &str, patch: &Object) -> Vec<UserId>;

    /// The work that a record belongs to, if deleting it in this capacity depends on whether that
    /// work is open: the record it names, or else its root.
    fn work(&self, kind: &str, by: Capacity, document: &Object) -> Option<Option<RecordId>>;

    /// Whether a deletion in this capacity is allowed although other records name the record.
    fn deletes_regardless(&self, kind: &str, by: Capacity) -> bool;

    /// Whether this patch may require looking up the records that its record names.
    fn looks_up_references(&self, kind: &str, patch: &Object) -> bool;

    /// Whether what a record names has to exist, given the record's state.
    fn needs_references(&self, kind: &str, document: &Object) -> bool;

    /// The records that a document names.
    fn references(&self, kind: &str, document: &Object) -> Vec<Reference>;

    /// Which of the signatures in a permitted edit are proved, and what is recorded of them. What
    /// it names as spent or unproved is not merged.
    fn signatures(&self, _question: &Question<'_>, _signers: &Signers) -> Signatures {
        Signatures::default()
    }

    /// The capacity of a quarantined edit's author in a stream of this kind when the edit is
    /// applied, whatever became of the author's own right.
    fn author_capacity(&self, stream: StreamKind) -> Capacity;

    /// The notices that an event sends.
    fn notices(&self, news: &News<'_>) -> Vec<Notice>;

    /// What a submitted record still lacks.
    fn missing_at_submission(&self, kind: &str, document: &Object) -> Vec<Problem>;

    /// Whether a record has been submitted and not returned: what it had to satisfy then, it has to
    /// satisfy still.
    fn is_handed_in(&self, kind: &str, document: &Object) -> bool;

    /// Every rule that a whole record of this kind breaks. Called for each result: what a new
    /// record breaks, or what an edit breaks by itself, is rejected; what two edits break only
    /// together goes to a person.
    fn broken(&self, kind: &str, document: &Object, now: Instant) -> Vec<Problem>;
}
