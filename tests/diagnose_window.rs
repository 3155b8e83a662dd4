//! The ladder in the window, in both languages: from the target bar, from a failed call, from a source that cannot be
//! read; stopped, repeated, closed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{Action, App, DiagnosisRecord, DiagnosisStage, Prepared, Retry, ThemeChoice};
use proconsul::engine::{Rung, StepState};
use proconsul::ui::{Setup, Window};
use proconsul::words::{Lang, Words};

/// Longer than anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

struct Walk {
    harness: Harness<'static, Window>,
    lang: Lang,
}

impl Walk {
    fn begin(lang: Lang) -> Self {
        let setup = Setup { lang, theme: Some(ThemeChoice::Dark), ..Setup::default() };
        let mut harness = Harness::builder()
            .with_size([1440.0, 900.0])
            .build_eframe(|creation| Window::new(&creation.egui_ctx, setup).expect("the engine starts"));
        harness.run();
        Self { harness, lang }
    }

    fn with_demo(lang: Lang) -> Self {
        let mut walk = Self::begin(lang);
        walk.harness.state_mut().perform(Action::StartDemo);
        walk.until("a method is open", |app| {
            app.active_tab().is_some_and(|tab| matches!(tab.prepared, Prepared::Ready(_)))
        });
        walk.until("both sources are read", |app| {
            app.sources.len() == 2 && app.sources.iter().all(|one| one.outline.is_some())
        });
        walk
    }

    fn words(&self) -> &'static Words {
        self.lang.words()
    }

    fn app(&self) -> &App {
        self.harness.state().app()
    }

    fn of(&self) -> Retry {
        Retry::Send(self.app().active_tab().expect("a tab is open").id)
    }

    fn record(&self, of: Retry) -> &DiagnosisRecord {
        self.app().diagnosis(of).expect("a diagnosis")
    }

    fn until(&mut self, what: &str, is_so: impl Fn(&App) -> bool) {
        let begin = Instant::now();
        while !is_so(self.app()) {
            assert!(begin.elapsed() < PATIENCE, "never: {what}");
            self.harness.step();
            std::thread::park_timeout(Duration::from_millis(5));
        }
        self.harness.run_steps(4);
    }

    fn until_ended(&mut self, of: Retry) {
        self.until("the ladder's end", |app| app.diagnosis(of).is_some_and(|record| !record.is_running()));
        self.rest();
    }

    fn click(&mut self, name: &str) {
        self.harness
            .query_all_by_role_and_label(Role::Button, name)
            .last()
            .unwrap_or_else(|| panic!("no button {name}"))
            .click();
        self.harness.run_steps(4);
    }

    fn has(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    fn row_of(&self, rung: Rung) -> String {
        let of = self.of();
        let step = self.record(of).steps.iter().find(|step| step.rung == rung).expect("every rung has a step");
        format!("{}, {}", self.lang.step_title(step), self.lang.step_state(step.state))
    }

    /// At rest, and every fixed word in the right language.
    fn rest(&mut self) {
        self.harness.run_steps(4);
        self.harness.run();
        if self.lang != Lang::ZhCn {
            return;
        }
        let foreign: Vec<&str> = Lang::En
            .words()
            .all()
            .into_iter()
            .zip(Lang::ZhCn.words().all())
            .filter(|(en, zh)| en.1 != zh.1)
            .map(|(en, _)| en.1)
            .collect();
        for node in self.harness.root().children_recursive() {
            let label = node.accesskit_node().label().unwrap_or_default();
            assert!(!foreign.contains(&label.as_str()), "English in the Chinese window: {label}");
        }
    }
}

fn in_both(walk: impl Fn(Lang)) {
    walk(Lang::En);
    walk(Lang::ZhCn);
}

fn refusing() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").to_string()
}

#[test]
fn the_demo_is_climbed_from_the_target_bar() {
    in_both(|lang| {
        let mut walk = Walk::with_demo(lang);
        let of = walk.of();
        walk.click(walk.words().diagnose);
        walk.until_ended(of);
        let record = walk.record(of);
        assert!(matches!(record.stage, DiagnosisStage::Ended { ok: true, .. }), "{record:?}");
        assert_eq!(record.steps.len(), Rung::ALL.len(), "{:?}", record.steps);
        let verdict = walk.lang.diagnosis_verdict(true, &record.steps);
        assert!(walk.has(&verdict), "{verdict}");
        for rung in Rung::ALL {
            let row = walk.row_of(rung);
            assert!(walk.has(&row), "{row}");
        }
        assert!(walk.has("hello.Hello"), "what reflection lists");
        assert!(walk.has(walk.words().certificate_chain), "the chain");
        // Small and narrow, and in the other theme.
        walk.harness.state_mut().perform(Action::SetTheme(ThemeChoice::Light));
        for size in [[1024.0, 700.0], [720.0, 500.0], [1440.0, 900.0]] {
            walk.harness.set_size(size.into());
            walk.rest();
        }
        walk.click(walk.words().diagnose_again);
        walk.until_ended(of);
        walk.click(walk.words().diagnosis_close);
        walk.rest();
        assert!(walk.app().diagnosis(of).is_none());
        assert!(walk.has(walk.words().nothing_yet), "the answer's side is back");
    });
}

#[test]
fn a_failed_call_leads_to_the_ladder_and_a_call_leads_back() {
    in_both(|lang| {
        let mut walk = Walk::with_demo(lang);
        let id = walk.app().active_tab().expect("a tab").id;
        let of = walk.of();
        walk.harness.state_mut().perform(Action::SetAddress(id, refusing()));
        walk.harness.state_mut().perform(Action::Send(id));
        walk.until("the call fails", |app| {
            app.active_tab().and_then(|tab| tab.call.as_ref()).is_some_and(|call| call.status.is_some())
        });
        walk.rest();
        // The card's own is the last of the two.
        walk.click(walk.words().diagnose);
        walk.until_ended(of);
        let record = walk.record(of);
        assert!(matches!(record.stage, DiagnosisStage::Ended { ok: false, .. }), "{record:?}");
        let states: Vec<_> = record.steps.iter().map(|step| step.state).collect();
        assert_eq!(states[..3], [StepState::Passed, StepState::Failed, StepState::NotReached]);
        let said = walk.lang.step(&record.steps[1], 0);
        assert!(walk.has(&said.said) && walk.has(&said.advice[0]), "{said:?}");
        assert!(walk.has(&walk.lang.diagnosis_verdict(false, &record.steps)));
        walk.harness.state_mut().perform(Action::Send(id));
        walk.rest();
        assert!(walk.app().diagnosis(of).is_none(), "the answer is what is wanted");
    });
}

#[test]
fn a_silent_server_is_waited_for_until_the_person_stops_it() {
    in_both(|lang| {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = silent.local_addr().expect("bound").to_string();
        let mut walk = Walk::with_demo(lang);
        let id = walk.app().active_tab().expect("a tab").id;
        let of = walk.of();
        walk.harness.state_mut().perform(Action::SetAddress(id, address));
        walk.click(walk.words().diagnose);
        walk.until("the first steps", |app| app.diagnosis(of).is_some_and(|record| record.steps.len() >= 2));
        let begin = Instant::now();
        while !walk.has(walk.words().diagnosing) {
            assert!(begin.elapsed() < PATIENCE, "work that takes long shows");
            walk.harness.step();
            std::thread::park_timeout(Duration::from_millis(5));
        }
        walk.harness.key_press_modifiers(Modifiers::NONE, Key::Escape);
        walk.harness.run_steps(4);
        walk.rest();
        assert_eq!(walk.record(of).stage, DiagnosisStage::Stopped);
        assert!(walk.has(walk.words().diagnosis_stopped));
        assert!(walk.record(of).steps.len() >= 2, "what was found stays");
    });
}

#[test]
fn a_source_that_cannot_be_read_is_diagnosed_in_its_place() {
    in_both(|lang| {
        let mut walk = Walk::begin(lang);
        walk.harness.state_mut().perform(Action::OpenAddress(refusing()));
        walk.until("the source failed", |app| app.sources.first().is_some_and(|entry| entry.failure.is_some()));
        walk.rest();
        let source = walk.app().sources[0].id;
        walk.click(walk.words().diagnose);
        walk.until_ended(Retry::Load(source));
        assert!(walk.has(walk.words().not_reached), "steps below the card");
        walk.harness.state_mut().perform(Action::ReloadSource(source));
        assert!(walk.app().diagnosis(Retry::Load(source)).is_none(), "it is read anew");
        walk.harness.state_mut().perform(Action::RemoveSource(source));
        walk.rest();
    });
}
