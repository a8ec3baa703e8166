//! Opens one connection with the key and the settings that were measured to be right for this load.

use crate::error::{Code, Error, Result};
use crate::store::WorkspaceKey;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Purpose {
    /// The one that writes.
    Write,
    /// One of those that read.
    Read,
}

/// SQLCipher and its cryptographic library set themselves up when the first file is opened, and crash where two threads are first at
/// the same time: one opening at a time.
static OPENING: Mutex<()> = Mutex::new(());

/// Opens the file with its key.
pub(in crate::store) fn open(path: &Path, key: &WorkspaceKey, purpose: Purpose) -> Result<Connection> {
    let one = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    let conn = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(super::failed)?;
    // The key must come before anything touches the file; as a raw key it costs no derivation. SQLCipher would print its own words
    // on standard error when a key is wrong; people get a sentence instead.
    conn.execute_batch(&format!(
        "PRAGMA cipher_log = off; PRAGMA key = \"x'{}'\";",
        key.hex()
    ))
    .map_err(super::failed)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))
        .map_err(super::failed)?;
    conn.query_row("SELECT count(*) FROM sqlite_master", [], |row| {
        row.get::<_, i64>(0)
    })
    .map_err(super::failed)?;
    drop(one);
    let cache = match purpose {
        Purpose::Write => -32_000,
        Purpose::Read => -8_000,
    };
    write_ahead(&conn)?;
    conn.execute_batch(&format!(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = {cache}; PRAGMA wal_autocheckpoint = 4000;"
    ))
    .map_err(super::failed)?;
    if purpose == Purpose::Read {
        conn.execute_batch("PRAGMA query_only = ON")
            .map_err(super::failed)?;
    }
    conn.set_prepared_statement_cache_capacity(128);
    let cipher: Option<String> = conn.query_row("PRAGMA cipher_version", [], |row| row.get(0)).ok();
    if cipher.is_none() {
        return Err(
            Error::new(Code::Store, "This program was built without database encryption.")
                .hint("Use an official build, or build with the `bundled-sqlcipher` feature of rusqlite."),
        );
    }
    Ok(conn)
}

/// Switches a new file to the write-ahead log. Of several that open it at the same moment only one can, and SQLite does not wait for
/// it by the busy timeout as it does elsewhere: so this does.
fn write_ahead(conn: &Connection) -> Result<()> {
    let mut attempts = 0;
    loop {
        match conn.execute_batch("PRAGMA journal_mode = WAL") {
            Ok(()) => return Ok(()),
            Err(error)
                if attempts < 100
                    && matches!(
                        error.sqlite_error_code(),
                        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
                    ) =>
            {
                attempts += 1;
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            Err(error) => return Err(super::failed(error)),
        }
    }
}
