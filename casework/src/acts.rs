//! The acts in the audit log: one closed list, each with a stable code and words for people. An act
//! that is not in it cannot be logged, so none is left without words.

use crate::closed_list::closed_list;

closed_list! {
    /// What was done.
    Act:
    /// Watching began: accounts, rights, devices and keys that were there before.
    Begun = "log_begun", "开始留痕", "The log began";
    /// The program wrote watched rows with nobody to name: the demo's, or a job's.
    Unattributed = "rows_written", "系统写入", "Rows were written by the program";

    /// A sign-in with the right password.
    SignedIn = "signed_in", "登录", "Signed in";
    /// A refused sign-in. It names the account if there is one, never what was typed.
    SignInFailed = "sign_in_failed", "登录失败", "A sign-in failed";
    /// A person ended all sign-ins of a device.
    SignedOut = "signed_out", "退出登录", "Signed out";
    /// A replaced refresh token came back, which ended the sign-ins of its device.
    RefreshReused = "refresh_reused", "刷新令牌被重复使用", "A refresh token was used twice";
    /// The sign-ins of everybody were ended.
    SignInsEnded = "sign_ins_ended", "全部登录作废", "All sign-ins were ended";
    /// The sign-ins of a device were ended.
    DeviceRevoked = "device_revoked", "设备登录作废", "A device's sign-ins were ended";
    /// A device was reported lost.
    DeviceLost = "device_lost", "设备挂失", "A device was reported lost";
    /// The report of a loss was withdrawn.
    DeviceFound = "device_found", "设备解除挂失", "A device was reported found";
    /// A person's password was changed, which ended the person's other sign-ins.
    PasswordChanged = "password_changed", "更换密码", "A password was changed";
    /// A person was given a one-time password, which ended all of the person's sign-ins.
    PasswordReset = "password_reset", "重置密码", "A password was reset to a one-time one";
    /// A secret for a second factor was issued; it has no effect yet.
    SecondFactorBegun = "second_factor_begun", "申请双重验证密钥", "A secret for a second factor was given";
    /// A second factor takes effect.
    SecondFactorEnrolled = "second_factor_enrolled", "启用双重验证", "A second factor was set up";
    /// A person removed their own second factor.
    SecondFactorOff = "second_factor_off", "停用双重验证", "A second factor was switched off";
    /// An administrator, or the command line, removed a second factor.
    SecondFactorReset = "second_factor_reset", "重置双重验证", "A second factor was reset";
    /// A recovery code replaced a code of the app.
    RecoveryCodeUsed = "recovery_code_used", "使用恢复码", "A recovery code was used";
    /// A PIN was set.
    PinSet = "pin_set", "设置签名 PIN", "A PIN was set";

    /// A provider was entered.
    ProviderAdded = "provider_added", "登记承接机构", "A provider was added";
    /// A ban of a provider began.
    BanBegun = "ban_begun", "列入禁入名单", "A ban began";
    /// A ban was lifted.
    BanLifted = "ban_lifted", "解除禁入", "A ban was lifted";
    /// A contract was entered.
    ContractAdded = "contract_added", "登记合同", "A contract was added";
    /// A contract was ended.
    ContractEnded = "contract_ended", "终止合同", "A contract was ended";
    /// A caseload was made.
    CaseloadAdded = "caseload_added", "设立服务组", "A caseload was added";
    /// A person joined a team.
    MembershipAdded = "membership_added", "加入服务组", "A membership was added";
    /// A person's place in a team was withdrawn.
    MembershipEnded = "membership_ended", "退出服务组", "A membership was ended";
    /// An office was given.
    OfficeAdded = "office_added", "授予职务", "An office was added";
    /// An office was withdrawn.
    OfficeEnded = "office_ended", "终止职务", "An office was ended";
    /// An account was made.
    AccountAdded = "account_added", "开立账号", "An account was added";
    /// An account was enabled or disabled.
    AccountSwitched = "account_switched", "启用或停用账号", "An account was switched on or off";

    /// A form was published.
    FormPublished = "form_published", "发布表单", "A form was published";
    /// A form's version was retired.
    FormRetired = "form_retired", "停用表单", "A form was retired";
    /// A form's retirement was lifted.
    FormRetirementLifted = "form_retirement_lifted", "恢复表单", "A form's retirement was lifted";
    /// A value of a rule table was entered.
    TableEntered = "table_entered", "录入标准", "A table value was entered";
    /// A value of a rule table was corrected.
    TableCorrected = "table_corrected", "更正标准", "A table value was corrected";

    /// A record was read in full.
    RecordViewed = "record_viewed", "查看完整记录", "A record was viewed in full";
    /// An edit that was not taken was read in full.
    EditViewed = "edit_viewed", "查看完整修改内容", "An edit was viewed in full";
    /// An assessment was taken up for review.
    AssessmentTakenUp = "assessment_taken_up", "开始审核", "An assessment was taken up";
    /// An assessment was returned.
    AssessmentReturned = "assessment_returned", "退回评估", "An assessment was returned";
    /// An assessment was accepted.
    AssessmentAccepted = "assessment_accepted", "通过评估", "An assessment was accepted";
    /// A household's category was confirmed.
    HouseholdConfirmed = "household_confirmed", "确认救助类别", "A household was confirmed";
    /// Open conflicts were settled.
    ConflictsSettled = "conflicts_settled", "处理分歧", "Conflicts were settled";
    /// An edit in quarantine was applied.
    EditApplied = "edit_applied", "采纳搁置的修改", "A quarantined edit was applied";
    /// An edit that was not taken was dismissed.
    EditDismissed = "edit_dismissed", "不采纳修改", "An edit was dismissed";
    /// A record was deleted at the desk.
    RecordDeleted = "record_deleted", "删除记录", "A record was deleted";
    /// A deleted record was restored at the desk.
    RecordUndeleted = "record_undeleted", "恢复记录", "A record was brought back";
    /// Households moved to another caseload.
    HouseholdsMoved = "households_moved", "移交家庭", "Households were moved";

    /// Words were lawfully erased from the journal.
    Erased = "journal_erased", "依法清除内容", "Words were erased by right";
    /// The database was copied into a file.
    BackupMade = "backup_made", "制作备份", "A backup was made";
    /// The database was restored from a backup.
    BackupRestored = "backup_restored", "恢复备份", "A backup was restored";
    /// A key that signs access tokens was made.
    TokenKeyAdded = "token_key_added", "新增令牌签名密钥", "A token key was added";
    /// Rows were resealed under another key.
    Resealed = "rows_resealed", "更换封存密钥", "Rows were sealed under another key";
    /// The read models were rebuilt.
    ModelsRebuilt = "models_rebuilt", "重建查询表", "The read models were rebuilt";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_act_has_its_own_code_and_words_in_both_languages() {
        let codes: BTreeSet<_> = Act::ALL.iter().map(|act| act.as_str()).collect();
        assert_eq!(codes.len(), Act::ALL.len());
        for act in Act::ALL {
            assert_eq!(Act::parse(act.as_str()), Some(*act));
            assert!(!act.zh().is_ascii() && act.en().is_ascii(), "{act:?}");
        }
        assert_eq!(Act::parse("nothing_done"), None);
    }
}
