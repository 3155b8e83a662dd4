//! The messages of one call: recent ones in memory, older ones on disk.
