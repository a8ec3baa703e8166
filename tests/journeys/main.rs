//! What happens at a desk, told as stories. One file a part of its life; the people are those of `planton_tests::TestDesk`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test"
)]

mod arrivals;
mod claims;
mod demo;
mod imports;
mod learning;
mod night;
mod queue;
mod reviews;
mod sends;
mod trust;
mod walk;
