//! The ladder in the window, in both languages: from the target bar, from a failed call, from a source that cannot be
//! read; stopped, repeated, closed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod window_support;

use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use proconsul::app::{
    Action, CaKind, ConnectionForm, DiagnosisRecord, DiagnosisStage, RequestSide, Retry, ThemeChoice,
};
use proconsul::engine::{Rung, Scheme, StepState};

use window_support::{Begin, PATIENCE, Walk, in_both, refusing};

impl Walk {
    fn of(&self) -> Retry {
        Retry::Send(self.app().active_tab().expect("a tab is open").id)
    }

    fn record(&self, of: Retry) -> &DiagnosisRecord {
        self.app().diagnosis(of).expect("a diagnosis")
    }

    fn until_climbed(&mut self, of: Retry) {
        self.until("the ladder's end", |app| app.diagnosis(of).is_some_and(|record| !record.is_running()));
        self.rest();
    }

    /// Diagnoses the request's address with changed settings; they break it.
    fn breaks_with(&mut self, change: impl Fn(&mut ConnectionForm)) {
        let (of, address) = (self.of(), self.tab().address.clone());
        let mut form = self.app().form(&address);
        change(&mut form);
        self.act(Action::SetForm(address, Box::new(form)));
        self.act(Action::Diagnose(of));
        self.until_climbed(of);
        let record = self.record(of);
        assert!(matches!(record.stage, DiagnosisStage::Ended { ok: false, .. }), "{record:?}");
    }

    /// The ladder is climbed once more and passes; nothing was sent.
    fn passes(&mut self) {
        let of = self.of();
        self.until_climbed(of);
        let record = self.record(of);
        assert!(matches!(record.stage, DiagnosisStage::Ended { ok: true, .. }), "{record:?}");
        assert!(self.tab().call.is_none(), "nothing was sent");
    }

    fn row_of(&self, rung: Rung) -> String {
        let of = self.of();
        let step = self.record(of).steps.iter().find(|step| step.rung == rung).expect("every rung has a step");
        format!("{}, {}", self.lang.step_title(step), self.lang.step_state(step.state))
    }
}

#[test]
fn the_demo_is_climbed_from_the_target_bar() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        let of = walk.of();
        walk.click_last(Role::Button, walk.words().diagnose);
        walk.until_climbed(of);
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
        walk.click_last(Role::Button, walk.words().diagnose_again);
        walk.until_climbed(of);
        walk.click_last(Role::Button, walk.words().diagnosis_close);
        walk.rest();
        assert!(walk.app().diagnosis(of).is_none());
        assert!(walk.has(walk.words().nothing_yet), "the answer's side is back");
    });
}

#[test]
fn a_failed_call_leads_to_the_ladder_and_a_call_leads_back() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        let id = walk.app().active_tab().expect("a tab").id;
        let of = walk.of();
        walk.harness.state_mut().perform(Action::SetAddress(id, refusing()));
        walk.harness.state_mut().perform(Action::Send(id));
        walk.until("the call fails", |app| {
            app.active_tab().and_then(|tab| tab.call.as_ref()).is_some_and(|call| call.status.is_some())
        });
        walk.rest();
        // The card's own is the last of the two.
        walk.click_last(Role::Button, walk.words().diagnose);
        walk.until_climbed(of);
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
        let mut walk = Begin::new(lang).with_demo();
        let id = walk.app().active_tab().expect("a tab").id;
        let of = walk.of();
        walk.harness.state_mut().perform(Action::SetAddress(id, address));
        walk.click_last(Role::Button, walk.words().diagnose);
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
        let mut walk = Begin::new(lang).walk();
        walk.harness.state_mut().perform(Action::OpenAddress(refusing()));
        walk.until("the source failed", |app| app.sources.first().is_some_and(|entry| entry.failure.is_some()));
        walk.rest();
        let source = walk.app().sources[0].id;
        walk.click_last(Role::Button, walk.words().diagnose);
        walk.until_climbed(Retry::Load(source));
        assert!(walk.has(walk.words().not_reached), "steps below the card");
        walk.harness.state_mut().perform(Action::ReloadSource(source));
        assert!(walk.app().diagnosis(Retry::Load(source)).is_none(), "it is read anew");
        walk.harness.state_mut().perform(Action::RemoveSource(source));
        walk.rest();
    });
}

#[test]
fn the_verdict_offers_ways_on_and_the_ladder_is_climbed_again() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        let words = walk.words();
        // Another name than the certificate's.
        walk.breaks_with(|form| "localhost".clone_into(&mut form.server_name));
        assert!(!walk.names(Role::Button).iter().any(|name| name == words.open_tls), "two ways need no settings");
        walk.click(Role::Button, &lang.use_as_server_name("www.eline.com"));
        walk.passes();
        assert!(!walk.has_named(words.trust_certificate), "nothing is left to do");
        assert_eq!(walk.app().form(&walk.tab().address).server_name, "www.eline.com");
        // A certificate of nobody known: asked first, then trusted.
        walk.breaks_with(|form| form.ca = CaKind::System);
        walk.click(Role::Button, words.open_tls);
        assert_eq!(walk.tab().request_side, RequestSide::Tls);
        walk.click(Role::Button, words.trust_certificate);
        walk.rest();
        walk.click(Role::Button, words.trust_confirm);
        walk.passes();
        assert_eq!(walk.app().form(&walk.tab().address).ca, CaKind::Pinned);
        // Plaintext, where the server speaks TLS.
        walk.breaks_with(|form| form.scheme = Scheme::Plaintext);
        walk.click(Role::Button, words.use_tls);
        walk.passes();
    });
}
