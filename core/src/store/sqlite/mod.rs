//! SQLite through SQLCipher: one file a table, each with its reads (on [`super::View`]) and writes (on [`super::Tx`]).

pub(in crate::store) mod connection;
pub(in crate::store) mod migrate;

pub(in crate::store) mod contact;
pub(in crate::store) mod conversation;
pub(in crate::store) mod counter;
pub(in crate::store) mod draft;
pub(in crate::store) mod inbox;
pub(in crate::store) mod journal;
pub(in crate::store) mod learned;
pub(in crate::store) mod lease;
pub(in crate::store) mod message;
pub(in crate::store) mod night;
pub(in crate::store) mod operator;
pub(in crate::store) mod outbox;
pub(in crate::store) mod quarantine;
pub(in crate::store) mod setting;
pub(in crate::store) mod usage;

use crate::error::{Code, Error};
use rusqlite::ErrorCode;

/// A database error in words for people. The text of SQLite's own message is kept where it can hold no content.
#[expect(clippy::needless_pass_by_value, reason = "used as a function in map_err")]
pub(in crate::store) fn failed(error: rusqlite::Error) -> Error {
    let code = error.sqlite_error_code();
    match code {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::new(Code::Store, "Another program holds the database.").hint(
                "Close other copies of Planton that use this data folder, or wait for an import or backup to end, then try again.",
            )
        }
        Some(ErrorCode::DiskFull) => Error::new(Code::Store, "The disk is full.")
            .hint("Free some room; nothing that was stored is lost, and what could not be stored will be asked for again."),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            Error::new(Code::Store, "The database cannot be opened for writing.")
                .hint("Check that the data folder belongs to the user who runs Planton and that its disk is not read-only.")
        }
        Some(ErrorCode::DatabaseCorrupt) => Error::new(Code::Store, "The database is damaged.")
            .hint("Restore the newest backup, and keep the damaged file: most of it can usually be read."),
        Some(ErrorCode::NotADatabase) => Error::new(Code::Store, "The database cannot be read with this workspace's key.")
            .hint("Check that the files `planton.db` and `key` in the data folder belong together; otherwise the file is damaged: restore a backup."),
        Some(ErrorCode::ConstraintViolation) => Error::new(Code::Conflict, "Somebody else stored the same thing meanwhile."),
        Some(other) => Error::new(Code::Store, format!("The database refused ({other:?}).")),
        None => match error {
            rusqlite::Error::QueryReturnedNoRows => Error::not_found("There is no such thing (any more)."),
            rusqlite::Error::FromSqlConversionFailure(column, ..) => {
                Error::new(Code::Store, format!("The database holds a value that this program does not know (column {column})."))
                    .hint("The workspace was probably written by a newer Planton: update this one.")
            }
            _ => Error::new(Code::Store, "The database could not answer."),
        },
    }
}

/// A stored word back into its enum.
pub(in crate::store) fn word<T: std::str::FromStr>(
    row: &rusqlite::Row<'_>,
    column: &str,
) -> rusqlite::Result<T> {
    let word: String = row.get(column)?;
    word.parse().map_err(|_| conversion(row, column))
}

/// A stored JSON value back into its type.
pub(in crate::store) fn json<T: serde::de::DeserializeOwned>(
    row: &rusqlite::Row<'_>,
    column: &str,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|_| conversion(row, column))
}

/// A stored instant.
pub(in crate::store) fn instant(
    row: &rusqlite::Row<'_>,
    column: &str,
) -> rusqlite::Result<crate::domain::Instant> {
    row.get(column).map(crate::domain::from_millis)
}

/// A stored instant that may be absent.
pub(in crate::store) fn optional_instant(
    row: &rusqlite::Row<'_>,
    column: &str,
) -> rusqlite::Result<Option<crate::domain::Instant>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(crate::domain::from_millis))
}

/// A value as JSON for a TEXT column.
pub(in crate::store) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value)
        .map_err(|error| Error::internal(format!("A value could not be written as JSON: {error}")))
}

/// The error that says: this column holds what this program does not know. Names the column, never the value.
fn conversion(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, "unknown value".into())
}

/// A stored JSON value that may be absent.
pub(in crate::store) fn from_opt<T: serde::de::DeserializeOwned>(
    row: &rusqlite::Row<'_>,
    column: &str,
) -> rusqlite::Result<Option<T>> {
    match row.get::<_, Option<String>>(column)? {
        None => Ok(None),
        Some(text) => serde_json::from_str(&text)
            .map(Some)
            .map_err(|_| conversion(row, column)),
    }
}
