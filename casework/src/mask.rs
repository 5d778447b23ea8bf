//! Masks personal data for readers who need not see all of it (个人信息保护法 §51, facts §7). Lists and
//! read models contain nothing else. What is too short or too strange to be what it should be is
//! hidden altogether.

use ruhu_sync::json::Json;

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

/// The replacement for a hidden value, whatever its length.
pub const HIDDEN: &str = "****";

/// A hidden value.
pub fn whole() -> Json {
    Json::Text(HIDDEN.to_owned())
}

/// `虚拟胡同****`: the beginning of an address, six characters at most and no more than half of it.
pub fn address(address: &str) -> String {
    let address = address.trim();
    let kept = (address.chars().count() / 2).min(6);
    match address.is_empty() {
        true => String::new(),
        false => address.chars().take(kept).chain(HIDDEN.chars()).collect(),
    }
}

/// `1949-**-**`: the year. With the day, a masked citizen's number would be whole again.
pub fn birth_date(day: &str) -> String {
    match crate::days::day(day) {
        Some(_) => format!("{}-**-**", &day[..4]),
        None => hidden(day),
    }
}

/// The fewest digits of a number that can identify somebody: a local phone number has seven.
const FIGURES_MIN: usize = 7;

/// Free text, with stars for every long number in it: a citizen's number, a phone, an account, in
/// any width and also in groups, as they are read out.
pub fn words(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let end = figures_end(&characters, at);
        let digits = characters[at..end].iter().filter(|c| is_digit(**c)).count();
        if digits >= FIGURES_MIN {
            shown.push_str(HIDDEN);
        } else {
            let end = end.max(at + 1);
            shown.extend(&characters[at..end]);
        }
        at = end.max(at + 1);
    }
    shown
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('\u{ff10}'..='\u{ff19}').contains(&c)
}

/// Where the digits that begin here end, allowing one sign or blank between two of them, and
/// including the last character of a citizen's number.
fn figures_end(characters: &[char], from: usize) -> usize {
    let is_digit_at = |at: usize| characters.get(at).is_some_and(|c| is_digit(*c));
    let is_between = |at: usize| {
        characters.get(at).is_some_and(|c| matches!(c, ' ' | '\u{3000}' | '-' | '－' | '—' | '.'))
    };
    let mut end = from;
    while is_digit_at(end) || (end > from && is_between(end) && is_digit_at(end + 1)) {
        end += 1;
    }
    let is_last_sign = |c: &char| matches!(c, 'x' | 'X' | 'ｘ' | 'Ｘ');
    if end > from && characters.get(end).is_some_and(is_last_sign) { end + 1 } else { end }
}

fn hidden(text: &str) -> String {
    "*".repeat(text.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_everything_but_long_numbers() {
        for (said, shown) in [
            ("", ""),
            ("老人独居，2子在外地，月入3200.50元。", "老人独居，2子在外地，月入3200.50元。"),
            ("电话13800001234，晚上打", "电话****，晚上打"),
            ("打 138 0000 1234 或 010-66001234", "打 **** 或 ****"),
            ("身份证99999919491231002x。", "身份证****。"),
            ("号码９９９９９９１９４９１２３１００２Ｘ", "号码****"),
            ("2026-11-23去过", "****去过"),
            ("2026年11月23日去过3次", "2026年11月23日去过3次"),
            ("第3-4单元 502室", "第3-4单元 502室"),
        ] {
            assert_eq!(words(said), shown, "{said}");
        }
    }

    #[test]
    fn an_address_keeps_its_beginning_and_a_birthday_its_year() {
        assert_eq!(address("虚拟胡同2号楼3单元502室"), "虚拟胡同2号****");
        assert_eq!(address("2号"), "2****");
        assert_eq!(address("号"), "****");
        assert_eq!(address(" "), "");
        assert_eq!(birth_date("1949-12-31"), "1949-**-**");
        assert_eq!(birth_date("四九年"), "***");
    }

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
