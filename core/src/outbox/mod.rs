//! Answers leave: each decision once, each attempt written down before the wire is touched.
//!
//! What comes in: a decision (an operator's send, an approval, a night decision). What goes out: one message on the platform, or a
//! state that a person can act on. `queued -> sending -> sent`, or back to `queued` with a time, or `wedged`, or `unknown`. What is
//! unknown is repeated only where the platform knows the key, and looked for elsewhere; otherwise it waits for a person. Only
//! [`worker`] calls [`crate::channel::Channel::send`].

mod retry;
pub mod worker;

pub use retry::{Next, after_error, after_failed_look, after_look, still_unknown};

use crate::domain::{
    Action, Actor, Author, Conversation, ConversationId, Direction, DraftId, InboxId, IncomingMessage,
    Instant, MessageId, MessageKind, OperatorId, Origin, OutboxEntry, OutboxId, OutboxState, ReplyState,
    ReviewState, SenderFlags, ThreadKind, digest,
};
use crate::error::Result;
use crate::ingest::answered;
use crate::journal;
use crate::queue;
use crate::store::{NewMessage, NewOutboxEntry, Tx, View};
use serde_json::json;

/// A decision that a text may leave.
#[derive(Debug)]
pub struct Decision<'a> {
    /// The conversation it answers.
    pub conversation: ConversationId,
    /// The inbox it leaves by.
    pub inbox: InboxId,
    /// What kind of decision.
    pub origin: Origin,
    /// The person behind it.
    pub operator: Option<OperatorId>,
    /// The draft behind it.
    pub draft: Option<DraftId>,
    /// The text.
    pub text: &'a str,
    /// The message it answers.
    pub answers: MessageId,
    /// Distinguishes this decision from every other: the same decision gives the same key.
    pub key: String,
    /// Not before this.
    pub not_before: Instant,
}

/// Queues a decision, with its journal entry, in the transaction that made it.
///
/// # Errors
/// `Conflict` when the same decision is queued already, or `Store`.
pub fn enqueue(tx: &Tx<'_>, actor: &Actor, decision: &Decision<'_>, now: Instant) -> Result<OutboxId> {
    let digest = digest(decision.text);
    let id = tx.insert_outbox_entry(&NewOutboxEntry {
        conversation: decision.conversation,
        inbox: decision.inbox,
        origin: decision.origin,
        operator: decision.operator,
        draft: decision.draft,
        text: decision.text,
        digest: &digest,
        idempotency_key: &decision.key,
        answers: decision.answers,
        not_before: decision.not_before,
        now,
    })?;
    journal::record(
        tx,
        actor,
        Action::SendQueued,
        journal::subject("conversation", decision.conversation.0),
        &json!({ "outbox": id, "origin": decision.origin, "digest": digest, "draft": decision.draft }),
        now,
    )?;
    Ok(id)
}

/// The platform took it: the entry is sent, the answer stands in the conversation, the conversation is answered (unless the night
/// responder wrote it). Says no when somebody else settled it first.
///
/// # Errors
/// `Store`.
pub fn settle_sent(tx: &Tx<'_>, entry: &OutboxEntry, remote_id: &str, now: Instant) -> Result<bool> {
    let mut sent = entry.clone();
    sent.state = OutboxState::Sent;
    sent.remote_id = Some(remote_id.to_owned());
    sent.reason = None;
    if !tx.move_outbox_entry(entry.state, &sent)? {
        return Ok(false);
    }
    let night = entry.origin == Origin::Night;
    if !night {
        // A person has answered: an automatic text that did not go through is nobody's task any more.
        let unfinished = tx.outbox_unfinished(entry.conversation)?;
        for automatic in unfinished
            .iter()
            .filter(|e| e.origin == Origin::Night && e.waits_for_a_person())
        {
            settle_dropped(tx, automatic, "A person has answered.", now)?;
        }
    }
    let before = tx.conversation(entry.conversation)?;
    let contact = tx.contact(before.contact)?;
    let message = IncomingMessage {
        remote_id: remote_id.to_owned(),
        thread_id: before.remote_id.clone(),
        thread_kind: ThreadKind::Direct,
        contact_id: contact.remote_id,
        contact_name: String::new(),
        direction: Direction::Out,
        kind: MessageKind::Text,
        sent_at: Some(now),
        text: entry.text.clone(),
        attachments: Vec::new(),
        flags: SenderFlags {
            automatic: night,
            ..SenderFlags::default()
        },
        reply_context: None,
    };
    let stored = tx.insert_message(&NewMessage {
        inbox: entry.inbox,
        conversation: entry.conversation,
        message: &message,
        author: if night { Author::Night } else { Author::Operator },
        operator: entry.operator,
        received_at: now,
        classification: None,
    })?;
    let mut after = before.clone();
    if night {
        after.last_message_at = after.last_message_at.max(now);
    } else {
        // What arrived after the message that was answered still waits, also what is older by the platform's time.
        let waiting = match before.waiting_since {
            Some(since) => tx.unanswered_after(entry.conversation, since, entry.answers)?,
            None => Vec::new(),
        };
        let inbox = tx.inbox(entry.inbox)?;
        after = answered(after, now, &waiting, inbox.channel, now);
    }
    after.reply_state = reply_state(tx, &after)?;
    tx.save_conversation(&before, &after, queue::rank(&after, now) as i64)?;
    if let Some(id) = stored {
        tx.index_messages(id)?;
    }
    journal::record(
        tx,
        &Actor::System,
        Action::Sent,
        journal::subject("conversation", entry.conversation.0),
        &json!({ "outbox": entry.id, "digest": digest(&entry.text), "attempts": entry.attempts }),
        now,
    )?;
    Ok(true)
}

/// How the reply of a conversation stands, read from its sends and its draft. What waits for a person comes first: a text that is
/// being written must not hide an answer that did not leave. An automatic reply on its way is nobody's answer.
///
/// # Errors
/// `Store`.
pub fn reply_state(view: &View<'_>, conversation: &Conversation) -> Result<ReplyState> {
    let unfinished = view.outbox_unfinished(conversation.id)?;
    if unfinished.iter().any(OutboxEntry::waits_for_a_person) {
        return Ok(ReplyState::Stuck);
    }
    if unfinished.iter().any(|entry| entry.origin != Origin::Night) {
        return Ok(ReplyState::Sending);
    }
    let draft = view.current_draft(conversation.id)?;
    Ok(match draft.map(|draft| draft.review.state) {
        Some(ReviewState::AwaitingReview) => ReplyState::AwaitingReview,
        Some(ReviewState::Rejected) => ReplyState::Rejected,
        Some(_) => ReplyState::Draft,
        None if conversation.waiting_since.is_none() && conversation.last_answer_at.is_some() => {
            ReplyState::Sent
        }
        None => ReplyState::None,
    })
}

/// The entry waits for a person: the conversation says so, and is in the queue.
///
/// # Errors
/// `Store`.
pub fn settle_stuck(tx: &Tx<'_>, before: OutboxState, entry: &OutboxEntry, now: Instant) -> Result<bool> {
    if !tx.move_outbox_entry(before, entry)? {
        return Ok(false);
    }
    let conversation = tx.conversation(entry.conversation)?;
    let mut after = queue::reopened(conversation.clone(), now);
    after.reply_state = reply_state(tx, &after)?;
    tx.save_conversation(&conversation, &after, queue::rank(&after, now) as i64)?;
    journal::record(
        tx,
        &Actor::System,
        Action::SendStuck,
        journal::subject("conversation", entry.conversation.0),
        &json!({ "outbox": entry.id, "state": entry.state, "reason": entry.reason }),
        now,
    )?;
    Ok(true)
}

/// An automatic reply is not sent any more: its night is over, or a person has answered. The conversation waits as before.
///
/// # Errors
/// `Store`.
pub fn settle_dropped(tx: &Tx<'_>, entry: &OutboxEntry, reason: &str, now: Instant) -> Result<bool> {
    let dropped = OutboxEntry {
        state: OutboxState::Cancelled,
        reason: Some(reason.to_owned()),
        ..entry.clone()
    };
    if !tx.move_outbox_entry(entry.state, &dropped)? {
        return Ok(false);
    }
    let before = tx.conversation(entry.conversation)?;
    let after = Conversation {
        reply_state: reply_state(tx, &before)?,
        ..before.clone()
    };
    tx.save_conversation(&before, &after, queue::rank(&after, now) as i64)?;
    journal::record(
        tx,
        &Actor::Night,
        Action::SendCancelled,
        journal::subject("conversation", entry.conversation.0),
        &json!({ "outbox": entry.id, "reason": reason }),
        now,
    )?;
    Ok(true)
}
