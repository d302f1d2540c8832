//! Backup and maintenance windows: their formats, and when they are.

use jiff::{SignedDuration, Timestamp};

use super::errors;
use crate::fault::Fault;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// AWS asks that a window be half an hour long at least.
const SHORTEST: i64 = 30;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A stretch of time that comes again, in minutes from the start of the day or of Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    start: i64,
    length: i64,
}

impl Window {
    fn between(start: i64, end: i64, period: i64) -> Self {
        Self { start, length: (end - start).rem_euclid(period) }
    }

    fn daily(text: &str) -> Option<Self> {
        let (start, end) = text.split_once('-')?;
        Some(Self::between(time(start)?, time(end)?, DAY))
    }

    fn weekly(text: &str) -> Option<Self> {
        let (start, end) = text.split_once('-')?;
        Some(Self::between(day_and_time(start)?, day_and_time(end)?, WEEK))
    }

    /// Whether this window of the week shares a minute with one of every day.
    fn meets(self, daily: Self) -> bool {
        (0..7).any(|day| {
            let other = Self { start: daily.start + day * DAY, ..daily };
            (other.start - self.start).rem_euclid(WEEK) < self.length
                || (self.start - other.start).rem_euclid(WEEK) < other.length
        })
    }
}

/// `hh24:mi`, in minutes.
fn time(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str, below: i64| {
        let two_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>().ok().filter(|number| two_digits && *number < below)
    };
    Some(number(hours, 24)? * HOUR + number(minutes, 60)?)
}

/// `ddd:hh24:mi`, in minutes from Monday.
fn day_and_time(text: &str) -> Option<i64> {
    let (day, rest) = text.split_once(':')?;
    let day = DAYS.iter().zip(0..).find(|(name, _)| **name == day)?.1;
    Some(day * DAY + time(rest)?)
}

fn invalid(kind: &str, text: &str, form: &str, example: &str) -> Fault {
    errors::invalid_value(format!(
        "Invalid {kind} window format: {text}. Should be specified as a range {form} (24H Clock \
         UTC). Example: {example}"
    ))
}

fn backup_window(text: &str) -> Result<Window, Fault> {
    let window = Window::daily(text)
        .ok_or_else(|| invalid("backup", text, "hh24:mi-hh24:mi", "04:00-04:30"))?;
    if window.length < SHORTEST {
        return Err(errors::invalid_value("The backup window must be at least 30 minutes."));
    }
    Ok(window)
}

fn maintenance_window(text: &str) -> Result<Window, Fault> {
    let window = Window::weekly(&text.to_ascii_lowercase()).ok_or_else(|| {
        invalid("maintenance", text, "ddd:hh24:mi-ddd:hh24:mi", "Sun:23:45-Mon:00:15")
    })?;
    if !(SHORTEST..DAY).contains(&window.length) {
        return Err(errors::invalid_value(
            "The maintenance window must be at least 30 minutes and less than 24 hours.",
        ));
    }
    Ok(window)
}

/// A maintenance window in AWS's form, which is lower case, or why it is none.
pub(super) fn maintenance(text: &str) -> Result<String, Fault> {
    maintenance_window(text).map(|_| text.to_ascii_lowercase())
}

/// A cluster's backup and maintenance window: those given, else half an hour at night that
/// leaves the other one alone.
pub(super) fn pair(
    backup: Option<&str>,
    maintenance: Option<&str>,
) -> Result<(String, String), Fault> {
    let (backup, maintenance) = match (backup, maintenance) {
        (Some(backup), Some(weekly)) => (backup.to_owned(), weekly.to_owned()),
        (Some(backup), None) => {
            let other = backup_window(backup)?;
            let free = half_hours(6 * DAY).find(|window| !window.meets(other));
            (backup.to_owned(), weekly_text(free.unwrap_or(FIRST_MAINTENANCE)))
        }
        (None, Some(weekly)) => {
            let other = maintenance_window(weekly)?;
            let free = half_hours(0).find(|window| !other.meets(*window));
            (daily_text(free.unwrap_or(FIRST_BACKUP)), weekly.to_owned())
        }
        (None, None) => (daily_text(FIRST_BACKUP), weekly_text(FIRST_MAINTENANCE)),
    };
    if maintenance_window(&maintenance)?.meets(backup_window(&backup)?) {
        return Err(errors::invalid_value(
            "The backup window and maintenance window must not overlap.",
        ));
    }
    Ok((backup, maintenance.to_ascii_lowercase()))
}

const FIRST_BACKUP: Window = Window { start: 3 * HOUR, length: SHORTEST };
const FIRST_MAINTENANCE: Window = Window { start: 6 * DAY + 5 * HOUR, length: SHORTEST };

/// Half an hour each from 03:00 on, for a day.
fn half_hours(day: i64) -> impl Iterator<Item = Window> {
    (0..DAY / SHORTEST).map(move |step| Window {
        start: day + (FIRST_BACKUP.start + step * SHORTEST) % DAY,
        length: SHORTEST,
    })
}

fn clock(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / HOUR % 24, minutes % HOUR)
}

fn daily_text(window: Window) -> String {
    format!("{}-{}", clock(window.start), clock(window.start + window.length))
}

fn weekly_text(window: Window) -> String {
    let moment = |minutes: i64| {
        let day = DAYS.iter().cycle().zip(0..=7).find(|(_, day)| *day == minutes / DAY);
        format!("{}:{}", day.map_or("mon", |(name, _)| name), clock(minutes))
    };
    format!("{}-{}", moment(window.start), moment(window.start + window.length))
}

/// When a maintenance window begins next, after `now`.
pub(super) fn next_start(window: &str, now: Timestamp) -> Timestamp {
    // 1 January 1970 was a Thursday.
    const EPOCH: i64 = 3 * DAY;
    let Some(window) = Window::weekly(window) else { return now };
    let minute = now.as_second().div_euclid(60);
    let wait = (window.start - (minute + EPOCH)).rem_euclid(WEEK);
    let wait = if wait == 0 { WEEK } else { wait };
    let start = Timestamp::from_second(minute * 60).unwrap_or(now);
    start.checked_add(SignedDuration::from_mins(wait)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_and_lengths_are_checked() {
        assert!(pair(Some("02:00-02:30"), Some("Sun:23:45-Mon:00:15")).is_ok());
        for backup in ["2:00-3:00", "02:00", "24:00-01:00", "02:00-02:29", "+2:00-03:00"] {
            assert!(pair(Some(backup), None).is_err(), "{backup}");
        }
        for weekly in ["sun:05:00", "son:05:00-sun:06:00", "sun:05:00-sun:05:10"] {
            assert!(maintenance(weekly).is_err(), "{weekly}");
        }
        assert!(maintenance("sun:05:00-mon:05:00").is_err(), "a whole day");
    }

    #[test]
    fn windows_must_not_overlap_not_even_across_midnight() {
        for (backup, weekly) in [
            ("05:00-06:00", "sun:05:30-sun:06:30"),
            ("23:30-00:30", "sun:23:45-mon:00:15"),
            ("00:00-00:30", "sun:23:45-mon:00:15"),
            ("04:00-06:00", "wed:04:30-wed:05:00"),
        ] {
            let fault = pair(Some(backup), Some(weekly)).unwrap_err();
            assert!(fault.message.contains("must not overlap"), "{backup} {weekly}");
        }
        assert!(pair(Some("04:00-05:00"), Some("wed:05:00-wed:05:30")).is_ok());
    }

    #[test]
    fn a_default_leaves_the_given_window_alone() {
        assert_eq!(pair(None, None).unwrap().1, "sun:05:00-sun:05:30");
        assert_eq!(pair(None, Some("Mon:03:00-Mon:04:00")).unwrap().0, "04:00-04:30");
        assert_eq!(pair(Some("03:00-04:00"), None).unwrap().1, "sun:04:00-sun:04:30");
    }

    #[test]
    fn the_next_window_is_ahead() {
        let thursday: Timestamp = "2026-01-01T06:00:30Z".parse().unwrap();
        let next = |window| next_start(window, thursday).to_string();
        assert_eq!(next("sun:05:00-sun:05:30"), "2026-01-04T05:00:00Z");
        assert_eq!(next("thu:06:00-thu:06:30"), "2026-01-08T06:00:00Z");
    }
}
