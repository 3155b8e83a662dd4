//! Metadata rows as typed.

use crate::call::{MetadataError, check_metadata};
use crate::secret::Secret;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataRow {
    /// Names the row while its text changes.
    pub id: u64,
    /// Sent.
    pub on: bool,
    /// As typed.
    pub key: String,
    /// As typed; `-bin` keys in base64.
    pub value: Secret,
    /// Its key spoke of a secret once: the value stays masked also while the key is edited.
    pub secret: bool,
    /// The value is shown although its key speaks of a secret.
    pub revealed: bool,
    /// It had a value that was not kept, and has to be typed again.
    pub missing: bool,
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowCheck {
    /// Switched off, or empty.
    Skipped,
    /// Goes out; the number of bytes if its key ends in `-bin`.
    Sent {
        /// Bytes behind the base64.
        binary: Option<usize>,
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
        match check_metadata(self.key.trim(), self.value.reveal()) {
            Ok((key, bytes)) => RowCheck::Sent { binary: key.ends_with("-bin").then_some(bytes.len()) },
            Err(error) => RowCheck::Refused(error),
        }
    }

    /// Takes note of a key that speaks of a secret, and of a value that was typed again.
    pub fn note_key(&mut self) {
        self.secret |= is_secret_key(&self.key);
        self.missing &= self.value.is_empty();
    }
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

#[cfg(test)]
mod tests {
    use super::is_secret_key;

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
}
