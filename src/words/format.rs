//! Numbers with their units, the same in both languages.

use std::borrow::Cow;
use std::time::Duration;

/// `0.1 ms`, `21.4 ms`, `1.25 s`, `2 min 5 s`.
pub fn duration(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1000.0;
    if ms < 0.05 {
        format!("{:.0} µs", ms * 1000.0)
    } else if ms < 1000.0 {
        format!("{ms:.1} ms")
    } else if ms < 60_000.0 {
        format!("{:.2} s", ms / 1000.0)
    } else {
        format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60)
    }
}

/// As [`duration`], of what still goes on: in whole tenths of a second, so that it can be read.
pub fn elapsed(time: Duration) -> String {
    let tenths = u64::try_from(time.as_millis() / 100).unwrap_or(u64::MAX);
    duration(Duration::from_millis(tenths.saturating_mul(100)))
}

/// A time within a stream, always with three digits so that a column of them aligns: `15.458 s`.
pub fn stream_time(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

/// `64 B`, `1.2 kB`, `3.4 MB`: powers of ten.
pub fn bytes(count: u64) -> String {
    let value = count as f64;
    if count < 1000 {
        format!("{count} B")
    } else if value < 999_950.0 {
        format!("{:.1} kB", value / 1e3)
    } else if value < 999_950_000.0 {
        format!("{:.1} MB", value / 1e6)
    } else {
        format!("{:.1} GB", value / 1e9)
    }
}

/// A text from outside for a terminal: control characters, which would command it, are shown instead (`\\u{1b}`). Line
/// breaks and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    let commands = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(commands) {
        return Cow::Borrowed(text);
    }
    let shown = |out: String, c: char| {
        if commands(c) { out + &c.escape_default().to_string() } else { out + c.encode_utf8(&mut [0; 4]) }
    };
    Cow::Owned(text.chars().fold(String::with_capacity(text.len() + 16), shown))
}

/// [`visible`], and a line break does not break the line.
pub fn visible_line(text: &str) -> Cow<'_, str> {
    match visible(text) {
        visible if visible.contains('\n') => Cow::Owned(visible.replace('\n', "\\n")),
        visible => visible,
    }
}

/// `4,824`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `2026-07-24` of seconds since 1970-01-01 UTC (proleptic Gregorian calendar).
pub fn date(unix_s: i64) -> String {
    // Days to a civil date, by eras of 400 years that begin on 1 March.
    let days = unix_s.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `8F:2C:51:…`.
pub fn fingerprint(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::{bytes, count, date, duration, stream_time};
    use std::time::Duration;

    #[test]
    fn durations_have_units() {
        for (us, expect) in [
            (0, "0 µs"),
            (30, "30 µs"),
            (100, "0.1 ms"),
            (21_400, "21.4 ms"),
            (1_250_000, "1.25 s"),
            (125_000_000, "2 min 5 s"),
        ] {
            assert_eq!(duration(Duration::from_micros(us)), expect);
        }
        assert_eq!(stream_time(Duration::from_millis(15_458)), "15.458 s");
    }

    #[test]
    fn sizes_and_counts() {
        for (size, expect) in [(0, "0 B"), (999, "999 B"), (1200, "1.2 kB"), (999_999, "1.0 MB"), (3_400_000, "3.4 MB")]
        {
            assert_eq!(bytes(size), expect);
        }
        for (number, expect) in [(0, "0"), (999, "999"), (4824, "4,824"), (1_234_567, "1,234,567")] {
            assert_eq!(count(number), expect);
        }
    }

    #[test]
    fn dates_are_civil() {
        for (unix_s, expect) in
            [(0, "1970-01-01"), (951_782_400, "2000-02-29"), (1_784_851_200, "2026-07-24"), (-86_400, "1969-12-31")]
        {
            assert_eq!(date(unix_s), expect);
        }
    }
}
