//! The desk's accounts, their cursors and their credentials.

use super::{failed, optional_instant, word};
use crate::domain::{ChannelKind, Inbox, InboxId, InboxState, Instant, millis};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::store::{Tx, View};
use rusqlite::{OptionalExtension as _, Row, params};

const COLUMNS: &str = "id, name, channel, address, zone, state, connection, last_message_at, last_error";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Inbox> {
    let zone: String = row.get("zone")?;
    Ok(Inbox {
        id: InboxId(row.get("id")?),
        name: row.get("name")?,
        channel: word::<ChannelKind>(row, "channel")?,
        address: row.get("address")?,
        zone: zone.parse().unwrap_or(chrono_tz::Europe::Paris),
        state: word::<InboxState>(row, "state")?,
        connection: row.get("connection")?,
        last_message_at: optional_instant(row, "last_message_at")?,
        last_error: row.get("last_error")?,
    })
}

impl View<'_> {
    /// All inboxes of the desk, by name.
    ///
    /// # Errors
    /// `Store`.
    pub fn inboxes(&self) -> Result<Vec<Inbox>> {
        self.conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM inbox WHERE removed = 0 ORDER BY name"
            ))
            .and_then(|mut s| s.query_map([], from_row)?.collect())
            .map_err(failed)
    }

    /// One inbox, also one that was removed from the desk.
    ///
    /// # Errors
    /// `NotFound`, or `Store`.
    pub fn inbox(&self, id: InboxId) -> Result<Inbox> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM inbox WHERE id = ?1"))
            .and_then(|mut s| s.query_row([id.0], from_row))
            .map_err(failed)
    }

    /// The inbox of a name.
    ///
    /// # Errors
    /// `Store`.
    pub fn inbox_named(&self, name: &str) -> Result<Option<Inbox>> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM inbox WHERE name = ?1"))
            .and_then(|mut s| s.query_row([name], from_row).optional())
            .map_err(failed)
    }

    /// Where the next pull begins.
    ///
    /// # Errors
    /// `NotFound`, or `Store`.
    pub fn cursor(&self, id: InboxId) -> Result<Option<String>> {
        self.conn
            .prepare_cached("SELECT cursor FROM inbox WHERE id = ?1")
            .and_then(|mut s| s.query_row([id.0], |row| row.get(0)))
            .map_err(failed)
    }

    /// The credential of an inbox, to connect and for nothing else.
    ///
    /// # Errors
    /// `Store`.
    pub fn credential(&self, id: InboxId) -> Result<Option<Secret>> {
        self.conn
            .prepare_cached("SELECT secret FROM credential WHERE inbox_id = ?1")
            .and_then(|mut s| s.query_row([id.0], |row| row.get::<_, String>(0)).optional())
            .map(|secret| secret.map(Secret::new))
            .map_err(failed)
    }
}

impl Tx<'_> {
    /// Adds an inbox; one that was removed under the same name comes back.
    ///
    /// # Errors
    /// `Conflict` when the name is taken, or `Store`.
    pub fn insert_inbox(
        &self,
        name: &str,
        channel: ChannelKind,
        address: &str,
        zone: chrono_tz::Tz,
        state: InboxState,
        connection: &str,
    ) -> Result<Inbox> {
        if let Some(known) = self.inbox_named(name)? {
            let revived = self
                .conn
                .execute(
                    "UPDATE inbox SET removed = 0, state = ?2, address = ?3, connection = ?4, zone = ?5 WHERE id = ?1 AND removed = 1 AND channel = ?6",
                    params![known.id.0, state.as_str(), address, connection, zone.name(), channel.as_str()],
                )
                .map_err(failed)?;
            if revived == 1 {
                return self.inbox(known.id);
            }
            return Err(
                Error::conflict(format!("There is an inbox named “{name}” already."))
                    .hint("Choose another name."),
            );
        }
        let id = self
            .conn
            .prepare_cached("INSERT INTO inbox (name, channel, address, zone, state, connection) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
            .and_then(|mut s| {
                s.insert(params![name, channel.as_str(), address, zone.name(), state.as_str(), connection])
            })
            .map_err(failed)?;
        self.inbox(InboxId(id))
    }

    /// Changes how an inbox is connected.
    ///
    /// # Errors
    /// `Store`.
    pub fn set_inbox_state(&self, id: InboxId, state: InboxState) -> Result<()> {
        self.conn
            .execute(
                "UPDATE inbox SET state = ?2 WHERE id = ?1",
                params![id.0, state.as_str()],
            )
            .map(|_| ())
            .map_err(failed)
    }

    /// Takes an inbox off the desk, with its credential; its conversations stay.
    ///
    /// # Errors
    /// `Store`.
    pub fn remove_inbox(&self, id: InboxId) -> Result<()> {
        self.conn
            .execute("DELETE FROM credential WHERE inbox_id = ?1", [id.0])
            .map_err(failed)?;
        self.conn
            .execute(
                "UPDATE inbox SET removed = 1, state = 'paused' WHERE id = ?1",
                [id.0],
            )
            .map(|_| ())
            .map_err(failed)
    }

    /// Keeps a credential, replacing the one before.
    ///
    /// # Errors
    /// `Store`.
    pub fn set_credential(&self, id: InboxId, secret: &Secret) -> Result<()> {
        self.conn
            .execute(
                "INSERT OR REPLACE INTO credential (inbox_id, secret) VALUES (?1, ?2)",
                params![id.0, secret.expose()],
            )
            .map(|_| ())
            .map_err(failed)
    }

    /// Moves the cursor; in the transaction that stores what it passed.
    ///
    /// # Errors
    /// `Store`.
    pub fn set_cursor(&self, id: InboxId, cursor: &str) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE inbox SET cursor = ?2 WHERE id = ?1")
            .and_then(|mut s| s.execute(params![id.0, cursor]))
            .map(|_| ())
            .map_err(failed)
    }

    /// Notes when a message last came in.
    ///
    /// # Errors
    /// `Store`.
    pub fn set_last_message_at(&self, id: InboxId, at: Instant) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE inbox SET last_message_at = max(coalesce(last_message_at, 0), ?2) WHERE id = ?1",
            )
            .and_then(|mut s| s.execute(params![id.0, millis(at)]))
            .map(|_| ())
            .map_err(failed)
    }

    /// Notes how the last pull went. Says whether that is news.
    ///
    /// # Errors
    /// `Store`.
    pub fn set_last_error(&self, id: InboxId, error: Option<&str>) -> Result<bool> {
        self.conn
            .prepare_cached("UPDATE inbox SET last_error = ?2 WHERE id = ?1 AND last_error IS NOT ?2")
            .and_then(|mut s| s.execute(params![id.0, error]))
            .map(|changed| changed == 1)
            .map_err(failed)
    }
}
