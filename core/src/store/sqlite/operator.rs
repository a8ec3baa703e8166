//! The people at the desk.

use super::{failed, optional_instant, word};
use crate::domain::{Instant, Operator, OperatorId, Role, millis};
use crate::error::{Error, Result};
use crate::store::{Tx, View};
use rusqlite::{OptionalExtension as _, Row, params};

const COLUMNS: &str = "id, login, name, role, review_level, enabled, password_hash, failures, blocked_until";

/// What a sign-in is checked against.
pub struct PasswordRecord {
    /// The person.
    pub operator: Operator,
    /// Argon2id, as a PHC string.
    pub hash: String,
    /// Wrong passwords since the last right one.
    pub failures: u32,
    /// No attempt is looked at before this.
    pub blocked_until: Option<Instant>,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Operator> {
    Ok(Operator {
        id: OperatorId(row.get("id")?),
        login: row.get("login")?,
        name: row.get("name")?,
        role: word::<Role>(row, "role")?,
        review_level: row.get("review_level")?,
        enabled: row.get("enabled")?,
    })
}

impl View<'_> {
    /// Everybody, by name.
    ///
    /// # Errors
    /// `Store`.
    pub fn operators(&self) -> Result<Vec<Operator>> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM operator ORDER BY name, id"))
            .and_then(|mut s| s.query_map([], from_row)?.collect())
            .map_err(failed)
    }

    /// One person.
    ///
    /// # Errors
    /// `NotFound`, or `Store`.
    pub fn operator(&self, id: OperatorId) -> Result<Operator> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM operator WHERE id = ?1"))
            .and_then(|mut s| s.query_row([id.0], from_row))
            .map_err(failed)
    }

    /// What a sign-in of this name is checked against.
    ///
    /// # Errors
    /// `Store`.
    pub fn password_record(&self, login: &str) -> Result<Option<PasswordRecord>> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM operator WHERE login = ?1"))
            .and_then(|mut s| {
                s.query_row([login], |row| {
                    Ok(PasswordRecord {
                        operator: from_row(row)?,
                        hash: row.get("password_hash")?,
                        failures: row.get("failures")?,
                        blocked_until: optional_instant(row, "blocked_until")?,
                    })
                })
                .optional()
            })
            .map_err(failed)
    }
}

impl Tx<'_> {
    /// Adds a person.
    ///
    /// # Errors
    /// `Conflict` when the sign-in name is taken, or `Store`.
    pub fn insert_operator(
        &self,
        login: &str,
        name: &str,
        role: Role,
        review_level: u8,
        hash: &str,
    ) -> Result<Operator> {
        if self.password_record(login)?.is_some() {
            return Err(Error::conflict("This sign-in name is taken.").hint("Choose another one."));
        }
        let id = self
            .conn
            .prepare_cached("INSERT INTO operator (login, name, role, review_level, password_hash) VALUES (?1, ?2, ?3, ?4, ?5)")
            .and_then(|mut s| s.insert(params![login, name, role.as_str(), review_level, hash]))
            .map_err(failed)?;
        self.operator(OperatorId(id))
    }

    /// Changes what a person may do.
    ///
    /// # Errors
    /// `Store`.
    pub fn save_operator(&self, operator: &Operator) -> Result<()> {
        self.conn
            .execute(
                "UPDATE operator SET name = ?2, role = ?3, review_level = ?4, enabled = ?5 WHERE id = ?1",
                params![
                    operator.id.0,
                    operator.name,
                    operator.role.as_str(),
                    operator.review_level,
                    operator.enabled
                ],
            )
            .map(|_| ())
            .map_err(failed)
    }

    /// Notes how a sign-in went.
    ///
    /// # Errors
    /// `Store`.
    pub fn note_sign_in(&self, id: OperatorId, failures: u32, blocked_until: Option<Instant>) -> Result<()> {
        self.conn
            .execute(
                "UPDATE operator SET failures = ?2, blocked_until = ?3 WHERE id = ?1",
                params![id.0, failures, blocked_until.map(millis)],
            )
            .map(|_| ())
            .map_err(failed)
    }
}
