//! Moments in words, in this machine's time zone.

use std::time::SystemTime;

use chrono::{DateTime, Datelike as _, Local};

use super::Lang;

impl Lang {
    /// The time of a clock: `09:02:41` of today, `11-27 09:02` of another day of this year, `2025-11-27` before that.
    pub fn clock(self, at: SystemTime) -> String {
        clock_at(at.into(), SystemTime::now().into())
    }

    /// Whether a clock's time is of today, and so a short one.
    pub fn is_today(self, at: SystemTime) -> bool {
        is_same_day(at.into(), SystemTime::now().into())
    }
}

fn is_same_day(at: DateTime<Local>, now: DateTime<Local>) -> bool {
    at.date_naive() == now.date_naive()
}

fn clock_at(at: DateTime<Local>, now: DateTime<Local>) -> String {
    let format = match () {
        () if is_same_day(at, now) => "%H:%M:%S",
        () if at.year() == now.year() => "%m-%d %H:%M",
        () => "%Y-%m-%d",
    };
    at.format(format).to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use chrono::{Local, TimeZone as _};

    use super::clock_at;

    #[test]
    fn another_day_has_its_date() {
        let time = |(year, month, day)| Local.with_ymd_and_hms(year, month, day, 9, 13, 52).unwrap();
        for (at, expect) in [
            ((2026, 11, 28), "09:13:52"),
            ((2026, 11, 27), "11-27 09:13"),
            ((2026, 1, 2), "01-02 09:13"),
            ((2025, 12, 31), "2025-12-31"),
            // The clock was set back meanwhile.
            ((2026, 11, 29), "11-29 09:13"),
        ] {
            assert_eq!(clock_at(time(at), time((2026, 11, 28))), expect);
        }
    }
}
