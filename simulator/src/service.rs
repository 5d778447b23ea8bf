//! The server of a simulation: in memory, or a real one behind HTTP.

use crate::model::Rights;
use ruhu_device::{Response, TransportError};
use ruhu_sync::memory::MemoryState;
use uuid::Uuid;

/// Everything that a simulation does with a server.
pub trait Service {
    /// A device's call.
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError>;

    /// A push of the staff's session.
    fn desk(&mut self, body: &str) -> Response;

    /// Enrols a device under its name, for the person of this number; gives a token.
    fn enrol(&mut self, user: u8, device: Uuid) -> String;

    /// A person's rights are these now.
    fn set_rights(&mut self, user: u8, rights: &Rights);

    /// A device is reported lost, or found.
    fn set_lost(&mut self, device: Uuid, lost: bool);

    /// A version of the form is published; one that is there stays as it is.
    fn publish(&mut self, version: u32);

    /// The server's process ends in the middle of the next write.
    fn die_within_next(&mut self);

    /// The server's process is started again.
    fn restart(&mut self);

    /// Backs the server up.
    fn back_up(&mut self);

    /// Verifies the last backup.
    fn verify(&mut self);

    /// Puts a backup in place; the epoch is new.
    fn restore(&mut self, nth: usize);

    /// The epoch.
    fn epoch(&mut self) -> Uuid;

    /// All that is stored, a line a thing, to be held against another server's.
    fn stored(&mut self) -> Vec<String>;

    /// Whether the bytes that are kept of an edit say the same as these.
    fn keeps(&mut self, device: Uuid, number: u64, bytes: &str) -> bool;

    /// What is stored, where it can be looked at.
    fn look(&self, look: &mut dyn FnMut(&MemoryState));

    /// Remembers how everything stands. This and what follows are of a server that is made to be
    /// broken; any other does nothing.
    fn remember(&mut self) {}

    /// Takes back what was done since, but for journal and devices: as if whoever comes next had
    /// read before it was done, and wrote after.
    fn forget_effects(&mut self) {}

    /// Gives some positions of every stream away, as a counter that nobody locks would.
    fn take_positions(&mut self) {}

    /// Goes on with the positions that were given away.
    fn use_positions(&mut self) {}

    /// Goes on behind all positions.
    fn end_positions(&mut self) {}
}
