//! Names for what is new.

use crate::refusal::Refusal;
use ruhu_sync::id::Instant;
use uuid::Uuid;

/// A UUIDv7, so that names made one after the other lie next to each other.
pub fn fresh_uuid(now: Instant) -> Result<Uuid, Refusal> {
    let mut random = [0_u8; 10];
    getrandom::fill(&mut random).map_err(|error| Refusal::internal(error.to_string()))?;
    let millis = u64::try_from(now.0 / 1000).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}
