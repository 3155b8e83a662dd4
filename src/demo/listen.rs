//! Where the servers listen, and how connections come in.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;

use super::DemoError;

/// A client that has not finished its handshake by then is let go.
const HANDSHAKE_AT_MOST: Duration = Duration::from_secs(10);
/// Connections that wait to be served.
const WAITING: usize = 16;
/// After a failed accept (too many open files, say), so that it is not tried again at once for ever.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// Binds what was asked for, or where nothing was, `default`, or where that is taken, any free port beside it.
pub(super) async fn bind(asked: Option<SocketAddr>, default: SocketAddr) -> Result<TcpListener, DemoError> {
    let address = asked.unwrap_or(default);
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if asked.is_some() => Err(DemoError::Listen { address, error }),
        Err(_) => {
            let any = SocketAddr::new(default.ip(), 0);
            TcpListener::bind(any).await.map_err(|error| DemoError::Listen { address: any, error })
        }
    }
}

/// Accepts connections and takes each through its handshake, side by side, until `stop`.
pub(super) fn with_tls(
    listener: TcpListener,
    tls: Arc<rustls::ServerConfig>,
    mut stop: watch::Receiver<bool>,
) -> ReceiverStream<std::io::Result<TlsStream<TcpStream>>> {
    let acceptor = TlsAcceptor::from(tls);
    let (connections, incoming) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.wait_for(|stopped| *stopped) => return,
            };
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            };
            let acceptor = acceptor.clone();
            let connections = connections.clone();
            tokio::spawn(async move {
                // Small frames go out at once; where that cannot be set, they go out later.
                drop(stream.set_nodelay(true));
                if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_AT_MOST, acceptor.accept(stream)).await {
                    // An error means that the server has stopped: nobody is left to serve the connection.
                    drop(connections.send(Ok(stream)).await);
                }
            });
        }
    });
    ReceiverStream::new(incoming)
}
