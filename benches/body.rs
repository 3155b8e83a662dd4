//! An answer of 20 MB in the real window: from its last byte to its text on the screen, then the frames that scroll,
//! drag, fold and search it. `cargo bench --features inspection --bench body`.
//!
//! A step here is what one event asks of the window: one or two frames of its own work, logic and interface with the
//! accessibility tree of a screen reader, without tessellation. On a busy machine the late ones tell of the others:
//! `chrt -f 20` keeps them out. The goals: under a second to the screen, and 8 ms for the 99th of 100 frames. Beside them, in the same
//! run: the same text read and written by serde_json, and scrolled as rows of the window library's own scroll area.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark fails by panicking")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use eframe::egui::{self, Event, Key, Modifiers, RawInput, Rect, ScrollArea, Ui, pos2, vec2};
use egui_kittest::Harness;
use proconsul::app::{Action, App, ThemeChoice};
use proconsul::engine::TextLines;
use proconsul::ui::widgets::json::{Language, append_line};
use proconsul::ui::{Setup, Window, theme};

/// On the wire.
const SIZE: usize = 20_000_000;
const FRAMES: usize = 300;
const GOAL: Duration = Duration::from_millis(8);
const GOAL_SHOWN: Duration = Duration::from_secs(1);
const RUNS: usize = 3;
/// Where the answer is in a window of this size.
const WINDOW: [f32; 2] = [1440.0, 900.0];
const ANSWER: egui::Pos2 = pos2(1100.0, 400.0);

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("body: run with cargo bench --features inspection --bench body");
        return;
    }
    let mut window = open();
    let mut shown: Vec<Duration> = (0..RUNS).map(|_| answer(&mut window)).collect();
    shown.sort();
    let code = text(window.state().app()).clone();
    let lines = code.len();
    println!(
        "an answer of {} MB on the wire, {} MB of JSON in {lines} lines and {} brackets",
        SIZE / 1_000_000,
        code.text().len() / 1_000_000,
        code.folds().len()
    );
    let reference = timed(|| {
        let value: serde_json::Value = serde_json::from_str(code.text()).unwrap();
        black_box(serde_json::to_string_pretty(&value).unwrap());
    });
    let cut = timed(|| {
        black_box(TextLines::json(code.text().to_owned()));
    });
    println!(
        "  from its last byte to the screen {:.0} ms (lines and brackets {:.0} ms of it), serde_json over the same text {:.0} ms  goal {}",
        ms(shown[RUNS / 2]),
        ms(cut),
        ms(reference),
        verdict(shown[RUNS / 2] <= GOAL_SHOWN)
    );
    println!("  ms a step: median, 99th of 100, slowest");
    for act in [Act::Scroll, Act::Drag, Act::Fold, Act::Find, Act::Hover, Act::Rest] {
        let times = run(&mut window, act);
        println!("  {:10} ours {}  goal {}", act.name(), said(times), verdict(times.1 <= GOAL));
    }
    println!("  {:10} the library's rows {}", "scrolling", said(stock(&code)));
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn verdict(good: bool) -> &'static str {
    if good { "met" } else { "MISSED" }
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

/// The window with the demo's echo open and a message of the wanted size in it.
fn open() -> Harness<'static, Window> {
    let setup = Setup { theme: Some(ThemeChoice::Dark), ..Setup::default() };
    let mut window = Harness::builder()
        .with_size(WINDOW)
        .build_eframe(|creation| Window::new(&creation.egui_ctx, setup).expect("the engine starts"));
    window.state_mut().perform(Action::StartDemo);
    until(&mut window, |app| app.sources.iter().filter(|source| source.outline.is_some()).count() == 2);
    let source = window.state().app().sources[1].id;
    window.state_mut().perform(Action::OpenMethod(source, "proto.Tour".to_owned(), "Echo".to_owned()));
    until(&mut window, |app| app.active_tab().is_some_and(|tab| tab.method == "Echo" && tab.can_send()));
    let tab = window.state().app().active.unwrap();
    window.state_mut().perform(Action::SetDeadline(tab, String::new()));
    window.state_mut().perform(Action::SetMessage(tab, message(), None));
    until(&mut window, |app| app.active_tab().is_some_and(|tab| tab.size().is_some()));
    window
}

fn message() -> String {
    let mut text = String::from("{\"child\":[");
    let mut size = 0;
    let mut uid = 0_u32;
    while size < SIZE {
        if uid > 0 {
            text.push(',');
        }
        let name = format!("Client {} 微服务, shelf {}", uid * 7919 % 100_003, uid % 97);
        size += name.len() + 9;
        write!(text, "{{\"uid\":{uid},\"name\":\"{name}\"}}").unwrap();
        uid += 1;
    }
    text.push_str("]}");
    text
}

fn until(window: &mut Harness<'static, Window>, is_so: impl Fn(&App) -> bool) {
    let began = Instant::now();
    while !is_so(window.state().app()) {
        assert!(
            began.elapsed() < Duration::from_mins(3),
            "never: {:?}",
            window.state().app().active_tab().map(|tab| &tab.checked)
        );
        window.step();
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn text(app: &App) -> &TextLines {
    let call = app.active_tab().and_then(|tab| tab.call.as_ref()).expect("a call");
    call.answer.as_ref().expect("an answer").as_ref().expect("a text")
}

/// Sends; the time from the answer's last byte to the end of the frame that shows its text.
fn answer(window: &mut Harness<'static, Window>) -> Duration {
    let tab = window.state().app().active.unwrap();
    let before = window.state().app().active_tab().and_then(|tab| tab.call.as_ref()).map(|call| call.id);
    window.state_mut().perform(Action::Send(tab));
    until(window, |app| {
        let call = app.active_tab().and_then(|tab| tab.call.as_ref());
        call.is_some_and(|call| Some(call.id) != before && call.answer.is_some())
    });
    window.step();
    let shown = Instant::now();
    let call = window.state().app().active_tab().and_then(|tab| tab.call.as_ref()).unwrap();
    shown.saturating_duration_since(call.last_in.expect("an answer came"))
}

/// What is done in each frame.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Scroll,
    Drag,
    Fold,
    Find,
    Hover,
    Rest,
}

impl Act {
    fn name(self) -> &'static str {
        match self {
            Self::Scroll => "scrolling",
            Self::Drag => "dragging",
            Self::Fold => "folding",
            Self::Find => "searching",
            Self::Hover => "pointing",
            Self::Rest => "at rest",
        }
    }

    fn events(self, frame: usize) -> Vec<Event> {
        let key = |key, modifiers| Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
        let step = frame as f32 / FRAMES as f32;
        match self {
            Self::Scroll => vec![Event::MouseWheel {
                unit: egui::MouseWheelUnit::Line,
                delta: vec2(0.0, if frame < FRAMES * 2 / 3 { -20.0 } else { 20.0 }),
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Unknown,
                modifiers: Modifiers::NONE,
            }],
            // The whole text passes by.
            Self::Drag => vec![Event::PointerMoved(pos2(WINDOW[0] - 4.0, 210.0 + 400.0 * step))],
            // One element after the other is folded from the middle of the text on.
            Self::Fold => {
                vec![key(if frame.is_multiple_of(2) { Key::ArrowDown } else { Key::ArrowLeft }, Modifiers::NONE)]
            }
            Self::Find if frame == 0 => vec![key(Key::F, Modifiers::COMMAND)],
            Self::Find if frame.is_multiple_of(40) => vec![Event::Text("9".to_owned())],
            Self::Find => vec![key(Key::F3, Modifiers::NONE)],
            Self::Hover => vec![Event::PointerMoved(ANSWER + vec2(0.0, frame as f32 % 200.0))],
            Self::Rest => Vec::new(),
        }
    }
}

type Times = (Duration, Duration, Duration);

fn said((median, late, slowest): Times) -> String {
    format!("{:6.2} {:6.2} {:6.2}", ms(median), ms(late), ms(slowest))
}

fn sorted(mut times: Vec<Duration>) -> Times {
    times.sort();
    (times[times.len() / 2], times[times.len() * 99 / 100], times[times.len() - 1])
}

fn run(window: &mut Harness<'static, Window>, act: Act) -> Times {
    window.event(Event::PointerMoved(ANSWER));
    for pressed in [true, false] {
        let (pos, modifiers) = (ANSWER, Modifiers::NONE);
        window.event(Event::PointerButton { pos, button: egui::PointerButton::Primary, pressed, modifiers });
        window.run_steps(2);
    }
    if act == Act::Drag {
        let pos = pos2(WINDOW[0] - 4.0, 210.0);
        window.event(Event::PointerMoved(pos));
        let (button, modifiers) = (egui::PointerButton::Primary, Modifiers::NONE);
        window.event(Event::PointerButton { pos, button, pressed: true, modifiers });
        window.run_steps(2);
    }
    let mut times = Vec::with_capacity(FRAMES);
    for frame in 0..FRAMES {
        for event in act.events(frame) {
            window.event(event);
        }
        times.push(timed(|| window.step()));
    }
    if act == Act::Drag {
        let (pos, button, modifiers) = (pos2(WINDOW[0] - 4.0, 610.0), egui::PointerButton::Primary, Modifiers::NONE);
        window.event(Event::PointerButton { pos, button, pressed: false, modifiers });
        window.run_steps(2);
    }
    if act == Act::Find {
        window.key_press(Key::Escape);
        window.run_steps(2);
    }
    sorted(times)
}

/// Rows of the library's own scroll area, coloured, without selection, numbers, folds or breaks.
fn stock(code: &TextLines) -> Times {
    let ctx = egui::Context::default();
    theme::install(&ctx);
    theme::choose(&ctx, theme::ThemeChoice::Dark);
    ctx.enable_accesskit();
    let mut time = 0.0;
    let mut frame = |events: Vec<Event>| {
        time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(560.0, 500.0))),
            time: Some(time),
            focused: true,
            events,
            ..RawInput::default()
        };
        let began = Instant::now();
        let mut output = ctx.run_ui(input, |ui| rows_ui(ui, code));
        let took = began.elapsed();
        output.textures_delta.clear();
        black_box(output);
        took
    };
    for _ in 0..10 {
        frame(vec![Event::PointerMoved(pos2(300.0, 300.0))]);
    }
    sorted((0..FRAMES).map(|index| frame(Act::Scroll.events(index))).collect())
}

fn rows_ui(ui: &mut Ui, code: &TextLines) {
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, 20.0, code.len(), |ui, rows| {
        let tokens = theme::tokens(ui);
        for row in rows {
            let mut job = egui::text::LayoutJob::default();
            append_line(&mut job, code.line(row), Language::Json, &proconsul::ui::fonts::code(), 20.0, tokens);
            ui.label(job);
        }
    });
}
