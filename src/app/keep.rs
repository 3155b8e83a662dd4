//! What of the state is remembered, as a document; values of secrets are left out here.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::registry::KeyCopies;
use super::{
    App, Area, CaKind, ClientKind, ConnectionForm, DemoState, MetadataRow, PasteNote, RequestSide, ResponseSide,
    SourceEntry, SourceOrigin, Tab, TabId, ThemeChoice, is_secret_key,
};
use crate::call::Encoding;
use crate::engine::{AllWho, Scheme};
use crate::state::{
    DemoPart, Document, FormDoc, Kept, Origin, PinnedDoc, RowDoc, SetAside, SourceDoc, TabDoc, TargetDoc,
};
use crate::words::Lang;

/// What is to be told over everything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeepNotice {
    /// The file was not understood.
    SetAside(SetAside),
    /// The folder cannot be written, and why.
    NotKept(PathBuf, String),
    /// What of a pasted command was not taken over.
    Pasted(Vec<PasteNote>),
}

/// Drafts as they were last remembered, so that only the one that is typed in is copied.
#[derive(Debug, Default)]
pub struct Drafts {
    tabs: HashMap<TabId, (u64, Arc<str>)>,
    keys: KeyCopies,
}

impl Drafts {
    fn of(&mut self, tab: &Tab) -> Arc<str> {
        if let Some((revision, text)) = self.tabs.get(&tab.id)
            && *revision == tab.revision
        {
            return Arc::clone(text);
        }
        let text: Arc<str> = Arc::from(tab.message.as_str());
        self.tabs.insert(tab.id, (tab.revision, Arc::clone(&text)));
        text
    }
}

impl App {
    /// What is remembered, without the window's place and panels, which only the screen knows.
    pub fn document(&self, drafts: &mut Drafts) -> Document {
        drafts.tabs.retain(|id, _| self.tab(*id).is_some());
        Document {
            lang: self.lang_chosen.then(|| lang_tag(self.lang).to_owned()),
            theme: self.theme_chosen.then(|| theme_tag(self.theme).to_owned()),
            settings: self.settings.document(),
            keys: self.keys.document(),
            used: self.last_used().iter().map(|command| command.tag().to_owned()).collect(),
            sources: self.sources.iter().map(source_doc).collect(),
            targets: self.targets.iter().filter(|(_, rows)| !rows.is_empty()).map(target_doc).collect(),
            last_secret: self.secrets.last(),
            forms: self.forms.iter().filter_map(|(address, form)| self.form_doc(address, form)).collect(),
            tabs: self.tabs.iter().map(|tab| self.tab_doc(tab, drafts)).collect(),
            area: Some(area_tag(self.area).to_owned()),
            active: self.tabs.iter().position(|tab| Some(tab.id) == self.active),
            recent_targets: self.recent_targets.clone(),
            recent_sources: self.recent_sources.clone(),
            registries: self.registry_docs(),
            shown_registry: self.registry_view_doc(),
            key_drafts: self.key_draft_docs(&mut drafts.keys),
            key_changes: self.key_change_docs(&mut drafts.keys),
            ..Document::default()
        }
    }

    /// What became of writing the document.
    pub fn heard(&mut self, kept: Kept) {
        self.notices.retain(|notice| !matches!(notice, KeepNotice::NotKept(..)));
        if let Kept::Failed(folder, why) = kept {
            self.notices.push(KeepNotice::NotKept(folder, why));
        }
    }

    /// Which of the demo's servers an address is, in this run or, where it does not run, in the last one.
    pub(super) fn demo_part(&self, address: &str) -> Option<DemoPart> {
        let address = address.trim();
        if let DemoState::Running(info) = &self.demo {
            return match address {
                _ if address == info.plaintext => Some(DemoPart::Plaintext),
                _ if address == info.tls => Some(DemoPart::Tls),
                _ => None,
            };
        }
        let is = |entry: &&SourceEntry| matches!(&entry.origin, SourceOrigin::Address { address: known, .. } if known.trim() == address);
        self.sources.iter().filter(|entry| entry.demo.is_some()).find(is)?.demo
    }

    /// `None` for settings that say nothing, and for the demo's, which it brings itself.
    fn form_doc(&self, address: &str, form: &ConnectionForm) -> Option<(String, FormDoc)> {
        if *form == ConnectionForm::default() || form.ca == CaKind::Given || self.demo_part(address).is_some() {
            return None;
        }
        let wide = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
        let doc = FormDoc {
            scheme: match form.scheme {
                Scheme::Auto => "auto",
                Scheme::Tls => "tls",
                Scheme::Plaintext => "plaintext",
            }
            .to_owned(),
            ca: match form.ca {
                CaKind::System | CaKind::Given => "system",
                CaKind::File => "file",
                CaKind::Exact => "exact",
                CaKind::Pinned => "pinned",
            }
            .to_owned(),
            ca_path: form.ca_path.clone(),
            exact_path: form.exact_path.clone(),
            pinned: form.pinned.as_ref().map(|pinned| PinnedDoc {
                sha256: pinned.sha256,
                subject: pinned.subject.clone(),
                not_after_unix_s: pinned.not_after_unix_s,
            }),
            server_name: form.server_name.clone(),
            authority: form.authority.clone(),
            client: match form.client {
                ClientKind::None => "none",
                ClientKind::Pem => "pem",
                ClientKind::Pkcs12 => "pkcs12",
            }
            .to_owned(),
            cert_path: form.cert_path.clone(),
            key_path: form.key_path.clone(),
            bundle_path: form.bundle_path.clone(),
            had_password: form.password_missing || !form.password.is_empty(),
            password_keychain: (form.password_kept > 0).then_some(form.password_kept),
            skip_verify: form.skip_verify,
            connect_timeout: form.connect_timeout,
            keepalive: form.keepalive,
            keepalive_timeout: form.keepalive_timeout,
            user_agent: form.user_agent.clone(),
            deadline: form.deadline.clone(),
            receive_bytes: form.receive_bytes.map(wide),
            send_bytes: form.send_bytes.map(wide),
        };
        Some((address.to_owned(), doc))
    }

    fn tab_doc(&self, tab: &Tab, drafts: &mut Drafts) -> TabDoc {
        TabDoc {
            source: self.sources.iter().position(|entry| entry.id == tab.source),
            demo: tab.demo,
            service: tab.service.clone(),
            method: tab.method.clone(),
            client_streaming: tab.shape.0,
            server_streaming: tab.shape.1,
            address: tab.address.clone(),
            deadline: (tab.deadline != self.lang.words().no_value).then(|| tab.deadline.clone()),
            message: drafts.of(tab),
            edited: tab.edited,
            metadata: tab.metadata.iter().map(row_doc).collect(),
            compress: match tab.compress {
                None => "",
                Some(Encoding::Identity) => "identity",
                Some(Encoding::Gzip) => "gzip",
                Some(Encoding::Deflate) => "deflate",
                Some(Encoding::Zstd) => "zstd",
            }
            .to_owned(),
            request_side: match tab.request_side {
                RequestSide::Metadata => "metadata",
                RequestSide::Tls => "tls",
                RequestSide::Message => "message",
            }
            .to_owned(),
            response_side: match tab.response_side {
                ResponseSide::Headers => "headers",
                ResponseSide::Trailers => "trailers",
                ResponseSide::Trace => "trace",
                ResponseSide::Response => "response",
            }
            .to_owned(),
            // Who was chosen by hand may be gone by then.
            to_all: tab
                .all
                .as_ref()
                .map(|all| if all.who == AllWho::Passing { "passing" } else { "registered" }.to_owned()),
        }
    }
}

/// What an area is called from one start to the next.
pub(super) fn area_tag(area: Area) -> &'static str {
    match area {
        Area::Services => "services",
        Area::Registry => "registry",
        Area::Settings => "settings",
    }
}

/// A row; the value of a secret stays here.
fn row_doc(row: &MetadataRow) -> RowDoc {
    let secret = row.secret || is_secret_key(&row.key);
    // One that was never typed need not be typed again.
    let is_open = !secret || (row.value.is_empty() && !row.missing);
    let value = is_open.then(|| row.value.reveal().to_owned());
    RowDoc { on: row.on, key: row.key.clone(), value, secret, keychain: (row.kept > 0).then_some(row.kept) }
}

fn rows_doc(rows: &[MetadataRow]) -> Vec<RowDoc> {
    rows.iter().map(row_doc).collect()
}

fn target_doc((address, rows): (&String, &Vec<MetadataRow>)) -> TargetDoc {
    TargetDoc { address: address.clone(), metadata: rows_doc(rows) }
}

/// What a source is opened from, without its metadata.
pub(super) fn origin_of(origin: &SourceOrigin) -> Origin {
    match origin {
        SourceOrigin::Address { address, .. } => Origin::Address(address.clone()),
        SourceOrigin::Files { paths, import_roots } => {
            Origin::Files { paths: paths.clone(), import_roots: import_roots.clone() }
        }
    }
}

fn source_doc(entry: &SourceEntry) -> SourceDoc {
    let metadata = match &entry.origin {
        SourceOrigin::Address { metadata, .. } => rows_doc(metadata),
        SourceOrigin::Files { .. } => Vec::new(),
    };
    SourceDoc {
        origin: origin_of(&entry.origin),
        name: entry.name.clone(),
        demo: entry.demo,
        target: entry.target.clone(),
        metadata,
        call_metadata: rows_doc(&entry.call_metadata),
    }
}

pub(super) fn lang_tag(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "en",
        Lang::ZhCn => "zh-CN",
    }
}

pub(super) fn theme_tag(theme: ThemeChoice) -> &'static str {
    match theme {
        ThemeChoice::Dark => "dark",
        ThemeChoice::Light => "light",
    }
}
