//! The coming nights, for people who want to see what a schedule means before it matters.
//!
//! In: a schedule, a zone, an instant. Out: one row a night, in local time and in UTC, with its true length. Deliberately absent:
//! the texts that would be sent; they belong to the pack.

use super::schedule::Schedule;
use crate::domain::{Instant, NightId};
use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;

/// One coming night.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ComingNight {
    /// Its identity: the local date on which its window begins.
    pub night: NightId,
    /// Its first instant, as clocks in the zone show it.
    pub begins_local: DateTime<FixedOffset>,
    /// The first instant after it, as clocks in the zone show it.
    pub ends_local: DateTime<FixedOffset>,
    /// Its first instant.
    pub begins: Instant,
    /// The first instant after it.
    pub ends: Instant,
    /// How long it lasts; not what the clocks suggest when they are changed in it.
    pub hours: f64,
    /// Why this date is not like its weekday.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The next `n` nights that are not over at `from`, the present one included.
#[must_use]
pub fn preview(schedule: &Schedule, zone: Tz, from: Instant, n: usize) -> Vec<ComingNight> {
    schedule
        .coming(from, zone, n)
        .into_iter()
        .map(|night| ComingNight {
            night: night.id,
            begins_local: night.begins.with_timezone(&zone).fixed_offset(),
            ends_local: night.ends.with_timezone(&zone).fixed_offset(),
            begins: night.begins,
            ends: night.ends,
            hours: f64::from(u32::try_from(night.length().num_seconds()).unwrap_or(u32::MAX)) / 3600.0,
            note: schedule.note(night.id).map(str::to_owned),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fourteen_nights_over_the_spring_change() {
        let from = "2027-03-20T12:00:00Z".parse().expect("a time");
        let nights = preview(&Schedule::default(), chrono_tz::Europe::Paris, from, 14);
        assert_eq!(nights.len(), 14);
        assert_eq!(nights[0].night.to_string(), "2027-03-21");
        let short = &nights[7];
        assert_eq!(
            serde_json::to_value(short).expect("json"),
            serde_json::json!({
                "night": "2027-03-28",
                "begins_local": "2027-03-28T00:00:00+01:00", "ends_local": "2027-03-28T06:00:00+02:00",
                "begins": "2027-03-27T23:00:00Z", "ends": "2027-03-28T04:00:00Z",
                "hours": 5.0
            })
        );
        assert!(
            nights
                .iter()
                .filter(|n| n.night != short.night)
                .all(|n| n.hours == 6.0)
        );
    }

    #[test]
    fn the_night_of_the_autumn_change_has_seven_hours() {
        let from = "2027-10-31T04:30:00Z".parse().expect("a time");
        let nights = preview(&Schedule::default(), chrono_tz::Europe::Paris, from, 1);
        assert_eq!(
            (nights[0].night.to_string().as_str(), nights[0].hours),
            ("2027-10-31", 7.0)
        );
    }
}
