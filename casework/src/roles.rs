//! The roles of the field, from the municipal bureau down to the worker at the door.

use crate::areas::Level;
use ruhu_sync::grants::Capacity;
use serde::Serialize;
use std::fmt;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A person's role in the structure of social assistance (facts §6).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// 市民政局: inspects and trains; sees aggregates and masked detail.
    CitySupervisor,
    /// 区民政局: confirms, ends, decides the care tier; samples and visits kin cases.
    DistrictReviewer,
    /// 区困难群众救助服务指导中心: matches needs and resources.
    DistrictCentre,
    /// 街道（乡镇）: the first review; confirms where that is delegated.
    StreetReviewer,
    /// 街道窗口: intake, the once-only notice, transfer.
    StreetWindow,
    /// 社区居委会（村委会）: reports finds, accompanies, posts notices.
    CommitteeMember,
    /// 社工: fills, photographs, signs, follows up.
    Worker,
    /// 承接主体管理员: assigns and trains within its own contract.
    ProviderAdmin,
    /// 第三方评价: scores a de-identified sample.
    ThirdPartyEvaluator,
    /// 财政、审计: reads the audit log and the money.
    Auditor,
    /// 系统管理员: accounts and configuration.
    Admin,
}

impl Role {
    /// Every role, from the city down.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The code, as databases and interfaces write it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Reads the code.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// The name that people read.
    pub fn label_zh(self) -> &'static str {
        match self {
            Self::CitySupervisor => "市局督导",
            Self::DistrictReviewer => "区级审核",
            Self::DistrictCentre => "区指导中心",
            Self::StreetReviewer => "街道审核",
            Self::StreetWindow => "街道窗口",
            Self::CommitteeMember => "社区（村）专干",
            Self::Worker => "入户社工",
            Self::ProviderAdmin => "承接主体管理员",
            Self::ThirdPartyEvaluator => "第三方评价",
            Self::Auditor => "财政审计",
            Self::Admin => "系统管理员",
        }
    }

    /// Whether people of a contractor fill it. What government must do itself may not be bought
    /// (京民社救发〔2018〕313号: 应当由政府直接承担的行政管理性事务不得向社会力量购买).
    pub fn is_contractors(self) -> bool {
        matches!(self, Self::Worker | Self::ProviderAdmin)
    }

    /// Whether it is government's own work, or the evaluation of a contractor's: closed to whoever
    /// works for a contractor (313号). A community's committee is neither.
    pub fn bars_contractors(self) -> bool {
        !self.is_contractors() && self != Self::CommitteeMember
    }

    /// Whether nobody holds both on one day (facts §6). An auditor and an evaluator do nothing
    /// else, because they judge what the others did. Whoever manages accounts and configuration
    /// handles no cases. Whoever works for a contractor does no government work.
    pub fn excludes(self, other: Self) -> bool {
        let stands_alone = |role| matches!(role, Self::Auditor | Self::ThirdPartyEvaluator);
        let either = |a: Self, b: Self| {
            stands_alone(a)
                || (a == Self::Admin && b.desk_capacity().is_some())
                || (a.is_contractors() && b.bars_contractors())
        };
        self != other && (either(self, other) || either(other, self))
    }

    /// The level of area at which it is held; none if at any.
    pub fn level(self) -> Option<Level> {
        match self {
            Self::CitySupervisor => Some(Level::City),
            Self::DistrictReviewer | Self::DistrictCentre => Some(Level::District),
            Self::StreetReviewer | Self::StreetWindow => Some(Level::Street),
            Self::CommitteeMember => Some(Level::Community),
            Self::Worker
            | Self::ProviderAdmin
            | Self::ThirdPartyEvaluator
            | Self::Auditor
            | Self::Admin => None,
        }
    }

    /// This role's capacity in the streams of its area, if it works at a desk that opens them. The
    /// other roles read aggregates, samples or logs, not streams.
    pub fn desk_capacity(self) -> Option<Capacity> {
        match self {
            Self::DistrictReviewer | Self::StreetReviewer => Some(REVIEWER),
            Self::StreetWindow => Some(WINDOW),
            Self::CitySupervisor
            | Self::DistrictCentre
            | Self::CommitteeMember
            | Self::Worker
            | Self::ProviderAdmin
            | Self::ThirdPartyEvaluator
            | Self::Auditor
            | Self::Admin => None,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A social worker, in the stream of the own team.
pub const WORKER: Capacity = Capacity("worker");
/// A person who may report finds, in the own stream.
pub const REPORTER: Capacity = Capacity("reporter");
/// A government reviewer, in the streams of the own area.
pub const REVIEWER: Capacity = Capacity("reviewer");
/// The street's window: sees, takes in, decides nothing.
pub const WINDOW: Capacity = Capacity("window");
/// A person who reads and writes nothing.
pub const READER: Capacity = Capacity("reader");
/// An administrator, in the reference data.
pub const KEEPER: Capacity = Capacity("keeper");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_reads_back_and_no_other_word_is_one() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(*role));
        }
        assert_eq!(Role::parse("Worker"), None);
    }

    #[test]
    fn administering_handling_cases_auditing_and_evaluating_exclude_each_other() {
        use Role::*;
        let apart = [
            (Admin, DistrictReviewer),
            (Admin, StreetReviewer),
            (Admin, StreetWindow),
            (Auditor, Admin),
            (Auditor, StreetReviewer),
            (Auditor, CitySupervisor),
            (Auditor, CommitteeMember),
            (ThirdPartyEvaluator, DistrictReviewer),
            (ThirdPartyEvaluator, ProviderAdmin),
            (ProviderAdmin, StreetReviewer),
            (ProviderAdmin, Admin),
        ];
        for (a, b) in apart {
            assert!(a.excludes(b) && b.excludes(a), "{a} and {b}");
        }
        for (a, b) in [(StreetReviewer, StreetWindow), (DistrictReviewer, DistrictCentre)] {
            assert!(!a.excludes(b) && !b.excludes(a), "{a} and {b}");
        }
        for role in Role::ALL {
            assert!(!role.excludes(*role), "{role} in two areas");
        }
    }

    #[test]
    fn no_contractors_role_opens_a_desk() {
        for role in Role::ALL.iter().filter(|role| role.is_contractors()) {
            assert_eq!(role.desk_capacity(), None, "{role}");
        }
    }
}
