//! A grpcurl command as a request: its address, how to connect, metadata, schema, message and method.
//!
//! Flags are those of grpcurl 1.9 (`grpcurl -help`), written as Go's flag package takes them: one dash or two, the
//! value behind `=` or as the next word.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::grpcurl::CERTIFICATE_FILE;
use super::{App, CaKind, ClientKind, ConnectionForm, KeepNotice, RowsOf, SourceOrigin, Tab, shell, show_deadline};
use crate::engine::Scheme;
use crate::message::TemplateSize;
use crate::secret::Secret;

/// Flags that take no value.
const SWITCHES: [&str; 17] = [
    "plaintext",
    "insecure",
    "alts",
    "unix",
    "v",
    "vv",
    "emit-defaults",
    "allow-unknown-fields",
    "expand-headers",
    "msg-template",
    "format-error",
    "use-reflection",
    "help",
    "version",
    "i",
    "k",
    "s",
];

/// Flags that take one.
const VALUED: [&str; 20] = [
    "cacert",
    "cert",
    "key",
    "authority",
    "servername",
    "user-agent",
    "H",
    "rpc-header",
    "reflect-header",
    "d",
    "proto",
    "protoset",
    "import-path",
    "max-time",
    "connect-timeout",
    "keepalive-time",
    "max-msg-sz",
    "format",
    "protoset-out",
    "proto-out-dir",
];

/// What a command says that a request here does not take from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasteNote {
    /// A flag that is not known, or means nothing here; skipped.
    Skipped(String),
    /// The message is read from a file or from standard input, which a command alone does not hold.
    DataElsewhere(String),
    /// The value of a flag that could not be read; skipped.
    BadValue(String),
    /// A quote is open at the end: a part may be missing.
    OpenQuote,
    /// It names no method: the server is opened.
    NoMethod,
    /// A variable of the shell stands in the place of a value, which has to be typed.
    Variable(String),
    /// Files are named from the folder where the command ran.
    RelativePath(String),
}

/// A command that is being pasted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasting {
    /// As typed so far.
    pub text: String,
    /// It was to be opened, and is no command.
    pub refused: bool,
}

impl Pasting {
    /// With this text.
    pub fn new(text: String) -> Self {
        Self { text, refused: false }
    }
}

/// What was read of a command.
#[derive(Debug, Default)]
struct Command {
    words: Vec<String>,
    flags: Vec<(String, String)>,
    notes: Vec<PasteNote>,
}

/// Whether a text is a grpcurl command: `grpcurl …`, also behind a prompt, comments, or a path.
pub fn is_command(text: &str) -> bool {
    // Whole files of others are not worth a look.
    text.len() < 1 << 20 && arguments(text).is_some()
}

/// The words behind `grpcurl`, and whether a quote is open at the end.
fn arguments(text: &str) -> Option<shell::Words> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let mut read = shell::words(text.strip_prefix("$ ").or_else(|| text.strip_prefix("% ")).unwrap_or(text));
    // Variables may be set before it.
    let is_setting = |word: &&String| {
        word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        })
    };
    let skipped = read.words.iter().take_while(is_setting).count();
    let program = read.words.get(skipped)?;
    let is_grpcurl = program == "grpcurl" || program.ends_with("/grpcurl") || program.ends_with("grpcurl.exe");
    read.words.drain(..=skipped);
    is_grpcurl.then_some(read)
}

fn read(text: &str) -> Option<Command> {
    let arguments = arguments(text)?;
    let mut command = Command::default();
    if arguments.is_open {
        command.notes.push(PasteNote::OpenQuote);
    }
    let mut words = arguments.words.into_iter().peekable();
    while let Some(word) = words.next() {
        let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-')).filter(|name| !name.is_empty());
        let Some(name) = name else {
            command.words.push(word);
            continue;
        };
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name.to_owned(), value.to_owned()),
            None if SWITCHES.contains(&name) => (name.to_owned(), "true".to_owned()),
            None if VALUED.contains(&name) => (name.to_owned(), words.next().unwrap_or_default()),
            // Nobody knows whether it takes the next word; a flag or an address it does not.
            None => {
                let value = words.next_if(|next| !next.starts_with('-') && !is_address(next));
                (name.to_owned(), value.unwrap_or_default())
            }
        };
        command.flags.push((name, value));
    }
    Some(command)
}

/// `host:port`, `:port`, or with a scheme.
fn is_address(word: &str) -> bool {
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    word.contains("://") || word.rsplit_once(':').is_some_and(|(_, port)| is_port(port))
}

/// `pkg.Service/Method` or `pkg.Service.Method`.
fn method_of(symbol: &str) -> Option<(String, String)> {
    let symbol = symbol.trim_matches('/');
    let (service, method) = symbol.split_once('/').or_else(|| symbol.rsplit_once('.'))?;
    (!service.is_empty() && !method.is_empty()).then(|| (service.to_owned(), method.to_owned()))
}

/// The settings of a request, taken from flags.
#[derive(Debug, Default)]
struct Asked {
    both: Vec<(String, String)>,
    calls: Vec<(String, String)>,
    reflection: Vec<(String, String)>,
    message: Option<String>,
    paths: Vec<PathBuf>,
    import_roots: Vec<PathBuf>,
    deadline: Option<Duration>,
    is_socket: bool,
}

impl Command {
    /// Takes the flags: `form` is what was set for the address before.
    fn settle(&mut self, form: &mut ConnectionForm) -> Asked {
        let mut asked = Asked::default();
        let is_plaintext = self.flags.iter().any(|(name, value)| name == "plaintext" && value != "false");
        form.scheme = if is_plaintext { Scheme::Plaintext } else { Scheme::Tls };
        for (name, value) in std::mem::take(&mut self.flags) {
            let seconds = || value.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            let is_on = value != "false";
            let mut bad = false;
            match name.as_str() {
                "plaintext" | "v" | "vv" | "emit-defaults" | "expand-headers" | "use-reflection" | "format-error" => {}
                "insecure" => form.skip_verify = is_on,
                "unix" => asked.is_socket = is_on,
                "cacert" if form.ca == CaKind::Given && value == CERTIFICATE_FILE => {}
                "cacert" => {
                    form.ca = CaKind::File;
                    form.ca_path = self.path(value);
                }
                "cert" => {
                    form.client = ClientKind::Pem;
                    form.cert_path = self.path(value);
                }
                "key" => {
                    form.client = ClientKind::Pem;
                    form.key_path = self.path(value);
                }
                "authority" => form.authority = value,
                "servername" => form.server_name = value,
                "user-agent" => form.user_agent = value,
                "H" => self.header(&value, &mut asked.both),
                "rpc-header" => self.header(&value, &mut asked.calls),
                "reflect-header" => self.header(&value, &mut asked.reflection),
                "d" if value.starts_with('@') => self.notes.push(PasteNote::DataElsewhere(value)),
                "d" => asked.message = Some(value),
                "proto" | "protoset" => asked.paths.push(PathBuf::from(self.path(value))),
                "import-path" => asked.import_roots.push(PathBuf::from(self.path(value))),
                "max-time" => match seconds() {
                    Some(time) if !time.is_zero() => asked.deadline = Some(time),
                    _ => bad = true,
                },
                "connect-timeout" => match seconds() {
                    Some(time) => form.connect_timeout = Some(time),
                    None => bad = true,
                },
                "keepalive-time" => match seconds() {
                    Some(time) => form.keepalive = Some(time),
                    None => bad = true,
                },
                "max-msg-sz" => match value.parse() {
                    Ok(bytes) => form.receive_bytes = Some(bytes),
                    Err(_not_a_number) => bad = true,
                },
                _ => self.notes.push(PasteNote::Skipped(format!("-{name}"))),
            }
            if bad {
                self.notes.push(PasteNote::BadValue(format!("-{name}")));
            }
        }
        asked
    }

    fn header(&mut self, line: &str, rows: &mut Vec<(String, String)>) {
        match super::pasted::of_line(line) {
            Some((key, value)) => {
                if super::rows::is_variable(&value) {
                    self.notes.push(PasteNote::Variable(key.clone()));
                }
                rows.push((key, value));
            }
            None => self.notes.push(PasteNote::BadValue("-H".to_owned())),
        }
    }

    fn path(&mut self, path: String) -> String {
        if !path.starts_with(['/', '~', '\\']) && path.as_bytes().get(1) != Some(&b':') {
            self.notes.push(PasteNote::RelativePath(path.clone()));
        }
        path
    }
}

/// The address as typed here.
fn address_of(word: &str, is_socket: bool) -> String {
    if !is_socket || word.contains("://") {
        return word.trim().to_owned();
    }
    if word.starts_with('/') { format!("unix://{word}") } else { format!("unix:{word}") }
}

impl App {
    /// Opens what a command asks for. A text that is none leaves the question open, which says so.
    pub(super) fn paste_command(&mut self, text: &str, now: Instant) {
        let Some(mut command) = read(text) else {
            self.pasting = Some(Pasting { text: text.to_owned(), refused: true });
            return;
        };
        let is_socket = command.flags.iter().any(|(name, value)| name == "unix" && value != "false");
        let words = std::mem::take(&mut command.words);
        // Without an address there is nothing to call; with files alone the first word is a verb.
        let verbs = ["list", "describe"];
        let (address, rest) = match words.split_first() {
            Some((first, rest)) if !verbs.contains(&first.as_str()) => (address_of(first, is_socket), rest),
            _ => (String::new(), words.as_slice()),
        };
        let has_files = command.flags.iter().any(|(name, _)| name == "proto" || name == "protoset");
        if address.is_empty() && !has_files {
            self.pasting = Some(Pasting { text: text.to_owned(), refused: true });
            return;
        }
        self.pasting = None;
        let mut form = self.form(&address);
        let asked = command.settle(&mut form);
        let symbol = rest.iter().find(|word| !verbs.contains(&word.as_str()));
        let method = symbol
            .and_then(|symbol| method_of(symbol))
            .filter(|_| !rest.iter().any(|word| verbs.contains(&word.as_str())));
        if method.is_none() {
            command.notes.push(PasteNote::NoMethod);
        }
        let own = if address.is_empty() { Vec::new() } else { self.place_rows(&address, &asked, form) };
        let source = if asked.paths.is_empty() {
            let id = self.add_address(&address);
            if !asked.reflection.is_empty() {
                let rows = asked.reflection.iter().map(|(key, value)| self.pasted_row(key, value)).collect();
                if let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == id)
                    && let SourceOrigin::Address { metadata, .. } = &mut entry.origin
                {
                    *metadata = rows;
                }
            }
            // One that was read need not be read again for it.
            if self.source(id).is_some_and(|entry| entry.outline.is_none()) {
                self.open_address(&address, now);
            }
            id
        } else {
            let Some(id) = self.open_paths(asked.paths.clone(), asked.import_roots.clone(), now) else { return };
            if let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == id) {
                entry.target = (!address.is_empty()).then(|| address.clone());
            }
            id
        };
        if let Some((service, method)) = method {
            let info = self.source(source).and_then(|entry| entry.method(&service, &method));
            let shape = info.map(|info| (info.client_streaming, info.server_streaming));
            let fresh = self.fresh_tab(source, &service, &method, shape.unwrap_or_default(), address, now);
            let none = self.lang.words().no_value;
            let deadline = match asked.deadline {
                Some(limit) => show_deadline(Some(limit), none),
                // What the command does not limit is not limited here.
                None => none.to_owned(),
            };
            let edited = asked.message.is_some();
            let message = asked.message.unwrap_or_default();
            let revision = fresh.revision + u64::from(edited);
            let tab =
                Tab { deadline, message, edited, revision, metadata: own, awaits_source: shape.is_none(), ..fresh };
            let id = tab.id;
            self.tabs.push(tab);
            self.choose_tab(id);
            if shape.is_some() {
                self.prepare(id, TemplateSize::default());
            }
        }
        if !command.notes.is_empty() {
            self.notices.retain(|notice| !matches!(notice, KeepNotice::Pasted(_)));
            self.notices.push(KeepNotice::Pasted(command.notes));
        }
    }

    /// Puts the command's settings and rows where they belong; returns the rows of the request itself. What goes with
    /// calls and reflection belongs to the target, unless that has another value of the key already.
    fn place_rows(&mut self, address: &str, asked: &Asked, form: ConnectionForm) -> Vec<super::MetadataRow> {
        if form != ConnectionForm::default() {
            self.forms.insert(address.trim().to_owned(), form);
        }
        self.remember_target(address);
        let mut own = Vec::new();
        let mut of_target = self.target_rows(address).to_vec();
        let before: Vec<(String, Secret)> = of_target.iter().map(|row| (row.lower_key(), row.value.clone())).collect();
        for (key, value) in &asked.both {
            let row = self.pasted_row(key, value);
            let is_there = before.iter().any(|(known, same)| *known == row.lower_key() && *same == row.value);
            let differs = before.iter().any(|(known, _)| *known == row.lower_key());
            match (is_there, differs) {
                (true, _) => {}
                // A variable stands for the value that is known here.
                (false, true) if row.missing => {}
                (false, true) => own.push(row),
                (false, false) => of_target.push(row),
            }
        }
        self.set_rows(&RowsOf::Target(address.to_owned()), of_target);
        own.extend(asked.calls.iter().map(|(key, value)| self.pasted_row(key, value)));
        own
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

    use super::{Duration, Instant, PasteNote, is_command, method_of, read};
    use crate::app::{Action, App, CaKind, ClientKind, ConnectionForm, KeepNotice, ThemeChoice};
    use crate::engine::{Command, Scheme, SourceSpec};
    use crate::words::Lang;

    #[test]
    fn commands_are_told_from_other_text() {
        for (text, expect) in [
            ("grpcurl -plaintext localhost:1 list", true),
            ("$ grpcurl localhost:1 list", true),
            ("# first\nTOKEN=1 /usr/bin/grpcurl a:1 b.C/D", true),
            ("curl http://a", false),
            ("{\"grpcurl\": 1}", false),
            ("grpcurling", false),
            ("", false),
        ] {
            assert_eq!(is_command(text), expect, "{text}");
        }
    }

    #[test]
    fn symbols_name_methods() {
        for (symbol, expect) in [
            ("hello.Hello/SayHello", Some(("hello.Hello", "SayHello"))),
            ("hello.Hello.SayHello", Some(("hello.Hello", "SayHello"))),
            ("/hello.Hello/SayHello", Some(("hello.Hello", "SayHello"))),
            ("Hello", None),
        ] {
            let expect = expect.map(|(service, method)| (service.to_owned(), method.to_owned()));
            assert_eq!(method_of(symbol), expect, "{symbol}");
        }
    }

    #[test]
    fn flags_become_settings() {
        let text = "grpcurl -cacert /a/ca.pem -cert=/a/c.pem --key /a/c.key -authority a.b -servername c.d \\\n  \
                    -H 'token: 1 2' -rpc-header \"x: $X\" -reflect-header 'y: 3' -max-time 1.5 -max-msg-sz 1000 \\\n  \
                    -connect-timeout 2 -keepalive-time 30 -user-agent me -d '{\"name\": \"it'\\''s\"}' \\\n  \
                    -import-path /p -proto a.proto -protoset s.protoset -what 7 -vv :7888 hello.Hello/SayHello";
        let mut command = read(text).expect("a command");
        let mut form = ConnectionForm::default();
        assert_eq!(command.words, [":7888", "hello.Hello/SayHello"]);
        let asked = command.settle(&mut form);
        assert_eq!((form.scheme, form.ca, form.client), (Scheme::Tls, CaKind::File, ClientKind::Pem));
        assert_eq!(
            (form.ca_path.as_str(), form.cert_path.as_str(), form.key_path.as_str()),
            ("/a/ca.pem", "/a/c.pem", "/a/c.key")
        );
        assert_eq!(
            (form.authority.as_str(), form.server_name.as_str(), form.user_agent.as_str()),
            ("a.b", "c.d", "me")
        );
        assert_eq!(form.receive_bytes, Some(1000));
        assert_eq!(
            (form.connect_timeout, form.keepalive),
            (Some(Duration::from_secs(2)), Some(Duration::from_secs(30)))
        );
        assert_eq!(asked.both, [("token".to_owned(), "1 2".to_owned())]);
        assert_eq!(asked.calls, [("x".to_owned(), "$X".to_owned())]);
        assert_eq!(asked.reflection, [("y".to_owned(), "3".to_owned())]);
        assert_eq!(asked.message.as_deref(), Some("{\"name\": \"it's\"}"));
        assert_eq!(asked.deadline, Some(Duration::from_millis(1500)));
        let relative = |path: &str| PasteNote::RelativePath(path.to_owned());
        let expect = [
            PasteNote::Variable("x".to_owned()),
            relative("a.proto"),
            relative("s.protoset"),
            PasteNote::Skipped("-what".to_owned()),
        ];
        assert_eq!(command.notes, expect);
    }

    #[test]
    fn a_command_opens_a_request() {
        let now = Instant::now();
        let mut app = App::new(Lang::En, ThemeChoice::Dark);
        let text =
            "grpcurl -plaintext -H \"token: $TOKEN\" -rpc-header 'x-a: 1' -d @ -new -alts -x 1 -y 127.0.0.1:1 a.S/M";
        app.apply(Action::PasteCommand(text.to_owned()), now);
        let tab = app.active_tab().expect("a tab");
        assert_eq!((tab.address.as_str(), tab.service.as_str(), tab.method.as_str()), ("127.0.0.1:1", "a.S", "M"));
        assert_eq!(tab.metadata.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["x-a"]);
        let of_target = app.target_rows("127.0.0.1:1");
        assert!(of_target.len() == 1 && of_target[0].missing && of_target[0].secret, "{of_target:?}");
        assert_eq!(app.form("127.0.0.1:1").scheme, Scheme::Plaintext);
        let commands = app.take_commands();
        assert!(
            matches!(&commands[..], [Command::OpenSource { spec: SourceSpec::Reflection { .. }, .. }]),
            "{commands:?}"
        );
        let expect = [
            PasteNote::Variable("token".to_owned()),
            PasteNote::DataElsewhere("@".to_owned()),
            PasteNote::Skipped("-new".to_owned()),
            PasteNote::Skipped("-alts".to_owned()),
            PasteNote::Skipped("-x".to_owned()),
            PasteNote::Skipped("-y".to_owned()),
        ];
        assert_eq!(app.notices, [KeepNotice::Pasted(expect.to_vec())]);
        // Something else is refused and stays to be mended.
        app.apply(Action::PasteCommand("ls".to_owned()), now);
        assert!(app.pasting.as_ref().is_some_and(|pasting| pasting.refused && pasting.text == "ls"));
    }
}
