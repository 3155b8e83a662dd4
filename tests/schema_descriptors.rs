//! Descriptor sets as sources: several merged, outlined, printed, saved.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use proconsul::schema::{DescriptorSetSource, OptionValue, Pool, SchemaError, Source as _, write_proto_files};

fn protoc(folder: &Path, arguments: &[&str]) {
    let status = Command::new(protoc_bin_vendored::protoc_bin_path().unwrap())
        .current_dir(folder)
        .arg("-I.")
        .arg("-I")
        .arg(protoc_bin_vendored::include_path().unwrap())
        .args(arguments)
        .status()
        .unwrap();
    assert!(status.success());
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("google/api")).unwrap();
    for (name, text) in [
        (
            "google/api/annotations.proto",
            r#"syntax = "proto3"; package google.api; import "google/protobuf/descriptor.proto";
               message HttpRule { oneof pattern { string get = 2; string post = 4; } string body = 7; repeated HttpRule additional_bindings = 11; }
               extend google.protobuf.MethodOptions { HttpRule http = 72295728; }"#,
        ),
        ("common.proto", "syntax = \"proto3\"; package shop; message Money { int64 units = 1; }"),
        (
            "shop.proto",
            r#"edition = "2023"; package shop; import "common.proto"; import "google/api/annotations.proto"; import "google/protobuf/empty.proto";
               message Order { Money total = 1; int32 count = 2 [features.field_presence = IMPLICIT]; }
               // The shop.
               //
               // Open all day.
               service Shop {
                 // Places an order.
                 rpc Place(Order) returns (Money) { option (google.api.http) = { post: "/v1/orders" body: "*" additional_bindings { get: "/v1/x" } }; option deprecated = true; }
                 rpc Watch(google.protobuf.Empty) returns (stream Order);
               }"#,
        ),
        (
            "other.proto",
            "syntax = \"proto3\"; package other; import \"common.proto\"; service Other { rpc Any(shop.Money) returns (shop.Money); }",
        ),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    // One set carries comments and all imports, the other neither.
    protoc(folder.path(), &["--include_imports", "--include_source_info", "-oshop.binpb", "shop.proto"]);
    protoc(folder.path(), &["-oother.protoset", "other.proto"]);
    folder
}

fn paths(folder: &Path) -> Vec<PathBuf> {
    vec![folder.join("other.protoset"), folder.join("shop.binpb")]
}

#[tokio::test]
async fn sets_are_merged_and_outlined() {
    let folder = folder();
    let source = DescriptorSetSource::open(&paths(folder.path())).unwrap();
    let outline = source.outline().await.unwrap();
    assert_eq!(outline.problems, []);
    assert_eq!(outline.kind, "descriptor set");
    assert_eq!(outline.services.iter().map(|s| s.full_name.as_str()).collect::<Vec<_>>(), ["other.Other", "shop.Shop"]);
    let shop = &outline.services[1];
    assert_eq!((shop.comment.as_str(), shop.file.as_deref()), ("The shop.\n\nOpen all day.", Some("shop.proto")));
    let [place, watch] = shop.methods.as_slice() else { panic!("{shop:?}") };
    assert_eq!((place.comment.as_str(), place.deprecated), ("Places an order.", true));
    assert_eq!((watch.client_streaming, watch.server_streaming), (false, true));
    assert_eq!(watch.input, "google.protobuf.Empty");
    let option = |name: &str, value: &str| OptionValue { name: name.to_owned(), value: value.to_owned() };
    assert_eq!(
        place.options,
        [
            option("deprecated", "true"),
            option("(google.api.http)", r#"{ post: "/v1/orders" body: "*" additional_bindings: [{ get: "/v1/x" }] }"#),
        ]
    );
    assert_eq!(source.service_names().await.unwrap(), ["other.Other", "shop.Shop"]);
    assert_eq!(source.service("shop.Shop").await.unwrap(), *shop);
    let method = source.method("shop.Shop", "Place").await.unwrap();
    assert_eq!((method.input.full_name(), method.output.full_name()), ("shop.Order", "shop.Money"));
    assert_eq!(method.notes, [""; 0]);
}

#[tokio::test]
async fn definitions_keep_edition_and_features() {
    let folder = folder();
    let source = DescriptorSetSource::open(&paths(folder.path())).unwrap();
    let text = source.definition("shop.proto").await.unwrap();
    assert!(text.starts_with("edition = \"2023\";\n\npackage shop;\n"), "{text}");
    assert!(text.contains("int32 count = 2 [features.field_presence = IMPLICIT];"), "{text}");
    let text = source.definition("shop.Shop/Watch").await.unwrap();
    assert_eq!(text, "service Shop {\n  rpc Watch(google.protobuf.Empty) returns (stream Order);\n}\n");
    let error = source.definition("shop.Shop/Wach").await.unwrap_err().to_string();
    assert!(error.ends_with("did you mean shop.Shop/Watch?"), "{error}");
}

#[tokio::test]
async fn schemas_are_saved_and_read_again() {
    let folder = folder();
    let source = DescriptorSetSource::open(&paths(folder.path())).unwrap();
    let set = source.descriptor_set(&["shop.Shop.Place".to_owned()]).await.unwrap();
    let again = DescriptorSetSource::from_bytes(&set, "saved").unwrap();
    assert_eq!(again.service_names().await.unwrap(), ["shop.Shop"]);
    assert!(Pool::from_descriptor_set(&set, "saved").unwrap().message_type("shop.Order").is_some());
    let out = tempfile::tempdir().unwrap();
    let written = write_proto_files(&source.descriptor_set(&[]).await.unwrap(), out.path()).unwrap();
    assert!(written.contains(&out.path().join("google/api/annotations.proto")), "{written:?}");
    protoc(out.path(), &["-oagain.binpb", "shop.proto", "other.proto"]);
}

#[tokio::test]
async fn what_is_no_set_is_refused() {
    let folder = folder();
    let missing = DescriptorSetSource::open(&[folder.path().join("no.binpb")]).unwrap_err();
    assert!(matches!(missing, SchemaError::Io { .. }), "{missing}");
    for bytes in [&b"syntax = \"proto3\";"[..], b"", b"\x0a\x05ab"] {
        let error = DescriptorSetSource::from_bytes(bytes, "x.binpb").unwrap_err();
        assert!(error.to_string().starts_with("x.binpb: this"), "{error}");
    }
    let source = DescriptorSetSource::from_bytes(b"\x0a\x02zz", "x.binpb").unwrap();
    assert_eq!(source.outline().await.unwrap().problems.len(), 1);
}
