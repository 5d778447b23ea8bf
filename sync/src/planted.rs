//! Faults that can be planted, one at a time, to prove that the simulator would notice: each takes
//! one rule of the protocol away. Without the feature `planted-faults`, which only the simulator's
//! tests switch on, [`planted`] is a constant `false` and nothing of this is left in what is built
//! (`docs/adr/0009`).

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A fault: which rule is taken away.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault {
            $($(#[$doc])* $name,)*
        }

        impl Fault {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

faults! {
    /// A removed row's id is given again.
    RowIdsReturn,
    /// A void is refused.
    VoidsRefused,
    /// An edit that saw nothing counts as made on the latest version.
    NothingSeenIsLatest,
    /// A base that is not known counts as the latest version.
    UnknownBaseIsLatest,
    /// A conflict that is settled in favour of what stands leaves no trace.
    AffirmingTouchesNothing,
    /// Setting a field to the value it has leaves no trace.
    SameValueTouchesNothing,
    /// Two spellings of one text are two values.
    SpellingsDiffer,
    /// A device's higher number counts as its own past, whenever it was applied.
    LaterIsOwn,
    /// An edit of a row that nobody knows makes the row.
    UnknownRowsAreMade,
    /// A new record's rows are unknown, unless each is marked as new.
    MakersMarkRows,
    /// A removed row that is edited comes back with nothing but the edit.
    RowsComeBackEmpty,
    /// A field is removed over an open conflict inside it.
    RemovesOverConflict,
    /// A record is deleted over an open conflict.
    DeletesOverConflict,
    /// A conflict that opens or closes makes no new version.
    ConflictsRaiseNothing,
    /// What the server's state stands against is rejected.
    StateRejects,
    /// A record is handed in over a conflict.
    SubmitsOverConflict,
    /// A retry is answered as something else than before.
    OutcomesChange,
    /// Nobody is told of a decision.
    NobodyIsTold,
    /// What another did inside a row that was removed and restored still stands in the way.
    SweptStillMeets,
    /// A row that is added twice, or a record that is deleted twice, waits for a person.
    DoubleTapsWait,
    /// What waits under an installation's old name is forgotten.
    ForksForgetUntaken,
    /// What is wrong in itself waits, where the record is out of reach.
    WrongWaits,
    /// One of a group is decided on alone.
    GroupsDecidedInPart,
    /// A decision needs no reason.
    DecidedWithoutReason,
    /// A group that is not whole is taken.
    GroupsTakenInPart,
    /// A group of which one member fails is taken all the same.
    GroupsFailInPart,
    /// An answer carries what the person may not see.
    AnswersLeak,
    /// The bytes of what cannot be read are not kept.
    BytesNotKept,
    /// What cannot be read stops the whole push.
    UnreadableStopsAll,
    /// A number that comes again with another content is taken for a retry.
    ForksUnseen,
    /// A device that goes on from another is a stranger to it.
    ContinuesForgotten,
    /// A link covers nothing of the link before it.
    ChainForgets,
    /// A device that was reported lost is served.
    LostAreServed,
    /// A deleted record vanishes.
    TombstonesExpire,
    /// A deletion does not change the digest.
    DigestForgetsDeletions,
    /// Between two values the later clock decides.
    ClockDecides,
    /// What an edit did is stored, and its outcome a moment later.
    OutcomesApart,
    /// An edit that builds on a version makes the record if it is not there.
    AnyBaseMakes,
    /// What is hidden is answered otherwise than what never was.
    HiddenShows,
    /// The contract's end stops no edit.
    EndedRightsWrite,
    /// A move takes only the root along.
    MovesRootAlone,
    /// A device's edit takes the newest version as its base, whatever is on the screen.
    DeviceTakesNewestBase,
    /// A device drops whatever is evicted, from whichever stream.
    DeviceEvictsAnyCopy,
    /// A device never takes a lower version, even of a new history.
    DeviceKeepsHigher,
    /// A device brings nothing back after a restore.
    DeviceBringsNothingBack,
    /// A device shows what a page brings before the last has come, and forgets to begin again.
    DeviceTakesHalfPulls,
    /// A device that crashes has not stored what its person wrote since it last synced.
    DeviceStoresLate,
    /// Rules of a whole record are judged when it is made, and never again.
    ResultsUnchecked,
    /// A root is deleted before what belongs to it.
    DeletesWhatIsNeeded,
    /// What an edit breaks by itself is put down to two.
    TogetherIsAlone,
    /// Positions come from a counter that nobody locks: a later one may be seen first.
    PositionsUnlocked,
    /// Two that write one root at once both read it first.
    RootsUnlocked,
}

/// Whether this fault is planted: never, in what is built without the feature.
#[cfg(not(feature = "planted-faults"))]
#[inline(always)]
pub const fn planted(_fault: Fault) -> bool {
    false
}

/// Nothing is known of clocks.
#[cfg(not(feature = "planted-faults"))]
pub fn is_latest(
    _: &str,
    _: impl Iterator<Item = (crate::id::DeviceId, crate::id::DeviceSeq)>,
) -> bool {
    false
}

#[cfg(feature = "planted-faults")]
pub use planting::{Planted, is_latest, note_clock, plant, planted};

#[cfg(feature = "planted-faults")]
mod planting {
    use super::Fault;
    use crate::id::{DeviceId, DeviceSeq};
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeMap;

    thread_local! {
        static PLANTED: Cell<Option<Fault>> = const { Cell::new(None) };
        static CLOCKS: RefCell<BTreeMap<(DeviceId, DeviceSeq), String>> =
            const { RefCell::new(BTreeMap::new()) };
    }

    /// Whether this fault is planted on this thread.
    pub fn planted(fault: Fault) -> bool {
        PLANTED.get() == Some(fault)
    }

    /// A fault that is planted until this is dropped.
    #[derive(Debug)]
    pub struct Planted(());

    /// Plants a fault on this thread.
    pub fn plant(fault: Fault) -> Planted {
        PLANTED.set(Some(fault));
        CLOCKS.with_borrow_mut(BTreeMap::clear);
        Planted(())
    }

    impl Drop for Planted {
        fn drop(&mut self) {
            PLANTED.set(None);
        }
    }

    /// Remembers the device's clock of an edit, for a merge that is to be misled by it.
    pub fn note_clock(device: DeviceId, device_seq: DeviceSeq, made_at: &str) {
        CLOCKS.with_borrow_mut(|all| all.insert((device, device_seq), made_at.to_owned()));
    }

    /// Whether a clock is later than those of all these edits.
    pub fn is_latest(
        made_at: &str,
        mut edits: impl Iterator<Item = (DeviceId, DeviceSeq)>,
    ) -> bool {
        CLOCKS.with_borrow(|all| {
            edits.all(|name| all.get(&name).is_none_or(|other| other.as_str() < made_at))
        })
    }
}
