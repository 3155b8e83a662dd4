//! Where a call goes: what a person types, parsed.

use std::path::PathBuf;

/// An address and how to speak to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// What the person typed, trimmed.
    pub text: String,
    /// Where to connect.
    pub address: Address,
    /// What the scheme says about TLS.
    pub security: Security,
}

/// Where to connect.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// A name or literal address (IPv6 without brackets) and a port.
    Tcp {
        /// Host name or literal address.
        host: String,
        /// Port.
        port: u16,
    },
    /// A unix socket.
    Unix(PathBuf),
}

/// Whether TLS is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Security {
    /// No scheme was given: TLS first, then plaintext, before anything of the person's is sent.
    Auto,
    /// `http://`, `grpc://`, or said so.
    Plaintext,
    /// `https://`, `grpcs://`, or said so.
    Tls,
}

/// Why a target's text was not understood; `Display` says what and how to write it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TargetError(pub String);

impl Target {
    /// Parses `host:port`, Go's `:7888`, `http://`, `https://`, `grpc://`, `grpcs://`, `[::1]:80`, `unix:///path`,
    /// `dns:///name:port`. Schemes of registries (`consul://` …) are refused with a sentence that says so.
    ///
    /// Without a port, `http` means 80, `https` 443, and every other form 443 (as gRPC's own name resolution does).
    /// A unix socket never leaves the machine, so it is spoken to in plaintext unless [`Target::security`] is changed.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let text = text.trim();
        let (address, security) = parse_parts(text).map_err(TargetError)?;
        Ok(Self { text: text.to_owned(), address, security })
    }

    /// The `:authority` that is sent unless overridden: `host:port`, IPv6 in brackets, `localhost` for unix sockets.
    pub fn authority(&self) -> String {
        match &self.address {
            // A zone (`fe80::1%eth0`) means something on this machine only, and no authority may hold it.
            Address::Tcp { host, port } if host.contains(':') => {
                format!("[{}]:{port}", host.split('%').next().unwrap_or(host))
            }
            Address::Tcp { host, port } => format!("{host}:{port}"),
            Address::Unix(_) => "localhost".to_owned(),
        }
    }

    /// The name that a certificate is checked against unless overridden.
    pub fn host(&self) -> &str {
        match &self.address {
            Address::Tcp { host, .. } => host.split('%').next().unwrap_or(host),
            Address::Unix(_) => "localhost",
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Schemes that name a registry of services, not an address.
const REGISTRY_SCHEMES: [&str; 5] = ["consul", "etcd", "zookeeper", "mdns", "static"];

fn parse_parts(text: &str) -> Result<(Address, Security), String> {
    if text.is_empty() {
        return Err("the address is empty: write host:port, for example localhost:7888".to_owned());
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        let scheme = scheme.to_ascii_lowercase();
        return match scheme.as_str() {
            "http" => Ok((host_port(strip_path(rest)?, 80)?, Security::Plaintext)),
            "grpc" => Ok((host_port(strip_path(rest)?, 443)?, Security::Plaintext)),
            "https" | "grpcs" => Ok((host_port(strip_path(rest)?, 443)?, Security::Tls)),
            "dns" => {
                // dns://authority/name: the authority would be a name server; ours is the system's.
                let Some((server, name)) = rest.split_once('/') else {
                    return Err(format!("{text}: write dns:///name:port, with three slashes"));
                };
                if !server.is_empty() {
                    return Err(format!(
                        "{text}: names are looked up by the system, not by {server}; write dns:///{name}"
                    ));
                }
                Ok((host_port(name, 443)?, Security::Auto))
            }
            "unix" => {
                // unix:///path, and unix://localhost/path as URIs of files are sometimes written.
                let path = rest.strip_prefix("localhost/").map_or_else(|| rest.to_owned(), |path| format!("/{path}"));
                if !path.starts_with('/') {
                    return Err(format!(
                        "{text}: after unix:// comes an absolute path, as in unix:///run/app.sock; a relative one is \
                         written unix:app.sock"
                    ));
                }
                Ok((unix(&path)?, Security::Plaintext))
            }
            other if REGISTRY_SCHEMES.contains(&other) => Err(format!(
                "{other}:// names a registry, not an address: which instance it stands for is not known here; write the \
                 host:port of one"
            )),
            other => Err(format!(
                "{other}:// is no scheme known here: write host:port, http://, https://, grpc://, grpcs://, dns:/// or \
                 unix:///"
            )),
        };
    }
    if let Some(path) = text.strip_prefix("unix:") {
        return Ok((unix(path)?, Security::Plaintext));
    }
    if let Some(name) = text.strip_prefix("dns:")
        && name.parse::<u16>().is_err()
    {
        return Ok((host_port(name, 443)?, Security::Auto));
    }
    Ok((host_port(text, 443)?, Security::Auto))
}

fn unix(path: &str) -> Result<Address, String> {
    if path.is_empty() {
        return Err("the path of the unix socket is missing: write unix:///run/app.sock".to_owned());
    }
    if path.contains('\0') {
        return Err("a path cannot hold a zero byte".to_owned());
    }
    Ok(Address::Unix(PathBuf::from(path)))
}

/// `host:port/` as browsers copy it is fine; a real path means that somebody pasted a REST URL.
fn strip_path(rest: &str) -> Result<&str, String> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if path.is_empty() || path == "/" {
        Ok(authority)
    } else {
        Err(format!("{path} is too much: an address ends after the port, the method is chosen apart from it"))
    }
}

fn host_port(text: &str, default_port: u16) -> Result<Address, String> {
    if text.contains('@') {
        return Err(format!("{text}: user names do not belong into an address; send a token as metadata"));
    }
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let Some((host, after)) = rest.split_once(']') else {
            return Err(format!("{text}: the bracket of the IPv6 address is never closed"));
        };
        if host.split('%').next().unwrap_or(host).parse::<std::net::Ipv6Addr>().is_err() {
            return Err(format!("{host} is no IPv6 address"));
        }
        match after.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if after.is_empty() => (host, None),
            None => return Err(format!("{text}: after the bracket comes :port")),
        }
    } else if text.matches(':').count() > 1 {
        if text.split('%').next().unwrap_or(text).parse::<std::net::Ipv6Addr>().is_err() {
            return Err(format!("{text}: too many colons; write host:port, and IPv6 as [::1]:7888"));
        }
        (text, None)
    } else {
        match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    let port = match port {
        None if host.parse::<u16>().is_ok() => {
            return Err(format!("{host} alone is not enough: write :{host} for this machine, or host:{host}"));
        }
        None => default_port,
        Some(port) => match port.parse::<u16>() {
            Ok(0) => return Err("port 0 means any free port: nothing can be called there".to_owned()),
            Ok(number) if port.bytes().all(|byte| byte.is_ascii_digit()) => number,
            _ => return Err(format!("{port:?} is no port: a number from 1 to 65535")),
        },
    };
    // Go's servers print the address they listen at as `:7888`; people paste it.
    let host = if host.is_empty() { "localhost" } else { host };
    if let Some(bad) = host.chars().find(|c| c.is_whitespace() || c.is_control() || "/\\?#\"<>^`{|}".contains(*c)) {
        return Err(format!("{host:?} is no host name: it holds {bad:?}"));
    }
    Ok(Address::Tcp { host: host.to_owned(), port })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

    use super::{Address, Security, Target};

    fn check(text: &str, address: &str, security: Security, authority: &str, host: &str) {
        let target = Target::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(target.address.to_string(), address, "{text}");
        assert_eq!(target.security, security, "{text}");
        assert_eq!(target.authority(), authority, "{text}");
        assert_eq!(target.host(), host, "{text}");
    }

    #[test]
    fn what_people_type() {
        use Security::{Auto, Plaintext, Tls};
        check(" localhost:7888 ", "localhost:7888", Auto, "localhost:7888", "localhost");
        check(":7888", "localhost:7888", Auto, "localhost:7888", "localhost");
        check("127.0.0.1:80", "127.0.0.1:80", Auto, "127.0.0.1:80", "127.0.0.1");
        check("api.example.com", "api.example.com:443", Auto, "api.example.com:443", "api.example.com");
        check("http://h:1", "h:1", Plaintext, "h:1", "h");
        check("http://h", "h:80", Plaintext, "h:80", "h");
        check("HTTPS://h/", "h:443", Tls, "h:443", "h");
        check("grpc://h:5", "h:5", Plaintext, "h:5", "h");
        check("grpcs://[::1]:5", "[::1]:5", Tls, "[::1]:5", "::1");
        check("[::1]:80", "[::1]:80", Auto, "[::1]:80", "::1");
        check("::1", "[::1]:443", Auto, "[::1]:443", "::1");
        check("[fe80::1%eth0]:80", "[fe80::1%eth0]:80", Auto, "[fe80::1]:80", "fe80::1");
        check("dns:///h:9", "h:9", Auto, "h:9", "h");
        check("dns:h:9", "h:9", Auto, "h:9", "h");
        check("dns:53", "dns:53", Auto, "dns:53", "dns");
        check("unix:///run/a.sock", "/run/a.sock", Plaintext, "localhost", "localhost");
        check("unix:a.sock", "a.sock", Plaintext, "localhost", "localhost");
        assert!(matches!(Target::parse("unix:/x").unwrap().address, Address::Unix(_)));
    }

    #[test]
    fn refusals_say_what_to_write() {
        for (text, expect) in [
            ("", "empty"),
            ("7888", ":7888"),
            ("a:b", "no port"),
            ("a:0", "port 0"),
            ("a:70000", "65535"),
            ("a:+5", "no port"),
            ("a:1:2", "too many colons"),
            ("[::1:80", "never closed"),
            ("[x]:80", "no IPv6"),
            ("http://h/users", "/users is too much"),
            ("http://u:p@h", "user names"),
            ("consul://h/svc", "registry"),
            ("etcd://h", "registry"),
            ("static://h", "registry"),
            ("ftp://h", "no scheme known"),
            ("dns://8.8.8.8/h:1", "looked up by the system"),
            ("unix://a", "absolute path"),
            ("unix:", "path"),
            ("a b:1", "no host name"),
        ] {
            let error = Target::parse(text).unwrap_err();
            assert!(error.0.contains(expect), "{text}: {error}");
        }
    }
}
