//! Consul's keys and values, by our own client: any key that Consul can hold, one key at a time where one was named.
//!
//! Lives here: reading, watching, writing on a condition, deleting one key or all that begin with a text. Absent: files
//! of keys (`kv_file`). A key that no path can say (empty segments, dots) is read and written by a transaction, whose
//! body names it; a list of such is had by the nearest beginning that a path can say, and sieved.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Consul;
use super::blocking::{self, Blocking, Source};
use super::http::{Ask, Reply, is_addressable};
use crate::registry::{
    Absent, Answer, BadKey, BoxFuture, Cas, Hidden, KeyEntry, KeyValues, KeyWritten, Odd, RegistryError, RegistryFault,
    Scope, Watch,
};

/// The largest value that Consul keeps, and the largest body of a transaction, in bytes.
pub const LARGEST_VALUE: usize = 512 << 10;
/// Writing half a megabyte through a slow majority may take a while.
const WRITE: Duration = Duration::from_secs(20);

/// A key as Consul tells it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pair {
    key: String,
    #[serde(default)]
    flags: u64,
    value: Option<String>,
    #[serde(default)]
    lock_index: u64,
    session: Option<String>,
    #[serde(default)]
    create_index: u64,
    #[serde(default)]
    modify_index: u64,
}

impl Pair {
    fn entry(self) -> Result<KeyEntry, RegistryFault> {
        let Self { key, flags, value, lock_index, session, create_index, modify_index } = self;
        let value = STANDARD
            .decode(value.unwrap_or_default())
            .map_err(|error| RegistryFault::Foreign(Odd::NoBase64 { key: key.clone(), error: error.to_string() }))?;
        let holder = session.filter(|holder| !holder.is_empty());
        Ok(KeyEntry { key, value, flags, created: create_index, modified: modify_index, lock_index, holder })
    }
}

/// What a transaction answers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Outcome {
    #[serde(default)]
    results: Option<Vec<BTreeMap<String, Pair>>>,
    #[serde(default)]
    errors: Option<Vec<OutcomeError>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OutcomeError {
    what: String,
}

/// What came of one operation of a transaction.
enum Op {
    Done(Vec<KeyEntry>),
    /// Somebody was first: Consul's words.
    Stale,
    /// There is no such key.
    Absent,
    /// The rules took it out of the answer.
    Filtered,
}

impl Consul {
    async fn read_key(&self, scope: &Scope, key: &str) -> Result<Answer<Option<KeyEntry>>, RegistryError> {
        if !is_plain(key) {
            return match self.operate(scope, json!({"Verb": "get", "Key": key}), true).await?.0 {
                Op::Done(entries) => {
                    Ok(Answer { value: entries.into_iter().find(|entry| entry.key == key), hidden: Hidden::Nothing })
                }
                Op::Absent | Op::Stale => Ok(Answer { value: None, hidden: Hidden::Nothing }),
                Op::Filtered => Ok(Answer { value: None, hidden: Hidden::Surely }),
            };
        }
        let ask = Ask::get(&["v1", "kv", key]).within(scope);
        let reply = self.http().send_any(&ask).await?;
        match reply.status {
            200 => {
                let entry = self.pairs(&ask, &reply)?.into_iter().find(|entry| entry.key == key);
                Ok(Answer { value: entry, hidden: Hidden::Nothing })
            }
            404 => Ok(Answer { value: None, hidden: self.hidden(&reply.facts).await }),
            _ => Err(self.http().refused(&ask, &reply)),
        }
    }

    /// The keys that begin with a text; with their values too.
    fn list(prefix: &str, scope: &Scope, with_values: bool) -> Ask {
        let ask = Ask::get(&["v1", "kv", plain_beginning(prefix)]).within(scope);
        ask.flag(if with_values { "recurse" } else { "keys" })
    }

    async fn read_keys(&self, scope: &Scope, prefix: &str) -> Result<Answer<Vec<String>>, RegistryError> {
        let ask = Self::list(prefix, scope, false);
        let reply = self.http().send_any(&ask).await?;
        let mut keys: Vec<String> = match reply.status {
            200 => self.http().parse::<Option<Vec<String>>>(&ask, &reply)?.unwrap_or_default(),
            404 => Vec::new(),
            _ => return Err(self.http().refused(&ask, &reply)),
        };
        keys.retain(|key| key.starts_with(prefix));
        keys.sort();
        let hidden = self.hidden(&reply.facts).await;
        Ok(Answer { value: keys, hidden })
    }

    /// The answer to [`Self::list`] with values.
    fn entries_of(&self, ask: &Ask, reply: &Reply, prefix: &str) -> Result<Vec<KeyEntry>, RegistryError> {
        let mut entries = match reply.status {
            200 => self.pairs(ask, reply)?,
            404 => Vec::new(),
            _ => return Err(self.http().refused(ask, reply)),
        };
        entries.retain(|entry| entry.key.starts_with(prefix));
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(entries)
    }

    async fn read_entries(&self, scope: &Scope, prefix: &str) -> Result<Answer<Vec<KeyEntry>>, RegistryError> {
        let ask = Self::list(prefix, scope, true);
        let reply = self.http().send_any(&ask).await?;
        let entries = self.entries_of(&ask, &reply, prefix)?;
        let hidden = self.hidden(&reply.facts).await;
        Ok(Answer { value: entries, hidden })
    }

    async fn put_key(
        &self,
        scope: &Scope,
        key: &str,
        value: &[u8],
        flags: u64,
        cas: Cas,
    ) -> Result<KeyWritten, RegistryError> {
        let ask = Ask::put(&["v1", "kv", key]).in_datacenter(scope.datacenter.as_deref()).patience(WRITE);
        let refused = |why: BadKey| Err(self.http().error(&ask, RegistryFault::BadKey(why)));
        if key.is_empty() {
            return refused(BadKey::Empty);
        }
        if value.len() > LARGEST_VALUE {
            return refused(BadKey::TooLarge { bytes: value.len(), most: LARGEST_VALUE });
        }
        if !is_plain(key) {
            let (verb, index) = match cas {
                Cas::Always => ("set", 0),
                Cas::Absent => ("cas", 0),
                Cas::Index(index) => ("cas", index),
            };
            let operation =
                json!({"Verb": verb, "Key": key, "Value": STANDARD.encode(value), "Flags": flags, "Index": index});
            let len = operation.to_string().len();
            let fits = len + TRANSACTION_AROUND <= LARGEST_VALUE;
            if !fits && !is_addressable(key) {
                return refused(BadKey::TooLargeForTransaction { bytes: value.len(), most: LARGEST_VALUE });
            }
            if fits {
                let (done, asked) = self.operate(scope, operation, false).await?;
                return match done {
                    Op::Done(_) => Ok(KeyWritten::Yes),
                    Op::Stale | Op::Absent => Ok(KeyWritten::Changed),
                    Op::Filtered => {
                        Err(self.http().error(&asked, RegistryFault::Denied("Permission denied".to_owned())))
                    }
                };
            }
        }
        let mut ask = ask.body(value.to_vec());
        if flags != 0 {
            ask = ask.query("flags", flags.to_string());
        }
        ask = match cas {
            Cas::Always => ask,
            Cas::Absent => ask.query("cas", "0"),
            Cas::Index(index) => ask.query("cas", index.to_string()),
        };
        self.written(&ask).await
    }

    /// Deletes one key. Consul says yes to every key, so it is looked first whether there is one.
    async fn delete_key(&self, scope: &Scope, key: &str, cas: Cas) -> Result<KeyWritten, RegistryError> {
        let mut ask = Ask::delete(&["v1", "kv", key]).in_datacenter(scope.datacenter.as_deref());
        let place = Scope { datacenter: scope.datacenter.clone(), ..Scope::default() };
        let there = self.read_key(&place, key).await?;
        match (&there.value, cas) {
            (None, Cas::Index(_)) | (Some(_), Cas::Absent) => return Ok(KeyWritten::Changed),
            (None, _) => {
                let may_be_hidden = there.hidden != Hidden::Nothing;
                let absent = Absent::Key { key: key.to_owned(), may_be_hidden };
                return Err(self.http().error(&ask, RegistryFault::Missing(absent)));
            }
            (Some(entry), Cas::Index(index)) if entry.modified != index => return Ok(KeyWritten::Changed),
            _ => {}
        }
        if !is_plain(key) {
            let operation = match cas {
                Cas::Index(index) => json!({"Verb": "delete-cas", "Key": key, "Index": index}),
                _ => json!({"Verb": "delete", "Key": key}),
            };
            return match self.operate(scope, operation, false).await?.0 {
                Op::Stale => Ok(KeyWritten::Changed),
                // What was deleted is not in the answer.
                Op::Done(_) | Op::Absent | Op::Filtered => Ok(KeyWritten::Yes),
            };
        }
        if let Cas::Index(index) = cas {
            ask = ask.query("cas", index.to_string());
        }
        self.written(&ask).await
    }

    async fn delete_all(&self, scope: &Scope, prefix: &str) -> Result<(), RegistryError> {
        if is_plain(prefix) {
            let ask = Ask::delete(&["v1", "kv", prefix]).in_datacenter(scope.datacenter.as_deref()).patience(WRITE);
            return self.written(&ask.flag("recurse")).await.map(drop);
        }
        self.operate(scope, json!({"Verb": "delete-tree", "Key": prefix}), false).await.map(drop)
    }

    /// `true` or `false`, as a write answers.
    async fn written(&self, ask: &Ask) -> Result<KeyWritten, RegistryError> {
        let (is_done, _) = self.http().json::<bool>(ask).await?;
        Ok(if is_done { KeyWritten::Yes } else { KeyWritten::Changed })
    }

    fn pairs(&self, ask: &Ask, reply: &Reply) -> Result<Vec<KeyEntry>, RegistryError> {
        let pairs: Vec<Pair> = self.http().parse(ask, reply)?;
        pairs.into_iter().map(Pair::entry).collect::<Result<_, _>>().map_err(|fault| self.http().error(ask, fault))
    }

    /// One operation of a transaction.
    async fn operate(&self, scope: &Scope, operation: Value, reads: bool) -> Result<(Op, Ask), RegistryError> {
        let ask = Ask::put(&["v1", "txn"]).in_datacenter(scope.datacenter.as_deref()).patience(WRITE);
        let ask = if reads { ask.consistency(scope.consistency) } else { ask };
        let verb = operation.get("Verb").and_then(Value::as_str).unwrap_or_default().to_owned();
        let ask = ask.body(json!([{"KV": operation}]).to_string());
        let reply = self.http().send_any(&ask).await?;
        if !matches!(reply.status, 200 | 409) {
            return Err(self.http().refused(&ask, &reply));
        }
        let outcome: Outcome = self.http().parse(&ask, &reply)?;
        if let Some(error) = outcome.errors.unwrap_or_default().into_iter().next() {
            let op = match error.what.as_str() {
                what if what.contains("index is stale") => Op::Stale,
                what if what.contains("doesn't exist") => Op::Absent,
                what if what.to_ascii_lowercase().contains("permission denied") => {
                    return Err(self.http().error(&ask, RegistryFault::Denied(error.what)));
                }
                _ => {
                    let fault = RegistryFault::Refused { status: reply.status, said: error.what };
                    return Err(self.http().error(&ask, fault));
                }
            };
            return Ok((op, ask));
        }
        let mut entries = Vec::new();
        for result in outcome.results.unwrap_or_default() {
            for (_, pair) in result {
                entries.push(pair.entry().map_err(|fault| self.http().error(&ask, fault))?);
            }
        }
        let is_filtered = entries.is_empty() && matches!(verb.as_str(), "get" | "set" | "cas");
        Ok((if is_filtered { Op::Filtered } else { Op::Done(entries) }, ask))
    }
}

/// What stands around an operation in a transaction's body: `[{"KV":…}]`.
const TRANSACTION_AROUND: usize = 16;

/// Whether a path can say the key, and every agent takes the path: Consul refuses those with characters that do not
/// print, and some versions know fewer of these than others.
fn is_plain(key: &str) -> bool {
    is_addressable(key)
        && key.chars().all(|character| character.is_alphanumeric() || character.is_ascii_graphic() || character == ' ')
}

/// The longest beginning of `prefix` that a path can say.
fn plain_beginning(prefix: &str) -> &str {
    let ends = prefix.char_indices().map(|(at, _)| at).chain([prefix.len()]).collect::<Vec<_>>();
    ends.into_iter().rev().filter_map(|end| prefix.get(..end)).find(|part| is_plain(part)).unwrap_or_default()
}

/// All keys that begin with a text, watched.
struct Entries {
    consul: Consul,
    scope: Scope,
    prefix: String,
    block: Blocking,
}

impl Source for Entries {
    type Value = Vec<KeyEntry>;

    async fn next(&mut self) -> Result<Answer<Vec<KeyEntry>>, RegistryError> {
        let ask = Consul::list(&self.prefix, &self.scope, true);
        let reply = self.block.next(ask.clone(), |status| matches!(status, 200 | 404)).await?;
        let entries = self.consul.entries_of(&ask, &reply, &self.prefix)?;
        let hidden = self.consul.hidden(&reply.facts).await;
        Ok(Answer { value: entries, hidden })
    }

    fn reset(&mut self) {
        self.block = Blocking::new(self.consul.http().clone());
    }
}

impl KeyValues for Consul {
    fn get<'a>(
        &'a self,
        scope: &'a Scope,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Answer<Option<KeyEntry>>, RegistryError>> {
        Box::pin(self.read_key(scope, key))
    }

    fn keys<'a>(
        &'a self,
        scope: &'a Scope,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<Answer<Vec<String>>, RegistryError>> {
        Box::pin(self.read_keys(scope, prefix))
    }

    fn entries<'a>(
        &'a self,
        scope: &'a Scope,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<Answer<Vec<KeyEntry>>, RegistryError>> {
        Box::pin(self.read_entries(scope, prefix))
    }

    fn watch(&self, scope: Scope, prefix: String) -> Watch<Vec<KeyEntry>> {
        let block = Blocking::new(self.http().clone());
        blocking::watch(Entries { consul: self.clone(), scope, prefix, block })
    }

    fn put<'a>(
        &'a self,
        scope: &'a Scope,
        key: &'a str,
        value: &'a [u8],
        flags: u64,
        cas: Cas,
    ) -> BoxFuture<'a, Result<KeyWritten, RegistryError>> {
        Box::pin(self.put_key(scope, key, value, flags, cas))
    }

    fn delete<'a>(
        &'a self,
        scope: &'a Scope,
        key: &'a str,
        cas: Cas,
    ) -> BoxFuture<'a, Result<KeyWritten, RegistryError>> {
        Box::pin(self.delete_key(scope, key, cas))
    }

    fn delete_prefix<'a>(&'a self, scope: &'a Scope, prefix: &'a str) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(self.delete_all(scope, prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_keys_go_by_path() {
        for (key, plain, beginning) in [
            ("a/b", true, "a/b"),
            ("a b%&?#+", true, "a b%&?#+"),
            ("中文/键", true, "中文/键"),
            ("", true, ""),
            ("a/", true, "a/"),
            ("a//b", false, "a/"),
            ("/a", false, ""),
            ("a/../b", false, "a/"),
            ("a/.", false, "a/"),
            (".", false, ""),
            ("a\nb", false, "a"),
            ("x/😀/y", false, "x/"),
        ] {
            assert_eq!(is_plain(key), plain, "{key:?}");
            assert_eq!(plain_beginning(key), beginning, "{key:?}");
        }
    }
}
