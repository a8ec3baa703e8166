//! Everything that is kept. The only place that knows SQL.
//!
//! What comes in: domain values. What goes out: domain values. A step asks for a [`View`] to read, or for a [`Tx`] to change several
//! things at once: what belongs together is written together or not at all. Deliberately absent: decisions. The store keeps what it
//! is told; who may do what, and what follows from what, is decided elsewhere.
//!
//! One connection writes, several read (write-ahead log): readers never wait for the writer. Several processes may have the same
//! workspace open; `BEGIN IMMEDIATE` and a busy timeout put their writes in line.

mod key;
mod sqlite;

pub use key::{DataDir, WorkspaceKey};
pub use sqlite::conversation::{NewConversation, QueueCursor, QueueQuery};
pub use sqlite::counter::Counts;
pub use sqlite::learned::{Forgotten, Mark};
pub use sqlite::message::{NewMessage, Said};
pub use sqlite::operator::PasswordRecord;
pub use sqlite::outbox::NewOutboxEntry;

use crate::error::{Code, Error, Result};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// An open workspace database.
pub struct Store {
    path: PathBuf,
    key: WorkspaceKey,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

/// A consistent picture of the store, for reading.
pub struct View<'c> {
    pub(in crate::store) conn: &'c Connection,
}

/// One transaction. Dropped without an error it is committed, otherwise nothing of it happened.
pub struct Tx<'c> {
    view: View<'c>,
}

impl<'c> std::ops::Deref for Tx<'c> {
    type Target = View<'c>;
    fn deref(&self) -> &View<'c> {
        &self.view
    }
}

impl Store {
    /// Opens or makes the database, and brings it up to this program's form. A backup is taken before a migration.
    ///
    /// # Errors
    /// `Store`, with what to do, when the file is newer than the program, locked, damaged, or of another key.
    pub fn open(path: &Path, key: WorkspaceKey) -> Result<Self> {
        let mut writer = sqlite::connection::open(path, &key, sqlite::connection::Purpose::Write)?;
        sqlite::migrate::run(&mut writer, path, &key)?;
        Ok(Self {
            path: path.to_owned(),
            key,
            writer: Mutex::new(writer),
            readers: Mutex::default(),
        })
    }

    /// Where the database is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads.
    ///
    /// # Errors
    /// What `f` says, or `Store` when the database cannot be read.
    pub fn read<T>(&self, f: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => sqlite::connection::open(&self.path, &self.key, sqlite::connection::Purpose::Read)?,
        };
        // One transaction, so that several questions are answered from one picture.
        conn.execute_batch("BEGIN").map_err(sqlite::failed)?;
        let result = f(&View { conn: &conn });
        conn.execute_batch("COMMIT").map_err(sqlite::failed)?;
        self.readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(conn);
        result
    }

    /// Changes several things at once, or nothing.
    ///
    /// # Errors
    /// What `f` says (and then nothing happened), or `Store` when the database cannot be written.
    pub fn write<T>(&self, f: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let mut conn = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = conn
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(sqlite::failed)?;
        let result = f(&Tx {
            view: View { conn: &transaction },
        })?;
        transaction.commit().map_err(sqlite::failed)?;
        Ok(result)
    }

    /// SQLite's own check of every page and index.
    ///
    /// # Errors
    /// `Store` when the check finds damage or cannot run.
    pub fn check(&self) -> Result<()> {
        self.read(|view| {
            let verdict: String = view
                .conn
                .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
                .map_err(sqlite::failed)?;
            if verdict == "ok" {
                Ok(())
            } else {
                Err(Error::new(Code::Store, "The database is damaged.").hint(
                    "Restore the newest backup, and keep the damaged file: most of it can usually be read.",
                ))
            }
        })
    }

    /// The schema as SQL, one statement after the other, for the documentation and the test that compares them.
    ///
    /// # Errors
    /// `Store` when the database cannot be read.
    pub fn schema(&self) -> Result<String> {
        self.read(|view| sqlite::migrate::schema(view.conn))
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

#[cfg(test)]
pub(in crate::store) mod tests {
    use super::*;
    use crate::domain::{Action, Actor, from_millis};
    use crate::journal::{self, Verdict};
    use std::collections::HashMap;

    /// A store in a folder that goes with the process's temporary files.
    pub(in crate::store) fn store() -> Store {
        let folder = tempfile::tempdir().unwrap().keep();
        open(&folder).unwrap()
    }

    fn open(folder: &Path) -> Result<Store> {
        let folder = DataDir::open(folder)?;
        Store::open(&folder.database(), folder.key()?)
    }

    /// The statement goes along this index: no table is read from end to end, nothing is sorted.
    pub(in crate::store) fn assert_plan(store: &Store, sql: &str, index: &str) {
        let plan = store
            .read(|view| {
                let mut statement = view.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
                // The values do not matter to the plan; there must be as many as there are places.
                let values = vec![rusqlite::types::Value::Integer(1); statement.parameter_count()];
                let lines = statement
                    .query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3))
                    .unwrap();
                Ok(lines.map(std::result::Result::unwrap).collect::<Vec<_>>())
            })
            .unwrap();
        assert!(plan.iter().any(|line| line.contains(index)), "{index}: {plan:?}");
        for line in &plan {
            let whole = line.starts_with("SCAN") && !line.contains("INDEX");
            let sorted = line.contains("TEMP B-TREE") && index != "VIRTUAL TABLE INDEX";
            assert!(!whole && !sorted, "{sql}: {plan:?}");
        }
    }

    fn in_folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_database_newer_than_the_program_is_refused_and_left_alone() {
        let folder = in_folder();
        let store = open(folder.path()).unwrap();
        store
            .write(|tx| {
                tx.view
                    .conn
                    .pragma_update(None, "user_version", 4711)
                    .map_err(sqlite::failed)
            })
            .unwrap();
        drop(store);
        let before = std::fs::read(folder.path().join("planton.db")).unwrap();
        let error = open(folder.path()).map(drop).unwrap_err();
        assert!(
            error.code == Code::Store && error.message.contains("newer Planton"),
            "{}",
            error.message
        );
        assert!(error.hint.contains("Nothing was changed"));
        assert_eq!(std::fs::read(folder.path().join("planton.db")).unwrap(), before);
    }

    #[test]
    fn a_step_that_was_changed_after_its_release_is_refused() {
        let folder = in_folder();
        let store = open(folder.path()).unwrap();
        store
            .write(|tx| {
                tx.view
                    .conn
                    .execute("UPDATE migration SET checksum = 'x'", [])
                    .map_err(sqlite::failed)
            })
            .unwrap();
        drop(store);
        assert!(
            open(folder.path())
                .map(drop)
                .unwrap_err()
                .message
                .contains("differs")
        );
    }

    #[test]
    fn a_workspace_of_the_first_form_is_brought_up_after_a_copy_was_taken() {
        let folder = in_folder();
        let store = open(folder.path()).unwrap();
        store
            .write(|tx| {
                tx.set_setting("pack", &"x")?;
                let back = "DROP TABLE correction; DROP TABLE choice; DELETE FROM migration WHERE number = 2; PRAGMA user_version = 1;";
                tx.view.conn.execute_batch(back).map_err(sqlite::failed)
            })
            .unwrap();
        drop(store);
        let store = open(folder.path()).unwrap();
        assert_eq!(
            store
                .read(|view| view.setting::<String>("pack"))
                .unwrap()
                .as_deref(),
            Some("x")
        );
        assert_eq!(
            store.read(|view| view.corrections_mark()).unwrap(),
            Mark::default()
        );
        assert!(folder.path().join("planton.before-1.backup.db").exists());
    }

    #[test]
    fn what_fails_half_way_did_not_happen() {
        let store = store();
        let failed: Result<()> = store.write(|tx| {
            tx.set_setting("pack", &"x")?;
            Err(Error::invalid("no"))
        });
        assert!(failed.is_err());
        assert_eq!(store.read(|view| view.setting::<String>("pack")).unwrap(), None);
    }

    #[test]
    fn a_reader_cannot_write() {
        let store = store();
        let result = store.read(|view| {
            view.conn
                .execute("DELETE FROM setting", [])
                .map_err(sqlite::failed)
        });
        assert!(result.is_err());
    }

    #[test]
    fn a_lease_has_one_holder_and_ends_by_itself() {
        let store = store();
        let take = |holder: &str, now: i64| {
            let (now, until) = (from_millis(now), from_millis(now + 60_000));
            store
                .write(|tx| tx.take_lease("service", holder, now, until))
                .unwrap()
        };
        assert!(take("a", 0));
        assert!(!take("b", 59_999));
        assert!(take("a", 30_000), "its holder renews it");
        assert!(!take("b", 60_000));
        assert!(take("b", 90_000));
        assert!(!take("a", 90_001));
        store.write(|tx| tx.release_lease("service", "a")).unwrap();
        assert!(!take("a", 90_002), "nobody gives back what another holds");
        store.write(|tx| tx.release_lease("service", "b")).unwrap();
        assert!(take("a", 90_003));
    }

    fn journalled(entries: i64) -> Store {
        let store = store();
        for n in 0..entries {
            store
                .write(|tx| {
                    let detail = serde_json::json!({ "n": n });
                    journal::record(
                        tx,
                        &Actor::System,
                        Action::Imported,
                        journal::subject("inbox", n),
                        &detail,
                        from_millis(n),
                    )
                })
                .unwrap();
        }
        store
    }

    fn verdict(store: &Store) -> Verdict {
        store.read(journal::verify).unwrap()
    }

    #[test]
    fn the_journal_refuses_to_be_changed() {
        let store = journalled(3);
        for sql in ["UPDATE journal SET detail = '{}'", "DELETE FROM journal"] {
            assert!(
                store
                    .write(|tx| tx.view.conn.execute(sql, []).map_err(sqlite::failed))
                    .is_err()
            );
        }
        assert!(matches!(verdict(&store), Verdict::Intact { entries: 3, .. }));
    }

    #[test]
    fn whoever_forces_the_journal_is_found_out() {
        let forced: HashMap<&str, i64> = HashMap::from([
            ("UPDATE journal SET detail = '{}' WHERE seq = 1200", 1200),
            ("UPDATE journal SET at = at + 1 WHERE seq = 7", 7),
            ("UPDATE journal SET operator_id = 1 WHERE seq = 7", 7),
            ("UPDATE journal SET subject_id = 9 WHERE seq = 7", 7),
            ("UPDATE journal SET action = 'sent' WHERE seq = 7", 7),
            ("DELETE FROM journal WHERE seq = 1", 1),
            ("DELETE FROM journal WHERE seq = 1000", 1000),
            ("UPDATE journal SET previous_hash = hash WHERE seq = 1001", 1001),
        ]);
        let store = journalled(1201);
        store
            .write(|tx| {
                tx.view
                    .conn
                    .execute_batch("DROP TRIGGER journal_is_append_only_update; DROP TRIGGER journal_is_append_only_delete")
                    .map_err(sqlite::failed)
            })
            .unwrap();
        for (sql, expected) in forced {
            let found = std::cell::Cell::new(None);
            // Rolled back afterwards, so that each is tried on the whole chain.
            let _undone: Result<()> = store.write(|tx| {
                tx.view.conn.execute(sql, []).map_err(sqlite::failed)?;
                if let Verdict::Broken { entry, .. } = journal::verify(tx)? {
                    found.set(Some(entry.0));
                }
                Err(Error::invalid("undo"))
            });
            assert_eq!(found.get(), Some(expected), "{sql}");
        }
        assert!(matches!(verdict(&store), Verdict::Intact { entries: 1201, .. }));
    }
}
