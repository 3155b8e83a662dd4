//! Keys and values of a registry.

use std::fmt::Debug;

use super::{Answer, BoxFuture, RegistryError, Scope, Watch};

/// One key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyEntry {
    /// The whole key: any text, `/` by convention parts it.
    pub key: String,
    /// Its bytes.
    pub value: Vec<u8>,
    /// A number that belongs to whoever writes.
    pub flags: u64,
    /// Index at which it came to be.
    pub created: u64,
    /// Index at which it was written last: what a compare-and-set compares.
    pub modified: u64,
    /// How often it was locked.
    pub lock_index: u64,
    /// Who holds its lock: Consul calls it the key's session.
    pub holder: Option<String>,
}

/// On which condition a key is written or deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cas {
    /// On none.
    #[default]
    Always,
    /// If it does not exist.
    Absent,
    /// If it was last written at this index.
    Index(u64),
}

/// How a write on a condition ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyWritten {
    /// Written (deleted).
    Yes,
    /// Somebody else was first: nothing was written.
    Changed,
}

/// A store of keys and values. Only the scope's datacenter and consistency count.
pub trait KeyValues: Send + Sync + Debug {
    /// One key; `None` if it is not there.
    fn get<'a>(
        &'a self,
        scope: &'a Scope,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Answer<Option<KeyEntry>>, RegistryError>>;

    /// All keys that begin with `prefix`, sorted, without their values.
    fn keys<'a>(
        &'a self,
        scope: &'a Scope,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<Answer<Vec<String>>, RegistryError>>;

    /// All keys that begin with `prefix`, sorted, with their values.
    fn entries<'a>(
        &'a self,
        scope: &'a Scope,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<Answer<Vec<KeyEntry>>, RegistryError>>;

    /// All keys that begin with `prefix`, with their values, again and again as they change.
    fn watch(&self, scope: Scope, prefix: String) -> Watch<Vec<KeyEntry>>;

    /// Writes one key.
    fn put<'a>(
        &'a self,
        scope: &'a Scope,
        key: &'a str,
        value: &'a [u8],
        flags: u64,
        cas: Cas,
    ) -> BoxFuture<'a, Result<KeyWritten, RegistryError>>;

    /// Deletes exactly one key, never what begins with it.
    fn delete<'a>(
        &'a self,
        scope: &'a Scope,
        key: &'a str,
        cas: Cas,
    ) -> BoxFuture<'a, Result<KeyWritten, RegistryError>>;

    /// Deletes all keys that begin with `prefix`. The caller has named them before.
    fn delete_prefix<'a>(&'a self, scope: &'a Scope, prefix: &'a str) -> BoxFuture<'a, Result<(), RegistryError>>;
}
