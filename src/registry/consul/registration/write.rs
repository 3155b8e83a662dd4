//! Writing a registration, in either form: as the body of a request, and as text for people.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::shape::{Holds, SERVICE, Shape};
use super::span::go_duration;
use super::{CheckDefinition, CheckDoes, Form, Registration};

/// Whether tokens are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hide {
    /// As dots: for screens and logs.
    Tokens,
    /// Not: for whoever sends it, or saves it where its owner said.
    Nothing,
}

/// What stands for a token.
const DOTS: &str = "••••••";

/// JSON whose objects keep their order.
enum Tree {
    Leaf(Value),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl Registration {
    /// The body of `PUT /v1/agent/service/register`, token and all.
    pub fn api(&self) -> Value {
        self.tree(Hide::Nothing).value()
    }

    /// The same for people: indented, in the order in which a form asks for it.
    pub fn api_text(&self, hide: Hide) -> String {
        self.tree(hide).text()
    }

    /// As the configuration file that registers it.
    pub fn config_text(&self, hide: Hide) -> String {
        config_file(std::slice::from_ref(self), hide)
    }

    /// By the API's names, in the order of the tables.
    fn tree(&self, hide: Hide) -> Tree {
        let mut out = Object::default();
        out.text("Kind", &self.kind);
        out.text("ID", &self.id);
        out.text("Name", &self.name);
        out.text("Address", &self.address);
        if self.port != 0 {
            out.put("Port", Value::from(self.port));
        }
        out.kept(&self.other.0, "SocketPath", hide);
        if !self.tagged_addresses.is_empty() {
            let addresses = self.tagged_addresses.iter().map(|(name, (address, port))| {
                let mut one = Object::default();
                one.put("Address", Value::from(address.as_str()));
                one.put("Port", Value::from(*port));
                (name.clone(), one.tree())
            });
            out.push("TaggedAddresses", Tree::Object(addresses.collect()));
        }
        out.texts("Tags", &self.tags);
        if !self.meta.is_empty() {
            let meta = self.meta.iter().map(|(key, value)| (key.clone(), Tree::Leaf(Value::from(value.as_str()))));
            out.push("Meta", Tree::Object(meta.collect()));
        }
        if let Some((passing, warning)) = self.weights {
            let mut weights = Object::default();
            weights.put("Passing", Value::from(passing));
            weights.put("Warning", Value::from(warning));
            out.push("Weights", weights.tree());
        }
        out.flag("EnableTagOverride", self.enable_tag_override);
        out.text("Namespace", &self.namespace);
        out.text("Partition", &self.partition);
        if !self.token.is_empty() {
            let token = if hide == Hide::Tokens { DOTS } else { self.token.reveal() };
            out.put("Token", Value::from(token));
        }
        for name in self.other.0.keys().filter(|name| *name != "SocketPath") {
            out.kept(&self.other.0, name, hide);
        }
        if !self.checks.is_empty() {
            out.push("Checks", Tree::List(self.checks.iter().map(CheckDefinition::tree).collect()));
        }
        out.tree()
    }
}

impl CheckDefinition {
    fn tree(&self) -> Tree {
        let mut out = Object::default();
        out.text("CheckID", &self.id);
        out.text("Name", &self.name);
        out.text("Notes", &self.notes);
        match &self.does {
            CheckDoes::Nothing => {}
            CheckDoes::Tcp { target, use_tls } => {
                out.text("TCP", target);
                out.flag("TCPUseTLS", *use_tls);
            }
            CheckDoes::Udp { target } => out.text("UDP", target),
            CheckDoes::Http { url, method, header, body, disable_redirects } => {
                out.text("HTTP", url);
                out.text("Method", method);
                if !header.is_empty() {
                    let header = header.iter().map(|(name, values)| (name.clone(), list(values)));
                    out.push("Header", Tree::Object(header.collect()));
                }
                out.text("Body", body);
                out.flag("DisableRedirects", *disable_redirects);
            }
            CheckDoes::Grpc { target, use_tls } => {
                out.text("GRPC", target);
                out.flag("GRPCUseTLS", *use_tls);
            }
            CheckDoes::H2Ping { target, use_tls } => {
                out.text("H2PING", target);
                if let Some(use_tls) = use_tls {
                    out.put("H2PingUseTLS", Value::from(*use_tls));
                }
            }
            CheckDoes::Ttl { ttl } => out.text("TTL", &go_duration(*ttl)),
            CheckDoes::Script { args } => out.texts("Args", args),
            CheckDoes::Docker { container, shell, args } => {
                out.texts("Args", args);
                out.text("DockerContainerID", container);
                out.text("Shell", shell);
            }
            CheckDoes::Alias { service, node } => {
                out.text("AliasNode", node);
                out.text("AliasService", service);
            }
            CheckDoes::OsService { name } => out.text("OSService", name),
        }
        out.text("TLSServerName", &self.tls_server_name);
        out.flag("TLSSkipVerify", self.tls_skip_verify);
        for (name, time) in [("Interval", self.interval), ("Timeout", self.timeout)] {
            if let Some(time) = time {
                out.text(name, &go_duration(time));
            }
        }
        if let Some(status) = self.status {
            out.text("Status", status.name());
        }
        out.count("SuccessBeforePassing", self.success_before_passing);
        out.count("FailuresBeforeWarning", self.failures_before_warning);
        out.count("FailuresBeforeCritical", self.failures_before_critical);
        if let Some(time) = self.deregister_after {
            out.text("DeregisterCriticalServiceAfter", &go_duration(time));
        }
        out.count("OutputMaxSize", self.output_max_size);
        for (name, value) in &self.other.0 {
            out.put(name, value.clone());
        }
        out.tree()
    }
}

/// The configuration file that registers these: `service` for one, `services` for others.
pub fn config_file(registrations: &[Registration], hide: Hide) -> String {
    let config = |registration: &Registration| registration.tree(hide).renamed(&SERVICE, Form::Config);
    let (name, tree) = match registrations {
        [one] => ("service", config(one)),
        all => ("services", Tree::List(all.iter().map(config).collect())),
    };
    Tree::Object(vec![(name.to_owned(), tree)]).text()
}

fn list(texts: &[String]) -> Tree {
    Tree::List(texts.iter().map(|text| Tree::Leaf(Value::from(text.as_str()))).collect())
}

/// Gathers the fields of an object; what is empty is not written.
#[derive(Default)]
struct Object(Vec<(String, Tree)>);

impl Object {
    fn push(&mut self, name: &str, tree: Tree) {
        self.0.push((name.to_owned(), tree));
    }

    fn put(&mut self, name: &str, value: Value) {
        self.push(name, Tree::Leaf(value));
    }

    fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.put(name, Value::from(text));
        }
    }

    fn texts(&mut self, name: &str, texts: &[String]) {
        if !texts.is_empty() {
            self.push(name, list(texts));
        }
    }

    fn flag(&mut self, name: &str, is_set: bool) {
        if is_set {
            self.put(name, Value::from(true));
        }
    }

    fn count(&mut self, name: &str, count: u32) {
        if count != 0 {
            self.put(name, Value::from(count));
        }
    }

    /// A field that was kept as it came.
    fn kept(&mut self, kept: &Map<String, Value>, name: &str, hide: Hide) {
        if let (Some(value), Some(field)) = (kept.get(name), SERVICE.api(name)) {
            self.push(name, Tree::of(value, field.holds, hide));
        }
    }

    fn tree(self) -> Tree {
        Tree::Object(self.0)
    }
}

impl Tree {
    /// What `read` made, with durations as text again and in the order of the tables.
    fn of(value: &Value, holds: Holds, hide: Hide) -> Self {
        match (holds, value) {
            (Holds::Span, Value::Number(number)) => {
                let nanos = std::time::Duration::from_nanos(number.as_u64().unwrap_or_default());
                Self::Leaf(Value::from(go_duration(nanos)))
            }
            (Holds::One(shape), Value::Object(object)) => Self::fields(object, shape, hide),
            (Holds::Many(shape), Value::Array(values)) => {
                Self::List(values.iter().map(|value| Self::of(value, Holds::One(shape), hide)).collect())
            }
            (Holds::Named(shape), Value::Object(object)) => Self::Object(
                object.iter().map(|(name, value)| (name.clone(), Self::of(value, Holds::One(shape), hide))).collect(),
            ),
            (_, Value::Array(values)) => {
                Self::List(values.iter().map(|value| Self::of(value, Holds::Free, hide)).collect())
            }
            (_, Value::Object(object)) => Self::Object(
                object.iter().map(|(name, value)| (name.clone(), Self::of(value, Holds::Free, hide))).collect(),
            ),
            (_, leaf) => Self::Leaf(leaf.clone()),
        }
    }

    fn fields(object: &Map<String, Value>, shape: &Shape, hide: Hide) -> Self {
        let fields = shape.fields.iter().filter_map(|field| {
            let value = object.get(field.api)?;
            if field.api == "Token" && hide == Hide::Tokens {
                return Some((field.api.to_owned(), Self::Leaf(Value::from(DOTS))));
            }
            Some((field.api.to_owned(), Self::of(value, field.holds, hide)))
        });
        Self::Object(fields.collect())
    }

    /// By the names of configuration files. What these do not have is left out.
    fn renamed(self, shape: &Shape, form: Form) -> Self {
        let Self::Object(fields) = self else { return self };
        let fields = fields.into_iter().filter_map(|(name, tree)| {
            let field = shape.api(&name)?;
            let name = if form == Form::Config { field.config } else { field.api };
            if name.is_empty() {
                return None;
            }
            let tree = match (field.holds, tree) {
                (Holds::One(shape), tree) => tree.renamed(shape, form),
                (Holds::Many(shape), Self::List(list)) => {
                    Self::List(list.into_iter().map(|tree| tree.renamed(shape, form)).collect())
                }
                (Holds::Named(shape), Self::Object(named)) => {
                    Self::Object(named.into_iter().map(|(name, tree)| (name, tree.renamed(shape, form))).collect())
                }
                (_, tree) => tree,
            };
            Some((name.to_owned(), tree))
        });
        Self::Object(fields.collect())
    }

    fn value(self) -> Value {
        match self {
            Self::Leaf(value) => value,
            Self::List(list) => Value::Array(list.into_iter().map(Self::value).collect()),
            Self::Object(fields) => fields.into_iter().map(|(name, tree)| (name, tree.value())).collect(),
        }
    }

    fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        let indent = |out: &mut String, depth: usize| {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        };
        match self {
            // Writing to a string cannot fail.
            Self::Leaf(value) => write!(out, "{value}").unwrap_or_default(),
            Self::List(list) if list.iter().all(|tree| matches!(tree, Self::Leaf(_))) => {
                out.push('[');
                for (at, tree) in list.iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    tree.write(out, depth);
                }
                out.push(']');
            }
            Self::List(list) => {
                out.push('[');
                for (at, tree) in list.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    indent(out, depth + 1);
                    tree.write(out, depth + 1);
                }
                indent(out, depth);
                out.push(']');
            }
            Self::Object(fields) if fields.is_empty() => out.push_str("{}"),
            Self::Object(fields) => {
                out.push('{');
                for (at, (name, tree)) in fields.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    indent(out, depth + 1);
                    write!(out, "{}: ", Value::from(name.as_str())).unwrap_or_default();
                    tree.write(out, depth + 1);
                }
                indent(out, depth);
                out.push('}');
            }
        }
    }
}
