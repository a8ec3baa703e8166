//! The people outside.

use super::failed;
use crate::domain::{Contact, ContactId, InboxId};
use crate::error::Result;
use crate::store::{Tx, View};
use rusqlite::{OptionalExtension as _, Row, params};

fn from_row(row: &Row<'_>) -> rusqlite::Result<Contact> {
    Ok(Contact {
        id: ContactId(row.get("id")?),
        inbox: InboxId(row.get("inbox_id")?),
        remote_id: row.get("remote_id")?,
        name: row.get("name")?,
    })
}

impl View<'_> {
    /// One contact.
    ///
    /// # Errors
    /// `NotFound`, or `Store`.
    pub fn contact(&self, id: ContactId) -> Result<Contact> {
        self.conn
            .prepare_cached("SELECT id, inbox_id, remote_id, name FROM contact WHERE id = ?1")
            .and_then(|mut s| s.query_row([id.0], from_row))
            .map_err(failed)
    }

    /// Is this contact on the list that the night responder leaves to people?
    ///
    /// # Errors
    /// `NotFound`, or `Store`.
    pub fn never_reply(&self, id: ContactId) -> Result<bool> {
        self.conn
            .prepare_cached("SELECT never_reply FROM contact WHERE id = ?1")
            .and_then(|mut s| s.query_row([id.0], |row| row.get(0)))
            .map_err(failed)
    }
}

impl Tx<'_> {
    /// The contact of this remote id, made if new; a name that the platform now shows replaces an older one.
    ///
    /// # Errors
    /// `Store`.
    pub fn contact_of(&self, inbox: InboxId, remote_id: &str, name: &str) -> Result<ContactId> {
        let known: Option<(i64, String)> = self
            .conn
            .prepare_cached("SELECT id, name FROM contact WHERE inbox_id = ?1 AND remote_id = ?2")
            .and_then(|mut s| {
                s.query_row(params![inbox.0, remote_id], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()
            })
            .map_err(failed)?;
        if let Some((id, known_name)) = known {
            if !name.is_empty() && name != known_name {
                self.conn
                    .prepare_cached("UPDATE contact SET name = ?2 WHERE id = ?1")
                    .and_then(|mut s| s.execute(params![id, name]))
                    .map_err(failed)?;
            }
            return Ok(ContactId(id));
        }
        self.conn
            .prepare_cached("INSERT INTO contact (inbox_id, remote_id, name) VALUES (?1, ?2, ?3)")
            .and_then(|mut s| s.insert(params![inbox.0, remote_id, name]))
            .map(ContactId)
            .map_err(failed)
    }
}
