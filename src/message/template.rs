//! A request to start from.

use crate::schema::MessageType;

/// How much a template shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TemplateSize {
    /// Scalars and enums of the top level, empty lists and maps; nested messages as `{}`.
    #[default]
    Smallest,
    /// Nested messages, one element in each list and map, the first member of each oneof; recursion is cut.
    Full,
}

/// Pretty JSON that `from_json` accepts.
pub fn template(ty: &MessageType, size: TemplateSize) -> String {
    let _ = (ty, size);
    unimplemented!()
}
