//! A database that was lost, and came back from a backup: what was acknowledged since comes back
//! from the tablets.

mod after_fork;
mod backups;
mod enrolled_since;
mod resending;
