//! The state as it was remembered, and the demo's tabs at its new ports.

use std::time::Instant;

use super::keep::{area_tag, lang_tag, theme_tag};
use super::{
    AllTab, App, Area, CaKind, ClientKind, ConnectionForm, DemoState, Keys, MetadataRow, PinnedCertificate, Prepared,
    RequestSide, ResponseSide, Settings, SourceOrigin, StreamTab, Tab, TabId, ThemeChoice, UiCommand,
};
use crate::call::Encoding;
use crate::engine::{AllWho, DemoInfo, Scheme, SourceFailure, SourceId};
use crate::message::TemplateSize;
use crate::secret::Secret;
use crate::state::{DemoPart, Document, FormDoc, Origin, RowDoc, SourceDoc, TabDoc, TargetDoc};
use crate::words::Lang;

impl App {
    /// Takes in what was remembered, once, before anything else. With `demo_starts` the demo's sources wait for it;
    /// otherwise they say that it does not run.
    pub fn restore(&mut self, document: &Document, demo_starts: bool, now: Instant) {
        if let Some(lang) =
            [Lang::En, Lang::ZhCn].into_iter().find(|lang| document.lang.as_deref() == Some(lang_tag(*lang)))
        {
            self.lang = lang;
            self.lang_chosen = true;
        }
        let themes = [ThemeChoice::Dark, ThemeChoice::Light];
        if let Some(theme) = themes.into_iter().find(|theme| document.theme.as_deref() == Some(theme_tag(*theme))) {
            self.theme = theme;
            self.theme_chosen = true;
        }
        self.settings = Settings::of_document(&document.settings);
        self.keys = Keys::of_document(&document.keys);
        self.used = document.used.iter().filter_map(|tag| UiCommand::by_tag(tag)).collect();
        self.recent_targets.clone_from(&document.recent_targets);
        self.recent_sources.clone_from(&document.recent_sources);
        self.restore_keys(&document.key_drafts, &document.key_changes);
        self.forms.extend(document.forms.iter().map(|(address, doc)| (address.clone(), form(doc))));
        self.secrets.count_from(document.last_secret);
        for doc in &document.targets {
            self.restore_target(doc);
        }
        let ids: Vec<SourceId> = document.sources.iter().map(|doc| self.restore_source(doc, demo_starts)).collect();
        for doc in &document.tabs {
            let source = doc.source.and_then(|index| ids.get(index).copied());
            self.restore_tab(doc, source, now);
        }
        self.restore_registries(&document.registries, document.shown_registry.as_ref(), now);
        self.ask_keychain();
        for id in ids {
            if self.source(id).is_some_and(|entry| entry.demo.is_none()) {
                self.load(id, now);
            }
        }
        self.tree.rebuild(&self.sources);
        let active = document.active.and_then(|index| self.tabs.get(index)).or(self.tabs.first()).map(|tab| tab.id);
        if let Some(id) = active {
            self.choose_tab(id);
        }
        let areas = [Area::Services, Area::Registry, Area::Settings];
        if let Some(area) = areas.into_iter().find(|area| document.area.as_deref() == Some(area_tag(*area))) {
            self.area = area;
        }
    }

    fn restore_source(&mut self, doc: &SourceDoc, demo_starts: bool) -> SourceId {
        let origin = match &doc.origin {
            Origin::Address(address) => {
                let metadata = doc.metadata.iter().map(|row| self.restore_row(row)).collect();
                SourceOrigin::Address { address: address.clone(), metadata }
            }
            Origin::Files { paths, import_roots } => {
                SourceOrigin::Files { paths: paths.clone(), import_roots: import_roots.clone() }
            }
        };
        let call_metadata = doc.call_metadata.iter().map(|row| self.restore_row(row)).collect();
        let waits = doc.demo.is_some() && !demo_starts;
        let message = self.lang.words().demo_not_running.to_owned();
        let id = self.add_entry(origin);
        if let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == id) {
            entry.failure = waits.then_some(SourceFailure { message, status: None });
            entry.name.clone_from(&doc.name);
            entry.demo = doc.demo;
            entry.target.clone_from(&doc.target);
            entry.call_metadata = call_metadata;
            entry.restored = true;
        }
        id
    }

    fn restore_tab(&mut self, doc: &TabDoc, source: Option<SourceId>, now: Instant) {
        let words = self.lang.words();
        let failure = source.and_then(|id| self.source(id)?.failure.as_ref()).map(|failure| failure.message.clone());
        let prepared = match (source, failure) {
            (None, _) => Prepared::Failed(words.source_gone.to_owned()),
            (Some(_), Some(why)) => Prepared::Failed(why),
            (Some(_), None) => Prepared::Pending { since: now },
        };
        let metadata = doc.metadata.iter().map(|row| self.restore_row(row)).collect();
        let (id, ticket) = (TabId(self.next_id()), self.next_id());
        let source = source.unwrap_or_else(|| SourceId(self.next_id()));
        self.tabs.push(Tab {
            id,
            source,
            service: doc.service.clone(),
            method: doc.method.clone(),
            shape: (doc.client_streaming, doc.server_streaming),
            ticket,
            prepared,
            address: doc.address.clone(),
            deadline: doc.deadline.clone().unwrap_or_else(|| words.no_value.to_owned()),
            message: doc.message.to_string(),
            revision: 1,
            // An untouched template may be another in a newer schema.
            edited: doc.edited,
            edited_at: None,
            caret_line: None,
            checked: None,
            checking: None,
            go_to: None,
            metadata,
            compress: match doc.compress.as_str() {
                "identity" => Some(Encoding::Identity),
                "gzip" => Some(Encoding::Gzip),
                "deflate" => Some(Encoding::Deflate),
                "zstd" => Some(Encoding::Zstd),
                _ => None,
            },
            request_side: match doc.request_side.as_str() {
                "metadata" => RequestSide::Metadata,
                "tls" => RequestSide::Tls,
                _ => RequestSide::Message,
            },
            response_side: match doc.response_side.as_str() {
                "headers" => ResponseSide::Headers,
                "trailers" => ResponseSide::Trailers,
                "trace" => ResponseSide::Trace,
                _ => ResponseSide::Response,
            },
            all: doc.to_all.as_deref().map(|who| {
                let who = if who == "passing" { AllWho::Passing } else { AllWho::Registered };
                Box::new(AllTab { who, ..AllTab::default() })
            }),
            all_aside: None,
            call: None,
            previous: None,
            phases_open: None,
            follow_tail: true,
            stream: StreamTab::default(),
            list: None,
            demo: doc.demo,
            awaits_source: true,
        });
    }

    fn restore_row(&mut self, doc: &RowDoc) -> MetadataRow {
        MetadataRow {
            id: self.next_id(),
            on: doc.on,
            key: doc.key.clone(),
            value: Secret::new(doc.value.clone().unwrap_or_default()),
            secret: doc.secret,
            revealed: false,
            missing: doc.value.is_none(),
            kept: doc.keychain.unwrap_or_default(),
        }
    }

    fn restore_target(&mut self, doc: &TargetDoc) {
        let rows = doc.metadata.iter().map(|row| self.restore_row(row)).collect();
        self.targets.insert(doc.address.clone(), rows);
    }

    /// The source is one of the demo's, which does not run.
    pub fn waits_for_demo(&self, id: SourceId) -> bool {
        !matches!(self.demo, DemoState::Running(_)) && self.source(id).is_some_and(|entry| entry.demo.is_some())
    }

    /// Tabs and sources of the demo go where its servers listen now; a token that has to be typed again is the demo's
    /// to give. Returns whether there was a tab of the demo's.
    pub(super) fn follow_demo(&mut self, info: &DemoInfo) -> bool {
        let place = |part: DemoPart| match part {
            DemoPart::Plaintext => info.plaintext.clone(),
            DemoPart::Tls => info.tls.clone(),
        };
        let mut moved = Vec::new();
        for entry in &mut self.sources {
            let (Some(part), SourceOrigin::Address { address, metadata }) = (entry.demo, &mut entry.origin) else {
                continue;
            };
            let before = std::mem::replace(address, place(part));
            // From when the token went with each request by itself.
            metadata.retain(|row| row.lower_key() != "token");
            entry.call_metadata.retain(|row| row.lower_key() != "token");
            entry.failure = None;
            moved.push((before, place(part)));
        }
        let rows: Vec<_> = moved.iter().map(|(before, _)| self.targets.remove(before.trim())).collect();
        for ((_, after), rows) in moved.into_iter().zip(rows) {
            if let Some(mut rows) = rows {
                for row in rows.iter_mut().filter(|row| row.missing && row.lower_key() == "token") {
                    row.value = Secret::new(info.token.clone());
                    row.missing = false;
                }
                self.targets.insert(after, rows);
            }
        }
        let mut found = false;
        for tab in &mut self.tabs {
            let Some(part) = tab.demo else { continue };
            found = true;
            tab.address = place(part);
            for row in tab.metadata.iter_mut().filter(|row| row.missing && row.key.trim() == "token") {
                row.value = Secret::new(info.token.clone());
                row.missing = false;
            }
        }
        found
    }

    /// The demo does not start: its sources and tabs say so.
    pub(super) fn demo_failed(&mut self, why: &str) {
        let mut unread = Vec::new();
        for entry in self.sources.iter_mut().filter(|entry| entry.demo.is_some() && entry.outline.is_none()) {
            entry.failure = Some(SourceFailure { message: why.to_owned(), status: None });
            unread.push(entry.id);
        }
        for id in unread {
            self.fail_waiting_tabs(id, why);
        }
        self.tree.rebuild(&self.sources);
    }

    /// A source could not be read: neither can the methods of the tabs that came back with it be had.
    pub(super) fn fail_waiting_tabs(&mut self, source: SourceId, why: &str) {
        for tab in self.tabs.iter_mut().filter(|tab| tab.source == source && tab.awaits_source) {
            tab.prepared = Prepared::Failed(why.to_owned());
        }
    }

    /// A source was read: methods that wait for it, and those that could not be made ready, may be in it.
    pub(super) fn prepare_waiting_tabs(&mut self, source: SourceId, now: Instant) {
        let waits =
            |tab: &&Tab| tab.source == source && (tab.awaits_source || matches!(tab.prepared, Prepared::Failed(_)));
        let ids: Vec<TabId> = self.tabs.iter().filter(waits).map(|tab| tab.id).collect();
        for id in ids {
            self.change(id, |tab| {
                tab.prepared = Prepared::Pending { since: now };
                tab.awaits_source = false;
            });
            self.prepare(id, TemplateSize::default());
        }
    }
}

fn form(doc: &FormDoc) -> ConnectionForm {
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    ConnectionForm {
        scheme: match doc.scheme.as_str() {
            "tls" => Scheme::Tls,
            "plaintext" => Scheme::Plaintext,
            _ => Scheme::Auto,
        },
        ca: match doc.ca.as_str() {
            "file" => CaKind::File,
            "exact" => CaKind::Exact,
            "pinned" => CaKind::Pinned,
            _ => CaKind::System,
        },
        ca_path: doc.ca_path.clone(),
        exact_path: doc.exact_path.clone(),
        given: None,
        pinned: doc.pinned.as_ref().map(|pinned| PinnedCertificate {
            sha256: pinned.sha256,
            subject: pinned.subject.clone(),
            not_after_unix_s: pinned.not_after_unix_s,
        }),
        server_name: doc.server_name.clone(),
        authority: doc.authority.clone(),
        client: match doc.client.as_str() {
            "pem" => ClientKind::Pem,
            "pkcs12" => ClientKind::Pkcs12,
            _ => ClientKind::None,
        },
        cert_path: doc.cert_path.clone(),
        key_path: doc.key_path.clone(),
        bundle_path: doc.bundle_path.clone(),
        password: Secret::default(),
        password_missing: doc.had_password,
        password_kept: doc.password_keychain.unwrap_or_default(),
        skip_verify: doc.skip_verify,
        connect_timeout: doc.connect_timeout,
        keepalive: doc.keepalive,
        keepalive_timeout: doc.keepalive_timeout,
        user_agent: doc.user_agent.clone(),
        deadline: doc.deadline.clone(),
        receive_bytes: doc.receive_bytes.map(size),
        send_bytes: doc.send_bytes.map(size),
    }
}
