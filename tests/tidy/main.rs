//! What must stay absent, and what must stay true, read from the sources themselves.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test"
)]

mod dependencies;
mod schema;
mod sources;
