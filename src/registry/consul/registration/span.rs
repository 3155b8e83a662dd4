//! Durations as Go writes them: `1m30s`, `1.5h`, `250ms`.

use std::time::Duration;

/// Units of a Go duration, in nanoseconds. Both ways to write µ.
const UNITS: [(&str, f64); 8] =
    [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)];
/// Go counts nanoseconds in an i64.
const LONGEST_NANOS: f64 = 9.2e18;

/// What `time.ParseDuration` makes of a text, in nanoseconds; `None` if it refuses it.
pub(super) fn parse_nanos(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1.0, text.get(1..)?),
        b'+' => (1.0, text.get(1..)?),
        _ => (1.0, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanos = 0.0;
    while !rest.is_empty() {
        let number_len = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let (number, behind) = rest.split_at(number_len);
        if number.matches('.').count() > 1 || !number.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let unit_len =
            behind.find(|character: char| character.is_ascii_digit() || character == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit_len);
        let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit)?;
        // "1." and ".5" are numbers to Go; Rust reads both once a zero stands beside the point.
        let value: f64 = format!("0{number}0").parse().ok()?;
        let value = if number.contains('.') { value } else { value / 10.0 };
        nanos += value * scale;
        if nanos > LONGEST_NANOS {
            return None;
        }
        rest = behind;
    }
    Some((sign * nanos).round() as i64)
}

/// The shortest way to write it that Go reads: `5s`, `1m30s`, `250ms`.
pub fn go_duration(time: Duration) -> String {
    if time.is_zero() {
        return "0s".to_owned();
    }
    let nanos = time.subsec_nanos();
    if time.as_secs() == 0 {
        return if nanos.is_multiple_of(1_000_000) {
            format!("{}ms", nanos / 1_000_000)
        } else if nanos.is_multiple_of(1000) {
            format!("{}us", nanos / 1000)
        } else {
            format!("{nanos}ns")
        };
    }
    let (hours, minutes, seconds) = (time.as_secs() / 3600, time.as_secs() / 60 % 60, time.as_secs() % 60);
    let part = |count: u64, unit: &str| if count > 0 { format!("{count}{unit}") } else { String::new() };
    let seconds = if nanos > 0 {
        format!("{seconds}.{}s", format!("{nanos:09}").trim_end_matches('0'))
    } else {
        part(seconds, "s")
    };
    format!("{}{}{seconds}", part(hours, "h"), part(minutes, "m"))
}

/// A duration that a person typed: Go's way, or a number with a space before its unit (`5 s`, `1 min`); a number alone
/// counts seconds. `None` if it is none, or negative.
pub fn typed_duration(text: &str) -> Option<Duration> {
    let compact: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let compact = compact.replace("min", "m");
    let with_unit = if compact.ends_with(|character: char| character.is_ascii_digit()) && compact != "0" {
        format!("{compact}s")
    } else {
        compact
    };
    u64::try_from(parse_nanos(&with_unit)?).ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_go_reads() {
        for (text, expect) in [
            ("5s", Some(5_000_000_000)),
            ("1.5h", Some(5_400_000_000_000)),
            ("1h15m30.918s", Some(4_530_918_000_000)),
            ("10ms", Some(10_000_000)),
            ("1µs", Some(1000)),
            ("1μs", Some(1000)),
            (".5s", Some(500_000_000)),
            ("1.s", Some(1_000_000_000)),
            ("-5s", Some(-5_000_000_000)),
            ("+5s", Some(5_000_000_000)),
            ("0", Some(0)),
            ("100ns", Some(100)),
            ("20s", Some(20_000_000_000)),
            ("", None),
            ("5", None),
            ("s", None),
            (".s", None),
            ("1e3s", None),
            ("5 s", None),
            ("5S", None),
            ("1d", None),
            ("1.2.3s", None),
            ("-", None),
            ("9999999999h", None),
        ] {
            assert_eq!(parse_nanos(text), expect, "{text:?}");
        }
    }

    #[test]
    fn written_and_read_again() {
        for (millis, expect) in [
            (0, "0s"),
            (5000, "5s"),
            (90_000, "1m30s"),
            (60_000, "1m"),
            (3_600_000, "1h"),
            (5_400_000, "1h30m"),
            (250, "250ms"),
            (1500, "1.5s"),
            (61_001, "1m1.001s"),
            (60_001, "1m0.001s"),
        ] {
            let time = Duration::from_millis(millis);
            assert_eq!(go_duration(time), expect);
            assert_eq!(parse_nanos(expect).map(i128::from), i128::try_from(time.as_nanos()).ok());
        }
        assert_eq!(go_duration(Duration::from_nanos(1500)), "1500ns");
    }

    #[test]
    fn as_people_type() {
        for (text, seconds) in [
            ("5 s", Some(5)),
            ("5", Some(5)),
            ("1 min", Some(60)),
            ("2m", Some(120)),
            ("0", Some(0)),
            ("-1s", None),
            ("soon", None),
        ] {
            assert_eq!(typed_duration(text), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
