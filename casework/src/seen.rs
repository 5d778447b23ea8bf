//! Whether people can see anything of a text.

/// Whether a character is visible: not a blank, a control, a zero-width character, a direction mark
/// or a filler.
pub fn is_seen(character: char) -> bool {
    !character.is_whitespace()
        && !character.is_control()
        && !matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether anything of a text is visible: an invisible name or reason says nothing.
pub fn says_something(text: &str) -> bool {
    text.chars().any(is_seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_nobody_can_see_says_nothing() {
        for unseen in
            ["", " \t", "\u{3000}", "\u{200b}\u{feff}", "\u{202e}\u{ad}", "\u{3164}", "\u{2800}"]
        {
            assert!(!says_something(unseen), "{unseen:?}");
        }
        for seen in ["测", "a\u{200b}", "·", "ئا"] {
            assert!(says_something(seen), "{seen:?}");
        }
    }
}
