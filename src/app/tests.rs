//! Events and acts, by plain values.
