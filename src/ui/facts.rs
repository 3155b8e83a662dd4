//! Facts about connections and calls, in words and colours.

use super::context::Cx;
use super::theme::Tone;
use crate::app::{CallRecord, Link, LockMeaning};
use crate::call::Code;
use crate::transport::ConnectionInfo;

/// An address' connection for the status bar.
pub(super) fn connection_fact(cx: &Cx<'_>, address: &str) -> (Tone, String) {
    let words = cx.words();
    let address = address.trim();
    match cx.app.links.get(address) {
        None => (Tone::Plain, words.not_connected.to_owned()),
        Some(Link::Down(failure)) => (Tone::Error, cx.lang().address_failed_at(address, failure.stage)),
        Some(Link::Up(info)) => {
            let mut facts = vec![address.to_owned(), protocol(info, words.plaintext), "h2".to_owned()];
            if cx.app.lock(address) == LockMeaning::NotVerified {
                facts.insert(2, words.not_verified.to_owned());
            }
            let open = cx.app.running_calls(address);
            if open > 0 {
                facts.push(cx.lang().streams_open(open));
            }
            let tone = match &info.tls {
                Some(report) if report.unverified => Tone::Error,
                Some(_) => Tone::Ok,
                None => Tone::Warn,
            };
            (tone, facts.join(" · "))
        }
    }
}

fn protocol(info: &ConnectionInfo, plaintext: &str) -> String {
    match &info.tls {
        Some(report) => report.version.clone().unwrap_or_else(|| "TLS".to_owned()),
        None => plaintext.to_owned(),
    }
}

/// Who answered: the peer on a new connection, the count on one that was open.
pub(super) fn answered_by(cx: &Cx<'_>, call: &CallRecord) -> String {
    if let Some(chosen) = &call.chosen {
        return cx.lang().instance_answered(&chosen.instance.id, &chosen.address, call.attempts.len());
    }
    match &call.connection {
        Some((_, info)) if info.reused => cx.lang().reused(info.calls_before + 1),
        Some((_, info)) => cx.lang().answered_by(&info.peer),
        None => String::new(),
    }
}

/// The same where there is little room: without the instance's address.
pub(super) fn answered_briefly(cx: &Cx<'_>, call: &CallRecord) -> Option<String> {
    let chosen = call.chosen.as_ref()?;
    Some(cx.lang().instance_answered_briefly(&chosen.instance.id, call.attempts.len()))
}

/// A status' colour.
pub(super) fn status_tone(code: Code) -> Tone {
    match code {
        Code::OK => Tone::Ok,
        Code::CANCELLED => Tone::Warn,
        _ => Tone::Error,
    }
}

/// `0 OK`, `14 UNAVAILABLE`.
pub(super) fn status_label(code: Code) -> String {
    format!("{} {}", code.0, code.name())
}
