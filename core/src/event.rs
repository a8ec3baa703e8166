//! What went stale: shells ask again for what they show.

use crate::domain::ConversationId;
use tokio::sync::broadcast;

/// Something that a screen may show has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The queue, its badges, or several conversations at once.
    Queue,
    /// One conversation.
    Conversation(ConversationId),
    /// The list of what waits for review.
    Review,
    /// The night page.
    Night,
    /// Accounts, their health, or what they could not decode.
    Inboxes,
    /// A send was queued: the worker need not wait for its next round.
    Outbox,
    /// People or settings.
    People,
}

/// Hands events to whoever listens; nobody has to.
#[derive(Debug, Clone)]
pub struct Events(broadcast::Sender<Event>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::channel(1024).0)
    }
}

impl Events {
    /// Says it to whoever listens.
    pub fn emit(&self, event: Event) {
        // An error only means that nobody listens.
        let _nobody = self.0.send(event);
    }

    /// Listens from now on. A listener that lags loses old events and should ask for everything again.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}
