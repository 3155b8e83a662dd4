//! The window beside an empty one of the same window library, in the same run: start to the first frame on the screen,
//! resident memory at rest, and the frames that are drawn while nobody touches it.
//!
//! `cargo bench --features inspection --bench window`. Both run on an own Xvfb with software rendering, so the figures
//! compare but say little of a real screen. Runs alternate and medians are compared. The goals: at most 1.5 times the
//! empty window's time and memory, and no frame in five seconds.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use eframe::egui;
use proconsul::ui::measure::{Measure, VARIABLE};

/// Alternating runs of each window.
const RUNS: usize = 7;
/// How long an untouched window is watched.
const IDLE: Duration = Duration::from_secs(5);
/// A window is at rest when it drew nothing for this long.
const REST: Duration = Duration::from_millis(700);
const GOAL: f64 = 1.5;
/// The argument that makes this program the empty window.
const EMPTY: &str = "empty-window";

fn main() -> Result<()> {
    if std::env::args().any(|argument| argument == EMPTY) {
        return empty_window();
    }
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("window: run with cargo bench --features inspection --bench window");
        return Ok(());
    }
    let Some(screen) = Screen::start()? else {
        println!("window: SKIPPED, nothing was measured: there is no Xvfb (Debian: apt-get install xvfb)");
        return Ok(());
    };
    let ours = Program { path: PathBuf::from(env!("CARGO_BIN_EXE_proconsul")), arguments: &[] };
    let empty = Program { path: std::env::current_exe()?, arguments: &[EMPTY] };
    // Both from a warm disk cache.
    ours.open(&screen)?;
    empty.open(&screen)?;
    let (mut our_starts, mut empty_starts) = (vec![], vec![]);
    let (mut our_sizes, mut empty_sizes) = (vec![], vec![]);
    for _ in 0..RUNS {
        for (program, starts, sizes) in
            [(&ours, &mut our_starts, &mut our_sizes), (&empty, &mut empty_starts, &mut empty_sizes)]
        {
            let mut window = program.open(&screen)?;
            window.rest()?;
            starts.push(window.start.as_secs_f64() * 1000.0);
            sizes.push(window.resident_mib()?);
        }
    }
    let mut window = ours.open(&screen)?;
    let before = window.rest()?;
    std::thread::sleep(IDLE);
    let idle_frames = window.frames()? - before;

    let (our_start, empty_start) = (median(our_starts), median(empty_starts));
    let (our_size, empty_size) = (median(our_sizes), median(empty_sizes));
    let (start_ratio, size_ratio) = (our_start / empty_start, our_size / empty_size);
    let verdict = |good: bool| if good { "met" } else { "MISSED" };
    let mut out = std::io::stdout().lock();
    writeln!(out, "the window beside an empty one, software rendering (medians of {RUNS})")?;
    writeln!(out, "  start to first frame  ours {our_start:6.1} ms   empty {empty_start:6.1} ms   {start_ratio:.2}")?;
    writeln!(out, "  resident at rest      ours {our_size:6.1} MiB  empty {empty_size:6.1} MiB  {size_ratio:.2}")?;
    writeln!(out, "  frames in {} s at rest {idle_frames}", IDLE.as_secs())?;
    writeln!(
        out,
        "  goals  start at most {GOAL}: {}, memory at most {GOAL}: {}, no frame at rest: {}",
        verdict(start_ratio <= GOAL),
        verdict(size_ratio <= GOAL),
        verdict(idle_frames == 0)
    )?;
    Ok(())
}

/// The least that the window library shows: one panel with nothing in it.
struct Empty {
    measure: Option<Measure>,
}

impl eframe::App for Empty {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        if let Some(measure) = &self.measure {
            measure.frame(ctx);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        ui.painter().rect_filled(ui.max_rect(), 0.0, egui::Color32::DARK_GRAY);
    }
}

fn empty_window() -> Result<()> {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1440.0, 900.0]),
        ..eframe::NativeOptions::default()
    };
    let create: eframe::AppCreator<'_> = Box::new(|_| Ok(Box::new(Empty { measure: Measure::begin() })));
    eframe::run_native("empty", options, create).map_err(|error| anyhow::anyhow!("an empty window: {error}"))
}

/// A command line that opens a window.
struct Program<'a> {
    path: PathBuf,
    arguments: &'a [&'a str],
}

impl Program<'_> {
    /// Starts it as a new user and waits for its first frame.
    fn open(&self, screen: &Screen) -> Result<Window> {
        let mut command = Command::new(&self.path);
        command.args(self.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.env_remove("WAYLAND_DISPLAY").env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("EGUI_INSPECTION");
        command.env("DISPLAY", &screen.display).env("LIBGL_ALWAYS_SOFTWARE", "1").env(VARIABLE, "1");
        for (variable, folder) in [
            ("HOME", "home"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_STATE_HOME", "state"),
        ] {
            command.env(variable, screen.home.path().join(folder));
        }
        let began = Instant::now();
        let mut child = command.spawn().with_context(|| self.path.display().to_string())?;
        let asks = child.stdin.take().context("the window's input")?;
        let says = BufReader::new(child.stdout.take().context("the window's output")?);
        let mut window = Window { child, asks, says, start: Duration::ZERO };
        let line = window.line().with_context(|| self.path.display().to_string())?;
        window.start = began.elapsed();
        if line != "first-frame" {
            bail!("the window said {line:?} instead of its first frame");
        }
        Ok(window)
    }
}

/// A running window; ended with this value.
struct Window {
    child: Child,
    asks: ChildStdin,
    says: BufReader<ChildStdout>,
    /// From before the process was made to the first frame on the screen.
    start: Duration,
}

impl Window {
    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.says.read_line(&mut line)? == 0 {
            bail!("the window ended");
        }
        Ok(line.trim().to_owned())
    }

    fn frames(&mut self) -> Result<u64> {
        writeln!(self.asks)?;
        let line = self.line()?;
        line.strip_prefix("frames ").and_then(|count| count.parse().ok()).with_context(|| format!("no count: {line}"))
    }

    /// Waits until nothing is drawn any more; how many frames there were.
    fn rest(&mut self) -> Result<u64> {
        let began = Instant::now();
        let mut frames = self.frames()?;
        loop {
            std::thread::sleep(REST);
            let now = self.frames()?;
            if now == frames {
                return Ok(frames);
            }
            if began.elapsed() > Duration::from_secs(30) {
                bail!("the window does not come to rest: {now} frames");
            }
            frames = now;
        }
    }

    /// Resident memory, MiB.
    fn resident_mib(&self) -> Result<f64> {
        let path = Path::new("/proc").join(self.child.id().to_string()).join("status");
        let status = std::fs::read_to_string(&path).context("Linux' /proc")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // Fails only where it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A virtual screen and the home of a new user; both end with this value.
struct Screen {
    server: Child,
    display: String,
    home: tempfile::TempDir,
}

impl Screen {
    /// Nothing where there is no Xvfb.
    fn start() -> Result<Option<Self>> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = match command.spawn() {
            Ok(server) => server,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).context("Xvfb"),
        };
        let said = server.stdout.take().context("Xvfb's output")?;
        let mut screen = Self { server, display: String::new(), home: tempfile::tempdir()? };
        let mut number = String::new();
        BufReader::new(said).read_line(&mut number)?;
        if number.trim().is_empty() {
            bail!("Xvfb did not start");
        }
        screen.display = format!(":{}", number.trim());
        Ok(Some(screen))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Fails only where it has ended already.
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
