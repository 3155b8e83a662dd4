//! [`Secret`]: a value that never shows itself by accident.
//!
//! It has no `Display` and no `Serialize`, and its `Debug` prints dots. Whoever needs the text says so with
//! [`Secret::reveal`]. The bytes are not wiped from memory on drop: the allocator and the operating system make that a
//! promise that nobody can keep without `unsafe`.

use std::fmt;

/// A token, password or private key. Compare with `==`, read with [`Secret::reveal`].
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Wraps `value`.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one place that sends or uses it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// True if there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(••••••)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_shows_nothing() {
        assert!(!format!("{:?}", Secret::new("101010")).contains("101010"));
    }
}
