//! Who pulls and who sends, when several processes have the workspace open.

use super::failed;
use crate::domain::{Instant, millis};
use crate::error::Result;
use crate::store::Tx;
use rusqlite::params;

impl Tx<'_> {
    /// Takes or renews a lease, unless another holder's still runs at `now`.
    ///
    /// # Errors
    /// `Store`.
    pub fn take_lease(&self, name: &str, holder: &str, now: Instant, until: Instant) -> Result<bool> {
        let renewed = self
            .conn
            .prepare_cached(
                "UPDATE lease SET holder = ?2, until = ?4 WHERE name = ?1 AND (holder = ?2 OR until <= ?3)",
            )
            .and_then(|mut s| s.execute(params![name, holder, millis(now), millis(until)]))
            .map_err(failed)?;
        if renewed == 1 {
            return Ok(true);
        }
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO lease (name, holder, until) VALUES (?1, ?2, ?3)")
            .and_then(|mut s| s.execute(params![name, holder, millis(until)]))
            .map(|inserted| inserted == 1)
            .map_err(failed)
    }

    /// Gives a lease back, if it is ours.
    ///
    /// # Errors
    /// `Store`.
    pub fn release_lease(&self, name: &str, holder: &str) -> Result<()> {
        self.conn
            .execute(
                "DELETE FROM lease WHERE name = ?1 AND holder = ?2",
                params![name, holder],
            )
            .map(|_| ())
            .map_err(failed)
    }
}
