//! Numbers between their written and their exact forms.

use std::fmt::Write as _;

/// Why a written number is no integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoInteger {
    /// It has a fraction.
    Fraction,
    /// It is beyond 64 bits.
    TooLarge,
}

/// The integer that a JSON number stands for, exactly: `1e3`, `1.50e1` and `-0` are integers.
pub(super) fn parse_integer(number: &str) -> Result<i128, NoInteger> {
    let (is_negative, rest) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, saturating_exponent(exponent)),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits: String = [whole, fraction].concat();
    let mut exponent = exponent.saturating_sub(i64::try_from(fraction.len()).unwrap_or(i64::MAX));
    while exponent < 0 && digits.ends_with('0') {
        digits.pop();
        exponent += 1;
    }
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    if exponent < 0 {
        return Err(NoInteger::Fraction);
    }
    // Twenty digits hold every 64-bit number.
    let zeros = usize::try_from(exponent).unwrap_or(usize::MAX);
    if significant.len().saturating_add(zeros) > 20 {
        return Err(NoInteger::TooLarge);
    }
    let value = significant.bytes().fold(0_i128, |value, digit| value * 10 + i128::from(digit - b'0'));
    let value = (0..zeros).fold(value, |value, _| value * 10);
    Ok(if is_negative { -value } else { value })
}

fn saturating_exponent(text: &str) -> i64 {
    const FAR: i64 = 1 << 40;
    let parsed = text.strip_prefix('+').unwrap_or(text).parse::<i64>();
    parsed.map_or(if text.starts_with('-') { -FAR } else { FAR }, |exponent| exponent.clamp(-FAR, FAR))
}

/// Whether all of `text` is one JSON number.
pub(super) fn is_json_number(text: &str) -> bool {
    json_number_len(text.as_bytes()) == Some(text.len()) && !text.is_empty()
}

/// The length of the JSON number at the start of `bytes`; `None` where there is none.
pub(super) fn json_number_len(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes[at] == b'0') {
        return None;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent == 0 {
            return None;
        }
        at += 1 + sign + exponent;
    }
    Some(at)
}

/// The shortest form that reads back as the same number; plain between these bounds, with an exponent beyond.
const PLAIN: std::ops::Range<f64> = 1e-6..1e17;

/// Appends a finite double.
pub(super) fn push_f64(out: &mut String, value: f64) {
    let written =
        if value == 0.0 || PLAIN.contains(&value.abs()) { write!(out, "{value}") } else { write!(out, "{value:e}") };
    debug_assert!(written.is_ok(), "a String takes everything");
}

/// Appends a finite float.
pub(super) fn push_f32(out: &mut String, value: f32) {
    let written = if value == 0.0 || PLAIN.contains(&f64::from(value.abs())) {
        write!(out, "{value}")
    } else {
        write!(out, "{value:e}")
    };
    debug_assert!(written.is_ok(), "a String takes everything");
}

/// Appends anything that prints.
pub(super) fn push(out: &mut String, value: impl std::fmt::Display) {
    let written = write!(out, "{value}");
    debug_assert!(written.is_ok(), "a String takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_exact() {
        let check = |text: &str, expect: Result<i128, NoInteger>| assert_eq!(parse_integer(text), expect, "{text}");
        check("0", Ok(0));
        check("-0", Ok(0));
        check("1e3", Ok(1000));
        check("1.50e1", Ok(15));
        check("100000e-5", Ok(1));
        check("0e999999999999999999999", Ok(0));
        check("1e999999999999999999999", Err(NoInteger::TooLarge));
        check("1e-999999999999999999999", Err(NoInteger::Fraction));
        check("0.5", Err(NoInteger::Fraction));
        check("18446744073709551615", Ok(i128::from(u64::MAX)));
        check("-9223372036854775808", Ok(i128::from(i64::MIN)));
        check("1.0", Ok(1));
    }

    #[test]
    fn json_numbers_are_recognised() {
        for good in ["0", "-0", "10", "1.5", "1e5", "1E+5", "-1.25e-7"] {
            assert!(is_json_number(good), "{good}");
        }
        for bad in ["", "-", "01", "+1", "1.", ".5", "1e", " 1", "1 ", "0x1", "NaN"] {
            assert!(!is_json_number(bad), "{bad}");
        }
    }

    #[test]
    fn floats_are_short() {
        let check = |value: f64, expect: &str| {
            let mut out = String::new();
            push_f64(&mut out, value);
            assert_eq!(out, expect);
        };
        check(1.0, "1");
        check(-0.0, "-0");
        check(0.1, "0.1");
        check(1e300, "1e300");
        check(5e-324, "5e-324");
        check(123_456_789_012_345_680.0, "1.2345678901234568e17");
    }
}
