//! Shows every control: `cargo run --example gallery -- [--light] [--zh] [--more]`.

use eframe::egui;
use proconsul::ui::gallery::{Gallery, Page};
use proconsul::ui::theme::{self, ThemeChoice};

struct App {
    gallery: Gallery,
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.gallery.ui(ui);
    }
}

fn main() -> eframe::Result {
    let has = |flag: &str| std::env::args().skip(1).any(|argument| argument == flag);
    let (light, chinese, more) = (has("--light"), has("--zh"), has("--more"));
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1440.0, 900.0]),
        ..Default::default()
    };
    eframe::run_native(
        "Proconsul gallery",
        options,
        Box::new(move |cc| {
            theme::install(&cc.egui_ctx);
            theme::choose(&cc.egui_ctx, if light { ThemeChoice::Light } else { ThemeChoice::Dark });
            let page = if more { Page::More } else { Page::Parts };
            Ok(Box::new(App { gallery: Gallery::new(page, chinese) }))
        }),
    )
}
