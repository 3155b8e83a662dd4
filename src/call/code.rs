//! gRPC's status codes (grpc/doc/statuscodes.md).

/// A status code; numbers that gRPC does not list are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u32);

impl Code {
    /// 0 to 16, by name.
    pub const NAMES: [&'static str; 17] = [
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    ];
    /// 0
    pub const OK: Self = Self(0);
    /// 1
    pub const CANCELLED: Self = Self(1);
    /// 2
    pub const UNKNOWN: Self = Self(2);
    /// 4
    pub const DEADLINE_EXCEEDED: Self = Self(4);
    /// 7
    pub const PERMISSION_DENIED: Self = Self(7);
    /// 8
    pub const RESOURCE_EXHAUSTED: Self = Self(8);
    /// 12
    pub const UNIMPLEMENTED: Self = Self(12);
    /// 13
    pub const INTERNAL: Self = Self(13);
    /// 14
    pub const UNAVAILABLE: Self = Self(14);
    /// 16
    pub const UNAUTHENTICATED: Self = Self(16);

    /// `NOT_FOUND`; a number that gRPC does not list is `CODE_77`.
    pub fn name(self) -> String {
        Self::NAMES.get(self.0 as usize).map_or_else(|| format!("CODE_{}", self.0), |name| (*name).to_owned())
    }
}
