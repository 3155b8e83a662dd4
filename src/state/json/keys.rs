//! What was typed into keys and changed of them, as JSON. A value that is no text goes in base64.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Node, Read};
use crate::state::{KeyActDoc, KeyBeforeDoc, KeyChangeDoc, KeyDeltaDoc, KeyDraftDoc};

pub(super) fn write_key_draft(draft: &KeyDraftDoc) -> Value {
    json!({
        "registry": draft.registry,
        "datacenter": draft.datacenter,
        "what": draft.what,
        "key": draft.key,
        "text": &*draft.text,
        "base": draft.base,
        "flags": draft.flags,
    })
}

pub(super) fn read_key_draft(node: &Node<'_>) -> Read<KeyDraftDoc> {
    Ok(KeyDraftDoc {
        registry: node.text("registry")?,
        datacenter: node.text("datacenter")?,
        what: node.option_text("what")?.unwrap_or_default(),
        key: node.text("key")?,
        text: Arc::from(node.text("text")?),
        base: node.option("base", Node::whole)?,
        flags: node.option("flags", Node::whole)?.unwrap_or_default(),
    })
}

pub(super) fn write_key_change(change: &KeyChangeDoc) -> Value {
    json!({
        "registry": change.registry,
        "datacenter": change.datacenter,
        "key": change.key,
        "at_unix_ms": change.at_unix_ms,
        "index": change.index,
        "delta": {
            "what": change.delta.what,
            "name": change.delta.name,
            "before": change.delta.before,
            "after": change.delta.after,
        },
        "act": change.act.as_ref().map(|act| json!({
            "number": act.number,
            "what": act.what,
            "from": act.from,
            "to": act.to,
        })),
        "was_there": change.was_there,
        "before": change.before.as_ref().map(write_before),
    })
}

fn write_before(before: &KeyBeforeDoc) -> Value {
    let (name, value) = match std::str::from_utf8(&before.value) {
        Ok(text) => ("text", text.to_owned()),
        Err(_no_text) => ("base64", STANDARD.encode(&before.value)),
    };
    json!({ name: value, "flags": before.flags, "modified": before.modified })
}

pub(super) fn read_key_change(node: &Node<'_>) -> Read<Arc<KeyChangeDoc>> {
    let delta = node.field("delta")?;
    let read_act = |node: &Node<'_>| {
        let (what, from, to) = (node.text("what")?, node.text("from")?, node.text("to")?);
        Ok(KeyActDoc { number: node.field("number")?.whole()?, what, from, to })
    };
    Ok(Arc::new(KeyChangeDoc {
        registry: node.text("registry")?,
        datacenter: node.text("datacenter")?,
        key: node.text("key")?,
        at_unix_ms: node.field("at_unix_ms")?.whole()?,
        index: node.option("index", Node::whole)?,
        delta: KeyDeltaDoc {
            what: delta.text("what")?,
            name: delta.text("name")?,
            before: delta.option_text("before")?,
            after: delta.option_text("after")?,
        },
        act: node.option("act", read_act)?,
        was_there: node.flag("was_there")?,
        before: node.option("before", read_before)?,
    }))
}

fn read_before(node: &Node<'_>) -> Read<KeyBeforeDoc> {
    let value = if let Some(text) = node.option_text("text")? {
        text.into_bytes()
    } else {
        let field = node.field("base64")?;
        STANDARD.decode(field.string()?).map_err(|_no_base64| field.wrong("base64"))?
    };
    let (flags, modified) = (node.field("flags")?.whole()?, node.field("modified")?.whole()?);
    Ok(KeyBeforeDoc { value: value.into(), flags, modified })
}
