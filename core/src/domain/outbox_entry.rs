//! One durable send.

use super::{ConversationId, DraftId, InboxId, Instant, MessageId, OperatorId, OutboxId, millis, words};

words! {
    /// Where a send stands. `sending` is committed before the wire is touched.
    OutboxState {
        /// Waits for its turn, or for a retry at a set time.
        Queued = "queued",
        /// An attempt is under way.
        Sending = "sending",
        /// The platform took it.
        Sent = "sent",
        /// It cannot be sent as it is: a person must act.
        Wedged = "wedged",
        /// Nobody knows whether the platform took it: never repeated blindly.
        Unknown = "unknown",
        /// Taken back before it left.
        Cancelled = "cancelled",
    }
}

words! {
    /// The decision that let it leave.
    Origin {
        /// An operator sent it, and the policy asked for no review.
        Operator = "operator",
        /// Review approved exactly this text.
        Approval = "approval",
        /// The night policy decided.
        Night = "night",
    }
}

/// One send: the text, the decision behind it, and what became of it.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Row id.
    pub id: OutboxId,
    /// The conversation it answers.
    pub conversation: ConversationId,
    /// The inbox it leaves by.
    pub inbox: InboxId,
    /// The decision that let it leave.
    pub origin: Origin,
    /// The person behind an operator's send.
    pub operator: Option<OperatorId>,
    /// The draft behind it.
    pub draft: Option<DraftId>,
    /// The text.
    pub text: String,
    /// SHA-256 of the text in hexadecimal, as approved.
    pub digest: String,
    /// The same key at every attempt, for platforms that know one.
    pub idempotency_key: String,
    /// The message it answers.
    pub answers: MessageId,
    /// Where it stands.
    pub state: OutboxState,
    /// How many attempts were begun.
    pub attempts: u32,
    /// How often the platform was searched for one whose fate is unknown.
    pub looks: u32,
    /// When the first attempt began.
    pub first_attempt_at: Option<Instant>,
    /// Not before this.
    pub next_attempt_at: Instant,
    /// When it was queued.
    pub queued_at: Instant,
    /// The platform's id of what was sent.
    pub remote_id: Option<String>,
    /// Why it is stuck or waits, in words for people.
    pub reason: Option<String>,
}

/// The next attempt of what is not tried again by itself.
pub const NEVER: Instant = Instant::MAX_UTC;

impl OutboxEntry {
    /// Does nothing move it any more but a person?
    #[must_use]
    pub fn waits_for_a_person(&self) -> bool {
        match self.state {
            OutboxState::Wedged => true,
            OutboxState::Unknown => millis(self.next_attempt_at) >= millis(NEVER),
            _ => false,
        }
    }
}

impl std::fmt::Debug for OutboxEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "OutboxEntry({}, {}, {}, {} bytes)",
            self.id,
            self.origin,
            self.state,
            self.text.len()
        )
    }
}
