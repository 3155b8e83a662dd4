//! The Trace tab: the phases of a call on their axis, each explained; the connection that carried it; the certificates.

use egui::{Id, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use super::certificate;
use super::context::{Cx, row_at};
use super::icons::Icon;
use super::phases;
use super::theme::measure::{INSET, ROW};
use super::theme::{Tone, tokens};
use super::widgets::heading::{NameValue, name_value_ui, section_head_ui};
use super::widgets::menu::{MenuItem, context_menu_ui};
use super::widgets::rows::row_keys;
use super::widgets::shared::{Stand, ring, shows_focus};
use super::widgets::text::{paragraph_ui, width};
use super::widgets::tooltip::tooltip_ui;
use super::widgets::view_state::{ViewKind, ViewState};
use super::{facts, fonts};
use crate::app::{CallRecord, CallStage, Timeline};
use crate::transport::{ConnectEvent, ConnectionInfo, TlsReport};
use crate::words::{format, setting_name};

pub(super) fn trace_ui(ui: &mut Ui, cx: &mut Cx<'_>, call: &CallRecord) {
    let own = cx.lang().trace();
    if call.stage() == CallStage::NotBegun {
        ui.add_space((ui.available_height() * 0.25).round());
        ViewState::new(ViewKind::Empty(Icon::ChartNoAxesGantt), own.no_trace, own.no_trace_hint).centered().show(ui);
        return;
    }
    egui::ScrollArea::vertical().id_salt("trace").auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let timeline = Timeline::of(call, cx.now);
        section_head_ui(ui, cx.words().phases, &phases::total_note(cx.lang(), &timeline), 36.0, |_| ());
        phases::waterfall(ui, cx, &timeline);
        let info = call.connection.as_ref().map(|(_, info)| &**info);
        if let Some(info) = info.filter(|info| info.reused) {
            let age = cx.lang().age(call.began.saturating_duration_since(info.opened));
            padded(ui, |ui| {
                let said = cx.lang().reused_since(&age, info.calls_before + 1);
                paragraph_ui(ui, &said, fonts::body(), tokens(ui).text2, 20.0);
            });
        }
        ui.add_space(16.0);
        instance_ui(ui, cx, call);
        connection_ui(ui, cx, call, info);
        let report = tls_report(call);
        if let Some(report) = report.filter(|report| !report.chain.is_empty()) {
            ui.add_space(12.0);
            padded(ui, |ui| certificate::chain_ui(ui, cx, report));
        }
        ui.add_space(12.0);
    });
}

/// What TLS told, also where it failed.
fn tls_report(call: &CallRecord) -> Option<&TlsReport> {
    let of_connection = call.connection.as_ref().and_then(|(_, info)| info.tls.as_deref());
    let failure = call.status.as_ref().and_then(|(_, status)| status.failure.as_ref());
    of_connection.or_else(|| failure.and_then(|failure| failure.tls.as_deref()))
}

/// Both ends of the TCP connection that a call came to, where nothing came of it.
fn reached(call: &CallRecord) -> Option<(String, String)> {
    call.connects.iter().rev().find_map(|step| match step {
        ConnectEvent::Connect { peer, local, failure: None, .. } => {
            Some((local.clone().unwrap_or_default(), peer.clone()))
        }
        _ => None,
    })
}

fn padded(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let margin = egui::Margin { left: INSET as i8, right: INSET as i8, top: 8, bottom: 0 };
    egui::Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.set_width(ui.available_width());
        content(ui);
    });
}

/// The instance that a registry named for the call, and the fate of each attempt.
fn instance_ui(ui: &mut Ui, cx: &Cx<'_>, call: &CallRecord) {
    if call.chosen.is_none() && call.attempts.is_empty() {
        return;
    }
    let lang = cx.lang();
    let note = call.chosen.as_ref().map(|chosen| lang.chosen_instance(chosen)).unwrap_or_default();
    section_head_ui(ui, lang.instance_heading(), &note, 32.0, |_| ());
    ui.add_space(4.0);
    let rows = call.attempts.iter().map(|attempt| {
        let id = Some(attempt.instance.id.as_str()).filter(|id| !id.is_empty() && *id != attempt.address);
        let took = format::duration(attempt.took);
        let status = facts::status_label(attempt.status.code);
        let parts = [id.unwrap_or_default(), &attempt.address, &status, &took];
        let said = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        (lang.attempt_named(attempt.number), said, facts::status_tone(attempt.status.code))
    });
    rows_ui(ui, cx, Id::unique(("attempts", call.id.0)), rows.collect());
    ui.add_space(12.0);
}

/// What carried the call; of a connection that failed, as far as it came.
fn connection_ui(ui: &mut Ui, cx: &Cx<'_>, call: &CallRecord, info: Option<&ConnectionInfo>) {
    let own = cx.lang().trace();
    let words = cx.words();
    let note = match info {
        Some(info) => {
            let age = cx.lang().age(cx.now.saturating_duration_since(info.opened));
            cx.lang().opened_ago(&age, info.calls_before + 1)
        }
        None if call.is_running() => String::new(),
        None => own.no_connection.to_owned(),
    };
    section_head_ui(ui, cx.words().connection, &note, 32.0, |_| ());
    let report = tls_report(call);
    let mut rows: Vec<(&str, String, Tone)> = Vec::new();
    let mut add = |name: &'static str, value: String, tone: Tone| {
        if !value.is_empty() {
            rows.push((name, value, tone));
        }
    };
    if let Some(info) = info {
        add(own.local, info.local.clone(), Tone::Plain);
        add(own.peer, info.peer.clone(), Tone::Plain);
    } else if let Some((local, peer)) = reached(call) {
        add(own.local, local, Tone::Plain);
        add(own.peer, peer, Tone::Plain);
    }
    match (info, report) {
        (Some(_), None) => add(own.protocol, format!("{}, {}", words.plaintext, own.h2_known), Tone::Warn),
        (_, Some(report)) => {
            let version = report.version.clone().unwrap_or_else(|| "TLS".to_owned());
            let alpn = if report.alpn.as_deref() == Some("h2") { own.h2_by_alpn } else { "" };
            let mut parts = vec![version.as_str(), alpn];
            if report.unverified {
                parts.push(cx.words().not_verified);
            }
            parts.retain(|part| !part.is_empty());
            let tone = if report.unverified { Tone::Error } else { Tone::Plain };
            add(own.protocol, parts.join(", "), tone);
            add(words.cipher_suite, report.cipher_suite.clone().unwrap_or_default(), Tone::Plain);
            add(own.key_exchange, report.key_exchange.clone().unwrap_or_default(), Tone::Plain);
            add(own.sni, report.server_name.clone(), Tone::Plain);
            let client = match (report.client_certificate_asked, report.client_certificate_sent) {
                (_, true) => own.client_sent,
                (true, false) => own.client_missing,
                (false, false) => own.client_unasked,
            };
            add(cx.words().client_certificate, client.to_owned(), Tone::Plain);
        }
        (None, None) => {}
    }
    if let Some(info) = info {
        if info.stream_id > 0 {
            add(own.stream, info.stream_id.to_string(), Tone::Plain);
        }
        let settings: Vec<String> = info
            .settings
            .iter()
            .map(|(id, value)| {
                let value = match (id, value) {
                    // MAX_CONCURRENT_STREAMS and MAX_HEADER_LIST_SIZE of all ones.
                    (3 | 6, &u32::MAX) => own.unlimited.to_owned(),
                    (_, value) => format::count(u64::from(*value)),
                };
                format!("{} {value}", setting_name(*id))
            })
            .collect();
        if settings.is_empty() {
            add(own.settings, own.defaults.to_owned(), Tone::Plain);
        }
        for (index, setting) in settings.into_iter().enumerate() {
            rows.push((if index == 0 { own.settings } else { "" }, setting, Tone::Plain));
        }
    }
    ui.add_space(4.0);
    rows_ui(ui, cx, Id::unique(("connection facts", call.id.0)), rows);
}

/// Names and values, the list one stop for Tab; arrows go through its rows.
fn rows_ui<N: AsRef<str>>(ui: &mut Ui, cx: &Cx<'_>, list: Id, rows: Vec<(N, String, Tone)>) {
    let row_id = |index: usize| list.with(index);
    let focused = ui.data(|data| data.get_temp::<usize>(list)).unwrap_or(0).min(rows.len().saturating_sub(1));
    let keys = row_keys(ui, row_id(focused), focused, rows.len(), 10, false);
    if let Some(go) = keys.go {
        ui.data_mut(|data| data.insert_temp(list, go));
        ui.memory_mut(|memory| memory.request_focus(row_id(go)));
    }
    for (index, (name, value, tone)) in rows.into_iter().enumerate() {
        let is_stop = index == focused || keys.go == Some(index);
        row_ui(ui, cx, (row_id(index), is_stop), name.as_ref(), &value, tone);
    }
}

/// A name and its value, which can be copied.
fn row_ui(ui: &mut Ui, cx: &Cx<'_>, (id, is_stop): (Id, bool), name: &str, value: &str, tone: Tone) {
    let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), ROW));
    ui.advance_cursor_after_rect(rect);
    let mut place = row_at(ui, rect.shrink2(vec2(INSET, 0.0)), ("fact", name, value));
    place.spacing_mut().interact_size.y = ROW;
    let row = NameValue { name, value, words: false, tone, name_width: 124.0 };
    name_value_ui(&mut place, row);
    let response = ui.interact(rect, id, if is_stop { Sense::click() } else { Sense::CLICK });
    let said = format!("{name} {value}");
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, said.trim()));
    if width(ui.painter(), value, fonts::code()) + row.name_width > rect.width() - 2.0 * INSET {
        tooltip_ui(&response, value, None);
    }
    if shows_focus(&response, Stand::Rest) {
        ring(ui.painter(), rect.shrink2(vec2(4.0, 0.0)), 4, tokens(ui));
    }
    if ui.memory(|memory| memory.has_focus(id))
        && ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Copy)))
    {
        ui.ctx().copy_text(value.to_owned());
    }
    context_menu_ui(&response, 160.0, |ui| {
        if ui.add(MenuItem::new(cx.words().copy).icon(Icon::Copy).first()).clicked() {
            ui.ctx().copy_text(value.to_owned());
        }
    });
}

/// Colour and label of a status, with what it means in the hover.
pub(super) fn status_ui(ui: &mut Ui, cx: &Cx<'_>, call: &CallRecord) {
    let Some((_, status)) = &call.status else { return };
    let badge =
        super::widgets::badge::status_badge_ui(ui, facts::status_tone(status.code), &facts::status_label(status.code));
    let peer = call.connection.as_ref().map_or("", |(_, info)| info.peer.as_str());
    let said = format!("{}\n{}", cx.lang().status_line(status.code), cx.lang().who_said(status.origin, peer));
    super::widgets::tooltip::tooltip_ui(&badge, &said, None);
    ui.ctx().accesskit_node_builder(badge.id, |node| node.set_description(said));
}
