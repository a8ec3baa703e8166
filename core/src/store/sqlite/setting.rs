//! Settings of the workspace: a name and a JSON value.

use super::{failed, to_json};
use crate::error::{Error, Result};
use crate::store::{Tx, View};
use rusqlite::{OptionalExtension as _, params};
use serde::{Serialize, de::DeserializeOwned};

impl View<'_> {
    /// A setting; none when nobody has set it.
    ///
    /// # Errors
    /// `Store` when it cannot be read or understood.
    pub fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let text: Option<String> = self
            .conn
            .prepare_cached("SELECT value FROM setting WHERE name = ?1")
            .and_then(|mut s| s.query_row([name], |row| row.get(0)).optional())
            .map_err(failed)?;
        text.map(|text| {
            serde_json::from_str(&text).map_err(|_| {
                Error::new(
                    crate::error::Code::Store,
                    format!("The setting {name} cannot be understood."),
                )
                .hint(format!("Set it again: planton settings set {name} …"))
            })
        })
        .transpose()
    }

    /// All settings as name and JSON, by name.
    ///
    /// # Errors
    /// `Store`.
    pub fn settings(&self) -> Result<Vec<(String, String)>> {
        self.conn
            .prepare_cached("SELECT name, value FROM setting ORDER BY name")
            .and_then(|mut s| s.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
            .map_err(failed)
    }
}

impl Tx<'_> {
    /// Sets a setting.
    ///
    /// # Errors
    /// `Store`.
    pub fn set_setting<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        let value = to_json(value)?;
        self.conn
            .execute(
                "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)",
                params![name, value],
            )
            .map(|_| ())
            .map_err(failed)
    }
}
