//! The night: its identity and what was answered in it.

use super::{ConversationId, Instant, Language, ReplyId, words};
use chrono::NaiveDate;

/// One night of one schedule: the local date on which its window *begins*. Not the UTC day, and for a window that crosses
/// midnight not the local date of the message either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct NightId(pub NaiveDate);

impl std::fmt::Display for NightId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

words! {
    /// The two kinds of night reply; each goes out at most once a conversation and night.
    NightReplyKind {
        /// The number, and when a person will answer.
        General = "general",
        /// Emergency, cannot speak, suicide: may follow a general one.
        Specific = "specific",
    }
}

/// One automatic reply that was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NightReply {
    /// To whom.
    pub conversation: ConversationId,
    /// Which night.
    pub night: NightId,
    /// General or specific.
    pub kind: NightReplyKind,
    /// Which canned response.
    pub reply: ReplyId,
    /// In which language; `Unknown` stands for French and English together.
    pub language: Language,
    /// When it was decided.
    pub at: Instant,
}
