//! Faults that can be planted, one at a time, to prove that the simulator would notice: each takes
//! away one rule of the protocol. Without the feature `planted-faults`, which only the simulator's
//! tests enable, [`planted`] is a constant `false` and nothing of this remains in the binary
//! (`docs/adr/0009`).

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A fault, named after what goes wrong.
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
    /// A removed row's id is used again.
    RowIdsReturn,
    /// A void is refused.
    VoidsRefused,
    /// An edit made on no version counts as made on the latest one.
    NothingSeenIsLatest,
    /// An unknown base counts as the latest version.
    UnknownBaseIsLatest,
    /// Settling a conflict in favour of the standing value touches nothing.
    AffirmingTouchesNothing,
    /// Setting a field to its current value touches nothing.
    SameValueTouchesNothing,
    /// Two spellings of one text are two values.
    SpellingsDiffer,
    /// A device's higher number counts as its own past, whenever it was applied.
    LaterIsOwn,
    /// An edit of an unknown row makes the row.
    UnknownRowsAreMade,
    /// A new record's rows are unknown unless each is marked as new.
    MakersMarkRows,
    /// Editing a removed row restores nothing but the edit.
    RowsComeBackEmpty,
    /// A field is removed over an open conflict inside it.
    RemovesOverConflict,
    /// A record is deleted over an open conflict.
    DeletesOverConflict,
    /// Opening or closing a conflict makes no new version.
    ConflictsRaiseNothing,
    /// An edit that only the server's state prevents is rejected.
    StateRejects,
    /// A record is submitted over a conflict.
    SubmitsOverConflict,
    /// A retry gets another outcome than the first time.
    OutcomesChange,
    /// Nobody is notified of a decision.
    NobodyIsTold,
    /// What another did inside a row that was removed and restored still conflicts.
    SweptStillMeets,
    /// A row that is added twice, or a record that is deleted twice, waits for a person.
    DoubleTapsWait,
    /// Edits that wait under an installation's old name are forgotten.
    ForksForgetUntaken,
    /// An edit that is wrong in itself waits where its record is out of reach.
    WrongWaits,
    /// One member of a group is decided on alone.
    GroupsDecidedInPart,
    /// A decision needs no reason.
    DecidedWithoutReason,
    /// An incomplete group is taken.
    GroupsTakenInPart,
    /// A group is taken although a member fails.
    GroupsFailInPart,
    /// An answer carries what the person may not see.
    AnswersLeak,
    /// The bytes of an unreadable element are not kept.
    BytesNotKept,
    /// An unreadable element stops the whole push.
    UnreadableStopsAll,
    /// A repeated number with other content is taken for a retry.
    ForksUnseen,
    /// A device's own earlier installation counts as a stranger.
    ContinuesForgotten,
    /// A link does not cover the previous link.
    ChainForgets,
    /// A device that was reported lost is served.
    LostAreServed,
    /// A deleted record vanishes.
    TombstonesExpire,
    /// A deletion does not change the digest.
    DigestForgetsDeletions,
    /// The later clock decides between two values.
    ClockDecides,
    /// An edit's effect is stored, and its outcome a moment later.
    OutcomesApart,
    /// An edit based on a version makes the record if it does not exist.
    AnyBaseMakes,
    /// A hidden record gets another answer than one that never existed.
    HiddenShows,
    /// The end of a contract stops no edit.
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
    /// A device shows a page before the last one has come, and forgets to begin again.
    DeviceTakesHalfPulls,
    /// A device that crashes has not stored what its person wrote since the last sync.
    DeviceStoresLate,
    /// Rules of a whole record are checked only when it is made.
    ResultsUnchecked,
    /// A root is deleted before what belongs to it.
    DeletesWhatIsNeeded,
    /// What an edit breaks by itself is blamed on two.
    TogetherIsAlone,
    /// Positions come from a counter without a lock: a later one may become visible first.
    PositionsUnlocked,
    /// Two writers of one root both read it first.
    RootsUnlocked,
}

/// Whether this fault is planted: never, without the feature.
#[cfg(not(feature = "planted-faults"))]
#[inline(always)]
pub const fn planted(_fault: Fault) -> bool {
    false
}

/// Without the feature no clocks are known.
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
