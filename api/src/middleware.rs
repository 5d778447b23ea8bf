//! What happens to every request before and after its handler.

mod caller;
mod guard_headers;
mod head;
mod observe;
mod render;

pub use caller::{Caller, RequestId};
pub use guard_headers::guard_headers;
pub use head::answer_heads;
pub use observe::observe;
pub use render::render_problems;
