//! Personal data as it is shown to those who need not see it whole (个人信息保护法 §51, facts §7).
//! Lists and read models hold nothing else. What is too short or too strange to be what it should
//! be is hidden altogether.

/// `王*`: the first character, then a star for each further one, two at most, so that the length
/// of a rare long name does not give it away. A name of one character would be shown whole: it is
/// hidden.
pub fn name(name: &str) -> String {
    let mut characters = name.trim().chars();
    match (characters.next(), characters.count().min(2)) {
        (None, _) => String::new(),
        (Some(_), 0) => hidden(name.trim()),
        (Some(first), stars) => format!("{first}{}", "*".repeat(stars)),
    }
}

/// `110105********002X`: the region, and the last four characters.
pub fn id_number(number: &str) -> String {
    let is_one = number.len() == 18 && number.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_one { format!("{}********{}", &number[..6], &number[14..]) } else { hidden(number) }
}

/// A disability certificate's number is the holder's citizen's number and the kind and grade of
/// the disability: the first is masked as such, the rest hidden.
pub fn disability_cert_no(number: &str) -> String {
    match number.get(..18) {
        Some(holder) => format!("{}{}", id_number(holder), hidden(&number[18..])),
        None => hidden(number),
    }
}

/// `138****1234`: the carrier's three digits and the last four.
pub fn phone(phone: &str) -> String {
    let is_mobile = phone.len() == 11 && phone.bytes().all(|b| b.is_ascii_digit());
    if is_mobile { format!("{}****{}", &phone[..3], &phone[7..]) } else { hidden(phone) }
}

/// `****1234`: the last four digits of an account, whatever its length.
pub fn bank_account(account: &str) -> String {
    let is_one = account.len() >= 12 && account.bytes().all(|b| b.is_ascii_digit());
    if is_one { format!("****{}", &account[account.len() - 4..]) } else { hidden(account) }
}

fn hidden(text: &str) -> String {
    "*".repeat(text.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_first_character_and_at_most_two_stars() {
        for (whole, masked) in [
            ("", ""),
            ("王", "*"),
            (" 王 ", "*"),
            ("测甲", "测*"),
            ("测试戊", "测**"),
            ("阿卜杜拉·买买提", "阿**"),
            ("𬍛国", "𬍛*"),
            (" 测甲 ", "测*"),
        ] {
            assert_eq!(name(whole), masked);
        }
    }

    #[test]
    fn a_number_keeps_its_ends() {
        assert_eq!(id_number("11010519491231002X"), "110105********002X");
        assert_eq!(phone("13800001234"), "138****1234");
        assert_eq!(bank_account("6222020000001234"), "****1234");
        assert_eq!(disability_cert_no("11010519491231002X12"), "110105********002X**");
    }

    #[test]
    fn what_is_no_such_number_is_hidden_altogether() {
        assert_eq!(id_number("1101051949123100"), "*".repeat(16));
        assert_eq!(phone("1380000123"), "*".repeat(10));
        assert_eq!(phone("010-6600123"), "*".repeat(11));
        assert_eq!(bank_account("62220200000"), "*".repeat(11));
        assert_eq!(disability_cert_no("残1234"), "*****");
        assert_eq!(id_number("残疾证号码壹贰"), "*******");
    }
}
