//! Durable sends.

use super::{failed, instant, optional_instant, word};
use crate::domain::{
    ConversationId, DraftId, InboxId, Instant, MessageId, NEVER, OperatorId, Origin, OutboxEntry, OutboxId,
    OutboxState, millis,
};
use crate::error::Result;
use crate::store::{Tx, View};
use rusqlite::{OptionalExtension as _, Row, params};

const COLUMNS: &str = "id, conversation_id, inbox_id, origin, operator_id, draft_id, text, digest, idempotency_key, answers, state, \
     attempts, looks, next_attempt_at, first_attempt_at, queued_at, remote_id, reason";

/// A send to queue.
pub struct NewOutboxEntry<'a> {
    /// The conversation it answers.
    pub conversation: ConversationId,
    /// The inbox it leaves by.
    pub inbox: InboxId,
    /// The decision that let it leave.
    pub origin: Origin,
    /// The person behind an operator's send.
    pub operator: Option<OperatorId>,
    /// The draft behind it.
    pub draft: Option<DraftId>,
    /// The text.
    pub text: &'a str,
    /// SHA-256 of the text in hexadecimal.
    pub digest: &'a str,
    /// The same key at every attempt.
    pub idempotency_key: &'a str,
    /// The message it answers.
    pub answers: MessageId,
    /// Not before this: people have a moment to take a send back.
    pub not_before: Instant,
    /// Now.
    pub now: Instant,
}

/// What may be attempted by itself: nothing that waits for a person, and nothing behind an earlier send of its conversation that is
/// still on its way. An earlier one that waits for a person holds back nothing: the order is that person's to decide.
fn free() -> String {
    let never = millis(NEVER);
    format!(
        "o.state IN ('queued','unknown') AND o.next_attempt_at < {never} \
         AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.conversation_id = o.conversation_id AND e.id < o.id \
                         AND (e.state IN ('queued','sending') OR (e.state = 'unknown' AND e.next_attempt_at < {never})))"
    )
}

fn due() -> String {
    format!(
        "SELECT {COLUMNS} FROM outbox o WHERE {} AND o.next_attempt_at <= ?1 ORDER BY o.next_attempt_at, o.id LIMIT ?2",
        free()
    )
}

/// The index's own condition is repeated: the planner draws no conclusions.
fn sending() -> String {
    format!(
        "SELECT {COLUMNS} FROM outbox WHERE state IN ('queued','sending','wedged','unknown') AND state = 'sending' ORDER BY id"
    )
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<OutboxEntry> {
    Ok(OutboxEntry {
        id: OutboxId(row.get("id")?),
        conversation: ConversationId(row.get("conversation_id")?),
        inbox: InboxId(row.get("inbox_id")?),
        origin: word::<Origin>(row, "origin")?,
        operator: row.get::<_, Option<i64>>("operator_id")?.map(OperatorId),
        draft: row.get::<_, Option<i64>>("draft_id")?.map(DraftId),
        text: row.get("text")?,
        digest: row.get("digest")?,
        idempotency_key: row.get("idempotency_key")?,
        answers: MessageId(row.get("answers")?),
        state: word::<OutboxState>(row, "state")?,
        attempts: row.get("attempts")?,
        looks: row.get("looks")?,
        next_attempt_at: instant(row, "next_attempt_at")?,
        first_attempt_at: optional_instant(row, "first_attempt_at")?,
        queued_at: instant(row, "queued_at")?,
        remote_id: row.get("remote_id")?,
        reason: row.get("reason")?,
    })
}

impl View<'_> {
    /// One send.
    ///
    /// # Errors
    /// `NotFound`, or `Store`.
    pub fn outbox_entry(&self, id: OutboxId) -> Result<OutboxEntry> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE id = ?1"))
            .and_then(|mut s| s.query_row([id.0], from_row))
            .map_err(failed)
    }

    /// What is due at `now`, in the order of queueing; never two of one conversation, so that the order within it is kept.
    ///
    /// # Errors
    /// `Store`.
    pub fn outbox_due(&self, now: Instant, limit: usize) -> Result<Vec<OutboxEntry>> {
        self.conn
            .prepare_cached(&due())
            .and_then(|mut s| {
                s.query_map(
                    params![millis(now), i64::try_from(limit).unwrap_or(i64::MAX)],
                    from_row,
                )?
                .collect()
            })
            .map_err(failed)
    }

    /// When the next send is due; none when nothing waits.
    ///
    /// # Errors
    /// `Store`.
    pub fn outbox_next_due(&self) -> Result<Option<Instant>> {
        self.conn
            .prepare_cached(&format!(
                "SELECT min(o.next_attempt_at) AS next FROM outbox o WHERE {}",
                free()
            ))
            .and_then(|mut s| s.query_row([], |row| optional_instant(row, "next")))
            .map_err(failed)
    }

    /// Attempts of which nobody knows how they ended: their process is gone.
    ///
    /// # Errors
    /// `Store`.
    pub fn outbox_sending(&self) -> Result<Vec<OutboxEntry>> {
        self.conn
            .prepare_cached(&sending())
            .and_then(|mut s| s.query_map([], from_row)?.collect())
            .map_err(failed)
    }

    /// The sends of a conversation that are not through, oldest first.
    ///
    /// # Errors
    /// `Store`.
    pub fn outbox_unfinished(&self, conversation: ConversationId) -> Result<Vec<OutboxEntry>> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM outbox WHERE conversation_id = ?1 AND state IN ('queued','sending','wedged','unknown') ORDER BY id"
            ))
            .and_then(|mut s| s.query_map([conversation.0], from_row)?.collect())
            .map_err(failed)
    }

    /// The send whose platform id this is: an echo of our own answer coming back.
    ///
    /// # Errors
    /// `Store`.
    pub fn outbox_by_remote_id(
        &self,
        conversation: ConversationId,
        remote_id: &str,
    ) -> Result<Option<OutboxEntry>> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM outbox WHERE conversation_id = ?1 AND remote_id = ?2"
            ))
            .and_then(|mut s| {
                s.query_row(params![conversation.0, remote_id], from_row)
                    .optional()
            })
            .map_err(failed)
    }

    /// The sends of a conversation that a person said had arrived: their echo may still come, under an id that nobody knew then.
    ///
    /// # Errors
    /// `Store`.
    pub fn outbox_settled_by_hand(&self, conversation: ConversationId) -> Result<Vec<OutboxEntry>> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM outbox WHERE conversation_id = ?1 AND state = 'sent' AND remote_id LIKE 'settled-%' ORDER BY id"
            ))
            .and_then(|mut s| s.query_map([conversation.0], from_row)?.collect())
            .map_err(failed)
    }

    /// How many automatic sends were queued since `since`, in one inbox or in all.
    ///
    /// # Errors
    /// `Store`.
    pub fn night_sends_since(&self, since: Instant) -> Result<i64> {
        self.conn
            .prepare_cached("SELECT count(*) FROM night_reply WHERE at >= ?1")
            .and_then(|mut s| s.query_row([millis(since)], |row| row.get(0)))
            .map_err(failed)
    }
}

impl Tx<'_> {
    /// Queues a send. The same idempotency key is queued once.
    ///
    /// # Errors
    /// `Conflict` when this decision was queued already, or `Store`.
    pub fn insert_outbox_entry(&self, new: &NewOutboxEntry<'_>) -> Result<OutboxId> {
        self.conn
            .prepare_cached(
                "INSERT INTO outbox (conversation_id, inbox_id, origin, operator_id, draft_id, text, digest, idempotency_key, answers, \
                 state, next_attempt_at, queued_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'queued', ?10, ?11)",
            )
            .and_then(|mut s| {
                s.insert(params![
                    new.conversation.0,
                    new.inbox.0,
                    new.origin.as_str(),
                    new.operator.map(|id| id.0),
                    new.draft.map(|id| id.0),
                    new.text,
                    new.digest,
                    new.idempotency_key,
                    new.answers.0,
                    millis(new.not_before),
                    millis(new.now),
                ])
            })
            .map(OutboxId)
            .map_err(failed)
    }

    /// Saves where a send stands, if it still stands where `before` says: of two processes one wins.
    ///
    /// # Errors
    /// `Store`.
    pub fn move_outbox_entry(&self, before: OutboxState, after: &OutboxEntry) -> Result<bool> {
        self.conn
            .prepare_cached(
                "UPDATE outbox SET state = ?3, attempts = ?4, looks = ?5, next_attempt_at = ?6, first_attempt_at = ?7, remote_id = ?8, \
                 reason = ?9 WHERE id = ?1 AND state = ?2",
            )
            .and_then(|mut s| {
                s.execute(params![
                    after.id.0,
                    before.as_str(),
                    after.state.as_str(),
                    after.attempts,
                    after.looks,
                    millis(after.next_attempt_at),
                    after.first_attempt_at.map(millis),
                    after.remote_id,
                    after.reason,
                ])
            })
            .map(|changed| changed == 1)
            .map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{assert_plan, store};

    #[test]
    fn what_is_due_is_found_along_an_index_however_much_has_been_sent() {
        let store = store();
        assert_plan(&store, &due(), "outbox_due");
        assert_plan(
            &store,
            &format!("SELECT min(o.next_attempt_at) FROM outbox o WHERE {}", free()),
            "outbox_due",
        );
        assert_plan(&store, &sending(), "outbox_unfinished");
    }
}
