//! The channels of a desk's inboxes: each made once, and made anew when its settings change.

use planton_core::channel::{Channel, local::LocalChannel};
use planton_core::desk::Desk;
use planton_core::domain::{Inbox, InboxId, InboxState};
use planton_core::error::Result;
use planton_core::outbox::worker::Connect;
use planton_core::secret::Secret;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Connects the inboxes of one desk.
pub struct Connector {
    desk: Arc<Desk>,
    made: Mutex<HashMap<InboxId, Made>>,
}

/// A channel and what it was made from.
struct Made {
    connection: String,
    secret: Secret,
    channel: Arc<dyn Channel>,
}

impl Connector {
    /// For a desk.
    #[must_use]
    pub fn new(desk: Arc<Desk>) -> Self {
        Self {
            desk,
            made: Mutex::default(),
        }
    }
}

impl Connect for Connector {
    fn channel(&self, inbox: &Inbox) -> Result<Option<Arc<dyn Channel>>> {
        match inbox.state {
            InboxState::Demo => return Ok(Some(Arc::new(LocalChannel(inbox.channel)))),
            InboxState::ImportOnly => return Ok(None),
            InboxState::Live | InboxState::Paused => {}
        }
        let secret = self.desk.credential(inbox.id)?;
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = made.get(&inbox.id)
            && made.connection == inbox.connection
            && made.secret == secret
        {
            return Ok(Some(Arc::clone(&made.channel)));
        }
        let channel = crate::connect(inbox, &secret)?;
        let connection = inbox.connection.clone();
        made.insert(
            inbox.id,
            Made {
                connection,
                secret,
                channel: Arc::clone(&channel),
            },
        );
        Ok(Some(channel))
    }
}
