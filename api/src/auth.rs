//! Who is asking: passwords, tokens, and the authority types that handlers take.

mod attempts;
mod authority;
mod password;
mod refresh;
mod session;
mod token;

pub use attempts::Attempts;
pub use authority::{Admin, OnDevice, Reviewer, SignedIn, StreetStaff};
pub(crate) use authority::{admit, claims_of};
pub use password::{Passwords, check_new_password, hash_password};
pub use refresh::RefreshToken;
pub use session::{Session, SigningDevice, fresh_uuid};
pub use token::{AccessTokens, Claims};
