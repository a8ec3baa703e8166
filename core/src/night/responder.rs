//! Judges what came in and queues the night's replies: the part of the night that acts.
//!
//! What comes in: messages that ingest marked as yet to be judged. What goes out: for each, in one transaction, either a send in the
//! outbox with its night reply and journal entry, or nothing but the note that it was left and why. The mark goes in the same
//! transaction, so that a restart, a second process or a double delivery judges again or not at all, never twice. Whatever is decided,
//! the conversation stays in the queue.

use super::policy::{self, Decision, Facts, Recent};
use super::schedule::Night;
use crate::channel;
use crate::domain::{
    Action, Actor, Author, Conversation, Direction, Inbox, InboxState, Instant, Message, MessageId,
    NightReply, NightReplyKind, Origin, digest, millis,
};
use crate::error::Result;
use crate::event::{Event, Events};
use crate::journal;
use crate::outbox;
use crate::settings::Settings;
use crate::store::{Store, Tx, View};
use crate::suggest::{NightFacts, Pack};
use chrono::{Duration, Timelike as _};
use serde_json::json;

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Messages judged.
    pub judged: usize,
    /// Replies queued.
    pub replied: usize,
    /// The breaker is open: nothing more is sent before a person closes it.
    pub breaker_open: bool,
}

/// Judges what is pending, at most a few hundred messages; call again while `judged` is not zero.
///
/// # Errors
/// `Store`; then what was not judged stays pending.
pub fn run(store: &Store, pack: &Pack, events: &Events, now: Instant) -> Result<Round> {
    let (pending, settings) = store.read(|view| Ok((view.night_pending(200)?, Settings::load(view)?)))?;
    let mut round = Round {
        breaker_open: settings.breaker.is_some(),
        ..Round::default()
    };
    let mut opened = false;
    let mut trouble = None;
    for id in pending {
        let outcome = match store.write(|tx| judge(tx, pack, &settings, id, now)) {
            Ok(outcome) => outcome,
            // One message that cannot be judged must not keep the others waiting. It stays pending, and is in the queue anyway.
            Err(error) => {
                tracing::error!(message = id.0, %error, "a message could not be judged");
                trouble = Some(error);
                continue;
            }
        };
        match outcome {
            Outcome::Gone => {}
            Outcome::Left => round.judged += 1,
            Outcome::Replied => {
                round.judged += 1;
                round.replied += 1;
            }
            Outcome::Breaker => {
                opened = !round.breaker_open;
                round.breaker_open = true;
                break;
            }
        }
    }
    if round.replied > 0 || opened {
        events.emit(Event::Night);
    }
    // Said only when something is to be sent: it wakes the service, which would otherwise never rest while the breaker is open.
    if round.replied > 0 {
        events.emit(Event::Outbox);
    }
    match trouble {
        Some(error) if round.judged == 0 && !round.breaker_open => Err(error),
        _ => Ok(round),
    }
}

enum Outcome {
    /// Another process judged it.
    Gone,
    Left,
    Replied,
    Breaker,
}

fn judge(tx: &Tx<'_>, pack: &Pack, settings: &Settings, id: MessageId, now: Instant) -> Result<Outcome> {
    let message = tx.message(id)?;
    let conversation = tx.conversation(message.conversation)?;
    let inbox = tx.inbox(conversation.inbox)?;
    let Some(classification) = message.classification.clone() else {
        tx.remove_night_pending(id)?;
        return Ok(Outcome::Left);
    };
    let arrived_at = policy::arrival(message.sent_at, message.received_at);
    let schedule = &settings.night.schedule;
    let night = schedule.night_at(arrived_at, inbox.zone);
    let recent = recent(tx, &message, arrived_at)?;
    let replies = match night {
        Some(night) => tx.night_replies_of(conversation.contact, night.id)?,
        None => Vec::new(),
    };
    let contact = tx.contact(conversation.contact)?;
    let facts = Facts {
        now,
        arrived_at,
        night,
        night_now: schedule.night_at(now, inbox.zone),
        direction: message.direction,
        kind: message.kind,
        thread_kind: conversation.kind,
        flags: message.flags,
        text: &message.text,
        classification: &classification,
        contact_language: conversation.language,
        on_never_reply_list: tx.never_reply(conversation.contact)?,
        own_address: !inbox.address.is_empty() && contact.remote_id.eq_ignore_ascii_case(&inbox.address),
        enabled: settings.night.enabled,
        answerable: matches!(inbox.state, InboxState::Live | InboxState::Demo),
        colleague_at: conversation.last_answer_at,
        already_general: replies.iter().any(|reply| reply.kind == NightReplyKind::General),
        already_specific: replies.iter().any(|reply| reply.kind == NightReplyKind::Specific),
        recent: &recent,
    };
    let decision = policy::decide(&facts);
    if matches!(decision, Decision::Reply { .. }) && breaker(tx, settings, now)? {
        return Ok(Outcome::Breaker);
    }
    if !tx.remove_night_pending(id)? {
        return Ok(Outcome::Gone);
    }
    if policy::must_hand_off(&facts) && night.is_some() {
        journal::record(
            tx,
            &Actor::Night,
            Action::NightHandedOff,
            journal::subject("conversation", conversation.id.0),
            &json!({ "message": id, "category": classification.category, "signals": classification.signals }),
            now,
        )?;
    }
    match (decision, night) {
        (
            Decision::Reply {
                reply,
                kind,
                language,
            },
            Some(night),
        ) => {
            // A text that cannot be filled must not keep the others waiting: this one is left to a person.
            let rendered = match pack.render_night(&reply, language, &night_facts(&inbox, night)) {
                Ok(rendered) => rendered,
                Err(error) => {
                    tracing::error!(%error, %reply, "a night text cannot be used; the conversation waits for a person");
                    return Ok(Outcome::Left);
                }
            };
            let note = NightReply {
                conversation: conversation.id,
                night: night.id,
                kind,
                reply,
                language: rendered.language,
                at: now,
            };
            queue_reply(tx, &inbox, &conversation, id, &note, &rendered.text, now)?;
            Ok(Outcome::Replied)
        }
        (Decision::Leave(reason), _) => {
            tracing::debug!(message = id.0, %reason, "left by the night responder");
            Ok(Outcome::Left)
        }
        (Decision::Reply { .. }, None) => Ok(Outcome::Left),
    }
}

fn queue_reply(
    tx: &Tx<'_>,
    inbox: &Inbox,
    conversation: &Conversation,
    message: MessageId,
    note: &NightReply,
    text: &str,
    now: Instant,
) -> Result<()> {
    let entry = outbox::enqueue(
        tx,
        &Actor::Night,
        &outbox::Decision {
            conversation: conversation.id,
            inbox: inbox.id,
            origin: Origin::Night,
            operator: None,
            draft: None,
            text,
            answers: message,
            // The same night and kind give the same key: a second decision collides instead of being sent.
            key: format!("night-{}-{}-{}", conversation.id, note.night, note.kind),
            not_before: now,
        },
        now,
    )?;
    tx.insert_night_reply(note, message, entry)?;
    journal::record(
        tx,
        &Actor::Night,
        Action::NightReplied,
        journal::subject("conversation", conversation.id.0),
        &json!({ "outbox": entry, "message": message, "night": note.night, "kind": note.kind, "reply": note.reply, "language": note.language }),
        now,
    )
}

/// What a night text of this inbox is filled with.
#[must_use]
pub fn night_facts(inbox: &Inbox, night: Night) -> NightFacts<'static> {
    let ends = night.ends.with_timezone(&inbox.zone).time();
    NightFacts {
        opens_at: ends.with_nanosecond(0).unwrap_or(ends),
        limits: channel::limits(inbox.channel),
        force: None,
    }
}

/// Is the breaker open - or does this reply open it?
fn breaker(tx: &Tx<'_>, settings: &Settings, now: Instant) -> Result<bool> {
    // Read anew: another process, or this round, may have opened it since the settings were read.
    if tx.setting::<Option<i64>>("breaker")?.flatten().is_some() {
        return Ok(true);
    }
    let sent = tx.night_sends_since(now - Duration::minutes(1))?;
    if sent < i64::from(settings.night.breaker_per_minute) {
        return Ok(false);
    }
    tx.set_setting("breaker", &Some(millis(now)))?;
    tracing::error!(
        sent,
        "the night responder's breaker is open: too many automatic replies within a minute"
    );
    journal::record(
        tx,
        &Actor::Night,
        Action::BreakerOpened,
        None,
        &json!({ "within_a_minute": sent }),
        now,
    )?;
    Ok(true)
}

/// The ten minutes of the thread before this message.
fn recent(view: &View<'_>, message: &Message, arrived_at: Instant) -> Result<Vec<Recent>> {
    let earliest = arrived_at - Duration::minutes(10);
    Ok(view
        .messages(message.conversation, Some(message.id), 30)?
        .into_iter()
        .map(|earlier| Recent {
            at: policy::arrival(earlier.sent_at, earlier.received_at),
            author: if earlier.direction == Direction::In {
                Author::Contact
            } else {
                earlier.author
            },
            digest: digest(earlier.text.trim()),
        })
        .filter(|earlier| earlier.at >= earliest)
        .collect())
}
