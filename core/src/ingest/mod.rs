//! A batch becomes stored messages: each once, in its conversation, in its place in the queue - all in one transaction.
//!
//! What comes in: what a channel or an importer handed over, with triage's verdicts (made by [`read`] before the transaction, off the
//! writer's path). What goes out: a count of what was stored, what was known already, what could not be decoded. Deliberately absent: answers.
//! What follows from a message is decided later, from what is stored here.

mod burst;
mod reading;
mod thread;

pub use burst::{BURST, Burst, burst};
pub use reading::{judge, read};
pub use thread::{answered, arrived, recomputed};

use crate::channel::Batch;
use crate::domain::{
    Author, Classification, Conversation, ConversationId, Direction, Inbox, InboxState, IncomingMessage,
    Instant, Message, MessageId, MessageKind, OutboxEntry, OutboxState, ThreadKind,
};
use crate::error::Result;
use crate::outbox;
use crate::queue;
use crate::store::{NewConversation, NewMessage, Tx};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// How a batch came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// From a platform, now: a late message opens its conversation even if a later answer is known.
    Live,
    /// From an export: what was answered there stays answered, and no night reply is due.
    History,
}

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Items handed over.
    pub read: u64,
    /// New messages.
    pub stored: u64,
    /// Known already.
    pub duplicates: u64,
    /// Could not be decoded, and are kept for a person.
    pub quarantined: u64,
    /// Conversations that changed.
    pub changed: Vec<ConversationId>,
}

impl Report {
    /// Adds another batch's report.
    pub fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.stored += other.stored;
        self.duplicates += other.duplicates;
        self.quarantined += other.quarantined;
        self.changed.extend(&other.changed);
    }
}

/// Stores a batch and moves the cursor past it. `verdicts` are triage's, one for each message, in the same order.
///
/// # Errors
/// `Store`; then nothing of the batch is stored and the cursor stays.
pub fn accept(
    tx: &Tx<'_>,
    inbox: &Inbox,
    batch: &Batch,
    verdicts: &[Option<Classification>],
    arrival: Arrival,
    now: Instant,
) -> Result<Report> {
    let mut report = Report {
        read: (batch.messages.len() + batch.undecodable.len()) as u64,
        ..Report::default()
    };
    let mut threads: HashMap<&str, (Conversation, Conversation)> = HashMap::new();
    let mut first: Option<MessageId> = None;
    let mut settled: HashSet<ConversationId> = HashSet::new();
    for (message, verdict) in batch.messages.iter().zip(verdicts) {
        if tx.is_known(inbox.id, message)? {
            report.duplicates += 1;
            continue;
        }
        let (before, conversation) = match threads.entry(message.thread_id.as_str()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let conversation = thread_of(tx, inbox, message, now)?;
                new.insert((conversation.clone(), conversation))
            }
        };
        if message.direction == Direction::Out && is_our_echo(tx, before, conversation, message, now)? {
            report.duplicates += 1;
            settled.insert(conversation.id);
            continue;
        }
        *conversation = with_participants(tx, inbox, conversation.clone(), message)?;
        let author = match message.direction {
            Direction::In => Author::Contact,
            Direction::Out if message.flags.automatic => Author::Night,
            Direction::Out => Author::Operator,
        };
        let stored = tx.insert_message(&NewMessage {
            inbox: inbox.id,
            conversation: conversation.id,
            message,
            author,
            operator: None,
            received_at: now,
            classification: verdict.as_ref(),
        })?;
        let Some(id) = stored else {
            report.duplicates += 1;
            continue;
        };
        first = first.or(Some(id));
        report.stored += 1;
        let message_at = message.time(now);
        *conversation = match (message.direction, verdict) {
            (Direction::In, Some(verdict)) => {
                tx.set_last_message_at(inbox.id, message_at)?;
                arrived(
                    conversation.clone(),
                    message,
                    verdict,
                    inbox.channel,
                    arrival,
                    now,
                )
            }
            (Direction::Out, _) if author == Author::Operator && message.kind == MessageKind::Text => {
                let waiting = not_covered(tx, conversation, message_at)?;
                answered(conversation.clone(), message_at, &waiting, inbox.channel, now)
            }
            _ => {
                let mut seen = conversation.clone();
                seen.last_message_at = seen.last_message_at.max(message_at);
                seen
            }
        };
        if arrival == Arrival::Live
            && message.direction == Direction::In
            && inbox.state != InboxState::ImportOnly
        {
            tx.add_night_pending(id)?;
        }
    }
    for (before, after) in threads.values() {
        if before != after {
            tx.save_conversation(before, after, queue::rank(after, now) as i64)?;
        }
        if before != after || settled.contains(&after.id) {
            report.changed.push(after.id);
        }
    }
    // After all rows: the search index is flushed by any statement that may have to be undone, so it comes last.
    if let Some(first) = first {
        tx.index_messages(first)?;
    }
    for item in &batch.undecodable {
        tx.insert_quarantined(inbox.id, item, now)?;
        report.quarantined += 1;
    }
    if let Some(cursor) = &batch.cursor {
        tx.set_cursor(inbox.id, cursor)?;
    }
    Ok(report)
}

/// The conversation of a message's thread, made if new.
fn thread_of(tx: &Tx<'_>, inbox: &Inbox, message: &IncomingMessage, now: Instant) -> Result<Conversation> {
    let contact = tx.contact_of(inbox.id, &message.contact_id, &message.contact_name)?;
    match tx.conversation_of_thread(inbox.id, &message.thread_id)? {
        Some(conversation) => Ok(conversation),
        None => tx.insert_conversation(&NewConversation {
            inbox: inbox.id,
            contact,
            remote_id: &message.thread_id,
            kind: message.thread_kind,
            at: message.time(now),
        }),
    }
}

/// The person and the kind of a thread, as this message shows them. A thread that began with a message of ours may not have known
/// its person; one that others have joined is a group from then on.
fn with_participants(
    tx: &Tx<'_>,
    inbox: &Inbox,
    mut conversation: Conversation,
    message: &IncomingMessage,
) -> Result<Conversation> {
    if message.thread_kind == ThreadKind::Group {
        conversation.kind = ThreadKind::Group;
    }
    if message.direction == Direction::In
        && !message.contact_id.is_empty()
        && tx.contact(conversation.contact)?.remote_id.is_empty()
    {
        conversation.contact = tx.contact_of(inbox.id, &message.contact_id, &message.contact_name)?;
    }
    Ok(conversation)
}

/// Of what waits, what an answer of `answered_at`, given elsewhere, does not cover. What was answered before stays answered: an old
/// answer that is only now told of brings nothing back.
fn not_covered(tx: &Tx<'_>, conversation: &Conversation, answered_at: Instant) -> Result<Vec<Message>> {
    let Some(since) = conversation.waiting_since else {
        return Ok(Vec::new());
    };
    let waits = since - chrono::Duration::milliseconds(1);
    tx.unanswered(conversation.id, Some(answered_at.max(waits)))
}

/// Our own answer coming back from the platform: known by the platform's id, or - while its send has not returned or its fate is
/// unknown, or where a person has settled it - by its text, which settles the send. `before` is how the conversation is stored.
fn is_our_echo(
    tx: &Tx<'_>,
    before: &mut Conversation,
    conversation: &mut Conversation,
    message: &IncomingMessage,
    now: Instant,
) -> Result<bool> {
    if tx
        .outbox_by_remote_id(conversation.id, &message.remote_id)?
        .is_some()
    {
        return Ok(true);
    }
    let is_of = |entry: &OutboxEntry| {
        let began = entry.first_attempt_at.unwrap_or(entry.queued_at) - chrono::Duration::seconds(2);
        entry.text.trim() == message.text.trim() && message.sent_at.is_none_or(|at| at >= began)
    };
    let by_hand = tx.outbox_settled_by_hand(conversation.id)?;
    if let Some(entry) = by_hand.into_iter().find(is_of) {
        let known = OutboxEntry {
            remote_id: Some(message.remote_id.clone()),
            ..entry
        };
        return tx.move_outbox_entry(OutboxState::Sent, &known);
    }
    // One that is queued again after an attempt may have been taken at the first one after all: here is the proof.
    let waiting = tx.outbox_unfinished(conversation.id)?;
    let Some(entry) = waiting.into_iter().find(|entry| {
        let attempted = match entry.state {
            // Wedged ones are answered by hand, on the platform.
            OutboxState::Sending | OutboxState::Unknown | OutboxState::Wedged => true,
            OutboxState::Queued => entry.first_attempt_at.is_some(),
            OutboxState::Sent | OutboxState::Cancelled => false,
        };
        attempted && is_of(entry)
    }) else {
        return Ok(false);
    };
    // What this batch has changed so far must be stored first: settling reads the conversation and writes it.
    if before != conversation {
        tx.save_conversation(before, conversation, queue::rank(conversation, now) as i64)?;
    }
    outbox::settle_sent(tx, &entry, &message.remote_id, now)?;
    *conversation = tx.conversation(conversation.id)?;
    *before = conversation.clone();
    Ok(true)
}
