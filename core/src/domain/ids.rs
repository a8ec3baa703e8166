//! Row ids as newtypes, so that a conversation's id can never be handed where an inbox's is meant.

macro_rules! id {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
    )+};
}

id! {
    /// An inbox: one connected account of a channel.
    InboxId,
    /// A person outside, within one inbox.
    ContactId,
    /// A thread with one contact in one inbox.
    ConversationId,
    /// A stored message; also its position in the order of arrival.
    MessageId,
    /// A reply being written or reviewed.
    DraftId,
    /// One durable send.
    OutboxId,
    /// A person at the desk.
    OperatorId,
    /// The position of an entry in the journal, from 1, without gaps.
    JournalSeq,
    /// An item that could not be decoded.
    QuarantineId,
    /// A person's category that triage learned from; grows with time.
    CorrectionId,
}
