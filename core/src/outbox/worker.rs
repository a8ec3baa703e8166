//! The only caller of `Channel::send`.

use super::{
    Next, after_error, after_failed_look, after_look, settle_dropped, settle_sent, settle_stuck,
    still_unknown,
};
use crate::channel::{Channel, ChannelError, Guarantee, Outgoing};
use crate::clock::Clock;
use crate::domain::{Inbox, InboxState, Instant, NEVER, Origin, OutboxEntry, OutboxState, digest};
use crate::error::Result;
use crate::event::{Event, Events};
use crate::settings::Settings;
use crate::store::Store;
use std::sync::Arc;

/// How many entries are read at once: few, so that what changes meanwhile is seen soon.
const AT_ONCE: usize = 20;
/// The longest that one send may take. A mail server may take minutes over a text; one that never answers must not hold up the others.
const SEND_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(600);

/// How long after the end of its night an automatic reply may still leave: enough for one that was decided in the last second of it.
const GRACE: chrono::Duration = chrono::Duration::minutes(2);

/// Gives the channel of an inbox; none where answers are given by hand elsewhere.
pub trait Connect: Send + Sync {
    /// The channel of an inbox.
    ///
    /// # Errors
    /// Why it cannot be connected, in words for people.
    fn channel(&self, inbox: &Inbox) -> Result<Option<Arc<dyn Channel>>>;
}

/// A process died while an attempt was under way, or could not write down how it ended: nobody knows. Called by the process that holds
/// the lease, between its sends, so that nobody can be in the middle of one.
///
/// # Errors
/// `Store`.
pub fn recover(store: &Store, now: Instant) -> Result<usize> {
    let interrupted = store.read(|view| view.outbox_sending())?;
    for entry in &interrupted {
        let mut unknown = entry.clone();
        unknown.state = OutboxState::Unknown;
        unknown.next_attempt_at = now;
        unknown.reason = Some("Planton stopped while it was being sent".to_owned());
        store.write(|tx| tx.move_outbox_entry(OutboxState::Sending, &unknown))?;
    }
    Ok(interrupted.len())
}

/// Sends and settles everything that is due. Gives back how many entries were looked at. One that the store has trouble with does not
/// keep the others from leaving.
///
/// # Errors
/// `Store`, after the others; what a platform says becomes the state of the entry.
pub async fn run_due(
    store: &Store,
    clock: &dyn Clock,
    events: &Events,
    connect: &dyn Connect,
) -> Result<usize> {
    let due = store.read(|view| view.outbox_due(clock.now(), AT_ONCE))?;
    let mut trouble = None;
    for entry in &due {
        let moved = match entry.state {
            OutboxState::Unknown => look(store, clock, connect, entry).await,
            _ => attempt(store, clock, connect, entry).await,
        };
        match moved {
            Ok(false) => {}
            Ok(true) => {
                events.emit(Event::Conversation(entry.conversation));
                events.emit(Event::Queue);
            }
            Err(error) => {
                tracing::error!(outbox = entry.id.0, %error, "a send could not be written down");
                trouble = Some(error);
            }
        }
    }
    trouble.map_or(Ok(due.len()), Err)
}

/// One attempt: counted and committed before the wire is touched.
async fn attempt(
    store: &Store,
    clock: &dyn Clock,
    connect: &dyn Connect,
    entry: &OutboxEntry,
) -> Result<bool> {
    let now = clock.now();
    let (inbox, conversation, schedule) = store.read(|view| {
        Ok((
            view.inbox(entry.inbox)?,
            view.conversation(entry.conversation)?,
            Settings::load(view)?.night.schedule,
        ))
    })?;
    // One that an earlier attempt may have delivered stays unknown: nobody may take it for unsent.
    let stuck = match entry.state {
        OutboxState::Unknown => OutboxState::Unknown,
        _ => OutboxState::Wedged,
    };
    let leave = |reason: &str| stick(store, clock, entry, entry.state, stuck, reason);
    if digest(&entry.text) != entry.digest {
        return leave("The text is not the one that was approved.");
    }
    if conversation.deadline.is_some_and(|deadline| now >= deadline) {
        return leave("The platform's reply window is over.");
    }
    let night = schedule.night_at(entry.queued_at, inbox.zone);
    if entry.origin == Origin::Night && night.is_some_and(|night| now >= night.ends + GRACE) {
        let reason = "The night was over before this automatic reply could leave.";
        return match entry.state {
            OutboxState::Unknown => leave(reason),
            _ => store.write(|tx| settle_dropped(tx, entry, reason, now)),
        };
    }
    let channel = match channel_of(connect, &inbox) {
        Ok(channel) => channel,
        Err(reason) => return leave(&reason),
    };
    let mut sending = entry.clone();
    sending.state = OutboxState::Sending;
    sending.attempts += 1;
    sending.first_attempt_at = entry.first_attempt_at.or(Some(now));
    // Everything that can fail here fails before the attempt is counted.
    let outgoing = outgoing(store, &sending)?;
    if !store.write(|tx| tx.move_outbox_entry(entry.state, &sending))? {
        return Ok(false);
    }
    let outcome = match tokio::time::timeout(SEND_TIMEOUT, channel.send(&outgoing)).await {
        Ok(outcome) => outcome,
        Err(_elapsed) => Err(ChannelError::TransientAmbiguous("no answer in time".to_owned())),
    };
    let now = clock.now();
    match outcome {
        Ok(receipt) => store.write(|tx| {
            // Whatever was thought of it meanwhile, the platform has it now.
            let current = tx.outbox_entry(sending.id)?;
            match current.state {
                OutboxState::Sent | OutboxState::Cancelled => Ok(false),
                _ => settle_sent(tx, &current, &receipt.remote_id, now),
            }
        }),
        Err(error) => {
            tracing::warn!(outbox = entry.id.0, attempt = sending.attempts, %error, "a send did not go through");
            let next = after_error(&error, sending.attempts, channel.guarantee(), now);
            let next = if entry.state == OutboxState::Unknown {
                still_unknown(next)
            } else {
                next
            };
            settle_next(store, clock, &sending, next)
        }
    }
}

/// One look at an entry whose fate is unknown.
async fn look(store: &Store, clock: &dyn Clock, connect: &dyn Connect, entry: &OutboxEntry) -> Result<bool> {
    let inbox = store.read(|view| view.inbox(entry.inbox))?;
    let channel = match channel_of(connect, &inbox) {
        Ok(channel) => channel,
        Err(reason) => return stick(store, clock, entry, entry.state, OutboxState::Unknown, &reason),
    };
    match channel.guarantee() {
        Guarantee::Idempotent => attempt(store, clock, connect, entry).await,
        Guarantee::None => stick(
            store,
            clock,
            entry,
            entry.state,
            OutboxState::Unknown,
            "This platform cannot say whether it took the answer.",
        ),
        Guarantee::Reconcilable => {
            let found = channel.find_sent(&outgoing(store, entry)?).await;
            let now = clock.now();
            match found {
                Ok(Some(receipt)) => store.write(|tx| settle_sent(tx, entry, &receipt.remote_id, now)),
                Ok(None) => {
                    let mut looked = entry.clone();
                    looked.looks += 1;
                    settle_next(store, clock, &looked, after_look(looked.looks, now))
                }
                // A look that failed says nothing of the send.
                Err(error) => {
                    let began = entry.first_attempt_at.unwrap_or(entry.queued_at);
                    settle_next(store, clock, entry, after_failed_look(&error, began, now))
                }
            }
        }
    }
}

fn channel_of(connect: &dyn Connect, inbox: &Inbox) -> std::result::Result<Arc<dyn Channel>, String> {
    if inbox.state == InboxState::Paused {
        return Err("This account is paused.".to_owned());
    }
    match connect.channel(inbox) {
        Ok(Some(channel)) => Ok(channel),
        Ok(None) => Err(
            "This account was imported: copy the text, answer on the platform, then mark it as sent here."
                .to_owned(),
        ),
        Err(error) => Err(error.message),
    }
}

fn outgoing(store: &Store, entry: &OutboxEntry) -> Result<Outgoing> {
    store.read(|view| {
        let conversation = view.conversation(entry.conversation)?;
        let contact = view.contact(conversation.contact)?;
        Ok(Outgoing {
            idempotency_key: entry.idempotency_key.clone(),
            thread_id: conversation.remote_id,
            contact_id: contact.remote_id,
            text: entry.text.clone(),
            origin: entry.origin,
            reply_context: view.message(entry.answers)?.reply_context,
            first_attempt_at: entry.first_attempt_at.unwrap_or(entry.queued_at),
        })
    })
}

fn settle_next(store: &Store, clock: &dyn Clock, entry: &OutboxEntry, next: Next) -> Result<bool> {
    let before = entry.state;
    let mut after = entry.clone();
    match next {
        Next::Retry { at, reason } => {
            after.state = OutboxState::Queued;
            after.next_attempt_at = at;
            after.reason = Some(reason);
        }
        Next::Unknown { at, reason } => {
            after.state = OutboxState::Unknown;
            after.next_attempt_at = at;
            after.reason = Some(reason);
        }
        Next::Wedge(reason) => return stick(store, clock, entry, before, OutboxState::Wedged, &reason),
        Next::AskPerson(reason) => return stick(store, clock, entry, before, OutboxState::Unknown, &reason),
    }
    store.write(|tx| tx.move_outbox_entry(before, &after))
}

/// Leaves an entry to a person.
fn stick(
    store: &Store,
    clock: &dyn Clock,
    entry: &OutboxEntry,
    before: OutboxState,
    state: OutboxState,
    reason: &str,
) -> Result<bool> {
    let mut stuck = entry.clone();
    stuck.state = state;
    stuck.reason = Some(reason.to_owned());
    stuck.next_attempt_at = NEVER;
    if entry.origin == Origin::Night {
        tracing::warn!(outbox = entry.id.0, %reason, "an automatic reply did not go through; the conversation is in the queue");
    }
    store.write(|tx| settle_stuck(tx, before, &stuck, clock.now()))
}
