//! One unary call without a window, from start to exit, beside grpcurl: wall time and peak memory, in the same run and
//! against the same server (grpc-go's, of the tests' parties). By reflection, and with the schema as a file.
//!
//! `PROCONSUL_PARTIES=$(scripts/parties/setup) PROCONSUL_GRPCURL=$(scripts/parties/setup grpcurl) cargo bench --bench
//! headless`. Runs alternate and medians are compared, for the machine is never quiet. The goals: at most 0.4 of
//! grpcurl's wall time, and no more memory.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

/// Alternating runs of each program.
const RUNS: usize = 41;
/// Memory hardly varies.
const MEMORY_RUNS: usize = 5;
const GOAL: f64 = 0.4;

/// Runs a program and prints its peak resident memory in KiB (Linux' unit), as the kernel counted it.
const MEASURE: &str = "
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ,
                     file_actions=[(os.POSIX_SPAWN_OPEN, 1, '/dev/null', os.O_WRONLY, 0)])
_, status, usage = os.wait4(pid, 0)
if status != 0:
    sys.exit('it failed')
print(usage.ru_maxrss)
";

fn main() -> Result<()> {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("headless: run with cargo bench --bench headless");
        return Ok(());
    }
    let parties = PathBuf::from(
        std::env::var_os("PROCONSUL_PARTIES").context("set PROCONSUL_PARTIES to what scripts/parties/setup prints")?,
    );
    let grpcurl = std::env::var_os("PROCONSUL_GRPCURL").unwrap_or_else(|| "grpcurl".into());
    let grpcurl = which(&PathBuf::from(grpcurl))
        .context("no grpcurl: set PROCONSUL_GRPCURL to what scripts/parties/setup grpcurl prints")?;
    let protoset = parties.join("depot.protoset").display().to_string();
    let server = Server::start(&parties.join("bin/go-party"), &protoset)?;

    let data = r#"{"name":"x"}"#;
    let method = "depot.v1.Depot/Echo";
    for (schema, flags) in [("by reflection", &[][..]), ("by a descriptor set", &["-protoset", &protoset][..])] {
        let tail = [&["-plaintext"][..], flags, &["-d", data, &server.address, method]].concat();
        let ours = Program {
            path: PathBuf::from(env!("CARGO_BIN_EXE_proconsul")),
            arguments: [&["call"][..], &tail].concat(),
        };
        let theirs = Program { path: grpcurl.clone(), arguments: tail };
        compare(schema, &ours, &theirs)?;
    }
    Ok(())
}

/// A command line.
struct Program<'a> {
    path: PathBuf,
    arguments: Vec<&'a str>,
}

impl Program<'_> {
    /// From start to exit.
    fn wall(&self) -> Result<Duration> {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let began = Instant::now();
        let output = command.output().with_context(|| self.path.display().to_string())?;
        let wall = began.elapsed();
        ensure!(
            output.status.success() && output.stdout.windows(4).any(|bytes| bytes == b"name"),
            "{} did not answer: {}",
            self.path.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(wall)
    }

    /// Peak resident memory, MiB.
    fn peak_mib(&self) -> Result<f64> {
        let mut command = Command::new("python3");
        command.args(["-c", MEASURE]).arg(&self.path).args(&self.arguments).stdin(Stdio::null());
        let output = command.output().context("python3, which measures")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let kib: f64 = text.trim().parse().with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
        Ok(kib / 1024.0)
    }
}

fn compare(schema: &str, ours: &Program, theirs: &Program) -> Result<()> {
    // Both from a warm disk cache.
    ours.wall()?;
    theirs.wall()?;
    let (mut our_walls, mut their_walls) = (vec![], vec![]);
    for _ in 0..RUNS {
        our_walls.push(ours.wall()?.as_secs_f64() * 1000.0);
        their_walls.push(theirs.wall()?.as_secs_f64() * 1000.0);
    }
    let (mut our_peaks, mut their_peaks) = (vec![], vec![]);
    for _ in 0..MEMORY_RUNS {
        our_peaks.push(ours.peak_mib()?);
        their_peaks.push(theirs.peak_mib()?);
    }
    let (our_wall, their_wall) = (median(our_walls), median(their_walls));
    let (our_peak, their_peak) = (median(our_peaks), median(their_peaks));
    let ratio = our_wall / their_wall;
    let verdict = |good: bool| if good { "met" } else { "MISSED" };
    let mut out = std::io::stdout().lock();
    writeln!(out, "one unary call, start to exit, {schema} (medians)")?;
    writeln!(out, "  wall    ours {our_wall:6.1} ms   grpcurl {their_wall:6.1} ms   ratio {ratio:.2}")?;
    writeln!(out, "  memory  ours {our_peak:6.1} MiB  grpcurl {their_peak:6.1} MiB")?;
    writeln!(
        out,
        "  goals   ratio at most {GOAL}: {}, no more memory: {}",
        verdict(ratio <= GOAL),
        verdict(our_peak <= their_peak)
    )?;
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The path itself, or where `PATH` has it: what runs has to be the program and not a launcher of it.
fn which(program: &PathBuf) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return program.is_file().then(|| program.clone());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// The server's process; ended with this value.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(program: &PathBuf, protoset: &str) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["depot", "-protoset", protoset]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| program.display().to_string())?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("the server's output")?).read_line(&mut line)?;
        let Ok(port) = line.trim().parse::<u16>() else { bail!("the server did not say its port") };
        Ok(Self { child, address: format!("127.0.0.1:{port}") })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only where it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
