//! What a start of the program is to open: read from the command line, or handed over by a second start.
//!
//! Lives here: plain values and their way through a pipe. Absent: arguments (`cli`), the window (`app`, `ui`).

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::engine::{CaChoice, ClientFiles, Endpoint, Scheme, TlsChoice};
use crate::registry::RegistryKind;
use crate::secret::Secret;
use crate::transport::Keepalive;

/// Our patience for the answer to a PING.
const PING_ANSWER: Duration = Duration::from_secs(20);

/// Keys and values in order.
pub type Rows = Vec<(String, Secret)>;

/// What to open. The default opens nothing and brings the window to the front.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Start {
    /// Start the built-in services and open them.
    pub demo: bool,
    /// Servers, in order.
    pub targets: Vec<StartTarget>,
    /// Registries: their kind, and where each is; empty takes the environment's.
    pub registries: Vec<(RegistryKind, String)>,
    /// .proto files, folders and descriptor sets: one source. Absolute.
    pub paths: Vec<PathBuf>,
    /// For `paths`; absolute.
    pub import_roots: Vec<PathBuf>,
    /// The schema of the targets is `paths`: they are not asked by reflection.
    pub no_reflection: bool,
}

/// One server.
#[derive(Clone, Debug, PartialEq)]
pub struct StartTarget {
    /// Where, and how to connect.
    pub endpoint: Endpoint,
    /// Goes into new requests.
    pub call_metadata: Rows,
    /// Goes with reflection.
    pub reflection_metadata: Rows,
    /// Limit of new requests.
    pub deadline: Option<Duration>,
    /// Largest message to receive, bytes.
    pub receive_bytes: Option<usize>,
    /// Largest message to send, bytes.
    pub send_bytes: Option<usize>,
}

impl StartTarget {
    /// A server with nothing set.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            call_metadata: Rows::new(),
            reflection_metadata: Rows::new(),
            deadline: None,
            receive_bytes: None,
            send_bytes: None,
        }
    }
}

impl Start {
    /// For a private pipe to another process of the same person: secrets stand in it as they are, so it never belongs
    /// into a file. On one line.
    pub fn to_line(&self) -> String {
        json!({
            "demo": self.demo,
            "targets": self.targets.iter().map(write_target).collect::<Vec<_>>(),
            "registries": self.registries.iter().map(|(kind, place)| json!([kind.scheme(), place])).collect::<Vec<_>>(),
            "paths": self.paths.iter().map(|path| write_path(path)).collect::<Vec<_>>(),
            "import_roots": self.import_roots.iter().map(|path| write_path(path)).collect::<Vec<_>>(),
            "no_reflection": self.no_reflection,
        })
        .to_string()
    }

    /// Reads [`Start::to_line`]; `None` if it is something else.
    pub fn from_line(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        Some(Self {
            demo: value.get("demo")?.as_bool()?,
            targets: list(value.get("targets")?, read_target)?,
            registries: list(value.get("registries")?, read_registry)?,
            paths: list(value.get("paths")?, read_path)?,
            import_roots: list(value.get("import_roots")?, read_path)?,
            no_reflection: value.get("no_reflection")?.as_bool()?,
        })
    }
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    value.as_array()?.iter().map(read).collect()
}

/// Null is nothing; what cannot be read is `None` around it all.
#[expect(clippy::option_option, reason = "absent and unreadable are two things")]
fn option<T>(value: &Value, read: impl FnOnce(&Value) -> Option<T>) -> Option<Option<T>> {
    if value.is_null() { Some(None) } else { read(value).map(Some) }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Bytes where the system's paths are bytes, so that a name that is no text arrives as well.
fn write_path(path: &Path) -> Value {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        if path.to_str().is_none() {
            return json!(path.as_os_str().as_bytes());
        }
    }
    json!(path.display().to_string())
}

fn read_path(value: &Value) -> Option<PathBuf> {
    #[cfg(unix)]
    if value.is_array() {
        use std::os::unix::ffi::OsStringExt as _;
        let bytes = list(value, |byte| u8::try_from(byte.as_u64()?).ok())?;
        return Some(std::ffi::OsString::from_vec(bytes).into());
    }
    text(value).map(PathBuf::from)
}

fn read_registry(value: &Value) -> Option<(RegistryKind, String)> {
    let scheme = value.get(0)?.as_str()?;
    let kind = [RegistryKind::Consul, RegistryKind::Static].into_iter().find(|kind| kind.scheme() == scheme)?;
    Some((kind, text(value.get(1)?)?))
}

fn write_rows(rows: &Rows) -> Value {
    rows.iter().map(|(key, value)| json!([key, value.reveal()])).collect()
}

fn read_rows(value: &Value) -> Option<Rows> {
    list(value, |row| Some((text(row.get(0)?)?, Secret::new(text(row.get(1)?)?))))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn read_millis(value: &Value) -> Option<Duration> {
    value.as_u64().map(Duration::from_millis)
}

fn write_target(target: &StartTarget) -> Value {
    let endpoint = &target.endpoint;
    let ca = match &endpoint.tls.ca {
        CaChoice::File(path) => write_path(path),
        // The command line cannot say the others.
        CaChoice::System | CaChoice::Exact(_) | CaChoice::Given { .. } | CaChoice::Pinned(_) => Value::Null,
    };
    let client = endpoint.tls.client.as_ref().map(|client| match client {
        ClientFiles::Pem { cert, key } => json!({ "cert": write_path(cert), "key": write_path(key) }),
        ClientFiles::Pkcs12 { file, password } => json!({ "file": write_path(file), "password": password.reveal() }),
    });
    json!({
        "address": endpoint.address,
        "scheme": match endpoint.scheme { Scheme::Auto => "auto", Scheme::Tls => "tls", Scheme::Plaintext => "plaintext" },
        "ca": ca,
        "server_name": endpoint.tls.server_name,
        "client": client,
        "skip_verify": endpoint.tls.skip_verify,
        "authority": endpoint.authority,
        "connect_timeout_ms": millis(endpoint.connect_timeout),
        "keepalive_ms": endpoint.keepalive.map(|keepalive| millis(keepalive.interval)),
        "user_agent": endpoint.user_agent,
        "call_metadata": write_rows(&target.call_metadata),
        "reflection_metadata": write_rows(&target.reflection_metadata),
        "deadline_ms": target.deadline.map(millis),
        "receive_bytes": target.receive_bytes,
        "send_bytes": target.send_bytes,
    })
}

fn read_target(value: &Value) -> Option<StartTarget> {
    let get = |name: &str| value.get(name);
    let size = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let client = option(get("client")?, |client| match client.get("file") {
        Some(file) => {
            let password = Secret::new(text(client.get("password")?)?);
            Some(ClientFiles::Pkcs12 { file: read_path(file)?, password })
        }
        None => Some(ClientFiles::Pem { cert: read_path(client.get("cert")?)?, key: read_path(client.get("key")?)? }),
    })?;
    let endpoint = Endpoint {
        scheme: match get("scheme")?.as_str()? {
            "auto" => Scheme::Auto,
            "tls" => Scheme::Tls,
            "plaintext" => Scheme::Plaintext,
            _ => return None,
        },
        tls: TlsChoice {
            ca: option(get("ca")?, read_path)?.map_or(CaChoice::System, CaChoice::File),
            server_name: option(get("server_name")?, text)?,
            client,
            skip_verify: get("skip_verify")?.as_bool()?,
        },
        authority: option(get("authority")?, text)?,
        connect_timeout: read_millis(get("connect_timeout_ms")?)?,
        keepalive: option(get("keepalive_ms")?, read_millis)?
            .map(|interval| Keepalive { interval, timeout: PING_ANSWER }),
        user_agent: option(get("user_agent")?, text)?,
        ..Endpoint::new(text(get("address")?)?)
    };
    Some(StartTarget {
        endpoint,
        call_metadata: read_rows(get("call_metadata")?)?,
        reflection_metadata: read_rows(get("reflection_metadata")?)?,
        deadline: option(get("deadline_ms")?, read_millis)?,
        receive_bytes: option(get("receive_bytes")?, size)?,
        send_bytes: option(get("send_bytes")?, size)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use super::RegistryKind;
    use super::{Start, StartTarget};
    use crate::engine::{CaChoice, ClientFiles, Endpoint, Scheme, TlsChoice};
    use crate::secret::Secret;
    use std::time::Duration;

    #[test]
    fn a_start_goes_through_a_pipe() {
        let full = StartTarget {
            call_metadata: vec![("token".to_owned(), Secret::new("101010"))],
            reflection_metadata: vec![("a".to_owned(), Secret::new("\n\"b\""))],
            deadline: Some(Duration::from_millis(1500)),
            receive_bytes: Some(7),
            ..StartTarget::new(Endpoint {
                scheme: Scheme::Plaintext,
                tls: TlsChoice {
                    ca: CaChoice::File("/ca.pem".into()),
                    server_name: Some("www.eline.com".to_owned()),
                    client: Some(ClientFiles::Pkcs12 { file: "/c.p12".into(), password: Secret::new("pw") }),
                    skip_verify: true,
                },
                authority: Some("a".to_owned()),
                user_agent: Some("me".to_owned()),
                ..Endpoint::new("127.0.0.1:7888")
            })
        };
        let start = Start {
            registries: vec![(RegistryKind::Consul, String::new()), (RegistryKind::Static, "/a list".to_owned())],
            demo: true,
            targets: vec![full, StartTarget::new(Endpoint::new(":1"))],
            paths: vec!["/a b/李.proto".into()],
            import_roots: vec!["/".into()],
            no_reflection: true,
        };
        let line = start.to_line();
        assert!(!line.contains('\n'));
        assert_eq!(Start::from_line(&line), Some(start));
        for other in ["", "{}", "[]", "null", &line[..line.len() - 1], &line.replace("plaintext", "secret")] {
            assert_eq!(Start::from_line(other), None, "{other}");
        }
    }
}
