//! Keys as a window holds them: a bench with one registry and a store that writes go to.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may end by panicking")]

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::{KeyAct, KeyDialog, KeysRef, KeysView};
use crate::app::{Action, App, RegistryAct, RegistryForm, RegistryView, ThemeChoice};
use crate::engine::{
    Command, Event, KeyTree, RegistryEvent, RegistryQuestion, RegistryReply, RegistryTold, WatchWhat, Watched,
};
use crate::registry::{Answer, Cas, Hidden, KeyEntry, KeyWritten};
use crate::words::Lang;

mod changes;
mod drafts;
mod jobs;
mod kept;

/// An app with one registry whose keys are shown, and a store that its writes go to.
struct Bench {
    app: App,
    at: KeysRef,
    now: Instant,
    entries: Vec<KeyEntry>,
    index: u64,
    tree: Option<Arc<KeyTree>>,
    /// Acts that were not answered.
    held: Vec<(u64, RegistryQuestion)>,
}

impl Bench {
    fn new(keys: &[(&str, &str)]) -> Self {
        let mut app = App::new(Lang::En, ThemeChoice::Dark);
        let now = Instant::now();
        let form = RegistryForm { address: "here:8500".to_owned(), ..RegistryForm::default() };
        app.apply(Action::Registry(RegistryAct::Add(Box::new(form))), now);
        let at = KeysRef { registry: app.registries.entries[0].id, datacenter: "dc1".to_owned() };
        let mut bench = Self { app, at, now, entries: Vec::new(), index: 100, tree: None, held: Vec::new() };
        for (key, value) in keys {
            bench.other(key, Some(value));
        }
        let view = RegistryView::Keys(bench.at.registry, bench.at.datacenter.clone());
        bench.app.apply(Action::Registry(RegistryAct::Show(view)), now);
        bench.look();
        bench
    }

    fn view(&self) -> &KeysView {
        self.app.registries.keys_view(&self.at).unwrap()
    }

    fn act(&mut self, act: KeyAct) {
        self.app.apply(Action::Registry(RegistryAct::Keys(self.at.clone(), act)), self.now);
        self.work();
    }

    fn tell(&mut self, told: RegistryTold) {
        let event = RegistryEvent {
            registry: self.at.registry,
            generation: self.app.registries.entries[0].generation,
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(self.index),
            told,
        };
        self.app.fold(Event::Registry(Box::new(event)), self.now);
    }

    /// Somebody writes or deletes.
    fn other(&mut self, key: &str, value: Option<&str>) {
        self.write(key, value.map(|value| (value.as_bytes().to_vec(), 0)));
    }

    fn write(&mut self, key: &str, value: Option<(Vec<u8>, u64)>) {
        self.index += 1;
        let created = self.entries.iter().find(|entry| entry.key == key).map_or(self.index, |entry| entry.created);
        self.entries.retain(|entry| entry.key != key);
        if let Some((value, flags)) = value {
            let (key, modified) = (key.to_owned(), self.index);
            self.entries.push(KeyEntry { key, value, flags, created, modified, ..KeyEntry::default() });
            self.entries.sort_by(|a, b| a.key.cmp(&b.key));
        }
    }

    /// The watch sees what is there.
    fn look(&mut self) {
        let tree = Arc::new(KeyTree::new(Arc::new(self.entries.clone()), self.tree.as_deref()));
        self.tree = Some(Arc::clone(&tree));
        let what = WatchWhat::Keys { datacenter: "dc1".to_owned(), prefix: String::new() };
        let seen = Watched::Keys(Answer { value: tree, hidden: Hidden::Nothing });
        self.tell(RegistryTold::Watched { what, seen });
        self.work();
    }

    /// Does the work that was asked for; acts are held.
    fn work(&mut self) {
        for command in self.app.take_commands() {
            let Command::AskRegistry { ticket, question, .. } = command else { continue };
            match *question {
                RegistryQuestion::KeyWork(work) => {
                    let result = Ok(RegistryReply::KeyWorked(work.run()));
                    self.tell(RegistryTold::Reply { ticket, result });
                    self.work();
                }
                other => self.held.push((ticket, other)),
            }
        }
    }

    /// Answers the acts that are held, as a registry does.
    fn answer(&mut self) -> usize {
        let held = std::mem::take(&mut self.held);
        let count = held.len();
        for (ticket, question) in held {
            let (key, cas, value) = match question {
                RegistryQuestion::PutKey { key, value, flags, cas, .. } => (key, cas, Some((value, flags))),
                RegistryQuestion::DeleteKey { key, cas, .. } => (key, cas, None),
                other => panic!("{other:?}"),
            };
            let now = self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.modified);
            let fits = match cas {
                Cas::Always => true,
                Cas::Absent => now.is_none(),
                Cas::Index(index) => now == Some(index),
            };
            if fits {
                self.write(&key, value);
            }
            let result = Ok(RegistryReply::Written(if fits { KeyWritten::Yes } else { KeyWritten::Changed }));
            self.tell(RegistryTold::Reply { ticket, result });
            self.work();
        }
        count
    }

    fn value(&self, key: &str) -> Option<String> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(String::from_utf8(entry.value.clone()).unwrap())
    }

    /// Does what a question asks, and lets the watch see it.
    fn confirm(&mut self, dialog: KeyDialog) {
        self.act(KeyAct::SetDialog(Box::new(dialog)));
        self.confirm_open();
    }

    fn confirm_open(&mut self) {
        self.act(KeyAct::ConfirmDialog);
        while self.answer() > 0 {}
        self.look();
    }

    fn keys(&self) -> Vec<&str> {
        self.entries.iter().map(|entry| entry.key.as_str()).collect()
    }

    /// The registry is opened anew; nothing that was asked before is answered.
    fn open_anew(&mut self) {
        self.app.open_registry(self.at.registry, self.now);
        self.held.clear();
        self.tree = None;
        self.work();
    }

    fn edit(&mut self, key: &str, text: &str) {
        self.act(KeyAct::Open(key.to_owned()));
        self.act(KeyAct::Edit(key.to_owned(), text.to_owned()));
    }
}
