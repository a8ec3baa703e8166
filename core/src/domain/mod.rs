//! The nouns of the desk, one a file: plain data that any step, store or shell may hold.
//!
//! What comes in: nothing. What goes out: types. Deliberately absent: SQL, IO, wire formats, the clock. Types that hold
//! what citizens wrote do not print it: their `Debug` shows ids and lengths only.

mod canned_response;
mod category;
mod classification;
mod contact;
mod conversation;
mod draft;
mod ids;
mod inbox;
mod instant;
mod journal_entry;
mod language;
mod learned;
mod message;
mod night;
mod operator;
mod outbox_entry;
mod quarantine;

pub use canned_response::{ReplyId, Suggestion};
pub use category::{Category, Signal, Signals, Topic};
pub use classification::{Classification, Evidence, Topics};
pub use contact::Contact;
pub use conversation::{Claim, Conversation, ConversationStatus, ReplyState};
pub use draft::{Draft, Review, ReviewDecision, ReviewState, Verdict, digest};
pub use ids::{
    ContactId, ConversationId, CorrectionId, DraftId, InboxId, JournalSeq, MessageId, OperatorId, OutboxId,
    QuarantineId,
};
pub use inbox::{ChannelKind, Inbox, InboxState};
pub use instant::{Instant, from_millis, millis};
pub use journal_entry::{Action, JournalEntry, Subject};
pub use language::Language;
pub use learned::{Choice, Correction, Imprint};
pub use message::{
    Attachment, Author, Direction, IncomingMessage, Message, MessageKind, SenderFlags, ThreadKind,
};
pub use night::{NightId, NightReply, NightReplyKind};
pub use operator::{Actor, Operator, Role};
pub use outbox_entry::{NEVER, Origin, OutboxEntry, OutboxState};
pub use quarantine::QuarantinedItem;

/// An enum whose variants have one stable lower-case word: the same in Rust, SQL, JSON and the window.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::error::Error;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::error::Error::invalid(format!(
                        "unknown {}; one of: {}", stringify!($name), [$($word),+].join(", ")
                    ))),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
    };
}
pub(crate) use words;
