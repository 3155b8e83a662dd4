//! The window on a registry of 2,000 instances: its tree filtered and scrolled with 2,000 services, one service of 2,000
//! instances scrolled, sorted and filtered while all of them are probed, beside a list of the window library's own in
//! the same run: `cargo bench --bench registry`.
//!
//! A frame here is the window's own work: its logic and its interface, without painting. The same frames run five times
//! and the fastest of each counts. The goal is 8 ms for the 99th of 100 frames, with a screen reader on as well as off.
//! How long a real Consul takes for as many instances is measured by `tests/registry_consul.rs`, which prints it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark fails by panicking")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use eframe::egui::{self, Event, Modifiers, RawInput, Rect, pos2, vec2};
use proconsul::app::{
    Action, App, Area, InstanceColumn, RegistryAct, RegistryForm, RegistryView, ServiceRef, ThemeChoice,
};
use proconsul::engine::{self, RegistryEvent, RegistryTold, WatchWhat, Watched};
use proconsul::registry::{
    Answer, Check, Datacenter, Health, Instance, InstanceKey, RegistryKind, WireFacts, WireHealth,
};
use proconsul::ui::{Setup, Window};
use proconsul::words::Lang;

/// So many instances, and so many services.
const COUNT: usize = 2_000;
/// So often the same frames run.
const RUNS: usize = 5;
const GOAL: Duration = Duration::from_millis(8);

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("registry: run with cargo bench --bench registry");
        return;
    }
    for reader in [false, true] {
        let with = if reader { "with a screen reader" } else { "without a screen reader" };
        println!("{with}, {COUNT} instances, ms a frame: median, 99th of 100, slowest");
        let mut bench = Bench::open(reader);
        for act in ACTS {
            let ours = bench.run(act);
            let verdict = if ours.1 <= GOAL { "met" } else { "MISSED" };
            println!("  {:24} {}  goal {verdict}", act.name(), shown(ours));
        }
        println!("  {:24} {}", "the library's own list", shown(stock(reader)));
    }
    println!("taking in what is heard of one service of {COUNT} instances, ms: median, 99th of 100, slowest");
    println!("  {:24} {}", "a list, one changed", shown(heard(Heard::List)));
    println!("  {:24} {}", "128 probed", shown(heard(Heard::Wire)));
}

/// What is heard.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    List,
    Wire,
}

fn instance(number: usize, health: Health) -> Instance {
    let id = format!("i-{number:04}");
    let key = InstanceKey { datacenter: "dc1".into(), node: "n".into(), service: "Many".into(), id: id.clone() };
    let check = Check { id, name: "Service check".to_owned(), output: "Success".to_owned(), ..Check::default() };
    let tags = vec!["user".to_owned(), "v1.8".to_owned()];
    let meta = [("version".to_owned(), "1.8".to_owned())].into();
    let port = u16::try_from(20_000 + number).unwrap();
    let checks = vec![check.clone(), check];
    Instance { key, address: "127.0.0.1".to_owned(), port, tags, meta, health, checks, ..Instance::default() }
}

/// The time from what is heard to what a frame may show.
fn heard(what: Heard) -> Times {
    let now = Instant::now();
    let mut app = App::new(Lang::En, ThemeChoice::Dark);
    let form = RegistryForm { address: "127.0.0.1:8500".to_owned(), ..RegistryForm::default() };
    app.apply(Action::Registry(RegistryAct::Add(Box::new(form))), now);
    let (registry, generation) = (app.registries.entries[0].id, app.registries.entries[0].generation);
    let tell = |app: &mut App, told| {
        let event = RegistryEvent { registry, generation, at: SystemTime::now(), told };
        app.fold(engine::Event::Registry(Box::new(event)), now);
    };
    tell(&mut app, RegistryTold::Datacenters(vec![Datacenter { name: "dc1".to_owned(), is_own: true }]));
    let service = ServiceRef { registry, datacenter: "dc1".to_owned(), service: "Many".to_owned() };
    app.apply(Action::Registry(RegistryAct::Show(RegistryView::Service(service))), now);
    let list = |round: usize| {
        let health = |number| if number == round { Health::Critical } else { Health::Passing };
        let list = (0..COUNT).map(|number| instance(number, health(number))).collect();
        let what = WatchWhat::Instances { datacenter: "dc1".to_owned(), service: "Many".to_owned() };
        let seen = Watched::Instances(Answer { value: Arc::new(list), ..Answer::default() });
        RegistryTold::Watched { what, seen }
    };
    tell(&mut app, list(0));
    let mut times = Vec::new();
    for round in 0..100 {
        let told = match what {
            Heard::List => list(round + 1),
            Heard::Wire => {
                let health = |number| if number == round { WireHealth::NotServing } else { WireHealth::Serving };
                let facts = (0..128).map(|number| {
                    let facts = WireFacts { health: health(number), ..WireFacts::unknown(SystemTime::now()) };
                    (instance(number * 15, Health::Passing).key, Arc::new(facts))
                });
                RegistryTold::Wire { datacenter: "dc1".into(), service: "Many".into(), facts: facts.collect() }
            }
        };
        let began = Instant::now();
        tell(&mut app, told);
        app.settle();
        times.push(began.elapsed());
        drop(app.take_commands());
    }
    sorted(times)
}

type Times = (Duration, Duration, Duration);

fn shown((median, late, slowest): Times) -> String {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    format!("{:6.2} {:6.2} {:6.2}", ms(median), ms(late), ms(slowest))
}

/// The fastest of each frame.
fn fastest(mut run: impl FnMut() -> Vec<Duration>) -> Vec<Duration> {
    let mut best = run();
    for _ in 1..RUNS {
        for (best, time) in best.iter_mut().zip(run()) {
            *best = time.min(*best);
        }
    }
    best
}

fn sorted(mut times: Vec<Duration>) -> Times {
    times.sort();
    (times[times.len() / 2], times[times.len() * 99 / 100], times[times.len() - 1])
}

const ACTS: [Act; 6] = [
    Act::FilterTree,
    Act::ScrollTree,
    Act::ScrollInstances,
    Act::FilterInstances,
    Act::SortInstances,
    Act::ScrollServices,
];

/// What is done in the frames.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    FilterTree,
    ScrollTree,
    ScrollInstances,
    FilterInstances,
    SortInstances,
    ScrollServices,
}

impl Act {
    fn name(self) -> &'static str {
        match self {
            Self::FilterTree => "filtering the tree",
            Self::ScrollTree => "scrolling the tree",
            Self::ScrollInstances => "scrolling instances",
            Self::FilterInstances => "filtering instances",
            Self::SortInstances => "sorting instances",
            Self::ScrollServices => "scrolling a datacenter",
        }
    }
}

fn wheel(index: usize) -> Vec<Event> {
    let delta = vec2(0.0, if index < 100 { -30.0 } else { 30.0 });
    vec![Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    }]
}

fn context(reader: bool) -> egui::Context {
    let ctx = egui::Context::default();
    if reader {
        ctx.enable_accesskit();
    }
    ctx
}

fn input(time: f64, events: Vec<Event>) -> RawInput {
    RawInput {
        screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1440.0, 900.0))),
        time: Some(time),
        focused: true,
        events,
        ..RawInput::default()
    }
}

struct Bench {
    ctx: egui::Context,
    window: Window,
    frame: eframe::Frame,
    time: f64,
    many: ServiceRef,
}

impl Bench {
    /// With two lists: 2,000 services of one instance, one service of 2,000, at ports where nothing listens.
    fn open(reader: bool) -> Self {
        let ctx = context(reader);
        let setup = Setup { theme: Some(ThemeChoice::Dark), ..Setup::default() };
        let window = Window::new(&ctx, setup).unwrap();
        let many = ServiceRef {
            registry: proconsul::engine::RegistryId(0),
            datacenter: String::new(),
            service: String::new(),
        };
        let mut bench = Self { ctx, window, frame: eframe::Frame::_new_kittest(), time: 0.0, many };
        let (mut services, mut instances) = (String::new(), String::new());
        for index in 0..COUNT {
            writeln!(services, "127.0.0.1:1 service-{index} tag-{}", index % 7).unwrap();
            writeln!(instances, "127.0.0.1:{} Many tag-{},v1.{}", 20_000 + index, index % 7, index % 3).unwrap();
        }
        for text in [services, instances] {
            let form = RegistryForm { kind: RegistryKind::Static, text, ..RegistryForm::default() };
            bench.window.perform(Action::Registry(RegistryAct::Add(Box::new(form))));
        }
        bench.window.perform(Action::ShowArea(Area::Registry));
        bench.until(|window| window.app().registries.entries.iter().all(|entry| entry.all_services().next().is_some()));
        let registry = bench.window.app().registries.entries[1].id;
        bench.many = ServiceRef { registry, datacenter: String::new(), service: "Many".to_owned() };
        let many = bench.many.clone();
        bench.window.perform(Action::Registry(RegistryAct::Show(RegistryView::Service(many.clone()))));
        bench.until(|window| window.app().registries.service(&many).is_some_and(|known| known.wire.len() == COUNT));
        bench
    }

    fn until(&mut self, is_so: impl Fn(&Window) -> bool) {
        let began = Instant::now();
        while !is_so(&self.window) {
            assert!(began.elapsed() < Duration::from_mins(5), "it never came to be");
            self.frame(Vec::new());
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }

    /// The time of the window's own work in one frame.
    fn frame(&mut self, events: Vec<Event>) -> Duration {
        self.time += 1.0 / 60.0;
        let Self { ctx, window, frame, time, .. } = self;
        let mut took = Duration::ZERO;
        let mut output = ctx.clone().run_ui(input(*time, events), |ui| {
            let began = Instant::now();
            eframe::App::logic(window, ctx, frame);
            eframe::App::ui(window, ui, frame);
            took += began.elapsed();
        });
        output.textures_delta.clear();
        black_box(output);
        took
    }

    fn run(&mut self, act: Act) -> Times {
        let view = match act {
            Act::ScrollServices => RegistryView::Datacenter(self.window.app().registries.entries[0].id, String::new()),
            _ => RegistryView::Service(self.many.clone()),
        };
        self.window.perform(Action::Registry(RegistryAct::Show(view)));
        let pointer = match act {
            Act::ScrollTree | Act::FilterTree => pos2(150.0, 400.0),
            _ => pos2(900.0, 300.0),
        };
        for _ in 0..10 {
            self.frame(vec![Event::PointerMoved(pointer)]);
        }
        sorted(fastest(|| {
            let mut times = Vec::new();
            for index in 0..200 {
                let many = self.many.clone();
                match act {
                    Act::ScrollTree | Act::ScrollInstances | Act::ScrollServices => {
                        times.push(self.frame(wheel(index)));
                    }
                    Act::FilterTree => {
                        let typed: String = "service-19 tag".chars().take(index % 15).collect();
                        self.window.perform(Action::Registry(RegistryAct::SetFilter(typed)));
                        times.push(self.frame(Vec::new()));
                    }
                    Act::FilterInstances => {
                        let typed: String = "127.0.0.1:21 v1.2".chars().take(index % 18).collect();
                        self.window.perform(Action::Registry(RegistryAct::SetQuery(many, typed)));
                        times.push(self.frame(Vec::new()));
                    }
                    Act::SortInstances => {
                        let columns = [
                            InstanceColumn::Address,
                            InstanceColumn::Wire,
                            InstanceColumn::Schema,
                            InstanceColumn::RoundTrip,
                        ];
                        let column = columns[index % columns.len()];
                        self.window.perform(Action::Registry(RegistryAct::SortBy(many, column)));
                        times.push(self.frame(Vec::new()));
                    }
                }
            }
            self.window.perform(Action::Registry(RegistryAct::SetFilter(String::new())));
            let many = self.many.clone();
            self.window.perform(Action::Registry(RegistryAct::SetQuery(many, String::new())));
            times
        }))
    }
}

/// A list of as many rows as it is made from the library's parts.
fn stock(reader: bool) -> Times {
    let ctx = context(reader);
    let rows: Vec<String> = (0..COUNT).map(|index| format!("127.0.0.1:{} Many", 20_000 + index)).collect();
    let mut time = 0.0;
    sorted(fastest(|| {
        let mut times = Vec::new();
        for index in 0..200 {
            time += 1.0 / 60.0;
            let began = Instant::now();
            let mut output = ctx.run_ui(input(time, wheel(index)), |ui| {
                egui::ScrollArea::vertical().show_rows(ui, 30.0, rows.len(), |ui, range| {
                    for row in range.filter_map(|index| rows.get(index)) {
                        ui.label(row);
                    }
                });
            });
            times.push(began.elapsed());
            output.textures_delta.clear();
            black_box(output);
        }
        times
    }))
}
