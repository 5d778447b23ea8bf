//! Who is asking: passwords, tokens, and the authority types that handlers take.

mod attempts;
mod authority;
mod door;
mod password;
mod pin;
mod refresh;
mod session;
mod token;

pub use attempts::Attempts;
pub(crate) use authority::{Acting, admit, areas_filled, claims_of, fills};
pub use authority::{Admin, Auditor, OnDevice, OrganisationStaff, Reviewer, SignedIn, StreetStaff};
pub(crate) use door::Door;
pub use password::{Passwords, check_new_password, hash_password};
pub use refresh::RefreshToken;
pub use session::{Session, SigningDevice, fresh_uuid};
pub use token::{AccessTokens, Claims};
