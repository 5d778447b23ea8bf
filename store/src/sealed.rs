//! The sealed columns: one list. The codec seals for nothing else.

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident = $table:ident.$column:ident;)*) => {
        impl Column {
            $($(#[$doc])* pub(crate) const $name: Self =
                Self(concat!(stringify!($table), ".", stringify!($column)));)*
        }
    };
}

/// A sealed column; there is none that is not in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column(&'static str);

impl Column {
    /// `table.column`, as it is bound into what is sealed for it.
    pub(crate) fn as_str(self) -> &'static str {
        self.0
    }
}

columns! {
    /// A record's content.
    WIRE = record.wire;
    /// The rows ever removed from a record.
    REMOVED_ROWS = record.removed_rows;
    /// An edit as it came.
    PAYLOAD = journal.payload;
    /// What an edit did.
    EFFECT = journal.effect;
    /// The outcome of an edit as it was answered, if it names places.
    ANSWER = journal.answer;
    /// When an edit was made, by the device's clock.
    MADE_AT = journal.made_at;
    /// Why an edit was erased.
    ERASURE_REASON = erasure.reason;
    /// What a device is called.
    DEVICE_NAME = device.name;
    /// The key that proves a person's signatures.
    SIGNING_KEY = signing_key.key;
    /// The answer to a repeated request.
    RESPONSE = idempotency_key.response;
}
