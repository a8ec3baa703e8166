//! Badge numbers: kept in the transaction that changes what they count, so that no screen ever counts rows.

use super::failed;
use crate::domain::Category;
use crate::error::Result;
use crate::store::View;
use rusqlite::{Connection, OptionalExtension as _, params};

/// One badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Badge {
    Open,
    OpenOf(Category),
    Snoozed,
    AwaitingReview,
    Stuck,
    Quarantined,
}

impl Badge {
    fn name(self) -> String {
        match self {
            Self::Open => "open".to_owned(),
            Self::OpenOf(category) => format!("open.{category}"),
            Self::Snoozed => "snoozed".to_owned(),
            Self::AwaitingReview => "awaiting_review".to_owned(),
            Self::Stuck => "stuck".to_owned(),
            Self::Quarantined => "quarantined".to_owned(),
        }
    }
}

/// Moves the counters from what a thing counted for to what it counts for now.
pub(in crate::store) fn shift(conn: &Connection, before: &[Badge], after: &[Badge]) -> Result<()> {
    for badge in after.iter().filter(|badge| !before.contains(badge)) {
        add(conn, *badge, 1)?;
    }
    for badge in before.iter().filter(|badge| !after.contains(badge)) {
        add(conn, *badge, -1)?;
    }
    Ok(())
}

pub(in crate::store) fn add(conn: &Connection, badge: Badge, by: i64) -> Result<()> {
    let name = badge.name();
    let changed = conn
        .prepare_cached("UPDATE counter SET value = value + ?2 WHERE name = ?1")
        .and_then(|mut s| s.execute(params![name, by]))
        .map_err(failed)?;
    if changed == 0 {
        conn.prepare_cached("INSERT INTO counter (name, value) VALUES (?1, ?2)")
            .and_then(|mut s| s.execute(params![name, by]))
            .map_err(failed)?;
    }
    Ok(())
}

/// The numbers on the badges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Conversations in the queue.
    pub open: i64,
    /// The same by category, in `Category::ALL` order.
    pub by_category: Vec<(Category, i64)>,
    /// Put off.
    pub snoozed: i64,
    /// Replies that wait for a supervisor.
    pub awaiting_review: i64,
    /// Sends that wait for a person.
    pub stuck: i64,
    /// Items that could not be read.
    pub quarantined: i64,
}

impl View<'_> {
    /// The numbers on the badges.
    ///
    /// # Errors
    /// `Store`.
    pub fn counts(&self) -> Result<Counts> {
        let value = |badge: Badge| -> Result<i64> {
            self.conn
                .prepare_cached("SELECT value FROM counter WHERE name = ?1")
                .and_then(|mut s| s.query_row([badge.name()], |row| row.get(0)).optional())
                .map(Option::unwrap_or_default)
                .map_err(failed)
        };
        Ok(Counts {
            open: value(Badge::Open)?,
            by_category: Category::ALL
                .iter()
                .map(|category| Ok((*category, value(Badge::OpenOf(*category))?)))
                .collect::<Result<_>>()?,
            snoozed: value(Badge::Snoozed)?,
            awaiting_review: value(Badge::AwaitingReview)?,
            stuck: value(Badge::Stuck)?,
            quarantined: value(Badge::Quarantined)?,
        })
    }

    /// The same numbers, counted row by row: what `doctor` and the tests compare the counters with.
    ///
    /// # Errors
    /// `Store`.
    pub fn recount(&self) -> Result<Counts> {
        let count =
            |sql: &str| -> Result<i64> { self.conn.query_row(sql, [], |row| row.get(0)).map_err(failed) };
        Ok(Counts {
            open: count("SELECT count(*) FROM conversation WHERE status = 'open'")?,
            by_category: Category::ALL
                .iter()
                .map(|category| {
                    let sql = format!(
                        "SELECT count(*) FROM conversation WHERE status = 'open' AND category = '{category}'"
                    );
                    Ok((*category, count(&sql)?))
                })
                .collect::<Result<_>>()?,
            snoozed: count("SELECT count(*) FROM conversation WHERE status = 'snoozed'")?,
            awaiting_review: count(
                "SELECT count(*) FROM conversation WHERE reply_state = 'awaiting_review'",
            )?,
            stuck: count("SELECT count(*) FROM conversation WHERE reply_state = 'stuck'")?,
            quarantined: count("SELECT count(*) FROM quarantine WHERE resolved_at IS NULL")?,
        })
    }
}
