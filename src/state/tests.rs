//! The document's round trip, files that are not understood, and the thread that writes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{
    DemoPart, Document, FILE, FormDoc, Keeper, Kept, KeyActDoc, KeyBeforeDoc, KeyChangeDoc, KeyDeltaDoc, KeyDraftDoc,
    Origin, Panels, PinnedDoc, Place, RecentSource, RegistryDoc, RegistryViewDoc, RowDoc, SettingsDoc, SourceDoc,
    TabDoc, TargetDoc, WhyAside, open,
};

fn rows() -> impl Strategy<Value = Vec<RowDoc>> {
    let row = (any::<bool>(), any::<String>(), any::<Option<String>>(), any::<bool>(), any::<Option<u64>>());
    let row = row.prop_map(|(on, key, value, secret, keychain)| RowDoc { on, key, value, secret, keychain });
    prop::collection::vec(row, 0..4)
}

fn part() -> impl Strategy<Value = Option<DemoPart>> {
    prop_oneof![Just(None), Just(Some(DemoPart::Plaintext)), Just(Some(DemoPart::Tls))]
}

fn path() -> impl Strategy<Value = PathBuf> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        any::<Vec<u8>>().prop_map(|bytes| PathBuf::from(std::ffi::OsString::from_vec(bytes)))
    }
    #[cfg(not(unix))]
    any::<String>().prop_map(PathBuf::from)
}

fn origin() -> impl Strategy<Value = Origin> {
    let paths = || prop::collection::vec(path(), 0..3);
    prop_oneof![
        any::<String>().prop_map(Origin::Address),
        (paths(), paths()).prop_map(|(paths, import_roots)| Origin::Files { paths, import_roots }),
    ]
}

prop_compose! {
    fn source()(
        origin in origin(), name in any::<Option<String>>(), demo in part(), target in any::<Option<String>>(),
        metadata in rows(), call_metadata in rows(),
    ) -> SourceDoc {
        SourceDoc { origin, name, demo, target, metadata, call_metadata }
    }
}

prop_compose! {
    fn registry()(
        words in any::<[String; 13]>(), flags in any::<[bool; 4]>(), token_keychain in any::<Option<u64>>(),
        pinned in any::<Vec<(String, String)>>(), open_datacenters in any::<Vec<String>>(),
        unsent_registration in any::<Option<String>>(),
    ) -> RegistryDoc {
        let [
            kind, name, address, datacenter, namespace, partition, consistency, ca_path, cert_path, key_path,
            server_name, file, text,
        ] = words;
        let [had_token, skip_verify, read_only, is_open] = flags;
        RegistryDoc {
            kind, name, address, had_token, token_keychain, datacenter, namespace, partition, consistency, ca_path,
            cert_path, key_path, server_name, skip_verify, file, text, read_only, pinned, is_open, open_datacenters,
            unsent_registration,
        }
    }
}

prop_compose! {
    fn tab()(
        source in any::<Option<u32>>(), demo in part(), words in any::<[String; 7]>(),
        deadline in any::<Option<String>>(), flags in any::<[bool; 3]>(), metadata in rows(),
        to_all in any::<Option<String>>(),
    ) -> TabDoc {
        let [service, method, address, message, request_side, response_side, compress] = words;
        TabDoc {
            source: source.map(|index| index as usize),
            demo, service, method,
            client_streaming: flags[0], server_streaming: flags[1],
            address, deadline, message: Arc::from(message), edited: flags[2],
            metadata, compress, request_side, response_side, to_all,
        }
    }
}

prop_compose! {
    fn form()(
        words in any::<[String; 9]>(), more in any::<[String; 3]>(), flags in any::<[bool; 2]>(),
        pinned in any::<Option<([u8; 32], String, i64)>>(), ms in any::<[Option<u64>; 3]>(),
        sizes in any::<[Option<u64>; 3]>(),
    ) -> FormDoc {
        let [scheme, ca, ca_path, server_name, authority, client, cert_path, key_path, bundle_path] = words;
        let [user_agent, deadline, exact_path] = more;
        FormDoc {
            scheme, ca, ca_path, exact_path, server_name, authority, client, cert_path, key_path, bundle_path, user_agent, deadline,
            pinned: pinned.map(|(sha256, subject, not_after_unix_s)| PinnedDoc { sha256, subject, not_after_unix_s }),
            had_password: flags[0], skip_verify: flags[1],
            connect_timeout: ms[0].map(Duration::from_millis), keepalive: ms[1].map(Duration::from_millis),
            keepalive_timeout: ms[2].map(Duration::from_millis), password_keychain: sizes[2],
            receive_bytes: sizes[0], send_bytes: sizes[1],
        }
    }
}

prop_compose! {
    fn settings()(
        numbers in any::<[Option<u64>; 3]>(), words in any::<[Option<String>; 2]>(), ms in any::<Option<u64>>(),
    ) -> SettingsDoc {
        let [deadline, compress] = words;
        SettingsDoc {
            zoom_percent: numbers[0], data_tenths: numbers[1], largest_bytes: numbers[2], deadline, compress,
            connect_timeout: ms.map(Duration::from_millis),
        }
    }
}

fn finite() -> impl Strategy<Value = f32> {
    -100_000.0_f32..100_000.0
}

prop_compose! {
    fn key_change()(
        [registry, datacenter, key] in any::<[String; 3]>(), at_unix_ms in any::<u64>(), index in any::<Option<u64>>(),
        (what, name, before_said, after) in any::<(String, String, Option<String>, Option<String>)>(),
        act in any::<Option<(u64, [String; 3])>>(), was_there in any::<bool>(),
        before in any::<Option<(Vec<u8>, u64, u64)>>(),
    ) -> Arc<KeyChangeDoc> {
        Arc::new(KeyChangeDoc {
            registry, datacenter, key, at_unix_ms, index, was_there,
            delta: KeyDeltaDoc { what, name, before: before_said, after },
            act: act.map(|(number, [what, from, to])| KeyActDoc { number, what, from, to }),
            before: before.map(|(value, flags, modified)| KeyBeforeDoc { value: value.into(), flags, modified }),
        })
    }
}

prop_compose! {
    fn document()(
        window in prop::option::of((prop::option::of([finite(), finite()]), [finite(), finite()], any::<bool>())),
        lang in any::<Option<String>>(), tags in any::<[Option<String>; 2]>(),
        panels in prop::array::uniform4(prop::option::of(finite())),
        sources in prop::collection::vec(source(), 0..3), tabs in prop::collection::vec(tab(), 0..3),
        forms in prop::collection::vec((any::<String>(), form()), 0..3),
        targets in prop::collection::vec((any::<String>(), rows()), 0..3), last_secret in any::<u64>(),
        active in any::<Option<u32>>(), recent_targets in any::<Vec<String>>(),
        recent_sources in prop::collection::vec((origin(), any::<Option<String>>()), 0..3),
        settings in settings(), keys in prop::collection::btree_map(any::<String>(), any::<Vec<String>>(), 0..3),
        used in prop::collection::vec(any::<String>(), 0..3), side_folded in any::<bool>(),
        registries in prop::collection::vec(registry(), 0..3), shown in any::<Option<(u32, [String; 3])>>(),
        key_drafts in prop::collection::vec(any::<([String; 4], bool, Option<u64>, u64)>(), 0..3),
        key_changes in prop::collection::vec(key_change(), 0..3),
    ) -> Document {
        let [side_width, request_share, list_share, instances_share] = panels;
        let [theme, area] = tags;
        Document {
            window: window.map(|(position, size, maximized)| Place { position, size, maximized }),
            lang, theme, area,
            settings, used,
            keys: keys.into_iter().collect(),
            panels: Panels { side_width, request_share, list_share, instances_share, side_folded },
            sources, forms, tabs, last_secret,
            targets: targets.into_iter().map(|(address, metadata)| TargetDoc { address, metadata }).collect(),
            active: active.map(|index| index as usize),
            recent_targets,
            recent_sources: recent_sources.into_iter().map(|(origin, name)| RecentSource { origin, name }).collect(),
            registries,
            shown_registry: shown.map(|(registry, [what, datacenter, service])| {
                RegistryViewDoc { registry: registry as usize, what, datacenter, service }
            }),
            key_drafts: key_drafts.into_iter().map(|([registry, datacenter, key, text], is_new, base, flags)| {
                let what = if is_new { "new" } else { "" }.to_owned();
                KeyDraftDoc { registry, datacenter, what, key, text: text.into(), base, flags }
            }).collect(),
            key_changes,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_again(document in document()) {
        let text = document.to_json();
        prop_assert_eq!(Document::from_json(text.as_bytes()).unwrap(), document);
    }

    #[test]
    fn a_damaged_file_never_panics(document in document(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = document.to_json().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        drop(Document::from_json(&bytes));
        bytes.truncate(at);
        prop_assert!(Document::from_json(&bytes).is_err());
    }
}

fn with(text: &str) -> (tempfile::TempDir, super::Opened) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE), text).unwrap();
    let opened = open(folder.path());
    (folder, opened)
}

#[test]
fn a_file_that_is_not_understood_is_set_aside_as_it_was() {
    let newer = Document::default().to_json().replace("\"version\": 1", "\"version\": 7");
    let misfit = Document::default().to_json().replace("\"tabs\": []", "\"tabs\": [{\"service\": 3}]");
    for (text, ending, why) in [
        ("", "broken", None),
        ("{\"version\": 1", "broken", None),
        ("[]", "broken", None),
        ("{}", "broken", None),
        (misfit.as_str(), "broken", Some(WhyAside::Broken("tabs[0].service: not a text".to_owned()))),
        (newer.as_str(), "newer", Some(WhyAside::Newer(7))),
    ] {
        let (folder, opened) = with(text);
        assert_eq!(opened.document, None, "{text}");
        assert!(opened.may_write());
        let aside = opened.aside.expect("set aside");
        assert!(aside.path.to_str().unwrap().contains(&format!("{FILE}.{ending}-")), "{}", aside.path.display());
        assert_eq!(fs::read_to_string(&aside.path).unwrap(), text);
        assert!(!folder.path().join(FILE).exists());
        if let Some(why) = why {
            assert_eq!(aside.why, why);
        }
        // The next one does not take its place.
        fs::write(folder.path().join(FILE), "more").unwrap();
        let second = open(folder.path()).aside.expect("set aside");
        assert_ne!(second.path, aside.path);
        assert_eq!(fs::read_to_string(&aside.path).unwrap(), text);
    }
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(open(folder.path()), super::Opened::default());
}

#[test]
fn the_last_document_is_written_when_the_keeper_ends_and_for_the_person_alone() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("deep").join("folder");
    let keeper = Keeper::start(place.clone(), None, Box::new(|said| panic!("{said:?}"))).unwrap();
    let mut document = Document::default();
    for count in 0..100 {
        document.lang = Some(format!("{count}"));
        keeper.keep(document.clone());
    }
    drop(keeper);
    assert_eq!(open(&place).document, Some(document));
    assert_eq!(fs::read_dir(&place).unwrap().count(), 1, "nothing is left beside it");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&place), mode(&place.join(FILE))), (0o700, 0o600));
    }
}

#[test]
fn a_change_is_on_the_disk_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let keeper = Keeper::start(folder.path().to_path_buf(), None, Box::new(|said| panic!("{said:?}"))).unwrap();
    for lang in ["en", "zh-CN"] {
        let document = Document { lang: Some(lang.to_owned()), ..Document::default() };
        keeper.keep(document.clone());
        let begin = Instant::now();
        let there = || {
            let bytes = fs::read(folder.path().join(FILE)).unwrap_or_default();
            Document::from_json(&bytes).is_ok_and(|read| read == document)
        };
        while !there() {
            assert!(begin.elapsed() < Duration::from_secs(20), "never written");
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_place_that_cannot_be_written_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    // A file stands where the folder has to be: even root cannot write into that.
    let place = folder.path().join("taken");
    fs::write(&place, "").unwrap();
    let (sender, said) = sync_channel(4);
    let keeper = Keeper::start(place.clone(), None, Box::new(move |kept| sender.send(kept).unwrap())).unwrap();
    keeper.keep(Document { lang: Some("en".to_owned()), ..Document::default() });
    let first = said.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(matches!(&first, Kept::Failed(path, _) if *path == place), "{first:?}");
    keeper.keep(Document { lang: Some("zh-CN".to_owned()), ..Document::default() });
    drop(keeper);
    assert_eq!(said.try_iter().count(), 0);
}

#[test]
fn a_document_of_before_there_were_settings_is_read() {
    let mut text = Document::default().to_json();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    for gone in ["settings", "keys", "used"] {
        assert!(value.as_object_mut().unwrap().remove(gone).is_some(), "{gone}");
    }
    value["panels"].as_object_mut().unwrap().remove("side_folded");
    text = value.to_string();
    assert_eq!(Document::from_json(text.as_bytes()).unwrap(), Document::default());
}
