//! Closed lists: each entry has a stable code, and what people read for it in both languages. A code
//! that is not in the list is none.

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

            /// The one of this code.
            pub fn parse(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// What it is called in Chinese.
            pub fn zh(self) -> &'static str {
                match self {
                    $(Self::$name => $zh,)*
                }
            }

            /// What it is called in English.
            pub fn en(self) -> &'static str {
                match self {
                    $(Self::$name => $en,)*
                }
            }
        }
    };
}
pub(crate) use closed_list;
