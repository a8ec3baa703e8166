//! One connected account of a channel.

use super::{InboxId, Instant, words};

words! {
    /// The kind of transport.
    ChannelKind {
        /// IMAP and SMTP.
        Email = "email",
        /// Facebook Messenger.
        Messenger = "messenger",
        /// Instagram direct messages.
        Instagram = "instagram",
        /// X direct messages.
        X = "x",
        /// Mastodon direct posts.
        Mastodon = "mastodon",
        /// Bluesky chat.
        Bluesky = "bluesky",
        /// Telegram bot.
        Telegram = "telegram",
        /// Matrix and Tchap.
        Matrix = "matrix",
        /// WhatsApp, by exported chats only.
        Whatsapp = "whatsapp",
    }
}

words! {
    /// How an inbox is connected.
    InboxState {
        /// Pulled and answered by Planton.
        Live = "live",
        /// Filled by imports; answers are written here and sent by hand elsewhere.
        ImportOnly = "import_only",
        /// Answers stay in this workspace: for trying and training.
        Demo = "demo",
        /// Connected but not pulled: a person paused it, or its sign-in was refused.
        Paused = "paused",
    }
}

/// One account: what it is called, where it is, how it stands. Its credential lives in the vault, never here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    /// Row id.
    pub id: InboxId,
    /// The desk's name for it; unique.
    pub name: String,
    /// The kind of channel.
    pub channel: ChannelKind,
    /// Our own address or account id on the platform; never auto-answered.
    pub address: String,
    /// IANA zone of its nights.
    pub zone: chrono_tz::Tz,
    /// How it is connected.
    pub state: InboxState,
    /// Connection settings that are no secret, as JSON of the channel's own shape.
    pub connection: String,
    /// When a message last came in.
    pub last_message_at: Option<Instant>,
    /// The last failure in words for people; none when the last pull went well.
    pub last_error: Option<String>,
}
