//! The fields of a check, by its kind.

use egui::{Rect, Sense, Ui, pos2, vec2};

use super::row::{
    Form, SHORT, ask_focus, below_ui, fault_ui, field_id, field_row_ui, row_ui, typed_ui, usual_row_ui, word_ui,
};
use super::service::{Pairs, pairs_ui};
use crate::app::{CHECK_KINDS, CheckForm, RegisterForm, Usual};
use crate::registry::consul::registration::FaultPlace;
use crate::registry::{CheckKind, Health};
use crate::ui::context::row_at;
use crate::ui::icons::Icon;
use crate::ui::theme::tokens;
use crate::ui::widgets::button::{Button, ButtonSize, IconButton};
use crate::ui::widgets::choice::choice_ui;
use crate::ui::widgets::menu::{MenuItem, menu_ui};
use crate::ui::widgets::switches::toggle_ui;
use crate::ui::widgets::text::Line;
use crate::words::{ActWords, Lang};

/// So many kinds stand side by side; the others are in a menu.
const SIDE_BY_SIDE: usize = 5;

/// Where a check stands: in the form, and among those that are sent.
#[derive(Clone, Copy)]
struct Place {
    at: usize,
    number: usize,
}

impl Place {
    fn fault(self, field: &'static str) -> FaultPlace {
        FaultPlace::Check(self.number, field)
    }

    fn id(self, field: &str) -> egui::Id {
        field_id(Some(self.at), field)
    }
}

/// Names the headers of the check with this place in the form.
pub(super) fn headers_of(at: usize) -> String {
    format!("headers of {at}")
}

/// All checks, and the one that can be added.
pub(super) fn checks_ui(ui: &mut Ui, form: &Form<'_>, typed: &mut RegisterForm) {
    let acts = form.lang.acts();
    let mut removed = None;
    let count = typed.checks.len();
    let mut number = 0;
    for at in 0..count {
        let usual = typed.usual(at);
        let Some(check) = typed.checks.get_mut(at) else { continue };
        if head_ui(ui, form.lang, at, count) {
            removed = Some(at);
        }
        check_ui(ui, form, Place { at, number }, &usual, check);
        number += usize::from(check.kind != CheckKind::Unknown);
        ui.add_space(6.0);
    }
    if let Some(at) = removed {
        typed.checks.remove(at);
    }
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
    let mut row = row_at(ui, rect, "add check");
    if row.add(Button::link(acts.add_check).icon(Icon::Plus)).clicked() {
        typed.checks.push(CheckForm::new(CheckKind::Tcp));
        ask_focus(ui, field_id(Some(count), "TCP"));
    }
}

/// The title of a check; returns whether it is taken away.
fn head_ui(ui: &mut Ui, lang: Lang, at: usize, count: usize) -> bool {
    let acts = lang.acts();
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::hover());
    let line = Rect::from_min_max(pos2(rect.left() - 20.0, rect.top()), pos2(rect.right() + 20.0, rect.top() + 1.0));
    ui.painter().hline(line.x_range(), rect.top() + 0.5, egui::Stroke::new(1.0, t.line));
    let title = if count > 1 { lang.check_number(at + 1) } else { acts.health_check.to_owned() };
    let mut row = row_at(ui, rect, ("check head", at));
    row.add(Line::strong(&title).height(40.0));
    if count < 2 {
        return false;
    }
    let place = Rect::from_min_max(pos2(rect.right() - 28.0, rect.top()), rect.max);
    let mut right = row_at(ui, place, ("check remove", at));
    let name = lang.labelled(acts.remove_check, &(at + 1).to_string());
    right.add(IconButton::new(Icon::X, &name)).clicked()
}

fn kind_name<'a>(acts: &'a ActWords, kind: &CheckKind) -> &'a str {
    match kind {
        CheckKind::Tcp => "TCP",
        CheckKind::Http => "HTTP",
        CheckKind::Grpc => "gRPC",
        CheckKind::Ttl => "TTL",
        CheckKind::H2Ping => "H2 PING",
        CheckKind::Udp => "UDP",
        CheckKind::Docker => "Docker",
        CheckKind::Script => acts.script,
        CheckKind::Alias => acts.alias,
        CheckKind::OsService => acts.os_kind,
        _ => acts.no_check,
    }
}

fn kind_hint<'a>(acts: &'a ActWords, kind: &CheckKind) -> &'a str {
    match kind {
        CheckKind::Tcp => acts.hint_tcp,
        CheckKind::Http => acts.hint_http,
        CheckKind::Grpc => acts.hint_grpc,
        CheckKind::Ttl => acts.hint_ttl,
        CheckKind::H2Ping => acts.hint_h2,
        CheckKind::Udp => acts.hint_udp,
        CheckKind::Docker => acts.hint_docker,
        CheckKind::Script => acts.hint_script,
        CheckKind::Alias => acts.hint_alias,
        CheckKind::OsService => acts.hint_os,
        _ => acts.hint_none,
    }
}

fn kind_ui(ui: &mut Ui, lang: Lang, at: usize, check: &mut CheckForm) {
    let acts = lang.acts();
    row_ui(ui, lang.words().kind, ("kind", at), |ui| {
        let options: Vec<(usize, &str)> =
            CHECK_KINDS.iter().take(SIDE_BY_SIDE).map(|kind| kind_name(acts, kind)).enumerate().collect();
        let mut chosen = CHECK_KINDS.iter().position(|kind| *kind == check.kind).unwrap_or(usize::MAX);
        let is_other = chosen >= SIDE_BY_SIDE;
        let name = if at == 0 { lang.words().kind.to_owned() } else { format!("{} {}", lang.words().kind, at + 1) };
        if choice_ui(ui, &name, ButtonSize::Normal, &mut chosen, &options)
            && let Some(kind) = CHECK_KINDS.get(chosen)
        {
            check.kind = kind.clone();
        }
        let label = if is_other { kind_name(acts, &check.kind) } else { lang.words().more };
        let button = ui.add(Button::ghost(label).trailing(Icon::ChevronDown));
        menu_ui(&button, 180.0, |ui| {
            for (index, kind) in CHECK_KINDS.iter().enumerate().skip(SIDE_BY_SIDE) {
                let item = MenuItem::new(kind_name(acts, kind)).chosen(check.kind == *kind);
                let item = if index == SIDE_BY_SIDE { item.first() } else { item };
                if ui.add(item).clicked() {
                    check.kind = kind.clone();
                }
            }
        });
    });
    below_ui(ui, kind_hint(acts, &check.kind), tokens(ui).text3, None);
}

fn check_ui(ui: &mut Ui, form: &Form<'_>, place: Place, usual: &Usual, check: &mut CheckForm) {
    let acts = form.lang.acts();
    kind_ui(ui, form.lang, place.at, check);
    match check.kind {
        CheckKind::Unknown => return,
        CheckKind::Tcp => target_ui(ui, form, place, "TCP", usual, check),
        CheckKind::Udp => target_ui(ui, form, place, "UDP", usual, check),
        CheckKind::Grpc => target_ui(ui, form, place, "GRPC", usual, check),
        CheckKind::H2Ping => target_ui(ui, form, place, "H2PING", usual, check),
        CheckKind::Http => {
            let at = (&place.fault("HTTP"), place.id("HTTP"));
            let stands = usual_of(form.lang, &usual.url, form.lang.registration().url_hint);
            usual_row_ui(ui, form, "URL", at, stands, &mut check.url);
            if check.url.trim_start().starts_with("https") {
                let at = (&place.fault("TLSServerName"), place.id("TLSServerName"));
                let words = form.lang.registry();
                field_row_ui(ui, form, words.server_name, at, words.as_address, &mut check.server_name);
            }
        }
        CheckKind::Ttl => {
            let fault = form.fault(&place.fault("TTL"));
            let id = place.id("TTL");
            let response = row_ui(ui, acts.told_every, id, |ui| {
                typed_ui(ui, id, acts.told_every, "30 s", &mut check.ttl, fault.as_deref(), Some(SHORT))
            });
            fault_ui(ui, &response, fault.as_deref());
        }
        CheckKind::Script | CheckKind::Docker => {
            if check.kind == CheckKind::Docker {
                row_ui(ui, acts.container, ("docker", place.at), |ui| {
                    let width = (ui.available_width() - SHORT - 64.0).max(80.0);
                    let (container, shell) = (place.id("DockerContainerID"), place.id("Shell"));
                    typed_ui(ui, container, acts.container, "f972c95ebf0e", &mut check.container, None, Some(width));
                    word_ui(ui, acts.shell);
                    typed_ui(ui, shell, acts.shell, "/bin/bash", &mut check.shell, None, Some(SHORT));
                });
            }
            let at = (&place.fault("Args"), place.id("Args"));
            field_row_ui(ui, form, acts.command, at, "/usr/local/bin/check --quiet", &mut check.command);
        }
        CheckKind::Alias => {
            let at = (&place.fault("AliasService"), place.id("AliasService"));
            field_row_ui(ui, form, acts.of_service, at, "ID", &mut check.alias_service);
            let at = (&place.fault("AliasNode"), place.id("AliasNode"));
            field_row_ui(ui, form, acts.on_node, at, acts.of_node, &mut check.alias_node);
        }
        CheckKind::OsService => {
            let at = (&place.fault("OSService"), place.id("OSService"));
            field_row_ui(ui, form, acts.os_service, at, "nginx", &mut check.os_service);
        }
        _ => {}
    }
    if check.runs() {
        times_ui(ui, form, place, check);
    }
    ends_ui(ui, form, place, check);
    let icon = if check.more { Icon::ChevronUp } else { Icon::ChevronDown };
    let name = if place.at == 0 {
        form.lang.labelled(acts.health_check, acts.more)
    } else {
        form.lang.labelled(&form.lang.check_number(place.at + 1), acts.more)
    };
    let pressed = row_ui(ui, "", ("more of check", place.at), |ui| {
        ui.add(Button::ghost(acts.more).trailing(icon).name(&name)).clicked()
    });
    check.more ^= pressed;
    if check.more {
        more_ui(ui, form, place, usual, check);
    }
}

/// What an empty field stands for, and where that comes from; or how to fill it.
fn usual_of<'a>(lang: Lang, usual: &'a str, hint: &'a str) -> (&'a str, Option<&'a str>) {
    if usual.is_empty() { (hint, None) } else { (usual, Some(lang.registration().from_above)) }
}

fn target_ui(ui: &mut Ui, form: &Form<'_>, place: Place, field: &'static str, usual: &Usual, check: &mut CheckForm) {
    let (acts, words) = (form.lang.acts(), form.lang.registry());
    let stands = usual_of(form.lang, &usual.target, form.lang.registration().target_hint);
    usual_row_ui(ui, form, acts.target, (&place.fault(field), place.id(field)), stands, &mut check.target);
    if !check.has_tls() {
        return;
    }
    row_ui(ui, "TLS", ("tls", place.at), |ui| {
        toggle_ui(ui, &mut check.use_tls, "TLS", false);
        if check.use_tls {
            word_ui(ui, words.server_name);
            let id = place.id("TLSServerName");
            typed_ui(ui, id, words.server_name, words.as_address, &mut check.server_name, None, None);
        }
    });
}

fn times_ui(ui: &mut Ui, form: &Form<'_>, place: Place, check: &mut CheckForm) {
    let acts = form.lang.acts();
    let wrong = ["Interval", "Timeout"].map(|field| form.fault(&place.fault(field)));
    let (every, timeout) = (place.id("Interval"), place.id("Timeout"));
    let responses = row_ui(ui, acts.every, every, |ui| {
        let first = typed_ui(ui, every, acts.every, "5 s", &mut check.interval, wrong[0].as_deref(), Some(SHORT));
        word_ui(ui, acts.timeout);
        let hint = "10 s";
        let second = typed_ui(ui, timeout, acts.timeout, hint, &mut check.timeout, wrong[1].as_deref(), Some(SHORT));
        [first, second]
    });
    for (response, wrong) in responses.iter().zip(&wrong) {
        fault_ui(ui, response, wrong.as_deref());
    }
}

/// What becomes of a service that stays critical, and what it is at first.
fn ends_ui(ui: &mut Ui, form: &Form<'_>, place: Place, check: &mut CheckForm) {
    let acts = form.lang.acts();
    let field = "DeregisterCriticalServiceAfter";
    let fault = form.fault(&place.fault(field));
    let id = place.id(field);
    let response = row_ui(ui, acts.critical_for, id, |ui| {
        let response =
            typed_ui(ui, id, acts.critical_for, acts.never, &mut check.deregister_after, fault.as_deref(), Some(SHORT));
        ui.add(Line::new(acts.then_deregistered).color(tokens(ui).text2).elide(crate::ui::widgets::text::Elide::End));
        response
    });
    fault_ui(ui, &response, fault.as_deref());
    row_ui(ui, acts.starts_as, ("starts as", place.at), |ui| {
        let mut status = check.status.unwrap_or(Health::Critical);
        let options = [Health::Critical, Health::Warning, Health::Passing].map(|health| (health, health.name()));
        let name =
            if place.at == 0 { acts.starts_as.to_owned() } else { format!("{} {}", acts.starts_as, place.at + 1) };
        if choice_ui(ui, &name, ButtonSize::Normal, &mut status, &options) {
            check.status = Some(status).filter(|status| *status != Health::Critical);
        }
    });
}

fn more_ui(ui: &mut Ui, form: &Form<'_>, place: Place, usual: &Usual, check: &mut CheckForm) {
    let acts = form.lang.acts();
    let at = |field: &'static str| (place.fault(field), place.id(field));
    let plain = |ui: &mut Ui, name: &str, (fault, id): (FaultPlace, egui::Id), hint: &str, value: &mut String| {
        field_row_ui(ui, form, name, (&fault, id), hint, value);
    };
    plain(ui, acts.check_name, at("Name"), &usual.check_name, &mut check.name);
    plain(ui, acts.check_id, at("CheckID"), &usual.check_id, &mut check.id);
    plain(ui, acts.notes, at("Notes"), "", &mut check.notes);
    if check.kind == CheckKind::Http {
        plain(ui, acts.method, at("Method"), "GET", &mut check.method);
        let rows = Pairs { name: acts.headers, what: &headers_of(place.at), again: &check.typed_again };
        pairs_ui(ui, form, rows, &mut check.headers);
        if let Some(fault) = form.fault(&place.fault("Header")) {
            below_ui(ui, &fault, tokens(ui).error, Some(egui::Role::Alert));
        }
        let count = check.headers.len();
        let label = if count == 0 { acts.headers } else { "" };
        let name = form.lang.labelled(acts.headers, acts.add_entry);
        let added = row_ui(ui, label, ("add header", place.at), |ui| {
            ui.add(Button::link(acts.add_entry).icon(Icon::Plus).name(&name)).clicked()
        });
        if added {
            check.headers.push(Default::default());
        }
        plain(ui, acts.body, at("Body"), "", &mut check.body);
        row_ui(ui, "", ("redirects", place.at), |ui| {
            toggle_ui(ui, &mut check.no_redirects, acts.no_redirects, true);
        });
    }
    if check.has_tls() || check.kind == CheckKind::Http {
        row_ui(ui, "TLS", ("any certificate", place.at), |ui| {
            toggle_ui(ui, &mut check.skip_verify, acts.skip_verify, true);
        });
    }
    // Names of counts are long; each has a row, and its field stands at the right.
    for (name, field, hint, value) in [
        (acts.passes, "SuccessBeforePassing", "0", &mut check.passes),
        (acts.failures_warning, "FailuresBeforeWarning", "0", &mut check.failures_warning),
        (acts.failures_critical, "FailuresBeforeCritical", "0", &mut check.failures_critical),
        (acts.output_max, "OutputMaxSize", "4096", &mut check.output_max),
    ] {
        let fault = form.fault(&place.fault(field));
        let id = place.id(field);
        let response = row_ui(ui, "", id, |ui| {
            let response = typed_ui(ui, id, name, hint, value, fault.as_deref(), Some(SHORT));
            ui.add(Line::new(name).color(tokens(ui).text2));
            response
        });
        fault_ui(ui, &response, fault.as_deref());
    }
}
