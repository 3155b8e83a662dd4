//! What it means when an agent does not answer as asked: HTTP statuses with their words, and failures on the way.

use std::error::Error;
use std::time::Duration;

use crate::registry::{Lacks, Odd, RegistryFault, TlsTrouble, Unreached};

/// What Consul puts before the words of another server.
const RELAYED: &str = "rpc error making call: ";

/// What an answer with this status and these words says; `datacenter` is the one that was asked for.
pub(super) fn of_status(status: u16, said: &str, datacenter: Option<&str>) -> RegistryFault {
    let mut words = said.trim();
    // Each server on the way puts its own prefix before it.
    while let Some(rest) = words.strip_prefix(RELAYED) {
        words = rest;
    }
    let words: String = words.chars().take(LONGEST_WORDS).collect();
    let lower = words.to_ascii_lowercase();
    if lower.contains("client sent an http request to an https server") {
        return RegistryFault::Tls(TlsTrouble::WantsTls);
    }
    match status {
        400 | 500 if lower.contains("failed to create boolean expression evaluator") => RegistryFault::BadFilter(words),
        400 if lower.contains("failed to parse filter") || lower.contains("failed to compile filter") => {
            RegistryFault::BadFilter(words)
        }
        401 if lower.contains("acl support disabled") => RegistryFault::Unsupported(Lacks::AccessRules),
        401 if words.is_empty() => RegistryFault::WantsPassword,
        403 | 500 if lower.contains("acl not found") => RegistryFault::UnknownToken,
        403 if words.is_empty() => RegistryFault::Denied("Forbidden (403)".to_owned()),
        401 | 403 => RegistryFault::Denied(words),
        500 if lower.contains("permission denied") => RegistryFault::Denied(words),
        500 if lower.contains("no path to datacenter") => {
            RegistryFault::NoDatacenter(datacenter.unwrap_or_default().to_owned())
        }
        _ if words.starts_with('<') => RegistryFault::Foreign(Odd::Html(status)),
        _ => RegistryFault::Refused { status, said: words },
    }
}

/// More of what somebody says is not repeated.
const LONGEST_WORDS: usize = 2000;

/// What a failure on the way says; `connect` is how long a connection may take.
pub(super) fn of_transport(error: &reqwest::Error, connect: Duration) -> RegistryFault {
    if error.is_timeout() && error.is_connect() {
        return RegistryFault::Unreachable(Unreached::NotWithin(connect));
    }
    of_causes(error, error.is_connect())
}

/// The same, of an error of any client: its causes say what it was.
pub(super) fn of_causes(error: &(dyn Error + 'static), while_connecting: bool) -> RegistryFault {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    let mut last = String::new();
    let mut is_parse = false;
    let mut system = None;
    while let Some(inner) = cause {
        if let Some(tls) = inner.downcast_ref::<rustls::Error>() {
            return RegistryFault::Tls(tls_trouble(tls));
        }
        // TLS errors travel inside of I/O errors, and these inside of each other.
        let mut io = inner.downcast_ref::<std::io::Error>();
        system = io.and_then(of_system).or(system);
        while let Some(inside) = io.and_then(std::io::Error::get_ref) {
            if let Some(tls) = inside.downcast_ref::<rustls::Error>() {
                return RegistryFault::Tls(tls_trouble(tls));
            }
            io = inside.downcast_ref::<std::io::Error>();
        }
        last = inner.to_string();
        if last.starts_with("dns error") || last.contains("failed to lookup address") {
            system = Some(Unreached::NoSuchName);
        } else if last.contains("connection closed before message completed") {
            system = system.or(Some(Unreached::Closed));
        }
        is_parse |= last.contains("invalid HTTP") || last.contains("HTTP version");
        cause = inner.source();
    }
    if is_parse && !while_connecting {
        return RegistryFault::Foreign(Odd::NoHttp(last));
    }
    RegistryFault::Unreachable(system.unwrap_or(Unreached::Other(last)))
}

/// What an error of the system's means, where it is one of the usual ones.
fn of_system(error: &std::io::Error) -> Option<Unreached> {
    use std::io::ErrorKind as K;
    match error.kind() {
        K::ConnectionRefused => Some(Unreached::Refused),
        K::HostUnreachable | K::NetworkUnreachable | K::NetworkDown | K::AddrNotAvailable => Some(Unreached::NoRoute),
        K::ConnectionReset | K::ConnectionAborted | K::BrokenPipe => Some(Unreached::Closed),
        _ => None,
    }
}

fn tls_trouble(error: &rustls::Error) -> TlsTrouble {
    use rustls::CertificateError as C;
    match error {
        rustls::Error::InvalidMessage(_) => TlsTrouble::NoTls,
        rustls::Error::InvalidCertificate(C::UnknownIssuer) => TlsTrouble::UnknownIssuer,
        rustls::Error::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => TlsTrouble::Expired,
        rustls::Error::InvalidCertificate(C::NotValidYet | C::NotValidYetContext { .. }) => TlsTrouble::NotYetValid,
        rustls::Error::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => {
            TlsTrouble::WrongName
        }
        other => TlsTrouble::Other(other.to_string()),
    }
}

/// An error and its causes in one line.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_words = inner.to_string();
        if !words.ends_with(&inner_words) {
            words = format!("{words}: {inner_words}");
        }
        cause = inner.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses() {
        let check = |status, said: &str, expect: RegistryFault| {
            assert_eq!(of_status(status, said, Some("dc9")), expect, "{status} {said}");
        };
        check(403, "ACL not found", RegistryFault::UnknownToken);
        check(403, "rpc error making call: ACL not found", RegistryFault::UnknownToken);
        check(403, "Permission denied", RegistryFault::Denied("Permission denied".to_owned()));
        check(
            403,
            "rpc error making call: rpc error making call: Permission denied",
            RegistryFault::Denied("Permission denied".to_owned()),
        );
        check(500, "rpc error making call: Permission denied", RegistryFault::Denied("Permission denied".to_owned()));
        check(403, "", RegistryFault::Denied("Forbidden (403)".to_owned()));
        check(500, "No path to datacenter", RegistryFault::NoDatacenter("dc9".to_owned()));
        check(500, "rpc error making call: No path to datacenter", RegistryFault::NoDatacenter("dc9".to_owned()));
        let filter = "Failed to create boolean expression evaluator: Selector \"X\" is not valid";
        check(500, filter, RegistryFault::BadFilter(filter.to_owned()));
        check(400, filter, RegistryFault::BadFilter(filter.to_owned()));
        check(401, "ACL support disabled", RegistryFault::Unsupported(Lacks::AccessRules));
        check(500, "No cluster leader", RegistryFault::Refused { status: 500, said: "No cluster leader".to_owned() });
        check(
            400,
            "Cannot specify ?stale with ?consistent, conflicting semantics.",
            RegistryFault::Refused {
                status: 400,
                said: "Cannot specify ?stale with ?consistent, conflicting semantics.".to_owned(),
            },
        );
        check(404, "<html>", RegistryFault::Foreign(Odd::Html(404)));
        check(404, "", RegistryFault::Refused { status: 404, said: String::new() });
    }
}
