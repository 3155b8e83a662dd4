//! Opening googleapis (7,234 files) beside protoc, in the same run: names of all services the first and the second
//! time, and a method ready to call. The folder comes from `PROCONSUL_GOOGLEAPIS`. Each figure is of a process of its
//! own, so that memory is its own too; wall times are medians.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a bench fails by panicking")]

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use proconsul::schema::{FileSource, FileSourceConfig, Source};

const FOLDER: &str = "PROCONSUL_GOOGLEAPIS";
/// Set in the processes that are measured: what they do.
const TASK: &str = "PROCONSUL_BENCH_TASK";
const CACHE: &str = "PROCONSUL_BENCH_CACHE";
const RUNS: usize = 5;

struct Figure {
    wall: Duration,
    peak_kib: u64,
}

fn main() {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else {
        println!("SKIPPED benches/schema: {FOLDER} names no folder of googleapis");
        return;
    };
    if let Ok(task) = env::var(TASK) {
        return run_task(&task, &folder);
    }
    let cache = tempfile::tempdir().unwrap();
    let protoc = unpacked_protoc(&folder, cache.path());
    let reference = median((0..3).map(|_| run_protoc(&protoc, &folder)));
    let first = median((0..RUNS).map(|_| {
        fs::remove_dir_all(cache.path().join("schemas")).ok();
        run_self("list", &folder, cache.path())
    }));
    let second = median((0..RUNS).map(|_| run_self("list", &folder, cache.path())));
    report("protoc, all files", &reference, &reference);
    report("list, first time", &first, &reference);
    report("list, second time", &second, &reference);
    for (name, task) in [
        ("method of pubsub", "google.pubsub.v1.Publisher/Publish"),
        ("method of google_ads_service", "google.ads.googleads.v25.services.GoogleAdsService/Search"),
        ("method of compute v1", "google.cloud.compute.v1.Instances/Get"),
    ] {
        let cold = median((0..3).map(|_| {
            for entry in fs::read_dir(cache.path().join("schemas")).unwrap().flatten() {
                if entry.path().extension().is_some_and(|extension| extension == "binpb") {
                    fs::remove_file(entry.path()).unwrap();
                }
            }
            run_self(task, &folder, cache.path())
        }));
        report(&format!("{name}, start to ready"), &cold, &reference);
        report("  again", &median((0..3).map(|_| run_self(task, &folder, cache.path()))), &reference);
    }
}

fn report(name: &str, figure: &Figure, reference: &Figure) {
    let wall_ms = figure.wall.as_secs_f64() * 1e3;
    let share = figure.wall.as_secs_f64() / reference.wall.as_secs_f64();
    println!("{name:45} {wall_ms:8.1} ms  {share:6.3} of protoc  {:7.1} MiB", figure.peak_kib as f64 / 1024.0);
}

fn median(figures: impl Iterator<Item = Figure>) -> Figure {
    let mut figures: Vec<Figure> = figures.collect();
    figures.sort_by_key(|figure| figure.wall);
    figures.swap_remove(figures.len() / 2)
}

/// What a measured process does: `list`, or the method to make ready.
fn run_task(task: &str, folder: &Path) {
    let source = FileSource::open(FileSourceConfig {
        paths: vec![folder.to_owned()],
        import_roots: vec![folder.to_owned()],
        cache_dir: env::var_os(CACHE).map(PathBuf::from),
    })
    .unwrap();
    if task == "list" {
        let names = source.service_names().now_or_never().unwrap().unwrap();
        assert!(names.len() > 1_000, "only {} services", names.len());
        println!("{}", names.join("\n"));
    } else {
        let (service, method) = task.split_once('/').unwrap();
        let method = source.method(service, method).now_or_never().unwrap().unwrap();
        println!("{} {:?}", method.input.full_name(), method.notes);
    }
}

fn run_self(task: &str, folder: &Path, cache: &Path) -> Figure {
    let mut command = Command::new(env::current_exe().unwrap());
    command.env(TASK, task).env(FOLDER, folder).env(CACHE, cache);
    measure(&mut command)
}

/// The compiler on board, where opening a method has left it.
fn unpacked_protoc(folder: &Path, cache: &Path) -> PathBuf {
    run_self("google.pubsub.v1.Publisher/Publish", folder, cache);
    let mut unpacked = fs::read_dir(cache).unwrap().flatten().map(|entry| entry.path().join("protoc"));
    unpacked.find(|path| path.is_file()).expect("the compiler was unpacked")
}

fn run_protoc(protoc: &Path, folder: &Path) -> Figure {
    let scratch = tempfile::tempdir().unwrap();
    let arguments = scratch.path().join("arguments");
    let mut lines = format!("--proto_path={}\n", folder.display());
    writeln!(lines, "--proto_path={}", protoc.with_file_name("protos").display()).unwrap();
    lines += "--descriptor_set_out=/dev/null\n";
    for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "proto") {
            writeln!(lines, "{}", entry.path().strip_prefix(folder).unwrap().display()).unwrap();
        }
    }
    fs::write(&arguments, lines).unwrap();
    measure(Command::new(protoc).arg(format!("@{}", arguments.display())).current_dir(scratch.path()))
}

/// Runs to the end; the peak is read while it runs, at every look and after its output has ended.
fn measure(command: &mut Command) -> Figure {
    let started = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status_path = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    loop {
        let status = fs::read_to_string(&status_path).unwrap_or_default();
        let high = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let high = high.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak_kib = peak_kib.max(high.unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{command:?} failed");
            return Figure { wall: started.elapsed(), peak_kib };
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
