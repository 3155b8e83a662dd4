//! TLS as people meet it: each row is a certificate made by openssl, a server of grpc-go's that shows it, and what the
//! program without a window makes of it, in an exit code, words and a stage, and in time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use common::{Output, Party, Trace, exit, headless};
use serde_json::json;

/// A failure is told within this, from start to exit.
const SOON: Duration = Duration::from_secs(2);

/// All certificates, made once. (Nobody drops a static, so the folder lies where the build's files do.)
static CERTIFICATES: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tls-table");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    let authority = |name: &str| {
        let file = |end: &str| format!("{name}.{end}");
        let subject = format!("/CN=Test {name}");
        let (key, pem) = (file("key"), file("pem"));
        let mut args = vec!["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        args.extend(["-keyout", &key, "-out", &pem, "-days", "30", "-subj", &subject]);
        openssl(&folder, &args);
    };
    authority("ca");
    authority("other-ca");
    authority("client-ca");
    leaf(&folder, "right", "ca", "www.eline.com", Some("DNS:www.eline.com,DNS:localhost,IP:127.0.0.1"), None);
    leaf(&folder, "other-name", "ca", "shop.example", Some("DNS:shop.example,DNS:*.shop.example"), None);
    let past = Some(("20200101000000Z", "20200201000000Z"));
    leaf(&folder, "expired", "ca", "localhost", Some("DNS:localhost"), past);
    let future = Some(("20900101000000Z", "20910101000000Z"));
    leaf(&folder, "future", "ca", "localhost", Some("DNS:localhost"), future);
    leaf(&folder, "unknown", "other-ca", "localhost", Some("DNS:localhost"), None);
    leaf(&folder, "cn-only", "ca", "localhost", None, None);
    leaf(&folder, "client", "client-ca", "a client", Some("DNS:client.example"), None);
    leaf(&folder, "stranger", "other-ca", "a stranger", Some("DNS:stranger.example"), None);
    // As the tutorials have it: RSA, CA:TRUE, signed by itself, shown by the server as it is.
    let tutorial = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tutorial.key", "-out", "tutorial.pem"];
    let names = ["-days", "30", "-subj", "/CN=www.eline.com", "-addext", "subjectAltName=DNS:www.eline.com"];
    openssl(&folder, &[&tutorial[..], &names[..]].concat());
    std::fs::write(folder.join("password"), "open sesame\n").unwrap();
    let export = ["pkcs12", "-export", "-inkey", "client.key", "-in", "client.pem", "-passout", "pass:open sesame"];
    openssl(&folder, &[&export[..], &["-out", "client.p12"]].concat());
    // What older tools write: triple DES and RC2's successor, SHA-1.
    let old = ["-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1", "-out", "old.p12"];
    openssl(&folder, &[&export[..], &old[..]].concat());
    folder
});

/// A key and a certificate signed by `authority`; `dates` are openssl's (YYYYMMDDHHMMSSZ).
fn leaf(folder: &Path, name: &str, authority: &str, cn: &str, san: Option<&str>, dates: Option<(&str, &str)>) {
    let file = |end: &str| format!("{name}.{end}");
    let (key, request, pem, config) = (file("key"), file("csr"), file("pem"), file("cnf"));
    let subject = format!("/CN={cn}");
    let args =
        ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", &key, "-out", &request];
    openssl(folder, &[&args[..], &["-subj", &subject]].concat());
    // `openssl ca` alone takes both dates in every version.
    let extensions = san.map_or(String::new(), |san| format!("subjectAltName={san}\n"));
    std::fs::write(folder.join(file("index")), "").unwrap();
    let text = format!(
        "[ca]\ndefault_ca=d\n[d]\ndatabase={name}.index\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\n\
         policy=p\nx509_extensions=e\nunique_subject=no\n[p]\ncommonName=supplied\n[e]\nbasicConstraints=CA:FALSE\n{extensions}"
    );
    std::fs::write(folder.join(&config), text).unwrap();
    let (ca, ca_key) = (format!("{authority}.pem"), format!("{authority}.key"));
    let mut args = vec!["ca", "-batch", "-notext", "-config", &config, "-cert", &ca, "-keyfile", &ca_key];
    args.extend(["-in", &request, "-out", &pem]);
    match dates {
        Some((start, end)) => args.extend(["-startdate", start, "-enddate", end]),
        None => args.extend(["-days", "30"]),
    }
    openssl(folder, &args);
}

fn openssl(folder: &Path, args: &[&str]) {
    let output = Command::new("openssl").args(args).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("openssl: {error}: run ./scripts/test, which installs it"));
    assert!(output.status.success(), "openssl {args:?}\n{}", String::from_utf8_lossy(&output.stderr));
}

fn file(name: &str) -> String {
    CERTIFICATES.join(name).display().to_string()
}

/// A server that shows the certificate NAME.pem.
fn server(name: &str, more: &[&str]) -> Party {
    let (certificate, key) = (file(&format!("{name}.pem")), file(&format!("{name}.key")));
    Party::depot(&[&["-cert", &certificate, "-key", &key][..], more].concat())
}

/// Calls the server at `address` once; the schema is at hand, so nothing but the call speaks to it.
fn call(address: &str, flags: &[&str]) -> (Output, Trace) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.jsonl");
    let trace = path.display().to_string();
    let output = headless(["call", "--protoset", &Party::depot_protoset(), "--trace-json", &trace])
        .args(flags.iter().copied())
        .args(["-d", r#"{"name":"sealed"}"#, address, "depot.v1.Depot/Echo"])
        .run();
    let trace = Trace::read(&path);
    (output, trace)
}

fn works(address: &str, flags: &[&str]) -> (Output, Trace) {
    let (output, trace) = call(address, flags);
    let output = output.succeeds();
    assert_eq!(output.one_json(), json!({ "name": "sealed" }));
    (output, trace)
}

/// Expects UNAVAILABLE, soon, with these words on stderr and one of these stages in the trace.
fn fails(address: &str, flags: &[&str], stages: &[&str], words: &[&str]) -> (Output, Trace) {
    let (output, trace) = call(address, flags);
    let output = output.exits(exit::UNAVAILABLE).answers_nothing().within(SOON).says(&["UNAVAILABLE"]).says(words);
    let status = trace.status();
    assert_eq!(status["code"], 14, "{output}");
    assert_eq!(status["origin"], "transport", "{output}");
    assert!(stages.contains(&status["stage"].as_str().unwrap()), "expected one of {stages:?}: {status}\n{output}");
    assert!(trace.all("message_out").is_empty(), "nothing of the person's is sent\n{output}");
    (output, trace)
}

#[test]
fn right_certificate() {
    let server = server("right", &[]);
    let ca = file("ca.pem");
    // By name, and by address.
    let (_, trace) = works(&server.localhost(), &["--cacert", &ca]);
    works(&server.address(), &["--cacert", &ca]);
    assert_eq!(trace.all("tls").len(), 1, "{:?}", trace.kinds());
    // By another name than the address says.
    works(&server.address(), &["--cacert", &ca, "--servername", "www.eline.com"]);
    works(&server.address(), &["-cacert", &ca, "-servername", "www.eline.com"]);
    headless(["health", "--cacert", &ca, &server.localhost()]).run().succeeds().answers(&["SERVING"]);
    // `:authority` is compared, as Go does, unless another name is asked for.
    let (_, trace) = works(&server.address(), &["--cacert", &ca, "--authority", "www.eline.com"]);
    assert_eq!(trace.one("request_headers")["authority"].as_str().unwrap_or("www.eline.com"), "www.eline.com");
    works(&server.address(), &["--cacert", &ca, "--authority", "somewhere.example", "--servername", "localhost"]);
    fails(&server.address(), &["--cacert", &ca, "--authority", "somewhere.example"], &["tls"], &["somewhere.example"]);
}

#[test]
fn wrong_name() {
    let server = server("other-name", &[]);
    let ca = file("ca.pem");
    // The names that it holds, and the one that was asked for.
    fails(&server.localhost(), &["--cacert", &ca], &["tls"], &["tls", "localhost", "shop.example"]);
    works(&server.localhost(), &["--cacert", &ca, "--servername", "shop.example"]);
    works(&server.localhost(), &["--cacert", &ca, "--servername", "www.shop.example"]);
    // A wildcard stands for one label.
    fails(
        &server.localhost(),
        &["--cacert", &ca, "--servername", "a.b.shop.example"],
        &["tls"],
        &["a.b.shop.example", "*.shop.example"],
    );
    // An address that the certificate does not hold.
    fails(&server.address(), &["--cacert", &ca], &["tls"], &["127.0.0.1", "shop.example"]);
}

#[test]
fn expired() {
    let server = server("expired", &[]);
    fails(&server.localhost(), &["--cacert", &file("ca.pem")], &["tls"], &["expired", "2020"]);
}

#[test]
fn not_yet_valid() {
    let server = server("future", &[]);
    fails(&server.localhost(), &["--cacert", &file("ca.pem")], &["tls"], &["not yet valid|not valid before", "2090"]);
}

#[test]
fn unknown_authority() {
    let server = server("unknown", &[]);
    let words = ["tls", "trust|unknown"];
    fails(&server.localhost(), &["--cacert", &file("ca.pem")], &["tls"], &words);
    // The system's roots do not know it either.
    fails(&server.localhost(), &[], &["tls"], &[&words[..], &["--cacert"]].concat());
    works(&server.localhost(), &["--cacert", &file("other-ca.pem")]);
}

#[test]
fn common_name_only() {
    let server = server("cn-only", &[]);
    // As Go does: the CN is not compared. Says which SAN is missing.
    fails(
        &server.localhost(),
        &["--cacert", &file("ca.pem")],
        &["tls"],
        &["san|subject alternative name", "localhost"],
    );
}

#[test]
fn self_signed_as_its_own_root() {
    let server = server("tutorial", &[]);
    let pem = file("tutorial.pem");
    works(&server.address(), &["--cacert", &pem, "--servername", "www.eline.com"]);
    // Its names are compared.
    fails(&server.localhost(), &["--cacert", &pem], &["tls"], &["localhost", "www.eline.com"]);
    // Nobody else vouches for it.
    fails(&server.localhost(), &["--servername", "www.eline.com"], &["tls"], &["self-signed|trust|unknown"]);
    // Another one of the same name is another one.
    fails(&server.localhost(), &["--cacert", &file("ca.pem"), "--servername", "www.eline.com"], &["tls"], &["tls"]);
}

#[test]
fn skipped_verification_is_loud_and_still_encrypted() {
    for name in ["expired", "unknown", "cn-only", "other-name", "tutorial"] {
        let server = server(name, &[]);
        let (output, trace) = works(&server.localhost(), &["--insecure"]);
        output.says(&["verif|insecure|not checked"]);
        assert_eq!(trace.all("tls").len(), 1, "still TLS: {:?}", trace.kinds());
    }
    // It is no way into plaintext.
    let plain = Party::depot(&[]);
    fails(&plain.localhost(), &["--insecure"], &["tls"], &["plaintext"]);
}

#[test]
fn mutual_tls() {
    let server = server("right", &["-client-ca", &file("client-ca.pem")]);
    let ca = file("ca.pem");
    let address = server.localhost();
    let (certificate, key) = (file("client.pem"), file("client.key"));
    works(&address, &["--cacert", &ca, "--cert", &certificate, "--key", &key]);
    let password = file("password");
    for p12 in ["client.p12", "old.p12"] {
        works(&address, &["--cacert", &ca, "--cert", &file(p12), "--cert-password-file", &password]);
    }
    headless(["health", &address, "-cacert", &ca, "-cert", &certificate, "-key", &key])
        .run()
        .succeeds()
        .answers(&["SERVING"]);
}

#[test]
fn mutual_tls_without_a_certificate() {
    let server = server("right", &["-client-ca", &file("client-ca.pem")]);
    let ca = file("ca.pem");
    let stages = ["tls", "http2"];
    fails(&server.localhost(), &["--cacert", &ca], &stages, &["client certificate", "--cert"]);
    // One that the server does not accept.
    let (certificate, key) = (file("stranger.pem"), file("stranger.key"));
    let flags = ["--cacert", &ca, "--cert", &certificate, "--key", &key];
    fails(&server.localhost(), &flags, &stages, &["client certificate"]);
}

#[test]
fn files_that_do_not_fit() {
    let server = server("right", &[]);
    let (ca, client, key, wrong) = (file("ca.pem"), file("client.pem"), file("client.key"), file("wrong"));
    std::fs::write(&wrong, "not the password").unwrap();
    let (p12, missing, stranger) = (file("client.p12"), file("missing.pem"), file("stranger.key"));
    for (flags, words) in [
        (vec!["--cacert", &missing], vec!["missing.pem"]),
        (vec!["--cacert", &key], vec!["client.key"]),
        (vec!["--cacert", &ca, "--cert", &client, "--key", &stranger], vec!["key"]),
        (vec!["--cacert", &ca, "--cert", &p12, "--cert-password-file", &wrong], vec!["password"]),
    ] {
        let output = headless(["call", "--protoset", &Party::depot_protoset()])
            .args(flags.iter().map(ToString::to_string))
            .args([server.localhost(), "depot.v1.Depot/Echo".to_owned()])
            .run();
        assert!(output.code != 0, "{output}");
        output.answers_nothing().within(SOON).says(&words).does_not_say(&["not the password", "panicked"]);
    }
    // Half of an identity.
    for flags in [["--cert", &client], ["--key", &key]] {
        let output = headless(["call", "--protoset", &Party::depot_protoset(), "--cacert", &ca])
            .args(flags)
            .args([server.localhost(), "depot.v1.Depot/Echo".to_owned()])
            .run();
        assert!([exit::USAGE, exit::NO_CALL].contains(&output.code), "{output}");
        output.answers_nothing().says(&["--cert", "key"]);
    }
}

#[test]
fn plaintext_on_tls() {
    let server = server("right", &[]);
    fails(&server.localhost(), &["--plaintext"], &["tls", "http2"], &["TLS", "--plaintext"]);
}

#[test]
fn tls_on_plaintext() {
    let server = Party::depot(&[]);
    fails(&server.localhost(), &["--cacert", &file("ca.pem")], &["tls"], &["plaintext", "--plaintext"]);
}

#[test]
fn stages_before_tls() {
    // A port that was free a moment ago refuses.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    fails(&free.to_string(), &["--plaintext"], &["tcp"], &["refused|nothing listens", &free.to_string()]);
    fails(&free.to_string(), &[], &["tcp"], &["refused|nothing listens"]);
    fails("no-such-host.invalid:443", &[], &["resolve"], &["no-such-host.invalid"]);
    // One that accepts and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let (output, trace) = call(&address, &["--connect-timeout", "0.5"]);
    output.exits(exit::UNAVAILABLE).within(SOON).says(&["UNAVAILABLE"]);
    assert_eq!(trace.status()["stage"], "tls");
    let (output, trace) = call(&address, &["--max-time", "0.5"]);
    output.exits(exit::DEADLINE_EXCEEDED).within(SOON).says(&["DEADLINE_EXCEEDED"]);
    assert_eq!(trace.status()["origin"], "local");
}
