//! Holds `src/demo/generated` to `proto-samples/`, and writes it anew:
//! `PROCONSUL_GENERATE=1 cargo test --test demo_generated`.
//!
//! The code is committed so that building Proconsul needs no compiler of .proto files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{FieldDescriptorProto, FieldOptions, FileDescriptorProto, FileDescriptorSet};
use walkdir::WalkDir;

const GENERATED: &str = "src/demo/generated";
const SAMPLES: &str = "proto-samples";
const BUNDLED: &str = "assets/protos";
/// One sample as it will be: an instance of the demo serves it, so that its schema differs from the others'.
const NEWER: &str = "assets/demo/newer";
const NEWER_FILE: &str = "welcome.proto";

/// Files from elsewhere that the demo's answers are made of.
const BORROWED: [&str; 2] = ["google/rpc/error_details.proto", "google/rpc/status.proto"];

/// A `FileDescriptorSet` with its files left as bytes: prost-types would drop options and editions.
#[derive(Clone, PartialEq, Message)]
struct RawSet {
    #[prost(bytes = "vec", repeated, tag = "1")]
    file: Vec<Vec<u8>>,
}

#[test]
fn the_generated_code_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scratch = tempfile::tempdir().unwrap();
    let set = descriptor_set(root, scratch.path());
    fs::write(scratch.path().join("demo.binpb"), set.encode_to_vec()).unwrap();
    generate(&set, scratch.path());
    generate_newer(root, scratch.path());

    let fresh = folder(scratch.path());
    let generated = root.join(GENERATED);
    if std::env::var_os("PROCONSUL_GENERATE").is_some() {
        if generated.exists() {
            fs::remove_dir_all(&generated).unwrap();
        }
        fs::create_dir_all(&generated).unwrap();
        for (name, bytes) in &fresh {
            fs::write(generated.join(name), bytes).unwrap();
        }
    }
    let committed = folder(&generated);
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&committed), names(&fresh), "run PROCONSUL_GENERATE=1 cargo test --test demo_generated");
    for (name, bytes) in fresh {
        assert!(
            committed[&name] == bytes,
            "{name} is out of date: run PROCONSUL_GENERATE=1 cargo test --test demo_generated"
        );
    }
}

/// The newer file's descriptors, and its package's code under a name of its own.
fn generate_newer(root: &Path, out: &Path) {
    let scratch = tempfile::tempdir().unwrap();
    let set = protoc_in(
        &[root.join(NEWER)],
        &[NEWER_FILE.to_owned()],
        &["--include_source_info"],
        &scratch.path().join("set"),
    );
    fs::write(out.join("newer.binpb"), set.encode_to_vec()).unwrap();
    generate(&set, scratch.path());
    fs::copy(scratch.path().join("pb.rs"), out.join("newer.rs")).unwrap();
    let mut modules = fs::read_to_string(out.join("mod.rs")).unwrap();
    modules.push_str("pub mod newer {\n    include!(\"newer.rs\");\n}\n");
    fs::write(out.join("mod.rs"), modules).unwrap();
}

/// The samples with their comments, and all that they import without.
fn descriptor_set(root: &Path, scratch: &Path) -> RawSet {
    let samples = root.join(SAMPLES);
    let mut files: Vec<String> = WalkDir::new(&samples)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "proto"))
        .map(|entry| import_name(entry.path().strip_prefix(&samples).unwrap()))
        .collect();
    files.sort();
    let commented = protoc(root, &files, &["--include_source_info"], &scratch.join("commented"));
    files.extend(BORROWED.map(String::from));
    let all = protoc(root, &files, &["--include_imports"], &scratch.join("all"));

    let mut commented: HashMap<String, Vec<u8>> =
        commented.file.into_iter().map(|bytes| (decode(&bytes).name().to_owned(), bytes)).collect();
    let file = all.file.into_iter().map(|bytes| commented.remove(decode(&bytes).name()).unwrap_or(bytes)).collect();
    RawSet { file }
}

fn protoc(root: &Path, files: &[String], flags: &[&str], out: &Path) -> RawSet {
    protoc_in(&[root.join(SAMPLES), root.join(BUNDLED)], files, flags, out)
}

fn protoc_in(roots: &[PathBuf], files: &[String], flags: &[&str], out: &Path) -> RawSet {
    let mut command = Command::new(protoc_bin_vendored::protoc_bin_path().unwrap());
    for root in roots {
        command.arg("-I").arg(root);
    }
    let status = command
        .arg("-I")
        .arg(protoc_bin_vendored::include_path().unwrap())
        .arg("-o")
        .arg(out)
        .args(flags)
        .args(files)
        .status()
        .unwrap();
    assert!(status.success(), "protoc refused the samples");
    let set = RawSet::decode(fs::read(out).unwrap().as_slice()).unwrap();
    fs::remove_file(out).unwrap();
    set
}

fn generate(set: &RawSet, out: &Path) {
    // google.api is only named in options. google.protobuf stays: prost-build looks into it, though it is prost-types'.
    let file =
        set.file.iter().map(|bytes| decode(bytes)).filter(|file| file.package() != "google.api").map(lower).collect();
    tonic_prost_build::configure()
        .build_client(false)
        .emit_rerun_if_changed(false)
        .btree_map(".")
        .out_dir(out)
        .include_file("mod.rs")
        .compile_fds(FileDescriptorSet { file })
        .unwrap();
}

/// prost-build knows no editions: says the same in proto2's words. Implicit presence has none there, which the
/// services do not notice, for they keep what was sent.
fn lower(mut file: FileDescriptorProto) -> FileDescriptorProto {
    if file.syntax() == "editions" {
        file.syntax = Some("proto2".into());
        for message in &mut file.message_type {
            message.field.iter_mut().for_each(lower_field);
        }
    }
    file
}

fn lower_field(field: &mut FieldDescriptorProto) {
    // prost-types keeps no features, so the two fields that set one are named here.
    match field.name() {
        "pinned" => field.r#type = Some(Type::Group.into()),
        "lucky_numbers" => {}
        _ if field.label() == Label::Repeated && field.r#type() == Type::Int32 => {
            field.options.get_or_insert_with(FieldOptions::default).packed = Some(true);
        }
        _ => {}
    }
}

fn decode(bytes: &[u8]) -> FileDescriptorProto {
    FileDescriptorProto::decode(bytes).unwrap()
}

fn import_name(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_str().unwrap()).collect::<Vec<_>>().join("/")
}

fn folder(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = fs::read_dir(path) else { return BTreeMap::new() };
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path: PathBuf| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect()
}
