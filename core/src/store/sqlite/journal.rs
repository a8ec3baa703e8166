//! The journal's rows. The chain itself is computed in `journal`.

use super::{failed, instant, word};
use crate::domain::{Action, Instant, JournalEntry, JournalSeq, OperatorId, Subject, millis};
use crate::error::Result;
use crate::store::{Tx, View};
use rusqlite::{OptionalExtension as _, Row, params};

fn from_row(row: &Row<'_>) -> rusqlite::Result<JournalEntry> {
    let kind: Option<String> = row.get("subject_kind")?;
    let id: Option<i64> = row.get("subject_id")?;
    Ok(JournalEntry {
        seq: JournalSeq(row.get("seq")?),
        at: instant(row, "at")?,
        actor: row.get("actor")?,
        operator: row.get::<_, Option<i64>>("operator_id")?.map(OperatorId),
        action: word::<Action>(row, "action")?,
        subject: kind.zip(id).map(|(kind, id)| Subject { kind, id }),
        detail: row.get("detail")?,
        previous_hash: row.get("previous_hash")?,
        hash: row.get("hash")?,
    })
}

const COLUMNS: &str =
    "seq, at, actor, operator_id, action, subject_kind, subject_id, detail, previous_hash, hash";

impl View<'_> {
    /// The newest entry.
    ///
    /// # Errors
    /// `Store`.
    pub fn journal_head(&self) -> Result<Option<JournalEntry>> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM journal ORDER BY seq DESC LIMIT 1"
            ))
            .and_then(|mut s| s.query_row([], from_row).optional())
            .map_err(failed)
    }

    /// A page of entries after `after`, oldest first.
    ///
    /// # Errors
    /// `Store`.
    pub fn journal_after(&self, after: JournalSeq, limit: usize) -> Result<Vec<JournalEntry>> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM journal WHERE seq > ?1 ORDER BY seq LIMIT ?2"
            ))
            .and_then(|mut s| {
                s.query_map(
                    params![after.0, i64::try_from(limit).unwrap_or(i64::MAX)],
                    from_row,
                )?
                .collect()
            })
            .map_err(failed)
    }

    /// Has this person done this to this since `since`? Looks at the newest thousand entries: enough to keep repeated readings out.
    ///
    /// # Errors
    /// `Store`.
    pub fn has_journal(
        &self,
        action: Action,
        subject: &Subject,
        operator: Option<OperatorId>,
        since: Instant,
    ) -> Result<bool> {
        self.conn
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM (SELECT * FROM journal ORDER BY seq DESC LIMIT 1000) \
                 WHERE action = ?1 AND subject_kind = ?2 AND subject_id = ?3 AND at >= ?4 AND operator_id IS ?5)",
            )
            .and_then(|mut s| {
                s.query_row(
                    params![action.as_str(), subject.kind, subject.id, millis(since), operator.map(|id| id.0)],
                    |row| row.get(0),
                )
            })
            .map_err(failed)
    }
}

impl Tx<'_> {
    /// Appends an entry.
    ///
    /// # Errors
    /// `Store`.
    pub fn append_journal(&self, entry: &JournalEntry) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO journal (seq, at, actor, operator_id, action, subject_kind, subject_id, detail, previous_hash, hash) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )
            .and_then(|mut s| {
                s.execute(params![
                    entry.seq.0,
                    millis(entry.at),
                    entry.actor,
                    entry.operator.map(|id| id.0),
                    entry.action.as_str(),
                    entry.subject.as_ref().map(|subject| &subject.kind),
                    entry.subject.as_ref().map(|subject| subject.id),
                    entry.detail,
                    entry.previous_hash,
                    entry.hash,
                ])
            })
            .map(|_| ())
            .map_err(failed)
    }
}
