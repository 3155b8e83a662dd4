//! TLS, row by row: who is believed, who is refused and with which words, and what speaks no TLS at all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod transport_support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use proconsul::call::{Code, unary};
use proconsul::secret::Secret;
use proconsul::transport::{
    Channel, ClientIdentity, ConnectEvent, ConnectOptions, FailureKind, Pool, SettingsFault, Stage, Target, Trust,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, SanType,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sha2::Digest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use transport_support::{Steps, frame, ok_headers, request, tcp_server, trailers};

type Ca = CertifiedIssuer<'static, KeyPair>;

fn ca(name: &str) -> Ca {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

struct Leaf {
    der: CertificateDer<'static>,
    pem: String,
    key: KeyPair,
}

fn params(names: &[&str], common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.subject_alt_names = names
        .iter()
        .map(|name| match name.parse() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName((*name).try_into().unwrap()),
        })
        .collect();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}

fn signed(params: &CertificateParams, by: &Ca) -> Leaf {
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, by).unwrap();
    Leaf { der: certificate.der().clone(), pem: certificate.pem(), key }
}

fn self_signed(params: &CertificateParams) -> Leaf {
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Leaf { der: certificate.der().clone(), pem: certificate.pem(), key }
}

#[derive(Clone, Copy, PartialEq)]
enum ClientCert {
    None,
    Wanted,
    /// Closes without a word when there is none, as gRPC's C core does.
    Demanded,
}

/// A gRPC server over TLS that echoes; gives `host:port`.
async fn tls_server(leaf: &Leaf, client_ca: Option<&Ca>, wish: ClientCert, alpn: &[&[u8]]) -> String {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match client_ca {
        None => builder.with_no_client_auth(),
        Some(ca) => {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(ca.der().clone()).unwrap();
            let verifier =
                rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
            let verifier = if wish == ClientCert::Demanded { verifier } else { verifier.allow_unauthenticated() };
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let key = PrivateKeyDer::try_from(leaf.key.serialize_der()).unwrap();
    let mut config = builder.with_single_cert(vec![leaf.der.clone()], key).unwrap();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(socket).await else { return };
                let Ok(mut connection) = h2::server::handshake(stream).await else { return };
                while let Some(Ok((_request, mut respond))) = connection.accept().await {
                    let mut stream = respond.send_response(ok_headers(), false).unwrap();
                    stream.send_data(frame(0, b"hi"), false).unwrap();
                    stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
                }
            });
        }
    });
    address
}

fn pem(text: &str) -> Trust {
    Trust::Pem { pem: text.as_bytes().to_vec(), label: "ca.pem".to_owned() }
}

fn options(trust: Trust, server_name: Option<&str>) -> ConnectOptions {
    let mut options = ConnectOptions::default();
    options.tls.trust = trust;
    options.tls.server_name = server_name.map(ToOwned::to_owned);
    options
}

fn channel(address: &str, options: &ConnectOptions) -> Channel {
    Pool::default().channel(&Target::parse(address).unwrap(), options)
}

async fn fails(what: &str, address: &str, options: &ConnectOptions) -> FailureKind {
    let steps = Steps::default();
    let failure = channel(&format!("https://{address}"), options).connect(&steps).await.unwrap_err();
    assert!(failure.stage == Stage::Tls, "{what}: {failure:?}");
    let steps = steps.0.lock().unwrap();
    let told = steps.iter().any(|step| match step {
        ConnectEvent::Tls { failure, .. } | ConnectEvent::Http2 { failure, .. } => failure.is_some(),
        _ => false,
    });
    assert!(told || matches!(failure.kind, FailureKind::BadSettings(_)), "{what}: {steps:?}");
    failure.kind.clone()
}

async fn works(what: &str, address: &str, options: &ConnectOptions) -> proconsul::transport::ConnectionInfo {
    let channel = channel(&format!("https://{address}"), options);
    let info = channel.connect(&Steps::default()).await.unwrap_or_else(|failure| panic!("{what}: {failure:?}"));
    let outcome = unary(&channel, request("/a.B/C"), Bytes::new()).await;
    assert_eq!(outcome.status.code, Code::OK, "{what}: {:?}", outcome.status);
    info
}

#[tokio::test]
async fn who_is_believed() {
    let (ours, other) = (ca("Ours"), ca("Other"));
    let trust = || pem(&ours.pem());
    let right = signed(&params(&["localhost", "127.0.0.1"], "right"), &ours);
    let address = tls_server(&right, None, ClientCert::None, &[b"h2"]).await;

    let info = works("right", &address, &options(trust(), None)).await;
    let report = info.tls.unwrap();
    assert_eq!(report.alpn.as_deref(), Some("h2"));
    assert_eq!(report.version.as_deref(), Some("TLS 1.3"));
    assert!(report.cipher_suite.as_deref().unwrap().starts_with("TLS13_"), "{report:?}");
    assert_eq!(report.key_exchange.as_deref(), Some("X25519"));
    assert_eq!(report.chain[0].subject, "CN=right");
    assert_eq!(report.chain[0].names, ["localhost", "127.0.0.1"]);
    works("by name", &address, &options(trust(), Some("localhost"))).await;

    let kind = fails("wrong name", &address, &options(trust(), Some("api.example.com"))).await;
    let FailureKind::WrongName { asked, presented, common_name } = kind else { panic!("{kind:?}") };
    assert_eq!((asked.as_str(), presented.len(), common_name), ("api.example.com", 2, None));
    let mut by_authority = options(trust(), None);
    by_authority.authority = Some("api.example.com:443".to_owned());
    assert!(matches!(fails("authority", &address, &by_authority).await, FailureKind::WrongName { .. }));

    assert_eq!(fails("unknown CA", &address, &options(pem(&other.pem()), None)).await, FailureKind::UnknownIssuer);
    assert_eq!(fails("system roots", &address, &options(Trust::System, None)).await, FailureKind::UnknownIssuer);

    let mut skip = options(pem(&other.pem()), Some("api.example.com"));
    skip.tls.skip_verify = true;
    assert!(works("skip-verify", &address, &skip).await.tls.unwrap().unverified);
    let pin: [u8; 32] = sha2::Sha256::digest(&right.der).into();
    works("pinned", &address, &options(Trust::Pinned(pin), Some("api.example.com"))).await;
    assert_eq!(fails("pin", &address, &options(Trust::Pinned([0; 32]), None)).await, FailureKind::PinMismatch);

    let mut expired = params(&["127.0.0.1"], "old");
    expired.not_before = rcgen::date_time_ymd(2001, 1, 1);
    expired.not_after = rcgen::date_time_ymd(2002, 1, 1);
    let address = tls_server(&signed(&expired, &ours), None, ClientCert::None, &[b"h2"]).await;
    let kind = fails("expired", &address, &options(trust(), None)).await;
    assert_eq!(kind, FailureKind::Expired { not_after_unix_s: 1_009_843_200 });
    let mut early = params(&["127.0.0.1"], "young");
    early.not_before = rcgen::date_time_ymd(2090, 1, 1);
    early.not_after = rcgen::date_time_ymd(2091, 1, 1);
    let address = tls_server(&signed(&early, &ours), None, ClientCert::None, &[b"h2"]).await;
    assert!(matches!(fails("early", &address, &options(trust(), None)).await, FailureKind::NotYetValid { .. }));

    let address = tls_server(&signed(&params(&[], "localhost"), &ours), None, ClientCert::None, &[b"h2"]).await;
    let kind = fails("CN only", &address, &options(trust(), Some("localhost"))).await;
    let only_cn = FailureKind::WrongName {
        asked: "localhost".to_owned(),
        presented: Vec::new(),
        common_name: Some("localhost".to_owned()),
    };
    assert_eq!(kind, only_cn);

    let address = tls_server(&right, None, ClientCert::None, &[b"http/1.1"]).await;
    assert_eq!(fails("http/1.1", &address, &options(trust(), None)).await, FailureKind::NoAlpn);
    let address = tls_server(&right, None, ClientCert::None, &[]).await;
    assert_eq!(fails("no ALPN", &address, &options(trust(), None)).await, FailureKind::NoAlpn);
}

#[tokio::test]
async fn a_self_signed_certificate_is_its_own_root() {
    let mut tutorial = params(&["www.eline.com"], "www.eline.com");
    tutorial.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let leaf = self_signed(&tutorial);
    let address = tls_server(&leaf, None, ClientCert::None, &[b"h2"]).await;
    works("tutorial", &address, &options(pem(&leaf.pem), Some("www.eline.com"))).await;
    let kind = fails("tutorial, wrong name", &address, &options(pem(&leaf.pem), None)).await;
    assert!(matches!(kind, FailureKind::WrongName { .. }), "{kind:?}");
    let kind = fails("not trusted", &address, &options(pem(&self_signed(&tutorial).pem), Some("www.eline.com"))).await;
    assert!(matches!(kind, FailureKind::UnknownIssuer | FailureKind::BadCertificate { .. }), "{kind:?}");

    let mut old = tutorial.clone();
    old.not_before = rcgen::date_time_ymd(2001, 1, 1);
    old.not_after = rcgen::date_time_ymd(2002, 1, 1);
    let old = self_signed(&old);
    let address = tls_server(&old, None, ClientCert::None, &[b"h2"]).await;
    let kind = fails("tutorial, expired", &address, &options(pem(&old.pem), Some("www.eline.com"))).await;
    assert!(matches!(kind, FailureKind::Expired { .. }), "{kind:?}");

    let mut for_clients = tutorial.clone();
    for_clients.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let for_clients = self_signed(&for_clients);
    let address = tls_server(&for_clients, None, ClientCert::None, &[b"h2"]).await;
    let kind = fails("tutorial, usage", &address, &options(pem(&for_clients.pem), Some("www.eline.com"))).await;
    assert_eq!(kind, FailureKind::BadCertificate { fault: proconsul::transport::CertificateFault::Usage });

    let only_cn = self_signed(&{
        let mut params = params(&[], "www.eline.com");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    });
    let address = tls_server(&only_cn, None, ClientCert::None, &[b"h2"]).await;
    let kind = fails("tutorial, CN only", &address, &options(pem(&only_cn.pem), Some("www.eline.com"))).await;
    assert!(matches!(kind, FailureKind::WrongName { ref presented, .. } if presented.is_empty()), "{kind:?}");

    let no_ca = self_signed(&params(&["www.eline.com"], "leaf"));
    let address = tls_server(&no_ca, None, ClientCert::None, &[b"h2"]).await;
    works("self-signed, no CA", &address, &options(pem(&no_ca.pem), Some("www.eline.com"))).await;
}

#[tokio::test]
async fn exactly_a_certificate_is_trusted_whoever_signed_it() {
    let ours = ca("Ours");
    let exact = |leaf: &Leaf| Trust::Exact { pem: leaf.pem.clone().into_bytes(), label: "server.pem".to_owned() };
    let name = Some("www.eline.com");
    let leaf = signed(&params(&["www.eline.com"], "leaf"), &ours);
    let address = tls_server(&leaf, None, ClientCert::None, &[b"h2"]).await;
    let report = works("signed by a stranger", &address, &options(exact(&leaf), name)).await.tls.unwrap();
    assert_eq!(report.trust, "server.pem");
    assert!(report.checks.unwrap().is_trusted_itself);
    let kind = fails("its name is compared", &address, &options(exact(&leaf), None)).await;
    assert!(matches!(kind, FailureKind::WrongName { .. }), "{kind:?}");
    // What signed it is not meant, as a CA file would be.
    let signer = Trust::Exact { pem: ours.pem().into_bytes(), label: "ca.pem".to_owned() };
    assert_eq!(fails("its signer", &address, &options(signer, name)).await, FailureKind::UnknownIssuer);
    let other = signed(&params(&["www.eline.com"], "leaf"), &ours);
    assert_eq!(fails("another", &address, &options(exact(&other), name)).await, FailureKind::UnknownIssuer);

    let mut tutorial = params(&["www.eline.com"], "www.eline.com");
    tutorial.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let leaf = self_signed(&tutorial);
    let address = tls_server(&leaf, None, ClientCert::None, &[b"h2"]).await;
    works("tutorial", &address, &options(exact(&leaf), name)).await;
    tutorial.not_before = rcgen::date_time_ymd(2001, 1, 1);
    tutorial.not_after = rcgen::date_time_ymd(2002, 1, 1);
    let old = self_signed(&tutorial);
    let address = tls_server(&old, None, ClientCert::None, &[b"h2"]).await;
    let kind = fails("expired", &address, &options(exact(&old), name)).await;
    assert!(matches!(kind, FailureKind::Expired { .. }), "{kind:?}");
}

#[tokio::test]
async fn client_certificates() {
    let (ours, other) = (ca("Ours"), ca("Other"));
    let server = signed(&params(&["127.0.0.1"], "server"), &ours);
    let demanding = tls_server(&server, Some(&ours), ClientCert::Demanded, &[b"h2"]).await;
    let mut client = params(&[], "client");
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let (mine, foreign) = (signed(&client, &ours), signed(&client, &other));
    let with = |leaf: &Leaf| {
        let mut options = options(pem(&ours.pem()), None);
        options.tls.client = Some(ClientIdentity::Pem {
            cert: leaf.pem.clone().into_bytes(),
            key: Secret::new(leaf.key.serialize_pem()),
            label: "client.pem".to_owned(),
        });
        options
    };
    let report = works("with", &demanding, &with(&mine)).await.tls.unwrap();
    assert!(report.client_certificate_asked && report.client_certificate_sent);
    for _ in 0..10 {
        let kind = fails("without", &demanding, &options(pem(&ours.pem()), None)).await;
        assert_eq!(kind, FailureKind::ClientCertificateMissing);
    }
    assert_eq!(fails("foreign", &demanding, &with(&foreign)).await, FailureKind::ClientCertificateRefused);
    let wishing = tls_server(&server, Some(&ours), ClientCert::Wanted, &[b"h2"]).await;
    let report = works("wanted", &wishing, &options(pem(&ours.pem()), None)).await.tls.unwrap();
    assert!(report.client_certificate_asked && !report.client_certificate_sent);

    // PKCS#12, as openssl and Java write it.
    let mut store = p12_keystore::KeyStore::new();
    let chain = p12_keystore::PrivateKeyChain::new(
        b"1".to_vec(),
        p12_keystore::PrivateKey::from_der(&mine.key.serialize_der()).unwrap(),
        [p12_keystore::Certificate::from_der(&mine.der).unwrap()],
    );
    store.add_entry("mine", p12_keystore::KeyStoreEntry::PrivateKeyChain(chain));
    let bundle = store.writer("geheim").write().unwrap();
    let with_bundle = |der: &[u8], password: &str| {
        let mut options = options(pem(&ours.pem()), None);
        options.tls.client = Some(ClientIdentity::Pkcs12 {
            der: der.to_vec(),
            password: Secret::new(password),
            label: "client.p12".to_owned(),
        });
        options
    };
    works("PKCS#12", &demanding, &with_bundle(&bundle, "geheim")).await;
    let label = || "client.p12".to_owned();
    assert_eq!(
        fails("wrong password", &demanding, &with_bundle(&bundle, "x")).await,
        FailureKind::BadSettings(SettingsFault::WrongPassword { label: label() })
    );
    assert_eq!(
        fails("no bundle", &demanding, &with_bundle(b"hello", "x")).await,
        FailureKind::BadSettings(SettingsFault::BadPkcs12 { label: label() })
    );
    let mut crossed = with(&mine);
    crossed.tls.client = Some(ClientIdentity::Pem {
        cert: mine.pem.clone().into_bytes(),
        key: Secret::new(foreign.key.serialize_pem()),
        label: label(),
    });
    assert_eq!(
        fails("crossed", &demanding, &crossed).await,
        FailureKind::BadSettings(SettingsFault::KeyMismatch { label: label() })
    );
    assert_eq!(
        fails("no certificate", &demanding, &options(pem("hello"), None)).await,
        FailureKind::BadSettings(SettingsFault::NoCertificate { label: "ca.pem".to_owned() })
    );
}

async fn plaintext_server() -> String {
    transport_support::h2_server(|_request, mut respond| async move {
        let mut stream = respond.send_response(ok_headers(), false).unwrap();
        stream.send_data(frame(0, b"hi"), false).unwrap();
        stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
    })
    .await
    .replace("http://", "")
}

#[tokio::test]
async fn mismatches_are_named_within_a_second() {
    let leaf = self_signed(&params(&["127.0.0.1"], "x"));
    let tls = tls_server(&leaf, None, ClientCert::None, &[b"h2"]).await;
    let plain = plaintext_server().await;
    // Waits for the client before it says anything; the hello is nothing to it, and it waits on.
    let waiting = tcp_server(|mut socket| async move {
        let mut first = [0; 3];
        socket.read_exact(&mut first).await.unwrap();
        if &first == b"PRI" {
            socket.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.unwrap();
        }
        std::future::pending::<()>().await;
    })
    .await;
    let web = tcp_server(|mut socket| async move {
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let mut rest = Vec::new();
        socket.read_to_end(&mut rest).await.unwrap_or_default();
    })
    .await;
    let ssh = tcp_server(|mut socket| async move {
        socket.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await.unwrap();
        let mut rest = Vec::new();
        socket.read_to_end(&mut rest).await.unwrap_or_default();
    })
    .await;
    let first = |text: &str| FailureKind::NotHttp2 { first_bytes: text.to_owned() };
    for (what, target, expect) in [
        ("plaintext on TLS", format!("http://{tls}"), FailureKind::TlsServer),
        ("TLS on plaintext", format!("https://{plain}"), FailureKind::PlaintextServer),
        ("TLS on plaintext that waits", format!("https://{waiting}"), FailureKind::PlaintextServer),
        ("TLS on HTTP/1", format!("https://{web}"), FailureKind::PlaintextServer),
        ("plaintext on HTTP/1", format!("http://{web}"), first("HTTP/1.1 400 Bad Request")),
        ("TLS on ssh", format!("https://{ssh}"), first("SSH-2.0-OpenSSH_9.2")),
        ("plaintext on ssh", format!("http://{ssh}"), first("SSH-2.0-OpenSSH_9.2")),
        ("any on ssh", ssh.clone(), first("SSH-2.0-OpenSSH_9.2")),
    ] {
        let before = Instant::now();
        let failure = channel(&target, &ConnectOptions::default()).connect(&Steps::default()).await.unwrap_err();
        assert_eq!(failure.kind, expect, "{what}: {failure:?}");
        assert!(before.elapsed() < Duration::from_secs(1), "{what}: {:?}", before.elapsed());
    }
}

#[tokio::test]
async fn a_silent_peer_ends_with_our_patience() {
    let silent = tcp_server(|socket| async move {
        let _kept = socket;
        std::future::pending::<()>().await;
    })
    .await;
    let patient = ConnectOptions { connect_timeout: Duration::from_millis(1200), ..ConnectOptions::default() };
    for (target, stage) in
        [(format!("http://{silent}"), Stage::Http2), (format!("https://{silent}"), Stage::Tls), (silent, Stage::Tls)]
    {
        let failure = channel(&target, &patient).connect(&Steps::default()).await.unwrap_err();
        assert_eq!((&failure.kind, failure.stage), (&FailureKind::TimedOut, stage), "{target}: {failure:?}");
        assert!(failure.detail.contains("said nothing"), "{failure:?}");
    }
}

#[tokio::test]
async fn an_address_without_a_scheme_becomes_what_it_is() {
    let plain = plaintext_server().await;
    let pool = Pool::default();
    let target = Target::parse(&plain).unwrap();
    let channel = pool.channel(&target, &ConnectOptions::default());
    let steps = Steps::default();
    let info = channel.connect(&steps).await.unwrap();
    assert!(info.tls.is_none());
    let tried: Vec<_> = steps
        .0
        .lock()
        .unwrap()
        .iter()
        .map(|step| match step {
            ConnectEvent::Resolve { .. } => "resolve",
            ConnectEvent::Connect { .. } => "connect",
            ConnectEvent::Tls { failure, .. } => {
                if failure.is_some() {
                    "no tls"
                } else {
                    "tls"
                }
            }
            ConnectEvent::Http2 { failure, .. } => {
                if failure.is_some() {
                    "no http2"
                } else {
                    "http2"
                }
            }
        })
        .collect();
    assert_eq!(tried, ["resolve", "connect", "no tls", "connect", "http2"]);
    assert_eq!(unary(&channel, request("/a.B/C"), Bytes::new()).await.status.code, Code::OK);
    assert!(pool.seen_with_tls().is_empty());

    // Once it was seen with TLS, plaintext is an attack.
    let pool = Pool::default();
    pool.remember_tls(vec![plain.clone()]);
    let failure = pool.channel(&target, &ConnectOptions::default()).connect(&Steps::default()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::PlaintextServer);

    // Whoever says whom to trust expects TLS.
    let trust = options(pem(&ca("x").pem()), None);
    let failure = Pool::default().channel(&target, &trust).connect(&Steps::default()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::PlaintextServer);

    let leaf = self_signed(&params(&["127.0.0.1"], "x"));
    let tls = tls_server(&leaf, None, ClientCert::None, &[b"h2"]).await;
    let pool = Pool::default();
    let channel = pool.channel(&Target::parse(&tls).unwrap(), &options(pem(&leaf.pem), None));
    assert!(channel.connect(&Steps::default()).await.unwrap().tls.is_some());
    assert_eq!(pool.seen_with_tls(), std::slice::from_ref(&tls));
    // A certificate that is not believed is no reason for plaintext, and was TLS.
    let pool = Pool::default();
    let channel = pool.channel(&Target::parse(&tls).unwrap(), &ConnectOptions::default());
    let failure = channel.connect(&Steps::default()).await.unwrap_err();
    assert_eq!((&failure.kind, failure.tls.as_ref().unwrap().chain.len()), (&FailureKind::UnknownIssuer, 1));
    assert_eq!(pool.seen_with_tls(), [tls]);
}

#[tokio::test]
async fn many_callers_share_one_attempt_and_one_connection() {
    let plain = plaintext_server().await;
    let pool = Pool::default();
    let target = Target::parse(&format!("http://{plain}")).unwrap();
    let calls = (0..50).map(|_| {
        let channel = pool.channel(&target, &ConnectOptions::default());
        async move { channel.connect(&Steps::default()).await.unwrap().id }
    });
    let ids = futures_util::future::join_all(calls).await;
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let other = pool.channel(&target, &ConnectOptions { user_agent: "x".to_owned(), ..ConnectOptions::default() });
    assert_ne!(other.connect(&Steps::default()).await.unwrap().id, ids[0]);
}

#[cfg(unix)]
#[tokio::test]
async fn unix_sockets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(socket).await.unwrap();
        while let Some(Ok((request, mut respond))) = connection.accept().await {
            assert_eq!(request.uri().authority().unwrap(), "localhost");
            let mut stream = respond.send_response(ok_headers(), false).unwrap();
            stream.send_data(frame(0, b"hi"), false).unwrap();
            stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
        }
    });
    let channel = channel(&format!("unix://{}", path.display()), &ConnectOptions::default());
    assert_eq!(unary(&channel, request("/a.B/C"), Bytes::new()).await.status.code, Code::OK);
    let missing = self::channel("unix:nowhere.sock", &ConnectOptions::default());
    assert_eq!(missing.connect(&Steps::default()).await.unwrap_err().kind, FailureKind::Refused);
}
