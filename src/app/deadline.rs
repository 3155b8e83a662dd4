//! A time limit as typed.

use std::time::Duration;

/// No time that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time limit: write 1 s, 250 ms or none")]
pub struct BadDeadline;

/// Reads `1 s`, `250 ms`, `1.5`, `2 min`, `none` and nothing at all. Seconds where no unit is given.
pub fn parse_deadline(text: &str) -> Result<Option<Duration>, BadDeadline> {
    let text = text.trim().to_lowercase();
    if text.is_empty() || text == "none" || text == "无" {
        return Ok(None);
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let seconds_each = match unit.trim() {
        "ms" | "毫秒" => 0.001,
        "" | "s" | "sec" | "秒" => 1.0,
        "m" | "min" | "分" => 60.0,
        "h" | "小时" => 3600.0,
        _ => return Err(BadDeadline),
    };
    let Ok(number) = number.parse::<f64>() else { return Err(BadDeadline) };
    let limit = Duration::try_from_secs_f64(number * seconds_each);
    match limit {
        Ok(limit) if !limit.is_zero() => Ok(Some(limit)),
        _ => Err(BadDeadline),
    }
}

/// Writes it so that [`parse_deadline`] reads it again; `none` in the language at hand.
pub fn show_deadline(deadline: Option<Duration>, none: &str) -> String {
    match deadline {
        None => none.to_owned(),
        Some(limit) if limit.subsec_millis() == 0 => format!("{} s", limit.as_secs()),
        Some(limit) => format!("{} ms", limit.as_millis()),
    }
}

#[cfg(test)]
mod tests {
    use super::{BadDeadline, parse_deadline};
    use std::time::Duration;

    #[test]
    fn deadlines_are_read() {
        for (text, expect) in [
            ("1 s", Ok(Some(1000))),
            ("250ms", Ok(Some(250))),
            (" 1.5 ", Ok(Some(1500))),
            ("2 min", Ok(Some(120_000))),
            ("none", Ok(None)),
            ("无", Ok(None)),
            ("", Ok(None)),
            ("0", Err(BadDeadline)),
            ("soon", Err(BadDeadline)),
            ("-1 s", Err(BadDeadline)),
            ("1e400 s", Err(BadDeadline)),
            ("1.2.3 s", Err(BadDeadline)),
        ] {
            assert_eq!(parse_deadline(text), expect.map(|ms| ms.map(Duration::from_millis)), "{text}");
        }
    }
}
