//! The list of sealed columns. The codec seals for nothing else, a change of keys walks it, and a
//! test checks every column of the schema against it.

/// A sealed column; only the list below makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column(&'static str);

impl Column {
    /// `table.column`, which is authenticated with every value sealed for it.
    pub(crate) fn as_str(self) -> &'static str {
        self.0
    }
}

/// The list. A table has its primary key, after a semicolon what else is authenticated, the column
/// that names the sealing key, and its sealed columns with their types. The list is passed to the
/// named macro, so that columns and statements have one source.
macro_rules! sealed_tables {
    ($made_into:ident) => {
        $made_into! {
            /// Records: bound to their version, so that an older content does not open under a newer one.
            Records = record (id: Vec<u8>; rev_number: i64) under key_id {
                /// A record's content.
                WIRE = wire: Vec<u8>,
                /// The rows ever removed from a record.
                REMOVED_ROWS = removed_rows: Option<Vec<u8>>,
            }
            /// Edits.
            Journal = journal (device: Vec<u8>, device_seq: i64) under key_id {
                /// An edit as it came.
                PAYLOAD = payload: Option<Vec<u8>>,
                /// An edit's effect.
                EFFECT = effect: Option<Vec<u8>>,
                /// An edit's answer, if it names places.
                ANSWER = answer: Option<Vec<u8>>,
                /// An edit's time by the device's clock.
                MADE_AT = made_at: Option<Vec<u8>>,
            }
            /// Erasures: bound to the instant, too.
            Erasures = erasure (device: Vec<u8>, device_seq: i64; erased_at: i64) under key_id {
                /// Why an edit was erased.
                ERASURE_REASON = reason: Vec<u8>,
            }
            /// Devices.
            Devices = device (id: Vec<u8>) under key_id {
                /// A device's name for people.
                DEVICE_NAME = name: Option<Vec<u8>>,
            }
            /// People's keys for signatures.
            SigningKeys = signing_key (account: Vec<u8>) under key_id {
                /// The key that proves a person's signatures.
                SIGNING_KEY = key: Vec<u8>,
            }
            /// Second factors: bound to the instant, so that an earlier one does not come back.
            SecondFactors = second_factor (account: Vec<u8>; enrolled_at: i64) under key_id {
                /// The secret behind a person's codes.
                SECOND_FACTOR = secret: Vec<u8>,
            }
            /// Requests that may be sent again.
            Requests = idempotency_key (name: Vec<u8>) under key_id {
                /// The answer to a repeated request.
                RESPONSE = response: Option<Vec<u8>>,
            }
        }
    };
}
pub(crate) use sealed_tables;

macro_rules! names {
    ($(
        $(#[$doc:meta])*
        $Table:ident = $table:ident ($($name:ident: $name_type:ty),+ $(; $also:ident: $also_type:ty)?)
        under $key:ident {
            $($(#[$column_doc:meta])* $NAME:ident = $column:ident: $column_type:ty,)+
        }
    )*) => {
        impl Column {
            $($($(#[$column_doc])* pub(crate) const $NAME: Self =
                Self(concat!(stringify!($table), ".", stringify!($column)));)+)*

            /// All of them.
            pub(crate) const ALL: &'static [Self] = &[$($(Self::$NAME,)+)*];
        }

        /// A table with sealed columns.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Table {
            $($(#[$doc])* $Table,)*
        }

        impl Table {
            /// All of them.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$Table,)*];

            /// As the database calls it.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$Table => stringify!($table),)*
                }
            }
        }
    };
}

sealed_tables!(names);
