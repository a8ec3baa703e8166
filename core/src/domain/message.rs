//! A message as a channel hands it over (`IncomingMessage`) and as the store keeps it (`Message`).

use super::{Classification, ConversationId, Instant, MessageId, OperatorId, words};

words! {
    /// Which way it went.
    Direction {
        /// From the contact.
        In = "in",
        /// From us.
        Out = "out",
    }
}

words! {
    /// What kind of thing it is.
    MessageKind {
        /// Something a person or a robot wrote.
        Text = "text",
        /// A platform notice: a read receipt, a call, a joined group.
        Notice = "notice",
        /// A reaction to a message.
        Reaction = "reaction",
    }
}

words! {
    /// Who takes part in a thread.
    ThreadKind {
        /// One contact and us.
        Direct = "direct",
        /// Several people: read, never answered automatically.
        Group = "group",
    }
}

words! {
    /// Who wrote it.
    Author {
        /// The person outside.
        Contact = "contact",
        /// A person at the desk, here or elsewhere.
        Operator = "operator",
        /// The night responder.
        Night = "night",
    }
}

/// What a channel knows of the sending program; each makes an automatic reply wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct SenderFlags {
    /// Sent by a program: `Auto-Submitted`, a list, a bot, an out-of-office text.
    pub automatic: bool,
    /// The envelope names nobody to answer, or answering is asked against: null return path, `noreply`, suppression headers.
    pub do_not_reply: bool,
    /// The channel marked it as spam.
    pub spam: bool,
}

/// A file that came with a message: described, never embedded.
#[derive(Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Attachment {
    /// image, video, audio, file, sticker, share, location.
    pub kind: String,
    /// File name or a title.
    pub name: String,
    /// Where to fetch it, as the platform says it.
    pub url: Option<String>,
    /// Bytes, where known.
    pub size: Option<u64>,
}

/// One message as a channel or an importer hands it over, before anything is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct IncomingMessage {
    /// The platform's id of the message, or a digest of its content where it has none. Same message, same id, always.
    pub remote_id: String,
    /// The platform's id of the thread.
    pub thread_id: String,
    /// One person or a group.
    pub thread_kind: ThreadKind,
    /// The contact of the thread: the platform's id of the person outside, also for messages that we sent.
    pub contact_id: String,
    /// Their name, if the platform shows one.
    pub contact_name: String,
    /// Which way it went.
    pub direction: Direction,
    /// What kind of thing it is.
    pub kind: MessageKind,
    /// The platform's time, if it says one.
    pub sent_at: Option<Instant>,
    /// Plain text; may be empty when something is attached.
    pub text: String,
    /// Files, described.
    pub attachments: Vec<Attachment>,
    /// What the channel knows of the sending program.
    pub flags: SenderFlags,
    /// Channel-private facts needed to answer in the same thread (e-mail: `Message-ID`, `References`, envelope sender), as JSON.
    pub reply_context: Option<String>,
}

/// One stored message.
#[derive(Clone, PartialEq)]
pub struct Message {
    /// Row id; grows in the order of arrival.
    pub id: MessageId,
    /// The thread.
    pub conversation: ConversationId,
    /// Which way it went.
    pub direction: Direction,
    /// What kind of thing it is.
    pub kind: MessageKind,
    /// Who wrote it.
    pub author: Author,
    /// The person at the desk, where Planton sent it for one.
    pub operator: Option<OperatorId>,
    /// The platform's time; the time of arrival where the platform says none.
    pub sent_at: Instant,
    /// When Planton stored it.
    pub received_at: Instant,
    /// Plain text.
    pub text: String,
    /// Files, described.
    pub attachments: Vec<Attachment>,
    /// What the channel knows of the sending program.
    pub flags: SenderFlags,
    /// Triage's verdict; incoming messages have one.
    pub classification: Option<Classification>,
    /// Channel-private facts needed to answer in the same thread.
    pub reply_context: Option<String>,
}

impl IncomingMessage {
    /// When it was written, as far as that can be believed: a platform whose clock runs ahead, or a sender who dates a mail into
    /// next year, must not push a message behind everybody else's; without a time it is the arrival's.
    #[must_use]
    pub fn time(&self, arrival: Instant) -> Instant {
        self.sent_at
            .map_or(arrival, |at| at.max(Instant::UNIX_EPOCH).min(arrival))
    }
}

impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Attachment({}, {:?} bytes)", self.kind, self.size)
    }
}

impl std::fmt::Debug for IncomingMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "IncomingMessage({}, {:?}, {} bytes)",
            self.direction,
            self.sent_at,
            self.text.len()
        )
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Message({}, conversation {}, {} bytes)",
            self.id,
            self.conversation,
            self.text.len()
        )
    }
}
