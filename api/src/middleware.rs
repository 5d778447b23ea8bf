//! What happens to every request before and after its handler.

mod caller;
mod guard_headers;
mod head;
mod let_go;
mod observe;
mod render;

pub use caller::{Caller, RequestId};
pub use guard_headers::guard_headers;
pub use head::answer_heads;
pub use let_go::let_go;
pub use observe::observe;
pub use render::render_problems;
