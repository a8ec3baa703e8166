//! The command line as a contract: shapes, order, exit codes, streams. People script it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test"
)]

mod imports;
mod texts;
mod workspace;
