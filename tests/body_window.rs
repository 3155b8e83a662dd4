//! The body of an answer in the window, in both languages: folds, find, selection, menu, hover, long lines, saving.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod window_support;

use std::path::Path;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use proconsul::app::{Action, Prepared, SaveStage};
use proconsul::engine::{SaveFault, TextLines};
use proconsul::words::{BodyWords, Lang};

use window_support::{Begin, PATIENCE, Walk, in_both};

const MESSAGE: &str = r#"{
  "boolVal": true, "int32Val": 420, "uint64Val": "1789000000123", "stringVal": "Client 微服务", "bytesVal": "aGVsbG8=",
  "array": ["grpc of a name that is long enough for its own line", "two"], "dataType": "STRING", "mapVal": {"a b": "1"},
  "child": [{"uid": 7, "name": "Ann"}, {"uid": 8, "name": "李雷 says \"hi\""}]
}"#;

/// With the demo's echo open in a window of this size.
fn with_echo(lang: Lang, size: [f32; 2]) -> Walk {
    let mut walk = Begin::new(lang).size(size).step_s(1.0 / 60.0).walk();
    walk.act(Action::StartDemo);
    walk.until("both sources are read", |app| {
        app.sources.len() == 2 && app.sources.iter().all(|one| one.outline.is_some())
    });
    let source = walk.app().sources[1].id;
    walk.act(Action::OpenMethod(source, "proto.Tour".to_owned(), "Echo".to_owned()));
    walk.until("the echo is ready", |app| {
        app.active_tab().is_some_and(|tab| tab.method == "Echo" && matches!(tab.prepared, Prepared::Ready(_)))
    });
    let tab = walk.tab().id;
    walk.act(Action::SetDeadline(tab, String::new()));
    walk
}

/// With a message that was echoed, and is shown.
fn answered(lang: Lang, message: &str) -> Walk {
    let mut walk = with_echo(lang, [1440.0, 900.0]);
    walk.echo(message);
    walk
}

impl Walk {
    fn echo(&mut self, message: &str) {
        let tab = self.app().active.unwrap();
        self.act(Action::SetMessage(tab, message.to_owned(), None));
        self.until("the message is checked", |app| app.active_tab().is_some_and(|tab| tab.size().is_some()));
        self.act(Action::ShowPhases(tab, false));
        self.act(Action::Send(tab));
        self.until_ok();
        self.rest();
    }

    fn body(&self) -> &'static BodyWords {
        self.lang.body()
    }

    fn code(&self) -> TextLines {
        let call = self.app().active_tab().and_then(|tab| tab.call.as_ref()).expect("a call");
        (**call.answer.as_ref().expect("an answer").as_ref().expect("a text")).clone()
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

    fn click_at(&mut self, at: Pos2, button: PointerButton) {
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

    fn copy(&mut self) -> String {
        self.copied.clear();
        self.harness.event(Event::Copy);
        self.steps(2);
        self.copied.pop().expect("something is copied")
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
}

#[test]
fn brackets_fold_by_pointer_and_keyboard() {
    in_both(|lang| {
        let mut walk = answered(lang, MESSAGE);
        let body = walk.body();
        let first = |walk: &Walk, part: &str| {
            let code = walk.code();
            (0..code.len()).find(|line| code.line(*line).contains(part)).unwrap() + 1
        };
        let child = first(&walk, "\"child\"");
        walk.click_last(Role::Button, &lang.fold_line(child, false));
        assert!(!walk.has("\"Ann\""), "what is folded is not shown");
        assert!(walk.has_named(&lang.items(2)), "how much is folded is said");
        walk.rest();
        walk.click_last(Role::Button, &lang.items(2));
        assert!(walk.has("\"Ann\""));

        // Everything, and back, by the icon.
        walk.click_last(Role::Button, body.fold_all);
        assert!(!walk.has("\"Ann\"") && walk.has("\"boolVal\""), "the whole itself stays open");
        walk.click_last(Role::Button, body.unfold_all);
        assert!(walk.has("\"Ann\"") && walk.has_named(body.fold_all));

        // By the keyboard, from the line at the caret.
        let at = walk.text_at("\"name\": \"Ann\"", 5.0);
        walk.click_at(at, PointerButton::Primary);
        walk.key(Modifiers::NONE, Key::ArrowLeft);
        walk.key(Modifiers::NONE, Key::ArrowLeft);
        assert!(!walk.has("\"Ann\"") && walk.has("李雷"), "the bracket around it folds");
        walk.key(Modifiers::NONE, Key::ArrowRight);
        assert!(walk.has("\"Ann\""));
        walk.rest();
    });
}

#[test]
fn text_is_found_also_where_it_is_folded() {
    in_both(|lang| {
        let mut walk = answered(lang, MESSAGE);
        let (words, body) = (walk.words(), walk.body());
        walk.click_last(Role::Button, body.fold_all);
        walk.click_last(Role::Button, body.find);
        assert!(walk.is_focused(Role::TextInput, body.find_in_text), "the field has the focus");
        walk.harness.event(Event::Text("\"NAME\"".to_owned()));
        walk.steps(4);
        assert!(walk.has_named(&lang.hits(Some(1), 2, false)), "hits are counted");
        assert!(walk.has("\"Ann\""), "what hides the hit is unfolded");
        assert!(!walk.has("李雷 says"), "and nothing else");
        walk.key(Modifiers::NONE, Key::Enter);
        assert!(walk.has_named(&lang.hits(Some(2), 2, false)) && walk.has("李雷 says"));
        walk.key(Modifiers::NONE, Key::F3);
        assert!(walk.has_named(&lang.hits(Some(1), 2, false)), "around the end");
        walk.key(Modifiers::SHIFT, Key::Enter);
        assert!(walk.has_named(&lang.hits(Some(2), 2, false)), "and around the start");
        assert!(walk.is_focused(Role::TextInput, body.find_in_text), "the field keeps the focus");
        walk.click_last(Role::Button, words.find_case);
        assert!(walk.has_named(words.find_none), "capitals matter");
        walk.rest();
        walk.click_last(Role::Button, words.find_case);
        walk.click_last(Role::Button, words.find_previous);
        walk.harness.get_by_role_and_label(Role::TextInput, body.find_in_text).focus();
        walk.steps(2);
        walk.key(Modifiers::NONE, Key::Escape);
        assert!(!walk.has_named(body.find_in_text), "Escape closes the bar");
        assert!(walk.is_focused(Role::Document, words.response_body), "and the text has the focus again");
        assert!(walk.has_ring(), "which is seen");
        let at = walk.text_at("\"boolVal\"", 4.0);
        walk.click_at(at, PointerButton::Primary);
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
    let mut walk = answered(Lang::En, MESSAGE);
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
    walk.click_at(at, PointerButton::Primary);
    assert_eq!(walk.copy(), "  \"boolVal\": true,");
    walk.key(Modifiers::COMMAND, Key::A);
    let code = walk.code();
    assert_eq!(walk.copy(), code.text());
    // What is folded belongs to it.
    walk.click_last(Role::Button, walk.body().fold_all);
    walk.harness.query_all_by_role(Role::Document).last().unwrap().focus();
    walk.steps(2);
    walk.key(Modifiers::COMMAND, Key::A);
    assert_eq!(walk.copy(), code.text());
    walk.rest();
}

#[test]
fn the_menu_copies_values_and_paths() {
    in_both(|lang| {
        let mut walk = answered(lang, MESSAGE);
        let body = walk.body();
        let chosen = |walk: &mut Walk, line: &str, item: &str| {
            let at = walk.text_at(line, 8.0);
            walk.click_at(at, PointerButton::Secondary);
            walk.copied.clear();
            walk.click_last(Role::MenuItem, item);
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
        walk.click_at(at, PointerButton::Primary);
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
        assert!(walk.has_named(body.copy_path));
        walk.key(Modifiers::NONE, Key::Escape);
        assert!(!walk.has_named(body.copy_path));
        walk.rest();
    });
}

#[test]
fn values_are_explained() {
    in_both(|lang| {
        let mut walk = answered(lang, MESSAGE);
        let body = walk.body();
        let hover = |walk: &mut Walk, line: &str, chars: f32| {
            let at = walk.text_at(line, chars);
            walk.harness.hover_at(at);
            // The tooltip waits for a moment of rest.
            walk.harness.run_steps(60);
        };
        hover(&mut walk, "\"int32Val\"", 16.0);
        assert!(walk.has_named("0x1a4") && walk.has_named("int32_val") && walk.has_named(body.said_hex));
        assert!(walk.has("Negative numbers take ten bytes"), "the author's comment");
        hover(&mut walk, "\"uint64Val\"", 18.0);
        assert!(walk.has_named("1,789,000,000,123") && walk.has_named(body.said_millis) && walk.has("2026-09-"));
        hover(&mut walk, "\"bytesVal\"", 18.0);
        assert!(walk.has_named("68 65 6c 6c 6f") && walk.has_named("hello"));
        hover(&mut walk, "\"dataType\"", 18.0);
        assert!(walk.has_named("proto.DATA_TYPE") && walk.has_named("1  Text."));
        hover(&mut walk, "\"child\"", 4.0);
        assert!(walk.has_named("repeated proto.Parent.Child"), "a key has its type");
        walk.harness.hover_at(pos2(700.0, 500.0));
        walk.rest();
        assert!(!walk.has_named("repeated proto.Parent.Child"));
    });
}

#[test]
fn a_line_of_megabytes_is_cut_until_it_is_asked_for() {
    in_both(|lang| {
        let long = "x".repeat(3 << 20);
        let mut walk = answered(lang, &format!("{{\"stringVal\": \"{long}\", \"array\": [\"after\"]}}"));
        let line = walk.code().line(1).len();
        let all = lang.show_all(line);
        assert!(walk.has_named(&all) && walk.has("\"after\""), "what follows is on the screen");
        walk.rest();
        let began = Instant::now();
        walk.click_last(Role::Button, &all);
        assert!(began.elapsed() < Duration::from_secs(2), "it took {:?}", began.elapsed());
        assert!(!walk.has("\"after\""), "there are pages of it");
        walk.rest();
        walk.key(Modifiers::NONE, Key::End);
        let document = |walk: &mut Walk| {
            let view = walk.harness.query_all_by_role(Role::Document).last().unwrap().rect();
            walk.click_at(view.center(), PointerButton::Primary);
        };
        document(&mut walk);
        walk.key(Modifiers::NONE, Key::End);
        assert!(walk.has("\"after\"") && walk.has_named(walk.body().show_less), "its end is a key away");
        walk.click_last(Role::Button, walk.body().show_less);
        assert!(walk.has_named(&all));
        // A hit behind the cut shows the whole line.
        walk.click_last(Role::Button, walk.body().find);
        walk.harness.event(Event::Text("x\",".to_owned()));
        // It takes some frames to look through megabytes.
        let began = Instant::now();
        while !walk.has_named(&lang.hits(Some(1), 1, false)) {
            assert!(began.elapsed() < PATIENCE, "the search ends");
            walk.step();
        }
        walk.rest();
        assert!(walk.has("\"after\""));
    });
}

#[test]
fn long_lines_are_broken_or_scrolled() {
    let words: Vec<String> = (0..60).map(|number| format!("word{number}")).collect();
    let mut walk = answered(Lang::En, &format!("{{\"stringVal\": \"{}\", \"boolVal\": true}}", words.join(" ")));
    let gap = |walk: &Walk| walk.line("\"stringVal\"").y - walk.line("\"boolVal\"").y;
    let end =
        |walk: &Walk| walk.harness.query_all_by_label("}").last().unwrap().rect().top() - walk.line("\"stringVal\"").y;
    assert!((gap(&walk) - 20.0).abs() < 0.5);
    assert!(end(&walk) > 50.0, "the long line takes several rows: {}", end(&walk));
    let at = walk.text_at("\"stringVal\"", 3.0);
    walk.click_at(at, PointerButton::Primary);
    walk.key(Modifiers::ALT, Key::Z);
    assert!(end(&walk) < 20.0, "one row: {}", end(&walk));
    walk.rest();
    walk.key(Modifiers::ALT, Key::Z);
    assert!(end(&walk) > 50.0);
    // A double click on a row below the first takes a word of the line.
    let below = walk.line("\"stringVal\"") + vec2(0.0, 20.0);
    walk.click_at(below, PointerButton::Primary);
    walk.click_at(below, PointerButton::Primary);
    let copied = walk.copy();
    assert!(words.contains(&copied), "{copied:?} is one of the words");
}

#[test]
fn a_message_is_saved_as_json_and_as_bytes() {
    in_both(|lang| {
        let folder = tempfile::tempdir().unwrap();
        let mut walk = answered(lang, MESSAGE);
        let (words, body) = (walk.words(), walk.body());
        walk.click_last(Role::Button, body.save);
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
        walk.click_last(Role::Button, walk.words().save);
        assert!(matches!(ended(&mut walk), SaveStage::Done(path, _) if path == json));
        assert_eq!(std::fs::read_to_string(&json).unwrap(), format!("{}\n", walk.code().text()));
        assert!(walk.has("答案.json"), "it is said where");
        walk.key(Modifiers::NONE, Key::Enter);
        assert!(walk.app().save.is_none(), "Enter closes it");

        // A file that is there is not written over unasked.
        std::fs::write(&json, "mine").unwrap();
        walk.click_last(Role::Button, body.save);
        type_path(&mut walk, &json);
        walk.click_last(Role::Button, walk.words().save);
        assert!(matches!(ended(&mut walk), SaveStage::Failed(not) if not.fault == SaveFault::Exists));
        assert_eq!(std::fs::read_to_string(&json).unwrap(), "mine");
        walk.click_last(Role::Button, body.save_replace);
        assert!(matches!(ended(&mut walk), SaveStage::Done(..)));
        assert!(std::fs::read_to_string(&json).unwrap().starts_with('{'));
        walk.click_last(Role::Button, words.close);

        // Bytes; the name's end follows, and where there is no folder the words say what to do.
        walk.click_last(Role::Button, body.save);
        type_path(&mut walk, &folder.path().join("none/a.json"));
        walk.click_last(Role::RadioButton, body.save_bytes);
        walk.click_last(Role::Button, walk.words().save);
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
        walk.click_last(Role::Button, body.save);
        type_path(&mut walk, Path::new("a.json"));
        walk.click_last(Role::Button, walk.words().save);
        assert!(matches!(ended(&mut walk), SaveStage::Failed(not) if not.fault == SaveFault::Relative));
        type_path(&mut walk, Path::new(" "));
        walk.click_last(Role::Button, walk.words().save);
        assert!(walk.has(body.save_missing) || walk.app().save.as_ref().unwrap().stage == SaveStage::Missing);
        walk.key(Modifiers::NONE, Key::Escape);
        walk.rest();
    });
}

#[test]
fn in_a_narrow_pane_two_icons_stay_and_a_menu_has_the_rest() {
    in_both(|lang| {
        let mut walk = with_echo(lang, [1024.0, 700.0]);
        walk.echo(MESSAGE);
        let body = walk.body();
        assert!(
            walk.has_named(body.find)
                && walk.has_named(walk.words().more)
                && !walk.has_named(body.save)
                && !walk.has_named(body.fold_all)
        );
        walk.click_last(Role::Button, walk.words().more);
        walk.click_last(Role::MenuItem, body.fold_all);
        assert!(!walk.has("\"Ann\""));
        walk.click_last(Role::Button, walk.words().more);
        walk.click_last(Role::MenuItem, body.save);
        assert!(walk.app().save.is_some());
        walk.key(Modifiers::NONE, Key::Escape);
        walk.rest();
    });
}

#[test]
fn a_million_lines_are_reached_to_the_last_one() {
    // More lines than a 32-bit float of points can tell apart.
    let children: Vec<String> = (0..250_000).map(|uid| format!("{{\"uid\":{}}}", uid + 1)).collect();
    let mut walk = with_echo(Lang::En, [1440.0, 900.0]);
    walk.echo(&format!("{{\"child\":[{}]}}", children.join(",")));
    let code = walk.code();
    assert_eq!(code.len(), 750_004);
    let view = walk.harness.query_all_by_role(Role::Document).last().unwrap().rect();
    walk.click_at(view.center(), PointerButton::Primary);
    walk.key(Modifiers::NONE, Key::End);
    let last = walk.harness.query_all_by_label("}").last().unwrap().rect();
    assert!(
        (view.bottom() - 7.0 - last.bottom()).abs() < 0.6,
        "the last line stands above the margin: {last:?} in {view:?}"
    );
    assert!(walk.has_named("      \"uid\": 250000"));
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
    walk.click_at(bar, PointerButton::Primary);
    assert!(walk.has("\"uid\": 1250") || walk.has("\"uid\": 1249"), "the middle is shown");
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
    walk.click_last(Role::Button, walk.body().fold_all);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert!(walk.has_named(&Lang::En.items(250_000)));
    walk.rest();
}

#[test]
fn a_draft_too_large_for_the_editor_is_read_in_the_same_view() {
    in_both(|lang| {
        let mut walk = with_echo(lang, [1440.0, 900.0]);
        let tab = walk.app().active.unwrap();
        let rows: Vec<String> =
            (0..120_000).map(|uid| format!("{{\n\"uid\": {uid}, \"name\": \"someone\"\n}}")).collect();
        walk.act(Action::SetMessage(tab, format!("{{\"child\": [\n{}\n]}}", rows.join(",\n")), None));
        walk.until("its lines are cut", |app| app.active_tab().is_some_and(|tab| app.draft_lines(tab).is_some()));
        walk.rest();
        assert!(walk.has_named("\"uid\": 3, \"name\": \"someone\""), "its lines are shown");
        walk.click_last(Role::Button, &lang.fold_line(2, false));
        assert!(!walk.has_named("\"uid\": 0, \"name\": \"someone\""), "and fold");
        // Another draft has lines of its own.
        walk.act(Action::SetMessage(tab, format!("{{\"stringVal\":\n\"{}\"}}", "y".repeat(5 << 20)), None));
        walk.until("its lines are cut", |app| app.active_tab().is_some_and(|tab| app.draft_lines(tab).is_some()));
        assert!(walk.has_named(&lang.show_all((5 << 20) + 3)));
        walk.rest();
    });
}
