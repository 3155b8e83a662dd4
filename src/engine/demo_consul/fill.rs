//! What the demo puts into its Consul: services with checks of several kinds, and keys.

use serde_json::{Value, json};

use super::NODE;
use crate::demo::{Entry, EntryState};
use crate::registry::consul::Consul;
use crate::registry::{Cas, Health, InstanceKey, Registry, RegistryError, Scope};

/// As an agent calls its own datacenter unless told otherwise.
const DATACENTER: &str = "dc1";
/// A check that waits to be told waits so long: longer than the demo is looked at.
const TTL: &str = "24h";
/// So long is a value that is no text.
const BINARY_LEN_BYTES: usize = 2_600;

/// Keys and values that are text.
const KEYS: [(&str, &str); 13] = [
    ("envoy/admin/port", "9901"),
    ("envoy/clusters.json", "{\n  \"user\": {\"lb_policy\": \"ROUND_ROBIN\", \"http2\": true}\n}\n"),
    ("envoy/listener", "0.0.0.0:10000"),
    ("hello/config/deadline_ms", "1000"),
    ("hello/config/server_name", "www.eline.com"),
    ("hello/config/token_required", "true"),
    ("hello/feature.json", "{\"welcome_back\": true, \"percent\": 10}\n"),
    ("user/db/dsn", "user:101010@tcp(127.0.0.1:3306)/user?charset=utf8mb4"),
    ("user/db/pool", "16"),
    ("user/limits.json", "{\n  \"rps\": 80,\n  \"burst\": 40,\n  \"per\": \"token\"\n}\n"),
    ("user/motd", "欢迎使用 User 服务"),
    ("vault/seal/shares", "5"),
    ("vault/seal/threshold", "3"),
];
/// The one that is no text.
const BINARY_KEY: &str = "user/users.bin";

/// Puts everything in; what could not be put in ends it, in words.
pub(super) async fn fill(consul: &Consul, entries: &[Entry]) -> Result<(), String> {
    for entry in entries {
        put_in(consul, entry).await.map_err(|error| error.to_string())?;
    }
    put_keys(consul).await.map_err(|error| error.to_string())
}

async fn put_in(consul: &Consul, entry: &Entry) -> Result<(), RegistryError> {
    consul.register(&body(entry)).await?;
    match entry.state {
        EntryState::Maintenance(reason) => {
            let key = InstanceKey {
                datacenter: DATACENTER.to_owned(),
                node: NODE.to_owned(),
                service: entry.service.to_owned(),
                id: entry.id.clone(),
            };
            consul.maintain(&key, Some(reason)).await
        }
        EntryState::Warning(note) => consul.set_ttl(NODE, &check_id(entry), Health::Warning, note).await,
        EntryState::Passing | EntryState::Critical => Ok(()),
    }
}

fn check_id(entry: &Entry) -> String {
    format!("service:{}", entry.id)
}

/// As the agent's API takes it.
fn body(entry: &Entry) -> Value {
    let (id, address) = (check_id(entry), entry.address.to_string());
    let tcp =
        |status: &str| json!({"CheckID": id, "TCP": address, "Interval": "5s", "Timeout": "5s", "Status": status});
    let check = match entry.state {
        // Until its first look a check says critical by itself.
        EntryState::Passing | EntryState::Maintenance(_) => tcp("passing"),
        EntryState::Critical => tcp("critical"),
        EntryState::Warning(_) => json!({"CheckID": id, "TTL": TTL, "Status": "warning"}),
    };
    let meta: serde_json::Map<String, Value> =
        entry.meta.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({
        "ID": entry.id,
        "Name": entry.service,
        "Tags": entry.tags,
        "Meta": meta,
        "Address": entry.address.ip().to_string(),
        "Port": entry.address.port(),
        "Check": check,
    })
}

async fn put_keys(consul: &Consul) -> Result<(), RegistryError> {
    let Some(keys) = consul.key_values() else { return Ok(()) };
    let binary: Vec<u8> = (0..BINARY_LEN_BYTES).map(|at| (at * 37 % 251) as u8).collect();
    let texts = KEYS.iter().map(|(key, value)| (*key, value.as_bytes()));
    for (key, value) in texts.chain([(BINARY_KEY, binary.as_slice())]) {
        keys.put(&Scope::default(), key, value, 0, Cas::Always).await?;
    }
    Ok(())
}
