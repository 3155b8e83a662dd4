//! Types that are always at hand: well-known types, google/api, google/rpc (the details of errors), google/type.

use std::sync::OnceLock;

use super::raw::BUNDLED_SET;
use super::{MessageType, Pool};

impl Pool {
    /// Well-known types, google/api, google/rpc, google/type; linked when first asked for.
    pub fn bundled() -> Self {
        static POOL: OnceLock<Pool> = OnceLock::new();
        POOL.get_or_init(|| {
            Self::from_descriptor_set(BUNDLED_SET, "the bundled types")
                // Cannot be: the set is part of the program, and a test loads it. Without it types are just not found.
                .unwrap_or_else(|_unusable| Self { inner: prost_reflect::DescriptorPool::new() })
        })
        .clone()
    }
}

impl MessageType {
    /// The pool that it lives in.
    pub fn pool(&self) -> Pool {
        Pool { inner: self.descriptor.parent_pool().clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::Pool;

    #[test]
    fn the_details_of_errors_are_at_hand() {
        for name in ["google.rpc.BadRequest", "google.rpc.RetryInfo", "google.protobuf.Timestamp", "google.type.Money"]
        {
            assert!(Pool::bundled().message_type(name).is_some(), "{name}");
        }
    }
}
