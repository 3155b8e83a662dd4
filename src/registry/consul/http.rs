//! One question to an agent over its HTTP API: what is asked, what came back, and what it means when it is no answer.
//!
//! Lives here: the pooled client, percent-encoding, what every question carries (token, namespace, partition), bounds
//! on time and size. Absent: what the answers mean. Redirects are never followed: Consul answers a path with `//` by a
//! redirect to *another* key, so that whoever follows one reads, or deletes, what nobody named.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION};
use serde::de::DeserializeOwned;

use super::faults;
use super::settings::{AgentAddress, ConsulSettings};
use super::tls;
use crate::registry::{BadSetting, Consistency, Odd, RegistryError, RegistryFault, RegistryPlace, Scope};

/// An answer that is larger is not read: no catalog is.
const LARGEST_BODY: usize = 256 << 20;
/// How long the connection itself may take.
pub(super) const CONNECT: Duration = Duration::from_secs(5);
/// Letters that a path segment and a query value keep.
const ENCODED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Method of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Writes.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// One question.
#[derive(Clone, Debug)]
pub struct Ask {
    method: Method,
    path: String,
    shown_path: String,
    query: Vec<(&'static str, Option<String>)>,
    body: Option<Bytes>,
    patience: Option<Duration>,
    datacenter: Option<String>,
}

impl Ask {
    /// A question for the path of these segments, which are encoded one by one: `["v1", "kv", "a/b"]` is the key `a/b`,
    /// and nobody's slash, percent sign or question mark means anything else. See [`is_addressable`] for what no
    /// encoding can say.
    pub fn new(method: Method, segments: &[&str]) -> Self {
        let mut path = String::new();
        let mut shown_path = String::new();
        for segment in segments {
            path.push('/');
            shown_path.push('/');
            shown_path.push_str(segment);
            // A slash within a segment stays a slash: Consul's router decodes before it looks, so that it is the same.
            for (at, part) in segment.split('/').enumerate() {
                if at > 0 {
                    path.push_str("%2F");
                }
                path.extend(utf8_percent_encode(part, &ENCODED));
            }
        }
        Self { method, path, shown_path, query: Vec::new(), body: None, patience: None, datacenter: None }
    }

    /// Reads.
    pub fn get(segments: &[&str]) -> Self {
        Self::new(Method::Get, segments)
    }

    /// Writes.
    pub fn put(segments: &[&str]) -> Self {
        Self::new(Method::Put, segments)
    }

    /// Removes.
    pub fn delete(segments: &[&str]) -> Self {
        Self::new(Method::Delete, segments)
    }

    /// `name=value`.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, Some(value.into())));
        self
    }

    /// `name`, whose presence alone counts (`recurse`, `keys`, `stale`).
    #[must_use]
    pub fn flag(mut self, name: &'static str) -> Self {
        self.query.push((name, None));
        self
    }

    /// Sends this.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Waits so long in all, instead of what the settings say.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Asks this datacenter.
    #[must_use]
    pub fn in_datacenter(mut self, datacenter: Option<&str>) -> Self {
        self.datacenter = datacenter.map(str::to_owned);
        self
    }

    /// Reads in this mode.
    #[must_use]
    pub fn consistency(self, consistency: Consistency) -> Self {
        match consistency {
            Consistency::Default => self,
            Consistency::Stale => self.flag("stale"),
            Consistency::Consistent => self.flag("consistent"),
        }
    }

    /// Where and how a scope says, without its filter, tags and order.
    #[must_use]
    pub fn within(self, scope: &Scope) -> Self {
        self.in_datacenter(scope.datacenter.as_deref()).consistency(scope.consistency)
    }

    /// Blocks until the index is past `index`, `wait` at most. The time that one waits here allows for what Consul adds.
    #[must_use]
    pub fn blocking(self, index: u64, wait: Duration, slack: Duration) -> Self {
        let patience = wait + wait / 16 + slack;
        self.query("index", index.to_string()).query("wait", format!("{}s", wait.as_secs())).patience(patience)
    }

    /// `GET /v1/catalog/services?dc=dc2`, for people: as it was meant, not as it is encoded.
    pub fn shown(&self) -> String {
        let mut shown = format!("{} {}", self.method.name(), self.shown_path);
        let datacenter = self.datacenter.clone().map(|name| ("dc", Some(name)));
        for (at, (name, value)) in self.query.iter().cloned().chain(datacenter).enumerate() {
            shown.push(if at == 0 { '?' } else { '&' });
            shown.push_str(name);
            if let Some(value) = value {
                shown.push('=');
                shown.push_str(&value);
            }
        }
        shown
    }
}

/// Whether a key can be named in a path. Consul's router cleans paths after decoding them: empty segments and those of
/// dots lead elsewhere, whatever the encoding. Such keys are reached by `/v1/txn`, whose body names them.
pub fn is_addressable(key: &str) -> bool {
    let mut segments = key.split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        if matches!(segment, "." | "..") || (segment.is_empty() && !is_last) {
            return false;
        }
    }
    true
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// What Consul says beside its answer.
    pub facts: ReplyFacts,
    /// The answer.
    pub body: Bytes,
}

/// What Consul says in the headers of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyFacts {
    /// `X-Consul-Index`, for the next blocking query.
    pub index: Option<u64>,
    /// `X-Consul-KnownLeader`.
    pub known_leader: Option<bool>,
    /// `X-Consul-LastContact`: how old a stale answer may be.
    pub last_contact: Option<Duration>,
    /// `X-Consul-Results-Filtered-By-ACLs` (1.11 and later; only ever true).
    pub is_filtered: bool,
    /// `X-Consul-Default-ACL-Policy` (1.11 and later): `allow`, `deny`.
    pub default_policy: Option<String>,
    /// `X-Consul-ContentHash`, where an agent's own endpoint blocks by hash.
    pub content_hash: Option<String>,
}

impl ReplyFacts {
    fn read(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            index: text("x-consul-index").and_then(|value| value.parse().ok()),
            known_leader: text("x-consul-knownleader").and_then(|value| value.parse().ok()),
            last_contact: text("x-consul-lastcontact").and_then(|value| value.parse().ok()).map(Duration::from_millis),
            is_filtered: text("x-consul-results-filtered-by-acls") == Some("true"),
            default_policy: text("x-consul-default-acl-policy").map(str::to_owned),
            content_hash: text("x-consul-contenthash").map(str::to_owned),
        }
    }
}

impl Reply {
    /// The answer as text, for people.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).trim().to_owned()
    }
}

/// An agent that can be asked. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    inner: Arc<Inner>,
}

struct Inner {
    settings: ConsulSettings,
    place: RegistryPlace,
    client: reqwest::Client,
    base: String,
    headers: HeaderMap,
    tls: rustls::ClientConfig,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Http").field(&self.inner.place).finish()
    }
}

impl Http {
    /// A client with a pool of its own. Reads the files that the settings name (token, certificates), no network.
    ///
    /// Errors: [`RegistryFault::Settings`], which names what cannot be used.
    pub fn new(settings: ConsulSettings) -> Result<Self, RegistryError> {
        let place = settings.place();
        let failed = |fault| RegistryError { place: place.clone(), asked: String::new(), fault };
        let token = token(&settings).map_err(failed)?;
        let headers = headers(&settings, &token).map_err(failed)?;
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("proconsul/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .http1_only()
            .connect_timeout(CONNECT);
        // Without TLS there is nothing to trust; so nobody waits for the system's roots to be read.
        let nobody = ConsulSettings { verify: false, ..ConsulSettings::default() };
        let config = tls::client_config(if settings.tls { &settings } else { &nobody }).map_err(failed)?;
        builder = builder.tls_backend_preconfigured(config.clone());
        let base = match &settings.address {
            AgentAddress::Unix(path) => {
                builder = unix_socket(builder, path).map_err(failed)?;
                "http://localhost".to_owned()
            }
            AgentAddress::Tcp(host, port) => {
                let name = match &settings.server_name {
                    Some(name) if settings.tls && name.parse::<std::net::IpAddr>().is_err() => {
                        builder = builder.dns_resolver(Instead { host: host.clone(), port: *port });
                        format!("{name}:{port}")
                    }
                    _ => settings.address_text(),
                };
                let scheme = if settings.tls { "https" } else { "http" };
                format!("{scheme}://{name}{}", settings.path_prefix)
            }
        };
        let client = builder
            .build()
            .map_err(|error| failed(RegistryFault::Settings(BadSetting::Other(faults::chain(&error)))))?;
        Ok(Self { inner: Arc::new(Inner { settings, place, client, base, headers, tls: config }) })
    }

    /// Which agent.
    pub fn place(&self) -> &RegistryPlace {
        &self.inner.place
    }

    /// How it is reached.
    pub fn settings(&self) -> &ConsulSettings {
        &self.inner.settings
    }

    /// The token that is sent.
    pub(super) fn token(&self) -> Option<&HeaderValue> {
        self.inner.headers.get(&TOKEN)
    }

    /// The TLS configuration; without TLS, one that nobody uses.
    pub(super) fn tls_config(&self) -> rustls::ClientConfig {
        self.inner.tls.clone()
    }

    /// `http://127.0.0.1:8500`: what stands before `/v1`.
    pub(super) fn base(&self) -> &str {
        &self.inner.base
    }

    /// An error of this agent's.
    pub fn error(&self, ask: &Ask, fault: RegistryFault) -> RegistryError {
        RegistryError { place: self.inner.place.clone(), asked: ask.shown(), fault }
    }

    /// Asks, and takes 200 for an answer and nothing else.
    pub async fn send(&self, ask: &Ask) -> Result<Reply, RegistryError> {
        let reply = self.send_any(ask).await?;
        if reply.status == 200 { Ok(reply) } else { Err(self.refused(ask, &reply)) }
    }

    /// Asks, and reads an answer of 200 as JSON.
    pub async fn json<T: DeserializeOwned>(&self, ask: &Ask) -> Result<(T, ReplyFacts), RegistryError> {
        let reply = self.send(ask).await?;
        let value = self.parse(ask, &reply)?;
        Ok((value, reply.facts))
    }

    /// Reads an answer as JSON.
    pub fn parse<T: DeserializeOwned>(&self, ask: &Ask, reply: &Reply) -> Result<T, RegistryError> {
        serde_json::from_slice(&reply.body).map_err(|error| {
            let begin: String = reply.text().chars().take(80).collect();
            self.error(ask, RegistryFault::Foreign(Odd::NotJson { error: error.to_string(), begin }))
        })
    }

    /// What an answer that is not 200 means.
    pub fn refused(&self, ask: &Ask, reply: &Reply) -> RegistryError {
        self.error(ask, self.fault_of_status(ask, reply.status, &reply.text()))
    }

    /// The same, of a status and its words.
    pub(super) fn fault_of_status(&self, ask: &Ask, status: u16, said: &str) -> RegistryFault {
        let datacenter = ask.datacenter.as_deref().or(self.inner.settings.datacenter.as_deref());
        faults::of_status(status, said, datacenter)
    }

    /// Asks, and takes every answer that is Consul's, whatever its status; redirects are none.
    pub async fn send_any(&self, ask: &Ask) -> Result<Reply, RegistryError> {
        let patience = ask.patience.unwrap_or(self.inner.settings.patience);
        match tokio::time::timeout(patience, self.exchange(ask)).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(fault)) => Err(self.error(ask, fault)),
            Err(_) => Err(self.error(ask, RegistryFault::Silent(patience))),
        }
    }

    async fn exchange(&self, ask: &Ask) -> Result<Reply, RegistryFault> {
        let method = match ask.method {
            Method::Get => reqwest::Method::GET,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
        };
        let url = self.url(ask);
        let mut request = self.inner.client.request(method, url).headers(self.inner.headers.clone());
        if let Some(body) = &ask.body {
            request = request.body(body.clone());
        }
        let mut response = request.send().await.map_err(|error| faults::of_transport(&error, CONNECT))?;
        let status = response.status();
        if status.is_redirection() {
            let to = response.headers().get(LOCATION).map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
            return Err(RegistryFault::Redirected { status: status.as_u16(), to: to.unwrap_or_default() });
        }
        let facts = ReplyFacts::read(response.headers());
        let mut body = BytesMut::new();
        while let Some(piece) = response.chunk().await.map_err(|error| faults::of_transport(&error, CONNECT))? {
            if body.len() + piece.len() > LARGEST_BODY {
                return Err(RegistryFault::Foreign(Odd::TooLarge(LARGEST_BODY)));
            }
            body.extend_from_slice(&piece);
        }
        Ok(Reply { status: status.as_u16(), facts, body: body.freeze() })
    }

    /// The whole URL, with what every question carries.
    fn url(&self, ask: &Ask) -> String {
        let settings = &self.inner.settings;
        let mut url = format!("{}{}", self.inner.base, ask.path);
        let mut separator = '?';
        let mut push = |name: &str, value: Option<&str>| {
            url.push(separator);
            separator = '&';
            url.push_str(name);
            if let Some(value) = value {
                url.push('=');
                url.extend(utf8_percent_encode(value, &ENCODED));
            }
        };
        for (name, value) in &ask.query {
            push(name, value.as_deref());
        }
        if let Some(datacenter) = ask.datacenter.as_ref().or(settings.datacenter.as_ref()) {
            push("dc", Some(datacenter));
        }
        if let Some(namespace) = &settings.namespace {
            push("ns", Some(namespace));
        }
        if let Some(partition) = &settings.partition {
            push("partition", Some(partition));
        }
        // The mode that was set counts only for reading, and only where the question has none.
        let has_mode = ask.query.iter().any(|(name, _)| matches!(*name, "stale" | "consistent"));
        if ask.method == Method::Get && !has_mode {
            match settings.consistency {
                Consistency::Default => {}
                Consistency::Stale => push("stale", None),
                Consistency::Consistent => push("consistent", None),
            }
        }
        url
    }
}

/// The header that carries the token: never a query parameter, which logs would keep.
const TOKEN: HeaderName = HeaderName::from_static("x-consul-token");

fn token(settings: &ConsulSettings) -> Result<String, RegistryFault> {
    if let Some(file) = &settings.token_file {
        let text = std::fs::read_to_string(file).map_err(|error| {
            RegistryFault::Settings(BadSetting::TokenFile {
                path: file.display().to_string(),
                error: error.to_string(),
            })
        })?;
        let text = text.trim();
        if !text.is_empty() {
            return Ok(text.to_owned());
        }
    }
    Ok(settings.token.reveal().to_owned())
}

fn headers(settings: &ConsulSettings, token: &str) -> Result<HeaderMap, RegistryFault> {
    use base64::Engine as _;
    let mut headers = HeaderMap::new();
    let sensitive = |text: &str, fault: BadSetting| {
        let mut value = HeaderValue::from_str(text).map_err(|_odd| RegistryFault::Settings(fault))?;
        value.set_sensitive(true);
        Ok(value)
    };
    if !token.is_empty() {
        headers.insert(TOKEN, sensitive(token, BadSetting::BadToken)?);
    }
    if let Some((user, password)) = &settings.basic_auth {
        let both = format!("{user}:{}", password.reveal());
        let encoded = base64::engine::general_purpose::STANDARD.encode(both);
        headers.insert(AUTHORIZATION, sensitive(&format!("Basic {encoded}"), BadSetting::BadPassword)?);
    }
    // The URL names whom the certificate is for; whoever stands between wants to know who is dialled.
    if settings.tls
        && settings.server_name.is_some()
        && let Ok(host) = HeaderValue::from_str(&settings.address_text())
    {
        headers.insert(HOST, host);
    }
    Ok(headers)
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "the same face as where there are no unix sockets")]
fn unix_socket(
    builder: reqwest::ClientBuilder,
    path: &std::path::Path,
) -> Result<reqwest::ClientBuilder, RegistryFault> {
    Ok(builder.unix_socket(path))
}

#[cfg(not(unix))]
fn unix_socket(
    _builder: reqwest::ClientBuilder,
    path: &std::path::Path,
) -> Result<reqwest::ClientBuilder, RegistryFault> {
    Err(RegistryFault::Settings(BadSetting::NoUnixSockets(path.display().to_string())))
}

/// Dials the agent's address under the name that its certificate is for.
#[derive(Debug)]
struct Instead {
    host: String,
    port: u16,
}

impl Resolve for Instead {
    fn resolve(&self, _name: Name) -> Resolving {
        let (host, port) = (self.host.clone(), self.port);
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((host, port)).await?.collect();
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
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

    fn http(change: impl FnOnce(&mut ConsulSettings)) -> Http {
        let mut settings = ConsulSettings::default();
        change(&mut settings);
        Http::new(settings).expect("settings")
    }

    #[test]
    fn urls() {
        let plain = http(|_| {});
        let check = |ask: Ask, url: &str| assert_eq!(plain.url(&ask), format!("http://127.0.0.1:8500{url}"));
        check(Ask::get(&["v1", "catalog", "services"]), "/v1/catalog/services");
        check(Ask::get(&["v1", "health", "service", "a b/ü%?#"]), "/v1/health/service/a%20b%2F%C3%BC%25%3F%23");
        check(
            Ask::get(&["v1", "kv", "中文/&="]).flag("recurse").query("dc", "a&b=c"),
            "/v1/kv/%E4%B8%AD%E6%96%87%2F%26%3D?recurse&dc=a%26b%3Dc",
        );
        let scope = Scope { datacenter: Some("dc2".to_owned()), consistency: Consistency::Stale, ..Scope::default() };
        check(Ask::get(&["v1", "x"]).within(&scope), "/v1/x?stale&dc=dc2");
        check(
            Ask::get(&["v1", "x"]).blocking(7, Duration::from_mins(5), Duration::from_secs(5)),
            "/v1/x?index=7&wait=300s",
        );
    }

    #[test]
    fn what_the_settings_add_to_every_question() {
        let all = http(|settings| {
            settings.namespace = Some("team 1".to_owned());
            settings.partition = Some("p".to_owned());
            settings.datacenter = Some("dc1".to_owned());
            settings.consistency = Consistency::Consistent;
            settings.path_prefix = "/consul".to_owned();
        });
        let base = "http://127.0.0.1:8500/consul/v1/x";
        assert_eq!(all.url(&Ask::get(&["v1", "x"])), format!("{base}?dc=dc1&ns=team%201&partition=p&consistent"));
        assert_eq!(all.url(&Ask::put(&["v1", "x"])), format!("{base}?dc=dc1&ns=team%201&partition=p"));
        let scope = Scope { datacenter: Some("dc2".to_owned()), consistency: Consistency::Stale, ..Scope::default() };
        assert_eq!(
            all.url(&Ask::get(&["v1", "x"]).within(&scope)),
            format!("{base}?stale&dc=dc2&ns=team%201&partition=p")
        );
    }

    #[test]
    fn which_keys_a_path_can_name() {
        for (key, expect) in [
            ("a", true),
            ("a/b", true),
            ("a/b/", true),
            ("a b/%/&", true),
            ("…/...", true),
            ("", true),
            ("a//b", false),
            ("/a", false),
            ("a//", false),
            ("./a", false),
            ("a/../b", false),
            ("a/.", false),
        ] {
            assert_eq!(is_addressable(key), expect, "{key:?}");
        }
    }

    #[test]
    fn no_token_shows() {
        let http = http(|settings| {
            settings.token = crate::secret::Secret::new("hush-1");
            settings.basic_auth = Some(("me".to_owned(), crate::secret::Secret::new("hush-2")));
        });
        assert!(!format!("{http:?} {:?} {:?}", http.inner.settings, http.inner.headers).contains("hush"));
        let error = http.error(&Ask::get(&["v1", "x"]), RegistryFault::UnknownToken);
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
}
