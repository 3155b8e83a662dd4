//! What a value of a message means, for the hover: by the field's type where the schema is known, else by the look of it.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeZone as _;

use super::widgets::code_view::Explained;
use crate::engine::TextLines;
use crate::message::{PlaceMeaning, ValueKind, duration_from_text, meaning, timestamp_from_text};
use crate::schema::{Comments, MessageType};
use crate::words::{Lang, format};

/// Of bytes so many are shown.
const SHOWN_BYTES: usize = 16;
/// Of text in bytes so many characters are shown.
const SHOWN_CHARS: usize = 48;
/// Whole numbers that may be times lie between these seconds since 1970: 2001-09-09 and 2096-10-02.
const LIKELY_SECONDS: std::ops::Range<i64> = 1_000_000_000..4_000_000_000;

/// What the value on a line means, or its key; `schema` is the message's type with its author's comments.
pub(super) fn explain(
    lang: Lang,
    schema: Option<(&MessageType, &Comments)>,
    code: &TextLines,
    line: usize,
    on_key: bool,
) -> Option<Explained> {
    let is_whole = code.fold_at(code.value_line(line)).is_some();
    let written = if is_whole { "" } else { code.text().get(code.value_range(line)).unwrap_or_default() };
    let value = if is_whole || written.len() > super::widgets::code_view::LONGEST_LINE {
        written.trim_matches('"').to_owned()
    } else {
        code.value_text(line)
    };
    let means = match schema {
        Some((ty, comments)) => meaning(ty, comments, &code.steps(line), &value),
        None => PlaceMeaning::default(),
    };
    let mut said = Explained {
        title: means.name.clone(),
        detail: means.type_name.clone(),
        note: means.comment.clone(),
        facts: Vec::new(),
    };
    if !on_key && !is_whole {
        said.facts = facts(lang, &means, written, &value, now_s(), &local);
    }
    (!said.title.is_empty() || !said.facts.is_empty()).then_some(said)
}

/// Where the value on a line stands, as errors write it.
pub(super) fn path_of(schema: Option<&MessageType>, code: &TextLines, line: usize) -> Option<String> {
    Some(meaning(schema?, &Comments::default(), &code.steps(line), "").path)
}

fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Seconds since 1970 as this machine's clock on the wall: `2026-11-23 18:00:00 +08:00`.
fn local(unix_s: i64) -> String {
    let local = chrono::Local.timestamp_opt(unix_s, 0);
    local.single().map_or_else(String::new, |time| time.format("%Y-%m-%d %H:%M:%S %:z").to_string())
}

type Facts = Vec<(String, String)>;

fn facts(
    lang: Lang,
    means: &PlaceMeaning,
    written: &str,
    value: &str,
    now_s: i64,
    local: &dyn Fn(i64) -> String,
) -> Facts {
    let is_string = written.starts_with('"');
    let is_known = !means.type_name.is_empty();
    match means.kind {
        ValueKind::Enum => enum_facts(lang, means),
        ValueKind::Bytes => bytes_facts(lang, value),
        ValueKind::Timestamp => time_facts(lang, value, now_s, local),
        ValueKind::Duration => span_facts(lang, value),
        ValueKind::Integer => integer_facts(lang, value, now_s, local),
        ValueKind::Float => float_facts(lang, value),
        ValueKind::String => {
            let time = time_facts(lang, value, now_s, local);
            if time.is_empty() { text_facts(lang, value) } else { time }
        }
        // By its look; of a string of the person's own these would be guesses.
        _ if is_string && !is_known => {
            let guesses = [
                time_facts(lang, value, now_s, local),
                span_facts(lang, value),
                integer_facts(lang, value, now_s, local),
                if value.len() >= 16 { bytes_facts(lang, value) } else { Vec::new() },
                text_facts(lang, value),
            ];
            guesses.into_iter().find(|facts| !facts.is_empty()).unwrap_or_default()
        }
        _ if !is_string => {
            let whole = integer_facts(lang, value, now_s, local);
            if whole.is_empty() { float_facts(lang, value) } else { whole }
        }
        _ => Vec::new(),
    }
}

fn fact(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn enum_facts(lang: Lang, means: &PlaceMeaning) -> Facts {
    let Some((number, comment)) = &means.enum_value else { return Vec::new() };
    let said = if comment.is_empty() { number.to_string() } else { format!("{number}  {comment}") };
    vec![fact(lang.body().said_number, said)]
}

fn text_facts(lang: Lang, value: &str) -> Facts {
    // Short texts are seen as a whole.
    if value.len() < 80 { Vec::new() } else { vec![fact(lang.body().said_length, lang.byte_count(value.len()))] }
}

/// `1,234,567` of `-1234567` and the like; `None` if these are no digits.
fn grouped(digits: &str) -> Option<String> {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let number: u64 = digits.parse().ok()?;
    Some(format!("{sign}{}", format::count(number)))
}

fn integer_facts(lang: Lang, value: &str, now_s: i64, local: &dyn Fn(i64) -> String) -> Facts {
    let words = lang.body();
    let mut facts = Vec::new();
    let is_whole =
        !value.is_empty() && value.strip_prefix('-').unwrap_or(value).bytes().all(|byte| byte.is_ascii_digit());
    let (Ok(number), true) = (value.parse::<i128>(), is_whole) else { return facts };
    if number.unsigned_abs() >= 10_000
        && let Some(grouped) = grouped(value)
    {
        facts.push(fact(words.said_grouped, grouped));
    }
    if number >= 10 {
        facts.push(fact(words.said_hex, format!("0x{number:x}")));
    } else if number < 0 && number >= i128::from(i64::MIN) {
        let (small, large) = (number as i32, number as i64);
        let text = if i128::from(small) == number { format!("0x{small:x}") } else { format!("0x{large:x}") };
        facts.push(fact(words.said_hex, text));
    }
    if let Ok(size) = u64::try_from(number)
        && size >= 1_000
    {
        facts.push(fact(words.said_bytes, format::bytes(size)));
    }
    let units = [
        (words.said_seconds, 1),
        (words.said_millis, 1_000),
        (words.said_micros, 1_000_000),
        (words.said_nanos, 1_000_000_000),
    ];
    for (name, unit) in units {
        if let Ok(seconds) = i64::try_from(number / unit)
            && LIKELY_SECONDS.contains(&seconds)
        {
            facts.push(fact(name, format!("{} · {}", local(seconds), lang.ago(now_s - seconds))));
        }
    }
    facts
}

fn float_facts(lang: Lang, value: &str) -> Facts {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let is_long = whole.trim_start_matches('-').len() > 4;
    match grouped(whole).filter(|_| is_long) {
        Some(grouped) if fraction.is_empty() => vec![fact(lang.body().said_grouped, grouped)],
        Some(grouped) => vec![fact(lang.body().said_grouped, format!("{grouped}.{fraction}"))],
        None => Vec::new(),
    }
}

fn time_facts(lang: Lang, value: &str, now_s: i64, local: &dyn Fn(i64) -> String) -> Facts {
    let words = lang.body();
    let Some((seconds, _)) = timestamp_from_text(value) else { return Vec::new() };
    let mut facts = vec![fact(words.said_local, local(seconds)), fact(words.said_relative, lang.ago(now_s - seconds))];
    if !value.ends_with('Z') {
        let second = seconds.rem_euclid(86_400);
        let clock = format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
        facts.push(fact(words.said_utc, format!("{} {clock}", format::date(seconds))));
    }
    facts.push(fact(words.said_unix, format!("{seconds} s")));
    facts.retain(|(_, said)| !said.is_empty());
    facts
}

fn span_facts(lang: Lang, value: &str) -> Facts {
    let Some((seconds, nanos)) = duration_from_text(value) else { return Vec::new() };
    let sign = if seconds < 0 || nanos < 0 { "−" } else { "" };
    let span = lang.span(seconds.unsigned_abs(), nanos.unsigned_abs());
    vec![fact(lang.body().said_span, format!("{sign}{span}"))]
}

fn bytes_facts(lang: Lang, value: &str) -> Facts {
    let words = lang.body();
    if value.is_empty() {
        return vec![fact(words.said_length, words.empty_bytes)];
    }
    let padding = value.bytes().rev().take_while(|byte| *byte == b'=').count();
    // The beginning is enough to tell what it is.
    let head = value.get(..value.len().min(SHOWN_CHARS * 4 / 3)).unwrap_or_default();
    let is_whole = value.len().is_multiple_of(4) && padding < 3;
    let Some(bytes) = STANDARD.decode(head).ok().filter(|_| is_whole) else { return Vec::new() };
    let count = value.len() / 4 * 3 - padding;
    let size = if count < 1_000 {
        lang.byte_count(count)
    } else {
        format!("{} · {}", lang.byte_count(count), format::bytes(count as u64))
    };
    let mut facts = vec![fact(words.said_length, size)];
    if let Some(kind) = kind_of(&bytes) {
        facts.push(fact(words.said_kind, kind));
    }
    let more = if count > SHOWN_BYTES { " …" } else { "" };
    let hex: Vec<String> = bytes.iter().take(SHOWN_BYTES).map(|byte| format!("{byte:02x}")).collect();
    facts.push(fact(words.said_hex, format!("{}{more}", hex.join(" "))));
    if let Some(text) = text_of(&bytes, count > bytes.len()) {
        facts.push(fact(words.said_text, text));
    }
    facts
}

/// The beginning of bytes as text, if they are some.
fn text_of(bytes: &[u8], goes_on: bool) -> Option<String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // A character may be cut in two where the beginning ends.
        Err(error) if goes_on && error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let is_text = !text.is_empty() && text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\r'));
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    is_text.then(|| if goes_on { format!("{shown}…") } else { shown })
}

/// What bytes are by how they begin.
fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    let starts: [(&[u8], &str); 9] = [
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"GIF8", "GIF"),
        (b"%PDF-", "PDF"),
        (b"PK\x03\x04", "ZIP"),
        (b"\x1f\x8b", "gzip"),
        (b"\x28\xb5\x2f\xfd", "Zstandard"),
        (b"-----BEGIN ", "PEM"),
        (b"\x00asm", "WebAssembly"),
    ];
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some("WebP");
    }
    starts.into_iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-28 00:00:00 UTC.
    const NOW: i64 = 1_795_824_000;

    fn said(kind: ValueKind, written: &str) -> String {
        let means = PlaceMeaning {
            kind,
            type_name: if kind == ValueKind::Unknown { String::new() } else { "x".to_owned() },
            enum_value: Some((3, "Third.".to_owned())),
            ..PlaceMeaning::default()
        };
        let value = written.trim_matches('"');
        let found = facts(Lang::En, &means, written, value, NOW, &|unix_s| format!("<{unix_s}>"));
        found.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn values_are_explained_by_type() {
        let check = |kind, written: &str, expect: &str| assert_eq!(said(kind, written), expect, "{kind:?} {written}");
        check(ValueKind::Integer, "7", "");
        check(ValueKind::Integer, "420", "hex: 0x1a4");
        check(ValueKind::Integer, "-2", "hex: 0xfffffffe");
        check(
            ValueKind::Integer,
            "\"18446744073709551615\"",
            "value: 18,446,744,073,709,551,615; hex: 0xffffffffffffffff; as a size: 18446744073.7 GB",
        );
        check(
            ValueKind::Integer,
            "1795820400",
            "value: 1,795,820,400; hex: 0x6b0a0b70; as a size: 1.8 GB; as Unix s: <1795820400> · 1 h ago",
        );
        check(
            ValueKind::Integer,
            "\"1795820400123\"",
            "value: 1,795,820,400,123; hex: 0x1a21f3cadfb; as a size: 1795.8 GB; as Unix ms: <1795820400> · 1 h ago",
        );
        check(ValueKind::Float, "1234567.5", "value: 1,234,567.5");
        check(ValueKind::Float, "\"NaN\"", "");
        check(ValueKind::Enum, "\"THIRD\"", "number: 3  Third.");
        check(
            ValueKind::Timestamp,
            "\"2026-11-28T01:00:00Z\"",
            "local: <1795827600>; relative: in 1 h; Unix: 1795827600 s",
        );
        check(
            ValueKind::String,
            "\"2026-11-28T01:00:00+08:00\"",
            "local: <1795798800>; relative: 7 h ago; UTC: 2026-11-27 17:00:00; Unix: 1795798800 s",
        );
        check(ValueKind::Duration, "\"-3723.5s\"", "in words: −1 h 2 min 3.5 s");
        check(ValueKind::Bytes, "\"\"", "length: no bytes");
        check(ValueKind::Bytes, "\"aGVsbG8=\"", "length: 5 bytes; hex: 68 65 6c 6c 6f; text: hello");
        check(
            ValueKind::Bytes,
            "\"iVBORw0KGgoAAAANSUhEUgAAAAE=\"",
            "length: 20 bytes; kind: PNG; hex: 89 50 4e 47 0d 0a 1a 0a 00 00 00 0d 49 48 44 52 …",
        );
        check(ValueKind::Bytes, "\"no base64!\"", "");
        check(ValueKind::String, "\"420\"", "");
        check(ValueKind::Bool, "true", "");
    }

    #[test]
    fn without_a_type_values_are_explained_by_their_look() {
        let check = |written: &str, expect: &str| assert_eq!(said(ValueKind::Unknown, written), expect, "{written}");
        check("\"1.5s\"", "in words: 1.5 s");
        check("\"420\"", "hex: 0x1a4");
        check(
            "\"aGVsbG8gd29ybGQhIQ==\"",
            "length: 13 bytes; hex: 68 65 6c 6c 6f 20 77 6f 72 6c 64 21 21; text: hello world!!",
        );
        check("\"a name of a person\"", "");
        check("12345.5", "value: 12,345.5");
        check("null", "");
    }

    #[test]
    fn long_bytes_show_their_beginning() {
        let long = STANDARD.encode("微服务 ".repeat(1_000));
        let found = said(ValueKind::Bytes, &format!("\"{long}\""));
        assert!(found.starts_with("length: 10,000 bytes · 10.0 kB; hex: e5 be ae"), "{found}");
        assert!(found.ends_with('…'), "{found}");
        assert!(found.contains("text: 微服务 微服务"), "{found}");
    }
}
