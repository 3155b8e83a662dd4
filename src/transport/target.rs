//! Where a call goes: what a person types, parsed.

use std::path::PathBuf;

/// An address and how to speak to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// What the person typed, trimmed.
    pub text: String,
    /// Where to connect.
    pub address: Address,
    /// What the scheme says about TLS.
    pub security: Security,
}

/// Where to connect.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// A name or literal address (IPv6 without brackets) and a port.
    Tcp {
        /// Host name or literal address.
        host: String,
        /// Port.
        port: u16,
    },
    /// A unix socket.
    Unix(PathBuf),
}

/// Whether TLS is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Security {
    /// No scheme was given: TLS first, then plaintext, before anything of the person's is sent.
    Auto,
    /// `http://`, `grpc://`, or said so.
    Plaintext,
    /// `https://`, `grpcs://`, or said so.
    Tls,
}

/// Why a target's text was not understood; `Display` says what and how to write it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TargetError(pub String);

impl Target {
    /// Parses `host:port`, Go's `:7888`, `http://`, `https://`, `grpc://`, `grpcs://`, `[::1]:80`, `unix:///path`,
    /// `dns:///name:port`. Schemes of registries (`consul://` …) are refused with a sentence that says so.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let _ = text;
        unimplemented!()
    }

    /// The `:authority` that is sent unless overridden: `host:port`, IPv6 in brackets, `localhost` for unix sockets.
    pub fn authority(&self) -> String {
        unimplemented!()
    }

    /// The name that a certificate is checked against unless overridden.
    pub fn host(&self) -> &str {
        unimplemented!()
    }
}
