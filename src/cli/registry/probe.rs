//! `instances --probe`: what the wire itself says of each instance, all asked at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use serde::Serialize;

use crate::cli::progress::Progress;
use crate::engine::{Endpoint, probe_once};
use crate::registry::{Instance, WireFacts};
use crate::transport::Pool;

/// So many are asked at once: a process has some thousand sockets, and a probe takes two at most.
const AT_ONCE: usize = 256;

/// What was found, as it is printed.
#[derive(Serialize)]
pub(super) struct WireJson {
    /// `open`, `refused`, `timed out`, `unreachable`, `no such name`, `no port`, `failed: …`.
    tcp: String,
    /// `plaintext`, `TLS 1.3`, `failed: …`; null where it did not come so far.
    tls: Option<String>,
    grpc_health: String,
    /// Each service that reflection lists, by name.
    services: BTreeMap<String, String>,
    /// `v1`, `v1alpha`, `none`, `failed: …`; null where it did not come so far.
    reflection: Option<String>,
    schema_hash: Option<String>,
    certificate: Option<CertificateJson>,
    connect_ms: Option<f64>,
    health_ms: Option<f64>,
}

#[derive(Serialize)]
struct CertificateJson {
    subject: String,
    days_left: i64,
    sha256: String,
    verified: bool,
    fault: Option<String>,
}

impl From<&WireFacts> for WireJson {
    fn from(facts: &WireFacts) -> Self {
        let ms = |time: Option<Duration>| time.map(|time| (time.as_secs_f64() * 1e6).round() / 1e3);
        Self {
            tcp: facts.tcp.words(),
            tls: facts.tls.words(),
            grpc_health: facts.health.word().to_owned(),
            services: facts
                .services_health
                .iter()
                .map(|(name, health)| (name.clone(), health.word().to_owned()))
                .collect(),
            reflection: facts.reflection.words(),
            schema_hash: facts.schema_hash().map(str::to_owned),
            certificate: facts.tls.certificate().map(|one| CertificateJson {
                subject: one.subject.clone(),
                days_left: one.days_left,
                sha256: one.sha256.clone(),
                verified: one.verified,
                fault: one.fault.clone(),
            }),
            connect_ms: ms(facts.connect),
            health_ms: ms(facts.round_trip),
        }
    }
}

/// Probes all of them side by side, each within `patience`; in their order.
pub(super) async fn probe_all(instances: &[Instance], patience: Duration) -> Vec<Arc<WireFacts>> {
    let _progress = Progress::start("probing the instances");
    let probes = instances.iter().map(|instance| {
        let endpoint = Endpoint::new(instance.host_port());
        // A pool for each: what was connected closes with it, and thousands of instances need no thousand sockets.
        async move { Arc::new(probe_once(&Pool::default(), endpoint, patience).await) }
    });
    stream::iter(probes).buffered(AT_ONCE).collect().await
}
