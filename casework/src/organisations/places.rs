//! People's memberships over time: that nobody works for two providers at once, and how a
//! membership ends.

use super::fault::OrganisationFault;
use super::{check_text, keep};
use chrono::{Days, NaiveDate};
use ruhu_sync::id::StreamId;
use uuid::Uuid;

/// Days, first and last inclusive. One whose last day is before its first was ended before it
/// began, and holds on no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The first day.
    pub first_day: NaiveDate,
    /// The last day; none if it is open.
    pub last_day: Option<NaiveDate>,
}

impl Term {
    fn is_empty(self) -> bool {
        self.last_day.is_some_and(|last| last < self.first_day)
    }

    /// Whether there is a day on which both hold.
    pub fn meets(self, other: Self) -> bool {
        let begins_in_time = |a: Self, b: Self| b.last_day.is_none_or(|last| a.first_day <= last);
        !self.is_empty()
            && !other.is_empty()
            && begins_in_time(self, other)
            && begins_in_time(other, self)
    }
}

/// A person's place in a caseload, with the provider that it is a place with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Employment {
    /// The provider whose contract the caseload is under.
    pub provider: Uuid,
    /// The caseload.
    pub caseload: StreamId,
    /// The days on which membership and contract both run.
    pub term: Term,
}

/// What is wrong with a new place beside the others of the person: staff belong to the contract's
/// party (313号 严禁服务转包), so that nobody works for two providers on one day.
pub fn check_employment(new: &Employment, others: &[Employment]) -> Vec<OrganisationFault> {
    let mut meeting = others.iter().filter(|other| other.term.meets(new.term));
    let of_another = meeting.clone().any(|other| other.provider != new.provider);
    let twice = meeting.any(|other| other.caseload == new.caseload);
    keep([
        (of_another, OrganisationFault::MembershipOfAnotherProvider),
        (twice, OrganisationFault::MembershipTwice),
    ])
}

/// The problem of ending something on a day, inclusive. The earliest is yesterday, which ends it at
/// once: the past stays as it was.
pub fn check_end(term: Term, last_day: NaiveDate, today: NaiveDate) -> Vec<OrganisationFault> {
    let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
    keep([
        (last_day < yesterday, OrganisationFault::EndInThePast),
        (term.last_day.is_some_and(|last| last <= last_day), OrganisationFault::EndNotEarlier),
    ])
}

const LOGIN_BYTES_MAX: usize = 100;
const PERSON_NAME_CHARACTERS_MAX: usize = 50;

/// The problems of a person's account.
pub fn check_account(login: &str, name: &str) -> Vec<OrganisationFault> {
    let is_login = |c: char| c.is_alphanumeric() || ".-_@".contains(c);
    let malformed = !crate::seen::says_something(login)
        || login.len() > LOGIN_BYTES_MAX
        || !login.chars().all(is_login);
    let mut found = keep([(malformed, OrganisationFault::LoginMalformed)]);
    match name.chars().count() > PERSON_NAME_CHARACTERS_MAX {
        true => found.push(OrganisationFault::TextTooLong),
        false => found.extend(check_text(name, OrganisationFault::NameMissing)),
    }
    found
}

#[cfg(test)]
mod tests {
    use super::OrganisationFault as Fault;
    use super::*;
    use crate::days::day;

    fn on(text: &str) -> NaiveDate {
        day(text).expect("day")
    }

    fn term(first: &str, last: &str) -> Term {
        Term { first_day: on(first), last_day: (!last.is_empty()).then(|| on(last)) }
    }

    fn place(provider: u128, caseload: u128, first: &str, last: &str) -> Employment {
        Employment {
            provider: Uuid::from_u128(provider),
            caseload: StreamId(Uuid::from_u128(caseload)),
            term: term(first, last),
        }
    }

    #[test]
    fn nobody_works_for_two_providers_on_one_day() {
        let others = [place(1, 10, "2026-01-01", "2026-06-30")];
        let check = |new: Employment| check_employment(&new, &others);
        assert_eq!(check(place(2, 20, "2026-07-01", "")), []);
        assert_eq!(check(place(2, 20, "2025-01-01", "2025-12-31")), []);
        let another = [Fault::MembershipOfAnotherProvider];
        assert_eq!(check(place(2, 20, "2026-06-30", "")), another);
        assert_eq!(check(place(2, 20, "2025-01-01", "2026-01-01")), another);
        assert_eq!(check(place(1, 11, "2026-06-30", "")), []);
        assert_eq!(check(place(1, 10, "2026-06-30", "")), [Fault::MembershipTwice]);
        assert_eq!(check(place(1, 10, "2026-07-01", "")), []);
    }

    #[test]
    fn what_ended_before_it_began_is_in_nobodys_way() {
        let void = [place(1, 10, "2026-03-01", "2026-02-28")];
        assert_eq!(check_employment(&place(2, 20, "2026-01-01", ""), &void), []);
        assert!(!term("2026-01-01", "").meets(void[0].term));
    }

    #[test]
    fn an_end_is_earlier_than_before_and_not_dated_back() {
        let running = term("2026-01-01", "2026-12-31");
        let check = |last: &str| check_end(running, on(last), on("2026-11-23"));
        assert_eq!(check("2026-11-22"), []);
        assert_eq!(check("2026-11-21"), [Fault::EndInThePast]);
        assert_eq!(check("2026-12-30"), []);
        assert_eq!(check("2026-12-31"), [Fault::EndNotEarlier]);
        assert_eq!(check_end(term("2026-01-01", ""), on("2026-12-31"), on("2026-11-23")), []);
        let ended = term("2026-01-01", "2026-11-22");
        assert_eq!(check_end(ended, on("2026-11-22"), on("2026-11-23")), [Fault::EndNotEarlier]);
    }

    #[test]
    fn an_account_takes_a_plain_login_and_a_name() {
        assert_eq!(check_account("worker_01@tianqiao.cn", "测试甲"), []);
        assert_eq!(check_account("社工.甲", "测试·乙"), []);
        for login in ["", "two words", "a\0", &"x".repeat(101)] {
            assert_eq!(check_account(login, "测试甲"), [Fault::LoginMalformed], "{login:?}");
        }
        assert_eq!(check_account("a", " "), [Fault::NameMissing]);
        assert_eq!(check_account("a", &"长".repeat(51)), [Fault::TextTooLong]);
    }
}
