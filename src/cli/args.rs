//! What can be written on the command line, parsed by clap. Names are grpcurl's where grpcurl has them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::registry::{
    DeregisterArgs, InstancesArgs, KvArgs, MaintenanceArgs, PickArgs, RegisterArgs, ServicesArgs, TtlArgs, WatchArgs,
    retries,
};

/// Find it, call it, trace it: gRPC services by hand, in a window or on the command line.
#[derive(Debug, Parser)]
#[command(name = "proconsul", version, about, long_about = None, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// Open the window on built-in demo services
    #[arg(long)]
    pub demo: bool,
    /// What the window opens: servers by their addresses, registries (consul://HOST:PORT, static://FILE), .proto files,
    /// folders, descriptor sets
    #[arg(value_name = "TARGET|FILE|FOLDER")]
    pub open: Vec<OsString>,
    /// How to connect.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// Where the schema comes from.
    #[command(flatten)]
    pub schema: SchemaArgs,
    /// What to do without a window
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// The headless verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Call a method
    Call(Box<CallArgs>),
    /// List services, or the methods of one
    List(Box<ListArgs>),
    /// Print the definition of a symbol as .proto source
    Describe(Box<DescribeArgs>),
    /// Ask grpc.health.v1 how a server or service is
    Health(Box<HealthArgs>),
    /// Climb from name to reflection, step by step: what works, what breaks, what to try
    #[command(after_help = DIAGNOSE_HELP)]
    Diagnose(Box<DiagnoseArgs>),
    /// Compile .proto files in full and print every error
    Check(CheckArgs),
    /// Convert a message between JSON, text format and bytes
    Convert(Box<ConvertArgs>),
    /// List the services of a registry, with the health of their instances
    Services(Box<ServicesArgs>),
    /// List the instances of a service, with their checks
    Instances(Box<InstancesArgs>),
    /// Print what comes, goes and changes in a registry, one JSON object a line
    Watch(Box<WatchArgs>),
    /// Register services by a file, once all of it was checked
    Register(Box<RegisterArgs>),
    /// Deregister an instance through the agent that has it
    Deregister(Box<DeregisterArgs>),
    /// Put an instance into maintenance, or take it out
    Maintenance(Box<MaintenanceArgs>),
    /// Set a TTL check by hand
    Ttl(Box<TtlArgs>),
    /// Read and write the registry's keys and values
    Kv(Box<KvArgs>),
    /// Run the built-in demo services
    Demo(DemoArgs),
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

/// What each step is, and what the exit code says.
const DIAGNOSE_HELP: &str = "\
Steps: name, then at each address tcp, tls (with the chain), alpn and http2 (settings), then grpc (a call of a method \
that cannot exist), health and reflection. A step has passed, is to be looked at (warned), has failed, was skipped \
(there is none, which is no fault) or was not reached. --connect-timeout is the patience of each step, --max-time of \
all.\n\n\
Exit code: 0 if gRPC answered and no step failed; 1 if one failed, or no step could be taken; 2 for usage.";

/// How to connect.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Connection")]
pub struct ConnectionArgs {
    /// Speak plaintext HTTP/2 instead of TLS
    #[arg(long)]
    pub plaintext: bool,
    /// Do not verify the server's certificate (still encrypted, but by whom nobody knows)
    #[arg(long)]
    pub insecure: bool,
    /// Trust these roots instead of the system's (PEM); a self-signed server certificate will do
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,
    /// Our certificate: PEM with --key, or a PKCS#12 bundle (.p12, .pfx)
    #[arg(long, value_name = "FILE")]
    pub cert: Option<PathBuf>,
    /// Our private key (PEM)
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// File that holds the password of the PKCS#12 bundle
    #[arg(long, value_name = "FILE")]
    pub cert_password_file: Option<PathBuf>,
    /// Send this :authority, and compare it with the certificate unless --servername is given
    #[arg(long, value_name = "NAME")]
    pub authority: Option<String>,
    /// Ask TLS for this name and compare the certificate with it
    #[arg(long, value_name = "NAME")]
    pub servername: Option<String>,
    /// Metadata of calls and of reflection, 'key: value'; -bin values in base64
    #[arg(short = 'H', long = "header", value_name = "KEY: VALUE")]
    pub headers: Vec<String>,
    /// Metadata of calls only
    #[arg(long = "rpc-header", value_name = "KEY: VALUE")]
    pub rpc_headers: Vec<String>,
    /// Metadata of reflection only
    #[arg(long = "reflect-header", value_name = "KEY: VALUE")]
    pub reflect_headers: Vec<String>,
    /// Replace ${NAME} in metadata by environment variables
    #[arg(long)]
    pub expand_headers: bool,
    /// Patience for making the connection, seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "10")]
    pub connect_timeout: Duration,
    /// Deadline over everything, reflection included, seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub max_time: Option<Duration>,
    /// Largest message to receive, bytes, uncompressed [default: 64 MiB]
    #[arg(long, value_name = "BYTES")]
    pub max_msg_sz: Option<usize>,
    /// Largest message to send, bytes, uncompressed [default: 64 MiB]
    #[arg(long, value_name = "BYTES")]
    pub max_send_sz: Option<usize>,
    /// Send an HTTP/2 PING when the connection was quiet so long, seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub keepalive_time: Option<Duration>,
    /// Put this before our own user agent
    #[arg(long, value_name = "TEXT")]
    pub user_agent: Option<String>,
    /// TARGET is the path of a unix socket
    #[arg(long)]
    pub unix: bool,
}

/// Where the schema comes from; without any of these, from the server's reflection.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Schema")]
pub struct SchemaArgs {
    /// A .proto file or a whole folder
    #[arg(long, value_name = "FILE|FOLDER")]
    pub proto: Vec<PathBuf>,
    /// A folder to resolve imports in; the first that has a file wins
    #[arg(long, value_name = "FOLDER")]
    pub import_path: Vec<PathBuf>,
    /// A descriptor set
    #[arg(long, value_name = "FILE")]
    pub protoset: Vec<PathBuf>,
    /// Save what was used as one descriptor set
    #[arg(long, value_name = "FILE")]
    pub protoset_out: Option<PathBuf>,
    /// Save what was used as .proto files
    #[arg(long, value_name = "FOLDER")]
    pub proto_out_dir: Option<PathBuf>,
}

/// `call`
#[derive(Debug, Args)]
pub struct CallArgs {
    /// How to connect.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// Where the schema comes from.
    #[command(flatten)]
    pub schema: SchemaArgs,
    /// Which instance.
    #[command(flatten)]
    pub pick: PickArgs,
    /// The message(s) as JSON; @ reads stdin as it comes, @FILE a file
    #[arg(short = 'd', long = "data", value_name = "JSON|@|@FILE", allow_hyphen_values = true)]
    pub data: Option<String>,
    /// Compress requests
    #[arg(long, value_name = "ENCODING")]
    pub compress: Option<CompressChoice>,
    /// Print fields also where they have their default
    #[arg(long)]
    pub emit_defaults: bool,
    /// Skip unknown fields in the message instead of refusing it
    #[arg(long, alias = "allow-unknown-fields")]
    pub ignore_unknown: bool,
    /// Format of messages
    #[arg(long, value_enum, default_value_t)]
    pub format: FormatChoice,
    /// Print a failed call's status in the format of messages
    #[arg(long)]
    pub format_error: bool,
    /// Print headers, trailers and status details on stderr; twice: the phases too
    #[arg(short, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Write what happens, one JSON object a line, while it happens
    #[arg(long, value_name = "FILE")]
    pub trace_json: Option<PathBuf>,
    /// Try so many further times, at other instances where there are some, while nothing was answered and the status is
    /// UNAVAILABLE; none unless set
    #[arg(long, value_name = "N", value_parser = retries)]
    pub retries: Option<u32>,
    /// Call every instance of TARGET's service at once, whatever its health; one JSON object a line for each
    #[arg(long, conflicts_with_all = ["retries", "policy", "trace_json", "format_error"])]
    pub all: bool,
    /// host:port, :port, grpc://, grpcs://, http://, https://, unix:///path, consul://[host:port/]service?tag=…,
    /// static://FILE#service
    pub target: String,
    /// pkg.Service/Method
    pub method: String,
}

/// `list`
#[derive(Debug, Args)]
pub struct ListArgs {
    /// How to connect.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// Where the schema comes from.
    #[command(flatten)]
    pub schema: SchemaArgs,
    /// Which instance.
    #[command(flatten)]
    pub pick: PickArgs,
    /// Accepted for symmetry with call
    #[arg(short, action = clap::ArgAction::Count, hide = true)]
    pub verbose: u8,
    /// [TARGET] [SERVICE]; no TARGET with a schema flag
    #[arg(value_name = "TARGET] [SERVICE", num_args = 0..=2)]
    pub words: Vec<String>,
}

/// `describe`
#[derive(Debug, Args)]
pub struct DescribeArgs {
    /// How to connect.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// Where the schema comes from.
    #[command(flatten)]
    pub schema: SchemaArgs,
    /// Which instance.
    #[command(flatten)]
    pub pick: PickArgs,
    /// Print a template of the message too, in JSON
    #[arg(long)]
    pub msg_template: bool,
    /// Accepted for symmetry with call
    #[arg(short, action = clap::ArgAction::Count, hide = true)]
    pub verbose: u8,
    /// [TARGET] SYMBOL; no TARGET with a schema flag; without SYMBOL, all services
    #[arg(value_name = "TARGET] [SYMBOL", num_args = 0..=2)]
    pub words: Vec<String>,
}

/// `health`
#[derive(Debug, Args)]
pub struct HealthArgs {
    /// How to connect.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// Which instance.
    #[command(flatten)]
    pub pick: PickArgs,
    /// Print every change until interrupted
    #[arg(long)]
    pub watch: bool,
    /// Print headers, trailers and status details on stderr
    #[arg(short, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// host:port
    pub target: String,
    /// Full name of a service; the whole server, if none
    pub service: Option<String>,
}

/// `diagnose`
#[derive(Debug, Args)]
pub struct DiagnoseArgs {
    /// How to connect.
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// Which instance.
    #[command(flatten)]
    pub pick: PickArgs,
    /// Print one JSON object with all steps instead of words
    #[arg(long)]
    pub json: bool,
    /// Accepted for symmetry with call
    #[arg(short, action = clap::ArgAction::Count, hide = true)]
    pub verbose: u8,
    /// host:port, :port, grpc://, grpcs://, http://, https://, unix:///path
    pub target: String,
}

/// `check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// A .proto file or a whole folder
    #[arg(long, value_name = "FILE|FOLDER")]
    pub proto: Vec<PathBuf>,
    /// A folder to resolve imports in
    #[arg(long, value_name = "FOLDER")]
    pub import_path: Vec<PathBuf>,
    /// The same as --proto
    #[arg(value_name = "FILE|FOLDER")]
    pub paths: Vec<PathBuf>,
}

/// `convert`
#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// Where the schema comes from.
    #[command(flatten)]
    pub schema: SchemaArgs,
    /// Full name of the message
    #[arg(long = "type", value_name = "PKG.MESSAGE")]
    pub type_name: String,
    /// Format of the input
    #[arg(long, value_enum)]
    pub from: ConvertFormat,
    /// Format of the output
    #[arg(long, value_enum)]
    pub to: ConvertFormat,
    /// Skip unknown fields in JSON or text instead of refusing them
    #[arg(long, alias = "allow-unknown-fields")]
    pub ignore_unknown: bool,
    /// Write unknown fields by their numbers, in text
    #[arg(long)]
    pub print_unknown: bool,
    /// Write fields also where they have their default, in JSON
    #[arg(long)]
    pub emit_defaults: bool,
    /// The input; - is stdin
    #[arg(default_value = "-")]
    pub file: PathBuf,
}

/// `demo`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Plaintext address on this machine; 127.0.0.1:7888 or any free port, if not given
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// TLS address on this machine; 127.0.0.1:7889 or any free port, if not given
    #[arg(long, value_name = "ADDRESS")]
    pub listen_tls: Option<String>,
    /// Write the services and their instances into this file as a static list, for --registry static://FILE
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// Start a Consul agent of the demo's own with the services in it; needs Consul's program on PATH, or named by
    /// PROCONSUL_CONSUL
    #[arg(long)]
    pub consul: bool,
}

/// `--compress`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CompressChoice {
    /// gzip
    Gzip,
    /// deflate (zlib's format)
    Deflate,
    /// Zstandard
    Zstd,
    /// No compression
    Identity,
}

/// `--format`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FormatChoice {
    /// Canonical JSON
    #[default]
    Json,
    /// Text format
    Text,
}

/// `--from`, `--to`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ConvertFormat {
    /// Canonical JSON
    Json,
    /// Text format
    Text,
    /// Wire bytes, raw
    Bin,
}

/// Seconds with fractions.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let value: f64 = text.parse().map_err(|_not_a_number: std::num::ParseFloatError| "not a number".to_owned())?;
    Duration::try_from_secs_f64(value).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        super::Cli::command().debug_assert();
    }
}
