//! A reply being written, and what review says of it.

use super::{ConversationId, DraftId, Instant, Language, MessageId, OperatorId, ReplyId, words};
use sha2::{Digest, Sha256};

words! {
    /// Where a reply stands in review.
    ReviewState {
        /// Being written.
        Draft = "draft",
        /// Waits for a supervisor of the level it has reached.
        AwaitingReview = "awaiting_review",
        /// Every level said yes, to exactly this text.
        Approved = "approved",
        /// Sent back with a reason.
        Rejected = "rejected",
        /// Handed to the outbox: nothing can change any more.
        Released = "released",
    }
}

words! {
    /// What a reviewer said.
    Verdict {
        /// Yes, to this text.
        Approve = "approve",
        /// No, with a reason.
        Reject = "reject",
    }
}

/// One reviewer's word on one exact text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewDecision {
    /// Who.
    pub by: OperatorId,
    /// When.
    pub at: Instant,
    /// Yes or no.
    pub verdict: Verdict,
    /// The level that this decision filled, from 1.
    pub level: u8,
    /// SHA-256 of the text that was read, in hexadecimal.
    pub digest: String,
    /// Why, for the author; never empty for a rejection.
    pub reason: String,
}

/// The review of one draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Where it stands.
    pub state: ReviewState,
    /// How many levels must say yes.
    pub levels_required: u8,
    /// How many have.
    pub levels_passed: u8,
    /// The words so far on the current text, oldest first.
    pub decisions: Vec<ReviewDecision>,
}

/// A reply that a person writes to one conversation.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    /// Row id.
    pub id: DraftId,
    /// The conversation it answers.
    pub conversation: ConversationId,
    /// Who wrote the current text.
    pub author: OperatorId,
    /// The text.
    pub text: String,
    /// The canned response it began from.
    pub reply: Option<ReplyId>,
    /// That canned response as rendered, to show what was changed.
    pub canned_text: Option<String>,
    /// Its language.
    pub language: Language,
    /// The newest message that the author had seen: a send is refused when somebody wrote since.
    pub seen: MessageId,
    /// When the text last changed.
    pub updated_at: Instant,
    /// When it was submitted for review.
    pub submitted_at: Option<Instant>,
    /// Its review.
    pub review: Review,
}

impl Draft {
    /// Does the text differ from the canned response it began from (or come from none)?
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.canned_text.as_deref().map(str::trim) != Some(self.text.trim())
    }

    /// SHA-256 of the text in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.text)
    }
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Draft({}, conversation {}, {} bytes)",
            self.id,
            self.conversation,
            self.text.len()
        )
    }
}

/// SHA-256 of a text in hexadecimal: what an approval is tied to.
#[must_use]
pub fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
