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

    /// Enrols a device under its name, for the person of this number; returns a token.
    fn enrol(&mut self, user: u8, device: Uuid) -> String;

    /// Sets a person's rights.
    fn set_rights(&mut self, user: u8, rights: &Rights);

    /// A device is reported lost, or found.
    fn set_lost(&mut self, device: Uuid, lost: bool);

    /// A version of the form is published; an existing one stays as it is.
    fn publish(&mut self, version: u32);

    /// The server's process ends in the middle of the next write.
    fn die_within_next(&mut self);

    /// The server's process is restarted.
    fn restart(&mut self);

    /// Backs the server up.
    fn back_up(&mut self);

    /// Verifies the last backup.
    fn verify(&mut self);

    /// Restores a backup; the epoch is new.
    fn restore(&mut self, nth: usize);

    /// The epoch.
    fn epoch(&mut self) -> Uuid;

    /// Everything stored, one line each, to be compared with another server's.
    fn stored(&mut self) -> Vec<String>;

    /// Whether the stored bytes of an edit have the same content as these.
    fn keeps(&mut self, device: Uuid, number: u64, bytes: &str) -> bool;

    /// The stored state, where it is visible.
    fn look(&self, look: &mut dyn FnMut(&MemoryState));

    /// Remembers the current state. This and the following calls concern a server that is made to
    /// be broken; any other does nothing.
    fn remember(&mut self) {}

    /// Undoes what was done since, except for journal and devices: as if the next writer had read
    /// before it was done, and wrote afterwards.
    fn forget_effects(&mut self) {}

    /// Gives some positions of every stream away, as a counter without a lock would.
    fn take_positions(&mut self) {}

    /// Continues with the positions that were given away.
    fn use_positions(&mut self) {}

    /// Continues after all positions.
    fn end_positions(&mut self) {}
}
