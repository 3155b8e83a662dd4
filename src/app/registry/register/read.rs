//! A form as data: texts become numbers, times and checks, and what cannot is a fault at its field.
//!
//! Lives here: reading what is typed. Absent: what is typed (`form`), and rules that Consul has for what was read
//! (`registry::consul::registration`).

use std::collections::BTreeMap;
use std::time::Duration;

use super::form::{CheckForm, RegisterForm, Usual};
use crate::app::shell;
use crate::registry::CheckKind;
use crate::registry::consul::registration::{
    CheckDefinition, CheckDoes, Fault, FaultKind, FaultPlace, Registration, typed_duration,
};

impl RegisterForm {
    /// What it says, and all that is wrong with it. Checks are numbered as they are sent.
    pub fn registration(&self) -> (Registration, Vec<Fault>) {
        let mut reader = Reading::default();
        let weights = (self.weight_passing.trim(), self.weight_warning.trim());
        let weights = (!weights.0.is_empty() || !weights.1.is_empty())
            .then(|| (reader.weight(weights.0), reader.weight(weights.1)));
        let mut addresses = BTreeMap::new();
        for [name, address, port] in &self.addresses {
            let name = name.trim();
            if name.is_empty() && address.trim().is_empty() && port.trim().is_empty() {
                continue;
            }
            let port = reader.port(port, "TaggedAddresses");
            addresses.insert(name.to_owned(), (address.trim().to_owned(), port));
        }
        let port = reader.port(&self.port, "Port");
        reader.typed_again(&self.meta, &self.typed_again, "Meta");
        let checks: Vec<CheckDefinition> = self
            .sent()
            .enumerate()
            .map(|(number, (at, check))| {
                reader.check = Some(number);
                definition(check, &self.usual(at), &mut reader)
            })
            .collect();
        let filled = |(key, value): &&(String, String)| !key.trim().is_empty() || !value.is_empty();
        let registration = Registration {
            name: self.name.trim().to_owned(),
            id: self.id.trim().to_owned(),
            address: self.address.trim().to_owned(),
            port,
            tags: self.tags_with_new(),
            meta: self.meta.iter().filter(filled).map(|(key, value)| (key.trim().to_owned(), value.clone())).collect(),
            weights,
            enable_tag_override: self.enable_tag_override,
            tagged_addresses: addresses,
            kind: self.kind.clone(),
            namespace: self.namespace.clone(),
            partition: self.partition.clone(),
            token: self.token.clone(),
            checks,
            other: self.other.clone(),
        };
        let mut faults = reader.faults;
        faults.extend(
            self.not_kept
                .iter()
                .map(|path| Fault { place: FaultPlace::Field(""), kind: FaultKind::NotKept(path.clone()) }),
        );
        // What cannot be read is missing too; it is said once.
        let unread: Vec<FaultPlace> =
            faults.iter().filter(|fault| fault.is_fatal()).map(|fault| fault.place.clone()).collect();
        faults.extend(registration.check().into_iter().filter(|fault| !unread.contains(&fault.place)));
        (registration, faults)
    }
}

/// What is wrong with texts that have to be numbers or times.
#[derive(Default)]
struct Reading {
    /// Of the service, or of the check with this number.
    check: Option<usize>,
    faults: Vec<Fault>,
}

impl Reading {
    fn fault(&mut self, field: &'static str, kind: FaultKind) {
        let place = match self.check {
            None => FaultPlace::Field(field),
            Some(number) => FaultPlace::Check(number, field),
        };
        self.faults.push(Fault { place, kind });
    }

    /// Rows whose values were not kept, and are not typed again.
    fn typed_again(&mut self, pairs: &[(String, String)], keys: &[String], field: &'static str) {
        for (key, _) in pairs.iter().filter(|(key, value)| value.is_empty() && keys.contains(key)) {
            self.fault(field, FaultKind::TypeAgain(key.clone()));
        }
    }

    fn port(&mut self, typed: &str, field: &'static str) -> u16 {
        let typed = typed.trim();
        if typed.is_empty() {
            return 0;
        }
        typed.parse().unwrap_or_else(|_not_a_port: std::num::ParseIntError| {
            self.fault(field, FaultKind::PortRange(typed.to_owned()));
            0
        })
    }

    fn weight(&mut self, typed: &str) -> u16 {
        if typed.is_empty() {
            return 1;
        }
        typed.parse().unwrap_or_else(|_no_weight: std::num::ParseIntError| {
            self.fault("Weights", FaultKind::WeightRange(typed.to_owned()));
            1
        })
    }

    fn time(&mut self, typed: &str, field: &'static str) -> Option<Duration> {
        let typed = typed.trim();
        if typed.is_empty() {
            return None;
        }
        let time = typed_duration(typed);
        if time.is_none() {
            self.fault(field, FaultKind::NoDuration(typed.to_owned()));
        }
        time
    }

    fn count(&mut self, typed: &str, field: &'static str) -> u32 {
        let typed = typed.trim();
        if typed.is_empty() {
            return 0;
        }
        typed.parse().unwrap_or_else(|_no_count: std::num::ParseIntError| {
            let found = if typed.parse::<f64>().is_ok() { "a number" } else { "a string" };
            self.fault(field, FaultKind::WrongType { expected: "a whole number", found });
            0
        })
    }
}

fn definition(check: &CheckForm, usual: &Usual, reader: &mut Reading) -> CheckDefinition {
    let or = |typed: &str, usual: &str| {
        let typed = typed.trim();
        if typed.is_empty() { usual.to_owned() } else { typed.to_owned() }
    };
    let target = or(&check.target, &usual.target);
    if check.kind == CheckKind::Http {
        reader.typed_again(&check.headers, &check.typed_again, "Header");
        if check.url.is_empty() && check.lacks("HTTP") {
            reader.fault("HTTP", FaultKind::TypeAgain("URL".to_owned()));
        }
        if check.body.is_empty() && check.lacks("Body") {
            reader.fault("Body", FaultKind::NotKept("Body".to_owned()));
        }
    }
    if matches!(check.kind, CheckKind::Script | CheckKind::Docker) && check.command.is_empty() && check.lacks("Args") {
        reader.fault("Args", FaultKind::TypeAgain("Args".to_owned()));
    }
    for path in &check.not_kept {
        reader.fault("", FaultKind::NotKept(path.clone()));
    }
    let does = match &check.kind {
        CheckKind::Tcp => CheckDoes::Tcp { target, use_tls: check.use_tls },
        CheckKind::Udp => CheckDoes::Udp { target },
        CheckKind::Grpc => CheckDoes::Grpc { target, use_tls: check.use_tls },
        // Consul takes TLS where it is not said, so it is said.
        CheckKind::H2Ping => CheckDoes::H2Ping { target, use_tls: Some(check.use_tls) },
        CheckKind::Http => {
            let mut header: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (name, value) in check.headers.iter().filter(|(name, _)| !name.trim().is_empty()) {
                header.entry(name.trim().to_owned()).or_default().push(value.clone());
            }
            CheckDoes::Http {
                url: or(&check.url, &usual.url),
                method: check.method.trim().to_owned(),
                header,
                body: check.body.clone(),
                disable_redirects: check.no_redirects,
            }
        }
        CheckKind::Ttl => CheckDoes::Ttl { ttl: reader.time(&check.ttl, "TTL").unwrap_or_default() },
        CheckKind::Script => CheckDoes::Script { args: shell::words(&check.command).words },
        CheckKind::Docker => CheckDoes::Docker {
            container: check.container.trim().to_owned(),
            shell: check.shell.trim().to_owned(),
            args: shell::words(&check.command).words,
        },
        CheckKind::Alias => CheckDoes::Alias {
            service: check.alias_service.trim().to_owned(),
            node: check.alias_node.trim().to_owned(),
        },
        CheckKind::OsService => CheckDoes::OsService { name: check.os_service.trim().to_owned() },
        _ => CheckDoes::Nothing,
    };
    let with_tls = (check.has_tls() && check.use_tls) || check.is_https(usual);
    CheckDefinition {
        id: or(&check.id, &usual.check_id),
        name: or(&check.name, &usual.check_name),
        notes: check.notes.trim().to_owned(),
        does,
        interval: if check.runs() { reader.time(&check.interval, "Interval") } else { None },
        timeout: if check.runs() { reader.time(&check.timeout, "Timeout") } else { None },
        tls_server_name: if with_tls { check.server_name.trim().to_owned() } else { String::new() },
        tls_skip_verify: with_tls && check.skip_verify,
        status: check.status,
        success_before_passing: reader.count(&check.passes, "SuccessBeforePassing"),
        failures_before_warning: reader.count(&check.failures_warning, "FailuresBeforeWarning"),
        failures_before_critical: reader.count(&check.failures_critical, "FailuresBeforeCritical"),
        deregister_after: reader.time(&check.deregister_after, "DeregisterCriticalServiceAfter"),
        output_max_size: reader.count(&check.output_max, "OutputMaxSize"),
        other: check.other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::tests::form;
    use super::*;

    #[test]
    fn what_is_wrong_is_told_once_and_at_its_field() {
        let check = |change: &dyn Fn(&mut RegisterForm), expect: &[&str]| {
            let mut form = form();
            change(&mut form);
            let said: Vec<String> = form.registration().1.iter().map(ToString::to_string).collect();
            assert_eq!(said, expect);
        };
        check(&|form| form.name.clear(), &["Name: a service needs a name"]);
        check(
            &|form| form.port = "65536".to_owned(),
            &[
                "Port: 65536 is no port; ports go from 0 to 65535",
                "Checks[0].GRPC: a check has to say what it does: TCP, HTTP, GRPC, TTL, H2PING, UDP, Args, DockerContainerID, AliasService, AliasNode or OSService",
            ][..1],
        );
        check(
            &|form| form.checks[0].interval = "soon".to_owned(),
            &["Checks[0].Interval: \"soon\" is no duration; one is written like 5s, 1m30s, 500ms"],
        );
        check(&|form| form.checks[0].interval.clear(), &["Checks[0].Interval: a check of this kind needs an interval"]);
        check(
            &|form| form.checks[0].passes = "two".to_owned(),
            &["Checks[0].SuccessBeforePassing: has to be a whole number, not a string"],
        );
        check(
            &|form| form.weight_passing = "0".to_owned(),
            &["Weights: 0 is no weight; they go from 1 (0 for Warning) to 65535"],
        );
        // A check that is left out has no number.
        check(
            &|form| {
                form.checks.insert(0, CheckForm::new(CheckKind::Unknown));
                form.checks.push(CheckForm { timeout: "x".to_owned(), ..CheckForm::new(CheckKind::Tcp) });
                assert_eq!(form.check_at(1), 2);
            },
            &["Checks[1].Timeout: \"x\" is no duration; one is written like 5s, 1m30s, 500ms"],
        );
    }
}
