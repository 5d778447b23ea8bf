//! Why something of the organisations is refused: one closed list. What clients branch on is the
//! code, which never changes; the words may.

use std::fmt;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $zh:literal, $en:literal;)*) => {
        /// Why something of this is refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum OrganisationFault { $($(#[$doc])* $name,)* }

        impl OrganisationFault {
            /// All of them, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What is wrong, in Chinese.
            pub fn zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }

            /// What is wrong, in English.
            pub fn en(self) -> &'static str {
                match self { $(Self::$name => $en,)* }
            }
        }
    };
}

faults! {
    /// The provider's code is no unified social credit code.
    UsccMalformed, "uscc_malformed",
        "统一社会信用代码格式不对，应为 18 位",
        "The unified social credit code takes 18 characters of its alphabet";
    /// The provider's code was misread.
    UsccCheckDigit, "uscc_check_digit",
        "统一社会信用代码校验位不符，请核对",
        "The check digit of the unified social credit code does not fit: read it again";
    /// Another provider has this code.
    UsccTaken, "uscc_taken",
        "此统一社会信用代码已有登记",
        "A provider with this unified social credit code is here already";
    /// The name is missing.
    NameMissing, "name_missing",
        "名称不能为空",
        "A name is missing";
    /// The reason is missing.
    ReasonMissing, "reason_missing",
        "请说明理由",
        "A reason is missing";
    /// A text is longer than [`TEXT_CHARACTERS_MAX`](super::TEXT_CHARACTERS_MAX).
    TextTooLong, "text_too_long",
        "文字过长，至多 500 字",
        "A text has more than 500 characters";
    /// A text has control characters.
    TextMalformed, "text_malformed",
        "文字中含有控制字符",
        "A text has control characters in it";
    /// The last day is before the first.
    DaysBackwards, "days_backwards",
        "结束日期早于开始日期",
        "The last day is before the first";
    /// Neither a district nor a street buys (313号 购买主体).
    PurchaserLevel, "purchaser_level",
        "购买主体应为区或街道（乡镇）",
        "The purchaser is a district or a street";
    /// A contract runs for more than three years (政府购买服务管理办法 财政部令第102号 §24; 313号).
    ContractOverThreeYears, "contract_over_three_years",
        "合同期限不得超过3年",
        "A contract runs for at most three years";
    /// A contract for more than a year gives no reason (财政部令第102号 §24).
    ContractOverOneYearUnexplained, "contract_over_one_year_unexplained",
        "合同期限超过1年应说明理由",
        "A contract for more than one year needs a reason";
    /// The provider is banned on the day of signing or when the contract begins (313号 三年内禁止参与).
    ProviderBanned, "provider_banned",
        "承接主体在禁入期内，不得签订合同",
        "The provider is banned and gets no contract";
    /// The provider is banned on that day already.
    AlreadyBanned, "already_banned",
        "承接主体已在禁入期内",
        "The provider is banned already";
    /// The caseload is outside the area of who buys.
    CaseloadOutsidePurchaser, "caseload_outside_purchaser",
        "服务范围超出购买主体辖区",
        "The caseload lies outside the purchaser's area";
    /// The contract has ended.
    ContractEnded, "contract_ended",
        "合同已经结束",
        "The contract has ended";
    /// The membership is outside the contract's days.
    MembershipOutsideContract, "membership_outside_contract",
        "任职日期超出合同期限",
        "The membership is outside the contract's days";
    /// The membership names the days of another contract.
    MembershipOfAnotherContract, "membership_of_another_contract",
        "任职所列合同日期与合同不符",
        "The membership names the days of another contract";
    /// The person works for another provider on some of these days (313号 严禁服务转包: staff belong to
    /// the contract's party).
    MembershipOfAnotherProvider, "membership_of_another_provider",
        "该人员在此期间受雇于其他承接主体；人员须属合同承接方，严禁服务转包",
        "On some of these days the person works for another provider: staff belong to the contract's party, and services are not passed on";
    /// The person has a place in this caseload on some of these days.
    MembershipTwice, "membership_twice",
        "该人员在此期间已在此服务组任职",
        "On some of these days the person has a place in this caseload already";
    /// The person has no entry qualification, and no reason is given why that is (313号:
    /// 一般应具有大学专科以上学历或助理社会工作师及以上).
    EntryQualification, "entry_qualification",
        "入户社工一般应具有大学专科以上学历，或助理社会工作师及以上职业资格；例外应说明理由",
        "A worker generally has a college degree or is an assistant social worker or above; an exception needs a reason";
    /// A code of education or title is none.
    QualificationUnknown, "qualification_unknown",
        "学历或职业资格代码无效",
        "There is no such code of education or title";
    /// The area is no code.
    AreaMalformed, "area_malformed",
        "区划代码无效",
        "The area is no code of 6, 9 or 12 digits";
    /// The area is outside that of the person who arranges it.
    OutsideYourArea, "outside_your_area",
        "区划超出您的辖区，请改填辖区内的区划，或请上级管理员办理",
        "The area lies outside yours: give one inside it, or ask an administrator above";
    /// Whoever arranges for several areas has not said for which.
    AreaMissing, "area_missing",
        "您管理多个辖区，请指明区划",
        "You arrange for several areas: say for which";
    /// The role is not held at that level.
    OfficeLevel, "office_level",
        "岗位与辖区层级不符",
        "The role is not held at the level of that area";
    /// There is no such role.
    RoleUnknown, "role_unknown",
        "没有这种岗位",
        "There is no such role";
    /// A worker's place is a membership, bounded by a contract, not an office.
    WorkerNeedsMembership, "worker_needs_membership",
        "社工应通过合同任职，不能直接授予岗位",
        "A worker needs a membership under a contract, not an office";
    /// The person works for a contractor on days on which the office would be the government's or an
    /// evaluator's (313号 应当由政府直接承担的行政管理性事务不得向社会力量购买; nobody evaluates the
    /// own work).
    ContractorCannotDecide, "contractor_cannot_decide",
        "承接主体人员不得担任政府岗位或第三方评价岗位",
        "A contractor's staff hold no office of government and evaluate nothing";
    /// The person would do for themselves what another administrator has to do: give an office or a
    /// place, reset a password.
    ForOneself, "for_oneself",
        "不得为本人办理，请由其他管理员办理",
        "Nobody does this for themselves: ask another administrator";
    /// The person holds an office on some of these days that excludes this one.
    DutiesExclude, "duties_exclude",
        "该人员在此期间的岗位与此岗位不得兼任：管理、审核受理、审计、评价应相互分离",
        "On some of these days the person holds an office that excludes this one: who administers, who handles cases, who audits and who evaluates are different people";
    /// An auditor is appointed and dismissed from a wider area than the own.
    AuditorFromAbove, "auditor_from_above",
        "审计人员只能由上级辖区的管理员任免、停用或重置密码",
        "Only an administrator of a wider area appoints, dismisses or switches off an auditor, or resets an auditor's password";
    /// The login takes letters, digits and `. - _ @`, at most 100 bytes.
    LoginMalformed, "login_malformed",
        "登录名只能用字母、数字和 . - _ @，至多 100 字节",
        "A login takes letters, digits and . - _ @, at most 100 bytes";
    /// Somebody has this login.
    LoginTaken, "login_taken",
        "登录名已被占用",
        "The login is taken";
    /// The password is too short, or far too long.
    PasswordWeak, "password_weak",
        "密码应为 10 个字符以上",
        "A password has at least 10 characters";
    /// There is no such account.
    AccountUnknown, "account_unknown",
        "没有这个账号",
        "There is no such account";
    /// The account is switched off.
    AccountOff, "account_off",
        "账号已停用",
        "The account is switched off";
    /// It is in this state already.
    StateAlready, "state_already",
        "已是此状态，无需变更",
        "It is so already";
    /// There is no such provider.
    ProviderUnknown, "provider_unknown",
        "没有这个承接主体",
        "There is no such provider";
    /// There is no such contract within the area.
    ContractUnknown, "contract_unknown",
        "没有这份合同，或不在您的辖区",
        "There is no such contract, or it is not in your area";
    /// There is no such caseload within the area.
    CaseloadUnknown, "caseload_unknown",
        "没有这个服务组，或不在您的辖区",
        "There is no such caseload, or it is not in your area";
    /// The end is before yesterday: what was in force was in force.
    EndInThePast, "end_in_the_past",
        "最早可自昨日起结束，不得倒填日期",
        "The earliest last day is yesterday: an end is not dated back";
    /// It ends on that day or before already.
    EndNotEarlier, "end_not_earlier",
        "已在该日或更早结束",
        "It ends on that day or earlier already";
}

impl fmt::Display for OrganisationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.zh())
    }
}

impl std::error::Error for OrganisationFault {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_fault_has_a_code_of_its_own_and_says_what_is_wrong_in_both_languages() {
        let codes: BTreeSet<_> = OrganisationFault::ALL.iter().map(|fault| fault.code()).collect();
        assert_eq!(codes.len(), OrganisationFault::ALL.len());
        for fault in OrganisationFault::ALL {
            assert!(fault.zh().chars().any(|c| ('一'..='龥').contains(&c)), "{fault:?}");
            assert!(fault.en().is_ascii() && fault.en().len() > 10, "{fault:?}");
        }
    }
}
