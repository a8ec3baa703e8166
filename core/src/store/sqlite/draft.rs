//! Replies being written and reviewed.

use super::{failed, instant, json, optional_instant, to_json, word};
use crate::domain::{ConversationId, Draft, DraftId, MessageId, OperatorId, ReplyId, Review, millis};
use crate::error::Result;
use crate::store::{Tx, View};
use rusqlite::{OptionalExtension as _, Row, params};

const COLUMNS: &str = "id, conversation_id, author_id, text, reply_id, canned_text, language, seen, updated_at, submitted_at, state, \
     levels_required, levels_passed, decisions";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Draft> {
    Ok(Draft {
        id: DraftId(row.get("id")?),
        conversation: ConversationId(row.get("conversation_id")?),
        author: OperatorId(row.get("author_id")?),
        text: row.get("text")?,
        reply: row.get::<_, Option<String>>("reply_id")?.map(ReplyId),
        canned_text: row.get("canned_text")?,
        language: word(row, "language")?,
        seen: MessageId(row.get("seen")?),
        updated_at: instant(row, "updated_at")?,
        submitted_at: optional_instant(row, "submitted_at")?,
        review: Review {
            state: word(row, "state")?,
            levels_required: row.get("levels_required")?,
            levels_passed: row.get("levels_passed")?,
            decisions: json::<Vec<Decision>>(row, "decisions")?
                .into_iter()
                .map(Into::into)
                .collect(),
        },
    })
}

/// A reviewer's word as it is kept.
#[derive(serde::Serialize, serde::Deserialize)]
struct Decision {
    by: OperatorId,
    at: i64,
    verdict: crate::domain::Verdict,
    level: u8,
    digest: String,
    reason: String,
}

impl From<Decision> for crate::domain::ReviewDecision {
    fn from(d: Decision) -> Self {
        Self {
            by: d.by,
            at: crate::domain::from_millis(d.at),
            verdict: d.verdict,
            level: d.level,
            digest: d.digest,
            reason: d.reason,
        }
    }
}

impl From<&crate::domain::ReviewDecision> for Decision {
    fn from(d: &crate::domain::ReviewDecision) -> Self {
        Self {
            by: d.by,
            at: millis(d.at),
            verdict: d.verdict,
            level: d.level,
            digest: d.digest.clone(),
            reason: d.reason.clone(),
        }
    }
}

impl View<'_> {
    /// One draft.
    ///
    /// # Errors
    /// `NotFound`, or `Store`.
    pub fn draft(&self, id: DraftId) -> Result<Draft> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM draft WHERE id = ?1"))
            .and_then(|mut s| s.query_row([id.0], from_row))
            .map_err(failed)
    }

    /// The draft that a conversation has now, if it has one.
    ///
    /// # Errors
    /// `Store`.
    pub fn current_draft(&self, conversation: ConversationId) -> Result<Option<Draft>> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM draft WHERE conversation_id = ?1 AND state <> 'released'"
            ))
            .and_then(|mut s| s.query_row([conversation.0], from_row).optional())
            .map_err(failed)
    }

    /// What waits for review, longest first.
    ///
    /// # Errors
    /// `Store`.
    pub fn drafts_awaiting_review(&self, limit: usize) -> Result<Vec<Draft>> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM draft WHERE state = 'awaiting_review' ORDER BY submitted_at, id LIMIT ?1"
            ))
            .and_then(|mut s| s.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], from_row)?.collect())
            .map_err(failed)
    }
}

impl Tx<'_> {
    /// Saves a draft as a whole; one with the id 0 is new. Gives back its id.
    ///
    /// # Errors
    /// `Conflict` when the conversation has another current draft, or `Store`.
    pub fn save_draft(&self, draft: &Draft) -> Result<DraftId> {
        let decisions: Vec<Decision> = draft.review.decisions.iter().map(Into::into).collect();
        let id = (draft.id.0 != 0).then_some(draft.id.0);
        self.conn
            .prepare_cached(
                "INSERT INTO draft (id, conversation_id, author_id, text, reply_id, canned_text, language, seen, updated_at, submitted_at, \
                 state, levels_required, levels_passed, decisions) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) \
                 ON CONFLICT (id) DO UPDATE SET author_id = ?3, text = ?4, reply_id = ?5, canned_text = ?6, language = ?7, seen = ?8, \
                 updated_at = ?9, submitted_at = ?10, state = ?11, levels_required = ?12, levels_passed = ?13, decisions = ?14",
            )
            .and_then(|mut s| {
                s.execute(params![
                    id,
                    draft.conversation.0,
                    draft.author.0,
                    draft.text,
                    draft.reply.as_ref().map(|reply| &reply.0),
                    draft.canned_text,
                    draft.language.as_str(),
                    draft.seen.0,
                    millis(draft.updated_at),
                    draft.submitted_at.map(millis),
                    draft.review.state.as_str(),
                    draft.review.levels_required,
                    draft.review.levels_passed,
                    to_json(&decisions).unwrap_or_else(|_| "[]".to_owned()),
                ])
            })
            .map_err(failed)?;
        Ok(DraftId(id.unwrap_or_else(|| self.conn.last_insert_rowid())))
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// `Store`.
    pub fn delete_draft(&self, id: DraftId) -> Result<()> {
        self.conn
            .execute("DELETE FROM draft WHERE id = ?1", [id.0])
            .map(|_| ())
            .map_err(failed)
    }
}
