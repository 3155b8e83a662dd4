//! Metadata as gRPC writes it into HTTP/2 headers: keys, `-bin` values, timeouts, percent-encoding. Pure functions.

use std::fmt::Write;
use std::time::Duration;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode;

use super::{Metadata, MetadataError};

/// gRPC writes without padding and reads both; bits left over at the end are ignored, as other implementations do.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Keys that are not the person's to write, and why.
const RESERVED: [(&str, &str); 13] = [
    ("content-type", "gRPC sets it to application/grpc"),
    ("te", "gRPC sets it to trailers"),
    ("user-agent", "it is set for the whole connection, in its options"),
    ("host", "HTTP/2 has :authority instead, which is set in the connection's options"),
    ("connection", "HTTP/2 has no such header (RFC 9113, 8.2.2)"),
    ("keep-alive", "HTTP/2 has no such header (RFC 9113, 8.2.2)"),
    ("proxy-connection", "HTTP/2 has no such header (RFC 9113, 8.2.2)"),
    ("transfer-encoding", "HTTP/2 has no such header (RFC 9113, 8.2.2)"),
    ("upgrade", "HTTP/2 has no such header (RFC 9113, 8.2.2)"),
    ("content-length", "a call's length is not known when it begins"),
    ("grpc-timeout", "set the call's deadline instead"),
    ("grpc-encoding", "choose the call's compression instead"),
    ("grpc-accept-encoding", "it says what can be read here"),
];

/// Checks and lowers one row as typed (`-bin` values in base64, padded or not) to what is sent.
pub fn check_metadata(key: &str, value: &str) -> Result<(String, Bytes), MetadataError> {
    let key = key.trim().to_ascii_lowercase();
    if let Some((_, reason)) = RESERVED.iter().find(|(reserved, _)| *reserved == key) {
        return Err(MetadataError::Reserved { key, reason });
    }
    if key.starts_with(':') {
        return Err(MetadataError::Reserved {
            key,
            reason: "keys that begin with a colon are HTTP/2's own; :authority is set in the connection's options",
        });
    }
    if key.starts_with("grpc-")
        && key != "grpc-trace-bin"
        && key != "grpc-tags-bin"
        && key != "grpc-metadata-traceparent"
    {
        return Err(MetadataError::Reserved { key, reason: "keys that begin with grpc- are gRPC's own" });
    }
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    if key.is_empty() || !key.bytes().all(legal) {
        return Err(MetadataError::BadKey { key });
    }
    let value = value.trim_matches([' ', '\t']);
    if key.ends_with("-bin") {
        return match decode_base64(value.as_bytes()) {
            Some(bytes) => Ok((key, bytes)),
            None => Err(MetadataError::BadBase64 { key }),
        };
    }
    if !value.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
        return Err(MetadataError::BadValue { key });
    }
    Ok((key, Bytes::copy_from_slice(value.as_bytes())))
}

/// Base64, padded or not, standard or URL-safe alphabet; white space inside is ignored.
pub(super) fn decode_base64(text: &[u8]) -> Option<Bytes> {
    let text: Vec<u8> = text
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    BASE64.decode(text).ok().map(Bytes::from)
}

/// What stands in the header of a row.
pub(super) fn header_of(key: &str, value: &Bytes) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(key.as_bytes()).ok()?;
    let value = if key.ends_with("-bin") {
        HeaderValue::from_maybe_shared(Bytes::from(BASE64.encode(value))).ok()?
    } else {
        HeaderValue::from_maybe_shared(value.clone()).ok()?
    };
    Some((name, value))
}

/// Headers as they came: in order within a key, `-bin` decoded (a comma list is several values; what is no base64 stays
/// as it is).
pub(super) fn from_headers(headers: &HeaderMap) -> Metadata {
    let mut metadata = Metadata::with_capacity(headers.len());
    for (key, value) in headers {
        let bytes = value.as_bytes();
        if !key.as_str().ends_with("-bin") {
            metadata.push((key.as_str().to_owned(), Bytes::copy_from_slice(bytes)));
            continue;
        }
        for part in bytes.split(|byte| *byte == b',') {
            let value = decode_base64(part).unwrap_or_else(|| Bytes::copy_from_slice(part));
            metadata.push((key.as_str().to_owned(), value));
        }
    }
    metadata
}

/// `grpc-timeout`: at most eight digits and the finest unit that fits, rounded up so that the server is never earlier
/// than we are.
pub fn timeout_header(timeout: Duration) -> String {
    const MOST: u128 = 99_999_999;
    let nanos = timeout.as_nanos();
    let units = [(1, 'n'), (1_000, 'u'), (1_000_000, 'm'), (1_000_000_000, 'S'), (60_000_000_000, 'M')];
    for (size, unit) in units {
        let count = nanos.div_ceil(size);
        if count <= MOST {
            return format!("{count}{unit}");
        }
    }
    format!("{}H", nanos.div_ceil(3_600_000_000_000).min(MOST))
}

/// `grpc-message`: percent-encoded UTF-8. What is no encoding stays as it is, what is no UTF-8 is replaced.
pub(super) fn decode_message(value: &[u8]) -> String {
    percent_decode(value).decode_utf8_lossy().into_owned()
}

/// Fit for a sentence about a header.
pub(super) fn shown(value: &HeaderValue) -> String {
    let mut text = String::new();
    for &byte in value.as_bytes().iter().take(200) {
        if (0x20..0x7f).contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            write!(text, "\\x{byte:02x}").unwrap_or_default();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use std::time::Duration;

    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    use super::{MetadataError, check_metadata, decode_message, from_headers, header_of, timeout_header};

    #[test]
    fn rows_as_typed() {
        for (key, value, expect) in [
            ("Token", " 101010 ", Some(("token", &b"101010"[..]))),
            ("a_b.c-d9", "", Some(("a_b.c-d9", b""))),
            ("x-bin", "q6ur", Some(("x-bin", b"\xab\xab\xab"))),
            ("x-bin", "qw", Some(("x-bin", b"\xab"))),
            ("x-bin", "qw==", Some(("x-bin", b"\xab"))),
            ("x-bin", "-_8", Some(("x-bin", b"\xfb\xff"))),
            ("grpc-trace-bin", "qw", Some(("grpc-trace-bin", b"\xab"))),
            ("x-bin", "*", None),
            ("x", "grün", None),
            ("x y", "1", None),
            ("", "1", None),
        ] {
            let result = check_metadata(key, value).ok();
            let expect = expect.map(|(key, value)| (key.to_owned(), Bytes::copy_from_slice(value)));
            assert_eq!(result, expect, "{key}: {value}");
        }
    }

    #[test]
    fn reserved_names_say_why() {
        for key in [":path", "Content-Type", "te", "grpc-timeout", "grpc-foo", "host", "user-agent", "connection"] {
            let error = check_metadata(key, "1").unwrap_err();
            assert!(matches!(error, MetadataError::Reserved { .. }), "{key}: {error}");
        }
    }

    #[test]
    fn timeouts_round_up() {
        for (timeout, expect) in [
            (Duration::from_millis(1), "1000000n"),
            (Duration::from_millis(450), "450000u"),
            (Duration::from_nanos(99_999_999), "99999999n"),
            (Duration::from_nanos(100_000_001), "100001u"),
            (Duration::from_secs(100), "100000m"),
            (Duration::from_secs(99_999_999), "99999999S"),
            (Duration::from_secs(100_000_001), "1666667M"),
            (Duration::ZERO, "0n"),
            (Duration::MAX, "99999999H"),
        ] {
            assert_eq!(timeout_header(timeout), expect);
        }
    }

    #[test]
    fn messages_decode() {
        for (value, expect) in [
            (&b"plain"[..], "plain"),
            (b"%09%0Atest with whitespace%0D%0A", "\t\ntest with whitespace\r\n"),
            (b"Unicode BMP %E2%98%BA", "Unicode BMP \u{263a}"),
            (b"50% off", "50% off"),
            (b"%zz%4", "%zz%4"),
            (b"bad %ff utf", "bad \u{fffd} utf"),
        ] {
            assert_eq!(decode_message(value), expect);
        }
    }

    #[test]
    fn answers_keep_order_and_decode_bytes() {
        let mut headers = HeaderMap::new();
        headers.append("a", HeaderValue::from_static("1"));
        headers.append("x-bin", HeaderValue::from_static("qw==,q6s"));
        headers.append("a", HeaderValue::from_static("2"));
        headers.append("x-bin", HeaderValue::from_static("***"));
        let metadata = from_headers(&headers);
        let of = |key: &str| -> Vec<&[u8]> {
            metadata.iter().filter(|(name, _)| name == key).map(|(_, value)| &value[..]).collect()
        };
        assert_eq!(of("a"), [b"1", b"2"]);
        assert_eq!(of("x-bin"), [&b"\xab"[..], b"\xab\xab", b"***"]);
    }

    proptest! {
        #[test]
        fn bytes_survive_the_header(value in prop::collection::vec(any::<u8>(), 0..100)) {
            let (name, header) = header_of("x-bin", &Bytes::from(value.clone())).unwrap();
            let mut headers = HeaderMap::new();
            headers.insert(name, header);
            prop_assert_eq!(&from_headers(&headers)[0].1[..], &value[..]);
        }
    }
}
