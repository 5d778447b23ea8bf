//! The names of people and things: the same in every run.

use uuid::Uuid;

/// The number of teams.
pub const TEAMS: u8 = 3;

const BASE: u128 = 0x0192_0000_0000_7000_8000_0000_0000_0000;

fn numbered(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128(BASE | (kind << 32) | n)
}

/// The person who works at the desk.
pub const STAFF: Uuid = Uuid::from_u128(BASE | (0xA << 32) | 0xFFFF);

/// The device of the staff's session.
pub const STAFF_DEVICE: Uuid = Uuid::from_u128(BASE | (0xD << 32) | 0xFFFF);

/// A person; the own stream has the same name.
pub fn user(n: u8) -> Uuid {
    numbered(0xA, u128::from(n))
}

/// A team's stream.
pub fn team(n: u8) -> Uuid {
    numbered(0xC, u128::from(n % TEAMS))
}

/// One of the initial devices.
pub fn device(n: u8) -> Uuid {
    numbered(0xD, u128::from(n))
}

/// An installation whose requests are made by hand.
pub fn hand() -> Uuid {
    numbered(0xD, 0xFFFE)
}

/// Names made later: of records, groups, successors.
pub fn made(n: u64) -> Uuid {
    numbered(0xE, u128::from(n))
}

/// An epoch.
pub fn epoch(n: u64) -> Uuid {
    numbered(0xF, u128::from(n))
}
