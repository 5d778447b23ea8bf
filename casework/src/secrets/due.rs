//! What has to be done before anything else, once somebody has signed in.

/// Something that stands before everything else, in the order in which it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    /// The password was given by another: the person chooses one.
    NewPassword,
    /// A second factor is demanded, and the person has none.
    SecondFactor,
}

/// What is due first, if anything is: a password that was given by another is changed before a second
/// factor is bound to it.
pub fn first_due(is_one_time: bool, lacks_second_factor: bool) -> Option<Due> {
    match (is_one_time, lacks_second_factor) {
        (true, _) => Some(Due::NewPassword),
        (false, true) => Some(Due::SecondFactor),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_changed_before_a_second_factor_is_set_up() {
        assert_eq!(first_due(true, true), Some(Due::NewPassword));
        assert_eq!(first_due(false, true), Some(Due::SecondFactor));
        assert_eq!(first_due(false, false), None);
        assert!(Due::NewPassword < Due::SecondFactor);
    }
}
