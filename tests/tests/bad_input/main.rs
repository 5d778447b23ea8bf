//! Bad input: whatever comes in, the answer says what is wrong, nothing changes that was not asked
//! rightly, and what comes next is taken as if nothing had been.
//!
//! The whole list, each with what it is answered:
//!
//! | input | answer | here | and more in |
//! |---|---|---|---|
//! | JSON that is none | 400 `malformed-push`, `malformed-json` | `bodies` | `http/push.rs`, `http/bodies.rs` |
//! | a body that is not UTF-8, a byte order mark | 400 `body-not-utf8` | `bodies` | |
//! | a body of 50 MB, announced or not | 413 `body-too-large` | `bodies` | `http/bodies.rs` |
//! | a decompression bomb, gzip and zstd | 413 `body-too-large` | `bodies` | `http/bodies.rs` |
//! | 10,000 edits in a push | 400 `malformed-push` | `bodies` | `http/push.rs` |
//! | a client that sends a byte a second | 408 `request-timeout` | `slow` | |
//! | an unknown kind or operation | `rejected/unknown_kind`, `unknown_op` | `edits` | |
//! | an unknown field, an unknown member | taken, kept, comes back | `edits` | |
//! | a patch 10,000 deep | `rejected/malformed` | `edits` | `guarantees/kept.rs` |
//! | money as a float, as a text, below nothing | `rejected/invalid_value` | `edits` | `casework` |
//! | an ID number with a wrong check digit | `rejected/invalid_value` | `edits` | `casework` |
//! | a lower-case x, full width, blanks round a value, a long note | taken, in normal form | `typed` | `casework` |
//! | a device clock in 1970, or in 9999 | taken: it orders nothing | `edits` | |
//! | NUL, lone surrogates | `rejected/malformed` | `text` | `guarantees/kept.rs` |
//! | bidirectional controls | taken, kept as they are (`docs/adr/0010`) | `text` | |
//! | a gap in the numbers | 409 `device-seq-gap` | `numbers` | `http/push.rs` |
//! | a repeat | the first answer again | `numbers` | `guarantees/retries.rs` |
//! | a repeat with another content | 409 `device-forked` | `numbers` | `guarantees/forks.rs` |
//! | a cursor of another's, of another epoch, made up | 400 `cursor-refused`, 409 `epoch-changed` | `cursors` | `http/pull.rs` |
//! | an edit of another team's household | `quarantined/not_available` | `hidden` | `guarantees/reach.rs` |
//! | an id that exists elsewhere | byte for byte as one that does not | `hidden` | `guarantees/reach.rs` |
//! | a token expired, of another key, unsigned, of a revoked or lost device | 401, 403 | `tokens` | `http/authority.rs`, `http/keys.rs`, `http/devices.rs` |
//! | a refresh token that was used | 401 `refresh-token-refused` | `tokens` | `http/session.rs` |

mod bodies;
mod cursors;
mod edits;
mod footing;
mod hidden;
mod numbers;
mod slow;
mod text;
mod tokens;
mod typed;
