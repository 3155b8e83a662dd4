//! Metadata rows as typed: of one request, or of a target and so of all its calls.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::TabId;
use crate::call::{MetadataError, check_metadata};
use crate::secret::Secret;

/// Where a row belongs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowsOf {
    /// To one request.
    Request(TabId),
    /// To an address as typed: sent with all its calls, with reflection and health.
    Target(String),
    /// To the target that the open question is about.
    Dialog,
    /// To the source that it is about: with reflection alone.
    DialogReflection,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetadataRow {
    /// Names the row while its text changes.
    pub id: u64,
    /// Sent.
    pub on: bool,
    /// As typed.
    pub key: String,
    /// As typed; `-bin` keys in base64, or in hexadecimal after `0x`.
    pub value: Secret,
    /// Its key spoke of a secret once, or the person marked it: the value is masked, and never in a file.
    pub secret: bool,
    /// The value is shown although it is a secret.
    pub revealed: bool,
    /// It had a value that is not at hand, and has to be typed again.
    pub missing: bool,
    /// Its number in the keychain; 0 where it has none.
    pub kept: u64,
}

/// How bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// base64, padded or not.
    Base64,
    /// Hexadecimal: after `0x`, or pairs with colons between.
    Hex,
}

/// Bytes of a `-bin` row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenBytes {
    /// How many.
    pub count: usize,
    /// How they are written.
    pub notation: Notation,
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowCheck {
    /// Switched off, or empty.
    Skipped,
    /// Goes out; what it holds if its key ends in `-bin`.
    Sent {
        /// The bytes.
        binary: Option<WrittenBytes>,
    },
    /// Not sent: its value has to be typed again.
    Missing,
    /// Not sent, and why.
    Refused(MetadataError),
}

impl MetadataRow {
    /// Whether the row goes out.
    pub fn check(&self) -> RowCheck {
        if !self.on || (self.key.trim().is_empty() && self.value.is_empty()) {
            return RowCheck::Skipped;
        }
        if self.missing && self.value.is_empty() {
            return RowCheck::Missing;
        }
        let (notation, value) = self.lowered();
        match check_metadata(self.key.trim(), &value) {
            Ok((key, bytes)) => {
                let binary = key.ends_with("-bin").then_some(WrittenBytes { count: bytes.len(), notation });
                RowCheck::Sent { binary }
            }
            Err(error) => RowCheck::Refused(error),
        }
    }

    /// Key and value for the engine, bytes in base64; `None` for a row that does not go out.
    pub fn sent(&self) -> Option<(String, Secret)> {
        matches!(self.check(), RowCheck::Sent { .. })
            .then(|| (self.key.trim().to_owned(), Secret::new(self.lowered().1)))
    }

    /// The key as servers see it.
    pub fn lower_key(&self) -> String {
        self.key.trim().to_ascii_lowercase()
    }

    /// Takes note of a key that speaks of a secret, and of a value that was typed again.
    pub fn note_key(&mut self) {
        self.secret |= is_secret_key(&self.key);
        self.missing &= self.value.is_empty();
    }

    /// The same bytes in the other notation; `None` for a row that holds none.
    pub fn in_other_notation(&self) -> Option<(Notation, Secret)> {
        let RowCheck::Sent { binary: Some(WrittenBytes { notation, .. }) } = self.check() else { return None };
        let (_, bytes) = check_metadata(self.key.trim(), &self.lowered().1).ok()?;
        Some(match notation {
            Notation::Base64 => {
                let digits = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
                (Notation::Hex, Secret::new(format!("0x{digits}")))
            }
            Notation::Hex => (Notation::Base64, Secret::new(STANDARD.encode(&bytes))),
        })
    }

    /// The value as metadata takes it, and how it was written.
    fn lowered(&self) -> (Notation, String) {
        let value = self.value.reveal();
        if !self.lower_key().ends_with("-bin") {
            return (Notation::Base64, value.to_owned());
        }
        match hex_bytes(value) {
            Some(Ok(bytes)) => (Notation::Hex, STANDARD.encode(bytes)),
            // No base64 either, so it is refused.
            Some(Err(())) => (Notation::Hex, "?".to_owned()),
            None => (Notation::Base64, value.to_owned()),
        }
    }
}

/// The bytes of a value that is meant as hexadecimal: after `0x`, or pairs with colons between. `None` for anything
/// else: digits alone may as well be base64.
fn hex_bytes(value: &str) -> Option<Result<Vec<u8>, ()>> {
    let value = value.trim();
    let digits = match value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
        Some(digits) => digits,
        None if value.contains(':') => value,
        None => return None,
    };
    let digits: Vec<u8> = digits.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b':').collect();
    let pair = |pair: &[u8]| match pair {
        [high, low] => {
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            Some(digit(*high)? << 4 | digit(*low)?)
        }
        _ => None,
    };
    Some(digits.chunks(2).map(pair).collect::<Option<Vec<u8>>>().ok_or(()))
}

/// Whether values of this key are secrets as a rule: token, authorization, cookie, `*-key`, `*secret*`, `*password*`.
pub fn is_secret_key(key: &str) -> bool {
    let key = key.trim().to_ascii_lowercase();
    key.contains("token")
        || key.contains("authorization")
        || key.contains("cookie")
        || key.contains("secret")
        || key.contains("password")
        || key.ends_with("-key")
        || key.ends_with("_key")
        || key.ends_with("apikey")
}

/// Keys that are often written by hand, for completion.
pub const COMMON_KEYS: [&str; 20] = [
    "authorization",
    "token",
    "x-request-id",
    "x-tenant-id",
    "x-user-id",
    "x-api-key",
    "cookie",
    "traceparent",
    "tracestate",
    "baggage",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "x-b3-flags",
    "b3",
    "x-forwarded-for",
    "x-real-ip",
    "accept-language",
    "x-trace-id",
];

#[cfg(test)]
mod tests {
    use super::{MetadataRow, Notation, RowCheck, WrittenBytes, is_secret_key};
    use crate::secret::Secret;

    #[test]
    fn keys_of_secrets() {
        for (key, expect) in [
            ("token", true),
            ("Authorization", true),
            ("set-cookie", true),
            ("x-api-key", true),
            ("client_secret", true),
            ("x-request-id", false),
            ("keyboard", false),
            ("", false),
        ] {
            assert_eq!(is_secret_key(key), expect, "{key}");
        }
    }

    #[test]
    fn bytes_are_base64_or_hexadecimal() {
        for (value, expect, base64) in [
            ("q6ur", Some((3, Notation::Base64)), "q6ur"),
            ("0xABab ab", Some((3, Notation::Hex)), "q6ur"),
            ("ab:ab:ab", Some((3, Notation::Hex)), "q6ur"),
            ("0x", Some((0, Notation::Hex)), ""),
            ("0xabc", None, ""),
            ("0xzz", None, ""),
            ("x:y", None, ""),
            ("***", None, ""),
            // Digits alone are base64.
            ("abab", Some((3, Notation::Base64)), "abab"),
        ] {
            let row =
                MetadataRow { on: true, key: "X-Bin".into(), value: Secret::new(value), ..MetadataRow::default() };
            let found = match row.check() {
                RowCheck::Sent { binary: Some(WrittenBytes { count, notation }) } => Some((count, notation)),
                _ => None,
            };
            assert_eq!(found, expect, "{value}");
            let sent = row.sent().map(|(_, value)| value.reveal().to_owned());
            assert_eq!(sent.as_deref(), expect.map(|_| base64), "{value}");
        }
    }

    #[test]
    fn bytes_change_their_notation_and_back() {
        let row = MetadataRow { on: true, key: "a-bin".into(), value: Secret::new("q6s="), ..MetadataRow::default() };
        let Some((Notation::Hex, hex)) = row.in_other_notation() else { unreachable!("base64 becomes hex") };
        assert_eq!(hex.reveal(), "0xabab");
        let row = MetadataRow { value: hex, ..row };
        assert_eq!(row.in_other_notation(), Some((Notation::Base64, Secret::new("q6s="))));
        let plain = MetadataRow { key: "a".into(), ..row };
        assert_eq!(plain.in_other_notation(), None);
    }
}
