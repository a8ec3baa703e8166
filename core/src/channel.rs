//! What a channel is: a way to receive since a cursor and to send once.
//!
//! Connectors live in their own crate; the core knows only this contract. A connector never touches the store: it hands over a
//! batch and a cursor, and ingest saves both in one transaction. Only the outbox worker calls [`Channel::send`].

pub mod local;

use crate::domain::{ChannelKind, IncomingMessage, Instant, Origin};
use async_trait::async_trait;

/// What came since the cursor.
#[derive(Debug, Default)]
pub struct Batch {
    /// Messages, oldest first where the platform can tell.
    pub messages: Vec<IncomingMessage>,
    /// Items that could not be decoded.
    pub undecodable: Vec<Undecodable>,
    /// Where to go on next time; opaque to the core. Saved in the transaction that stores this batch.
    pub cursor: Option<String>,
    /// More is waiting: ask again at once.
    pub more: bool,
}

/// An item that could not become a message.
pub struct Undecodable {
    /// Where it came from: a file and line, a mailbox and uid.
    pub origin: String,
    /// What is wrong with it, in words for people; nothing of its content.
    pub reason: String,
    /// The item as it came.
    pub raw: Vec<u8>,
}

impl std::fmt::Debug for Undecodable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Undecodable({}, {} bytes)", self.origin, self.raw.len())
    }
}

/// One answer to send.
#[derive(Clone)]
pub struct Outgoing {
    /// The same at every attempt of the same answer.
    pub idempotency_key: String,
    /// The platform's id of the thread.
    pub thread_id: String,
    /// The platform's id of the person.
    pub contact_id: String,
    /// The text.
    pub text: String,
    /// Who decided; `Night` is marked as automatic on the wire.
    pub origin: Origin,
    /// `reply_context` of the message that is answered.
    pub reply_context: Option<String>,
    /// When the first attempt began: where to look for an echo.
    pub first_attempt_at: Instant,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outgoing({}, {} bytes)", self.origin, self.text.len())
    }
}

/// What the platform said to a send that it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The platform's id of what was sent; comes back as an echo on platforms that list our own messages.
    pub remote_id: String,
}

/// Can a send be repeated, or looked for?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarantee {
    /// The platform knows the idempotency key: the same key may be sent again.
    Idempotent,
    /// It does not, but [`Channel::find_sent`] can look whether it took the answer.
    Reconcilable,
    /// Neither: an unknown outcome waits for a person.
    None,
}

/// Why a platform did not do what was asked. Every platform's errors map to these; nothing in them is a citizen's word or a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// The sign-in is dead: stop and ask for a new one.
    #[error("the sign-in was refused ({0})")]
    Auth(String),
    /// The account lacks a right.
    #[error("the account lacks a right ({0})")]
    Forbidden(String),
    /// The platform's reply window is over.
    #[error("the platform's reply window is over")]
    WindowClosed,
    /// Blocked, deactivated, messages closed.
    #[error("the person cannot be reached ({0})")]
    RecipientUnavailable(String),
    /// Too long, empty, refused for its form.
    #[error("the platform refused the text ({0})")]
    ContentRejected(String),
    /// The thread or message is gone.
    #[error("the thread is gone ({0})")]
    NotFound(String),
    /// Throttled; surely not executed.
    #[error("the platform asks to wait")]
    RateLimited {
        /// Not before this.
        until: Instant,
    },
    /// Failed surely before the platform did anything: connection refused, 4xx that may be retried.
    #[error("the platform could not be reached ({0})")]
    TransientBefore(String),
    /// The connection broke after bytes were written: nobody knows whether it was executed.
    #[error("the platform did not say whether it took it ({0})")]
    TransientAmbiguous(String),
    /// An answer that makes no sense.
    #[error("the platform's answer could not be understood ({0})")]
    Protocol(String),
}

/// One connected account.
#[async_trait]
pub trait Channel: Send + Sync {
    /// The kind of channel.
    fn kind(&self) -> ChannelKind;

    /// What may be assumed of an interrupted send.
    fn guarantee(&self) -> Guarantee;

    /// Everything since the cursor; from the beginning (or as far back as the platform allows) without one.
    async fn receive(&self, cursor: Option<&str>) -> Result<Batch, ChannelError>;

    /// Waits until something may have arrived, at most `at_most`; returns early when the platform signals.
    async fn wait(&self, cursor: Option<&str>, at_most: std::time::Duration);

    /// Sends one answer, once.
    async fn send(&self, outgoing: &Outgoing) -> Result<Receipt, ChannelError>;

    /// Looks whether an interrupted send was taken. `Ok(None)`: looked, and it is not there (yet).
    async fn find_sent(&self, outgoing: &Outgoing) -> Result<Option<Receipt>, ChannelError>;

    /// Tries the account without changing anything: a sentence a line about what works.
    async fn test(&self) -> Result<Vec<String>, ChannelError>;
}

/// The limits of a kind of channel, as its platform documents them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest text.
    pub length: Option<usize>,
    /// What `length` counts.
    pub unit: LengthUnit,
    /// How long after the person's last message an answer is taken.
    pub window: Option<chrono::Duration>,
}

/// What a platform counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthUnit {
    /// Unicode code points.
    Characters,
    /// UTF-8 bytes.
    Bytes,
    /// UTF-16 code units.
    Utf16,
    /// What a reader sees as one sign.
    Graphemes,
}

/// The documented limits of a kind of channel.
#[must_use]
pub fn limits(kind: ChannelKind) -> Limits {
    let (length, unit, window) = match kind {
        // Meta does not say which unit Messenger counts: UTF-16 is the strictest reading, 1900 leaves room.
        ChannelKind::Messenger => (Some(1900), LengthUnit::Utf16, Some(chrono::Duration::hours(24))),
        ChannelKind::Instagram => (Some(1000), LengthUnit::Bytes, Some(chrono::Duration::hours(24))),
        ChannelKind::X => (Some(10_000), LengthUnit::Characters, None),
        ChannelKind::Mastodon => (Some(500), LengthUnit::Characters, None),
        ChannelKind::Bluesky => (Some(1000), LengthUnit::Graphemes, None),
        ChannelKind::Telegram => (Some(4096), LengthUnit::Utf16, None),
        ChannelKind::Matrix => (Some(60_000), LengthUnit::Bytes, None),
        ChannelKind::Email | ChannelKind::Whatsapp => (None, LengthUnit::Characters, None),
    };
    Limits { length, unit, window }
}

/// How long a text is, in the channel's unit.
#[must_use]
pub fn length(text: &str, unit: LengthUnit) -> usize {
    use unicode_segmentation::UnicodeSegmentation as _;
    match unit {
        LengthUnit::Characters => text.chars().count(),
        LengthUnit::Bytes => text.len(),
        LengthUnit::Utf16 => text.encode_utf16().count(),
        LengthUnit::Graphemes => text.graphemes(true).count(),
    }
}
