//! The body of an answer in the window, in both languages: folds, find, selection, menu, hover, long lines, saving.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

use std::path::Path;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, OutputCommand, PointerButton, Pos2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{Action, App, Prepared, SaveStage, ThemeChoice};
use proconsul::engine::{SaveFault, TextLines};
use proconsul::ui::{Setup, Window};
use proconsul::words::BodyWords;
use proconsul::words::{Lang, Words};

/// Longer than anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

const MESSAGE: &str = r#"{
  "boolVal": true, "int32Val": 420, "uint64Val": "1789000000123", "stringVal": "Client 微服务", "bytesVal": "aGVsbG8=",
  "array": ["grpc of a name that is long enough for its own line", "two"], "dataType": "STRING", "mapVal": {"a b": "1"},
  "child": [{"uid": 7, "name": "Ann"}, {"uid": 8, "name": "李雷 says \"hi\""}]
}"#;

struct Walk {
    harness: Harness<'static, Window>,
    lang: Lang,
    copied: Vec<String>,
}

impl Walk {
    /// With the demo's echo open in a window of this size.
    fn begin(lang: Lang, size: [f32; 2]) -> Self {
        let setup = Setup { lang, theme: Some(ThemeChoice::Dark), ..Setup::default() };
        let mut harness = Harness::builder()
            .with_size(size)
            .with_step_dt(1.0 / 60.0)
            .build_eframe(|creation| Window::new(&creation.egui_ctx, setup).expect("the engine starts"));
        harness.run();
        let mut walk = Self { harness, lang, copied: Vec::new() };
        walk.act(Action::StartDemo);
        walk.until("both sources are read", |app| {
            app.sources.len() == 2 && app.sources.iter().all(|one| one.outline.is_some())
        });
        let source = walk.app().sources[1].id;
        walk.act(Action::OpenMethod(source, "proto.Tour".to_owned(), "Echo".to_owned()));
        walk.until("the echo is ready", |app| {
            app.active_tab().is_some_and(|tab| tab.method == "Echo" && matches!(tab.prepared, Prepared::Ready(_)))
        });
        let tab = walk.app().active.unwrap();
        walk.act(Action::SetDeadline(tab, String::new()));
        walk
    }

    /// Echoes a message and shows it.
    fn answered(lang: Lang, message: &str) -> Self {
        let mut walk = Self::begin(lang, [1440.0, 900.0]);
        walk.echo(message);
        walk
    }

    fn echo(&mut self, message: &str) {
        let tab = self.app().active.unwrap();
        self.act(Action::SetMessage(tab, message.to_owned(), None));
        self.until("the message is checked", |app| app.active_tab().is_some_and(|tab| tab.size().is_some()));
        self.act(Action::ShowPhases(tab, false));
        self.act(Action::Send(tab));
        self.until("the answer is there", |app| {
            app.active_tab().and_then(|tab| tab.call.as_ref()).is_some_and(|call| call.answer.is_some() && call.is_ok())
        });
        self.rest();
    }

    fn act(&mut self, action: Action) {
        self.harness.state_mut().perform(action);
        self.harness.run_steps(2);
    }

    fn app(&self) -> &App {
        self.harness.state().app()
    }

    fn words(&self) -> &'static Words {
        self.lang.words()
    }

    fn body(&self) -> &'static BodyWords {
        self.lang.body()
    }

    fn code(&self) -> TextLines {
        let call = self.app().active_tab().and_then(|tab| tab.call.as_ref()).expect("a call");
        (**call.answer.as_ref().expect("an answer").as_ref().expect("a text")).clone()
    }

    fn until(&mut self, what: &str, is_so: impl Fn(&App) -> bool) {
        let begin = Instant::now();
        while !is_so(self.app()) {
            assert!(begin.elapsed() < PATIENCE, "never: {what}");
            self.step();
            std::thread::park_timeout(Duration::from_millis(5));
        }
        self.steps(4);
    }

    /// One frame; keeps what it copies.
    fn step(&mut self) {
        self.harness.step();
        for command in &self.harness.output().platform_output.commands {
            if let OutputCommand::CopyText(text) = command {
                self.copied.push(text.clone());
            }
        }
    }

    fn steps(&mut self, count: usize) {
        for _ in 0..count {
            self.step();
        }
    }

    /// At rest, and no English in the Chinese window.
    fn rest(&mut self) {
        self.steps(4);
        self.harness.run();
        if self.lang != Lang::ZhCn {
            return;
        }
        let fixed = Lang::En.words().all().into_iter().zip(Lang::ZhCn.words().all());
        let own = Lang::En.body().all().into_iter().zip(Lang::ZhCn.body().all());
        let foreign: Vec<&str> = fixed.chain(own).filter(|(en, zh)| en.1 != zh.1).map(|(en, _)| en.1).collect();
        for node in self.harness.root().children_recursive() {
            let label = node.accesskit_node().label().unwrap_or_default();
            assert!(!foreign.contains(&label.as_str()), "English in the Chinese window: {label}");
        }
    }

    fn click(&mut self, role: Role, name: &str) {
        let found = self.harness.query_all_by_role_and_label(role, name).last();
        found.unwrap_or_else(|| panic!("no {role:?} {name}")).click();
        self.steps(4);
    }

    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.steps(4);
    }

    fn has(&self, name: &str) -> bool {
        self.harness.query_all_by_label(name).next().is_some()
    }

    fn has_part(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    /// The middle of a line of the body, by a part of it.
    fn line(&self, part: &str) -> Pos2 {
        let node = self
            .harness
            .query_all_by_label_contains(part)
            .find(|node| node.rect().left() > 800.0 && (node.rect().height() - 20.0).abs() < 0.5);
        node.unwrap_or_else(|| panic!("no line {part}")).rect().center()
    }

    /// A point of a line's text: so many characters from its start.
    fn text_at(&self, part: &str, chars: f32) -> Pos2 {
        let line = self.line(part);
        let left = self.harness.query_all_by_role(Role::Document).last().expect("the view").rect().left();
        pos2(left + 46.0 + chars * 7.5, line.y)
    }

    fn press(&mut self, at: Pos2, button: PointerButton) {
        self.harness.event(Event::PointerMoved(at));
        for pressed in [true, false] {
            let modifiers = Modifiers::NONE;
            self.harness.event(Event::PointerButton { pos: at, button, pressed, modifiers });
        }
        self.steps(4);
    }

    fn is_focused(&self, role: Role, name: &str) -> bool {
        self.harness.query_all_by_role_and_label(role, name).any(|node| node.is_focused())
    }

    /// Whether the view shows that the keyboard goes to it.
    fn has_ring(&self) -> bool {
        let view = self.harness.query_all_by_role(Role::Document).last().expect("the view").rect();
        self.harness.output().shapes.iter().any(|clipped| match &clipped.shape {
            egui::Shape::Rect(shape) => {
                shape.stroke.color == proconsul::ui::theme::DARK.accent
                    && (shape.rect.width() - view.width()).abs() < 4.0
                    && (shape.rect.height() - view.height()).abs() < 4.0
            }
            _ => false,
        })
    }

    fn copy(&mut self) -> String {
        self.copied.clear();
        self.harness.event(Event::Copy);
        self.steps(2);
        self.copied.pop().expect("something is copied")
    }
}

fn in_both(walk: impl Fn(Lang)) {
    walk(Lang::En);
    walk(Lang::ZhCn);
}

#[test]
fn brackets_fold_by_pointer_and_keyboard() {
    in_both(|lang| {
        let mut walk = Walk::answered(lang, MESSAGE);
        let body = walk.body();
        let first = |walk: &Walk, part: &str| {
            let code = walk.code();
            (0..code.len()).find(|line| code.line(*line).contains(part)).unwrap() + 1
        };
        let child = first(&walk, "\"child\"");
        walk.click(Role::Button, &lang.fold_line(child, false));
        assert!(!walk.has_part("\"Ann\""), "what is folded is not shown");
        assert!(walk.has(&lang.items(2)), "how much is folded is said");
        walk.rest();
        walk.click(Role::Button, &lang.items(2));
        assert!(walk.has_part("\"Ann\""));

        // Everything, and back, by the icon.
        walk.click(Role::Button, body.fold_all);
        assert!(!walk.has_part("\"Ann\"") && walk.has_part("\"boolVal\""), "the whole itself stays open");
        walk.click(Role::Button, body.unfold_all);
        assert!(walk.has_part("\"Ann\"") && walk.has(body.fold_all));

        // By the keyboard, from the line at the caret.
        let at = walk.text_at("\"name\": \"Ann\"", 5.0);
        walk.press(at, PointerButton::Primary);
        walk.key(Modifiers::NONE, Key::ArrowLeft);
        walk.key(Modifiers::NONE, Key::ArrowLeft);
        assert!(!walk.has_part("\"Ann\"") && walk.has_part("李雷"), "the bracket around it folds");
        walk.key(Modifiers::NONE, Key::ArrowRight);
        assert!(walk.has_part("\"Ann\""));
        walk.rest();
    });
}

#[test]
fn text_is_found_also_where_it_is_folded() {
    in_both(|lang| {
        let mut walk = Walk::answered(lang, MESSAGE);
        let (words, body) = (walk.words(), walk.body());
        walk.click(Role::Button, body.fold_all);
        walk.click(Role::Button, body.find);
        assert!(walk.is_focused(Role::TextInput, body.find_in_text), "the field has the focus");
        walk.harness.event(Event::Text("\"NAME\"".to_owned()));
        walk.steps(4);
        assert!(walk.has(&lang.hits(Some(1), 2, false)), "hits are counted");
        assert!(walk.has_part("\"Ann\""), "what hides the hit is unfolded");
        assert!(!walk.has_part("李雷 says"), "and nothing else");
        walk.key(Modifiers::NONE, Key::Enter);
        assert!(walk.has(&lang.hits(Some(2), 2, false)) && walk.has_part("李雷 says"));
        walk.key(Modifiers::NONE, Key::F3);
        assert!(walk.has(&lang.hits(Some(1), 2, false)), "around the end");
        walk.key(Modifiers::SHIFT, Key::Enter);
        assert!(walk.has(&lang.hits(Some(2), 2, false)), "and around the start");
        assert!(walk.is_focused(Role::TextInput, body.find_in_text), "the field keeps the focus");
        walk.click(Role::Button, words.find_case);
        assert!(walk.has(words.find_none), "capitals matter");
        walk.rest();
        walk.click(Role::Button, words.find_case);
        walk.click(Role::Button, words.find_previous);
        walk.harness.get_by_role_and_label(Role::TextInput, body.find_in_text).focus();
        walk.steps(2);
        walk.key(Modifiers::NONE, Key::Escape);
        assert!(!walk.has(body.find_in_text), "Escape closes the bar");
        assert!(walk.is_focused(Role::Document, words.response_body), "and the text has the focus again");
        assert!(walk.has_ring(), "which is seen");
        let at = walk.text_at("\"boolVal\"", 4.0);
        walk.press(at, PointerButton::Primary);
        assert!(!walk.has_ring(), "who points needs no ring");
        // The window's own Ctrl+F looks in the text that has the focus.
        walk.key(Modifiers::COMMAND, Key::F);
        assert!(walk.is_focused(Role::TextInput, body.find_in_text));
        assert!(!walk.is_focused(Role::TextInput, words.filter_methods));
        walk.rest();
    });
}

#[test]
fn a_selection_goes_over_lines_and_is_copied() {
    let mut walk = Walk::answered(Lang::En, MESSAGE);
    let (from, to) = (walk.text_at("\"int32Val\"", 2.0), walk.text_at("\"stringVal\"", 13.0));
    walk.harness.drag_at(from);
    walk.steps(1);
    walk.harness.hover_at(from + vec2(0.0, 10.0));
    walk.steps(1);
    walk.harness.hover_at(to);
    walk.steps(1);
    walk.harness.drop_at(to);
    walk.steps(2);
    assert_eq!(walk.copy(), "\"int32Val\": 420,\n  \"uint64Val\": \"1789000000123\",\n  \"stringVal\"");
    // Without a selection the line at the caret.
    let at = walk.text_at("\"boolVal\"", 4.0);
    walk.press(at, PointerButton::Primary);
    assert_eq!(walk.copy(), "  \"boolVal\": true,");
    walk.key(Modifiers::COMMAND, Key::A);
    let code = walk.code();
    assert_eq!(walk.copy(), code.text());
    // What is folded belongs to it.
    walk.click(Role::Button, walk.body().fold_all);
    walk.harness.query_all_by_role(Role::Document).last().unwrap().focus();
    walk.steps(2);
    walk.key(Modifiers::COMMAND, Key::A);
    assert_eq!(walk.copy(), code.text());
    walk.rest();
}

#[test]
fn the_menu_copies_values_and_paths() {
    in_both(|lang| {
        let mut walk = Walk::answered(lang, MESSAGE);
        let body = walk.body();
        let chosen = |walk: &mut Walk, line: &str, item: &str| {
            let at = walk.text_at(line, 8.0);
            walk.press(at, PointerButton::Secondary);
            walk.copied.clear();
            walk.click(Role::MenuItem, item);
            walk.steps(2);
            walk.copied.pop().unwrap_or_else(|| panic!("{item} of {line} copies nothing"))
        };
        assert_eq!(chosen(&mut walk, "李雷 says", body.copy_value), "李雷 says \"hi\"");
        assert_eq!(chosen(&mut walk, "李雷 says", body.copy_path), "child[1].name");
        assert_eq!(chosen(&mut walk, "\"a b\"", body.copy_path), "map_val[\"a b\"]");
        assert_eq!(chosen(&mut walk, "\"int32Val\"", body.copy_path), "int32_val", "as errors write it");
        assert_eq!(chosen(&mut walk, "\"int32Val\"", body.copy_line), "\"int32Val\": 420,");
        assert_eq!(
            chosen(&mut walk, "\"array\"", body.copy_value),
            "[\n  \"grpc of a name that is long enough for its own line\",\n  \"two\"\n]"
        );
        let code = walk.code();
        assert_eq!(chosen(&mut walk, "\"array\"", body.copy_all), code.text());
        walk.rest();

        // By the keyboard: the menu opens at the caret, its first row has the focus, and the text gets it back.
        let at = walk.text_at("\"uint64Val\"", 4.0);
        walk.press(at, PointerButton::Primary);
        walk.key(Modifiers::SHIFT, Key::F10);
        assert!(walk.is_focused(Role::MenuItem, body.copy_value));
        walk.copied.clear();
        // Pressed without release: one frame, so that what it copies is seen.
        let (key, modifiers) = (Key::Enter, Modifiers::NONE);
        walk.harness.event(Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers });
        walk.steps(2);
        assert_eq!(walk.copied.pop().as_deref(), Some("1789000000123"));
        walk.harness.event(Event::Key { key, physical_key: None, pressed: false, repeat: false, modifiers });
        walk.steps(2);
        assert!(walk.is_focused(Role::Document, walk.words().response_body));
        walk.key(Modifiers::NONE, Key::Menu);
        assert!(walk.has(body.copy_path));
        walk.key(Modifiers::NONE, Key::Escape);
        assert!(!walk.has(body.copy_path));
        walk.rest();
    });
}

#[test]
fn values_are_explained() {
    in_both(|lang| {
        let mut walk = Walk::answered(lang, MESSAGE);
        let body = walk.body();
        let hover = |walk: &mut Walk, line: &str, chars: f32| {
            let at = walk.text_at(line, chars);
            walk.harness.hover_at(at);
            // The tooltip waits for a moment of rest.
            walk.harness.run_steps(60);
        };
        hover(&mut walk, "\"int32Val\"", 16.0);
        assert!(walk.has("0x1a4") && walk.has("int32_val") && walk.has(body.said_hex));
        assert!(walk.has_part("Negative numbers take ten bytes"), "the author's comment");
        hover(&mut walk, "\"uint64Val\"", 18.0);
        assert!(walk.has("1,789,000,000,123") && walk.has(body.said_millis) && walk.has_part("2026-09-"));
        hover(&mut walk, "\"bytesVal\"", 18.0);
        assert!(walk.has("68 65 6c 6c 6f") && walk.has("hello"));
        hover(&mut walk, "\"dataType\"", 18.0);
        assert!(walk.has("proto.DATA_TYPE") && walk.has("1  Text."));
        hover(&mut walk, "\"child\"", 4.0);
        assert!(walk.has("repeated proto.Parent.Child"), "a key has its type");
        walk.harness.hover_at(pos2(700.0, 500.0));
        walk.rest();
        assert!(!walk.has("repeated proto.Parent.Child"));
    });
}

#[test]
fn a_line_of_megabytes_is_cut_until_it_is_asked_for() {
    in_both(|lang| {
        let long = "x".repeat(3 << 20);
        let mut walk = Walk::answered(lang, &format!("{{\"stringVal\": \"{long}\", \"array\": [\"after\"]}}"));
        let line = walk.code().line(1).len();
        let all = lang.show_all(line);
        assert!(walk.has(&all) && walk.has_part("\"after\""), "what follows is on the screen");
        walk.rest();
        let began = Instant::now();
        walk.click(Role::Button, &all);
        assert!(began.elapsed() < Duration::from_secs(2), "it took {:?}", began.elapsed());
        assert!(!walk.has_part("\"after\""), "there are pages of it");
        walk.rest();
        walk.key(Modifiers::NONE, Key::End);
        let document = |walk: &mut Walk| {
            let view = walk.harness.query_all_by_role(Role::Document).last().unwrap().rect();
            walk.press(view.center(), PointerButton::Primary);
        };
        document(&mut walk);
        walk.key(Modifiers::NONE, Key::End);
        assert!(walk.has_part("\"after\"") && walk.has(walk.body().show_less), "its end is a key away");
        walk.click(Role::Button, walk.body().show_less);
        assert!(walk.has(&all));
        // A hit behind the cut shows the whole line.
        walk.click(Role::Button, walk.body().find);
        walk.harness.event(Event::Text("x\",".to_owned()));
        // It takes some frames to look through megabytes.
        let began = Instant::now();
        while !walk.has(&lang.hits(Some(1), 1, false)) {
            assert!(began.elapsed() < PATIENCE, "the search ends");
            walk.step();
        }
        walk.rest();
        assert!(walk.has_part("\"after\""));
    });
}

#[test]
fn long_lines_are_broken_or_scrolled() {
    let words: Vec<String> = (0..60).map(|number| format!("word{number}")).collect();
    let mut walk = Walk::answered(Lang::En, &format!("{{\"stringVal\": \"{}\", \"boolVal\": true}}", words.join(" ")));
    let gap = |walk: &Walk| walk.line("\"stringVal\"").y - walk.line("\"boolVal\"").y;
    let end =
        |walk: &Walk| walk.harness.query_all_by_label("}").last().unwrap().rect().top() - walk.line("\"stringVal\"").y;
    assert!((gap(&walk) - 20.0).abs() < 0.5);
    assert!(end(&walk) > 50.0, "the long line takes several rows: {}", end(&walk));
    let at = walk.text_at("\"stringVal\"", 3.0);
    walk.press(at, PointerButton::Primary);
    walk.key(Modifiers::ALT, Key::Z);
    assert!(end(&walk) < 20.0, "one row: {}", end(&walk));
    walk.rest();
    walk.key(Modifiers::ALT, Key::Z);
    assert!(end(&walk) > 50.0);
    // A double click on a row below the first takes a word of the line.
    let below = walk.line("\"stringVal\"") + vec2(0.0, 20.0);
    walk.press(below, PointerButton::Primary);
    walk.press(below, PointerButton::Primary);
    let copied = walk.copy();
    assert!(words.contains(&copied), "{copied:?} is one of the words");
}

#[test]
fn a_message_is_saved_as_json_and_as_bytes() {
    in_both(|lang| {
        let folder = tempfile::tempdir().unwrap();
        let mut walk = Walk::answered(lang, MESSAGE);
        let (words, body) = (walk.words(), walk.body());
        walk.click(Role::Button, body.save);
        walk.until("a name is suggested", |app| {
            app.save
                .as_ref()
                .is_some_and(|save| std::path::Path::new(&save.path).extension().is_some_and(|end| end == "json"))
        });
        assert!(walk.is_focused(Role::TextInput, body.save_file), "the path can be typed at once");
        walk.rest();
        let type_path = |walk: &mut Walk, path: &Path| {
            walk.until("a name is suggested", |app| app.save.as_ref().is_some_and(|save| !save.path.is_empty()));
            walk.harness.get_by_role_and_label(Role::TextInput, body.save_file).focus();
            walk.steps(2);
            walk.key(Modifiers::COMMAND, Key::A);
            walk.harness.event(Event::Text(path.display().to_string()));
            walk.steps(4);
        };
        let ended = |walk: &mut Walk| {
            walk.until("it is saved or not", |app| {
                app.save.as_ref().is_some_and(|save| matches!(save.stage, SaveStage::Done(..) | SaveStage::Failed(_)))
            });
            walk.rest();
            walk.app().save.as_ref().unwrap().stage.clone()
        };
        let json = folder.path().join("答案.json");
        type_path(&mut walk, &json);
        walk.click(Role::Button, walk.words().save);
        assert!(matches!(ended(&mut walk), SaveStage::Done(path, _) if path == json));
        assert_eq!(std::fs::read_to_string(&json).unwrap(), format!("{}\n", walk.code().text()));
        assert!(walk.has_part("答案.json"), "it is said where");
        walk.key(Modifiers::NONE, Key::Enter);
        assert!(walk.app().save.is_none(), "Enter closes it");

        // A file that is there is not written over unasked.
        std::fs::write(&json, "mine").unwrap();
        walk.click(Role::Button, body.save);
        type_path(&mut walk, &json);
        walk.click(Role::Button, walk.words().save);
        assert!(matches!(ended(&mut walk), SaveStage::Failed(not) if not.fault == SaveFault::Exists));
        assert_eq!(std::fs::read_to_string(&json).unwrap(), "mine");
        walk.click(Role::Button, body.save_replace);
        assert!(matches!(ended(&mut walk), SaveStage::Done(..)));
        assert!(std::fs::read_to_string(&json).unwrap().starts_with('{'));
        walk.click(Role::Button, words.close);

        // Bytes; the name's end follows, and where there is no folder the words say what to do.
        walk.click(Role::Button, body.save);
        type_path(&mut walk, &folder.path().join("none/a.json"));
        walk.click(Role::RadioButton, body.save_bytes);
        walk.click(Role::Button, walk.words().save);
        assert!(matches!(ended(&mut walk), SaveStage::Failed(not) if not.fault == SaveFault::NoFolder));
        let binary = folder.path().join("a.binpb");
        type_path(&mut walk, &binary);
        walk.key(Modifiers::NONE, Key::Enter);
        assert!(matches!(ended(&mut walk), SaveStage::Done(..)));
        let bytes = std::fs::read(&binary).unwrap();
        let size = walk.app().active_tab().unwrap().size().unwrap();
        assert_eq!(bytes.len(), size, "as it was on the wire");
        assert_eq!(&bytes[..2], &[0x08, 0x01], "bool_val = true");
        walk.key(Modifiers::NONE, Key::Escape);
        assert!(walk.app().save.is_none());
        // Nothing typed, and a path that begins nowhere.
        walk.click(Role::Button, body.save);
        type_path(&mut walk, Path::new("a.json"));
        walk.click(Role::Button, walk.words().save);
        assert!(matches!(ended(&mut walk), SaveStage::Failed(not) if not.fault == SaveFault::Relative));
        type_path(&mut walk, Path::new(" "));
        walk.click(Role::Button, walk.words().save);
        assert!(walk.has_part(body.save_missing) || walk.app().save.as_ref().unwrap().stage == SaveStage::Missing);
        walk.key(Modifiers::NONE, Key::Escape);
        walk.rest();
    });
}

#[test]
fn in_a_narrow_pane_two_icons_stay_and_a_menu_has_the_rest() {
    in_both(|lang| {
        let mut walk = Walk::begin(lang, [1024.0, 700.0]);
        walk.echo(MESSAGE);
        let body = walk.body();
        assert!(walk.has(body.find) && walk.has(walk.words().more) && !walk.has(body.save) && !walk.has(body.fold_all));
        walk.click(Role::Button, walk.words().more);
        walk.click(Role::MenuItem, body.fold_all);
        assert!(!walk.has_part("\"Ann\""));
        walk.click(Role::Button, walk.words().more);
        walk.click(Role::MenuItem, body.save);
        assert!(walk.app().save.is_some());
        walk.key(Modifiers::NONE, Key::Escape);
        walk.rest();
    });
}

#[test]
fn a_million_lines_are_reached_to_the_last_one() {
    // More lines than a 32-bit float of points can tell apart.
    let children: Vec<String> = (0..250_000).map(|uid| format!("{{\"uid\":{}}}", uid + 1)).collect();
    let mut walk = Walk::begin(Lang::En, [1440.0, 900.0]);
    walk.echo(&format!("{{\"child\":[{}]}}", children.join(",")));
    let code = walk.code();
    assert_eq!(code.len(), 750_004);
    let view = walk.harness.query_all_by_role(Role::Document).last().unwrap().rect();
    walk.press(view.center(), PointerButton::Primary);
    walk.key(Modifiers::NONE, Key::End);
    let last = walk.harness.query_all_by_label("}").last().unwrap().rect();
    assert!(
        (view.bottom() - 7.0 - last.bottom()).abs() < 0.6,
        "the last line stands above the margin: {last:?} in {view:?}"
    );
    assert!(walk.has("      \"uid\": 250000"));
    // Every line has its own place, also down here.
    let tops: Vec<f32> = ["    {", "      \"uid\": 249999", "    },"]
        .map(|line| walk.harness.query_all_by_label(line).last().unwrap().rect().top())
        .to_vec();
    assert!(tops.iter().all(|top| top.is_finite()));
    let (a, b) = (walk.line("\"uid\": 249999").y, walk.line("\"uid\": 250000").y);
    assert!((b - a - 60.0).abs() < 0.01, "{a} {b}");
    walk.rest();
    // By the bar: its middle is the middle of the text.
    let bar = pos2(view.right() - 4.0, view.center().y);
    walk.press(bar, PointerButton::Primary);
    assert!(walk.has_part("\"uid\": 1250") || walk.has_part("\"uid\": 1249"), "the middle is shown");
    walk.rest();
    // A selection that is drawn over the edge takes the text along.
    let from = view.left_top() + vec2(100.0, 37.0);
    walk.harness.drag_at(from);
    walk.steps(1);
    walk.harness.hover_at(view.center());
    walk.steps(1);
    walk.harness.hover_at(view.center_bottom() + vec2(0.0, 150.0));
    walk.steps(40);
    walk.harness.drop_at(view.center_bottom() + vec2(0.0, 150.0));
    walk.steps(2);
    let lines = walk.copy().lines().count();
    assert!(lines > 100, "more than a page is selected: {lines}");
    walk.rest();
    // Folding all of it is quick, and so is what is left.
    let began = Instant::now();
    walk.click(Role::Button, walk.body().fold_all);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert!(walk.has(&Lang::En.items(250_000)));
    walk.rest();
}

#[test]
fn a_draft_too_large_for_the_editor_is_read_in_the_same_view() {
    in_both(|lang| {
        let mut walk = Walk::begin(lang, [1440.0, 900.0]);
        let tab = walk.app().active.unwrap();
        let rows: Vec<String> =
            (0..120_000).map(|uid| format!("{{\n\"uid\": {uid}, \"name\": \"someone\"\n}}")).collect();
        walk.act(Action::SetMessage(tab, format!("{{\"child\": [\n{}\n]}}", rows.join(",\n")), None));
        walk.until("its lines are cut", |app| app.active_tab().is_some_and(|tab| app.draft_lines(tab).is_some()));
        walk.rest();
        assert!(walk.has("\"uid\": 3, \"name\": \"someone\""), "its lines are shown");
        walk.click(Role::Button, &lang.fold_line(2, false));
        assert!(!walk.has("\"uid\": 0, \"name\": \"someone\""), "and fold");
        // Another draft has lines of its own.
        walk.act(Action::SetMessage(tab, format!("{{\"stringVal\":\n\"{}\"}}", "y".repeat(5 << 20)), None));
        walk.until("its lines are cut", |app| app.active_tab().is_some_and(|tab| app.draft_lines(tab).is_some()));
        assert!(walk.has(&lang.show_all((5 << 20) + 3)));
        walk.rest();
    });
}
