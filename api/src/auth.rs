//! Who is asking: passwords, tokens, and the authorities that handlers take.

mod attempts;
mod authority;
mod due;
mod new_password;
mod password;
mod pin;
mod refresh;
mod second_factor;
mod session;
mod shown_code;
mod token;
mod written;

pub use authority::{After, Authority, By, Entitled, SettingUp, Three, Two};
pub(crate) use authority::{bearer, claims_of};
pub use due::Arriving;
pub(crate) use due::{Due, arrive, is_staff};
pub use password::{Passwords, hash_password};
pub use refresh::RefreshToken;
pub use session::{Session, SigningDevice};
pub use token::{AccessTokens, Claims};
pub use written::Attempts;
