//! How often colleagues chose a canned response for a category.

use super::failed;
use crate::domain::{Category, ReplyId};
use crate::error::Result;
use crate::store::{Tx, View};
use rusqlite::params;

impl View<'_> {
    /// How often each canned response was sent for a category.
    ///
    /// # Errors
    /// `Store`.
    pub fn reply_usage(&self, category: Category) -> Result<Vec<(ReplyId, u32)>> {
        self.conn
            .prepare_cached("SELECT reply_id, chosen FROM reply_usage WHERE category = ?1")
            .and_then(|mut s| {
                s.query_map([category.as_str()], |row| Ok((ReplyId(row.get(0)?), row.get(1)?)))?
                    .collect()
            })
            .map_err(failed)
    }
}

impl Tx<'_> {
    /// Counts one more choice.
    ///
    /// # Errors
    /// `Store`.
    pub fn count_reply(&self, category: Category, reply: &ReplyId) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO reply_usage (category, reply_id, chosen) VALUES (?1, ?2, 1) \
                 ON CONFLICT (category, reply_id) DO UPDATE SET chosen = chosen + 1",
            )
            .and_then(|mut s| s.execute(params![category.as_str(), reply.0]))
            .map(|_| ())
            .map_err(failed)
    }
}
