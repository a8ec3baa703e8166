//! When a help line answers.
//!
//! What comes in: `"24/7"`, `"09:00-23:00"` (every day, may cross midnight) or `"mon-fri 09:00-18:30"`, in the pack's zone. What
//! goes out: open or closed at an instant. Deliberately absent: public holidays, which the sources do not state.

use crate::domain::Instant;
use crate::error::{Error, Result};
use chrono::{Datelike as _, NaiveTime, Timelike as _, Weekday};
use chrono_tz::Tz;

/// Opening hours of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hours {
    /// Day and night.
    Always,
    /// From one time to another, on some weekdays; half-open.
    Daily {
        /// First and last weekday, Monday = 0.
        days: (u32, u32),
        /// From.
        from: NaiveTime,
        /// Until, not included; earlier than `from` when it crosses midnight.
        until: NaiveTime,
    },
}

impl Hours {
    /// Reads the pack's notation.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let wrong =
            || Error::invalid("Opening hours are \"24/7\", \"09:00-23:00\" or \"mon-fri 09:00-18:30\".");
        if text == "24/7" {
            return Ok(Self::Always);
        }
        let (days, times) = match text.split_once(' ') {
            Some((days, times)) => {
                let (first, last) = days.split_once('-').ok_or_else(wrong)?;
                let day = |d: &str| {
                    d.parse::<Weekday>()
                        .map(|d| d.num_days_from_monday())
                        .map_err(|_| wrong())
                };
                ((day(first)?, day(last)?), times)
            }
            None => ((0, 6), text),
        };
        let (from, until) = times.split_once('-').ok_or_else(wrong)?;
        let time = |t: &str| NaiveTime::parse_from_str(t, "%H:%M").map_err(|_| wrong());
        Ok(Self::Daily {
            days,
            from: time(from)?,
            until: time(until)?,
        })
    }

    /// Does somebody answer now?
    pub(super) fn open_at(self, now: Instant, zone: Tz) -> bool {
        let Self::Daily {
            days: (first, last),
            from,
            until,
        } = self
        else {
            return true;
        };
        let local = now.with_timezone(&zone);
        let time = local.time().with_nanosecond(0).unwrap_or_default();
        let day = local.weekday().num_days_from_monday();
        let on = |day: u32| {
            if first <= last {
                (first..=last).contains(&day)
            } else {
                day >= first || day <= last
            }
        };
        if from < until {
            on(day) && from <= time && time < until
        } else {
            on(day) && time >= from || on((day + 6) % 7) && time < until
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(hours: &str, at: &str) -> bool {
        let at = chrono::DateTime::parse_from_rfc3339(at).unwrap().to_utc();
        Hours::parse(hours).unwrap().open_at(at, chrono_tz::Europe::Paris)
    }

    #[test]
    fn opens_and_closes_on_the_minute_in_the_local_zone() {
        assert!(open("24/7", "2026-11-22T02:00:00Z"));
        assert!(!open("09:00-23:00", "2026-11-22T07:59:59Z"));
        assert!(open("09:00-23:00", "2026-11-22T08:00:00Z"));
        assert!(open("09:00-23:00", "2026-07-22T20:59:59Z"));
        assert!(!open("09:00-23:00", "2026-07-22T21:00:00Z"));
    }

    #[test]
    fn crosses_midnight_and_keeps_to_its_weekdays() {
        assert!(open("22:00-06:00", "2026-11-22T02:00:00Z"));
        assert!(!open("22:00-06:00", "2026-11-22T05:00:00Z"));
        // 2026-11-22 is a Sunday.
        assert!(!open("mon-fri 09:00-18:00", "2026-11-22T12:00:00Z"));
        assert!(open("mon-fri 09:00-18:00", "2026-11-23T12:00:00Z"));
        assert!(open("mon-sat 22:00-02:00", "2026-11-22T00:30:00Z"));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for wrong in [
            "",
            "always",
            "9-18",
            "25:00-26:00",
            "lun-ven 09:00-18:00",
            "mon 09:00-18:00",
        ] {
            assert!(Hours::parse(wrong).is_err(), "{wrong}");
        }
    }
}
