//! `consul://[host:port/]service?tag=…` and its like, as a person types it.
//!
//! | part | means |
//! |---|---|
//! | `consul://10.0.0.5:8500/User` | service `User` of that Consul; without `host:port/` that of the settings |
//! | `static:///path/list.txt#User` | service `User` of a static list; `?service=User` says the same; relative and `~/` paths too |
//! | `tag=T` | only instances with that tag; several times: with all of them |
//! | `dc=D` | datacenter |
//! | `passing=true`, `false` | only what passes; whatever its health. Absent: nothing critical or in maintenance |
//! | `near=NODE` | nearest first, seen from there; `_agent` is the agent that is asked |
//! | `policy=P` | `first`, `round_robin`, `random`, `near` |
//! | `instance=ID` | this one |
//! | `retries=N` | further attempts at other instances; none unless set |
//! | `stale=true`, `consistent=true` | how fresh the answer has to be |
//!
//! `healthy` for `passing`, `allow-stale`, `require-consistent`, and `wait`, `timeout` and `max-backoff` (which change
//! nothing here) are taken as well: so a target that a Go program resolves can be pasted.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::{Consistency, Policy, RegistryKind, Scope, Wish};

/// What has a meaning of its own in a path or query.
const RESERVED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'/')
    .add(b'<')
    .add(b'=')
    .add(b'>')
    .add(b'?');
/// As [`RESERVED`], for the path of a file.
const IN_PATH: &AsciiSet = &CONTROLS.add(b'#').add(b'%').add(b'?');
/// Registries that are named somewhere but not known here yet.
const LATER: [&str; 3] = ["etcd", "zookeeper", "mdns"];

/// A service in a registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RegistryTarget {
    /// Which kind.
    pub kind: RegistryKind,
    /// `host:port` of a Consul, the path of a list, as written; `None`: the one that settings name.
    pub place: Option<String>,
    /// The service.
    pub service: String,
    /// Which of its instances.
    pub wish: Wish,
    /// Datacenter.
    pub datacenter: Option<String>,
    /// Nearest first, seen from this node.
    pub near: Option<String>,
    /// Which one of them; `None`: as the person set it elsewhere.
    pub policy: Option<Policy>,
    /// How fresh the answer has to be.
    pub consistency: Consistency,
    /// Further attempts after one that reached nobody; `None`: as the person set it elsewhere.
    pub retries: Option<u32>,
}

/// More attempts than that are a load, not a call.
pub const MOST_RETRIES: u32 = 10;

/// What in a target is not understood. Never repeats a secret. `Display` is English and says how to write it; `words`
/// says it in other languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryTargetError {
    /// It has no scheme.
    NoScheme,
    /// The scheme of a registry that is not known yet.
    Later(String),
    /// The scheme of something else.
    NoRegistry(String),
    /// It names no service of a Consul: this one, where it names one.
    WhichService(Option<String>),
    /// It names no service of a list.
    WhichOfList,
    /// More than one service.
    TooMuch(String),
    /// A part without a value.
    Empty(String),
    /// A policy that there is not.
    NoPolicy(String),
    /// No number of retries.
    BadRetries(String),
    /// A token.
    Token,
    /// A user and a password.
    Password,
    /// A part that is not known.
    Unknown(String),
    /// A part that is neither true nor false: its name and value.
    NotTrueOrFalse(String, String),
    /// What its % stand for is no text.
    NoText(String),
}

impl std::fmt::Display for RegistryTargetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoScheme => f.write_str("a registry's service is written consul://[host:port/]SERVICE"),
            Self::Later(scheme) => write!(f, "{scheme}:// is not known yet: only consul:// and static:// are"),
            Self::NoRegistry(scheme) => {
                write!(f, "{scheme}:// is no registry: write consul://[host:port/]SERVICE or static://FILE#SERVICE")
            }
            Self::WhichService(None) => f.write_str("which service? write consul://[host:port/]SERVICE"),
            Self::WhichService(Some(place)) => write!(f, "which service? write consul://{place}/SERVICE"),
            Self::WhichOfList => f.write_str("which service of the list? write static://FILE#SERVICE"),
            Self::TooMuch(service) => write!(
                f,
                "{service} is too much: after host:port comes one service; a slash inside its name is written %2F"
            ),
            Self::Empty(name) => write!(f, "{name}= is empty"),
            Self::NoPolicy(value) => write!(f, "policy={value}: there are first, round_robin, random and near"),
            Self::BadRetries(value) => write!(f, "retries={value}: write a number from 0 to {MOST_RETRIES}"),
            Self::Token => f.write_str(
                "a token does not belong into an address, where everybody sees it: set CONSUL_HTTP_TOKEN, or --token",
            ),
            Self::Password => f.write_str(
                "user names and passwords do not belong into an address: set CONSUL_HTTP_AUTH, or CONSUL_HTTP_TOKEN",
            ),
            Self::Unknown(name) => write!(
                f,
                "{name}= is not known: there are tag, dc, passing, near, policy, instance, retries, stale and consistent"
            ),
            Self::NotTrueOrFalse(name, value) => write!(f, "{name}={value}: write true or false"),
            Self::NoText(text) => write!(f, "{text}: what % stands for in it is no text"),
        }
    }
}

impl std::error::Error for RegistryTargetError {}

/// Whether `text` begins with the scheme of a registry, one that is not known yet included.
pub fn names_a_registry(text: &str) -> bool {
    let Some((scheme, _)) = text.trim_start().split_once("://") else { return false };
    let scheme = scheme.to_ascii_lowercase();
    kind_of(&scheme).is_some() || LATER.contains(&scheme.as_str())
}

/// A registry as a whole, `consul://`, `consul://HOST:PORT[/]` or `static://FILE`: its kind and its place, which is empty
/// where the environment says it. `None` for one service of it, and for anything else.
pub fn whole_registry(text: &str) -> Option<(RegistryKind, String)> {
    let (scheme, rest) = text.trim().split_once("://")?;
    let kind = kind_of(&scheme.to_ascii_lowercase())?;
    if rest.contains(['?', '#', '@']) {
        return None;
    }
    if kind == RegistryKind::Static {
        return decoded(rest).ok().filter(|file| !file.is_empty()).map(|file| (kind, file));
    }
    let place = decoded(rest.strip_suffix('/').unwrap_or(rest)).ok()?;
    let is_place = place.is_empty() || place.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    (is_place && !place.contains('/')).then_some((kind, place))
}

fn kind_of(scheme: &str) -> Option<RegistryKind> {
    [RegistryKind::Consul, RegistryKind::Static].into_iter().find(|kind| kind.scheme() == scheme)
}

impl RegistryTarget {
    /// A service, nothing else said.
    pub fn new(kind: RegistryKind, place: Option<String>, service: impl Into<String>) -> Self {
        Self {
            kind,
            place,
            service: service.into(),
            wish: Wish::default(),
            datacenter: None,
            near: None,
            policy: None,
            consistency: Consistency::default(),
            retries: None,
        }
    }

    /// Reads what a person typed.
    pub fn parse(text: &str) -> Result<Self, RegistryTargetError> {
        let text = text.trim();
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(RegistryTargetError::NoScheme);
        };
        let scheme = scheme.to_ascii_lowercase();
        let Some(kind) = kind_of(&scheme) else {
            return Err(if LATER.contains(&scheme.as_str()) {
                RegistryTargetError::Later(scheme)
            } else {
                RegistryTargetError::NoRegistry(scheme)
            });
        };
        let (rest, fragment) = match kind {
            RegistryKind::Static => rest.split_once('#').map_or((rest, None), |(rest, name)| (rest, Some(name))),
            RegistryKind::Consul => (rest, None),
        };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        // A list's service may stand before its query's end, too: static://FILE#User?tag=v1.
        let (fragment, query) = match fragment.and_then(|fragment| fragment.split_once('?')) {
            Some((name, more)) => (Some(name), if query.is_empty() { more } else { query }),
            None => (fragment, query),
        };
        let (place, service) = match kind {
            RegistryKind::Consul => consul_path(path)?,
            RegistryKind::Static => (Some(decoded(path)?), fragment.map(decoded).transpose()?.unwrap_or_default()),
        };
        let mut target = Self::new(kind, place, service);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            target.take(&decoded(name)?, decoded(value)?)?;
        }
        if target.service.is_empty() {
            return Err(match kind {
                RegistryKind::Consul => RegistryTargetError::WhichService(None),
                RegistryKind::Static => RegistryTargetError::WhichOfList,
            });
        }
        if target.near.is_none() && target.policy == Some(Policy::Near) && kind == RegistryKind::Consul {
            target.near = Some("_agent".to_owned());
        }
        Ok(target)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), RegistryTargetError> {
        let filled = |value: String| {
            if value.is_empty() { Err(RegistryTargetError::Empty(name.to_owned())) } else { Ok(value) }
        };
        match name {
            "tag" => self.wish.tags.push(filled(value)?),
            "dc" => self.datacenter = Some(filled(value)?),
            "near" => self.near = Some(filled(value)?),
            "passing" | "healthy" => self.wish.passing = Some(yes_or_no(name, &value)?),
            "stale" | "allow-stale" if yes_or_no(name, &value)? => self.consistency = Consistency::Stale,
            "consistent" | "require-consistent" if yes_or_no(name, &value)? => {
                self.consistency = Consistency::Consistent;
            }
            "policy" => match Policy::of_name(&value) {
                Some(policy) => self.policy = Some(policy),
                None => return Err(RegistryTargetError::NoPolicy(value)),
            },
            "instance" => self.policy = Some(Policy::Instance(filled(value)?)),
            "retries" => match value.parse::<u32>() {
                Ok(count) if count <= MOST_RETRIES => self.retries = Some(count),
                _ => return Err(RegistryTargetError::BadRetries(value)),
            },
            "service" if self.kind == RegistryKind::Static => self.service = filled(value)?,
            "stale" | "allow-stale" | "consistent" | "require-consistent" | "wait" | "timeout" | "max-backoff" => {}
            "token" => return Err(RegistryTargetError::Token),
            other => return Err(RegistryTargetError::Unknown(other.to_owned())),
        }
        Ok(())
    }

    /// Which part of the registry is asked: all instances of the service, so that it can be said which filter left none.
    pub fn scope(&self, policy: &Policy) -> Scope {
        let near = self.near.clone().or_else(|| (*policy == Policy::Near).then(|| "_agent".to_owned()));
        Scope {
            datacenter: self.datacenter.clone(),
            near: near.filter(|_| self.kind == RegistryKind::Consul),
            consistency: self.consistency,
            ..Scope::default()
        }
    }
}

/// `[host:port/]service`; the place, and the service.
fn consul_path(path: &str) -> Result<(Option<String>, String), RegistryTargetError> {
    if path.split('/').next().is_some_and(|authority| authority.contains('@')) {
        return Err(RegistryTargetError::Password);
    }
    let Some((place, service)) = path.split_once('/') else {
        let name = decoded(path)?;
        let looks_like_host = name.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        if looks_like_host {
            return Err(RegistryTargetError::WhichService(Some(name)));
        }
        return Ok((None, name));
    };
    let service = service.trim_end_matches('/');
    if service.is_empty() && !place.is_empty() {
        return Err(RegistryTargetError::WhichService(Some(decoded(place)?)));
    }
    if service.contains('/') {
        return Err(RegistryTargetError::TooMuch(service.to_owned()));
    }
    let place = decoded(place)?;
    Ok((Some(place).filter(|place| !place.is_empty()), decoded(service)?))
}

fn yes_or_no(name: &str, value: &str) -> Result<bool, RegistryTargetError> {
    match value {
        "" | "true" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        other => Err(RegistryTargetError::NotTrueOrFalse(name.to_owned(), other.to_owned())),
    }
}

fn decoded(text: &str) -> Result<String, RegistryTargetError> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(RegistryTargetError::NoText(text.to_owned())),
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// As [`RegistryTarget::parse`] reads it back.
impl std::fmt::Display for RegistryTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://", self.kind.scheme())?;
        let place = self.place.as_deref().unwrap_or_default();
        match self.kind {
            RegistryKind::Consul => {
                if !place.is_empty() {
                    write!(f, "{}/", place.replace('/', "%2F"))?;
                } else if self.service.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
                    // Else the name would be read as a host.
                    f.write_str("/")?;
                }
                f.write_str(&encoded(&self.service))?;
            }
            RegistryKind::Static => {
                write!(f, "{}#{}", utf8_percent_encode(place, IN_PATH), encoded(&self.service))?;
            }
        }
        let mut separator = '?';
        let mut put = |name: &str, value: &str| {
            let written = write!(f, "{separator}{name}={}", encoded(value));
            separator = '&';
            written
        };
        for tag in &self.wish.tags {
            put("tag", tag)?;
        }
        if let Some(datacenter) = &self.datacenter {
            put("dc", datacenter)?;
        }
        if let Some(passing) = self.wish.passing {
            put("passing", if passing { "true" } else { "false" })?;
        }
        if let Some(near) = &self.near {
            put("near", near)?;
        }
        match &self.policy {
            None => {}
            Some(Policy::Instance(id)) => put("instance", id)?,
            Some(policy) => put("policy", policy.name())?,
        }
        if let Some(retries) = self.retries {
            put("retries", &retries.to_string())?;
        }
        match self.consistency {
            Consistency::Default => Ok(()),
            Consistency::Stale => put("stale", "true"),
            Consistency::Consistent => put("consistent", "true"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn registries_as_a_whole() {
        for (text, expect) in [
            ("consul://", Some((RegistryKind::Consul, ""))),
            ("consul://127.0.0.1:8500", Some((RegistryKind::Consul, "127.0.0.1:8500"))),
            ("CONSUL://[::1]:8500/", Some((RegistryKind::Consul, "[::1]:8500"))),
            ("static:///etc/my%20list", Some((RegistryKind::Static, "/etc/my list"))),
            ("consul://User", None),
            ("consul://127.0.0.1:8500/User", None),
            ("consul://127.0.0.1:8500?dc=a", None),
            ("static://", None),
            ("static://list#User", None),
            ("127.0.0.1:8500", None),
        ] {
            assert_eq!(whole_registry(text), expect.map(|(kind, place)| (kind, place.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_people_type() {
        let check = |text: &str, place: Option<&str>, service: &str, change: fn(&mut RegistryTarget)| {
            let found = RegistryTarget::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let mut expect = RegistryTarget::new(found.kind, place.map(str::to_owned), service);
            change(&mut expect);
            assert_eq!(found, expect, "{text}");
            // What is shown is read back as the same.
            assert_eq!(RegistryTarget::parse(&found.to_string()).as_ref(), Ok(&found), "{found}");
            assert!(names_a_registry(text));
        };
        let plain: fn(&mut RegistryTarget) = |_| {};
        check("consul://127.0.0.1:8500/User", Some("127.0.0.1:8500"), "User", plain);
        check(" CONSUL://User ", None, "User", plain);
        check("consul:///User/", None, "User", plain);
        check("consul:///a:1", None, "a:1", plain);
        check("consul://[::1]:8500/User", Some("[::1]:8500"), "User", plain);
        check("consul://consul.local/a%2Fb%20c", Some("consul.local"), "a/b c", plain);
        check("consul://User?tag=user&tag=v%26&passing=true", None, "User", |target| {
            target.wish = Wish { tags: vec!["user".to_owned(), "v&".to_owned()], passing: Some(true) };
        });
        check("consul://h:1/User?healthy=true&wait=14s&dc=dc2&near=_agent", Some("h:1"), "User", |target| {
            target.wish.passing = Some(true);
            target.datacenter = Some("dc2".to_owned());
            target.near = Some("_agent".to_owned());
        });
        check("consul://User?passing=false&policy=round_robin&stale", None, "User", |target| {
            target.wish.passing = Some(false);
            target.policy = Some(Policy::RoundRobin);
            target.consistency = Consistency::Stale;
        });
        check("consul://User?retries=2", None, "User", |target| target.retries = Some(2));
        check("consul://User?policy=near", None, "User", |target| {
            target.policy = Some(Policy::Near);
            target.near = Some("_agent".to_owned());
        });
        check("consul://用户?instance=9001", None, "用户", |target| {
            target.policy = Some(Policy::Instance("9001".to_owned()));
        });
        check("static:///path/my list.txt#User", Some("/path/my list.txt"), "User", plain);
        check("static://list.txt?service=User&tag=v1", Some("list.txt"), "User", |target| {
            target.wish.tags = vec!["v1".to_owned()];
        });
        check("static://~/list.txt#User?tag=v1", Some("~/list.txt"), "User", |target| {
            target.wish.tags = vec!["v1".to_owned()];
        });
        check("static://#127.0.0.1:9001", Some(""), "127.0.0.1:9001", plain);
    }

    #[test]
    fn refusals_say_what_to_write() {
        for (text, expect) in [
            ("consul://", "which service"),
            ("consul://127.0.0.1:8500", "consul://127.0.0.1:8500/SERVICE"),
            ("consul://127.0.0.1:8500/", "consul://127.0.0.1:8500/SERVICE"),
            ("consul://h:1/a/b", "%2F"),
            ("consul://User?tga=x", "tga="),
            ("consul://User?tag=", "tag= is empty"),
            ("consul://User?passing=maybe", "true or false"),
            ("consul://User?policy=fastest", "round_robin"),
            ("consul://User?service=x", "not known"),
            ("consul://User?retries=99", "0 to 10"),
            ("consul://h:1/%ff", "no text"),
            ("static://list.txt", "static://FILE#SERVICE"),
            ("etcd://h/User", "not known yet"),
            ("http://h/User", "no registry"),
            ("User", "consul://"),
        ] {
            let error = RegistryTarget::parse(text).unwrap_err().to_string();
            assert!(error.contains(expect), "{text}: {error}");
        }
        for secret in ["consul://User?token=t0ps3cret", "consul://me:t0ps3cret@h:1/User"] {
            let error = RegistryTarget::parse(secret).unwrap_err().to_string();
            assert!(!error.contains("t0ps3cret") && error.contains("CONSUL_HTTP"), "{error}");
        }
        assert!(!names_a_registry("grpc://h:1") && !names_a_registry("User"));
        assert!(names_a_registry("etcd://h/User"));
    }
}
