//! `demo`: the built-in services without a window.

use std::io::Write;
use std::net::SocketAddr;

use super::args::DemoArgs;
use super::{USAGE, report};
use crate::demo::{self, Demo, DemoConfig};
use crate::engine::{DemoConsul, consul_program};

pub(super) fn run(args: &DemoArgs) -> u8 {
    let (listen, listen_tls) = match (address(args.listen.as_deref()), address(args.listen_tls.as_deref())) {
        (Ok(listen), Ok(listen_tls)) => (listen, listen_tls),
        (Err(why), _) | (_, Err(why)) => {
            eprintln!("proconsul: {why}");
            return USAGE;
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report::not_begun(&format!("cannot start the runtime: {error}")),
    };
    runtime.block_on(async {
        let config = DemoConfig { listen, listen_tls, ..DemoConfig::default() };
        let demo = match demo::start(config).await {
            Ok(demo) => demo,
            Err(error) => return report::not_begun(&error.to_string()),
        };
        if let Some(file) = &args.list
            && let Err(error) = std::fs::write(file, demo.list_text())
        {
            return report::not_begun(&format!("{} cannot be written: {error}", file.display()));
        }
        let consul = match consul(args.consul, &demo).await {
            Ok(consul) => consul,
            Err(why) => return report::not_begun(&why),
        };
        let _certificate = match announce(&demo, consul.as_ref()) {
            Ok(path) => path,
            Err(error) => return report::not_begun(&format!("the services run, but cannot be announced: {error}")),
        };
        interrupted().await;
        drop(consul);
        demo.shutdown().await;
        0
    })
}

/// A Consul of the demo's own, where one is asked for.
async fn consul(is_wanted: bool, demo: &Demo) -> Result<Option<DemoConsul>, String> {
    if !is_wanted {
        return Ok(None);
    }
    let program = consul_program().ok_or("Consul's program is not on PATH; PROCONSUL_CONSUL may name it")?;
    tokio::select! {
        consul = DemoConsul::start(&program, &demo.entries) => consul.map(Some),
        () = interrupted() => Err("interrupted while Consul was starting".to_owned()),
    }
}

/// `host:port`, or Go's `:port` for this machine.
fn address(text: Option<&str>) -> Result<Option<SocketAddr>, String> {
    let Some(text) = text else { return Ok(None) };
    let full =
        if text.starts_with(':') { format!("127.0.0.1{text}") } else { text.replace("localhost:", "127.0.0.1:") };
    full.parse().map(Some).map_err(|error| format!("{text}: {error}: write an address and port, as 127.0.0.1:7888"))
}

/// Writes the certificate beside other temporary files, for as long as the demo runs, and says what is served.
fn announce(demo: &Demo, consul: Option<&DemoConsul>) -> std::io::Result<tempfile::TempPath> {
    let mut certificate = tempfile::Builder::new().prefix("proconsul-demo-").suffix(".pem").tempfile()?;
    certificate.write_all(demo.certificate_pem.as_bytes())?;
    let path = certificate.into_temp_path();
    let mut out = std::io::stdout().lock();
    writeln!(out, "plaintext {}", demo.plaintext_addr)?;
    writeln!(out, "tls {}", demo.tls_addr)?;
    writeln!(out, "certificate {}", path.display())?;
    writeln!(out, "server-name {}", demo.server_name)?;
    writeln!(out, "token {}", demo.token)?;
    for service in &demo.services {
        writeln!(out, "service {service}")?;
    }
    if let Some(consul) = consul {
        writeln!(out, "consul {}", consul.address())?;
    }
    writeln!(out, "Try: proconsul list --plaintext {}", demo.plaintext_addr)?;
    writeln!(
        out,
        "     proconsul call --cacert {} --servername {} -H 'token: {}' -d '{{\"name\": \"Ann\"}}' {} hello.Hello/SayHello",
        path.display(),
        demo.server_name,
        demo.token,
        demo.tls_addr
    )?;
    writeln!(out, "Ctrl-C ends it.")?;
    out.flush()?;
    Ok(path)
}

/// Ctrl-C, or a polite kill.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    tokio::signal::ctrl_c().await.unwrap_or_default();
}
