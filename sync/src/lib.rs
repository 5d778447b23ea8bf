#![doc = include_str!("../../docs/protocol.md")]

pub mod canonical;
pub mod chain;
pub mod cursor;
pub mod decision;
pub mod digest;
pub mod edit;
pub mod effect;
pub mod handshake;
pub mod id;
pub mod journal;
pub mod json;
mod judge;
mod ledger;
pub mod memory;
pub mod merge;
pub mod outcome;
pub mod patch;
pub mod path;
pub mod plain;
pub mod pull;
pub mod push;
pub mod record;
pub mod rev;
pub mod rules;
pub mod shape;
pub mod storage;
pub mod version;
