//! The document as JSON: written with sorted keys, read strictly where it matters and with the place of what is wrong.

mod keys;
mod registry;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use self::keys::{read_key_change, read_key_draft, write_key_change, write_key_draft};
use self::registry::{read_registry, read_view, write_registry, write_view};
use super::document::{
    DemoPart, Document, FormDoc, Origin, Panels, PinnedDoc, Place, RecentSource, RowDoc, SourceDoc, TabDoc, TargetDoc,
    VERSION,
};
use super::settings::{KeysDoc, SettingsDoc};

/// Why a text is no document of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unread {
    /// Written by a newer program.
    #[error("it has version {0}, and this program knows {VERSION}")]
    Newer(u64),
    /// Something else, or damaged.
    #[error("{0}")]
    Broken(String),
}

type Read<T> = Result<T, Unread>;

impl Document {
    /// Its text, with a line break at the end.
    pub fn to_json(&self) -> String {
        let value = json!({
            "version": VERSION,
            "window": self.window.map(write_place),
            "lang": self.lang,
            "theme": self.theme,
            "settings": write_settings(&self.settings),
            "keys": self.keys.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            "used": self.used,
            "panels": {
                "side_width": number(self.panels.side_width),
                "request_share": number(self.panels.request_share),
                "list_share": number(self.panels.list_share),
                "instances_share": number(self.panels.instances_share),
                "side_folded": self.panels.side_folded,
            },
            "sources": self.sources.iter().map(write_source).collect::<Vec<_>>(),
            "forms": self.forms.iter().map(|(address, form)| write_form(address, form)).collect::<Vec<_>>(),
            "targets": self.targets.iter().map(write_target).collect::<Vec<_>>(),
            "last_secret": self.last_secret,
            "tabs": self.tabs.iter().map(write_tab).collect::<Vec<_>>(),
            "active": self.active,
            "recent_targets": self.recent_targets,
            "recent_sources": self.recent_sources.iter().map(write_recent).collect::<Vec<_>>(),
            "registries": self.registries.iter().map(write_registry).collect::<Vec<_>>(),
            "area": self.area,
            "shown_registry": self.shown_registry.as_ref().map(write_view),
            "key_drafts": self.key_drafts.iter().map(write_key_draft).collect::<Vec<_>>(),
            "key_changes": self.key_changes.iter().map(|change| write_key_change(change)).collect::<Vec<_>>(),
        });
        format!("{value:#}\n")
    }

    /// Reads [`Document::to_json`] again.
    pub(super) fn from_json(bytes: &[u8]) -> Read<Self> {
        let value: Value = serde_json::from_slice(bytes).map_err(|error| Unread::Broken(error.to_string()))?;
        let all = Node { value: &value, path: String::new() };
        match all.field("version")?.value.as_u64() {
            Some(VERSION) => {}
            Some(newer) if newer > VERSION => return Err(Unread::Newer(newer)),
            _ => return Err(Unread::Broken("version: not a number that was ever used".to_owned())),
        }
        let panels = all.field("panels")?;
        let forms = all.list("forms", |node| Ok((node.text("address")?, read_form(node)?)))?;
        Ok(Self {
            window: all.option("window", read_place)?,
            lang: all.option_text("lang")?,
            theme: all.option_text("theme")?,
            settings: all.option("settings", read_settings)?.unwrap_or_default(),
            keys: all.option("keys", read_keys)?.unwrap_or_default(),
            used: all.option("used", Node::strings)?.unwrap_or_default(),
            panels: Panels {
                side_width: panels.option("side_width", Node::float)?,
                request_share: panels.option("request_share", Node::float)?,
                list_share: panels.option("list_share", Node::float)?,
                instances_share: panels.option("instances_share", Node::float)?,
                side_folded: panels.option("side_folded", Node::boolean)?.unwrap_or_default(),
            },
            sources: all.list("sources", read_source)?,
            forms,
            targets: all.list_or_none("targets", read_target)?,
            last_secret: all.option("last_secret", Node::whole)?.unwrap_or_default(),
            tabs: all.list("tabs", read_tab)?,
            active: all.option("active", Node::index)?,
            area: all.option_text("area")?,
            recent_targets: all.list("recent_targets", Node::string)?,
            recent_sources: all.list("recent_sources", read_recent)?,
            registries: all.list_or_none("registries", read_registry)?,
            shown_registry: all.option("shown_registry", read_view)?,
            key_drafts: all.list_or_none("key_drafts", read_key_draft)?,
            key_changes: all.list_or_none("key_changes", read_key_change)?,
        })
    }
}

fn write_settings(settings: &SettingsDoc) -> Value {
    json!({
        "zoom_percent": settings.zoom_percent,
        "data_tenths": settings.data_tenths,
        "deadline": settings.deadline,
        "largest_bytes": settings.largest_bytes,
        "compress": settings.compress,
        "connect_timeout_ms": settings.connect_timeout.map(millis),
    })
}

fn read_settings(node: &Node<'_>) -> Read<SettingsDoc> {
    Ok(SettingsDoc {
        zoom_percent: node.option("zoom_percent", Node::whole)?,
        data_tenths: node.option("data_tenths", Node::whole)?,
        deadline: node.option_text("deadline")?,
        largest_bytes: node.option("largest_bytes", Node::whole)?,
        compress: node.option_text("compress")?,
        connect_timeout: node.option("connect_timeout_ms", Node::whole)?.map(Duration::from_millis),
    })
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Tags with the chords of each, in the order of the tags.
fn read_keys(node: &Node<'_>) -> Read<KeysDoc> {
    node.object()?.keys().map(|tag| Ok((tag.clone(), node.list(tag, Node::string)?))).collect()
}

/// A number that JSON can hold.
fn number(value: Option<f32>) -> Option<f32> {
    value.filter(|value| value.is_finite())
}

fn write_place(place: Place) -> Value {
    let pair = |pair: [f32; 2]| pair.iter().all(|part| part.is_finite()).then_some(pair);
    json!({
        "position": place.position.and_then(pair),
        "size": pair(place.size),
        "maximized": place.maximized,
    })
}

fn read_place(node: &Node<'_>) -> Read<Place> {
    let pair = |node: &Node<'_>| match node.items()?.as_slice() {
        [x, y] => Ok([x.float()?, y.float()?]),
        _ => Err(node.wrong("two numbers")),
    };
    Ok(Place {
        position: node.option("position", pair)?,
        size: node.option("size", pair)?.unwrap_or_default(),
        maximized: node.flag("maximized")?,
    })
}

fn write_demo(part: DemoPart) -> &'static str {
    match part {
        DemoPart::Plaintext => "plaintext",
        DemoPart::Tls => "tls",
    }
}

fn read_demo(node: &Node<'_>) -> Read<DemoPart> {
    match node.string()?.as_str() {
        "plaintext" => Ok(DemoPart::Plaintext),
        "tls" => Ok(DemoPart::Tls),
        _ => Err(node.wrong("plaintext or tls")),
    }
}

fn write_origin(origin: &Origin) -> Value {
    match origin {
        Origin::Address(address) => json!({ "address": address }),
        Origin::Files { paths, import_roots } => json!({
            "paths": paths.iter().map(|path| write_path(path)).collect::<Vec<_>>(),
            "import_roots": import_roots.iter().map(|path| write_path(path)).collect::<Vec<_>>(),
        }),
    }
}

fn read_origin(node: &Node<'_>) -> Read<Origin> {
    if node.has("address") {
        return Ok(Origin::Address(node.text("address")?));
    }
    Ok(Origin::Files { paths: node.list("paths", read_path)?, import_roots: node.list("import_roots", read_path)? })
}

fn write_source(source: &SourceDoc) -> Value {
    json!({
        "origin": write_origin(&source.origin),
        "name": source.name,
        "demo": source.demo.map(write_demo),
        "target": source.target,
        "metadata": source.metadata.iter().map(write_row).collect::<Vec<_>>(),
        "call_metadata": source.call_metadata.iter().map(write_row).collect::<Vec<_>>(),
    })
}

fn read_source(node: &Node<'_>) -> Read<SourceDoc> {
    Ok(SourceDoc {
        origin: read_origin(&node.field("origin")?)?,
        name: node.option_text("name")?,
        demo: node.option("demo", read_demo)?,
        target: node.option_text("target")?,
        metadata: node.list("metadata", read_row)?,
        call_metadata: node.list("call_metadata", read_row)?,
    })
}

fn write_recent(recent: &RecentSource) -> Value {
    json!({ "origin": write_origin(&recent.origin), "name": recent.name })
}

fn read_recent(node: &Node<'_>) -> Read<RecentSource> {
    Ok(RecentSource { origin: read_origin(&node.field("origin")?)?, name: node.option_text("name")? })
}

fn write_row(row: &RowDoc) -> Value {
    json!({ "on": row.on, "key": row.key, "value": row.value, "secret": row.secret, "keychain": row.keychain })
}

fn write_target(target: &TargetDoc) -> Value {
    json!({
        "address": target.address,
        "metadata": target.metadata.iter().map(write_row).collect::<Vec<_>>(),
    })
}

fn read_target(node: &Node<'_>) -> Read<TargetDoc> {
    Ok(TargetDoc { address: node.text("address")?, metadata: node.list("metadata", read_row)? })
}

fn read_row(node: &Node<'_>) -> Read<RowDoc> {
    Ok(RowDoc {
        on: node.flag("on")?,
        key: node.text("key")?,
        value: node.option_text("value")?,
        secret: node.flag("secret")?,
        keychain: node.option("keychain", Node::whole)?,
    })
}

fn write_form(address: &str, form: &FormDoc) -> Value {
    let ms = |time: Option<Duration>| time.map(millis);
    json!({
        "address": address,
        "scheme": form.scheme,
        "ca": form.ca,
        "ca_path": form.ca_path,
        "exact_path": form.exact_path,
        "pinned": form.pinned.as_ref().map(|pinned| json!({
            "sha256": pinned.sha256.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat(),
            "subject": pinned.subject,
            "not_after_unix_s": pinned.not_after_unix_s,
        })),
        "server_name": form.server_name,
        "authority": form.authority,
        "client": form.client,
        "cert_path": form.cert_path,
        "key_path": form.key_path,
        "bundle_path": form.bundle_path,
        "had_password": form.had_password,
        "password_keychain": form.password_keychain,
        "skip_verify": form.skip_verify,
        "connect_timeout_ms": ms(form.connect_timeout),
        "keepalive_ms": ms(form.keepalive),
        "keepalive_timeout_ms": ms(form.keepalive_timeout),
        "user_agent": form.user_agent,
        "deadline": form.deadline,
        "receive_bytes": form.receive_bytes,
        "send_bytes": form.send_bytes,
    })
}

fn read_form(node: &Node<'_>) -> Read<FormDoc> {
    let ms = |node: &Node<'_>| node.whole().map(Duration::from_millis);
    Ok(FormDoc {
        scheme: node.text("scheme")?,
        ca: node.text("ca")?,
        ca_path: node.text("ca_path")?,
        exact_path: node.option_text("exact_path")?.unwrap_or_default(),
        pinned: node.option("pinned", |node| {
            let field = node.field("sha256")?;
            Ok(PinnedDoc {
                sha256: unhex(&field.string()?).ok_or_else(|| field.wrong("64 hexadecimal digits"))?,
                subject: node.text("subject")?,
                not_after_unix_s: node.field("not_after_unix_s")?.signed()?,
            })
        })?,
        server_name: node.text("server_name")?,
        authority: node.text("authority")?,
        client: node.text("client")?,
        cert_path: node.text("cert_path")?,
        key_path: node.text("key_path")?,
        bundle_path: node.text("bundle_path")?,
        had_password: node.flag("had_password")?,
        password_keychain: node.option("password_keychain", Node::whole)?,
        skip_verify: node.flag("skip_verify")?,
        connect_timeout: node.option("connect_timeout_ms", ms)?,
        keepalive: node.option("keepalive_ms", ms)?,
        keepalive_timeout: node.option("keepalive_timeout_ms", ms)?,
        user_agent: node.text("user_agent")?,
        deadline: node.text("deadline")?,
        receive_bytes: node.option("receive_bytes", Node::whole)?,
        send_bytes: node.option("send_bytes", Node::whole)?,
    })
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (index, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(out)
}

fn write_tab(tab: &TabDoc) -> Value {
    json!({
        "source": tab.source,
        "demo": tab.demo.map(write_demo),
        "service": tab.service,
        "method": tab.method,
        "client_streaming": tab.client_streaming,
        "server_streaming": tab.server_streaming,
        "address": tab.address,
        "deadline": tab.deadline,
        "message": &*tab.message,
        "edited": tab.edited,
        "metadata": tab.metadata.iter().map(write_row).collect::<Vec<_>>(),
        "compress": tab.compress,
        "request_side": tab.request_side,
        "response_side": tab.response_side,
        "to_all": tab.to_all,
    })
}

fn read_tab(node: &Node<'_>) -> Read<TabDoc> {
    Ok(TabDoc {
        source: node.option("source", Node::index)?,
        demo: node.option("demo", read_demo)?,
        service: node.text("service")?,
        method: node.text("method")?,
        client_streaming: node.flag("client_streaming")?,
        server_streaming: node.flag("server_streaming")?,
        address: node.text("address")?,
        deadline: node.option_text("deadline")?,
        message: Arc::from(node.text("message")?),
        edited: node.flag("edited")?,
        metadata: node.list("metadata", read_row)?,
        compress: node.option_text("compress")?.unwrap_or_default(),
        request_side: node.text("request_side")?,
        response_side: node.text("response_side")?,
        to_all: node.option_text("to_all")?,
    })
}

/// A path as text; one that is no text as its bytes, where the system's paths are bytes.
fn write_path(path: &Path) -> Value {
    #[cfg(unix)]
    if path.to_str().is_none() {
        use std::os::unix::ffi::OsStrExt as _;
        return json!({ "bytes": path.as_os_str().as_bytes() });
    }
    Value::String(path.display().to_string())
}

fn read_path(node: &Node<'_>) -> Read<PathBuf> {
    #[cfg(unix)]
    if node.has("bytes") {
        use std::os::unix::ffi::OsStringExt as _;
        let byte = |node: &Node<'_>| u8::try_from(node.whole()?).map_err(|_too_large| node.wrong("a byte"));
        return Ok(PathBuf::from(std::ffi::OsString::from_vec(node.list("bytes", byte)?)));
    }
    node.string().map(PathBuf::from)
}

/// A value and where it stands.
struct Node<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Node<'a> {
    fn wrong(&self, expected: &str) -> Unread {
        Unread::Broken(format!("{}: not {expected}", self.path))
    }

    fn object(&self) -> Read<&'a Map<String, Value>> {
        self.value.as_object().ok_or_else(|| self.wrong("an object"))
    }

    fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some()
    }

    /// What is not there is null.
    fn field(&self, name: &str) -> Read<Node<'a>> {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Ok(Node { value: self.object()?.get(name).unwrap_or(&Value::Null), path })
    }

    fn items(&self) -> Read<Vec<Node<'a>>> {
        let items = self.value.as_array().ok_or_else(|| self.wrong("a list"))?;
        let at = |(index, value): (usize, &'a Value)| Node { value, path: format!("{}[{index}]", self.path) };
        Ok(items.iter().enumerate().map(at).collect())
    }

    fn list<T>(&self, name: &str, read: impl Fn(&Node<'a>) -> Read<T>) -> Read<Vec<T>> {
        self.field(name)?.items()?.iter().map(read).collect()
    }

    /// A list that files from before it was kept do not have.
    fn list_or_none<T>(&self, name: &str, read: impl Fn(&Node<'a>) -> Read<T>) -> Read<Vec<T>> {
        if self.field(name)?.value.is_null() { Ok(Vec::new()) } else { self.list(name, read) }
    }

    fn option<T>(&self, name: &str, read: impl FnOnce(&Node<'a>) -> Read<T>) -> Read<Option<T>> {
        let field = self.field(name)?;
        if field.value.is_null() { Ok(None) } else { read(&field).map(Some) }
    }

    fn string(&self) -> Read<String> {
        self.value.as_str().map(str::to_owned).ok_or_else(|| self.wrong("a text"))
    }

    fn text(&self, name: &str) -> Read<String> {
        self.field(name)?.string()
    }

    fn option_text(&self, name: &str) -> Read<Option<String>> {
        self.option(name, Node::string)
    }

    fn strings(&self) -> Read<Vec<String>> {
        self.items()?.iter().map(Node::string).collect()
    }

    fn boolean(&self) -> Read<bool> {
        self.value.as_bool().ok_or_else(|| self.wrong("true or false"))
    }

    fn flag(&self, name: &str) -> Read<bool> {
        self.field(name)?.boolean()
    }

    fn whole(&self) -> Read<u64> {
        self.value.as_u64().ok_or_else(|| self.wrong("a whole number"))
    }

    fn signed(&self) -> Read<i64> {
        self.value.as_i64().ok_or_else(|| self.wrong("a whole number"))
    }

    fn index(&self) -> Read<usize> {
        usize::try_from(self.whole()?).map_err(|_too_large| self.wrong("a place in a list"))
    }

    fn float(&self) -> Read<f32> {
        let value = self.value.as_f64().ok_or_else(|| self.wrong("a number"))? as f32;
        if value.is_finite() { Ok(value) } else { Err(self.wrong("a number of this size")) }
    }
}
