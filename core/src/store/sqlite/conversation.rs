//! Conversations and the queue over them.
//!
//! Badge counters are kept here, by comparing a conversation before and after each save: nobody else writes this table.

use super::counter::{self, Badge};
use super::{failed, instant, json, optional_instant, to_json, word};
use crate::domain::{
    Category, Claim, ContactId, Conversation, ConversationId, ConversationStatus, InboxId, Instant,
    OperatorId, ReplyState, ThreadKind, millis,
};
use crate::error::{Error, Result};
use crate::store::{Tx, View};
use rusqlite::{OptionalExtension as _, Row, ToSql, params};
use unicode_normalization::UnicodeNormalization as _;

const COLUMNS: &str = "id, inbox_id, contact_id, remote_id, kind, status, snoozed_until, category, signals, language, bucket, \
     waiting_since, deadline, last_message_at, last_answer_at, excerpt, reply_state, claimed_by, claimed_until";

/// A conversation that begins.
#[derive(Debug)]
pub struct NewConversation<'a> {
    /// Its inbox.
    pub inbox: InboxId,
    /// The person outside.
    pub contact: ContactId,
    /// The platform's id of the thread.
    pub remote_id: &'a str,
    /// One person or a group.
    pub kind: ThreadKind,
    /// The time of its first message.
    pub at: Instant,
}

/// What part of the queue is wanted.
#[derive(Debug, Clone, Default)]
pub struct QueueQuery {
    /// Open (the queue itself, most urgent first), snoozed or resolved (newest first).
    pub status: Option<ConversationStatus>,
    /// Only this category.
    pub category: Option<Category>,
    /// Only this inbox.
    pub inbox: Option<InboxId>,
    /// Only what this person holds at `now`.
    pub held_by: Option<(OperatorId, Instant)>,
    /// Only those with a message that matches these words.
    pub words: Option<String>,
    /// After this one.
    pub after: Option<QueueCursor>,
    /// At most so many.
    pub limit: usize,
}

/// The place of a row in its order; goes back in as `after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueCursor {
    bucket: i64,
    at: i64,
    id: i64,
}

impl std::fmt::Display for QueueCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.bucket, self.at, self.id)
    }
}

impl std::str::FromStr for QueueCursor {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let mut parts = text.splitn(3, '.').map(str::parse::<i64>);
        match (parts.next(), parts.next(), parts.next()) {
            (Some(Ok(bucket)), Some(Ok(at)), Some(Ok(id))) => Ok(Self { bucket, at, id }),
            _ => {
                Err(Error::invalid("This place in the queue is not known.")
                    .hint("Ask for the first page again."))
            }
        }
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Conversation> {
    let holder: Option<i64> = row.get("claimed_by")?;
    let until = optional_instant(row, "claimed_until")?;
    Ok(Conversation {
        id: ConversationId(row.get("id")?),
        inbox: InboxId(row.get("inbox_id")?),
        contact: ContactId(row.get("contact_id")?),
        remote_id: row.get("remote_id")?,
        kind: word(row, "kind")?,
        status: word(row, "status")?,
        snoozed_until: optional_instant(row, "snoozed_until")?,
        category: word(row, "category")?,
        signals: json(row, "signals")?,
        language: word(row, "language")?,
        waiting_since: optional_instant(row, "waiting_since")?,
        deadline: optional_instant(row, "deadline")?,
        last_message_at: instant(row, "last_message_at")?,
        last_answer_at: optional_instant(row, "last_answer_at")?,
        excerpt: row.get("excerpt")?,
        reply_state: word(row, "reply_state")?,
        claim: holder.zip(until).map(|(operator, until)| Claim {
            operator: OperatorId(operator),
            until,
        }),
    })
}

// Asked every few seconds: each names its index, because the planner would rather look at everything that is open.
const WOKEN: &str = "INDEXED BY conversation_snooze WHERE status = 'snoozed' AND snoozed_until <= ?1";
const EXPIRING: &str =
    "INDEXED BY conversation_due WHERE status = 'open' AND bucket = 2 AND deadline > ?1 AND deadline <= ?2";
const EXPIRED: &str = "INDEXED BY conversation_queue WHERE status = 'open' AND bucket = 1 AND deadline <= ?1";

/// The page of a query as SQL, with its values.
fn page(query: &QueueQuery) -> Result<(String, Vec<Box<dyn ToSql>>)> {
    let status = query.status.unwrap_or(ConversationStatus::Open);
    let open = status == ConversationStatus::Open;
    // The constant status is written out so that the planner sees the partial index; left to itself it would rather sort everything
    // that is open.
    let along = match (open, &query.words) {
        (true, None) => "INDEXED BY conversation_queue",
        _ => "",
    };
    let mut sql = format!("SELECT {COLUMNS} FROM conversation {along} WHERE status = '{status}'");
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    if let Some(category) = query.category {
        sql.push_str(" AND category = ?");
        values.push(Box::new(category.as_str()));
    }
    if let Some(inbox) = query.inbox {
        sql.push_str(" AND inbox_id = ?");
        values.push(Box::new(inbox.0));
    }
    if let Some((operator, now)) = query.held_by {
        sql.push_str(" AND claimed_by = ? AND claimed_until > ?");
        values.push(Box::new(operator.0));
        values.push(Box::new(millis(now)));
    }
    if let Some(words) = &query.words {
        // The newest matching messages decide; an unbounded list would make a common word slow.
        sql.push_str(
            " AND id IN (SELECT m.conversation_id FROM message_fts f JOIN message m ON m.seq = f.rowid \
             WHERE message_fts MATCH ? ORDER BY f.rowid DESC LIMIT 2000)",
        );
        values.push(Box::new(search_expression(words)?));
    }
    if let Some(after) = query.after {
        if open {
            sql.push_str(" AND (bucket, waiting_since, id) > (?, ?, ?)");
            values.push(Box::new(after.bucket));
        } else {
            sql.push_str(" AND (last_message_at, id) < (?, ?)");
        }
        values.push(Box::new(after.at));
        values.push(Box::new(after.id));
    }
    sql.push_str(if open {
        " ORDER BY bucket, waiting_since, id LIMIT ?"
    } else {
        " ORDER BY last_message_at DESC, id DESC LIMIT ?"
    });
    values.push(Box::new(i64::try_from(query.limit).unwrap_or(i64::MAX)));
    Ok((sql, values))
}

/// The most urgent one that nobody holds and that still needs somebody to write.
fn next_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM conversation INDEXED BY conversation_queue WHERE status = 'open' AND (claimed_until IS NULL OR claimed_until <= ?1) \
         AND reply_state IN ('none','draft','rejected','stuck','sent') ORDER BY bucket, waiting_since, id LIMIT 1"
    )
}

impl View<'_> {
    /// One conversation.
    ///
    /// # Errors
    /// `NotFound`, or `Store`.
    pub fn conversation(&self, id: ConversationId) -> Result<Conversation> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM conversation WHERE id = ?1"))
            .and_then(|mut s| s.query_row([id.0], from_row))
            .map_err(failed)
    }

    /// The conversation of a platform's thread.
    ///
    /// # Errors
    /// `Store`.
    pub fn conversation_of_thread(&self, inbox: InboxId, remote_id: &str) -> Result<Option<Conversation>> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM conversation WHERE inbox_id = ?1 AND remote_id = ?2"
            ))
            .and_then(|mut s| s.query_row(params![inbox.0, remote_id], from_row).optional())
            .map_err(failed)
    }

    /// A page of the queue, and where the next one begins.
    ///
    /// # Errors
    /// `Store`, or `Invalid` for search words that cannot be searched.
    pub fn queue(&self, query: &QueueQuery) -> Result<(Vec<Conversation>, Option<QueueCursor>)> {
        let open = query
            .status
            .is_none_or(|status| status == ConversationStatus::Open);
        let (sql, values) = page(query)?;
        let mut statement = self.conn.prepare_cached(&sql).map_err(failed)?;
        let rows = statement
            .query_map(
                rusqlite::params_from_iter(values.iter().map(AsRef::as_ref)),
                |row| {
                    let cursor = QueueCursor {
                        bucket: row.get("bucket")?,
                        at: if open {
                            row.get("waiting_since")?
                        } else {
                            row.get("last_message_at")?
                        },
                        id: row.get("id")?,
                    };
                    Ok((from_row(row)?, cursor))
                },
            )
            .and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>)
            .map_err(failed)?;
        let next = (rows.len() == query.limit)
            .then(|| rows.last().map(|(_, cursor)| *cursor))
            .flatten();
        Ok((
            rows.into_iter().map(|(conversation, _)| conversation).collect(),
            next,
        ))
    }

    /// The most urgent open conversation that nobody holds at `now` and that still needs somebody to write.
    ///
    /// # Errors
    /// `Store`.
    pub fn next_unclaimed(&self, now: Instant) -> Result<Option<Conversation>> {
        self.conn
            .prepare_cached(&next_sql())
            .and_then(|mut s| s.query_row([millis(now)], from_row).optional())
            .map_err(failed)
    }

    /// Snoozed conversations whose time has come.
    ///
    /// # Errors
    /// `Store`.
    pub fn snoozed_until_before(&self, now: Instant) -> Result<Vec<Conversation>> {
        self.conversations_where(WOKEN, params![millis(now)])
    }

    /// Open conversations of the ordinary bucket whose deadline comes after `now` and at `limit` or before. Those that are past it
    /// are left out: there may be many, and they would keep the others waiting.
    ///
    /// # Errors
    /// `Store`.
    pub fn expiring(&self, now: Instant, limit: Instant) -> Result<Vec<Conversation>> {
        self.conversations_where(EXPIRING, params![millis(now), millis(limit)])
    }

    /// Open conversations that were about to become unanswerable, and are so at `now`.
    ///
    /// # Errors
    /// `Store`.
    pub fn expired(&self, now: Instant) -> Result<Vec<Conversation>> {
        self.conversations_where(EXPIRED, params![millis(now)])
    }

    fn conversations_where(
        &self,
        condition: &str,
        values: impl rusqlite::Params,
    ) -> Result<Vec<Conversation>> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM conversation {condition} LIMIT 1000"
            ))
            .and_then(|mut s| s.query_map(values, from_row)?.collect())
            .map_err(failed)
    }
}

impl Tx<'_> {
    /// Begins a conversation; it waits for nothing yet.
    ///
    /// # Errors
    /// `Store`.
    pub fn insert_conversation(&self, new: &NewConversation<'_>) -> Result<Conversation> {
        let id = self
            .conn
            .prepare_cached(
                "INSERT INTO conversation (inbox_id, contact_id, remote_id, kind, status, category, last_message_at) \
                 VALUES (?1, ?2, ?3, ?4, 'resolved', 'other', ?5)",
            )
            .and_then(|mut s| {
                s.insert(params![new.inbox.0, new.contact.0, new.remote_id, new.kind.as_str(), millis(new.at)])
            })
            .map_err(failed)?;
        self.conversation(ConversationId(id))
    }

    /// Saves a conversation as a whole, with its place in the queue, and keeps the badge counters.
    ///
    /// # Errors
    /// `Store`.
    pub fn save_conversation(&self, before: &Conversation, after: &Conversation, bucket: i64) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE conversation SET contact_id = ?2, kind = ?3, status = ?4, snoozed_until = ?5, category = ?6, signals = ?7, \
                 language = ?8, bucket = ?9, waiting_since = ?10, deadline = ?11, last_message_at = ?12, last_answer_at = ?13, \
                 excerpt = ?14, reply_state = ?15, claimed_by = ?16, claimed_until = ?17 WHERE id = ?1",
            )
            .and_then(|mut s| {
                s.execute(params![
                    after.id.0,
                    after.contact.0,
                    after.kind.as_str(),
                    after.status.as_str(),
                    after.snoozed_until.map(millis),
                    after.category.as_str(),
                    to_json(&after.signals).unwrap_or_else(|_| "[]".to_owned()),
                    after.language.as_str(),
                    bucket,
                    after.waiting_since.map(millis),
                    after.deadline.map(millis),
                    millis(after.last_message_at),
                    after.last_answer_at.map(millis),
                    after.excerpt,
                    after.reply_state.as_str(),
                    after.claim.map(|claim| claim.operator.0),
                    after.claim.map(|claim| millis(claim.until)),
                ])
            })
            .map_err(failed)?;
        counter::shift(self.conn, &badges(before), &badges(after))
    }

    /// Takes a conversation for a person, if nobody else holds it: one statement, so that of two who ask at once one wins.
    ///
    /// # Errors
    /// `Store`.
    pub fn claim(&self, id: ConversationId, claim: Claim, now: Instant) -> Result<bool> {
        self.conn
            .prepare_cached(
                "UPDATE conversation SET claimed_by = ?2, claimed_until = ?3 WHERE id = ?1 \
                 AND (claimed_by IS NULL OR claimed_by = ?2 OR claimed_until <= ?4)",
            )
            .and_then(|mut s| s.execute(params![id.0, claim.operator.0, millis(claim.until), millis(now)]))
            .map(|changed| changed == 1)
            .map_err(failed)
    }
}

/// What a conversation counts for.
fn badges(conversation: &Conversation) -> Vec<Badge> {
    let mut badges = match conversation.status {
        ConversationStatus::Open => vec![Badge::Open, Badge::OpenOf(conversation.category)],
        ConversationStatus::Snoozed => vec![Badge::Snoozed],
        ConversationStatus::Resolved => vec![],
    };
    match conversation.reply_state {
        ReplyState::AwaitingReview => badges.push(Badge::AwaitingReview),
        ReplyState::Stuck => badges.push(Badge::Stuck),
        _ => {}
    }
    badges
}

/// What people type, as a full-text expression: every word must occur, the last one may be unfinished. Quoted, so that no sign of it
/// is taken for an operator.
fn search_expression(words: &str) -> Result<String> {
    // Accents may come as signs of their own, which would cut a word in two here and not in the index.
    let words: String = words.nfc().collect();
    let terms: Vec<String> = words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("\"{word}\""))
        .collect();
    if terms.is_empty() {
        return Err(
            Error::invalid("There is nothing to search for in this.").hint("Type a word or a number.")
        );
    }
    Ok(format!("{} *", terms.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{assert_plan, store};

    #[test]
    fn every_page_of_the_queue_is_read_along_an_index() {
        let store = store();
        let after = Some(QueueCursor {
            bucket: 2,
            at: 1,
            id: 1,
        });
        for status in ConversationStatus::ALL {
            for after in [None, after] {
                for category in [None, Some(Category::Complaint)] {
                    let query = QueueQuery {
                        status: Some(*status),
                        category,
                        after,
                        limit: 50,
                        ..QueueQuery::default()
                    };
                    let index = if *status == ConversationStatus::Open {
                        "conversation_queue"
                    } else {
                        "conversation_recent"
                    };
                    assert_plan(&store, &page(&query).unwrap().0, index);
                }
            }
        }
        let words = QueueQuery {
            words: Some("vélo".to_owned()),
            limit: 50,
            ..QueueQuery::default()
        };
        assert_plan(&store, &page(&words).unwrap().0, "VIRTUAL TABLE INDEX");
        assert_plan(&store, &next_sql(), "conversation_queue");
        for (condition, index) in [
            (WOKEN, "conversation_snooze (snoozed_until<"),
            (EXPIRING, "conversation_due (deadline>"),
            (EXPIRED, "conversation_queue (bucket="),
        ] {
            assert_plan(
                &store,
                &format!("SELECT id FROM conversation {condition} LIMIT 1000"),
                index,
            );
        }
    }

    #[test]
    fn what_people_type_is_never_an_expression() {
        for (words, expected) in [
            ("études", "\"études\" *"),
            ("e\u{301}tude", "\"étude\" *"),
            (
                "l'été OR \"x\" NEAR(y, 2) -z*",
                "\"l\" \"été\" \"OR\" \"x\" \"NEAR\" \"y\" \"2\" \"z\" *",
            ),
        ] {
            assert_eq!(search_expression(words).unwrap(), expected);
        }
        assert!(search_expression("\" * - ( ").is_err());
    }

    #[test]
    fn a_place_in_the_queue_survives_being_written_down() {
        let cursor = QueueCursor {
            bucket: 1,
            at: -5,
            id: 7,
        };
        assert_eq!(cursor.to_string().parse::<QueueCursor>().unwrap(), cursor);
        for bad in ["", "1.2", "a.b.c", "1.2.3.4", "99999999999999999999.1.1"] {
            assert!(bad.parse::<QueueCursor>().is_err(), "{bad}");
        }
    }
}
