//! The calls that rs-consul does soundly: names of services, nodes, who we are to the access rules.
//!
//! It is given our TLS and a pool, since it comes with neither. It knows no namespace, no partition, no unix socket and
//! no password, encodes nothing, and tells of the headers only the index; where any of that counts our own client asks.
//! Its key/value calls are never used: `delete_key` removes everything that begins with the key, and `read_key` reads
//! it (tests/registry_consul.rs holds that this is still so). Its `get_service_nodes` leaves out checks, metadata,
//! weights and tagged addresses, without which an instance can neither be judged nor reached across datacenters.

use std::collections::BTreeMap;

use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rs_consul::{Config, ConsulError, GetNodesRequest, QueryOptions};

use super::faults;
use super::http::{Ask, Http};
use super::raw::RawNode;
use super::settings::AgentAddress;
use crate::registry::{Consistency, Odd, RegistryError, RegistryFault, Scope, TokenInfo};

/// rs-consul's client for an agent. Its `Debug` would show the token, so this has none of it.
pub(super) struct Theirs {
    client: rs_consul::Consul,
}

impl std::fmt::Debug for Theirs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("rs-consul")
    }
}

impl Theirs {
    /// A client, if these settings are such that it would send what is meant.
    pub fn new(http: &Http) -> Option<Self> {
        let settings = http.settings();
        let beyond = settings.namespace.is_some()
            || settings.partition.is_some()
            || settings.basic_auth.is_some()
            || settings.server_name.is_some()
            || settings.consistency != Consistency::Default
            || matches!(settings.address, AgentAddress::Unix(_));
        if beyond {
            return None;
        }
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(super::http::CONNECT));
        let tls = http.tls_config();
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(connector);
        let pooled = Client::builder(TokioExecutor::new()).build(connector);
        let config = Config {
            address: http.base().to_owned(),
            token: http.token().and_then(|token| token.to_str().ok()).map(str::to_owned),
            ..Config::default()
        };
        Some(Self { client: rs_consul::Consul::new_with_client(config, pooled) })
    }

    /// Whether it can ask for this part: it has no consistency modes.
    fn can(scope: &Scope) -> bool {
        scope.consistency == Consistency::Default
    }

    /// Names of all services, unsorted. `None` where our own client has to ask.
    pub async fn service_names(&self, http: &Http, scope: &Scope) -> Option<Result<Vec<String>, RegistryError>> {
        if !Self::can(scope) {
            return None;
        }
        let ask = Ask::get(&["v1", "catalog", "services"]).in_datacenter(scope.datacenter.as_deref());
        let work = self.client.get_all_registered_service_names(Some(options(http, scope)));
        Some(bounded(http, &ask, work).await.map(|answer| answer.response))
    }

    /// The nodes of the catalog, as near as the scope says and through its filter.
    pub async fn nodes(&self, http: &Http, scope: &Scope) -> Option<Result<Vec<RawNode>, RegistryError>> {
        if !Self::can(scope) {
            return None;
        }
        let mut ask = Ask::get(&["v1", "catalog", "nodes"]).in_datacenter(scope.datacenter.as_deref());
        if let Some(filter) = &scope.filter {
            ask = ask.query("filter", filter);
        }
        let (near, filter) = (encoded(scope.near.as_deref()), encoded(scope.filter.as_deref()));
        let request = GetNodesRequest { near: near.as_deref(), filter: filter.as_deref() };
        let work = self.client.get_nodes(request, Some(options(http, scope)));
        let nodes = bounded(http, &ask, work).await.map(|answer| {
            let raw = |node: rs_consul::CatalogNode| RawNode {
                id: node.id,
                node: node.node,
                address: node.address,
                datacenter: node.datacenter,
                tagged_addresses: sorted(node.TaggedAddresses),
                meta: sorted(node.Meta),
            };
            answer.response.into_iter().map(raw).collect()
        });
        Some(nodes)
    }

    /// Who our token makes us.
    pub async fn token(&self, http: &Http) -> Result<TokenInfo, RegistryError> {
        let ask = Ask::get(&["v1", "acl", "token", "self"]);
        let token = bounded(http, &ask, self.client.read_acl_token("self".to_owned())).await?;
        Ok(TokenInfo {
            accessor: token.accessor_id,
            description: token.description,
            policies: token.policies.into_iter().filter_map(|policy| policy.name).collect(),
        })
    }
}

fn sorted(map: Option<std::collections::HashMap<String, String>>) -> BTreeMap<String, String> {
    map.into_iter().flatten().collect()
}

/// It pastes values into the URL as they are.
fn encoded(value: Option<&str>) -> Option<String> {
    value.map(|value| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string())
}

fn options(http: &Http, scope: &Scope) -> QueryOptions {
    let datacenter = scope.datacenter.as_deref().or(http.settings().datacenter.as_deref());
    QueryOptions { datacenter: encoded(datacenter), ..QueryOptions::default() }
}

/// Its own timeout ends with the headers; this one covers the body.
async fn bounded<T>(
    http: &Http,
    ask: &Ask,
    work: impl Future<Output = Result<T, ConsulError>>,
) -> Result<T, RegistryError> {
    let patience = http.settings().patience;
    match tokio::time::timeout(patience, work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(http.error(ask, fault(http, ask, error))),
        Err(_) => Err(http.error(ask, RegistryFault::Silent(patience))),
    }
}

fn fault(http: &Http, ask: &Ask, error: ConsulError) -> RegistryFault {
    match error {
        ConsulError::UnexpectedResponseCode(status, said) => {
            http.fault_of_status(ask, status.as_u16(), &said.unwrap_or_default())
        }
        ConsulError::TimeoutExceeded(time) => RegistryFault::Silent(time),
        ConsulError::ResponseError(error) => faults::of_causes(&error, error.is_connect()),
        ConsulError::InvalidResponse(error) => faults::of_causes(&error, false),
        ConsulError::ResponseDeserializationFailed(error) => RegistryFault::Foreign(Odd::Other(error.to_string())),
        other => RegistryFault::Foreign(Odd::Other(faults::chain(&other))),
    }
}
