//! A service to be registered, as a person types it: every value a text, so that nothing typed is lost.
//!
//! Lives here: the form, and data as a form again. What is left empty has a usual value, which is
//! sent where it is of use: an address' port, a check's name. Absent: what it says as data
//! (`read`), JSON (`registry::consul::registration`), and the question over the window (`dialog`).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::registry::consul::registration::{CheckDefinition, CheckDoes, Kept, Registration, go_duration};
use crate::registry::{CheckKind, Health};
use crate::secret::Secret;

/// A check runs so often, and may take so long, unless it is said.
const EVERY: &str = "5 s";

/// A service, as typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisterForm {
    /// Its name.
    pub name: String,
    /// Its id; empty takes the name.
    pub id: String,
    /// Where it is; empty takes the node's.
    pub address: String,
    /// Its port; empty for none.
    pub port: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// What is typed of the next tag.
    pub new_tag: String,
    /// Keys and values of its metadata.
    pub meta: Vec<(String, String)>,
    /// Its share of calls while it passes; empty for 1.
    pub weight_passing: String,
    /// The same while it warns.
    pub weight_warning: String,
    /// Other addresses: name, address, port.
    pub addresses: Vec<[String; 3]>,
    /// Other agents may change its tags.
    pub enable_tag_override: bool,
    /// What is seldom needed is unfolded.
    pub more: bool,
    /// Its checks; those without a kind are not sent.
    pub checks: Vec<CheckForm>,
    /// `connect-proxy` and the like: kept as it came.
    pub kind: String,
    /// Its namespace: kept as it came.
    pub namespace: String,
    /// Its partition: kept as it came.
    pub partition: String,
    /// The token that it is registered with: kept as it came.
    #[serde(skip)]
    pub token: Secret,
    /// What else is kept as it came.
    pub other: Kept,
    /// Keys of metadata whose values are in no file, and have to be typed again.
    pub typed_again: Vec<String>,
    /// What else was in no file: by the API's names.
    pub not_kept: Vec<String>,
}

impl Default for RegisterForm {
    fn default() -> Self {
        Self {
            name: String::new(),
            id: String::new(),
            address: String::new(),
            port: String::new(),
            tags: Vec::new(),
            new_tag: String::new(),
            meta: Vec::new(),
            weight_passing: String::new(),
            weight_warning: String::new(),
            addresses: Vec::new(),
            enable_tag_override: false,
            more: false,
            checks: vec![CheckForm::new(CheckKind::Grpc)],
            kind: String::new(),
            namespace: String::new(),
            partition: String::new(),
            token: Secret::default(),
            other: Kept::default(),
            typed_again: Vec::new(),
            not_kept: Vec::new(),
        }
    }
}

/// A check, as typed. What belongs to another kind than the chosen one stays, and is not sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckForm {
    /// What it does; unknown for no check.
    pub kind: CheckKind,
    /// Its id; empty takes the usual one.
    pub id: String,
    /// Its name; empty takes the usual one.
    pub name: String,
    /// What its author notes.
    pub notes: String,
    /// TCP, UDP, gRPC, H2 PING: `host:port`; empty takes the service's.
    pub target: String,
    /// TCP, gRPC, H2 PING: with TLS.
    pub use_tls: bool,
    /// The name that TLS asks for.
    pub server_name: String,
    /// Any certificate will do.
    pub skip_verify: bool,
    /// HTTP: where; empty takes the service's address.
    pub url: String,
    /// HTTP: empty for `GET`.
    pub method: String,
    /// HTTP: headers.
    pub headers: Vec<(String, String)>,
    /// HTTP: what is sent.
    pub body: String,
    /// HTTP: a redirect is an answer.
    pub no_redirects: bool,
    /// TTL: how long what it was told holds.
    pub ttl: String,
    /// Script, Docker: program and arguments, as for a shell.
    pub command: String,
    /// Docker: the container's id.
    pub container: String,
    /// Docker: the shell in it.
    pub shell: String,
    /// Alias: of which service.
    pub alias_service: String,
    /// Alias: on which node.
    pub alias_node: String,
    /// OS service: its name there.
    pub os_service: String,
    /// How often.
    pub interval: String,
    /// How long it may take.
    pub timeout: String,
    /// Critical for so long, and it is deregistered; empty for never.
    pub deregister_after: String,
    /// What it is until it ran; critical unless said.
    pub status: Option<Health>,
    /// So many passes until it passes.
    pub passes: String,
    /// So many failures until it warns.
    pub failures_warning: String,
    /// So many failures until it is critical.
    pub failures_critical: String,
    /// So many bytes of its output are kept.
    pub output_max: String,
    /// What is seldom needed is unfolded.
    pub more: bool,
    /// What else is kept as it came.
    pub other: Kept,
    /// Headers whose values are in no file, and have to be typed again.
    pub typed_again: Vec<String>,
    /// What else was in no file: by the API's names.
    pub not_kept: Vec<String>,
    /// Fields that were in no file, by the API's names: `HTTP`, `Args`, `Body`.
    pub fields_again: Vec<String>,
}

/// Kinds of checks in the order of the form: the first few side by side, the others in a menu.
pub const CHECK_KINDS: [CheckKind; 11] = [
    CheckKind::Tcp,
    CheckKind::Http,
    CheckKind::Grpc,
    CheckKind::Ttl,
    CheckKind::Unknown,
    CheckKind::H2Ping,
    CheckKind::Script,
    CheckKind::Docker,
    CheckKind::Alias,
    CheckKind::Udp,
    CheckKind::OsService,
];

impl CheckForm {
    /// A check of this kind with usual times.
    pub fn new(kind: CheckKind) -> Self {
        Self { kind, interval: EVERY.to_owned(), timeout: EVERY.to_owned(), ..Self::default() }
    }

    /// It runs by the agent's clock.
    pub fn runs(&self) -> bool {
        !matches!(self.kind, CheckKind::Unknown | CheckKind::Ttl | CheckKind::Alias)
    }

    /// It speaks TLS, or can.
    pub fn has_tls(&self) -> bool {
        matches!(self.kind, CheckKind::Tcp | CheckKind::Grpc | CheckKind::H2Ping)
    }

    /// What was in a field, by the API's name, was left out of the file.
    pub fn lacks(&self, field: &str) -> bool {
        self.fields_again.iter().any(|name| name == field)
    }

    /// It asks at `https`.
    pub(super) fn is_https(&self, usual: &Usual) -> bool {
        let url = if self.url.trim().is_empty() { usual.url.as_str() } else { self.url.trim() };
        self.kind == CheckKind::Http && url.starts_with("https:")
    }
}

/// What is taken where a field is left empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usual {
    /// `host:port` of the service; empty without a port.
    pub target: String,
    /// The same as a URL.
    pub url: String,
    /// The id of the check.
    pub check_id: String,
    /// Its name.
    pub check_name: String,
}

impl RegisterForm {
    /// The id that it will have.
    pub fn effective_id(&self) -> &str {
        let id = self.id.trim();
        if id.is_empty() { self.name.trim() } else { id }
    }

    /// Nothing is typed that would be a loss.
    pub fn is_untouched(&self) -> bool {
        *self == Self::default()
    }

    /// The tags, and what is typed of the next one.
    pub(super) fn tags_with_new(&self) -> Vec<String> {
        let typed =
            Some(self.new_tag.trim()).filter(|tag| !tag.is_empty() && !self.tags.iter().any(|known| known == tag));
        self.tags.iter().cloned().chain(typed.map(str::to_owned)).collect()
    }

    /// What is typed becomes a tag.
    pub fn take_tag(&mut self) {
        self.tags = self.tags_with_new();
        self.new_tag.clear();
    }

    /// Checks that are sent.
    pub(super) fn sent(&self) -> impl Iterator<Item = (usize, &CheckForm)> {
        self.checks.iter().enumerate().filter(|(_, check)| check.kind != CheckKind::Unknown)
    }

    /// What is taken for empty fields of the check at `at`.
    pub fn usual(&self, at: usize) -> Usual {
        let address = self.address.trim();
        // A check runs at the agent of the service's node.
        let host = if address.is_empty() { "127.0.0.1" } else { address };
        let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() };
        let port = self.port.trim();
        let target = if port.is_empty() || port == "0" { String::new() } else { format!("{host}:{port}") };
        let url = if target.is_empty() { String::new() } else { format!("http://{target}/") };
        let id = self.effective_id();
        let number = self.sent().position(|(known, _)| known == at).unwrap_or(0) + 1;
        let count = self.sent().count();
        let check_id = if count > 1 { format!("service:{id}:{number}") } else { format!("service:{id}") };
        let does = match self.checks.get(at).map(|check| &check.kind) {
            Some(CheckKind::Tcp) => "TCP",
            Some(CheckKind::Udp) => "UDP",
            Some(CheckKind::Http) => "HTTP",
            Some(CheckKind::Grpc) => "gRPC health",
            Some(CheckKind::H2Ping) => "H2 PING",
            Some(CheckKind::Ttl) => "TTL",
            Some(CheckKind::Script) => "Script",
            Some(CheckKind::Docker) => "Docker",
            Some(CheckKind::Alias) => "Alias",
            Some(CheckKind::OsService) => "OS service",
            _ => "Check",
        };
        let check_name = if id.is_empty() { does.to_owned() } else { format!("{does} of {id}") };
        Usual { target, url, check_id, check_name }
    }

    /// Which check of the form a check of the registration is.
    pub fn check_at(&self, sent: usize) -> usize {
        self.sent().nth(sent).map_or(sent, |(at, _)| at)
    }

    /// The form that says the same. What is usual is left empty, so that it follows what is typed.
    pub fn of(registration: &Registration) -> Self {
        let weight = |weight: Option<u16>| weight.map(|weight| weight.to_string()).unwrap_or_default();
        let mut form = Self {
            name: registration.name.clone(),
            id: registration.id.clone(),
            address: registration.address.clone(),
            port: if registration.port == 0 { String::new() } else { registration.port.to_string() },
            tags: registration.tags.clone(),
            meta: registration.meta.clone(),
            weight_passing: weight(registration.weights.map(|(passing, _)| passing)),
            weight_warning: weight(registration.weights.map(|(_, warning)| warning)),
            addresses: registration
                .tagged_addresses
                .iter()
                .map(|(name, (address, port))| [name.clone(), address.clone(), port.to_string()])
                .collect(),
            enable_tag_override: registration.enable_tag_override,
            checks: registration.checks.iter().map(CheckForm::of).collect(),
            kind: registration.kind.clone(),
            namespace: registration.namespace.clone(),
            partition: registration.partition.clone(),
            token: registration.token.clone(),
            other: registration.other.clone(),
            ..Self::default()
        };
        form.more = registration.weights.is_some()
            || registration.enable_tag_override
            || !registration.tagged_addresses.is_empty();
        for at in 0..form.checks.len() {
            let usual = form.usual(at);
            let Some(check) = form.checks.get_mut(at) else { continue };
            let clear = |typed: &mut String, usual: &str| {
                if typed == usual {
                    typed.clear();
                }
            };
            clear(&mut check.target, &usual.target);
            clear(&mut check.url, &usual.url);
            clear(&mut check.id, &usual.check_id);
            clear(&mut check.name, &usual.check_name);
        }
        if form.checks.is_empty() {
            form.checks.push(CheckForm::new(CheckKind::Unknown));
        }
        form
    }
}

impl CheckForm {
    fn of(check: &CheckDefinition) -> Self {
        let count = |count: u32| if count == 0 { String::new() } else { count.to_string() };
        let time = |time: Option<Duration>| time.map(shown_duration).unwrap_or_default();
        let mut form = Self {
            kind: check.does.kind(),
            id: check.id.clone(),
            name: check.name.clone(),
            notes: check.notes.clone(),
            server_name: check.tls_server_name.clone(),
            skip_verify: check.tls_skip_verify,
            interval: time(check.interval),
            timeout: time(check.timeout),
            deregister_after: time(check.deregister_after),
            status: check.status,
            passes: count(check.success_before_passing),
            failures_warning: count(check.failures_before_warning),
            failures_critical: count(check.failures_before_critical),
            output_max: count(check.output_max_size),
            other: check.other.clone(),
            ..Self::default()
        };
        match check.does.clone() {
            CheckDoes::Nothing => {}
            CheckDoes::Tcp { target, use_tls } | CheckDoes::Grpc { target, use_tls } => {
                (form.target, form.use_tls) = (target, use_tls);
            }
            CheckDoes::Udp { target } => form.target = target,
            CheckDoes::H2Ping { target, use_tls } => {
                (form.target, form.use_tls) = (target, use_tls.unwrap_or(true));
            }
            CheckDoes::Http { url, method, header, body, disable_redirects } => {
                (form.url, form.method, form.body, form.no_redirects) = (url, method, body, disable_redirects);
                let pairs = header.into_iter().flat_map(|(name, values)| {
                    values.into_iter().map(move |value| (name.clone(), value)).collect::<Vec<_>>()
                });
                form.headers = pairs.collect();
            }
            CheckDoes::Ttl { ttl } => form.ttl = shown_duration(ttl),
            CheckDoes::Script { args } => form.command = command_line(&args),
            CheckDoes::Docker { container, shell, args } => {
                (form.container, form.shell, form.command) = (container, shell, command_line(&args));
            }
            CheckDoes::Alias { service, node } => (form.alias_service, form.alias_node) = (service, node),
            CheckDoes::OsService { name } => form.os_service = name,
        }
        form.more = !check.notes.is_empty()
            || check.success_before_passing > 0
            || check.failures_before_warning > 0
            || check.failures_before_critical > 0
            || check.output_max_size > 0
            || check.tls_skip_verify
            || !form.headers.is_empty()
            || !form.body.is_empty()
            || form.no_redirects;
        form
    }
}

/// A time as it is typed: `5 s`, `1 min`, `1m30s`.
fn shown_duration(time: Duration) -> String {
    let text = go_duration(time);
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = text.get(number.len()..).unwrap_or_default();
    // Of several units none is set apart.
    if number.is_empty() || !number.chars().all(|letter| letter.is_ascii_digit() || letter == '.') {
        return text;
    }
    format!("{number} {}", if unit == "m" { "min" } else { unit })
}

/// Program and arguments as they are typed.
fn command_line(args: &[String]) -> String {
    let words: Vec<_> = args.iter().map(|word| crate::app::grpcurl::quoted(word)).collect();
    words.join(" ")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::app::shell;
    use crate::registry::consul::registration::{Hide, read, typed_duration};

    pub(in super::super) fn form() -> RegisterForm {
        RegisterForm {
            name: "User".to_owned(),
            id: "9005".to_owned(),
            address: "127.0.0.1".to_owned(),
            port: "9005".to_owned(),
            ..RegisterForm::default()
        }
    }

    #[test]
    fn what_is_left_empty_follows_what_is_typed() {
        let (sent, faults) = form().registration();
        assert_eq!(faults, []);
        assert_eq!(sent.checks[0].id, "service:9005");
        assert_eq!(sent.checks[0].name, "gRPC health of 9005");
        assert_eq!(sent.checks[0].does, CheckDoes::Grpc { target: "127.0.0.1:9005".to_owned(), use_tls: false });
        assert_eq!(sent.checks[0].interval, Some(Duration::from_secs(5)));
        // It follows after a way through JSON too.
        let mut again = RegisterForm::of(&sent);
        assert_eq!(again.checks[0].target, "");
        again.port = "9006".to_owned();
        again.address = "::1".to_owned();
        let (sent, _) = again.registration();
        assert_eq!(sent.checks[0].does, CheckDoes::Grpc { target: "[::1]:9006".to_owned(), use_tls: false });
    }

    #[test]
    fn every_kind_is_sent_as_it_is_read_again() {
        for kind in CHECK_KINDS {
            let mut form = form();
            form.checks = vec![CheckForm {
                ttl: "30 s".to_owned(),
                command: "sh -c 'exit 0'".to_owned(),
                container: "f00".to_owned(),
                alias_service: "Hello".to_owned(),
                os_service: "nginx".to_owned(),
                use_tls: true,
                server_name: "www.eline.com".to_owned(),
                deregister_after: "2 min".to_owned(),
                status: Some(Health::Passing),
                ..CheckForm::new(kind.clone())
            }];
            let (sent, faults) = form.registration();
            assert_eq!(faults, [], "{kind:?}");
            for text in [sent.api_text(Hide::Nothing), sent.config_text(Hide::Nothing)] {
                let found = read(&text);
                assert_eq!(found.faults, [], "{kind:?} {text}");
                assert_eq!(found.registrations, std::slice::from_ref(&sent), "{kind:?} {text}");
                assert_eq!(
                    RegisterForm::of(&found.registrations[0]).registration(),
                    (sent.clone(), vec![]),
                    "{kind:?}"
                );
            }
            assert_eq!(sent.checks.len(), usize::from(kind != CheckKind::Unknown), "{kind:?}");
        }
    }

    #[test]
    fn times_are_shown_as_they_are_typed() {
        for (seconds, expect) in [(5, "5 s"), (60, "1 min"), (90, "1m30s"), (3600, "1 h")] {
            let shown = shown_duration(Duration::from_secs(seconds));
            assert_eq!(shown, expect);
            assert_eq!(typed_duration(&shown), Some(Duration::from_secs(seconds)));
        }
        assert_eq!(shown_duration(Duration::from_millis(1500)), "1.5 s");
    }

    #[test]
    fn programs_are_typed_as_for_a_shell() {
        for args in [vec!["a"], vec!["sh", "-c", "exit 0"], vec!["it's", "\"", ""]] {
            let args: Vec<String> = args.into_iter().map(str::to_owned).collect();
            assert_eq!(shell::words(&command_line(&args)).words, args);
        }
    }
}
