//! Planton's connectors: the only crate that speaks IMAP, SMTP and HTTP.
//!
//! What comes in: an [`Inbox`] with its connection settings, and its credential. What goes out: a [`Channel`] that receives since a
//! cursor and sends once. Deliberately absent: the store, the clock, the decision what to answer; all that is the core's.

pub mod connector;
pub mod email;

use planton_core::channel::Channel;
use planton_core::domain::{ChannelKind, Inbox};
use planton_core::error::{Error, Result};
use planton_core::secret::Secret;
use std::sync::Arc;

/// The live channel of an inbox. Nothing is dialled yet: a wrong host or password shows at the first use, or in [`Channel::test`].
///
/// # Errors
/// The settings cannot be read or ask for something unsafe, or this version has no connector for the kind of channel.
pub fn connect(inbox: &Inbox, secret: &Secret) -> Result<Arc<dyn Channel>> {
    match inbox.channel {
        ChannelKind::Email => Ok(Arc::new(email::EmailChannel::new(
            email::EmailSettings::parse(&inbox.connection)?,
            secret.clone(),
        )?)),
        kind => Err(
            Error::invalid(format!("A {kind} account is not connected in this version.")).hint(
                "Import its export: planton import shows the formats. The inbox stays open for imports and for answers sent by hand.",
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use planton_core::domain::{InboxId, InboxState};

    #[test]
    fn a_channel_without_a_connector_says_what_to_do_instead() {
        for kind in ChannelKind::ALL
            .iter()
            .copied()
            .filter(|kind| *kind != ChannelKind::Email)
        {
            let inbox = Inbox {
                id: InboxId(1),
                name: "essai".to_owned(),
                channel: kind,
                address: "42".to_owned(),
                zone: chrono_tz::Europe::Paris,
                state: InboxState::ImportOnly,
                connection: String::new(),
                last_message_at: None,
                last_error: None,
            };
            let error = connect(&inbox, &Secret::new("s")).err().expect("no connector");
            assert!(
                error.message.contains("not connected in this version"),
                "{}",
                error.message
            );
            assert!(error.hint.contains("mport its export"), "{}", error.hint);
        }
    }
}
