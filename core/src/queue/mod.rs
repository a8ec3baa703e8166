//! Who is next.
//!
//! What comes in: how a conversation stands. What goes out: its place. Emergencies first; then what is about to become unanswerable;
//! then the longest waiting. Deliberately absent: hiding. No rank takes a conversation out of the queue.

use crate::domain::{Category, Conversation, ConversationStatus, Instant, Signal};
use chrono::Duration;

/// A place that comes before every longer wait of the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bucket {
    /// Somebody is in danger.
    Emergency = 0,
    /// The platform will soon take no answer any more.
    Expiring = 1,
    /// Everything else.
    Ordinary = 2,
}

/// How long before the platform's deadline a conversation moves up.
pub const EXPIRING: Duration = Duration::hours(3);

/// How long a claim holds without being renewed.
pub const CLAIM: Duration = Duration::minutes(10);

/// The place of a conversation at `now`.
#[must_use]
pub fn rank(conversation: &Conversation, now: Instant) -> Bucket {
    if conversation.category == Category::Emergency || conversation.signals.contains(Signal::SuicideRisk) {
        return Bucket::Emergency;
    }
    match conversation.deadline {
        // Past the deadline nothing is gained by hurrying: other channels remain, and the wait decides.
        Some(deadline) if now < deadline && deadline - now <= EXPIRING => Bucket::Expiring,
        _ => Bucket::Ordinary,
    }
}

/// Puts a conversation off until `until`.
#[must_use]
pub fn snoozed(mut conversation: Conversation, until: Instant) -> Conversation {
    conversation.status = ConversationStatus::Snoozed;
    conversation.snoozed_until = Some(until);
    conversation.claim = None;
    conversation
}

/// Brings a conversation back to the queue; what was answered waits from `now`.
#[must_use]
pub fn reopened(mut conversation: Conversation, now: Instant) -> Conversation {
    conversation.status = ConversationStatus::Open;
    conversation.snoozed_until = None;
    conversation.waiting_since = conversation.waiting_since.or(Some(now));
    conversation
}

/// Closes a conversation: nothing in it waits any more.
#[must_use]
pub fn resolved(mut conversation: Conversation, now: Instant) -> Conversation {
    conversation.status = ConversationStatus::Resolved;
    conversation.snoozed_until = None;
    conversation.waiting_since = None;
    conversation.claim = None;
    conversation.last_answer_at = conversation.last_answer_at.max(Some(now));
    conversation
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        ContactId, ConversationId, InboxId, Language, ReplyState, Signals, ThreadKind, from_millis,
    };
    use proptest::prelude::*;

    fn conversation(category: Category, signals: &[Signal], deadline: Option<i64>) -> Conversation {
        Conversation {
            id: ConversationId(1),
            inbox: InboxId(1),
            contact: ContactId(1),
            remote_id: String::new(),
            kind: ThreadKind::Direct,
            status: ConversationStatus::Open,
            snoozed_until: None,
            category,
            signals: signals.iter().copied().collect::<Signals>(),
            language: Language::Unknown,
            waiting_since: Some(from_millis(0)),
            deadline: deadline.map(from_millis),
            last_message_at: from_millis(0),
            last_answer_at: None,
            excerpt: String::new(),
            reply_state: ReplyState::None,
            claim: None,
        }
    }

    #[test]
    fn danger_comes_first_whatever_the_deadline() {
        let now = from_millis(0);
        for deadline in [None, Some(-1), Some(1), Some(i64::MAX)] {
            assert_eq!(
                rank(&conversation(Category::Emergency, &[], deadline), now),
                Bucket::Emergency
            );
            let thanks = conversation(Category::Thanks, &[Signal::SuicideRisk], deadline);
            assert_eq!(rank(&thanks, now), Bucket::Emergency);
        }
    }

    #[test]
    fn the_last_three_hours_before_the_deadline_count_and_not_what_comes_after() {
        let three_hours = EXPIRING.num_milliseconds();
        for (deadline, expected) in [
            (three_hours + 1, Bucket::Ordinary),
            (three_hours, Bucket::Expiring),
            (1, Bucket::Expiring),
            (0, Bucket::Ordinary),
            (-1, Bucket::Ordinary),
        ] {
            let waiting = conversation(Category::Incident, &[], Some(deadline));
            assert_eq!(rank(&waiting, from_millis(0)), expected, "{deadline}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_conversation_at_any_time_has_a_place(deadline in any::<Option<i64>>(), now in any::<i64>(), category in 0..7usize) {
            let anything = conversation(Category::ALL[category], &[], deadline);
            let _place = rank(&anything, from_millis(now));
        }
    }
}
