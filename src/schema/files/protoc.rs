//! One run of the reference compiler: its arguments, its end, and what it said. Knows nothing of the index; names of
//! files are passed on as the compiler wrote them.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::toolbox::Toolbox;

/// All of googleapis takes seconds; whatever takes longer than this will not end.
const LONGEST_RUN: Duration = Duration::from_mins(5);
/// What is kept of the compiler's words; the rest is read and dropped.
const MOST_WORDS_BYTES: usize = 8 << 20;
/// Another thread may be between fork and exec while the program was still open for writing; that passes.
const BUSY_RETRIES: u32 = 50;

/// One line of the compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    /// A path on disk, or an import name; empty where the line names none.
    pub(super) file: String,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
    pub(super) message: String,
}

/// What is to be compiled.
pub(super) struct Job<'a> {
    /// Absolute, in order; the bundled root is added by the run.
    pub(super) roots: &'a [PathBuf],
    /// Import names.
    pub(super) names: &'a [&'a str],
    /// A serialized set with imports first is wanted, not only the verdict.
    pub(super) wants_set: bool,
}

/// How a run ended.
pub(super) enum Outcome {
    /// Empty unless a set was wanted.
    Compiled(Vec<u8>),
    /// What is wrong with the first file that is refused and with its imports: the files before it are right, those
    /// after it were not looked at.
    Refused(Vec<Complaint>),
    /// Ended by a signal or by our patience: which file is to blame is not known.
    Crashed(String),
    /// The system does not run it.
    Unusable(String),
}

/// Runs the compiler.
pub(super) fn run(toolbox: &Toolbox, job: &Job<'_>) -> Outcome {
    let protoc = match &toolbox.protoc {
        Ok(protoc) => protoc,
        Err(why) => return Outcome::Unusable(why.clone()),
    };
    match try_run(toolbox, protoc, job) {
        Ok(outcome) => outcome,
        Err(error) => {
            let why = format!(
                "{} cannot be run: {error}; point XDG_CACHE_HOME to a folder where programs may run",
                protoc.display()
            );
            Outcome::Unusable(why)
        }
    }
}

fn try_run(toolbox: &Toolbox, protoc: &Path, job: &Job<'_>) -> io::Result<Outcome> {
    let mut scratch = tempfile::Builder::new();
    let scratch = scratch.prefix("run-");
    // What was unpacked may lie where nothing can be written any more.
    let scratch = scratch.tempdir_in(&toolbox.scratch).or_else(|_| scratch.tempdir())?;
    let set_path = scratch.path().join("set.binpb");
    let arguments = arguments(toolbox, job, scratch.path(), &set_path)?;
    let arguments_path = scratch.path().join("arguments");
    fs::write(&arguments_path, arguments)?;
    let mut child = match spawn(protoc, &arguments_path, &toolbox.empty) {
        // A mount or a policy under which nothing is executed. Memory is another matter, where the system allows it.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let in_memory =
                toolbox.in_memory().map_err(|why| io::Error::other(format!("{error}, nor from memory: {why}")));
            spawn(&in_memory?, &arguments_path, &toolbox.empty)?
        }
        spawned => spawned?,
    };
    let Some(words) = listen(&mut child)? else {
        return Ok(Outcome::Crashed(format!("the compiler did not end within {} s", LONGEST_RUN.as_secs())));
    };
    let status = child.wait()?;
    if status.success() {
        let set = if job.wants_set { fs::read(&set_path)? } else { Vec::new() };
        return Ok(Outcome::Compiled(set));
    }
    if status.code().is_none() {
        return Ok(Outcome::Crashed(format!("the compiler crashed ({status})")));
    }
    let mut complaints = complaints(&String::from_utf8_lossy(&words));
    if complaints.is_empty() {
        return Ok(Outcome::Crashed(format!("the compiler ended with {status} and gave no reason")));
    }
    for complaint in &mut complaints {
        // A root that was passed as a link is named as the root again.
        if let Ok(inside) = Path::new(&complaint.file).strip_prefix(scratch.path())
            && let Some((index, root)) =
                job.roots.iter().enumerate().find(|(index, _)| inside.starts_with(link_name(*index)))
        {
            let rest = inside.strip_prefix(link_name(index)).unwrap_or(inside);
            complaint.file = root.join(rest).to_string_lossy().into_owned();
        }
    }
    Ok(Outcome::Refused(complaints))
}

fn link_name(index: usize) -> String {
    format!("root{index}")
}

/// One argument a line, as protoc reads them from a file: command lines have a limit that large trees exceed.
fn arguments(toolbox: &Toolbox, job: &Job<'_>, scratch: &Path, set_path: &Path) -> io::Result<Vec<u8>> {
    let mut lines = String::new();
    let mut add = |line: &str| {
        if line.contains('\n') {
            return Err(io::Error::other(format!("{line:?}: a path with a line break cannot be compiled")));
        }
        writeln!(lines, "{line}").map_err(io::Error::other)
    };
    let bundled_root = std::slice::from_ref(&toolbox.protos);
    for (index, root) in job.roots.iter().chain(bundled_root).enumerate() {
        add(&format!("--proto_path={}", root_argument(root, scratch, index)?))?;
    }
    if job.wants_set {
        add("--include_imports")?;
        add(&format!("--descriptor_set_out={}", utf8(set_path)?))?;
    } else {
        add(if cfg!(windows) { "--descriptor_set_out=NUL" } else { "--descriptor_set_out=/dev/null" })?;
    }
    for name in job.names {
        if name.starts_with(['-', '@']) {
            // Only its place on disk can be told from a flag.
            let disk = job.roots.iter().map(|root| root.join(name)).find(|path| path.exists());
            add(utf8(&disk.unwrap_or_else(|| PathBuf::from(name)))?)?;
        } else {
            add(name)?;
        }
    }
    Ok(lines.into_bytes())
}

/// protoc cuts this flag at `:` (`;` on Windows) and takes what stands before a `=` as a mapping.
fn root_argument(root: &Path, scratch: &Path, index: usize) -> io::Result<String> {
    let text = utf8(root)?;
    let separator = if cfg!(windows) { ';' } else { ':' };
    let text = if text.contains(separator) {
        let link = scratch.join(link_name(index));
        #[cfg(unix)]
        std::os::unix::fs::symlink(root, &link)?;
        utf8(&link)?.to_owned()
    } else {
        text.to_owned()
    };
    Ok(if text.contains('=') { format!("={text}") } else { text })
}

fn utf8(path: &Path) -> io::Result<&str> {
    path.to_str().ok_or_else(|| io::Error::other(format!("{}: the path is not UTF-8", path.display())))
}

fn spawn(protoc: &Path, arguments: &Path, folder: &Path) -> io::Result<Child> {
    let mut flag = std::ffi::OsString::from("@");
    flag.push(arguments);
    let mut command = Command::new(protoc);
    command.arg(flag).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    for _ in 0..BUSY_RETRIES {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(Duration::from_millis(10));
            }
            result => return result,
        }
    }
    command.spawn()
}

/// Everything on stderr; `None` (and the child ended) where that takes too long.
fn listen(child: &mut Child) -> io::Result<Option<Vec<u8>>> {
    let Some(mut stderr) = child.stderr.take() else { return Ok(Some(Vec::new())) };
    let (sender, receiver) = mpsc::sync_channel(1);
    std::thread::Builder::new().name("protoc-stderr".to_owned()).spawn(move || {
        let mut words = Vec::new();
        let mut buffer = [0_u8; 16 << 10];
        while let Ok(length @ 1..) = stderr.read(&mut buffer) {
            let room = MOST_WORDS_BYTES.saturating_sub(words.len());
            words.extend_from_slice(&buffer[..length.min(room)]);
        }
        // Nobody listens any more where the run took too long.
        drop(sender.send(words));
    })?;
    if let Ok(words) = receiver.recv_timeout(LONGEST_RUN) {
        return Ok(Some(words));
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// The errors among the compiler's lines: `file:line:column: what`, `file: what`, or only words.
pub(super) fn complaints(words: &str) -> Vec<Complaint> {
    let mut all: Vec<Complaint> = Vec::new();
    let mut is_warning = false;
    for line in words.lines() {
        if line.trim().is_empty() || line.starts_with("WARNING: All log messages") || is_log(line) {
            continue;
        }
        let complaint = complaint(line);
        if complaint.file.is_empty() && line.starts_with([' ', '\t']) {
            // The message before goes on.
            if let (Some(last), false) = (all.last_mut(), is_warning) {
                last.message.push(' ');
                last.message.push_str(line.trim());
            }
            continue;
        }
        is_warning = complaint.message.starts_with("warning:") || complaint.message.starts_with("Warning:");
        if !is_warning && !all.contains(&complaint) {
            all.push(complaint);
        }
    }
    all
}

/// Lines of the compiler's logging library: `E0000 00:00:1700000000.000000 1 file.cc:1] words`.
fn is_log(line: &str) -> bool {
    let mut bytes = line.bytes();
    matches!(bytes.next(), Some(b'I' | b'W' | b'E' | b'F'))
        && bytes.by_ref().take(4).all(|byte| byte.is_ascii_digit())
        && bytes.next() == Some(b' ')
        && line.contains("] ")
}

fn complaint(line: &str) -> Complaint {
    // A path may hold colons, so the first `:number:number: ` ends it.
    let mut search_from = 0;
    while let Some(at) = line[search_from..].find(':').map(|at| at + search_from) {
        let mut parts = line[at + 1..].splitn(3, ':');
        if let (Some(row), Some(column), Some(message)) = (parts.next(), parts.next(), parts.next())
            && let (Ok(row), Ok(column)) = (row.parse(), column.parse())
        {
            let message = message.trim().to_owned();
            return Complaint { file: line[..at].to_owned(), line: Some(row), column: Some(column), message };
        }
        search_from = at + 1;
    }
    if let Some((file, message)) = line.split_once(": ")
        && !file.contains(' ')
    {
        return Complaint { file: file.to_owned(), line: None, column: None, message: message.trim().to_owned() };
    }
    if let Some((file, message)) = line.split_once(".proto: ") {
        let (file, message) = (format!("{file}.proto"), message.trim().to_owned());
        let file = file.strip_prefix("Could not make proto path relative: ").unwrap_or(&file).to_owned();
        return Complaint { file, line: None, column: None, message };
    }
    Complaint { file: String::new(), line: None, column: None, message: line.trim_end().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_compiler_are_understood() {
        for (line, file, place, message) in [
            ("/a/b.proto:3:13: \"B\" is not defined.", "/a/b.proto", Some((3, 13)), "\"B\" is not defined."),
            ("/a:1/b.proto:3:13: x: 1:2: y", "/a:1/b.proto", Some((3, 13)), "x: 1:2: y"),
            ("C:\\a\\b.proto:3:13: x", "C:\\a\\b.proto", Some((3, 13)), "x"),
            ("nowhere/x.proto: File not found.", "nowhere/x.proto", None, "File not found."),
            ("/my files/x.proto: Bad thing.", "/my files/x.proto", None, "Bad thing."),
            ("Missing input file.", "", None, "Missing input file."),
        ] {
            let complaint = complaint(line);
            assert_eq!(complaint.file, file, "{line}");
            assert_eq!(complaint.line.zip(complaint.column), place, "{line}");
            assert_eq!(complaint.message, message, "{line}");
        }
    }

    #[test]
    fn warnings_and_log_lines_do_not_count() {
        let words = "a.proto:1:1: warning: Import b.proto is unused.\n\
            WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n\
            E0000 00:00:1700000000.000000       1 x.cc:1] words\n\
            a.proto:2:1: Wrong.\n  And more.\na.proto:2:1: Wrong. And more.\n";
        let all = complaints(words);
        assert_eq!(all.len(), 1, "{all:?}");
        assert_eq!(all[0].message, "Wrong. And more.");
    }
}
