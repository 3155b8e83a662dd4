//! What a registration may hold: every field of every object, as Consul's HTTP API and its configuration files name it.
//!
//! From `agent/structs` (`ServiceDefinition`, `CheckType`, `ConnectProxyConfig`) and `agent/config` of Consul, up to the
//! newest version. Which of the newer fields an older agent refuses, that agent says itself (see `rehearse`).

/// What stands in a field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Holds {
    /// A string.
    Text,
    /// `true`, `false`.
    Flag,
    /// A whole number.
    Number,
    /// A duration: `"5s"`; in the API also a number of nanoseconds.
    Span,
    /// A list of strings.
    Texts,
    /// Strings by name.
    TextMap,
    /// Lists of strings by name.
    TextsMap,
    /// Whatever a proxy understands.
    Free,
    /// An object.
    One(&'static Shape),
    /// A list of objects.
    Many(&'static Shape),
    /// Objects by name.
    Named(&'static Shape),
}

/// One field.
#[derive(Debug)]
pub(super) struct Field {
    /// As the API names it; letters' case does not matter there.
    pub(super) api: &'static str,
    /// As configuration files name it; empty where they do not have it.
    pub(super) config: &'static str,
    /// Other names that the API takes.
    pub(super) api_also: &'static [&'static str],
    /// Other names that configuration files take.
    pub(super) config_also: &'static [&'static str],
    /// What stands in it.
    pub(super) holds: Holds,
}

/// An object.
#[derive(Debug)]
pub(super) struct Shape {
    /// In the order in which they are written.
    pub(super) fields: &'static [Field],
}

impl Shape {
    /// The field of this name in the API's spelling.
    pub(super) fn api(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.api == name)
    }
}

const fn field(api: &'static str, config: &'static str, holds: Holds) -> Field {
    Field { api, config, api_also: &[], config_also: &[], holds }
}

/// A field whose name in configuration files the API takes too.
const fn both(api: &'static str, config: &'static str, also: &'static [&'static str], holds: Holds) -> Field {
    Field { api, config, api_also: also, config_also: &[], holds }
}

use Holds::{Flag, Free, Many, Named, Number, One, Span, Text, TextMap, Texts, TextsMap};

/// A service: `PUT /v1/agent/service/register`, `service` in a configuration file.
pub(super) static SERVICE: Shape = Shape {
    fields: &[
        field("Kind", "kind", Text),
        field("ID", "id", Text),
        field("Name", "name", Text),
        field("Address", "address", Text),
        field("Port", "port", Number),
        both("SocketPath", "socket_path", &["socket_path"], Text),
        both("TaggedAddresses", "tagged_addresses", &["tagged_addresses"], Named(&ADDRESS)),
        field("Tags", "tags", Texts),
        field("Meta", "meta", TextMap),
        field("Weights", "weights", One(&WEIGHTS)),
        both("EnableTagOverride", "enable_tag_override", &["enable_tag_override"], Flag),
        field("Namespace", "namespace", Text),
        field("Partition", "partition", Text),
        field("Locality", "locality", One(&LOCALITY)),
        field("Ports", "ports", Many(&PORT)),
        field("Token", "token", Text),
        field("Connect", "connect", One(&CONNECT)),
        field("Proxy", "proxy", One(&PROXY)),
        field("Check", "check", One(&CHECK)),
        field("Checks", "checks", Many(&CHECK)),
    ],
};

/// A check of a service.
pub(super) static CHECK: Shape = Shape {
    fields: &[
        field("CheckID", "id", Text),
        field("Name", "name", Text),
        field("Notes", "notes", Text),
        field("TCP", "tcp", Text),
        both("TCPUseTLS", "tcp_use_tls", &["tcp_use_tls"], Flag),
        field("UDP", "udp", Text),
        field("HTTP", "http", Text),
        field("Method", "method", Text),
        field("Header", "header", TextsMap),
        field("Body", "body", Text),
        both("DisableRedirects", "disable_redirects", &["disable_redirects"], Flag),
        field("GRPC", "grpc", Text),
        both("GRPCUseTLS", "grpc_use_tls", &["grpc_use_tls"], Flag),
        field("H2PING", "h2ping", Text),
        both("H2PingUseTLS", "h2ping_use_tls", &["h2ping_use_tls"], Flag),
        field("TTL", "ttl", Span),
        Field {
            api: "Args",
            config: "args",
            api_also: &["ScriptArgs", "script_args"],
            config_also: &["scriptargs"],
            holds: Texts,
        },
        Field {
            api: "DockerContainerID",
            config: "docker_container_id",
            api_also: &["docker_container_id"],
            config_also: &["dockercontainerid"],
            holds: Text,
        },
        field("Shell", "shell", Text),
        field("AliasNode", "alias_node", Text),
        field("AliasService", "alias_service", Text),
        both("OSService", "os_service", &["os_service"], Text),
        both("TLSServerName", "tls_server_name", &["tls_server_name"], Text),
        Field {
            api: "TLSSkipVerify",
            config: "tls_skip_verify",
            api_also: &["tls_skip_verify"],
            config_also: &["tlsskipverify"],
            holds: Flag,
        },
        field("Interval", "interval", Span),
        field("Timeout", "timeout", Span),
        field("Status", "status", Text),
        field("SuccessBeforePassing", "success_before_passing", Number),
        field("FailuresBeforeWarning", "failures_before_warning", Number),
        field("FailuresBeforeCritical", "failures_before_critical", Number),
        Field {
            api: "DeregisterCriticalServiceAfter",
            config: "deregister_critical_service_after",
            api_also: &["deregister_critical_service_after"],
            config_also: &["deregistercriticalserviceafter"],
            holds: Span,
        },
        field("OutputMaxSize", "output_max_size", Number),
        field("ProxyHTTP", "", Text),
        field("ProxyGRPC", "", Text),
        Field {
            api: "ServiceID",
            config: "service_id",
            api_also: &["service_id"],
            config_also: &["serviceid"],
            holds: Text,
        },
        Field { api: "", config: "token", api_also: &[], config_also: &[], holds: Text },
    ],
};

static ADDRESS: Shape = Shape { fields: &[field("Address", "address", Text), field("Port", "port", Number)] };

static WEIGHTS: Shape = Shape { fields: &[field("Passing", "passing", Number), field("Warning", "warning", Number)] };

static LOCALITY: Shape = Shape { fields: &[field("Region", "region", Text), field("Zone", "zone", Text)] };

static PORT: Shape =
    Shape { fields: &[field("Name", "name", Text), field("Port", "port", Number), field("Default", "default", Flag)] };

static CONNECT: Shape = Shape {
    fields: &[
        field("Native", "native", Flag),
        both("SidecarService", "sidecar_service", &["sidecar_service"], One(&SERVICE)),
        both("PeerMeta", "", &["peer_meta"], Free),
        field("Proxy", "", Free),
    ],
};

static PROXY: Shape = Shape {
    fields: &[
        both("DestinationServiceName", "destination_service_name", &["destination_service_name"], Text),
        both("DestinationServiceID", "destination_service_id", &["destination_service_id"], Text),
        both("LocalServiceAddress", "local_service_address", &["local_service_address"], Text),
        both("LocalServicePort", "local_service_port", &["local_service_port"], Number),
        both("LocalServiceSocketPath", "local_service_socket_path", &["local_service_socket_path"], Text),
        field("Mode", "mode", Text),
        both("TransparentProxy", "transparent_proxy", &["transparent_proxy"], One(&TRANSPARENT)),
        field("Config", "config", Free),
        both("EnvoyExtensions", "envoy_extensions", &["envoy_extensions"], Free),
        field("Upstreams", "upstreams", Many(&UPSTREAM)),
        both("MeshGateway", "mesh_gateway", &["mesh_gateway"], One(&GATEWAY)),
        field("Expose", "expose", One(&EXPOSE)),
    ],
};

static TRANSPARENT: Shape = Shape {
    fields: &[
        both("OutboundListenerPort", "outbound_listener_port", &["outbound_listener_port"], Number),
        both("DialedDirectly", "dialed_directly", &["dialed_directly"], Flag),
    ],
};

static GATEWAY: Shape = Shape { fields: &[field("Mode", "mode", Text)] };

static UPSTREAM: Shape = Shape {
    fields: &[
        both("DestinationType", "destination_type", &["destination_type"], Text),
        both("DestinationNamespace", "destination_namespace", &["destination_namespace"], Text),
        both("DestinationPartition", "destination_partition", &["destination_partition"], Text),
        both("DestinationPeer", "destination_peer", &["destination_peer"], Text),
        both("DestinationName", "destination_name", &["destination_name"], Text),
        field("Datacenter", "datacenter", Text),
        both("LocalBindAddress", "local_bind_address", &["local_bind_address"], Text),
        both("LocalBindPort", "local_bind_port", &["local_bind_port"], Number),
        both("LocalBindSocketPath", "local_bind_socket_path", &["local_bind_socket_path"], Text),
        both("LocalBindSocketMode", "local_bind_socket_mode", &["local_bind_socket_mode"], Text),
        field("Config", "config", Free),
        both("MeshGateway", "mesh_gateway", &["mesh_gateway"], One(&GATEWAY)),
    ],
};

static EXPOSE: Shape = Shape {
    fields: &[
        field("Checks", "checks", Flag),
        field("Port", "port", Number),
        field("Paths", "paths", Many(&EXPOSED_PATH)),
    ],
};

static EXPOSED_PATH: Shape = Shape {
    fields: &[
        both("ListenerPort", "listener_port", &["listener_port"], Number),
        field("Path", "path", Text),
        both("LocalPathPort", "local_path_port", &["local_path_port"], Number),
        field("Protocol", "protocol", Text),
        both("ParsedFromCheck", "", &["parsed_from_check"], Flag),
    ],
};
