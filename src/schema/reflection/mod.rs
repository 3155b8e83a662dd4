//! Schemas from a running server: grpc.reflection.v1, with v1alpha as fallback.
//!
//! Knows no transport; what it fetched stays in the source, so that each file is asked for once. Servers are imprecise
//! (imports missing, types named relatively, services known by name only, errors in place of answers): what loads is
//! kept, what does not is said.

mod fetch;
mod proto;
mod save;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

/// The protocol, for servers in tests.
#[cfg(test)]
pub(super) mod testing {
    pub(in super::super) use super::proto::{Answer, Ask, Error, Files, Request, Response, ServiceName, Services};
}

use fetch::Fetcher;
pub(super) use save::write_proto_files;

use super::{
    BoxFuture, MessageType, Method, Outline, Problem, SchemaError, ServiceInfo, Source, bundled_message_type, describe,
};

/// Speaks to the server for reflection; the engine implements it over the call's own verified channel, with the
/// person's metadata and deadline.
pub trait ReflectionTransport: Send + Sync {
    /// Calls the bidirectional method at `path` (`/grpc.reflection.v1.ServerReflection/ServerReflectionInfo`): sends
    /// `requests`, half-closes, and gives all answers.
    fn exchange<'a>(
        &'a self,
        path: &'static str,
        requests: Vec<Bytes>,
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReflectionFailure>>;
}

/// The reflection call failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ReflectionFailure {
    /// gRPC status code (12 makes the client fall back to v1alpha).
    pub code: u32,
    /// The status message, or what was wrong with the answer.
    pub message: String,
    /// The caller's own error (the engine puts its call status here and takes it out again).
    pub source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// A reflecting server.
pub struct ReflectionSource {
    /// Held over a whole load, so that two loads never ask for the same file.
    fetcher: tokio::sync::Mutex<Fetcher>,
}

impl fmt::Debug for ReflectionSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReflectionSource").finish_non_exhaustive()
    }
}

impl ReflectionSource {
    /// `place` names the server in errors. Nothing is asked yet.
    pub fn new(transport: Arc<dyn ReflectionTransport>, place: &str) -> Self {
        Self { fetcher: tokio::sync::Mutex::new(Fetcher::new(transport, place)) }
    }
}

impl Source for ReflectionSource {
    fn outline(&self) -> BoxFuture<'_, Result<Outline, SchemaError>> {
        Box::pin(async {
            let mut fetcher = self.fetcher.lock().await;
            let names = fetcher.service_names().await?;
            let failures = fetcher.load_services(&names).await?;
            let descriptors = fetcher.descriptors();
            let mut services = Vec::with_capacity(names.len());
            let mut problems = Vec::new();
            for name in &names {
                match descriptors.service(name) {
                    Ok(service) => services.push(service),
                    Err(error) => {
                        let why = failures.get(name).cloned();
                        problems.push(problem(name, why.unwrap_or_else(|| error.to_string())));
                    }
                }
            }
            problems.extend(descriptors.problems().iter().cloned());
            let file_count = descriptors.outline("").file_count;
            Ok(Outline { services, problems, file_count, kind: fetcher.kind().to_owned() })
        })
    }

    fn service_names(&self) -> BoxFuture<'_, Result<Vec<String>, SchemaError>> {
        Box::pin(async { self.fetcher.lock().await.service_names().await })
    }

    fn service<'a>(&'a self, service: &'a str) -> BoxFuture<'a, Result<ServiceInfo, SchemaError>> {
        Box::pin(async move {
            let mut fetcher = self.fetcher.lock().await;
            let descriptors = fetcher.load_service(service).await?;
            match descriptors.service(service) {
                Ok(info) => Ok(info),
                Err(error) => Err(fetcher.with_near(error).await),
            }
        })
    }

    fn method<'a>(&'a self, service: &'a str, method: &'a str) -> BoxFuture<'a, Result<Method, SchemaError>> {
        Box::pin(async move {
            let mut fetcher = self.fetcher.lock().await;
            let descriptors = fetcher.load_service(service).await?;
            match descriptors.method(service, method) {
                Ok(method) => Ok(method),
                Err(error) => Err(fetcher.with_near(error).await),
            }
        })
    }

    fn message_type<'a>(&'a self, full_name: &'a str) -> BoxFuture<'a, Result<MessageType, SchemaError>> {
        Box::pin(async move {
            let mut fetcher = self.fetcher.lock().await;
            match fetcher.load_symbol(full_name).await {
                Ok(descriptors) => descriptors.message_type(full_name),
                // Details of a status are of bundled types mostly, and wanted from servers without reflection too.
                Err(error) => bundled_message_type(full_name).ok_or(error),
            }
        })
    }

    fn definition<'a>(&'a self, symbol: &'a str) -> BoxFuture<'a, Result<String, SchemaError>> {
        Box::pin(async move {
            let mut fetcher = self.fetcher.lock().await;
            match fetcher.load_symbol(symbol).await?.definition(symbol) {
                Ok(text) => Ok(text),
                Err(error) => Err(fetcher.with_near(error).await),
            }
        })
    }

    fn descriptor_set<'a>(&'a self, symbols: &'a [String]) -> BoxFuture<'a, Result<Vec<u8>, SchemaError>> {
        Box::pin(async move {
            let mut fetcher = self.fetcher.lock().await;
            for symbol in symbols {
                fetcher.load_symbol(symbol).await?;
            }
            if symbols.is_empty() && fetcher.is_empty() {
                let names = fetcher.service_names().await?;
                fetcher.load_services(&names).await?;
            }
            fetcher.descriptors().descriptor_set(symbols)
        })
    }
}

/// So many faults of a server's files stand in one error.
const FAULTS_TOLD: usize = 3;

fn problem(file: &str, message: String) -> Problem {
    Problem { file: file.to_owned(), line: None, column: None, source_line: None, message, roots: Vec::new() }
}

impl Fetcher {
    /// Adds the server's own services to the near misses of an error, and what is wrong with the server's files: the
    /// symbol may be in one that cannot be used.
    async fn with_near(&mut self, error: SchemaError) -> SchemaError {
        let SchemaError::NotFound { symbol, place, near } = error else { return error };
        let names = self.service_names().await.unwrap_or_default();
        let problems = self.descriptors().problems().to_vec();
        let mut faults: Vec<String> = problems.iter().take(FAULTS_TOLD).map(ToString::to_string).collect();
        if problems.len() > FAULTS_TOLD {
            faults.push(format!("and {} more faults", problems.len() - FAULTS_TOLD));
        }
        let name = symbol.trim_start_matches(['.', '/']);
        let service = name.split('/').next().unwrap_or(name);
        if names.iter().any(|listed| listed == service) && !self.descriptors().knows_service(service) {
            faults.extend(self.refusal(service).map(|said| format!("it says: {said}")));
            let why = if faults.is_empty() { String::new() } else { format!(": {}", faults.join("; ")) };
            let message = format!("the server lists {service}, but gives no usable definition of it{why}");
            return SchemaError::BadDescriptor { place, message };
        }
        let near = if near.is_empty() { describe::near_among(names, &symbol) } else { near };
        let place = match faults.as_slice() {
            [] => place,
            faults => format!("{place} (some of whose files cannot be used: {})", faults.join("; ")),
        };
        SchemaError::NotFound { symbol, place, near }
    }
}
