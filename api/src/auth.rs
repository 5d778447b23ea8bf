//! Who is asking: passwords, tokens, and the authority types that handlers take.

mod attempts;
mod authority;
mod door;
mod new_password;
mod password;
mod pin;
mod refresh;
mod session;
mod token;

pub use attempts::Attempts;
pub(crate) use authority::{Acting, admit, areas_filled, bearer, claims_of, fills};
pub use authority::{
    Admin, DeskStaff, Entitled, LogReader, OnDevice, OrganisationStaff, Reviewer, SignedIn,
};
pub(crate) use door::Door;
pub use new_password::check_new_password;
pub(crate) use new_password::replace_password;
pub use password::{Passwords, hash_password};
pub use refresh::RefreshToken;
pub use session::{Session, SigningDevice, fresh_uuid};
pub use token::{AccessTokens, Claims};
