//! Whether a text says anything.

/// Whether nobody can see anything in a text: blanks of any width, controls, and the characters
/// that Unicode draws as nothing.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_unseen)
}

fn is_unseen(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(
            character,
            '\u{00ad}'
                | '\u{034f}'
                | '\u{061c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_of_any_width_and_characters_of_no_width_say_nothing() {
        for blank in ["", " \t\n", "\u{3000}", "\u{200b}\u{feff}", "\u{2060}\u{ad}", "\u{3164}"] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for seen in ["王", "\u{200b}王", ".", "𠮷", "a\u{300}"] {
            assert!(!is_blank(seen), "{seen:?}");
        }
    }
}
