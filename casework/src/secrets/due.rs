//! What has to be done before anything else, once somebody has signed in.

/// Something that stands before everything else, in the order in which it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    /// The password was given by another: the person chooses one.
    NewPassword,
}

/// What is due first, if anything is: a password that was given by another is changed.
pub fn first_due(is_one_time: bool) -> Option<Due> {
    is_one_time.then_some(Due::NewPassword)
}
