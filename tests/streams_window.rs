//! Walks over streams, the Trace tab, statuses and their details, in both languages, with the real engine and the
//! built-in services.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod window_support;

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, OutputCommand};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::SaveStage;
use proconsul::call::Code;
use proconsul::words::Lang;

use window_support::{Begin, Walk, in_both};

/// With the demo running and this method open.
fn with_method(lang: Lang, method: &str) -> Walk {
    let mut walk = Begin::new(lang).with_demo();
    if method != "SayHello" {
        walk.open_method(method);
    }
    walk
}

impl Walk {
    /// Names of the rows of messages in view.
    fn rows(&self) -> Vec<String> {
        let sides = [self.words().sent, self.words().received];
        let is_row = |label: &String| sides.iter().any(|side| label.starts_with(&format!("{side}, ")));
        // The composer's rows have no time.
        let labels = self.harness.query_all_by_role(Role::Row).filter_map(|row| row.accesskit_node().label());
        labels.filter(|label| is_row(label) && label.contains(" s, ")).collect()
    }

    fn click_row(&mut self, part: &str) {
        let row = self.harness.query_all_by_role(Role::Row).find(|row| {
            row.accesskit_node().label().is_some_and(|label| label.contains(part) && label.contains(" s, "))
        });
        row.unwrap_or_else(|| panic!("no row with {part}")).click();
        self.harness.run_steps(4);
    }

    /// Presses a button that copies.
    fn click_and_copied(&mut self, name: &str) -> String {
        self.harness
            .query_all_by_role_and_label(Role::Button, name)
            .next()
            .unwrap_or_else(|| panic!("no button {name}"))
            .click();
        self.until_copied()
    }
}

#[test]
fn a_hundred_thousand_messages_are_listed_followed_and_read_by_keys() {
    in_both(|lang| {
        let mut walk = with_method(lang, "LotsOfReplies");
        walk.draft("{\"name\": \"Ann\", \"count\": 100000, \"intervalMs\": 0}");
        walk.send();
        walk.until_call("some came", |call| call.received > 1_000);
        // It follows the tail while they come, and the newest are readable at once.
        let (before, rows) = (walk.call().received, walk.rows());
        assert!(rows.len() > 10, "{rows:?}");
        walk.until_call("more came", |call| call.received > before);
        walk.until_ended();
        assert!(walk.call().is_ok(), "{:?}", walk.call().status);
        assert_eq!(walk.call().received, 100_000);
        walk.rest();
        let rows = walk.rows();
        assert!(
            rows.last().is_some_and(|row| row.contains("100,000, ") && row.contains("(100000 of 100000)")),
            "{rows:?}"
        );
        assert!(walk.call().list.rows.len() < 3_000, "the window holds {} rows", walk.call().list.rows.len());

        // A click opens; keys go to the very first, and on.
        walk.click_row("(100000 of 100000)");
        walk.until_call("it is shown", |call| call.shown.as_ref().is_some_and(|shown| shown.text.is_some()));
        assert!(walk.has(&lang.message_number(100_000)));
        walk.key(Modifiers::NONE, Key::Home);
        walk.until_shown("intervalMs");
        assert_eq!(walk.call().list.cursor, Some(0));
        walk.key(Modifiers::NONE, Key::ArrowDown);
        walk.key(Modifiers::NONE, Key::PageDown);
        walk.until_call("the next page is there", |call| {
            call.list.cursor.is_some_and(|at| at > 10 && call.list.rows.get(at).is_some())
        });
        walk.rest();
        let rows = walk.rows();
        assert!(rows.iter().any(|row| row.contains("(12 of 100000)")), "{rows:?}");
        walk.key(Modifiers::NONE, Key::Escape);
        assert!(walk.call().shown.is_none(), "Escape closes the message");
        walk.key(Modifiers::NONE, Key::Enter);
        walk.until_call("Enter opens it", |call| call.shown.is_some());
        walk.key(Modifiers::NONE, Key::End);
        walk.until_shown("(100000 of 100000)");
        walk.rest();
    });
}

#[test]
fn a_list_is_filtered_in_words_sizes_and_sides() {
    in_both(|lang| {
        let own = lang.streams();
        let mut walk = with_method(lang, "LotsOfReplies");
        walk.draft("{\"name\": \"Ann\", \"count\": 3000, \"intervalMs\": 0}");
        walk.send();
        walk.until_ended();
        walk.rest();
        // From the list, the key leads into its filter.
        walk.click_row("(3000 of 3000)");
        walk.key(Modifiers::COMMAND, Key::F);
        walk.harness.event(Event::Text("replay:(777".to_owned()));
        walk.harness.run_steps(4);
        walk.until_call("all are looked at", |call| call.list.filter.is_some_and(|filter| filter.scanned == 3_001));
        walk.rest();
        assert_eq!(walk.rows().len(), 1, "{:?}", walk.rows());
        assert!(walk.rows()[0].contains("(777 of 3000)"));
        assert!(walk.has(&lang.some_of(1, 3_001)), "the count");
        // What is not understood is said, and the list stays.
        walk.fill(own.filter, ">abc");
        walk.rest();
        assert!(walk.has(&lang.filter_fault(&proconsul::engine::FilterFault::BadSize(">abc".to_owned()))));
        assert_eq!(walk.rows().len(), 1);
        // The request alone is larger than the answers are not.
        walk.fill(own.filter, "<14");
        walk.until_call("sizes are looked at", |call| {
            call.list.filter.is_some_and(|filter| filter.scanned == 3_001 && filter.total <= 1)
        });
        walk.fill(own.filter, "nobody-says-this");
        walk.until_shown(own.no_match);
        walk.click(Role::Button, walk.words().clear_filter);
        assert!(walk.call().list.filter.is_none() && walk.tab().stream.filter.is_empty());
        walk.click(Role::RadioButton, walk.words().sent);
        walk.until_call("what was sent is there", |call| call.list.rows.get(0).is_some());
        walk.rest();
        assert_eq!(walk.rows().len(), 1);
        walk.click(Role::RadioButton, walk.words().received);
        walk.until_call("what came is there", |call| call.list.rows.get(0).is_some());
        walk.rest();
        assert!(walk.rows().len() > 10 && walk.rows().iter().all(|row| row.starts_with(walk.words().received)));
        // The next call is filtered the same way.
        walk.fill(own.filter, "\"(5 of\"");
        walk.send();
        walk.until_ended();
        walk.until_call("the new call is filtered", |call| {
            call.list.filter.is_some_and(|filter| filter.scanned == 3_001 && filter.total == 1)
        });
        walk.rest();
    });
}

#[test]
fn a_paused_list_stands_still_while_the_stream_goes_on() {
    in_both(|lang| {
        let own = lang.streams();
        let mut walk = with_method(lang, "LotsOfReplies");
        walk.draft("{\"name\": \"Ann\", \"count\": 200, \"intervalMs\": 10}");
        walk.send();
        walk.until_call("some came", |call| call.received > 5);
        walk.click(Role::Button, own.pause);
        let listed = walk.call().listed();
        walk.until_call("more came", |call| call.list_total() > listed + 20);
        assert_eq!(walk.call().listed(), listed);
        assert!(walk.has(own.paused));
        let last = walk.rows().last().cloned();
        walk.until_ended();
        walk.rest();
        assert_eq!(walk.rows().last().cloned(), last, "nothing moved");
        assert!(walk.has(&lang.new_below(201 - listed)));
        assert_eq!(walk.call().received, 200, "the stream did not wait");
        walk.harness.query_all_by_role_and_label(Role::Button, own.resume).last().expect("a way on").click();
        walk.harness.run_steps(4);
        walk.rest();
        assert!(walk.rows().last().is_some_and(|row| row.contains("(200 of 200)")), "{:?}", walk.rows().last());
    });
}

#[test]
fn what_is_listed_is_copied_and_saved_and_what_was_sent_comes_back() {
    in_both(|lang| {
        let own = lang.streams();
        let mut walk = with_method(lang, "BidiHello");
        for (count, name) in (1..).zip(["Ann", "Bob", "李雷"]) {
            walk.draft(&format!("{{\"name\": \"{name}\"}}"));
            walk.send();
            walk.until_call("it is answered", |call| call.received == count && call.sent == count);
        }
        assert!(walk.has(&lang.messages_and_bytes(3, walk.call().sent_bytes)));
        // The first row is the newest.
        let back = walk.harness.query_all_by_role_and_label(Role::Button, own.take_back).nth(1).expect("a way back");
        back.click();
        walk.until("it is in the editor", |app| app.active_tab().is_some_and(|tab| tab.message.contains("Bob")));
        walk.click(Role::RadioButton, walk.words().received);
        let text = walk.click_and_copied(own.copy_all);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() == 3 && lines[2].contains("李雷"), "{lines:?}");
        walk.until_shown(&lang.copied(3, 3));
        // One row, by its key.
        walk.click_row("Bob");
        walk.until_call("it is open", |call| call.shown.as_ref().is_some_and(|shown| shown.text.is_some()));
        walk.harness.event(Event::Copy);
        let one = walk.until_copied();
        assert!(one.starts_with('{') && one.contains("Bob") && one.lines().count() == 1, "{one}");

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kept.ndjson");
        for round in 0..2 {
            walk.click(Role::Button, own.save_all);
            assert!(walk.has(&lang.save_messages(3)));
            walk.fill(lang.body().save_file, &path.display().to_string());
            walk.click(Role::Button, walk.words().save);
            if round == 1 {
                walk.until("it is said", |app| {
                    app.save.as_ref().is_some_and(proconsul::app::SaveDialog::would_replace)
                });
                walk.click(Role::Button, lang.body().save_replace);
            }
            walk.until("it is saved", |app| {
                app.save.as_ref().is_some_and(|save| matches!(save.stage, SaveStage::Done(..)))
            });
            walk.click(Role::Button, walk.words().close);
            assert!(walk.app().save.is_none());
            assert_eq!(std::fs::read_to_string(&path).expect("the file"), text);
        }
        walk.key(Modifiers::NONE, Key::Escape);
        walk.until_ended();
        walk.rest();
    });
}

#[test]
fn the_trace_explains_each_phase_and_shows_connection_and_chain() {
    in_both(|lang| {
        let (own, words) = (lang.trace(), lang.words());
        let mut walk = with_method(lang, "SayHello");
        walk.send();
        walk.until_ended();
        walk.rest();
        walk.click(Role::Button, own.open_trace);
        walk.rest();
        let info = walk.call().connection.as_ref().expect("a connection").1.clone();
        for said in [
            words.connection,
            own.local,
            &info.local,
            &info.peer,
            own.h2_by_alpn,
            own.settings,
            words.certificate_chain,
        ] {
            assert!(walk.has(said), "{said}");
        }
        // The demo's reflection opened the connection.
        assert!(info.reused);
        assert!(!walk.has(words.phase_http2), "no phases that were not gone through");
        let hovers: Vec<String> = walk
            .harness
            .query_all_by_role(Role::Row)
            .filter_map(|row| row.accesskit_node().description())
            .filter(|said| said.lines().count() == 3)
            .collect();
        assert!(hovers.len() >= 3, "each phase is explained: {hovers:?}");
        // Another address makes a connection of its own, and fails at its name.
        walk.fill(words.target, "https://localhost:1");
        walk.send();
        walk.until_ended();
        walk.rest();
        assert!(walk.has(words.not_reached) && walk.has(own.no_connection));
    });
}

#[test]
fn a_chain_is_saved_as_pem() {
    let lang = Lang::En;
    let mut walk = with_method(lang, "SayHello");
    walk.send();
    walk.until_ended();
    walk.click(Role::Tab, lang.trace().trace);
    walk.rest();
    walk.click(Role::Button, lang.trace().save_pem);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chain.pem");
    walk.fill(lang.body().save_file, &path.display().to_string());
    walk.key(Modifiers::NONE, Key::Enter);
    walk.until("it is saved", |app| app.save.as_ref().is_some_and(|save| matches!(save.stage, SaveStage::Done(..))));
    let text = std::fs::read_to_string(&path).expect("the file");
    let info = walk.call().connection.as_ref().expect("a connection").1.clone();
    let chain = &info.tls.as_ref().expect("TLS").chain;
    assert_eq!(text.matches("-----BEGIN CERTIFICATE-----").count(), chain.len());
    assert!(text.lines().all(|line| line.len() <= 64));
}

#[test]
fn a_status_says_what_its_code_means_and_details_are_cards() {
    in_both(|lang| {
        let own = lang.details();
        let mut walk = with_method(lang, "CreateOrder");
        walk.draft("{\"order\": {\"items\": [{\"sku\": \"coffee\"}]}}");
        walk.send();
        walk.until_ended();
        walk.until_call("the details are there", |call| call.details.len() >= 5);
        walk.rest();
        assert!(walk.has(&lang.status_line(Code(3))), "the meaning is in the card");
        for said in [
            own.bad_request,
            "order.customer",
            "REQUIRED",
            own.error_info,
            "INVALID_ORDER",
            own.retry,
            own.debug,
            own.help,
        ] {
            assert!(walk.has(said), "{said}");
        }
        // For people in their language it comes first, in another it is a card among the others.
        let first = "订单无法提交";
        assert!(walk.has(first));
        assert_eq!(walk.has(own.localized), lang == Lang::En);
        // A link is shown whole, and opened in the browser.
        let link = "https://www.eline.com/orders";
        walk.harness.query_all_by_role_and_label(Role::Link, link).next().expect("the link").click_accesskit();
        let mut opened = false;
        for _ in 0..8 {
            walk.harness.step();
            opened |= walk
                .harness
                .output()
                .platform_output
                .commands
                .iter()
                .any(|command| matches!(command, OutputCommand::OpenUrl(open) if open.url == link));
        }
        assert!(opened, "the link is opened");
        // A card's JSON.
        walk.harness.query_all_by_role_and_label(Role::Button, own.show_json).next().expect("a way to JSON").click();
        walk.harness.run_steps(4);
        assert!(walk.has("fieldViolations"));

        // It is sent again after the time that the server asks for, unless that is stopped.
        walk.draft(&format!(
            "{{\"order\": {{\"customer\": \"Ann\", \"items\": [{}]}}}}",
            vec!["{\"sku\": \"tea-01\", \"quantity\": 1}"; 21].join(", ")
        ));
        walk.send();
        walk.until_call("the quota is used up", |call| {
            call.status.as_ref().is_some_and(|(_, status)| status.code == Code(8)) && call.details.len() == 3
        });
        walk.rest();
        assert!(walk.has(own.quota) && walk.has("customer:Ann") && walk.has("a cup of tea"));
        let label = lang.retry_after(Duration::from_secs(3));
        walk.click(Role::Button, &label);
        assert!(walk.tab().stream.retry_at.is_some());
        walk.click(Role::Button, walk.words().cancel);
        assert!(walk.tab().stream.retry_at.is_none());
        let before = walk.call().id;
        walk.click(Role::Button, &label);
        walk.until("it is sent again", |app| {
            app.active_tab().and_then(|tab| tab.call.as_ref()).is_some_and(|call| call.id != before)
        });
        walk.until_ended();

        walk.draft("{\"order\": {\"customer\": \"Ann\", \"items\": [{\"sku\": \"tea-02\", \"quantity\": 1}]}}");
        walk.send();
        walk.until_call("it is sold out", |call| {
            call.status.as_ref().is_some_and(|(_, status)| status.code == Code(9)) && call.details.len() == 2
        });
        walk.rest();
        for said in [own.precondition, "tea-02", own.request_info, own.request_id] {
            assert!(walk.has(said), "{said}");
        }
        walk.click(Role::Tab, walk.words().trailers);
        walk.rest();
        assert!(walk.has("grpc-status 9 FAILED_PRECONDITION"), "the status in words");
    });
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

/// `google.rpc.DebugInfo`.
#[derive(Clone, PartialEq, prost::Message)]
struct DebugInfo {
    #[prost(string, repeated, tag = "1")]
    stack_entries: Vec<String>,
}

/// `google.rpc.Help` with one link.
#[derive(Clone, PartialEq, prost::Message)]
struct Help {
    #[prost(message, repeated, tag = "1")]
    links: Vec<HelpLink>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct HelpLink {
    #[prost(string, tag = "1")]
    description: String,
    #[prost(string, tag = "2")]
    url: String,
}

/// A server that answers everything with one status of a code that gRPC does not know, and strange details; its address.
fn stranger() -> String {
    use base64::Engine as _;
    use prost::Message as _;
    let any = |name: &str, value: Vec<u8>| prost_types::Any { type_url: format!("x/{name}"), value };
    let stack = DebugInfo { stack_entries: (1..=10).map(|number| format!("frame {number}")).collect() };
    let link = HelpLink { description: "not of the web".to_owned(), url: "javascript:alert(1)".to_owned() };
    let details = vec![
        any("acme.Secret", vec![10, 1, 120]),
        any("google.rpc.BadRequest", vec![255, 255]),
        any("google.rpc.DebugInfo", stack.encode_to_vec()),
        any("google.rpc.Help", Help { links: vec![link] }.encode_to_vec()),
    ];
    let status = RpcStatus { code: 77, details }.encode_to_vec();
    let details = base64::engine::general_purpose::STANDARD.encode(status);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a listener");
    let address = listener.local_addr().expect("bound").to_string();
    let serve = async move {
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        while let Ok((socket, _)) = listener.accept().await {
            let details = details.clone();
            tokio::spawn(async move {
                let Ok(mut connection) = h2::server::handshake(socket).await else { return };
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    let answer = http::Response::builder()
                        .header("content-type", "application/grpc")
                        .header("grpc-status", "77")
                        .header("grpc-message", "odd")
                        .header("grpc-status-details-bin", &details)
                        .body(())
                        .expect("headers");
                    let _gone_or_not = respond.send_response(answer, true);
                }
            });
        }
    };
    std::thread::Builder::new()
        .name("stranger".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(serve);
        })
        .expect("a thread");
    address
}

#[test]
fn details_that_are_not_understood_are_shown_all_the_same() {
    in_both(|lang| {
        let own = lang.details();
        let mut walk = with_method(lang, "SayHello");
        walk.fill(walk.words().target, &format!("http://{}", stranger()));
        walk.send();
        walk.until_call("it is refused", |call| call.details.len() == 4);
        walk.rest();
        assert!(walk.has("77 CODE_77") && walk.has(&lang.status_line(Code(77))));
        assert!(walk.has("acme.Secret") && walk.has(own.as_bytes) && walk.has("CgF4"), "a type that nobody knows");
        assert!(!walk.call().details[1].text.is_empty() && walk.call().details[1].known.is_none());
        // A stack unfolds.
        assert!(walk.has("frame 3") && !walk.has("frame 4"));
        let unfold = format!("{} · {}", walk.words().unfold, lang.lines(10));
        walk.harness.query_all_by_role_and_label(Role::Button, &unfold).next().expect("more").click_accesskit();
        walk.harness.run_steps(4);
        assert!(walk.has("frame 10"));
        // What is no address of the web is text.
        assert!(walk.has("javascript:alert(1)"));
        // The status bar has links of its own.
        let status_bar = walk.harness.ctx.content_rect().bottom() - 26.0;
        let is_elsewhere = |link: egui_kittest::Node<'_>| link.rect().top() >= status_bar;
        assert!(walk.harness.query_all_by_role(Role::Link).all(is_elsewhere), "nothing that opens it");
        walk.click(Role::Tab, walk.words().trailers);
        walk.rest();
        assert!(walk.has("grpc-status 77 CODE_77"));
    });
}

#[test]
fn headers_and_trailers_are_copied_whole_and_by_row() {
    in_both(|lang| {
        let mut walk = with_method(lang, "SayHello");
        walk.send();
        walk.until_ended();
        walk.click(Role::Tab, walk.words().headers);
        walk.rest();
        assert!(walk.has("content-type") && walk.has("grpc-status 0 OK"), "headers, and trailers under them");
        let name = lang.copy_all_of(walk.words().headers);
        let text = walk.click_and_copied(&name);
        assert!(text.starts_with(":status: 200\n") && text.contains("content-type: application/grpc"), "{text}");
        // By keys: the first row has the one Tab stop.
        walk.harness
            .query_all_by_role(Role::Row)
            .find(|row| row.accesskit_node().label().is_some_and(|label| label.starts_with(":status")))
            .expect("the first row")
            .focus();
        walk.harness.step();
        walk.key(Modifiers::NONE, Key::ArrowDown);
        walk.harness.event(Event::Copy);
        let text = walk.until_copied();
        assert!(!text.contains('\n') && text.contains(": "), "{text}");
    });
}

#[test]
fn narrow_windows_and_large_zoom_show_a_stream() {
    for (size, zoom) in [([1024.0, 700.0], 1.0), ([720.0, 500.0], 1.0), ([2048.0, 1400.0], 2.0)] {
        let mut walk = with_method(Lang::ZhCn, "BidiHello");
        walk.harness.ctx.set_zoom_factor(zoom);
        walk.harness.set_size(size.into());
        walk.send();
        walk.until_call("an answer comes", |call| call.received > 0);
        walk.harness.run_steps(8);
        assert!(walk.has(walk.words().streaming));
        walk.key(Modifiers::NONE, Key::Escape);
        walk.until_ended();
        walk.rest();
        walk.click(Role::Tab, Lang::ZhCn.trace().trace);
        walk.rest();
    }
}
