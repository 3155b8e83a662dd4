//! One row of the palette: what was found, with its hits in the accent, and what Enter does with it.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, CornerRadius, FontId, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2};

use super::context::Cx;
use super::icons::Icon;
use super::palette_search::{Found, Results};
use super::theme::{Tokens, tokens};
use super::widgets::badge::{Shape, key_width, paint_key, paint_shape};
use super::widgets::text::{self, elide_middle};
use super::{commands, fonts, registry};
use crate::app::Query;

/// What a row says.
struct Said {
    name: String,
    detail: String,
    right: String,
    key: Option<String>,
    refused: Option<&'static str>,
    on: bool,
}

fn said(cx: &Cx<'_>, results: &Results, found: Found) -> Option<Said> {
    let words = cx.lang().habits();
    let plain = |name: String, detail: String, right: &str| Said {
        name,
        detail,
        right: right.to_owned(),
        key: None,
        refused: None,
        on: false,
    };
    Some(match found {
        Found::Method { source, service, method } => {
            let names = results.method(source, service, method)?;
            let detail = format!("{} · {}", names.service.full_name, names.source.title);
            plain(names.method.name.clone(), detail, words.palette_open)
        }
        Found::Tab(id) => {
            let tab = cx.app.tab(id)?;
            plain(tab.method.clone(), format!("{} · {}", tab.service, tab.address), words.palette_open)
        }
        Found::Target(index) => plain(results.targets.get(index)?.clone(), String::new(), words.palette_open),
        Found::Service(index) => {
            let found = results.services.get(index)?;
            let parts = [found.title.as_str(), found.service.datacenter.as_str(), found.tags.as_str()];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            plain(found.service.service.clone(), parts.join(" · "), words.palette_open)
        }
        Found::Command(command) => Said {
            key: cx.key(command),
            refused: commands::refusal(cx, command),
            on: commands::is_on(cx, command),
            ..plain(command.name(cx.lang()).to_owned(), String::new(), words.palette_run)
        },
        Found::Setting(setting) => {
            let name = setting.name(cx.lang());
            let now = Some(setting.now(cx)).filter(|now| now != name).unwrap_or_default();
            plain(name.to_owned(), now, words.palette_open)
        }
    })
}

pub(super) fn row_ui(
    ui: &Ui,
    cx: &Cx<'_>,
    (results, at): (&Results, usize),
    found: Found,
    rect: Rect,
    chosen: bool,
) -> Response {
    let t = tokens(ui);
    let response = ui.interact(rect, ui.scope_id().with(("palette row", at)), Sense::CLICK);
    let Some(said) = said(cx, results, found) else { return response };
    let name = if said.detail.is_empty() { said.name.clone() } else { format!("{} {}", said.name, said.detail) };
    let enabled = said.refused.is_none();
    response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, enabled, &name));
    let description = said.refused.map(str::to_owned).or_else(|| said.key.clone());
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_selected(chosen);
        if let Some(description) = &description {
            node.set_description(description.as_str());
        }
    });
    let painter = ui.painter();
    if chosen || response.hovered() {
        painter.rect_filled(rect, CornerRadius::same(6), if chosen { t.accent_bg } else { t.bg3 });
    }
    let middle = rect.center().y;
    mark_ui(ui, cx, results, found, pos2(rect.left() + 19.0, middle), enabled);
    let mut right = rect.right() - 12.0;
    let aside = if chosen { t.text2 } else { t.text3 };
    if let Some(why) = said.refused {
        right = text::paint_text_right(painter, right, middle, why, &fonts::hint(), aside) - 12.0;
    } else if let Some(key) = &said.key {
        let width = key_width(painter, key);
        paint_key(painter, pos2(right - width, middle), key, Color32::TRANSPARENT, t.stroke, t.text2);
        right -= width + 12.0;
    } else if chosen {
        let width = key_width(painter, "⏎");
        paint_key(painter, pos2(right - width, middle), "⏎", Color32::TRANSPARENT, t.stroke, t.text2);
        right = text::paint_text_right(painter, right - width - 8.0, middle, &said.right, &fonts::hint(), aside) - 12.0;
    } else if said.on {
        Icon::Check.paint_at(painter, pos2(right - 7.0, middle), 14.0, t.accent);
        right -= 26.0;
    }
    let left = rect.left() + 37.0;
    let color = if enabled { t.text1 } else { t.faint };
    let end = paint_hits(ui, &results.query, &said.name, &fonts::body(), color, left, middle, right - left, t);
    if !said.detail.is_empty() && right - end > 40.0 {
        let ranges = results.query.whole_hits(&said.detail);
        let ranges = if results.query.hits(&said.name).is_empty() { ranges } else { Vec::new() };
        let fit = elide_middle(painter, &said.detail, &fonts::hint(), right - end - 10.0);
        let ranges = if fit == said.detail { ranges } else { Vec::new() };
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(hit_job(&fit, &ranges, &fonts::hint(), aside, t.accent)));
        text::paint_dropped(painter, galley, end + 10.0, middle, 5.0);
    }
    response
}

fn mark_ui(ui: &Ui, cx: &Cx<'_>, results: &Results, found: Found, at: egui::Pos2, enabled: bool) {
    let t = tokens(ui);
    let painter = ui.painter();
    let shape = |client, server| paint_shape(painter, at.x - 9.0, at.y, Shape::of(client, server), t);
    let color = if enabled { t.text2 } else { t.faint };
    match found {
        Found::Method { source, service, method } => {
            if let Some(names) = results.method(source, service, method) {
                shape(names.method.client_streaming, names.method.server_streaming);
            }
        }
        Found::Tab(id) => {
            if let Some(tab) = cx.app.tab(id) {
                shape(tab.shape.0, tab.shape.1);
            }
        }
        Found::Target(_) => Icon::Plug.paint_at(painter, at, 14.0, color),
        Found::Service(index) => {
            if let Some(found) = results.services.get(index) {
                let health = registry::shown_health(found.counts, found.disagrees);
                let color = if found.has_checks { t.tint(health.tone()).fg } else { color };
                health.icon().paint_at(painter, at, 14.0, color);
            }
        }
        Found::Command(command) => commands::icon(command).paint_at(painter, at, 14.0, color),
        Found::Setting(_) => Icon::SlidersHorizontal.paint_at(painter, at, 14.0, color),
    }
}

/// Paints a name with what was found in it; returns its right edge.
#[expect(clippy::too_many_arguments, reason = "a line of text has a font, a colour, a place and a width")]
fn paint_hits(
    ui: &Ui,
    query: &Query,
    name: &str,
    font: &FontId,
    color: Color32,
    left: f32,
    middle: f32,
    width: f32,
    t: &Tokens,
) -> f32 {
    let shown = elide_middle(ui.painter(), name, font, width);
    let hits = if shown == name { query.hits(name) } else { Vec::new() };
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(hit_job(&shown, &hits, font, color, t.accent)));
    text::paint(ui.painter(), galley, left, middle, font).right()
}

/// A line whose hits have a colour of their own.
fn hit_job(line: &str, hits: &[Range<usize>], font: &FontId, color: Color32, hit: Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    let mut from = 0;
    let mut add = |range: Range<usize>, color: Color32| {
        if let Some(part) = line.get(range).filter(|part| !part.is_empty()) {
            job.append(part, 0.0, TextFormat::simple(font.clone(), color));
        }
    };
    for range in hits {
        add(from..range.start, color);
        add(range.clone(), hit);
        from = range.end;
    }
    add(from..line.len(), color);
    job
}
