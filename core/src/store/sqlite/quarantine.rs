//! What could not be decoded: kept whole, shown, blocking nothing.

use super::counter::{self, Badge};
use super::{failed, instant};
use crate::channel::Undecodable;
use crate::domain::{InboxId, Instant, QuarantineId, QuarantinedItem, millis};
use crate::error::{Error, Result};
use crate::store::{Tx, View};
use rusqlite::{Row, params};
use sha2::{Digest, Sha256};

/// The longest part of an item that is kept.
const KEPT: usize = 1 << 20;

fn from_row(row: &Row<'_>) -> rusqlite::Result<QuarantinedItem> {
    Ok(QuarantinedItem {
        id: QuarantineId(row.get("id")?),
        inbox: InboxId(row.get("inbox_id")?),
        origin: row.get("origin")?,
        reason: row.get("reason")?,
        raw: row.get("raw")?,
        at: instant(row, "at")?,
    })
}

impl View<'_> {
    /// What waits for a person, newest first.
    ///
    /// # Errors
    /// `Store`.
    pub fn quarantine(&self, limit: usize) -> Result<Vec<QuarantinedItem>> {
        self.conn
            .prepare_cached("SELECT id, inbox_id, origin, reason, raw, at FROM quarantine WHERE resolved_at IS NULL ORDER BY id DESC LIMIT ?1")
            .and_then(|mut s| s.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], from_row)?.collect())
            .map_err(failed)
    }
}

impl Tx<'_> {
    /// Keeps an item; the same one again is kept once. Says whether it is new.
    ///
    /// # Errors
    /// `Store`.
    pub fn insert_quarantined(&self, inbox: InboxId, item: &Undecodable, now: Instant) -> Result<bool> {
        let mut hasher = Sha256::new();
        hasher.update(item.origin.as_bytes());
        hasher.update([0]);
        hasher.update(&item.raw);
        let digest: String = hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let raw = item.raw.get(..KEPT).unwrap_or(&item.raw);
        let inserted = self
            .conn
            .prepare_cached("INSERT OR IGNORE INTO quarantine (inbox_id, origin, reason, raw, digest, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
            .and_then(|mut s| s.execute(params![inbox.0, item.origin, item.reason, raw, digest, millis(now)]))
            .map_err(failed)?;
        if inserted == 1 {
            counter::add(self.conn, Badge::Quarantined, 1)?;
        }
        Ok(inserted == 1)
    }

    /// Puts an item away after a person has looked at it.
    ///
    /// # Errors
    /// `NotFound` when it is put away already, or `Store`.
    pub fn resolve_quarantined(&self, id: QuarantineId, now: Instant) -> Result<()> {
        let changed = self
            .conn
            .execute(
                "UPDATE quarantine SET resolved_at = ?2 WHERE id = ?1 AND resolved_at IS NULL",
                params![id.0, millis(now)],
            )
            .map_err(failed)?;
        if changed == 0 {
            return Err(Error::not_found("This item is put away already."));
        }
        counter::add(self.conn, Badge::Quarantined, -1)
    }
}
