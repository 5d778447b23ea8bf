//! What the protocol asks the field: which shape a kind has, and whether this person may do this
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

/// What is done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It is made.
    Create,
    /// It is changed.
    Change,
    /// It is deleted.
    Delete,
    /// It is brought back.
    Undelete,
    /// It goes to another stream with all that belongs to it; asked before both streams.
    Move,
    /// A quarantined edit of it is applied or dismissed.
    Decide,
}

/// A place in a document that names another record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where.
    pub path: Path,
    /// The record that is named.
    pub record: RecordId,
    /// Of which kinds it may be; of any, if none is named.
    pub kinds: &'static [&'static str],
}

/// A record to which another belongs.
#[derive(Clone, Copy, Debug)]
pub struct Work<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// What it holds.
    pub document: &'a Object,
}

/// One act before the rules: everything they may look at.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Whose act it is.
    pub user: UserId,
    /// In what capacity the person stands before the record's stream.
    pub capacity: Capacity,
    /// In what capacity a person decides, if this is a quarantined edit that is applied: whether a
    /// record is closed is judged by it, everything else by the author's.
    pub decider: Option<Capacity>,
    /// Whether it is done at the desk, by calls that look at more than the record.
    pub is_at_desk: bool,
    /// The server's instant, by which days are told.
    pub now: Instant,
    /// The record.
    pub record: RecordId,
    /// The kind of record.
    pub kind: &'a str,
    /// What is done.
    pub act: Act,
    /// The record as it stands, if it is there.
    pub current: Option<&'a Object>,
    /// The conflicts that are open in it.
    pub open: &'a [Conflict],
    /// What the edit asks, field by field.
    pub asks: &'a [Ask],
    /// The conflicts that it settles.
    pub resolves: &'a [ConflictId],
    /// The work that the record belongs to, if its deletion goes by that ([`Rules::work`]).
    pub work: Option<Work<'a>>,
    /// The stream that the record is in.
    pub stream: Option<StreamId>,
    /// The area that the stream is for, if it is for one.
    pub area: Option<&'a str>,
}

impl<'a> Question<'a> {
    /// A question that knows nothing of what the record holds and what is asked of it.
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

/// Something that people are told by a record in their own stream.
#[derive(Clone, Copy, Debug)]
pub struct News<'a> {
    /// The edit that it is about.
    pub edit: EditName,
    /// Whose edit that is.
    pub author: UserId,
    /// The record that the edit asked for; none if that could not be read.
    pub record: Option<RecordId>,
    /// That record's kind.
    pub kind: Option<&'a str>,
    /// The server's instant.
    pub at: Instant,
    /// What happened.
    pub event: Event<'a>,
}

/// What happened to an edit.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// It was applied by a person with authority; these fields now wait for one to choose.
    Applied {
        /// Who decided.
        by: UserId,
        /// Why.
        reason: &'a str,
        /// The fields in conflict.
        conflicts: &'a [Path],
    },
    /// It was dismissed by a person with authority.
    Dismissed {
        /// Who decided.
        by: UserId,
        /// Why.
        reason: &'a str,
    },
    /// It handed in a record, met or opened a conflict, and was quarantined.
    SubmissionMet {
        /// The record as it stands.
        current: &'a Object,
    },
}

/// A record that tells a person something: made by the server in the person's own stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The person. Anyone but the author of the edit must be allowed to see its record; else
    /// nothing is said.
    pub to: UserId,
    /// The stream.
    pub stream: StreamId,
    /// The kind of record; it is a root.
    pub kind: &'static str,
    /// What it says.
    pub document: Object,
}

/// The field's rules, as the protocol needs them. Pure: the same question has the same answer for
/// ever, so that every server and the simulator agree.
pub trait Rules {
    /// Where records of this kind belong; `None` if there is no such kind.
    fn rooting(&self, kind: &str) -> Option<Rooting>;

    /// A patch with every value in the normal form of its field: what two people write in two ways
    /// and mean alike is one value. None if it is in normal form already. Everything else is judged
    /// by what this gives; the journal keeps what was sent.
    fn normal(&self, kind: &str, current: Option<&Object>, patch: &Object) -> Option<Object>;

    /// The shape of a document of this kind. It may depend on fields that never change once they
    /// are set (an assessment's form), taken from the record or, if it is new, from the patch.
    fn shape(
        &self,
        kind: &str,
        current: Option<&Object>,
        patch: &Object,
    ) -> Result<Cow<'_, Shape>, Vec<Problem>>;

    /// The shape by which a patch is judged where its record is out of reach; none if the shape
    /// follows from what only the record tells.
    fn shape_alone(&self, kind: &str, patch: &Object) -> Option<Cow<'_, Shape>> {
        self.shape(kind, None, patch).ok()
    }

    /// All values of the edit that are not what their fields hold. Depends on nothing but the asks
    /// and the immutable form: what it finds is rejected.
    fn invalid_values(
        &self,
        kind: &str,
        current: Option<&Object>,
        asks: &[Ask],
        now: Instant,
    ) -> Vec<Problem>;

    /// What an edit asks that only an act at the desk may do, place by place. Depends on nothing but
    /// the asks: what it finds is rejected from everywhere else.
    fn only_at_desk(&self, kind: &str, asks: &[Ask]) -> Vec<Problem>;

    /// In which of the person's streams a new root of this kind lives, if the edit names none.
    fn home(&self, kind: &str, grants: &Grants) -> Option<StreamId>;

    /// The stream at whose desk an edit of this kind is laid when nothing on the server tells where
    /// it belongs.
    fn desk(&self, kind: &str, author: UserId, grants: &Grants) -> Option<StreamId>;

    /// Whether this person may do this to this record as it stands now.
    fn permits(&self, question: &Question<'_>) -> Result<(), Reason>;

    /// The places of an edit that a refusal of [`Rules::permits`] is about, if it is about some.
    fn places(&self, question: &Question<'_>, reason: Reason) -> Vec<Problem>;

    /// Whether a status may go from one value to another by this person's hand; else what stands
    /// against it, with the values that are possible from here.
    fn may_pass(
        &self,
        question: &Question<'_>,
        path: &Path,
        from: Option<&Json>,
        to: Option<&Json>,
    ) -> Result<(), Vec<Problem>>;

    /// Whether setting this status value hands the record in.
    fn is_submission(&self, kind: &str, path: &Path, to: &Json) -> bool;

    /// Whether a record may only take this status value while no conflict is open in it.
    fn needs_agreement(&self, kind: &str, path: &Path, to: &Json) -> bool;

    /// What the server itself sets because of what the record now holds: a status that two people's
    /// signatures bring about. Asked once, after an edit was merged.
    fn consequences(&self, kind: &str, document: &Object) -> Vec<(Path, Json)>;

    /// What the server writes down of an act beside what was asked: who did it and when. Asked once,
    /// of an edit that is taken.
    fn stamps(&self, question: &Question<'_>, document: &Object) -> Vec<(Path, Json)>;

    /// The people whose signatures a patch carries, if they may be others than its author.
    fn signers(&self, kind: &str, patch: &Object) -> Vec<UserId>;

    /// The work that a record belongs to, if its deletion by this capacity goes by whether that is
    /// open: the record that is named, or else its root.
    fn work(&self, kind: &str, by: Capacity, document: &Object) -> Option<Option<RecordId>>;

    /// Whether a deletion by this capacity stands though other records name the record.
    fn deletes_regardless(&self, kind: &str, by: Capacity) -> bool;

    /// Whether this patch may make it necessary to look up the records that its record names.
    fn looks_up_references(&self, kind: &str, patch: &Object) -> bool;

    /// Whether what a record names has to be there, as the record stands.
    fn needs_references(&self, kind: &str, document: &Object) -> bool;

    /// The records that a document names.
    fn references(&self, kind: &str, document: &Object) -> Vec<Reference>;

    /// Which of the signatures that a permitted edit carries are proved, and what is noted of them.
    /// What it names as spent or unproved is not merged.
    fn signatures(&self, _question: &Question<'_>, _signers: &Signers) -> Signatures {
        Signatures::default()
    }

    /// In what capacity the author of a quarantined edit stands before a stream of this kind, when
    /// the edit is applied whatever became of the author's own right.
    fn author_capacity(&self, stream: StreamKind) -> Capacity;

    /// Who is told of this, and how.
    fn notices(&self, news: &News<'_>) -> Vec<Notice>;

    /// What a record that is handed in still lacks.
    fn missing_at_submission(&self, kind: &str, document: &Object) -> Vec<Problem>;

    /// Whether a record has been handed in and not been given back: what it had to hold then it has
    /// to hold still.
    fn is_handed_in(&self, kind: &str, document: &Object) -> bool;

    /// Every rule that a whole record of this kind breaks. Asked of each result: what a new record
    /// breaks, or what an edit breaks by itself, is rejected; what two edits break only together
    /// is put before a person.
    fn broken(&self, kind: &str, document: &Object, now: Instant) -> Vec<Problem>;
}
