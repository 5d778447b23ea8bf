//! The normal form of text: two ways of writing one thing are one value. Stored, hashed and
//! compared text is in normal form; the journal keeps the bytes that were sent.

use crate::json::Json;
use crate::planted::{Fault, planted};
use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

/// Whether a character is blank: Unicode white space, and zero-width characters that come along
/// when people copy. Characters that steer the writing direction do not count, and are kept.
pub fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// A text in normal form: composed (NFC), with line feeds at line ends, and trimmed.
pub fn text(text: &str) -> Cow<'_, str> {
    let mut normal = Cow::Borrowed(text.trim_matches(is_blank));
    if normal.contains('\r') {
        normal = Cow::Owned(normal.replace("\r\n", "\n").replace('\r', "\n"));
    }
    if is_nfc_quick(normal.chars()) != IsNormalized::Yes {
        normal = Cow::Owned(normal.nfc().collect());
    }
    normal
}

/// Normalises every text in a value; names of members are kept as they are.
pub fn texts(value: &mut Json) {
    match value {
        Json::Text(said) => {
            if let Some(normal) = changed(said) {
                *said = normal;
            }
        }
        Json::List(items) => items.iter_mut().for_each(texts),
        Json::Object(members) => members.values_mut().for_each(texts),
        Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Real(_) => {}
    }
}

fn changed(said: &str) -> Option<String> {
    let normal = text(said);
    (normal != said && !planted(Fault::SpellingsDiffer)).then(|| normal.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_text_are_one_text() {
        for (written, normal) in [
            ("cafe\u{301}", "café"),
            ("三层\r\n无电梯\r", "三层\n无电梯"),
            (" \u{3000}\u{200b}测试甲\u{feff}\n", "测试甲"),
            ("第一行\n\n　第二行", "第一行\n\n　第二行"),
            ("\u{3000}\u{200b}", ""),
            ("Ⅳ １", "Ⅳ １"),
            ("\u{202e}a", "\u{202e}a"),
        ] {
            assert_eq!(text(written), normal, "{written:?}");
        }
    }

    #[test]
    fn texts_are_found_wherever_they_stand_and_names_are_kept() {
        let mut value = Json::parse(r#"{"e\u0301":[" a ",{"b":"c\r\n","n":1.5}]}"#).expect("json");
        texts(&mut value);
        assert_eq!(Ok(value), Json::parse(r#"{"e\u0301":["a",{"b":"c","n":1.5}]}"#).map_err(drop));
    }

    proptest! {
        #[test]
        fn what_is_in_normal_form_stays_as_it_is(written in any::<String>()) {
            let once = text(&written).into_owned();
            prop_assert_eq!(text(&once), once.as_str());
        }
    }
}
