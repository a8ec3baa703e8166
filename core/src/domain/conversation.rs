//! A thread with one contact in one inbox.

use super::{
    Category, ContactId, ConversationId, InboxId, Instant, Language, OperatorId, Signals, ThreadKind, words,
};

words! {
    /// Is it waiting for us?
    ConversationStatus {
        /// In the queue.
        Open = "open",
        /// Comes back to the queue at a set time, or when the contact writes.
        Snoozed = "snoozed",
        /// Answered or closed by a person; a new message opens it again.
        Resolved = "resolved",
    }
}

words! {
    /// How far the answer is.
    ReplyState {
        /// Nobody has written anything.
        None = "none",
        /// Somebody is writing.
        Draft = "draft",
        /// Waits for a supervisor.
        AwaitingReview = "awaiting_review",
        /// A supervisor sent it back with a reason.
        Rejected = "rejected",
        /// On its way out.
        Sending = "sending",
        /// Could not be sent, or nobody knows whether it was: a person must look.
        Stuck = "stuck",
        /// Answered.
        Sent = "sent",
    }
}

/// Who holds a conversation, until when. A claim that is not renewed ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The holder.
    pub operator: OperatorId,
    /// The end of the lease.
    pub until: Instant,
}

/// A thread and how it stands.
#[derive(Clone, PartialEq)]
pub struct Conversation {
    /// Row id.
    pub id: ConversationId,
    /// Its inbox.
    pub inbox: InboxId,
    /// The person outside.
    pub contact: ContactId,
    /// The platform's id of the thread.
    pub remote_id: String,
    /// One person or a group.
    pub kind: ThreadKind,
    /// Is it waiting for us?
    pub status: ConversationStatus,
    /// When a snoozed one comes back.
    pub snoozed_until: Option<Instant>,
    /// The most urgent category among what waits for an answer.
    pub category: Category,
    /// All signals of what waits for an answer.
    pub signals: Signals,
    /// The contact's language.
    pub language: Language,
    /// Since when the oldest unanswered message waits; none when nothing does.
    pub waiting_since: Option<Instant>,
    /// When the platform stops taking an answer.
    pub deadline: Option<Instant>,
    /// The newest message's time.
    pub last_message_at: Instant,
    /// The newest answer by a person, here or elsewhere.
    pub last_answer_at: Option<Instant>,
    /// The start of the text that decided the place in the queue (the newest of the most urgent), at most 160 characters.
    pub excerpt: String,
    /// How far the answer is.
    pub reply_state: ReplyState,
    /// Who holds it.
    pub claim: Option<Claim>,
}

impl std::fmt::Debug for Conversation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Conversation({}, inbox {}, {}, {})",
            self.id, self.inbox, self.status, self.category
        )
    }
}
