//! Certificates as the server sent them.

use std::time::{SystemTime, UNIX_EPOCH};

use egui::Ui;

use super::context::Cx;
use super::theme::Tone;
use super::widgets::heading::{NameValue, name_value_ui, section_head_ui};
use crate::transport::{CertificateInfo, TlsReport};
use crate::words::format;

const DAY_S: i64 = 86_400;

/// The chain of a handshake, also of one that failed.
pub(super) fn chain_ui(ui: &mut Ui, cx: &Cx<'_>, report: &TlsReport) {
    if report.chain.is_empty() {
        return;
    }
    let words = cx.words();
    let note = cx.lang().certificates(report.chain.len());
    section_head_ui(ui, words.certificate_chain, &note, 32.0, |_| ());
    egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 6)).show(ui, |ui| {
        for certificate in &report.chain {
            certificate_ui(ui, cx, certificate);
            ui.add_space(8.0);
        }
    });
}

fn certificate_ui(ui: &mut Ui, cx: &Cx<'_>, certificate: &CertificateInfo) {
    let words = cx.words();
    let lang = cx.lang();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0));
    let names =
        if certificate.names.is_empty() { words.san_none.to_owned() } else { certificate.names.join(", ") };
    let issuer = if certificate.self_signed {
        format!("{}  ·  {}", certificate.issuer, words.self_signed)
    } else {
        certificate.issuer.clone()
    };
    let valid = lang.from_to(&format::date(certificate.not_before_unix_s), &format::date(certificate.not_after_unix_s));
    let days = (certificate.not_after_unix_s - now).div_euclid(DAY_S);
    let valid = format!("{valid}  ·  {}", lang.days_left(days));
    let is_valid = certificate.not_before_unix_s <= now && now <= certificate.not_after_unix_s;
    let fingerprint = format::fingerprint(&certificate.sha256);
    for (name, value, tone) in [
        (words.subject, certificate.subject.as_str(), Tone::Plain),
        (words.san, names.as_str(), Tone::Plain),
        (words.issuer, issuer.as_str(), Tone::Plain),
        (words.valid, valid.as_str(), if is_valid { Tone::Plain } else { Tone::Error }),
        (words.private_key, certificate.key.as_str(), Tone::Plain),
        (words.sha256, fingerprint.as_str(), Tone::Plain),
    ] {
        name_value_ui(ui, NameValue { name, value, tone, ..NameValue::default() });
    }
}
