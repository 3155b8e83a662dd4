//! Sources of .proto files as a person opens them: roots, faults, symbols, caches. The verdicts are protoc's own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use futures_util::FutureExt;
use proconsul::schema::{FileSource, FileSourceConfig, Problem, SchemaError, Source, check};

/// A tree of files that goes away.
struct Tree {
    folder: tempfile::TempDir,
}

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self { folder: tempfile::tempdir().unwrap() };
        for (name, text) in files {
            tree.write(name, text);
        }
        tree
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    fn config(&self, paths: &[&str], roots: &[&str]) -> FileSourceConfig {
        FileSourceConfig {
            paths: paths.iter().map(|path| self.path(path)).collect(),
            import_roots: roots.iter().map(|root| self.path(root)).collect(),
            cache_dir: Some(cache()),
        }
    }

    fn open(&self, paths: &[&str], roots: &[&str]) -> FileSource {
        FileSource::open(self.config(paths, roots)).unwrap()
    }

    /// Problems as lines, paths relative to the tree.
    fn check(&self, paths: &[&str], roots: &[&str]) -> Vec<String> {
        self.lines(&check(self.config(paths, roots), &|_, _| {}).unwrap().problems)
    }

    fn lines(&self, problems: &[Problem]) -> Vec<String> {
        let prefix = format!("{}/", self.path("").display()).replace("//", "/");
        problems.iter().map(|problem| problem.to_string().replace(&prefix, "")).collect()
    }
}

/// One for all tests: the compiler is unpacked once.
fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema-cache")
}

fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("sources of files block instead of waiting")
}

fn names(source: &FileSource) -> Vec<String> {
    now(source.service_names()).unwrap()
}

fn problems_of(error: SchemaError) -> Vec<Problem> {
    match error {
        SchemaError::Problems(problems) => problems,
        other => panic!("{other}"),
    }
}

const NOTHING: [&str; 0] = [];

const SHOP: &str = r#"syntax = "proto3";
package shop.v1;
import "shop/v1/types.proto";
import "google/api/annotations.proto";
// Sells.
service Shop {
  // Buys one.
  rpc Buy(Order) returns (stream types.Receipt) {
    option (google.api.http) = { get: "/v1/buy" };
    option deprecated = true;
  }
}
"#;
const TYPES: &str = r#"syntax = "proto3";
package shop.v1;
message Order {
  // How many.
  int32 count = 1;
}
message types {
  // Proof.
  message Receipt { Color color = 1; }
}
// Of things.
enum Color { NONE = 0; RED = 1; }
"#;

#[test]
fn a_file_opened_alone_implies_its_root() {
    let tree = Tree::new(&[("proto/shop/v1/shop.proto", SHOP), ("proto/shop/v1/types.proto", TYPES)]);
    let source = tree.open(&["proto/shop/v1/shop.proto"], &[]);
    let outline = now(source.outline()).unwrap();
    assert_eq!(outline.problems, []);
    assert_eq!((outline.kind.as_str(), outline.file_count), ("files", 1));
    let service = &outline.services[0];
    assert_eq!((service.full_name.as_str(), service.comment.as_str()), ("shop.v1.Shop", "Sells."));
    assert_eq!(service.file.as_deref(), Some("shop/v1/shop.proto"));
    let method = &service.methods[0];
    assert_eq!((method.input.as_str(), method.output.as_str()), ("shop.v1.Order", "shop.v1.types.Receipt"));
    assert_eq!((method.client_streaming, method.server_streaming, method.deprecated), (false, true, true));
    assert_eq!(method.comment, "Buys one.");
    assert_eq!(method.options[0].name, "(google.api.http)");
    assert_eq!(method.options[0].value, "{ get: \"/v1/buy\" }");
    assert!(source.watched_paths().contains(&tree.path("proto/shop/v1/types.proto")));
}

#[test]
fn a_method_is_ready_to_call() {
    let tree = Tree::new(&[("proto/shop/v1/shop.proto", SHOP), ("proto/shop/v1/types.proto", TYPES)]);
    for paths in [&["proto"][..], &["proto/shop"], &["proto/shop/v1/shop.proto"], &["."]] {
        let source = tree.open(paths, &[]);
        let method = now(source.method("shop.v1.Shop", "Buy")).unwrap();
        assert_eq!(method.output.full_name(), "shop.v1.types.Receipt");
        assert_eq!(method.notes, NOTHING);
        assert_eq!(now(source.message_type("shop.v1.Order")).unwrap().full_name(), "shop.v1.Order");
        assert_eq!(now(source.message_type("google.rpc.Status")).unwrap().full_name(), "google.rpc.Status");
        assert_eq!(now(source.outline()).unwrap().problems, []);
    }
}

#[test]
fn what_is_not_there_is_named_with_what_is_near() {
    let tree = Tree::new(&[("shop/v1/shop.proto", SHOP), ("shop/v1/types.proto", TYPES)]);
    let source = tree.open(&["."], &[]);
    let error = now(source.method("shop.v1.Shop", "Bux")).unwrap_err();
    assert!(matches!(&error, SchemaError::NotFound { near, .. } if near == &["shop.v1.Shop.Buy"]), "{error:?}");
    let error = now(source.service("shop.Shop")).unwrap_err();
    assert!(matches!(&error, SchemaError::NotFound { near, .. } if near == &["shop.v1.Shop"]), "{error:?}");
    assert!(matches!(now(source.message_type("shop.v1.Color")), Err(SchemaError::BadDescriptor { .. })));
    assert!(matches!(
        FileSource::open(tree.config(&["nowhere"], &[])),
        Err(SchemaError::Io { path, .. }) if path.ends_with("nowhere")
    ));
}

#[test]
fn definitions_are_given_as_written() {
    let tree = Tree::new(&[("shop/v1/shop.proto", SHOP), ("shop/v1/types.proto", TYPES)]);
    let source = tree.open(&["."], &["."]);
    let method = "// Buys one.\nrpc Buy(Order) returns (stream types.Receipt) {\n  \
        option (google.api.http) = { get: \"/v1/buy\" };\n  option deprecated = true;\n}";
    for (symbol, expect) in [
        ("shop.v1.Shop.Buy", method),
        ("shop.v1.Shop/Buy", method),
        (".shop.v1.types.Receipt", "// Proof.\nmessage Receipt { Color color = 1; }"),
        ("shop.v1.types.Receipt.color", "// Proof.\nmessage Receipt { Color color = 1; }"),
        ("shop.v1.Color", "// Of things.\nenum Color { NONE = 0; RED = 1; }"),
        ("shop.v1.RED", "// Of things.\nenum Color { NONE = 0; RED = 1; }"),
        ("shop.v1.Order.count", "message Order {\n  // How many.\n  int32 count = 1;\n}"),
        ("shop/v1/types.proto", TYPES),
    ] {
        assert_eq!(now(source.definition(symbol)).unwrap(), expect, "{symbol}");
    }
    assert!(now(source.definition("google.protobuf.Timestamp")).unwrap().contains("message Timestamp {"));
    assert!(matches!(now(source.definition("shop.v1.Shop.Bye")), Err(SchemaError::NotFound { .. })));
}

#[test]
fn one_bad_file_costs_only_itself() {
    let tree = Tree::new(&[
        ("good.proto", "syntax = \"proto3\"; message A {} service Good { rpc R(A) returns (A); }"),
        ("bad.proto", "syntax = \"proto3\";\nmessage B {\n\tstring a = ;\n}\nservice Bad { rpc R(B) returns (B); }"),
        ("undefined.proto", "syntax = \"proto3\";\nmessage C { Nothing x = 1; }"),
        ("follows.proto", "syntax = \"proto3\";\nimport \"bad.proto\";\nmessage D { B b = 1; Gone g = 2; }"),
        ("only_follows.proto", "syntax = \"proto3\";\nimport \"bad.proto\";\nmessage E { B b = 1; }"),
    ]);
    let expect = [
        "bad.proto:3:20: Expected field number.",
        "follows.proto:3:22: \"Gone\" is not defined.",
        "undefined.proto:2:13: \"Nothing\" is not defined.",
    ];
    assert_eq!(tree.check(&["."], &["."]), expect);
    assert_eq!(tree.check(&["."], &[]), expect);
    let source = tree.open(&["."], &["."]);
    let outline = now(source.outline()).unwrap();
    assert_eq!(tree.lines(&outline.problems), expect);
    assert_eq!(outline.problems[0].source_line.as_deref(), Some("\tstring a = ;"));
    assert_eq!(names(&source), ["Bad", "Good"]);
    now(source.method("Good", "R")).unwrap();
    let problems = problems_of(now(source.method("Bad", "R")).unwrap_err());
    assert_eq!(tree.lines(&problems), expect[..1]);
    // All that compiles is in the set of all.
    let set = now(source.descriptor_set(&[])).unwrap();
    let text = String::from_utf8_lossy(&set);
    assert!(text.contains("good.proto") && !text.contains("bad.proto"));
}

#[test]
fn a_missing_import_comes_with_roots_that_resolve_it() {
    let tree = Tree::new(&[
        ("app/api/a.proto", "syntax = \"proto3\";\nimport \"lib/b.proto\";\nmessage A { lib.B b = 1; }"),
        ("vendor/x/lib/b.proto", "syntax = \"proto3\"; package lib; message B {}"),
    ]);
    let report = check(tree.config(&["app"], &["app"]), &|_, _| {}).unwrap();
    let problem = &report.problems[0];
    assert_eq!(problem.message, "Import \"lib/b.proto\" was not found or had errors.");
    assert_eq!((problem.line, problem.source_line.as_deref()), (Some(2), Some("import \"lib/b.proto\";")));
    assert_eq!(problem.roots[0].root, tree.path("vendor/x"));
    assert_eq!(problem.roots[0].resolves, ["lib/b.proto"]);
    // Added, it does.
    assert_eq!(tree.check(&["app"], &["app", "vendor/x"]), NOTHING);
}

#[test]
fn several_roots_in_a_folder_are_worked_out() {
    let tree = Tree::new(&[
        (
            "app/proto/a/a.proto",
            "syntax = \"proto3\"; package a; import \"a/c.proto\"; import \"lib/b.proto\"; \
             message A { lib.B b = 1; C c = 2; } service S { rpc R(A) returns (C); }",
        ),
        ("app/proto/a/c.proto", "syntax = \"proto3\"; package a; message C {}"),
        ("third_party/lib/b.proto", "syntax = \"proto3\"; package lib; message B {}"),
        ("alone.proto", "syntax = \"proto3\"; message Alone {}"),
    ]);
    assert_eq!(tree.check(&["."], &[]), NOTHING);
    let source = tree.open(&["."], &[]);
    assert_eq!(now(source.service("a.S")).unwrap().file.as_deref(), Some("a/a.proto"));
    now(source.method("a.S", "R")).unwrap();
    // Projects side by side that name their files alike do not meet.
    let file =
        |field: &str| format!("syntax = \"proto3\"; import \"p/m.proto\"; message X {{ M m = 1; int32 {field} = 2; }}");
    let tree = Tree::new(&[
        ("one/p/x.proto", &file("one")),
        ("one/p/m.proto", "syntax = \"proto3\"; message M {}"),
        ("two/p/x.proto", &file("two")),
        ("two/p/m.proto", "syntax = \"proto3\"; message M { int32 a = 1; }"),
    ]);
    assert_eq!(tree.check(&["."], &[]), NOTHING);
}

#[test]
fn a_file_found_by_two_paths_is_one_file() {
    let tree = Tree::new(&[
        (
            "p/a.proto",
            "syntax = \"proto3\"; import \"b.proto\"; message A { B b = 1; } service S { rpc R(A) returns (B); }",
        ),
        ("p/b.proto", "syntax = \"proto3\"; message B {}"),
    ]);
    let source = tree.open(&["p", "p/a.proto", "p/../p/b.proto"], &["p", "p"]);
    assert_eq!(names(&source), ["S"]);
    assert_eq!(now(source.outline()).unwrap().problems, []);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(tree.path("p"), tree.path("a_link")).unwrap();
        std::os::unix::fs::symlink(tree.path("p"), tree.path("p/loop")).unwrap();
        std::os::unix::fs::symlink(tree.path("gone.proto"), tree.path("p/dangling.proto")).unwrap();
        let source = tree.open(&["."], &[]);
        let outline = now(source.outline()).unwrap();
        assert_eq!((outline.file_count, outline.services.len()), (2, 1));
        assert!(outline.problems.iter().all(|problem| problem.file.contains("dangling")), "{:?}", outline.problems);
        now(source.method("S", "R")).unwrap();
    }
}

#[test]
fn own_roots_go_before_the_bundled_files() {
    let tree = Tree::new(&[
        ("google/type/date.proto", "syntax = \"proto3\"; package google.type; message Date { string own = 1; }"),
        ("a.proto", "syntax = \"proto3\"; import \"google/type/date.proto\"; message A { google.type.Date d = 1; }"),
    ]);
    let source = tree.open(&["a.proto"], &[]);
    assert!(now(source.definition("google.type.Date")).unwrap().contains("own"));
    let set = now(source.descriptor_set(&["A".to_owned()])).unwrap();
    let text = String::from_utf8_lossy(&set);
    assert!(text.contains("own"));
    assert!(text.find("google/type/date.proto") < text.find("a.proto"), "imports come first");
    // Of two roots with the same name, the first wins, and the other's file is not silently another.
    let tree = Tree::new(&[
        ("one/a.proto", "syntax = \"proto3\"; message A {}"),
        ("two/a.proto", "syntax = \"proto3\"; message A { int32 x = 1; }"),
    ]);
    let lines = tree.check(&["one", "two"], &["one", "two"]);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("two/a.proto: is hidden by "), "{lines:?}");
}

#[test]
fn editions_compile_and_warnings_do_not_count() {
    let tree = Tree::new(&[
        ("e23.proto", "edition = \"2023\"; message A { int32 a = 1 [features.field_presence = IMPLICIT]; }"),
        ("e24.proto", "edition = \"2024\"; package e; export message A { local message B {} }"),
        ("unused.proto", "syntax = \"proto3\"; import \"e23.proto\"; message C {}"),
        ("bom.proto", "\u{feff}syntax = \"proto3\"; message D {}"),
    ]);
    assert_eq!(tree.check(&["."], &["."]), NOTHING);
}

#[test]
fn strange_files_end_in_words() {
    let tree = Tree::new(&[
        ("cycle_a.proto", "syntax = \"proto3\";\nimport \"cycle_b.proto\";"),
        ("cycle_b.proto", "syntax = \"proto3\";\nimport \"cycle_a.proto\";"),
        ("deep.proto", &format!("syntax = \"proto3\"; {}", "message A{".repeat(3_000))),
        ("empty.proto", ""),
        ("odd: name, 1:2: x=y.proto", "syntax = \"proto3\";\nmessage A { Gone g = 1; }"),
        ("-dash.proto", "syntax = \"proto3\"; message Dash {}"),
    ]);
    fs::write(tree.path("bytes.proto"), b"syntax = \"proto3\";\nmessage \xff {}\n").unwrap();
    fs::write(tree.path("zeros.proto"), vec![0; 100_000]).unwrap();
    let lines = tree.check(&["."], &["."]);
    let has = |start: &str| {
        let short: Vec<&str> = lines.iter().map(|line| line.get(..200).unwrap_or(line)).take(50).collect();
        assert!(lines.iter().any(|line| line.starts_with(start)), "{start} in {short:#?}");
    };
    has("cycle_a.proto:2:1: File recursively imports itself");
    has("deep.proto:1:");
    has("bytes.proto:2:9:");
    has("zeros.proto:");
    has("odd: name, 1:2: x=y.proto:2:13: \"Gone\" is not defined.");
    assert!(!lines.iter().any(|line| line.starts_with("empty") || line.starts_with("-dash")), "{lines:#?}");
    let source = tree.open(&["."], &["."]);
    assert!(now(source.outline()).unwrap().problems.len() >= 5);
}

#[cfg(unix)]
#[test]
fn roots_with_signs_of_the_command_line_work() {
    let tree = Tree::new(&[
        ("a:b=c/x.proto", "syntax = \"proto3\"; import \"y.proto\"; message X { Y y = 1; Z z = 2; }"),
        ("a:b=c/y.proto", "syntax = \"proto3\"; message Y {}"),
        ("d=e/x.proto", "syntax = \"proto3\"; message X { Z z = 2; }"),
    ]);
    assert_eq!(tree.check(&["a:b=c"], &["a:b=c"]), ["a:b=c/x.proto:1:59: \"Z\" is not defined."]);
    assert_eq!(tree.check(&["d=e"], &["d=e"]), ["d=e/x.proto:1:32: \"Z\" is not defined."]);
}

#[test]
fn an_empty_folder_says_so() {
    let tree = Tree::new(&[("readme.txt", "")]);
    let source = tree.open(&["."], &[]);
    assert!(matches!(now(source.service_names()), Err(SchemaError::Io { .. })));
}

#[test]
fn a_changed_file_is_read_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut files: Vec<(String, String)> = (0..100)
        .map(|n| (format!("f{n}.proto"), format!("syntax = \"proto3\"; message M{n} {{}} service S{n} {{}}")))
        .collect();
    files.push(("last.proto".to_owned(), "syntax = \"proto3\"; service Before {}".to_owned()));
    let tree = Tree::new(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    let open = || {
        let config = FileSourceConfig { cache_dir: Some(folder.path().to_owned()), ..tree.config(&["."], &["."]) };
        names(&FileSource::open(config).unwrap())
    };
    let first = open();
    assert_eq!(first.len(), 101);
    assert_eq!(open(), first);
    tree.write("last.proto", "syntax = \"proto3\"; service Latest {}");
    assert!(open().contains(&"Latest".to_owned()));
    // A damaged cache is no more than a slow start.
    for entry in fs::read_dir(folder.path().join("schemas")).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        bytes.truncate(bytes.len() / 2);
        fs::write(path, bytes).unwrap();
    }
    assert_eq!(open().len(), 101);
}

#[test]
fn where_the_cache_cannot_be_written_the_compiler_is_unpacked_elsewhere() {
    // Where there is no such place either: tests/compiler_place.rs.
    let tree = Tree::new(&[
        ("a.proto", "syntax = \"proto3\"; message A {} service S { rpc R(A) returns (A); }"),
        ("bad.proto", "syntax = \"proto3\";\nmessage B { Gone g = 1; }"),
        ("blocked", "a file where a folder should be"),
    ]);
    let config = FileSourceConfig { cache_dir: Some(tree.path("blocked")), ..tree.config(&["."], &["."]) };
    let source = FileSource::open(config).unwrap();
    let method = now(source.method("S", "R")).unwrap();
    assert!(method.notes.is_empty(), "{:?}", method.notes);
    let outline = now(source.outline()).unwrap();
    let lines = tree.lines(&outline.problems);
    assert!(lines.iter().any(|line| line.starts_with("bad.proto:2:13: ")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("protoc: ")), "{lines:?}");
}
