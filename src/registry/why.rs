//! Why a registry did not do something, in detail and as data: what [`RegistryFault`](super::RegistryFault) holds.
//! `Display` is English, for the terminal; `words` says each in all languages, by exhaustive matches.
//!
//! Absent: words of registries themselves and of the system, which stay as they came.

use std::fmt;
use std::time::Duration;

use super::RegistryFault;

/// Why nobody could be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// Nothing listens there.
    Refused,
    /// No connection came to be within this time.
    NotWithin(Duration),
    /// There is no such name.
    NoSuchName,
    /// The host or its network cannot be reached.
    NoRoute,
    /// The connection was closed before there was an answer.
    Closed,
    /// The file of a list.
    List(UnreadList),
    /// Something else: the system's words.
    Other(String),
}

/// Why the file of a list cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnreadList {
    /// There is none.
    NoFile,
    /// It may not be read.
    Forbidden,
    /// It is a folder.
    Folder,
    /// It is too large for a list.
    TooLarge,
    /// Something else: the system's words.
    Other(String),
}

/// Why TLS failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsTrouble {
    /// Plaintext was spoken to a port that speaks TLS.
    WantsTls,
    /// TLS was spoken to a port that does not.
    NoTls,
    /// The certificate is signed by nobody that is trusted.
    UnknownIssuer,
    /// The certificate is past its date.
    Expired,
    /// The certificate is before its date.
    NotYetValid,
    /// The certificate is for another name.
    WrongName,
    /// Something else: the words of the TLS library.
    Other(String),
}

/// What answered in a way that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Odd {
    /// A web page, with this status.
    Html(u16),
    /// Something else than the JSON that was expected.
    NotJson {
        /// What the reader says.
        error: String,
        /// How it begins.
        begin: String,
    },
    /// More bytes than this.
    TooLarge(usize),
    /// No HTTP/1.1: what was seen.
    NoHttp(String),
    /// The value of a key that is no base64.
    NoBase64 {
        /// Which key.
        key: String,
        /// What the reader says.
        error: String,
    },
    /// Something else: the words of the client.
    Other(String),
}

/// What is, although the registry said yes to something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// The agent has no service with this id.
    NoService(String),
    /// The id belongs to another service.
    OtherService {
        /// The id.
        id: String,
        /// Whose it is.
        service: String,
        /// Whose it should be.
        wanted: String,
    },
    /// It is at another address.
    Elsewhere {
        /// The id.
        id: String,
        /// Where.
        place: String,
    },
    /// The catalog did not hear of it in time.
    NotInCatalog {
        /// The id.
        id: String,
        /// In so many seconds.
        seconds: u64,
    },
    /// Its agent still has it.
    StillAtAgent {
        /// Whose agent.
        node: String,
        /// The id.
        id: String,
    },
    /// The catalog still has it, though its agent has not.
    StillInCatalog {
        /// The id.
        id: String,
        /// After so many seconds.
        seconds: u64,
    },
    /// It is in maintenance.
    InMaintenance {
        /// The id.
        id: String,
        /// Why.
        reason: String,
    },
    /// It is not in maintenance: its id.
    NotInMaintenance(String),
    /// The agent did it, and the catalog did not hear of it in so many seconds.
    CatalogLate(u64),
    /// The agent did it, and the catalog cannot be looked at.
    CatalogUnseen(Box<RegistryFault>),
    /// A check says something else.
    CheckIs {
        /// Its id.
        check: String,
        /// What it says.
        status: String,
    },
    /// The agent has no such check any more: its id.
    CheckGone(String),
    /// The work ended before its time: the runtime's words.
    Ended(String),
}

/// What is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absent {
    /// An instance at a node's agent.
    Instance {
        /// Its id.
        id: String,
        /// Whose agent was asked.
        node: String,
    },
    /// An instance at a node that no agent has.
    Registered {
        /// Its id.
        id: String,
        /// The node.
        node: String,
    },
    /// A check at a node's agent.
    Check {
        /// Its id.
        id: String,
        /// Whose agent was asked.
        node: String,
    },
    /// A node.
    Node(String),
    /// A key.
    Key {
        /// Which.
        key: String,
        /// Access rules may hide it.
        may_be_hidden: bool,
    },
}

/// Why the agent was not asked that an instance belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAsked {
    /// There is none: the node is in the catalog alone.
    NoAgent,
    /// The agent at its address is another node's.
    OtherNode {
        /// Which agent.
        place: String,
        /// Whose it is.
        node: String,
    },
    /// It cannot be asked with these settings.
    Unusable(Box<RegistryFault>),
    /// It did not answer as it should.
    Failed {
        /// Which agent.
        place: String,
        /// What became of the question.
        fault: Box<RegistryFault>,
    },
}

/// What a registry has no way to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacks {
    /// Keys and values.
    KeyValues,
    /// Access rules: they are off.
    AccessRules,
    /// Setting a check to anything but passing, warning and critical.
    OtherHealth,
    /// Filter expressions.
    Filters,
    /// Nodes.
    Nodes,
    /// An agent.
    Agent,
    /// Registering; its list is edited instead.
    Register,
    /// Deregistering; its list is edited instead.
    Deregister,
    /// Maintenance.
    Maintenance,
    /// Checks.
    Checks,
}

/// What Consul would refuse of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadKey {
    /// It is empty.
    Empty,
    /// Its value is too large.
    TooLarge {
        /// So many bytes.
        bytes: usize,
        /// At most so many.
        most: usize,
    },
    /// Its value is too large for the one way in which this key can be written.
    TooLargeForTransaction {
        /// So many bytes.
        bytes: usize,
        /// At most so many, in base64.
        most: usize,
    },
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadSetting {
    /// An address, as said.
    Address(String, BadAddress),
    /// The address in a variable of the environment.
    Variable(&'static str, BadAddress),
    /// A variable that is neither true nor false: its name and value.
    NotTrueOrFalse(&'static str, String),
    /// A client certificate without its key.
    NeedsKey,
    /// A client key without its certificate.
    NeedsCertificate,
    /// The token's file cannot be read.
    TokenFile {
        /// Its path.
        path: String,
        /// The system's words.
        error: String,
    },
    /// The token has characters that no header can hold.
    BadToken,
    /// The password has.
    BadPassword,
    /// There are no unix sockets on this system: the path.
    NoUnixSockets(String),
    /// There are no roots to trust: the library's words.
    NoRoots(String),
    /// A file that cannot be read.
    File {
        /// Its path.
        path: String,
        /// The system's words.
        error: String,
    },
    /// A file without a certificate.
    NoCertificate(String),
    /// A file without a private key.
    NoPrivateKey(String),
    /// A certificate and a key that do not go together.
    BadPair {
        /// The certificate's file.
        certificate: String,
        /// The key's.
        key: String,
        /// The library's words.
        error: String,
    },
    /// A list that was made by hand, of which nothing is known here.
    NoList,
    /// Something else: the library's words.
    Other(String),
}

/// What is wrong with the address of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadAddress {
    /// It names no socket.
    NoSocket,
    /// A scheme that is none of Consul's.
    Scheme(String),
    /// It holds a user and a password. Never repeated.
    Password,
    /// It names more than an agent.
    TooMuch,
    /// It names no host.
    NoHost,
    /// Characters that no host name has.
    BadHost,
    /// No port that can be used.
    BadPort(String),
    /// A bracket without its end.
    OpenBracket,
    /// Brackets around something that is no IPv6 address.
    NotIpv6,
    /// Something after its bracket.
    AfterBracket,
    /// Several colons outside of brackets.
    Ambiguous,
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("the connection is refused"),
            Self::NotWithin(time) => write!(f, "no connection within {} s", time.as_secs()),
            Self::NoSuchName => f.write_str("there is no such name"),
            Self::NoRoute => f.write_str("its host or network cannot be reached"),
            Self::Closed => f.write_str("it closed the connection before there was an answer"),
            Self::List(why) => write!(f, "{why}"),
            Self::Other(said) => f.write_str(said),
        }
    }
}

impl fmt::Display for UnreadList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFile => f.write_str("cannot be read: there is no such file"),
            Self::Forbidden => f.write_str("cannot be read: permission denied"),
            Self::Folder => f.write_str("is a folder, not a list"),
            Self::TooLarge => f.write_str("is too large for a list of addresses"),
            Self::Other(said) => write!(f, "cannot be read: {said}"),
        }
    }
}

impl fmt::Display for TlsTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WantsTls => "it speaks TLS at this port: use https:// or CONSUL_HTTP_SSL=true",
            Self::NoTls => "it does not speak TLS at this port",
            Self::UnknownIssuer => "its certificate is signed by nobody that is trusted (UnknownIssuer)",
            Self::Expired => "its certificate is past its date (Expired)",
            Self::NotYetValid => "its certificate is not valid yet (NotValidYet)",
            Self::WrongName => "its certificate is for another name (NotValidForName)",
            Self::Other(said) => said,
        })
    }
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Html(status) => write!(f, "status {status} with a page of HTML"),
            Self::NotJson { error, begin } => write!(f, "{error}, in {begin:?}"),
            Self::TooLarge(most) => write!(f, "an answer of more than {most} bytes"),
            Self::NoHttp(seen) => write!(f, "it does not speak HTTP/1.1: {seen}"),
            Self::NoBase64 { key, error } => write!(f, "the value of {key:?} is no base64: {error}"),
            Self::Other(said) => f.write_str(said),
        }
    }
}

impl fmt::Display for Undone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoService(id) => write!(f, "the agent has no service with the ID {id}"),
            Self::OtherService { id, service, wanted } => {
                write!(f, "the ID {id} belongs to the service {service}, not to {wanted}")
            }
            Self::Elsewhere { id, place } => write!(f, "{id} is at {place}"),
            Self::NotInCatalog { id, seconds } => {
                write!(f, "the agent has {id}, and the catalog did not hear of it within {seconds} s")
            }
            Self::StillAtAgent { node, id } => write!(f, "the agent of node {node} still has {id}"),
            Self::StillInCatalog { id, seconds } => {
                write!(f, "the catalog still has {id} after {seconds} s, though its agent has not")
            }
            Self::InMaintenance { id, reason } => write!(f, "{id} is in maintenance: {reason}"),
            Self::NotInMaintenance(id) => write!(f, "{id} is not in maintenance"),
            Self::CatalogLate(seconds) => {
                write!(f, "the agent did it, and the catalog did not hear of it within {seconds} s")
            }
            Self::CatalogUnseen(fault) => {
                write!(f, "its agent did it, and the catalog cannot be looked at: it {fault}")
            }
            Self::CheckIs { check, status } => write!(f, "{check} is {status}"),
            Self::CheckGone(check) => write!(f, "the agent has no check {check} any more"),
            Self::Ended(said) => f.write_str(said),
        }
    }
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance { id, node } => write!(f, "instance with the ID {id} at the agent of node {node}"),
            Self::Registered { id, node } => write!(f, "instance with the ID {id} at node {node}"),
            Self::Check { id, node } => write!(f, "check with the ID {id} at the agent of node {node}"),
            Self::Node(node) => write!(f, "node {node}"),
            Self::Key { key, may_be_hidden: false } => write!(f, "key {key:?}"),
            Self::Key { key, may_be_hidden: true } => write!(f, "key {key:?} (or the access rules hide it)"),
        }
    }
}

impl fmt::Display for NotAsked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAgent => f.write_str("no agent runs there; it is in the catalog alone"),
            Self::OtherNode { place, node } => write!(f, "the agent at {place} is that of node {node}"),
            Self::Unusable(fault) => write!(f, "{fault}"),
            Self::Failed { place, fault } => write!(f, "the one at {place} {fault}"),
        }
    }
}

impl fmt::Display for Lacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyValues => "keep keys and values",
            Self::AccessRules => "access rules (ACL): they are off at this agent",
            Self::OtherHealth => "set a check to anything but passing, warning and critical",
            Self::Filters => "filter expressions",
            Self::Nodes => "nodes",
            Self::Agent => "facts about an agent",
            Self::Register => "registering: edit the list instead",
            Self::Deregister => "deregistering: edit the list instead",
            Self::Maintenance => "maintenance",
            Self::Checks => "checks",
        })
    }
}

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a key cannot be empty"),
            Self::TooLarge { bytes, most } => {
                write!(f, "a value of {bytes} bytes is too large: Consul keeps {most} (512 KiB) at most")
            }
            Self::TooLargeForTransaction { bytes, most } => write!(
                f,
                "a value of {bytes} bytes is too large for this key: no path can say it, and a transaction holds {most} \
                 bytes in base64 at most"
            ),
        }
    }
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(said, why) => write!(f, "{said:?} {why}"),
            Self::Variable(name, why) => write!(f, "{name} {why}"),
            Self::NotTrueOrFalse(name, value) => write!(f, "{name} is {value:?}, which is neither true nor false"),
            Self::NeedsKey => f.write_str("a client certificate needs its key too (CONSUL_CLIENT_KEY)"),
            Self::NeedsCertificate => f.write_str("a client key needs its certificate too (CONSUL_CLIENT_CERT)"),
            Self::TokenFile { path, error } => write!(f, "the token's file {path} cannot be read: {error}"),
            Self::BadToken => f.write_str("the token has characters that no header can hold"),
            Self::BadPassword => f.write_str("the password has characters that no header can hold"),
            Self::NoUnixSockets(path) => write!(f, "{path}: this system has no unix sockets"),
            Self::NoRoots(error) => write!(f, "there are no roots to trust: {error}"),
            Self::File { path, error } => write!(f, "{path}: {error}"),
            Self::NoCertificate(path) => write!(f, "{path} holds no certificate (PEM)"),
            Self::NoPrivateKey(path) => write!(f, "{path} holds no private key (PEM)"),
            Self::BadPair { certificate, key, error } => write!(f, "{certificate} and {key}: {error}"),
            Self::NoList => f.write_str("no list was made by hand here; name its file"),
            Self::Other(said) => f.write_str(said),
        }
    }
}

impl fmt::Display for BadAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSocket => f.write_str("names no socket"),
            Self::Scheme(scheme) => write!(f, "has a scheme that is none of Consul's: {scheme}"),
            Self::Password => f.write_str("holds a user and a password: give them as CONSUL_HTTP_AUTH=user:password"),
            Self::TooMuch => f.write_str("names more than an agent: only host and port belong here"),
            Self::NoHost => f.write_str("names no host"),
            Self::BadHost => f.write_str("has characters that no host name has"),
            Self::BadPort(text) => write!(f, "has no port that can be used: {text:?}"),
            Self::OpenBracket => f.write_str("has a bracket without its end"),
            Self::NotIpv6 => f.write_str("has brackets around something that is no IPv6 address"),
            Self::AfterBracket => f.write_str("has something after its bracket"),
            Self::Ambiguous => f.write_str("is not understood: put IPv6 in brackets"),
        }
    }
}
