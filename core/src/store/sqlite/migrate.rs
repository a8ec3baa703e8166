//! Brings a database up to this program's form: numbered files, each applied once, in one transaction, with its checksum kept.
//!
//! A released file never changes; a changed one is refused. A database newer than the program is refused, never touched.

use crate::error::{Code, Error, Result};
use crate::store::WorkspaceKey;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use std::path::Path;

struct Migration {
    number: i64,
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "initial",
        sql: include_str!("../../../migrations/sqlite/0001_initial.sql"),
    },
    Migration {
        number: 2,
        name: "learning",
        sql: include_str!("../../../migrations/sqlite/0002_learning.sql"),
    },
];

/// Applies what is missing.
pub(in crate::store) fn run(conn: &mut Connection, path: &Path, key: &WorkspaceKey) -> Result<()> {
    let current = version(conn)?;
    let newest = MIGRATIONS.last().map_or(0, |migration| migration.number);
    if current > newest {
        return Err(Error::new(
            Code::Store,
            format!(
                "This workspace was written by a newer Planton (form {current}; this program knows {newest})."
            ),
        )
        .hint("Update Planton on this machine. Nothing was changed."));
    }
    if current == newest {
        return verify(conn);
    }
    if current > 0 {
        verify(conn)?;
        backup(conn, path, key, current)?;
    }
    // Another process may have migrated while we waited for the lock: the version is read again inside.
    let transaction = conn
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(super::failed)?;
    transaction
        .execute_batch("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT")
        .map_err(super::failed)?;
    let current = version(&transaction)?;
    for migration in MIGRATIONS.iter().filter(|migration| migration.number > current) {
        transaction.execute_batch(migration.sql).map_err(super::failed)?;
        transaction
            .execute(
                "INSERT INTO migration (number, name, checksum) VALUES (?1, ?2, ?3)",
                params![migration.number, migration.name, checksum(migration.sql)],
            )
            .map_err(super::failed)?;
        transaction
            .pragma_update(None, "user_version", migration.number)
            .map_err(super::failed)?;
    }
    transaction.commit().map_err(super::failed)
}

/// The schema of an open database as SQL, in order of creation.
pub(in crate::store) fn schema(conn: &Connection) -> Result<String> {
    let mut statement = conn
        .prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'message_fts_%' AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
        .map_err(super::failed)?;
    let parts = statement
        .query_map([], |row| row.get::<_, String>(0))
        .map_err(super::failed)?;
    let mut schema = String::new();
    for part in parts {
        schema.push_str(&part.map_err(super::failed)?);
        schema.push_str(";\n\n");
    }
    Ok(schema)
}

fn version(conn: &Connection) -> Result<i64> {
    conn.query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(super::failed)
}

fn verify(conn: &Connection) -> Result<()> {
    for migration in MIGRATIONS {
        let stored: Option<String> = conn
            .query_row(
                "SELECT checksum FROM migration WHERE number = ?1",
                [migration.number],
                |row| row.get(0),
            )
            .ok();
        if stored.is_some_and(|stored| stored != checksum(migration.sql)) {
            return Err(Error::new(
                Code::Store,
                format!("Step {} of this workspace's form differs from this program's.", migration.number),
            )
            .hint("Use the Planton that made this workspace, or export from it and import here. Nothing was changed."));
        }
    }
    Ok(())
}

fn backup(conn: &Connection, path: &Path, key: &WorkspaceKey, version: i64) -> Result<()> {
    let target = path.with_extension(format!("before-{version}.backup.db"));
    if target.exists() {
        std::fs::remove_file(&target)?;
    }
    conn.execute_batch(&format!(
        "ATTACH DATABASE '{}' AS backup KEY \"x'{}'\"; SELECT sqlcipher_export('backup'); DETACH DATABASE backup;",
        target.display().to_string().replace('\'', "''"),
        key.hex()
    ))
    .map_err(|error| super::failed(error).context("No backup could be taken before the migration"))
}

fn checksum(sql: &str) -> String {
    Sha256::digest(sql.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
