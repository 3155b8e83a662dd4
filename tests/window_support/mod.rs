//! A window in a harness, walked through as a person would, and what is checked of any of its states: nothing
//! overlaps, nothing is cut off at its side, every word is in the language of the window.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use egui::accesskit::{NodeId, Role};
use egui::{Event, Key, Modifiers, Order, Rect};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{App, Prepared, Tab, ThemeChoice};
use proconsul::state;
use proconsul::ui::{Setup, Window};
use proconsul::words::{HabitWords, Lang, Words};

/// Longer than anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A window and its language.
pub struct Walk {
    pub harness: Harness<'static, Window>,
    pub lang: Lang,
}

/// How a walk begins.
#[derive(Clone, Debug)]
pub struct Begin {
    pub lang: Lang,
    pub size: [f32; 2],
    pub theme: Option<ThemeChoice>,
    pub state_dir: Option<PathBuf>,
}

impl Begin {
    pub fn new(lang: Lang) -> Self {
        Self { lang, size: [1440.0, 900.0], theme: Some(ThemeChoice::Dark), state_dir: None }
    }

    pub fn size(mut self, size: [f32; 2]) -> Self {
        self.size = size;
        self
    }

    pub fn kept_in(mut self, folder: &std::path::Path) -> Self {
        self.state_dir = Some(folder.to_path_buf());
        self.theme = None;
        self
    }

    pub fn walk(self) -> Walk {
        let setup = Setup {
            lang: self.lang,
            theme: self.theme,
            opened: self.state_dir.as_deref().map(state::open).unwrap_or_default(),
            state_dir: self.state_dir,
            ..Setup::default()
        };
        let mut harness = Harness::builder()
            .with_size(self.size)
            .build_eframe(|creation| Window::new(&creation.egui_ctx, setup).expect("the engine starts"));
        harness.run();
        Walk { harness, lang: self.lang }
    }

    /// With the demo running and its first method open.
    pub fn with_demo(self) -> Walk {
        let mut walk = self.walk();
        walk.harness.state_mut().perform(proconsul::app::Action::StartDemo);
        walk.until_demo();
        walk
    }
}

pub fn in_both(walk: impl Fn(Lang)) {
    walk(Lang::En);
    walk(Lang::ZhCn);
}

pub fn is_checked(tab: &Tab) -> bool {
    matches!(tab.prepared, Prepared::Ready(_))
        && tab.checked.as_ref().is_some_and(|checked| checked.revision == tab.revision)
}

impl Walk {
    pub fn words(&self) -> &'static Words {
        self.lang.words()
    }

    pub fn own(&self) -> &'static HabitWords {
        self.lang.habits()
    }

    pub fn app(&self) -> &App {
        self.harness.state().app()
    }

    pub fn tab(&self) -> &Tab {
        self.app().active_tab().expect("a tab is open")
    }

    pub fn until_demo(&mut self) {
        self.until("a method is open", |app| app.active_tab().is_some_and(is_checked));
        self.until("both sources are read", |app| {
            app.sources.len() == 2 && app.sources.iter().all(|one| one.outline.is_some())
        });
        // The bar of the tree comes and goes as sources come.
        self.harness.run_steps(8);
        self.harness.run();
    }

    /// Steps the window until it shows what is waited for.
    pub fn until(&mut self, what: &str, is_so: impl Fn(&App) -> bool) {
        let begin = Instant::now();
        while !is_so(self.app()) {
            assert!(begin.elapsed() < PATIENCE, "never: {what}; {:?}", self.app().active_tab().map(|tab| &tab.call));
            self.harness.step();
            std::thread::park_timeout(Duration::from_millis(5));
        }
        self.harness.run_steps(4);
    }

    pub fn until_ok(&mut self) {
        self.until("the call is answered", |app| {
            app.active_tab().and_then(|tab| tab.call.as_ref()).is_some_and(|call| call.is_ok() && call.answer.is_some())
        });
    }

    pub fn click(&mut self, role: Role, name: &str) {
        let node = self.harness.query_all_by_role_and_label(role, name).next();
        node.unwrap_or_else(|| panic!("no {role:?} {name}; there are {:?}", self.names(role))).click();
        self.harness.run_steps(4);
    }

    /// The names of everything with this role.
    pub fn names(&self, role: Role) -> Vec<String> {
        self.harness.query_all_by_role(role).filter_map(|node| node.accesskit_node().label()).collect()
    }

    pub fn has(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    pub fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run_steps(4);
    }

    pub fn press(&mut self, key: Key) {
        self.key(Modifiers::NONE, key);
    }

    pub fn command(&mut self, key: Key) {
        self.key(Modifiers::COMMAND, key);
    }

    pub fn text(&mut self, text: &str) {
        self.harness.event(Event::Text(text.to_owned()));
        self.harness.run_steps(4);
    }

    /// Replaces what a field holds.
    pub fn fill(&mut self, name: &str, text: &str) {
        self.field(name).focus();
        self.harness.step();
        self.command(Key::A);
        self.text(text);
    }

    pub fn field<'a>(&'a self, name: &'a str) -> egui_kittest::Node<'a> {
        let is_field = |node: &egui_kittest::Node<'_>| {
            matches!(node.accesskit_node().role(), Role::TextInput | Role::MultilineTextInput)
        };
        self.harness.query_all_by_label(name).find(is_field).unwrap_or_else(|| panic!("no field {name}"))
    }

    /// Name and role of what has the focus.
    pub fn focused(&self) -> Option<(Role, String)> {
        let id = self.harness.ctx.memory(egui::Memory::focused)?;
        let node = self
            .harness
            .root()
            .children_recursive()
            .find(|node| node.accesskit_node().locate().0 == id.accesskit_id())?;
        let node = node.accesskit_node();
        Some((node.role(), node.label().unwrap_or_default()))
    }

    /// What has the focus is on the screen, and shows it.
    pub fn focus_rect(&self) -> Option<Rect> {
        let id = self.harness.ctx.memory(egui::Memory::focused)?;
        self.harness.ctx.viewport(|viewport| viewport.prev_pass.widgets.get(id).map(|widget| widget.interact_rect))
    }

    /// At rest, every fixed word in the right language, and nothing over something else.
    pub fn rest(&mut self, what: &str) {
        self.harness.run_steps(4);
        self.harness.run();
        self.check_layout(what);
        if self.lang == Lang::ZhCn {
            self.check_words(what);
        }
    }

    fn check_words(&self, what: &str) {
        let words = Lang::En.every_word().into_iter().zip(Lang::ZhCn.every_word());
        let foreign: Vec<&str> = words.filter(|(en, zh)| en.1 != zh.1).map(|(en, _)| en.1).collect();
        for node in self.harness.root().children_recursive() {
            let label = node.accesskit_node().label().unwrap_or_default();
            assert!(!foreign.contains(&label.as_str()), "{what}: English in the Chinese window: {label}");
        }
    }

    /// No two things that are read or used overlap, unless one lies within the other; nothing is cut off at its side.
    pub fn check_layout(&self, what: &str) {
        let window = self.harness.ctx.content_rect();
        let nodes: HashMap<NodeId, (Role, String)> = self
            .harness
            .root()
            .children_recursive()
            .map(|node| (node.accesskit_node().locate().0, (node.accesskit_node().role(), label_of(&node))))
            .collect();
        let is_checked = |role: Role| {
            matches!(
                role,
                Role::Button
                    | Role::Link
                    | Role::Tab
                    | Role::TextInput
                    | Role::ComboBox
                    | Role::CheckBox
                    | Role::Switch
                    | Role::RadioButton
                    | Role::MenuItem
                    | Role::TreeItem
                    | Role::Label
                    | Role::Status
                    | Role::Heading
                    | Role::ListBoxOption
            )
        };
        self.harness.ctx.viewport(|viewport| {
            let widgets = &viewport.prev_pass.widgets;
            // A question covers everything else.
            let modal = widgets.layer_ids().find(|layer| {
                layer.order == Order::Foreground
                    && widgets.get_layer(*layer).any(|widget| nodes.contains_key(&widget.id.accesskit_id()))
            });
            let mut faults = Vec::new();
            let mut looked_at = 0;
            for (layer, widgets) in widgets.layers() {
                if layer.order == Order::Tooltip || modal.is_some_and(|modal| modal != *layer) {
                    continue;
                }
                let shown: Vec<(&str, Role, Rect, Rect)> = widgets
                    .iter()
                    .filter_map(|widget| {
                        let (role, name) = nodes.get(&widget.id.accesskit_id())?;
                        is_checked(*role).then_some((name.as_str(), *role, widget.rect, widget.interact_rect))
                    })
                    .collect();
                looked_at += shown.len();
                for (index, (name, role, rect, seen)) in shown.iter().enumerate() {
                    let is_out = rect.left() < window.left() - 0.5 || rect.right() > window.right() + 0.5;
                    if is_out && rect.width() > 0.0 {
                        faults.push(format!("{role:?} {name:?} {rect} leaves the window {window}"));
                    }
                    if !seen.is_positive() {
                        continue;
                    }
                    // What scrolls ends before the window does; what the window itself cuts off cannot be reached.
                    let is_beyond = |rect: Rect, seen: Rect| {
                        (rect.bottom() > window.bottom() + 0.5 && seen.bottom() > window.bottom() - 0.5)
                            || (rect.top() < window.top() - 0.5 && seen.top() < window.top() + 0.5)
                    };
                    if is_beyond(*rect, *seen) {
                        faults.push(format!("{role:?} {name:?} {rect} is not within the height of {window}"));
                    }
                    if seen.width() < rect.width() - 1.5 && *role != Role::Label {
                        faults.push(format!("{role:?} {name:?} {rect} is cut off: {seen}"));
                    }
                    for (other_name, other_role, _, other) in &shown[index + 1..] {
                        let both = seen.intersect(*other);
                        // Rows and tabs hold what belongs to them; a button holds nothing.
                        let holds = |outer: Rect, role: Role, inner: Rect| {
                            outer.expand(1.0).contains_rect(inner)
                                && !matches!(role, Role::Button | Role::Link | Role::Switch | Role::RadioButton)
                        };
                        if both.width() > 2.0
                            && both.height() > 2.0
                            && !holds(*seen, *role, *other)
                            && !holds(*other, *other_role, *seen)
                        {
                            faults.push(format!(
                                "{role:?} {name:?} {seen} and {other_role:?} {other_name:?} {other} overlap"
                            ));
                        }
                    }
                }
            }
            assert!(looked_at > 1, "{what}: nothing to look at");
            assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
        });
    }
}

fn label_of(node: &egui_kittest::Node<'_>) -> String {
    let node = node.accesskit_node();
    node.label().or_else(|| node.value()).unwrap_or_default()
}
