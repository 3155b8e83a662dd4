//! The theme follows the desktop's while the window runs: a real bus, and on it what a desktop has there.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]
#![allow(missing_docs, reason = "an attribute makes methods without any")]

mod window_support;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use egui::accesskit::Role;
use proconsul::app::{Action, Area, ThemeChoice};
use proconsul::words::Lang;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedValue, Value};

use window_support::Begin;

const NAME: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const APPEARANCE: &str = "org.freedesktop.appearance";
const SCHEME: &str = "color-scheme";
const DARK: u32 = 1;
const LIGHT: u32 = 2;

/// A bus of its own, which ends with the test.
struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    fn start() -> Option<Self> {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address"])
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut address = String::new();
        BufReader::new(daemon.stdout.take()?).read_line(&mut address).ok()?;
        Some(Self { daemon, address: address.trim().to_owned() })
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.daemon.kill().ok();
        self.daemon.wait().ok();
    }
}

/// What a desktop tells of its looks.
struct Desktop {
    scheme: Arc<AtomicU32>,
}

#[zbus::interface(name = "org.freedesktop.portal.Settings")]
impl Desktop {
    fn read_one(&self, namespace: &str, key: &str) -> zbus::fdo::Result<OwnedValue> {
        if (namespace, key) == (APPEARANCE, SCHEME) {
            return Ok(OwnedValue::from(self.scheme.load(Ordering::SeqCst)));
        }
        Err(zbus::fdo::Error::Failed("there is no such setting".to_owned()))
    }

    #[zbus(signal)]
    async fn setting_changed(
        emitter: &SignalEmitter<'_>,
        namespace: &str,
        key: &str,
        value: Value<'_>,
    ) -> zbus::Result<()>;
}

/// The bus is named by the environment, which a process must not change once it has threads: the walk is in a process
/// of its own.
#[test]
fn the_theme_follows_the_desktop() {
    let Some(bus) = Bus::start() else {
        println!("SKIPPED: there is no dbus-daemon (Debian: apt-get install dbus)");
        return;
    };
    let walk = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--nocapture", "within_a_desktop"])
        .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&walk.stdout) + String::from_utf8_lossy(&walk.stderr);
    assert!(walk.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "started by the test above, with a bus of its own"]
fn within_a_desktop() {
    let scheme = Arc::new(AtomicU32::new(LIGHT));
    let desktop = Desktop { scheme: Arc::clone(&scheme) };
    let bus = zbus::blocking::connection::Builder::session().unwrap();
    let bus = bus.name(NAME).unwrap().serve_at(PATH, desktop).unwrap().build().unwrap();
    let change = |to: u32| {
        scheme.store(to, Ordering::SeqCst);
        let served = bus.object_server().interface::<_, Desktop>(PATH).unwrap();
        zbus::block_on(Desktop::setting_changed(served.signal_emitter(), APPEARANCE, SCHEME, Value::U32(to))).unwrap();
    };

    let mut begin = Begin::new(Lang::En);
    begin.setup.theme = None;
    let mut walk = begin.walk();
    walk.until("light, as the desktop is", |app| app.theme == ThemeChoice::Light);
    change(DARK);
    walk.until("dark, as the desktop became", |app| app.theme == ThemeChoice::Dark);
    assert_eq!(walk.harness.ctx.theme(), egui::Theme::Dark);
    walk.harness.run();

    // Chosen, it stays; followed again, it is the desktop's of now.
    walk.harness.state_mut().perform(Action::ShowArea(Area::Settings));
    walk.harness.run_steps(4);
    let (light, system) = (walk.lang.habits().light, walk.lang.habits().follow_system);
    walk.click(Role::RadioButton, light);
    assert_eq!(walk.app().theme, ThemeChoice::Light);
    change(LIGHT);
    change(DARK);
    walk.harness.run_steps(8);
    assert_eq!(walk.app().theme, ThemeChoice::Light, "chosen by the person");
    walk.click(Role::RadioButton, system);
    walk.until("dark again", |app| app.theme == ThemeChoice::Dark);
    change(LIGHT);
    walk.until("light again", |app| app.theme == ThemeChoice::Light);
}
