//! The closed list of problems. Clients branch on the slug, which never changes; the words may.

use super::Text;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident, $slug:literal, $status:literal, $title_zh:literal, $title_en:literal, $advice_zh:literal, $advice_en:literal;)*) => {
        /// What kind of problem it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// All of them, in the order of the list.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// The stable last part of its type URI.
            pub fn slug(self) -> &'static str {
                match self { $(Kind::$name => $slug,)* }
            }

            /// The HTTP status of its answer.
            pub fn status(self) -> u16 {
                match self { $(Kind::$name => $status,)* }
            }

            /// What happened, the same for every occurrence.
            pub fn title(self) -> Text {
                match self { $(Kind::$name => Text::new($title_zh, $title_en),)* }
            }

            /// What to do about it.
            pub fn advice(self) -> Text {
                match self { $(Kind::$name => Text::new($advice_zh, $advice_en),)* }
            }
        }
    };
}

kinds! {
    /// No such address.
    NotFound, "not-found", 404, "没有这个地址", "Nothing at this address",
        "请核对地址；全部地址见 /docs。", "Check the address; all of them are listed at /docs.";
    /// The address does not take this method.
    MethodNotAllowed, "method-not-allowed", 405, "此地址不接受这种请求方法", "This address does not take this method",
        "请改用 Allow 头所列的方法。", "Use one of the methods in the Allow header.";
    /// The request cannot be read.
    BadRequest, "bad-request", 400, "请求无法读取", "The request cannot be read",
        "请核对请求行与请求头后重发。", "Check the request line and headers, and send it again.";
    /// The body is not the JSON that is expected.
    MalformedJson, "malformed-json", 400, "请求正文不是所需的 JSON", "The body is not the JSON expected here",
        "请按 detail 所指的位置改正后重发；同样的内容重发不会成功。", "Correct the place that detail names; sending the same again cannot succeed.";
    /// A parameter or field holds what it may not.
    InvalidRequest, "invalid-request", 400, "请求中有不合规定的值", "A value in the request is not allowed",
        "请按 detail 改正后重发。", "Correct what detail names and send it again.";
    /// The body is not in a media type that is understood.
    UnsupportedMediaType, "unsupported-media-type", 415, "不接受这种内容类型", "This content type is not accepted",
        "请以 Content-Type: application/json 发送。", "Send it as Content-Type: application/json.";
    /// The body is compressed in a way that is not understood.
    UnsupportedEncoding, "unsupported-encoding", 415, "不接受这种压缩方式", "This content encoding is not accepted",
        "请用 gzip 或 zstd 压缩，或不压缩。", "Compress with gzip or zstd, or not at all.";
    /// The body is not UTF-8, or begins with a byte order mark.
    BodyNotUtf8, "body-not-utf8", 400, "请求正文不是不带 BOM 的 UTF-8", "The body is not UTF-8 without a byte order mark",
        "请以不带 BOM 的 UTF-8 编码重发；同样的字节重发不会成功。", "Encode it as UTF-8 without a byte order mark and send it again; the same bytes cannot succeed.";
    /// The compressed body is damaged.
    DamagedBody, "damaged-body", 400, "请求正文损坏", "The body is damaged",
        "正文在传输中被截断或损坏，请重发。", "It was cut off or changed on its way; send it again.";
    /// The body is larger than allowed, compressed or decompressed.
    BodyTooLarge, "body-too-large", 413, "请求正文过大", "The body is too large",
        "请分成较小的几次发送；上限见 bytes_max。", "Send it in smaller parts; bytes_max is the limit.";
    /// The body did not arrive in time.
    RequestTimeout, "request-timeout", 408, "请求未能及时送达", "The request did not arrive in time",
        "网络较慢时请分成较小的几次重发。", "On a slow network send it again in smaller parts.";
    /// No answer in a form the client accepts.
    NotAcceptable, "not-acceptable", 406, "无法按所要求的形式答复", "No answer in the form asked for",
        "请放宽 Accept 与 Accept-Encoding 头。", "Widen the Accept and Accept-Encoding headers.";
    /// No access token, or one that was not made here.
    SignInRequired, "sign-in-required", 401, "需要登录", "Sign in first",
        "请登录后带上访问令牌重发；本机资料一律保留。", "Sign in and send it again with the access token; keep everything that is on the device.";
    /// The access token is no longer valid.
    AccessTokenExpired, "access-token-expired", 401, "访问令牌已过期", "The access token has expired",
        "请用刷新令牌换取新的访问令牌后重发。", "Get a new one with the refresh token and send it again.";
    /// The login or the password is wrong; which, is not said.
    WrongCredentials, "wrong-credentials", 401, "登录名或密码不正确", "The login or the password is wrong",
        "请核对后再试；忘记密码请联系管理员。", "Check both and try again; an administrator can set a new password.";
    /// The password is right, was given by another, and its time is over.
    OneTimePasswordExpired, "one-time-password-expired", 401, "一次性密码已过期", "The one-time password has expired",
        "请联系管理员重新重置密码。", "Ask an administrator for another one.";
    /// The password was given by another: nothing else is done before it is changed.
    NewPasswordDue, "new-password-due", 403, "须先修改密码", "Change your password first",
        "当前密码是一次性密码：请先以 PUT /v1/me/password 改为自己的密码；本机资料一律保留，改后照常使用。", "The password is a one-time password: choose your own with PUT /v1/me/password, then go on; keep everything that is on the device.";
    /// The password is right, and a code of the second factor is asked for, too.
    SecondFactorRequired, "second-factor-required", 401, "还需动态验证码", "A code is asked for, too",
        "请在 code 中填写验证器上的六位数字（或一个恢复码）后重发。", "Send it again with the six digits of your app, or a recovery code, as code.";
    /// The code is wrong, or was taken before.
    WrongCode, "wrong-code", 401, "动态验证码不正确或已用过", "The code is wrong or was used before",
        "请等验证器显示下一个号码后再试，并核对手机时间；手机遗失请用恢复码或联系管理员。", "Wait for the next code, check the phone's clock, and try again; if the phone is gone use a recovery code, or ask an administrator.";
    /// A second factor is demanded, and the person has none.
    SecondFactorDue, "second-factor-due", 403, "须先启用双重验证", "Set up the second factor first",
        "您的岗位须启用双重验证：请以 POST /v1/me/second-factor 申请密钥并确认；本机资料一律保留，启用后照常使用。", "Your office demands a second factor: set it up with POST /v1/me/second-factor and confirm it, then go on; keep everything that is on the device.";
    /// The refresh token is unknown, expired or revoked.
    RefreshTokenRefused, "refresh-token-refused", 401, "刷新令牌无效", "The refresh token is not valid",
        "请用登录名和密码重新登录；本机未上传的资料一律保留。", "Sign in with login and password; keep what has not been sent yet.";
    /// More requests than one person or one address may send.
    RateLimited, "rate-limited", 429, "请求过于频繁", "Too many requests",
        "请在 Retry-After 所示的秒数之后原样重发；本机资料一律保留。", "Send the same again after the seconds in Retry-After; keep everything that is on the device.";
    /// Too many failed attempts for this login, or from this address.
    TooManyAttempts, "too-many-attempts", 429, "尝试次数过多", "Too many attempts",
        "请在 Retry-After 所示的秒数之后再试。", "Try again after the seconds in Retry-After.";
    /// The person may not do this.
    NotPermitted, "not-permitted", 403, "没有此项权限", "This is not yours to do",
        "请由有此职权的人员办理；职权有误请联系管理员。", "Somebody with the role for it has to do it; an administrator can correct roles.";
    /// The device belongs to another person.
    DeviceOfAnother, "device-of-another", 403, "此设备登记在他人名下", "The device is enrolled for another person",
        "每人一个设备号：请不带 id 重新登录，领取自己的设备号。", "One device id a person: sign in without an id to be given your own.";
    /// The device was reported lost.
    DeviceLost, "device-lost", 403, "此设备已挂失", "The device was reported lost",
        "请清除本机上的全部资料，并把设备交还管理员。", "Erase everything on the device, and hand it to an administrator.";
    /// Nothing by that name for this person.
    NotAvailable, "not-available", 404, "没有可供查看的内容", "Nothing by that name is available",
        "它不存在，或不在您的权限之内。", "It does not exist, or it is not within your rights.";
    /// A full view without a purpose of the list; `purposes` is the list.
    PurposeRequired, "purpose-required", 422, "查看完整信息须说明用途", "A full view needs a purpose",
        "请从 purposes 中选择一项用途，填入 purpose 后重发；每次查看均留痕。", "Choose one of purposes, give its code as purpose and send it again; every full view is logged.";
    /// A new household whose author works in several teams, and nobody said in which it goes;
    /// `streams` is the choice.
    StreamRequired, "stream-required", 422, "请选择归属的工作组", "Choose the team it goes to",
        "提交人在多个工作组：请从 streams 中选择一个，填入 stream 后重发。", "Its author works in several teams: choose one of streams, give it as stream and send it again.";
    /// What it would change has changed since.
    StateConflict, "state-conflict", 409, "内容已有变动", "It has changed in the meantime",
        "请重新读取后再决定。", "Read it again and decide anew.";
    /// It cannot be accepted while a field waits for a person to choose.
    OpenConflict, "open-conflict", 409, "还有分歧未定", "A field still waits for a person to choose",
        "请先在分歧处理中选定各字段的值，再作决定。", "Settle the open conflicts first, then decide.";
    /// The decision is not this person's, or something is missing for it; `faults` says what.
    DecisionRefused, "decision-refused", 409, "此项决定未能作出", "The decision was not taken",
        "请按 faults 逐条处理后，用新的 Idempotency-Key 重发；没有任何改动。", "Deal with what faults names and send it again with a new Idempotency-Key; nothing was changed.";
    /// The record would break its rules by it; `problems` says where.
    RecordRefused, "record-refused", 409, "记录不允许这样改动", "The record does not allow this change",
        "逐处原因见 problems；没有任何改动。", "problems gives the place and the reason of each; nothing was changed.";
    /// What waits in quarantine cannot be settled this way today.
    NotSettled, "not-settled", 409, "此项搁置的修改未能处理", "What waits could not be settled",
        "原因见 reason；没有任何改动。请重新读取后再决定。", "reason says why; nothing was changed. Read it again and decide anew.";
    /// Households cannot go where they were to go.
    MoveRefused, "move-refused", 409, "移交未能进行", "The move was refused",
        "逐项原因见 refusals；没有移交任何一户。请改正后重发。", "refusals gives the reason for each; nothing was moved. Correct them and send it again.";
    /// The idempotency key was used for another request.
    IdempotencyKeyReused, "idempotency-key-reused", 422, "幂等键已用于另一请求", "The idempotency key was used for another request",
        "请为新的请求使用新的 Idempotency-Key。", "Use a new Idempotency-Key for a new request.";
    /// The rules for organisations stand against it; `faults` says which, all at once.
    OrganisationRefused, "organisation-refused", 422, "不符合机构与人员管理规则", "The rules for organisations stand against it",
        "请按 faults 逐条改正后，用新的 Idempotency-Key 重发。", "Correct what faults names and send it again with a new Idempotency-Key.";
    /// A form cannot be published, or not be retired so.
    FormRefused, "form-refused", 422, "表单未予发布或停用", "The form was not published or retired",
        "请按 at 与 fault 所示改正后，用新的 Idempotency-Key 重发。", "Correct what at and fault name and send it again with a new Idempotency-Key.";
    /// A value of a rule table cannot stand.
    TableRefused, "table-refused", 422, "标准未予录入", "The value was not entered",
        "请按 faults 逐条改正后，用新的 Idempotency-Key 重发。", "Correct what faults names and send it again with a new Idempotency-Key.";
    /// The body is no push at all.
    MalformedPush, "malformed-push", 400, "请求正文不是一次上传", "The body is not a push",
        "请按协议改正后重发；同样的内容重发不会成功。", "Correct it by the protocol and send it again; sending the same cannot succeed.";
    /// A push in a protocol version that was never released, or is switched off.
    ProtocolNotServed, "protocol-not-served", 400, "此协议版本不予受理", "This protocol version is not served",
        "请按 versions 所列版本发送；已编号的编辑请保留，待服务器开通其版本后原样发送。", "Send one of versions; keep edits that are numbered in another until the server speaks it.";
    /// A push leaves out numbers.
    DeviceSeqGap, "device-seq-gap", 409, "编号不连续", "Numbers are missing before these edits",
        "缺少的编号见 device_seq（可能在本次请求中间）；请补上后从 expected_device_seq 起按顺序重发，从未存下的编号用 void 填补。", "device_seq is the number that is missing, maybe in the middle of the push: send again in order from expected_device_seq on, with a void for a number that was never stored.";
    /// A group is not whole in one request.
    GroupSplit, "group-split", 409, "一组编辑未在同一请求中送齐", "A group of edits is not whole in this request",
        "请把自 device_seq 起的整组编辑放在同一请求中重发。", "Send the group that begins at device_seq whole, in one request.";
    /// The right to see anything has ended.
    Closed, "closed", 403, "您的权限已结束", "Your right has ended",
        "此前所写仍可上传，将由主管人员处理；不再下发任何资料。", "What was written before can still be pushed and will be decided by a person; nothing is given any more.";
    /// More was handed in after the right ended than is taken.
    LateWorkFull, "late-work-full", 403, "权限结束后上传的内容已达上限", "As much as is taken was handed in after your right ended",
        "可试分次少量上传；未上传的内容请保留在本机，勿删除；请联系本区管理员，由其核对后恢复账号或另行接收。", "A smaller push may still be taken. Keep on the device what is unsent, and delete nothing; ask your area's administrator, who can give the account a right again and have it taken.";
    /// A number came back with another content.
    DeviceForked, "device-forked", 409, "同一编号先后送来不同内容", "A number came back with another content",
        "请保留本机资料，以新的设备号重新登录，带上所示的 continues，再把未上传的编辑从 1 起重新编号后上传。", "Keep everything, sign in under a new device id with continues as shown, number what is unsent anew from 1, and send it.";
    /// The server's history is another than the device knows.
    EpochChanged, "epoch-changed", 409, "服务器历史已更换", "The server's history is a new one",
        "请采用新的 epoch，重发本机保留的全部已确认编辑和未上传的编辑，再从头读取各流。", "Take the new epoch, send again all acknowledged edits that are kept and what is unsent, then read all streams from the beginning.";
    /// The cursor was not made here, or for another device.
    CursorRefused, "cursor-refused", 400, "游标无效", "The cursor is not valid",
        "请不带游标从头读取。", "Read from the beginning, without a cursor.";
    /// This protocol version is no longer served for reading.
    UpgradeRequired, "upgrade-required", 426, "需要升级应用", "The app has to be updated",
        "请升级应用后再下载；未上传的资料仍可上传。", "Update the app before pulling; what has not been sent can still be sent.";
    /// The database is held by others for the moment.
    Busy, "busy", 503, "服务繁忙", "The service is busy",
        "请在 Retry-After 所示的秒数之后原样重发。", "Send the same again after the seconds in Retry-After.";
    /// The database cannot be used.
    StoreUnavailable, "store-unavailable", 503, "数据库暂不可用", "The database cannot be used",
        "资料没有写入；请稍后原样重发。", "Nothing was written; send the same again later.";
    /// The service is not ready.
    NotReady, "not-ready", 503, "服务尚未就绪", "The service is not ready",
        "未就绪的部分见 not_ready。", "not_ready names the parts.";
    /// A mistake of ours.
    Internal, "internal", 500, "服务器内部错误", "A mistake on our side",
        "请稍后原样重发；再次出现时请把 request_id 告知管理员。", "Send the same again later; if it returns, tell an administrator the request_id.";
}

impl Kind {
    /// The type URI, relative to this service, where it is also explained.
    pub fn uri(self) -> String {
        format!("/problems/{}", self.slug())
    }

    /// The kind for a status that was decided outside this list.
    pub fn of_status(status: u16) -> Self {
        match status {
            401 => Self::SignInRequired,
            403 => Self::NotPermitted,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            406 => Self::NotAcceptable,
            408 => Self::RequestTimeout,
            409 => Self::StateConflict,
            413 => Self::BodyTooLarge,
            415 => Self::UnsupportedMediaType,
            429 => Self::RateLimited,
            503 => Self::NotReady,
            400..=499 => Self::BadRequest,
            _ => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_its_own_slug() {
        let slugs: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), Kind::ALL.len());
    }

    #[test]
    fn every_status_of_the_list_leads_back_to_a_kind_with_that_status() {
        for kind in Kind::ALL {
            let found = Kind::of_status(kind.status());
            assert!(found.status() == kind.status() || found == Kind::BadRequest, "{kind:?}");
        }
    }
}
