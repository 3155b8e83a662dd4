//! Timestamps and durations between their JSON form and seconds with nanoseconds.

use std::fmt::Write as _;

/// 0001-01-01T00:00:00Z.
const FIRST_SECOND: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z.
const LAST_SECOND: i64 = 253_402_300_799;
/// Ten thousand years, as duration.proto says.
const LONGEST_SECONDS: i64 = 315_576_000_000;
const NANOS: i32 = 1_000_000_000;
const DAY: i64 = 86_400;

/// `1972-01-01T10:00:20.021Z`; `None` where the value is out of the range that RFC 3339 can write.
pub(super) fn timestamp_to_text(seconds: i64, nanos: i32) -> Option<String> {
    if !(FIRST_SECOND..=LAST_SECOND).contains(&seconds) || !(0..NANOS).contains(&nanos) {
        return None;
    }
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let mut text =
        format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    push_nanos(&mut text, nanos);
    text.push('Z');
    Some(text)
}

/// Reads RFC 3339 as the JSON mapping wants it: upper-case T and Z, or an offset. Seconds since 1970 and nanoseconds.
pub fn timestamp_from_text(text: &str) -> Option<(i64, i32)> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = bytes.get(from..to)?;
        digits.iter().try_fold(0_i64, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| bytes.get(*at) != Some(mark)) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let month_days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(is_leap),
        _ => return None,
    };
    if !(1..=month_days).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let rest = text.get(19..)?;
    let (nanos, zone) = match rest.strip_prefix('.') {
        Some(fraction) => {
            let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
            (nanos_of(&fraction[..length])?, &fraction[length..])
        }
        None => (0, rest),
    };
    let offset = match zone.as_bytes() {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), a, b, b':', c, d] if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()) => {
            let digit = |byte: &u8| i64::from(byte - b'0');
            let (hours, minutes) = (digit(a) * 10 + digit(b), digit(c) * 10 + digit(d));
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 3600 + minutes * 60;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    let seconds = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset;
    (FIRST_SECOND..=LAST_SECOND).contains(&seconds).then_some((seconds, nanos))
}

/// `1.5s`; `None` where the value is out of range or its signs differ.
pub(super) fn duration_to_text(seconds: i64, nanos: i32) -> Option<String> {
    let fits = (-LONGEST_SECONDS..=LONGEST_SECONDS).contains(&seconds)
        && (-NANOS + 1..NANOS).contains(&nanos)
        && (seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0));
    if !fits {
        return None;
    }
    let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
    let mut text = format!("{sign}{}", seconds.unsigned_abs());
    push_nanos(&mut text, nanos.abs());
    text.push('s');
    Some(text)
}

/// Reads `-1.000000001s`: seconds and nanoseconds of the same sign.
pub fn duration_from_text(text: &str) -> Option<(i64, i32)> {
    let number = text.strip_suffix('s')?;
    let (is_negative, number) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    if whole.is_empty() || whole.len() > 12 || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds: i64 = whole.parse().ok()?;
    let nanos = match fraction {
        Some(fraction) => nanos_of(fraction)?,
        None => 0,
    };
    if seconds > LONGEST_SECONDS {
        return None;
    }
    Some(if is_negative { (-seconds, -nanos) } else { (seconds, nanos) })
}

/// One to nine digits after the point.
fn nanos_of(fraction: &str) -> Option<i32> {
    if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<9}").parse().ok()
}

/// No digits, three, six or nine.
fn push_nanos(text: &mut String, nanos: i32) {
    let written = match nanos {
        0 => Ok(()),
        n if n % 1_000_000 == 0 => write!(text, ".{:03}", n / 1_000_000),
        n if n % 1_000 == 0 => write!(text, ".{:06}", n / 1_000),
        n => write!(text, ".{n:09}"),
    };
    debug_assert!(written.is_ok(), "a String takes everything");
}

/// Days since 1970-01-01 of a day of the Gregorian calendar (years from March, as leap days then come last).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The reverse of [`days`]: year, month, day.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps() {
        let check = |text: &str, expect: Option<(i64, i32)>| assert_eq!(timestamp_from_text(text), expect, "{text}");
        check("1970-01-01T00:00:00Z", Some((0, 0)));
        check("1969-12-31T23:59:59.5Z", Some((-1, 500_000_000)));
        check("2000-02-29T12:00:00.000000001+02:00", Some((951_818_400, 1)));
        check("0001-01-01T00:00:00Z", Some((FIRST_SECOND, 0)));
        check("9999-12-31T23:59:59.999999999Z", Some((LAST_SECOND, 999_999_999)));
        for bad in [
            "",
            "1970-01-01t00:00:00Z",
            "1970-01-01T00:00:00z",
            "1970-01-01T00:00:00",
            "1970-01-01 00:00:00Z",
            "1970-02-29T00:00:00Z",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00.1234567890Z",
            "0001-01-01T00:00:00+00:01",
            "10000-01-01T00:00:00Z",
            "ä970-01-01T00:00:00Z",
        ] {
            check(bad, None);
        }
        for seconds in [FIRST_SECOND, -1, 0, 951_818_400, 4_107_542_400, LAST_SECOND] {
            let text = timestamp_to_text(seconds, 120_000).unwrap_or_default();
            check(&text, Some((seconds, 120_000)));
        }
        assert_eq!(timestamp_to_text(LAST_SECOND + 1, 0), None);
        assert_eq!(timestamp_to_text(0, NANOS), None);
        assert_eq!(timestamp_to_text(0, -1), None);
    }

    #[test]
    fn durations() {
        let check = |text: &str, expect: Option<(i64, i32)>| assert_eq!(duration_from_text(text), expect, "{text}");
        check("1.5s", Some((1, 500_000_000)));
        check("-0.5s", Some((0, -500_000_000)));
        check("315576000000s", Some((LONGEST_SECONDS, 0)));
        for bad in ["", "s", "1", "1.s", ".5s", "315576000001s", "+1s", "1.0000000001s", "--1s", "1e3s"] {
            check(bad, None);
        }
        assert_eq!(duration_to_text(0, -500_000_000).as_deref(), Some("-0.500s"));
        assert_eq!(duration_to_text(-1, 1), None);
        assert_eq!(duration_to_text(LONGEST_SECONDS + 1, 0), None);
    }
}
