//! What the night responder has yet to judge, and what it answered.

use super::{failed, instant, word};
use crate::domain::{
    ContactId, ConversationId, Instant, Language, MessageId, NightId, NightReply, NightReplyKind, OutboxId,
    ReplyId, millis,
};
use crate::error::Result;
use crate::store::{Tx, View};
use rusqlite::{Row, params};

fn from_row(row: &Row<'_>) -> rusqlite::Result<(NightReply, OutboxId)> {
    let night: String = row.get("night")?;
    let reply = NightReply {
        conversation: ConversationId(row.get("conversation_id")?),
        night: NightId(night.parse().unwrap_or_default()),
        kind: word::<NightReplyKind>(row, "kind")?,
        reply: ReplyId(row.get("reply_id")?),
        language: word::<Language>(row, "language")?,
        at: instant(row, "at")?,
    };
    Ok((reply, OutboxId(row.get("outbox_id")?)))
}

const COLUMNS: &str = "conversation_id, night, kind, reply_id, language, outbox_id, at";

impl View<'_> {
    /// Messages that the night responder has yet to judge, oldest first.
    ///
    /// # Errors
    /// `Store`.
    pub fn night_pending(&self, limit: usize) -> Result<Vec<MessageId>> {
        self.conn
            .prepare_cached("SELECT message_seq FROM night_pending ORDER BY message_seq LIMIT ?1")
            .and_then(|mut s| {
                s.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                    row.get(0).map(MessageId)
                })?
                .collect()
            })
            .map_err(failed)
    }

    /// What was answered to a person in one night, in whichever of their conversations: by e-mail every subject is one.
    ///
    /// # Errors
    /// `Store`.
    pub fn night_replies_of(&self, contact: ContactId, night: NightId) -> Result<Vec<NightReply>> {
        self.conn
            .prepare_cached(
                "SELECT r.conversation_id, r.night, r.kind, r.reply_id, r.language, r.outbox_id, r.at \
                 FROM conversation c JOIN night_reply r ON r.conversation_id = c.id WHERE c.contact_id = ?1 AND r.night = ?2",
            )
            .and_then(|mut s| {
                s.query_map(params![contact.0, night.to_string()], from_row)?.collect::<Result<Vec<_>, _>>()
            })
            .map(|rows| rows.into_iter().map(|(reply, _)| reply).collect())
            .map_err(failed)
    }

    /// The newest automatic replies since `since`, newest first, with their sends.
    ///
    /// # Errors
    /// `Store`.
    pub fn night_replies_since(&self, since: Instant, limit: usize) -> Result<Vec<(NightReply, OutboxId)>> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM night_reply WHERE at >= ?1 ORDER BY at DESC LIMIT ?2"
            ))
            .and_then(|mut s| {
                s.query_map(
                    params![millis(since), i64::try_from(limit).unwrap_or(i64::MAX)],
                    from_row,
                )?
                .collect()
            })
            .map_err(failed)
    }
}

impl Tx<'_> {
    /// Notes an automatic reply; says no when this conversation had one of this kind this night, whoever sent it.
    ///
    /// # Errors
    /// `Store`.
    pub fn insert_night_reply(
        &self,
        reply: &NightReply,
        message: MessageId,
        entry: OutboxId,
    ) -> Result<bool> {
        self.conn
            .prepare_cached(
                "INSERT OR IGNORE INTO night_reply (conversation_id, night, kind, reply_id, language, message_seq, outbox_id, at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )
            .and_then(|mut s| {
                s.execute(params![
                    reply.conversation.0,
                    reply.night.to_string(),
                    reply.kind.as_str(),
                    reply.reply.0,
                    reply.language.as_str(),
                    message.0,
                    entry.0,
                    millis(reply.at),
                ])
            })
            .map(|inserted| inserted == 1)
            .map_err(failed)
    }

    /// The judgement on a message is stored: it is pending no more. Says no when another process was first.
    ///
    /// # Errors
    /// `Store`.
    pub fn remove_night_pending(&self, id: MessageId) -> Result<bool> {
        self.conn
            .prepare_cached("DELETE FROM night_pending WHERE message_seq = ?1")
            .and_then(|mut s| s.execute([id.0]))
            .map(|removed| removed == 1)
            .map_err(failed)
    }
}
