//! Which instants are night, and which night they belong to.
//!
//! In: a schedule (windows in local time, exceptions for single dates) and a zone. Out: nights with an identity, a beginning and
//! an end in UTC. A night is the half-open interval `[begins, ends)` and bears the local date on which its window begins, so that
//! 23:30 and 02:30 of one window are the same night, whatever the UTC day. Deliberately absent: the clock and the replies.
//!
//! The clock changes happen inside the window, so a night's length is what the zone says: in Paris five hours on 2027-03-28 and
//! seven on 2027-10-31. Where a boundary itself falls on a change, the night is the longer reading of it: a local time that does
//! not exist is the first instant after the gap; of one that exists twice the earlier begins a night and the later ends one,
//! unless the next night has already begun.

use crate::domain::{Instant, NightId};
use crate::error::{Error, Result};
use chrono::{
    Datelike as _, Days, Duration, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset as _,
};
use chrono::{TimeZone as _, Weekday};
use chrono_tz::Tz;

/// When it is night: windows that come back every week, and dates that differ. Kept as JSON, per inbox or for the workspace.
///
/// At most one window begins on a date, because that date is the night's identity.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The windows of an ordinary week.
    pub windows: Vec<Window>,
    /// Dates that have windows of their own, or none.
    #[serde(default)]
    pub exceptions: Vec<Exception>,
}

/// A span of local time, at most a day long. One that ends at or before the time at which it begins ends on the next day.
///
/// In JSON the times are `HH:MM` or `HH:MM:SS`; a window from midnight to midnight is written `00:00` to `24:00`, because
/// `00:00` to `00:00` could as well mean nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "WindowText", into = "WindowText")]
pub struct Window {
    /// The first moment of it.
    pub begins: NaiveTime,
    /// The first moment after it.
    pub ends: NaiveTime,
    /// The days on which it begins. An exception's window has its date and ignores this.
    pub weekdays: Vec<Weekday>,
}

/// A date that is not like its weekday.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The local date on which the windows begin.
    pub date: NaiveDate,
    /// What begins on it instead of the ordinary windows; empty for no night.
    pub windows: Vec<Window>,
    /// Why, for the people who read the schedule.
    #[serde(default)]
    pub note: String,
}

/// One night: `[begins, ends)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Night {
    /// The local date on which its window begins.
    pub id: NightId,
    /// Its first instant.
    pub begins: Instant,
    /// The first instant after it.
    pub ends: Instant,
}

impl Night {
    /// Does the instant belong to it?
    #[must_use]
    pub fn contains(&self, at: Instant) -> bool {
        self.begins <= at && at < self.ends
    }

    /// How long it lasts.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.ends - self.begins
    }
}

const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

impl Default for Schedule {
    /// Every night from midnight to six.
    fn default() -> Self {
        let six = NaiveTime::from_hms_opt(6, 0, 0).unwrap_or_default();
        Self {
            windows: vec![Window::every_day(NaiveTime::MIN, six)],
            exceptions: Vec::new(),
        }
    }
}

impl Window {
    /// A window that begins every day.
    #[must_use]
    pub fn every_day(begins: NaiveTime, ends: NaiveTime) -> Self {
        Self {
            begins,
            ends,
            weekdays: WEEK.to_vec(),
        }
    }

    fn ends_next_day(&self) -> bool {
        self.ends <= self.begins
    }

    fn is_whole_day(&self) -> bool {
        self.begins == NaiveTime::MIN && self.ends == NaiveTime::MIN
    }

    fn runs_into(&self, next_day: &Self) -> bool {
        self.ends_next_day() && self.ends > next_day.begins
    }

    fn check(&self) -> Result<()> {
        if self.begins == self.ends && !self.is_whole_day() {
            return Err(Error::invalid(format!("The window {self} is empty."))
                .hint("A whole day is written 00:00 to 24:00."));
        }
        Ok(())
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = WindowText::from(self.clone());
        write!(f, "{}-{}", text.begins, text.ends)
    }
}

impl Schedule {
    /// A schedule as it is kept: parsed and checked.
    ///
    /// # Errors
    /// A sentence about what is wrong with it.
    pub fn from_json(json: &str) -> Result<Self> {
        let schedule: Self = serde_json::from_str(json)
            .map_err(|e| Error::invalid(format!("The night schedule cannot be read: {e}.")))?;
        schedule.validate()?;
        Ok(schedule)
    }

    /// Is it a schedule that means one thing?
    ///
    /// # Errors
    /// A sentence about the first window that is empty, never begins, runs into another, or shares its date with one.
    pub fn validate(&self) -> Result<()> {
        for window in &self.windows {
            window.check()?;
            if window.weekdays.is_empty() {
                return Err(Error::invalid(format!(
                    "The window {window} has no weekday to begin on."
                )));
            }
        }
        if self.windows.is_empty() && self.exceptions.iter().all(|e| e.windows.is_empty()) {
            return Err(Error::invalid("The schedule has no window.")
                .hint("To send nothing at night, switch the night responder off."));
        }
        for day in WEEK {
            let mut today = self.windows.iter().filter(|w| w.weekdays.contains(&day));
            let Some(first) = today.next() else { continue };
            if let Some(second) = today.next() {
                return Err(two_on_a_date(&name(day), first, second));
            }
            if let Some(next) = self
                .windows
                .iter()
                .find(|w| w.weekdays.contains(&day.succ()) && first.runs_into(w))
            {
                return Err(overlap(&name(day), first, &name(day.succ()), next));
            }
        }
        self.validate_exceptions()
    }

    fn validate_exceptions(&self) -> Result<()> {
        for (place, exception) in self.exceptions.iter().enumerate() {
            let date = exception.date;
            if self
                .exceptions
                .iter()
                .skip(place + 1)
                .any(|other| other.date == date)
            {
                return Err(Error::invalid(format!("The date {date} has two exceptions.")));
            }
            exception.windows.iter().try_for_each(Window::check)?;
            if let [first, second, ..] = exception.windows.as_slice() {
                return Err(two_on_a_date(&date.to_string(), first, second));
            }
            for (day, next) in [(date.pred_opt(), Some(date)), (Some(date), date.succ_opt())] {
                let (Some(day), Some(next)) = (day, next) else {
                    continue;
                };
                if let (Some(a), Some(b)) = (self.window_on(day), self.window_on(next))
                    && a.runs_into(b)
                {
                    return Err(overlap(&day.to_string(), a, &next.to_string(), b));
                }
            }
        }
        Ok(())
    }

    /// The night that the instant belongs to; none by day.
    #[must_use]
    pub fn night_at(&self, at: Instant, zone: Tz) -> Option<Night> {
        let today = local(at, zone)?.date();
        // A window is at most a day long, and where the clock is set back over midnight yesterday's evening comes twice.
        [
            Some(today),
            today.pred_opt(),
            today.succ_opt(),
            today.checked_sub_days(Days::new(2)),
        ]
        .into_iter()
        .flatten()
        .filter_map(|date| self.night(NightId(date), zone))
        .find(|night| night.contains(at))
    }

    /// The night of an identity; none where no window begins on that date, or the clock change swallowed it whole.
    #[must_use]
    pub fn night(&self, id: NightId, zone: Tz) -> Option<Night> {
        let window = self.window_on(id.0)?;
        let begins = begin_on(id.0, window, zone)?;
        let last_day = if window.ends_next_day() {
            id.0.succ_opt()?
        } else {
            id.0
        };
        let mut ends = instant(last_day.and_time(window.ends), zone, Twice::Later)?;
        // Two nights never share an instant, even where the end of one and the beginning of the next lie in the same hour
        // that exists twice.
        let next =
            id.0.succ_opt()
                .and_then(|day| begin_on(day, self.window_on(day)?, zone));
        if let Some(next) = next {
            ends = ends.min(next);
        }
        (begins < ends).then_some(Night { id, begins, ends })
    }

    /// The next `n` nights that are not over at `from`, the present one included.
    #[must_use]
    pub fn coming(&self, from: Instant, zone: Tz, n: usize) -> Vec<Night> {
        let Some(first) = local(from, zone).and_then(|now| now.date().checked_sub_days(Days::new(2))) else {
            return Vec::new();
        };
        let every_week = self.windows.iter().any(|w| !w.weekdays.is_empty());
        let dates: Box<dyn Iterator<Item = NaiveDate>> = if every_week {
            // A week has a night, and an exception takes at most one away.
            let weeks = n.saturating_add(self.exceptions.len()).saturating_add(2);
            Box::new(first.iter_days().take(weeks.saturating_mul(7)))
        } else {
            let mut dates: Vec<_> = self
                .exceptions
                .iter()
                .map(|e| e.date)
                .filter(|d| *d >= first)
                .collect();
            dates.sort_unstable();
            dates.dedup();
            Box::new(dates.into_iter())
        };
        dates
            .filter_map(|date| self.night(NightId(date), zone))
            .filter(|night| night.ends > from)
            .take(n)
            .collect()
    }

    /// Why a date differs; nothing for an ordinary one.
    #[must_use]
    pub fn note(&self, id: NightId) -> Option<&str> {
        self.exceptions
            .iter()
            .find(|e| e.date == id.0)
            .map(|e| e.note.as_str())
            .filter(|note| !note.is_empty())
    }

    fn window_on(&self, date: NaiveDate) -> Option<&Window> {
        match self.exceptions.iter().find(|e| e.date == date) {
            Some(exception) => exception.windows.first(),
            None => self.windows.iter().find(|w| w.weekdays.contains(&date.weekday())),
        }
    }
}

fn two_on_a_date(day: &str, first: &Window, second: &Window) -> Error {
    Error::invalid(format!("Two windows begin on {day}: {first} and {second}.")).hint(
        "A night is known by the date on which it begins; join the two, or let one begin on another day.",
    )
}

fn overlap(day: &str, first: &Window, next_day: &str, second: &Window) -> Error {
    Error::invalid(format!(
        "The window {first} of {day} runs into {second} of {next_day}."
    ))
}

fn name(day: Weekday) -> String {
    let name = match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    };
    name.to_owned()
}

fn begin_on(date: NaiveDate, window: &Window, zone: Tz) -> Option<Instant> {
    instant(date.and_time(window.begins), zone, Twice::Earlier)
}

/// Which one of a local time that exists twice.
#[derive(Clone, Copy)]
enum Twice {
    Earlier,
    Later,
}

/// The local time of an instant; none at the far ends of the calendar.
fn local(at: Instant, zone: Tz) -> Option<NaiveDateTime> {
    let utc = at.naive_utc();
    utc.checked_add_offset(zone.offset_from_utc_datetime(&utc).fix())
}

fn instant(at: NaiveDateTime, zone: Tz, twice: Twice) -> Option<Instant> {
    match zone.from_local_datetime(&at) {
        MappedLocalTime::Single(at) => Some(at.to_utc()),
        MappedLocalTime::Ambiguous(a, b) => Some(match twice {
            Twice::Earlier => a.to_utc().min(b.to_utc()),
            Twice::Later => a.to_utc().max(b.to_utc()),
        }),
        MappedLocalTime::None => after_gap(at, zone),
    }
}

/// The first instant whose local time lies after one that does not exist: found by halving, because zones tell offsets but
/// not when they change.
fn after_gap(missing: NaiveDateTime, zone: Tz) -> Option<Instant> {
    // No offset is as large as this, so the change lies between.
    const FARTHEST: i64 = 26 * 3600;
    let middle = missing.and_utc().timestamp();
    let (mut before, mut after) = (middle - FARTHEST, middle + FARTHEST);
    while after - before > 1 {
        let between = before + (after - before) / 2;
        if local(Instant::from_timestamp(between, 0)?, zone)? > missing {
            after = between;
        } else {
            before = between;
        }
    }
    Instant::from_timestamp(after, 0)
}

/// A window as JSON says it.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WindowText {
    begins: String,
    ends: String,
    #[serde(default = "every_day")]
    weekdays: Vec<Weekday>,
}

fn every_day() -> Vec<Weekday> {
    WEEK.to_vec()
}

impl TryFrom<WindowText> for Window {
    type Error = String;

    fn try_from(text: WindowText) -> Result<Self, String> {
        let time = |word: &str| {
            NaiveTime::parse_from_str(word, "%H:%M")
                .or_else(|_| NaiveTime::parse_from_str(word, "%H:%M:%S"))
                .map_err(|_| "a time of a window is not HH:MM".to_owned())
        };
        let to_midnight = text.ends == "24:00";
        let window = Self {
            begins: time(&text.begins)?,
            ends: if to_midnight {
                NaiveTime::MIN
            } else {
                time(&text.ends)?
            },
            weekdays: text.weekdays,
        };
        if window.begins == window.ends && !to_midnight {
            return Err("a window ends when it begins; a whole day is 00:00 to 24:00".to_owned());
        }
        Ok(window)
    }
}

impl From<Window> for WindowText {
    fn from(window: Window) -> Self {
        let time = |at: NaiveTime| {
            let whole_minute = at == NaiveTime::MIN || at.format("%S").to_string() == "00";
            at.format(if whole_minute { "%H:%M" } else { "%H:%M:%S" })
                .to_string()
        };
        let ends = if window.ends == NaiveTime::MIN {
            "24:00".to_owned()
        } else {
            time(window.ends)
        };
        Self {
            begins: time(window.begins),
            ends,
            weekdays: window.weekdays,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Timelike as _;
    use chrono_tz::{Africa, America, Antarctica, Asia, Atlantic, Australia, Europe, Indian, Pacific};

    /// Zones whose clock changes are odd: half hours, two hours, at midnight, in the winter of the south, for Ramadan; and
    /// the ones of the French overseas.
    const ZONES: &[Tz] = &[
        Europe::Paris,
        Tz::UTC,
        Europe::Lisbon,
        Europe::Dublin,
        Atlantic::Azores,
        America::Nuuk,
        America::St_Johns,
        America::New_York,
        America::Havana,
        America::Santiago,
        America::Asuncion,
        America::Miquelon,
        America::Martinique,
        America::Cayenne,
        Africa::Casablanca,
        Africa::Cairo,
        Asia::Beirut,
        Asia::Gaza,
        Asia::Kathmandu,
        Indian::Reunion,
        Indian::Mayotte,
        Pacific::Noumea,
        Pacific::Tahiti,
        Pacific::Wallis,
        Pacific::Chatham,
        Pacific::Apia,
        Pacific::Kiritimati,
        Pacific::Easter,
        Australia::Lord_Howe,
        Antarctica::Troll,
    ];

    fn utc(word: &str) -> Instant {
        word.parse().expect("a time")
    }

    fn date(word: &str) -> NaiveDate {
        word.parse().expect("a date")
    }

    fn schedule(json: serde_json::Value) -> Schedule {
        Schedule::from_json(&json.to_string()).expect("a schedule")
    }

    /// The days of ten years: all around a clock change, and every fifth of the others.
    fn ten_years(zone: Tz) -> impl Iterator<Item = NaiveDate> {
        let offset = move |day: NaiveDate| zone.offset_from_utc_datetime(&day.and_time(NaiveTime::MIN)).fix();
        let telling = move |(place, day): &(usize, NaiveDate)| {
            place % 5 == 0 || offset(*day - Days::new(2)) != offset(*day + Days::new(3))
        };
        date("2026-01-01")
            .iter_days()
            .take(3653)
            .enumerate()
            .filter(telling)
            .map(|(_, day)| day)
    }

    #[test]
    fn paris_has_a_night_of_five_hours_and_one_of_seven() {
        let night = |word| {
            Schedule::default()
                .night(NightId(date(word)), Europe::Paris)
                .expect("a night")
        };
        let spring = night("2027-03-28");
        assert_eq!(
            (spring.begins, spring.ends),
            (utc("2027-03-27T23:00:00Z"), utc("2027-03-28T04:00:00Z"))
        );
        let autumn = night("2027-10-31");
        assert_eq!(
            (autumn.begins, autumn.ends),
            (utc("2027-10-30T22:00:00Z"), utc("2027-10-31T05:00:00Z"))
        );
        assert_eq!(night("2027-06-01").length(), Duration::hours(6));
    }

    #[test]
    fn the_boundaries_are_half_open() {
        let at = |word| {
            Schedule::default()
                .night_at(utc(word), Europe::Paris)
                .map(|n| n.id.to_string())
        };
        assert_eq!(at("2027-01-14T22:59:59.999Z"), None);
        assert_eq!(at("2027-01-14T23:00:00Z").as_deref(), Some("2027-01-15"));
        assert_eq!(at("2027-01-15T04:59:59.999Z").as_deref(), Some("2027-01-15"));
        assert_eq!(at("2027-01-15T05:00:00Z"), None);
    }

    /// Ten years in steps that come by every minute of the hour: it is night exactly when a clock on the wall shows less than six.
    #[test]
    fn what_the_clock_on_the_wall_says() {
        let nights = Schedule::default();
        for zone in [
            Europe::Paris,
            America::Havana,
            Asia::Beirut,
            America::Nuuk,
            Australia::Lord_Howe,
        ] {
            for step in 0..(3653 * 24) {
                let at = utc("2026-01-01T00:00:00Z") + Duration::minutes(59 * step);
                let wall = local(at, zone).expect("a local time");
                let expected = (wall.hour() < 6).then(|| NightId(wall.date()));
                assert_eq!(nights.night_at(at, zone).map(|n| n.id), expected, "{zone} {at}");
            }
        }
    }

    /// Ten years of nights in every kind of zone, for windows within a day, over midnight, and a day long: nights never share an
    /// instant, each knows its own first and last, and it lasts what the zone says.
    #[test]
    fn each_instant_is_in_one_night_or_none_for_ten_years() {
        let schedules = [
            Schedule::default(),
            schedule(serde_json::json!({"windows": [{"begins": "22:00", "ends": "06:30"}]})),
            schedule(serde_json::json!({"windows": [{"begins": "02:30", "ends": "03:15"}]})),
            schedule(serde_json::json!({"windows": [{"begins": "00:00", "ends": "24:00"}]})),
        ];
        for (nights, zone) in schedules.iter().flat_map(|s| ZONES.iter().map(move |z| (s, *z))) {
            let mut last: Option<Night> = None;
            for day in ten_years(zone) {
                let Some(night) = nights.night(NightId(day), zone) else {
                    continue;
                };
                assert!(night.begins < night.ends);
                assert!(
                    last.is_none_or(|l| l.ends <= night.begins),
                    "{zone} {day} shares an instant with the night before"
                );
                let second = Duration::seconds(1);
                let at = |at| nights.night_at(at, zone);
                assert_eq!(at(night.begins), Some(night), "{zone} {day}");
                assert_eq!(at(night.ends - second), Some(night), "{zone} {day}");
                assert_ne!(at(night.begins - second), Some(night), "{zone} {day}");
                assert_ne!(at(night.ends), Some(night), "{zone} {day}");
                last = Some(night);
            }
        }
    }

    /// In every zone that there is: the default night lasts six hours less what the clocks were put forward in it.
    #[test]
    fn a_night_lasts_what_the_zone_says() {
        let nights = Schedule::default();
        for zone in chrono_tz::TZ_VARIANTS {
            for day in ten_years(zone) {
                let Some(night) = nights.night(NightId(day), zone) else {
                    panic!("{zone} {day} has no night")
                };
                let offset = |at: Instant| {
                    Duration::seconds(
                        zone.offset_from_utc_datetime(&at.naive_utc())
                            .fix()
                            .local_minus_utc()
                            .into(),
                    )
                };
                let wall = |at: Instant| at.naive_utc() + offset(at);
                let shown = wall(night.ends) - wall(night.begins);
                assert_eq!(
                    night.length(),
                    shown - (offset(night.ends) - offset(night.begins)),
                    "{zone} {day}"
                );
                let six = night.length() == Duration::hours(6);
                assert!(
                    six || offset(night.ends) != offset(night.begins - Duration::seconds(1)),
                    "{zone} {day}"
                );
            }
        }
    }

    #[test]
    fn a_boundary_that_does_not_exist_is_the_first_instant_after_the_gap() {
        // Paris jumps from 02:00 to 03:00.
        let begins = schedule(serde_json::json!({"windows": [{"begins": "02:30", "ends": "06:00"}]}));
        let night = begins
            .night(NightId(date("2027-03-28")), Europe::Paris)
            .expect("a night");
        assert_eq!(night.begins, utc("2027-03-28T01:00:00Z"));
        let ends = schedule(serde_json::json!({"windows": [{"begins": "00:00", "ends": "02:30"}]}));
        let night = ends
            .night(NightId(date("2027-03-28")), Europe::Paris)
            .expect("a night");
        assert_eq!(night.ends, utc("2027-03-28T01:00:00Z"));
        let swallowed = schedule(serde_json::json!({"windows": [{"begins": "02:15", "ends": "02:45"}]}));
        assert_eq!(swallowed.night(NightId(date("2027-03-28")), Europe::Paris), None);
        // A whole date that a zone left out.
        assert_eq!(
            Schedule::default().night(NightId(date("2011-12-30")), Pacific::Apia),
            None
        );
    }

    #[test]
    fn a_boundary_that_exists_twice_makes_the_night_longer_and_never_shared() {
        // Paris shows 02:00 to 03:00 twice.
        let at = NightId(date("2027-10-31"));
        let both = schedule(serde_json::json!({"windows": [{"begins": "02:15", "ends": "02:45"}]}));
        assert_eq!(
            both.night(at, Europe::Paris).expect("a night").length(),
            Duration::minutes(90)
        );
        let round = schedule(serde_json::json!({"windows": [{"begins": "02:30", "ends": "02:29:59"}]}));
        let (before, after) = (
            round
                .night(NightId(date("2027-10-30")), Europe::Paris)
                .expect("a night"),
            round.night(at, Europe::Paris).expect("a night"),
        );
        assert_eq!(before.ends, after.begins);
    }

    #[test]
    fn the_two_sides_of_midnight_are_one_night() {
        let late = schedule(serde_json::json!({"windows": [{"begins": "21:00", "ends": "02:00"}]}));
        let id = |word| late.night_at(utc(word), Europe::Paris).map(|n| n.id.to_string());
        for word in [
            "2027-07-14T19:00:00Z",
            "2027-07-14T22:00:00Z",
            "2027-07-14T23:59:59Z",
        ] {
            assert_eq!(id(word).as_deref(), Some("2027-07-14"), "{word}");
        }
        assert_eq!(id("2027-07-14T18:59:59Z"), None);
        assert_eq!(id("2027-07-15T00:00:00Z"), None);
    }

    #[test]
    fn weekdays_and_exceptions_say_on_which_date_a_window_begins() {
        let week = schedule(serde_json::json!({
            "windows": [
                {"begins": "22:00", "ends": "06:00", "weekdays": ["Fri", "Sat"]},
                {"begins": "00:00", "ends": "06:00", "weekdays": ["Mon", "Tue", "Wed", "Thu"]}
            ],
            "exceptions": [
                {"date": "2027-07-14", "windows": [{"begins": "18:00", "ends": "24:00"}], "note": "fête nationale"},
                {"date": "2027-07-16", "windows": []}
            ]
        }));
        let coming = week.coming(utc("2027-07-12T12:00:00Z"), Europe::Paris, 5);
        let rows: Vec<_> = coming
            .iter()
            .map(|n| (n.id.to_string(), n.length().num_hours()))
            .collect();
        let expected = [
            ("2027-07-13", 6),
            ("2027-07-14", 6),
            ("2027-07-15", 6),
            ("2027-07-17", 8),
            ("2027-07-19", 6),
        ];
        assert_eq!(rows, expected.map(|(day, hours)| (day.to_owned(), hours)));
        assert_eq!(coming[1].begins, utc("2027-07-14T16:00:00Z"));
        assert_eq!(week.note(coming[1].id), Some("fête nationale"));
        assert_eq!(week.note(NightId(date("2027-07-16"))), None);
    }

    #[test]
    fn the_present_night_is_the_first_of_the_coming_ones() {
        let nights = Schedule::default().coming(utc("2027-01-15T03:00:00Z"), Europe::Paris, 2);
        assert_eq!(
            nights.iter().map(|n| n.id.to_string()).collect::<Vec<_>>(),
            ["2027-01-15", "2027-01-16"]
        );
        assert!(
            Schedule::default()
                .coming(utc("2027-01-15T03:00:00Z"), Europe::Paris, 0)
                .is_empty()
        );
    }

    #[test]
    fn a_single_night_far_away_is_found() {
        let once = schedule(serde_json::json!({
            "windows": [], "exceptions": [{"date": "2031-12-31", "windows": [{"begins": "20:00", "ends": "08:00"}]}]
        }));
        let coming = once.coming(utc("2027-01-15T03:00:00Z"), Europe::Paris, 14);
        assert_eq!(coming.len(), 1);
        assert_eq!(coming[0].length(), Duration::hours(12));
    }

    #[test]
    fn a_schedule_that_means_two_things_is_refused_with_a_sentence() {
        let window = |begins, ends| serde_json::json!({"begins": begins, "ends": ends});
        let rows = [
            (serde_json::json!({"windows": []}), "has no window"),
            (
                serde_json::json!({"windows": [window("01:00", "01:00")]}),
                "ends when it begins",
            ),
            (
                serde_json::json!({"windows": [window("00:00", "00:00")]}),
                "00:00 to 24:00",
            ),
            (
                serde_json::json!({"windows": [window("25:00", "01:00")]}),
                "not HH:MM",
            ),
            (
                serde_json::json!({"windows": [window("00:00", "06:00"), window("22:00", "24:00")]}),
                "Two windows begin on Monday",
            ),
            (
                serde_json::json!({"windows": [{"begins": "00:00", "ends": "06:00", "weekdays": []}]}),
                "no weekday",
            ),
            (
                serde_json::json!({"windows": [{"begins": "00:00", "ends": "06:00", "weekday": ["Mon"]}]}),
                "unknown field",
            ),
            (
                serde_json::json!({"windows": [
                    {"begins": "22:00", "ends": "06:00", "weekdays": ["Sun"]},
                    {"begins": "05:00", "ends": "07:00", "weekdays": ["Mon"]}
                ]}),
                "22:00-06:00 of Sunday runs into 05:00-07:00 of Monday",
            ),
            (
                serde_json::json!({"windows": [window("00:00", "06:00")], "exceptions": [
                    {"date": "2027-05-01", "windows": [window("22:00", "06:00")]}
                ]}),
                "of 2027-05-01 runs into",
            ),
            (
                serde_json::json!({"windows": [window("22:00", "06:00")], "exceptions": [
                    {"date": "2027-05-01", "windows": [window("05:00", "07:00")]}
                ]}),
                "of 2027-04-30 runs into",
            ),
            (
                serde_json::json!({"windows": [window("00:00", "06:00")], "exceptions": [
                    {"date": "2027-05-01", "windows": []}, {"date": "2027-05-01", "windows": []}
                ]}),
                "two exceptions",
            ),
            (
                serde_json::json!({"windows": [window("00:00", "06:00")], "exceptions": [
                    {"date": "2027-05-01", "windows": [window("00:00", "06:00"), window("12:00", "14:00")]}
                ]}),
                "Two windows begin on 2027-05-01",
            ),
        ];
        for (json, sentence) in rows {
            let error = Schedule::from_json(&json.to_string()).expect_err("a refusal");
            assert!(error.message.contains(sentence), "{json}: {error}");
        }
    }

    #[test]
    fn json_comes_back_as_it_went() {
        let all = schedule(serde_json::json!({
            "windows": [{"begins": "22:00", "ends": "05:59:30", "weekdays": ["Mon", "Sun"]}],
            "exceptions": [{"date": "2027-05-01", "windows": [{"begins": "00:00", "ends": "24:00"}], "note": "x"}]
        }));
        for kept in [all, Schedule::default()] {
            let json = serde_json::to_string(&kept).expect("json");
            assert_eq!(Schedule::from_json(&json).expect("a schedule"), kept);
        }
        let json = serde_json::to_value(Schedule::default()).expect("json");
        assert_eq!(json["windows"][0]["begins"], "00:00");
        assert_eq!(json["windows"][0]["ends"], "06:00");
    }

    #[test]
    fn the_far_ends_of_the_calendar_are_no_night_and_no_panic() {
        for at in [Instant::MIN_UTC, Instant::MAX_UTC] {
            for zone in [Europe::Paris, Pacific::Kiritimati, America::Nuuk] {
                let _ = Schedule::default().night_at(at, zone);
                let _ = Schedule::default().coming(at, zone, 3);
            }
        }
        for day in [NaiveDate::MIN, NaiveDate::MAX] {
            let late = schedule(serde_json::json!({"windows": [{"begins": "22:00", "ends": "06:00"}]}));
            let _ = late.night(NightId(day), Europe::Paris);
        }
    }

    mod properties {
        use super::*;
        use proptest::prelude::*;

        fn window() -> impl Strategy<Value = Window> {
            (0_u32..96, 1_u32..96, proptest::collection::vec(0_u8..7, 1..7)).prop_map(
                |(begins, length, weekdays)| {
                    let time =
                        |quarter: u32| NaiveTime::from_num_seconds_from_midnight_opt(quarter % 96 * 900, 0);
                    Window {
                        begins: time(begins).expect("a time"),
                        ends: time(begins + length).expect("a time"),
                        weekdays: WEEK
                            .into_iter()
                            .filter(|d| weekdays.contains(&(d.num_days_from_monday() as u8)))
                            .collect(),
                    }
                },
            )
        }

        fn any_schedule() -> impl Strategy<Value = Schedule> {
            let exception = (0_u64..40, proptest::option::of(window())).prop_map(|(day, window)| Exception {
                date: date("2027-03-15") + Days::new(day),
                windows: window.into_iter().collect(),
                note: String::new(),
            });
            (
                proptest::collection::vec(window(), 0..4),
                proptest::collection::vec(exception, 0..4),
            )
                .prop_map(|(windows, exceptions)| Schedule { windows, exceptions })
        }

        proptest! {
            #![proptest_config(ProptestConfig::with_cases(400))]

            /// Even a schedule that would be refused gives each instant one night at most, and finds it from either side.
            #[test]
            fn an_instant_belongs_to_the_one_night_that_contains_it(
                schedule in any_schedule(), zone in proptest::sample::select(ZONES), second in 0_i64..40 * 86_400
            ) {
                let at = utc("2027-03-15T00:00:00Z") + Duration::seconds(second);
                let around = (0..6).filter_map(|day| {
                    let day = at.date_naive() - Days::new(3) + Days::new(day);
                    schedule.night(NightId(day), zone)
                });
                let containing: Vec<_> = around.filter(|night| night.contains(at)).collect();
                prop_assert!(containing.len() <= 1);
                prop_assert_eq!(schedule.night_at(at, zone), containing.first().copied());
            }

            /// Away from clock changes a valid schedule says what its windows say.
            #[test]
            fn a_window_is_what_it_says(
                schedule in any_schedule(), zone in proptest::sample::select(ZONES), second in 0_i64..40 * 86_400
            ) {
                prop_assume!(schedule.validate().is_ok());
                let at = utc("2027-03-15T00:00:00Z") + Duration::seconds(second);
                let offset = |at: Instant| zone.offset_from_utc_datetime(&at.naive_utc()).fix();
                prop_assume!((-50..=50).all(|h| offset(at + Duration::hours(h)) == offset(at)));
                let wall = local(at, zone).expect("a local time");
                let inside = [wall.date(), wall.date() - Days::new(1)].into_iter().any(|day| {
                    schedule.window_on(day).is_some_and(|w| {
                        let begins = day.and_time(w.begins);
                        let ends = (if w.ends <= w.begins { day + Days::new(1) } else { day }).and_time(w.ends);
                        begins <= wall && wall < ends
                    })
                });
                prop_assert_eq!(schedule.night_at(at, zone).is_some(), inside);
            }

            /// The coming nights are in order, do not touch, and are all that there are.
            #[test]
            fn the_coming_nights_are_all_nights(schedule in any_schedule(), zone in proptest::sample::select(ZONES)) {
                let from = utc("2027-03-20T12:00:00Z");
                let coming = schedule.coming(from, zone, 8);
                prop_assert!(coming.windows(2).all(|pair| pair[0].ends <= pair[1].begins));
                let until = coming.last().filter(|_| coming.len() == 8).map_or(date("2027-05-01"), |n| n.id.0);
                let first = date("2027-03-18");
                let all: Vec<_> = first.iter_days().take_while(|d| *d <= until)
                    .filter_map(|d| schedule.night(NightId(d), zone)).filter(|n| n.ends > from).collect();
                prop_assert_eq!(&coming[..all.len().min(coming.len())], &all[..all.len().min(8)]);
            }

            #[test]
            fn any_text_is_a_schedule_or_a_refusal(text in ".{0,200}") {
                let _ = Schedule::from_json(&text);
            }
        }
    }
}
