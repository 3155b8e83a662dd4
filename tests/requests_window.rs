//! The request side in both languages: rows of request and target, the keychain, the target bar's lists, settings of
//! calls, pasted commands, settings of TLS; with the real engine and the built-in services.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod window_support;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{Action, CaKind, CallStage, DemoState, LockMeaning, Prepared, RequestSide, RowsOf};
use proconsul::call::{Code, Encoding};
use proconsul::engine::{ConnectionState, DemoInfo};
use proconsul::keychain::{Keychain, KeychainFault, KeychainState};
use proconsul::secret::Secret;
use proconsul::state;
use proconsul::words::{Lang, RequestWords};

use window_support::{Begin, Walk, in_both};

impl Walk {
    fn own(&self) -> &'static RequestWords {
        self.lang.requests()
    }

    fn demo(&self) -> DemoInfo {
        match &self.app().demo {
            DemoState::Running(info) => info.clone(),
            other => panic!("the demo does not run: {other:?}"),
        }
    }

    fn show(&mut self, side: RequestSide) {
        let id = self.tab().id;
        self.act(Action::ShowRequestSide(id, side));
    }

    fn send_and_wait(&mut self) {
        let id = self.tab().id;
        self.act(Action::Send(id));
        self.until("the call ends", |app| {
            app.active_tab().and_then(|tab| tab.call.as_ref()).is_some_and(|call| call.stage() != CallStage::Running)
        });
    }

    fn code(&self) -> Code {
        let call = self.tab().call.as_ref().expect("a call");
        call.status.as_ref().unwrap_or_else(|| panic!("no status: {:?}", call.not_begun)).1.code
    }

    /// A header of the newest call as it was sent.
    fn sent(&self, key: &str) -> Option<String> {
        let headers = self.tab().call.as_ref()?.request_headers.as_ref()?;
        let (_, value) = headers.metadata.iter().find(|(known, _)| known == key)?;
        Some(String::from_utf8_lossy(value).into_owned())
    }
}

#[test]
fn rows_belong_to_the_request_or_to_its_target() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        let (words, own, address) = (walk.words(), walk.own(), walk.tab().address.clone());
        walk.show(RequestSide::Metadata);
        assert!(walk.has(&lang.sent_to(&address)) && walk.has(words.metadata_line) && walk.has(words.added_title));
        assert_eq!(walk.app().target_rows(&address).len(), 1, "the demo's token is its target's");
        walk.send_and_wait();
        assert_eq!((walk.code(), walk.sent("token").as_deref()), (Code::OK, Some("101010")));

        // A row that is added takes the focus, also where there is one.
        let of = RowsOf::Target(address.clone());
        let rows = walk.app().rows(&of).to_vec();
        walk.click_last(Role::Button, words.add_row);
        walk.text("x-team");
        let keys = walk.app().rows(&of).iter().map(|row| row.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys, ["token", "x-team"]);
        walk.act(Action::SetRows(of, rows));

        // A row of the request with the same key wins, and the other says so.
        walk.focus(words.key, 0);
        walk.text("token");
        walk.key(Modifiers::NONE, Key::Tab);
        walk.text("wrong");
        assert_eq!(walk.tab().metadata[0].value.reveal(), "wrong");
        assert!(walk.has(own.overridden_hint));
        walk.rest();
        walk.send_and_wait();
        assert_eq!(walk.sent("token").as_deref(), Some("wrong"));
        assert_ne!(walk.code(), Code::OK);

        // It goes to the target by its menu, and away by its cross.
        walk.click(Role::Button, own.row_menu);
        walk.rest();
        walk.click(Role::MenuItem, &lang.send_to(&address));
        assert_eq!((walk.tab().metadata.len(), walk.app().target_rows(&address).len()), (0, 2));
        walk.click_nth(Role::Button, words.remove_row, 1);
        assert_eq!(walk.app().target_rows(&address).len(), 1);
        walk.send_and_wait();
        assert_eq!(walk.code(), Code::OK);
    });
}

#[test]
fn keys_are_completed_refused_and_pasted() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        let (words, own, id) = (walk.words(), walk.own(), walk.tab().id);
        walk.show(RequestSide::Metadata);
        // Typing narrows the list; the second is taken, and the caret goes on to its value.
        walk.focus(words.key, 0);
        walk.text("trace");
        assert!(walk.harness.query_all_by_role(Role::ListBox).next().is_some(), "a list is open");
        walk.key(Modifiers::NONE, Key::ArrowDown);
        walk.key(Modifiers::NONE, Key::ArrowDown);
        walk.rest();
        walk.key(Modifiers::NONE, Key::Enter);
        walk.text("a=1");
        let row = walk.tab().metadata[0].clone();
        assert_eq!((row.key.as_str(), row.value.reveal()), ("tracestate", "a=1"));

        // Several lines become rows; one that gRPC keeps for itself says why it is not sent, the bytes how many.
        let lines = "x-request-id: 7\ntrace-bin\t0xabab\ngrpc-timeout: 3S\napi-key: hidden-value";
        walk.focus(words.key, 1);
        walk.paste(lines);
        let keys: Vec<&str> = walk.tab().metadata.iter().map(|row| row.key.as_str()).collect();
        assert_eq!(keys, ["tracestate", "x-request-id", "trace-bin", "grpc-timeout", "api-key"]);
        let reason = if lang == Lang::En { "Set the deadline above instead." } else { "请改用上方的超时" };
        assert!(walk.has(reason));
        let field = walk.harness.query_all_by_role_and_label(Role::PasswordInput, words.value).next().expect("masked");
        assert!(!field.accesskit_node().value().unwrap_or_default().contains("hidden"));
        walk.rest();
        walk.send_and_wait();
        assert_eq!(walk.sent("trace-bin").map(String::into_bytes), Some("\u{fffd}\u{fffd}".into()));
        assert_eq!(walk.sent("grpc-timeout").map(|value| value.contains("3S")), Some(false));

        // Bytes in the other notation, and a secret marked by hand.
        walk.click_nth(Role::Button, own.row_menu, 2);
        walk.click(Role::MenuItem, own.as_base64);
        assert_eq!(walk.tab().metadata[2].value.reveal(), "q6s=");
        walk.click_nth(Role::Button, own.row_menu, 1);
        walk.click(Role::MenuItemRadio, own.mark_secret);
        assert!(walk.tab().metadata[1].secret);
        // The button asks the clipboard, whose text comes as a paste of its own.
        walk.click(Role::Button, own.paste);
        walk.paste("nothing of ours");
        assert!(walk.has(own.paste_none));
        walk.click(Role::Button, own.paste);
        walk.paste("{\"x-json\": 1}");
        assert_eq!(walk.tab().metadata.last().expect("a row").key, "x-json");
        walk.act(Action::SetMetadata(id, Vec::new()));
    });
}

/// A keychain whose lock is ours.
#[derive(Debug, Default)]
struct Lockable {
    locked: Mutex<bool>,
    items: Mutex<BTreeMap<String, Secret>>,
}

impl Lockable {
    fn check(&self) -> Result<(), KeychainFault> {
        if *self.locked.lock().unwrap() { Err(KeychainFault::Locked("dismissed".to_owned())) } else { Ok(()) }
    }
}

impl Keychain for Lockable {
    fn read(&self, account: &str) -> Result<Option<Secret>, KeychainFault> {
        self.check().map(|()| self.items.lock().unwrap().get(account).cloned())
    }
    fn write(&self, account: &str, secret: &Secret) -> Result<(), KeychainFault> {
        self.check()?;
        self.items.lock().unwrap().insert(account.to_owned(), secret.clone());
        Ok(())
    }
    fn forget(&self, account: &str) -> Result<(), KeychainFault> {
        self.check()?;
        self.items.lock().unwrap().remove(account);
        Ok(())
    }
}

const PROTO: &str =
    "syntax = \"proto3\"; package a; message A { string name = 1; } service S { rpc One(A) returns (A); }";

/// A window with one method of a file open, and a secret in a row of its target.
fn with_secret(lang: Lang, folder: &std::path::Path, keychain: Option<Arc<dyn Keychain>>) -> Walk {
    let path = folder.join("a.proto");
    std::fs::write(&path, PROTO).unwrap();
    let mut walk = Begin::new(lang).kept_in(folder).keychain(keychain).walk();
    walk.act(Action::OpenPaths(vec![path]));
    walk.until("the file is read", |app| app.sources.iter().any(|entry| entry.outline.is_some()));
    let source = walk.app().sources[0].id;
    walk.act(Action::OpenMethod(source, "a.S".to_owned(), "One".to_owned()));
    let id = walk.tab().id;
    walk.act(Action::SetAddress(id, "127.0.0.1:1".to_owned()));
    walk.show(RequestSide::Metadata);
    let of = RowsOf::Target("127.0.0.1:1".to_owned());
    walk.act(Action::AddRow(of, "token".to_owned(), "hidden-value".to_owned()));
    walk
}

#[test]
fn a_locked_keychain_is_told_and_asked_again() {
    in_both(|lang| {
        let folder = tempfile::tempdir().unwrap();
        let keychain = Arc::new(Lockable::default());
        let mut first = with_secret(lang, folder.path(), Some(Arc::clone(&keychain) as Arc<dyn Keychain>));
        first.until("it is kept", |app| app.keychain == KeychainState::Works);
        first.rest();
        drop(first);
        assert_eq!(keychain.items.lock().unwrap().len(), 1);
        let text = std::fs::read_to_string(folder.path().join(state::FILE)).unwrap();
        assert!(text.contains("\"token\"") && !text.contains("hidden-value"));

        *keychain.locked.lock().unwrap() = true;
        let again = Some(Arc::clone(&keychain) as Arc<dyn Keychain>);
        let mut second = Begin::new(lang).kept_in(folder.path()).keychain(again).walk();
        second.until("it refuses", |app| matches!(app.keychain, KeychainState::Locked(_)));
        second.rest();
        let own = second.own();
        assert!(second.has(own.refused_hint) && second.has(own.keychain_locked_text));
        *keychain.locked.lock().unwrap() = false;
        second.click(Role::Link, second.words().try_again);
        second.until("the value is back", |app| !app.target_rows("127.0.0.1:1")[0].missing);
        assert_eq!(second.app().target_rows("127.0.0.1:1")[0].value.reveal(), "hidden-value");
        assert!(!second.has(own.keychain_locked_text));
        second.rest();
        // A row that goes takes its secret along.
        second.click(Role::Button, second.words().remove_row);
        second.until_so("it is forgotten", |_| keychain.items.lock().unwrap().is_empty());
    });
}

#[test]
fn without_a_keychain_the_value_has_to_be_typed_again() {
    in_both(|lang| {
        let folder = tempfile::tempdir().unwrap();
        let mut first = with_secret(lang, folder.path(), None);
        first.until("it is told", |app| matches!(app.keychain, KeychainState::Absent(_)));
        assert!(first.has(first.own().keychain_absent_text));
        first.rest();
        drop(first);
        let mut second = Begin::new(lang).kept_in(folder.path()).walk();
        second.until("nothing came", |app| matches!(app.keychain, KeychainState::Absent(_)));
        second.rest();
        assert!(second.has(second.own().gone_hint));
        assert!(second.app().sent_metadata(second.tab()).is_empty());
        let value = second.words().value;
        second.focus(value, 1);
        second.text("typed again");
        assert_eq!(second.app().sent_metadata(second.tab())[0].1.reveal(), "typed again");
        assert!(!second.has(second.own().gone_hint));
        second.rest();
    });
}

#[test]
fn the_target_bar_lists_addresses_and_tells_how_the_connection_stands() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        let (own, demo) = (walk.own(), walk.demo());
        walk.focus(walk.words().target, 0);
        walk.key(Modifiers::NONE, Key::ArrowDown);
        let names = |walk: &Walk| -> Vec<String> {
            let rows = walk.harness.query_all_by_role(Role::ListBoxOption);
            rows.map(|row| row.accesskit_node().label().unwrap_or_default()).collect()
        };
        assert_eq!(names(&walk), [demo.tls.clone(), demo.plaintext.clone()]);
        walk.rest();
        walk.key(Modifiers::NONE, Key::ArrowDown);
        walk.key(Modifiers::NONE, Key::Enter);
        assert_eq!(walk.tab().address, demo.plaintext);
        // Typing narrows it, Escape closes it.
        walk.fill(walk.words().target, &demo.tls[..demo.tls.len() - 1]);
        assert!(names(&walk).contains(&demo.tls));
        walk.key(Modifiers::NONE, Key::Escape);
        assert!(names(&walk).is_empty());
        walk.fill(walk.words().target, &demo.tls);
        walk.key(Modifiers::NONE, Key::Escape);

        walk.click(Role::Button, walk.words().connection);
        walk.until("it is looked at", |app| matches!(app.connections.get(&demo.tls), Some(ConnectionState::Open(_))));
        let open = |walk: &Walk| match walk.app().connections.get(&demo.tls) {
            Some(ConnectionState::Open(info)) => info.id,
            other => panic!("{other:?}"),
        };
        let first = open(&walk);
        assert!(walk.has(walk.words().lock_verified) && walk.has(&lang.verified_as(&demo.server_name)));
        walk.rest();
        walk.click(Role::Button, own.reconnect);
        walk.until(
            "there is another",
            |app| matches!(app.connections.get(&demo.tls), Some(ConnectionState::Open(info)) if info.id != first),
        );
        walk.key(Modifiers::NONE, Key::Escape);
        walk.send_and_wait();
        let (_, info) = walk.tab().call.as_ref().and_then(|call| call.connection.clone()).expect("a connection");
        assert_eq!((info.id, info.reused), (open(&walk), true), "the call goes over the new one");
        walk.rest();
    });
}

#[test]
fn settings_of_calls_take_effect_and_bad_ones_are_told() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        let (own, address) = (walk.own(), walk.tab().address.clone());
        let id = walk.tab().id;
        walk.act(Action::SetMessage(id, "{\"name\": \"a name that is long enough\"}".to_owned(), None));
        walk.click(Role::Button, lang.commands().show_call_settings);
        assert!(walk.has(own.this_request) && walk.has(&lang.every_call_to(&address)));
        walk.click(Role::RadioButton, "gzip");
        assert_eq!(walk.tab().compress, Some(Encoding::Gzip));
        walk.fill(own.receive_limit, "much");
        assert!(walk.has(own.size_bad));
        assert_eq!(walk.app().form(&address).receive_bytes, None);
        walk.rest();
        walk.fill(own.receive_limit, "4 B");
        assert!(!walk.has(own.size_bad));
        walk.fill(own.keepalive, "soon");
        assert!(walk.has(own.time_bad));
        walk.fill(own.keepalive, "30 s");
        walk.fill(own.user_agent, "tester/1");
        let form = walk.app().form(&address);
        assert_eq!((form.receive_bytes, form.keepalive), (Some(4), Some(Duration::from_secs(30))));
        walk.key(Modifiers::NONE, Key::Escape);
        walk.send_and_wait();
        assert_eq!(walk.sent("grpc-encoding").as_deref(), Some("gzip"));
        assert!(walk.sent("user-agent").is_some_and(|agent| agent.starts_with("tester/1 proconsul/")));
        assert_eq!(walk.code(), Code::RESOURCE_EXHAUSTED, "the answer is larger than the limit");

        walk.click(Role::Button, lang.commands().show_call_settings);
        let usual = "64 MiB";
        walk.click(Role::Button, &lang.reset_to(own.receive_limit, usual));
        walk.click(Role::RadioButton, "zstd");
        walk.rest();
        walk.key(Modifiers::NONE, Key::Escape);
        assert_eq!(walk.app().form(&address).receive_bytes, None);
        walk.send_and_wait();
        assert_eq!((walk.code(), walk.sent("grpc-encoding").as_deref()), (Code::OK, Some("zstd")));
        walk.act(Action::SetCompression(id, Some(Encoding::Deflate)));
        walk.send_and_wait();
        assert_eq!((walk.code(), walk.sent("grpc-encoding").as_deref()), (Code::OK, Some("deflate")));
    });
}

#[test]
fn a_pasted_command_opens_a_request_that_can_be_sent() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        let (own, demo) = (walk.own(), walk.demo());
        walk.harness.run_steps(2);
        let command = format!(
            "grpcurl -plaintext -max-time 2 -H 'x-a: 1' -what 1 \\\n  -d '{{\"name\": \"it'\\''s\"}}' {} hello.Hello/SayHello",
            demo.plaintext
        );
        walk.paste(&command);
        walk.until("its method is ready", |app| {
            app.active_tab().is_some_and(|tab| matches!(tab.prepared, Prepared::Ready(_)) && tab.checked.is_some())
        });
        let tab = walk.tab();
        assert_eq!((tab.address.as_str(), tab.method.as_str()), (demo.plaintext.as_str(), "SayHello"));
        assert_eq!((tab.message.as_str(), tab.deadline.as_str()), ("{\"name\": \"it's\"}", "2 s"));
        assert!(walk.has(&lang.paste_skipped("-what")));
        walk.rest();
        walk.send_and_wait();
        assert_eq!((walk.code(), walk.sent("x-a").as_deref()), (Code::OK, Some("1")));
        walk.click(Role::Link, walk.words().close);
        assert!(!walk.has(&lang.paste_skipped("-what")));

        // By its question, which says what is none.
        walk.act(Action::WriteCommand(Some(String::new())));
        walk.rest();
        walk.paste("curl http://a");
        walk.click(Role::Button, walk.words().open);
        assert!(walk.has(own.paste_command_bad));
        walk.rest();
        walk.key(Modifiers::COMMAND, Key::A);
        walk.paste(&format!("grpcurl {} list", demo.tls));
        walk.key(Modifiers::COMMAND, Key::Enter);
        assert!(walk.app().pasting.is_none());
        assert!(walk.has(&lang.paste_no_method()));

        // What is copied comes back by pasting, secrets by what is known here.
        walk.act(Action::DismissNotice(0));
        let source = walk.app().sources[0].id;
        walk.act(Action::OpenMethod(source, "hello.Hello".to_owned(), "SayHello".to_owned()));
        let before = walk.tab().clone();
        let form = walk.app().form(&before.address);
        let of_target = walk.app().target_rows(&before.address);
        let entry = walk.app().source(before.source);
        let copied = proconsul::app::grpcurl_command(&before, entry, &form, None, of_target, false);
        assert!(copied.text.contains("token: $TOKEN") && !copied.text.contains("101010"), "{}", copied.text);
        walk.paste(&copied.text);
        walk.until("it is ready", |app| {
            app.active_tab().is_some_and(|tab| tab.id != before.id && matches!(tab.prepared, Prepared::Ready(_)))
        });
        walk.send_and_wait();
        assert_eq!((walk.code(), walk.sent("token").as_deref()), (Code::OK, Some("101010")));
    });
}

#[test]
fn exactly_the_certificate_of_a_file_is_trusted_and_shown() {
    in_both(|lang| {
        let folder = tempfile::tempdir().unwrap();
        let mut walk = Begin::new(lang).with_demo();
        let (words, demo) = (walk.words(), walk.demo());
        let (right, wrong) = (folder.path().join("server.pem"), folder.path().join("other.pem"));
        std::fs::write(&right, &demo.certificate_pem).unwrap();
        let other = rcgen::generate_simple_self_signed(vec![demo.server_name.clone()]).unwrap();
        std::fs::write(&wrong, other.cert.pem()).unwrap();
        walk.show(RequestSide::Tls);
        walk.click(Role::RadioButton, words.pinned_certificate);
        assert_eq!(walk.app().form(&demo.tls).ca, CaKind::Exact);
        let choose = |walk: &mut Walk, path: &PathBuf| {
            walk.fill(words.certificate_of_server, &path.display().to_string());
            // The file is read when its path is typed to its end.
            walk.key(Modifiers::NONE, Key::Tab);
            let path = path.clone();
            walk.until("the file is read", move |app| matches!(app.certificates.get(&path), Some(Some(_))));
        };
        choose(&mut walk, &wrong);
        walk.rest();
        walk.send_and_wait();
        assert_eq!(walk.code(), Code::UNAVAILABLE, "the name fits, the certificate is another");
        choose(&mut walk, &right);
        assert!(walk.has("www.eline.com"));
        walk.rest();
        walk.send_and_wait();
        assert_eq!(walk.code(), Code::OK);
        assert_eq!(walk.app().lock(&demo.tls), LockMeaning::Verified(demo.server_name.clone()));
        choose(&mut walk, &folder.path().join("nosuch.pem"));
        let said = if lang == Lang::En { "The file cannot be read" } else { "无法读取文件" };
        assert!(walk.has(said));
        // Loud as long as it is on.
        walk.click(Role::Switch, words.skip_verify);
        assert_eq!(walk.app().lock(&demo.tls), LockMeaning::NotVerified);
        walk.click(Role::Button, walk.words().connection);
        assert!(walk.has(words.lock_unverified));
        walk.rest();
    });
}

#[test]
fn a_server_whose_reflection_wants_a_token_is_added_with_it() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).size([1024.0, 700.0]).walk();
        let words = walk.words();
        walk.act(Action::OpenDialog);
        walk.fill(words.address, "127.0.0.1:1");
        walk.focus(words.key, 0);
        walk.text("token");
        walk.key(Modifiers::NONE, Key::Tab);
        walk.text("101010");
        walk.rest();
        walk.act(Action::ConfirmDialog);
        assert_eq!(walk.app().target_rows("127.0.0.1:1")[0].value.reveal(), "101010");
        let source = walk.app().sources[0].id;
        walk.act(Action::OpenDialogFor(source));
        let rows = &walk.app().dialog.as_ref().expect("a question").rows;
        assert_eq!((rows.len(), rows[0].key.as_str()), (1, "token"));
        walk.rest();
    });
}

/// By keys and palette alone.
#[test]
fn the_request_sides_commands_are_in_the_palette() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        let (own, address) = (walk.own(), walk.tab().address.clone());
        let names = lang.commands();
        let run = |walk: &mut Walk, name: &str| {
            walk.key(Modifiers::COMMAND, Key::K);
            walk.text(name);
            walk.key(Modifiers::NONE, Key::Enter);
            walk.harness.run_steps(4);
        };
        run(&mut walk, names.show_call_settings);
        assert!(walk.has(own.this_request) && walk.has(&lang.every_call_to(&address)));
        walk.rest();
        walk.key(Modifiers::NONE, Key::Escape);
        assert!(!walk.has(own.this_request));
        run(&mut walk, names.reconnect);
        walk.until("it is connected", |app| matches!(app.connections.get(&address), Some(ConnectionState::Open(_))));
        run(&mut walk, names.paste_grpcurl);
        assert!(walk.has(own.paste_command_hint));
        walk.rest();
        walk.key(Modifiers::NONE, Key::Escape);
        assert!(walk.app().pasting.is_none());
    });
}

/// Everything of the request side fits a small window.
#[test]
fn a_small_window_shows_it_all_and_comes_to_rest() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).size([1024.0, 700.0]).walk();
        walk.act(Action::StartDemo);
        walk.until("a method is open", |app| {
            app.active_tab().is_some_and(|tab| matches!(tab.prepared, Prepared::Ready(_)))
        });
        for side in [RequestSide::Message, RequestSide::Metadata, RequestSide::Tls] {
            walk.show(side);
            walk.rest();
        }
        for button in [lang.commands().show_call_settings, walk.words().connection] {
            walk.click(Role::Button, button);
            walk.rest();
            for node in walk.harness.root().children_recursive() {
                let Some(bounds) = node.accesskit_node().bounding_box() else { continue };
                let role = node.accesskit_node().role();
                if matches!(role, Role::Button | Role::TextInput | Role::RadioButton)
                    && node.accesskit_node().label().is_some()
                {
                    assert!(bounds.x1 <= 1025.0 && bounds.x0 >= -1.0, "{:?} is outside", node.accesskit_node().label());
                }
            }
            walk.key(Modifiers::NONE, Key::Escape);
        }
    });
}
