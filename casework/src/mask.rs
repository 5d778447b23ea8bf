//! Personal data as it is shown to those who need not see it whole (facts §7): lists and read
//! models hold nothing else.

/// `王*`: the first character, then a star for each further one, two at most, so that the length
/// of a rare long name does not give it away.
pub fn name(name: &str) -> String {
    let mut characters = name.trim().chars();
    match characters.next() {
        Some(first) => {
            let stars = characters.count().min(2);
            format!("{first}{}", "*".repeat(stars))
        }
        None => String::new(),
    }
}
