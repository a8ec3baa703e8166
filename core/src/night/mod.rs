//! The night: when it is, whom it answers, and with what.
//!
//! [`schedule`] says which instants belong to which night, [`policy`] decides about one message - reply, or leave it and why -
//! with the help of `automatic`, which recognises what no person wrote. [`preview`] shows the coming nights, [`replay`] shows
//! what would have been sent in a conversation that is already over.
//!
//! Everything here is a pure function of facts and an instant. Deliberately absent: the clock, the store and the sending.

mod automatic;
pub mod policy;
pub mod preview;
pub mod replay;
pub mod responder;
pub mod schedule;
