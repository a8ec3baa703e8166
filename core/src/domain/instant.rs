//! Instants are UTC; the store keeps them as whole milliseconds.

use chrono::{DateTime, TimeZone, Utc};

/// A moment in UTC. Zones appear only in the night's schedule and on screens.
pub type Instant = DateTime<Utc>;

/// Milliseconds since 1970 in UTC.
#[must_use]
pub fn millis(at: Instant) -> i64 {
    at.timestamp_millis()
}

/// The instant of a stored number of milliseconds; a number that no calendar holds becomes the nearest end of it.
#[must_use]
pub fn from_millis(ms: i64) -> Instant {
    match Utc.timestamp_millis_opt(ms) {
        chrono::LocalResult::Single(at) => at,
        _ if ms < 0 => DateTime::<Utc>::MIN_UTC,
        _ => DateTime::<Utc>::MAX_UTC,
    }
}
