//! From flags to a channel, to metadata, to a source of descriptors.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::args::{ConnectionArgs, SchemaArgs};
use super::progress::Progress;
use super::registry::{PickArgs, code_of, say_chosen};
use super::{NOT_BEGUN, report};
use crate::call::{Code, Deadline, Limits, Metadata, check_metadata};
use crate::engine::{
    CaChoice, Chosen, ClientFiles, Endpoint, Reflector, Resolved, SchemaFiles, Scheme, TlsChoice, load_options,
    open_files,
};
use crate::registry::names_a_registry;
use crate::schema::{ReflectionSource, SchemaError, Source, write_proto_files};
use crate::secret::Secret;
use crate::transport::{Channel, Keepalive, Pool};

/// Our patience for the answer to a PING.
const PING_ANSWER: std::time::Duration = std::time::Duration::from_secs(20);

/// Everything that flags say about a server.
pub(super) struct Server {
    pub(super) address: String,
    pub(super) channel: Channel,
    pub(super) call_metadata: Metadata,
    pub(super) reflection_metadata: Metadata,
    pub(super) until: Option<Deadline>,
    pub(super) limits: Limits,
    /// The instances that the target stands for, where it names a service in a registry.
    pub(super) resolved: Option<Resolved>,
    /// As flags say; the address is the target's.
    pub(super) endpoint: Endpoint,
    /// Over which all its channels go.
    pool: Pool,
}

/// Why a verb cannot speak to its target, and its exit code.
pub(super) struct NoServer {
    pub(super) words: String,
    pub(super) code: u8,
}

impl NoServer {
    /// Says why; the exit code.
    pub(super) fn report(&self) -> u8 {
        report::not_begun(&self.words);
        self.code
    }
}

impl From<String> for NoServer {
    fn from(words: String) -> Self {
        Self { words, code: NOT_BEGUN }
    }
}

impl Server {
    /// Reads files and checks flags, and asks the registry where the target names one; connects nothing else. `began` is
    /// when `--max-time` starts.
    pub(super) async fn new(
        target: &str,
        args: &ConnectionArgs,
        pick: &PickArgs,
        began: Instant,
    ) -> Result<Self, NoServer> {
        let address = if args.unix && !target.contains("://") { format!("unix://{target}") } else { target.to_owned() };
        if args.insecure {
            eprintln!(
                "warning: --insecure: nobody verifies who answers at {address}; encrypted, but maybe to a stranger"
            );
        }
        let mut endpoint = endpoint(&address, args)?;
        let both = rows(&args.headers, args.expand_headers)?;
        let with = |more: &[String]| -> Result<Metadata, String> {
            Ok(both.iter().cloned().chain(rows(more, args.expand_headers)?).collect())
        };
        let mut limits = Limits::default();
        if let Some(bytes) = args.max_msg_sz {
            limits.receive_bytes = bytes;
        }
        if let Some(bytes) = args.max_send_sz {
            limits.send_bytes = bytes;
        }
        let (call_metadata, reflection_metadata) = (with(&args.rpc_headers)?, with(&args.reflect_headers)?);
        let resolved = resolve(&address, args, pick, began).await?;
        if resolved.is_some() && !(args.plaintext || says_tls(args)) {
            // Nobody said what its instances speak.
            endpoint.scheme = Scheme::Auto;
        }
        let first = resolved.as_ref().map_or_else(|| endpoint.clone(), |resolved| resolved.endpoint(&endpoint, 0));
        let pool = Pool::default();
        Ok(Self {
            address,
            channel: channel(&pool, &first)?,
            call_metadata,
            reflection_metadata,
            until: args.max_time.map(|time| Deadline::since(began, time)),
            limits,
            resolved,
            endpoint,
            pool,
        })
    }

    /// The way to the instance of an attempt, counted from 0; always the same where there is no registry.
    pub(super) fn channel_at(&self, attempt: usize) -> Result<Channel, String> {
        match &self.resolved {
            Some(resolved) if attempt > 0 => channel(&self.pool, &resolved.endpoint(&self.endpoint, attempt)),
            _ => Ok(self.channel.clone()),
        }
    }

    /// The instance of an attempt, counted from 0.
    pub(super) fn chosen(&self, attempt: usize) -> Option<Chosen> {
        self.resolved.as_ref()?.chosen(attempt)
    }

    /// Comes back when the deadline over everything has passed; never, where there is none.
    pub(super) async fn deadline_passed(&self) {
        let at = self.until.and_then(|until| until.began?.checked_add(until.set));
        match at {
            Some(at) => tokio::time::sleep_until(at.into()).await,
            None => std::future::pending().await,
        }
    }

    /// Says which instance is asked, where there is a choice.
    pub(super) fn say_chosen(&self) {
        if let Some(chosen) = self.chosen(0) {
            say_chosen(&chosen);
        }
    }

    /// The server's own schema.
    pub(super) fn reflection(&self) -> Arc<dyn Source> {
        self.reflection_over(&self.channel)
    }

    /// The schema of the server that a channel leads to.
    pub(super) fn reflection_over(&self, channel: &Channel) -> Arc<dyn Source> {
        let reflector = Reflector::new(channel.clone(), self.reflection_metadata.clone(), self.until);
        let place = if self.resolved.is_some() { channel.target().text.as_str() } else { &self.address };
        Arc::new(ReflectionSource::new(Arc::new(reflector), place))
    }
}

/// The way to an endpoint; connects nothing yet.
pub(super) fn channel(pool: &Pool, endpoint: &Endpoint) -> Result<Channel, String> {
    let (target, options) = load_options(endpoint).map_err(|error| error.to_string())?;
    Ok(pool.channel(&target, &options))
}

/// The instances that an address stands for; none where it names no registry.
async fn resolve(
    address: &str,
    args: &ConnectionArgs,
    pick: &PickArgs,
    began: Instant,
) -> Result<Option<Resolved>, NoServer> {
    if !names_a_registry(address) {
        return Ok(None);
    }
    let deadline = args.max_time.map(|limit| (began, limit));
    let _progress = Progress::start("asking the registry");
    let (registries, policy) = (pick.registries(), pick.policy());
    let resolving = registries.resolve_within(address, &policy, deadline);
    tokio::select! {
        resolved = resolving => {
            resolved.map_err(|error| NoServer { words: error.to_string(), code: code_of(&error) })
        }
        Ok(()) = tokio::signal::ctrl_c() => {
            let code = report::exit_code(Code::CANCELLED);
            Err(NoServer { words: "interrupted before the registry named an instance".to_owned(), code })
        }
    }
}

/// Something was said that only TLS can use.
fn says_tls(args: &ConnectionArgs) -> bool {
    args.insecure || args.cacert.is_some() || args.cert.is_some() || args.servername.is_some()
}

pub(super) fn endpoint(address: &str, args: &ConnectionArgs) -> Result<Endpoint, String> {
    let tls_scheme = ["https://", "grpcs://"].into_iter().find(|scheme| address.starts_with(scheme));
    if let (true, Some(scheme)) = (args.plaintext, tls_scheme) {
        return Err(format!("{address}: {scheme} means TLS, --plaintext means none: leave one of them out"));
    }
    if args.plaintext && (args.cacert.is_some() || args.cert.is_some() || args.insecure) {
        return Err("--plaintext goes with no --cacert, --cert or --insecure: those are TLS's".to_owned());
    }
    let mut endpoint = Endpoint::new(address);
    endpoint.scheme = if args.plaintext { Scheme::Plaintext } else { Scheme::Tls };
    endpoint.tls = TlsChoice {
        ca: args.cacert.clone().map_or(CaChoice::System, CaChoice::File),
        server_name: args.servername.clone(),
        client: client_files(args)?,
        skip_verify: args.insecure,
    };
    endpoint.authority.clone_from(&args.authority);
    endpoint.connect_timeout = args.connect_timeout;
    endpoint.keepalive = args.keepalive_time.map(|interval| Keepalive { interval, timeout: PING_ANSWER });
    endpoint.user_agent.clone_from(&args.user_agent);
    Ok(endpoint)
}

fn client_files(args: &ConnectionArgs) -> Result<Option<ClientFiles>, String> {
    let bundle = |path: &PathBuf| {
        path.extension()
            .and_then(|end| end.to_str())
            .is_some_and(|end| end.eq_ignore_ascii_case("p12") || end.eq_ignore_ascii_case("pfx"))
    };
    match (&args.cert, &args.key) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err("--key needs --cert".to_owned()),
        (Some(cert), None) if bundle(cert) => {
            let password = match &args.cert_password_file {
                None => Secret::default(),
                Some(path) => {
                    let text = std::fs::read_to_string(path)
                        .map_err(|error| format!("{}: cannot read the password: {error}", path.display()))?;
                    Secret::new(text.trim_end_matches(['\r', '\n']))
                }
            };
            Ok(Some(ClientFiles::Pkcs12 { file: cert.clone(), password }))
        }
        (Some(_), None) => Err("--cert needs --key (or give a PKCS#12 bundle, .p12 or .pfx)".to_owned()),
        (Some(cert), Some(key)) => Ok(Some(ClientFiles::Pem { cert: cert.clone(), key: key.clone() })),
    }
}

/// `key: value` rows to metadata.
fn rows(headers: &[String], expand: bool) -> Result<Metadata, String> {
    let checked =
        |(key, value): (String, Secret)| check_metadata(&key, value.reveal()).map_err(|error| error.to_string());
    text_rows(headers, expand)?.into_iter().map(checked).collect()
}

/// `key: value` rows as keys and values, trimmed, not checked.
pub(super) fn text_rows(headers: &[String], expand: bool) -> Result<Vec<(String, Secret)>, String> {
    let row = |header: &String| {
        // A pseudo-header is refused by its whole name, not by the nothing before its colon.
        let skipped = usize::from(header.starts_with(':'));
        let colon = header.get(skipped..).and_then(|rest| rest.find(':')).map(|at| at + skipped);
        let (key, value) = match colon {
            Some(at) => (header.get(..at).unwrap_or(""), header.get(at + 1..).unwrap_or("")),
            None => (header.as_str(), ""),
        };
        let value = if expand { expanded(value)? } else { value.to_owned() };
        Ok((key.trim().to_owned(), Secret::new(value.trim())))
    };
    headers.iter().map(row).collect()
}

/// Replaces `${NAME}`; a name that is not set is an error, as with grpcurl.
fn expanded(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        let value = std::env::var(name).map_err(|error| format!("${{{name}}} in metadata: {error}"))?;
        out.push_str(before);
        out.push_str(&value);
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

/// The cache of schema results: `$XDG_CACHE_HOME/proconsul` on Linux.
pub fn cache_dir() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "proconsul").map(|dirs| dirs.cache_dir().to_path_buf())
}

impl SchemaArgs {
    /// A schema flag was given: there is no reflection, and `list` and `describe` take no TARGET.
    pub(super) fn given(&self) -> bool {
        !(self.proto.is_empty() && self.protoset.is_empty())
    }

    /// The source of the flags.
    pub(super) fn open(&self) -> Result<Arc<dyn Source>, SchemaError> {
        let files = SchemaFiles {
            protos: self.proto.clone(),
            import_roots: self.import_path.clone(),
            descriptor_sets: self.protoset.clone(),
            cache_dir: cache_dir(),
        };
        open_files(&files).map(|(source, _watched)| source)
    }

    /// Saves what is behind `symbols`, if asked to.
    pub(super) async fn save(&self, source: &dyn Source, symbols: &[String]) -> Result<(), SchemaError> {
        if self.protoset_out.is_none() && self.proto_out_dir.is_none() {
            return Ok(());
        }
        let set = source.descriptor_set(symbols).await?;
        if let Some(path) = &self.protoset_out {
            std::fs::write(path, &set)
                .map_err(|error| SchemaError::Io { path: path.clone(), message: error.to_string() })?;
        }
        if let Some(folder) = &self.proto_out_dir {
            write_proto_files(&set, folder)?;
        }
        Ok(())
    }
}
