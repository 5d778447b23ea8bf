#![doc = include_str!("../README.md")]

pub mod areas;
pub mod facts;
pub mod grants;
pub mod mask;
pub mod projection;
pub mod roles;
