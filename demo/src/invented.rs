//! People, numbers and places that nobody has. Each looks made up at first sight, and still passes
//! every check that a real one has to pass.

use crate::dice::Dice;
use chrono::{Datelike as _, NaiveDate};

const SURNAMES: [&str; 20] = [
    "赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨",
    "朱", "秦", "许", "何",
];
const STEMS: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];
const BRANCHES: [&str; 12] =
    ["子", "丑", "寅", "卯", "辰", "巳", "午", "未", "申", "酉", "戌", "亥"];

/// A surname.
pub(crate) fn surname(dice: &mut Dice) -> &'static str {
    dice.pick(&SURNAMES, "赵")
}

/// 赵甲子: a surname and one of the sixty terms of the calendar, which nobody is called.
pub(crate) fn name(surname: &str, number: usize) -> String {
    format!("{surname}{}{}", STEMS[number % STEMS.len()], BRANCHES[number % BRANCHES.len()])
}

/// The name of the n-th member of staff.
pub(crate) fn staff_name(number: usize) -> String {
    // After sixty terms the surnames move on by one, so that nobody is called as another.
    name(SURNAMES[(number + number / 60) % SURNAMES.len()], number)
}

/// Weights and check characters of GB 11643-1999.
const ID_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECK: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// A citizen's number in the division 999999, which is no place. The last digit of `order` is odd
/// for a man.
pub(crate) fn id_number(born: NaiveDate, order: usize) -> String {
    let digits =
        format!("999999{:04}{:02}{:02}{:03}", born.year(), born.month(), born.day(), order % 1000);
    let products =
        digits.chars().zip(ID_WEIGHTS).map(|(c, weight)| c.to_digit(10).unwrap_or(0) * weight);
    let check = ID_CHECK[(products.sum::<u32>() % 11) as usize];
    format!("{digits}{check}")
}

const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A unified social credit code (GB 32100-2015) of the registration office 999999, which is none.
pub(crate) fn uscc(number: usize) -> String {
    let body = format!("52999999MJDEM{number:04}");
    let (mut weight, mut sum) = (1, 0);
    for byte in body.bytes() {
        let value = USCC_ALPHABET.iter().position(|known| *known == byte).unwrap_or(0);
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    let check = char::from(USCC_ALPHABET[(31 - sum % 31) % 31]);
    format!("{body}{check}")
}

/// A number of eleven digits that begins with 100: no mobile network has it.
pub(crate) fn phone(dice: &mut Dice) -> String {
    format!("100{:08}", dice.below(100_000_000))
}

/// An address of the right form at a road that is not there.
pub(crate) fn address(community: &str, dice: &mut Dice) -> String {
    format!(
        "{community}示例路{}号院{}号楼{}单元{}{:02}室",
        dice.between(1, 199),
        dice.between(1, 12),
        dice.between(1, 6),
        dice.between(1, 18),
        dice.between(1, 4),
    )
}

/// 第三示例社区: plainly no community's name.
pub(crate) fn community(number: usize) -> String {
    const NUMERALS: [&str; 4] = ["一", "二", "三", "四"];
    format!("第{}示例社区", NUMERALS[number % NUMERALS.len()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruhu_casework::identity;

    #[test]
    fn every_id_number_passes_the_check_and_says_birthday_and_sex() {
        let first: NaiveDate = "1936-02-29".parse().expect("day");
        for order in 0..1000 {
            let born = first + chrono::Days::new(order * 31);
            let number = id_number(born, order as usize);
            let read = identity::id_number(&number).expect(&number);
            assert_eq!(read.birth_date.to_string(), born.to_string());
            assert_eq!(read.sex, if order % 2 == 1 { "1" } else { "2" });
            assert!(number.starts_with("999999"));
        }
    }

    #[test]
    fn every_credit_code_passes_the_check() {
        for number in 0..50 {
            assert_eq!(identity::uscc(&uscc(number)), Ok(()));
        }
    }

    #[test]
    fn a_phone_number_is_one_that_can_be_masked_and_that_nobody_has() {
        let mut dice = Dice::new(1, "phone", 0);
        for _ in 0..100 {
            let number = phone(&mut dice);
            assert!(number.len() == 11 && number.starts_with("100"));
            assert!(ruhu_casework::mask::phone(&number).contains("****"));
        }
    }

    #[test]
    fn a_hundred_members_of_staff_have_a_hundred_names() {
        let names: std::collections::BTreeSet<_> = (0..100).map(staff_name).collect();
        assert_eq!(names.len(), 100);
        assert_eq!(staff_name(0), "赵甲子");
    }
}
