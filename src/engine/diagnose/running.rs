//! A diagnosis of the window: its settings read, its steps told as they end, its end told.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{Diagnose, Diagnosis, DiagnosisUpdate, Question, Step, climb};
use crate::engine::live::Teller;
use crate::engine::resolve::placed;
use crate::engine::running::checked;
use crate::engine::tls_memory::TlsMemory;
use crate::engine::{Event, Registries, load_options};
use crate::transport::{Pool, Security};

/// More steps than a ladder has; one that finds no room is in the end's list all the same.
const WAITING_STEPS: usize = 256;

/// Starts it; aborting the task ends it.
pub(in crate::engine) fn begin(
    start: Diagnose,
    pool: Pool,
    tls_memory: Arc<TlsMemory>,
    registries: Arc<Registries>,
    teller: Teller,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let id = start.id;
        let result = run(start, &pool, &registries, &teller).await;
        tls_memory.keep(&pool);
        teller.tell(Event::Diagnosis { id, update: DiagnosisUpdate::Ended(result) }).await;
    })
}

async fn run(start: Diagnose, pool: &Pool, registries: &Registries, teller: &Teller) -> Result<Diagnosis, String> {
    let Diagnose { id, endpoint, metadata } = start;
    let typed = endpoint.address.clone();
    let endpoint = placed(endpoint, registries).await?;
    let is_of_registry = endpoint.address != typed;
    let loaded = tokio::task::spawn_blocking(move || load_options(&endpoint)).await;
    let (mut target, options) = loaded.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    let metadata = checked(&metadata)?;
    if is_of_registry {
        target.text = format!("{typed} → {}", target.text);
    }
    let address = target.address.to_string();
    if target.security == Security::Auto && pool.seen_with_tls().contains(&address) {
        // Once seen with TLS, never tried in plaintext.
        target.security = Security::Tls;
    }
    let question =
        Question { target, options, call_metadata: metadata.clone(), reflection_metadata: metadata, until: None };
    let (sender, mut inbox) = mpsc::channel::<Step>(WAITING_STEPS);
    let climbing = async move {
        let tell = move |step: &Step| drop(sender.try_send(step.clone()));
        climb(&question, &tell).await
    };
    let telling = async {
        while let Some(step) = inbox.recv().await {
            teller.tell(Event::Diagnosis { id, update: DiagnosisUpdate::Step(step) }).await;
        }
    };
    let (diagnosis, ()) = tokio::join!(climbing, telling);
    let shows_tls = |step: &Step| step.found.tls_report().is_some_and(|report| !report.chain.is_empty());
    if diagnosis.steps.iter().any(shows_tls) {
        pool.remember_tls(vec![address]);
    }
    Ok(diagnosis)
}
