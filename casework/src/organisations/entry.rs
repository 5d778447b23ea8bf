//! Who may begin as a worker: 大学专科以上学历或助理社会工作师及以上, as a general rule
//! (京民社救发〔2018〕313号 "一般应"), from which a reason that is kept makes an exception.

use super::fault::OrganisationFault;
use super::{check_text, keep};

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident: $($(#[$of:meta])* $variant:ident, $code:literal;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$of])* $variant,)* }

        impl $name {
            /// All of them, from the lowest up.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code, as databases and interfaces write it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Reads the code.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }

        #[cfg(feature = "schema")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                use utoipa::openapi::schema::{ObjectBuilder, Type};
                let codes = Self::ALL.iter().map(|one| one.as_str());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes)).into()
            }
        }

        #[cfg(feature = "schema")]
        impl utoipa::ToSchema for $name {}
    };
}

codes! {
    /// 学历, from the lowest up.
    Education:
    /// Below 大学专科.
    BelowCollege, "below_college";
    /// 大学专科.
    College, "college";
    /// 大学本科.
    Bachelor, "bachelor";
    /// 研究生.
    Postgraduate, "postgraduate";
}

codes! {
    /// 社会工作者职业资格, from the lowest up.
    Title:
    /// 助理社会工作师.
    AssistantSocialWorker, "assistant_social_worker";
    /// 社会工作师.
    SocialWorker, "social_worker";
    /// 高级社会工作师.
    SeniorSocialWorker, "senior_social_worker";
}

/// What a worker brings, and why that is enough if it is less than the general rule asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Qualification {
    /// The education, if it is known.
    pub education: Option<Education>,
    /// The professional title, if there is one.
    pub title: Option<Title>,
    /// Why an exception is made.
    pub exception_because: Option<String>,
}

impl Qualification {
    /// Whether it is what the general rule asks.
    pub fn suffices(&self) -> bool {
        self.education >= Some(Education::College) || self.title.is_some()
    }
}

/// What stands against a worker's beginning with this.
pub fn check_entry(qualification: &Qualification) -> Vec<OrganisationFault> {
    let reason = qualification.exception_because.as_deref().unwrap_or_default();
    match !crate::seen::says_something(reason) {
        true => keep([(!qualification.suffices(), OrganisationFault::EntryQualification)]),
        false => check_text(reason, OrganisationFault::ReasonMissing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(
        education: Option<Education>,
        title: Option<Title>,
        because: &str,
    ) -> Vec<OrganisationFault> {
        let exception_because = (!because.is_empty()).then(|| because.to_owned());
        check_entry(&Qualification { education, title, exception_because })
    }

    #[test]
    fn a_college_degree_or_a_title_is_enough_and_less_needs_a_reason() {
        let missing = [OrganisationFault::EntryQualification];
        assert_eq!(found(Some(Education::College), None, ""), []);
        assert_eq!(found(Some(Education::Postgraduate), None, ""), []);
        assert_eq!(found(None, Some(Title::AssistantSocialWorker), ""), []);
        assert_eq!(found(Some(Education::BelowCollege), Some(Title::SocialWorker), ""), []);
        assert_eq!(found(Some(Education::BelowCollege), None, ""), missing);
        assert_eq!(found(None, None, " "), missing);
        assert_eq!(found(None, None, "从事社区救助工作十五年"), []);
        assert_eq!(found(None, None, "a\0"), [OrganisationFault::TextMalformed]);
    }

    #[test]
    fn the_codes_read_back() {
        for education in Education::ALL {
            assert_eq!(Education::parse(education.as_str()), Some(*education));
        }
        for title in Title::ALL {
            assert_eq!(Title::parse(title.as_str()), Some(*title));
        }
        assert_eq!(Title::parse("College"), None);
    }
}
