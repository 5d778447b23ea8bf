//! What has to be done before anything else, after signing in.

/// Something due before everything else, in the order in which it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    /// Somebody else set the password: the person chooses one.
    NewPassword,
    /// A second factor is required, and the person has none.
    SecondFactor,
}

/// What is due first, if anything: a password set by somebody else is changed before a second
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
