//! A complete and honest tablet.
//!
//! [`TestDevice`] does everything that the protocol asks of a device, and nothing it forbids: it
//! stores an edit with its number before sending it, resends the same bytes when an answer is lost,
//! never changes the base of an edit, shows nothing of a pull before its last page, evicts only
//! from the stream that evicts, and notices drift by digest.
//!
//! It shares no code with the server's push, merge and pull: the two meet only on the wire.

mod batch;
mod device;
mod draft;
mod earlier;
mod editing;
mod epoch;
mod error;
mod events;
#[cfg(test)]
mod fake;
mod flaky;
mod http;
mod kept_edit;
mod memory;
mod outside;
mod overlay;
mod pull;
mod push;
mod random;
mod rejoin;
mod resend;
mod row;
mod session;
mod sign_in;
mod stage;
mod transport;

pub use device::{Settings, TestDevice};
pub use draft::{Act, Draft};
pub use earlier::Earlier;
pub use editing::Choice;
pub use error::DeviceError;
pub use events::{LiveEvent, LiveEvents};
pub use flaky::{Fault, Flaky};
pub use http::HttpTransport;
pub use kept_edit::{KeptEdit, Membership, RefusedEdit};
pub use memory::{DeviceMemory, NewEpoch, Witness};
pub use outside::{Counted, Outside, RealWorld};
pub use overlay::View;
pub use pull::{PageTaken, PullReport, SyncReport};
pub use push::PushReport;
pub use random::Random;
pub use row::Row;
pub use session::{Handshake, HandshakeStream, HandshakeVersions, Session};
pub use stage::StreamAgreement;
pub use transport::{Response, Transport, TransportError};
