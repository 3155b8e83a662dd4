//! How the connection to an endpoint stands, another one in its place, and the certificates of files: for the target
//! bar and the settings of TLS.

use std::path::PathBuf;
use std::sync::Arc;

use super::endpoint::at_home;
use super::live::Teller;
use super::resolve::placed;
use super::tls_memory::TlsMemory;
use super::{CertificateFileError, ConnectionState, Endpoint, Event, Registries, load_options};
use crate::transport::{Channel, Pool, Unobserved, certificates_in};

/// Larger files are no certificates.
const MOST_BYTES: u64 = 4 << 20;

/// Tells how it stands; connects nothing.
pub(super) async fn look(endpoint: Endpoint, pool: Pool, registries: Arc<Registries>, teller: Teller) {
    let address = endpoint.address.clone();
    let state = match channel(endpoint, &pool, &registries).await {
        Err(why) => ConnectionState::Unusable(why),
        Ok(channel) => match channel.open_connection() {
            Some(info) => ConnectionState::Open(Arc::new(info)),
            None if channel.is_connecting() => ConnectionState::Connecting,
            None => ConnectionState::Idle,
        },
    };
    teller.tell(Event::Connection { address, state }).await;
}

/// Closes the one that is open once its calls have ended, and makes another at once.
pub(super) async fn reconnect(
    endpoint: Endpoint,
    pool: Pool,
    memory: Arc<TlsMemory>,
    registries: Arc<Registries>,
    teller: Teller,
) {
    let address = endpoint.address.clone();
    let tell = async |state| teller.tell(Event::Connection { address: address.clone(), state }).await;
    let channel = match channel(endpoint, &pool, &registries).await {
        Err(why) => return tell(ConnectionState::Unusable(why)).await,
        Ok(channel) => channel,
    };
    channel.close();
    tell(ConnectionState::Connecting).await;
    let state = match channel.connect(&Unobserved).await {
        Ok(info) => ConnectionState::Open(Arc::new(info)),
        Err(failure) => ConnectionState::Failed(failure),
    };
    memory.keep(&pool);
    tell(state).await;
}

async fn channel(endpoint: Endpoint, pool: &Pool, registries: &Registries) -> Result<Channel, String> {
    let endpoint = placed(endpoint, registries).await?;
    let loaded = tokio::task::spawn_blocking(move || load_options(&endpoint)).await;
    let (target, options) = loaded.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    Ok(pool.channel(&target, &options))
}

/// Reads what a person wants to know of a file's certificates.
pub(super) async fn read_certificates(path: PathBuf, teller: Teller) {
    let place = at_home(&path);
    let read = move || {
        let unreadable = |error: std::io::Error| CertificateFileError::Unreadable(error.to_string());
        let size = std::fs::metadata(&place).map_err(unreadable)?.len();
        if size > MOST_BYTES {
            return Err(CertificateFileError::Empty);
        }
        let bytes = std::fs::read(&place).map_err(unreadable)?;
        let found = certificates_in(&bytes);
        if found.is_empty() { Err(CertificateFileError::Empty) } else { Ok(found) }
    };
    let found = tokio::task::spawn_blocking(read).await;
    let found = found.unwrap_or_else(|error| Err(CertificateFileError::Unreadable(error.to_string())));
    teller.tell(Event::Certificates { path, found }).await;
}
