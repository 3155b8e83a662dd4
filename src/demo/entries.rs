//! What a registry knows of the demo's servers: names, addresses, tags, and how each is meant to be seen.

use std::net::SocketAddr;

use super::users::{Kind, User};

/// One instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The service that it belongs to.
    pub service: &'static str,
    /// Its id.
    pub id: String,
    /// Where it listens, or does not.
    pub address: SocketAddr,
    /// Tags.
    pub tags: Vec<&'static str>,
    /// Metadata.
    pub meta: Vec<(&'static str, &'static str)>,
    /// How a registry that has checks is to see it.
    pub state: EntryState,
    /// It speaks TLS with the demo's certificate.
    pub tls: bool,
}

/// How a registry sees an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// Its port is open.
    Passing,
    /// Its port is closed.
    Critical,
    /// It gave warning of itself, in these words.
    Warning(&'static str),
    /// Taken out by hand, for this reason.
    Maintenance(&'static str),
}

/// Everything, in the order of a list.
pub(super) fn all(users: &[User], plaintext: SocketAddr, more: &[SocketAddr], closed: SocketAddr) -> Vec<Entry> {
    let user = |user: &User| Entry {
        service: "User",
        id: user.address.port().to_string(),
        address: user.address,
        tags: vec!["user", if user.kind == Kind::Newer { "v1.9-rc" } else { "v1.8" }],
        meta: vec![
            ("version", if user.kind == Kind::Newer { "1.9.0-rc1" } else { "1.8.3" }),
            ("zone", "cn-east-1"),
            ("owner", "accounts"),
        ],
        state: match user.kind {
            Kind::Draining => EntryState::Maintenance("draining for v1.9"),
            _ => EntryState::Passing,
        },
        tls: true,
    };
    let shop = |service, id: &str, address, tags: &[&'static str], state| Entry {
        service,
        id: id.to_owned(),
        address,
        tags: tags.to_vec(),
        meta: vec![("zone", "cn-east-1")],
        state,
        tls: false,
    };
    let mut all: Vec<Entry> = users.iter().map(user).collect();
    all.push(shop("Hello", "hello-1", plaintext, &["grpc"], EntryState::Passing));
    all.push(shop("Orders", "orders-1", plaintext, &["shop", "grpc"], EntryState::Passing));
    all.push(shop("Orders", "orders-2", closed, &["shop", "grpc"], EntryState::Critical));
    all.push(shop("Inventory", "inventory-1", plaintext, &["shop", "grpc"], EntryState::Passing));
    for (number, address) in (2..).zip(more) {
        let state = match number {
            2 => EntryState::Passing,
            _ => EntryState::Warning("disk 91 % full"),
        };
        all.push(shop("Inventory", &format!("inventory-{number}"), *address, &["shop", "grpc"], state));
    }
    all
}

/// `host:port name tag,tag` a line.
pub(super) fn list_text(entries: &[Entry]) -> String {
    let head = "# The demo's services: address, name, tags".to_owned();
    let line = |entry: &Entry| format!("{} {} {}", entry.address, entry.service, entry.tags.join(","));
    let mut lines: Vec<String> = std::iter::once(head).chain(entries.iter().map(line)).collect();
    lines.push(String::new());
    lines.join("\n")
}
