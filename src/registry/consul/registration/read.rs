//! Reading a file with services, in either form: first every field by the tables of `shape`, then as data.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Map, Value};

use super::fault::{Fault, FaultKind, FaultPlace};
use super::fields::{Reader, join, nearest, spelled_in};
use super::shape::{CHECK, SERVICE, Shape};
use super::{CheckDefinition, CheckDoes, Form, Kept, Registration};
use crate::registry::Health;
use crate::secret::Secret;

/// What was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadFile {
    /// In which form it was written.
    pub form: Form,
    /// The services, in order, as far as they could be read.
    pub registrations: Vec<Registration>,
    /// What is wrong with any of them, by the place in the file.
    pub faults: Vec<Fault>,
}

impl ReadFile {
    /// All of it may be sent.
    pub fn is_sound(&self) -> bool {
        !self.faults.iter().any(Fault::is_fatal)
    }
}

/// Reads services: the API's form, one or a list, or a configuration file's. What Consul would refuse is a fault.
pub fn read(text: &str) -> ReadFile {
    let mut reader = Reader { form: Form::Api, faults: Vec::new() };
    let mut found = Vec::new();
    match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(value) => reader.file(&value, "", &mut found),
        Err(error) => reader.fault("", FaultKind::NoJson(error.to_string())),
    }
    if found.is_empty() && reader.faults.is_empty() {
        reader.fault("", FaultKind::NoService);
    }
    let mut ids = BTreeSet::new();
    for service in &found {
        if !service.registration.name.is_empty() && !ids.insert(service.registration.effective_id().to_owned()) {
            let id = service.registration.effective_id().to_owned();
            reader.fault(&service.path, FaultKind::IdTwice(id));
        }
        service.check(&mut reader);
    }
    ReadFile {
        form: reader.form,
        registrations: found.into_iter().map(|service| service.registration).collect(),
        faults: reader.faults,
    }
}

/// A service and where it stands.
struct Found {
    registration: Registration,
    path: String,
    check_paths: Vec<String>,
    form: Form,
    /// A part of it could not be read; so what is missing may be there.
    is_broken: bool,
}

impl Found {
    /// Tells what is wrong with it by its places in the file.
    fn check(&self, reader: &mut Reader) {
        for fault in self.registration.check() {
            let may_be_there = matches!(
                fault.kind,
                FaultKind::NameMissing
                    | FaultKind::CheckKindMissing
                    | FaultKind::IntervalMissing
                    | FaultKind::IntervalWithTtl
                    | FaultKind::DestinationMissing
                    | FaultKind::PortMissing
            );
            if may_be_there && self.is_broken {
                continue;
            }
            let path = match fault.place {
                FaultPlace::Path(path) => path,
                FaultPlace::Field(name) => join(&self.path, self.spelled(&SERVICE, name)),
                FaultPlace::Check(at, name) => {
                    let check = self.check_paths.get(at).map_or("", String::as_str);
                    if name.is_empty() { check.to_owned() } else { join(check, self.spelled(&CHECK, name)) }
                }
            };
            reader.fault(&path, fault.kind);
        }
    }

    fn spelled(&self, shape: &Shape, name: &'static str) -> &'static str {
        spelled_as(shape, name, self.form)
    }
}

/// How a form spells the API's name.
fn spelled_as(shape: &Shape, name: &'static str, form: Form) -> &'static str {
    match form {
        Form::Api => name,
        Form::Config => shape.api(name).map_or(name, |field| field.config),
    }
}

impl Reader {
    fn file(&mut self, value: &Value, path: &str, out: &mut Vec<Found>) {
        match value {
            Value::Array(list) => {
                for (at, value) in list.iter().enumerate() {
                    let path = format!("{path}[{at}]");
                    match value {
                        Value::Object(object) => self.one(object, &path, out),
                        other => self.wrong_type(&path, "an object", other),
                    }
                }
            }
            Value::Object(object) => self.one(object, path, out),
            other => self.wrong_type(path, "an object or a list of them", other),
        }
    }

    fn one(&mut self, object: &Map<String, Value>, path: &str, out: &mut Vec<Found>) {
        let holds_services = |(name, value): (&String, &Value)| {
            (name.eq_ignore_ascii_case("service") || name.eq_ignore_ascii_case("services"))
                && (value.is_object() || value.is_array())
        };
        if object.iter().any(holds_services) {
            self.form = Form::Config;
            self.config_file(object, path, out);
        } else {
            self.service(object, path, Form::Api, out);
        }
    }

    /// `service`, `services`, and the checks beside them.
    fn config_file(&mut self, object: &Map<String, Value>, path: &str, out: &mut Vec<Found>) {
        let first = out.len();
        let mut beside = Vec::new();
        for (name, value) in object {
            let at = join(path, name);
            let lower = name.to_ascii_lowercase();
            match (lower.as_str(), value) {
                ("service" | "services" | "check" | "checks", Value::Null) => {}
                ("service", Value::Object(service)) => self.service(service, &at, Form::Config, out),
                ("service" | "services", Value::Array(list)) => {
                    for (number, value) in list.iter().enumerate() {
                        let at = format!("{at}[{number}]");
                        match value {
                            Value::Object(service) => self.service(service, &at, Form::Config, out),
                            other => self.wrong_type(&at, "an object", other),
                        }
                    }
                }
                ("services", other) => self.wrong_type(&at, "a list of services", other),
                ("check", Value::Object(_)) => beside.push((at, value)),
                ("check" | "checks", Value::Array(list)) => {
                    beside.extend(list.iter().enumerate().map(|(number, value)| (format!("{at}[{number}]"), value)));
                }
                ("service" | "check", other) => self.wrong_type(&at, "an object", other),
                ("checks", other) => self.wrong_type(&at, "a list of checks", other),
                _ => {
                    let meant = nearest(&lower, ["service", "services", "check", "checks"].into_iter());
                    self.fault(&at, FaultKind::UnknownField { name: name.clone(), meant });
                }
            }
        }
        for (at, value) in beside {
            let Value::Object(object) = value else {
                self.wrong_type(&at, "an object", value);
                continue;
            };
            let before = self.faults.len();
            let read = self.object(object, &CHECK, &at, Form::Config);
            if read.is_empty() && self.faults.len() == before {
                continue;
            }
            let of = read.get("ServiceID").and_then(Value::as_str).unwrap_or_default().to_owned();
            let services = out.get_mut(first..).unwrap_or_default();
            let owner = match services {
                [only] if of.is_empty() => Some(only),
                services => services.iter_mut().find(|found| found.registration.effective_id() == of),
            };
            match owner {
                Some(owner) => {
                    let check = self.check(read, &at, &mut owner.registration.token);
                    owner.registration.checks.push(check);
                    owner.check_paths.push(at);
                    owner.is_broken |= self.faults.len() > before;
                }
                None => self.fault(&at, FaultKind::WhoseCheck(of)),
            }
        }
    }

    fn service(&mut self, object: &Map<String, Value>, path: &str, form: Form, out: &mut Vec<Found>) {
        let before = self.faults.len();
        let mut read = self.object(object, &SERVICE, path, form);
        let mut registration = Registration::default();
        let mut texts = |name: &str| text(&mut read, name);
        registration.name = texts("Name");
        registration.id = texts("ID");
        registration.address = texts("Address");
        registration.kind = texts("Kind");
        registration.namespace = texts("Namespace");
        registration.partition = texts("Partition");
        registration.token = Secret::new(texts("Token"));
        registration.enable_tag_override = flag(&mut read, "EnableTagOverride");
        registration.tags = text_list(&mut read, "Tags");
        registration.meta = text_map(&mut read, "Meta").into_iter().collect();
        let spelled = |name: &str| spelled_in(object, &SERVICE, name, form);
        registration.port = self.port(read.remove("Port"), &join(path, &spelled("Port"))).unwrap_or_default();
        if let Some(Value::Object(mut weights)) = read.remove("Weights") {
            let path = join(path, &spelled("Weights"));
            let mut weight = |name: &str, least: i64| {
                let value = weights.remove(name).and_then(|value| value.as_i64()).unwrap_or_default();
                match u16::try_from(value) {
                    Ok(weight) if value >= least => weight,
                    _ => {
                        self.fault(&path, FaultKind::WeightRange(value.to_string()));
                        1
                    }
                }
            };
            registration.weights = Some((weight("Passing", 1), weight("Warning", 0)));
        }
        if let Some(Value::Object(addresses)) = read.remove("TaggedAddresses") {
            let path = join(path, &spelled("TaggedAddresses"));
            for (name, value) in addresses {
                let Value::Object(mut address) = value else { continue };
                let port = self.port(address.remove("Port"), &join(&path, &format!("{name}.Port")));
                registration.tagged_addresses.insert(name, (text(&mut address, "Address"), port.unwrap_or_default()));
            }
        }
        let mut check_paths = Vec::new();
        if let Some(Value::Object(check)) = read.remove("Check") {
            // An empty one is none, in both forms.
            if !check.is_empty() {
                let path = join(path, &spelled("Check"));
                registration.checks.push(self.check(check, &path, &mut registration.token));
                check_paths.push(path);
            }
        }
        if let Some(Value::Array(checks)) = read.remove("Checks") {
            let path = join(path, &spelled("Checks"));
            for (at, value) in checks.into_iter().enumerate() {
                let Value::Object(check) = value else { continue };
                // The API refuses an empty one in a list, configuration files do not.
                if check.is_empty() && form == Form::Config {
                    continue;
                }
                let path = format!("{path}[{at}]");
                registration.checks.push(self.check(check, &path, &mut registration.token));
                check_paths.push(path);
            }
        }
        registration.other = Kept(read);
        let is_broken = self.faults.len() > before;
        out.push(Found { registration, path: path.to_owned(), check_paths, form, is_broken });
    }

    fn port(&mut self, value: Option<Value>, path: &str) -> Option<u16> {
        let value = value?.as_i64()?;
        let port = u16::try_from(value).ok();
        if port.is_none() {
            self.fault(path, FaultKind::PortRange(value.to_string()));
        }
        port
    }

    fn check(&mut self, mut read: Map<String, Value>, path: &str, token: &mut Secret) -> CheckDefinition {
        let form = self.form;
        let spelled = |name: &'static str| spelled_as(&CHECK, name, form);
        let does = self.does(&mut read, path);
        let own_token = text(&mut read, "token");
        if !own_token.is_empty() {
            if token.is_empty() || token.reveal() == own_token {
                // The API has one token for a service and its checks.
                *token = Secret::new(own_token);
            } else {
                self.fault(&join(path, "token"), FaultKind::GivenTwice { other: "the service's token".to_owned() });
            }
        }
        let status = text(&mut read, "Status");
        let status = match status.as_str() {
            "" => None,
            "passing" => Some(Health::Passing),
            "warning" => Some(Health::Warning),
            "critical" => Some(Health::Critical),
            _ => {
                self.fault(&join(path, spelled("Status")), FaultKind::StatusUnknown(status));
                None
            }
        };
        let mut count = |name: &'static str| match read.remove(name).and_then(|value| value.as_i64()) {
            None => 0,
            Some(number) => u32::try_from(number).unwrap_or_else(|_| {
                let kind = if number < 0 {
                    FaultKind::Negative(number.to_string())
                } else {
                    FaultKind::TooLarge(number.to_string())
                };
                self.fault(&join(path, spelled(name)), kind);
                0
            }),
        };
        let success_before_passing = count("SuccessBeforePassing");
        let failures_before_warning = count("FailuresBeforeWarning");
        let failures_before_critical = count("FailuresBeforeCritical");
        let output_max_size = count("OutputMaxSize");
        CheckDefinition {
            id: text(&mut read, "CheckID"),
            name: text(&mut read, "Name"),
            notes: text(&mut read, "Notes"),
            interval: span(&mut read, "Interval"),
            timeout: span(&mut read, "Timeout").filter(|time| !time.is_zero()),
            tls_server_name: text(&mut read, "TLSServerName"),
            tls_skip_verify: flag(&mut read, "TLSSkipVerify"),
            status,
            success_before_passing,
            failures_before_warning,
            failures_before_critical,
            deregister_after: span(&mut read, "DeregisterCriticalServiceAfter").filter(|time| !time.is_zero()),
            output_max_size,
            does,
            other: Kept(read),
        }
    }

    /// What a check does, out of its fields.
    fn does(&mut self, read: &mut Map<String, Value>, path: &str) -> CheckDoes {
        let mut all = Vec::new();
        let ttl = span(read, "TTL");
        let http = CheckDoes::Http {
            url: text(read, "HTTP"),
            method: text(read, "Method"),
            header: lists_map(read, "Header"),
            body: text(read, "Body"),
            disable_redirects: flag(read, "DisableRedirects"),
        };
        let tcp = CheckDoes::Tcp { target: text(read, "TCP"), use_tls: flag(read, "TCPUseTLS") };
        let grpc = CheckDoes::Grpc { target: text(read, "GRPC"), use_tls: flag(read, "GRPCUseTLS") };
        let udp = text(read, "UDP");
        let use_tls = read.remove("H2PingUseTLS").and_then(|value| value.as_bool());
        let h2ping = CheckDoes::H2Ping { target: text(read, "H2PING"), use_tls };
        let (container, shell) = (text(read, "DockerContainerID"), text(read, "Shell"));
        let args = text_list(read, "Args");
        let alias = CheckDoes::Alias { service: text(read, "AliasService"), node: text(read, "AliasNode") };
        let os_service = text(read, "OSService");
        if let Some(ttl) = ttl.filter(|ttl| !ttl.is_zero()) {
            all.push(CheckDoes::Ttl { ttl });
        }
        for does in [http, tcp, grpc, h2ping, alias] {
            let is_said = match &does {
                CheckDoes::Http { url: target, .. }
                | CheckDoes::Tcp { target, .. }
                | CheckDoes::Grpc { target, .. }
                | CheckDoes::H2Ping { target, .. } => !target.is_empty(),
                CheckDoes::Alias { service, node } => !service.is_empty() || !node.is_empty(),
                _ => false,
            };
            if is_said {
                all.push(does);
            }
        }
        if !udp.is_empty() {
            all.push(CheckDoes::Udp { target: udp });
        }
        if !os_service.is_empty() {
            all.push(CheckDoes::OsService { name: os_service });
        }
        if !container.is_empty() {
            all.push(CheckDoes::Docker { container, shell, args });
        } else if !args.is_empty() {
            all.push(CheckDoes::Script { args });
        }
        let mut all = all.into_iter();
        let first = all.next().unwrap_or_default();
        if let Some(second) = all.next() {
            self.fault(path, FaultKind::CheckKinds { first: first.field(), second: second.field() });
        }
        first
    }
}

fn text(read: &mut Map<String, Value>, name: &str) -> String {
    match read.remove(name) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    }
}

fn flag(read: &mut Map<String, Value>, name: &str) -> bool {
    read.remove(name).and_then(|value| value.as_bool()).unwrap_or_default()
}

/// Nanoseconds, which `value` made of both spellings.
fn span(read: &mut Map<String, Value>, name: &str) -> Option<Duration> {
    read.remove(name).and_then(|value| value.as_u64()).map(Duration::from_nanos)
}

fn strings(value: Value) -> Vec<String> {
    let Value::Array(list) = value else { return Vec::new() };
    list.into_iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

fn text_list(read: &mut Map<String, Value>, name: &str) -> Vec<String> {
    read.remove(name).map(strings).unwrap_or_default()
}

fn text_map(read: &mut Map<String, Value>, name: &str) -> BTreeMap<String, String> {
    let Some(Value::Object(map)) = read.remove(name) else { return BTreeMap::new() };
    map.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
}

fn lists_map(read: &mut Map<String, Value>, name: &str) -> BTreeMap<String, Vec<String>> {
    let Some(Value::Object(map)) = read.remove(name) else { return BTreeMap::new() };
    map.into_iter().map(|(name, value)| (name, strings(value))).collect()
}
