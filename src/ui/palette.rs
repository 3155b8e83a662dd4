//! The palette.

/// The palette while it is open.
#[derive(Default)]
pub(super) struct Palette {}
