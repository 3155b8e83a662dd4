//! A window in a harness, walked through as a person would, and what is checked of any of its states: nothing
//! overlaps, nothing is cut off at its side, every word is in the language of the window.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::accesskit::{NodeId, Role};
use egui::{Event, Key, Modifiers, Order, OutputCommand, Rect};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{Action, App, CallRecord, CallStage, Prepared, Tab, ThemeChoice};
use proconsul::keychain::Keychain;
use proconsul::start::Start;
use proconsul::state;
use proconsul::ui::{Setup, Window};
use proconsul::words::{Lang, Words};

/// Longer than anything here may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A window and its language.
pub struct Walk {
    pub harness: Harness<'static, Window>,
    pub lang: Lang,
    /// What was put into the clipboard, oldest first.
    pub copied: Vec<String>,
}

/// How a walk begins.
#[derive(Debug)]
pub struct Begin {
    pub setup: Setup,
    pub size: [f32; 2],
    pub step_s: Option<f32>,
}

impl Begin {
    /// In the dark theme, unless something is kept.
    pub fn new(lang: Lang) -> Self {
        let setup = Setup { lang, theme: Some(ThemeChoice::Dark), ..Setup::default() };
        Self { setup, size: [1440.0, 900.0], step_s: None }
    }

    pub fn size(mut self, size: [f32; 2]) -> Self {
        self.size = size;
        self
    }

    /// How much time a frame takes, for what goes by time.
    pub fn step_s(mut self, step_s: f32) -> Self {
        self.step_s = Some(step_s);
        self
    }

    pub fn kept_in(mut self, folder: &Path) -> Self {
        self.setup.opened = state::open(folder);
        self.setup.state_dir = Some(folder.to_path_buf());
        self.setup.theme = None;
        self
    }

    /// With a keychain for what is kept, or without one.
    pub fn keychain(mut self, keychain: Option<Arc<dyn Keychain>>) -> Self {
        self.setup.keychain = keychain;
        self
    }

    /// With something to open at once.
    pub fn start(mut self, start: Start) -> Self {
        self.setup.start = start;
        self
    }

    pub fn walk(self) -> Walk {
        let (lang, setup) = (self.setup.lang, self.setup);
        let mut builder = Harness::builder().with_size(self.size);
        if let Some(step_s) = self.step_s {
            builder = builder.with_step_dt(step_s);
        }
        let harness =
            builder.build_eframe(|creation| Window::new(&creation.egui_ctx, setup).expect("the engine starts"));
        let mut walk = Walk { harness, lang, copied: Vec::new() };
        walk.steps(4);
        walk.harness.run();
        walk
    }

    /// With the demo running and its first method open.
    pub fn with_demo(self) -> Walk {
        let mut walk = self.walk();
        walk.act(Action::StartDemo);
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

/// An address where nothing listens.
pub fn refusing() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").to_string()
}

impl Walk {
    pub fn words(&self) -> &'static Words {
        self.lang.words()
    }

    pub fn app(&self) -> &App {
        self.harness.state().app()
    }

    pub fn tab(&self) -> &Tab {
        self.app().active_tab().expect("a tab is open")
    }

    pub fn call(&self) -> &CallRecord {
        self.tab().call.as_ref().expect("a call began")
    }

    pub fn act(&mut self, action: Action) {
        self.harness.state_mut().perform(action);
        self.steps(4);
    }

    /// One frame; keeps what it copies.
    pub fn step(&mut self) {
        self.harness.step();
        for command in &self.harness.output().platform_output.commands {
            if let OutputCommand::CopyText(text) = command {
                self.copied.push(text.clone());
            }
        }
    }

    pub fn steps(&mut self, count: usize) {
        for _ in 0..count {
            self.step();
        }
    }

    /// Steps the window until what is waited for is so.
    pub fn until_so(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let begin = Instant::now();
        while !is_so(self) {
            assert!(begin.elapsed() < PATIENCE, "never: {what}; {:?}", self.app().active_tab().map(|tab| &tab.call));
            self.step();
            std::thread::park_timeout(Duration::from_millis(5));
        }
        self.steps(4);
    }

    /// Steps the window until its state is as is waited for.
    pub fn until(&mut self, what: &str, is_so: impl Fn(&App) -> bool) {
        self.until_so(what, |walk| is_so(walk.app()));
    }

    pub fn until_call(&mut self, what: &str, is_so: impl Fn(&CallRecord) -> bool) {
        self.until(what, |app| app.active_tab().and_then(|tab| tab.call.as_ref()).is_some_and(&is_so));
    }

    /// Steps the window until a widget of this name is there.
    pub fn until_shown(&mut self, part: &str) {
        self.until_so(part, |walk| walk.has(part));
    }

    /// Steps the window until something is put into the clipboard, and takes it.
    pub fn until_copied(&mut self) -> String {
        self.until_so("something is copied", |walk| !walk.copied.is_empty());
        self.copied.remove(0)
    }

    pub fn until_demo(&mut self) {
        self.until("a method is open", |app| app.active_tab().is_some_and(is_checked));
        self.until("both sources are read", |app| {
            app.sources.len() == 2 && app.sources.iter().all(|one| one.outline.is_some())
        });
        // The bar of the tree comes and goes as sources come.
        self.steps(8);
        self.harness.run();
    }

    pub fn until_ended(&mut self) {
        self.until_call("the call ends", |call| call.stage() != CallStage::Running);
    }

    pub fn until_ok(&mut self) {
        self.until_call("the call is answered", |call| call.is_ok() && call.answer.is_some());
    }

    pub fn open_method(&mut self, name: &str) {
        self.click(Role::TreeItem, name);
        self.until(name, |app| app.active_tab().is_some_and(|tab| tab.method == name && is_checked(tab)));
    }

    pub fn draft(&mut self, text: &str) {
        self.fill(self.words().message_editor, text);
        self.until("the draft is checked", |app| app.active_tab().is_some_and(is_checked));
    }

    pub fn send(&mut self) {
        self.command(Key::Enter);
    }

    pub fn click(&mut self, role: Role, name: &str) {
        self.click_nth(role, name, 0);
    }

    pub fn click_nth(&mut self, role: Role, name: &str, nth: usize) {
        let node = self.harness.query_all_by_role_and_label(role, name).nth(nth);
        node.unwrap_or_else(|| panic!("no {role:?} {name} {nth}; there are {:?}", self.names(role))).click();
        self.steps(4);
    }

    pub fn click_last(&mut self, role: Role, name: &str) {
        let node = self.harness.query_all_by_role_and_label(role, name).last();
        node.unwrap_or_else(|| panic!("no {role:?} {name}; there are {:?}", self.names(role))).click();
        self.steps(4);
    }

    /// The names of everything with this role.
    pub fn names(&self, role: Role) -> Vec<String> {
        self.harness.query_all_by_role(role).filter_map(|node| node.accesskit_node().label()).collect()
    }

    /// Whether something has a name with this part.
    pub fn has(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    /// Whether something has exactly this name.
    pub fn has_named(&self, name: &str) -> bool {
        self.harness.query_all_by_label(name).next().is_some()
    }

    pub fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.steps(4);
    }

    pub fn press(&mut self, key: Key) {
        self.key(Modifiers::NONE, key);
    }

    pub fn command(&mut self, key: Key) {
        self.key(Modifiers::COMMAND, key);
    }

    pub fn text(&mut self, text: &str) {
        self.harness.event(Event::Text(text.to_owned()));
        self.steps(4);
    }

    pub fn paste(&mut self, text: &str) {
        self.harness.event(Event::Paste(text.to_owned()));
        self.steps(6);
    }

    /// Replaces what a field holds.
    pub fn fill(&mut self, name: &str, text: &str) {
        self.focus(name, 0);
        self.command(Key::A);
        self.text(text);
    }

    /// Puts the focus into a field.
    pub fn focus(&mut self, name: &str, nth: usize) {
        self.field_nth(name, nth).focus();
        self.steps(2);
    }

    pub fn field<'a>(&'a self, name: &'a str) -> egui_kittest::Node<'a> {
        self.field_nth(name, 0)
    }

    fn field_nth<'a>(&'a self, name: &'a str, nth: usize) -> egui_kittest::Node<'a> {
        let fields = [Role::TextInput, Role::PasswordInput, Role::MultilineTextInput];
        let is_field = |node: &egui_kittest::Node<'_>| fields.contains(&node.accesskit_node().role());
        let found = self.harness.query_all_by_label(name).filter(is_field).nth(nth);
        found.unwrap_or_else(|| panic!("no field {name} {nth}"))
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

    /// At rest, and every fixed word in the right language.
    pub fn rest(&mut self) {
        self.rest_at("at rest");
    }

    /// At rest, every fixed word in the right language, and nothing over something else.
    pub fn look(&mut self, what: &str) {
        self.rest_at(what);
        self.check_layout(what);
    }

    fn rest_at(&mut self, what: &str) {
        self.steps(4);
        self.harness.run();
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
