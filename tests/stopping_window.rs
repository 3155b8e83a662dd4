//! Work on very large messages in the window, in both languages: it shows that it goes on, can be given up, says so, and
//! can be taken up again; the bytes stay.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod window_support;

use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use proconsul::app::{Action, Prepared, SaveStage, StreamAct};
use proconsul::engine::{Direction, NoText};
use proconsul::words::Lang;

use window_support::{Begin, Walk, in_both};

/// From the press to the word that it was given up; far more than it takes, for a machine under load.
const SOON: Duration = Duration::from_secs(2);

fn with_method(lang: Lang, service: &str, name: &str) -> Walk {
    let mut walk = Begin::new(lang).size([1440.0, 900.0]).step_s(1.0 / 60.0).walk();
    walk.act(Action::StartDemo);
    walk.until("both sources are read", |app| {
        app.sources.len() == 2 && app.sources.iter().all(|one| one.outline.is_some())
    });
    let source = walk.app().sources[1].id;
    walk.act(Action::OpenMethod(source, service.to_owned(), name.to_owned()));
    walk.until("the method is ready", |app| {
        app.active_tab().is_some_and(|tab| tab.method == name && matches!(tab.prepared, Prepared::Ready(_)))
    });
    let tab = walk.tab().id;
    walk.act(Action::SetDeadline(tab, String::new()));
    walk
}

/// Some 20 MB of JSON.
fn large() -> String {
    let children: Vec<String> =
        (0..400_000).map(|uid| format!("{{\"uid\":{uid},\"name\":\"someone with a longer name\"}}")).collect();
    format!("{{\"child\":[{}]}}", children.join(","))
}

impl Walk {
    fn has_button(&self, name: &str) -> bool {
        self.harness.query_all_by_role_and_label(Role::Button, name).next().is_some()
    }

    fn answer(&self) -> Option<Result<usize, NoText>> {
        Some(self.call().answer.clone()?.map(|text| text.len()))
    }

    /// Waits for the way to end what goes on, presses it, and measures how long it takes.
    fn give_up(&mut self, what: &str, is_given_up: impl Fn(&Self) -> bool) {
        let cancel = self.words().cancel;
        let words = what.to_owned();
        self.until_so("work that goes on is shown, with a way to end it", |walk| {
            assert!(!is_given_up(walk));
            walk.has(&words) && walk.has_button(cancel)
        });
        self.look(what);
        let began = Instant::now();
        self.click_last(Role::Button, cancel);
        self.until_so("it is given up", is_given_up);
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    }
}

#[test]
fn the_text_of_a_large_answer_is_given_up_and_taken_up_again() {
    let message = large();
    let folder = tempfile::tempdir().unwrap();
    in_both(|lang| {
        let mut walk = with_method(lang, "proto.Tour", "Echo");
        let (words, body) = (walk.words(), lang.body());
        let tab = walk.tab().id;
        walk.act(Action::ShowPhases(tab, false));
        walk.act(Action::SetMessage(tab, message.clone(), None));
        walk.act(Action::Send(tab));
        walk.until_call("it has its status", proconsul::app::CallRecord::is_ok);
        assert!(walk.answer().is_none(), "the status does not wait for the text: {:?}", walk.answer());
        walk.give_up(words.decoding, |walk| walk.answer() == Some(Err(NoText::Stopped)));
        assert!(walk.has_named(body.given_up) && walk.has(&lang.no_text(&NoText::Stopped)));
        walk.rest();

        // The bytes are there, and can be saved.
        walk.click_last(Role::Button, body.save);
        assert!(walk.has(body.save_only_bytes) && !walk.has_named(body.save_json));
        let path = folder.path().join(format!("{lang:?}.binpb"));
        walk.act(Action::TypeSavePath(path.display().to_string()));
        walk.click_last(Role::Button, words.save);
        walk.until("it is saved", |app| {
            app.save.as_ref().is_some_and(|save| matches!(save.stage, SaveStage::Done(..)))
        });
        assert_eq!(std::fs::metadata(&path).unwrap().len(), walk.call().received_bytes);
        walk.key(Modifiers::NONE, Key::Escape);

        walk.click_last(Role::Button, body.show_it);
        assert!(walk.answer().is_none());
        walk.until_so("it is shown after all", |walk| walk.answer() == Some(Ok(1_600_003)));
        assert!(walk.has("someone with a longer name"));
        walk.rest();
    });
}

#[test]
fn a_call_ends_while_its_large_message_is_being_made() {
    let message = large();
    in_both(|lang| {
        let mut walk = with_method(lang, "proto.Tour", "Echo");
        let tab = walk.tab().id;
        walk.act(Action::SetMessage(tab, message.clone(), None));
        walk.act(Action::Send(tab));
        assert!(walk.call().is_running());
        walk.act(Action::Cancel(tab));
        let began = Instant::now();
        walk.until("it has ended", |app| app.active_tab().is_some_and(|tab| !tab.call.as_ref().unwrap().is_running()));
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        assert!(walk.call().sent == 0 && walk.has(walk.words().stopped_before), "{:?}", walk.call().unsendable);
        walk.look("stopped before it began");
    });
}

#[test]
fn the_lines_of_a_large_draft_are_given_up_and_taken_up_again() {
    let draft = "[\n".repeat(6_000_000);
    in_both(|lang| {
        let mut walk = with_method(lang, "proto.Tour", "Echo");
        let body = lang.body();
        let tab = walk.tab().id;
        walk.act(Action::SetMessage(tab, draft.clone(), None));
        walk.give_up(body.cutting, |walk| walk.has_named(body.cutting_given_up));
        assert!(walk.has(body.cutting_given_up_why));
        assert!(walk.app().draft_lines(walk.tab()).is_none() && walk.tab().message.len() == draft.len());
        walk.look("the lines were given up");
        walk.click_last(Role::Button, body.show_it);
        walk.until("they are shown after all", |app| app.draft_lines(app.active_tab().unwrap()).is_some());
        assert!(!walk.has_named(body.cutting_given_up));
    });
}

#[test]
fn a_large_message_of_a_stream_is_given_up_and_taken_up_again() {
    // Few bytes, as the demo takes at most 4 MB, and much text.
    let message = format!("{{\"items\":[{}]}}", vec!["{}"; 1_200_000].join(","));
    in_both(|lang| {
        let mut walk = with_method(lang, "shop.v1.Orders", "ImportOrders");
        let (words, body) = (walk.words(), lang.body());
        let tab = walk.tab().id;
        walk.act(Action::SetMessage(tab, message.clone(), None));
        // Several, so that copying all of them takes its time on a quick machine, too.
        for sent in 1..=6 {
            walk.act(Action::Send(tab));
            walk.until_call("it was sent", |call| call.sent == sent);
        }
        walk.act(Action::HalfClose(tab));
        walk.until_ok();
        walk.act(Action::HideMessage(tab));
        // Its row is quick: only its beginning is written.
        walk.until_so("its row is there", |walk| walk.call().list.rows.get(0).is_some());
        walk.act(Action::Stream(tab, StreamAct::Open(0)));
        let text = |walk: &Walk| walk.call().shown.as_ref().and_then(|shown| shown.text.clone());
        walk.give_up(words.decoding, |walk| text(walk) == Some(Err(NoText::Stopped)));
        assert!(walk.has_named(body.given_up));
        walk.look("given up in a stream");
        let shown = walk.call().shown.clone().unwrap();
        assert_eq!((shown.direction, shown.index), (Direction::Sent, 0));
        walk.click_last(Role::Button, body.show_it);
        walk.until_so("it is shown after all", |walk| matches!(text(walk), Some(Ok(_))));

        // What is listed is copied, or is not.
        walk.act(Action::Stream(tab, StreamAct::Copy));
        walk.give_up(lang.streams().copying, |walk| walk.tab().stream.copying_since().is_none());
        assert!(walk.tab().stream.copied.is_none() && walk.copied.is_empty());
    });
}
