//! What the messages of a batch say: triage before anything is stored.
//!
//! What comes in: a batch, what stands in its conversations already, triage and what was learned. What goes out: a verdict for each
//! message that a person may have written, in the batch's order. Messages of one batch see each other, in the platform's order; each
//! is read with the [`burst`] before it. Deliberately absent: changes. Nothing is stored here.

use super::burst::{BURST, Burst, burst};
use crate::channel::Batch;
use crate::classify::Classifier;
use crate::classify::learn::Memory;
use crate::domain::{
    Author, Classification, Direction, Inbox, IncomingMessage, Instant, MessageKind, ThreadKind,
};
use crate::error::Result;
use crate::store::{Said, View};
use std::collections::HashMap;

/// The most that is looked at of what stands in a conversation.
const LOOKED_AT: usize = 200;

/// The verdicts on the messages of a batch, in its order; none for what is not a text from outside.
///
/// # Errors
/// `Store`.
pub fn read(
    view: &View<'_>,
    classifier: &Classifier,
    memory: &Memory,
    inbox: &Inbox,
    batch: &Batch,
    now: Instant,
) -> Result<Vec<Option<Classification>>> {
    let mut verdicts = vec![None; batch.messages.len()];
    let mut threads: HashMap<&str, Vec<(usize, &IncomingMessage)>> = HashMap::new();
    for (place, message) in batch.messages.iter().enumerate() {
        threads
            .entry(&message.thread_id)
            .or_default()
            .push((place, message));
    }
    for messages in threads.values_mut() {
        messages.sort_by_key(|(place, message)| (message.time(now), *place));
        let mut thread = Thread::of(view, inbox, messages, now)?;
        for (place, message) in messages.iter().filter(|(_, m)| m.kind == MessageKind::Text) {
            let at = message.time(now);
            let verdict = (message.direction == Direction::In)
                .then(|| judge(classifier, memory, &thread.burst(at), &message.text));
            thread.hear(view, inbox, message, at, verdict.as_ref())?;
            if let Some(slot) = verdicts.get_mut(*place) {
                *slot = verdict;
            }
        }
    }
    Ok(verdicts)
}

/// The verdict on a text with what stood before it, in the light of what was learned here.
#[must_use]
pub fn judge(classifier: &Classifier, memory: &Memory, before: &Burst<'_>, text: &str) -> Classification {
    memory.apply(text, classifier.classify_after(before.alarm, &before.texts, text))
}

/// One conversation while a batch is read.
struct Thread {
    /// Its row, where it has one.
    stored: Option<crate::domain::ConversationId>,
    /// Several people write: nobody's words are read as another's.
    group: bool,
    /// In order.
    said: Vec<Said>,
}

impl Thread {
    /// What is stored of it around the messages to be read, which are in order.
    fn of(
        view: &View<'_>,
        inbox: &Inbox,
        messages: &[(usize, &IncomingMessage)],
        now: Instant,
    ) -> Result<Self> {
        let mut thread = Self {
            stored: None,
            group: messages
                .iter()
                .any(|(_, message)| message.thread_kind == ThreadKind::Group),
            said: Vec::new(),
        };
        let (Some((_, first)), Some((_, last))) = (messages.first(), messages.last()) else {
            return Ok(thread);
        };
        if let Some(known) = view.conversation_of_thread(inbox.id, &first.thread_id)? {
            thread.stored = Some(known.id);
            thread.group |= known.kind == ThreadKind::Group;
            if !thread.group {
                let from = first.time(now) - BURST;
                thread.said = view.said_between(known.id, from, last.time(now), LOOKED_AT)?;
            }
        }
        Ok(thread)
    }

    fn burst(&self, at: Instant) -> Burst<'_> {
        if self.group {
            return Burst::default();
        }
        burst(self.before(at).iter(), at)
    }

    /// What stands before a message of this time that arrives now.
    fn before(&self, at: Instant) -> &[Said] {
        let end = self.said.partition_point(|said| said.at <= at);
        self.said.get(..end).unwrap_or_default()
    }

    /// A message of the batch stands in the thread from now on, unless it stood there before.
    fn hear(
        &mut self,
        view: &View<'_>,
        inbox: &Inbox,
        message: &IncomingMessage,
        at: Instant,
        verdict: Option<&Classification>,
    ) -> Result<()> {
        if self.group {
            return Ok(());
        }
        if let Some(conversation) = self.stored {
            let echo = message.direction == Direction::Out
                && view
                    .outbox_by_remote_id(conversation, &message.remote_id)?
                    .is_some();
            if echo || view.is_known(inbox.id, message)? {
                return Ok(());
            }
        }
        let place = self.before(at).len();
        self.said.insert(
            place,
            Said {
                id: None,
                at,
                author: match message.direction {
                    Direction::In => Author::Contact,
                    Direction::Out if message.flags.automatic => Author::Night,
                    Direction::Out => Author::Operator,
                },
                automatic: message.flags.automatic,
                text: message.text.clone(),
                verdict: verdict.cloned(),
                settled: false,
            },
        );
        Ok(())
    }
}
