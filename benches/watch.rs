//! A real Consul with 2,000 instances: how long the verbs `services` and `instances` take from start to exit, and how
//! long a change takes from Consul's "done" to the end of the window's frame that shows it:
//! `cargo bench --bench watch`, with the folder of the tests' servers in `PROCONSUL_PARTIES`
//! (`scripts/parties/setup` prints it).
//!
//! Beside each stands what the same agent needs in the same run to tell a bare client the same: a plain GET for the
//! verbs, for changes a blocking query on the one service. Painting is not in it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark fails by panicking")]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/registry_support/mod.rs"]
mod registry_support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::headless;
use eframe::egui::{self, RawInput, Rect, pos2, vec2};
use proconsul::app::{Action, Area, RegistryAct, RegistryForm, RegistryView, ServiceRef, ThemeChoice};
use proconsul::registry::{Health, HealthCounts, RegistryKind};
use proconsul::ui::{Setup, Window};
use registry_support::{Agent, Plan};
use serde_json::{Value, json};

/// So many instances in all.
const COUNT: usize = 2_000;
/// So often each change happens.
const ROUNDS: usize = 15;
/// Nothing takes longer than this.
const LIMIT: Duration = Duration::from_mins(1);

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") || std::env::var_os("PROCONSUL_PARTIES").is_none() {
        println!("watch: run with PROCONSUL_PARTIES=$(scripts/parties/setup) cargo bench --bench watch");
        return;
    }
    for shape in [
        Shape { name: "400 services on 20 nodes", services: 400, nodes: 20 },
        Shape { name: "4 services on 200 nodes", services: 4, nodes: 200 },
        Shape { name: "1 service on 1 node", services: 1, nodes: 1 },
    ] {
        println!("{}, {COUNT} instances, ms: median, slowest of {ROUNDS}", shape.name);
        shape.measure();
    }
}

/// How the instances are spread.
struct Shape {
    name: &'static str,
    services: usize,
    nodes: usize,
}

/// What is changed and seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Check,
    Port,
    New,
    Gone,
}

impl Shape {
    fn service(&self, number: usize) -> String {
        format!("service-{:03}", number % self.services)
    }

    fn body(&self, number: usize, port: usize, status: &str) -> Value {
        let id = format!("i-{number}");
        json!({"Node": format!("n{}", number % self.nodes), "Address": "127.0.0.1",
            "Service": {"ID": id, "Service": self.service(number), "Port": port, "Tags": ["t", "v1.8"],
                "Meta": {"version": "1.8", "zone": "cn-east-1"}},
            "Check": {"CheckID": id, "Name": "Service check", "ServiceID": id, "Status": status,
                "Output": "TCP connect 127.0.0.1:7888: Success"}})
    }

    fn measure(&self) {
        let agent = Plan::default().start();
        for number in 0..COUNT {
            agent.put("/v1/catalog/register", &self.body(number, 20_000 + number, "passing"));
        }
        let one = self.service(1);
        for (name, arguments, path) in [
            ("verb services", vec!["services"], "/v1/health/state/any".to_owned()),
            ("verb instances", vec!["instances", &one], format!("/v1/health/service/{one}")),
        ] {
            let verb = || drop(headless(arguments.iter().copied()).args(["--registry", &agent.url()]).run().exits(0));
            println!("  {name:16} {}   a bare GET {}", times(verb), times(|| drop(agent.ask("GET", &path, b""))));
        }
        let mut screen = Screen::open(&agent, &one);
        for (name, change) in [
            ("a check changes", Change::Check),
            ("a port changes", Change::Port),
            ("one more comes", Change::New),
            ("one goes", Change::Gone),
        ] {
            let (mut table, mut tree, mut bare) = (Vec::new(), Vec::new(), Vec::new());
            for round in 0..ROUNDS {
                let took = self.once(&agent, &mut screen, change, round);
                table.push(took.table);
                tree.extend(took.tree);
                bare.push(took.bare);
            }
            let tree = if tree.is_empty() { String::from("not told there") } else { shown(tree) };
            println!("  {name:16} table {}   tree {tree}   a bare blocking query {}", shown(table), shown(bare));
        }
        println!("  slowest frame of all: {:.1}", ms(screen.slowest));
    }

    /// Changes something, and tells when the window had shown it, and when a bare client had heard.
    fn once(&self, agent: &Agent, screen: &mut Screen, change: Change, round: usize) -> Took {
        let is_extra = matches!(change, Change::New | Change::Gone);
        let number = if is_extra { COUNT * self.services + 1 } else { 1 };
        let port = if change == Change::Port && round.is_multiple_of(2) { 19_999 } else { 20_000 + number % COUNT };
        let status = if change == Change::Check && round.is_multiple_of(2) { "critical" } else { "passing" };
        let health = if status == "passing" { Health::Passing } else { Health::Critical };
        let (id, service) = (format!("i-{number}"), self.service(1));
        let put = |is_there: bool| {
            if is_there {
                agent.put("/v1/catalog/register", &self.body(number, port, status));
            } else {
                let node = format!("n{}", number % self.nodes);
                agent.put("/v1/catalog/deregister", &json!({"Node": node, "ServiceID": id}));
            }
        };
        let there = Some((health, u16::try_from(port).unwrap()));
        let (before, after) = match change {
            Change::New => (None, there),
            Change::Gone => (there, None),
            Change::Check | Change::Port => (there, there),
        };
        if is_extra {
            put(before.is_some());
            screen.wait(|screen| screen.instance(&id) == before);
        }
        let path = format!("/v1/health/service/{service}");
        let index = agent.index(&path);
        // What the tree says is by now what it said after the change before.
        screen.quiet();
        let count = screen.count();
        std::thread::scope(|scope| {
            let path = format!("{path}?index={index}&wait=60s");
            let asker = scope.spawn(move || {
                drop(agent.ask("GET", &path, b""));
                Instant::now()
            });
            // The query has to stand before it can end; nothing tells when it does.
            screen.quiet();
            put(after.is_some());
            let done = Instant::now();
            let table = screen.wait(|screen| screen.instance(&id) == after);
            let tree = (change != Change::Port).then(|| screen.wait(|screen| screen.count() != count));
            let since = |seen: Instant| seen.saturating_duration_since(done);
            Took { table: since(table), tree: tree.map(since), bare: since(asker.join().unwrap()) }
        })
    }
}

/// From Consul's "done".
struct Took {
    /// Until the service's table had shown it.
    table: Duration,
    /// Until the tree's counts had; they say nothing of ports.
    tree: Option<Duration>,
    /// Until a bare client had heard it.
    bare: Duration,
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn shown(mut times: Vec<Duration>) -> String {
    times.sort();
    format!("{:6.1} {:6.1}", ms(times[times.len() / 2]), ms(times[times.len() - 1]))
}

fn times(mut run: impl FnMut()) -> String {
    shown(
        (0..ROUNDS)
            .map(|_| {
                let began = Instant::now();
                run();
                began.elapsed()
            })
            .collect(),
    )
}

/// A window without a screen: its frames run when it asks for them.
struct Screen {
    ctx: egui::Context,
    window: Window,
    frame: eframe::Frame,
    began: Instant,
    asked: Arc<AtomicBool>,
    shown: ServiceRef,
    slowest: Duration,
}

impl Screen {
    /// With the registry's tree, and the service's tab.
    fn open(agent: &Agent, service: &str) -> Self {
        let ctx = egui::Context::default();
        ctx.enable_accesskit();
        let asked = Arc::new(AtomicBool::new(true));
        let (flag, thread) = (Arc::clone(&asked), std::thread::current());
        ctx.set_request_repaint_callback(move |_| {
            flag.store(true, Ordering::Release);
            thread.unpark();
        });
        let window = Window::new(&ctx, Setup { theme: Some(ThemeChoice::Dark), ..Setup::default() }).unwrap();
        let registry = proconsul::engine::RegistryId(0);
        let shown = ServiceRef { registry, datacenter: "dc1".to_owned(), service: service.to_owned() };
        let frame = eframe::Frame::_new_kittest();
        let mut screen = Self { ctx, window, frame, began: Instant::now(), asked, shown, slowest: Duration::ZERO };
        let form = RegistryForm { kind: RegistryKind::Consul, address: agent.address(), ..RegistryForm::default() };
        screen.window.perform(Action::Registry(RegistryAct::Add(Box::new(form))));
        screen.window.perform(Action::ShowArea(Area::Registry));
        screen.wait(|screen| {
            screen.window.app().registries.entries.iter().any(|entry| entry.all_services().next().is_some())
        });
        screen.shown.registry = screen.window.app().registries.entries[0].id;
        let act = RegistryAct::Show(RegistryView::Service(screen.shown.clone()));
        screen.window.perform(Action::Registry(act));
        screen.wait(|screen| screen.instance("i-1").is_some() && screen.count().is_some());
        screen.quiet();
        screen.slowest = Duration::ZERO;
        screen
    }

    fn frame(&mut self) {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1440.0, 900.0))),
            time: Some(self.began.elapsed().as_secs_f64()),
            focused: true,
            ..RawInput::default()
        };
        let Self { ctx, window, frame, .. } = self;
        let began = Instant::now();
        let mut output = ctx.clone().run_ui(input, |ui| {
            eframe::App::logic(window, ctx, frame);
            eframe::App::ui(window, ui, frame);
        });
        self.slowest = self.slowest.max(began.elapsed());
        output.textures_delta.clear();
    }

    /// Runs what frames it asks for, until something is so.
    fn wait(&mut self, is_so: impl Fn(&Self) -> bool) -> Instant {
        let began = Instant::now();
        loop {
            let is_asked = self.asked.swap(false, Ordering::AcqRel);
            if is_asked {
                self.frame();
            }
            if is_so(self) {
                return Instant::now();
            }
            assert!(began.elapsed() < LIMIT, "it never came to be");
            if !is_asked {
                std::thread::park_timeout(Duration::from_millis(50));
            }
        }
    }

    /// Runs frames for a while, so that whatever was begun has ended.
    fn quiet(&mut self) {
        let began = Instant::now();
        self.wait(move |_| began.elapsed() > Duration::from_millis(1500));
    }

    /// The instance's health and port in the service's table.
    fn instance(&self, id: &str) -> Option<(Health, u16)> {
        let known = self.window.app().registries.service(&self.shown)?;
        let found = known.instances.as_ref()?.value.iter().find(|instance| instance.key.id == id)?;
        Some((found.health, found.port))
    }

    /// The service's counts in the tree.
    fn count(&self) -> Option<HealthCounts> {
        let entry = self.window.app().registries.entry(self.shown.registry)?;
        let datacenter = entry.datacenters.iter().find(|known| known.name == self.shown.datacenter)?;
        datacenter.service(&self.shown.service).map(|service| service.counts)
    }
}
