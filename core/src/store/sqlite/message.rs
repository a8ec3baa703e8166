//! Messages, their de-duplication and their search index.

use super::{failed, from_opt, instant, json, to_json, word};
use crate::domain::{
    Attachment, Author, Category, Classification, ConversationId, Evidence, InboxId, IncomingMessage,
    Instant, Language, Message, MessageId, OperatorId, Signals, millis,
};
use crate::error::Result;
use crate::store::{Tx, View};
use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const COLUMNS: &str = "seq, conversation_id, direction, kind, author, operator_id, sent_at, received_at, text, attachments, flags, \
     category, triage, reply_context";

const BY_KEY: &str = "SELECT inbox_id, remote_id FROM message WHERE dedupe_key = ?1";

const SAID_BETWEEN: &str = "SELECT seq, conversation_id, direction, kind, author, operator_id, sent_at, received_at, text, attachments, \
     flags, category, triage, reply_context, corrected_by FROM message \
     WHERE conversation_id = ?1 AND sent_at BETWEEN ?2 AND ?3 AND kind = 'text' ORDER BY sent_at DESC, seq DESC LIMIT ?4";

/// A page of a conversation, backwards from a place in it.
fn page() -> String {
    format!(
        "SELECT {COLUMNS} FROM message WHERE conversation_id = ?1 AND (sent_at, seq) < (?2, ?3) \
         ORDER BY sent_at DESC, seq DESC LIMIT ?4"
    )
}

/// What waits for an answer since a time.
fn waiting() -> String {
    format!(
        "SELECT {COLUMNS} FROM message WHERE conversation_id = ?1 AND sent_at > ?2 AND direction = 'in' AND kind = 'text' \
         ORDER BY sent_at, seq LIMIT 200"
    )
}

/// A message to store.
pub struct NewMessage<'a> {
    /// Its inbox.
    pub inbox: InboxId,
    /// Its thread.
    pub conversation: ConversationId,
    /// As the channel handed it over.
    pub message: &'a IncomingMessage,
    /// Who wrote it.
    pub author: Author,
    /// The person at the desk, where Planton sent it for one.
    pub operator: Option<OperatorId>,
    /// Now.
    pub received_at: Instant,
    /// Triage's verdict, for what came in.
    pub classification: Option<&'a Classification>,
}

/// What was said in a conversation, as far as reading the next message needs it.
#[derive(Clone, PartialEq)]
pub struct Said {
    /// The message, once it is stored.
    pub id: Option<MessageId>,
    /// When, by the platform.
    pub at: Instant,
    /// Who.
    pub author: Author,
    /// Sent by a program.
    pub automatic: bool,
    /// The text.
    pub text: String,
    /// The verdict in force on it.
    pub verdict: Option<Classification>,
    /// A person gave it.
    pub settled: bool,
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Said({}, {} bytes)", self.author, self.text.len())
    }
}

/// A verdict as it is kept beside a message.
#[derive(Serialize, Deserialize)]
struct MessageTriage {
    secondary: Option<Category>,
    confidence: f32,
    scores: [f32; 7],
    signals: Signals,
    language: Language,
    evidence: Vec<Evidence>,
    category: Category,
}

impl From<&Classification> for MessageTriage {
    fn from(c: &Classification) -> Self {
        Self {
            secondary: c.secondary,
            confidence: c.confidence,
            scores: c.scores,
            signals: c.signals.clone(),
            language: c.language,
            evidence: c.evidence.clone(),
            category: c.category,
        }
    }
}

impl MessageTriage {
    fn into_classification(self, in_force: Option<Category>) -> Classification {
        let judged = Classification {
            category: self.category,
            secondary: self.secondary,
            confidence: self.confidence,
            scores: self.scores,
            signals: self.signals,
            language: self.language,
            evidence: self.evidence,
        };
        match in_force {
            Some(category) => judged.corrected(category),
            None => judged,
        }
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Message> {
    let category: Option<String> = row.get("category")?;
    let in_force: Option<Category> = category.and_then(|word| word.parse().ok());
    let triage: Option<MessageTriage> = from_opt(row, "triage")?;
    Ok(Message {
        id: MessageId(row.get("seq")?),
        conversation: ConversationId(row.get("conversation_id")?),
        direction: word(row, "direction")?,
        kind: word(row, "kind")?,
        author: word(row, "author")?,
        operator: row.get::<_, Option<i64>>("operator_id")?.map(OperatorId),
        sent_at: instant(row, "sent_at")?,
        received_at: instant(row, "received_at")?,
        text: row.get("text")?,
        attachments: json::<Vec<Attachment>>(row, "attachments")?,
        flags: json(row, "flags")?,
        classification: triage.map(|triage| triage.into_classification(in_force)),
        reply_context: row.get("reply_context")?,
    })
}

/// The time-ordered key of a message: where a redelivery carries the same platform time it lands beside its twin, and a big file
/// stays fast. Without a platform time only the hash is left, which finds the twin all the same.
fn dedupe_key(inbox: InboxId, message: &IncomingMessage) -> i64 {
    let mut hasher = Sha256::new();
    hasher.update(inbox.0.to_le_bytes());
    hasher.update(message.remote_id.as_bytes());
    let digest = hasher.finalize();
    let hash = digest
        .iter()
        .take(4)
        .fold(0i64, |value, byte| value << 8 | i64::from(*byte))
        & 0x7fff_ffff;
    let second = message
        .sent_at
        .map_or(0, |at| at.timestamp())
        .clamp(0, 0xffff_fffe);
    second << 31 | hash
}

impl View<'_> {
    /// Is this message stored already?
    ///
    /// # Errors
    /// `Store`.
    pub fn is_known(&self, inbox: InboxId, message: &IncomingMessage) -> Result<bool> {
        Ok(self.slot(inbox, message)?.is_none())
    }

    /// The free key for this message; none when it is stored already. A key that another message holds moves on by one: a collision
    /// must never swallow a message.
    fn slot(&self, inbox: InboxId, message: &IncomingMessage) -> Result<Option<i64>> {
        let mut key = dedupe_key(inbox, message);
        loop {
            let holder: Option<(i64, String)> = self
                .conn
                .prepare_cached(BY_KEY)
                .and_then(|mut s| {
                    s.query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
                        .optional()
                })
                .map_err(failed)?;
            match holder {
                None => return Ok(Some(key)),
                Some((holder_inbox, remote_id))
                    if holder_inbox == inbox.0 && remote_id == message.remote_id =>
                {
                    return Ok(None);
                }
                Some(_) => key += 1,
            }
        }
    }

    /// One message.
    ///
    /// # Errors
    /// `NotFound`, or `Store`.
    pub fn message(&self, id: MessageId) -> Result<Message> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM message WHERE seq = ?1"))
            .and_then(|mut s| s.query_row([id.0], from_row))
            .map_err(failed)
    }

    /// The newest `limit` messages of a conversation, or those before `before`; in order: the platform's time, then arrival.
    ///
    /// # Errors
    /// `NotFound` when `before` is unknown, or `Store`.
    pub fn messages(
        &self,
        conversation: ConversationId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Vec<Message>> {
        let (at, seq) = match before {
            Some(id) => {
                let message = self.message(id)?;
                (millis(message.sent_at), id.0)
            }
            None => (i64::MAX, i64::MAX),
        };
        let mut messages: Vec<Message> = self
            .conn
            .prepare_cached(&page())
            .and_then(|mut s| {
                s.query_map(
                    params![conversation.0, at, seq, i64::try_from(limit).unwrap_or(i64::MAX)],
                    from_row,
                )?
                .collect()
            })
            .map_err(failed)?;
        messages.reverse();
        Ok(messages)
    }

    /// What the contact wrote after `since` (or ever), oldest first, at most 200: what waits for an answer.
    ///
    /// # Errors
    /// `Store`.
    pub fn unanswered(&self, conversation: ConversationId, since: Option<Instant>) -> Result<Vec<Message>> {
        self.conn
            .prepare_cached(&waiting())
            .and_then(|mut s| {
                s.query_map(params![conversation.0, since.map_or(i64::MIN, millis)], from_row)?
                    .collect()
            })
            .map_err(failed)
    }

    /// Of what waits since `since`, what arrived after `after`: an answer to `after` does not cover it, whatever time the platform gives.
    ///
    /// # Errors
    /// `Store`.
    pub fn unanswered_after(
        &self,
        conversation: ConversationId,
        since: Instant,
        after: MessageId,
    ) -> Result<Vec<Message>> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM message WHERE conversation_id = ?1 AND sent_at >= ?2 AND seq > ?3 AND direction = 'in' \
                 AND kind = 'text' ORDER BY sent_at, seq LIMIT 200"
            ))
            .and_then(|mut s| {
                s.query_map(params![conversation.0, millis(since), after.0], from_row)?.collect()
            })
            .map_err(failed)
    }

    /// The newest text of the contact that somebody had seen who had seen everything up to `seen`.
    ///
    /// # Errors
    /// `Store`.
    pub fn newest_of_contact(
        &self,
        conversation: ConversationId,
        seen: MessageId,
    ) -> Result<Option<MessageId>> {
        self.conn
            .prepare_cached(
                "SELECT max(seq) FROM message WHERE conversation_id = ?1 AND seq <= ?2 AND direction = 'in' AND kind = 'text'",
            )
            .and_then(|mut s| {
                s.query_row(params![conversation.0, seen.0], |row| row.get::<_, Option<i64>>(0))
            })
            .map(|seq| seq.map(MessageId))
            .map_err(failed)
    }

    /// The newest text, in the order of arrival, that the contact or a colleague wrote: not the night responder, no receipt.
    ///
    /// # Errors
    /// `Store`.
    pub fn newest_by_a_person(&self, conversation: ConversationId) -> Result<Option<MessageId>> {
        self.conn
            .prepare_cached("SELECT max(seq) FROM message WHERE conversation_id = ?1 AND author <> 'night' AND kind = 'text'")
            .and_then(|mut s| s.query_row([conversation.0], |row| row.get::<_, Option<i64>>(0)))
            .map(|seq| seq.map(MessageId))
            .map_err(failed)
    }

    /// What was written in a conversation between two times, both included: the newest `limit` texts, oldest first.
    ///
    /// # Errors
    /// `Store`.
    pub fn said_between(
        &self,
        conversation: ConversationId,
        from: Instant,
        until: Instant,
        limit: usize,
    ) -> Result<Vec<Said>> {
        let mut said: Vec<Said> = self
            .conn
            .prepare_cached(SAID_BETWEEN)
            .and_then(|mut s| {
                s.query_map(
                    params![
                        conversation.0,
                        millis(from),
                        millis(until),
                        i64::try_from(limit).unwrap_or(i64::MAX)
                    ],
                    |row| {
                        let message = from_row(row)?;
                        Ok(Said {
                            id: Some(message.id),
                            at: message.sent_at,
                            author: message.author,
                            automatic: message.flags.automatic,
                            text: message.text,
                            verdict: message.classification,
                            settled: row.get::<_, Option<i64>>("corrected_by")?.is_some(),
                        })
                    },
                )?
                .collect()
            })
            .map_err(failed)?;
        said.reverse();
        Ok(said)
    }

    /// What triage said of a message, whatever a person said since.
    ///
    /// # Errors
    /// `NotFound`, or `Store`.
    pub fn judged_category(&self, id: MessageId) -> Result<Option<Category>> {
        let triage: Option<MessageTriage> = self
            .conn
            .prepare_cached("SELECT triage FROM message WHERE seq = ?1")
            .and_then(|mut s| s.query_row([id.0], |row| from_opt(row, "triage")))
            .map_err(failed)?;
        Ok(triage.map(|triage| triage.category))
    }

    /// How many messages are stored.
    ///
    /// # Errors
    /// `Store`.
    pub fn message_count(&self) -> Result<i64> {
        self.conn
            .query_row("SELECT coalesce(max(seq), 0) FROM message", [], |row| row.get(0))
            .map_err(failed)
    }
}

impl Tx<'_> {
    /// Stores a message, or says that it is stored already. The search index is filled later in the same transaction by
    /// [`Self::index_messages`].
    ///
    /// # Errors
    /// `Store`.
    pub fn insert_message(&self, new: &NewMessage<'_>) -> Result<Option<MessageId>> {
        let Some(key) = self.slot(new.inbox, new.message)? else {
            return Ok(None);
        };
        let triage = new
            .classification
            .map(|c| to_json(&MessageTriage::from(c)))
            .transpose()?;
        self.conn
            .prepare_cached(
                "INSERT INTO message (dedupe_key, inbox_id, remote_id, conversation_id, direction, kind, author, operator_id, sent_at, \
                 received_at, text, attachments, flags, category, triage, reply_context) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            )
            .and_then(|mut s| {
                s.insert(params![
                    key,
                    new.inbox.0,
                    new.message.remote_id,
                    new.conversation.0,
                    new.message.direction.as_str(),
                    new.message.kind.as_str(),
                    new.author.as_str(),
                    new.operator.map(|id| id.0),
                    millis(new.message.time(new.received_at)),
                    millis(new.received_at),
                    new.message.text,
                    to_json(&new.message.attachments).unwrap_or_else(|_| "[]".to_owned()),
                    to_json(&new.message.flags).unwrap_or_else(|_| "{}".to_owned()),
                    new.classification.map(|c| c.category.as_str()),
                    triage,
                    new.message.reply_context,
                ])
            })
            .map(|seq| Some(MessageId(seq)))
            .map_err(failed)
    }

    /// Fills the search index for messages stored in this transaction, in ascending order, after all their rows. What is in it
    /// already (an echo that settled its send) is left as it is: twice would damage the index.
    ///
    /// # Errors
    /// `Store`.
    pub fn index_messages(&self, from: MessageId) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO message_fts (rowid, text) SELECT seq, text FROM message WHERE seq >= ?1 \
                 AND seq NOT IN (SELECT id FROM message_fts_docsize WHERE id >= ?1) ORDER BY seq",
            )
            .and_then(|mut s| s.execute([from.0]))
            .map(|_| ())
            .map_err(failed)
    }

    /// Puts a person's category in force for a message.
    ///
    /// # Errors
    /// `Store`.
    pub fn correct_category(&self, id: MessageId, category: Category, by: Option<OperatorId>) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE message SET category = ?2, corrected_by = ?3 WHERE seq = ?1")
            .and_then(|mut s| s.execute(params![id.0, category.as_str(), by.map(|id| id.0)]))
            .map(|_| ())
            .map_err(failed)
    }

    /// A message was read again: triage's verdict on it, unless a person's is in force.
    ///
    /// # Errors
    /// `Store`.
    pub fn judge_again(&self, id: MessageId, verdict: &Classification) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE message SET category = ?2, triage = ?3 WHERE seq = ?1 AND corrected_by IS NULL",
            )
            .and_then(|mut s| {
                s.execute(params![
                    id.0,
                    verdict.category.as_str(),
                    to_json(&MessageTriage::from(verdict)).unwrap_or_default()
                ])
            })
            .map(|_| ())
            .map_err(failed)
    }

    /// Marks a message as yet to be judged by the night responder.
    ///
    /// # Errors
    /// `Store`.
    pub fn add_night_pending(&self, id: MessageId) -> Result<()> {
        self.conn
            .prepare_cached("INSERT INTO night_pending (message_seq) VALUES (?1)")
            .and_then(|mut s| s.execute([id.0]))
            .map(|_| ())
            .map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        ChannelKind, Direction, InboxState, MessageKind, SenderFlags, ThreadKind, from_millis,
    };
    use crate::store::tests::{assert_plan, store};
    use crate::store::{NewConversation, Store};

    fn message(remote_id: &str) -> IncomingMessage {
        IncomingMessage {
            remote_id: remote_id.to_owned(),
            thread_id: "t".to_owned(),
            thread_kind: ThreadKind::Direct,
            contact_id: "c".to_owned(),
            contact_name: String::new(),
            direction: Direction::In,
            kind: MessageKind::Text,
            sent_at: Some(from_millis(1_800_000_000_123)),
            text: "Une étude notariale".to_owned(),
            attachments: Vec::new(),
            flags: SenderFlags::default(),
            reply_context: None,
        }
    }

    fn stored(store: &Store, messages: &[IncomingMessage]) -> Vec<Option<MessageId>> {
        let now = from_millis(1_800_000_001_000);
        store
            .write(|tx| {
                let inbox = match tx.inbox_named("Compte")? {
                    Some(inbox) => inbox,
                    None => tx.insert_inbox(
                        "Compte",
                        ChannelKind::X,
                        "",
                        chrono_tz::UTC,
                        InboxState::Live,
                        "{}",
                    )?,
                };
                let contact = tx.contact_of(inbox.id, "c", "")?;
                let conversation = match tx.conversation_of_thread(inbox.id, "t")? {
                    Some(conversation) => conversation,
                    None => tx.insert_conversation(&NewConversation {
                        inbox: inbox.id,
                        contact,
                        remote_id: "t",
                        kind: ThreadKind::Direct,
                        at: now,
                    })?,
                };
                messages
                    .iter()
                    .map(|message| {
                        tx.insert_message(&NewMessage {
                            inbox: inbox.id,
                            conversation: conversation.id,
                            message,
                            author: Author::Contact,
                            operator: None,
                            received_at: now,
                            classification: None,
                        })
                    })
                    .collect()
            })
            .unwrap()
    }

    #[test]
    fn two_messages_of_one_key_are_both_kept() {
        // Found by trying: these two share a second and 31 bits of their digests in inbox 1.
        let mut by_key = std::collections::HashMap::new();
        let pair = (0u32..).find_map(|n| {
            let message = message(&n.to_string());
            by_key
                .insert(dedupe_key(InboxId(1), &message), n)
                .map(|other| (other, n))
        });
        let (one, other) = pair.unwrap();
        let (one, other) = (message(&one.to_string()), message(&other.to_string()));
        let store = store();
        assert!(
            stored(&store, &[one.clone(), other.clone()])
                .iter()
                .all(Option::is_some)
        );
        assert_eq!(stored(&store, &[other, one]), [None, None], "and both are known");
    }

    #[test]
    fn the_same_id_in_two_inboxes_is_two_messages() {
        assert_ne!(
            dedupe_key(InboxId(1), &message("a")),
            dedupe_key(InboxId(2), &message("a"))
        );
        let mut undated = message("a");
        undated.sent_at = None;
        assert!(dedupe_key(InboxId(1), &undated) >= 0);
        undated.sent_at = Some(Instant::MAX_UTC);
        assert!(dedupe_key(InboxId(1), &undated) > 0);
        undated.sent_at = Some(Instant::MIN_UTC);
        assert!(dedupe_key(InboxId(1), &undated) >= 0);
    }

    #[test]
    fn what_is_indexed_already_is_not_indexed_twice() {
        let store = store();
        let ids = stored(&store, &[message("a"), message("b")]);
        for _ in 0..2 {
            store.write(|tx| tx.index_messages(ids[0].unwrap())).unwrap();
        }
        store
            .write(|tx| {
                let hits = "SELECT count(*) FROM message_fts WHERE message_fts MATCH 'etude'";
                let hits: i64 = tx.conn.query_row(hits, [], |row| row.get(0)).unwrap();
                assert_eq!(hits, 2);
                tx.conn
                    .execute_batch(
                        "INSERT INTO message_fts (message_fts, rank) VALUES ('integrity-check', 1)",
                    )
                    .map_err(failed)
            })
            .unwrap();
    }

    #[test]
    fn a_conversation_is_read_along_its_index() {
        let store = store();
        assert_plan(&store, BY_KEY, "dedupe_key=?");
        assert_plan(&store, &page(), "message_conversation");
        assert_plan(&store, &waiting(), "message_conversation");
        assert_plan(&store, SAID_BETWEEN, "message_conversation");
    }
}
