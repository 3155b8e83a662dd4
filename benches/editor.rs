//! The editor in a draft of 10,000 lines beside the window library's own field with the same colours: frames of typing,
//! of moving and of scrolling, without a screen reader and with one. `cargo bench --bench editor`.
//!
//! A frame here is the whole pass of the interface without painting: input, layout, shapes, the accessibility tree. The
//! goal is 8 ms for the 99th of 100 frames. Typing is measured with the list of suggestions open, which reads the draft
//! up to the caret.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark fails by panicking")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use eframe::egui::{self, Event, Id, Key, Modifiers, RawInput, Rect, TextEdit, Ui, pos2, vec2};
use proconsul::message::{TemplateSize, complete, template};
use proconsul::schema::{Comments, MessageType, Pool};
use proconsul::ui::theme;
use proconsul::ui::widgets::editor::{Editor, SuggestWords};
use proconsul::ui::widgets::json::{Language, append_line};

const LINES: usize = 10_000;
const FRAMES: usize = 300;
const GOAL: Duration = Duration::from_millis(8);
const WORDS: SuggestWords<'_> = SuggestWords { name: "suggestions", insert: "insert", again: "again", close: "close" };

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("editor: run with cargo bench --bench editor");
        return;
    }
    let ty = message_type();
    black_box(template(&ty, TemplateSize::Smallest));
    println!("an editor of {LINES} lines, {} kB, ms a frame: median, 99th of 100, slowest", draft().len() / 1000);
    for reader in [false, true] {
        let with = if reader { "with a screen reader" } else { "without a screen reader" };
        for act in [Act::Type, Act::Move, Act::Scroll, Act::Rest] {
            let ours = run(reader, act, &mut ours(&ty));
            let stock = run(reader, act, &mut stock());
            let verdict = if ours.1 <= GOAL { "met" } else { "MISSED" };
            println!("{with:24} {:8} ours {}  the library's {}  goal {verdict}", act.name(), shown(ours), shown(stock));
        }
    }
}

/// What is done in each frame.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Type,
    Move,
    Scroll,
    Rest,
}

impl Act {
    fn name(self) -> &'static str {
        match self {
            Self::Type => "typing",
            Self::Move => "moving",
            Self::Scroll => "scrolling",
            Self::Rest => "at rest",
        }
    }

    fn event(self, frame: usize) -> Option<Event> {
        let key = |key| {
            Some(Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE })
        };
        // The caret begins near the end.
        match self {
            // A word, then what takes it away again, so that the draft keeps its size.
            Self::Type if frame % 8 < 4 => Some(Event::Text("tota".chars().nth(frame % 4).map(String::from)?)),
            Self::Type => key(Key::Backspace),
            Self::Move => key(if frame.is_multiple_of(2) { Key::PageUp } else { Key::ArrowUp }),
            Self::Scroll => Some(Event::MouseWheel {
                unit: egui::MouseWheelUnit::Line,
                delta: vec2(0.0, if frame < FRAMES / 2 { 20.0 } else { -20.0 }),
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Unknown,
                modifiers: Modifiers::NONE,
            }),
            Self::Rest => None,
        }
    }
}

type Times = (Duration, Duration, Duration);

fn shown((median, late, slowest): Times) -> String {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    format!("{:6.2} {:6.2} {:6.2}", ms(median), ms(late), ms(slowest))
}

fn run(reader: bool, act: Act, show: &mut dyn FnMut(&mut Ui, bool)) -> Times {
    let ctx = egui::Context::default();
    theme::install(&ctx);
    theme::choose(&ctx, theme::ThemeChoice::Dark);
    if reader {
        ctx.enable_accesskit();
    }
    let mut time = 0.0;
    let mut frame = |events: Vec<Event>, is_first: bool| {
        time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(720.0, 900.0))),
            time: Some(time),
            focused: true,
            events,
            ..RawInput::default()
        };
        let began = Instant::now();
        let mut output = ctx.run_ui(input, |ui| show(ui, is_first));
        let took = began.elapsed();
        output.textures_delta.clear();
        black_box(output);
        took
    };
    for index in 0..10 {
        frame(vec![Event::PointerMoved(pos2(300.0, 300.0))], index < 3);
    }
    let mut times: Vec<Duration> =
        (0..FRAMES).map(|index| frame(act.event(index).into_iter().collect(), false)).collect();
    times.sort();
    (times[FRAMES / 2], times[FRAMES * 99 / 100], times[FRAMES - 1])
}

fn draft() -> String {
    let mut text = String::from("{\n  \"orders\": [\n");
    let mut lines = 2;
    let mut id = 0;
    while lines < LINES - 4 {
        write!(
            text,
            "    {{\n      \"id\": \"{id}\",\n      \"customer\": \"Client {id} 微服务\",\n      \"total\": {id}.5,\n      \"gift\": true\n    }},\n"
        )
        .unwrap();
        lines += 6;
        id += 1;
    }
    text.push_str("    {\n      \n    }\n  ]\n}\n");
    text
}

/// The caret is put into the empty object near the end of the draft.
fn caret_of(text: &str) -> usize {
    text.rfind("      \n").map_or(0, |at| at + 6)
}

fn ours(ty: &MessageType) -> impl FnMut(&mut Ui, bool) {
    let mut text = draft();
    let caret = caret_of(&text);
    let mut version = 0;
    let comments = Comments::default();
    move |ui, is_first| {
        let id = Id::unique("ours");
        if is_first {
            proconsul::ui::widgets::editor::go_to(ui.ctx(), id, caret);
        }
        let suggest = |text: &str, caret: usize| complete(ty, &comments, text, caret);
        let output = Editor::new(id, &text, "Message")
            .version(version)
            .language(Language::Json)
            .suggest(&suggest, WORDS)
            .show(ui);
        if let Some(changed) = output.text {
            text = changed;
            version += 1;
        }
    }
}

fn stock() -> impl FnMut(&mut Ui, bool) {
    let mut text = draft();
    let caret = text[..caret_of(&text)].chars().count();
    move |ui, is_first| {
        let id = Id::unique("stock");
        if is_first {
            let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
            let caret = egui::text::CCursorRange::one(egui::text::CCursor::new(caret));
            state.cursor.set_char_range(Some(caret));
            state.store(ui.ctx(), id);
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        let tokens = theme::tokens(ui);
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, wrap: f32| {
            let mut job = egui::text::LayoutJob::default();
            let font = proconsul::ui::fonts::code();
            for line in text.as_str().split_inclusive('\n') {
                append_line(&mut job, line, Language::Json, &font, 20.0, tokens);
            }
            job.wrap.max_width = wrap;
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            TextEdit::multiline(&mut text)
                .id(id)
                .desired_width(f32::INFINITY)
                .lock_focus(true)
                .layouter(&mut layouter)
                .show(ui);
        });
    }
}

fn message_type() -> MessageType {
    const PROTO: &str = r#"
        syntax = "proto3";
        package bench;
        message Batch { repeated Order orders = 1; }
        message Order {
            int64 id = 1;
            string customer = 2;
            // In the currency of the shop.
            double total = 3;
            double total_paid = 4;
            bool gift = 5;
        }
    "#;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bench.proto"), PROTO).unwrap();
    let set = protox::compile(["bench.proto"], [folder.path()]).unwrap();
    let bytes = prost::Message::encode_to_vec(&set);
    Pool::from_descriptor_set(&bytes, "a benchmark").unwrap().message_type("bench.Batch").unwrap()
}
