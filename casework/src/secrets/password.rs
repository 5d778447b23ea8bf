//! Passwords: decomposed the way a guesser composes them.

use super::is_repeated;
use super::words::{COMMON, PLACES, WALKS};
use crate::seen::is_seen;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The minimum number of visible characters.
pub const PASSWORD_CHARACTERS_MIN: usize = 10;

/// Anything longer is a denial of service, not a password.
pub const PASSWORD_BYTES_MAX: usize = 1024;

/// The minimum number of different characters.
const DIFFERENT_MIN: usize = 5;

/// This many characters besides common parts do not help.
const LEFT_OVER_MAX: usize = 3;

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PasswordFault {
    /// Too few characters, blanks not counted.
    Short,
    /// A load.
    Long,
    /// It holds the login, the name or the staff number.
    OnesOwn,
    /// Few characters, again and again.
    FewCharacters,
    /// A beginning over and over: its halves are one.
    Repeated,
    /// Letters or digits in order.
    InARow,
    /// Adjacent keys.
    Keyboard,
    /// A telephone number.
    Phone,
    /// A day.
    Date,
    /// A year, alone or with something.
    Year,
    /// A place, an office, or this product.
    Place,
    /// A common choice.
    Common,
}

/// Why a password is refused, if it is. `own` are the person's own words: login, name, staff
/// number.
pub fn password_fault(password: &str, own: &[&str]) -> Option<PasswordFault> {
    use PasswordFault::{FewCharacters, Long, OnesOwn, Repeated, Short};
    if password.len() > PASSWORD_BYTES_MAX {
        return Some(Long);
    }
    let seen = plain(password);
    let letters: Vec<char> = seen.iter().copied().filter(|c| c.is_alphanumeric()).collect();
    if seen.len() < PASSWORD_CHARACTERS_MIN {
        return Some(Short);
    }
    let holds = |own: &&str| {
        let own: Vec<char> = plain(own).into_iter().filter(|c| c.is_alphanumeric()).collect();
        let is_telling = own.len() >= 3 || own.iter().any(|c| !c.is_ascii()) && own.len() >= 2;
        is_telling && letters.windows(own.len()).any(|part| part == own)
    };
    if own.iter().any(holds) {
        return Some(OnesOwn);
    }
    if seen.iter().collect::<BTreeSet<_>>().len() < DIFFERENT_MIN {
        return Some(FewCharacters);
    }
    if is_repeated(&seen) {
        return Some(Repeated);
    }
    // Look-alikes of letters are read both ways; adjacent digits are a number.
    let is_digit =
        |at: Option<usize>| at.and_then(|at| seen.get(at)).is_some_and(char::is_ascii_digit);
    let read = |(at, c): (usize, &char)| {
        let in_number =
            c.is_ascii_digit() && (is_digit(at.checked_sub(1)) || is_digit(Some(at + 1)));
        if in_number { *c } else { spoken(*c) }
    };
    let spoken = letters_only(&seen.iter().enumerate().map(read).collect::<Vec<_>>());
    [seen, letters, spoken].iter().find_map(|text| lazy_parts(text))
}

/// As a guesser reads it: half width, lower case, without invisible characters.
fn plain(text: &str) -> Vec<char> {
    let half_width = |c: char| match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        _ => c,
    };
    text.chars().filter(|c| is_seen(*c)).map(half_width).flat_map(char::to_lowercase).collect()
}

fn letters_only(text: &[char]) -> Vec<char> {
    text.iter().copied().filter(|c| c.is_alphanumeric()).collect()
}

fn spoken(c: char) -> char {
    match c {
        '@' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        c => c,
    }
}

/// The first kind of part of a text that consists of little else.
fn lazy_parts(text: &[char]) -> Option<PasswordFault> {
    let (mut at, mut left_over, mut found) = (0, 0, None);
    while at < text.len() {
        match longest_part(&text[at..]) {
            Some((length, fault)) => {
                found = found.or(Some(fault));
                at += length;
            }
            None => {
                left_over += 1;
                at += 1;
            }
        }
    }
    found.filter(|_| left_over <= LEFT_OVER_MAX)
}

fn longest_part(text: &[char]) -> Option<(usize, PasswordFault)> {
    use PasswordFault::{Common, Date, FewCharacters, InARow, Keyboard, Phone, Place, Year};
    let word = |words: &[&str]| {
        let lengths = words.iter().filter(|word| begins(text, word)).map(|w| w.chars().count());
        lengths.max().unwrap_or(0)
    };
    let run = text.iter().take_while(|c| Some(*c) == text.first()).count();
    let parts = [
        (phone(text), Phone),
        (date(text), Date),
        (year(text), Year),
        (word(PLACES), Place),
        (word(COMMON), Common),
        (at_least(3, walk(text)), Keyboard),
        (at_least(3, steps(text, 1).max(steps(text, -1))), InARow),
        (at_least(3, run), FewCharacters),
    ];
    // Of two that are as long the later one in the list: 123456 is a row of digits, on keys or not.
    parts.into_iter().filter(|(length, _)| *length > 0).max_by_key(|(length, _)| *length)
}

fn at_least(least: usize, length: usize) -> usize {
    if length < least { 0 } else { length }
}

fn begins(text: &[char], word: &str) -> bool {
    let mut rest = text.iter();
    word.chars().all(|c| rest.next() == Some(&c))
}

fn steps(text: &[char], by: i64) -> usize {
    let follows = |two: &&[char]| {
        two.iter().all(char::is_ascii_alphanumeric)
            && (i64::from(u32::from(two[0])) + by == i64::from(u32::from(two[1]))
                || by == 1 && two[0] == '9' && two[1] == '0'
                || by == -1 && two[0] == '0' && two[1] == '9')
    };
    match text.windows(2).take_while(follows).count() {
        0 => 0,
        steps => steps + 1,
    }
}

fn walk(text: &[char]) -> usize {
    let along = |keys: &mut dyn Iterator<Item = char>| {
        let keys: Vec<char> = keys.collect();
        let shared = |start: usize| {
            keys[start..].iter().zip(text).take_while(|(key, typed)| key == typed).count()
        };
        (0..keys.len()).map(shared).max().unwrap_or(0)
    };
    let both = |keys: &&str| along(&mut keys.chars()).max(along(&mut keys.chars().rev()));
    WALKS.iter().map(both).max().unwrap_or(0)
}

fn digits(text: &[char], count: usize) -> Option<String> {
    let digits: String = text.get(..count)?.iter().collect();
    digits.bytes().all(|b| b.is_ascii_digit()).then_some(digits)
}

fn phone(text: &[char]) -> usize {
    let is_mobile = |number: &String| matches!(number.as_bytes(), [b'1', b'3'..=b'9', ..]);
    let is_beijing = |number: &String| number.starts_with("010");
    let alone = digits(text, 11).filter(|_| digits(text, 12).is_none());
    match alone.filter(|number| is_mobile(number) || is_beijing(number)) {
        Some(_) => 11,
        None => 0,
    }
}

fn date(text: &[char]) -> usize {
    let reads = |day: &str| NaiveDate::parse_from_str(day, "%Y%m%d").is_ok();
    let is_day = |day: &String| {
        let turned = format!("{}{}", &day[4..], &day[..4]);
        [day, &turned].iter().any(|day| is_year(&day[..4]) && reads(day))
    };
    if digits(text, 8).is_some_and(|day| is_day(&day)) {
        return 8;
    }
    let is_short = |day: String| ["19", "20"].iter().any(|c| reads(&format!("{c}{day}")));
    if digits(text, 6).is_some_and(is_short) { 6 } else { 0 }
}

fn is_year(year: &str) -> bool {
    ("1920".."2050").contains(&year)
}

fn year(text: &[char]) -> usize {
    if digits(text, 4).is_some_and(|year| is_year(&year)) { 4 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::PasswordFault::*;
    use super::*;

    const OWN: [&str; 3] = ["li.na", "李娜", "XC-0207"];

    #[test]
    fn passwords_that_are_guessed_first_are_not_taken() {
        let kinds = [
            (
                Short,
                &[
                    "ninechars",
                    "九个字不够长的密码",
                    "          ",
                    "\u{3000}\u{200b}x",
                    "a b c d e f g",
                ][..],
            ),
            (
                OnesOwn,
                &["Li.Na-vk83wq", "xk7qwlina9f2", "我是李娜呀请你一定记住我", "kwqzXC0207vm"],
            ),
            (FewCharacters, &["aaaaaaaaaa", "1111111111", "ababababcc", "!!!!!!!!!!!"]),
            (Repeated, &["hunter2hunter2", "密语天下真好密语天下真好", "xkwqzxkwqz"]),
            (InARow, &["abcdefghij", "1234567890", "9876543210", "zyxwvutsrq", "abcdef123456"]),
            (Keyboard, &["qwertyuiop", "1qaz2wsx3edc", "asdfghjkl;", "poiuytrewq", "zxcvbnm,./a"]),
            (Phone, &["13814725369", "13912345678a", "01062345678"]),
            (Date, &["19900115ab", "1990-01-15", "1990011520201231", "900115900116"]),
            (Year, &["2026x2025y", "1998.1999.2000"]),
            (
                Place,
                &["ruhu123456", "Minzheng2026", "beijing@2026", "西城区民政局2026", "shequ888888"],
            ),
            (
                Common,
                &[
                    "password123",
                    "P@ssw0rd2026",
                    "woaini1314520",
                    "admin123456",
                    "letmein2026!",
                    "我爱你一生一世1314",
                ],
            ),
        ];
        let mut other = Vec::new();
        for (fault, passwords) in kinds {
            let found =
                passwords.iter().map(|password| (*password, password_fault(password, &OWN)));
            other.extend(found.filter(|(_, found)| *found != Some(fault)));
        }
        assert_eq!(other, []);
        assert_eq!(password_fault(&"xk7q".repeat(300), &OWN), Some(Long));
    }

    #[test]
    fn what_nobody_guesses_first_is_taken() {
        for password in [
            "入户社工的密码有十个字",
            "十个字才够长的新密码",
            "压测用的密码有十个字",
            "correct horse battery",
            "tpw9-vkq2-hzmr",
            "8350274619",
            "下雨天忘了带伞2026",
            "qx7!beijing!mwp4",
        ] {
            assert_eq!(password_fault(password, &OWN), None, "{password}");
        }
    }
}
