//! Types that are always at hand: well-known types and google/rpc's error details.

use super::{MessageType, Pool};

impl Pool {
    /// Well-known types, google/api, google/rpc, google/type.
    pub fn bundled() -> Self {
        unimplemented!()
    }
}

impl MessageType {
    /// The pool that it lives in.
    pub fn pool(&self) -> Pool {
        Pool { inner: self.descriptor.parent_pool().clone() }
    }
}
