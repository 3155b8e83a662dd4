//! The button that copies a request as a grpcurl command.

use egui::Ui;

use super::context::Cx;
use super::icons::Icon;
use super::widgets::button::IconButton;
use super::widgets::menu::{MenuItem, menu_line_ui, menu_ui};
use super::widgets::tooltip::tooltip_ui;
use crate::app::{Action, Gap, GrpcurlCommand, Tab, UiCommand, grpcurl_command};

const MENU: f32 = 300.0;

/// A terminal that opens a menu: what is copied, and whether secrets go along.
pub(super) fn copy_request_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab) {
    let commands = cx.lang().commands();
    let button = ui.add(IconButton::new(Icon::Terminal, commands.copy_grpcurl).small());
    tooltip_ui(&button, commands.copy_grpcurl, None);
    menu_ui(&button, MENU, |ui| {
        let without = command(cx, tab, false);
        let variables: Vec<String> = without.variables.iter().map(|name| format!("${name}")).collect();
        let variables = variables.join(", ");
        let key = cx.key(UiCommand::CopyGrpcurl);
        let mut item = MenuItem::new(commands.copy_grpcurl).icon(Icon::Terminal).key_if(key.as_deref()).first();
        if !variables.is_empty() {
            item = item.detail(&variables);
        }
        if ui.add(item).clicked() {
            copy(ui, cx, &without);
        }
        let secrets = MenuItem::new(commands.copy_grpcurl_secrets).icon(Icon::Eye).enabled(!variables.is_empty());
        if ui.add(secrets).clicked() {
            copy(ui, cx, &command(cx, tab, true));
        }
        menu_line_ui(ui);
        if ui.add(MenuItem::new(commands.paste_grpcurl).icon(Icon::ArrowDownToLine)).clicked() {
            cx.act(Action::WriteCommand(Some(String::new())));
        }
    });
}

pub(super) fn command(cx: &Cx<'_>, tab: &Tab, with_secrets: bool) -> GrpcurlCommand {
    let link = cx.app.links.get(tab.address.trim());
    let of_target = cx.app.target_rows(&tab.address);
    grpcurl_command(tab, cx.app.source(tab.source), &cx.app.form(&tab.address), link, of_target, with_secrets)
}

/// What the command leaves open stands above it, as the shell's comment.
fn copy(ui: &Ui, cx: &Cx<'_>, command: &GrpcurlCommand) {
    let words = cx.words();
    let mut text = String::new();
    for gap in &command.gaps {
        text.push_str("# ");
        text.push_str(match gap {
            Gap::CertificateFile => words.grpcurl_needs_certificate,
            Gap::Pkcs12 => words.grpcurl_needs_pem,
        });
        text.push('\n');
    }
    text.push_str(&command.text);
    ui.ctx().copy_text(text);
}
