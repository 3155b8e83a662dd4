//! The window while 100,000 messages stream into it, beside a list that keeps them all as text: own work a frame, and
//! resident memory. `cargo bench --bench stream`.
//!
//! A frame here is what the window does itself: taking events in, state, layout, shapes, the accessibility tree; without
//! tessellation and painting. Frames follow each other sixty times a second as on a screen. The server is a process of
//! its own, and so is each measurement. Memory is told after 100,000 messages and, of ours, after 1,000,000: it must not
//! grow with them. The goal is 8 ms for the 99th of 100 frames.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use eframe::App as _;
use eframe::egui::{self, RawInput, Rect, ScrollArea, pos2, vec2};
use proconsul::app::{Action, App, CallStage, Prepared, ThemeChoice};
use proconsul::ui::{Setup, Window};

const MESSAGES: u64 = 100_000;
const MANY: u64 = 1_000_000;
const FRAME: Duration = Duration::from_micros(16_667);
const GOAL: Duration = Duration::from_millis(8);
/// The memory of a window after ten times the messages may be so much more.
const GOAL_GROWTH_MIB: f64 = 32.0;
const PATIENCE: Duration = Duration::from_mins(5);
/// What a process of this program measures: `ours`, `ours reader`, `list`.
const PART: &str = "PROCONSUL_BENCH_PART";
/// The server's address.
const SERVER: &str = "PROCONSUL_BENCH_ADDRESS";
/// Messages of a part.
const COUNT: &str = "PROCONSUL_BENCH_COUNT";

fn main() -> Result<()> {
    if let Ok(part) = std::env::var(PART) {
        let count = std::env::var(COUNT)?.parse()?;
        let address = std::env::var(SERVER)?;
        let measured = match part.as_str() {
            "list" => list(count),
            part => ours(&address, count, part == "ours reader")?,
        };
        println!("{}", measured.line());
        return Ok(());
    }
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("stream: run with cargo bench --bench stream");
        return Ok(());
    }
    let server = Server::start()?;
    println!("{MESSAGES} messages stream in, ms of own work a frame: median, 99th of 100, slowest; resident MiB");
    let show = |name: &str, measured: &Measured| {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        println!(
            "{name:34} {:6.2} {:6.2} {:6.2}  {:5} frames  {:6.1} -> {:6.1} MiB",
            ms(measured.median),
            ms(measured.late),
            ms(measured.slowest),
            measured.frames,
            measured.before_mib,
            measured.after_mib
        );
    };
    let plain = part("ours", MESSAGES, &server)?;
    show("ours", &plain);
    let reader = part("ours reader", MESSAGES, &server)?;
    show("ours, with a screen reader", &reader);
    let kept = part("list", MESSAGES, &server)?;
    show("a list that keeps all as text", &kept);
    let many = part("ours", MANY, &server)?;
    show("ours, 1,000,000 messages", &many);
    let kept_many = part("list", MANY, &server)?;
    show("that list, 1,000,000 messages", &kept_many);
    let growth = many.after_mib - plain.after_mib;
    let verdict = |met: bool| if met { "met" } else { "MISSED" };
    println!(
        "goals  99th of 100 frames at most {} ms: {}, with a screen reader: {}; memory flat ({growth:+.1} MiB for ten \
         times the messages, at most {GOAL_GROWTH_MIB}): {}",
        GOAL.as_millis(),
        verdict(plain.late <= GOAL && many.late <= GOAL),
        verdict(reader.late <= GOAL),
        verdict(growth <= GOAL_GROWTH_MIB)
    );
    Ok(())
}

/// Measures one part in a process of its own.
fn part(name: &str, count: u64, server: &Server) -> Result<Measured> {
    let output = Command::new(std::env::current_exe()?)
        .env(PART, name)
        .env(COUNT, count.to_string())
        .env(SERVER, &server.address)
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    Measured::read(&text).with_context(|| format!("{name}: {text}"))
}

/// What a part measured.
struct Measured {
    median: Duration,
    late: Duration,
    slowest: Duration,
    frames: usize,
    before_mib: f64,
    after_mib: f64,
}

impl Measured {
    fn of(mut times: Vec<Duration>, before_mib: f64, after_mib: f64) -> Self {
        times.sort();
        let at = |share: usize| times.get(times.len().saturating_sub(1) * share / 100).copied().unwrap_or_default();
        let (median, late, slowest) = (at(50), at(99), at(100));
        Self { median, late, slowest, frames: times.len(), before_mib, after_mib }
    }

    fn line(&self) -> String {
        format!(
            "measured {} {} {} {} {} {}",
            self.median.as_nanos(),
            self.late.as_nanos(),
            self.slowest.as_nanos(),
            self.frames,
            self.before_mib,
            self.after_mib
        )
    }

    fn read(text: &str) -> Option<Self> {
        let line = text.lines().find_map(|line| line.strip_prefix("measured "))?;
        let parts: Vec<&str> = line.split(' ').collect();
        let time = |at: usize| Some(Duration::from_nanos(parts.get(at)?.parse().ok()?));
        let number = |at: usize| parts.get(at)?.parse::<f64>().ok();
        Some(Self {
            median: time(0)?,
            late: time(1)?,
            slowest: time(2)?,
            frames: parts.get(3)?.parse().ok()?,
            before_mib: number(4)?,
            after_mib: number(5)?,
        })
    }
}

/// Our window on the stream, from Send to its end.
fn ours(address: &str, count: u64, reader: bool) -> Result<Measured> {
    let ctx = egui::Context::default();
    if reader {
        ctx.enable_accesskit();
    }
    let setup = Setup { theme: Some(ThemeChoice::Dark), ..Setup::default() };
    let mut window = Window::new(&ctx, setup)?;
    let mut screen = Screen::new(ctx);
    window.perform(Action::OpenAddress(format!("http://{address}")));
    screen.until(&mut window, "the source", |app| app.sources.iter().any(|source| source.outline.is_some()))?;
    let source = window.app().sources.first().context("a source")?.id;
    window.perform(Action::OpenMethod(source, "hello.Hello".to_owned(), "LotsOfReplies".to_owned()));
    screen.until(&mut window, "the method", |app| {
        app.active_tab().is_some_and(|tab| matches!(tab.prepared, Prepared::Ready(_)))
    })?;
    let tab = window.app().active_tab().context("a tab")?.id;
    let name = "Client 微服务! order 7f3a-10c6 packed at shelf C-07, weight 1.44 kg, next stop 杭州";
    let message = format!("{{\"name\": \"{name}\", \"count\": {count}, \"intervalMs\": 0}}");
    window.perform(Action::SetMessage(tab, message, None));
    screen.until(&mut window, "the check", |app| {
        app.active_tab().is_some_and(|tab| tab.checked.as_ref().is_some_and(|checked| checked.revision == tab.revision))
    })?;
    let before = resident_mib()?;
    window.perform(Action::Send(tab));
    let mut times = Vec::new();
    let began = Instant::now();
    loop {
        times.push(screen.frame(|ui, frame| {
            window.logic(ui.ctx(), frame);
            window.ui(ui, frame);
        }));
        let call = window.app().active_tab().and_then(|tab| tab.call.as_ref()).context("a call")?;
        if call.stage() != CallStage::Running {
            if call.received != count || !call.is_ok() {
                bail!("{} messages came: {:?}", call.received, call.status);
            }
            break;
        }
        if began.elapsed() > PATIENCE {
            bail!("the stream does not end");
        }
    }
    Ok(Measured::of(times, before, resident_mib()?))
}

/// A list as one would write it first: every message's text in memory, the library's rows of labels over them. They come
/// in as fast as ours do.
fn list(count: u64) -> Measured {
    const A_FRAME: u64 = 1_000;
    let mut screen = Screen::new(egui::Context::default());
    let mut rows: Vec<[String; 4]> = Vec::new();
    for _ in 0..10 {
        screen.frame(|_, _| ());
    }
    let before = resident_mib().unwrap_or_default();
    let mut times = Vec::new();
    while (rows.len() as u64) < count {
        times.push(screen.frame(|ui, _| {
            for _ in 0..A_FRAME.min(count - rows.len() as u64) {
                let number = rows.len() + 1;
                rows.push([
                    number.to_string(),
                    format!("{:.3} s", number as f64 / 60_000.0),
                    "127 B".to_owned(),
                    format!(
                        "{{\"replay\":\"Hello, Client 微服务! order 7f3a-10c6 packed at shelf C-07, weight 1.44 kg, next \
                         stop 杭州! ({number} of {count})\"}}"
                    ),
                ]);
            }
            ScrollArea::vertical().stick_to_bottom(true).auto_shrink([false, false]).show_rows(
                ui,
                26.0,
                rows.len(),
                |ui, range| {
                    for row in rows.get(range).unwrap_or_default() {
                        ui.horizontal(|ui| {
                            for cell in row {
                                ui.add(egui::Label::new(cell).truncate());
                            }
                        });
                    }
                },
            );
        }));
    }
    Measured::of(times, before, resident_mib().unwrap_or_default())
}

/// Frames one after the other, sixty in a second.
struct Screen {
    ctx: egui::Context,
    frame: eframe::Frame,
    began: Instant,
}

impl Screen {
    fn new(ctx: egui::Context) -> Self {
        Self { ctx, frame: eframe::Frame::_new_kittest(), began: Instant::now() }
    }

    /// One frame, and what is left of its time; how long it worked.
    fn frame(&mut self, mut show: impl FnMut(&mut egui::Ui, &mut eframe::Frame)) -> Duration {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1440.0, 900.0))),
            time: Some(self.began.elapsed().as_secs_f64()),
            focused: true,
            ..RawInput::default()
        };
        let started = Instant::now();
        let frame = &mut self.frame;
        let mut output = self.ctx.run_ui(input, |ui| show(ui, frame));
        let worked = started.elapsed();
        output.textures_delta.clear();
        drop(output);
        std::thread::sleep(FRAME.saturating_sub(started.elapsed()));
        worked
    }

    fn until(&mut self, window: &mut Window, what: &str, is_so: impl Fn(&App) -> bool) -> Result<()> {
        let began = Instant::now();
        while !is_so(window.app()) {
            self.frame(|ui, frame| {
                window.logic(ui.ctx(), frame);
                window.ui(ui, frame);
            });
            if began.elapsed() > PATIENCE {
                bail!("never: {what}");
            }
        }
        Ok(())
    }
}

/// Resident memory of this process, MiB.
fn resident_mib() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status").context("Linux' /proc")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024.0)
}

/// The demo in a process of its own; ended with this value.
struct Server {
    child: Child,
    address: String,
    /// It says more than its address; who does not listen ends it.
    _says: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> Result<Self> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_proconsul"))
            .args(["demo", "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .context("the demo")?;
        let stdout = child.stdout.take().context("the demo's output")?;
        let mut says = BufReader::new(stdout);
        let mut line = String::new();
        says.read_line(&mut line)?;
        let address = line.trim().strip_prefix("plaintext ").context("the demo's address")?.to_owned();
        Ok(Self { child, address, _says: says })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only where it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
