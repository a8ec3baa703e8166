//! What arrived but could not be decoded.

use super::{InboxId, Instant, QuarantineId};

/// An item that could not become a message. It blocks nothing, is kept whole, and waits for a person.
#[derive(Clone, PartialEq, Eq)]
pub struct QuarantinedItem {
    /// Row id.
    pub id: QuarantineId,
    /// The inbox it was meant for.
    pub inbox: InboxId,
    /// Where it came from: a file and line, a mailbox and uid.
    pub origin: String,
    /// What is wrong with it, in words for people.
    pub reason: String,
    /// The item as it came, at most 1 MiB of it.
    pub raw: Vec<u8>,
    /// When it was put here.
    pub at: Instant,
}

impl std::fmt::Debug for QuarantinedItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "QuarantinedItem({}, inbox {}, {} bytes)",
            self.id,
            self.inbox,
            self.raw.len()
        )
    }
}
