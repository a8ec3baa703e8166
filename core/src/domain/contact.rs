//! The person outside.

use super::{ContactId, InboxId};

/// A person who writes to one inbox. The same person in two inboxes is two contacts: nothing is joined up across accounts.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// Row id.
    pub id: ContactId,
    /// The inbox they write to.
    pub inbox: InboxId,
    /// The platform's id of them: page-scoped id, address, account id.
    pub remote_id: String,
    /// The name shown by the platform; may be empty.
    pub name: String,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Contact({}, inbox {})", self.id, self.inbox)
    }
}
