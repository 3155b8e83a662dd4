//! skeleton
#![allow(missing_docs)]
#[derive(Default, Debug, Clone)]
pub struct DemoConfig {}
#[derive(Debug)]
pub struct Demo {
    pub plaintext_addr: std::net::SocketAddr,
    pub tls_addr: std::net::SocketAddr,
    pub certificate_pem: String,
    pub server_name: &'static str,
    pub token: &'static str,
}
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct DemoError;
pub async fn start(_c: DemoConfig) -> Result<Demo, DemoError> {
    unimplemented!()
}
