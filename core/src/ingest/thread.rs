//! How a conversation stands after a message: pure.

use super::Arrival;
use crate::channel;
use crate::domain::{
    Category, ChannelKind, Classification, Conversation, ConversationStatus, Evidence, IncomingMessage,
    Instant, Language, Message, MessageKind, ReplyState, Signal, Signals,
};
use chrono::Duration;

/// The longest excerpt, in characters.
const EXCERPT: usize = 160;

/// For how long after its last message an answered danger still colours what the person writes next.
const AFTERMATH: Duration = Duration::hours(24);

/// After a message from the contact. Notices and reactions change nothing but the time of the last sign of life.
#[must_use]
pub fn arrived(
    mut conversation: Conversation,
    message: &IncomingMessage,
    verdict: &Classification,
    kind: ChannelKind,
    arrival: Arrival,
    now: Instant,
) -> Conversation {
    let at = message.time(now);
    let newest = at >= conversation.last_message_at;
    // An answer does not end a danger: what follows it within a day is read as part of it, until a person says otherwise.
    let in_danger = at - conversation.last_message_at < AFTERMATH && is_danger(&conversation);
    conversation.last_message_at = conversation.last_message_at.max(at);
    if message.kind != MessageKind::Text {
        return conversation;
    }
    // The row shows what decided its place, not a later "ok": the newest of the most urgent that is so by its own words.
    let follows = verdict.evidence.iter().any(Evidence::is_of_earlier_message);
    if conversation.waiting_since.is_none()
        || verdict.category < conversation.category
        || (verdict.category == conversation.category && newest && !follows)
    {
        conversation.excerpt = excerpt(message);
    }
    if verdict.language != Language::Unknown {
        conversation.language = verdict.language;
    }
    // The same time counts as after the answer: exports that know minutes only must not hide what came in the minute of an answer.
    if arrival == Arrival::History && conversation.last_answer_at.is_some_and(|answer| at < answer) {
        return conversation;
    }
    if conversation.waiting_since.is_none() && !in_danger {
        conversation.category = verdict.category;
        conversation.signals = Signals::default();
    }
    // Of several messages that wait, the most urgent decides: a later word may raise, never lower.
    conversation.category = conversation.category.min(verdict.category);
    verdict
        .signals
        .iter()
        .for_each(|signal| conversation.signals.insert(signal));
    conversation.waiting_since = Some(conversation.waiting_since.map_or(at, |since| since.min(at)));
    conversation.deadline = deadline(kind, conversation.deadline, at);
    conversation.status = ConversationStatus::Open;
    conversation.snoozed_until = None;
    if conversation.reply_state == ReplyState::Sent {
        conversation.reply_state = ReplyState::None;
    }
    conversation
}

/// Somebody is or was in danger in this conversation, as far as anybody knows.
fn is_danger(conversation: &Conversation) -> bool {
    conversation.category == Category::Emergency || conversation.signals.contains(Signal::SuicideRisk)
}

/// After an answer by a person, here or elsewhere; `waiting` is what the contact wrote after it.
#[must_use]
pub fn answered(
    mut conversation: Conversation,
    at: Instant,
    waiting: &[Message],
    kind: ChannelKind,
    now: Instant,
) -> Conversation {
    conversation.last_answer_at = conversation.last_answer_at.max(Some(at));
    conversation.last_message_at = conversation.last_message_at.max(at.min(now));
    if waiting.is_empty() {
        conversation.status = ConversationStatus::Resolved;
        conversation.snoozed_until = None;
        conversation.waiting_since = None;
        conversation.claim = None;
        if !matches!(
            conversation.reply_state,
            ReplyState::Draft
                | ReplyState::Rejected
                | ReplyState::AwaitingReview
                | ReplyState::Sending
                | ReplyState::Stuck
        ) {
            conversation.reply_state = ReplyState::Sent;
        }
        return conversation;
    }
    recomputed(conversation, waiting, kind, now)
}

/// From what waits, read anew: after an answer that did not cover everything, or a corrected category.
#[must_use]
pub fn recomputed(
    mut conversation: Conversation,
    waiting: &[Message],
    kind: ChannelKind,
    now: Instant,
) -> Conversation {
    let verdicts = || {
        waiting
            .iter()
            .filter_map(|message| message.classification.as_ref())
    };
    if let Some(category) = verdicts().map(|verdict| verdict.category).min() {
        conversation.category = category;
        conversation.signals = verdicts().flat_map(|verdict| verdict.signals.iter()).collect();
    }
    conversation.waiting_since = waiting
        .iter()
        .map(|message| message.sent_at.min(now))
        .min()
        .or(conversation.waiting_since);
    conversation.deadline = waiting.iter().fold(conversation.deadline, |latest, message| {
        deadline(kind, latest, message.sent_at.min(now))
    });
    // What waits is in the queue, or was put off: never closed.
    if !waiting.is_empty() && conversation.status == ConversationStatus::Resolved {
        conversation.status = ConversationStatus::Open;
    }
    conversation
}

/// When the platform stops taking an answer: a while after the person's last message.
fn deadline(kind: ChannelKind, known: Option<Instant>, at: Instant) -> Option<Instant> {
    channel::limits(kind)
        .window
        .map(|window| known.map_or(at + window, |known| known.max(at + window)))
}

fn excerpt(message: &IncomingMessage) -> String {
    let text: String = message.text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return message
            .attachments
            .iter()
            .map(|file| file.kind.as_str())
            .collect::<Vec<_>>()
            .join(", ");
    }
    text.chars().take(EXCERPT).collect()
}
