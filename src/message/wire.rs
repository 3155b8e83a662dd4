//! Wire bytes checked against a type.

use super::MessageError;
use crate::schema::MessageType;

/// Parses `bytes` as `ty` and gives them back re-encoded, unknown fields kept (the conformance suite's bin → bin).
pub fn check_wire(ty: &MessageType, bytes: &[u8]) -> Result<Vec<u8>, MessageError> {
    let _ = (ty, bytes);
    unimplemented!()
}
