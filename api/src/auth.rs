//! Who is asking: passwords, tokens, and the authority types that handlers take.

mod attempts;
mod authority;
mod door;
mod due;
mod new_password;
mod one_time;
mod password;
mod pin;
mod refresh;
mod second_factor;
mod session;
mod shown_code;
mod signed_in;
mod token;
mod written;

pub use authority::{Admin, DeskStaff, Entitled, LogReader, OrganisationStaff, Reviewer};
pub(crate) use authority::{Staff, areas_filled, bearer, claims_of, fills};
pub(crate) use door::Door;
pub use due::{Arriving, SettingUp};
pub(crate) use due::{Due, arrive, is_staff};
pub use new_password::check_new_password;
pub(crate) use new_password::replace_password;
pub(crate) use one_time::OneTimePassword;
pub use password::{Passwords, hash_password};
pub use refresh::RefreshToken;
pub use session::{Session, SigningDevice, fresh_uuid};
pub use signed_in::{OnDevice, SignedIn};
pub use token::{AccessTokens, Claims};
pub use written::Attempts;
