//! What tests of several crates share: a desk with people, a platform that does what it is told, the command line, real mail servers.
//!
//! Everything real stays real: the database is a SQLite file in a folder of its own, the people sign in with passwords, the service is
//! the one that the window runs. Only the platform and the clock are scripted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a helper of tests: what fails here fails the test"
)]

pub mod command;
pub mod desk;
pub mod mail_servers;
pub mod platform;

pub use command::Planton;
pub use desk::TestDesk;
pub use platform::{ScriptedChannel, ScriptedConnect};
