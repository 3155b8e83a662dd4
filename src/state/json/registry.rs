//! Registries as JSON.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Node, Read};
use crate::state::{RegistryDoc, RegistryViewDoc};

pub(super) fn write_registry(doc: &RegistryDoc) -> Value {
    json!({
        "kind": doc.kind,
        "name": doc.name,
        "address": doc.address,
        "had_token": doc.had_token,
        "token_keychain": doc.token_keychain,
        "datacenter": doc.datacenter,
        "namespace": doc.namespace,
        "partition": doc.partition,
        "consistency": doc.consistency,
        "ca_path": doc.ca_path,
        "cert_path": doc.cert_path,
        "key_path": doc.key_path,
        "server_name": doc.server_name,
        "skip_verify": doc.skip_verify,
        "file": doc.file,
        "text": doc.text,
        "read_only": doc.read_only,
        "pinned": doc.pinned.iter().map(|(datacenter, service)| json!([datacenter, service])).collect::<Vec<_>>(),
        "open": doc.is_open,
        "open_datacenters": doc.open_datacenters,
        "unsent_registrations": doc.unsent_registrations.iter().map(|text| &**text).collect::<Vec<_>>(),
    })
}

pub(super) fn read_registry(node: &Node<'_>) -> Read<RegistryDoc> {
    let pair = |node: &Node<'_>| match node.strings()?.as_slice() {
        [datacenter, service] => Ok((datacenter.clone(), service.clone())),
        _ => Err(node.wrong("a datacenter and a service")),
    };
    Ok(RegistryDoc {
        kind: node.text("kind")?,
        name: node.text("name")?,
        address: node.text("address")?,
        had_token: node.flag("had_token")?,
        token_keychain: node.option("token_keychain", Node::whole)?,
        datacenter: node.text("datacenter")?,
        namespace: node.text("namespace")?,
        partition: node.text("partition")?,
        consistency: node.text("consistency")?,
        ca_path: node.text("ca_path")?,
        cert_path: node.text("cert_path")?,
        key_path: node.text("key_path")?,
        server_name: node.text("server_name")?,
        skip_verify: node.flag("skip_verify")?,
        file: node.text("file")?,
        text: node.text("text")?,
        read_only: node.flag("read_only")?,
        pinned: node.list("pinned", pair)?,
        is_open: node.flag("open")?,
        open_datacenters: node.list("open_datacenters", Node::string)?,
        unsent_registrations: node
            .list_or_none("unsent_registrations", Node::string)?
            .into_iter()
            .map(Arc::from)
            .collect(),
    })
}

pub(super) fn write_view(doc: &RegistryViewDoc) -> Value {
    json!({ "registry": doc.registry, "what": doc.what, "datacenter": doc.datacenter, "service": doc.service })
}

pub(super) fn read_view(node: &Node<'_>) -> Read<RegistryViewDoc> {
    Ok(RegistryViewDoc {
        registry: node.field("registry")?.index()?,
        what: node.text("what")?,
        datacenter: node.text("datacenter")?,
        service: node.text("service")?,
    })
}
