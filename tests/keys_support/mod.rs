//! Keys of a real Consul in a window, for tests that walk through it.
//!
//! The test file that uses this also has `mod common;`, `mod registry_support;` and `mod window_support;`.
#![allow(dead_code, reason = "each test file uses a part of it")]

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{Action, Area, KeysRef, KeysView, RegistryAct, RegistryForm, RegistryView};
use proconsul::secret::Secret;
use proconsul::words::{KeyChangeWords, KeyWords, Lang};

use crate::registry_support::Agent;
use crate::window_support::{Begin, Walk};

pub fn put(agent: &Agent, key: &str, value: &[u8]) {
    let (status, answer) = agent.ask("PUT", &format!("/v1/kv/{key}"), value);
    assert_eq!((status, answer.trim_ascii()), (200, b"true".as_slice()));
}

/// Without keys.
pub fn clear(agent: &Agent) {
    agent.ask("DELETE", "/v1/kv/?recurse", b"");
}

/// A value as Consul has it.
pub fn get(agent: &Agent, key: &str) -> Option<Vec<u8>> {
    match agent.ask("GET", &format!("/v1/kv/{key}?raw"), b"") {
        (200, value) => Some(value),
        (404, _) => None,
        other => panic!("{other:?}"),
    }
}

/// With the keys of an agent in the centre.
pub fn with_keys(begin: Begin, address: &str, token: &str) -> Walk {
    let mut walk = begin.walk();
    let form =
        RegistryForm { address: address.to_owned(), token: Secret::new(token.to_owned()), ..RegistryForm::default() };
    walk.act(Action::Registry(RegistryAct::Add(Box::new(form))));
    walk.act(Action::ShowArea(Area::Registry));
    walk.until("datacenters are known", |app| app.registries.entries[0].datacenters.len() == 1);
    let registry = walk.app().registries.entries[0].id;
    walk.act(Action::Registry(RegistryAct::Show(RegistryView::Keys(registry, "dc1".to_owned()))));
    walk
}

pub fn opened(lang: Lang, agent: &Agent) -> Walk {
    let mut walk = with_keys(Begin::new(lang), &agent.address(), "");
    walk.until_keys("keys are there", |view| view.tree.is_some());
    walk
}

impl Walk {
    pub fn own(&self) -> &'static KeyWords {
        self.lang.key_values()
    }

    pub fn of_changes(&self) -> &'static KeyChangeWords {
        self.lang.key_changes()
    }

    /// Asks to delete all keys of a folder, and confirms it.
    pub fn delete_folder(&mut self, folder: &str, count: usize) {
        let delete = self.own().delete;
        self.row_menu(folder, delete);
        self.click(Role::Button, &self.lang.delete_confirm(count));
        self.until_keys("all are gone", |view| view.tree().is_some_and(|tree| tree.below(folder).is_empty()));
    }

    pub fn at(&self) -> KeysRef {
        self.app().registries.shown_keys().expect("keys are shown")
    }

    pub fn keys(&self) -> &KeysView {
        self.app().registries.keys_view(&self.at()).expect("they were shown")
    }

    pub fn until_keys(&mut self, what: &str, is_so: impl Fn(&KeysView) -> bool) {
        self.until_so(what, |walk| is_so(walk.keys()));
    }

    pub fn until_saved(&mut self, key: &str) {
        self.until_keys("it is written and seen", |view| !view.drafts.contains_key(key));
    }

    /// Unfolds folders that are folded and shows a key.
    pub fn open_key(&mut self, folders: &[&str], name: &str) {
        for folder in folders {
            let path_is_folded = self
                .harness
                .query_all_by_role_and_label(Role::TreeItem, folder)
                .any(|row| row.accesskit_node().data().is_expanded() == Some(false));
            if path_is_folded {
                self.click(Role::TreeItem, folder);
            }
        }
        self.click(Role::TreeItem, name);
    }

    pub fn edit(&mut self, text: &str) {
        let name = self.lang.key_values().value_field;
        self.focus(name, 0);
        self.command(Key::A);
        self.paste(text);
    }

    /// Chooses in the menu of a row of the tree.
    pub fn row_menu(&mut self, row: &str, item: &str) {
        let node = self.harness.query_all_by_role_and_label(Role::TreeItem, row).next().expect("the row");
        node.click_secondary();
        self.steps(4);
        self.click(Role::MenuItem, item);
    }
}
