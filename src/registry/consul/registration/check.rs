//! What Consul would refuse of a registration, and what it takes and does otherwise. Each rule was seen at an agent.

use std::collections::BTreeSet;
use std::time::Duration;

use super::fault::{Fault, FaultKind};
use super::{CheckDefinition, CheckDoes, Registration};
use crate::registry::Health;

/// Pairs of metadata, bytes of a key and of a value: Consul's own limits.
const META_PAIRS: usize = 64;
const META_KEY: usize = 128;
const META_VALUE: usize = 512;
/// Consul deregisters no sooner.
const SOONEST_DEREGISTER: Duration = Duration::from_mins(1);
/// The longest label in DNS.
const DNS_LABEL: usize = 63;

impl Registration {
    /// All that is wrong with it. Empty, or nothing fatal in it: Consul takes it, access rules aside.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |name, kind| faults.push(Fault::field(name, kind));
        if self.name.is_empty() {
            fault("Name", FaultKind::NameMissing);
        } else if !is_dns_label(&self.name) {
            fault("Name", FaultKind::NoDnsName(self.name.clone()));
        }
        if matches!(self.address.as_str(), "0.0.0.0" | "::" | "[::]") {
            fault("Address", FaultKind::AnyAddress(self.address.clone()));
        }
        if self.weights.is_some_and(|(passing, _)| passing == 0) {
            fault("Weights", FaultKind::WeightRange("0".to_owned()));
        }
        self.check_meta(&mut faults);
        if self.kind == "connect-proxy" {
            let proxy = self.other.0.get("Proxy");
            let destination = proxy.and_then(|proxy| proxy.get("DestinationServiceName")?.as_str());
            if destination.is_none_or(str::is_empty) {
                faults.push(Fault::field("Proxy", FaultKind::DestinationMissing));
            }
            if self.port == 0 && !self.other.0.contains_key("SocketPath") {
                faults.push(Fault::field("Port", FaultKind::PortMissing));
            }
        }
        let mut ids = BTreeSet::new();
        for (at, check) in self.checks.iter().enumerate() {
            let id = self.effective_check_id(at);
            if !ids.insert(id.clone()) {
                faults.push(Fault::check(at, "CheckID", FaultKind::CheckIdTwice(id)));
            }
            check.check(at, &mut faults);
        }
        faults
    }

    fn check_meta(&self, faults: &mut Vec<Fault>) {
        let mut fault = |kind| faults.push(Fault::field("Meta", kind));
        if self.meta.len() > META_PAIRS {
            fault(FaultKind::MetaCount(self.meta.len()));
        }
        let mut keys = BTreeSet::new();
        for (key, value) in &self.meta {
            if !keys.insert(key) {
                fault(FaultKind::MetaKeyTwice(key.clone()));
            }
            if key.is_empty() {
                fault(FaultKind::MetaKeyEmpty);
            } else if !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
                fault(FaultKind::MetaKeyCharacters(key.clone()));
            } else if key.starts_with("consul-") {
                fault(FaultKind::MetaKeyReserved(key.clone()));
            }
            if key.len() > META_KEY {
                fault(FaultKind::MetaKeyLong(key.clone()));
            }
            if value.len() > META_VALUE {
                fault(FaultKind::MetaValueLong(key.clone()));
            }
        }
    }
}

impl CheckDefinition {
    fn check(&self, at: usize, faults: &mut Vec<Fault>) {
        let mut fault = |name, kind| faults.push(Fault::check(at, name, kind));
        let is_ttl = matches!(self.does, CheckDoes::Ttl { .. });
        match &self.does {
            CheckDoes::Nothing => fault("", FaultKind::CheckKindMissing),
            CheckDoes::Ttl { ttl } if ttl.is_zero() => fault("TTL", FaultKind::NotPositive),
            CheckDoes::Tcp { target, .. } | CheckDoes::Udp { target } | CheckDoes::Grpc { target, .. }
                if target.is_empty() =>
            {
                fault(self.does.field(), FaultKind::CheckKindMissing);
            }
            CheckDoes::H2Ping { target, .. } if target.is_empty() => fault("H2PING", FaultKind::CheckKindMissing),
            CheckDoes::Http { url, .. } if url.is_empty() => fault("HTTP", FaultKind::CheckKindMissing),
            CheckDoes::Script { args } if args.is_empty() => fault("Args", FaultKind::CheckKindMissing),
            CheckDoes::Docker { args, .. } if args.is_empty() => fault("Args", FaultKind::CheckKindMissing),
            CheckDoes::Alias { service, node } if service.is_empty() && node.is_empty() => {
                fault("AliasService", FaultKind::CheckKindMissing);
            }
            CheckDoes::OsService { name } if name.is_empty() => fault("OSService", FaultKind::CheckKindMissing),
            _ => {}
        }
        match self.interval {
            Some(interval) if is_ttl && !interval.is_zero() => fault("Interval", FaultKind::IntervalWithTtl),
            None if self.does.needs_interval() => fault("Interval", FaultKind::IntervalMissing),
            Some(Duration::ZERO) if self.does.needs_interval() => fault("Interval", FaultKind::NotPositive),
            _ => {}
        }
        if let Some(status @ (Health::Unknown | Health::Maintenance)) = self.status {
            fault("Status", FaultKind::StatusUnknown(status.name().to_owned()));
        }
        if let Some(time) = self.deregister_after.filter(|time| !time.is_zero() && *time < SOONEST_DEREGISTER) {
            fault("DeregisterCriticalServiceAfter", FaultKind::DeregisterSoon(time));
        }
    }
}

/// Consul's own rule: letters, digits and hyphens, not at the ends.
fn is_dns_label(name: &str) -> bool {
    let is_within = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_within && name.len() <= DNS_LABEL && !name.starts_with('-') && !name.ends_with('-')
}
