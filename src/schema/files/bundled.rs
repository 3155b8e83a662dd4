//! What the binary carries for schemas: the packed compiler, and .proto files that everybody imports. Where they are
//! unpacked to is not decided here.

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// The text of a bundled file by its import name.
pub(super) fn text(name: &str) -> Option<&'static str> {
    let at = PROTOS.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    PROTOS.get(at).map(|(_, text)| *text)
}
