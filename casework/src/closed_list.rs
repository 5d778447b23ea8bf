//! Closed lists: each entry has a stable code, and words for people in both languages. A code that
//! is not in the list is invalid.

macro_rules! closed_list {
    (
        $(#[$list_doc:meta])*
        $List:ident:
        $($(#[$doc:meta])* $name:ident = $code:literal, $zh:literal, $en:literal;)*
    ) => {
        $(#[$list_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $List {
            $($(#[$doc])* $name,)*
        }

        impl $List {
            /// All of them, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its stable code.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// The entry with this code.
            pub fn parse(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Its name in Chinese.
            pub fn zh(self) -> &'static str {
                match self {
                    $(Self::$name => $zh,)*
                }
            }

            /// Its name in English.
            pub fn en(self) -> &'static str {
                match self {
                    $(Self::$name => $en,)*
                }
            }
        }

        impl serde::Serialize for $List {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        #[cfg(feature = "schema")]
        impl utoipa::PartialSchema for $List {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                use utoipa::openapi::schema::{ObjectBuilder, Type};
                let codes = Self::ALL.iter().map(|entry| entry.as_str());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes)).into()
            }
        }

        #[cfg(feature = "schema")]
        impl utoipa::ToSchema for $List {}
    };
}
pub(crate) use closed_list;
