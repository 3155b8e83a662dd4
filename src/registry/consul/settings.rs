//! How a Consul agent is reached: what was said, filled up from the `CONSUL_*` variables of the environment.

use std::net::Ipv6Addr;
use std::path::PathBuf;
use std::time::Duration;

use crate::registry::{BadAddress, BadSetting, Consistency, PATIENCE, RegistryFault, RegistryKind, RegistryPlace};
use crate::secret::Secret;

/// Where an agent listens if nothing else is said.
const THIS_MACHINE: &str = "127.0.0.1";
/// An agent's port for HTTP.
const HTTP_PORT: u16 = 8500;
/// An agent's port for HTTPS.
const HTTPS_PORT: u16 = 8501;

/// Where an agent listens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AgentAddress {
    /// Host (IPv6 without brackets) and port.
    Tcp(String, u16),
    /// A unix socket.
    Unix(PathBuf),
}

/// Everything that it takes to speak with an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsulSettings {
    /// Where it listens.
    pub address: AgentAddress,
    /// HTTPS instead of HTTP.
    pub tls: bool,
    /// What stands before `/v1` in every path, where a gateway wants that: `/consul` or nothing.
    pub path_prefix: String,
    /// The ACL token; empty for the anonymous one.
    pub token: Secret,
    /// A file that holds the token.
    pub token_file: Option<PathBuf>,
    /// User and password for a proxy before the agent.
    pub basic_auth: Option<(String, Secret)>,
    /// Trust the roots of this PEM file instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Trust the roots of the PEM files of this folder instead of the system's.
    pub ca_path: Option<PathBuf>,
    /// Our certificate (PEM).
    pub client_cert: Option<PathBuf>,
    /// Our private key (PEM).
    pub client_key: Option<PathBuf>,
    /// The name that its certificate has to be for; the address' host if `None`.
    pub server_name: Option<String>,
    /// Verify its certificate.
    pub verify: bool,
    /// Namespace (Enterprise).
    pub namespace: Option<String>,
    /// Admin partition (Enterprise).
    pub partition: Option<String>,
    /// Datacenter to ask for where a question names none.
    pub datacenter: Option<String>,
    /// How answers may be read where a question does not say.
    pub consistency: Consistency,
    /// How long one question may take.
    pub patience: Duration,
}

/// What a person said; `None` leaves it to the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsulExplicit {
    /// `consul://host:port`, `host:port`, `http://…`, `https://…`, `unix:///path`.
    pub address: Option<String>,
    /// The ACL token.
    pub token: Option<Secret>,
    /// Trust these roots (PEM).
    pub ca_file: Option<PathBuf>,
    /// Our certificate (PEM).
    pub client_cert: Option<PathBuf>,
    /// Our private key (PEM).
    pub client_key: Option<PathBuf>,
    /// The name that its certificate has to be for.
    pub server_name: Option<String>,
    /// Verify its certificate.
    pub verify: Option<bool>,
    /// Namespace.
    pub namespace: Option<String>,
    /// Admin partition.
    pub partition: Option<String>,
    /// Datacenter.
    pub datacenter: Option<String>,
    /// How answers may be read.
    pub consistency: Consistency,
}

impl Default for ConsulSettings {
    fn default() -> Self {
        Self {
            address: AgentAddress::Tcp(THIS_MACHINE.to_owned(), HTTP_PORT),
            tls: false,
            path_prefix: String::new(),
            token: Secret::default(),
            token_file: None,
            basic_auth: None,
            ca_file: None,
            ca_path: None,
            client_cert: None,
            client_key: None,
            server_name: None,
            verify: true,
            namespace: None,
            partition: None,
            datacenter: None,
            consistency: Consistency::Default,
            patience: PATIENCE,
        }
    }
}

impl ConsulSettings {
    /// Settings as said, the rest out of the `CONSUL_*` variables, as Consul's own program reads them; `env` gives a
    /// variable's value. An empty variable is none.
    ///
    /// Errors: [`RegistryFault::Settings`], which names the variable or the address that cannot be used.
    pub fn read(explicit: ConsulExplicit, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, RegistryFault> {
        let env = |name: &str| env(name).filter(|value| !value.is_empty());
        let path = |name: &str| env(name).map(PathBuf::from);
        let ssl = env("CONSUL_HTTP_SSL").map(|value| truth("CONSUL_HTTP_SSL", &value)).transpose()?.unwrap_or(false);

        let parsed = match &explicit.address {
            Some(said) => parse_address(said, ssl)
                .map_err(|why| RegistryFault::Settings(BadSetting::Address(said.clone(), why)))?,
            None => match env("CONSUL_HTTP_ADDR") {
                Some(value) => {
                    // Consul's own client never goes back to plaintext once TLS was asked for by the other variable.
                    let mut parsed = parse_address(&value, ssl)
                        .map_err(|why| RegistryFault::Settings(BadSetting::Variable("CONSUL_HTTP_ADDR", why)))?;
                    parsed.tls |= ssl && !matches!(parsed.address, AgentAddress::Unix(_));
                    parsed
                }
                None => parse_address(THIS_MACHINE, ssl)
                    .map_err(|why| RegistryFault::Settings(BadSetting::Address(THIS_MACHINE.to_owned(), why)))?,
            },
        };
        // Whoever names a token means that one; else a file goes before the variable, as with Consul's own program.
        let (token, token_file) = match explicit.token {
            Some(token) => (token, None),
            None => (Secret::new(env("CONSUL_HTTP_TOKEN").unwrap_or_default()), path("CONSUL_HTTP_TOKEN_FILE")),
        };
        let verify = match explicit.verify {
            Some(verify) => verify,
            None => env("CONSUL_HTTP_SSL_VERIFY")
                .map(|value| truth("CONSUL_HTTP_SSL_VERIFY", &value))
                .transpose()?
                .unwrap_or(true),
        };
        let settings = Self {
            address: parsed.address,
            tls: parsed.tls,
            path_prefix: parsed.path_prefix,
            token,
            token_file,
            basic_auth: env("CONSUL_HTTP_AUTH").map(|value| user_and_password(&value)),
            ca_file: explicit.ca_file.or_else(|| path("CONSUL_CACERT")),
            ca_path: path("CONSUL_CAPATH"),
            client_cert: explicit.client_cert.or_else(|| path("CONSUL_CLIENT_CERT")),
            client_key: explicit.client_key.or_else(|| path("CONSUL_CLIENT_KEY")),
            server_name: explicit.server_name.or_else(|| env("CONSUL_TLS_SERVER_NAME")),
            verify,
            namespace: explicit.namespace.or_else(|| env("CONSUL_NAMESPACE")),
            partition: explicit.partition.or_else(|| env("CONSUL_PARTITION")),
            datacenter: explicit.datacenter,
            consistency: explicit.consistency,
            patience: PATIENCE,
        };
        settings.check()?;
        Ok(settings)
    }

    /// Which registry this is, for people.
    pub fn place(&self) -> RegistryPlace {
        RegistryPlace { kind: RegistryKind::Consul, address: self.address_text() }
    }

    /// `127.0.0.1:8500`, `[::1]:8500`, `/run/consul.sock`.
    pub fn address_text(&self) -> String {
        match &self.address {
            AgentAddress::Tcp(host, port) if host.contains(':') => format!("[{host}]:{port}"),
            AgentAddress::Tcp(host, port) => format!("{host}:{port}"),
            AgentAddress::Unix(path) => path.display().to_string(),
        }
    }

    /// The same agent in a form that [`ConsulSettings::read`] takes.
    pub fn url(&self) -> String {
        match &self.address {
            AgentAddress::Unix(path) => format!("unix://{}", path.display()),
            AgentAddress::Tcp(..) => {
                let scheme = if self.tls { "https" } else { "http" };
                format!("{scheme}://{}{}", self.address_text(), self.path_prefix)
            }
        }
    }

    fn check(&self) -> Result<(), RegistryFault> {
        match (&self.client_cert, &self.client_key) {
            (Some(_), None) => Err(RegistryFault::Settings(BadSetting::NeedsKey)),
            (None, Some(_)) => Err(RegistryFault::Settings(BadSetting::NeedsCertificate)),
            _ => Ok(()),
        }
    }
}

/// What Go's `strconv.ParseBool` takes.
fn truth(variable: &'static str, value: &str) -> Result<bool, RegistryFault> {
    match value {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(RegistryFault::Settings(BadSetting::NotTrueOrFalse(variable, value.to_owned()))),
    }
}

fn user_and_password(value: &str) -> (String, Secret) {
    let (user, password) = value.split_once(':').unwrap_or((value, ""));
    (user.to_owned(), Secret::new(password))
}

#[derive(Debug, PartialEq, Eq)]
struct Parsed {
    address: AgentAddress,
    tls: bool,
    path_prefix: String,
}

/// Reads an address, with or without a scheme.
fn parse_address(text: &str, tls_by_default: bool) -> Result<Parsed, BadAddress> {
    let text = text.trim();
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
        None => (None, text),
    };
    let (tls, default_port) = match scheme.as_deref() {
        Some("unix") => {
            if rest.is_empty() {
                return Err(BadAddress::NoSocket);
            }
            return Ok(Parsed {
                address: AgentAddress::Unix(PathBuf::from(rest)),
                tls: false,
                path_prefix: String::new(),
            });
        }
        Some("http") => (false, 80),
        Some("https") => (true, 443),
        Some("consul" | "tcp") | None => (tls_by_default, if tls_by_default { HTTPS_PORT } else { HTTP_PORT }),
        Some(other) => return Err(BadAddress::Scheme(other.to_owned())),
    };
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    if authority.contains('@') {
        // Not repeated: it holds a password.
        return Err(BadAddress::Password);
    }
    let path_prefix = path.trim_end_matches('/').to_owned();
    if path_prefix.contains(['?', '#']) || (!path_prefix.is_empty() && scheme.as_deref() == Some("consul")) {
        return Err(BadAddress::TooMuch);
    }
    let (host, port) = split_port(authority)?;
    if host.is_empty() && port.is_none() && scheme.as_deref() != Some("consul") {
        return Err(BadAddress::NoHost);
    }
    let host = if host.is_empty() { THIS_MACHINE } else { host };
    if !host.contains(':') && host.chars().any(|c| c.is_whitespace() || "<>\"\\^`{|}%[]".contains(c)) {
        return Err(BadAddress::BadHost);
    }
    Ok(Parsed { address: AgentAddress::Tcp(host.to_owned(), port.unwrap_or(default_port)), tls, path_prefix })
}

/// Host without brackets, and the port if there is one.
fn split_port(authority: &str) -> Result<(&str, Option<u16>), BadAddress> {
    let number = |text: &str| match text.parse::<u16>() {
        Ok(port) if port > 0 => Ok(Some(port)),
        _ => Err(BadAddress::BadPort(text.to_owned())),
    };
    if let Some(inner) = authority.strip_prefix('[') {
        let (host, rest) = inner.split_once(']').ok_or(BadAddress::OpenBracket)?;
        if host.split('%').next().unwrap_or(host).parse::<Ipv6Addr>().is_err() {
            return Err(BadAddress::NotIpv6);
        }
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, number(port)?)),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(BadAddress::AfterBracket),
        };
    }
    if authority.parse::<Ipv6Addr>().is_ok() {
        return Ok((authority, None));
    }
    match authority.rsplit_once(':') {
        Some((host, _)) if host.contains(':') => Err(BadAddress::Ambiguous),
        Some((host, port)) => Ok((host, number(port)?)),
        None => Ok((authority, None)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::format_collect,
        reason = "tests may end by panicking, and their texts are short"
    )]

    use super::*;

    fn read(address: Option<&str>, env: &[(&str, &str)]) -> Result<ConsulSettings, String> {
        let explicit = ConsulExplicit { address: address.map(str::to_owned), ..ConsulExplicit::default() };
        ConsulSettings::read(explicit, &|name| {
            env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
        .map_err(|fault| match fault {
            RegistryFault::Settings(why) => why.to_string(),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn addresses() {
        let check = |said: Option<&str>, env: &[(&str, &str)], url: &str| {
            assert_eq!(read(said, env).map(|s| s.url()), Ok(url.to_owned()), "{said:?} {env:?}");
        };
        check(None, &[], "http://127.0.0.1:8500");
        check(None, &[("CONSUL_HTTP_ADDR", "")], "http://127.0.0.1:8500");
        check(None, &[("CONSUL_HTTP_ADDR", "10.0.0.1:8600")], "http://10.0.0.1:8600");
        check(None, &[("CONSUL_HTTP_ADDR", "consul.lan")], "http://consul.lan:8500");
        check(None, &[("CONSUL_HTTP_ADDR", "http://consul.lan:1")], "http://consul.lan:1");
        check(None, &[("CONSUL_HTTP_ADDR", "https://consul.lan")], "https://consul.lan:443");
        check(None, &[("CONSUL_HTTP_ADDR", "https://gate/consul/")], "https://gate:443/consul");
        check(None, &[("CONSUL_HTTP_ADDR", "consul.lan:1"), ("CONSUL_HTTP_SSL", "true")], "https://consul.lan:1");
        check(None, &[("CONSUL_HTTP_ADDR", "http://consul.lan:1"), ("CONSUL_HTTP_SSL", "1")], "https://consul.lan:1");
        check(None, &[("CONSUL_HTTP_SSL", "true")], "https://127.0.0.1:8501");
        check(None, &[("CONSUL_HTTP_ADDR", "unix:///run/c.sock"), ("CONSUL_HTTP_SSL", "1")], "unix:///run/c.sock");
        check(None, &[("CONSUL_HTTP_ADDR", "[::1]:8500")], "http://[::1]:8500");
        check(None, &[("CONSUL_HTTP_ADDR", "::1")], "http://[::1]:8500");
        // The flag wins.
        let other = [("CONSUL_HTTP_ADDR", "https://other:1")];
        check(Some("consul://127.0.0.1:8501"), &other, "http://127.0.0.1:8501");
        check(Some("consul://[::1]:8500"), &other, "http://[::1]:8500");
        check(Some("consul://[fe80::1]"), &other, "http://[fe80::1]:8500");
        check(Some("consul://"), &other, "http://127.0.0.1:8500");
        check(Some("consul://:8600/"), &other, "http://127.0.0.1:8600");
        check(Some("consul://h:1"), &[("CONSUL_HTTP_SSL", "true")], "https://h:1");
        check(Some("http://h:1"), &[("CONSUL_HTTP_SSL", "true")], "http://h:1");
        check(Some("https://h:1"), &[], "https://h:1");
        check(Some("unix:///run/consul.sock"), &other, "unix:///run/consul.sock");
        check(Some("h:1"), &other, "http://h:1");
    }

    #[test]
    fn a_value_that_cannot_be_used_is_named() {
        let check = |said: Option<&str>, env: &[(&str, &str)], part: &str, why: &str| {
            let error = read(said, env).expect_err(part);
            assert!(error.contains(part) && error.contains(why), "{error}");
        };
        check(None, &[("CONSUL_HTTP_SSL", "perhaps")], "CONSUL_HTTP_SSL", "neither true nor false");
        check(None, &[("CONSUL_HTTP_SSL_VERIFY", "no")], "CONSUL_HTTP_SSL_VERIFY", "neither true nor false");
        check(None, &[("CONSUL_HTTP_ADDR", "ftp://x")], "CONSUL_HTTP_ADDR", "scheme");
        check(None, &[("CONSUL_HTTP_ADDR", "x:port")], "CONSUL_HTTP_ADDR", "port");
        check(None, &[("CONSUL_HTTP_ADDR", "x:0")], "CONSUL_HTTP_ADDR", "port");
        check(None, &[("CONSUL_HTTP_ADDR", "x:99999")], "CONSUL_HTTP_ADDR", "port");
        check(None, &[("CONSUL_HTTP_ADDR", "unix://")], "CONSUL_HTTP_ADDR", "socket");
        check(None, &[("CONSUL_HTTP_ADDR", "[::1")], "CONSUL_HTTP_ADDR", "bracket");
        check(None, &[("CONSUL_HTTP_ADDR", "[x]:1")], "CONSUL_HTTP_ADDR", "IPv6");
        check(None, &[("CONSUL_HTTP_ADDR", "a:b:c")], "CONSUL_HTTP_ADDR", "brackets");
        check(None, &[("CONSUL_CLIENT_CERT", "/c.pem")], "CONSUL_CLIENT_KEY", "certificate");
        check(None, &[("CONSUL_CLIENT_KEY", "/k.pem")], "CONSUL_CLIENT_CERT", "key");
        check(Some("consul://h:1/User"), &[], "consul://h:1/User", "only host and port");
        check(Some("consul://h:1?dc=x"), &[], "consul://h:1?dc=x", "only host and port");
        check(Some("etcd://h"), &[], "etcd", "scheme");
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        let error = read(None, &[("CONSUL_HTTP_ADDR", "http://me:hush@h:1")]).expect_err("refused");
        assert!(error.contains("CONSUL_HTTP_AUTH") && !error.contains("hush"), "{error}");
    }

    #[test]
    fn everything_else() {
        let settings = read(
            None,
            &[
                ("CONSUL_HTTP_TOKEN", "t-1"),
                ("CONSUL_HTTP_TOKEN_FILE", "/t"),
                ("CONSUL_HTTP_AUTH", "me:p:w"),
                ("CONSUL_HTTP_SSL_VERIFY", "false"),
                ("CONSUL_CACERT", "/ca.pem"),
                ("CONSUL_CAPATH", "/ca"),
                ("CONSUL_CLIENT_CERT", "/c.pem"),
                ("CONSUL_CLIENT_KEY", "/k.pem"),
                ("CONSUL_TLS_SERVER_NAME", "server.dc1.consul"),
                ("CONSUL_NAMESPACE", "team"),
                ("CONSUL_PARTITION", "part"),
            ],
        )
        .expect("read");
        assert_eq!(settings.token, Secret::new("t-1"));
        assert_eq!(settings.token_file, Some("/t".into()));
        assert_eq!(settings.basic_auth, Some(("me".to_owned(), Secret::new("p:w"))));
        assert!(!settings.verify);
        assert_eq!((settings.ca_file, settings.ca_path), (Some("/ca.pem".into()), Some("/ca".into())));
        assert_eq!((settings.client_cert, settings.client_key), (Some("/c.pem".into()), Some("/k.pem".into())));
        assert_eq!(settings.server_name.as_deref(), Some("server.dc1.consul"));
        assert_eq!((settings.namespace.as_deref(), settings.partition.as_deref()), (Some("team"), Some("part")));
    }

    #[test]
    fn a_token_that_was_said_wins_over_file_and_variable() {
        let explicit = ConsulExplicit { token: Some(Secret::new("said")), ..ConsulExplicit::default() };
        let settings = ConsulSettings::read(explicit, &|name| match name {
            "CONSUL_HTTP_TOKEN" => Some("variable".to_owned()),
            "CONSUL_HTTP_TOKEN_FILE" => Some("/file".to_owned()),
            _ => None,
        })
        .expect("read");
        assert_eq!((settings.token.reveal(), settings.token_file.clone()), ("said", None));
        assert!(!format!("{settings:?}").contains("said"));
    }
}
